"""Where targets are heading, and what stands out, from the figures in force or of a release.

Results are kept by the numbers they are made from, in memory and on disk, so that a change of figures makes anew
what it touches and nothing else.
"""

import calendar
import datetime as dt
import functools
import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from django.conf import settings

from tinhso.analysis.sentences import Sentence
from tinhso.core import kept
from tinhso.indicators import api as indicators
from tinhso.organizations import api as organizations
from tinhso.plans.rules.texts import Target
from tinhso.plans.selectors.standing import Question

if TYPE_CHECKING:
    import numpy as np

    from tinhso.analysis.forecast import Forecast, History, Tree
    from tinhso.analysis.signals import Chart

YEARS_BACK = 2  # of history before the plan's year
FORM = 1  # of what is kept; another one when the way of forecasting changes
KEPT = 400  # files; the oldest half goes when there are more


@dataclass(frozen=True)
class Monthly:
    """Figures of all units by month.

    Attributes:
        units: primary keys, in order of rows.
        months: first days, in order of columns.
        numerators: [unit, month]; NaN without data.
        denominators: the same.
        is_additive: whether the rows of units below add up to those above.
        is_state: whether a month's figure is how things stood at its end, or since the year's begin.
        elapsed: how much of the last month the figures cover.
    """

    units: tuple[int, ...]
    months: tuple[dt.date, ...]
    numerators: "np.ndarray[tuple[int, int], np.dtype[np.float64]]"
    denominators: "np.ndarray[tuple[int, int], np.dtype[np.float64]]"
    is_additive: bool
    is_state: bool
    elapsed: float


@dataclass(frozen=True)
class UnitOutlook:
    """The year's end of one target at one unit (dự báo); fractions.

    Attributes:
        outlook: on_track, off_track, too_early or unknown.
        words: the forecast in sentences.
    """

    value: float
    low: float
    high: float
    chance: float
    outlook: str
    words: Sequence[Sentence]


def monthly(asked: Question, target: Target) -> Monthly | None:
    """The figures of a target at all units by month up to the evaluation date; None for yearly figures, and before
    there is any."""
    found = indicators.definition(target.indicator, release=asked.release)
    if found.is_yearly:
        return None
    last = min(asked.as_of, asked.plan.last_day)
    return _monthly(indicators.cells_name(asked.release), target.indicator, asked.plan.year, last, asked.release)


@functools.lru_cache(maxsize=200)
def _monthly(_cells: str, indicator: str, year: int, last: dt.date, release: int | None) -> Monthly | None:
    """The same by what it is made from, so that a page does not read the cells again."""
    import numpy as np

    found = indicators.definition(indicator, release=release)
    is_since_new_year = not found.is_additive and not found.is_stock
    first_year = year if is_since_new_year else year - YEARS_BACK
    months = _months(dt.date(first_year, 1, 1), last)
    codes = {f"{day:%Y-%m}{'/ytd' if is_since_new_year else ''}": column for column, day in enumerate(months)}
    rows = indicators.amounts(indicator=indicator, period_codes=list(codes), release=release)
    if not rows:
        return None
    units = sorted({row[0] for row in rows})
    at = {unit: row for row, unit in enumerate(units)}
    numerators, denominators = (np.full((len(units), len(months)), np.nan) for _side in range(2))
    for unit, code, numerator, denominator in rows:
        place = at[unit], codes[code]
        numerators[place], denominators[place] = float(numerator), float(denominator)
    for side in (numerators, denominators):
        side.setflags(write=False)  # they are kept
    begun = int(np.argmax(np.isfinite(denominators).any(axis=0)))
    return Monthly(
        units=tuple(units),
        months=tuple(months[begun:]),
        numerators=numerators[:, begun:],
        denominators=denominators[:, begun:],
        is_additive=found.is_additive,
        is_state=found.is_stock or is_since_new_year,
        elapsed=last.day / calendar.monthrange(last.year, last.month)[1],
    )


def _months(first: dt.date, last: dt.date) -> list[dt.date]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [dt.date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(count)]


def outlooks(asked: Question, target: Target) -> "tuple[Monthly, Forecast] | None":
    """The forecast of a target at all units; None where there is nothing to forecast from."""
    found = monthly(asked, target)
    if found is None:
        return None
    history, tree = _leaves(found, asked)
    return found, _forecast(history, tree, target)


def outlook(asked: Question, target: Target, unit_id: int) -> UnitOutlook | None:
    """The forecast of a target at one unit; None where there is nothing to forecast from."""
    from tinhso.analysis import forecast as forecasts

    found = outlooks(asked, target)
    if found is None or unit_id not in found[0].units:
        return None
    figures, made = found
    node = figures.units.index(unit_id)
    return UnitOutlook(
        value=float(made.value[node]),
        low=float(made.low[node]),
        high=float(made.high[node]),
        chance=float(made.chance[node]),
        outlook=str(made.outlook[node]),
        words=forecasts.explain(made, node, target=target.value, kind=_kind(figures)),
    )


def _kind(found: Monthly) -> Literal["flow", "state"]:
    return "state" if found.is_state else "flow"


def _leaves(found: Monthly, asked: Question) -> "tuple[History, Tree]":
    """What is forecast: units' own records where figures add up, else every unit by itself."""
    import numpy as np

    from tinhso.analysis.forecast import History, Tree

    here = np.arange(len(found.units))
    numerators, denominators = found.numerators, found.denominators
    leaves, nodes = here, here
    if found.is_additive:
        above = _above(found.units, asked.as_of)
        parent = np.array([chain[0] if chain else -1 for chain in above])
        numerators, denominators = (_own(side, parent) for side in (numerators, denominators))
        pairs = [(leaf, node) for leaf, chain in enumerate(above) for node in (leaf, *chain)]
        leaves, nodes = (np.array(side) for side in zip(*pairs, strict=True))
    year_starts = next((n for n, day in enumerate(found.months) if day.year == asked.plan.year), 0)
    history = History(
        numerators=numerators,
        denominators=denominators,
        kind=_kind(found),
        year_starts=year_starts,
        elapsed=found.elapsed,
        months_left=12 - found.months[-1].month,
    )
    return history, Tree(leaves, nodes, np.zeros(len(here), int))


def _above(units: Sequence[int], on: dt.date) -> list[list[int]]:
    """The rows of each unit's superiors that have figures, nearest first."""
    at = {unit: row for row, unit in enumerate(units)}
    return [[at[one] for one in organizations.ancestors(unit, on) if one in at] for unit in units]


def _own(
    values: "np.ndarray[tuple[int, int], np.dtype[np.float64]]", parent: "np.ndarray[tuple[int], np.dtype[np.int64]]"
) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """What each unit has beside the units directly below it."""
    import numpy as np

    below = np.zeros(values.shape)
    some = parent >= 0
    np.add.at(below, parent[some], np.nan_to_num(values[some]))
    return np.where(np.isfinite(values), np.maximum(values - below, 0.0), np.nan)


# ---- kept by what they are made from ----------------------------------------------------------------------------


def _forecast(history: "History", tree: "Tree", target: Target) -> "Forecast":
    digest = hashlib.sha256(f"{FORM} {target.value!r} {target.operator} {_said(history)}".encode())
    for part in (history.numerators, history.denominators, tree.leaves, tree.nodes):
        digest.update(part.tobytes())
    return _kept(digest.hexdigest(), lambda: _made(history, tree, target))


def _said(history: "History") -> str:
    return f"{history.kind} {history.year_starts} {history.elapsed!r} {history.months_left} {history.numerators.shape}"


def _made(history: "History", tree: "Tree", target: Target) -> "Forecast":
    from tinhso.analysis.forecast import forecast

    return forecast(history, tree, target=target.value, operator=target.operator)


_memory: dict[str, "Forecast"] = {}


def _kept(name: str, make: "Callable[[], Forecast]") -> "Forecast":
    """A forecast by the digest of what it is made from: from memory, from disk, or made now."""
    if name not in _memory:
        if len(_memory) > KEPT:
            _memory.clear()
        _memory[name] = _read(name) or _written(name, make())
    return _memory[name]


def folder() -> Path:
    return Path(settings.HOME) / "analysis"


def _read(name: str) -> "Forecast | None":
    import numpy as np

    from tinhso.analysis.forecast import Forecast

    try:
        with np.load(folder() / f"{name}.npz", allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
    except (OSError, ValueError):
        return None
    return Forecast(**arrays | {"coverage": float(arrays["coverage"]), "origins": int(arrays["origins"])})


def _written(name: str, made: "Forecast") -> "Forecast":
    import numpy as np

    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **{key: np.asarray(value) for key, value in vars(made).items()})
    kept.clear_away(folder(), "*.npz", KEPT)
    kept.write(folder() / f"{name}.npz", content.getvalue())
    return made


# ---- signals ----------------------------------------------------------------------------------------------------


def charts(asked: Question, target: Target) -> "tuple[Monthly, Chart] | None":
    """How usual each month of a target was at every unit; None where months cannot be compared."""
    from tinhso.analysis import signals

    found = monthly(asked, target)
    if found is None or (found.is_state and not found.is_additive):
        return None
    denominators = found.denominators
    if found.elapsed < 1:  # the month that is not over is not judged
        denominators = denominators.copy()
        denominators[:, -1] = 0
    judge = signals.growth_charts if found.is_state else signals.charts
    return found, judge(found.numerators, denominators)


def signal_words(
    asked: Question, target: Target, unit_id: int, names: Mapping[int, str], *, only_odd: bool = False
) -> list[Sentence]:
    """The last months of a target at one unit that stand out, else that the last one does not.

    Args:
        names: of months, by number from 1.
        only_odd: say nothing where no month stands out.
    """
    from tinhso.analysis import signals
    from tinhso.analysis.signals import Kind

    found = charts(asked, target)
    if found is None or unit_id not in found[0].units:
        return []
    figures, chart = found
    row, last = figures.units.index(unit_id), len(figures.months) - 1
    odd = [
        column
        for column in range(max(last - 5, 0), last + 1)
        if chart.kinds[row, column] not in (Kind.USUAL, Kind.UNKNOWN)
    ]
    shown = odd or ([] if only_odd else [last])
    return [signals.explain(chart, row, column, names[figures.months[column].month]) for column in shown]
