import datetime as dt

import pytest
from django.db import transaction

from tests.conftest import AT
from tinhso.core import audit, outbox
from tinhso.core.models import AuditEntry, OutboxDelivery, OutboxMessage

pytestmark = pytest.mark.django_db
LATER = AT + dt.timedelta(days=1)


@pytest.fixture
def handlers(monkeypatch):
    """Handlers of the test's own, by topic and name."""
    own = {}
    monkeypatch.setattr(outbox, "_handlers", own)
    return own


@pytest.fixture
def heard(handlers):
    """What a handler of the topic `test` was given."""
    received = []
    handlers["test"] = {"hears": received.append}
    return received


def fails(_payload):
    raise ValueError("hỏng\nsố 0912 345 678")


def test_a_handler_registers_for_a_topic(handlers):
    outbox.handles("test")(fails)

    assert handlers == {"test": {"tests.core.test_outbox.fails": fails}}


def test_a_message_is_delivered_once(heard):
    outbox.publish(topic="test", payload={"a": 1}, at=AT)

    assert outbox.sweep(at=AT) == 1
    assert outbox.sweep(at=AT) == 0
    assert heard == [{"a": 1}]


def test_a_message_of_a_rolled_back_transaction_never_leaves(heard):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.publish(topic="test", payload={}, at=AT)
        _ = 1 / 0

    assert outbox.sweep(at=AT) == 0
    assert heard == []


def test_a_message_that_comes_twice_changes_nothing_twice(heard):
    message = outbox.publish(topic="test", payload={}, at=AT)
    outbox.sweep(at=AT)
    OutboxMessage.objects.filter(pk=message.pk).update(delivered_at=None, next_attempt_at=AT)

    assert outbox.sweep(at=LATER) == 1
    assert len(heard) == 1


def test_a_failing_message_is_tried_again_and_holds_up_no_other(heard, handlers):
    handlers["bad"] = {"fails": fails}
    outbox.publish(topic="bad", payload={}, at=AT)
    outbox.publish(topic="test", payload={}, at=AT)

    assert outbox.sweep(at=AT) == 1
    bad = OutboxMessage.objects.get(topic="bad")
    assert bad.next_attempt_at == AT + outbox.FIRST_PAUSE
    assert bad.last_error == "fails: ValueError: hỏng"


def test_a_failing_handler_keeps_no_other_waiting(heard, handlers):
    handlers["test"] = {"fails": fails, **handlers["test"]}
    outbox.publish(topic="test", payload={}, at=AT)

    assert outbox.sweep(at=AT) == 0
    outbox.sweep(at=LATER)
    assert len(heard) == 1


def test_what_a_failing_handler_wrote_is_undone(handlers):
    def writes_and_fails(payload):
        audit.record(actor="system", action="x", obj="y", details=payload, at=AT)
        fails(payload)

    handlers["bad"] = {"writes": writes_and_fails}
    outbox.publish(topic="bad", payload={}, at=AT)
    outbox.sweep(at=AT)

    assert not AuditEntry.objects.exists()
    assert not OutboxDelivery.objects.exists()


def test_pauses_grow_until_a_person_must_look(handlers):
    handlers["bad"] = {"fails": fails}
    message = outbox.publish(topic="bad", payload={}, at=AT)
    pauses = []

    for attempt in range(outbox.ATTEMPTS):
        now = AT + dt.timedelta(days=attempt)
        outbox.sweep(at=now)
        message.refresh_from_db()
        pauses.append(message.next_attempt_at and message.next_attempt_at - now)

    assert pauses == [outbox.FIRST_PAUSE * 2**n for n in range(outbox.ATTEMPTS - 1)] + [None]
    assert outbox.given_up() == [message]


def test_a_message_that_kills_its_worker_is_given_up_too(handlers):
    def dies(_payload):
        raise SystemExit

    handlers["bad"] = {"dies": dies}
    outbox.publish(topic="bad", payload={}, at=AT)

    for attempt in range(outbox.ATTEMPTS):
        with pytest.raises(SystemExit):
            outbox.sweep(at=AT + dt.timedelta(days=attempt))
    outbox.sweep(at=AT + dt.timedelta(days=30))

    assert [message.topic for message in outbox.given_up()] == ["bad"]
