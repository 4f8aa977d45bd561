"""Numbers of dossiers (mã số hồ sơ): agency, day, and the place in the day's order (NĐ 61/2018/NĐ-CP, Điều 26)."""

import datetime as dt
import re
import secrets

# Codes of other systems are opaque: what matches no known pattern is only warned about.
KNOWN = (
    re.compile(r"(?P<unit>[0-9A-Z]+(?:[.\-][0-9A-Z]+)*)-(?P<date>\d{6}|\d{8})-(?P<seq>\d{4,7})"),
    re.compile(r"\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}-\d{6}-\d{4}"),
)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # 32 letters, none like another (Crockford's)
LOOK_UP_LETTERS = 16  # of 5 bits each: 80 bits


def number(pattern: str, *, unit: str, day: dt.date, place: int) -> str:
    """A number as the installation's pattern writes it, such as `03646-231027-0361`."""
    return pattern.format(unit=unit, date=day, number=place)


def looks_known(code: str) -> bool:
    """Whether a code has one of the shapes in use; others are taken all the same."""
    return any(pattern.fullmatch(code) for pattern in KNOWN)


def look_up_code() -> str:
    """A code of 80 random bits with which somebody finds a dossier without signing in, in groups of four letters."""
    letters = "".join(secrets.choice(ALPHABET) for _place in range(LOOK_UP_LETTERS))
    return "-".join(letters[place : place + 4] for place in range(0, LOOK_UP_LETTERS, 4))


def plain_code(text: str) -> str:
    """A code as typed by hand: without spaces and dashes, letters that are easily mistaken put right."""
    letters = re.sub(r"[\s\-]", "", text.upper())
    return letters.translate(str.maketrans("OIL", "011"))
