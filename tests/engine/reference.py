"""A slow, obvious measure engine: plain Python over rows, one cell at a time.

It shares nothing with the compiler but the parsed definitions, and serves as its oracle.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tinhso.engine import language
from tinhso.engine.catalog import Catalog, Indicator, Measure
from tinhso.engine.periods import Period

Row = dict[str, Any]
Cells = dict[tuple[str, int, str, str | None], tuple[Decimal, Decimal] | None]
DIGITS = Decimal("0.0001")  # of amounts, in which the shares of units are rounded


@dataclass(frozen=True)
class Tree:
    """unit of each version, and (descendant, ancestor, first day, last day)."""

    unit_of: Mapping[int, int]
    closure: list[tuple[int, int, dt.date, dt.date]]
    province: int

    def covers(self, ancestor: int, version: int | None, day: dt.date) -> bool:
        unit = self.unit_of.get(version) if version is not None else None
        return any(d == unit and a == ancestor and first <= day <= last for d, a, first, last in self.closure)

    def share(self, ancestor: int, version: int | None, day: dt.date) -> Decimal:
        """Which part of a record lies in a unit."""
        return Decimal(self.covers(ancestor, version, day))

    @property
    def units(self) -> set[int]:
        return {ancestor for _d, ancestor, _f, _l in self.closure}


@dataclass(frozen=True)
class Placed(Tree):
    """Records placed in the tree of one day: all that the province counted on their own day, and no others.

    Attributes:
        placement: by unit, its nodes in that tree and the shares of it that lie there.
        above: (node, ancestor) of that tree, every node above itself.
    """

    placement: Mapping[int, Mapping[int, Decimal]]
    above: frozenset[tuple[int, int]]

    def covers(self, ancestor: int, version: int | None, day: dt.date) -> bool:
        return self.share(ancestor, version, day) > 0

    def share(self, ancestor: int, version: int | None, day: dt.date) -> Decimal:
        if version is None or not Tree.covers(self, self.province, version, day):
            return Decimal(0)
        nodes = self.placement[self.unit_of[version]].items()
        return sum((share for node, share in nodes if (node, ancestor) in self.above), Decimal(0))

    @property
    def units(self) -> set[int]:
        return {ancestor for _node, ancestor in self.above}


@dataclass(frozen=True)
class Data:
    catalog: Catalog
    rows: Mapping[str, list[Row]]
    tree: Tree
    as_of: dt.date


def cells(data: Data, periods: Iterable[Period]) -> Cells:
    """Every cell whose denominator has a record, in no period that begins after the evaluation date.

    None where the denominator has none, but its stock has rows.
    """
    found: Cells = {}
    for period in (one for one in periods if one.starts_on <= data.as_of):
        for indicator in (one for one in data.catalog.indicators if one.governs(period.ends_on)):
            if indicator.text.categories:
                found |= _by_category(data, indicator, period)
                continue
            for unit in data.tree.units:
                numerator, _records = _value(data, indicator, indicator.ratio.numerator, unit, period)
                denominator, records = _value(data, indicator, indicator.ratio.denominator, unit, period)
                if records:
                    found[indicator.id, unit, period.code, None] = numerator, denominator
                elif _has_rows(data, indicator, unit, period):
                    found[indicator.id, unit, period.code, None] = None
    return found


def _has_rows(data: Data, indicator: Indicator, unit: int, period: Period) -> bool:
    end = min(period.ends_on, data.as_of)
    below = [*language.amounts_of(indicator.ratio.denominator)]
    for members in language.sets_of(indicator.ratio.denominator):
        below += language.members_of(members)
    schemas = [indicator.measures[name].dataset for name in below]
    return any(
        data.tree.covers(unit, row["_unit"], end)
        for schema in schemas
        if schema.kind in ("stock", "validity")
        for row in _states(data, schema, end)
    )


def _by_category(data: Data, indicator: Indicator, period: Period) -> Cells:
    if not period.is_whole_year:
        return {}
    found: Cells = {}
    measure = next(iter(indicator.measures.values()))
    by = str(measure.category)
    rows = [row for row in data.rows[measure.dataset.name] if row[measure.dataset.time] == period.starts_on.year]
    for category in sorted({row[by] for row in rows}):
        own = [row for row in rows if row[by] == category]
        sums = {}
        for name, one in indicator.measures.items():
            sums[name] = sum((Decimal(row[one.of]) for row in own if _holds(one.where, row, data, None)), Decimal(0))
        found[indicator.id, data.tree.province, period.code, category] = (
            _arithmetic(indicator.ratio.numerator, sums),
            _arithmetic(indicator.ratio.denominator, sums),
        )
    if found:

        def share(item):
            (_i, _u, _p, category), (numerator, denominator) = item
            return (denominator == 0, float(numerator / denominator) if denominator else 0.0, category)

        (indicator_id, unit, code, _category), worst = min(found.items(), key=share)
        found[indicator_id, unit, code, None] = worst
    return found


def _arithmetic(value: language.Value, sums: Mapping[str, Decimal]) -> Decimal:
    match value:
        case language.Amount(name):
            return sums[name]
        case language.Number(number):
            return Decimal(str(number))
        case language.Arithmetic(operator, left, right):
            first, second = _arithmetic(left, sums), _arithmetic(right, sums)
            return {"+": first + second, "-": first - second, "*": first * second}[operator]
    raise AssertionError(value)


def _value(data: Data, indicator: Indicator, value: language.Value, unit: int, period: Period) -> tuple[Decimal, int]:
    """The value and how many records went into it."""
    match value:
        case language.Number(number):
            return Decimal(str(number)), 0
        case language.Count(members):
            size = len(_members(data, indicator, members, unit, period))
            return Decimal(size), size
        case language.Amount(name):
            measure = indicator.measures[name]
            rows = list(_rows(data, measure, unit, period))
            if measure.aggregate == "count":
                return _whole(share for _row, share in rows), len(rows)
            valued = [Decimal(row[measure.of]) * share for row, share in rows if row[measure.of] is not None]
            return _whole(valued), len(valued)
        case language.Arithmetic(operator, left, right):
            first, one = _value(data, indicator, left, unit, period)
            second, other = _value(data, indicator, right, unit, period)
            return {"+": first + second, "-": first - second, "*": first * second}[operator], one + other
    raise AssertionError(value)


def _whole(parts: Iterable[Decimal]) -> Decimal:
    return sum(parts, Decimal(0)).quantize(DIGITS, ROUND_HALF_UP)


def _members(data: Data, indicator: Indicator, members: Any, unit: int, period: Period) -> set[Any]:
    match members:
        case language.Members(name):
            measure = indicator.measures[name]
            rows = _rows(data, measure, unit, period)
            return {row[measure.of] for row, _share in rows if row[measure.of] is not None}
        case language.SetOperation(operator, left, right):
            first = _members(data, indicator, left, unit, period)
            second = _members(data, indicator, right, unit, period)
            return {"&": first & second, "|": first | second, "-": first - second}[operator]
    raise AssertionError(members)


def _rows(data: Data, measure: Measure, unit: int, period: Period) -> Iterator[tuple[Row, Decimal]]:
    """The rows a measure counts at a unit and period, and which part of each lies there."""
    schema = measure.dataset
    if schema.kind == "flow":
        since = period.year_starts_on if measure.window == "year_to_date" else period.starts_on
        for row in data.rows[schema.name]:
            day = _day(row[schema.time])
            if day is None or not since <= day <= min(period.ends_on, data.as_of):
                continue
            share = data.tree.share(unit, row["_unit"], day) if schema.unit else Decimal(1)
            if share and _holds(measure.where, row, data, day):
                yield row, share
        return
    end = min(period.ends_on, data.as_of)
    for row in _states(data, schema, end):
        share = data.tree.share(unit, row["_unit"], end)
        if share and _holds(measure.where, row, data, end):
            yield row, share


def _states(data: Data, schema: Any, end: dt.date) -> Iterator[Row]:
    """The latest row of every key at a day, unless it has ended."""
    latest: dict[Any, Row] = {}
    for row in data.rows[schema.name]:
        if row[schema.time] <= end:
            key = tuple(row[column] for column in schema.entity_key)
            if key not in latest or latest[key][schema.time] <= row[schema.time]:
                latest[key] = row
    for row in latest.values():
        if schema.ends is None or row[schema.ends] is None or row[schema.ends] >= end:
            yield row


def _holds(condition: language.Filter | None, row: Row, data: Data, day: dt.date | None) -> bool:
    return condition is None or _truth(condition, row, data, day) is True


def _truth(condition: language.Filter, row: Row, data: Data, day: dt.date | None) -> bool | None:
    """Three-valued: None where a missing value decides."""
    match condition:
        case language.Truth(column):
            return _cell(column, row, data, day)
        case language.Missing(column, negated):
            return (_cell(column, row, data, day) is None) is not negated
        case language.Compare(column, operator, value):
            cell = _cell(column, row, data, day)
            if cell is None:
                return None
            return {
                "==": cell == value,
                "!=": cell != value,
                "<": cell < value,
                "<=": cell <= value,
                ">": cell > value,
                ">=": cell >= value,
            }[operator]
        case language.OneOf(column, values, negated):
            cell = _cell(column, row, data, day)
            return None if cell is None else (cell in values) is not negated
        case language.Not(part):
            inner = _truth(part, row, data, day)
            return None if inner is None else not inner
        case language.All(parts):
            truths = [_truth(part, row, data, day) for part in parts]
            return False if False in truths else None if None in truths else True
        case language.Any(parts):
            truths = [_truth(part, row, data, day) for part in parts]
            return True if True in truths else None if None in truths else False
    raise AssertionError(condition)


def _cell(column: language.Column, row: Row, data: Data, day: dt.date | None) -> Any:
    if column.relation is None:
        return row[column.name]
    relation = next(r for several in data.catalog.relations.values() for r in several if r.name == column.relation)
    versions = sorted(
        (one for one in data.rows[relation.to.name] if one[relation.column] == row[relation.column]),
        key=lambda one: one[relation.to.time],
    )
    valid = [one for one in versions if one[relation.to.time] <= min(day, data.as_of)]
    if not valid:
        return None
    last = valid[-1][relation.to.ends] if relation.to.ends else None
    return valid[-1][column.name] if last is None or last >= day else None


def _day(value: Any) -> dt.date | None:
    return value.date() if isinstance(value, dt.datetime) else value
