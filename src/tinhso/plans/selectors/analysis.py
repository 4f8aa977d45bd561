"""Why a target changed, what would happen if, the cheapest tasks, and figures that a person should look at."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from tinhso.analysis.sentences import Sentence
from tinhso.indicators import api as indicators
from tinhso.organizations import api as organizations
from tinhso.plans.rules.texts import Target
from tinhso.plans.selectors import outlook
from tinhso.plans.selectors.standing import Part, Question

if TYPE_CHECKING:
    from tinhso.analysis.change import Change, Counts
    from tinhso.analysis.integrity import Evidence

REST: Hashable = 0  # what lies at the unit itself and in none of those below


@dataclass(frozen=True)
class WhyChanged:
    """Parts that add up to a change (vì sao thay đổi).

    Attributes:
        by_unit: unit, effect of its own rate and of its weight; the largest first. Fractions.
    """

    words: list[Sentence]
    by_unit: list[tuple[int, float, float]]


def why_changed(
    asked: Question, target: Target, unit_id: int, below: Sequence[int], *, before: str, release: int | None
) -> WhyChanged | None:
    """Why a target's value at a unit is another than in an earlier period, or than an earlier release said.

    Args:
        below: units whose parts are told.
        before: code of the earlier period, computed ahead.
        release: that published the earlier figure; None compares with the earlier figure as it is known now.

    Returns:
        None for distinct counts and categories, whose parts do not add up, and without figures.
    """
    from tinhso.analysis import change

    if not indicators.definition(target.indicator, release=asked.release).is_additive:
        return None
    known = _counts(asked, target, unit_id, below, before, asked.release)
    published = known if release is None else _counts(asked, target, unit_id, below, before, release)
    after = _counts(asked, target, unit_id, below, asked.period.code, asked.release)
    if not known or not after or not published:
        return None
    found = change.decompose(published, known, after)
    return WhyChanged(change.explain(found, _names(found, asked)), _largest(found))


def _counts(
    asked: Question, target: Target, unit_id: int, below: Sequence[int], code: str, release: int | None
) -> "Counts":
    """Numerator and denominator of every part in a period."""
    figures = indicators.figures(
        indicators=[target.indicator],
        period_codes=[code],
        unit_ids=[unit_id, *below],
        view=asked.view,
        release=release,
    )
    pairs: dict[Hashable, tuple[Fraction, Fraction]] = {
        one.unit_id: (Fraction(one.numerator), Fraction(one.denominator))
        for one in figures
        if one.category is None and one.numerator is not None and one.denominator
    }
    whole = pairs.pop(unit_id, None)
    if whole is None:
        return {}
    rest = tuple(total - sum(pair[side] for pair in pairs.values()) for side, total in enumerate(whole))
    return pairs | {REST: (Fraction(rest[0]), Fraction(rest[1]))} if rest[1] else pairs


def _names(found: "Change", asked: Question) -> dict[Hashable, str]:
    return {
        unit: "–" if unit == REST else organizations.named_unit(int(str(unit)), asked.as_of).name
        for unit in found.by_unit
    }


def _largest(found: "Change") -> list[tuple[int, float, float]]:
    rows = [(int(str(unit)), float(rate), float(mix)) for unit, (rate, mix) in found.by_unit.items() if unit != REST]
    return sorted(rows, key=lambda row: (-abs(row[1] + row[2]), row[0]))


@dataclass(frozen=True)
class WhatIf:
    """The whole when its worst units reach another value (nếu như).

    Attributes:
        changed: units that would have to do more, with how many more would count; the most first.
    """

    words: Sentence
    before: float
    after: float
    changed: list[tuple[int, float]]


def what_if(whole: Part, parts: Sequence[Part], *, count: int, to: float | None) -> WhatIf | None:
    """What the whole would reach if its worst units reached a value.

    Args:
        count: how many of the worst.
        to: a fraction; None for the median of all.

    Returns:
        None where there are not so many units with a figure.
    """
    from statistics import median

    from tinhso.analysis import what_if as library

    units = _pairs(parts)
    own = _pairs([whole]).get(whole.standing.figure.unit_id)
    if own is None:
        return None
    try:
        found = library.raise_worst(own, units, count=count, to=to)
    except library.NothingToChange:
        return None
    goal = to if to is not None else median(n / d for n, d in units.values())
    more = [(int(str(unit)), new - units[unit][0]) for unit, new in found.changed.items()]
    return WhatIf(
        library.explain_raise(found, count, goal),
        found.before,
        found.after,
        sorted(more, key=lambda row: (-row[1], row[0])),
    )


def _pairs(parts: Sequence[Part]) -> Mapping[Hashable, tuple[float, float]]:
    return {
        one.standing.figure.unit_id: (float(one.standing.figure.numerator), float(one.standing.figure.denominator))
        for one in parts
        if one.standing.figure.numerator is not None and one.standing.figure.denominator
    }


@dataclass(frozen=True)
class Cheapest:
    """The cheapest set of tasks that closes a gap (phương án ít tốn nhất).

    Attributes:
        chosen: unit, value it has to reach, how many more, cost.
    """

    words: Sentence
    closes: bool
    chosen: list[tuple[int, float, float, float]]


def cheapest(
    parts: Sequence[Part], *, gap: float, target: float, per_task: float, per_item: float, budget: float | None
) -> Cheapest | None:
    """The cheapest tasks, each of which brings one unit half the way to the target or all of it.

    Args:
        gap: how many more have to count in the whole.
        target: a fraction.
        per_task: cost of giving a unit a task, whatever it has to reach.
        per_item: cost of each one more that counts.
        budget: most that all may cost; None for any sum.
    """
    from tinhso.analysis import what_if as library

    if gap <= 0:
        return None
    options, meaning = [], {}
    for unit, (numerator, denominator) in _pairs(parts).items():
        missing = target * denominator - numerator
        if missing <= 0:
            continue
        for part in (0.5, 1.0):
            gain = missing * part
            key = (unit, part)
            cost = per_task + per_item * gain
            options.append(library.Option(key, cost, gain, group=unit))
            meaning[key] = (int(str(unit)), (numerator + gain) / denominator, gain, cost)
    if not options:
        return None
    found = library.cheapest(options, gap, budget=budget)
    chosen = [meaning[key] for key in found.chosen]  # type: ignore[index]  # keys are those of the options
    return Cheapest(library.explain_choice(found, gap), found.closes, sorted(chosen, key=lambda row: -row[2]))


# ---- figures that a person should look at ----------------------------------------------------------------------


@dataclass(frozen=True)
class Odd:
    """What one test named (cần người xem lại): evidence, never an accusation.

    Attributes:
        unit_id: None for what is about all units together.
        false_alarms: how often the test names a unit although nothing was made up, as measured.
    """

    check: str
    unit_id: int | None
    words: Sentence
    false_alarms: float


def oddities(asked: Question, target: Target, units: Sequence[int]) -> list[Odd]:
    """What the tests for figures made for the number's sake name among some units; empty when nothing stands out."""
    return [*_of_handling(asked, target, units), *_of_figures(asked, target, units)]


def _of_handling(asked: Question, target: Target, units: Sequence[int]) -> list[Odd]:
    """By how dossiers were entered, for targets that are counted from dossiers."""
    import numpy as np

    from tinhso.analysis import integrity

    if "dossiers" not in indicators.definition(target.indicator, release=asked.release).datasets:
        return []
    handled = indicators.handling(asked.plan.year)
    if handled is None or not handled.units:
        return []
    ids = list(handled.units)
    columns = {
        name: np.array([getattr(handled.units[unit], name) for unit in ids], float)
        for name in ("received", "at_end", "at_desk", "out_of_hours", "online", "busiest")
    }
    tests = [
        integrity.period_end(columns["at_end"], columns["received"], handled.share_at_end),
        integrity.out_of_hours(columns["out_of_hours"], columns["at_desk"]),
        integrity.one_account(columns["busiest"], columns["online"]),
    ]
    wanted = set(units)
    return [odd for test in tests for odd in _named(test, ids) if odd.unit_id in wanted]


def _named(test: "Evidence", ids: Sequence[int]) -> list[Odd]:
    from tinhso.analysis import integrity

    rate = integrity.MEASURED_FALSE_ALARMS[test.test]
    return [
        Odd(str(test.test), ids[row], integrity.explain(test, row), rate)
        for row in range(len(ids))
        if test.is_named[row]
    ]


def _of_figures(asked: Question, target: Target, units: Sequence[int]) -> list[Odd]:
    """By the figures themselves: units crowded just above the target, denominators that shrank."""
    import numpy as np

    from tinhso.analysis import integrity

    figures = outlook.monthly(asked, target)
    if figures is None:
        return []
    wanted = set(units)
    rows = [row for row, unit in enumerate(figures.units) if unit in wanted]
    last = len(figures.months) - (1 if figures.elapsed >= 1 else 2)
    if not rows or last < 1:
        return []
    numerators, denominators = figures.numerators[rows], figures.denominators[rows]
    with np.errstate(all="ignore"):
        ratios = numerators[:, last] / denominators[:, last]
    found: list[Odd] = []
    crowd = integrity.bunching(ratios, target.value)
    if crowd.is_named and target.value < 1:
        words = integrity.explain_bunching(crowd, target.value)
        rate = integrity.MEASURED_FALSE_ALARMS[integrity.Check.BUNCHING]
        found.append(Odd(str(integrity.Check.BUNCHING), None, words, rate))
    before, now = np.nan_to_num(denominators[:, last - 1]), np.nan_to_num(denominators[:, last])
    shrank = _named(integrity.shrinking(before, now), [figures.units[row] for row in rows])
    return found + shrank
