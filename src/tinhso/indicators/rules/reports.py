"""How a reported figure becomes official, without any database."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Literal


class ReportStep(StrEnum):
    """What somebody does with a report."""

    WRITE = "write"
    SEND = "send"
    APPROVE = "approve"
    CONFIRM = "confirm"
    LOCK = "lock"
    REOPEN = "reopen"


_STEPS: dict[ReportStep, tuple[frozenset[str], str]] = {  # from which states, and to which
    ReportStep.WRITE: (frozenset({"draft"}), "draft"),
    ReportStep.SEND: (frozenset({"draft"}), "sent"),
    ReportStep.APPROVE: (frozenset({"sent"}), "approved"),
    ReportStep.CONFIRM: (frozenset({"approved"}), "confirmed"),
    ReportStep.LOCK: (frozenset({"confirmed"}), "locked"),
    ReportStep.REOPEN: (frozenset({"sent", "approved", "confirmed", "locked"}), "draft"),
}
COUNTED = frozenset({"sent", "approved", "confirmed", "locked"})  # whose rows are part of the figures
PROVISIONAL = frozenset({"sent", "approved", "confirmed"})


def steps_from(state: str) -> frozenset[ReportStep]:
    """What can be done in a state, by whoever may."""
    return frozenset(step for step, (states, _to) in _STEPS.items() if state in states)


def state_after(state: str, step: ReportStep) -> str:
    """The state after a step.

    Raises:
        ValueError: the step is not possible in the state.
    """
    states, target = _STEPS[step]
    if state not in states:
        raise ValueError(f"{step} is not possible for a report that is {state}")
    return target


def may_judge(*, judge: str, reporter: str) -> bool:
    """Whoever reports a figure neither approves nor confirms it."""
    return judge != reporter


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, list[str]]:
    """Numbers that differ, with what they were and are."""
    names = sorted(before.keys() | after.keys())
    return {
        name: [before.get(name, ""), after.get(name, "")]
        for name in names
        if _number(before.get(name)) != _number(after.get(name))
    }


def _number(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


def broken(values: Mapping[str, Decimal], checks: Iterable[tuple[str, str, str]]) -> list[int]:
    """Positions of the comparisons that do not hold.

    Args:
        checks: left column, `<=` or `>=`, right column.
    """
    found = []
    for position, (left, operator, right) in enumerate(checks):
        if left in values and right in values:
            holds = values[left] <= values[right] if operator == "<=" else values[left] >= values[right]
            found += [] if holds else [position]
    return found


def reporting_periods(year: int, until: dt.date, every: Literal["month", "quarter", "year"]) -> list[str]:
    """Codes of a year's periods that are over on a day, the latest first."""
    ends = {"month": range(1, 13), "quarter": (3, 6, 9, 12), "year": (12,)}[every]
    over = [month for month in ends if _last_day(year, month) <= until]
    codes = {"month": "{year}-{month:02d}", "quarter": "{year}-Q{quarter}", "year": "{year}"}[every]
    return [codes.format(year=year, month=month, quarter=month // 3) for month in reversed(over)]


def _last_day(year: int, month: int) -> dt.date:
    first = dt.date(year + month // 12, month % 12 + 1, 1)
    return first - dt.timedelta(days=1)
