"""What applicant and agency wrote to each other."""

import datetime as dt
from dataclasses import dataclass

from tinhso.core import sealed
from tinhso.public_services.dossiers.models import Dossier


@dataclass(frozen=True, slots=True)
class MessageText:
    """A message, opened."""

    at: dt.datetime
    author: str
    is_from_agency: bool
    text: str


def of_dossier(dossier: Dossier) -> list[MessageText]:
    """The messages of a dossier, the oldest first."""
    rows = dossier.messages.order_by("at", "pk")
    return [MessageText(row.at, row.author, row.is_from_agency, sealed.opened(row.sealed)) for row in rows]
