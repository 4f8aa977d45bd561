"""The only place that reads the clock. Services take `at` or `today` from their caller."""

import datetime as dt
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> dt.datetime:
    """The present moment, aware, in Vietnam's time."""
    return dt.datetime.now(VIETNAM)  # noqa: TID251 - this is the one place


def today() -> dt.date:
    """Today's date in Vietnam (UTC+7)."""
    return now().date()
