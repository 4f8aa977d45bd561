"""A sandbox bank for demonstrations and tests: it signs notices as a provider does, and no money moves."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from tinhso.core import bounded_json, sealed
from tinhso.public_services.payments.plugins import Notice, PaymentStart, UnreadableNotice, Wanted
from tinhso.public_services.payments.rules import signatures, vietqr

TIMESTAMP, SIGNATURE = "X-Tinhso-Timestamp", "X-Tinhso-Signature"
LASTS = dt.timedelta(hours=24)
MOST_BYTES = 4096
FIELDS = {"reference", "provider_ref", "amount_vnd", "happened_at", "kind"}
KINDS = ("paid", "failed", "refunded")


class Sandbox:
    """The sandbox bank."""

    name = "sandbox"

    def begin(self, wanted: Wanted, *, at: dt.datetime) -> PaymentStart:
        """A VietQR code for the account of the settings, good for a day."""
        text = vietqr.text(
            bank=settings.PAYMENT_BANK,
            account=settings.PAYMENT_ACCOUNT,
            amount_vnd=wanted.amount_vnd,
            purpose=wanted.reference,
        )
        return PaymentStart(wanted.reference, text, at + LASTS)

    def read_notice(self, raw: bytes, headers: Mapping[str, str], *, at: dt.datetime) -> Notice:
        """A notice, signature and moment checked first; see `plugins.Gateway.read_notice`."""
        signatures.check(
            _secret(), timestamp=headers.get(TIMESTAMP, ""), signature=headers.get(SIGNATURE, ""), raw=raw, at=at
        )
        try:
            content = bounded_json.loads(raw, most_bytes=MOST_BYTES, depth=1, keys=len(FIELDS))
        except bounded_json.RefusedJson as error:
            raise UnreadableNotice(str(error)) from None
        return _notice(content)

    def signed(self, notice: Notice, *, at: dt.datetime) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a notice as this bank sends it; for the demonstration's button and for tests."""
        content = {name: getattr(notice, name) for name in sorted(FIELDS - {"happened_at"})}
        content["happened_at"] = notice.happened_at.isoformat()
        raw = json.dumps(content).encode()
        timestamp = str(int(at.timestamp()))
        return raw, {TIMESTAMP: timestamp, SIGNATURE: signatures.sign(_secret(), timestamp, raw)}


def _notice(content: Any) -> Notice:
    if not isinstance(content, dict) or set(content) != FIELDS:
        raise UnreadableNotice("fields")
    texts = [content[name] for name in ("reference", "provider_ref", "happened_at", "kind")]
    if not all(isinstance(text, str) and 0 < len(text) <= 80 for text in texts):
        raise UnreadableNotice("texts")
    amount = content["amount_vnd"]
    if type(amount) is not int or not 0 < amount < 10**vietqr.MOST_DIGITS or content["kind"] not in KINDS:
        raise UnreadableNotice("amount or kind")
    try:
        happened_at = dt.datetime.fromisoformat(content["happened_at"])
    except ValueError:
        raise UnreadableNotice("moment") from None
    if happened_at.utcoffset() is None:
        raise UnreadableNotice("moment without a zone")
    return Notice(content["reference"], content["provider_ref"], amount, happened_at, content["kind"])


def _secret() -> str:
    """The secret of the settings, or one that only this installation knows."""
    return settings.PAYMENT_SECRET or sealed.hashed("payments: sandbox")
