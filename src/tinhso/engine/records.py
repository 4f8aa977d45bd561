"""The records behind a figure: the same definitions, read the other way, from a cell down to its rows.

Uses the tables of `compute.prepare` and, in addition, `engine_below(unit_version, first_day, last_day)`: the
unit versions under the chosen unit and the days on which they were. The evaluation day is the period's last
day (or the evaluation date, if earlier), so that stocks show the state the figure was taken from.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
from sqlglot import exp

from tinhso.engine import compute, language, leaf
from tinhso.engine.catalog import Catalog, Indicator, Measure
from tinhso.engine.compute import Territory
from tinhso.engine.language import SetExpression, SetOperation, Value
from tinhso.engine.periods import Period
from tinhso.engine.schema import DatasetSchema


@dataclass(frozen=True, slots=True)
class Question:
    """Which rows are asked for.

    Attributes:
        side: the value's numerator or denominator.
        unit: unit (identity) of the cell.
        period: period of the cell.
        as_of: evaluation date.
    """

    catalog: Catalog
    indicator: Indicator
    side: Value
    unit: int
    period: Period
    as_of: dt.date

    @property
    def day(self) -> dt.date:
        """The day on which stocks are taken."""
        return min(self.period.ends_on, self.as_of)


def dataset_behind(question: Question) -> DatasetSchema:
    """The dataset whose rows are listed: that of the first measure with a unit."""
    return _listed(question)[0].dataset


def prepare(connection: duckdb.DuckDBPyConnection, question: Question, territory: Territory) -> None:
    """Register the tables that the statement of `rows_sql` reads."""
    time = compute.timeline([question.period], territory, question.day)
    compute.prepare(connection, territory, time)
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE engine_below AS
        SELECT v.unit_version, c.valid_from AS first_day, COALESCE(c.valid_to, DATE '9999-12-31') AS last_day
        FROM engine_versions_in AS v JOIN engine_units_in AS c ON c.descendant = v.unit
        WHERE c.ancestor = ?
        """,
        [question.unit],
    )
    stage = compute.Stage(connection, question.catalog)
    for dataset in {m.dataset.name: m.dataset for m in question.indicator.measures.values()}.values():
        chosen = leaf.plan(question.catalog, dataset)
        stage.prepare_relations(dataclasses.replace(chosen, through=None))


def rows_sql(question: Question) -> exp.Select:
    """All columns of the rows behind one side of a figure, each row once."""
    listed = _listed(question)
    dataset = listed[0].dataset
    query = _rows(question, dataset, [m for m in listed if m.dataset.name == dataset.name])
    expression = next(language.sets_of(question.side), None)
    if isinstance(expression, SetOperation):
        own = exp.column(str(listed[0].of), table=leaf.FACTS)
        query = query.where(exp.In(this=own, query=_members(question, expression).subquery()))
    return query


def _listed(question: Question) -> list[Measure]:
    """The measures of a side whose records lie in units."""
    names = [*language.amounts_of(question.side)]
    for members in language.sets_of(question.side):
        names += list(_bound(members, question.indicator))
    return [question.indicator.measures[name] for name in dict.fromkeys(names)]


def _bound(members: SetExpression, indicator: Indicator) -> Iterator[str]:
    for name in language.members_of(members):
        if not indicator.measures[name].is_unitless:
            yield name


def _members(question: Question, expression: SetExpression) -> exp.Query:
    """The members of a set expression at the unit and period."""
    match expression:
        case language.Members(name):
            measure = question.indicator.measures[name]
            rows = _rows(question, measure.dataset, [measure])
            return rows.select(exp.column(str(measure.of), table=leaf.FACTS).as_("member"), append=False)
        case SetOperation(operator, left, right):
            first, second = _members(question, left), _members(question, right)
            combine = {"&": exp.intersect, "|": exp.union, "-": exp.except_}[operator]
            return combine(first, second, distinct=True)


def _rows(question: Question, dataset: DatasetSchema, measures: list[Measure]) -> exp.Select:
    """Rows of one dataset that any of the measures counts at the unit and period."""
    everything = exp.Column(this=exp.Star(), table=exp.to_identifier(leaf.FACTS))
    wide = exp.select(everything)
    if dataset.kind == "external":
        year = exp.column(dataset.time, table=leaf.FACTS)
        query = wide.from_(exp.to_table(dataset.name).as_(leaf.FACTS))
        return query.where(exp.EQ(this=year, expression=exp.convert(question.period.year)))
    day: exp.Expr
    if dataset.kind == "flow":
        day = leaf.day_of(dataset)
        since = question.period.starts_on
        if any(measure.window == "year_to_date" for measure in measures):
            since = question.period.year_starts_on
        query = wide.from_(exp.to_table(dataset.name).as_(leaf.FACTS))
        query = query.where(_between(day, since, question.day))
        for relation in leaf.plan(question.catalog, dataset).relations:
            query = leaf.join_relation(query, relation, day)
    else:
        day = exp.cast(exp.convert(question.day.isoformat()), "date")
        columns = [*dataset.columns, "_batch", "_file", "_line"]
        query = wide.from_(leaf.spans(dataset, columns).subquery(leaf.FACTS))
        still = exp.func("COALESCE", exp.column("last_day", table=leaf.FACTS), day.copy())
        query = query.where(exp.GTE(this=still, expression=day.copy()))
    conditions = [leaf.condition_sql(m.where) if m.where else exp.true() for m in measures]
    query = query.where(exp.or_(*conditions))
    return _below(query, day) if dataset.unit else query


def _between(day: exp.Expr, first: dt.date, last: dt.date) -> exp.Expr:
    low, high = (exp.cast(exp.convert(value.isoformat()), "date") for value in (first, last))
    return exp.Between(this=day.copy(), low=low, high=high)


def _below(query: exp.Select, day: exp.Expr) -> exp.Select:
    """Keep records of the unit and of every unit under it on the record's day."""
    own = exp.EQ(this=exp.column("unit_version", table="t"), expression=exp.column("_unit", table=leaf.FACTS))
    since = exp.LTE(this=exp.column("first_day", table="t"), expression=day.copy())
    until = exp.GTE(this=exp.column("last_day", table="t"), expression=day.copy())
    below = exp.select(exp.convert(1)).from_("engine_below AS t").where(own, since, until)
    return query.where(exp.Exists(this=below))
