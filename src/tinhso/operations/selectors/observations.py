"""What can be seen in the figures now that an alert may be about."""

import datetime as dt
import functools
import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tinhso.operations.choices import AlertKind
from tinhso.operations.rules import alerts as rules
from tinhso.organizations import api as organizations
from tinhso.plans import api as plans

MONTHS_BEFORE = 3  # in all of which a unit has reported when its silence now means something
LEAST_A_MONTH = 5  # records in each of them: where fewer come, a month without any is chance
Key = tuple[AlertKind, str, str, int]  # kind, indicator, dataset, unit


@dataclass(frozen=True)
class Observation:
    """One thing that is measured at a unit.

    Attributes:
        measure: in the kind's own measure; `rules.SOON` says from when it alarms.
        facts: figures of the sentence; shares are fractions.
    """

    kind: AlertKind
    indicator: str
    dataset: str
    unit_id: int
    measure: float
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        return self.kind, self.indicator, self.dataset, self.unit_id


class Observer:
    """Looks at all targets at the units below one, and again at units that have an open alert."""

    def __init__(self, asked: plans.Question, top: int, today: dt.date) -> None:
        self.asked, self.top, self.today = asked, top, today
        rows = organizations.units_on(asked.as_of)
        self.kinds = {row.unit_id: row.kind for row in rows}
        self.children: dict[int, list[int]] = defaultdict(list)
        for row in rows:
            if row.parent_id is not None:
                self.children[row.parent_id].append(row.unit_id)

    def observations(self, open_keys: Collection[Key]) -> dict[Key, Observation]:
        """Everything that may raise an alert, and what every open alert shows now; those that cannot be measured any
        more are left out."""
        found: dict[Key, Observation] = {}
        standings = plans.statuses(self.asked, [self.top])[self.top]
        for standing in standings:
            name = standing.target.indicator
            again = [key for key in open_keys if key[1] == name]
            for one in self._of_target(standing, again):
                found[one.key] = one
        for one in self._silences(standings):
            found[one.key] = one
        return found

    def _of_target(self, standing: plans.Standing, again: Collection[Key]) -> Iterator[Observation]:
        target = standing.target
        if standing.applies:
            yield from self._levels(standing, [key for key in again if key[0] in _ABOUT_LEVELS])
        if standing.worst_category is not None:
            return
        yield from self._changes(target, [key[3] for key in again if key[0] == AlertKind.CHANGE])
        yield from self._gaps(target, [key[3] for key in again if key[0] == AlertKind.COMPLETENESS])
        if standing.status not in plans.BEHIND:
            yield from self._forecasts(target, [key[3] for key in again if key[0] == AlertKind.FORECAST])

    # ---- level and deadline: one or the other, by how near the plan's next day is -----------------------------

    def _levels(self, whole: plans.Standing, again: Collection[Key]) -> Iterator[Observation]:
        places = {key[3] for key in again}
        if whole.status in plans.BEHIND:
            places.add(plans.lowest(self.asked, whole).figure.unit_id)
        if not places:
            return
        for standings in plans.statuses(self.asked, sorted(places), [whole.target.indicator]).values():
            for one in standings:
                yield from self._level(one)

    def _level(self, one: plans.Standing) -> Iterator[Observation]:
        name, unit = one.target.indicator, one.figure.unit_id
        if one.value is None or (one.figure.denominator or 0) < rules.LEAST_DENOMINATOR:
            return
        due = plans.next_due(one.target, self.asked.as_of, self.asked.plan.last_day)
        left = (due - self.asked.as_of).days
        facts: dict[str, Any] = {
            "value": one.value,
            "expected": one.expected,
            "target": one.target.value,
            "missing": one.missing,
        }
        if 0 <= left <= rules.DEADLINE_DAYS:
            missing = one.missing_for(one.goal_on(due))
            facts |= {"due_on": str(due), "days": left, "missing": missing}
            yield Observation(AlertKind.DEADLINE, name, "", unit, math.ceil(missing - 1e-6), facts)
        else:
            yield Observation(AlertKind.LEVEL, name, "", unit, one.behind, facts)

    # ---- change: months below the usual, of counts of events --------------------------------------------------

    def _changes(self, target: plans.Target, again: Collection[int]) -> Iterator[Observation]:
        found = plans.charts(self.asked, target)
        if found is None or found[0].is_state or target.operator != ">=":
            return
        figures, chart = found
        column = len(figures.months) - (1 if figures.elapsed >= 1 else 2)
        if column < 0:
            return
        at = {unit: row for row, unit in enumerate(figures.units)}

        def depth(unit: int) -> float:
            row = at[unit]
            ratio, center, low = (float(side[row, column]) for side in (chart.ratios, chart.center, chart.low))
            if math.isnan(ratio) or math.isnan(center):
                return 0.0
            fallen = (center - ratio) / max(center - low, 1e-9)
            return max(fallen, 1.0) if chart.kinds[row, column] in ("drop", "shift_down") else min(fallen, 0.99)

        lost = {
            unit: max(float(chart.center[row, column] - chart.ratios[row, column]), 0.0)
            * float(figures.denominators[row, column])
            for unit, row in at.items()
            if math.isfinite(chart.center[row, column]) and math.isfinite(chart.ratios[row, column])
        }
        fallen = [unit for unit in at if self.kinds.get(unit, "commune") != "commune" and depth(unit) >= 1]
        places = {rules.lowest(unit, self.children, lost) for unit in fallen} | (set(again) & set(at))
        for unit in places:
            row = at[unit]
            facts = {
                "month": f"{figures.months[column]:%Y-%m}",
                "value": _plain(chart.ratios[row, column]),
                "usual": _plain(chart.center[row, column]),
                "low": _plain(chart.low[row, column]),
            }
            measure = depth(unit)
            # the lowest unit stands for one above that fell, even where its own numbers are too few to say so
            yield Observation(
                AlertKind.CHANGE, target.indicator, "", unit, measure if unit in again else max(measure, 1.0), facts
            )

    # ---- forecast ---------------------------------------------------------------------------------------------

    def _forecasts(self, target: plans.Target, again: Collection[int]) -> Iterator[Observation]:
        if not self.asked.period.code.endswith("/ytd"):
            return
        for unit in {self.top, *again}:
            found = plans.outlook(self.asked, target, unit)
            if found is None or math.isnan(found.chance) or found.outlook == "too_early":
                continue
            facts = {"chance": found.chance, "value": found.value, "low": found.low, "high": found.high}
            facts["target"] = target.value
            yield Observation(AlertKind.FORECAST, target.indicator, "", unit, 1 - found.chance, facts)

    # ---- completeness: units that have stopped reporting ------------------------------------------------------

    def _gaps(self, target: plans.Target, again: Collection[int]) -> Iterator[Observation]:
        figures = plans.monthly(self.asked, target)
        if figures is None or not figures.is_additive:
            return
        last = len(figures.months) - (1 if figures.elapsed >= 1 else 2)
        if last < MONTHS_BEFORE:
            return
        counts = figures.denominators
        own = [row for row, unit in enumerate(figures.units) if not self.children.get(unit)]
        reported = {
            figures.units[row] for row in own if bool((counts[row, last - MONTHS_BEFORE : last] >= LEAST_A_MONTH).all())
        }
        silent = {unit for unit in reported if not counts[figures.units.index(unit), last] > 0}
        wholes, gone = self._below(reported), self._below(silent)
        places = set(again)
        if gone.get(self.top):
            places.add(rules.lowest(self.top, self.children, gone))
        for unit in places:
            if not wholes.get(unit):
                continue
            facts = {"silent": gone.get(unit, 0), "units": wholes[unit], "month": f"{figures.months[last]:%Y-%m}"}
            share = gone.get(unit, 0) / wholes[unit]
            whole = gone.get(self.top, 0) / max(wholes.get(self.top, 0), 1)
            measure = share if unit in again else min(share, max(whole, 0.0))
            yield Observation(AlertKind.COMPLETENESS, target.indicator, "", unit, measure, facts)

    def _below(self, units: Collection[int]) -> Mapping[int, int]:
        """How many of some units lie at or below each unit."""
        found: dict[int, int] = defaultdict(int)
        for unit in units:
            found[unit] += 1
            for above in self._above(unit):
                found[above] += 1
        return found

    @functools.lru_cache(maxsize=1000)  # noqa: B019 - an observer lives for one look
    def _above(self, unit: int) -> tuple[int, ...]:
        return tuple(organizations.ancestors(unit, self.asked.as_of))

    # ---- silence of a source ----------------------------------------------------------------------------------

    def _silences(self, standings: Sequence[plans.Standing]) -> Iterator[Observation]:
        """Sources of monthly figures; while the plan's year runs, against today."""
        is_running = self.today <= self.asked.plan.last_day
        day = max(self.asked.as_of, self.today) if is_running else self.asked.as_of
        sources = {
            source.dataset: source
            for one in standings
            if one.worst_category is None and not one.figure.period.isdecimal()
            for source in one.sources
        }
        for name, source in sources.items():
            days = rules.days_silent(source.last_day, day)
            facts = {"last_on": str(source.last_day) if source.last_day else None, "title": source.title}
            if source.last_day:
                facts["days"] = str(int(days))
            yield Observation(AlertKind.SILENCE, "", name, self.top, min(days, 9999.0), facts)


_ABOUT_LEVELS = (AlertKind.LEVEL, AlertKind.DEADLINE)


def _plain(value: Any) -> float | None:
    """A NumPy number as JSON takes it; None for NaN."""
    return None if math.isnan(float(value)) else float(value)
