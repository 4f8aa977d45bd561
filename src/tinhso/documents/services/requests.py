"""A sender asks for its document back, mends what the register says of it, or sends another in its stead.

What happens is a table (`rules.requests`): a copy that nobody has taken in follows at once, one that is registered waits
for the registrar, and a request that comes before its document is kept until that arrives. Every request is answered.
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, CharField
from django.utils.translation import gettext as _

from tinhso.core.errors import RuleViolation
from tinhso.core.prepared import Prepared, Slot
from tinhso.documents.choices import Business as Kind
from tinhso.documents.choices import Direction, RequestState, StatusCode
from tinhso.documents.models import Document, DocumentText, Inbound, ReceivedRequest
from tinhso.documents.rules import requests as rules
from tinhso.documents.rules.life import Step
from tinhso.documents.rules.requests import Outcome
from tinhso.documents.services import finding, secrets, statuses, steps
from tinhso.edxml import Packet

_EARLY = Prepared(
    lambda: ReceivedRequest.objects.filter(
        recipient=Slot("recipient", BigIntegerField()), code=Slot("code", CharField()), state=RequestState.EARLY
    ).values_list("pk")[:1]
)


class AlreadyAnswered(RuleViolation):
    """Somebody has decided on the request."""


def take(inbound: Inbound, message: Packet, *, at: dt.datetime) -> ReceivedRequest:
    """Keep a sender's request and do what the table says, in the caller's transaction."""
    business = message.business
    assert business is not None  # noqa: S101 - a packet without it is no request
    code = (business.document_id or message.document_id)[:120]
    if business.kind == Kind.REPLACE and business.replacements:
        code = business.replacements[0].document_id[:120]
    made = ReceivedRequest.objects.create(
        inbound=inbound,
        recipient=inbound.recipient,
        sender=inbound.sender,
        code=code,
        business=business.kind,
        reason=business.reason[:500],
        changes=_changes(message) if business.kind == Kind.UPDATE else {},
        successor=inbound.document if business.kind == Kind.REPLACE else None,
        state=RequestState.EARLY,
        asked_at=at,
    )
    document = (
        Document.objects.select_for_update(of=("self",))
        .filter(direction=Direction.IN, agency=inbound.recipient, code=code, arrival__sender=inbound.sender)
        .first()
    )
    _handle(made, document, at)
    return made


def apply_early(document: Document, *, at: dt.datetime) -> None:
    """Do what the sender had asked for before the document came, in the caller's transaction."""
    if not _EARLY.rows(recipient=document.agency_id, code=document.code):
        return
    waiting = ReceivedRequest.objects.filter(
        recipient=document.agency, sender=document.issuer, code=document.code, state=RequestState.EARLY
    )
    for request in waiting.select_for_update(of=("self",)).order_by("pk"):
        _handle(request, document, at)


@transaction.atomic
def decide(*, request_id: int, agrees: bool, reason: str, actor: str, at: dt.datetime) -> ReceivedRequest:
    """The registrar agrees to a request or declines it, with the reason; the sender is told (15 or 16).

    Raises:
        AlreadyAnswered: somebody has decided before.
        StateSecret: the reason bears a mark of secrecy; nothing is kept.
    """
    secrets.require_none([reason])
    request = ReceivedRequest.objects.select_for_update(of=("self",)).get(pk=request_id)
    if request.state != RequestState.WAITING or request.document_id is None:
        raise AlreadyAnswered(_("Yêu cầu này đã được trả lời; hãy tải lại trang."))
    document = steps.held(request.document_id)
    if agrees:
        _comply(request, document, actor, at)
    else:
        _answer(request, document, RequestState.DECLINED, actor, at, reason)
    return request


def _handle(request: ReceivedRequest, document: Document | None, at: dt.datetime) -> None:
    state = document.state if document else rules.UNKNOWN
    found = rules.outcome(business=request.business, state=state)
    if document is None or found == Outcome.REMEMBER:
        return
    request.document = document
    if found == Outcome.COMPLY:
        _comply(request, document, steps.SYSTEM, at)
    elif found == Outcome.ASK:
        request.state = RequestState.WAITING
        request.save(update_fields=["document", "state"])
        steps.note(document, "request", actor=request.sender.name, at=at, text=request.reason)
    elif found == Outcome.ALREADY:
        _answer(request, document, RequestState.AGREED, steps.SYSTEM, at, _("Đã thực hiện trước đó"))
    else:
        _answer(request, document, RequestState.DECLINED, steps.SYSTEM, at, _("Văn bản đã được thu hồi hoặc thay thế"))


def _comply(request: ReceivedRequest, document: Document, actor: str, at: dt.datetime) -> None:
    """Do what is asked: the copy is given back, mended, or marked as replaced; earlier versions stay in the trail."""
    if request.business == Kind.RECALL:
        steps.take(document, Step.GIVE_BACK, actor=actor, at=at, note=request.reason)
        Inbound.objects.filter(document=document).update(content=None, is_opened=True)
        DocumentText.objects.filter(document=document).delete()
    elif request.business == Kind.REPLACE:
        steps.take(document, Step.SUPERSEDE, actor=actor, at=at, note=request.reason)
        if request.successor_id:
            Document.objects.filter(pk=request.successor_id).update(replaces=document)
    else:
        _mend(document, request, actor, at)
    _answer(request, document, RequestState.AGREED, actor, at, "")


def _mend(document: Document, request: ReceivedRequest, actor: str, at: dt.datetime) -> None:
    changes: dict[str, Any] = dict(request.changes)
    due = changes.pop("reply_due_on", None)
    before = {"subject": document.subject, "summary": document.summary}
    document.subject = changes.get("subject", document.subject)
    document.summary = changes.get("summary", document.summary)
    document.reply_due_on = dt.date.fromisoformat(due) if due else None
    said = "; ".join(
        f"{name}: {before[name]} → {value}" for name, value in changes.items() if before.get(name) != value
    )
    steps.note(
        document,
        "mended",
        actor=actor,
        at=at,
        text=f"{request.reason}. {said}",
        subject=document.subject,
        summary=document.summary,
        reply_due_on=document.reply_due_on,
        found_by=finding.words_of(document),
    )


def _answer(request: ReceivedRequest, document: Document, state: str, actor: str, at: dt.datetime, reason: str) -> None:
    request.state, request.document, request.answered_at, request.answered_by = state, document, at, actor
    request.save(update_fields=["state", "document", "answered_at", "answered_by"])
    code = StatusCode.AGREED if state == RequestState.AGREED else StatusCode.DECLINED
    statuses.tell(document, code=code, at=at, description=reason)


def _changes(message: Packet) -> dict[str, Any]:
    return {
        "subject": message.subject[:500],
        "summary": message.content[:500],
        "reply_due_on": message.due_on.isoformat() if message.due_on else None,
    }
