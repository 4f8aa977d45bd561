"""A unit's figures as of their time and in today's units, side by side."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from tinhso.indicators import api as indicators
from tinhso.operations.presenters import common
from tinhso.operations.presenters.common import NOTHING_KEPT, Kept, address
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UNDETERMINED, UnitRow
from tinhso.plans import api as plans

ALONE = ("commune", "department")  # kinds whose figures are those of no units below them


@dataclass(frozen=True, slots=True)
class SideColumn:
    """A unit in one of the two trees.

    Attributes:
        url: its card there; empty where the reader may not see it.
        is_today: whether in today's tree, else in that of the period.
        is_here: whether it is the unit that the page is about, in the tree that the page shows.
    """

    name: str
    code: str
    url: str
    is_today: bool
    is_here: bool


@dataclass(frozen=True, slots=True)
class SideCell:
    """A figure of one unit; nothing where there is none."""

    value: float | None
    numerator: Decimal | None
    denominator: Decimal | None
    is_estimated: bool
    is_today: bool
    label: str


@dataclass(frozen=True, slots=True)
class SideRow:
    """One target at every unit of the columns."""

    title: str
    cells: list[SideCell]


@dataclass(frozen=True, slots=True)
class Sides:
    """The figures of units of the period and of those that became of them.

    Attributes:
        before, today: how many columns are of each tree.
        is_whole: whether the units of the period are all that today's unit was made of, so that their figures
            add up to its own.
    """

    period_words: str
    columns: list[SideColumn]
    rows: list[SideRow]
    before: int
    today: int
    is_whole: bool
    has_estimates: bool


def of_unit(
    unit_id: int,
    asked: plans.Question,
    may_read: Callable[[int], bool],
    allows: Callable[[int], bool],
    kept: Kept = NOTHING_KEPT,
) -> Sides | None:
    """What a unit of the period became, with the figures of both; of one of today what it was made of.

    Args:
        asked: period and release; its view says in which tree the unit is looked at.
        may_read: whether the reader may know of a unit of any time.
        allows: whether the unit's pages are open to the reader.
        kept: what links carry along besides the view.

    Returns:
        None for units of kinds with others below them, and where nothing changed since the period.
    """
    was, now = replace(asked, view=indicators.AS_WAS), replace(asked, view=indicators.AS_IS)
    old_units, new_units = ({row.unit_id: row for row in organizations.units_on(one.tree_day)} for one in (was, now))
    placed = organizations.placements(now.tree_day)
    is_today = unit_id in new_units and (asked.view == indicators.AS_IS or unit_id not in old_units)
    shown = (new_units if is_today else old_units).get(unit_id)
    if shown is None or shown.kind not in ALONE:
        return None
    if is_today:
        olds, news = [old for old in old_units if unit_id in placed[old] and old_units[old].kind in ALONE], [unit_id]
    else:
        olds, news = [unit_id], [node for node in placed[unit_id] if node != UNDETERMINED]
    if not olds or not news or olds == news == [unit_id]:
        return None
    seen_olds, seen_news = [one for one in olds if may_read(one)], [one for one in news if may_read(one)]
    if not seen_olds or not seen_news:
        return None
    columns = [_column(old_units[one], unit_id, False, is_today, allows, kept) for one in seen_olds]
    columns += [_column(new_units[one], unit_id, True, is_today, allows, kept) for one in seen_news]
    rows = _rows(plans.statuses(was, seen_olds), plans.statuses(now, seen_news), columns)
    return Sides(
        period_words=common.period_in_words(asked.period),
        columns=columns,
        rows=rows,
        before=len(seen_olds),
        today=len(seen_news),
        is_whole=is_today and seen_olds == olds,
        has_estimates=any(cell.is_estimated for row in rows for cell in row.cells),
    )


def card_url(unit_id: int, asked: plans.Question, kept: Kept = NOTHING_KEPT) -> str:
    """The unit's card in the tree of the period, else in today's; empty where neither has the unit."""
    for view in (indicators.AS_WAS, indicators.AS_IS):
        day = replace(asked, view=view).tree_day
        row = next((row for row in organizations.units_on(day) if row.unit_id == unit_id), None)
        if row is not None:
            return _card(row.code, kept, is_today=view == indicators.AS_IS)
    return ""


def _card(code: str, kept: Kept, *, is_today: bool) -> str:
    return address("operations:unit", code, **{**kept, "view": indicators.AS_IS if is_today else None})


def _column(
    row: UnitRow, unit_id: int, is_today: bool, here_is_today: bool, allows: Callable[[int], bool], kept: Kept
) -> SideColumn:
    url = _card(row.code, kept, is_today=is_today) if allows(row.unit_id) else ""
    return SideColumn(row.name, row.code, url, is_today, row.unit_id == unit_id and is_today == here_is_today)


def _rows(
    before: dict[int, list[plans.Standing]], today: dict[int, list[plans.Standing]], columns: list[SideColumn]
) -> list[SideRow]:
    """The targets that have a figure in both trees."""
    found = []
    for position, first in enumerate(next(iter(before.values()))):
        olds, news = ([own[position] for own in side.values()] for side in (before, today))
        if all(any(one.figure.status == "ok" for one in side) for side in (olds, news)):
            cells = [_cell(one, column) for one, column in zip([*olds, *news], columns, strict=True)]
            found.append(SideRow(first.target.title, cells))
    return found


def _cell(standing: plans.Standing, column: SideColumn) -> SideCell:
    figure = standing.figure
    return SideCell(figure.value, figure.numerator, figure.denominator, figure.estimated, column.is_today, column.name)
