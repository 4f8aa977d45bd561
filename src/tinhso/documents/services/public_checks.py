"""Checks of files that anybody sends: nothing is kept, and nobody has the server check without end."""

import datetime as dt

from django.core.cache import cache
from django.utils.translation import gettext as _

from tinhso.core import sealed
from tinhso.core.errors import RuleViolation
from tinhso.documents.services import checks
from tinhso.signing.report import Report

MOST = 30
WITHIN = dt.timedelta(minutes=10)


class TooManyChecks(RuleViolation):
    """Somebody has had many files checked within a short time."""


def check(pdf: bytes, *, address: str, at: dt.datetime) -> Report:
    """What holds of a file's signatures.

    Args:
        address: of the asker on the network, which is counted by its keyed hash and forgotten.

    Raises:
        TooManyChecks: thirty within ten minutes; the file is not looked at.
    """
    key = f"documents.check:{sealed.hashed(address)}"
    if not cache.add(key, 1, timeout=WITHIN.total_seconds()) and _counted(key) > MOST:
        raise TooManyChecks(_("Đã kiểm tra nhiều tệp liên tiếp; hãy thử lại sau mười phút."))
    return checks.look_at(pdf, expected="", at=at)


def _counted(key: str) -> int:
    try:
        return int(cache.incr(key))
    except ValueError:  # it has just run out
        return 1
