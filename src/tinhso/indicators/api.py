"""What other modules may ask of indicators: definitions, figures, and the records behind them."""

from tinhso.indicators.rules import AS_WAS, figure_status, share, whole
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
from tinhso.indicators.selectors.figures import (
    Figure,
    absent_figure,
    evaluation_date,
    figures,
    parse_period,
    series,
)
from tinhso.indicators.services import BrokenCatalog, ComputeResult, NoData, compute

__all__ = [
    "AS_WAS",
    "BrokenCalendar",
    "BrokenCatalog",
    "Column",
    "ComputeResult",
    "Definition",
    "Figure",
    "NoData",
    "RecordPage",
    "Side",
    "Source",
    "absent_figure",
    "calendar_name",
    "calendars_declared",
    "calendars_in_use",
    "calendars_offered",
    "compute",
    "definition",
    "definitions",
    "evaluation_date",
    "figure_status",
    "figures",
    "parse_period",
    "record_page",
    "series",
    "share",
    "sources",
    "whole",
]
