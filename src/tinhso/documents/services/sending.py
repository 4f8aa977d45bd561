"""Sending an issued document, and asking its recipients to give it back, update it or take another in its stead."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.core.clock import VIETNAM
from tinhso.core.errors import RuleViolation
from tinhso.documents.choices import Business as Kind
from tinhso.documents.choices import Medium, State, VersionKind
from tinhso.documents.models import Agency, Delivery, Document, Version
from tinhso.documents.rules import deadlines, kinds
from tinhso.documents.rules.fold import Recall
from tinhso.documents.rules.life import By, Step
from tinhso.documents.services import finding, packets, papers, secrets, signing, steps
from tinhso.edxml import Business, Replacement
from tinhso.organizations import api as organizations


class NobodyToSend(RuleViolation):
    """No recipient, or only ones that have it already."""


class OnPaper(RuleViolation):
    """A document on paper does not travel through the exchange."""


@transaction.atomic
def send(
    *,
    document_id: int,
    revision: int,
    recipients: Sequence[Agency],
    actor: str,
    acts_as: frozenset[By],
    at: dt.datetime,
) -> list[Delivery]:
    """Send an issued document to agencies: one packet, kept before the first try, and a delivery for each (gửi văn bản).

    A document that replaces another says so in its packet, and the recipients of the other get it, too.

    Raises:
        NotNow, WrittenMeanwhile: as of `steps`.
        NobodyToSend: nobody is named who does not have it.
        StateSecret: the first page or the header bears a mark of secrecy.
    """
    document = steps.held(document_id, revision)
    steps.require(document, Step.SEND, acts_as)
    if document.medium != Medium.ELECTRONIC:
        raise OnPaper(_("Văn bản giấy không gửi qua trục liên thông; hãy gửi theo đường công văn giấy."))
    version = sealed(document)
    had = {document.agency_id, *document.deliveries.values_list("recipient_id", flat=True)}
    to = [each for each in {agency.pk: agency for agency in recipients}.values() if each.pk not in had]
    if not to:
        raise NobodyToSend(_("Hãy chọn ít nhất một nơi nhận chưa được gửi văn bản này."))
    to += _who_has_the_replaced(document, had | {agency.pk for agency in to})
    _require_open(document)
    made = _deliver(document, version, to, _business(document), at)
    steps.take(document, Step.SEND, actor=actor, at=at, note=", ".join(agency.name for agency in to)[:2000])
    if document.replaces_id:
        _mark_replaced(document, actor, at)
    return made


@transaction.atomic
def recall(
    *, document_id: int, revision: int, reason: str, actor: str, acts_as: frozenset[By], at: dt.datetime
) -> Document:
    """Recall an issued document (thu hồi; NĐ 30/2020/NĐ-CP, Điều 18 khoản 4): its number stays, whoever has it is asked.

    What has not left yet goes out all the same, followed by the request, so that all hear the same.

    Raises:
        NotNow, WrittenMeanwhile: as of `steps`.
        StateSecret: the reason bears a mark of secrecy; nothing is kept.
    """
    secrets.require_none([reason])
    document = steps.held(document_id, revision)
    steps.require(document, Step.RECALL, acts_as)
    business = Business(Kind.RECALL, reason=reason[:500], document_id=document.code)
    _ask_all(document, business, at)
    return steps.take(document, Step.RECALL, actor=actor, at=at, note=reason)


@transaction.atomic
def update(
    *,
    document_id: int,
    revision: int,
    subject: str,
    reply_due_on: dt.date | None,
    reason: str,
    actor: str,
    acts_as: frozenset[By],
    at: dt.datetime,
) -> Document:
    """Mend what the register says of an issued document, not its text, at all who have it (cập nhật thông tin).

    Raises:
        NotNow, WrittenMeanwhile: as of `steps`.
        StateSecret: the new words bear a mark of secrecy.
    """
    secrets.require_none([subject, reason])
    document = steps.held(document_id, revision)
    steps.require(document, Step.UPDATE, acts_as)
    document.subject, document.reply_due_on = subject, reply_due_on
    found_by = finding.words_of(document)
    steps.take(
        document,
        Step.UPDATE,
        actor=actor,
        at=at,
        note=reason,
        subject=subject,
        reply_due_on=reply_due_on,
        found_by=found_by,
    )
    business = Business(Kind.UPDATE, reason=reason[:500], document_info="1", document_id=document.code)
    _ask_all(document, business, at)
    return document


def sealed(document: Document) -> Version:
    """The version that both have signed.

    Raises:
        CannotSignNow: there is none.
    """
    found = (
        document.versions.filter(kind__in=(VersionKind.SEALED, VersionKind.RAISED))
        .select_related("file")
        .order_by("-number")
        .first()
    )
    if found is None:
        raise signing.CannotSignNow(_("Văn bản chưa có chữ ký số của cơ quan."))
    return found


def _who_has_the_replaced(document: Document, but: set[int]) -> list[Agency]:
    """Recipients of the document that this one replaces, who have not refused it."""
    if document.replaces_id is None:
        return []
    told = Delivery.objects.filter(document=document.replaces_id).exclude(standing="refused")
    return list(
        Agency.objects.filter(pk__in=told.values("recipient"), is_active=True).exclude(pk__in=but).order_by("pk")
    )


def _require_open(document: Document) -> None:
    """The wall before sending: header and first page once more."""
    secrets.require_none([document.subject, document.summary, *document.places_to])
    secrets.require_none(papers.first_page_lines(signing.newest_bytes(document)))


def _business(document: Document) -> Business:
    replaced = document.replaces
    if replaced is None:
        return Business(Kind.NEW)
    return Business(
        Kind.REPLACE,
        reason=_("Thay thế văn bản %(number)s") % {"number": kinds.shown_number(replaced.number, replaced.notation)},
        document_id=replaced.code,
        replacements=(Replacement(replaced.code),),
    )


def _deliver(
    document: Document, version: Version, to: Sequence[Agency], business: Business, at: dt.datetime
) -> list[Delivery]:
    packet = packets.of_document(document, version, sender=document.agency, recipients=to, business=business, at=at)
    by = send_by(document, at)
    made = []
    for agency in to:
        delivery = Delivery.objects.create(document=document, version=version, recipient=agency, send_by=by, made_at=at)
        packets.dispatch(packet, sender=document.agency, recipient=agency, delivery=delivery, at=at)
        made.append(delivery)
    return made


def send_by(document: Document, at: dt.datetime) -> dt.datetime:
    """By when an issued document must be sent."""
    signed = (document.issued_at or at).astimezone(VIETNAM)
    calendar = organizations.working_calendar()
    following = organizations.add_working_days(signed.date(), 1, calendar)
    return deadlines.send_by(signed_at=signed, urgency=document.urgency, next_working_day=following)


def _ask_all(document: Document, business: Business, at: dt.datetime) -> None:
    deliveries = list(document.deliveries.select_related("recipient").exclude(standing="refused"))
    if not deliveries:
        return
    packet = packets.of_document(
        document,
        None,
        sender=document.agency,
        recipients=[delivery.recipient for delivery in deliveries],
        business=business,
        at=at,
    )
    for delivery in deliveries:
        packets.dispatch(packet, sender=document.agency, recipient=delivery.recipient, at=at)
        Delivery.objects.filter(pk=delivery.pk).update(recall=Recall.ASKED, asked_at=at)


def _mark_replaced(document: Document, actor: str, at: dt.datetime) -> None:
    """The document that is replaced keeps its number and is marked; its recipients are told by the new packet."""
    replaced = steps.held(document.replaces_id or 0)
    if replaced.state == State.ISSUED:
        steps.take(replaced, Step.REPLACE, actor=actor, at=at, note=str(document))
        replaced.deliveries.filter(recipient__in=document.deliveries.values("recipient")).update(
            recall=Recall.ASKED, asked_at=at
        )
