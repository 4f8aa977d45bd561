"""How a payment stands: told by its moments, so that notices may come in any order and more than once."""

import datetime as dt
from dataclasses import dataclass

WAITING, EXPIRED, FAILED, PAID, REFUNDED = "waiting", "expired", "failed", "paid", "refunded"


@dataclass(frozen=True, slots=True)
class Moments:
    """What is known of a payment; None for what has not happened."""

    expires_at: dt.datetime | None
    paid_at: dt.datetime | None
    failed_at: dt.datetime | None
    refunded_at: dt.datetime | None


def state(known: Moments, at: dt.datetime) -> str:
    """The state at a moment: money that came outweighs a failure told before or after it, a refund outweighs both."""
    if known.refunded_at is not None:
        return REFUNDED
    if known.paid_at is not None:
        return PAID
    if known.failed_at is not None:
        return FAILED
    return EXPIRED if known.expires_at is not None and known.expires_at <= at else WAITING


def attention(*, asked_vnd: int, kept_vnd: int, has_receipt: bool, is_refunded: bool, may_still_settle: bool) -> str:
    """What a person has to see to about money that came; empty for nothing.

    Args:
        asked_vnd: what the payment was to bring.
        kept_vnd: what came, less what went back.
        has_receipt: it was counted towards fees.
        is_refunded: some of it went back.
        may_still_settle: the fees it was meant for are still waited for.
    """
    if has_receipt:
        if kept_vnd > asked_vnd:
            return "surplus"
        return "refunded" if is_refunded and kept_vnd < asked_vnd else ""
    if kept_vnd <= 0:
        return ""
    return "short" if may_still_settle else "surplus"
