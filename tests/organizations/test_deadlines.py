"""Deadlines: dated cases computed by hand, and what must hold for any calendar."""

import csv
import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinhso.reference
from tinhso.core.clock import VIETNAM
from tinhso.organizations import api
from tinhso.organizations.rules.deadlines import (
    OFFICE_HOURS,
    OfficeHours,
    Pause,
    PausesOutOfOrder,
    Resume,
    Term,
    TermUnit,
    due,
    is_late,
    time_left,
)
from tinhso.organizations.rules.working_days import OutsideCalendar, WorkingCalendar, is_working_day

UNITS = {"d": TermUnit.WORKING_DAY, "h": TermUnit.WORKING_HOUR, "c": TermUnit.CALENDAR_DAY}
RESTART = {"resume": Resume.RESTART}


def issued_calendar():
    """The calendar of the reference data, without a database."""
    path = Path(tinhso.reference.__path__[0]) / "national" / "calendar" / "days.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(dt.date.fromisoformat(row["date"]), row["kind"]) for row in csv.DictReader(file)]
    return WorkingCalendar(
        first_day=dt.date(2022, 1, 1),
        last_day=dt.date(2027, 12, 31),
        holidays=frozenset(day for day, kind in rows if kind == "holiday"),
        working_days=frozenset(day for day, kind in rows if kind == "working_day"),
    )


ISSUED = issued_calendar()


def moment(text):
    """An aware moment; without a zone it is Vietnam's time."""
    found = dt.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=VIETNAM)


def term(text):
    """5d, 8h and 10c: working days, working hours, calendar days."""
    return Term(int(text[:-1]), UNITS[text[-1]])


def pauses(*spans):
    """Pauses written as "from / until"; without an end they are open."""
    ends = [[moment(part) for part in span.split(" / ")] for span in spans]
    return {"pauses": [Pause(*pair) for pair in ends]}


def more(text):
    return {"extension": term(text)}


# accepted, term, due, and what happens meanwhile
PLAIN_WEEKS = [
    ("2023-03-06 09:00", "5d", "2023-03-13 17:00", {}),  # Monday; 7, 8, 9, 10, 13
    ("2023-03-10 09:00", "1d", "2023-03-13 17:00", {}),  # Friday
    ("2023-03-09 09:00", "10d", "2023-03-23 17:00", {}),
    ("2023-03-06 06:00", "1d", "2023-03-07 17:00", {}),  # before opening
    ("2023-03-06 12:15", "1d", "2023-03-07 17:00", {}),  # over lunch
    ("2023-03-11 09:00", "1d", "2023-03-14 17:00", {}),  # Saturday: as if on Monday 13
    ("2023-03-12 20:00", "2d", "2023-03-15 17:00", {}),  # Sunday evening: as if on Monday 13, not on Tuesday
]
TET_2023 = [  # off from Friday 20 to Thursday 26 January
    ("2023-01-19 09:00", "1d", "2023-01-27 17:00", {}),
    ("2023-01-19 09:00", "3d", "2023-01-31 17:00", {}),  # 27, 30, 31
    ("2023-01-19 15:01", "1d", "2023-01-30 17:00", {}),  # as if on Friday 27
    ("2023-01-18 10:00", "2d", "2023-01-27 17:00", {}),  # 19, 27
    ("2023-01-22 08:00", "1d", "2023-01-30 17:00", {}),  # New Year's Day: as if on Friday 27
    ("2022-12-30 09:00", "1d", "2023-01-03 17:00", {}),  # Monday 2 January off in lieu
]
APRIL_30_AND_MAY_1_2023 = [  # off from Saturday 29 April to Wednesday 3 May
    ("2023-04-28 10:00", "1d", "2023-05-04 17:00", {}),
    ("2023-04-28 16:00", "1d", "2023-05-05 17:00", {}),  # as if on Thursday 4
    ("2023-05-03 09:00", "1d", "2023-05-05 17:00", {}),  # off in lieu: as if on Thursday 4
    ("2023-04-27 09:00", "3d", "2023-05-05 17:00", {}),  # 28, 4, 5
]
SEPTEMBER_2_2023 = [  # off on Friday 1 and Monday 4
    ("2023-08-31 09:00", "1d", "2023-09-05 17:00", {}),
    ("2023-08-30 14:00", "3d", "2023-09-06 17:00", {}),  # 31, 5, 6
    ("2023-09-04 10:00", "2d", "2023-09-07 17:00", {}),  # as if on Tuesday 5
]
SWAPPED_DAYS = [
    ("2024-05-03 09:00", "1d", "2024-05-04 17:00", {}),  # Saturday 4 May 2024 is worked
    ("2024-05-03 15:30", "1d", "2024-05-06 17:00", {}),  # as if on Saturday 4
    ("2024-05-04 09:00", "1d", "2024-05-06 17:00", {}),
    ("2024-04-26 09:00", "2d", "2024-05-03 17:00", {}),  # for Monday 29 April, off until 1 May
    ("2025-04-24 09:00", "2d", "2025-04-26 17:00", {}),  # Saturday 26 April 2025 is worked
    ("2025-04-26 14:00", "3d", "2025-05-05 17:00", {}),  # 28, 29; off from 30 April to Sunday 4 May
    ("2026-08-21 09:00", "1d", "2026-08-22 17:00", {}),  # Saturday 22 August 2026 is worked
    ("2026-08-22 15:30", "1d", "2026-08-25 17:00", {}),  # as if on Monday 24
    ("2026-08-28 09:00", "1d", "2026-09-03 17:00", {}),  # for Monday 31 August, off until 2 September
    ("2025-12-31 09:00", "2d", "2026-01-06 17:00", {}),  # 2 January 2026 is off, too
    ("2026-01-02 09:00", "1d", "2026-01-06 17:00", {}),  # as if on Monday 5
    ("2026-01-09 09:00", "1d", "2026-01-10 17:00", {}),  # for which Saturday 10 January is worked
    ("2026-01-08 16:30", "2d", "2026-01-12 17:00", {}),  # as if on Friday 9; 10, 12
    ("2026-11-23 09:00", "1d", "2026-11-25 17:00", {}),  # 24 November 2026 is a new holiday
    ("2026-11-23 15:30", "1d", "2026-11-26 17:00", {}),
]
YEAR_ENDS_AND_LEAP_DAY = [
    ("2023-12-29 09:00", "1d", "2024-01-02 17:00", {}),
    ("2024-12-30 09:00", "3d", "2025-01-03 17:00", {}),  # 31, 2, 3
    ("2024-12-31 15:00:01", "0d", "2025-01-02 17:00", {}),
    ("2024-02-28 09:00", "1d", "2024-02-29 17:00", {}),
    ("2024-02-28 09:00", "2d", "2024-03-01 17:00", {}),
    ("2024-01-30 09:00", "30c", "2024-02-29 17:00", {}),
    ("2023-01-30 09:00", "30c", "2023-03-01 17:00", {}),
    ("2024-02-29 09:00", "1h", "2024-02-29 10:00", {}),
]
CUT_OFF = [  # Tuesday 6 June 2023
    ("2023-06-06 14:59:59", "1d", "2023-06-07 17:00", {}),
    ("2023-06-06 15:00", "1d", "2023-06-07 17:00", {}),
    ("2023-06-06 15:00:01", "1d", "2023-06-08 17:00", {}),
    ("2023-06-06 16:59", "5d", "2023-06-14 17:00", {}),  # 8, 9, 12, 13, 14
    ("2023-06-06 08:00+00:00", "1d", "2023-06-07 17:00", {}),  # 15:00 in Vietnam
    ("2023-06-06 08:01+00:00", "1d", "2023-06-08 17:00", {}),
    ("2023-06-06 23:30+00:00", "1d", "2023-06-08 17:00", {}),  # 06:30 on Wednesday in Vietnam
]
SAME_DAY = [
    ("2023-06-06 08:00", "0d", "2023-06-06 17:00", {}),
    ("2023-06-06 05:00", "0d", "2023-06-06 17:00", {}),
    ("2023-06-06 15:00", "0d", "2023-06-06 17:00", {}),
    ("2023-06-06 15:00:01", "0d", "2023-06-07 17:00", {}),
    ("2023-06-09 16:00", "0d", "2023-06-12 17:00", {}),  # Friday
    ("2023-06-10 09:00", "0d", "2023-06-12 17:00", {}),  # Saturday
    ("2023-01-19 16:00", "0d", "2023-01-27 17:00", {}),  # eve of Tết
    ("2026-08-21 16:00", "0d", "2026-08-22 17:00", {}),  # the Saturday after is worked
    ("2023-06-09 14:00", "0c", "2023-06-09 17:00", {}),
    ("2023-06-09 16:00", "0c", "2023-06-12 17:00", {}),
]
HOURS = [
    ("2023-06-06 08:00", "2h", "2023-06-06 10:00", {}),
    ("2023-06-06 05:00", "1h", "2023-06-06 08:00", {}),  # before opening
    ("2023-06-06 08:30", "3h", "2023-06-06 11:30", {}),  # ends with the session
    ("2023-06-06 10:00", "2h", "2023-06-06 14:00", {}),  # over lunch: 1.5 h and 0.5 h
    ("2023-06-06 12:00", "1h", "2023-06-06 14:30", {}),
    ("2023-06-06 08:00", "8h", "2023-06-07 08:00", {}),  # 3.5 h, 3.5 h, 1 h
    ("2023-06-05 07:00", "16h", "2023-06-06 17:00", {}),  # two full days
    ("2023-06-09 16:00", "1h", "2023-06-09 17:00", {}),  # after 15:00, but done the same day
    ("2023-06-09 16:00", "2h", "2023-06-12 09:00", {}),  # would pass the end of Friday: from Monday's opening
    ("2023-06-09 15:00", "3h", "2023-06-12 08:00", {}),  # at 15:00 Friday still counts: 2 h, 1 h
    ("2023-06-09 15:00:01", "3h", "2023-06-12 10:00", {}),
    ("2023-06-09 17:30", "8h", "2023-06-12 17:00", {}),
    ("2023-06-10 10:00", "4h", "2023-06-12 11:00", {}),  # Saturday
    ("2023-01-19 14:00", "8h", "2023-01-27 14:00", {}),  # over Tết: 3 h, 4.5 h, 0.5 h
    ("2026-08-21 15:00", "4h", "2026-08-22 09:00", {}),  # onto the worked Saturday
    ("2025-12-31 14:30", "4h", "2026-01-05 08:30", {}),  # 2.5 h, 1.5 h
    ("2023-06-06 09:15", "0h", "2023-06-06 09:15", {}),
    ("2023-06-06 12:00", "0h", "2023-06-06 13:30", {}),
    ("2023-06-06 11:30", "0h", "2023-06-06 11:30", {}),  # the end of a session belongs to it
]
CALENDAR_DAYS = [
    ("2023-06-01 09:00", "10c", "2023-06-12 17:00", {}),  # Sunday 11
    ("2023-06-01 16:30", "5c", "2023-06-06 17:00", {}),  # no cut-off
    ("2023-06-03 09:00", "3c", "2023-06-06 17:00", {}),  # accepted on a Saturday
    ("2023-01-05 09:00", "15c", "2023-01-27 17:00", {}),  # 20 January, the first day off of Tết
    ("2026-01-05 09:00", "5c", "2026-01-10 17:00", {}),  # a worked Saturday
    ("2024-04-24 09:00", "10c", "2024-05-04 17:00", {}),  # another
    ("2023-12-22 09:00", "10c", "2024-01-02 17:00", {}),  # New Year
    ("2026-11-14 09:00", "10c", "2026-11-25 17:00", {}),  # 24 November
    ("2025-04-22 09:00", "10c", "2025-05-05 17:00", {}),  # Friday 2 May, off, and the weekend
]
PAUSES_OF_DAYS = [  # Monday 5 June 2023 and 5 working days: 6, 7, 8, 9, 12
    ("2023-06-05 09:00", "5d", "2023-06-14 17:00", pauses("2023-06-07 10:00 / 2023-06-09 10:00")),  # 3 left at 7
    ("2023-06-05 09:00", "5d", "2023-06-12 17:00", pauses("2023-06-07 10:00 / 2023-06-07 10:00")),
    ("2023-06-05 09:00", "5d", "2023-06-12 17:00", pauses("2023-06-07 08:00 / 2023-06-07 16:00")),
    ("2023-06-05 09:00", "5d", "2023-06-12 17:00", pauses("2023-06-07 16:00 / 2023-06-08 08:00")),  # both count on 8
    ("2023-06-05 09:00", "5d", "2023-06-14 17:00", pauses("2023-06-07 10:00 / 2023-06-08 16:00")),  # goes on at 9
    ("2023-06-05 09:00", "5d", "2023-06-12 17:00", pauses("2023-06-10 09:00 / 2023-06-11 09:00")),  # a weekend
    ("2023-06-05 09:00", "5d", "2023-06-14 17:00", pauses("2023-06-12 10:00 / 2023-06-14 10:00")),  # on the last day
    ("2023-06-05 09:00", "5d", "2023-06-15 17:00", pauses("2023-06-12 16:00 / 2023-06-14 15:30")),
    ("2023-06-05 09:00", "5d", "2023-06-13 17:00", pauses("2023-06-12 16:00 / 2023-06-12 18:00")),  # outlasts it
    ("2023-06-05 09:00", "5d", "2023-06-12 17:00", pauses("2023-06-13 09:00 / 2023-06-16 09:00")),  # was late
    ("2023-06-05 09:00", "5d", "2023-06-12 17:00", pauses("2023-06-13 09:00")),  # was late, and still waits
    ("2023-06-05 09:00", "5d", None, pauses("2023-06-07 10:00")),
    (
        "2023-06-05 09:00",
        "5d",
        "2023-06-15 17:00",  # 1 day at 6, 2 at 8
        pauses("2023-06-06 10:00 / 2023-06-07 10:00", "2023-06-08 10:00 / 2023-06-12 10:00"),
    ),
    ("2023-06-05 09:00", "5d", None, pauses("2023-06-06 10:00 / 2023-06-07 10:00", "2023-06-08 10:00")),
    (
        "2023-06-05 09:00",
        "5d",
        "2023-06-13 17:00",  # they touch: one from Tuesday to Wednesday
        pauses("2023-06-06 14:00 / 2023-06-06 20:00", "2023-06-06 20:00 / 2023-06-07 09:00"),
    ),
    ("2023-01-17 09:00", "3d", "2023-01-31 17:00", pauses("2023-01-18 10:00 / 2023-01-25 10:00")),  # until 27 January
    ("2023-06-06 09:00", "0d", "2023-06-08 17:00", pauses("2023-06-06 09:00 / 2023-06-08 14:00")),  # asked to pay
    ("2023-06-09 16:00", "2d", "2023-06-14 17:00", pauses("2023-06-09 16:30 / 2023-06-12 09:00")),  # not begun yet
]
PAUSES_OF_HOURS = [
    ("2023-06-06 08:00", "8h", "2023-06-07 09:00", pauses("2023-06-06 09:00 / 2023-06-06 10:00")),
    ("2023-06-06 08:00", "4h", "2023-06-06 15:00", pauses("2023-06-06 11:00 / 2023-06-06 14:00")),  # 1 h of office time
    ("2023-06-06 08:00", "4h", "2023-06-06 14:00", pauses("2023-06-06 11:30 / 2023-06-06 13:30")),  # lunch
    ("2023-06-06 09:00", "8h", "2023-06-08 10:00", pauses("2023-06-06 16:30 / 2023-06-08 07:30")),  # 2.5 h left
    ("2023-06-06 09:00", "4h", "2023-06-07 08:30", pauses("2023-06-06 10:00 / 2023-06-06 15:30")),  # no cut-off then
    ("2023-06-05 16:00", "3h", "2023-06-06 11:00", pauses("2023-06-05 16:30 / 2023-06-06 08:00")),  # begins on Tuesday
    ("2023-06-05 16:00", "3h", "2023-06-06 10:00", pauses("2023-06-05 16:15 / 2023-06-05 16:30")),  # over before that
    ("2023-06-06 10:00", "0h", "2023-06-07 09:00", pauses("2023-06-06 10:00 / 2023-06-07 09:00")),
]
PAUSES_OF_CALENDAR_DAYS = [  # 1 June 2023 and 10 days: Sunday 11, so Monday 12
    ("2023-06-01 09:00", "10c", "2023-06-14 17:00", pauses("2023-06-05 10:00 / 2023-06-08 10:00")),  # 6 left
    ("2023-06-01 09:00", "10c", "2023-06-12 17:00", pauses("2023-06-05 10:00 / 2023-06-05 16:30")),
    ("2023-06-01 09:00", "10c", "2023-06-13 17:00", pauses("2023-06-12 10:00 / 2023-06-13 10:00")),  # none left
    ("2023-06-09 16:00", "0c", "2023-06-12 17:00", pauses("2023-06-09 16:30 / 2023-06-10 10:00")),  # not begun yet
]
RESTARTS = [
    ("2023-06-05 09:00", "5d", "2023-06-16 17:00", RESTART | pauses("2023-06-07 10:00 / 2023-06-09 10:00")),
    ("2023-06-05 09:00", "5d", "2023-06-19 17:00", RESTART | pauses("2023-06-07 10:00 / 2023-06-09 15:30")),
    (
        "2023-06-05 09:00",
        "5d",
        "2023-06-19 17:00",
        RESTART | pauses("2023-06-06 10:00 / 2023-06-07 10:00", "2023-06-09 10:00 / 2023-06-12 10:00"),
    ),
    ("2023-06-05 09:00", "5d", "2023-06-12 17:00", RESTART | pauses("2023-06-13 09:00 / 2023-06-16 09:00")),  # was late
    ("2023-06-05 09:00", "5d", None, RESTART | pauses("2023-06-07 10:00")),
    ("2023-06-06 08:00", "4h", "2023-06-06 16:00", RESTART | pauses("2023-06-06 09:00 / 2023-06-06 10:00")),
    ("2023-06-01 09:00", "10c", "2023-06-19 17:00", RESTART | pauses("2023-06-05 10:00 / 2023-06-08 10:00")),
    ("2023-06-06 09:00", "0d", "2023-06-07 17:00", RESTART | pauses("2023-06-06 10:00 / 2023-06-06 16:00")),
]
EXTENSIONS = [
    ("2023-06-05 09:00", "5d", "2023-06-15 17:00", more("3d")),
    ("2023-06-05 09:00", "5d", "2023-06-19 17:00", more("3d") | pauses("2023-06-07 10:00 / 2023-06-09 10:00")),
    (
        "2023-06-05 09:00",
        "5d",
        "2023-06-21 17:00",
        more("3d") | RESTART | pauses("2023-06-07 10:00 / 2023-06-09 10:00"),
    ),
    ("2023-06-05 09:00", "5d", "2023-06-19 17:00", more("3d") | pauses("2023-06-13 10:00 / 2023-06-15 10:00")),
    ("2023-06-05 09:00", "5d", None, more("3d") | pauses("2023-06-13 10:00")),
    ("2023-06-05 09:00", "5d", "2023-06-13 09:00", more("2h")),
    ("2023-06-06 08:00", "2h", "2023-06-07 17:00", more("1d")),
    ("2023-06-01 09:00", "10c", "2023-06-19 17:00", more("5c")),  # from Monday 12 to Saturday 17
    ("2023-01-16 09:00", "2d", "2023-01-27 17:00", more("2d")),  # 19, 27
]
CASES = [
    *PLAIN_WEEKS,
    *TET_2023,
    *APRIL_30_AND_MAY_1_2023,
    *SEPTEMBER_2_2023,
    *SWAPPED_DAYS,
    *YEAR_ENDS_AND_LEAP_DAY,
    *CUT_OFF,
    *SAME_DAY,
    *HOURS,
    *CALENDAR_DAYS,
    *PAUSES_OF_DAYS,
    *PAUSES_OF_HOURS,
    *PAUSES_OF_CALENDAR_DAYS,
    *RESTARTS,
    *EXTENSIONS,
]


@pytest.mark.parametrize(("accepted", "allowed", "expected", "meanwhile"), CASES)
def test_dated_cases(accepted, allowed, expected, meanwhile):
    found = due(accepted_at=moment(accepted), term=term(allowed), calendar=ISSUED, **meanwhile)

    assert found == (expected and moment(expected))


def test_the_answer_is_in_vietnams_time():
    found = due(accepted_at=moment("2023-06-06 01:00+00:00"), term=term("1h"), calendar=ISSUED)

    assert found.isoformat() == "2023-06-06T09:00:00+07:00"


def test_other_office_hours():
    mornings = OfficeHours(sessions=((dt.time(8), dt.time(12)),), cut_off=dt.time(11))

    found = due(accepted_at=moment("2023-06-06 11:01"), term=term("1d"), calendar=ISSUED, hours=mornings)

    assert found == moment("2023-06-08 12:00")


def test_the_calendar_in_force_gives_the_same(province):
    assert api.working_calendar() == ISSUED


# What is left

LEFT = [  # at, due, unit, units left
    ("2023-06-07 09:00", "2023-06-12 17:00", "d", 3),
    ("2023-06-10 09:00", "2023-06-12 17:00", "d", 1),  # on Saturday Monday is left
    ("2023-06-12 17:00", "2023-06-12 17:00", "d", 0),  # to the minute
    ("2023-06-12 17:01", "2023-06-12 17:00", "d", -1),  # the same evening
    ("2023-06-13 09:00", "2023-06-12 17:00", "d", -1),
    ("2023-06-19 09:00", "2023-06-12 17:00", "d", -5),
    ("2023-01-19 09:00", "2023-01-27 17:00", "d", 1),  # Tết in between
    ("2023-01-19 09:00", "2023-01-27 17:00", "c", 8),
    ("2023-06-15 09:00", "2023-06-12 17:00", "c", -3),
    ("2023-06-06 08:00", "2023-06-06 14:00", "h", 4),
    ("2023-06-06 08:01", "2023-06-06 14:00", "h", 3),
    ("2023-06-06 13:30", "2023-06-06 14:00", "h", 0),
    ("2023-06-06 14:01", "2023-06-06 14:00", "h", -1),
    ("2023-06-06 17:30", "2023-06-06 17:00", "h", -1),
    ("2023-06-07 08:01", "2023-06-06 16:00", "h", -3),
    ("2023-06-06 02:00+00:00", "2023-06-06 14:00", "h", 3),  # 09:00 in Vietnam
]


@pytest.mark.parametrize(("at", "due_at", "unit", "expected"), LEFT)
def test_time_left(at, due_at, unit, expected):
    found = time_left(at=moment(at), due_at=moment(due_at), unit=UNITS[unit], calendar=ISSUED)

    assert found == expected
    assert is_late(at=moment(at), due_at=moment(due_at)) is (expected < 0)


def test_nothing_runs_out_while_the_clock_stands():
    at = moment("2023-06-06 08:00")

    assert time_left(at=at, due_at=None, unit=TermUnit.WORKING_DAY, calendar=ISSUED) is None
    assert not is_late(at=at, due_at=None)


# What is refused


@pytest.mark.parametrize(
    "spans",
    [
        ["2023-06-04 09:00 / 2023-06-06 09:00"],  # before acceptance
        ["2023-06-06 09:00 / 2023-06-08 09:00", "2023-06-07 09:00 / 2023-06-09 09:00"],
        ["2023-06-08 09:00 / 2023-06-09 09:00", "2023-06-06 09:00 / 2023-06-07 09:00"],
        ["2023-06-06 09:00", "2023-06-07 09:00 / 2023-06-09 09:00"],  # after an open one
    ],
)
def test_pauses_that_cannot_be_are_refused(spans):
    with pytest.raises(PausesOutOfOrder):
        due(accepted_at=moment("2023-06-05 09:00"), term=term("5d"), calendar=ISSUED, **pauses(*spans))


def test_a_deadline_outside_the_calendar_is_refused():
    with pytest.raises(OutsideCalendar):
        due(accepted_at=moment("2027-12-31 09:00"), term=term("1d"), calendar=ISSUED)


@pytest.mark.parametrize("unit", TermUnit)
def test_a_moment_without_zone_is_refused(unit):
    naive = dt.datetime(2023, 6, 6, 9)

    with pytest.raises(ValueError, match="no zone"):
        due(accepted_at=naive, term=Term(1, unit), calendar=ISSUED)
    with pytest.raises(ValueError, match="no zone"):
        time_left(at=naive, due_at=moment("2023-06-06 09:00"), unit=unit, calendar=ISSUED)


def test_a_pause_without_zone_or_ending_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="no zone"):
        Pause(dt.datetime(2023, 6, 6, 9))
    with pytest.raises(ValueError, match="before it begins"):
        Pause(moment("2023-06-06 09:00"), moment("2023-06-06 08:59"))


def test_a_negative_term_is_refused():
    with pytest.raises(ValueError, match="negative"):
        Term(-1, TermUnit.WORKING_DAY)


@pytest.mark.parametrize(
    ("sessions", "cut_off"),
    [
        ((), 15),
        (((12, 8),), 10),
        (((7, 12), (11, 17)), 15),
        (((7, 11), (13, 17)), 18),
        (((7, 11), (13, 17)), 6),
    ],
)
def test_office_hours_that_cannot_be_are_refused(sessions, cut_off):
    times = tuple((dt.time(first), dt.time(last)) for first, last in sessions)

    with pytest.raises(ValueError, match=r"session|cut-off"):
        OfficeHours(sessions=times, cut_off=dt.time(cut_off))


# What holds for any calendar

FIRST, LAST = dt.date(2023, 1, 1), dt.date(2024, 12, 31)
CALENDARS = st.builds(
    lambda off, on: WorkingCalendar(FIRST, LAST, frozenset(off), frozenset(on)),
    st.lists(st.dates(FIRST, dt.date(2023, 4, 30)), max_size=20),
    st.lists(st.dates(FIRST, dt.date(2023, 4, 30)), max_size=8),
)
TERMS = st.builds(Term, st.integers(0, 12), st.sampled_from(TermUnit))
MINUTES = st.integers(0, 40 * 24 * 4).map(lambda quarters: moment("2023-01-02") + quarters * dt.timedelta(minutes=15))


def moments(count):
    """That many moments within forty days, in order of time; often close together."""
    gaps = st.lists(st.integers(0, 3 * 24 * 4), min_size=count - 1, max_size=count - 1)
    return st.builds(in_order, MINUTES, gaps)


def in_order(first, gaps):
    found = [first]
    for quarters in gaps:
        found.append(found[-1] + quarters * dt.timedelta(minutes=15))
    return found


def paired(times):
    return [Pause(*times[number : number + 2]) for number in range(0, len(times), 2)]


def setting(**more_parts):
    """A dossier: everything `due` is asked with except acceptance and pauses."""
    parts = {"term": TERMS, "calendar": CALENDARS, "resume": st.sampled_from(Resume), "extension": st.none() | TERMS}
    return st.fixed_dictionaries(parts | more_parts)


@given(times=moments(5), dossier=setting())
def test_it_is_due_in_office_time_on_a_working_day(times, dossier):
    found = due(accepted_at=times[0], pauses=paired(times[1:]), **dossier)

    assert is_working_day(found.date(), dossier["calendar"])
    assert any(first <= found.time() <= last for first, last in OFFICE_HOURS.sessions)
    assert found >= times[0]


@given(times=moments(4), dossier=setting(resume=st.just(Resume.CONTINUE)))
def test_a_pause_of_no_length_changes_nothing(times, dossier):
    accepted_at, asked_at, *waited = times

    nothing = due(accepted_at=accepted_at, pauses=paired(waited), **dossier)
    paused = due(accepted_at=accepted_at, pauses=[Pause(asked_at, asked_at), *paired(waited)], **dossier)

    assert paused == nothing


@given(times=moments(5), day=st.dates(FIRST, dt.date(2023, 4, 30)), dossier=setting())
def test_another_holiday_makes_nothing_due_earlier(times, day, dossier):
    calendar = dossier.pop("calendar")
    longer = replace(calendar, holidays=calendar.holidays | {day})

    before, after = (
        due(accepted_at=times[0], pauses=paired(times[1:]), calendar=each, **dossier) for each in (calendar, longer)
    )

    assert after >= before


@given(times=moments(6), dossier=setting())
def test_accepted_later_is_due_later(times, dossier):
    first, second, *waited = times

    earlier, later = (due(accepted_at=at, pauses=paired(waited), **dossier) for at in (first, second))

    assert later >= earlier


@given(times=moments(5), more_units=st.integers(0, 5), dossier=setting())
def test_a_longer_term_is_due_later(times, more_units, dossier):
    shorter = dossier.pop("term")
    longer = replace(shorter, amount=shorter.amount + more_units)

    earlier, later = (
        due(accepted_at=times[0], pauses=paired(times[1:]), term=each, **dossier) for each in (shorter, longer)
    )

    assert later >= earlier


@given(times=moments(3), dossier=setting(resume=st.none()))
def test_going_on_is_never_later_than_counting_anew(times, dossier):
    waited = paired(times[1:])
    del dossier["resume"]

    continued, restarted = (due(accepted_at=times[0], pauses=waited, resume=each, **dossier) for each in Resume)

    assert restarted >= continued


@given(times=moments(5), more_time=TERMS, dossier=setting(extension=st.none()))
def test_an_extension_makes_nothing_due_earlier(times, more_time, dossier):
    plain = due(accepted_at=times[0], pauses=paired(times[1:]), **dossier)
    dossier["extension"] = more_time

    assert due(accepted_at=times[0], pauses=paired(times[1:]), **dossier) >= plain


@given(times=moments(2), dossier=setting())
def test_time_left_is_negative_exactly_when_it_is_late(times, dossier):
    due_at = due(accepted_at=times[0], **dossier)
    unit, calendar = dossier["term"].unit, dossier["calendar"]

    left = time_left(at=times[1], due_at=due_at, unit=unit, calendar=calendar)

    assert (left < 0) is is_late(at=times[1], due_at=due_at)
