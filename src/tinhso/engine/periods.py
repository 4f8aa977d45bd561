"""Reporting periods and the atoms of time they are made of.

A period is named as people write it: `2023-05`, `2023-Q2`, `2023-H1`, `2023-9M`, `2023`, and `2023-05/ytd`
for 1 January to the end of May. An atom is the coarsest piece of time that no period, no change of the
unit tree and no evaluation date cuts; every period is a run of whole atoms.
"""

import calendar
import datetime as dt
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One reporting period (kỳ báo cáo), both ends included."""

    starts_on: dt.date
    ends_on: dt.date
    code: str
    kind: PeriodKind

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
    def year_starts_on(self) -> dt.date:
        """1 January of the period's year, where year-to-date windows begin."""
        return dt.date(self.starts_on.year, 1, 1)


def parse(code: str) -> Period:
    """The period a code names.

    Raises:
        UnreadablePeriod: the text is not a period code.
    """
    found = re.fullmatch(r"(?P<year>[12]\d{3})(?:-(?P<rest>.+))?", code)
    if not found:
        raise UnreadablePeriod(code)
    year, rest = int(found["year"]), found["rest"]
    if rest is None:
        return _period(year, 1, 12, code, "year")
    for kind, pattern in _FORMS:
        if part := re.fullmatch(pattern, rest):
            first, last = _months(kind, {name: int(text) for name, text in part.groupdict().items()})
            return _period(year, first, last, code, kind)
    raise UnreadablePeriod(code)


def year_to_date(day: dt.date) -> Period:
    """The year-to-date period that ends with the month of `day`."""
    return parse(f"{day:%Y-%m}/ytd")


def periods_of_year(year: int) -> list[Period]:
    """Every period of one year, months first."""
    codes = [f"{year}-{month:02}" for month in range(1, 13)]
    codes += [f"{year}-Q{quarter}" for quarter in range(1, 5)]
    codes += [f"{year}-H1", f"{year}-H2", f"{year}-9M", f"{year}"]
    codes += [f"{year}-{month:02}/ytd" for month in range(1, 13)]
    return [parse(code) for code in codes]


def periods_until(first_day: dt.date, as_of: dt.date) -> list[Period]:
    """Every period of the years from `first_day` on that begins on or before the evaluation date."""
    years = range(first_day.year, as_of.year + 1)
    return [period for year in years for period in periods_of_year(year) if period.starts_on <= as_of]


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
        periods: all that shall be computed; the earliest 1 January of their years is the first atom's start,
            since a measure may count from there.
        tree_changes: days on which an edge of the unit tree begins, or the day after one ends.
        as_of: evaluation date; nothing after it counts.
    """
    starts = {period.year_starts_on for period in periods}
    first = min(starts)
    starts |= {period.starts_on for period in periods}
    starts |= {period.ends_on + DAY for period in periods}
    starts |= {day for day in tree_changes if day > first}
    return Atoms(starts=tuple(sorted(day for day in starts if first <= day <= as_of)), as_of=as_of)


def _period(year: int, first_month: int, last_month: int, code: str, kind: PeriodKind) -> Period:
    last_day = calendar.monthrange(year, last_month)[1]
    return Period(dt.date(year, first_month, 1), dt.date(year, last_month, last_day), code, kind)


def _months(kind: PeriodKind, part: dict[str, int]) -> tuple[int, int]:
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
