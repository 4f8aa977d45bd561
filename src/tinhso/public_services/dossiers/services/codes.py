"""Look-up codes in the session of whoever filed: only hashes are kept elsewhere, and the receipt shows the code."""

from collections.abc import MutableMapping
from typing import Any

from tinhso.core import sealed
from tinhso.public_services.dossiers.models import Dossier

KEY = "look_up_codes"
MOST = 50  # of one session; an official at the counter files many a day


def keep_code(session: MutableMapping[str, Any], dossier: Dossier, code: str) -> None:
    """Keep a dossier's look-up code, sealed, while the session lasts; an empty one (a repetition) changes nothing."""
    if code:
        earlier = list(session.get(KEY, {}).items())[-MOST + 1 :]
        session[KEY] = {**dict(earlier), str(dossier.key): sealed.seal(code)}


def kept_code(session: MutableMapping[str, Any], dossier: Dossier) -> str:
    """The look-up code, if it was filed in this session; else empty."""
    found = session.get(KEY, {}).get(str(dossier.key), "")
    return sealed.opened(found) if found else ""
