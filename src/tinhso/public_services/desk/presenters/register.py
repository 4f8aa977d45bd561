"""The register as pages, files and the prescribed paper show it."""

import datetime as dt

from tinhso.core import sealed
from tinhso.core.clock import VIETNAM
from tinhso.organizations import api as organizations
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.dossiers.choices import State
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.presenters.prescribed import RegisterLine


def line(dossier: Dossier, on: dt.date) -> RegisterLine:
    """A dossier with its `owners` read already."""
    owners = getattr(dossier, "owners", ())
    said = sealed.opened_values(owners[0].sealed) if owners else {}
    contact = [said.get(name, "") for name in ("address", "phone")]
    return RegisterLine(
        number=dossier.number,
        procedure=procedures.bundle(dossier.version_id).name,
        owner=said.get("full_name", ""),
        contact=", ".join(part for part in contact if part),
        agency=organizations.named_unit(dossier.agency_id, on).name,
        received=_moment(dossier.accepted_at or dossier.submitted_at),
        due=_moment(dossier.due_at),
        delivered=_moment(dossier.delivered_at),
        way=str(dossier.get_delivery_display()),
        note=str(State(dossier.state).label),
    )


def _moment(value: dt.datetime | None) -> str:
    return f"{value.astimezone(VIETNAM):%d/%m/%Y %H:%M}" if value else ""
