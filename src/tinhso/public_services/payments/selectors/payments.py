"""Payments as they stand, and those that wait for a person."""

import datetime as dt

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from tinhso.accounts.api import Scope
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.payments.choices import Attention, PaymentState
from tinhso.public_services.payments.models import Payment
from tinhso.public_services.payments.rules import standing
from tinhso.public_services.payments.rules.standing import Moments
from tinhso.public_services.payments.selectors import dues


def state(payment: Payment, at: dt.datetime) -> PaymentState:
    """How a payment stands at a moment."""
    known = Moments(payment.expires_at, payment.paid_at, payment.failed_at, payment.refunded_at)
    return PaymentState(standing.state(known, at))


def of_dossier(dossier: Dossier) -> list[Payment]:
    """Every payment of a dossier, the newest first."""
    return list(Payment.objects.filter(dossier=dossier).order_by("-pk"))


def waiting_transfer(dossier: Dossier, at: dt.datetime) -> Payment | None:
    """The transfer that somebody has begun and may still make; None without one."""
    rows = Payment.objects.filter(
        dossier=dossier, paid_at__isnull=True, failed_at__isnull=True, refunded_at__isnull=True
    )
    return rows.exclude(qr_text="").filter(expires_at__gt=at).order_by("-pk").first()


def attention(payment: Payment) -> Attention | None:
    """What a person has to see to; None for nothing, and once it was handled."""
    if payment.handled_at is not None:
        return None
    open_charges = payment.charges.filter(settled_at__isnull=True).exists()
    found = standing.attention(
        asked_vnd=payment.amount_vnd,
        kept_vnd=payment.kept_vnd,
        has_receipt=bool(payment.receipt_number),
        is_refunded=payment.refunded_at is not None,
        may_still_settle=open_charges and payment.dossier.state in dues.PAYABLE,
    )
    return Attention(found) if found else None


def in_scope(scope: Scope, *, to_see_to: bool = False) -> QuerySet[Payment]:
    """Payments of the agencies in a scope, the newest first.

    Args:
        to_see_to: only those that wait for a person.
    """
    rows = scope.filter(Payment.objects.select_related("dossier__agency"), "dossier__agency")
    rows = rows.filter(Q(paid_at__isnull=False) | Q(refunded_at__isnull=False))
    return (_to_see_to(rows) if to_see_to else rows).order_by("-pk")


def _to_see_to(rows: QuerySet[Payment]) -> QuerySet[Payment]:
    """Those of which `attention` says something; the same rule, where the database can use it."""
    kept = Coalesce(F("received_vnd"), 0) - F("refunded_vnd")
    rows = rows.filter(handled_at__isnull=True).annotate(kept=kept)
    counted = ~Q(receipt_number="")
    fewer = Q(refunded_at__isnull=False, kept__lt=F("amount_vnd"))
    odd = counted & (fewer | Q(kept__gt=F("amount_vnd")))
    return rows.filter(odd | (Q(receipt_number="") & Q(kept__gt=0)))
