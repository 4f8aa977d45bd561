"""What the worker does in each of its rounds besides jobs and outbox: work that comes at any moment and must not wait
for a queue, such as sending packets."""

import datetime as dt
import logging
from collections.abc import Callable

from django.db import OperationalError

Work = Callable[[dt.datetime], int]
logger = logging.getLogger(__name__)
_works: dict[str, tuple[Work, dt.timedelta]] = {}
_last: dict[str, dt.datetime] = {}


def each_round(name: str, *, apart: dt.timedelta = dt.timedelta(0)) -> Callable[[Work], Work]:
    """Register a function of the time that does what is due and says how much it did.

    It must be short and harmless when several workers do it at once.

    Args:
        name: module and work, such as `documents.exchange`.
        apart: least time between two runs in one worker.
    """

    def register(work: Work) -> Work:
        _works[name] = work, apart
        return work

    return register


def run(*, at: dt.datetime) -> int:
    """Do what each has to do; what fails is logged and comes again in the next round.

    Returns:
        How much was done.
    """
    return sum(_done(name, work, at) for name, (work, apart) in _works.items() if _is_due(name, apart, at))


def _is_due(name: str, apart: dt.timedelta, at: dt.datetime) -> bool:
    last = _last.get(name)
    if apart and last is not None and at - last < apart:
        return False
    _last[name] = at
    return True


def _done(name: str, work: Work, at: dt.datetime) -> int:
    try:
        return work(at)
    except OperationalError:  # the database cannot be reached, which is the worker's affair
        raise
    except Exception:  # whatever work raises, jobs and outbox must go on
        logger.exception("work %s of this round failed; it comes again", name)
        return 0
