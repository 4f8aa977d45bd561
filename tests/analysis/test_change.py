"""The parts of a change add up exactly."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tinhso.analysis import change
from tinhso.analysis.change import decompose

pairs = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (min(pair), max(pair)))
sides = st.dictionaries(st.sampled_from("abcdef"), pairs, max_size=6)


@given(sides, sides, sides)
def test_effects_add_up_to_the_change(published, before, after):
    found = decompose(published, before, after)

    if found.total is not None and sum(pair[1] for pair in before.values()):
        assert found.restatement + found.unit_change + found.mix + found.rate == found.total


@given(sides)
def test_nothing_changes_by_itself(side):
    found = decompose(side, side, side)

    assert (found.restatement, found.unit_change, found.mix, found.rate) == (0, 0, 0, 0)


@given(sides, st.integers(2, 9))
def test_growing_alike_is_no_mix(side, times):
    grown = {unit: (n * times, d * times) for unit, (n, d) in side.items()}

    assert decompose(side, side, grown).mix == 0


def test_one_unit_that_became_better():
    found = decompose({"a": (10, 50), "b": (25, 50)}, {"a": (10, 50), "b": (25, 50)}, {"a": (20, 50), "b": (25, 50)})

    assert (found.rate, found.mix) == (Fraction(1, 10), 0)


def test_dossiers_that_move_to_the_better_unit_are_mix():
    before, after = {"a": (10, 50), "b": (40, 50)}, {"a": (4, 20), "b": (64, 80)}

    found = decompose(before, before, after)

    assert (found.rate, found.mix) == (0, Fraction(18, 100))


def test_a_merger_is_a_change_of_units():
    before, after = {"a": (10, 50), "b": (20, 50)}, {"c": (40, 100)}

    found = decompose(before, before, after)

    assert (found.unit_change, found.rate, found.mix) == (Fraction(1, 10), 0, 0)


def test_a_restatement_stands_apart():
    found = decompose({"a": (30, 50)}, {"a": (25, 50)}, {"a": (25, 50)})

    assert (found.restatement, found.rate) == (Fraction(-1, 10), 0)
    said = [str(one) for one in change.explain(found, {"a": "Xã A"})]
    assert said[0] == "Từ 60 % thành 50 %, thay đổi −10 điểm %."
    assert "được sửa sau khi công bố" in said[1]


def test_without_occurrence_nothing_is_compared():
    found = decompose({}, {}, {"a": (1, 2)})

    assert found.total is None
    assert "không so sánh được" in str(change.explain(found, {})[0])
