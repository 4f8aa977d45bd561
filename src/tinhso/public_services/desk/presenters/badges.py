"""States and terms in a word, a shape and a color."""

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tinhso.core.badges import Badge
from tinhso.core.clock import VIETNAM
from tinhso.core.numbers import number
from tinhso.organizations import api as organizations
from tinhso.organizations.api import OutsideCalendar, TermUnit, WorkingCalendar
from tinhso.public_services.desk.selectors.inbox import Line
from tinhso.public_services.dossiers.choices import State
from tinhso.public_services.dossiers.models import Dossier

STATES: dict[str, str] = {
    State.SUBMITTED: "running",
    State.ACCEPTED: "running",
    State.REFUSED: "no_occurrence",
    State.IN_PROGRESS: "on_track",
    State.AWAITING_SUPPLEMENT: "old",
    State.AWAITING_PAYMENT: "old",
    State.WITHDRAWN: "no_occurrence",
    State.STOPPED: "no_occurrence",
    State.RESOLVED: "good",
    State.DELIVERED: "met",
}
SCANS = {"clean": "good", "infected": "not_met", "pending": "running", "unscanned": "too_early"}
SOON = 8  # working hours


def state(code: str) -> Badge:
    return Badge(STATES[State(code)], str(State(code).label))


def paused() -> Badge:
    return Badge("old", _("Tạm dừng"))


def waiting(dossier: Dossier | Line) -> Badge | None:
    """What a dossier waits for at its applicant, in place of a term; None where a term runs."""
    if dossier.desk != "applicant" or dossier.accepted_at is None:
        return None
    return Badge("old", _("Chờ nộp phí, lệ phí")) if dossier.state == State.RESOLVED else paused()


def term(due_at: dt.datetime | None, *, at: dt.datetime, calendar: WorkingCalendar) -> Badge | None:
    """How much time is left: working hours for less than a day's worth, else working days. None without a term."""
    if due_at is None:
        return None
    is_late = organizations.is_late(at=at, due_at=due_at)
    try:
        count, is_hours = _time_left(due_at, at, calendar)
    except OutsideCalendar:
        return Badge("not_met", _("Quá hạn")) if is_late else None
    if is_late:
        return Badge("not_met", _late(-count, is_hours))
    if is_hours:
        text = ngettext("còn %(count)s giờ làm việc", "còn %(count)s giờ làm việc", count)
        return Badge("old", text % {"count": number(count)})
    text = ngettext("còn %(count)s ngày làm việc", "còn %(count)s ngày làm việc", count)
    return Badge("on_track", text % {"count": number(count)})


def _time_left(due_at: dt.datetime, at: dt.datetime, calendar: WorkingCalendar) -> tuple[int, bool]:
    """Units left, negative when late, and whether they are hours."""
    days = organizations.time_left(at=at, due_at=due_at, unit=TermUnit.WORKING_DAY, calendar=calendar) or 0
    if abs(days) > 1:
        return days, False
    hours = organizations.time_left(at=at, due_at=due_at, unit=TermUnit.WORKING_HOUR, calendar=calendar) or 0
    return (hours, True) if abs(hours) < SOON else (days, False)


def _late(count: int, is_hours: bool) -> str:
    if is_hours:
        text = ngettext("quá hạn %(count)s giờ làm việc", "quá hạn %(count)s giờ làm việc", count)
    else:
        text = ngettext("quá hạn %(count)s ngày làm việc", "quá hạn %(count)s ngày làm việc", count)
    return text % {"count": number(count)}


def scan(code: str) -> Badge:
    words = {
        "clean": _("Đã quét, an toàn"),
        "infected": _("Có mã độc"),
        "pending": _("Đang chờ quét mã độc"),
        "unscanned": _("Chưa quét mã độc"),
    }
    return Badge(SCANS.get(code, "too_early"), words.get(code, code))


def moment(value: dt.datetime) -> str:
    """“30/09 14:05”, in Vietnam's time."""
    return f"{value.astimezone(VIETNAM):%d/%m %H:%M}"
