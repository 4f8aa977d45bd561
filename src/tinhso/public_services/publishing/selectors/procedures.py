"""Published versions of procedures as rows of the dataset `procedures`."""

import datetime as dt
from collections import defaultdict

from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitKind
from tinhso.public_services.catalog.choices import VersionState
from tinhso.public_services.catalog.models import ProcedureVersion
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.publishing.rules.rows import Row, words

DATASET = "procedures"


def rows() -> list[Row]:
    """One row for every day on which a version of a procedure begins: what holds from that day on."""
    published = ProcedureVersion.objects.filter(state=VersionState.PUBLISHED).select_related("procedure")
    versions: dict[str, list[ProcedureVersion]] = defaultdict(list)
    for version in published.defer("content", "plain").order_by("procedure__code", "number"):
        versions[version.procedure.code].append(version)
    return [row for found in versions.values() for row in _rows_of(found)]


def _rows_of(versions: list[ProcedureVersion]) -> list[Row]:
    days = sorted({version.valid_from for version in versions if version.valid_from})
    return [_row(_in_force(versions, day), day) for day in days]


def _in_force(versions: list[ProcedureVersion], day: dt.date) -> ProcedureVersion:
    """The newest version that holds on a day on which one begins."""
    return next(v for v in reversed(versions) if v.valid_from and v.valid_from <= day <= (v.valid_to or dt.date.max))


def _row(version: ProcedureVersion, day: dt.date) -> Row:
    return {
        "procedure_code": version.procedure.code,
        "name": words(version.name),
        "field": words(version.field),
        "agency_code": _agency(version, day),
        "online_level": version.online_level,
        "eligible_full": version.eligible_full,
        "national_portal": version.national_portal,
        "valid_from": day,
        "valid_to": version.valid_to,
    }


def _agency(version: ProcedureVersion, day: dt.date) -> str:
    """Whose procedure it is: the one unit that offers it, else, of a kind of unit or of several, the province's."""
    named = procedures.bundle(version.pk).offered_by
    units = {row.unit_id: row for row in organizations.units_on(day)}
    if len(named) == 1 and named[0] not in UnitKind.values:
        unit = units.get(organizations.last_named(named[0], day).org_unit_id)
        if unit:
            return unit.code
    return next(row.code for row in units.values() if row.kind == UnitKind.PROVINCE)
