"""From leaf states to cells: every measure at every unit and period, then the definitions' formulas.

Leaf states are few (units x atoms): this runs in DuckDB whatever engine counted the facts. It reads
    leaf(measure, unit, atom, category, word, n, amount, bits)
    engine_closure(unit_version, atom, ancestor)   the unit tree of each atom, every unit above itself included
    engine_windows(measure, kind)                  how a measure takes time: see `window_kind`
    engine_period_atoms(kind, period, atom)        which atoms each kind takes for each period
and leaves `cell(indicator, version, unit, period, category, numerator, denominator, excluded)`. Numerator and
denominator are null where the denominator has no record but its stock has rows: 0 ÷ 0, yet not without data.
"""

from collections.abc import Iterator
from typing import Literal

import duckdb
from sqlglot import exp

from tinhso.engine import language
from tinhso.engine.catalog import Catalog, Indicator, Measure
from tinhso.engine.language import SetExpression, SetOperation, Value

PRESENT = -1  # number of the operand that counts all rows of the denominator's stocks
WindowKind = Literal["events", "year_to_date", "last", "whole_year"]
UNITLESS = -1

_UNIT_STATES = """
CREATE OR REPLACE TEMP TABLE unit_states AS
SELECT l.measure, c.ancestor AS unit, l.atom, l.category, l.word,
       SUM(l.n) AS n, SUM(l.amount) AS amount, BIT_OR(l.bits) AS bits
FROM leaf AS l JOIN engine_closure AS c ON c.unit_version = l.unit AND c.atom = l.atom
GROUP BY ALL
UNION ALL
SELECT measure, unit, atom, category, word, n, amount, bits FROM leaf WHERE unit = -1
"""

_PERIOD_STATES = """
CREATE OR REPLACE TEMP TABLE period_states AS
SELECT s.measure, s.unit, p.period, s.category, s.word,
       CAST(SUM(s.n) AS BIGINT) AS n, CAST(SUM(s.amount) AS DECIMAL(38, 4)) AS amount, BIT_OR(s.bits) AS bits
FROM unit_states AS s
JOIN engine_windows AS w ON w.measure = s.measure
JOIN engine_period_atoms AS p ON p.kind = w.kind AND p.atom = s.atom
GROUP BY ALL
"""

_CELL = """
CREATE OR REPLACE TABLE cell (
    indicator VARCHAR, version INTEGER, unit INTEGER, period VARCHAR, category VARCHAR,
    numerator DECIMAL(38, 4), denominator DECIMAL(38, 4), excluded BIGINT
)
"""


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


def roll_up(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> int:
    """Build the `cell` table from the `leaf` table.

    Returns:
        How many cells there are.
    """
    connection.execute(_UNIT_STATES)
    connection.execute(_PERIOD_STATES)
    connection.execute(_CELL)
    for indicator in catalog.indicators:
        connection.execute(cells_sql(catalog, indicator))
    connection.execute("DROP TABLE unit_states")
    connection.execute("DROP TABLE period_states")
    row = connection.execute("SELECT COUNT(denominator) FROM cell").fetchone()
    return int(row[0]) if row else 0


def cells_sql(catalog: Catalog, indicator: Indicator) -> str:
    """The statement that evaluates one definition over merged states."""
    operands = list(dict.fromkeys([*_operands(indicator.ratio.numerator), *_operands(indicator.ratio.denominator)]))
    rows = [_operand_rows(catalog, indicator, index, operand) for index, operand in enumerate(operands)]
    rows += [_measure_rows(catalog.number(measure), PRESENT) for measure in indicator.presences]
    below = [index for index, operand in enumerate(operands) if operand in set(_operands(indicator.ratio.denominator))]
    wide = _wide(rows, len(operands), indicator, operands, below)
    chosen: exp.Query
    if indicator.text.categories is None:
        chosen = exp.select("unit", "period", "category", "numerator", "denominator").from_("wide")
    else:
        chosen = exp.union(
            exp.select("unit", "period", "category", "numerator", "denominator").from_("wide"),
            _smallest_share(),
            distinct=False,
        )
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
    """(unit, period, category, operand, n, amount) of one operand."""
    if isinstance(operand, str):
        return _measure_rows(catalog.number(indicator.measures[operand]), index)
    number = exp.convert(index).as_("operand")
    words = _words(catalog, indicator, operand).subquery("w")
    size = exp.cast(exp.Sum(this=exp.func("BIT_COUNT", exp.column("bits"), dialect="duckdb")), "bigint")
    no_category = exp.cast(exp.Null(), "varchar").as_("category")
    return (
        exp.select("unit", "period", no_category, number, size.as_("n"), size.copy().as_("amount"))
        .from_(words)
        .group_by("unit", "period")
    )


def _measure_rows(measure: int, index: int) -> exp.Select:
    number = exp.convert(index).as_("operand")
    query = exp.select("unit", "period", "category", number, "n", "amount").from_("period_states")
    return query.where(f"measure = {measure}")


def _words(catalog: Catalog, indicator: Indicator, members: SetExpression) -> exp.Select:
    """(unit, period, word, bits) of a set expression; unitless sets join every unit of their period."""
    names = list(dict.fromkeys(language.members_of(members)))
    bound = [name for name in names if not indicator.measures[name].is_unitless]
    numbers = {name: catalog.number(indicator.measures[name]) for name in names}
    pivoted = exp.select("unit", "period", "word", *(_bits_of(numbers[name]).as_(name) for name in bound))
    pivoted = pivoted.from_("period_states").where(_measure_in(numbers[name] for name in bound))
    query = exp.select("u.unit", "u.period", "u.word", _bits(members, indicator).as_("bits"))
    query = query.from_(pivoted.group_by("unit", "period", "word").subquery("u"))
    loose = [name for name in names if name not in bound]
    if loose:
        everywhere = exp.select("period", "word", *(_bits_of(numbers[name]).as_(name) for name in loose))
        everywhere = everywhere.from_("period_states").where(_measure_in(numbers[name] for name in loose))
        same = exp.and_("l.period = u.period", "l.word = u.word")
        query = query.join(everywhere.group_by("period", "word").subquery("l"), on=same, join_type="left")
    return query


def _measure_in(numbers: Iterator[int]) -> exp.Expr:
    return exp.In(this=exp.column("measure"), expressions=[exp.convert(number) for number in numbers])


def _bits_of(number: int) -> exp.Expr:
    chosen = exp.Where(this=exp.EQ(this=exp.column("measure"), expression=exp.convert(number)))
    return exp.Filter(this=exp.func("BIT_OR", exp.column("bits"), dialect="duckdb"), expression=chosen)


def _bits(members: SetExpression, indicator: Indicator) -> exp.Expr:
    """A set expression over one word."""
    match members:
        case language.Members(name):
            table = "l" if indicator.measures[name].is_unitless else "u"
            return exp.func("COALESCE", exp.column(name, table=table), exp.convert(0))
        case SetOperation(operator, left, right):
            first, second = exp.paren(_bits(left, indicator)), exp.paren(_bits(right, indicator))
            if operator == "&":
                return exp.BitwiseAnd(this=first, expression=second)
            if operator == "|":
                return exp.BitwiseOr(this=first, expression=second)
            both = exp.paren(exp.BitwiseAnd(this=first, expression=second))
            return exp.BitwiseXor(this=first.copy(), expression=both)


def _wide(
    rows: list[exp.Select], count: int, indicator: Indicator, operands: list[Operand], below: list[int]
) -> exp.Select:
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
    query = exp.select("unit", "period", "category", numerator.as_("numerator"), denominator.as_("denominator"))
    query = query.from_(narrow.subquery("narrow")).group_by("unit", "period", "category")
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
        "*", f"ROW_NUMBER() OVER (PARTITION BY unit, period ORDER BY {share} NULLS LAST, category) AS place"
    ).from_("wide")
    no_category = exp.cast(exp.Null(), "varchar").as_("category")
    return (
        exp.select("unit", "period", no_category, "numerator", "denominator")
        .from_(ranked.subquery("r"))
        .where("place = 1")
    )


def _with_governing_version(catalog: Catalog, indicator: Indicator, figures: exp.Subquery) -> exp.Select:
    """Keep the periods this version governs and add the count of rows it had to leave out."""
    text = indicator.text
    excluded: exp.Expr = exp.cast(exp.Null(), "bigint")
    query = exp.select(
        exp.convert(text.id).as_("indicator"),
        exp.convert(text.version).as_("version"),
        "f.unit",
        "f.period",
        "f.category",
        "f.numerator",
        "f.denominator",
    ).from_(figures)
    query = query.join("engine_periods AS p ON p.period = f.period")
    if text.excluded is not None:
        number = catalog.number(indicator.measures[text.excluded.measure])
        left_out = exp.select("unit", "period", "n").from_("period_states").where(f"measure = {number}")
        query = query.join(left_out.subquery("x"), on="x.unit = f.unit AND x.period = f.period", join_type="left")
        excluded = exp.func("COALESCE", exp.column("n", table="x"), exp.convert(0))
    query = query.select(excluded.as_("excluded")).where(f"p.ends_on >= CAST('{text.valid.since}' AS DATE)")
    if text.valid.until is not None:
        query = query.where(f"p.ends_on <= CAST('{text.valid.until}' AS DATE)")
    return query
