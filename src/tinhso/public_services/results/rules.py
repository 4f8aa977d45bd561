"""How long a result counts, and how its number is written."""

import calendar
import datetime as dt

REFUSAL = "van-ban-tu-choi"  # kind of paper by which an agency refuses, whatever the procedure; never used again


def last_day(issued_on: dt.date, months: int | None) -> dt.date | None:
    """The last day of a term of months that begins the day after issue (BLDS 2015, Điều 147, 148); None for no end.

    Where the last month has no such day, its last one counts.
    """
    if months is None:
        return None
    years, month = divmod(issued_on.month - 1 + months, 12)
    year = issued_on.year + years
    return dt.date(year, month + 1, min(issued_on.day, calendar.monthrange(year, month + 1)[1]))


def number(place: int, symbol: str) -> str:
    """“12/TL-BS”; below ten with a nought before it (NĐ 30/2020/NĐ-CP, Phụ lục I, mục II.3)."""
    return f"{place:02d}/{symbol}"


def register_key(*, agency: str, kind: str, year: int, place: int) -> str:
    """What tells a number from the same one of another agency, kind of paper or year."""
    return f"{agency}:{kind}:{year}:{place}"
