"""Expectation and status of a target on an evaluation date, without any database."""

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

FIRST_JUDGED = (3, 31)  # month, day: before it a target that is not met is too early to judge


class TargetStatus(StrEnum):
    """How a target stands (tình trạng mục tiêu)."""

    MET = "met"
    ON_TRACK = "on_track"
    OFF_TRACK = "off_track"
    TOO_EARLY = "too_early"
    NOT_MET = "not_met"
    NO_OCCURRENCE = "no_occurrence"
    NO_DATA = "no_data"


class Rule(StrEnum):
    """Which rule gave a status; pages say it in words."""

    REACHED = "reached"
    BEFORE_FIRST_JUDGED = "before_first_judged"
    AT_LEAST_EXPECTED = "at_least_expected"
    BELOW_EXPECTED = "below_expected"
    YEAR_OVER_REACHED = "year_over_reached"
    YEAR_OVER_MISSED = "year_over_missed"
    NOTHING_OCCURRED = "nothing_occurred"
    NOTHING_DELIVERED = "nothing_delivered"


@dataclass(frozen=True, slots=True)
class Interim:
    """A target that the plan itself sets for a day within the year; value is a fraction."""

    due_on: dt.date
    value: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status with the rule that gave it."""

    status: TargetStatus
    rule: Rule


def is_reached(value: float, operator: str, target: float) -> bool:
    """Whether a value meets a target; both are fractions. Nothing is rounded up to a target."""
    match operator:
        case ">=":
            return value >= target
        case "<=":
            return value <= target
    raise ValueError(f"unknown operator {operator!r}")


def expected_value(
    *,
    day: dt.date,
    year: int,
    baseline: float,
    target: float,
    interims: Sequence[Interim] = (),
    operator: str = ">=",
) -> float:
    """What should have been reached by a day: the straight line from the baseline on 31 December before the
    year to the target on its 31 December, through the plan's interim targets if it gives any.

    Days elapsed count the day itself, so on 31 December exactly the target is expected. What must not exceed a target
    and did not at the beginning must not at any time.
    """
    if operator == "<=" and baseline <= target:
        baseline = target
    start, end = dt.date(year - 1, 12, 31), dt.date(year, 12, 31)
    points = [(start, baseline), *((i.due_on, i.value) for i in sorted(interims, key=lambda i: i.due_on))]
    if points[-1][0] < end:
        points.append((end, target))
    day = min(max(day, start), end)
    before = max((point for point in points if point[0] <= day), key=lambda point: point[0])
    after = min((point for point in points if point[0] >= day), key=lambda point: point[0])
    span = (after[0] - before[0]).days
    return before[1] if not span else before[1] + (after[1] - before[1]) * (day - before[0]).days / span


def days_of_year(year: int) -> int:
    return 366 if calendar.isleap(year) else 365


def judge(
    *,
    value: float | None,
    has_data: bool,
    operator: str,
    target: float,
    expected: float,
    day: dt.date,
    year: int,
) -> Verdict:
    """The status of a target (contract §2).

    Args:
        value: the figure as a fraction; None for 0 ÷ 0 and for missing data.
        has_data: whether anything was delivered; tells the two apart.
        expected: from `expected_value`.
        day: evaluation date; the year is over on its 31 December.
    """
    if value is None:
        if has_data:
            return Verdict(TargetStatus.NO_OCCURRENCE, Rule.NOTHING_OCCURRED)
        return Verdict(TargetStatus.NO_DATA, Rule.NOTHING_DELIVERED)
    reached = is_reached(value, operator, target)
    if day >= dt.date(year, 12, 31):
        if reached:
            return Verdict(TargetStatus.MET, Rule.YEAR_OVER_REACHED)
        return Verdict(TargetStatus.NOT_MET, Rule.YEAR_OVER_MISSED)
    if reached:
        return Verdict(TargetStatus.MET, Rule.REACHED)
    if day < dt.date(year, *FIRST_JUDGED):
        return Verdict(TargetStatus.TOO_EARLY, Rule.BEFORE_FIRST_JUDGED)
    if is_reached(value, operator, expected):
        return Verdict(TargetStatus.ON_TRACK, Rule.AT_LEAST_EXPECTED)
    return Verdict(TargetStatus.OFF_TRACK, Rule.BELOW_EXPECTED)


def shortfall(numerator: float, denominator: float, target: float, operator: str = ">=") -> float:
    """How many more would have to count to reach the target, or how many fewer not to exceed it: 0 when it is
    reached."""
    return max(0.0, lacking(numerator, target * denominator, operator))


def lacking(value: float, wanted: float, operator: str) -> float:
    """How far a value is from what is wanted; negative when it is better."""
    return wanted - value if operator == ">=" else value - wanted


def goal_on(day: dt.date, *, target: float, interims: Sequence[Interim]) -> float:
    """The value that the plan sets for a day: that of an interim target of the day, else the target."""
    return next((one.value for one in interims if one.due_on == day), target)
