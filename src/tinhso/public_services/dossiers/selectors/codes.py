"""Look-up codes: the hash finds a dossier; the code itself lies sealed in the event that opened it, for its receipts."""

from tinhso.core import sealed
from tinhso.public_services.dossiers.models import Dossier

KEPT_AS = "look_up_code"  # under which the opening event holds it


def code_of(dossier: Dossier) -> str:
    """The code with which a dossier is found without signing in (mã tra cứu), for its parties and whoever received it."""
    kept = dossier.events.filter(seq=1).values_list("sealed", flat=True).first()
    return str(sealed.opened_values(kept or "").get(KEPT_AS, ""))
