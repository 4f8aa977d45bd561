"""Parts of a gap add up exactly, and no smaller set of units closes it."""

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinhso.analysis import shortfall
from tinhso.analysis.shortfall import REST, attribute

pairs = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (min(pair), max(pair)))
worlds = st.lists(pairs, min_size=1, max_size=7).map(lambda found: dict(enumerate(found)))
targets = st.fractions(0, 1, max_denominator=100)


def total(parts, rest=(0, 0)):
    return tuple(sum(pair[side] for pair in parts.values()) + rest[side] for side in (0, 1))


@given(worlds, pairs, targets, st.sampled_from([">=", "<="]))
def test_parts_add_up_to_the_gap(parts, rest, target, operator):
    found = attribute(total(parts, rest), parts, target, operator)

    assert sum(part.missing for part in found.parts) == found.gap
    if found.gap > 0:
        assert sum(part.share for part in found.parts) == 1


@given(worlds, targets)
def test_no_smaller_set_closes_the_gap(parts, target):
    found = attribute(total(parts), parts, target)
    missing = {part.unit: part.missing for part in found.parts}

    if found.gap > 0:
        assert sum(missing[unit] for unit in found.closing) >= found.gap
        for fewer in combinations(parts, len(found.closing) - 1):
            assert sum(max(missing.get(unit, 0), 0) for unit in fewer) < found.gap


def test_what_lies_in_no_unit_is_a_part_of_its_own():
    found = attribute((30, 100), {"a": (20, 50)}, Fraction(1, 2))

    assert found.gap == 20
    assert {part.unit: part.missing for part in found.parts} == {"a": 5, REST: 15}
    assert not found.is_closable


def test_for_a_ceiling_the_signs_turn():
    found = attribute((30, 100), {"a": (25, 50), "b": (5, 50)}, Fraction(1, 10), "<=")

    assert found.gap == 20
    assert found.closing == ("a",)


def test_the_words_name_the_worst_and_the_fewest():
    found = attribute((60, 200), {"a": (10, 100), "b": (50, 100)}, Fraction(1, 2))

    said = [str(one) for one in shortfall.explain(found, {"a": "Xã A", "b": "Xã B"}, 0.5)]

    assert said[0] == "Còn thiếu 40 để tới mục tiêu 50 %."
    assert said[1] == "Hụt nhiều nhất: Xã A, thiếu 40 (100 % phần hụt)."
    assert "1 đơn vị" in said[2]


def test_a_target_that_is_reached_has_no_gap():
    found = attribute((60, 100), {"a": (60, 100)}, Fraction(1, 2))

    assert found.closing == ()
    assert found.is_closable
    assert [part.share for part in found.parts] == [None]
    assert pytest.approx(float(found.gap)) == -10
