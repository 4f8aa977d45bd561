"""Documents in: taken in or refused, given to somebody, worked on, finished; the sender hears of each (Điều 21 to 24)."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.accounts.api import User
from tinhso.core.clock import VIETNAM
from tinhso.core.errors import RuleViolation
from tinhso.documents.models import Arrival, Document
from tinhso.documents.rules import life
from tinhso.documents.rules.life import By, Step
from tinhso.documents.services import numbers, secrets, statuses, steps


class ReasonMissing(RuleViolation):
    """A refusal without its reason helps nobody."""


class NotUnpacked(RuleViolation):
    """The packet's files are not stored yet."""


@transaction.atomic
def register(*, document_id: int, revision: int, actor: User, acts_as: frozenset[By], at: dt.datetime) -> Document:
    """Take a document in: it gets its number in the register of documents in, and the sender hears so (tiếp nhận, 03).

    Raises:
        NotNow, WrittenMeanwhile: as of `steps`.
        NotUnpacked: its files are being stored; a moment later they are.
        BookClosed: the year's book is closed.
    """
    document = steps.held(document_id, revision)
    steps.require(document, Step.REGISTER, acts_as)
    arrival = Arrival.objects.get(document=document)
    if not arrival.is_unpacked:
        raise NotUnpacked(_("Gói tin đang được mở và kiểm tra chữ ký số; hãy thử lại sau giây lát."))
    today = at.astimezone(VIETNAM).date()
    arrival.number = numbers.take(agency=document.agency, series=numbers.IN, document=document, on=today, at=at)
    arrival.arrived_on, arrival.registered_at = today, at
    arrival.save(update_fields=["number", "arrived_on", "registered_at"])
    done = steps.take(document, Step.REGISTER, actor=actor.username, at=at, note=str(arrival.number))
    _tell(done, Step.REGISTER, actor, at)
    return done


@transaction.atomic
def refuse(
    *, document_id: int, revision: int, reason: str, actor: User, acts_as: frozenset[By], at: dt.datetime
) -> Document:
    """Refuse a document that is not ours or whose signatures do not hold; the sender hears why (từ chối, 02).

    Raises:
        NotNow, WrittenMeanwhile: as of `steps`.
        ReasonMissing: no reason is given.
    """
    if not reason.strip():
        raise ReasonMissing(_("Hãy ghi lý do từ chối để nơi gửi biết."))
    secrets.require_none(reason.splitlines())
    document = steps.held(document_id, revision)
    steps.require(document, Step.REFUSE, acts_as)
    done = steps.take(document, Step.REFUSE, actor=actor.username, at=at, note=reason)
    _tell(done, Step.REFUSE, actor, at, reason)
    return done


@transaction.atomic
def assign(
    *,
    document_id: int,
    revision: int,
    to: User,
    opinion: str,
    due_on: dt.date | None,
    actor: User,
    acts_as: frozenset[By],
    at: dt.datetime,
) -> Document:
    """Give a document to who handles it, with the leader's opinion and a day (phân công, 04).

    Raises:
        NotNow, WrittenMeanwhile: as of `steps`.
    """
    secrets.require_none(opinion.splitlines())
    document = steps.held(document_id, revision)
    steps.require(document, Step.ASSIGN, acts_as)
    Arrival.objects.filter(document=document).update(assigned_to=to, opinion=opinion, due_on=due_on)
    done = steps.take(document, Step.ASSIGN, actor=actor.username, at=at, note=f"{to.full_name}. {opinion}".strip(". "))
    _tell(done, Step.ASSIGN, actor, at)
    return done


@transaction.atomic
def begin(*, document_id: int, revision: int, actor: User, acts_as: frozenset[By], at: dt.datetime) -> Document:
    """Begin to work on a document (đang xử lý, 05).

    Raises:
        NotNow, WrittenMeanwhile: as of `steps`.
    """
    document = steps.held(document_id, revision)
    steps.require(document, Step.BEGIN, acts_as)
    done = steps.take(document, Step.BEGIN, actor=actor.username, at=at)
    _tell(done, Step.BEGIN, actor, at)
    return done


@transaction.atomic
def finish(
    *, document_id: int, revision: int, outcome: str, actor: User, acts_as: frozenset[By], at: dt.datetime
) -> Document:
    """Finish with a document and say how (hoàn thành, 06).

    Raises:
        NotNow, WrittenMeanwhile: as of `steps`.
    """
    secrets.require_none(outcome.splitlines())
    document = steps.held(document_id, revision)
    steps.require(document, Step.FINISH, acts_as)
    Arrival.objects.filter(document=document).update(outcome=outcome)
    done = steps.take(document, Step.FINISH, actor=actor.username, at=at, note=outcome)
    _tell(done, Step.FINISH, actor, at)
    return done


def _tell(document: Document, step: Step, actor: User, at: dt.datetime, reason: str = "") -> None:
    """The word to the sender is part of the step; the reason of a refusal goes along, nobody's opinion does."""
    statuses.tell(document, code=life.row(step).code, at=at, description=reason, staff=actor.full_name)
