"""Documents as lines of lists, with their states, terms and verdicts."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from tinhso.core.badges import Badge
from tinhso.core.clock import VIETNAM
from tinhso.core.exports import Column
from tinhso.documents.choices import Direction, Medium, State, Urgency, Verdict
from tinhso.documents.models import Arrival, Document
from tinhso.documents.rules import deadlines, kinds
from tinhso.organizations import api as organizations
from tinhso.organizations.api import WorkingCalendar as Calendar

STATE_BADGES = {
    State.DRAFT: "no_data",
    State.IN_REVIEW: "too_early",
    State.TO_SIGN: "too_early",
    State.SIGNED: "too_early",
    State.NUMBERED: "too_early",
    State.ISSUED: "met",
    State.RECALLED: "off_track",
    State.REPLACED: "no_occurrence",
    State.DISCARDED: "no_occurrence",
    State.ARRIVED: "too_early",
    State.REFUSED: "off_track",
    State.REGISTERED: "on_track",
    State.ASSIGNED: "on_track",
    State.IN_PROGRESS: "on_track",
    State.DONE: "met",
}
VERDICT_BADGES = {Verdict.PASSED: "met", Verdict.FAILED: "not_met", Verdict.UNDETERMINED: "too_early"}


@dataclass(frozen=True)
class Line:
    """One document of a list.

    Attributes:
        number: number and notation; a dash in place of the number while there is none.
        other: the issuer of a document in, the recipients of one out.
        term: when something is due; None for nothing.
        verdict: of the check of its signatures; None while there is none.
    """

    url: str
    number: str
    kind: str
    subject: str
    day: dt.date | None
    other: str
    urgency: str
    state: Badge
    verdict: Badge | None
    term: Badge | None
    entry: int | None = None
    handler: str = ""


def lines(documents: Sequence[Document], verdicts: dict[int, str], at: dt.datetime) -> list[Line]:
    """The lines of a list.

    Args:
        verdicts: by key of the document.
    """
    is_any_new = any(each.state == State.REGISTERED for each in documents)
    calendar = organizations.working_calendar() if is_any_new else None
    return [_line(each, verdicts.get(each.pk), at, calendar) for each in documents]


def state_badge(document: Document) -> Badge:
    """A document's state with its word."""
    return Badge(STATE_BADGES[State(document.state)], str(document.get_state_display()))


def verdict_badge(verdict: str) -> Badge:
    """A verdict with its word."""
    return Badge(VERDICT_BADGES[Verdict(verdict)], str(Verdict(verdict).label))


def columns_in() -> list[Column[Line]]:
    """The columns of the register of documents in."""
    return [
        (_("Số đến"), lambda line: line.entry),
        (_("Ngày văn bản"), lambda line: line.day),
        *_common(),
        (_("Nơi gửi"), lambda line: line.other),
        (_("Người xử lý"), lambda line: line.handler),
    ]


def columns_out() -> list[Column[Line]]:
    """The columns of the register of documents out."""
    return [(_("Ngày văn bản"), lambda line: line.day), *_common(), (_("Nơi nhận"), lambda line: line.other)]


def _common() -> list[Column[Line]]:
    return [
        (_("Số, ký hiệu"), lambda line: line.number),
        (_("Tên loại"), lambda line: line.kind),
        (_("Trích yếu"), lambda line: line.subject),
        (_("Mức độ khẩn"), lambda line: line.urgency),
        (_("Trạng thái"), lambda line: line.state.label),
        (_("Chữ ký số"), lambda line: line.verdict.label if line.verdict else ""),
    ]


def _line(document: Document, verdict: str | None, at: dt.datetime, calendar: Calendar | None) -> Line:
    arrival = _arrival(document)
    return Line(
        url=reverse("documents:document", args=[document.pk]),
        number=kinds.shown_number(document.number, document.notation),
        kind=str(document.get_kind_display()),
        subject=document.subject,
        day=document.issued_on,
        other=document.issuer.name if document.direction == Direction.IN else "; ".join(document.places_to[:3]),
        urgency=str(Urgency(document.urgency).label) if document.urgency else "",
        state=state_badge(document),
        verdict=verdict_badge(verdict) if verdict else _without_verdict(document),
        term=_term(document, arrival, at, calendar),
        entry=arrival.number if arrival else None,
        handler=arrival.assigned_to.full_name if arrival and arrival.assigned_to else "",
    )


def _without_verdict(document: Document) -> Badge | None:
    return Badge("no_data", str(Medium.PAPER.label)) if document.medium == Medium.PAPER else None


def _arrival(document: Document) -> Arrival | None:
    if document.direction != Direction.IN:
        return None
    return getattr(document, "arrival", None)


def _term(document: Document, arrival: Arrival | None, at: dt.datetime, calendar: Calendar | None) -> Badge | None:
    """What is due of a document in: the word that it has come, or its settling."""
    if arrival is None:
        return None
    if document.state == State.ARRIVED:
        late = at > arrival.acknowledge_by
        return Badge("not_met" if late else "too_early", _("quá hạn tiếp nhận") if late else _("tiếp nhận trong ngày"))
    if calendar is not None and document.state == State.REGISTERED and arrival.registered_at and not arrival.due_on:
        return _passing_on(document, arrival.registered_at.astimezone(VIETNAM), at, calendar)
    if arrival.due_on and document.state != State.DONE:
        left = (arrival.due_on - at.date()).days
        if left < 0:
            return Badge("not_met", _("quá hạn %(days)s ngày") % {"days": -left})
        return Badge("too_early" if left <= 2 else "on_track", _("còn %(days)s ngày") % {"days": left})
    return None


def _passing_on(document: Document, registered_at: dt.datetime, at: dt.datetime, calendar: Calendar) -> Badge:
    """By when a document that is taken in goes to who handles it (NĐ 30/2020/NĐ-CP, Điều 23)."""
    following = organizations.add_working_days(registered_at.date(), 1, calendar)
    by = deadlines.pass_on_by(registered_at=registered_at, urgency=document.urgency, next_working_day=following)
    late = at > by
    return Badge(
        "not_met" if late else "too_early",
        _("quá hạn chuyển xử lý") if late else _("chuyển trước %(day)s") % {"day": f"{by:%d/%m %H:%M}"},
    )
