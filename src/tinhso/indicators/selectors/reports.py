"""Reported figures as forms and pages read them."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tinhso.accounts.api import Scope
from tinhso.core.errors import UnknownName
from tinhso.core.per_request import once_per_request
from tinhso.datasets import api as datasets
from tinhso.datasets.api import Contract
from tinhso.engine import periods
from tinhso.indicators.models import Report, ReportEvent
from tinhso.indicators.rules import reports as rules
from tinhso.indicators.selectors import releases
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitRow


def reported() -> dict[str, Contract]:
    """Datasets whose rows agencies report by form, by name."""
    return {name: one for name, one in datasets.contracts().items() if one.reported is not None}


def reported_contract(name: str) -> Contract:
    """One of them.

    Raises:
        UnknownName: no dataset of this name is reported by form.
    """
    known = reported()
    if name not in known:
        raise UnknownName(_("bộ dữ liệu báo cáo"), name, list(known))
    return known[name]


def period_choices(contract: Contract, until: dt.date) -> list[str]:
    """Periods that may be reported for: those of this year and the year before that are over."""
    every = contract.reported or "month"
    return [code for year in (until.year, until.year - 1) for code in rules.reporting_periods(year, until, every)]


def figure_columns(contract: Contract) -> list[str]:
    """Columns that a form asks for: the numbers, in the contract's order."""
    return [name for name, one in contract.columns.items() if one.type in ("integer", "decimal")]


def reporting_units(contract: Contract, period: str, scope: Scope) -> list[UnitRow]:
    """Units of a scope that report in a period, as they were on its last day."""
    column = contract.columns[contract.unit or ""]
    rows = organizations.units_on(last_day(period))
    return [row for row in rows if row.kind in column.unit_kinds and scope.allows(row.unit_id)]


def last_day(period: str) -> dt.date:
    """The day that a report of a period is about."""
    return periods.parse(period).ends_on


def owner_unit(contract: Contract, on: dt.date) -> int:
    """The agency that confirms reports of a dataset."""
    return organizations.last_named(contract.owner, on).org_unit_id


def reports_of(dataset: str, period: str, unit_ids: Collection[int]) -> dict[int, Report]:
    """Reports by unit."""
    found = Report.objects.filter(dataset=dataset, period=period, org_unit_id__in=unit_ids)
    return {one.org_unit_id: one for one in found}


def report_of(dataset: str, period: str, unit_id: int) -> Report | None:
    """One unit's report; None before it was begun."""
    return Report.objects.filter(dataset=dataset, period=period, org_unit_id=unit_id).select_related("file").first()


def report_events(report: Report) -> list[ReportEvent]:
    """What happened to a report, the latest first."""
    return list(report.events.order_by("-pk"))


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Reports in the figures that are not locked.

    Attributes:
        by_unit: how many, by dataset and reporting unit.
    """

    by_unit: dict[tuple[str, int], int]

    @property
    def datasets(self) -> set[str]:
        """Datasets with any."""
        return {dataset for dataset, _unit in self.by_unit}

    def count(self, names: Iterable[str], unit_ids: Collection[int]) -> int:
        """How many concern some datasets and units."""
        wanted = set(names)
        return sum(n for (dataset, unit), n in self.by_unit.items() if dataset in wanted and unit in unit_ids)


@once_per_request
def unsettled(release: int | None = None) -> Unsettled:
    """Reports that are part of the figures in force, or were part of a release, without being locked then."""
    found = Report.objects.filter(state__in=rules.COUNTED, batch__isnull=False)
    rows = found.values_list("dataset", "org_unit_id", "state", "locked_at", "batch_id")
    if release is None:
        own = [(dataset, unit) for dataset, unit, state, _at, _batch in rows if state in rules.PROVISIONAL]
    else:
        made = releases.release(release)
        taken = {batch for batches in releases.release_batches(release).values() for batch in batches}
        own = [
            (dataset, unit)
            for dataset, unit, _state, locked_at, batch in rows
            if batch in taken and (locked_at is None or locked_at > made.created_at)
        ]
    counts: dict[tuple[str, int], int] = {}
    for key in own:
        counts[key] = counts.get(key, 0) + 1
    return Unsettled(counts)
