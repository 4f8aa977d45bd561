"""Schemes by which agencies are scored and composite indices are made up (bộ tiêu chí, chỉ số tổng hợp): versioned data.

A criterion either is computed from an indicator, or is scored by the agency itself and verified. Without any database.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Literal

import pydantic
from pydantic import Field

from tinhso.plans.rules.texts import Place, Problem

POINT = Decimal("0.01")  # to which points are rounded


class _Entry(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Validity(_Entry):
    """Days on which a scheme is used."""

    since: dt.date
    until: dt.date | None = None


class Group(_Entry):
    """A main index with its weight (chỉ số chính).

    Attributes:
        certainty: `inferred` where the act was not at hand.
    """

    id: str
    title: str
    points: Decimal = Field(ge=0)
    certainty: Literal["certain", "inferred"] = "certain"


class Criterion(_Entry):
    """A component (tiêu chí, chỉ số thành phần).

    Attributes:
        indicator: whose value gives the points; None for one that agencies score themselves.
        full_at_pct: value in percent from which all points are given.
    """

    id: str
    group: str
    title: str
    points: Decimal = Field(gt=0)
    indicator: str | None = None
    full_at_pct: Annotated[float, Field(gt=0, le=100)] | None = None


class Scheme(_Entry):
    """One version of a scheme.

    Attributes:
        points: in all.
        applies_to: kinds of unit that are scored.
        note: what is to be checked, for the reader.
    """

    id: str
    version: str
    title: str
    act: str
    issued_on: dt.date
    valid: Validity
    points: Decimal
    applies_to: list[Literal["province", "department", "district", "commune"]] = Field(min_length=1)
    note: str = ""
    groups: list[Group] = Field(min_length=1)
    criteria: list[Criterion] = Field(min_length=1)

    def governs(self, year: int) -> bool:
        """Whether it is used for a year: on some day of it."""
        last = self.valid.until or dt.date.max
        return self.valid.since <= dt.date(year, 12, 31) and last >= dt.date(year, 1, 1)

    @property
    def manual(self) -> list[Criterion]:
        """What agencies score themselves."""
        return [one for one in self.criteria if one.indicator is None]

    @property
    def listed_points(self) -> Decimal:
        """Points of the criteria that are listed; fewer than all where an act's components are not all there."""
        return sum((one.points for one in self.criteria), Decimal(0))


def problems(scheme: Scheme, known: Collection[str]) -> Iterator[Problem]:
    """Everything that is wrong with a scheme.

    Args:
        known: ids of the catalog's indicators.
    """
    total = sum((group.points for group in scheme.groups), Decimal(0))
    if total != scheme.points:
        yield Problem(("points",), "groups_sum", {"sum": f"{total:f}", "points": f"{scheme.points:f}"})
    groups = {group.id: group for group in scheme.groups}
    for position, one in enumerate(scheme.criteria):
        place: Place = ("criteria", position)
        if one.group not in groups:
            yield Problem((*place, "group"), "no_group", {"name": one.group})
        if one.indicator is not None and one.indicator not in known:
            yield Problem((*place, "indicator"), "unknown_indicator", {"name": one.indicator})
        if (one.indicator is None) != (one.full_at_pct is None):
            yield Problem(place, "indicator_and_full", {"name": one.id})
        if any(other.id == one.id for other in scheme.criteria[:position]):
            yield Problem((*place, "id"), "criterion_twice", {"name": one.id})
    for position, group in enumerate(scheme.groups):
        listed = sum((one.points for one in scheme.criteria if one.group == group.id), Decimal(0))
        if listed > group.points:
            said = {"name": group.title, "sum": f"{listed:f}", "points": f"{group.points:f}"}
            yield Problem(("groups", position, "points"), "group_overfull", said)


def points_of(criterion: Criterion, value: float | None) -> Decimal | None:
    """Points that an indicator's value gives: in proportion up to all of them (điểm theo tỷ lệ).

    Args:
        value: a fraction; None where there is no figure.

    Returns:
        None without a figure, and for a criterion that agencies score themselves.
    """
    if value is None or criterion.full_at_pct is None:
        return None
    share = min(max(value * 100 / criterion.full_at_pct, 0.0), 1.0)
    return (criterion.points * Decimal(str(share))).quantize(POINT, ROUND_HALF_UP)


def total(points: Iterable[Decimal | None]) -> Decimal:
    """The sum of what has been given; what has not counts as nothing."""
    return sum((one for one in points if one is not None), Decimal(0))


@dataclass(frozen=True, slots=True)
class Ranked:
    """A place among units of one kind; equal totals share it."""

    unit_id: int
    total: Decimal
    rank: int


def ranking(totals: Mapping[int, Decimal]) -> list[Ranked]:
    """Units by their totals, the highest first (xếp hạng); after two firsts comes a third."""
    ordered = sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))
    found: list[Ranked] = []
    for place, (unit, amount) in enumerate(ordered, 1):
        is_tied = bool(found) and found[-1].total == amount
        found.append(Ranked(unit, amount, found[-1].rank if is_tied else place))
    return found


def by_group(scheme: Scheme, points: Mapping[str, Decimal | None]) -> Sequence[tuple[Group, Decimal]]:
    """What each main index has been given."""
    return [
        (group, total(points.get(one.id) for one in scheme.criteria if one.group == group.id))
        for group in scheme.groups
    ]
