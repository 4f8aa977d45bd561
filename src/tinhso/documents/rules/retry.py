"""When a packet is tried again, and which answers end the trying: told by data, not by guesses."""

import datetime as dt
from enum import StrEnum

FIRST = dt.timedelta(seconds=1)
LONGEST = dt.timedelta(minutes=30)
TELL_AFTER = dt.timedelta(hours=24)  # after which a person is told


class Error(StrEnum):
    """What an answer means for the packet."""

    TEMPORARY = "temporary"  # tried again, for ever
    PERMANENT = "permanent"  # this packet waits for a person
    PARTNER = "partner"  # everything for this partner waits for a person


# Codes of the national axis and of provincial platforms; our own words beside them.
MEANING: dict[str, Error] = {
    "10": Error.PERMANENT,  # tệp sai
    "15": Error.PARTNER,  # sai khóa
    "18": Error.PERMANENT,  # nơi nhận không có
    "19": Error.PERMANENT,  # nơi gửi chưa đăng ký
    "20": Error.TEMPORARY,  # lỗi hệ thống
    "21": Error.TEMPORARY,  # lỗi xử lý tệp
    "22": Error.PERMANENT,  # sai edXML
    "23": Error.PERMANENT,  # nơi nhận bị khóa
    "refused_as_secret": Error.PERMANENT,
    "conflict": Error.PERMANENT,
    "unreachable": Error.TEMPORARY,
    "unintelligible": Error.TEMPORARY,
    "unauthorized": Error.PARTNER,
}


def meaning(code: str) -> Error:
    """What a code means; one that we do not know is tried again, since giving up loses documents."""
    return MEANING.get(code, Error.TEMPORARY)


def pause(tries: int, spread: float) -> dt.timedelta:
    """How long to wait after so many tries: doubled each time up to half an hour, spread so that not all come at once.

    Args:
        tries: that were made, from 1.
        spread: from 0 to 1, by chance.
    """
    doubled = FIRST * (1 << min(tries, 12))
    return min(LONGEST, doubled) * (0.5 + 0.5 * spread)
