"""A unit that the chosen unit tree does not have: where it lies there, and where it is itself."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.urls import ResolverMatch

from tinhso.indicators import api as indicators
from tinhso.operations.presenters import common
from tinhso.operations.presenters.common import Kept, address
from tinhso.operations.presenters.history import history_url
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UNDETERMINED, NamedUnit, UnitRow
from tinhso.plans import api as plans


@dataclass(frozen=True, slots=True)
class PlaceThere:
    """A unit of the chosen tree that holds the unit's records, or some of what it was made of.

    Attributes:
        url: the same page about that unit; empty where the reader may not see it.
        share: of the unit's records; None for what it was made of.
    """

    name: str
    code: str
    url: str
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class ElsewherePage:
    """What the page says.

    Attributes:
        places: where the unit's records lie in the chosen tree; what it was made of, for a unit of later.
        is_later: whether the unit begins after the tree's day.
        is_undetermined: whether nobody can say where its records lie.
        own_url: the same page about the unit itself, in a tree that has it; `own_tree` says which.
    """

    name: str
    code: str
    tree: str
    places: list[PlaceThere]
    is_later: bool
    is_undetermined: bool
    own_url: str
    own_tree: str
    history_url: str


def page(
    unit_id: int,
    *,
    question: plans.Question,
    names: Mapping[int, UnitRow],
    kept: Kept,
    match: ResolverMatch | None,
    allows: Callable[[int], bool],
) -> ElsewherePage:
    """What a page says in place of the figures of a unit that the tree of the question does not have.

    Args:
        names: units of that tree.
        kept: what links carry along.
        match: the page that was asked for.
        allows: whether the reader may see a unit's figures.
    """
    named = organizations.named_unit(unit_id, question.tree_day)
    is_later = named.on > question.tree_day
    shares: dict[int, Decimal | None] = {**organizations.placements(question.tree_day)[unit_id]}
    if is_later:
        shares = dict.fromkeys(_made_of(unit_id, names))
    places = [
        PlaceThere(row.name, row.code, _same_page(match, row.code, kept) if allows(node) else "", share)
        for node, share in sorted(shares.items(), key=lambda part: (-(part[1] or 0), part[0]))
        if (row := names.get(node)) is not None
    ]
    own_view = _view_with(unit_id, question)
    own = _named_in(unit_id, own_view, question)
    return ElsewherePage(
        name=named.name,
        code=named.code,
        tree=common.tree_in_words(question.view),
        places=places,
        is_later=is_later,
        is_undetermined=UNDETERMINED in shares,
        own_url=_same_page(match, own.code, {**kept, "view": None if own_view == indicators.AS_WAS else own_view})
        if allows(unit_id)
        else "",
        own_tree=common.tree_in_words(own_view),
        history_url=history_url(named.code, named.on),
    )


def _made_of(unit_id: int, names: Mapping[int, UnitRow]) -> list[int]:
    """The units of a tree whose records lie in a unit of later, through all reforms between."""
    found, waiting = [], [unit_id]
    while waiting:
        for line in organizations.history(waiting.pop()).predecessors:
            node = line.unit.unit_id
            if node in names and node not in found:
                found.append(node)
            elif node not in names:
                waiting.append(node)
    return found


def _view_with(unit_id: int, question: plans.Question) -> str:
    """A view whose tree has the unit: that of the period, today's, else that of its last day."""
    for view, day in ((indicators.AS_WAS, question.as_of), (indicators.AS_IS, indicators.view_day(indicators.AS_IS))):
        if day is not None and _is_there(unit_id, day):
            return view
    last = organizations.versions_of(unit_id)[-1]
    return f"{indicators.COMPARABLE}:{last.valid_to or last.valid_from}"


def _is_there(unit_id: int, day: dt.date) -> bool:
    return any(row.unit_id == unit_id for row in organizations.units_on(day))


def _named_in(unit_id: int, view: str, question: plans.Question) -> NamedUnit:
    return organizations.named_unit(unit_id, indicators.view_day(view) or question.as_of)


def _same_page(match: ResolverMatch | None, code: str, kept: Kept) -> str:
    """The page that was asked for, about another unit."""
    if match is None or "code" in match.kwargs:
        return address("operations:unit", code, **kept)
    return address(f"operations:{match.url_name}", *match.kwargs.values(), unit=code, **kept)
