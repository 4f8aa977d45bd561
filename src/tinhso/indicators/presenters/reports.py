"""Reported figures as pages show them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from tinhso.core.badges import Badge
from tinhso.core.exports import Column
from tinhso.datasets.api import Contract
from tinhso.indicators.choices import ReportEventKind, ReportState
from tinhso.indicators.models import Report, ReportEvent
from tinhso.indicators.rules import reports as rules
from tinhso.indicators.selectors import reports as selectors
from tinhso.organizations.api import UnitRow

SHAPES = {
    ReportState.DRAFT: "no_data",
    ReportState.SENT: "too_early",
    ReportState.APPROVED: "on_track",
    ReportState.CONFIRMED: "on_track",
    ReportState.LOCKED: "met",
}


@dataclass(frozen=True)
class ReportRow:
    """One unit's report in a list, numbers by title; `state` is None where nothing was begun."""

    unit_id: int
    unit_code: str
    unit_name: str
    state: Badge | None
    values: list[tuple[str, Decimal | None]]
    reported_by: str
    document: str
    problem: str
    is_provisional: bool


@dataclass(frozen=True)
class EventLine:
    """One thing that happened to a report."""

    what: str
    actor: str
    at: dt.datetime
    note: str
    changes: list[tuple[str, str, str]]


def badge(report: Report) -> Badge:
    """The state of a report."""
    state = ReportState(report.state)
    return Badge(SHAPES[state], str(state.label))


def rows(contract: Contract, units: Sequence[UnitRow], reports: Mapping[int, Report]) -> list[ReportRow]:
    """Every unit that reports, with what it has reported."""
    titles = {name: contract.columns[name].title for name in selectors.figure_columns(contract)}
    return [_row(unit, reports.get(unit.unit_id), titles) for unit in units]


def _row(unit: UnitRow, report: Report | None, titles: Mapping[str, str]) -> ReportRow:
    values = report.values if report else {}
    return ReportRow(
        unit_id=unit.unit_id,
        unit_code=unit.code,
        unit_name=unit.name,
        state=badge(report) if report else None,
        values=[(title, Decimal(values[name]) if values.get(name) else None) for name, title in titles.items()],
        reported_by=report.reported_by if report else "",
        document=report.document_number if report else "",
        problem=report.problem if report else "",
        is_provisional=report is not None and report.state in rules.PROVISIONAL,
    )


def tally(found: Sequence[ReportRow]) -> list[tuple[str, int]]:
    """How many units stand where, those that have not begun first."""
    counts = {_("Chưa nhập"): sum(row.state is None for row in found)}
    for state in ReportState:
        counts[str(state.label)] = sum(row.state is not None and row.state.label == str(state.label) for row in found)
    return [(label, count) for label, count in counts.items() if count]


def columns(contract: Contract) -> list[Column[ReportRow]]:
    """The list as a file."""
    titles = [contract.columns[name].title for name in selectors.figure_columns(contract)]
    figures: list[Column[ReportRow]] = [(title, _value(place)) for place, title in enumerate(titles)]
    return [
        (_("Mã đơn vị"), lambda row: row.unit_code),
        (_("Đơn vị"), lambda row: row.unit_name),
        *figures,
        (_("Tình trạng"), lambda row: row.state.label if row.state else ""),
        (_("Văn bản nguồn"), lambda row: row.document),
        (_("Người báo cáo"), lambda row: row.reported_by),
    ]


def _value(place: int) -> Callable[[ReportRow], Decimal | None]:
    return lambda row: row.values[place][1]


def event_lines(events: Sequence[ReportEvent], contract: Contract) -> list[EventLine]:
    """What happened, with numbers before and after."""
    return [
        EventLine(
            what=str(ReportEventKind(event.kind).label),
            actor=event.actor,
            at=event.at,
            note=event.note,
            changes=[
                (contract.columns[name].title, before, after)
                for name, (before, after) in event.changes.items()
                if name in contract.columns
            ],
        )
        for event in events
    ]
