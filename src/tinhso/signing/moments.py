"""Moments with a time zone, and the zone in which papers state them."""

import datetime as dt
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def aware(at: dt.datetime) -> dt.datetime:
    """The moment itself, if it is one everywhere.

    Raises:
        ValueError: the time has no zone.
    """
    if at.utcoffset() is None:
        raise ValueError("the moment needs a time zone")
    return at
