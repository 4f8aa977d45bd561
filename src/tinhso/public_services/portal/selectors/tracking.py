"""Finding a dossier by what stands on its receipt."""

import re

from tinhso.core import sealed
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.rules import numbers


def plain_number(text: str) -> str:
    """A dossier's number as typed by hand: without spaces, in capitals."""
    return re.sub(r"\s", "", text).upper()


def by_code(number: str, code: str) -> Dossier | None:
    """The dossier that has both number and look-up code; one query, whatever does not fit."""
    look_up = sealed.hashed(f"look-up:{numbers.plain_code(code)}")
    found = Dossier.objects.select_related("version__procedure")
    return found.filter(look_up=look_up, number__iexact=plain_number(number)).first()
