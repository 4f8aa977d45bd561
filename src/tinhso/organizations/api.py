"""What other modules may ask of organizations: units by code and day, their tree, the working calendar."""

from tinhso.organizations.choices import UnitKind
from tinhso.organizations.models import OrgUnit, OrgUnitVersion
from tinhso.organizations.rules import (
    OutsideCalendar,
    WorkingCalendar,
    add_working_days,
    is_working_day,
    working_days_between,
)
from tinhso.organizations.selectors import (
    AmbiguousUnit,
    UnitRow,
    ancestors,
    closure_table,
    descendants,
    events_of,
    nearest_units,
    resolve,
    tree_fingerprint,
    unit_codes_table,
    unit_versions_table,
    units_on,
    versions_of,
    working_calendar,
)
from tinhso.organizations.services import BrokenReference, load_reference

__all__ = [
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
    "closure_table",
    "descendants",
    "events_of",
    "is_working_day",
    "load_reference",
    "nearest_units",
    "resolve",
    "tree_fingerprint",
    "unit_codes_table",
    "unit_versions_table",
    "units_on",
    "versions_of",
    "working_calendar",
    "working_days_between",
]
