"""What other modules may ask of organizations: units by code and day, their tree, the working calendar."""

from tinhso.organizations.choices import UnitKind
from tinhso.organizations.models import OrgUnit, OrgUnitVersion
from tinhso.organizations.rules import (
    UNDETERMINED,
    OutsideCalendar,
    WorkingCalendar,
    add_working_days,
    is_working_day,
    working_days_between,
)
from tinhso.organizations.selectors.calendar import working_calendar
from tinhso.organizations.selectors.placement import (
    BrokenReference,
    closure_on,
    placement_table,
    placements,
    tree_day,
)
from tinhso.organizations.selectors.units import (
    AmbiguousUnit,
    UnitRow,
    ancestors,
    closure_table,
    descendants,
    events_of,
    nearest_units,
    placement_fingerprint,
    resolve,
    tree_fingerprint,
    unit_codes_table,
    unit_versions_table,
    units_on,
    versions_of,
)
from tinhso.organizations.services import load_reference

__all__ = [
    "UNDETERMINED",
    "AmbiguousUnit",
    "BrokenReference",
    "OrgUnit",
    "OrgUnitVersion",
    "OutsideCalendar",
    "UnitKind",
    "UnitRow",
    "WorkingCalendar",
    "add_working_days",
    "ancestors",
    "closure_on",
    "closure_table",
    "descendants",
    "events_of",
    "is_working_day",
    "load_reference",
    "nearest_units",
    "placement_fingerprint",
    "placement_table",
    "placements",
    "resolve",
    "tree_day",
    "tree_fingerprint",
    "unit_codes_table",
    "unit_versions_table",
    "units_on",
    "versions_of",
    "working_calendar",
    "working_days_between",
]
