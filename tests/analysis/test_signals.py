"""Signals stand out of the usual variation; without one, the words say so."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tinhso.analysis import signals
from tinhso.analysis.signals import Kind, charts, explain


def kinds(ratios, volume=200.0):
    rows = np.atleast_2d(np.array(ratios, float))
    return charts(np.round(rows * volume), np.full(rows.shape, volume)).kinds


STEADY = [0.95, 0.94, 0.96, 0.95, 0.96, 0.94, 0.95]


def test_a_collapse_is_a_signal():
    assert kinds([*STEADY, 0.30])[0, -1] == Kind.DROP


def test_a_jump_is_a_signal_too():
    assert kinds([0.30, 0.31, 0.29, 0.30, 0.32, 0.30, 0.31, 0.80])[0, -1] == Kind.RISE


def test_the_usual_is_no_signal_and_the_words_say_so():
    found = charts(np.array([[round(one * 200) for one in [*STEADY, 0.945]]], float), np.full((1, 8), 200.0))

    assert found.kinds[0, -1] == Kind.USUAL
    assert "Không có gì bất thường" in str(explain(found, 0, 7, "Tháng 8"))


def test_eight_months_on_one_side_are_a_shift():
    months = [0.50, 0.56, 0.44, 0.55, 0.45, 0.53, *[0.58] * 9]

    assert Kind.SHIFT_UP in kinds(months, 400.0)[0]


def test_too_few_months_say_nothing():
    assert set(kinds(STEADY[:6])[0]) == {Kind.UNKNOWN}


def test_small_volumes_say_nothing():
    assert set(kinds([*STEADY, 0.0], volume=12.0)[0]) == {Kind.UNKNOWN}


def test_a_small_month_is_allowed_more():
    numerators = np.array([[190, 188, 192, 190, 192, 188, 190, 17]], float)
    denominators = np.array([[200] * 7 + [20]], float)

    assert charts(numerators, denominators).kinds[0, -1] == Kind.USUAL


@pytest.mark.parametrize(("months", "rate"), signals.MEASURED_FALSE_ALARMS.items())
def test_the_false_alarm_rate_is_the_documented_one(months, rate):
    assert signals.false_alarm_rate(months=months, seed=7) == pytest.approx(rate, abs=0.002)


@given(arrays.arrays(float, (3, 10), elements=st.floats(0, 1)), st.permutations(range(3)))
def test_series_do_not_touch_one_another(ratios, order):
    assert (kinds(ratios)[order] == kinds(ratios[order])).all()


@given(arrays.arrays(float, (2, 12), elements=st.one_of(st.floats(0, 1), st.just(float("nan")))))
def test_missing_months_are_never_signals(ratios):
    found = kinds(ratios)

    assert (found[np.isnan(ratios)] == Kind.UNKNOWN).all()


STOCK = np.array([[100.0, 112, 121, 133, 144, 154, 166, 177, 189, 200]])
OF = np.full(STOCK.shape, 1000.0)


def test_a_state_that_rises_steadily_is_no_signal():
    assert signals.growth_charts(STOCK, OF).kinds[0, -1] == Kind.USUAL


@pytest.mark.parametrize(("last", "kind"), [(150.0, Kind.DROP), (420.0, Kind.RISE)])
def test_a_state_that_falls_or_leaps_is_one(last, kind):
    stock = np.hstack([STOCK, [[last]]])
    found = signals.growth_charts(stock, np.full(stock.shape, 1000.0))

    assert found.kinds[0, -1] == kind
    said = str(explain(found, 0, stock.shape[1] - 1, "Tháng 11"))
    assert "mức tăng thường thấy" in said
    assert ("−5 %" in said or "-5 %" in said) == (kind is Kind.DROP)


def test_a_month_after_one_without_data_is_not_judged():
    stock = STOCK.copy()
    stock[0, -2] = np.nan

    assert signals.growth_charts(stock, OF).kinds[0, -1] == Kind.UNKNOWN
