"""Where units lie in the tree of another day: the rule, on made-up histories."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinhso.organizations.rules.placement import UNDETERMINED, Cycle, common_superior, place, whole_shares

PROVINCE, DISTRICT, OTHER_DISTRICT = 1, 2, 3
FOREVER = dt.date.max
DAYS = [dt.date(year, 1, 1) for year in (2010, 2015, 2020, 2025)]
EVE = dt.timedelta(days=1)


def span(first=None, until=None):
    """Days from one on up to the eve of another."""
    return (first or dt.date(2000, 1, 1), until - EVE if until else FOREVER)


def row(old, new, day=DAYS[1], share="1"):
    return old, new, day, Decimal(share)


def placed(unit, on, *, lifetimes, crosswalk=(), parents=None):
    """The nodes of one unit in a province with two districts."""
    there = {PROVINCE: [span()], DISTRICT: [span()], OTHER_DISTRICT: [span()]}
    above = {DISTRICT: PROVINCE, OTHER_DISTRICT: PROVINCE, **(parents or {})}
    found = place(on=on, lifetimes={**there, **lifetimes}, parents=above, crosswalk=crosswalk, provinces={PROVINCE})
    return {node: float(share) for node, share in found[unit].items()}


def test_a_unit_goes_where_its_reform_sent_it():
    found = placed(10, DAYS[1], lifetimes={10: [span(until=DAYS[1])], 11: [span(DAYS[1])]}, crosswalk=[row(10, 11)])

    assert found == {11: 1}


def test_two_reforms_in_a_row_multiply_their_shares():
    lifetimes = {10: [span(until=DAYS[1])], 11: [span(DAYS[1], DAYS[2])], 12: [span(DAYS[1])], 13: [span(DAYS[2])]}
    crosswalk = [row(10, 11, share="0.6"), row(10, 12, share="0.4"), row(11, 12, DAYS[2], "0.5")]
    crosswalk.append(row(11, 13, DAYS[2], "0.5"))

    assert placed(10, DAYS[1], lifetimes=lifetimes, crosswalk=crosswalk) == {11: 0.6, 12: 0.4}
    assert placed(10, DAYS[3], lifetimes=lifetimes, crosswalk=crosswalk) == {12: 0.7, 13: 0.3}


def test_a_reform_after_the_day_does_not_count():
    lifetimes = {10: [span(until=DAYS[1])], 11: [span(DAYS[2])]}

    assert placed(10, DAYS[1], lifetimes=lifetimes, crosswalk=[row(10, 11, DAYS[2])]) == {UNDETERMINED: 1}


def test_a_unit_that_ended_without_a_successor_is_undetermined():
    assert placed(10, DAYS[1], lifetimes={10: [span(until=DAYS[1])]}) == {UNDETERMINED: 1}


def test_what_a_unit_gave_away_while_it_went_on_does_not_place_it():
    lifetimes = {10: [span(until=DAYS[2])], 11: [span()], 12: [span(DAYS[2])]}
    crosswalk = [row(10, 10, DAYS[0], "0.9"), row(10, 11, DAYS[0], "0.1"), row(10, 12, DAYS[2])]

    assert placed(10, DAYS[2], lifetimes=lifetimes, crosswalk=crosswalk) == {12: 1}


def test_a_later_unit_with_one_predecessor_lies_where_that_one_lies():
    lifetimes = {10: [span(until=DAYS[1])], 11: [span(DAYS[1], DAYS[2])], 12: [span(DAYS[2])]}
    crosswalk = [row(10, 11), row(11, 12, DAYS[2])]

    assert placed(12, DAYS[0], lifetimes=lifetimes, crosswalk=crosswalk) == {10: 1}


@pytest.mark.parametrize(("district", "node"), [(DISTRICT, DISTRICT), (OTHER_DISTRICT, UNDETERMINED)])
def test_a_later_unit_with_several_predecessors_lies_in_their_common_superior(district, node):
    lifetimes = {10: [span(until=DAYS[1])], 11: [span(until=DAYS[1])], 12: [span(DAYS[1])]}
    crosswalk = [row(10, 12), row(11, 12)]
    parents = {10: DISTRICT, 11: district}

    assert placed(12, DAYS[0], lifetimes=lifetimes, crosswalk=crosswalk, parents=parents) == {node: 1}


def test_what_a_unit_took_in_after_its_beginning_does_not_place_it():
    lifetimes = {10: [span(until=DAYS[2])], 11: [span(DAYS[1])]}
    crosswalk = [row(10, 11, DAYS[2])]

    assert placed(11, DAYS[0], lifetimes=lifetimes, crosswalk=crosswalk) == {UNDETERMINED: 1}


def test_parts_of_one_unit_that_join_again_lie_in_it():
    lifetimes = {10: [span(until=DAYS[1])], 12: [span(DAYS[2])]}
    lifetimes |= {11: [span(DAYS[1], DAYS[2])], 13: [span(DAYS[1], DAYS[2])]}
    crosswalk = [row(10, 11, share="0.5"), row(10, 13, share="0.5"), row(11, 12, DAYS[2]), row(13, 12, DAYS[2])]

    assert placed(12, DAYS[0], lifetimes=lifetimes, crosswalk=crosswalk, parents={10: DISTRICT}) == {10: 1}


def test_a_unit_that_comes_back_goes_with_its_reform_in_between():
    lifetimes = {10: [span(until=DAYS[0]), span(DAYS[2])], 11: [span()]}

    assert placed(10, DAYS[1], lifetimes=lifetimes, crosswalk=[row(10, 11, DAYS[0])]) == {11: 1}


def test_the_province_lies_in_itself_before_it_began():
    assert placed(PROVINCE, dt.date(1990, 1, 1), lifetimes={}) == {PROVINCE: 1}


def test_units_that_lie_in_one_another_are_a_fault():
    lifetimes = {10: [span(until=DAYS[0])], 11: [span(until=DAYS[0])]}

    with pytest.raises(Cycle):
        placed(10, DAYS[2], lifetimes=lifetimes, crosswalk=[row(10, 11), row(11, 10)])


def test_units_above_one_another_are_a_fault():
    with pytest.raises(Cycle):
        placed(10, DAYS[2], lifetimes={10: [span()]}, parents={DISTRICT: OTHER_DISTRICT, OTHER_DISTRICT: DISTRICT})


def test_the_largest_part_takes_what_rounding_leaves():
    third = whole_shares({node: Fraction(1, 3) for node in (5, 4, 6)})

    assert {node: str(share) for node, share in third.items()} == {
        4: "0.33333334",
        5: "0.33333333",
        6: "0.33333333",
    }


def test_units_without_a_common_superior_have_none():
    assert common_superior({10, 11}, {10: DISTRICT}) is None
    assert common_superior({10, DISTRICT}, {10: DISTRICT}) == DISTRICT


@st.composite
def histories(draw):
    """Generations of communes: at every reform some go on, the others are divided among newcomers."""
    alive, following, lifetimes, crosswalk, parents = [], 10, {}, [], {}

    def begin(day):
        nonlocal following
        lifetimes[following] = [span(day)]
        parents[following] = draw(st.sampled_from([PROVINCE, DISTRICT, OTHER_DISTRICT]))
        following += 1
        return following - 1

    alive = [begin(None) for _ in range(draw(st.integers(1, 4)))]
    for day in DAYS[: draw(st.integers(1, 4))]:
        ending = draw(st.lists(st.sampled_from(alive), unique=True, min_size=1))
        new = [begin(day) for _ in range(draw(st.integers(1, 3)))]
        alive = [unit for unit in alive if unit not in ending] + new
        for unit in ending:
            lifetimes[unit] = [(lifetimes[unit][0][0], day - EVE)]
            heirs = draw(st.lists(st.sampled_from(alive), unique=True, max_size=3))
            shares = [Decimal(1)] if len(heirs) == 1 else [Decimal("0.3"), Decimal("0.7")]
            shares = [Decimal("0.2"), Decimal("0.3"), Decimal("0.5")] if len(heirs) == 3 else shares
            crosswalk += [(unit, heir, day, share) for heir, share in zip(heirs, shares, strict=False)]
    return lifetimes, crosswalk, parents


def all_placed(history, on):
    lifetimes, crosswalk, parents = history
    there = {PROVINCE: [span()], DISTRICT: [span()], OTHER_DISTRICT: [span()], **lifetimes}
    above = {unit: parent for unit, parent in parents.items() if alive_on(lifetimes[unit], on)}
    above |= {DISTRICT: PROVINCE, OTHER_DISTRICT: PROVINCE}
    return place(on=on, lifetimes=there, parents=above, crosswalk=crosswalk, provinces={PROVINCE})


def alive_on(spans, on):
    return any(first <= on <= last for first, last in spans)


SOME_DAY = st.dates(dt.date(2005, 1, 1), dt.date(2030, 1, 1))


@given(histories(), SOME_DAY)
def test_every_unit_is_placed_whole_in_units_of_the_day(history, on):
    found = all_placed(history, on)
    nodes = {unit for unit, spans in history[0].items() if alive_on(spans, on)}

    assert set(found) == {PROVINCE, DISTRICT, OTHER_DISTRICT, *history[0]}
    assert {sum(parts.values()) for parts in found.values()} == {Decimal(1)}
    for parts in found.values():
        assert set(parts) <= nodes | {PROVINCE, DISTRICT, OTHER_DISTRICT, UNDETERMINED}
        assert min(parts.values()) > 0


@given(histories(), SOME_DAY)
def test_a_unit_of_the_day_lies_in_itself(history, on):
    found = all_placed(history, on)

    assert all(found[unit] == {unit: 1} for unit, spans in history[0].items() if alive_on(spans, on))


@given(histories(), SOME_DAY, SOME_DAY)
def test_placing_forward_step_by_step_is_placing_at_once(history, one, other):
    earlier, later = sorted([one, other])
    halfway, at_last = all_placed(history, earlier), all_placed(history, later)

    for unit, spans in history[0].items():
        if spans[-1][1] < earlier:
            composed = {}
            for node, share in halfway[unit].items():
                for end, part in at_last.get(node, {UNDETERMINED: Decimal(1)}).items():
                    composed[end] = composed.get(end, 0) + share * part
            assert composed == at_last[unit]


@given(st.dictionaries(st.integers(1, 50), st.integers(1, 10**6), min_size=1))
def test_rounded_shares_sum_to_one_and_lie_near_the_exact(weights):
    total = sum(weights.values())
    rounded = whole_shares({node: Fraction(weight, total) for node, weight in weights.items()})

    assert sum(rounded.values()) == 1
    assert all(abs(rounded.get(node, 0) - Decimal(w) / total) < Decimal("1e-6") for node, w in weights.items())
