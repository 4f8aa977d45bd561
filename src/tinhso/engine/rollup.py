"""From leaf states to cells: every measure at every unit and period, in every view of territory, then the formulas.

Leaf states are few (units x atoms): this runs in DuckDB whatever engine counted the facts, so its statements are
plain DuckDB. It reads
    leaf(measure, unit, atom, category, n, amount, bits, bitmap)  see `engine.states`
    engine_closure(view, unit_version, atom, node, share)         what lies above a unit version in each view's tree
    engine_measures(measure, kind)                                how a measure takes time: see `window_kind`
    engine_period_atoms(kind, period, atom)                       which atoms each kind takes for each period
    engine_views(view, code), engine_periods(period, starts_on, ends_on)
and leaves `cell(view, indicator, version, unit, period, category, numerator, denominator, excluded, estimated)`.
Numerator and denominator are null where the denominator has no record but its stock has rows: 0 ÷ 0, yet not
without data. With a table engine_dirty(view, unit, period) only these cells are made.

On the way measures of one dataset stand side by side, in columns by their number: n records, a amount, b members as
a bit string, e whether shares of split units went in. So units and periods are joined once for all of them.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import duckdb

from tinhso.engine import duck, language, large
from tinhso.engine.catalog import Catalog, Indicator, Measure
from tinhso.engine.language import SetExpression, SetOperation, Value

WindowKind = Literal["events", "year_to_date", "last", "whole_year"]
UNITLESS = -1
KEY = "view, unit, period"

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
    merged = merge(connection, catalog, wanted, only_dirty=only_dirty)
    large.register_counts(connection, catalog, chosen, only_dirty=only_dirty)
    for indicator in chosen:
        connection.execute(f"INSERT INTO cell {_cells(merged, indicator)}")
    return int(duck.one(connection, "SELECT COUNT(*) FROM cell")[0])


def needed(indicator: Indicator) -> list[Measure]:
    """Every measure that an indicator's cells are made of."""
    return [*indicator.measures.values(), *indicator.presences]


# ---- merging ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Merged:
    """Where merged states are: tables `states_<dataset>_<kind>` and, of sets without units, `loose_states`.

    Attributes:
        large: numbers of the measures whose sets `engine.large` merges.
    """

    catalog: Catalog
    large: frozenset[int]

    def number(self, indicator: Indicator, name: str) -> int:
        return self.catalog.number(indicator.measures[name])

    @staticmethod
    def table(measure: Measure) -> str:
        return f"states_{measure.dataset.name}_{window_kind(measure)}"


def merge(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, measures: Collection[int], *, only_dirty: bool
) -> Merged:
    """Merge the leaf states of some measures over units, then over time; large sets are left to `engine.large`.

    Numbers of units placed by share are the shares' parts; the sets of such units go to every part whole, since
    nobody knows which members went where, and both are marked estimated.
    """
    numbers = ", ".join(map(str, measures)) or "NULL"
    rows = connection.execute(f"SELECT DISTINCT measure FROM leaf WHERE bitmap IS NOT NULL AND measure IN ({numbers})")
    merged = Merged(catalog, frozenset(row[0] for row in rows.fetchall()))
    has_shares = duck.one(connection, "SELECT COUNT(*) FROM engine_closure WHERE share < 1")[0] > 0
    by_dataset: dict[str, list[int]] = {}
    for number in measures:
        if not catalog.counted[number].is_unitless:
            by_dataset.setdefault(catalog.counted[number].dataset.name, []).append(number)
    for numbered in by_dataset.values():
        _merge_units(connection, catalog, numbered, has_shares=has_shares, only_dirty=only_dirty)
        by_kind: dict[WindowKind, list[int]] = {}
        for number in numbered:
            by_kind.setdefault(window_kind(catalog.counted[number]), []).append(number)
        for kind, own in by_kind.items():
            _merge_time(connection, catalog, kind, own, has_shares=has_shares, only_dirty=only_dirty)
    connection.execute("DROP TABLE IF EXISTS leaf_now")
    connection.execute("DROP TABLE IF EXISTS units_now")
    dirty = "SEMI JOIN engine_dirty AS x ON x.period = p.period" if only_dirty else ""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE loose_states AS
        SELECT s.measure, p.period, BIT_OR(s.bits) AS bits
        FROM leaf AS s JOIN engine_measures AS w ON w.measure = s.measure
        JOIN engine_period_atoms AS p ON p.kind = w.kind AND p.atom = s.atom {dirty}
        WHERE s.unit = {UNITLESS} AND s.bitmap IS NULL AND s.measure IN ({numbers}) GROUP BY ALL
        """
    )
    return merged


def _merge_units(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    numbers: list[int],
    *,
    has_shares: bool,
    only_dirty: bool,
) -> None:
    """The table `units_now`: measures of one dataset side by side, by node of every view and atom."""
    places = atoms = ""
    if only_dirty:
        places = "SEMI JOIN engine_dirty AS x ON x.view = c.view AND x.unit = c.node"
        dates = "SELECT a.atom FROM engine_period_atoms AS a SEMI JOIN engine_dirty AS x ON x.period = a.period"
        atoms = f"AND atom IN ({dates})"
    picked, summed = [], []
    for number in numbers:
        own = f"FILTER (measure = {number})"
        if catalog.counted[number].aggregate == "distinct":
            picked.append(f"ANY_VALUE(bits) {own} AS b{number}")
            summed.append(f"BIT_OR(l.b{number}) AS b{number}")
            there = f"l.b{number}"
        else:
            picked.append(f"MAX(n) {own} AS n{number}, MAX(amount) {own} AS a{number}")
            part = f"l.a{number}"
            if has_shares:
                part = f"CASE WHEN c.share = 1 THEN l.a{number} ELSE l.a{number} * c.share END"
            summed.append(f"SUM(l.n{number})::BIGINT AS n{number}, SUM({part}) AS a{number}")
            there = f"l.n{number}"
        if has_shares:
            summed.append(f"BOOL_OR(c.share < 1 AND {there} IS NOT NULL) AS e{number}")
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE leaf_now AS
        SELECT unit, atom, category, {", ".join(picked)} FROM leaf
        WHERE measure IN ({", ".join(map(str, numbers))}) AND bitmap IS NULL {atoms} GROUP BY unit, atom, category
        """
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE units_now AS
        SELECT c.view, c.node AS unit, l.atom, l.category, {", ".join(summed)}
        FROM leaf_now AS l JOIN engine_closure AS c ON c.unit_version = l.unit AND c.atom = l.atom {places}
        GROUP BY c.view, c.node, l.atom, l.category
        """
    )


def _merge_time(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    kind: WindowKind,
    numbers: list[int],
    *,
    has_shares: bool,
    only_dirty: bool,
) -> None:
    """From `units_now` the states of every period, for measures that take time alike."""
    summed = []
    for number in numbers:
        if catalog.counted[number].aggregate == "distinct":
            summed.append(f"BIT_OR(s.b{number}) AS b{number}")
        else:
            summed.append(f"SUM(s.n{number})::BIGINT AS n{number}, SUM(s.a{number})::DECIMAL(38, 4) AS a{number}")
        summed.append(f"BOOL_OR(s.e{number}) AS e{number}" if has_shares else f"FALSE AS e{number}")
    cells = "SEMI JOIN engine_dirty AS x ON x.view = s.view AND x.unit = s.unit AND x.period = p.period"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {Merged.table(catalog.counted[numbers[0]])} AS
        SELECT s.view, s.unit, p.period, s.category, {", ".join(summed)}
        FROM units_now AS s JOIN engine_period_atoms AS p ON p.kind = '{kind}' AND p.atom = s.atom
        {cells if only_dirty else ""} GROUP BY s.view, s.unit, p.period, s.category
        """
    )


# ---- evaluating -------------------------------------------------------------------------------------------


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


@dataclass(frozen=True)
class _Source:
    """A relation with some of an indicator's operands by unit and period.

    Attributes:
        columns: what it gives, by name of column: `n0` records and `v0` value of the first operand, `p0` rows of a
            stock, `x` records left out, `e0` marks of estimates.
    """

    relation: str
    columns: Mapping[str, str]


def _cells(merged: Merged, indicator: Indicator) -> str:
    """The statement that evaluates one definition over merged states."""
    ratio, text = indicator.ratio, indicator.text
    operands = list(dict.fromkeys([*_operands(ratio.numerator), *_operands(ratio.denominator)]))
    joined = _joined(_sources(merged, indicator, operands))
    values = {operand: f"COALESCE(v{index}, 0)" for index, operand in enumerate(operands)}
    below = [f"COALESCE(n{operands.index(operand)}, 0)" for operand in dict.fromkeys(_operands(ratio.denominator))]
    records = " + ".join(below) or "0"
    present = " + ".join([records, *(f"COALESCE(p{index}, 0)" for index in range(len(indicator.presences)))])
    excluded = "NULL::BIGINT" if text.excluded is None else "COALESCE(x, 0)"
    numerator, denominator = (_evaluated(part, values) for part in (ratio.numerator, ratio.denominator))
    wide = f"""
        SELECT {KEY}, category, CASE WHEN {records} > 0 THEN {numerator} END AS numerator,
               CASE WHEN {records} > 0 THEN {denominator} END AS denominator, {excluded} AS excluded, estimated
        FROM ({joined}) WHERE {present} > 0"""
    if text.categories is not None:
        wide = f"WITH w AS ({wide}) SELECT * FROM w UNION ALL {_SMALLEST_SHARE}"
    until = f"AND p.ends_on <= DATE '{text.valid.until}'" if text.valid.until is not None else ""
    return f"""
        SELECT v.code, {duck.literal(text.id)}, {text.version}, f.unit, f.period, f.category,
               f.numerator, f.denominator, f.excluded, f.estimated
        FROM ({wide}) AS f JOIN engine_periods AS p ON p.period = f.period JOIN engine_views AS v ON v.view = f.view
        WHERE p.ends_on >= DATE '{text.valid.since}' {until}"""


# the category with the smallest share stands for all; ties go to the first name
_SMALLEST_SHARE = f"""
    SELECT {KEY}, NULL::VARCHAR AS category, numerator, denominator, excluded, estimated FROM w
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY {KEY}
        ORDER BY CASE WHEN denominator = 0 THEN NULL ELSE numerator::DOUBLE / denominator::DOUBLE END NULLS LAST, category
    ) = 1"""


def _sources(merged: Merged, indicator: Indicator, operands: list[Operand]) -> list[_Source]:
    """Where an indicator's operands are: one source for each table, and one for each set that no table holds alone."""
    tables: dict[str, dict[str, str]] = {}
    found: list[_Source] = []
    for index, operand in enumerate(operands):
        if isinstance(operand, str):
            measure, number = indicator.measures[operand], merged.number(indicator, operand)
            own = {f"n{index}": f"n{number}", f"v{index}": f"a{number}", f"e{index}": f"e{number}"}
            tables.setdefault(merged.table(measure), {}).update(own)
            continue
        table, size, estimated = _counted_set(merged, indicator, operand)
        own = {f"n{index}": size, f"v{index}": size, f"e{index}": estimated}
        if table.startswith("states_"):
            tables.setdefault(table, {}).update(own)
        else:
            found.append(_Source(table, own))
    for index, measure in enumerate(indicator.presences):
        tables.setdefault(merged.table(measure), {})[f"p{index}"] = f"n{merged.catalog.number(measure)}"
    if indicator.text.excluded is not None:
        name = indicator.text.excluded.measure
        own = {"x": f"n{merged.number(indicator, name)}"}
        tables.setdefault(merged.table(indicator.measures[name]), {}).update(own)
    return [*(_Source(table, columns) for table, columns in tables.items()), *found]


def _counted_set(merged: Merged, indicator: Indicator, members: SetExpression) -> tuple[str, str, str]:
    """Relation, size and mark of a counted set."""
    names = list(dict.fromkeys(language.members_of(members)))
    if merged.large & {merged.number(indicator, name) for name in names}:
        key = duck.literal(large.expression_key(indicator, members))
        rows = f"(SELECT *, NULL::VARCHAR AS category FROM large_counts WHERE expression = {key})"
        return rows, "size", "estimated"
    tables = {merged.table(indicator.measures[name]) for name in names}
    if len(tables) == 1 and not any(indicator.measures[name].is_unitless for name in names):
        bits = _bits(members, {name: f"b{merged.number(indicator, name)}" for name in names})
        return tables.pop(), f"BIT_COUNT({bits})", _any(f"e{merged.number(indicator, name)}" for name in names)
    rows = set_rows(merged, indicator, members)
    return f"(SELECT *, NULL::VARCHAR AS category FROM ({rows}))", "BIT_COUNT(bits)", "estimated"


def _joined(sources: list[_Source]) -> str:
    """One row per unit, period and category, with the columns of all sources."""
    names = list(dict.fromkeys(name for source in sources for name in source.columns))
    marks = [name for name in names if name.startswith("e")]
    plain = [name for name in names if name not in marks]
    parts = []
    for source in sources:
        given = [f"{source.columns.get(name, 'NULL')} AS {name}" for name in plain]
        own = _any(source.columns[name] for name in marks if name in source.columns)
        parts.append(f"SELECT {KEY}, category, {', '.join(given)}, {own} AS estimated FROM {source.relation}")
    if len(parts) == 1:
        return parts[0]
    merged = ", ".join(f"MAX({name}) AS {name}" for name in plain)
    return f"""SELECT {KEY}, category, {merged}, BOOL_OR(estimated) AS estimated
        FROM ({" UNION ALL ".join(parts)}) GROUP BY {KEY}, category"""


def _any(marks: Iterator[str]) -> str:
    return " OR ".join(f"COALESCE({mark}, FALSE)" for mark in dict.fromkeys(marks)) or "FALSE"


def set_rows(merged: Merged, indicator: Indicator, members: SetExpression) -> str:
    """(view, unit, period, bits, estimated) of a set expression over bit strings, whatever tables hold its sets;
    unitless sets join every unit of their period."""
    names = list(dict.fromkeys(language.members_of(members)))
    bound = [name for name in names if not indicator.measures[name].is_unitless]
    alias = {name: f"c{index}" for index, name in enumerate(names)}  # names of measures may be words of SQL
    number = {name: merged.number(indicator, name) for name in names}
    tables: dict[str, list[str]] = {}
    for name in bound:
        tables.setdefault(merged.table(indicator.measures[name]), []).append(name)
    parts = []
    for table, own in tables.items():
        columns = ", ".join(f"{f'b{number[name]}' if name in own else 'NULL'} AS {alias[name]}" for name in bound)
        mark = _any(f"(e{number[name]} AND b{number[name]} IS NOT NULL)" for name in own)
        parts.append(f"SELECT {KEY}, {columns}, {mark} AS estimated FROM {table}")
    united = ", ".join(f"BIT_OR({alias[name]}) AS {alias[name]}" for name in bound)
    some = " OR ".join(f"{alias[name]} IS NOT NULL" for name in bound)
    query = f"""(SELECT {KEY}, {united}, BOOL_OR(estimated) AS estimated
        FROM ({" UNION ALL ".join(parts)}) WHERE {some} GROUP BY {KEY}) AS u"""
    if loose := [name for name in names if name not in bound]:
        picked = [f"BIT_OR(bits) FILTER (measure = {number[name]}) AS {alias[name]}" for name in loose]
        everywhere = f"SELECT period, {', '.join(picked)} FROM loose_states GROUP BY period"
        query = f"{query} LEFT JOIN ({everywhere}) AS l ON l.period = u.period"
    columns_of = {name: f"{'l' if name in loose else 'u'}.{alias[name]}" for name in names}
    return f"SELECT u.view, u.unit, u.period, {_bits(members, columns_of)} AS bits, u.estimated FROM {query}"


def _bits(members: SetExpression, columns: Mapping[str, str]) -> str:
    """A set expression over bit strings, null being the empty set."""
    match members:
        case language.Members(name):
            return columns[name]
        case SetOperation(operator, left, right):
            first, second = _bits(left, columns), _bits(right, columns)
            if operator == "&":
                return f"(({first}) & ({second}))"
            if operator == "|":
                return f"COALESCE(({first}) | ({second}), {first}, {second})"
            return f"COALESCE(({first}) & (~({second})), {first})"


def _evaluated(value: Value, values: Mapping[Operand, str]) -> str:
    match value:
        case language.Amount(measure):
            return values[measure]
        case language.Count(members):
            return values[members]
        case language.Number(number):
            return repr(number)
        case language.Arithmetic(operator, left, right):
            return f"({_evaluated(left, values)} {operator} {_evaluated(right, values)})"
