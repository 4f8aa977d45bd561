"""Looking a dossier up without signing in: few tries, and nothing told apart."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.core import sealed
from tinhso.core.errors import RuleViolation
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.portal.models import LookUpTries
from tinhso.public_services.portal.selectors import tracking

TRIES = 5  # that failed, of one address, and for one number
WITHIN = dt.timedelta(minutes=15)
KEPT = dt.timedelta(days=1)


class TooManyTries(RuleViolation):
    """Somebody tried too often.

    Args:
        seconds: until the next try.
    """

    def __init__(self, seconds: int) -> None:
        minutes = -(-seconds // 60)
        super().__init__(
            _("Đã tra cứu sai %(tries)s lần; hãy thử lại sau %(minutes)s phút.") % {"tries": TRIES, "minutes": minutes}
        )
        self.seconds = seconds


@transaction.atomic
def look_up(*, number: str, code: str, address: str, at: dt.datetime) -> Dossier | None:
    """A dossier by number and look-up code; None when they do not fit, whatever of them is wrong.

    Tries that fail are counted by address and by number, whether such a number exists or not.

    Args:
        address: of the asker on the network.

    Raises:
        TooManyTries: five failed within fifteen minutes; nothing is looked up.
    """
    counted = (f"address:{address}", f"number:{tracking.plain_number(number)}")
    rows = [_locked(subject, at) for subject in sorted(sealed.hashed(f"look-up-tries:{one}") for one in counted)]
    for row in rows:
        row.moments = [moment for moment in row.moments if at - dt.datetime.fromisoformat(moment) < WITHIN]
    full = [row for row in rows if len(row.moments) >= TRIES]
    if full:
        raise TooManyTries(max(_seconds_left(row, at) for row in full))
    found = tracking.by_code(number, code)
    if found is None:
        for row in rows:
            row.moments, row.last_at = [*row.moments, at.isoformat()], at
            row.save(update_fields=["moments", "last_at"])
    return found


def forget_tries(*, at: dt.datetime) -> int:
    """Drop tries of yesterday and before.

    Returns:
        How many rows went.
    """
    return LookUpTries.objects.filter(last_at__lt=at - KEPT).delete()[0]


def _locked(subject: str, at: dt.datetime) -> LookUpTries:
    """The tries of an address or a number, known by its keyed hash only; in order of hashes, so that nobody waits in a ring."""
    LookUpTries.objects.get_or_create(subject=subject, defaults={"last_at": at})
    return LookUpTries.objects.select_for_update().get(subject=subject)


def _seconds_left(row: LookUpTries, at: dt.datetime) -> int:
    """Until the oldest of the tries that count is forgotten."""
    oldest = dt.datetime.fromisoformat(row.moments[-TRIES])
    return max(1, int((oldest + WITHIN - at).total_seconds()) + 1)
