import signal
import time

import pytest
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from tests.conftest import AT
from tests.core import sample_jobs
from tinhso.core import jobs, outbox, presence
from tinhso.core.models import AuditSeal, OutboxMessage


def wait_for(path):
    until = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < until, path
        time.sleep(0.02)


@pytest.fixture
def of_the_dead(home):
    """The name of a worker that was killed."""
    path = presence._path("may-chu-dead")
    path.parent.mkdir(parents=True)
    path.touch()
    return path.stem


@pytest.mark.django_db
def test_a_job_of_a_dead_worker_runs_again(of_the_dead):
    sample_jobs.count.enqueue(1)
    DBTaskResult.objects.get().claim(of_the_dead)

    assert jobs.requeue_lost(at=AT) == 1
    assert DBTaskResult.objects.ready().count() == 1
    assert not presence.is_here(of_the_dead)


@pytest.mark.django_db
def test_a_job_of_a_living_worker_is_left_alone():
    sample_jobs.count.enqueue(1)

    with presence.announced() as name:
        DBTaskResult.objects.get().claim(name)

        assert jobs.requeue_lost(at=AT) == 0
        assert presence.is_here(name)


@pytest.mark.django_db
def test_a_job_of_a_worker_elsewhere_has_its_time():
    sample_jobs.count.enqueue(1)
    task = DBTaskResult.objects.get()
    task.claim("another-host-1")

    assert jobs.requeue_lost(at=task.started_at + jobs.LEASE / 2) == 0
    assert jobs.requeue_lost(at=task.started_at + jobs.LEASE * 2) == 1


@pytest.mark.django_db
def test_a_job_that_kills_worker_after_worker_fails_where_it_can_be_seen(of_the_dead):
    sample_jobs.count.enqueue(1)
    task = DBTaskResult.objects.get()
    for _ in range(jobs.RUNS):
        task.claim(of_the_dead)

    jobs.requeue_lost(at=AT)

    assert jobs.failed() == 1
    assert "WorkerLost" in DBTaskResult.objects.get().exception_class_path


@pytest.mark.django_db(transaction=True)
def test_the_worker_runs_jobs_delivers_and_seals(monkeypatch):
    monkeypatch.setattr(outbox, "_handlers", {"count": {"count": lambda payload: sample_jobs.count.enqueue(**payload)}})
    sample_jobs.fail.enqueue()
    outbox.publish(topic="count", payload={"number": 4}, at=AT)
    jobs.audit.record(actor="an", action="x", obj="y", details={}, at=AT)

    jobs.run_worker(once=True)

    assert set(DBTaskResult.objects.values_list("status", "return_value")) == {
        (TaskResultStatus.FAILED, None),
        (TaskResultStatus.SUCCESSFUL, 5),
    }
    assert OutboxMessage.objects.get().delivered_at
    assert AuditSeal.objects.count() == 1


def test_a_job_survives_the_killing_of_its_worker(elsewhere, tmp_path):
    elsewhere.run(f"sample_jobs.linger.enqueue({str(tmp_path)!r})")
    worker = elsewhere.start("jobs.run_worker()")
    wait_for(tmp_path / "begun")
    worker.send_signal(signal.SIGKILL)
    worker.communicate(timeout=10)
    assert elsewhere.run("print(DBTaskResult.objects.get().status)") == "RUNNING"
    (tmp_path / "go").touch()

    said = elsewhere.run(
        "jobs.run_worker(once=True); done = DBTaskResult.objects.get(); print(done.status, len(done.worker_ids))"
    )

    assert said == "SUCCESSFUL 2"


def test_a_worker_that_is_asked_to_stop_finishes_its_job(elsewhere, tmp_path):
    elsewhere.run(f"sample_jobs.linger.enqueue({str(tmp_path)!r}); sample_jobs.count.enqueue(1)")
    worker = elsewhere.start("jobs.run_worker()")
    wait_for(tmp_path / "begun")
    worker.send_signal(signal.SIGTERM)
    (tmp_path / "go").touch()

    worker.communicate(timeout=20)

    assert worker.returncode == 0
    assert elsewhere.run("print(*DBTaskResult.objects.order_by('enqueued_at').values_list('status', flat=True))") == (
        "SUCCESSFUL READY"
    )
    assert elsewhere.run("print(presence.the_dead())") == "[]"
