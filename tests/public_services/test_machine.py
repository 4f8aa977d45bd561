"""The outer state machine: its rows, its guards, and that no walk leaves it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinhso.public_services.dossiers import choices
from tinhso.public_services.dossiers.rules import machine
from tinhso.public_services.dossiers.rules.machine import Refused, Snapshot

EVERYBODY = [relation.value for relation in choices.Relation]
STATES = [None, *machine.NATIONAL]
SNAPSHOTS = st.builds(
    Snapshot,
    state=st.sampled_from(STATES),
    previous=st.sampled_from(["submitted", "in_progress"]),
    supplements=st.integers(0, 2),
    lawful_again=st.booleans(),
    is_extended=st.booleans(),
    is_late=st.booleans(),
    may_extend=st.booleans(),
    is_paid=st.booleans(),
    is_last_step=st.booleans(),
    consultations=st.integers(0, 2),
    has_results=st.booleans(),
    has_issued=st.booleans(),
    is_revoked=st.booleans(),
)


def test_there_are_28_rows_and_each_names_known_words():
    assert len(machine.ROWS) == 28
    for row in machine.ROWS:
        assert set(row.sources) <= set(choices.State.values)
        assert row.action in choices.Action.values
        assert set(row.by) <= set(EVERYBODY)
        assert row.target in {*choices.State.values, machine.PREVIOUS, machine.SAME, machine.NAMED}


def test_every_state_has_one_of_the_ten_national_statuses():
    assert sorted(machine.NATIONAL.values()) == list(range(1, 11))
    assert set(machine.NATIONAL) == set(choices.State.values)


def test_every_state_is_reached_and_every_action_is_in_a_row():
    reached = {row.target for row in machine.ROWS} - {machine.PREVIOUS, machine.SAME, machine.NAMED}

    assert reached == set(choices.State.values)
    assert {row.action for row in machine.ROWS} == set(choices.Action.values)


@pytest.mark.parametrize("state", machine.SETTLED)
def test_nobody_but_two_administrators_changes_what_is_settled(state):
    found = machine.available(Snapshot(state, is_last_step=True, has_results=True, has_issued=True), EVERYBODY)

    assert set(found) <= {
        "deliver",
        "correct_result",
        "revoke_result",
        "amend_record",
        "request_payment",
        "payment_settled",
    }


@pytest.mark.parametrize(
    ("snapshot", "action", "kind"),
    [
        (Snapshot("in_progress", supplements=1), "request_supplement", "supplement_once"),
        (Snapshot("in_progress", consultations=1), "advance", "consultation_open"),
        (Snapshot("in_progress", is_last_step=True), "advance", "last_step"),
        (Snapshot("in_progress", has_results=True), "resolve", "not_last_step"),
        (Snapshot("in_progress", is_last_step=True), "resolve", "no_result"),
        (Snapshot("in_progress", is_last_step=True, has_results=True, consultations=1), "resolve", "consultation_open"),
        (Snapshot("awaiting_payment", is_paid=False), "payment_settled", "not_paid"),
        (Snapshot("in_progress", may_extend=False), "extend", "no_extension"),
        (Snapshot("in_progress", is_extended=True), "extend", "extended_once"),
        (Snapshot("in_progress", is_late=True), "extend", "too_late_to_extend"),
        (Snapshot("resolved", is_revoked=True), "deliver", "revoked"),
        (Snapshot("resolved", has_results=True), "revoke_result", "not_in_force"),
        (Snapshot("delivered"), "withdraw", "state"),
        (Snapshot("submitted"), "resolve", "state"),
        (Snapshot(None), "accept", "state"),
    ],
)
def test_guards(snapshot, action, kind):
    with pytest.raises(Refused) as refusal:
        machine.step(snapshot, action, EVERYBODY)

    assert refusal.value.kind == kind


def test_a_lawful_reason_allows_another_supplement():
    move = machine.step(Snapshot("in_progress", supplements=1, lawful_again=True), "request_supplement", ["handler"])

    assert move.target == "awaiting_supplement"


@pytest.mark.parametrize("previous", ["submitted", "in_progress"])
def test_a_supplement_leads_back_to_where_it_was_asked(previous):
    assert machine.step(Snapshot("awaiting_supplement", previous=previous), "supply", ["applicant"]).target == previous


@given(snapshot=SNAPSHOTS, relations=st.sets(st.sampled_from(EVERYBODY)))
def test_what_is_available_can_be_done_and_nothing_else(snapshot, relations):
    available = machine.available(snapshot, relations)

    for action in choices.Action.values:
        try:
            machine.step(snapshot, action, relations)
        except Refused:
            assert action not in available
        else:
            assert action in available


@given(snapshot=SNAPSHOTS, relations=st.sets(st.sampled_from(EVERYBODY)), more=st.sampled_from(EVERYBODY))
def test_another_relation_never_takes_anything_away(snapshot, relations, more):
    assert set(machine.available(snapshot, relations)) <= set(machine.available(snapshot, relations | {more}))


@given(data=st.data())
def test_any_walk_stays_in_the_machine_and_folds_to_where_it_ended(data):
    state, previous, events = None, "", []
    for _step in range(data.draw(st.integers(1, 25))):
        snapshot = Snapshot(state, previous=previous, is_last_step=True, has_results=True)
        actions = [one for one in machine.available(snapshot, EVERYBODY) if one != "amend_record"]
        if not actions:
            break
        action = data.draw(st.sampled_from(actions))
        target = machine.step(snapshot, action, EVERYBODY).target
        if target in ("awaiting_supplement", "awaiting_payment") and target != state:
            previous = state
        state = target
        events.append((action, target))

    assert machine.fold(events) == state
    assert state in machine.NATIONAL


def test_events_that_no_row_allows_do_not_fold():
    with pytest.raises(Refused):
        machine.fold([("submit", "submitted"), ("resolve", "resolved")])
