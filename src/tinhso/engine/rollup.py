"""From leaf states to cells: every measure at every unit and period, in every view of territory, then the formulas.

Leaf states are few (units x atoms): this runs in DuckDB whatever engine counted the facts. It reads
    leaf(measure, unit, atom, category, n, amount, members)       see `engine.states`
    engine_measures(measure, kind, large)                         how a measure takes time: see `window_kind`
    engine_closure(view, unit_version, atom, node, share)         what lies above a unit version in each view's tree
    engine_period_atoms(kind, period, atom)                       which atoms each kind takes for each period
    engine_views(view, code), engine_periods(period, starts_on, ends_on)
and leaves `cell(view, indicator, version, unit, period, category, numerator, denominator, excluded, estimated)`.
Numerator and denominator are null where the denominator has no record but its stock has rows: 0 ÷ 0, yet not
without data. With a table engine_dirty(view, unit, period) only these cells are made.
"""

from collections.abc import Collection, Iterator
from typing import Literal

import duckdb
from sqlglot import exp

from tinhso.engine import language, large
from tinhso.engine.catalog import Catalog, Indicator, Measure
from tinhso.engine.language import SetExpression, SetOperation, Value

PRESENT = -1  # number of the operand that counts all rows of the denominator's stocks
WindowKind = Literal["events", "year_to_date", "last", "whole_year"]
UNITLESS = -1
KEY = ("view", "unit", "period")

CELL_COLUMNS = (
    "view VARCHAR, indicator VARCHAR, version INTEGER, unit INTEGER, period VARCHAR, category VARCHAR, "
    "numerator DECIMAL(38, 4), denominator DECIMAL(38, 4), excluded BIGINT, estimated BOOLEAN"
)


def window_kind(measure: Measure) -> WindowKind:
    """How a measure takes time: all events of the period or of the year so far, the state at the period's
    end, or figures given for exactly that year."""
    match measure.dataset.kind:
        case "flow":
            return "year_to_date" if measure.window == "year_to_date" else "events"
        case "external":
            return "whole_year"
        case _:
            return "last"


def roll_up(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    indicators: Collection[Indicator] | None = None,
    *,
    only_dirty: bool = False,
) -> int:
    """Build the `cell` table from the `leaf` table.

    Args:
        connection: with the tables named above.
        catalog: whose measures the leaf states are.
        indicators: None for all.
        only_dirty: only the cells of `engine_dirty`.

    Returns:
        How many cells there are.
    """
    chosen = catalog.indicators if indicators is None else tuple(indicators)
    connection.execute(f"CREATE OR REPLACE TABLE cell ({CELL_COLUMNS})")
    if not chosen:
        return 0
    wanted = sorted({catalog.number(m) for indicator in chosen for m in needed(indicator)})
    merge(connection, wanted, only_dirty=only_dirty)
    large.register_counts(connection, catalog, chosen, only_dirty=only_dirty)
    for indicator in chosen:
        connection.execute(cells_sql(catalog, indicator))
    row = connection.execute("SELECT COUNT(*) FROM cell").fetchone()
    return int(row[0]) if row else 0


def needed(indicator: Indicator) -> list[Measure]:
    """Every measure that an indicator's cells are made of."""
    return [*indicator.measures.values(), *indicator.presences]


def merge(connection: duckdb.DuckDBPyConnection, measures: Collection[int], *, only_dirty: bool) -> None:
    """Merge leaf states over units, then over time, to `period_states`; large sets are merged by `engine.large`.

    Numbers of units placed by share are the shares' parts; the sets of such units go to every part whole, since
    nobody knows which members went where, and both are marked estimated.
    """
    numbers = ", ".join(map(str, measures)) or "NULL"
    places = atoms = cells = loose = ""
    if only_dirty:
        places = "SEMI JOIN engine_dirty AS x ON x.view = c.view AND x.unit = c.node"
        dates = "SELECT a.atom FROM engine_period_atoms AS a SEMI JOIN engine_dirty AS x ON x.period = a.period"
        atoms = f"AND l.atom IN ({dates})"
        cells = "SEMI JOIN engine_dirty AS x ON x.view = s.view AND x.unit = s.unit AND x.period = p.period"
        loose = "SEMI JOIN engine_dirty AS x ON x.period = p.period"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE unit_states AS
        SELECT l.measure, c.view, c.node AS unit, l.atom, l.category, SUM(l.n) AS n,
               SUM(CASE WHEN c.share = 1 THEN l.amount ELSE l.amount * c.share END) AS amount,
               BIT_OR(l.bits) AS bits, BOOL_OR(c.share < 1) AS estimated
        FROM leaf AS l JOIN engine_closure AS c ON c.unit_version = l.unit AND c.atom = l.atom {places}
        WHERE l.measure IN ({numbers}) AND l.bitmap IS NULL {atoms} GROUP BY ALL
        """
    )
    total = "CAST(SUM(s.n) AS BIGINT) AS n, CAST(SUM(s.amount) AS DECIMAL(38, 4)) AS amount, BIT_OR(s.bits) AS bits"
    windows = """
        JOIN engine_measures AS w ON w.measure = s.measure
        JOIN engine_period_atoms AS p ON p.kind = w.kind AND p.atom = s.atom"""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE period_states AS
        SELECT s.measure, s.view, s.unit, p.period, s.category, {total}, BOOL_OR(s.estimated) AS estimated
        FROM unit_states AS s {windows} {cells} GROUP BY ALL
        UNION ALL
        SELECT s.measure, {UNITLESS}, {UNITLESS}, p.period, s.category, {total}, FALSE
        FROM leaf AS s {windows} {loose}
        WHERE s.unit = {UNITLESS} AND s.bitmap IS NULL AND s.measure IN ({numbers}) GROUP BY ALL
        """
    )


def cells_sql(catalog: Catalog, indicator: Indicator) -> str:
    """The statement that evaluates one definition over merged states."""
    operands = list(dict.fromkeys([*_operands(indicator.ratio.numerator), *_operands(indicator.ratio.denominator)]))
    rows = [_operand_rows(catalog, indicator, index, operand) for index, operand in enumerate(operands)]
    rows += [_measure_rows(catalog.number(measure), PRESENT) for measure in indicator.presences]
    below = [index for index, operand in enumerate(operands) if operand in set(_operands(indicator.ratio.denominator))]
    wide = _wide(rows, indicator, operands, below)
    columns = [*KEY, "category", "numerator", "denominator", "estimated"]
    chosen: exp.Query = exp.select(*columns).from_("wide")
    if indicator.text.categories is not None:
        chosen = exp.union(chosen, _smallest_share(), distinct=False)
    query = _with_governing_version(catalog, indicator, chosen.subquery("f")).with_("wide", as_=wide)
    return exp.insert(query, "cell").sql(dialect="duckdb")


Operand = str | SetExpression


def _operands(value: Value) -> Iterator[Operand]:
    """The measured parts of a value: names of numbers, and counted sets."""
    match value:
        case language.Amount(measure):
            yield measure
        case language.Count(members):
            yield members
        case language.Arithmetic(_, left, right):
            yield from _operands(left)
            yield from _operands(right)


def _operand_rows(catalog: Catalog, indicator: Indicator, index: int, operand: Operand) -> exp.Select:
    """(view, unit, period, category, operand, n, amount, estimated) of one operand."""
    if isinstance(operand, str):
        return _measure_rows(catalog.number(indicator.measures[operand]), index)
    number = exp.convert(index).as_("operand")
    no_category = exp.cast(exp.Null(), "varchar").as_("category")
    small = exp.cast(exp.func("BIT_COUNT", exp.column("bits"), dialect="duckdb"), "bigint").as_("size")
    sizes = exp.union(
        exp.select(*KEY, small, "estimated").from_(set_rows(catalog, indicator, operand).subquery("b")),
        exp.select(*KEY, "size", "estimated")
        .from_("large_counts")
        .where(exp.EQ(this=exp.column("expression"), expression=exp.convert(large.expression_key(indicator, operand)))),
        distinct=False,
    )
    query = exp.select(*KEY, no_category, number, exp.column("size").as_("n"), exp.column("size").as_("amount"))
    return query.select("estimated").from_(sizes.subquery("z"))


def _measure_rows(measure: int, index: int) -> exp.Select:
    number = exp.convert(index).as_("operand")
    query = exp.select(*KEY, "category", number, "n", "amount", "estimated").from_("period_states")
    return query.where(f"measure = {measure}")


def set_rows(catalog: Catalog, indicator: Indicator, members: SetExpression) -> exp.Select:
    """(view, unit, period, bits, estimated) of a set expression over bit strings; unitless sets join every unit of
    their period."""
    names = list(dict.fromkeys(language.members_of(members)))
    bound = [name for name in names if not indicator.measures[name].is_unitless]
    numbers = {name: catalog.number(indicator.measures[name]) for name in names}
    own = exp.select(*KEY, *(_bits_of(numbers[name]).as_(name) for name in bound))
    own = own.select("BOOL_OR(estimated) AS estimated").from_("period_states")
    own = own.where(_measure_in(numbers[name] for name in bound)).group_by(*KEY)
    query = exp.select("u.view", "u.unit", "u.period", _bits(members, indicator).as_("bits"), "u.estimated")
    query = query.from_(own.subquery("u"))
    loose = [name for name in names if name not in bound]
    if loose:
        everywhere = exp.select("period", *(_bits_of(numbers[name]).as_(name) for name in loose))
        everywhere = everywhere.from_("period_states").where(_measure_in(numbers[name] for name in loose))
        query = query.join(everywhere.group_by("period").subquery("l"), on="l.period = u.period", join_type="left")
    return query


def _measure_in(numbers: Iterator[int]) -> exp.Expr:
    return exp.In(this=exp.column("measure"), expressions=[exp.convert(number) for number in numbers])


def _bits_of(number: int) -> exp.Expr:
    chosen = exp.Where(this=exp.EQ(this=exp.column("measure"), expression=exp.convert(number)))
    return exp.Filter(this=exp.func("BIT_OR", exp.column("bits"), dialect="duckdb"), expression=chosen)


def _bits(members: SetExpression, indicator: Indicator) -> exp.Expr:
    """A set expression over bit strings, null being the empty set."""
    match members:
        case language.Members(name):
            return exp.column(name, table="l" if indicator.measures[name].is_unitless else "u")
        case SetOperation(operator, left, right):
            first, second = exp.paren(_bits(left, indicator)), exp.paren(_bits(right, indicator))
            if operator == "&":
                return exp.BitwiseAnd(this=first, expression=second)
            if operator == "|":
                either = exp.BitwiseOr(this=first, expression=second)
                return exp.func("COALESCE", either, first.copy(), second.copy())
            less = exp.BitwiseAnd(this=first, expression=exp.paren(exp.BitwiseNot(this=second)))
            return exp.func("COALESCE", less, first.copy())


def _wide(rows: list[exp.Select], indicator: Indicator, operands: list[Operand], below: list[int]) -> exp.Select:
    """One row per unit, period and category whose denominator has a record, or its stock a row (then of nulls)."""
    narrow: exp.Query = rows[0]
    for row in rows[1:]:
        narrow = exp.union(narrow, row, distinct=False)
    amounts = {operand: _picked("amount", index) for index, operand in enumerate(operands)}
    has_records = _counts(below)
    numerator, denominator = (
        exp.Case(ifs=[exp.If(this=has_records.copy(), true=_evaluated(part, amounts))])
        for part in (indicator.ratio.numerator, indicator.ratio.denominator)
    )
    query = exp.select(*KEY, "category", numerator.as_("numerator"), denominator.as_("denominator"))
    query = query.select("COALESCE(BOOL_OR(estimated), FALSE) AS estimated")
    query = query.from_(narrow.subquery("narrow")).where(f"unit <> {UNITLESS}").group_by(*KEY, "category")
    return query.having(_counts([*below, PRESENT]))


def _counts(operands: list[int]) -> exp.GT:
    """Whether any of some operands has a record."""
    own = exp.In(this=exp.column("operand"), expressions=[exp.convert(operand) for operand in operands])
    counted = exp.Filter(this=exp.Sum(this=exp.column("n")), expression=exp.Where(this=own))
    return exp.GT(this=counted, expression=exp.convert(0))


def _picked(column: str, operand: int) -> exp.Expr:
    chosen = exp.Where(this=exp.EQ(this=exp.column("operand"), expression=exp.convert(operand)))
    picked = exp.Filter(this=exp.Max(this=exp.column(column)), expression=chosen)
    return exp.func("COALESCE", picked, exp.convert(0))


def _evaluated(value: Value, amounts: dict[Operand, exp.Expr]) -> exp.Expr:
    match value:
        case language.Amount(measure):
            return amounts[measure].copy()
        case language.Count(members):
            return amounts[members].copy()
        case language.Number(number):
            return exp.convert(number)
        case language.Arithmetic(operator, left, right):
            first, second = exp.paren(_evaluated(left, amounts)), exp.paren(_evaluated(right, amounts))
            operation = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}[operator]
            return operation(this=first, expression=second)


def _smallest_share() -> exp.Query:
    """The category with the smallest share stands for all; ties go to the first name."""
    share = "CASE WHEN denominator = 0 THEN NULL ELSE CAST(numerator AS DOUBLE) / CAST(denominator AS DOUBLE) END"
    ranked = exp.select(
        "*", f"ROW_NUMBER() OVER (PARTITION BY view, unit, period ORDER BY {share} NULLS LAST, category) AS place"
    ).from_("wide")
    no_category = exp.cast(exp.Null(), "varchar").as_("category")
    return (
        exp.select(*KEY, no_category, "numerator", "denominator", "estimated")
        .from_(ranked.subquery("r"))
        .where("place = 1")
    )


def _with_governing_version(catalog: Catalog, indicator: Indicator, figures: exp.Subquery) -> exp.Select:
    """Keep the periods this version governs and add the count of rows it had to leave out."""
    text = indicator.text
    excluded: exp.Expr = exp.cast(exp.Null(), "bigint")
    query = exp.select(
        exp.column("code", table="v"),
        exp.convert(text.id).as_("indicator"),
        exp.convert(text.version).as_("version"),
        "f.unit",
        "f.period",
        "f.category",
        "f.numerator",
        "f.denominator",
    ).from_(figures)
    query = query.join("engine_periods AS p ON p.period = f.period").join("engine_views AS v ON v.view = f.view")
    if text.excluded is not None:
        number = catalog.number(indicator.measures[text.excluded.measure])
        left_out = exp.select(*KEY, "n").from_("period_states").where(f"measure = {number}")
        same = "x.view = f.view AND x.unit = f.unit AND x.period = f.period"
        query = query.join(left_out.subquery("x"), on=same, join_type="left")
        excluded = exp.func("COALESCE", exp.column("n", table="x"), exp.convert(0))
    query = query.select(excluded.as_("excluded"), "f.estimated")
    query = query.where(f"p.ends_on >= CAST('{text.valid.since}' AS DATE)")
    if text.valid.until is not None:
        query = query.where(f"p.ends_on <= CAST('{text.valid.until}' AS DATE)")
    return query
