"""Forecasts add up over the tree, keep within bounds, and hold the share of outcomes that they promise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinhso.analysis import forecast as forecasts
from tinhso.analysis.forecast import History, Outlook, Tree, explain, forecast

UNITS = 60
TREE = Tree(
    leaves=np.concatenate([np.arange(UNITS), np.arange(UNITS), np.arange(UNITS)]),
    nodes=np.concatenate([np.arange(UNITS), UNITS + np.arange(UNITS) % 6, np.full(UNITS, UNITS + 6)]),
    levels=np.concatenate([np.zeros(UNITS), np.ones(6), [2]]).astype(int),
)


def year(seed, months=12, rate=0.8, wobble=0.08):
    """A year of monthly flows: units of many sizes, a Tết dip, a shared and an own random walk of the rate."""
    draw = np.random.default_rng(seed)
    season = np.array([0.8, 0.6, 1, 1, 1, 1.05, 1, 1, 1.1, 1.1, 1.1, 1.2])[:months]
    base, start = draw.lognormal(3.8, 0.9, UNITS), draw.normal(rate, 0.6, UNITS)
    walk = np.cumsum(draw.normal(0.02, wobble, (UNITS, months)), axis=1) + np.cumsum(draw.normal(0.02, 0.05, months))
    denominators = draw.poisson(base[:, None] * season * draw.lognormal(0, 0.1, (UNITS, months))).astype(float)
    numerators = draw.binomial(denominators.astype(int), 1 / (1 + np.exp(-(start[:, None] + walk)))).astype(float)
    return numerators, denominators


def history(numerators, denominators, *, months=9, kind="flow", elapsed=1.0):
    return History(numerators[:, :months], denominators[:, :months], kind, 0, elapsed, 12 - months)


def test_intervals_hold_the_share_of_outcomes_they_promise():
    inside, reported = [], []
    for seed in range(40):
        numerators, denominators = year(seed)
        found = forecast(history(numerators, denominators), TREE, target=0.8)
        truth = (TREE.add_up(numerators.sum(axis=1)[:, None]) / TREE.add_up(denominators.sum(axis=1)[:, None]))[:, 0]
        inside.append((truth >= found.low) & (truth <= found.high))
        reported.append(found.coverage)

    assert np.mean(inside) == pytest.approx(0.8, abs=0.05)
    assert np.mean(reported) == pytest.approx(0.8, abs=0.05)


def test_a_year_that_is_over_is_what_it_was():
    numerators, denominators = year(1)

    found = forecast(history(numerators, denominators, months=12), TREE, target=0.6)

    truth = (TREE.add_up(numerators.sum(axis=1)[:, None]) / TREE.add_up(denominators.sum(axis=1)[:, None]))[:, 0]
    assert found.value == pytest.approx(truth)
    assert set(found.chance) <= {0.0, 1.0}
    assert ((found.chance == 1) == (truth >= 0.6)).all()


def test_the_same_figures_give_the_same_forecast():
    one, other = (forecast(history(*year(2)), TREE, target=0.8) for _time in range(2))

    assert one.value.tobytes() == other.value.tobytes()
    assert one.chance.tobytes() == other.chance.tobytes()


def test_a_higher_target_is_never_likelier():
    low, high = (forecast(history(*year(3)), TREE, target=target) for target in (0.6, 0.7))

    assert (high.chance <= low.chance).all()


def test_a_ceiling_turns_the_chance():
    floor, ceiling = (forecast(history(*year(3)), TREE, target=0.7, operator=o) for o in (">=", "<="))

    assert floor.chance + ceiling.chance == pytest.approx(1, abs=0.02)


def test_a_unit_without_data_gets_no_forecast():
    numerators, denominators = year(4)
    numerators[5], denominators[5] = np.nan, np.nan

    found = forecast(history(numerators, denominators), TREE, target=0.8)

    assert np.isnan(found.value[5])
    assert found.outlook[5] == Outlook.UNKNOWN
    assert np.isfinite(np.delete(found.value, 5)).all()
    assert "Chưa đủ số liệu" in str(explain(found, 5, target=0.8, kind="flow")[0])


def test_three_months_are_too_few():
    found = forecast(history(*year(5), months=3), TREE, target=0.8)

    assert set(found.outlook) == {Outlook.UNKNOWN}


def test_what_cannot_be_reached_is_said():
    numerators, denominators = year(6, rate=-2.0)

    found = forecast(history(numerators, denominators), TREE, target=0.95)

    top = UNITS + 6
    assert found.outlook[top] == Outlook.OFF_TRACK
    assert found.needed[top] > 1
    assert "vẫn không tới được" in " ".join(map(str, explain(found, top, target=0.95, kind="flow")))


def test_states_keep_what_they_count_and_say_what_each_month_needs():
    stands = np.linspace(0.3, 0.5, 9)[None, :] * np.full((UNITS, 1), 200.0)

    found = forecast(history(np.round(stands), np.full((UNITS, 9), 200.0), kind="state"), TREE, target=0.6)

    top = UNITS + 6
    assert 0.5 < found.value[top] < 0.6
    assert found.needed[top] == pytest.approx((0.6 - 0.5) * 200 * UNITS / 3)


def test_a_part_of_a_month_counts_as_what_it_is():
    numerators, denominators = year(7)
    partial_n, partial_d = numerators.copy(), denominators.copy()
    partial_n[:, 8], partial_d[:, 8] = np.round(numerators[:, 8] / 2), np.round(denominators[:, 8] / 2)

    whole = forecast(history(numerators, denominators), TREE, target=0.8)
    part = forecast(history(partial_n, partial_d, elapsed=0.5), TREE, target=0.8)

    assert part.value[UNITS:] == pytest.approx(whole.value[UNITS:], abs=0.02)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(5, 11))
def test_bounds_hold(seed, months):
    found = forecast(history(*year(seed, wobble=0.5), months=months), TREE, target=0.8)
    known = np.isfinite(found.value)

    assert (found.low[known] <= found.value[known]).all()
    assert (found.value[known] <= found.high[known]).all()
    assert ((found.low[known] >= 0) & (found.high[known] <= 1)).all()
    out_of_reach = known & (found.needed > 1)
    assert (found.chance[out_of_reach] == 0).all()
    within = found.chance[known & ~out_of_reach]
    assert ((within > 0) & (within < 1)).all()


@given(st.integers(0, 100))
def test_a_superior_is_the_sum_of_its_parts(seed):
    values = np.random.default_rng(seed).normal(size=(UNITS, 4))
    found = TREE.add_up(values)

    assert found[UNITS + 6] == pytest.approx(found[UNITS : UNITS + 6].sum(axis=0))
    assert forecasts.NOMINAL == 0.8
