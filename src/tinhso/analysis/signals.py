"""Signals and their absence in monthly ratios, by process-behavior charts (biểu đồ hành vi quá trình).

A figure moves every month. A signal is a movement that the usual variation of this very series does not explain;
an anti-signal says so in words: nothing to react to. The chart is Wheeler's XmR with limits from the median moving
range, widened by the sampling noise of small denominators (after Laney's p′ chart), so that a commune with twelve
dossiers does not flash every month. Months below a minimum volume say nothing at all.

How often a steady month is called a signal was measured with `false_alarm_rate` on 20,000 series with denominators
of 40 to 400: `MEASURED_FALSE_ALARMS`. Two years of history know runs, too, so they alarm more often.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

import numpy as np

from tinhso.analysis.sentences import Sentence, Share, Value
from tinhso.analysis.sentences import gettext_noop as _

Floats: TypeAlias = "np.ndarray[tuple[int, int], np.dtype[np.float64]]"  # one row per series, one column per month
Bools: TypeAlias = "np.ndarray[tuple[int, int], np.dtype[np.bool_]]"

LEAST_POINTS = 6  # months before one that is judged
LEAST_VOLUME = 20  # records of a month below which its ratio says nothing
LIMIT = 3.145  # of the median moving range: natural process limits (Wheeler)
RUN = 8  # months in a row on one side of the center
MEASURED_FALSE_ALARMS = {12: 0.009, 24: 0.029}  # by months of history: steady months that are called a signal


class Kind(StrEnum):
    """What a month shows."""

    DROP = "drop"
    RISE = "rise"
    SHIFT_DOWN = "shift_down"
    SHIFT_UP = "shift_up"
    USUAL = "usual"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Chart:
    """The charts of many series.

    Attributes:
        ratios: of every month; NaN where nothing occurred or the volume is too small.
        center: of the months before each one; NaN while there are too few.
        low: lower natural limit for each month, not below what is possible.
        high: upper natural limit, not above 1 where all ratios are shares.
        kinds: `Kind` of each month, as text.
        is_growth: whether the ratios are what a month added to a state, not the state itself.
    """

    ratios: Floats
    center: Floats
    low: Floats
    high: Floats
    kinds: "np.ndarray[tuple[int, int], np.dtype[np.str_]]"
    is_growth: bool = False


def growth_charts(numerators: Floats, denominators: Floats) -> Chart:
    """Judge what every month added to a state (mức tăng trong tháng): a state that rises steadily is no signal, one
    that falls or stands still after rising is.

    Args:
        numerators: [series, month] as things stood at the end of each month; NaN where there is no data.
        denominators: the same shape.
    """
    added = np.diff(numerators, axis=1, prepend=np.nan)
    return replace(charts(added, np.where(np.isfinite(added), denominators, 0.0), least=-1.0), is_growth=True)


def charts(numerators: Floats, denominators: Floats, *, least: float = 0.0) -> Chart:
    """Judge every month of every series by the months before it.

    Args:
        numerators: [series, month]; NaN where there is no data.
        denominators: the same shape; 0 where nothing occurred.
        least: below which no ratio can lie.
    """
    enough = np.nan_to_num(denominators) >= LEAST_VOLUME
    ratios = np.divide(numerators, denominators, out=np.full(numerators.shape, np.nan), where=enough)
    center, low, high = (np.full(ratios.shape, np.nan) for _one in range(3))
    for month in range(LEAST_POINTS, ratios.shape[1]):
        history = ratios[:, :month]
        known = np.isfinite(history).sum(axis=1) >= LEAST_POINTS
        middle, spread = _usual(history)
        width = _width(middle, spread, denominators[:, month], denominators[:, :month])
        center[:, month] = np.where(known, middle, np.nan)
        low[:, month] = np.where(known, np.maximum(middle - width, least), np.nan)
        high[:, month] = np.where(known, np.minimum(middle + width, 1.0), np.nan)
    return Chart(ratios, center, low, high, _kinds(ratios, center, low, high))


def _usual(history: Floats) -> tuple[Floats, Floats]:
    """Median and median moving range of each series, over the months that have a ratio."""
    with np.errstate(all="ignore"):
        ranges = np.abs(np.diff(history, axis=1))
        middle = _median(history)
        spread = _median(ranges)
    return middle, spread


def _median(values: Floats) -> Floats:
    """By row, NaN left out; NaN for a row of NaN only."""
    ordered = np.sort(values, axis=1)  # NaN last
    count = np.isfinite(values).sum(axis=1)
    lower, upper = np.maximum((count - 1) // 2, 0), np.maximum(count // 2, 0)
    upper = np.minimum(upper, values.shape[1] - 1)
    rows = np.arange(len(values))
    found: Floats = np.where(count > 0, (ordered[rows, lower] + ordered[rows, upper]) / 2, np.nan)
    return found


def _width(middle: Floats, spread: Floats, volume: Floats, volumes: Floats) -> Floats:
    """How far a month may lie from the center: the usual range, or three times the noise of its own volume where
    that is wider than the noise of the usual volume."""
    with np.errstate(all="ignore"):
        usual = _median(np.where(volumes >= LEAST_VOLUME, volumes, np.nan))
        variance = np.clip(middle * (1 - middle), 0.0025, None)
        noise, usual_noise = variance / np.maximum(volume, 1), variance / np.maximum(usual, 1)
        own = (LIMIT * spread / 3) ** 2 + np.clip(noise - usual_noise, 0, None)
        width: Floats = 3 * np.sqrt(np.maximum(own, noise))
    return width


def _kinds(
    ratios: Floats, center: Floats, low: Floats, high: Floats
) -> "np.ndarray[tuple[int, int], np.dtype[np.str_]]":
    judged = np.isfinite(ratios) & np.isfinite(center)
    choices = [
        (judged & (ratios < low), Kind.DROP),
        (judged & (ratios > high), Kind.RISE),
        (_run(ratios, center, -1), Kind.SHIFT_DOWN),
        (_run(ratios, center, 1), Kind.SHIFT_UP),
        (judged, Kind.USUAL),
    ]
    found: np.ndarray[tuple[int, int], np.dtype[np.str_]] = np.select(
        [condition for condition, _kind in choices], [kind.value for _condition, kind in choices], Kind.UNKNOWN.value
    )
    return found


def _run(ratios: Floats, center: Floats, sign: int) -> Bools:
    """Months that end a run on one side of what was the center before the run began."""
    found: Bools = np.zeros(ratios.shape, bool)
    for month in range(LEAST_POINTS + RUN - 1, ratios.shape[1]):
        first = month - RUN + 1
        beyond = sign * (ratios[:, first : month + 1] - center[:, first : first + 1]) > 0  # never for NaN
        found[:, month] = beyond.all(axis=1)
    return found


def false_alarm_rate(*, series: int = 20_000, months: int = 12, seed: int = 1) -> float:
    """How often months without any change are called a signal: series around a steady rate, with the sampling noise
    of their volume and a common wobble."""
    draw = np.random.default_rng(seed)
    volume = draw.integers(40, 401, (series, 1)) * draw.uniform(0.7, 1.3, (series, months))
    rate = np.clip(draw.uniform(0.2, 0.95, (series, 1)) + draw.normal(0, 0.02, (series, months)), 0, 1)
    denominators = np.round(volume)
    found = charts(draw.binomial(denominators.astype(int), rate).astype(float), denominators)
    judged = found.kinds != Kind.UNKNOWN.value
    return float((found.kinds[judged] != Kind.USUAL.value).mean())


_SAID = {
    Kind.DROP: _(
        "%(month)s: %(value)s, thấp hơn hẳn mức dao động thường thấy (%(low)s–%(high)s). Đây là tín hiệu, cần tìm nguyên nhân."
    ),
    Kind.RISE: _(
        "%(month)s: %(value)s, cao hơn hẳn mức dao động thường thấy (%(low)s–%(high)s). Đây là tín hiệu, cần tìm nguyên nhân."
    ),
    Kind.SHIFT_DOWN: _("%(month)s là tháng thứ 8 liên tiếp trở lên thấp hơn mức giữa %(center)s: mặt bằng đã xuống."),
    Kind.SHIFT_UP: _("%(month)s là tháng thứ 8 liên tiếp trở lên cao hơn mức giữa %(center)s: mặt bằng đã lên."),
    Kind.USUAL: _(
        "%(month)s: %(value)s, trong mức dao động thường thấy (%(low)s–%(high)s). Không có gì bất thường, chưa cần phản ứng."
    ),
    Kind.UNKNOWN: _("%(month)s: chưa đủ tháng hoặc quá ít hồ sơ để kết luận."),
}


_SAID_OF_GROWTH = {
    Kind.DROP: _(
        "%(month)s: thêm %(value)s, ít hơn hẳn mức tăng thường thấy (%(low)s–%(high)s). Đây là tín hiệu, cần tìm nguyên nhân."
    ),
    Kind.RISE: _(
        "%(month)s: thêm %(value)s, nhiều hơn hẳn mức tăng thường thấy (%(low)s–%(high)s). Đây là tín hiệu, cần tìm nguyên nhân."
    ),
    Kind.SHIFT_DOWN: _("%(month)s là tháng thứ 8 liên tiếp trở lên tăng chậm hơn mức giữa %(center)s mỗi tháng."),
    Kind.SHIFT_UP: _("%(month)s là tháng thứ 8 liên tiếp trở lên tăng nhanh hơn mức giữa %(center)s mỗi tháng."),
    Kind.USUAL: _(
        "%(month)s: thêm %(value)s, trong mức tăng thường thấy (%(low)s–%(high)s). Không có gì bất thường, chưa cần phản ứng."
    ),
}


def explain(found: Chart, series: int, month: int, name: str) -> Sentence:
    """One month of one series in words.

    Args:
        found: from `charts`.
        series: row.
        month: column.
        name: of the month, such as “Tháng 5”.
    """
    kind = Kind(str(found.kinds[series, month]))
    if kind is Kind.UNKNOWN:
        return Sentence(_SAID[kind], {"month": name})
    values: dict[str, Value] = {
        "month": name,
        "value": Share(found.ratios[series, month]),
        "low": Share(found.low[series, month]),
        "high": Share(found.high[series, month]),
        "center": Share(found.center[series, month]),
    }
    return Sentence((_SAID_OF_GROWTH if found.is_growth else _SAID)[kind], values)
