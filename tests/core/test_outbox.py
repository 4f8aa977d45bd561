import datetime as dt
import io
import os

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from tests.conftest import AT
from tinhso.core import files, jobs, outbox
from tinhso.core.models import OutboxMessage
from tinhso.indicators.jobs import bring_up_to_date

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch):
    """What a handler of the topic `test` was given."""
    received = []
    monkeypatch.setitem(outbox._handlers, "test", [received.append])
    return received


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


def test_a_failing_message_is_tried_again_and_holds_up_no_other(heard, monkeypatch):
    def fails(_payload):
        raise ValueError("hỏng")

    monkeypatch.setitem(outbox._handlers, "bad", [fails])
    outbox.publish(topic="bad", payload={}, at=AT)
    outbox.publish(topic="test", payload={}, at=AT)

    assert outbox.sweep(at=AT) == 1
    bad = OutboxMessage.objects.get(topic="bad")
    assert bad.next_attempt_at == AT + outbox.FIRST_PAUSE
    assert "hỏng" in bad.last_error


def test_after_the_last_try_it_waits_for_a_person(monkeypatch):
    monkeypatch.setitem(outbox._handlers, "bad", [lambda _payload: 1 / 0])
    outbox.publish(topic="bad", payload={}, at=AT)

    for attempt in range(outbox.ATTEMPTS):
        outbox.sweep(at=AT + dt.timedelta(days=attempt))

    assert [message.topic for message in outbox.given_up()] == ["bad"]


def test_a_job_of_a_dead_worker_runs_again():
    bring_up_to_date.enqueue()
    task = DBTaskResult.objects.get()
    pid = next(number for number in range(400_000, 500_000) if not os.path.exists(f"/proc/{number}"))
    task.claim(f"{jobs.socket.gethostname()}-{pid}")

    assert jobs.requeue_lost(at=AT) == 1
    assert DBTaskResult.objects.ready().count() == 1


def test_a_job_of_a_living_worker_is_left_alone():
    bring_up_to_date.enqueue()
    DBTaskResult.objects.get().claim(f"{jobs.socket.gethostname()}-{os.getpid()}")

    assert jobs.requeue_lost(at=AT) == 0


def test_equal_bytes_are_kept_once_and_damage_is_found():
    one = files.store(content=io.BytesIO(b"abc"), name="a.csv", media_type="text/csv", at=AT)
    two = files.store(content=io.BytesIO(b"abc"), name="b.csv", media_type="text/csv", at=AT)

    assert one.pk == two.pk
    with files.open_stored(one.sha256) as file:
        assert file.read() == b"abc"
    files.path_of(one.sha256).write_bytes(b"abd")
    with pytest.raises(files.DamagedFile):
        files.open_stored(one.sha256)
