"""What other modules may ask of indicators: definitions, figures, and the records behind them."""

from tinhso.indicators.rules import AS_IS, AS_WAS, COMPARABLE, figure_status, share, whole
from tinhso.indicators.selectors.calendars import BrokenCalendar, calendar_name
from tinhso.indicators.selectors.calendars import declared as calendars_declared
from tinhso.indicators.selectors.calendars import in_use as calendars_in_use
from tinhso.indicators.selectors.calendars import offered as calendars_offered
from tinhso.indicators.selectors.definitions import (
    Column,
    Definition,
    RecordPage,
    Side,
    Source,
    definition,
    definitions,
    record_page,
    sources,
)
from tinhso.indicators.selectors.diff import ChangedCell, Difference, difference
from tinhso.indicators.selectors.figures import (
    Figure,
    absent_figure,
    amounts,
    cells_name,
    evaluation_date,
    figures,
    parse_period,
    series,
)
from tinhso.indicators.selectors.handling import Handling, HandlingOfYear, handling
from tinhso.indicators.selectors.members import MissingMember, MissingMembers, has_members, missing_members
from tinhso.indicators.selectors.releases import ReleaseRow, release, release_batches, releases
from tinhso.indicators.selectors.reports import Unsettled, unsettled
from tinhso.indicators.selectors.territory import UnitName, parse_view, unit_named, view_day
from tinhso.indicators.services.computing import BrokenCatalog, ComputeResult, NoData, NoEngine, compute
from tinhso.indicators.services.releases import Verification, create_release, verify_release

__all__ = [
    "AS_IS",
    "AS_WAS",
    "COMPARABLE",
    "BrokenCalendar",
    "BrokenCatalog",
    "ChangedCell",
    "Column",
    "ComputeResult",
    "Definition",
    "Difference",
    "Figure",
    "Handling",
    "HandlingOfYear",
    "MissingMember",
    "MissingMembers",
    "NoData",
    "NoEngine",
    "RecordPage",
    "ReleaseRow",
    "Side",
    "Source",
    "UnitName",
    "Unsettled",
    "Verification",
    "absent_figure",
    "amounts",
    "calendar_name",
    "calendars_declared",
    "calendars_in_use",
    "calendars_offered",
    "cells_name",
    "compute",
    "create_release",
    "definition",
    "definitions",
    "difference",
    "evaluation_date",
    "figure_status",
    "figures",
    "handling",
    "has_members",
    "missing_members",
    "parse_period",
    "parse_view",
    "record_page",
    "release",
    "release_batches",
    "releases",
    "series",
    "share",
    "sources",
    "unit_named",
    "unsettled",
    "verify_release",
    "view_day",
    "whole",
]
