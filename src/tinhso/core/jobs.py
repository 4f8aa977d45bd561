"""The worker: background jobs, outbox and sealing, until it is asked to stop."""

import datetime as dt
import logging
import os
import signal
import socket
import time
from types import FrameType

from django.db import close_old_connections
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from tinhso.core import audit, clock, outbox

PAUSE = 1.0  # seconds between rounds without work
LEASE = dt.timedelta(hours=2)  # longest a job may run before it counts as lost
logger = logging.getLogger(__name__)


def run_worker(*, once: bool = False) -> None:
    """Run jobs, deliver the outbox and seal the audit trail.

    Args:
        once: do what waits now and return, as tests and the end of an import do.
    """
    stopping = _Stop()
    requeue_lost(at=clock.now())
    while not stopping.asked:
        close_old_connections()
        worked = work_once()
        if once and not worked:
            return
        if not worked:
            time.sleep(PAUSE)


def work_once() -> bool:
    """One round.

    Returns:
        Whether there was anything to do.
    """
    before = DBTaskResult.objects.ready().count()
    name = f"{socket.gethostname()}-{os.getpid()}"
    Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=name[:64],
        excluded_queue_names=[],
    ).run()
    return bool(before) | bool(outbox.sweep(at=clock.now())) | bool(audit.seal())


def requeue_lost(*, at: dt.datetime) -> int:
    """Make jobs ready again whose worker was killed: those of processes of this host that are gone, and
    those of other hosts that run longer than any job may. Jobs are idempotent, so a second run is harmless.

    Returns:
        How many were found.
    """
    lost = [task for task in DBTaskResult.objects.running() if _is_lost(task, at)]
    for task in lost:
        logger.warning("job %s was lost with its worker and runs again", task.pk)
    ready = DBTaskResult.objects.filter(pk__in=[task.pk for task in lost])
    return ready.update(status="READY", started_at=None)


def _is_lost(task: "DBTaskResult", at: dt.datetime) -> bool:  # type: ignore[type-arg]  # generic in results only
    host, _dash, process = str(task.worker_ids[-1] if task.worker_ids else "").rpartition("-")
    if host == socket.gethostname()[: len(host)] and process.isdigit():
        return not _is_alive(int(process))
    return task.started_at is None or task.started_at < at - LEASE


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class _Stop:
    """Set by SIGTERM or SIGINT; the round that runs is finished first."""

    def __init__(self) -> None:
        self.asked = False
        for name in (signal.SIGTERM, signal.SIGINT):
            try:
                signal.signal(name, self._ask)
            except ValueError:  # not the main thread: whoever started it stops it
                return

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
