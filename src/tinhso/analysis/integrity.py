"""Whether figures may have been made for the number's sake (số liệu chạy theo chỉ tiêu).

Each test compares what is there with what ordinary work leaves behind, and gives a p-value: how often ordinary work
alone would look at least so odd. It is evidence for a person to look at, never an accusation: each sentence names
causes that are in order, too. Over many units the p-values are corrected together (Benjamini and Hochberg 1995), so
that among the units named about one in twenty is there by chance. How often each test names a unit although nothing
was made up was measured with `false_alarm_rates`: `MEASURED_FALSE_ALARMS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from scipy import stats

from tinhso.analysis.sentences import Sentence, Share, Value
from tinhso.analysis.sentences import gettext_noop as _

Floats: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float64]]"
Bools: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.bool_]]"

LEVEL = 0.05  # expected share of false ones among the units named
LEAST_RECORDS = 30  # records below which a test says nothing


class Check(StrEnum):
    """What is looked for."""

    PERIOD_END = "period_end"
    BUNCHING = "bunching"
    SHRINKING = "shrinking"
    ONE_ACCOUNT = "one_account"
    REOPENED = "reopened"
    OUT_OF_HOURS = "out_of_hours"


MEASURED_FALSE_ALARMS = {  # share of units, or of whole provinces for bunching, named although nothing was made up
    Check.PERIOD_END: 0.0004,
    Check.BUNCHING: 0.02,
    Check.SHRINKING: 0.0002,
    Check.ONE_ACCOUNT: 0.0005,
    Check.REOPENED: 0.0006,
    Check.OUT_OF_HOURS: 0.0004,
}


@dataclass(frozen=True)
class Evidence:
    """What a test found at every unit.

    Attributes:
        observed: the share that was looked at; NaN where there are too few records.
        expected: that ordinary work would leave.
        p: p-values; 1 where nothing can be said.
        is_named: units to be looked at, corrected for how many were tested.
    """

    test: Check
    observed: Floats
    expected: Floats
    p: Floats
    is_named: Bools


def _named(test: Check, observed: Floats, expected: Floats, p: Floats, enough: Bools) -> Evidence:
    """Correct the p-values of the units that have enough records."""
    shown = np.where(enough, observed, np.nan)
    corrected = np.ones(len(p))
    if enough.any():
        corrected[enough] = stats.false_discovery_control(np.clip(p[enough], 0, 1))
    return Evidence(test, shown, expected, np.where(enough, p, 1.0), corrected < LEVEL)


def _share(part: Floats, whole: Floats) -> Floats:
    found: Floats = np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)
    return found


def _more_than(test: Check, part: Floats, whole: Floats, expected: Floats) -> Evidence:
    """Units where a kind of record is commoner than expected; counts vary more than chance alone, so that the
    province's own spread between units widens the test (beta-binomial)."""
    rho = _overdispersion(part, whole, expected)
    concentration = np.clip(1 / rho - 1, 1.0, 1e6)
    a, b = np.clip(expected, 1e-6, 1 - 1e-6) * concentration, (1 - np.clip(expected, 1e-6, 1 - 1e-6)) * concentration
    p = stats.betabinom.sf(part - 1, whole.astype(int), a, b)
    return _named(test, _share(part, whole), expected, p, whole >= LEAST_RECORDS)


def _overdispersion(part: Floats, whole: Floats, expected: Floats) -> float:
    """Spread between ordinary units beyond chance: from the middle half of them, so that odd ones do not hide
    themselves."""
    enough = whole >= LEAST_RECORDS
    if enough.sum() < 8:
        return 0.01
    rate = np.clip(expected[enough], 0.01, 0.99)
    z = (_share(part[enough], whole[enough]) - rate) / np.sqrt(rate * (1 - rate))
    low, high = np.percentile(z, [25, 75])
    spread = (high - low) / 1.349
    return float(np.clip(spread**2 - np.median(1 / whole[enough]), 1e-4, 0.2))


def period_end(last_days: Floats, whole: Floats, share_of_days: float) -> Evidence:
    """Records crowded into the last working days of the period (dồn cuối kỳ).

    Args:
        last_days: records of each unit on the period's last working days.
        whole: all its records of the period.
        share_of_days: of the period's working days that these are.
    """
    return _more_than(Check.PERIOD_END, last_days, whole, np.full(len(whole), share_of_days))


def out_of_hours(outside: Floats, whole: Floats) -> Evidence:
    """Entries at night and on days off (nhập ngoài giờ hành chính), against the province's own share.

    Args:
        outside: entries of each unit outside office hours.
        whole: all its entries.
    """
    usual = np.median(_share(outside, whole)[whole >= LEAST_RECORDS]) if (whole >= LEAST_RECORDS).any() else 0.0
    return _more_than(Check.OUT_OF_HOURS, outside, whole, np.full(len(whole), max(float(usual), 0.01)))


def reopened(again: Floats, closed: Floats) -> Evidence:
    """Dossiers closed and opened again (đóng rồi mở lại), against the province's own share.

    Args:
        again: closed dossiers of each unit that were opened again.
        closed: all its closed dossiers.
    """
    usual = np.median(_share(again, closed)[closed >= LEAST_RECORDS]) if (closed >= LEAST_RECORDS).any() else 0.0
    return _more_than(Check.REOPENED, again, closed, np.full(len(closed), max(float(usual), 0.01)))


def one_account(largest: Floats, whole: Floats) -> Evidence:
    """One account that files for many (một tài khoản nộp hộ nhiều người).

    Args:
        largest: online dossiers of each unit's busiest account.
        whole: all its online dossiers.
    """
    usual = np.median(_share(largest, whole)[whole >= LEAST_RECORDS]) if (whole >= LEAST_RECORDS).any() else 0.0
    return _more_than(Check.ONE_ACCOUNT, largest, whole, np.full(len(whole), max(float(usual), 0.02)))


def shrinking(before: Floats, now: Floats) -> Evidence:
    """Denominators that shrank more than those of the other units (mẫu số co lại).

    Args:
        before: denominators of an earlier, comparable period.
        now: denominators of this one.
    """
    both = before + now
    enough = (before >= LEAST_RECORDS) & (now >= 0)
    share_before = float(np.clip(np.median(_share(before, both)[enough]) if enough.any() else 0.5, 0.01, 0.99))
    found = _more_than(Check.SHRINKING, before, both, np.full(len(both), share_before))
    with np.errstate(all="ignore"):
        change = np.where(enough, now / np.where(before > 0, before, np.nan) - 1, np.nan)
    usual = (1 - share_before) / share_before - 1
    return _named(Check.SHRINKING, change, np.full(len(both), usual), np.where(enough, found.p, 1.0), enough)


@dataclass(frozen=True, slots=True)
class Bunching:
    """Units just above a target against those just below it (dồn sát trên mục tiêu), for the whole province.

    Attributes:
        above: units within `WINDOW` above the target.
        below: units within it below.
        p: how often an even split gives so many above.
        is_named: whether a person should look.
    """

    above: int
    below: int
    p: float
    is_named: bool


WINDOW = 0.02  # two percentage points on either side


def bunching(ratios: Floats, target: float) -> Bunching:
    """Whether units crowd just above a target; ratios move smoothly, so as many should lie just below."""
    known = ratios[np.isfinite(ratios)]
    above = int(((known >= target) & (known < target + WINDOW)).sum())
    below = int(((known < target) & (known >= target - WINDOW)).sum())
    if above + below < 10:
        return Bunching(above, below, 1.0, is_named=False)
    p = float(stats.binomtest(above, above + below, 0.5, alternative="greater").pvalue)
    return Bunching(above, below, p, is_named=p < 0.02)


_SAID = {
    Check.PERIOD_END: _(
        "Cần người xem lại: %(observed)s hồ sơ dồn vào những ngày làm việc cuối kỳ (thường %(expected)s). Có thể do hạn nộp theo quy định rơi vào cuối kỳ."
    ),
    Check.OUT_OF_HOURS: _(
        "Cần người xem lại: %(observed)s bản ghi nhập ngoài giờ hành chính (thường %(expected)s). Có thể do trực ngoài giờ hoặc đồng bộ tự động."
    ),
    Check.REOPENED: _(
        "Cần người xem lại: %(observed)s hồ sơ đã đóng rồi mở lại (thường %(expected)s). Có thể do đính chính kết quả."
    ),
    Check.ONE_ACCOUNT: _(
        "Cần người xem lại: một tài khoản nộp %(observed)s hồ sơ trực tuyến (thường %(expected)s). Có thể là dịch vụ bưu chính công ích hoặc người được ủy quyền."
    ),
    Check.SHRINKING: _(
        "Cần người xem lại: mẫu số thay đổi %(observed)s so với kỳ trước (thường %(expected)s). Có thể do thu hẹp phạm vi quản lý hoặc nhập chậm."
    ),
}


def explain(found: Evidence, unit: int) -> Sentence:
    """What a test found at one unit, in words.

    Args:
        found: from one of the tests.
        unit: its position.
    """
    values: dict[str, Value] = {"observed": Share(found.observed[unit]), "expected": Share(found.expected[unit])}
    return Sentence(_SAID[found.test], values)


def explain_bunching(found: Bunching, target: float) -> Sentence:
    """Bunching in words."""
    return Sentence(
        _(
            "Cần người xem lại: %(above)s đơn vị sát trên mục tiêu %(target)s nhưng chỉ %(below)s đơn vị sát dưới. Có thể do các đơn vị cùng dồn sức tới đúng mục tiêu."
        ),
        {"above": found.above, "below": found.below, "target": Share(target)},
    )


def false_alarm_rates(*, provinces: int = 200, units: int = 200, seed: int = 1) -> dict[Check, float]:
    """How often each test names a unit although nothing was made up: units of ordinary spread, drawn at random."""
    draw = np.random.default_rng(seed)

    def ordinary(rate: float, spread: float = 0.02) -> tuple[Floats, Floats]:
        whole = draw.integers(30, 800, units)
        own = draw.beta(rate * (1 / spread - 1), (1 - rate) * (1 / spread - 1), units)
        return draw.binomial(whole, own).astype(float), whole.astype(float)

    trials: dict[Check, Callable[[], float]] = {
        Check.PERIOD_END: lambda: period_end(*ordinary(0.14), 0.14).is_named.mean(),
        Check.OUT_OF_HOURS: lambda: out_of_hours(*ordinary(0.06)).is_named.mean(),
        Check.REOPENED: lambda: reopened(*ordinary(0.03)).is_named.mean(),
        Check.ONE_ACCOUNT: lambda: one_account(*ordinary(0.08)).is_named.mean(),
        Check.SHRINKING: lambda: shrinking(*_steady(draw, units)).is_named.mean(),
        Check.BUNCHING: lambda: float(bunching(draw.beta(8, 2, units), 0.8).is_named),
    }
    return {test: float(np.mean([trial() for _one in range(provinces)])) for test, trial in trials.items()}


def _steady(draw: np.random.Generator, units: int) -> tuple[Floats, Floats]:
    """Denominators of two periods that grew alike, up to chance and some spread."""
    before = draw.integers(30, 800, units).astype(float)
    now = draw.poisson(before * 1.05 * draw.lognormal(0, 0.15, units)).astype(float)
    return before, now
