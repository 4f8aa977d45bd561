"""Releases and their differences as pages show them."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from tinhso.datasets import api as datasets
from tinhso.indicators import api as indicators
from tinhso.indicators.api import ChangedCell, ReleaseRow
from tinhso.operations.presenters import common
from tinhso.operations.presenters.common import Option, address
from tinhso.organizations.api import UNDETERMINED
from tinhso.plans import api as plans

LIVE = "live"  # in addresses: the figures in force


@dataclass(frozen=True, slots=True)
class ReleaseEntry:
    """One release in a list, and on its own page."""

    number: int
    url: str
    figures_url: str
    changes_url: str
    plan_number: str
    plan_version: str
    period: str
    period_words: str
    as_of: dt.date
    note: str
    cells: int
    created_by: str
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Banner:
    """What every page says above the figures of a release.

    Attributes:
        live_url: the same page with the figures in force.
        is_plan_changed: whether the plan that judges the figures is another text than the one frozen.
    """

    release: ReleaseEntry
    live_url: str
    is_plan_changed: bool


@dataclass(frozen=True, slots=True)
class CutRow:
    """How many batches of a dataset a release was made from."""

    title: str
    url: str
    batches: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a figure changed; the address is that of the batch behind it."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Side:
    """A figure before or after; nothing where there is none."""

    value: float | None
    numerator: Decimal | None
    denominator: Decimal | None
    is_there: bool


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One figure that is another than before."""

    indicator: str
    title: str
    url: str
    unit_name: str
    unit_code: str
    period: str
    period_words: str
    category: str | None
    before: Side
    after: Side
    reasons: list[Reason]


def entry(row: ReleaseRow) -> ReleaseEntry:
    """One release."""
    return ReleaseEntry(
        number=row.number,
        url=address("operations:release", row.number),
        figures_url=address("operations:overview", release=row.number),
        changes_url=address("operations:release_diff", row.number, LIVE),
        plan_number=row.plan_number,
        plan_version=row.plan_version,
        period=row.period,
        period_words=common.period_in_words(indicators.parse_period(row.period)),
        as_of=row.as_of,
        note=row.note,
        cells=row.cells,
        created_by=row.created_by,
        created_at=row.created_at,
    )


def banner(row: ReleaseRow, judged_by: plans.Plan, live_url: str) -> Banner:
    """What a page says above the figures of a release.

    Args:
        judged_by: the plan whose targets the page shows.
        live_url: the same page with the figures in force.
    """
    return Banner(entry(row), live_url, row.plan_hash != judged_by.content_hash)


def cut(batches: dict[str, list[int]], *, with_links: bool) -> list[CutRow]:
    """The batches that a release was made from, by dataset."""
    return [
        CutRow(
            datasets.contract(name).title,
            address("operations:dataset", name),
            [(key, address("operations:batch", key) if with_links else "") for key in keys],
        )
        for name, keys in batches.items()
        if keys
    ]


def title(number: int | None) -> str:
    """A release, or the figures in force, as a heading names it."""
    return _("số liệu đang cập nhật") if number is None else _("bản chốt số %(number)s") % {"number": number}


def change_rows(cells: Iterable[ChangedCell], *, release: int | None, view: str, sees_batches: bool) -> list[ChangeRow]:
    """The changed figures.

    Args:
        release: of the figures after.
        view: view of territory of both.
        sees_batches: whether the reader may look into batches; else they are only numbered.
    """
    names = {one.id: one.name for one in indicators.definitions()}
    words: dict[str, str] = {}
    found = []
    for cell in cells:
        if cell.period not in words:
            words[cell.period] = common.period_in_words(indicators.parse_period(cell.period))
        found.append(
            ChangeRow(
                indicator=cell.indicator,
                title=names.get(cell.indicator, cell.indicator),
                url=_target_url(cell, release, view) if cell.indicator in names else "",
                unit_name=cell.unit_name,
                unit_code=cell.unit_code,
                period=cell.period,
                period_words=words[cell.period],
                category=cell.category,
                before=_side(cell.before, cell.value_before),
                after=_side(cell.after, cell.value_after),
                reasons=_reasons(cell, sees_batches=sees_batches),
            )
        )
    return found


def _target_url(cell: ChangedCell, release: int | None, view: str) -> str:
    if cell.unit_id == UNDETERMINED:
        return ""
    return address(
        "operations:target",
        cell.indicator,
        unit=cell.unit_code,
        period=cell.period,
        view=None if view == indicators.AS_WAS else view,
        release=release,
    )


def _side(pair: tuple[Decimal, Decimal] | None, value: float | None) -> Side:
    return Side(value, *pair, True) if pair else Side(None, None, None, False)


def _reasons(cell: ChangedCell, *, sees_batches: bool) -> list[Reason]:
    """A sentence for each batch, then one for everything else that changed."""
    count = len(cell.batches)
    own = [
        Reason(text, address("operations:batch", key))
        if sees_batches
        else Reason(_("Lô %(batch)s được nhập hoặc thu hồi") % {"batch": key}, "")
        for key, text in zip(cell.batches, cell.reasons, strict=False)
    ]
    return [*own, *(Reason(text, "") for text in cell.reasons[count:])]


def reason_words(reasons: Sequence[Reason]) -> str:
    """All reasons in one line, as the download has them."""
    return "; ".join(reason.text for reason in reasons)


def options(found: Iterable[tuple[str, str]], chosen: str, everything: str) -> list[Option]:
    """What a list of changes can be narrowed down to: everything, then (code, title) once each."""
    once = dict(found)
    return [Option("", everything, not chosen), *(Option(code, text, code == chosen) for code, text in once.items())]


def periods_of(cells: Iterable[ChangedCell]) -> list[tuple[str, str]]:
    """The periods of changes with their words, the latest last day first, the longest of the same day first."""
    found = [indicators.parse_period(code) for code in {cell.period for cell in cells}]
    found.sort(key=lambda period: (-period.ends_on.toordinal(), period.starts_on, period.code))
    return [(period.code, common.capitalized(common.period_in_words(period))) for period in found]


def in_scope(cells: Iterable[ChangedCell], allows: Callable[[int], bool]) -> list[ChangedCell]:
    """The changes at units that the reader may see."""
    return [cell for cell in cells if allows(cell.unit_id)]
