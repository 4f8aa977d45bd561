"""Targets as lists and pages show them: value, status, trend, what slips and where."""

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from tinhso.core.charts import Chart, Point, trajectory
from tinhso.core.numbers import percent
from tinhso.engine import periods
from tinhso.indicators import api as indicators
from tinhso.operations.presenters.common import (
    OLD_DAYS,
    Kept,
    SortColumn,
    Status,
    address,
    has_begun,
    rule_in_words,
    status_of,
)
from tinhso.organizations.api import UNDETERMINED
from tinhso.plans import api as plans
from tinhso.plans.api import Standing, TargetStatus

WORST_SHOWN = 5
PLACES_NAMED = 3


@dataclass(frozen=True)
class TargetRow:
    """One target in a list.

    Attributes:
        change: of the value since the month before, as a fraction; None without two months.
        data_day: last day covered by the figure's first source; None for yearly figures and without data.
        applies: whether the plan sets the target for units of this kind.
        category: of a target set for every category, the one that stands worst.
    """

    indicator: str
    title: str
    url: str
    value: float | None
    numerator: Decimal | None
    denominator: Decimal | None
    target: float
    expected: float
    status: Status
    rule: str
    trend: list[float | None]
    change: float | None
    data_day: dt.date | None
    data_age: int
    is_old: bool
    year: str
    applies: bool
    category: str | None
    bar_label: str
    is_estimated: bool


@dataclass(frozen=True)
class Place:
    """A unit that makes a part of a shortfall; the undetermined node has no address."""

    name: str
    url: str
    share: float


@dataclass(frozen=True)
class Worst:
    """A target that slips, who answers for it, and where most of it is missing."""

    row: TargetRow
    owner: str
    gap: float
    places: list[Place]


@dataclass(frozen=True)
class TaskHere:
    """A task for a target at a unit, with the target's value then and now (trước và sau); fractions."""

    row: plans.TaskRow
    before: float | None
    after: float | None

    @property
    def change(self) -> float | None:
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True)
class Pillar:
    """An objective of the plan with its targets."""

    title: str
    rows: list[TargetRow]


@dataclass(frozen=True)
class Count:
    """How many targets have a status, and the list of just those."""

    status: Status
    count: int
    url: str
    is_here: bool


@dataclass(frozen=True)
class PartRow:
    """A unit in the breakdown of a target.

    Attributes:
        url: empty for the node of records without a certain unit.
        missing: how many more would have to count there to reach the target.
        share: its part of all that is missing at the listed units.
        is_estimated: whether declared shares of divided units went into it.
    """

    unit_code: str
    unit_name: str
    url: str
    value: float | None
    numerator: Decimal | None
    denominator: Decimal | None
    missing: int
    share: float | None
    status: Status
    is_estimated: bool
    is_undetermined: bool


def month_codes(year: int, until: dt.date) -> list[str]:
    """Year-to-date periods of the year's months that have begun."""
    found = [p for p in periods.periods_of_year(year) if p.kind == "year_to_date" and has_begun(p, until)]
    return [period.code for period in found]


def trends(asked: plans.Question, unit_id: int, only: Sequence[str] | None = None) -> dict[str, list[float | None]]:
    """The year-to-date value of every indicator month by month."""
    codes = month_codes(asked.plan.year, asked.as_of)
    figures = indicators.figures(
        indicators=only, period_codes=codes, unit_ids=[unit_id], view=asked.view, release=asked.release
    )
    found = {(figure.indicator, figure.period): figure.value for figure in figures}
    return {name: [found.get((name, code)) for code in codes] for name, _code in found}


def target_row(standing: Standing, trend: list[float | None], unit_code: str, kept: Kept) -> TargetRow:
    """One target as a list shows it."""
    is_yearly = standing.worst_category is not None
    day = None if is_yearly else standing.sources[0].last_day
    age = max((standing.as_of - day).days, 0) if day else 0
    figure, target = standing.figure, standing.target
    known = [value for value in trend if value is not None]
    return TargetRow(
        indicator=target.indicator,
        title=target.title,
        url=address("operations:target", target.indicator, unit=unit_code, **kept),
        value=standing.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        target=target.value,
        expected=standing.expected,
        status=status_of(standing.status),
        rule=rule_in_words(standing),
        trend=trend,
        change=known[-1] - known[-2] if len(known) > 1 else None,
        data_day=day,
        data_age=age,
        is_old=age > OLD_DAYS,
        year=standing.period if is_yearly else "",
        applies=standing.applies,
        category=standing.worst_category,
        bar_label=_("%(value)s so với mục tiêu %(target)s; lúc này cần đạt %(expected)s")
        % {
            "value": percent(standing.value),
            "target": percent(target.value),
            "expected": percent(standing.expected),
        },
        is_estimated=figure.estimated,
    )


def pillars(plan: plans.Plan, rows: Iterable[TargetRow]) -> list[Pillar]:
    """The rows under the plan's objectives; objectives without a row are left out."""
    listed = list(rows)
    found = [
        Pillar(objective.title, [row for row in listed if row.indicator.split(".")[0] == key])
        for key, objective in plan.objectives.items()
    ]
    return [pillar for pillar in found if pillar.rows]


def tasks_here(rows: Sequence[plans.TaskRow], standing: Standing) -> list[TaskHere]:
    """Tasks that are to mend a target, with what came of it."""
    before = plans.shares_before([row.task for row in rows], standing.target.indicator) if rows else {}
    return [TaskHere(row, before.get(row.task.pk), standing.value) for row in rows]


def counts(rows: Iterable[TargetRow], chosen: str, **query: str | int | None) -> list[Count]:
    """How many targets stand how, in the order of the statuses; choosing one twice shows all again."""
    found: dict[str, int] = {}
    for row in rows:
        found[row.status.code] = found.get(row.status.code, 0) + 1
    return [
        Count(
            status_of(status),
            found[status],
            address("operations:overview", **query, status=None if status == chosen else str(status)),
            status == chosen,
        )
        for status in TargetStatus
        if status in found
    ]


def worst(
    status: plans.PlanStatus,
    rows: Sequence[TargetRow],
    *,
    asked: plans.Question,
    children: Sequence[int],
    kept: Kept,
) -> list[Worst]:
    """The targets that slip most against what is needed by now, with the units that miss most.

    Args:
        status: how the plan stands at the unit.
        rows: the same targets as rows, in the same order.
        asked: the question that `status` answers.
        children: the units directly below.
        kept: to carry along in the ways on.
    """
    behind = [(s, r) for s, r in zip(status.standings, rows, strict=True) if s.status in plans.BEHIND and s.applies]
    behind.sort(key=lambda pair: -pair[0].behind / (pair[0].target.value or 1))
    shown = behind[:WORST_SHOWN]
    places = _places(asked, [standing.target.indicator for standing, _row in shown], children, kept)
    return [
        Worst(
            row,
            plans.owner_name(standing.target, status.as_of),
            standing.behind,
            places[row.indicator],
        )
        for standing, row in shown
    ]


def _places(asked: plans.Question, names: Sequence[str], children: Sequence[int], kept: Kept) -> dict[str, list[Place]]:
    """For each indicator the units that miss most, with their shares of all that is missing below."""
    below = plans.statuses(asked, children, names) if names and children else {}
    found: dict[str, list[Place]] = {}
    for name in names:
        own = [one for unit in below.values() for one in unit if one.target.indicator == name]
        missing = [(one.missing, one.figure) for one in own if one.missing > 0]
        total = sum(amount for amount, _figure in missing)
        missing.sort(key=lambda pair: (-pair[0], pair[1].unit_code))
        found[name] = [
            Place(figure.unit_name, _target_url(figure, kept), amount / total)
            for amount, figure in missing[:PLACES_NAMED]
        ]
    return found


def _target_url(figure: indicators.Figure, kept: Kept) -> str:
    """The target's page at the figure's unit; none for records without a certain unit."""
    if figure.unit_id == UNDETERMINED:
        return ""
    return address("operations:target", figure.indicator, unit=figure.unit_code, **kept)


def chart_of(standing: Standing, trend: Sequence[float | None], year: int) -> Chart | None:
    """The trajectory of a target over its year; None where there are not two months to draw."""
    if sum(value is not None for value in trend) < 2:
        return None
    months = [period for period in periods.periods_of_year(year) if period.kind == "month"]
    points = []
    for position, month in enumerate(months):
        expected = plans.expected_value(
            day=month.ends_on,
            year=year,
            baseline=standing.baseline,
            target=standing.target.value,
            interims=plans.interims_of(standing.target),
            operator=standing.target.operator,
        )
        value = trend[position] if position < len(trend) else None
        points.append(Point(_("T%(month)s") % {"month": position + 1}, value, round(expected, 6)))
    title = _("%(target)s, %(unit)s: số lũy kế từng tháng") % {
        "target": standing.target.title,
        "unit": standing.figure.unit_name,
    }
    return trajectory(points, standing.target.value, title=title, words=rule_in_words(standing))


def part_rows(parts: Iterable[plans.Part], kept: Kept) -> list[PartRow]:
    """The breakdown of a target by unit."""
    return [
        PartRow(
            unit_code=part.standing.figure.unit_code,
            unit_name=part.standing.figure.unit_name,
            url=_target_url(part.standing.figure, kept),
            value=part.standing.value,
            numerator=part.standing.figure.numerator,
            denominator=part.standing.figure.denominator,
            missing=whole(part.missing),
            share=part.share,
            status=status_of(part.standing.status),
            is_estimated=part.standing.figure.estimated,
            is_undetermined=part.standing.figure.unit_id == UNDETERMINED,
        )
        for part in parts
    ]


def whole(amount: float) -> int:
    """How many whole ones are missing; a share of a dossier cannot be mended."""
    return math.ceil(amount - 1e-6)


SORT_KEYS = ("name", "value", "numerator", "denominator", "missing")
DOWNWARD = ("numerator", "denominator", "missing")  # the largest first, unless asked otherwise


def sorted_parts(rows: Sequence[PartRow], sort: str) -> list[PartRow]:
    """The rows by a column; a minus turns the column's usual direction round. Missing values come last."""
    key = sort.removeprefix("-")
    downward = (key in DOWNWARD) != sort.startswith("-")
    if key == "name":
        return sorted(rows, key=lambda row: row.unit_code, reverse=downward)
    known = [row for row in rows if getattr(row, key) is not None]
    unknown = [row for row in rows if getattr(row, key) is None]
    by_code = sorted(known, key=lambda row: row.unit_code)
    return sorted(by_code, key=lambda row: getattr(row, key), reverse=downward) + unknown


def sort_columns(url: str, sort: str) -> dict[str, SortColumn]:
    """The headers of the breakdown; the one in use turns the direction round."""
    titles = {
        "name": _("Đơn vị"),
        "value": _("Giá trị"),
        "numerator": _("Tử số"),
        "denominator": _("Mẫu số"),
        "missing": _("Còn thiếu"),
    }
    used = sort.removeprefix("-")
    found = {}
    for key, title in titles.items():
        is_used = key == used
        turned = f"-{key}" if is_used and not sort.startswith("-") else key
        downward = (key in DOWNWARD) != (is_used and sort.startswith("-"))
        direction = ("descending" if downward else "ascending") if is_used else ""
        found[key] = SortColumn(title, f"{url}&sort={turned}", direction)
    return found
