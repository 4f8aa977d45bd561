"""Who looked at a dossier: its applicant can read it later."""

import datetime as dt

from tinhso.accounts.api import User
from tinhso.organizations import api as organizations
from tinhso.public_services.dossiers.models import AccessLog, Dossier
from tinhso.public_services.dossiers.selectors import duties


def note_look(*, dossier: Dossier, user: User, what: str, at: dt.datetime, on: dt.date) -> None:
    """Write down that an official looks at a dossier or takes a file of it (ai đã xem dữ liệu của tôi).

    Args:
        what: the page or file, in a few words that the applicant understands.
        on: the day on which the official's unit is named.
    """
    unit_id = duties.scope(user, on=on).top_unit_id
    unit = organizations.named_unit(dossier.agency_id if unit_id is None else unit_id, on).name
    AccessLog.objects.create(dossier=dossier, at=at, actor=user.username, unit=unit[:200], what=what[:60])
