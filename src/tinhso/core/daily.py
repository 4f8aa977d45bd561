"""What is done once a day, whichever worker comes first: reminders, digests.

Each piece of work runs in one transaction with the record that the day is done, so that a worker killed in the
midst of it leaves nothing half done and the next one does it whole.
"""

import datetime as dt
import logging
from collections.abc import Callable

from django.db import transaction

from tinhso.core.clock import VIETNAM
from tinhso.core.models import DailyWork

Work = Callable[[dt.date, dt.datetime], object]
BEGINS = 7  # o'clock in Vietnam: nobody is reminded at night
logger = logging.getLogger(__name__)
_works: dict[str, Work] = {}


def daily(name: str) -> Callable[[Work], Work]:
    """Register a function of day and time that is called once a day.

    Args:
        name: module and work, such as `plans.reminders`; under it the day is noted.
    """

    def register(work: Work) -> Work:
        _works[name] = work
        return work

    return register


def run_due(*, at: dt.datetime) -> int:
    """Do what has not been done today yet; what fails is logged and tried again at the next call.

    Returns:
        How many pieces of work were done.
    """
    here = at.astimezone(VIETNAM)
    return 0 if here.hour < BEGINS else sum(_done(name, work, here.date(), at) for name, work in _works.items())


def _done(name: str, work: Work, today: dt.date, at: dt.datetime) -> bool:
    try:
        DailyWork.objects.get_or_create(name=name)
        with transaction.atomic():
            noted = DailyWork.objects.select_for_update(skip_locked=True).filter(name=name).first()
            if noted is None or (noted.done_on is not None and noted.done_on >= today):
                return False
            work(today, at)
            noted.done_on = today
            noted.save(update_fields=["done_on"])
    except Exception:  # whatever work raises, the other pieces must not wait for it
        logger.exception("daily work %s failed; it is tried again", name)
        return False
    return True
