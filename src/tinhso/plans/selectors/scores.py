"""Scores of units: what the figures give, what was scored, totals and ranks."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tinhso.accounts.api import Scope
from tinhso.indicators import api as indicators
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitRow
from tinhso.plans.choices import ScorecardState
from tinhso.plans.models import Score, Scorecard
from tinhso.plans.rules import schemes as rules
from tinhso.plans.rules.schemes import Criterion, Scheme


@dataclass(frozen=True)
class Scored:
    """One criterion at one unit.

    Attributes:
        value: of the indicator; a fraction; None without a figure and for manual criteria.
        points: given in the end: computed, verified, or frozen at publication; None while there are none.
        score: what the unit said of a manual criterion; None before it did.
    """

    criterion: Criterion
    value: float | None
    period: str
    points: Decimal | None
    score: Score | None


@dataclass(frozen=True)
class Card:
    """A unit's scores (phiếu chấm điểm).

    Attributes:
        card: None before the unit began.
    """

    unit: UnitRow
    card: Scorecard | None
    scored: list[Scored]

    @property
    def total(self) -> Decimal:
        return rules.total(one.points for one in self.scored)

    @property
    def is_published(self) -> bool:
        return self.card is not None and self.card.state == ScorecardState.PUBLISHED


def units_of(scheme: Scheme, year: int) -> list[UnitRow]:
    """Units that a scheme scores, as they were at the year's end or on the last day with figures."""
    rows = organizations.units_on(_last_day(year))
    return [row for row in rows if row.kind in scheme.applies_to]


def _last_day(year: int) -> dt.date:
    stored, end = indicators.evaluation_date(), dt.date(year, 12, 31)
    return min(stored, end) if stored and stored.year == year else end


def period_of(year: int) -> str:
    """The year up to its end, or up to the last day with figures."""
    return f"{_last_day(year):%Y-%m}/ytd"


def cards(scheme: Scheme, year: int, units: Sequence[UnitRow]) -> list[Card]:
    """The scores of units, in their order."""
    ids = [unit.unit_id for unit in units]
    values = _values(scheme, year, ids)
    stored = {
        card.org_unit_id: card
        for card in Scorecard.objects.filter(
            scheme=scheme.id, version=scheme.version, year=year, org_unit_id__in=ids
        ).prefetch_related("scores__file")
    }
    return [_card(scheme, year, unit, stored.get(unit.unit_id), values) for unit in units]


def _values(scheme: Scheme, year: int, unit_ids: Collection[int]) -> Mapping[tuple[int, str], float | None]:
    names = sorted({one.indicator for one in scheme.criteria if one.indicator})
    yearly = {one.id for one in indicators.definitions() if one.is_yearly}
    codes = [period_of(year), str(year)]
    found = indicators.figures(indicators=names, period_codes=codes, unit_ids=list(unit_ids))
    return {
        (figure.unit_id, figure.indicator): figure.value
        for figure in found
        if figure.category is None and figure.period == (str(year) if figure.indicator in yearly else codes[0])
    }


def _card(
    scheme: Scheme,
    year: int,
    unit: UnitRow,
    card: Scorecard | None,
    values: Mapping[tuple[int, str], float | None],
) -> Card:
    scores = {one.criterion: one for one in card.scores.all()} if card else {}
    is_frozen = card is not None and card.state == ScorecardState.PUBLISHED
    rows = []
    for one in scheme.criteria:
        score = scores.get(one.id)
        value = values.get((unit.unit_id, one.indicator)) if one.indicator else None
        if is_frozen:
            points = score.points if score else None
        elif one.indicator:
            points = rules.points_of(one, value)
        else:
            points = score.verified_points if score else None
        rows.append(Scored(one, value, period_of(year), points, score))
    return Card(unit, card, rows)


def card_of(scheme: Scheme, year: int, unit: UnitRow) -> Card:
    """One unit's scores."""
    return cards(scheme, year, [unit])[0]


def ranked(found: Sequence[Card]) -> dict[int, int]:
    """The rank of every unit among those of its kind."""
    ranks: dict[int, int] = {}
    for kind in {card.unit.kind for card in found}:
        totals = {card.unit.unit_id: card.total for card in found if card.unit.kind == kind}
        ranks |= {one.unit_id: one.rank for one in rules.ranking(totals)}
    return ranks


def visible(found: Sequence[Card], scope: Scope) -> list[Card]:
    """Scores that a reader may see: those of the reader's units, and every published one."""
    return [card for card in found if card.is_published or scope.allows(card.unit.unit_id)]
