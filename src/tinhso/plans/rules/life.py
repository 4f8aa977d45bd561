"""The legal life of a plan (NĐ 224/2026/NĐ-CP, Điều 7), without any database."""

import datetime as dt
from enum import StrEnum

SENT_WITHIN = 5  # working days from the day of issue (Điều 7, khoản 3, điểm d)
SENT_SINCE = dt.date(2026, 7, 1)  # acts issued before NĐ 224/2026/NĐ-CP took effect need not be sent


class PlanStep(StrEnum):
    """What somebody does with a plan."""

    EDIT = "edit"
    CONSULT = "consult"
    APPROVE = "approve"
    SEND = "send"
    ENTER_FORCE = "enter_force"
    CLOSE = "close"
    REISSUE = "reissue"
    DISCARD = "discard"


_STEPS: dict[PlanStep, tuple[frozenset[str], str | None]] = {  # from which states, and to which; None keeps it
    PlanStep.EDIT: (frozenset({"draft", "consultation"}), None),
    PlanStep.CONSULT: (frozenset({"draft"}), "consultation"),
    PlanStep.APPROVE: (frozenset({"consultation"}), "approved"),
    PlanStep.SEND: (frozenset({"approved", "in_force"}), None),
    PlanStep.ENTER_FORCE: (frozenset({"approved"}), "in_force"),
    PlanStep.CLOSE: (frozenset({"in_force"}), "closed"),
    PlanStep.REISSUE: (frozenset({"in_force"}), None),
    PlanStep.DISCARD: (frozenset({"draft", "consultation"}), "discarded"),
}
ISSUED = ("approved", "in_force", "superseded", "closed")


def steps_from(state: str, *, is_sent: bool) -> frozenset[PlanStep]:
    """What can be done in a state; a plan is sent to the ministry once."""
    found = {step for step, (states, _to) in _STEPS.items() if state in states}
    return frozenset(found - {PlanStep.SEND} if is_sent else found)


def state_after(state: str, step: PlanStep) -> str:
    """The state after a step.

    Raises:
        ValueError: the step is not possible in the state.
    """
    states, target = _STEPS[step]
    if state not in states:
        raise ValueError(f"{step} is not possible for a plan that is {state}")
    return target or state


def must_be_sent(issued_on: dt.date) -> bool:
    """Whether the law asks for the plan to be sent to the ministry."""
    return issued_on >= SENT_SINCE
