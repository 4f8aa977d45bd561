"""Until when a dossier must be settled (thời hạn giải quyết thủ tục hành chính), without any database.

The day of acceptance does not count, and a last day on which offices are closed moves to the next one on which they
work (Bộ luật Dân sự 2015, Điều 147 và 148). What comes in after 15:00 is passed on at the start of the next working day
(NĐ 61/2018/NĐ-CP, Điều 18). From this follows the *counted day* of a moment: its own day, or the next working day if
it lies after the cut-off or on a day off. Before opening and over lunch it is the day itself.

- Terms in working days start on the counted day; 0 working days is its end (giải quyết ngay trong ngày).
- Terms in calendar days know no cut-off, except that 0 days is the end of the counted day.
- Terms in working hours run in the office sessions alone. After the cut-off they start at once if they can end the
  same day, otherwise at the next opening.

A day's term ends when the office closes, not at midnight as in Điều 148 khoản 6: nobody can hand over a result later.
"""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from tinhso.core.clock import VIETNAM
from tinhso.organizations.rules.working_days import (
    DAY,
    WorkingCalendar,
    add_working_days,
    is_working_day,
    working_days_between,
)

HOUR = dt.timedelta(hours=1)
NOTHING = dt.timedelta(0)

Session = tuple[dt.time, dt.time]  # from, until


class PausesOutOfOrder(ValueError):
    """Pauses that overlap, begin before acceptance, or follow one that is still open."""


class TermUnit(StrEnum):
    """What a term is counted in: ngày làm việc, giờ làm việc, ngày (tính cả ngày nghỉ)."""

    WORKING_DAY = "working_day"
    WORKING_HOUR = "working_hour"
    CALENDAR_DAY = "calendar_day"


class Resume(StrEnum):
    """How a term goes on after a pause: with the time that was left, or counted anew (tính lại từ đầu).

    Source: RESTART is NĐ 61/2018/NĐ-CP, Điều 19 khoản 4.
    """

    CONTINUE = "continue"
    RESTART = "restart"


@dataclass(frozen=True, slots=True)
class Term:
    """How long an agency may take (thời hạn giải quyết), as the procedure's decision of publication states it.

    Attributes:
        amount: whole units; 0 days is the same day (ngay trong ngày), 0 hours at once.
        unit: what is counted.

    Raises:
        ValueError: a negative amount.
    """

    amount: int
    unit: TermUnit

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ValueError("a term must not be negative")


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When offices are open on a working day (giờ hành chính), in Vietnam's time; 8 hours unless stated otherwise.

    Attributes:
        sessions: from and until, in order; both ends belong to office time.
        cut_off: what is accepted later than this counts on the next working day (NĐ 61/2018/NĐ-CP, Điều 18).

    Raises:
        ValueError: no session, sessions that overlap, or a cut-off outside them.
    """

    sessions: tuple[Session, ...] = ((dt.time(7), dt.time(11, 30)), (dt.time(13, 30), dt.time(17)))
    cut_off: dt.time = dt.time(15)

    def __post_init__(self) -> None:
        if not self.sessions:
            raise ValueError("an office needs a session")
        if any(later <= earlier for earlier, later in self.sessions):
            raise ValueError("a session must end after it begins")
        if any(later[0] < earlier[1] for earlier, later in pairwise(self.sessions)):
            raise ValueError("sessions must not overlap")
        if not self.sessions[0][0] <= self.cut_off <= self.sessions[-1][1]:
            raise ValueError("the cut-off must lie between opening and closing")


OFFICE_HOURS = OfficeHours()


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which the agency waits for the applicant: for a supplement (bổ sung hồ sơ) or a payment.

    Attributes:
        began_at: when the request went out, aware.
        ended_at: when the answer came in, aware; None while it is awaited.

    Raises:
        ValueError: a moment without zone, or an end before the beginning.
    """

    began_at: dt.datetime
    ended_at: dt.datetime | None = None

    def __post_init__(self) -> None:
        _local(self.began_at)
        if self.ended_at is not None and _local(self.ended_at) < self.began_at:
            raise ValueError("a pause must not end before it begins")


def due(
    *,
    accepted_at: dt.datetime,
    term: Term,
    calendar: WorkingCalendar,
    hours: OfficeHours = OFFICE_HOURS,
    pauses: Sequence[Pause] = (),
    resume: Resume = Resume.CONTINUE,
    extension: Term | None = None,
) -> dt.datetime | None:
    """The moment by which the result must be there (thời điểm hẹn trả kết quả).

    The clock stands from the beginning of a pause until its end. A pause that begins when the time is over changes
    nothing: a dossier that is late stays late. Pauses that touch are one.

    With CONTINUE, a pause costs a term in working days as many of them as lie between the counted days of its
    beginning and its end, a term in calendar days the days between the two dates, and a term in hours the office time
    in between. A pause within one date costs a term in days nothing, unless it outlasts the closing of the last day.
    With RESTART, the whole term is counted from the end of the pause by the same rules as from acceptance.

    Args:
        accepted_at: aware, in any zone.
        term: the time the procedure allows.
        calendar: the days on which offices work.
        hours: when they are open.
        pauses: in order of time.
        resume: what happens to the time left.
        extension: more time, given once (gia hạn), counted from the end of the term and in its own unit;
            None is none. Pauses go on to count in it.

    Returns:
        Aware, in Vietnam's zone and within office time of a working day; for terms in days it is the closing of the
        last day. None while a pause is open: the clock stands.

    Raises:
        OutsideCalendar: the calendar does not reach that far.
        PausesOutOfOrder: pauses overlap, begin before acceptance, or follow an open one.
        ValueError: `accepted_at` has no zone.

    Source: Bộ luật Dân sự 2015, Điều 147 và 148; NĐ 61/2018/NĐ-CP, Điều 18 và Điều 19 khoản 4.
    """
    office = _Office(calendar, hours)
    start = _local(accepted_at)
    waiting = _joined(start, pauses)
    if resume is Resume.CONTINUE:
        return _counted(office, start, term, extension, waiting)
    for pause in waiting:
        if is_late(at=pause.began_at, due_at=_counted(office, start, term, extension)):
            break
        if pause.ended_at is None:
            return None
        start = pause.ended_at
    return _counted(office, start, term, extension)


def time_left(
    *,
    at: dt.datetime,
    due_at: dt.datetime | None,
    unit: TermUnit,
    calendar: WorkingCalendar,
    hours: OfficeHours = OFFICE_HOURS,
) -> int | None:
    """How much time is left at a moment (thời gian còn lại), in whole units.

    Days are counted after today up to the due day, so that 0 is "due today"; hours are full hours of office time.
    When it is late, every unit that has begun counts, and the first begins at once: it is at most -1.

    Args:
        at: aware, in any zone.
        due_at: what `due` gave.
        unit: of the term.
        calendar: the days on which offices work.
        hours: when they are open.

    Returns:
        Units left, negative when late. None where `due_at` is: the clock stands.

    Raises:
        OutsideCalendar: the calendar does not reach from one moment to the other (terms in working days and hours).
        ValueError: a moment has no zone.

    Source: as of `due`.
    """
    if due_at is None:
        return None
    clock = CLOCKS[unit](_Office(calendar, hours))
    at, due_at = _local(at), _local(due_at)
    if is_late(at=at, due_at=due_at):
        return -max(1, clock.units(due_at, at, begun=True))
    return clock.units(at, due_at)


def is_late(*, at: dt.datetime, due_at: dt.datetime | None) -> bool:
    """Whether the time is over (quá hạn): later than the due moment itself, which is still in time.

    Args:
        at: aware, in any zone.
        due_at: what `due` gave; with None, while the clock stands, nothing is late.

    Raises:
        ValueError: a moment has no zone.

    Source: Bộ luật Dân sự 2015, Điều 148.
    """
    return due_at is not None and _local(at) > _local(due_at)


def _local(moment: dt.datetime) -> dt.datetime:
    if moment.utcoffset() is None:
        raise ValueError(f"{moment} has no zone")
    return moment.astimezone(VIETNAM)


def _joined(accepted_at: dt.datetime, pauses: Sequence[Pause]) -> list[Pause]:
    """The pauses in Vietnam's time; those that touch are one."""
    joined: list[Pause] = []
    earliest: dt.datetime | None = accepted_at
    for pause in pauses:
        if earliest is None or pause.began_at < earliest:
            raise PausesOutOfOrder(f"{pause.began_at} lies before {earliest or 'the end of an open pause'}")
        ended_at = None if pause.ended_at is None else _local(pause.ended_at)
        if joined and pause.began_at == earliest:
            joined[-1] = replace(joined[-1], ended_at=ended_at)
        else:
            joined.append(Pause(_local(pause.began_at), ended_at))
        earliest = ended_at
    return joined


def _counted(
    office: "_Office", accepted_at: dt.datetime, term: Term, extension: Term | None, pauses: Sequence[Pause] = ()
) -> dt.datetime | None:
    """The end of the term and then of its extension, with the time left going on after each pause."""
    clock = CLOCKS[term.unit](office)
    left = term.amount * clock.unit
    due_at, later = clock.run(clock.start(accepted_at, left), left, pauses)
    if due_at is None or extension is None:
        return due_at
    clock = CLOCKS[extension.unit](office)
    return clock.run(due_at, extension.amount * clock.unit, later)[0]


@dataclass(frozen=True, slots=True)
class _Office:
    """When an office works; all moments are in Vietnam's time."""

    calendar: WorkingCalendar
    hours: OfficeHours

    def counted_day(self, moment: dt.datetime) -> dt.date:
        day = moment.date() + DAY if moment.time() > self.hours.cut_off else moment.date()
        return add_working_days(day, 0, self.calendar)

    def opening(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, self.hours.sessions[0][0], VIETNAM)

    def closing(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, self.hours.sessions[-1][1], VIETNAM)

    def sessions(self, day: dt.date) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        if is_working_day(day, self.calendar):
            for first, last in self.hours.sessions:
                yield dt.datetime.combine(day, first, VIETNAM), dt.datetime.combine(day, last, VIETNAM)

    def after(self, moment: dt.datetime, time: dt.timedelta) -> dt.datetime:
        """The first moment of office time by which that much of it has passed."""
        day = moment.date()
        while True:
            for opened_at, closed_at in self.sessions(day):
                since = max(opened_at, moment)
                if since <= closed_at:
                    if closed_at - since >= time:
                        return since + time
                    time -= closed_at - since
            day += DAY

    def between(self, first: dt.datetime, last: dt.datetime) -> dt.timedelta:
        """Office time from one moment to another, none when the other is earlier."""
        passed = NOTHING
        for offset in range((last.date() - first.date()).days + 1):
            for opened_at, closed_at in self.sessions(first.date() + offset * DAY):
                passed += max(NOTHING, min(last, closed_at) - max(first, opened_at))
        return passed


@dataclass(frozen=True, slots=True)
class _Clock(ABC):
    """How the time of a term passes. Amounts are durations, of which a day stands for a day of the clock's kind."""

    office: _Office

    @property
    @abstractmethod
    def unit(self) -> dt.timedelta:
        """One unit of a term."""

    @abstractmethod
    def start(self, moment: dt.datetime, left: dt.timedelta) -> dt.datetime:
        """Where counting starts for what comes in at a moment; of the start of terms in days only the date matters."""

    @abstractmethod
    def end(self, start: dt.datetime, left: dt.timedelta) -> dt.datetime:
        """When the time left is over."""

    @abstractmethod
    def spent(self, start: dt.datetime, moment: dt.datetime) -> dt.timedelta:
        """What has passed at a moment."""

    @abstractmethod
    def resumed(self, start: dt.datetime, moment: dt.datetime, left: dt.timedelta) -> dt.datetime:
        """Where counting goes on after a pause that ended at a moment."""

    @abstractmethod
    def overlooks(self, pause: Pause, due_at: dt.datetime) -> bool:
        """Whether a pause is too short to count."""

    @abstractmethod
    def units(self, first: dt.datetime, last: dt.datetime, *, begun: bool = False) -> int:
        """Units from one moment to a later one: the full ones, or with `begun` all that have begun."""

    def run(
        self, start: dt.datetime, left: dt.timedelta, pauses: Sequence[Pause]
    ) -> tuple[dt.datetime | None, Sequence[Pause]]:
        """When the time left is over, None while a pause is open, and the pauses that begin later than that."""
        for number, pause in enumerate(pauses):
            due_at = self.end(start, left)
            if is_late(at=pause.began_at, due_at=due_at):
                return due_at, pauses[number:]
            if pause.ended_at is None:
                return None, ()
            if not self.overlooks(pause, due_at):
                left = max(NOTHING, left - self.spent(start, pause.began_at))
                start = self.resumed(start, pause.ended_at, left)
        return self.end(start, left), ()


class _DayClock(_Clock):
    """What terms in working days and in calendar days have in common."""

    __slots__ = ()

    @property
    def unit(self) -> dt.timedelta:
        return DAY

    def resumed(self, start: dt.datetime, moment: dt.datetime, left: dt.timedelta) -> dt.datetime:
        return self.start(moment, left)

    def overlooks(self, pause: Pause, due_at: dt.datetime) -> bool:
        ended_at = pause.ended_at
        return ended_at is not None and ended_at.date() == pause.began_at.date() and ended_at <= due_at


class _WorkingDays(_DayClock):
    __slots__ = ()

    def start(self, moment: dt.datetime, left: dt.timedelta) -> dt.datetime:
        return self.office.opening(self.office.counted_day(moment))

    def end(self, start: dt.datetime, left: dt.timedelta) -> dt.datetime:
        return self.office.closing(add_working_days(start.date(), left.days, self.office.calendar))

    def spent(self, start: dt.datetime, moment: dt.datetime) -> dt.timedelta:
        counted_day = self.office.counted_day(moment)
        return working_days_between(start.date(), counted_day, self.office.calendar) * DAY

    def units(self, first: dt.datetime, last: dt.datetime, *, begun: bool = False) -> int:
        return working_days_between(first.date(), last.date(), self.office.calendar)


class _CalendarDays(_DayClock):
    __slots__ = ()

    def start(self, moment: dt.datetime, left: dt.timedelta) -> dt.datetime:
        return moment if left else self.office.opening(self.office.counted_day(moment))

    def end(self, start: dt.datetime, left: dt.timedelta) -> dt.datetime:
        return self.office.closing(add_working_days(start.date() + left, 0, self.office.calendar))

    def spent(self, start: dt.datetime, moment: dt.datetime) -> dt.timedelta:
        return max(NOTHING, moment.date() - start.date())

    def units(self, first: dt.datetime, last: dt.datetime, *, begun: bool = False) -> int:
        return (last.date() - first.date()).days


class _WorkingHours(_Clock):
    __slots__ = ()

    @property
    def unit(self) -> dt.timedelta:
        return HOUR

    def start(self, moment: dt.datetime, left: dt.timedelta) -> dt.datetime:
        is_after_cut_off = moment.time() > self.office.hours.cut_off
        if is_after_cut_off and self.end(moment, left).date() > moment.date():
            return self.office.opening(self.office.counted_day(moment))
        return moment

    def end(self, start: dt.datetime, left: dt.timedelta) -> dt.datetime:
        return self.office.after(start, left)

    def spent(self, start: dt.datetime, moment: dt.datetime) -> dt.timedelta:
        return self.office.between(start, moment)

    def resumed(self, start: dt.datetime, moment: dt.datetime, left: dt.timedelta) -> dt.datetime:
        return max(start, moment)

    def overlooks(self, pause: Pause, due_at: dt.datetime) -> bool:
        return False

    def units(self, first: dt.datetime, last: dt.datetime, *, begun: bool = False) -> int:
        passed = self.office.between(first, last)
        return -(-passed // HOUR) if begun else passed // HOUR


CLOCKS: dict[TermUnit, type[_Clock]] = {
    TermUnit.WORKING_DAY: _WorkingDays,
    TermUnit.WORKING_HOUR: _WorkingHours,
    TermUnit.CALENDAR_DAY: _CalendarDays,
}
