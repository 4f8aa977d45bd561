"""Words that are one in Vietnamese and two in English: what is done, and what has been done."""

import pytest
from django.utils.translation import override

from tinhso.public_services.dossiers.choices import HAPPENED, Action, State
from tinhso.public_services.payments.choices import NoticeKind


def test_everything_that_is_done_is_told_afterwards():
    assert set(HAPPENED) == set(Action)
    with override("vi"):
        assert {str(told) for told in HAPPENED.values()} == {str(action.label) for action in Action}


@pytest.mark.parametrize(
    ("act", "done"),
    [
        (Action.ACCEPT.label, HAPPENED[Action.ACCEPT]),
        (Action.STOP.label, State.STOPPED.label),
        (Action.STOP.label, HAPPENED[Action.STOP]),
        (Action.DELIVER.label, State.DELIVERED.label),
        (State.DELIVERED.label, NoticeKind.PAID.label),
    ],
)
def test_english_tells_them_apart(act, done):
    with override("en"):
        assert str(act) != str(done)
