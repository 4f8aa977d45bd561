"""What may be done with a task, and how it stands against its deadline, without any database."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """What somebody does with a task."""

    EDIT = "edit"
    REPORT = "report"
    HAND_IN = "hand_in"
    ACCEPT = "accept"
    RETURN = "return"
    CANCEL = "cancel"


OPEN = frozenset({"assigned", "in_progress", "returned"})  # with the lead agency
DONE = frozenset({"accepted"})  # a returned task counts as not done
CLOSED = frozenset({"accepted", "canceled"})

_STEPS: dict[Step, tuple[frozenset[str], str | None]] = {  # from which states, and to which; None keeps it
    Step.EDIT: (OPEN | {"handed_in"}, None),
    Step.REPORT: (OPEN, "in_progress"),
    Step.HAND_IN: (OPEN, "handed_in"),
    Step.ACCEPT: (frozenset({"handed_in"}), "accepted"),
    Step.RETURN: (frozenset({"handed_in"}), "returned"),
    Step.CANCEL: (OPEN | {"handed_in"}, "canceled"),
}

REMINDERS = (0, 2, 4, 6)  # working days after the deadline on which the next level up is told


def steps_from(state: str) -> frozenset[Step]:
    """What can be done in a state, by whoever may."""
    return frozenset(step for step, (states, _to) in _STEPS.items() if state in states)


def state_after(state: str, step: Step) -> str:
    """The state after a step.

    A note on the progress of a returned task leaves it returned: it is not done until handed in again.

    Raises:
        ValueError: the step is not possible in the state.
    """
    states, target = _STEPS[step]
    if state not in states:
        raise ValueError(f"{step} is not possible for a task that is {state}")
    if target is None or (step is Step.REPORT and state == "returned"):
        return state
    return target


class Timing(StrEnum):
    """A task against its deadline (tiến độ so với thời hạn)."""

    DONE_IN_TIME = "done_in_time"
    DONE_LATE = "done_late"
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    IN_TIME = "in_time"
    CANCELED = "canceled"


SOON = 5  # working days before the deadline from which a task is due soon


def timing(
    *, state: str, due_on: dt.date, handed_in_on: dt.date | None, today: dt.date, working_days_left: int
) -> Timing:
    """How a task stands against its deadline; its last day belongs to it.

    Args:
        state: of the task.
        due_on: last day.
        handed_in_on: day on which the result that is being reviewed or was accepted was handed in. Waiting for the
            reviewer costs the agency no day; a result that was returned counts as none.
        today: day of judging.
        working_days_left: from today to the deadline; negative after it.
    """
    if state == "canceled":
        return Timing.CANCELED
    if state in {"accepted", "handed_in"} and handed_in_on is not None:
        is_late = handed_in_on > due_on
        if state == "accepted":
            return Timing.DONE_LATE if is_late else Timing.DONE_IN_TIME
        return Timing.OVERDUE if is_late else Timing.IN_TIME
    if today > due_on:
        return Timing.OVERDUE
    return Timing.DUE_SOON if working_days_left <= SOON else Timing.IN_TIME


def reminder_level(working_days_late: int) -> int:
    """To which level an overdue task has gone up: 0 the lead agency itself, then each next superior's desk.

    Args:
        working_days_late: working days after the deadline, today with them: 1 on the first one, 0 on days off
            before it.
    """
    return max(level for level, days in enumerate(REMINDERS) if working_days_late >= days)


def may_review(*, reviewer: str, handed_in_by: str) -> bool:
    """Whoever handed a result in does not accept it."""
    return reviewer != handed_in_by


@dataclass(frozen=True, slots=True)
class Tally:
    """Tasks of an agency counted (số nhiệm vụ theo tiến độ).

    Attributes:
        total: without canceled ones.
        done_in_time: accepted, handed in by the deadline.
        done_late: accepted, handed in after it.
        overdue: not done, deadline over; a returned task is not done.
        open: not done, deadline ahead.
    """

    total: int
    done_in_time: int
    done_late: int
    overdue: int
    open: int

    @property
    def done(self) -> int:
        return self.done_in_time + self.done_late


def tally(timings: list[Timing]) -> Tally:
    """Count tasks by how they stand; the four kinds add up to the total."""
    late = timings.count(Timing.DONE_LATE)
    in_time, overdue = timings.count(Timing.DONE_IN_TIME), timings.count(Timing.OVERDUE)
    total = len(timings) - timings.count(Timing.CANCELED)
    return Tally(total, in_time, late, overdue, total - in_time - late - overdue)
