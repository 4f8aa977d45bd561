"""Where a target will stand at the end of the year (dự báo cuối năm), at every unit, coherent at all levels.

Numerator and denominator are forecast for every unit's own records (the leaves) as sample paths, and the paths are
added up along the tree, so that a forecast of a superior is the sum of its parts. Rates move on the logit scale with
a damped trend; a shock shared by all units keeps the province's interval from being too narrow; shares of small units
lean on the province's. How wide an interval must be is not believed but measured: the same forecast is made from
every earlier month, and its misses, pooled over units, widen the interval until the stated share lies inside
(conformal prediction by rolling origins). The measured coverage is part of the answer.

Figures that cannot be added up (distinct counts) are forecast at every unit by itself: give each unit as its own leaf.

Months without data are NaN and stay out; a unit that has none gets no forecast.
"""

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, TypeAlias

import numpy as np
from scipy import special

from tinhso.analysis.sentences import Sentence, Share, Value
from tinhso.analysis.sentences import gettext_noop as _

Floats: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float64]]"
Table: TypeAlias = "np.ndarray[tuple[int, int], np.dtype[np.float64]]"  # [unit, month] or [unit, path]
Integers: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int64]]"
Kind = Literal["flow", "state"]
Operator = Literal[">=", "<="]

NOMINAL = 0.8  # share of outcomes that the interval is to hold
LEAST_MONTHS = 4  # with data, before anything is said
PATHS, PATHS_BACK = 240, 80  # sample paths of the forecast, and of each earlier one
SMOOTHING, TREND, DAMPING = 0.4, 0.1, 0.8
UNSURE = 1.6  # spread of where a rate stands now, in steps of a month: a smoothed level is not known, only estimated
LEAN = 4.0  # records of the whole's rate that every unit's rate is mixed with
SURE = 0.8  # chance from which a target is on track, and below 1 − SURE off it; between them it is too early to say


class Outlook(StrEnum):
    """What can be said about the end of the year."""

    ON_TRACK = "on_track"
    OFF_TRACK = "off_track"
    TOO_EARLY = "too_early"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class History:
    """Monthly figures of the leaves.

    Attributes:
        numerators: [leaf, month]. For a flow what happened in the month, for a state what stood at its end.
        denominators: the same.
        kind: flows are added up over the months of the year, states are not.
        year_starts: index of the year's first month.
        elapsed: how much of the last month is over, from 0 to 1.
        months_left: whole months after the last one until the year's end.
    """

    numerators: Table
    denominators: Table
    kind: Kind
    year_starts: int
    elapsed: float
    months_left: int


@dataclass(frozen=True)
class Tree:
    """Which leaves lie under which node: pairs; a leaf may lie under many nodes.

    Attributes:
        levels: a number for each node, nodes of one level being alike.
    """

    leaves: Integers
    nodes: Integers
    levels: Integers

    def add_up(self, values: Table) -> Table:
        """The sums of the leaves' rows at every node."""
        found = np.zeros((len(self.levels), values.shape[1]))
        np.add.at(found, self.nodes, values[self.leaves])
        return found


@dataclass(frozen=True)
class Forecast:
    """The end of the year at every node; NaN where nothing can be said.

    Attributes:
        value: middle of the forecast ratio.
        low: lower end of the interval.
        high: upper end.
        chance: of meeting the target.
        needed: ratio that the rest of the year must have for it: above 1 it cannot be met. For states, how many more
            would have to count each month.
        outlook: `Outlook` as text.
        coverage: share of earlier outcomes inside their intervals, measured by leaving out one origin at a time; NaN
            when there are too few origins.
        origins: earlier months from which forecasts were made.
    """

    value: Floats
    low: Floats
    high: Floats
    chance: Floats
    needed: Floats
    outlook: "np.ndarray[tuple[int], np.dtype[np.str_]]"
    coverage: float
    origins: int


@dataclass(frozen=True)
class _Paths:
    """Sampled ends of the year at every node, [node, path]."""

    numerators: Table
    denominators: Table

    @property
    def ratios(self) -> Table:
        return _ratio(self.numerators, self.denominators)


def forecast(history: History, tree: Tree, *, target: float, operator: Operator = ">=", seed: int = 1) -> Forecast:
    """Forecast the end of the year.

    Args:
        history: of the leaves.
        tree: from leaves to nodes.
        target: as a fraction.
        operator: `>=` when more is better.
        seed: of the sampling; the same figures give the same forecast.
    """
    draw = np.random.default_rng(seed)
    paths = _sample(history, tree, PATHS, draw)
    ratios = paths.ratios
    middle, scale = _middle(ratios)
    misses, origins = _misses(history, tree, draw)
    widening = _quantile(misses.ravel(), NOMINAL) if origins else np.nan
    coverage = _coverage(misses) if origins > 1 else np.nan
    width = scale * (widening if np.isfinite(widening) else 1.0)
    stretch = widening if np.isfinite(widening) else 1.0
    stretched = np.clip(middle[:, np.newaxis] + (ratios - middle[:, np.newaxis]) * stretch, 0, 1)
    reached = stretched >= target if operator == ">=" else stretched <= target
    known = np.isfinite(middle) & (_months_known(history, tree) >= LEAST_MONTHS)
    needed = np.where(known, _needed(history, tree, paths, target), np.nan)
    chance = np.where(known, _chance(reached, history), np.nan)
    if history.kind == "flow" and operator == ">=":
        chance = np.where(needed > 1, 0.0, chance)  # not even a perfect rest of the year would do
    low, high = np.clip(middle - width, 0, 1), np.clip(middle + width, 0, 1)
    return Forecast(
        value=np.where(known, middle, np.nan),
        low=np.where(known, low, np.nan),
        high=np.where(known, high, np.nan),
        chance=chance,
        needed=needed,
        outlook=_outlook(chance),
        coverage=coverage,
        origins=origins,
    )


def _outlook(chance: Floats) -> "np.ndarray[tuple[int], np.dtype[np.str_]]":
    choices = [np.isnan(chance), chance >= SURE, chance <= 1 - SURE]
    found: np.ndarray[tuple[int], np.dtype[np.str_]] = np.select(
        choices, [Outlook.UNKNOWN.value, Outlook.ON_TRACK.value, Outlook.OFF_TRACK.value], Outlook.TOO_EARLY.value
    )
    return found


def _chance(reached: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]", history: History) -> Floats:
    """The share of paths that meet the target; never quite sure while the year is not over."""
    share: Floats = reached.mean(axis=1)
    if history.months_left == 0 and history.elapsed >= 1:
        return share
    return np.clip(share, 1 / (PATHS + 1), PATHS / (PATHS + 1))


def _ratio(numerators: Table, denominators: Table) -> Table:
    found: Table = np.divide(numerators, denominators, out=np.full(numerators.shape, np.nan), where=denominators > 0)
    return found


def _middle(ratios: Table) -> tuple[Floats, Floats]:
    """Median, and half the width of the middle `NOMINAL` of the paths, by node."""
    with np.errstate(all="ignore"):
        ordered = np.sort(ratios, axis=1)
    last = ratios.shape[1] - 1
    tail = (1 - NOMINAL) / 2
    low, middle, high = (ordered[:, round(last * part)] for part in (tail, 0.5, 1 - tail))
    return middle, np.maximum((high - low) / 2, 1e-6)


# ---- sample paths -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Model:
    """The leaves at the end of what is known.

    Attributes:
        level: logit of the rate.
        trend: of it, a month.
        volume: denominators of a month (flows), or at the end (states).
        own: spread of a leaf's monthly step on the logit scale.
        shared: spread of the step that all leaves take together.
        volume_spread: of the logarithm of monthly volumes.
    """

    level: Floats
    trend: Floats
    volume: Floats
    own: float
    shared: float
    volume_spread: float


def _sample(history: History, tree: Tree, count: int, draw: np.random.Generator) -> _Paths:
    model = _fitted(history)
    numerators, denominators = (np.nan_to_num(side) for side in (history.numerators, history.denominators))
    if history.kind == "state":
        return _states(history, tree, model, count, draw)
    begun = np.repeat(numerators[:, history.year_starts :].sum(axis=1)[:, np.newaxis], count, axis=1)
    counted = np.repeat(denominators[:, history.year_starts :].sum(axis=1)[:, np.newaxis], count, axis=1)
    parts = ([1 - history.elapsed] if history.elapsed < 1 else []) + [1.0] * history.months_left
    level = model.level[:, np.newaxis] + draw.normal(0, UNSURE * model.own, (len(model.level), count))
    step, together = model.trend[:, np.newaxis], draw.normal(0, UNSURE * model.shared, count)
    for part in parts:
        step = step * DAMPING
        together = together + draw.normal(0, model.shared, count) * np.sqrt(part)
        level = level + step * part + draw.normal(0, model.own, level.shape) * np.sqrt(part)
        volume = model.volume[:, np.newaxis] * part * np.exp(draw.normal(0, model.volume_spread, level.shape))
        rate = special.expit(level + together)
        noise = draw.normal(0, 1, level.shape) * np.sqrt(np.maximum(volume * rate * (1 - rate), 0))
        counted = counted + volume
        begun = begun + np.clip(volume * rate + noise, 0, volume)
    return _Paths(tree.add_up(begun), tree.add_up(counted))


def _states(history: History, tree: Tree, model: _Model, count: int, draw: np.random.Generator) -> _Paths:
    """Where states stand at the year's end: what is counted stays, its rate goes on."""
    ahead = history.months_left + (1 - history.elapsed)
    damped = sum(DAMPING**month for month in range(1, history.months_left + 1))
    spread = np.sqrt(ahead + UNSURE**2)
    together = draw.normal(0, model.shared, count) * spread
    own = draw.normal(0, model.own, (len(model.level), count)) * spread
    rate = special.expit(model.level[:, np.newaxis] + model.trend[:, np.newaxis] * damped + own + together)
    volume = np.repeat(model.volume[:, np.newaxis], count, axis=1)
    last = np.nan_to_num(_last(history.numerators))[:, np.newaxis]
    taken = volume * rate if ahead > 0 else np.repeat(last, count, axis=1)
    return _Paths(tree.add_up(taken), tree.add_up(volume))


def _fitted(history: History) -> _Model:
    """Level, trend and spreads from the whole months."""
    whole = (
        history if history.elapsed >= 1 or history.kind == "state" else _until(history, history.numerators.shape[1] - 1)
    )
    numerators, denominators = whole.numerators, whole.denominators
    known = np.isfinite(numerators) & (np.nan_to_num(denominators) > 0)
    all_numerators, all_denominators = (
        np.where(known, numerators, 0).sum(axis=0),
        np.where(known, denominators, 0).sum(axis=0),
    )
    overall = np.where(all_denominators > 0, all_numerators / np.maximum(all_denominators, 1e-9), np.nan)
    common = np.nan_to_num(overall, nan=float(np.nanmean(overall)) if np.isfinite(overall).any() else 0.5)
    leaned = (np.where(known, numerators, 0) + LEAN * common) / (np.where(known, denominators, 0) + LEAN)
    logits = special.logit(np.clip(leaned, 0.002, 0.998))
    level, trend, misses = _smoothed(logits, known)
    chance = np.where(known, 1 / np.maximum(denominators * leaned * (1 - leaned), 0.05), 0)
    whole_logits = special.logit(np.clip(common, 0.002, 0.998))[np.newaxis, :]
    _level, _trend, shared = _smoothed(whole_logits, (all_denominators > 0)[np.newaxis, :])
    return _Model(
        level=level,
        trend=trend,
        volume=_volume(denominators, known, whole.kind),
        own=_spread(misses, chance),
        shared=float(np.clip(_rms(shared), 0.02, 0.6)),
        volume_spread=_volume_spread(denominators, known) if whole.kind == "flow" else 0.0,
    )


def _smoothed(logits: Table, known: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]") -> tuple[Floats, Floats, Table]:
    """Level and damped trend after the last month, and the one-step misses; months without data change nothing."""
    first = np.argmax(known, axis=1)
    level = logits[np.arange(len(logits)), first]
    trend = np.zeros(len(logits))
    misses = np.full(logits.shape, np.nan)
    for month in range(logits.shape[1]):
        counts = known[:, month] & (month > first)
        ahead = level + DAMPING * trend
        miss = logits[:, month] - ahead
        misses[:, month] = np.where(counts, miss, np.nan)
        moved = ahead + SMOOTHING * miss
        trend = np.where(counts, DAMPING * trend + TREND * miss, trend)
        level = np.where(counts, moved, level)
    return level, trend, misses


def _spread(misses: Table, chance: Table) -> float:
    """Spread of a leaf's own steps, without what the chance of small numbers makes."""
    some = np.isfinite(misses)
    if not some.any():
        return 0.1
    beyond = np.median(misses[some] ** 2) / 0.455 - np.median(chance[some])
    return float(np.clip(np.sqrt(max(beyond, 0)), 0.03, 0.6))


def _rms(misses: Table) -> float:
    known = misses[np.isfinite(misses)]
    return float(np.sqrt(np.mean(known**2))) if len(known) else 0.1


def _volume(denominators: Table, known: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]", kind: Kind) -> Floats:
    """Records of a coming month: the mean of the last months, later ones weighing more; for states the last one."""
    if kind == "state":
        return np.nan_to_num(_last(np.where(known, denominators, np.nan)))
    counts = np.nan_to_num(denominators)
    weights = 0.8 ** np.arange(counts.shape[1] - 1, -1, -1)
    found: Floats = counts @ weights / weights.sum()
    return found


def _volume_spread(denominators: Table, known: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]") -> float:
    with np.errstate(all="ignore"):
        steps = np.diff(np.log(np.where(known & (denominators > 5), denominators, np.nan)), axis=1)
    some = steps[np.isfinite(steps)]
    return float(np.clip(np.median(np.abs(some)) / 0.6745 / np.sqrt(2), 0.05, 0.8)) if len(some) else 0.3


def _last(values: Table) -> Floats:
    """The last known value of each row; NaN without any."""
    known = np.isfinite(values)
    last = values.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    found: Floats = np.where(known.any(axis=1), values[np.arange(len(values)), last], np.nan)
    return found


# ---- calibration ------------------------------------------------------------------------------------------------


def _until(history: History, months: int) -> History:
    """What was known after some months, all of them whole."""
    return replace(
        history,
        numerators=history.numerators[:, :months],
        denominators=history.denominators[:, :months],
        elapsed=1.0,
    )


def _misses(history: History, tree: Tree, draw: np.random.Generator) -> tuple[Table, int]:
    """Misses of forecasts made earlier, in half widths of their intervals: [origin, node]; NaN where none was made.

    From every earlier month a forecast is made as far ahead as the year's end is now, or as far as there is data.
    """
    whole = history.numerators.shape[1] - (0 if history.elapsed >= 1 else 1)
    ahead = max(1, round(history.months_left + 1 - history.elapsed))
    rows = []
    for origin in range(LEAST_MONTHS, whole):
        reach = min(ahead, whole - origin)
        if reach < min(ahead, 3):
            continue
        then = replace(_until(history, origin), months_left=reach, year_starts=min(history.year_starts, origin - 1))
        middle, scale = _middle(_sample(then, tree, PATHS_BACK, draw).ratios)
        outcome = _outcome(history, tree, origin + reach, then.year_starts)
        rows.append((outcome - middle) / scale)
    if not rows:
        return np.full((0, len(tree.levels)), np.nan), 0
    return np.abs(np.vstack(rows)), len(rows)


def _outcome(history: History, tree: Tree, months: int, year_starts: int) -> Floats:
    """What had come about after some months."""
    numerators, denominators = (np.nan_to_num(side[:, :months]) for side in (history.numerators, history.denominators))
    if history.kind == "state":
        pair = [
            np.nan_to_num(_last(side[:, :months]))[:, np.newaxis] for side in (history.numerators, history.denominators)
        ]
    else:
        pair = [side[:, year_starts:].sum(axis=1)[:, np.newaxis] for side in (numerators, denominators)]
    found: Floats = _ratio(tree.add_up(pair[0]), tree.add_up(pair[1]))[:, 0]
    return found


def _quantile(misses: Floats, share: float) -> float:
    """The miss that a share of them does not exceed, a little more for being few (conformal)."""
    known = np.sort(misses[np.isfinite(misses)])
    if not len(known):
        return float("nan")
    rank = min(int(np.ceil(share * (len(known) + 1))), len(known))
    return float(max(known[rank - 1], 0.2))


def _coverage(misses: Table) -> float:
    """Share of outcomes inside intervals that were widened by the misses of the other origins only."""
    inside = []
    for origin in range(len(misses)):
        others = np.delete(misses, origin, axis=0).ravel()
        own = misses[origin][np.isfinite(misses[origin])]
        inside.append(own <= _quantile(others, NOMINAL))
    found = np.concatenate(inside)
    return float(found.mean()) if len(found) else float("nan")


# ---- what is needed ---------------------------------------------------------------------------------------------


def _months_known(history: History, tree: Tree) -> Floats:
    """Months with data at every node."""
    some = np.isfinite(history.numerators) & (np.nan_to_num(history.denominators) > 0)
    found: Floats = (tree.add_up(some.astype(float)) > 0).sum(axis=1).astype(float)
    return found


def _needed(history: History, tree: Tree, paths: _Paths, target: float) -> Floats:
    """The ratio that the rest of the year needs, or for states how many more each month."""
    if history.kind == "state":
        now = tree.add_up(np.nan_to_num(_last(history.numerators))[:, np.newaxis])[:, 0]
        whole = np.median(paths.denominators, axis=1)
        months = max(history.months_left + 1 - history.elapsed, 1.0)
        return np.maximum((target * whole - now) / months, 0.0)
    year = slice(history.year_starts, None)
    begun, counted = (
        tree.add_up(np.nan_to_num(side[:, year]).sum(axis=1)[:, np.newaxis])[:, 0]
        for side in (history.numerators, history.denominators)
    )
    whole = np.median(paths.denominators, axis=1)
    rest = whole - counted
    found: Floats = np.divide(target * whole - begun, rest, out=np.full(len(rest), np.nan), where=rest > 0)
    return np.where(np.isfinite(found), np.maximum(found, 0.0), np.nan)


# ---- in words ---------------------------------------------------------------------------------------------------


def explain(found: Forecast, node: int, *, target: float, kind: Kind) -> list[Sentence]:
    """The forecast of one node in words.

    Args:
        found: from `forecast`.
        node: its position.
        target: as a fraction.
        kind: of the history.
    """
    if not np.isfinite(found.value[node]):
        return [Sentence(_("Chưa đủ số liệu để dự báo: cần ít nhất %(months)s tháng có số."), {"months": LEAST_MONTHS})]
    values: dict[str, Value] = {
        "value": Share(found.value[node]),
        "low": Share(found.low[node]),
        "high": Share(found.high[node]),
        "chance": Share(found.chance[node]),
        "target": Share(target),
        "nominal": Share(NOMINAL),
    }
    said = [
        Sentence(
            _(
                "Nếu giữ nhịp những tháng gần đây, cuối năm đạt %(value)s (khoảng %(nominal)s: %(low)s–%(high)s); "
                "khả năng đạt mục tiêu %(target)s là %(chance)s."
            ),
            values,
        ),
        *_explain_needed(found.needed[node], target, kind),
    ]
    if np.isfinite(found.coverage):
        measured: dict[str, Value] = {"coverage": Share(found.coverage), "nominal": Share(NOMINAL)}
        said.append(
            Sentence(
                _("Dự báo lại từ các tháng trước: %(coverage)s kết quả nằm trong khoảng (cần %(nominal)s)."), measured
            )
        )
    return said


def _explain_needed(needed: float, target: float, kind: Kind) -> list[Sentence]:
    if not np.isfinite(needed) or needed <= 0:
        return []
    values: dict[str, Value] = {"target": Share(target)}
    if kind == "state":
        each = _("Để tới mục tiêu %(target)s, mỗi tháng còn lại cần thêm %(needed)s.")
        return [Sentence(each, values | {"needed": math.ceil(needed - 1e-6)})]
    if needed > 1:
        return [Sentence(_("Dù phần còn lại của năm đạt trọn vẹn, mục tiêu %(target)s vẫn không tới được."), values)]
    rest = _("Để tới mục tiêu %(target)s, phần còn lại của năm cần đạt %(needed)s.")
    return [Sentence(rest, values | {"needed": Share(needed)})]
