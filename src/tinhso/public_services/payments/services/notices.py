"""Notices of providers: whoever sent them, in whatever order and however often, money is counted once.

Every notice that a provider has signed is kept as it came, and so are refused ones that name a payment of ours. A
notice that was followed is answered the same every time.
"""

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from tinhso.core import audit, bounded_json, sealed
from tinhso.public_services.payments.choices import NoticeKind, Refusal
from tinhso.public_services.payments.models import Payment, PaymentNotice
from tinhso.public_services.payments.plugins import Gateway, Notice, UnreadableNotice
from tinhso.public_services.payments.rules.signatures import BadSignature, StaleNotice
from tinhso.public_services.payments.services.settling import locked, settle

MOST_BYTES = 4096  # of a notice
MOST_REFUSED = 20  # kept for one payment, so that nobody fills the table
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider is answered: an HTTP status and one word."""

    status: int
    word: str


ACCEPTED, REFUSED = Answer(200, "accepted"), Answer(401, "refused")
UNREADABLE, UNKNOWN, CONFLICT = Answer(400, "unreadable"), Answer(404, "unknown"), Answer(409, "conflict")


def receive(*, gateway: Gateway, raw: bytes, headers: Mapping[str, str], at: dt.datetime) -> Answer:
    """Take a notice and do what follows from it, in one transaction.

    Args:
        gateway: in whose name it came.
        raw: body as it came; the signature is over these bytes.
    """
    try:
        notice = gateway.read_notice(raw, headers, at=at)
    except BadSignature:
        return _refused(gateway, raw, Refusal.SIGNATURE, at)
    except StaleNotice:
        return _refused(gateway, raw, Refusal.STALE, at)
    except UnreadableNotice:
        _keep(gateway, None, raw, at, Refusal.UNREADABLE)
        return UNREADABLE
    return _follow(gateway, notice, raw, at)


@transaction.atomic
def _follow(gateway: Gateway, notice: Notice, raw: bytes, at: dt.datetime) -> Answer:
    found = Payment.objects.filter(provider=gateway.name, reference=notice.reference).first()
    if found is None:
        _keep(gateway, None, raw, at, Refusal.UNKNOWN)
        return UNKNOWN
    dossier = locked(found.dossier_id)
    payment = Payment.objects.select_for_update(of=("self",)).get(pk=found.pk)
    payment.dossier = dossier
    if _is_of_another(payment, notice):
        _keep(gateway, payment, raw, at, Refusal.CONFLICT)
        return CONFLICT
    try:
        with transaction.atomic():
            FOLLOWED[NoticeKind(notice.kind)](payment, notice, at)
    except IntegrityError:  # the same transaction was told for another payment at the same moment
        _keep(gateway, payment, raw, at, Refusal.CONFLICT)
        return CONFLICT
    _keep(gateway, payment, raw, at)
    return ACCEPTED


def _is_of_another(payment: Payment, notice: Notice) -> bool:
    """Whether the transaction is known already as one of another dossier."""
    known = Payment.objects.filter(provider=payment.provider, provider_ref=notice.provider_ref)
    return known.exclude(dossier=payment.dossier_id).exists()


def _paid(payment: Payment, notice: Notice, at: dt.datetime) -> None:
    """Money has come. A second transfer with the same code is money, too: it becomes a payment of its own."""
    if Payment.objects.filter(provider=payment.provider, provider_ref=notice.provider_ref).exists():
        return
    if payment.paid_at is not None:
        payment = _another(payment, notice, at)
    payment.paid_at, payment.received_vnd = notice.happened_at, notice.amount_vnd
    payment.provider_ref = notice.provider_ref
    payment.save(update_fields=["paid_at", "received_vnd", "provider_ref"])
    is_settled = settle(payment.dossier, payment, at=at)
    _note("paid", payment, {"amount_vnd": notice.amount_vnd, "is_settled": is_settled}, at)


def _another(first: Payment, notice: Notice, at: dt.datetime) -> Payment:
    place = Payment.objects.filter(reference__startswith=f"{first.reference}.").count() + 2
    made = Payment.objects.create(
        dossier=first.dossier,
        provider=first.provider,
        reference=f"{first.reference}.{place}",
        amount_vnd=notice.amount_vnd,
        requested_at=at,
    )
    made.charges.set(first.charges.all())
    return made


def _failed(payment: Payment, notice: Notice, at: dt.datetime) -> None:
    """The transfer did not go through; what was paid before stays paid."""
    if payment.failed_at is None:
        payment.failed_at = notice.happened_at
        payment.save(update_fields=["failed_at"])
        _note("failed", payment, {}, at)


def _refunded(payment: Payment, notice: Notice, at: dt.datetime) -> None:
    """Money went back, maybe told before that it came. Settled fees stay settled: a person has to see to it."""
    payment = Payment.objects.filter(provider=payment.provider, provider_ref=notice.provider_ref).first() or payment
    if payment.refunded_at is None:
        payment.refunded_at, payment.refunded_vnd = notice.happened_at, notice.amount_vnd
        payment.save(update_fields=["refunded_at", "refunded_vnd"])
        _note("refunded", payment, {"amount_vnd": notice.amount_vnd, "dossier": payment.dossier.number}, at)


FOLLOWED: dict[NoticeKind, Callable[[Payment, Notice, dt.datetime], None]] = {
    NoticeKind.PAID: _paid,
    NoticeKind.FAILED: _failed,
    NoticeKind.REFUNDED: _refunded,
}


def _refused(gateway: Gateway, raw: bytes, why: Refusal, at: dt.datetime) -> Answer:
    """Nothing follows; it is kept where it names a payment of ours, so that a wrongly set secret is found."""
    payment = Payment.objects.filter(provider=gateway.name, reference=_named(raw)).first()
    if payment and payment.notices.exclude(refusal="").count() < MOST_REFUSED:
        _keep(gateway, payment, raw, at, why)
    logger.warning("payment notice of %s refused: %s", gateway.name, why)
    return REFUSED


def _named(raw: bytes) -> str:
    """The code that an unproved notice names; empty for none."""
    try:
        content = bounded_json.loads(raw, most_bytes=MOST_BYTES, depth=2, keys=20)
    except bounded_json.RefusedJson:
        return ""
    found = content.get("reference") if isinstance(content, dict) else ""
    return found if isinstance(found, str) else ""


def _keep(gateway: Gateway, payment: Payment | None, raw: bytes, at: dt.datetime, why: Refusal | None = None) -> None:
    PaymentNotice.objects.create(
        payment=payment,
        provider=gateway.name,
        received_at=at,
        is_signature_ok=why not in (Refusal.SIGNATURE, Refusal.STALE),
        refusal=why.value if why else "",
        sealed=sealed.seal(raw.decode("utf-8", "replace")),
    )


def _note(what: str, payment: Payment, details: dict[str, object], at: dt.datetime) -> None:
    audit.record(
        actor="system",
        action=f"public_services.payment_{what}",
        obj=f"payment:{payment.reference}",
        details=details,
        at=at,
    )
