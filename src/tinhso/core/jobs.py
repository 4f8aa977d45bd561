"""The worker: background jobs, outbox and sealing, in turn, until it is asked to stop."""

import datetime as dt
import logging
import signal
import time
from types import FrameType
from typing import Any

from django.db import OperationalError, close_old_connections, connections
from django_tasks.base import Task, TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from tinhso.core import audit, clock, daily, outbox, presence, rounds

PAUSE = 1.0  # seconds between rounds without work
ROUND_OF_CARE = 60.0  # seconds between looks for lost jobs
LEASE = dt.timedelta(hours=2)  # longest a job of a worker elsewhere may run before it counts as lost
RUNS = 4  # how often a job is begun before its losing the worker is put down to the job
logger = logging.getLogger(__name__)


class WorkerLost(Exception):
    """The job's worker ended in the midst of it, time and again."""


def run_worker(*, once: bool = False) -> None:
    """Run jobs, deliver the outbox and seal the audit trail.

    Args:
        once: do what waits now and return, instead of waiting for more.
    """
    stopping = _Stop()
    care_due = 0.0
    with presence.announced() as name:
        while not stopping.asked:
            try:
                if time.monotonic() >= care_due:
                    take_care(at=clock.now())
                    care_due = time.monotonic() + ROUND_OF_CARE
                worked = work_once(worker=name)
            except OperationalError:
                if once:
                    raise
                logger.exception("the database cannot be reached or is busy; trying again")
                connections.close_all()
                worked = False
            if once and not worked:
                return
            if not worked:
                time.sleep(PAUSE)


def work_once(*, worker: str) -> bool:
    """One job, then what is due in the outbox, then what comes in rounds, then a batch of seals: none of them waits for
    a heap of another.

    Args:
        worker: name under which a job is taken.

    Returns:
        Whether there was anything to do.
    """
    close_old_connections()
    has_job = DBTaskResult.objects.ready().exists()
    if has_job:
        _run_one_job(worker)
    delivered = outbox.sweep(at=clock.now())
    done = rounds.run(at=clock.now())
    sealed = audit.seal()
    return has_job or delivered > 0 or done > 0 or sealed > 0


def take_care(*, at: dt.datetime) -> None:
    """What need not be done every second: lost jobs, the work of the day, audit entries that committed very
    late, and time stamps of the audit's anchors."""
    requeue_lost(at=at)
    daily.run_due(at=at)
    audit.seal(everything=True)
    audit.stamp_anchors(at=at)


def requeue_lost(*, at: dt.datetime) -> int:
    """Make jobs ready again whose worker was killed. Jobs are idempotent, so a second run is harmless.

    A job that has lost several workers fails instead, since it may be what kills them.

    Returns:
        How many were found.
    """
    dead = presence.the_dead()
    lost = [task for task in DBTaskResult.objects.running() if _is_lost(task, dead, at)]
    for task in lost:
        if len(task.worker_ids) >= RUNS:
            logger.error("job %s has lost %s workers and is given up", task.pk, RUNS)
            task.set_failed(WorkerLost(f"{RUNS} workers ended while running this job"))
        else:
            logger.warning("job %s was lost with its worker and runs again", task.pk)
            task.status, task.started_at = TaskResultStatus.READY, None
            task.save(update_fields=["status", "started_at"])
    for name in dead:
        presence.bury(name)
    return len(lost)


def enqueue_once(job: Task[..., Any], *, not_before: dt.datetime | None = None) -> None:
    """Have a job without arguments run, unless it waits already: one that has not begun sees what was just written.

    Args:
        job: which takes everything there is to do, however often it was asked for.
        not_before: aware time; None for at once.
    """
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path=job.module_path)
    if not waiting.exists():
        job.using(run_after=not_before).enqueue()


def has_failed(job: Task[..., Any]) -> bool:
    """Whether a run of a job has failed and waits for a person to look at."""
    return bool(DBTaskResult.objects.failed().filter(task_path=job.module_path).exists())


def failed() -> int:
    """How many jobs have failed and wait for a person to look at."""
    return DBTaskResult.objects.failed().count()


def _run_one_job(worker: str) -> None:
    Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=1,
        worker_id=worker,
        excluded_queue_names=[],
    ).run()


def _is_lost(task: "DBTaskResult", dead: list[str], at: dt.datetime) -> bool:  # type: ignore[type-arg]  # generic in results only
    """Whether a running job's worker is dead, or, when that cannot be seen from here, has had its time."""
    worker = str(task.worker_ids[-1]) if task.worker_ids else ""
    if worker and presence.is_here(worker):
        return worker in dead
    return task.started_at is None or task.started_at < at - LEASE


class _Stop:
    """Set by SIGTERM or SIGINT; the job that runs is finished first."""

    def __init__(self) -> None:
        self.asked = False
        for name in (signal.SIGTERM, signal.SIGINT):
            try:
                signal.signal(name, self._ask)
            except ValueError:  # not the main thread: whoever started it stops it
                return

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
