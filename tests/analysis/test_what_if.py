"""Changed figures go through the same sums; the cheapest choice is proved against all choices."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinhso.analysis import what_if
from tinhso.analysis.what_if import NothingToChange, Option, cheapest, raise_worst

UNITS = {"a": (10.0, 100.0), "b": (40.0, 100.0), "c": (90.0, 100.0)}
options = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20), st.sampled_from([None, "x", "y"])), max_size=6
).map(lambda found: [Option(key, cost, gain, group) for key, (cost, gain, group) in enumerate(found)])


def allowed(chosen):
    groups = [option.group for option in chosen if option.group is not None]
    return len(groups) == len(set(groups))


def every_choice(found):
    return [one for size in range(len(found) + 1) for one in combinations(found, size) if allowed(one)]


@given(options, st.integers(1, 50))
def test_no_choice_is_cheaper(found, gap):
    best = cheapest(found, gap)
    enough = [sum(o.cost for o in one) for one in every_choice(found) if sum(o.gain for o in one) >= gap]

    assert best.closes == bool(enough)
    if enough:
        assert best.cost == pytest.approx(min(enough))


@given(options, st.integers(1, 50), st.integers(0, 40))
def test_within_a_budget_the_gap_is_closed_or_the_gain_is_largest(found, gap, budget):
    best = cheapest(found, gap, budget=budget)
    within = [one for one in every_choice(found) if sum(o.cost for o in one) <= budget]
    most = max((sum(o.gain for o in one) for one in within), default=0)

    assert best.cost <= budget + 1e-6
    assert best.gain >= min(gap, most) - 1e-6


def test_a_gap_that_is_none_needs_nothing():
    assert cheapest([Option("a", 1, 1)], 0).closes
    assert not cheapest([], 3).closes


def test_the_words_say_what_it_costs():
    best = cheapest([Option("a", 5, 10), Option("b", 1, 4)], 8)

    assert str(what_if.explain_choice(best, 8)) == ("Ít tốn nhất là 1 nhiệm vụ, tổng chi 5, thêm 10, đủ bù phần hụt 8.")
    assert "nhiều nhất thêm được 14" in str(what_if.explain_choice(cheapest([Option("a", 5, 14)], 20), 20))


def test_the_worst_reach_the_median():
    found = raise_worst((140.0, 300.0), UNITS, count=1)

    assert found.changed == {"a": 40.0}
    assert (found.before, found.after) == (pytest.approx(140 / 300), pytest.approx(170 / 300))


def test_whoever_is_better_stays():
    found = raise_worst((140.0, 300.0), UNITS, count=3, to=0.5)

    assert found.changed == {"a": 50.0, "b": 50.0}


def test_a_unit_without_occurrence_is_left_out():
    with pytest.raises(NothingToChange):
        raise_worst((10.0, 100.0), {"a": (10.0, 100.0), "b": (0.0, 0.0)}, count=2)
