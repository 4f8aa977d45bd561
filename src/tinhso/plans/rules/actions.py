"""What to do first: shortfalls ranked, without any database."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

NEAR = ((30, 2.0), (90, 1.5))  # days to the deadline, and how much heavier a shortfall weighs within them
SAME_AGENCY = 3  # of one list that may concern one agency, and one target, before others have had their turn
HALF = 0.5  # of a unit's shortfall that lies in one unit below: then that one is spoken to


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What a unit misses of a target, as part of a whole.

    Attributes:
        points: what the whole would gain if the unit reached the target; a fraction.
        due_on: next day for which the plan sets a value.
    """

    indicator: str
    unit_id: int
    missing: float
    points: float
    due_on: dt.date

    def weight(self, day: dt.date) -> float:
        """Points gained, heavier when the deadline is near."""
        left = (self.due_on - day).days
        return self.points * next((factor for days, factor in NEAR if left <= days), 1.0)


def ranked(shortfalls: Iterable[Shortfall], day: dt.date) -> Iterator[Shortfall]:
    """Shortfalls by what mending them brings (thứ tự ưu tiên), spread over agencies and targets.

    The heaviest come first; the fourth of one agency or of one target waits until everything else has come. Equal
    ones keep the order of their keys, so that the list is the same for everybody.
    """
    waiting: list[Shortfall] = []
    seen: dict[tuple[str, object], int] = {}
    order = sorted(shortfalls, key=lambda one: (-one.weight(day), one.due_on, one.indicator, one.unit_id))
    for one in order:
        if one.points <= 0:
            continue
        keys = (("unit", one.unit_id), ("target", one.indicator))
        if any(seen.get(key, 0) >= SAME_AGENCY for key in keys):
            waiting.append(one)
            continue
        for key in keys:
            seen[key] = seen.get(key, 0) + 1
        yield one
    yield from waiting


def narrowed(missing: float, below: Iterable[tuple[int, float]]) -> tuple[int, float] | None:
    """The unit below that makes up at least half of what a unit misses; None when no single one does.

    Args:
        missing: at the unit.
        below: primary keys of the units directly below with what each misses.
    """
    most = max(below, key=lambda pair: (pair[1], -pair[0]), default=None)
    return most if most is not None and most[1] > 0 and most[1] >= HALF * missing else None
