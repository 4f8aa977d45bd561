import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinhso.organizations import api
from tinhso.organizations.rules.working_days import (
    OutsideCalendar,
    WorkingCalendar,
    add_working_days,
    is_working_day,
    working_days_between,
)

FIRST, LAST = dt.date(2023, 1, 1), dt.date(2024, 12, 31)
DAYS = st.dates(FIRST, dt.date(2024, 6, 30))
CALENDARS = st.builds(
    lambda off, on: WorkingCalendar(FIRST, LAST, frozenset(off), frozenset(on)),
    st.lists(st.dates(FIRST, LAST), max_size=20),
    st.lists(st.dates(FIRST, LAST), max_size=5),
)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2023-01-19", True),
        ("2023-01-20", False),
        ("2023-01-27", True),
        ("2023-05-03", False),
        ("2024-05-04", True),
        ("2024-04-29", False),
        ("2025-04-26", True),
        ("2026-01-02", False),
        ("2026-01-10", True),
        ("2026-08-22", True),
        ("2026-11-24", False),
    ],
)
def test_the_calendar_in_force(province, day, works):
    assert is_working_day(dt.date.fromisoformat(day), api.working_calendar()) is works


def test_tet_lies_between(province):
    assert add_working_days(dt.date(2023, 1, 19), 1, api.working_calendar()) == dt.date(2023, 1, 27)


@given(day=DAYS, count=st.integers(0, 40), calendar=CALENDARS)
def test_adding_ends_on_a_working_day_that_many_later(day, count, calendar):
    end = add_working_days(day, count, calendar)

    assert is_working_day(end, calendar)
    assert working_days_between(day, end, calendar) == (count or int(end > day))


@given(day=DAYS, one=st.integers(1, 15), more=st.integers(0, 15), calendar=CALENDARS)
def test_adding_in_two_steps_is_adding_at_once(day, one, more, calendar):
    assert add_working_days(add_working_days(day, one, calendar), more, calendar) == add_working_days(
        day, one + more, calendar
    )


def test_a_day_outside_the_calendar_is_refused():
    with pytest.raises(OutsideCalendar):
        is_working_day(dt.date(2022, 12, 31), WorkingCalendar(FIRST, LAST, frozenset(), frozenset()))
