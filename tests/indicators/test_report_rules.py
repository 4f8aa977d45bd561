"""How a reported figure becomes official."""

import datetime as dt
from decimal import Decimal

import pytest

from tinhso.indicators.rules import reports as rules
from tinhso.indicators.rules.reports import ReportStep


def test_a_figure_goes_from_the_reporter_to_the_lock():
    state = "draft"
    for step in (ReportStep.SEND, ReportStep.APPROVE, ReportStep.CONFIRM, ReportStep.LOCK):
        assert step in rules.steps_from(state)
        state = rules.state_after(state, step)
    assert state == "locked"
    assert rules.state_after(state, ReportStep.REOPEN) == "draft"
    with pytest.raises(ValueError, match="not possible"):
        rules.state_after("locked", ReportStep.WRITE)


def test_the_reporter_does_not_judge():
    assert not rules.may_judge(judge="a", reporter="a")
    assert rules.may_judge(judge="b", reporter="a")


def test_a_number_written_otherwise_is_no_change():
    assert rules.changed({"a": "1", "b": "2"}, {"a": "1.0", "b": "3"}) == {"b": ["2", "3"]}


@pytest.mark.parametrize(("fiber", "households", "broken"), [(5, 10, []), (10, 10, []), (11, 10, [0])])
def test_numbers_that_contradict_one_another_are_found(fiber, households, broken):
    values = {"fiber": Decimal(fiber), "households": Decimal(households)}

    assert rules.broken(values, [("fiber", "<=", "households")]) == broken


@pytest.mark.parametrize(
    ("every", "until", "codes"),
    [
        ("month", dt.date(2023, 3, 30), ["2023-02", "2023-01"]),
        ("month", dt.date(2023, 3, 31), ["2023-03", "2023-02", "2023-01"]),
        ("quarter", dt.date(2023, 7, 1), ["2023-Q2", "2023-Q1"]),
        ("year", dt.date(2023, 12, 31), ["2023"]),
        ("year", dt.date(2023, 12, 30), []),
    ],
)
def test_only_periods_that_are_over_are_reported(every, until, codes):
    assert rules.reporting_periods(2023, until, every) == codes
