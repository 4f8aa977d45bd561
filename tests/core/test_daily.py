"""What is done once a day."""

import datetime as dt

import pytest

from tinhso.core import daily
from tinhso.core.clock import VIETNAM

MORNING = dt.datetime(2023, 6, 1, 8, 0, tzinfo=VIETNAM)
pytestmark = pytest.mark.django_db


@pytest.fixture
def done(monkeypatch):
    """The days on which a piece of work ran; nothing else is registered."""
    monkeypatch.setattr(daily, "_works", {})
    days = []
    daily.daily("test.work")(lambda today, _at: days.append(today))
    return days


def test_work_is_done_once_a_day(done):
    assert daily.run_due(at=MORNING) == 1
    assert daily.run_due(at=MORNING + dt.timedelta(hours=5)) == 0
    assert daily.run_due(at=MORNING + dt.timedelta(days=1)) == 1

    assert done == [dt.date(2023, 6, 1), dt.date(2023, 6, 2)]


def test_nobody_is_reminded_at_night(done):
    assert daily.run_due(at=MORNING.replace(hour=6, minute=59)) == 0
    assert done == []


def test_work_that_fails_is_tried_again_and_keeps_no_other_waiting(done, monkeypatch):
    failing = [True]

    def work(_today, _at):
        if failing:
            raise OSError("no disk")

    daily._works = {"test.bad": work, **daily._works}

    assert daily.run_due(at=MORNING) == 1
    failing.clear()
    assert daily.run_due(at=MORNING) == 1
    assert done == [dt.date(2023, 6, 1)]
