"""When an alert is raised, kept and cleared, where, and whom it reaches; without any database."""

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum

HALF = 0.5  # of what a unit shows that lies in one unit below: then that one is named
LEAST_DENOMINATOR = 20  # records below which a ratio says nothing
DEADLINE_DAYS = 30  # before a day for which the plan sets a value
QUIET_UNTIL, QUIET_FROM = 7, 18  # o'clock in Vietnam: between them letters are written
SOON = {  # measures from which an alert is raised, and at or below which it is over
    "level": (0.02, 0.0),  # behind what is needed by now, a fraction
    "deadline": (1.0, 0.0),  # members that are missing
    "change": (1.0, 0.5),  # below the usual, in widths of the usual variation
    "forecast": (0.8, 0.6),  # chance of missing the target
    "completeness": (0.1, 0.05),  # units that have stopped reporting, a fraction
    "silence": (45.0, 31.0),  # days without data
}
WORST_ESCALATION = 2


class Verdict(StrEnum):
    """What becomes of an alert."""

    RAISE = "raise"
    KEEP = "keep"
    CLEAR = "clear"
    NOTHING = "nothing"


def verdict(kind: str, measure: float, *, is_open: bool) -> Verdict:
    """Raised at one measure and cleared at a lower one, so that it does not flicker between them (trễ)."""
    raised, cleared = SOON[kind]
    if is_open:
        return Verdict.CLEAR if measure <= cleared else Verdict.KEEP
    return Verdict.RAISE if measure >= raised else Verdict.NOTHING


def lowest(top: int, children: Mapping[int, Sequence[int]], amounts: Mapping[int, float]) -> int:
    """The lowest unit that still makes up at least half of what a unit shows.

    Args:
        top: unit from which to go down.
        children: units directly below each unit.
        amounts: what each unit shows; those without one show nothing.
    """
    while True:
        most = max(children.get(top, ()), key=lambda unit: (amounts.get(unit, 0.0), -unit), default=None)
        if most is None or amounts.get(most, 0.0) <= 0 or amounts[most] < HALF * amounts.get(top, 0.0):
            return top
        top = most


def escalation(working_days: int) -> int:
    """How far up an alert has to be told when nobody has acted for so many working days (báo cáo cấp trên): after
    one its superior, after two the province."""
    return min(max(working_days, 0), WORST_ESCALATION)


def is_quiet(hour: int, *, is_working_day: bool) -> bool:
    """Whether nobody is written to now: outside office hours and on days off (giờ yên lặng)."""
    return not is_working_day or not QUIET_UNTIL <= hour < QUIET_FROM


def share_acted_upon(handled: int, lapsed: int) -> float | None:
    """The part of alerts that somebody acted upon; None while there are none (tỷ lệ cảnh báo được xử lý).

    Args:
        handled: with a task or an explanation.
        lapsed: that were over, or older than two working days, without either.
    """
    return handled / (handled + lapsed) if handled + lapsed else None


def days_silent(last: dt.date | None, day: dt.date) -> float:
    """Days since a source's last data; as many as one likes for one that never sent any."""
    return float("inf") if last is None else float((day - last).days)
