"""What may be done with a task, and how it stands against its deadline."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinhso.plans.rules import tasks as rules
from tinhso.plans.rules.tasks import Step, Timing

STATES = ["assigned", "in_progress", "handed_in", "returned", "accepted", "canceled"]
DUE = dt.date(2023, 6, 30)


@given(st.lists(st.sampled_from(Step), max_size=12))
def test_whatever_is_done_a_closed_task_stays_closed(steps):
    state = "assigned"
    for step in steps:
        if step in rules.steps_from(state):
            state = rules.state_after(state, step)
        if state in rules.CLOSED:
            break
    if state in rules.CLOSED:
        assert not rules.steps_from(state)


@pytest.mark.parametrize(
    ("before", "step", "after"),
    [
        ("assigned", Step.REPORT, "in_progress"),
        ("assigned", Step.HAND_IN, "handed_in"),
        ("handed_in", Step.RETURN, "returned"),
        ("returned", Step.REPORT, "returned"),
        ("returned", Step.HAND_IN, "handed_in"),
        ("handed_in", Step.ACCEPT, "accepted"),
        ("handed_in", Step.EDIT, "handed_in"),
    ],
)
def test_the_way_of_a_task(before, step, after):
    assert rules.state_after(before, step) == after


@pytest.mark.parametrize(
    ("state", "step"), [("assigned", Step.ACCEPT), ("accepted", Step.EDIT), ("canceled", Step.REPORT)]
)
def test_a_step_out_of_order_is_refused(state, step):
    with pytest.raises(ValueError, match="not possible"):
        rules.state_after(state, step)


@pytest.mark.parametrize(
    ("state", "handed_in", "today", "left", "timing"),
    [
        ("assigned", None, DUE, 0, Timing.DUE_SOON),
        ("assigned", None, DUE - dt.timedelta(days=30), 20, Timing.IN_TIME),
        ("in_progress", None, DUE + dt.timedelta(days=1), -1, Timing.OVERDUE),
        ("returned", DUE, DUE + dt.timedelta(days=1), -1, Timing.OVERDUE),
        ("handed_in", DUE, DUE + dt.timedelta(days=9), -6, Timing.IN_TIME),
        ("handed_in", DUE + dt.timedelta(days=1), DUE + dt.timedelta(days=9), -6, Timing.OVERDUE),
        ("accepted", DUE, DUE + dt.timedelta(days=90), -60, Timing.DONE_IN_TIME),
        ("accepted", DUE + dt.timedelta(days=1), DUE + dt.timedelta(days=90), -60, Timing.DONE_LATE),
        ("canceled", None, DUE, 0, Timing.CANCELED),
    ],
)
def test_a_task_against_its_deadline(state, handed_in, today, left, timing):
    found = rules.timing(state=state, due_on=DUE, handed_in_on=handed_in, today=today, working_days_left=left)

    assert found == timing


@given(st.lists(st.sampled_from(Timing)))
def test_the_kinds_of_a_tally_add_up(timings):
    found = rules.tally(timings)

    assert found.done_in_time + found.done_late + found.overdue + found.open == found.total
    assert found.total == len([timing for timing in timings if timing != Timing.CANCELED])


@given(st.integers(0, 60))
def test_an_overdue_task_only_goes_up(days):
    assert rules.reminder_level(days) <= rules.reminder_level(days + 1)
