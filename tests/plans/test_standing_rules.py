import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinhso.plans.rules.standing import (
    Interim,
    TargetStatus,
    expected_value,
    goal_on,
    judge,
    lacking,
    shortfall,
)

SHARES = st.floats(0, 1)
DAYS_2023 = st.dates(dt.date(2023, 1, 1), dt.date(2023, 12, 31))


def verdict(value, day, *, target=0.8, baseline=0.0, has_data=True):
    on = dt.date.fromisoformat(day)
    expected = expected_value(day=on, year=2023, baseline=baseline, target=target)
    return judge(
        value=value, has_data=has_data, operator=">=", target=target, expected=expected, day=on, year=2023
    ).status


@pytest.mark.parametrize(
    ("value", "day", "status"),
    [
        (0.80, "2023-02-01", TargetStatus.MET),
        (0.10, "2023-03-30", TargetStatus.TOO_EARLY),
        (0.10, "2023-03-31", TargetStatus.OFF_TRACK),
        (0.60, "2023-09-30", TargetStatus.ON_TRACK),
        (0.59, "2023-09-30", TargetStatus.OFF_TRACK),
        (0.7999, "2023-12-30", TargetStatus.ON_TRACK),
        (0.7999, "2023-12-31", TargetStatus.NOT_MET),
        (0.80, "2023-12-31", TargetStatus.MET),
        (0.79999, "2024-05-01", TargetStatus.NOT_MET),
    ],
)
def test_status_on_a_day(value, day, status):
    assert verdict(value, day) == status


def test_the_baseline_raises_what_is_expected():
    assert verdict(0.6, "2023-09-30", baseline=0.5) == TargetStatus.OFF_TRACK


def test_nothing_over_nothing_is_no_occurrence_and_nothing_delivered_no_data():
    assert verdict(None, "2023-09-30") == TargetStatus.NO_OCCURRENCE
    assert verdict(None, "2023-12-31", has_data=False) == TargetStatus.NO_DATA


@pytest.mark.parametrize(
    ("year", "day", "expected"), [(2023, "2023-07-02", 183 / 365), (2024, "2024-07-02", 184 / 366)]
)
def test_days_elapsed_count_the_day_itself_in_leap_years_too(year, day, expected):
    assert expected_value(day=dt.date.fromisoformat(day), year=year, baseline=0, target=1) == pytest.approx(expected)


def test_interim_targets_bend_the_line():
    interims = [Interim(dt.date(2023, 6, 30), 0.2)]

    assert expected_value(
        day=dt.date(2023, 6, 30), year=2023, baseline=0, target=1, interims=interims
    ) == pytest.approx(0.2)
    assert expected_value(
        day=dt.date(2023, 12, 31), year=2023, baseline=0, target=1, interims=interims
    ) == pytest.approx(1)


@given(baseline=SHARES, target=SHARES, day=DAYS_2023)
def test_expectation_lies_between_baseline_and_target(baseline, target, day):
    expected = expected_value(day=day, year=2023, baseline=baseline, target=target)

    assert min(baseline, target) - 1e-9 <= expected <= max(baseline, target) + 1e-9


@given(value=SHARES, target=st.floats(0.01, 1), baseline=SHARES, day=DAYS_2023)
def test_a_met_target_is_met_whatever_the_day(value, target, baseline, day):
    status = verdict(value, day.isoformat(), target=target, baseline=baseline)

    assert (status == TargetStatus.MET) == (value >= target)


def test_shortfall_is_what_is_missing_and_never_negative():
    assert shortfall(30, 50, 0.8) == pytest.approx(10)
    assert shortfall(45, 50, 0.8) == 0


@pytest.mark.parametrize(("baseline", "expected"), [(0.0, 0.05), (0.03, 0.05), (0.15, 0.10)])
def test_what_must_not_be_exceeded_is_asked_for_from_the_first_day(baseline, expected):
    found = expected_value(day=dt.date(2023, 7, 2), year=2023, baseline=baseline, target=0.05, operator="<=")

    assert found == pytest.approx(expected, abs=0.001)


@pytest.mark.parametrize(
    ("numerator", "operator", "missing"), [(40, ">=", 10), (60, ">=", 0), (40, "<=", 0), (60, "<=", 10)]
)
def test_a_shortfall_knows_which_way_is_better(numerator, operator, missing):
    assert shortfall(numerator, 100, 0.5, operator) == missing
    assert max(lacking(numerator / 100, 0.5, operator), 0) == pytest.approx(missing / 100)


def test_the_plan_sets_a_value_for_its_interim_days():
    interims = [Interim(dt.date(2023, 6, 30), 0.4)]

    assert goal_on(dt.date(2023, 6, 30), target=0.8, interims=interims) == 0.4
    assert goal_on(dt.date(2023, 12, 31), target=0.8, interims=interims) == 0.8
