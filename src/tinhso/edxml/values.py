"""How single values stand in the file: text to value and back."""

import datetime as dt
import re
from collections.abc import Callable
from enum import Enum, auto

from tinhso.edxml.model import HANOI


class Kind(Enum):
    """What an element holds."""

    GROUP = auto()  # other elements
    TEXT = auto()  # kept to the letter
    CODE = auto()  # text without blanks around it
    ORGAN_ID = auto()
    NUMBER = auto()
    DATE = auto()
    TIME = auto()
    CONTENT = auto()  # base64 of a file
    SIGNATURE = auto()  # read by `signature` only


ORGAN_ID = re.compile(r"[0-9A-Z]+(?:\.[0-9A-Z]+)*")
_NUMBER = re.compile(r"[0-9]{1,9}")
DATE_PATTERN = "([0-9]{4})[/-]([0-9]{1,2})[/-]([0-9]{1,2})"
TIME_PATTERN = DATE_PATTERN + "[ T]([0-9]{1,2}):([0-9]{2}):([0-9]{2})"
_DATE = re.compile(DATE_PATTERN)
_TIME = re.compile(TIME_PATTERN)
_YEARS = range(1900, 3000)  # so that no zone can push a moment out of the calendar
URI = re.compile(r"[A-Za-z0-9:/?#\[\]@!$&'()*+,;=._~%-]*")  # what other parsers take for a namespace
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot carry


def _numbers(pattern: re.Pattern[str], text: str) -> list[int]:
    match = pattern.fullmatch(text)
    if match is None:
        raise ValueError(text)
    numbers = [int(group) for group in match.groups()]
    if numbers[0] not in _YEARS:
        raise ValueError(text)
    return numbers


def _organ_id(text: str) -> str:
    if ORGAN_ID.fullmatch(text) is None:
        raise ValueError(text)
    return text


def _number(text: str) -> int:
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(text)
    return int(text)


def _date(text: str) -> dt.date:
    year, month, day = _numbers(_DATE, text)
    return dt.date(year, month, day)


def _time(text: str) -> dt.datetime:
    year, month, day, hour, minute, second = _numbers(_TIME, text)
    return dt.datetime(year, month, day, hour, minute, second, tzinfo=HANOI)


_PARSERS: dict[Kind, Callable[[str], object]] = {
    Kind.ORGAN_ID: _organ_id,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.TIME: _time,
}


def parse(kind: Kind, text: str) -> object:
    """The value of a non-empty text.

    Raises:
        ValueError: the text is not of this kind.
    """
    if kind is Kind.TEXT:
        return text
    parser = _PARSERS.get(kind)
    return parser(text.strip()) if parser else text.strip()


def format_time(at: dt.datetime) -> str:
    """A moment as the wire has it: yyyy/MM/dd HH:mm:ss in +07:00, seconds and no fractions.

    Raises:
        ValueError: the moment is naive or outside the years 1900 to 2999.
    """
    if at.tzinfo is None or at.year not in _YEARS:
        raise ValueError(at)
    local = at.astimezone(HANOI)
    return f"{local:%Y/%m/%d %H:%M:%S}"


def form(value: object) -> str:
    """The text of a value; "" for None.

    Raises:
        ValueError: the file has no form for this value.
    """
    if type(value) is str:
        return value
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return format_time(value)
    if isinstance(value, dt.date):
        return f"{value.year:04d}/{value.month:02d}/{value.day:02d}"
    if isinstance(value, int):
        return format(value, "d")
    if isinstance(value, str):
        return str(value)
    raise ValueError(value)
