"""Working days (ngày làm việc; Bộ luật Lao động 2019, Điều 111 và 112)."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

DAY = dt.timedelta(days=1)
FRIDAY = 4


class OutsideCalendar(ValueError):
    """The day lies outside the years the calendar was issued for."""


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """One version of the working calendar.

    Attributes:
        first_day: first day it speaks of.
        last_day: last day it speaks of.
        holidays: days off besides Saturdays and Sundays.
        working_days: Saturdays or Sundays worked instead of another day.
    """

    first_day: dt.date
    last_day: dt.date
    holidays: frozenset[dt.date]
    working_days: frozenset[dt.date]


def is_working_day(day: dt.date, calendar: WorkingCalendar) -> bool:
    """Whether offices work on a day.

    Raises:
        OutsideCalendar: the calendar does not cover the day.
    """
    if not calendar.first_day <= day <= calendar.last_day:
        raise OutsideCalendar(f"{day} ngoài {calendar.first_day}..{calendar.last_day}")
    if day in calendar.working_days:
        return True
    return day.weekday() <= FRIDAY and day not in calendar.holidays


def add_working_days(day: dt.date, count: int, calendar: WorkingCalendar) -> dt.date:
    """The day on which `count` working days after `day` have passed; the day itself does not count.

    With `count` 0 it is `day`, or the next working day if `day` is none.

    Raises:
        OutsideCalendar: the calendar ends before the answer.
    """
    if count < 0:
        raise ValueError("count must not be negative")
    while count > 0:
        day += DAY
        if is_working_day(day, calendar):
            count -= 1
    while not is_working_day(day, calendar):
        day += DAY
    return day


@lru_cache(maxsize=4096)  # lists count from today to the same few days, a hundred times a page
def working_days_between(first: dt.date, last: dt.date, calendar: WorkingCalendar) -> int:
    """How many working days lie after `first` up to and including `last`; negative when `last` is earlier."""
    if last < first:
        return -working_days_between(last, first, calendar)
    days = (first + dt.timedelta(days=offset) for offset in range(1, (last - first).days + 1))
    return sum(is_working_day(day, calendar) for day in days)
