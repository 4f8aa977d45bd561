"""Where the territory of a unit lies in the tree of another day (quy đổi đơn vị)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

UNDETERMINED = 0  # the node “chưa xác định” that hangs under the province; no unit has this key
SHARE_DIGITS = 8

Span = tuple[dt.date, dt.date]  # first and last day
CrosswalkRow = tuple[int, int, dt.date, Decimal]  # old unit, new unit, day, share of the old one
Parts = dict[int, Fraction]


class Cycle(ValueError):
    """Units that lie in one another, or stand above one another."""


def place(
    *,
    on: dt.date,
    lifetimes: Mapping[int, Sequence[Span]],
    parents: Mapping[int, int],
    crosswalk: Iterable[CrosswalkRow],
    provinces: Collection[int],
) -> dict[int, dict[int, Decimal]]:
    """Where every unit that ever existed lies in the tree of a day.

    A unit of the day lies in itself, and so does the province on any day. One that ended before goes with the
    reform that ended it, through as many reforms as it takes. One that begins later comes from its predecessors:
    from one, it lies where that one lies; from several, in the nearest superior they have in common, unless that
    is the province. What cannot be followed lies in `UNDETERMINED`.

    Args:
        on: the day.
        lifetimes: when each unit exists, by unit; spans of a unit do not overlap.
        parents: the direct superior of each unit in the tree of the day.
        crosswalk: the shares of one old unit on one day sum to 1. A reform counts for a unit when it happened
            after the unit's last day, or until its first one: other rows change the borders of a unit that goes on.
        provinces: units that are their own place on every day.

    Returns:
        For every unit its nodes with their shares, greater than 0, with 8 digits and the sum 1.

    Raises:
        Cycle: the crosswalk or the tree leads back to where it came from.
    """
    for unit in parents:
        superiors(unit, parents)  # no circle
    placing = _Placing(on, lifetimes, parents, provinces)
    for row in crosswalk:
        placing.successors[row[0]].append(row)
        placing.predecessors[row[1]].append(row)
    return {unit: whole_shares(placing.parts(unit)) for unit in sorted(lifetimes)}


def whole_shares(parts: Mapping[int, Fraction]) -> dict[int, Decimal]:
    """Shares cut to 8 digits; the largest part, the first by key among equals, takes what is missing to 1."""
    units = 10**SHARE_DIGITS
    cut = {node: int(share * units) for node, share in sorted(parts.items())}
    largest = max(cut, key=lambda node: (parts[node], -node))
    cut[largest] += units - sum(cut.values())
    return {node: Decimal(count).scaleb(-SHARE_DIGITS) for node, count in cut.items() if count}


def superiors(unit: int, parents: Mapping[int, int]) -> list[int]:
    """The units above a unit, nearest first.

    Raises:
        Cycle: a unit stands above itself.
    """
    found: list[int] = []
    while unit in parents:
        unit = parents[unit]
        if unit in found:
            raise Cycle(f"{unit} stands above itself")
        found.append(unit)
    return found


def common_superior(nodes: Collection[int], parents: Mapping[int, int]) -> int | None:
    """The nearest unit that holds all nodes, which may be one of them; None where there is none."""
    ways = [[node, *superiors(node, parents)] for node in sorted(nodes)]
    return next((unit for unit in ways[0] if all(unit in way for way in ways)), None)


@dataclass
class _Placing:
    """The placing of all units on one day; what has been placed is kept."""

    on: dt.date
    lifetimes: Mapping[int, Sequence[Span]]
    parents: Mapping[int, int]
    provinces: Collection[int]
    successors: dict[int, list[CrosswalkRow]] = field(default_factory=lambda: defaultdict(list))
    predecessors: dict[int, list[CrosswalkRow]] = field(default_factory=lambda: defaultdict(list))
    placed: dict[int, Parts] = field(default_factory=dict)
    under_way: set[int] = field(default_factory=set)

    def parts(self, unit: int) -> Parts:
        """The nodes of one unit, with exact shares."""
        spans = self.lifetimes.get(unit, ())
        if unit in self.provinces or any(first <= self.on <= last for first, last in spans):
            return {unit: Fraction(1)}
        if unit in self.under_way:
            raise Cycle(f"{unit} lies in itself")
        if unit not in self.placed:
            self.under_way.add(unit)
            self.placed[unit] = self._followed(unit, spans)
            self.under_way.remove(unit)
        return self.placed[unit]

    def _followed(self, unit: int, spans: Sequence[Span]) -> Parts:
        last = max((span[1] for span in spans if span[1] < self.on), default=self.on)
        if after := [row for row in self.successors.get(unit, ()) if last < row[2] <= self.on]:
            return self._forward(after)
        first = min((span[0] for span in spans if span[0] > self.on), default=self.on)
        if before := [row for row in self.predecessors.get(unit, ()) if self.on < row[2] <= first]:
            return self._backward(before)
        return {UNDETERMINED: Fraction(1)}

    def _forward(self, rows: list[CrosswalkRow]) -> Parts:
        ended_on = min(row[2] for row in rows)
        found: Parts = defaultdict(Fraction)
        for _old, new, day, share in rows:
            if day == ended_on:
                for node, part in self.parts(new).items():
                    found[node] += part * Fraction(share)
        return dict(found)

    def _backward(self, rows: list[CrosswalkRow]) -> Parts:
        began_on = max(row[2] for row in rows)
        origins = [self.parts(old) for old in sorted({row[0] for row in rows if row[2] == began_on})]
        if len(origins) == 1:
            return origins[0]
        node = common_superior({node for parts in origins for node in parts}, self.parents)
        return {UNDETERMINED if node is None or node in self.provinces else node: Fraction(1)}
