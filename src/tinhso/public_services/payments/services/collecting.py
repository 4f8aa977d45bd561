"""Asking for money and taking it: a transfer that is begun, cash at the counter, and what a person has seen to."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.core import audit, sealed
from tinhso.core.errors import RuleViolation
from tinhso.public_services.dossiers.choices import Relation
from tinhso.public_services.dossiers.services.changes import Actor
from tinhso.public_services.dossiers.services.refusals import NotAllowed
from tinhso.public_services.payments.models import Payment
from tinhso.public_services.payments.plugins import Gateway, Wanted
from tinhso.public_services.payments.rules import references
from tinhso.public_services.payments.selectors import dues, payments
from tinhso.public_services.payments.selectors.dues import Due
from tinhso.public_services.payments.services.settling import locked, settle


class NothingDue(RuleViolation):
    """The dossier does not wait for money."""

    def __init__(self) -> None:
        super().__init__(_("Hồ sơ này không có khoản nào đang chờ nộp; hãy tải lại trang để xem tình trạng mới nhất."))


class AmountChanged(RuleViolation):
    """Another amount is due than the one that was seen."""

    def __init__(self) -> None:
        super().__init__(_("Số tiền phải nộp đã thay đổi sau khi bạn mở trang; hãy xem lại rồi thu."))


@transaction.atomic
def begin(*, dossier_id: int, gateway: Gateway, at: dt.datetime) -> Payment:
    """Begin a transfer of what is due (tạo mã thanh toán); one that was begun and still fits is gone on with.

    Args:
        gateway: by which it is paid.

    Raises:
        Dossier.DoesNotExist: no such dossier.
        NothingDue: it does not wait for money.
    """
    dossier = locked(dossier_id)
    due = dues.due(dossier)
    if not due.remaining_vnd:
        raise NothingDue
    before = payments.waiting_transfer(dossier, at)
    if before and before.provider == gateway.name and before.amount_vnd == due.remaining_vnd:
        return before
    start = gateway.begin(Wanted(references.new(), due.remaining_vnd), at=at)
    payment = Payment.objects.create(
        dossier=dossier,
        provider=gateway.name,
        reference=start.reference,
        amount_vnd=due.remaining_vnd,
        qr_text=start.vietqr_text,
        requested_at=at,
        expires_at=start.expires_at,
    )
    payment.charges.set(due.charges)
    return payment


@transaction.atomic
def take_cash(
    *,
    dossier_id: int,
    actor: Actor,
    payer: str,
    amount_vnd: int,
    key: str,
    at: dt.datetime,
    expected: int | None = None,
) -> Payment:
    """Take what is due in cash (thu tiền mặt tại Bộ phận Một cửa); the receipt has its number and the dossier goes on.

    The same key sent again answers with the payment that was taken.

    Args:
        actor: the official; nobody takes money for an own dossier.
        payer: name on the receipt.
        amount_vnd: what the page showed.
        key: idempotency key, made when the page is shown.
        expected: revision of the dossier that the official has seen.

    Raises:
        Dossier.DoesNotExist: no such dossier.
        NotAllowed: the actor does not receive dossiers there.
        NothingDue: it does not wait for money.
        AmountChanged: another amount is due now.
        StaleDossier: it was changed since.
    """
    dossier = locked(dossier_id)
    if Relation.RECEPTION not in actor.relations:
        raise NotAllowed("relation")
    before = Payment.objects.filter(provider="cash", provider_ref=key, dossier=dossier).first()
    if before:
        return before
    due = dues.due(dossier)
    _check_amount(due, amount_vnd)
    payment = Payment.objects.create(
        dossier=dossier,
        provider="cash",
        reference=references.new(),
        amount_vnd=amount_vnd,
        received_vnd=amount_vnd,
        requested_at=at,
        paid_at=at,
        provider_ref=key,
        collected_by=actor.name,
        sealed=sealed.seal_values({"payer": payer.strip()}),
    )
    payment.charges.set(due.charges)
    details = {"dossier": dossier.number, "amount_vnd": amount_vnd}
    audit.record(
        actor=actor.name,
        action="public_services.cash_taken",
        obj=f"payment:{payment.reference}",
        details=details,
        at=at,
    )
    settle(dossier, payment, at=at, expected=expected)
    payment.refresh_from_db()
    return payment


def _check_amount(due: Due, amount_vnd: int) -> None:
    if not due.remaining_vnd:
        raise NothingDue
    if due.remaining_vnd != amount_vnd:
        raise AmountChanged


@transaction.atomic
def mark_handled(*, payment_id: int, actor: Actor, at: dt.datetime) -> Payment:
    """Note that a person has seen to money that came wrongly or went back (đã xử lý); the first note stays.

    Raises:
        Payment.DoesNotExist: no such payment.
        NotAllowed: the actor does not receive dossiers there.
    """
    payment = Payment.objects.select_for_update(of=("self",)).get(pk=payment_id)
    if Relation.RECEPTION not in actor.relations:
        raise NotAllowed("relation")
    if payment.handled_at is None:
        payment.handled_at, payment.handled_by = at, actor.name
        payment.save(update_fields=["handled_at", "handled_by"])
        audit.record(
            actor=actor.name,
            action="public_services.payment_handled",
            obj=f"payment:{payment.reference}",
            details={"kept_vnd": payment.kept_vnd},
            at=at,
        )
    return payment
