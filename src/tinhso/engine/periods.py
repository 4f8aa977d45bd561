"""Reporting periods and the atoms of time they are made of.

A period is named as people write it: `2023-05`, `2023-Q2`, `2023-H1`, `2023-9M`, `2023`, and `2023-05/ytd`
for 1 January to the end of May. A period of another calendar than the civil one is named with the calendar's id:
`2023-05@nd09`. An atom is the coarsest piece of time that no period, no change of the unit tree and no evaluation
date cuts; every period is a run of whole atoms.
"""

import datetime as dt
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tinhso.engine.calendars import CIVIL, NONE, Calendar, Calendars

PeriodKind = Literal["month", "quarter", "half", "nine_months", "year", "year_to_date"]
DAY = dt.timedelta(days=1)

_FORMS: tuple[tuple[PeriodKind, str], ...] = (
    ("month", r"(?P<month>0[1-9]|1[0-2])"),
    ("quarter", r"Q(?P<quarter>[1-4])"),
    ("half", r"H(?P<half>[12])"),
    ("nine_months", r"9M"),
    ("year_to_date", r"(?P<month>0[1-9]|1[0-2])/ytd"),
)


class UnreadablePeriod(ValueError):
    """The text names no period."""


class UnknownCalendar(UnreadablePeriod):
    """The text names a period of a calendar that is not declared.

    Args:
        code: the text.
        calendar: id of the calendar.
    """

    def __init__(self, code: str, calendar: str) -> None:
        super().__init__(code)
        self.calendar = calendar


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One reporting period (kỳ báo cáo), both ends included.

    Attributes:
        year_starts_on: first day of the period's year, where year-to-date windows begin: 1 January, or the first
            day of the calendar's own year.
        calendar: id of the calendar that cuts it; empty for the civil one.
    """

    starts_on: dt.date
    ends_on: dt.date
    code: str
    kind: PeriodKind
    year_starts_on: dt.date
    calendar: str = ""

    @property
    def is_whole_year(self) -> bool:
        """Whether it is exactly 1 January to 31 December."""
        return (self.starts_on.month, self.starts_on.day, self.ends_on.month, self.ends_on.day) == (
            1,
            1,
            12,
            31,
        )

    @property
    def year(self) -> int:
        """The year it is reported under; one of another calendar may begin in the year before."""
        return int(self.code[:4])

    @property
    def civil_code(self) -> str:
        """The code of the period that has its name in the civil calendar."""
        return self.code.partition("@")[0]


def parse(code: str, calendars: Calendars = NONE) -> Period:
    """The period a code names.

    Args:
        code: a civil code, or one followed by `@` and the id of a calendar.
        calendars: those whose periods may be named, by id; the civil one always is.

    Raises:
        UnreadablePeriod: the text is not a period code.
        UnknownCalendar: it would be one, but names a calendar that is not given.
    """
    name, at, calendar_id = code.partition("@")
    months = _months(name)
    if not at:
        return _period(CIVIL, months)
    if calendar_id not in calendars:
        raise UnknownCalendar(code, calendar_id)
    return _period(calendars[calendar_id], months)


def year_to_date(day: dt.date) -> Period:
    """The year-to-date period that ends with the month of `day`."""
    return parse(f"{day:%Y-%m}/ytd")


def periods_of_year(year: int, calendars: Calendars = NONE) -> list[Period]:
    """Every period of one year, months first; those of the civil calendar, then those of each one given."""
    return [period for calendar in (CIVIL, *calendars.values()) for period in _of_year(calendar, year)]


def periods_until(first_day: dt.date, as_of: dt.date, calendars: Calendars = NONE) -> list[Period]:
    """Every period of the years from `first_day` on that begins on or before the evaluation date.

    A calendar's years are its own: with `first_day` in late December, its first one may be that of next January.

    Args:
        first_day: from the year that holds this day.
        as_of: evaluation date.
        calendars: those whose periods are wanted beside the civil ones, by id.
    """
    found = []
    for calendar in (CIVIL, *calendars.values()):
        for year in range(calendar.year_of(first_day), calendar.year_of(as_of) + 1):
            found += [period for period in _of_year(calendar, year) if period.starts_on <= as_of]
    return found


@dataclass(frozen=True, slots=True)
class Atoms:
    """Consecutive pieces of time, numbered from 0; the last ends on the evaluation date.

    Attributes:
        starts: first day of each atom, ascending.
        as_of: last day of the last atom.
    """

    starts: tuple[dt.date, ...]
    as_of: dt.date

    def __len__(self) -> int:
        return len(self.starts)

    def ends_on(self, atom: int) -> dt.date:
        return self.starts[atom + 1] - DAY if atom + 1 < len(self.starts) else self.as_of

    def holding(self, day: dt.date) -> int:
        """The atom that holds a day; -1 for a day before the first atom, the last atom for later days."""
        return bisect_right(self.starts, day) - 1

    def of(self, starts_on: dt.date, ends_on: dt.date) -> range:
        """The atoms of a span that begins and ends on cuts (its end may lie after the evaluation date)."""
        return range(max(self.holding(starts_on), 0), self.holding(min(ends_on, self.as_of)) + 1)


def cut(periods: Iterable[Period], tree_changes: Iterable[dt.date], as_of: dt.date) -> Atoms:
    """The coarsest atoms that keep every period and every state of the unit tree whole.

    Args:
        periods: all that shall be computed; the earliest beginning of their years is the first atom's start,
            since a measure may count from there. Without any there are no atoms.
        tree_changes: days on which an edge of the unit tree begins, or the day after one ends.
        as_of: evaluation date; nothing after it counts.
    """
    periods = list(periods)
    starts = {period.year_starts_on for period in periods}
    first = min(starts, default=as_of)
    starts |= {period.starts_on for period in periods}
    starts |= {period.ends_on + DAY for period in periods}
    starts |= {day for day in tree_changes if day > first}
    return Atoms(starts=tuple(sorted(day for day in starts if first <= day <= as_of)), as_of=as_of)


@dataclass(frozen=True, slots=True)
class _Months:
    """What a code says before any calendar tells on which days it lies."""

    name: str
    kind: PeriodKind
    year: int
    first: int
    last: int


def _months(name: str) -> _Months:
    found = re.fullmatch(r"(?P<year>[12][0-9]{3})(?:-(?P<rest>.+))?", name)
    if not found:
        raise UnreadablePeriod(name)
    year, rest = int(found["year"]), found["rest"]
    if rest is None:
        return _Months(name, "year", year, 1, 12)
    for kind, pattern in _FORMS:
        if part := re.fullmatch(pattern, rest):
            first, last = _run(kind, {unit: int(text) for unit, text in part.groupdict().items()})
            return _Months(name, kind, year, first, last)
    raise UnreadablePeriod(name)


def _run(kind: PeriodKind, part: dict[str, int]) -> tuple[int, int]:
    match kind:
        case "month":
            return part["month"], part["month"]
        case "quarter":
            return part["quarter"] * 3 - 2, part["quarter"] * 3
        case "half":
            return part["half"] * 6 - 5, part["half"] * 6
        case "nine_months":
            return 1, 9
        case _:
            return 1, part["month"]


def _period(calendar: Calendar, months: _Months) -> Period:
    starts_on, ends_on = calendar.days(months.year, months.first, months.last)
    code = f"{months.name}@{calendar.id}" if calendar.id else months.name
    return Period(starts_on, ends_on, code, months.kind, calendar.month_starts_on(months.year, 1), calendar.id)


def _of_year(calendar: Calendar, year: int) -> list[Period]:
    names = [f"{year}-{month:02}" for month in range(1, 13)]
    names += [f"{year}-Q{quarter}" for quarter in range(1, 5)]
    names += [f"{year}-H1", f"{year}-H2", f"{year}-9M", f"{year}"]
    names += [f"{year}-{month:02}/ytd" for month in range(1, 13)]
    return [_period(calendar, _months(name)) for name in names]
