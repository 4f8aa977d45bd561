"""When somebody has agreed to be helped, and how long a session took, without Django."""

import datetime as dt
import hmac
import math
import secrets
from dataclasses import dataclass

CODE_DIGITS = 6
CODE_LASTS = dt.timedelta(minutes=15)
TRIES = 5  # of one code
CODES = 5  # of one session
CONSENT_LASTS = dt.timedelta(hours=12)  # to be helped on that day, not to be filed for whenever


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is helped, as the person says.

    Attributes:
        identity_number: twelve digits; empty when not needed, such as for advice.
        business_name: empty for a citizen's own affair.
    """

    full_name: str
    identity_number: str = ""
    phone: str = ""
    email: str = ""
    business_name: str = ""


def new_code() -> str:
    """A code to be told to the helper (mã xác nhận)."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def is_same_code(typed: str, code: str) -> bool:
    """Whether a code is the right one, however it is spaced."""
    plain = "".join(letter for letter in typed if letter.isdecimal())
    return bool(code) and hmac.compare_digest(plain.encode(), code.encode())


def code_is_alive(sent_at: dt.datetime | None, at: dt.datetime) -> bool:
    """Whether a code still counts."""
    return sent_at is not None and at - sent_at < CODE_LASTS


def consent_holds(*, consented_at: dt.datetime | None, disputed_at: dt.datetime | None, at: dt.datetime) -> bool:
    """Whether somebody may be acted for: agreed within the last twelve hours, and nothing said against it."""
    return consented_at is not None and disputed_at is None and at - consented_at < CONSENT_LASTS


def minutes_between(started_at: dt.datetime, ended_at: dt.datetime) -> int:
    """Begun minutes of a session, at least one."""
    return max(1, math.ceil((ended_at - started_at).total_seconds() / 60))


def shown_identity(number: str) -> str:
    """An identity number of which only the last three digits are shown."""
    return f"•••{number[-3:]}" if number else ""
