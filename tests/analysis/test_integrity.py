"""Odd figures are named as evidence to look at; ordinary ones hardly ever."""

import numpy as np
import pytest

from tinhso.analysis import integrity
from tinhso.analysis.integrity import MEASURED_FALSE_ALARMS, Check


def ordinary(rate, units=60, seed=3):
    draw = np.random.default_rng(seed)
    whole = draw.integers(60, 400, units)
    return draw.binomial(whole, draw.beta(rate * 49, (1 - rate) * 49, units)).astype(float), whole.astype(float)


TESTS = {
    Check.PERIOD_END: (lambda part, whole: integrity.period_end(part, whole, 0.14), 0.14),
    Check.OUT_OF_HOURS: (integrity.out_of_hours, 0.06),
    Check.REOPENED: (integrity.reopened, 0.03),
    Check.ONE_ACCOUNT: (integrity.one_account, 0.08),
}


@pytest.mark.parametrize("check", TESTS)
def test_a_unit_that_stands_out_is_named_alone(check):
    run, rate = TESTS[check]
    part, whole = ordinary(rate)
    part[7], whole[7] = 150.0, 200.0

    found = run(part, whole)

    assert found.is_named[7]
    assert found.is_named.sum() == 1
    assert "Cần người xem lại" in str(integrity.explain(found, 7))
    assert "Có thể" in str(integrity.explain(found, 7))


@pytest.mark.parametrize("check", TESTS)
def test_few_records_say_nothing(check):
    run, rate = TESTS[check]
    part, whole = ordinary(rate)
    part[7], whole[7] = 20.0, 20.0

    found = run(part, whole)

    assert not found.is_named[7]
    assert np.isnan(found.observed[7])


def test_a_denominator_that_shrinks_is_named():
    draw = np.random.default_rng(5)
    before = draw.integers(60, 400, 60).astype(float)
    now = draw.poisson(before * 1.05).astype(float)
    before[3], now[3] = 300.0, 90.0

    found = integrity.shrinking(before, now)

    assert found.is_named.tolist() == [unit == 3 for unit in range(60)]
    assert found.observed[3] == pytest.approx(-0.7)


def test_units_that_crowd_above_the_target_are_noticed():
    ratios = np.concatenate([np.full(30, 0.805), np.full(5, 0.79), np.linspace(0.2, 0.7, 60)])

    found = integrity.bunching(ratios, 0.8)

    assert (found.above, found.below, found.is_named) == (30, 5, True)
    assert "30 đơn vị sát trên mục tiêu 80 %" in str(integrity.explain_bunching(found, 0.8))


def test_few_units_around_the_target_say_nothing():
    assert not integrity.bunching(np.array([0.81, 0.81, 0.81, float("nan")]), 0.8).is_named


def test_false_alarms_are_as_rare_as_documented():
    found = integrity.false_alarm_rates(provinces=60, seed=11)

    for check, rate in found.items():
        assert rate <= MEASURED_FALSE_ALARMS[check] + (0.05 if check is Check.BUNCHING else 0.0015), check
