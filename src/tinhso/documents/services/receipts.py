"""What recipients say of our documents: kept once, folded into the state of the delivery."""

import datetime as dt
import hashlib

from django.db.models import BigIntegerField

from tinhso.core.prepared import Prepared, Slot, insert, update
from tinhso.documents.choices import StatusCode
from tinhso.documents.models import Agency, Delivery, Dispatch, Receipt
from tinhso.documents.rules import fold
from tinhso.documents.rules.fold import Recall
from tinhso.documents.selectors import agencies
from tinhso.documents.services import identity, steps
from tinhso.edxml import Status

ANSWERS = (StatusCode.AGREED, StatusCode.DECLINED)
_DELIVERY = Prepared(lambda: Delivery.objects.filter(pk=Slot("delivery", BigIntegerField())))
_RECEIPTS = Prepared(lambda: Receipt.objects.filter(delivery=Slot("delivery", BigIntegerField())))


def take(
    delivery: Delivery,
    *,
    code: str,
    at_remote: dt.datetime,
    raw: str,
    is_signed: bool,
    description: str,
    at: dt.datetime,
) -> bool:
    """Keep a receipt and bring the delivery's state up to date, in the caller's transaction.

    Returns:
        Whether it is new; the same word again changes nothing.
    """
    document = steps.held(delivery.document_id)
    recipient = delivery.recipient
    delivery = _DELIVERY.get(delivery=delivery.pk)  # as it is now that nobody else writes
    known = _RECEIPTS.all(delivery=delivery.pk)
    if any(each.code == code and each.at_remote == at_remote for each in known):
        return False
    new = insert(
        Receipt(
            delivery=delivery,
            code=code,
            at_remote=at_remote,
            digest=hashlib.sha256(raw.encode()).hexdigest(),
            raw=raw,
            is_signed=is_signed,
            description=description[:500],
            got_at=at,
        )
    )
    _refresh(delivery, [*known, new], description if code == StatusCode.REFUSED else "")
    steps.note(
        document,
        "receipt",
        actor=recipient.name,
        at=at,
        text=f"{StatusCode(code).label}. {description}".strip(),
    )
    return True


def _refresh(delivery: Delivery, known: list[Receipt], refusal: str) -> None:
    """Write the fold of a delivery's receipts into its columns."""
    folded = fold.fold(fold.Receipt(each.at_remote, each.digest, each.code) for each in known)
    answered = [each for each in known if each.code in ANSWERS]
    asked = delivery.asked_at
    is_open = asked is not None and not any(each.got_at >= asked for each in answered)
    delivery.standing = folded.standing
    delivery.recall = Recall.ASKED if is_open else folded.recall
    delivery.arrived_at = folded.arrived_at
    delivery.refusal = refusal[:500] or delivery.refusal
    update(delivery, "standing", "recall", "arrived_at", "refusal")


def of_arrival(dispatch: Dispatch, text: str, at: dt.datetime) -> None:
    """Keep the signed receipt that a recipient's system gave when it took a packet.

    A receipt that is not rightly signed is kept and shown as such: the document has left, and nobody vouches for it.
    """
    delivery = dispatch.delivery
    if delivery is None or not text:
        return
    partner = dispatch.recipient.partner
    certificate = partner.certificate if partner else identity.own(at).certificate_pem
    try:
        content = identity.opened(text, certificate)
        is_signed = content["sha256"] == dispatch.packet.sha256
        at_remote = _aware(content["at"])
    except (identity.BadReceipt, KeyError, ValueError, TypeError, OverflowError):
        is_signed, at_remote = False, at
    take(
        delivery,
        code=StatusCode.ARRIVED,
        at_remote=at_remote,
        raw=text,
        is_signed=is_signed,
        description="",
        at=at,
    )


def of_status(status: Status, *, ours: Agency, raw: str, at: dt.datetime) -> Delivery | None:
    """Keep a state that a recipient sent in a packet of its own, in the caller's transaction.

    Args:
        ours: agency to which it came, the document's sender.

    Returns:
        The delivery it speaks of; None where we have sent that agency no such document.
    """
    sender = agencies.by_code(status.sender.organ_id, at.date())
    if sender is None or status.code not in StatusCode.values:
        return None
    found = Delivery.objects.filter(
        document__agency=ours, document__code=status.response_for.document_id, recipient=sender
    )
    delivery = found.order_by("-pk").first()
    if delivery is not None:
        take(
            delivery,
            code=status.code,
            at_remote=status.at or at,
            raw=raw,
            is_signed=False,
            description=status.description,
            at=at,
        )
    return delivery


def _aware(text: str) -> dt.datetime:
    """A moment of a receipt.

    Raises:
        ValueError: it is none, or says no zone.
    """
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found.astimezone(dt.UTC)
