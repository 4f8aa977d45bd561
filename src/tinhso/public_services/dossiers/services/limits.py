"""How often somebody may do something within a minute (giới hạn số lần)."""

import datetime as dt

from django.utils.translation import gettext as _

from tinhso.core import prepared
from tinhso.core.errors import RuleViolation
from tinhso.public_services.dossiers.models import ActCount

SUBMISSIONS = 10  # a minute and person
UPLOADS = 60
WINDOW = 60  # seconds
KEPT = dt.timedelta(days=1)
COUNT = f"""
    INSERT INTO {ActCount._meta.db_table} AS kept (what, user_id, minute, times)
    VALUES (%s, %s, %s, %s)
    ON CONFLICT (what, user_id) DO UPDATE SET
        times = CASE WHEN kept.minute < excluded.minute THEN 0 ELSE kept.times END + excluded.times,
        minute = CASE WHEN kept.minute < excluded.minute THEN excluded.minute ELSE kept.minute END
    RETURNING times
"""  # noqa: S608 - the name of a table


class TooOften(RuleViolation):
    """The limit of this minute is used up."""

    def __init__(self) -> None:
        super().__init__(
            _("Ông, bà làm việc này nhiều lần quá nhanh; hãy chờ một phút rồi làm lại. Những gì đã điền vẫn còn.")
        )


def count(*, what: str, user_id: int, most: int, at: dt.datetime, times: int = 1) -> None:
    """Count something that somebody does.

    One statement counts and tells the count, so that two at the same moment are two; it is not left to the cache, which
    throws entries out and cannot count on every back end. What is refused counts as well, unless the caller
    undoes its transaction.

    Args:
        what: such as `submit`.
        most: how often in a minute.
        times: how many at once.

    Raises:
        TooOften: that is more than may be.
    """
    with prepared.cursor() as cursor:
        cursor.execute(COUNT, [what, user_id, _minute(at), times])
        ((done,),) = cursor.fetchall()
    if done > most:
        raise TooOften


def forget(*, at: dt.datetime) -> int:
    """Drop the counts of yesterday and before.

    Returns:
        How many rows went.
    """
    return ActCount.objects.filter(minute__lt=_minute(at - KEPT)).delete()[0]


def _minute(at: dt.datetime) -> int:
    return int(at.timestamp()) // WINDOW
