"""When alerts are raised, kept and cleared, where, and whom they reach."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinhso.operations.choices import AlertKind
from tinhso.operations.rules import alerts as rules
from tinhso.operations.rules.alerts import Verdict


def test_every_kind_has_its_measures_and_clears_below_where_it_is_raised():
    assert set(rules.SOON) == set(AlertKind.values)
    assert all(cleared < raised for raised, cleared in rules.SOON.values())


@pytest.mark.parametrize(
    ("measure", "is_open", "verdict"),
    [
        (0.02, False, Verdict.RAISE),
        (0.019, False, Verdict.NOTHING),
        (0.019, True, Verdict.KEEP),
        (0.001, True, Verdict.KEEP),
        (0.0, True, Verdict.CLEAR),
        (-0.1, False, Verdict.NOTHING),
    ],
)
def test_a_level_alert_is_raised_at_two_points_and_over_when_nothing_is_missing(measure, is_open, verdict):
    assert rules.verdict("level", measure, is_open=is_open) == verdict


@given(st.sampled_from(AlertKind.values), st.lists(st.floats(-1, 100), max_size=30))
def test_a_measure_that_wavers_between_the_two_limits_changes_nothing(kind, measures):
    raised, cleared = rules.SOON[kind]
    is_open = True
    for measure in measures:
        between = cleared + (raised - cleared) * (abs(measure) % 1 * 0.98 + 0.01)
        assert rules.verdict(kind, between, is_open=is_open) == Verdict.KEEP
        assert rules.verdict(kind, between, is_open=not is_open) == Verdict.NOTHING


TREE = {1: [2, 3], 2: [4, 5], 3: []}


@pytest.mark.parametrize(
    ("amounts", "unit"),
    [
        ({1: 10, 2: 4, 3: 4}, 1),
        ({1: 10, 2: 6, 3: 4, 4: 2, 5: 2}, 2),
        ({1: 10, 2: 6, 3: 4, 4: 1, 5: 5}, 5),
        ({1: 10, 2: 5, 3: 5, 4: 5}, 4),
        ({}, 1),
    ],
)
def test_an_alert_stands_at_the_lowest_unit_that_makes_up_half(amounts, unit):
    assert rules.lowest(1, TREE, amounts) == unit


@given(st.dictionaries(st.integers(1, 5), st.floats(0, 100)))
def test_each_step_down_keeps_half(amounts):
    found = rules.lowest(1, TREE, amounts)

    above = {child: parent for parent, children in TREE.items() for child in children}
    while found != 1:
        assert amounts[found] > 0
        assert amounts[found] >= 0.5 * amounts.get(above[found], 0)
        found = above[found]


def test_what_nobody_acts_upon_goes_up_by_working_days():
    assert [rules.escalation(days) for days in (-1, 0, 1, 2, 30)] == [0, 0, 1, 2, 2]


@pytest.mark.parametrize(
    ("hour", "is_working_day", "is_quiet"),
    [(7, True, False), (17, True, False), (18, True, True), (6, True, True), (10, False, True)],
)
def test_nobody_is_written_to_at_night_or_on_days_off(hour, is_working_day, is_quiet):
    assert rules.is_quiet(hour, is_working_day=is_working_day) == is_quiet


def test_the_share_acted_upon_counts_what_lapsed():
    assert rules.share_acted_upon(3, 1) == pytest.approx(0.75)
    assert rules.share_acted_upon(0, 0) is None
