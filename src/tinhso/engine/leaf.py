"""Compiles the measures of one dataset to the statements that count its leaf states.

A leaf state is what a measure is at one unit version and one atom of time: for flows what happened in the
atom, for stocks what stood at its end. Everything above (units, periods) is merged from leaf states, so the
facts are read once. A statement gives one row per unit version and atom (an atom is named by its first day's
number, see `compute.ordinal`) and, per measure, the columns of `Counts`: how many records, their sum, or the set
of positions of its distinct members. It is plain SQL but for the function that collects a set, which every
backend brings (ADR 0019), and reads:

    engine_days(day, atom)                         which atom a day lies in, the day after the last included
    engine_atoms(atom, starts_on, ends_on), engine_as_of(day, first_day), engine_edges(sign)
    engine_members_<entity>(member, position)      dictionaries of distinct measures
    engine_relation_<name>(<column>, first_day, last_day, …, position)   validity datasets as spans
    engine_province(atom, unit)                    the province's unit version, for external figures
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlglot import exp

from tinhso.engine import language
from tinhso.engine.catalog import Catalog, Measure, Relation
from tinhso.engine.language import Column, Filter
from tinhso.engine.schema import DatasetSchema

AMOUNT = "DECIMAL(38, 4)"
UNITLESS = -1
FACTS = "f"
MOST_CONDITIONS = 2  # of sets over one column that are collected together
SMALL_SET = 1 << 16  # members up to which sets are bit strings in DuckDB; larger ones are Roaring bitmaps


@dataclass(frozen=True, slots=True)
class Plan:
    """How measures of one dataset are counted.

    Attributes:
        dataset: the dataset scanned.
        numbered: measures to count with their numbers in the catalog.
        relations: relations that the filters read.
        through: relation that carries the dictionary of the distinct column, so that one join serves both;
            None when the dictionary is joined by itself.
    """

    dataset: DatasetSchema
    numbered: tuple[tuple[int, Measure], ...]
    relations: tuple[Relation, ...]
    through: Relation | None

    @property
    def distinct_columns(self) -> list[str]:
        return list(dict.fromkeys(str(m.of) for _, m in self.numbered if m.aggregate == "distinct"))

    def entity(self, column: str) -> str:
        return next(str(m.entity) for _, m in self.numbered if m.aggregate == "distinct" and m.of == column)

    @property
    def entities(self) -> list[str]:
        return list(dict.fromkeys(self.entity(column) for column in self.distinct_columns))


@dataclass(frozen=True, slots=True)
class CollectSets:
    """How a backend collects sets.

    Attributes:
        collect: from a position, and a number that all positions are below, the aggregate that collects them.
        capacity: length of an entity's dictionary.
    """

    collect: Callable[[exp.Expr, int], exp.Expr]
    capacity: Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Counts:
    """Where a statement's result holds one measure; names of its columns, None where it has none.

    Several sets may stand behind one another in a column, each as long as the dictionary.

    Attributes:
        slices: those whose union is this measure's set; empty where the column is the set.
    """

    measure: int
    records: str | None = None
    amount: str | None = None
    members: str | None = None
    slices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement over a dataset and how to read its result.

    Attributes:
        query: gives `unit`, `atom`, `category` where the figures have one, and the columns of `counts`.
        steps: whether the numbers are what is added (or taken away) at an atom, to be cumulated over atoms.
    """

    query: exp.Select
    counts: tuple[Counts, ...]
    steps: bool = False
    category: bool = False


def plan(catalog: Catalog, dataset: DatasetSchema, only: Iterable[int] | None = None) -> Plan:
    """Choose the joins for one dataset's measures, or for some of them by number."""
    wanted = None if only is None else set(only)
    every = tuple((number, m) for number, m in enumerate(catalog.counted) if m.dataset.name == dataset.name)
    numbered = tuple((number, m) for number, m in every if wanted is None or number in wanted)
    read = {column.relation for _, m in numbered if m.where for column in language.columns_of(m.where)}
    through = next((r for r in catalog.relations.get(dataset.name, ()) if _carries_dictionary(catalog, r, every)), None)
    if not any(m.aggregate == "distinct" for _, m in numbered):
        through = None
    relations = tuple(r for r in catalog.relations.get(dataset.name, ()) if r.name in read)
    return Plan(dataset, numbered, relations, through)


def _carries_dictionary(catalog: Catalog, relation: Relation, numbered: Iterable[tuple[int, Measure]]) -> bool:
    """Whether every member that can be counted is one the relation knows, and no other dataset counts them."""
    distinct = [measure for _, measure in numbered if measure.aggregate == "distinct"]
    entities = {measure.entity for measure in distinct}
    return (
        bool(distinct)
        and all(m.dataset.name == relation.dataset for m in catalog.measures if m.entity in entities)
        and all(m.of == relation.column and m.where is not None and _requires(m.where, relation.name) for m in distinct)
    )


def _requires(condition: Filter, relation: str) -> bool:
    """Whether a filter can hold only for records whose relation was found."""
    match condition:
        case language.All(parts):
            return any(_requires(part, relation) for part in parts)
        case language.Any(parts):
            return all(_requires(part, relation) for part in parts)
        case language.Truth(column) | language.Compare(column, _, _) | language.OneOf(column, _, False):
            return column.relation == relation
        case _:
            return False


def statements(chosen: Plan, collect: CollectSets, source: exp.Expr | None = None) -> list[Statement]:
    """The statements that count a plan's measures; one for flows, so that facts are scanned once.

    Args:
        chosen: the plan.
        collect: how the backend collects sets.
        source: what to read instead of the dataset's own relation: some of its rows.
    """
    facts = source or exp.to_table(chosen.dataset.name)
    match chosen.dataset.kind:
        case "flow":
            return [_flow(chosen, collect, facts)]
        case "external":
            return _external(chosen, facts)
        case _:
            return _stock(chosen, collect, facts)


# ---- filters --------------------------------------------------------------------------------------------


def condition_sql(condition: Filter, facts: str = FACTS) -> exp.Expr:
    """A filter as SQL over the facts' alias and the relations' names."""
    match condition:
        case language.Truth(column):
            return _column(column, facts)
        case language.Compare(column, operator, value):
            comparison = _COMPARISONS[operator]
            return comparison(this=_column(column, facts), expression=exp.convert(value))
        case language.OneOf(column, values, negated):
            found = exp.In(this=_column(column, facts), expressions=[exp.convert(value) for value in values])
            return exp.not_(found) if negated else found
        case language.Missing(column, negated):
            missing = exp.Is(this=_column(column, facts), expression=exp.Null())
            return exp.not_(missing) if negated else missing
        case language.Not(part):
            return exp.not_(condition_sql(part, facts))
        case language.All(parts):
            return exp.and_(*(condition_sql(part, facts) for part in parts))
        case language.Any(parts):
            return exp.or_(*(condition_sql(part, facts) for part in parts))


_COMPARISONS: dict[str, type[exp.Binary]] = {
    "==": exp.EQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}


def _column(column: Column, facts: str) -> exp.Column:
    return exp.column(column.name, table=column.relation or facts)


# ---- pieces ---------------------------------------------------------------------------------------------


def relation_table(relation: Relation) -> str:
    return f"engine_relation_{relation.name}"


def members_table(entity: str) -> str:
    return "engine_members_" + entity.replace(".", "__")


def day_of(schema: DatasetSchema) -> exp.Expr:
    """The local calendar day of a record."""
    time = exp.column(schema.time, table=FACTS)
    return exp.cast(time, "date") if schema.columns[schema.time].type == "timestamp" else time


def _unit(schema: DatasetSchema) -> exp.Expr:
    return exp.column("_unit", table=FACTS) if schema.unit else exp.convert(UNITLESS)


def _by_unit(schema: DatasetSchema, atom: exp.Expr) -> list[exp.Expr]:
    """What to group by; expressions, since a dataset may have a column called `unit` itself."""
    return [exp.column("_unit", table=FACTS), atom] if schema.unit else [atom]


def _facts(facts: exp.Expr) -> exp.Expr:
    """What is read, under the alias by which its columns are named."""
    return facts.subquery(FACTS) if isinstance(facts, exp.Select) else facts.copy().as_(FACTS)


def join_relation(query: exp.Select, relation: Relation, day: exp.Expr) -> exp.Select:
    """Join the version in force on a day; records without one keep nulls."""
    name = relation.name
    same = exp.EQ(this=exp.column(relation.column, table=name), expression=exp.column(relation.column, table=FACTS))
    since = exp.LTE(this=exp.column("first_day", table=name), expression=day.copy())
    until = exp.GTE(this=exp.column("last_day", table=name), expression=day.copy())
    table = exp.to_table(relation_table(relation)).as_(name)
    return query.join(table, on=exp.and_(same, since, until), join_type="left")


def _join_members(query: exp.Select, chosen: Plan) -> exp.Select:
    """Join the dictionaries of the distinct columns, which know every member there is; rows without one still count."""
    if chosen.through is not None:
        return query
    for index, column in enumerate(chosen.distinct_columns):
        alias = f"m{index}"
        table = exp.to_table(members_table(chosen.entity(column))).as_(alias)
        same = exp.EQ(this=exp.column("member", table=alias), expression=exp.column(column, table=FACTS))
        query = query.join(table, on=same, join_type="" if chosen.dataset.columns[column].required else "left")
    return query


def _position(chosen: Plan, column: str) -> exp.Expr:
    """The position of a record's member in its dictionary; null without one."""
    alias = chosen.through.name if chosen.through else f"m{chosen.distinct_columns.index(column)}"
    return exp.column("position", table=alias)


def _filtered(aggregate: exp.Expr, measure: Measure) -> exp.Expr:
    if measure.where is None:
        return aggregate
    return exp.Filter(this=aggregate, expression=exp.Where(this=condition_sql(measure.where)))


def _sets(
    chosen: Plan, sets: Iterable[tuple[int, Measure]], collect: CollectSets
) -> tuple[list[Counts], list[exp.Expr]]:
    """The members of distinct measures inside a GROUP BY; those of one column are collected together where they fit."""
    counts: list[Counts] = []
    columns: list[exp.Expr] = []
    by_column: dict[str, list[tuple[int, Measure]]] = {}
    for number, measure in sets:
        by_column.setdefault(str(measure.of), []).append((number, measure))
    for column, own in by_column.items():
        capacity = collect.capacity(chosen.entity(column))
        conditions = list(dict.fromkeys(m.where for _number, m in own if m.where is not None))
        if len(own) > 1 and _fit(capacity, len(conditions)):
            found, together = _sets_together(chosen, column, own, conditions, collect)
            counts += found
            columns.append(together)
            continue
        for number, measure in own:
            collected = collect.collect(_position(chosen, column), capacity)
            counts.append(Counts(number, members=f"b{number}"))
            columns.append(_filtered(collected, measure).as_(f"b{number}"))
    return counts, columns


def _fit(capacity: int, conditions: int) -> bool:
    """Whether sets under so many conditions can stand behind one another in one."""
    most = SMALL_SET if capacity <= SMALL_SET else 1 << 31
    return conditions <= MOST_CONDITIONS and capacity << conditions <= most


def _sets_together(
    chosen: Plan, column: str, own: list[tuple[int, Measure]], conditions: list[Filter], collect: CollectSets
) -> tuple[list[Counts], exp.Expr]:
    """Several sets of one column by one aggregate: a slice for each way in which conditions may hold or not."""
    capacity = collect.capacity(chosen.entity(column))
    position = _position(chosen, column)
    for bit, condition in enumerate(conditions):
        holds = exp.If(this=condition_sql(condition), true=exp.convert(capacity << bit))
        shift = exp.Case(ifs=[holds], default=exp.convert(0))
        position = exp.Add(this=position, expression=shift)
    ways = range(1 << len(conditions))
    name = "b" + "_".join(str(number) for number, _measure in own)
    counts = [
        Counts(
            number,
            members=name,
            slices=tuple(way for way in ways if m.where is None or way >> conditions.index(m.where) & 1),
        )
        for number, m in own
    ]
    return counts, collect.collect(position, capacity << len(conditions)).as_(name)


def _numbers(number: int, measure: Measure, sign: exp.Expr | None = None) -> tuple[Counts, list[exp.Expr]]:
    """Records and sum of one measure inside a GROUP BY; with a sign, as what is added or taken away."""
    schema = measure.dataset
    if measure.aggregate == "count":
        if measure.where is not None and not sign:  # quicker in DuckDB than COUNT(*) FILTER
            counted: exp.Expr = exp.CountIf(this=condition_sql(measure.where))
        else:
            counted = _filtered(exp.Sum(this=sign.copy()) if sign else exp.Count(this=exp.Star()), measure)
        return Counts(number, f"n{number}", f"n{number}"), [counted.as_(f"n{number}")]
    value = exp.column(str(measure.of), table=FACTS)
    is_always_there = schema.columns[str(measure.of)].required
    has_value = exp.not_(exp.Is(this=value.copy(), expression=exp.Null()))
    one = exp.Case(ifs=[exp.If(this=has_value, true=sign.copy())]) if sign else value.copy()
    counted = exp.Sum(this=one) if sign else exp.Count(this=exp.Star() if is_always_there else one)
    total = exp.Sum(this=exp.Mul(this=value.copy(), expression=sign.copy()) if sign else value.copy())
    columns = [_filtered(counted, measure).as_(f"n{number}"), _filtered(total, measure).as_(f"s{number}")]
    return Counts(number, f"n{number}", f"s{number}"), columns


# ---- flows ----------------------------------------------------------------------------------------------


def _flow(chosen: Plan, collect: CollectSets, facts: exp.Expr) -> Statement:
    """Group events by unit and atom in one scan."""
    day = day_of(chosen.dataset)
    atom = exp.column("atom", table="d")
    selected: list[exp.Expr] = [_unit(chosen.dataset).as_("unit"), atom.as_("atom")]
    distinct = [(number, measure) for number, measure in chosen.numbered if measure.aggregate == "distinct"]
    counts, columns = _sets(chosen, distinct, collect)
    selected += columns
    for number, measure in chosen.numbered:
        if measure.aggregate != "distinct":
            count, columns = _numbers(number, measure)
            counts.append(count)
            selected += columns
    query = exp.select(*selected).from_(_facts(facts))
    same_day = exp.EQ(this=exp.column("day", table="d"), expression=day)
    query = query.join(exp.to_table("engine_days").as_("d"), on=same_day)
    for relation in dict.fromkeys([*chosen.relations, *([chosen.through] if chosen.through else [])]):
        query = join_relation(query, relation, day)
    query = _join_members(query, chosen)
    return Statement(query.group_by(*_by_unit(chosen.dataset, atom.copy())), tuple(counts))


# ---- stocks ---------------------------------------------------------------------------------------------


def spans(schema: DatasetSchema, columns: Iterable[str], facts: exp.Expr | None = None) -> exp.Select:
    """The rows of a stock or validity dataset with the days they hold: first_day to last_day, open if null.

    A row holds from its own day until the day before the next row of the same entity, or its last day.
    Rows later than the evaluation date (`engine_as_of.day`) are not there yet.
    """
    time = exp.column(schema.time, table=FACTS)
    following = exp.Window(
        this=exp.func("LEAD", time.copy()),
        partition_by=[exp.column(column, table=FACTS) for column in schema.entity_key],
        order=exp.Order(expressions=[exp.Ordered(this=time.copy())]),
    )
    before_next = exp.Sub(this=following, expression=exp.convert(1))
    last = (
        exp.func("LEAST", before_next, exp.column(schema.ends, table=FACTS), dialect="duckdb")
        if schema.ends
        else before_next
    )
    kept = dict.fromkeys([*schema.entity_key, *columns])
    selected = [exp.column(column, table=FACTS) for column in kept]
    unit = [exp.column("_unit", table=FACTS)] if schema.unit else []
    query = exp.select(*selected, *unit, time.as_("first_day"), last.as_("last_day"))
    query = query.from_(_facts(facts or exp.to_table(schema.name))).join(
        exp.to_table("engine_as_of").as_("e"), join_type="cross"
    )
    return query.where(exp.LTE(this=time.copy(), expression=exp.column("day", table="e")))


def _stock(chosen: Plan, collect: CollectSets, facts: exp.Expr) -> list[Statement]:
    """Turn spans of days into first and last atom: numbers as steps up and down, sets spread over their atoms."""
    numbers = [(number, m) for number, m in chosen.numbered if m.aggregate != "distinct"]
    sets = [(number, m) for number, m in chosen.numbered if m.aggregate == "distinct"]
    found: list[Statement] = []
    if numbers:
        found.append(_steps(chosen, numbers, facts))
    if sets:
        found.append(_standing(chosen, sets, collect, facts))
    return found


def _held(chosen: Plan, measures: Iterable[tuple[int, Measure]], facts: exp.Expr, query: exp.Select) -> exp.Select:
    """Give a query over `held AS f` the spans it reads, as the atoms first_atom … end_atom - 1 at whose ends they hold."""
    schema = chosen.dataset
    read = [str(m.of) for _, m in measures if m.of]
    read += [c.name for _, m in measures if m.where for c in language.columns_of(m.where) if c.relation is None]
    ctes = {"spans": spans(schema, read, facts), "bounded": _bounded(read, schema), "held": _in_atoms(read, schema)}
    for name, cte in ctes.items():
        query = query.with_(name, as_=cte, copy=False)
    return query


def _bounded(columns: Iterable[str], schema: DatasetSchema) -> exp.Select:
    """Spans cut to the days that are computed: they hold on the days from `begins` until before `ends`.

    A step of its own, so that the two look-ups of atoms compare plain columns; planners otherwise multiply every
    span with every pair of days.
    """
    kept = [exp.column(column, table="s") for column in dict.fromkeys([*schema.entity_key, *columns])]
    unit = [exp.column("_unit", table="s")] if schema.unit else []
    earliest = exp.column("first_day", table="e")
    after = exp.Add(this=exp.column("day", table="e"), expression=exp.convert(1))
    begins = exp.func("GREATEST", exp.column("first_day", table="s"), earliest, dialect="duckdb")
    gone = exp.Add(this=exp.column("last_day", table="s"), expression=exp.convert(1))
    ends = exp.func("LEAST", exp.func("COALESCE", gone, after), after.copy(), dialect="duckdb")
    query = exp.select(*kept, *unit, begins.as_("begins"), ends.as_("ends")).from_(exp.to_table("spans").as_("s"))
    return query.join(exp.to_table("engine_as_of").as_("e"), join_type="cross")


def _in_atoms(columns: Iterable[str], schema: DatasetSchema) -> exp.Select:
    """Bounded spans with the atoms in which they begin and end."""
    kept = [exp.column(column, table="s") for column in dict.fromkeys([*schema.entity_key, *columns])]
    unit = [exp.column("_unit", table="s")] if schema.unit else []
    first, end = exp.column("atom", table="a").as_("first_atom"), exp.column("atom", table="b").as_("end_atom")
    query = exp.select(*kept, *unit, first, end).from_(exp.to_table("bounded").as_("s"))
    for alias, bound in (("a", "begins"), ("b", "ends")):
        same_day = exp.EQ(this=exp.column("day", table=alias), expression=exp.column(bound, table="s"))
        query = query.join(exp.to_table("engine_days").as_(alias), on=same_day)
    return query.where(exp.LT(this=exp.column("begins", table="s"), expression=exp.column("ends", table="s")))


def _steps(chosen: Plan, numbers: list[tuple[int, Measure]], facts: exp.Expr) -> Statement:
    """What begins to stand at each atom, less what ceases to."""
    sign = exp.column("sign", table="e")
    begins = exp.EQ(this=sign.copy(), expression=exp.convert(1))
    atom = exp.Case(
        ifs=[exp.If(this=begins, true=exp.column("first_atom", table=FACTS))],
        default=exp.column("end_atom", table=FACTS),
    )
    selected: list[exp.Expr] = [_unit(chosen.dataset).as_("unit"), atom.as_("atom")]
    counts: list[Counts] = []
    for number, measure in numbers:
        count, columns = _numbers(number, measure, sign)
        counts.append(count)
        selected += columns
    query = exp.select(*selected).from_(exp.to_table("held").as_(FACTS))
    query = query.join(exp.to_table("engine_edges").as_("e"), join_type="cross")
    query = query.group_by(*_by_unit(chosen.dataset, atom.copy()))
    return Statement(_held(chosen, numbers, facts, query), tuple(counts), steps=True)


def _standing(chosen: Plan, sets: list[tuple[int, Measure]], collect: CollectSets, facts: exp.Expr) -> Statement:
    """The members standing at the end of every atom."""
    atom = exp.column("atom", table="a")
    selected: list[exp.Expr] = [_unit(chosen.dataset).as_("unit"), atom.as_("atom")]
    counts, columns = _sets(chosen, sets, collect)
    selected += columns
    query = exp.select(*selected).from_(exp.to_table("held").as_(FACTS))
    query = query.join(exp.to_table("engine_atoms").as_("a"), join_type="cross")
    query = _join_members(query, chosen)
    since = exp.GTE(this=atom.copy(), expression=exp.column("first_atom", table=FACTS))
    until = exp.LT(this=atom.copy(), expression=exp.column("end_atom", table=FACTS))
    query = query.where(since, until).group_by(*_by_unit(chosen.dataset, atom.copy()))
    return Statement(_held(chosen, sets, facts, query), tuple(counts))


# ---- external figures -----------------------------------------------------------------------------------


def _external(chosen: Plan, facts: exp.Expr) -> list[Statement]:
    """Figures given for whole years, kept at the province and the year's last atom; never merged."""
    by_category: dict[str, list[tuple[int, Measure]]] = {}
    for number, measure in chosen.numbered:
        by_category.setdefault(str(measure.category), []).append((number, measure))
    return [_yearly(chosen, category, measures, facts) for category, measures in by_category.items()]


def _yearly(chosen: Plan, category: str, measures: list[tuple[int, Measure]], facts: exp.Expr) -> Statement:
    year = exp.column(chosen.dataset.time, table=FACTS)
    last_day = exp.func("MAKE_DATE", year, exp.convert(12), exp.convert(31), dialect="duckdb")
    known = exp.func("LEAST", last_day, exp.column("day", table="e"), dialect="duckdb")
    unit, atom = exp.column("unit", table="p"), exp.column("atom", table="d")
    named = exp.column(category, table=FACTS)
    selected: list[exp.Expr] = [unit.as_("unit"), atom.as_("atom"), named.as_("category")]
    counts: list[Counts] = []
    for number, measure in measures:
        count, columns = _numbers(number, measure)
        counts.append(count)
        selected += columns
    query = exp.select(*selected).from_(_facts(facts))
    query = query.join(exp.to_table("engine_as_of").as_("e"), join_type="cross")
    same_day = exp.EQ(this=exp.column("day", table="d"), expression=known)
    query = query.join(exp.to_table("engine_days").as_("d"), on=same_day)
    query = query.join(exp.to_table("engine_province").as_("p"), on="p.atom = d.atom")
    not_later = exp.LTE(this=year.copy(), expression=exp.func("YEAR", exp.column("day", table="e")))
    query = query.where(not_later).group_by(unit.copy(), atom.copy(), named.copy())
    return Statement(query, tuple(counts), category=True)


def sql(query: exp.Expr, dialect: str = "duckdb") -> str:
    """The statement's text for an engine."""
    return query.sql(dialect=dialect, pretty=True)
