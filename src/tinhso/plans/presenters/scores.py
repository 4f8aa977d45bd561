"""Scores as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from tinhso.core.badges import Badge
from tinhso.core.exports import Column
from tinhso.plans.choices import ScorecardState
from tinhso.plans.rules import schemes as rules
from tinhso.plans.rules.schemes import Group, Scheme
from tinhso.plans.selectors.scores import Card, Scored

SHAPES = {
    ScorecardState.SELF_SCORING: "no_data",
    ScorecardState.SUBMITTED: "too_early",
    ScorecardState.VERIFIED: "on_track",
    ScorecardState.PUBLISHED: "met",
}


@dataclass(frozen=True)
class RankRow:
    """A unit with its place among those of its kind; groups by title, in the scheme's order."""

    rank: int
    unit_id: int
    unit_code: str
    unit_name: str
    kind: str
    groups: list[tuple[str, Decimal]]
    total: Decimal
    state: Badge | None


@dataclass(frozen=True)
class CriterionRow:
    """One criterion: its points, and the way to what they come from."""

    title: str
    most: Decimal
    points: Decimal | None
    value: float | None
    full: float | None
    figure_url: str
    self_points: Decimal | None
    self_note: str
    verify_note: str
    file_name: str
    file_key: int | None


@dataclass(frozen=True)
class GroupRows:
    """A main index with its components."""

    group: Group
    points: Decimal
    rows: list[CriterionRow]


def badge(card: Card) -> Badge | None:
    """The state of a unit's card; None before it was begun."""
    if card.card is None:
        return None
    state = ScorecardState(card.card.state)
    return Badge(SHAPES[state], str(state.label))


def rank_rows(scheme: Scheme, found: Sequence[Card], ranks: dict[int, int]) -> list[RankRow]:
    """Units by kind and rank."""
    rows = [
        RankRow(
            rank=ranks[card.unit.unit_id],
            unit_id=card.unit.unit_id,
            unit_code=card.unit.code,
            unit_name=card.unit.name,
            kind=card.unit.kind,
            groups=[(group.title, points) for group, points in _groups(scheme, card)],
            total=card.total,
            state=badge(card),
        )
        for card in found
    ]
    return sorted(rows, key=lambda row: (scheme.applies_to.index(row.kind), row.rank, row.unit_name))  # type: ignore[arg-type]  # of its kinds


def _groups(scheme: Scheme, card: Card) -> Sequence[tuple[Group, Decimal]]:
    return rules.by_group(scheme, {one.criterion.id: one.points for one in card.scored})


def group_rows(scheme: Scheme, card: Card) -> list[GroupRows]:
    """The card opened: main indices with their components."""
    return [
        GroupRows(group, points, [_criterion(card, one) for one in card.scored if one.criterion.group == group.id])
        for group, points in _groups(scheme, card)
    ]


def _criterion(card: Card, one: Scored) -> CriterionRow:
    score, criterion = one.score, one.criterion
    url = ""
    if criterion.indicator:
        query = f"unit={card.unit.code}&period={one.period}"
        url = f"/targets/{criterion.indicator}/?{query}"
    return CriterionRow(
        title=criterion.title,
        most=criterion.points,
        points=one.points,
        value=score.value if card.is_published and score else one.value,
        full=None if criterion.full_at_pct is None else criterion.full_at_pct / 100,
        figure_url=url,
        self_points=score.self_points if score else None,
        self_note=score.self_note if score else "",
        verify_note=score.verify_note if score else "",
        file_name=score.file_name if score else "",
        file_key=score.pk if score and score.file_id else None,
    )


def columns(scheme: Scheme) -> list[Column[RankRow]]:
    """The ranking as a file."""
    groups: list[Column[RankRow]] = [
        (group.title, lambda row, place=place: row.groups[place][1])  # type: ignore[misc]  # bound now
        for place, group in enumerate(scheme.groups)
    ]
    return [
        (_("Thứ hạng"), lambda row: row.rank),
        (_("Mã đơn vị"), lambda row: row.unit_code),
        (_("Đơn vị"), lambda row: row.unit_name),
        *groups,
        (_("Tổng điểm"), lambda row: row.total),
        (_("Tình trạng"), lambda row: row.state.label if row.state else ""),
    ]


def card_url(scheme: Scheme, year: int, unit_id: int) -> str:
    """A unit's card."""
    return reverse("plans:scorecard", args=[scheme.id, year, unit_id])
