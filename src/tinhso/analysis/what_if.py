"""What if (nếu như): changed figures computed through the same sums, and the cheapest tasks that close a gap."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import optimize

from tinhso.analysis.sentences import Points, Sentence, Share
from tinhso.analysis.sentences import gettext_noop as _

Floats: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float64]]"
Counts = Mapping[Hashable, tuple[float, float]]  # numerator and denominator by unit


class NothingToChange(ValueError):
    """Fewer units than asked for have a figure."""


@dataclass(frozen=True)
class Outcome:
    """A whole before and after its parts change.

    Attributes:
        changed: numerator of each unit that was changed, after the change.
    """

    before: float
    after: float
    changed: Mapping[Hashable, float]


def raise_worst(whole: tuple[float, float], units: Counts, *, count: int, to: float | None = None) -> Outcome:
    """The units with the lowest ratios reach another one (“mười đơn vị thấp nhất đạt mức trung vị”).

    Units that are better already stay as they are; what lies in none of the units stays, too.

    Args:
        whole: numerator and denominator of all.
        units: of each unit; those with nothing in the denominator are left out.
        count: how many units.
        to: ratio they reach; None for the median of all units.

    Raises:
        NothingToChange: there are not so many units with a figure.
    """
    ratios = {unit: n / d for unit, (n, d) in units.items() if d}
    if not 0 < count <= len(ratios) or not whole[1]:
        raise NothingToChange(f"{count} of {len(ratios)}")
    goal = float(np.median(list(ratios.values()))) if to is None else to
    worst = sorted(ratios, key=lambda unit: (ratios[unit], str(unit)))[:count]
    changed = {unit: goal * units[unit][1] for unit in worst if ratios[unit] < goal}
    gained = sum(new - units[unit][0] for unit, new in changed.items())
    return Outcome(whole[0] / whole[1], (whole[0] + gained) / whole[1], changed)


def explain_raise(found: Outcome, count: int, to: float) -> Sentence:
    """The outcome in words."""
    return Sentence(
        _("Nếu %(count)s đơn vị thấp nhất đạt %(to)s, toàn bộ từ %(before)s lên %(after)s (%(points)s)."),
        {
            "count": count,
            "to": Share(to),
            "before": Share(found.before),
            "after": Share(found.after),
            "points": Points(found.after - found.before),
        },
    )


@dataclass(frozen=True, slots=True)
class Option:
    """A task that may be given.

    Attributes:
        key: its name.
        cost: in any unit, such as million đồng or person-days; not negative.
        gain: how many more would count in the numerator.
        group: of those with the same group at most one is chosen; None for none.
    """

    key: Hashable
    cost: float
    gain: float
    group: Hashable = None


@dataclass(frozen=True)
class Choice:
    """The cheapest tasks, or the best that can be reached.

    Attributes:
        chosen: keys in the order given.
        closes: whether the gap is closed.
    """

    chosen: tuple[Hashable, ...]
    cost: float
    gain: float
    closes: bool


def cheapest(options: Sequence[Option], gap: float, *, budget: float | None = None) -> Choice:
    """The cheapest set of tasks whose gains reach a gap (phương án ít tốn nhất), proved by branch and bound.

    When nothing reaches it, the set that gains most within the budget is given instead.

    Args:
        options: tasks that may be given.
        gap: how many more have to count.
        budget: most that all may cost; None for any sum.
    """
    if gap <= 0 or not options:
        return Choice((), 0.0, 0.0, closes=gap <= 0)
    cost = np.array([option.cost for option in options], float)
    gain = np.array([option.gain for option in options], float)
    limits = _limits(options, cost, budget)
    reach = optimize.LinearConstraint(gain[np.newaxis, :], gap, np.inf)
    chosen = _solved(cost, [*limits, reach])
    if chosen is None:
        chosen = _solved(-gain, limits)
    picked = np.zeros(len(options), bool) if chosen is None else chosen
    keys = tuple(option.key for option, taken in zip(options, picked, strict=True) if taken)
    gained = float(gain[picked].sum())
    return Choice(keys, float(cost[picked].sum()), gained, closes=gained >= gap - 1e-9)


def _limits(options: Sequence[Option], cost: Floats, budget: float | None) -> list[optimize.LinearConstraint]:
    found = []
    if budget is not None:
        found.append(optimize.LinearConstraint(cost[np.newaxis, :], -np.inf, budget))
    groups = {option.group for option in options if option.group is not None}
    if groups:
        rows = np.array([[option.group == group for option in options] for group in sorted(groups, key=str)], float)
        found.append(optimize.LinearConstraint(rows, -np.inf, 1))
    return found


def _solved(
    cost: Floats, constraints: list[optimize.LinearConstraint]
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]] | None":
    found = optimize.milp(cost, integrality=np.ones(len(cost)), bounds=optimize.Bounds(0, 1), constraints=constraints)
    return None if found.x is None else np.round(found.x).astype(bool)


def explain_choice(found: Choice, gap: float) -> Sentence:
    """The choice in words."""
    if found.closes:
        return Sentence(
            _("Ít tốn nhất là %(count)s nhiệm vụ, tổng chi %(cost)s, thêm %(gain)s, đủ bù phần hụt %(gap)s."),
            {"count": len(found.chosen), "cost": found.cost, "gain": found.gain, "gap": gap},
        )
    return Sentence(
        _("Không phương án nào bù đủ phần hụt %(gap)s; nhiều nhất thêm được %(gain)s với chi phí %(cost)s."),
        {"gap": gap, "gain": found.gain, "cost": found.cost},
    )
