"""Compiles the measures of one dataset to ONE statement that yields their leaf states.

A leaf state is what a measure is at one unit version and one atom of time: for flows what happened in the
atom, for stocks what stood at its end. Everything above (units, periods) is merged from leaf states, so the
facts are read once. Columns of every statement:

    measure INTEGER, unit INTEGER (unit version, -1 when records carry none), atom INTEGER,
    category VARCHAR, word INTEGER, n BIGINT, amount DECIMAL(38, 4), bits BIGINT

Counted and summed measures have `n` records and an `amount`; distinct ones have, per 32-member word of their
dictionary, the members as `bits` (32 bits in a BIGINT, the same on every SQL engine; ADR 0005).

The statement reads, besides the dataset's own relation `f`:
    engine_days(day, atom)                           which atom a day lies in, the day after the last included
    engine_members_<entity>(member, word, bit)       dictionaries of distinct measures
    engine_relation_<name>(<column>, first_day, last_day, …, word, bit)   validity datasets as spans
    engine_province(atom, unit)                      the province's unit version, for external figures
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from tinhso.engine import language
from tinhso.engine.catalog import Catalog, Measure, Relation
from tinhso.engine.language import Column, Filter
from tinhso.engine.schema import DatasetSchema

AMOUNT = "DECIMAL(38, 4)"
UNITLESS = -1
FACTS = "f"


@dataclass(frozen=True, slots=True)
class Plan:
    """How the measures of one dataset are computed.

    Attributes:
        dataset: the dataset scanned.
        numbered: its measures with their numbers in the catalog.
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


def plan(catalog: Catalog, dataset: DatasetSchema) -> Plan:
    """Choose the joins for one dataset's measures."""
    numbered = tuple((number, m) for number, m in enumerate(catalog.counted) if m.dataset.name == dataset.name)
    read = {column.relation for _, m in numbered if m.where for column in language.columns_of(m.where)}
    relations = tuple(r for r in catalog.relations.get(dataset.name, ()) if r.name in read)
    through = next((r for r in relations if _carries_dictionary(catalog, r, numbered)), None)
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


def statement(chosen: Plan) -> exp.Query:
    """The leaf statement of one dataset."""
    match chosen.dataset.kind:
        case "flow":
            return _flow(chosen)
        case "external":
            return _external(chosen)
        case _:
            return _stock(chosen)


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


def join_relation(query: exp.Select, relation: Relation, day: exp.Expr) -> exp.Select:
    """Join the version in force on a day; records without one keep nulls."""
    name = relation.name
    same = exp.EQ(this=exp.column(relation.column, table=name), expression=exp.column(relation.column, table=FACTS))
    since = exp.LTE(this=exp.column("first_day", table=name), expression=day.copy())
    until = exp.GTE(this=exp.column("last_day", table=name), expression=day.copy())
    table = exp.to_table(relation_table(relation)).as_(name)
    return query.join(table, on=exp.and_(same, since, until), join_type="left")


def _join_members(query: exp.Select, chosen: Plan, column: str) -> exp.Select:
    table = exp.to_table(members_table(chosen.entity(column))).as_("m")
    same = exp.EQ(this=exp.column("member", table="m"), expression=exp.column(column, table=FACTS))
    return query.join(table, on=same)


def _dictionary(chosen: Plan) -> str:
    """Alias of the relation that carries word and bit."""
    return chosen.through.name if chosen.through else "m"


def _filtered(aggregate: exp.Expr, measure: Measure) -> exp.Expr:
    if measure.where is None:
        return aggregate
    return exp.Filter(this=aggregate, expression=exp.Where(this=condition_sql(measure.where)))


def _aggregates(number: int, measure: Measure, dictionary: str) -> list[exp.Expr]:
    """The state columns of one measure inside a GROUP BY."""
    if measure.aggregate == "distinct":
        bits = exp.func("BIT_OR", exp.column("bit", table=dictionary), dialect="duckdb")
        return [_filtered(bits, measure).as_(f"b{number}")]
    if measure.aggregate == "count":
        return [_filtered(exp.Count(this=exp.Star()), measure).as_(f"n{number}")]
    counted = exp.Count(this=exp.column(str(measure.of), table=FACTS))
    total = exp.Sum(this=exp.column(str(measure.of), table=FACTS))
    return [_filtered(counted, measure).as_(f"n{number}"), _filtered(total, measure).as_(f"s{number}")]


def _amount(total: exp.Expr) -> exp.Expr:
    return exp.cast(total, AMOUNT, dialect="duckdb")


def _row(
    number: int,
    *,
    category: exp.Expr | None = None,
    word: exp.Expr | None = None,
    n: exp.Expr | None = None,
    amount: exp.Expr | None = None,
    bits: exp.Expr | None = None,
) -> list[exp.Expr]:
    """The output columns of a leaf statement for one measure."""
    return [
        exp.cast(exp.convert(number), "int").as_("measure"),
        exp.column("unit"),
        exp.column("atom"),
        exp.cast(category or exp.Null(), "varchar").as_("category"),
        exp.cast(word or exp.Null(), "int").as_("word"),
        exp.cast(n or exp.Null(), "bigint").as_("n"),
        exp.cast(amount or exp.Null(), AMOUNT, dialect="duckdb").as_("amount"),
        exp.cast(bits or exp.Null(), "bigint").as_("bits"),
    ]


def _unpivoted(chosen: Plan, numbers_from: str, sets_from: dict[str, str]) -> exp.Query:
    """One branch per measure over the grouped states."""
    branches: list[exp.Select] = []
    for number, measure in chosen.numbered:
        if measure.aggregate == "distinct":
            bits = exp.column(f"b{number}")
            branch = exp.select(*_row(number, word=exp.column("word"), bits=bits))
            branches.append(
                branch.from_(sets_from[str(measure.of)]).where(exp.NEQ(this=bits, expression=exp.convert(0)))
            )
            continue
        n = exp.Sum(this=exp.column(f"n{number}"))
        total = exp.Sum(this=exp.column(f"{'s' if measure.aggregate == 'sum' else 'n'}{number}"))
        branch = exp.select(*_row(number, n=n, amount=total)).from_(numbers_from).group_by("unit", "atom")
        branches.append(branch.having(exp.GT(this=n.copy(), expression=exp.convert(0))))
    return _union(branches)


def _union(branches: Sequence[exp.Query]) -> exp.Query:
    query = branches[0]
    for branch in branches[1:]:
        query = exp.union(query, branch, distinct=False, copy=False)
    return query


# ---- flows ----------------------------------------------------------------------------------------------


def _flow(chosen: Plan) -> exp.Query:
    """Group events by unit, atom and dictionary word in one scan; counts then add up over the words."""
    columns = chosen.distinct_columns
    groups: dict[str, exp.Select] = {}
    for index, column in enumerate(columns or [""]):
        own = [
            (number, measure)
            for number, measure in chosen.numbered
            if (measure.aggregate == "distinct" and measure.of == column)
            or (measure.aggregate != "distinct" and index == 0)
        ]
        groups[f"grouped{index}"] = _flow_group(chosen, own, column)
    query = _unpivoted(chosen, "grouped0", {column: f"grouped{i}" for i, column in enumerate(columns)})
    for name, group in groups.items():
        query = query.with_(name, as_=group, materialized=True, copy=False)
    return query


def _flow_group(chosen: Plan, own: list[tuple[int, Measure]], column: str) -> exp.Select:
    day = day_of(chosen.dataset)
    group_by = _by_unit(chosen.dataset, exp.column("atom", table="d"))
    selected: list[exp.Expr] = [
        _unit(chosen.dataset).as_("unit"),
        exp.column("atom", table="d").as_("atom"),
    ]
    if column:
        word = exp.column("word", table=_dictionary(chosen))
        selected.append(word.as_("word"))
        group_by.append(word.copy())
    for number, measure in own:
        selected += _aggregates(number, measure, _dictionary(chosen))
    query = exp.select(*selected).from_(exp.to_table(chosen.dataset.name).as_(FACTS))
    same_day = exp.EQ(this=exp.column("day", table="d"), expression=day)
    query = query.join(exp.to_table("engine_days").as_("d"), on=same_day)
    for relation in chosen.relations:
        query = join_relation(query, relation, day)
    if column and chosen.through is None:
        counts_too = any(measure.aggregate != "distinct" for _, measure in own)
        query = _join_members(query, chosen, column)
        if counts_too:  # rows without a member still count
            query.args["joins"][-1].set("side", "LEFT")
    return query.group_by(*group_by)


# ---- stocks ---------------------------------------------------------------------------------------------


def spans(schema: DatasetSchema, columns: Iterable[str]) -> exp.Select:
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
    query = query.from_(exp.to_table(schema.name).as_(FACTS)).join(
        exp.to_table("engine_as_of").as_("e"), join_type="cross"
    )
    return query.where(exp.LTE(this=time.copy(), expression=exp.column("day", table="e")))


def _stock(chosen: Plan) -> exp.Query:
    """Turn spans of days into first and last atom; numbers are cumulated differences, sets are spread out."""
    schema = chosen.dataset
    read = [str(m.of) for _, m in chosen.numbered if m.of]
    read += [c.name for _, m in chosen.numbered if m.where for c in language.columns_of(m.where) if c.relation is None]
    ctes: dict[str, exp.Query] = {"spans": spans(schema, read)}
    ctes |= {"bounded": _bounded(read, schema), "held": _held(read, schema)}
    numbers = [(number, m) for number, m in chosen.numbered if m.aggregate != "distinct"]
    if numbers:
        ctes["changes"] = _union(
            [_changes(chosen, numbers, "first_atom", 1), _changes(chosen, numbers, "end_atom", -1)]
        )
        ctes["levels"] = _levels(numbers)
    sets = {}
    for index, column in enumerate(chosen.distinct_columns):
        sets[column] = f"sets{index}"
        ctes[sets[column]] = _stock_sets(chosen, column)
    query = _unpivoted(chosen, "levels", sets)
    for name, cte in ctes.items():
        query = query.with_(name, as_=cte, materialized=name in ("held", "levels"), copy=False)
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


def _held(columns: Iterable[str], schema: DatasetSchema) -> exp.Select:
    """Spans as atoms: the states at the ends of atoms first_atom … end_atom - 1."""
    kept = [exp.column(column, table="s") for column in dict.fromkeys([*schema.entity_key, *columns])]
    unit = [exp.column("_unit", table="s")] if schema.unit else []
    first, end = exp.column("atom", table="a").as_("first_atom"), exp.column("atom", table="b").as_("end_atom")
    query = exp.select(*kept, *unit, first, end).from_(exp.to_table("bounded").as_("s"))
    for alias, bound in (("a", "begins"), ("b", "ends")):
        same_day = exp.EQ(this=exp.column("day", table=alias), expression=exp.column(bound, table="s"))
        query = query.join(exp.to_table("engine_days").as_(alias), on=same_day)
    return query.where(exp.LT(this=exp.column("begins", table="s"), expression=exp.column("ends", table="s")))


def _changes(chosen: Plan, numbers: list[tuple[int, Measure]], atom: str, sign: int) -> exp.Select:
    """What begins (or ceases) to stand at each atom."""
    selected: list[exp.Expr] = [
        _unit(chosen.dataset).as_("unit"),
        exp.column(atom, table=FACTS).as_("atom"),
    ]
    for number, measure in numbers:
        for aggregate in _aggregates(number, measure, "m"):
            value = aggregate.this if sign > 0 else exp.Neg(this=aggregate.this)
            selected.append(value.as_(aggregate.alias))
    query = exp.select(*selected).from_(exp.to_table("held").as_(FACTS))
    return query.group_by(*_by_unit(chosen.dataset, exp.column(atom, table=FACTS)))


def _levels(numbers: list[tuple[int, Measure]]) -> exp.Select:
    """Cumulate the changes of every unit over all atoms."""
    names = [
        name
        for number, m in numbers
        for name in ([f"n{number}", f"s{number}"] if m.aggregate == "sum" else [f"n{number}"])
    ]
    grid = (
        exp.select("u.unit", "t.atom")
        .from_(exp.select("unit").distinct().from_("changes").subquery("u"))
        .join(exp.select("atom").distinct().from_("engine_atoms").subquery("t"), join_type="cross")
    )
    summed = exp.select("unit", "atom", *(exp.Sum(this=exp.column(name)).as_(name) for name in names))
    summed = summed.from_("changes").group_by("unit", "atom")
    running = [
        exp.Window(
            this=exp.Sum(this=exp.func("COALESCE", exp.column(name, table="c"), exp.convert(0))),
            partition_by=[exp.column("unit", table="g")],
            order=exp.Order(expressions=[exp.Ordered(this=exp.column("atom", table="g"))]),
        ).as_(name)
        for name in names
    ]
    same = exp.and_("c.unit = g.unit", "c.atom = g.atom")
    return (
        exp.select("g.unit", "g.atom", *running)
        .from_(grid.subquery("g"))
        .join(summed.subquery("c"), on=same, join_type="left")
    )


def _stock_sets(chosen: Plan, column: str) -> exp.Select:
    """The members standing at the end of every atom, by dictionary word."""
    own = [(number, m) for number, m in chosen.numbered if m.aggregate == "distinct" and m.of == column]
    atoms = exp.func(
        "UNNEST",
        exp.func("RANGE", exp.column("first_atom"), exp.column("end_atom"), dialect="duckdb"),
        dialect="duckdb",
    )
    spread = exp.select("*", atoms.as_("atom")).from_("held").subquery(FACTS)
    selected: list[exp.Expr] = [
        _unit(chosen.dataset).as_("unit"),
        exp.cast(exp.column("atom", table=FACTS), "int").as_("atom"),
        exp.column("word", table="m").as_("word"),
    ]
    for number, measure in own:
        selected += _aggregates(number, measure, "m")
    query = _join_members(exp.select(*selected).from_(spread), chosen, column)
    by = _by_unit(chosen.dataset, exp.column("atom", table=FACTS))
    return query.group_by(*by, exp.column("word", table="m"))


# ---- external figures -----------------------------------------------------------------------------------


def _external(chosen: Plan) -> exp.Query:
    """Figures given for whole years, kept at the province and the year's last atom; never merged."""
    year = exp.column(chosen.dataset.time, table=FACTS)
    last_day = exp.func("MAKE_DATE", year, exp.convert(12), exp.convert(31), dialect="duckdb")
    known = exp.func("LEAST", last_day, exp.column("day", table="e"), dialect="duckdb")
    branches: list[exp.Query] = []
    for number, measure in chosen.numbered:
        n = _filtered(exp.Count(this=exp.column(str(measure.of), table=FACTS)), measure)
        total = _filtered(exp.Sum(this=exp.column(str(measure.of), table=FACTS)), measure)
        row = _row(number, category=exp.column(str(measure.category), table=FACTS), n=n, amount=total)
        row[1], row[2] = exp.column("unit", table="p").as_("unit"), exp.column("atom", table="d").as_("atom")
        query = exp.select(*row).from_(exp.to_table(chosen.dataset.name).as_(FACTS))
        query = query.join(exp.to_table("engine_as_of").as_("e"), join_type="cross")
        query = query.join(
            exp.to_table("engine_days").as_("d"),
            on=exp.EQ(this=exp.column("day", table="d"), expression=known.copy()),
        )
        query = query.join(exp.to_table("engine_province").as_("p"), on="p.atom = d.atom")
        not_later = exp.LTE(this=year.copy(), expression=exp.func("YEAR", exp.column("day", table="e")))
        branches.append(
            query.where(not_later).group_by("p.unit", "d.atom", exp.column(str(measure.category), table=FACTS))
        )
    return _union(branches)


def sql(query: exp.Expr, dialect: str = "duckdb") -> str:
    """The statement's text for an engine."""
    return query.sql(dialect=dialect, pretty=True)
