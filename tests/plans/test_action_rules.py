"""What is to be done first."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from tinhso.plans.rules import actions as rules
from tinhso.plans.rules.actions import Shortfall

DAY = dt.date(2023, 6, 1)
FAR, NEAR = dt.date(2023, 12, 31), dt.date(2023, 6, 20)

shortfalls = st.lists(
    st.builds(
        Shortfall,
        indicator=st.sampled_from("abcd"),
        unit_id=st.integers(1, 6),
        missing=st.just(1.0),
        points=st.floats(0, 1),
        due_on=st.sampled_from([NEAR, FAR]),
    ),
    unique_by=lambda one: (one.indicator, one.unit_id),
)


def shortfall(indicator, unit, points, due_on=FAR):
    return Shortfall(indicator, unit, 1.0, points, due_on)


def test_what_brings_most_comes_first():
    found = rules.ranked([shortfall("a", 1, 0.01), shortfall("b", 2, 0.03), shortfall("c", 3, 0.02)], DAY)

    assert [one.indicator for one in found] == ["b", "c", "a"]


def test_a_near_deadline_doubles_the_weight():
    found = rules.ranked([shortfall("a", 1, 0.03), shortfall("b", 2, 0.02, NEAR)], DAY)

    assert [one.indicator for one in found] == ["b", "a"]


def test_the_fourth_of_an_agency_waits_for_the_others():
    own = [shortfall(name, 1, 0.5) for name in "abcd"]

    found = list(rules.ranked([*own, shortfall("e", 2, 0.01)], DAY))

    assert [one.indicator for one in found] == ["a", "b", "c", "e", "d"]


@given(shortfalls)
def test_nothing_is_lost_or_told_twice_and_nothing_without_gain_is_told(given_ones):
    found = list(rules.ranked(given_ones, DAY))

    assert sorted(found, key=str) == sorted((one for one in given_ones if one.points > 0), key=str)


@given(shortfalls, st.randoms())
def test_the_list_does_not_depend_on_the_order_it_is_made_from(given_ones, random):
    shuffled = list(given_ones)
    random.shuffle(shuffled)

    assert list(rules.ranked(shuffled, DAY)) == list(rules.ranked(given_ones, DAY))


def test_half_of_a_shortfall_in_one_unit_names_that_unit():
    assert rules.narrowed(10, [(1, 5.0), (2, 4.0)]) == (1, 5.0)


def test_a_shortfall_spread_over_many_stays_where_it_is():
    assert rules.narrowed(10, [(1, 4.0), (2, 4.0), (3, 2.0)]) is None
    assert rules.narrowed(0, [(1, 0.0)]) is None
    assert rules.narrowed(10, []) is None
