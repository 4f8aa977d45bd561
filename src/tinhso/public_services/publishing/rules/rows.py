"""Rows of datasets as values, and as a file's cells say them."""

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

Value = str | int | bool | dt.date | dt.datetime | None
Row = Mapping[str, Value]
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def local(moment: dt.datetime | None) -> dt.datetime | None:
    """A moment as the lake keeps it: Vietnam's time without a zone, whole seconds; None stays."""
    return None if moment is None else moment.astimezone(VIETNAM).replace(tzinfo=None, microsecond=0)


def words(text: str) -> str | None:
    """Text without the blanks around it; None when nothing is left."""
    return text.strip() or None


def cell(value: Value) -> str:
    """A value as a file's cell; empty for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def differing(ours: Row, theirs: Row) -> list[str]:
    """The columns in which two rows differ."""
    return [name for name, value in ours.items() if theirs.get(name) != value]
