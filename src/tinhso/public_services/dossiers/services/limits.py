"""How often somebody may do something within a minute (giới hạn số lần)."""

import datetime as dt

from django.core.cache import cache
from django.utils.translation import gettext as _

from tinhso.core.errors import RuleViolation

SUBMISSIONS = 10  # a minute and person
UPLOADS = 60
WINDOW = 60  # seconds


class TooOften(RuleViolation):
    """The limit of this minute is used up."""

    def __init__(self) -> None:
        super().__init__(
            _("Ông, bà làm việc này nhiều lần quá nhanh; hãy chờ một phút rồi làm lại. Những gì đã điền vẫn còn.")
        )


def count(*, what: str, user_id: int, most: int, at: dt.datetime, times: int = 1) -> None:
    """Count something that somebody does.

    Args:
        what: such as `submit`.
        most: how often in a minute.
        times: how many at once.

    Raises:
        TooOften: that is more than may be.
    """
    key = f"public_services:{what}:{user_id}:{int(at.timestamp()) // WINDOW}"
    cache.add(key, 0, timeout=2 * WINDOW)
    try:
        done = cache.incr(key, times)
    except ValueError:  # thrown out of the cache in between
        cache.set(key, times, timeout=2 * WINDOW)
        done = times
    if done > most:
        raise TooOften
