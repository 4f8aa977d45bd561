"""Runs the two stages on a DuckDB connection: facts to leaf states, leaf states to cells.

The connection holds one relation per dataset, named after it, with its columns and `_unit` (the unit version
the record belongs to). `Territory` brings the unit tree; both are the same for one machine and for many.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from tinhso.engine import leaf, periods, rollup
from tinhso.engine.catalog import Catalog, Measure
from tinhso.engine.periods import DAY, Atoms, Period
from tinhso.engine.schema import DatasetSchema

BITS = 32  # members per word; the sign bit of a BIGINT is never touched


@dataclass(frozen=True)
class Territory:
    """The unit tree with its validity.

    Attributes:
        versions: unit_version int32, unit int32, kind string, valid_from date32, valid_to date32 (null: open).
        closure: descendant int32, ancestor int32 (units), valid_from date32, valid_to date32 (null);
            every unit is its own ancestor while it exists.
    """

    versions: pa.Table
    closure: pa.Table

    def changes(self) -> list[dt.date]:
        """Days on which the tree is another than the day before."""
        starts = self.closure.column("valid_from").to_pylist()
        ends = self.closure.column("valid_to").to_pylist()
        return sorted({day for day in starts if day} | {day + DAY for day in ends if day})


@dataclass(frozen=True)
class Timeline:
    """Which periods are computed, of which atoms, up to which day."""

    periods: tuple[Period, ...]
    atoms: Atoms

    @property
    def as_of(self) -> dt.date:
        return self.atoms.as_of


def timeline(wanted: Iterable[Period], territory: Territory, as_of: dt.date) -> Timeline:
    """Cut time for the wanted periods; those that begin after the evaluation date are left out."""
    chosen = tuple(sorted(period for period in wanted if period.starts_on <= as_of))
    return Timeline(chosen, periods.cut(chosen, territory.changes(), as_of))


def prepare(connection: duckdb.DuckDBPyConnection, territory: Territory, time: Timeline) -> None:
    """Register the tables of time and territory that both stages read."""
    atoms = time.atoms
    ends = [atoms.ends_on(atom) for atom in range(len(atoms))]
    _table(connection, "engine_atoms", atom=range(len(atoms)), starts_on=atoms.starts, ends_on=ends)
    first_day = atoms.starts[0]
    count = (atoms.as_of - first_day).days + 1
    days = [first_day + dt.timedelta(days=offset) for offset in range(count)]
    numbers = [atoms.holding(day) for day in days]
    _table(connection, "engine_days", day=[*days, atoms.as_of + DAY], atom=[*numbers, len(atoms)])
    _table(connection, "engine_as_of", day=[atoms.as_of], first_day=[first_day])
    _table(
        connection,
        "engine_periods",
        period=[period.code for period in time.periods],
        starts_on=[period.starts_on for period in time.periods],
        ends_on=[period.ends_on for period in time.periods],
    )
    _register_period_atoms(connection, time)
    _register_territory(connection, territory)


def _register_period_atoms(connection: duckdb.DuckDBPyConnection, time: Timeline) -> None:
    rows: list[tuple[str, str, int]] = []
    for period in time.periods:
        own = time.atoms.of(period.starts_on, period.ends_on)
        rows += [("events", period.code, atom) for atom in own]
        since = time.atoms.of(period.year_starts_on, period.ends_on)
        rows += [("year_to_date", period.code, atom) for atom in since]
        rows.append(("last", period.code, own[-1]))
        if period.is_whole_year:
            rows.append(("whole_year", period.code, own[-1]))
    kinds, codes, atoms = zip(*rows, strict=True)
    _table(connection, "engine_period_atoms", kind=kinds, period=codes, atom=atoms)


def _register_territory(connection: duckdb.DuckDBPyConnection, territory: Territory) -> None:
    connection.register("engine_versions_in", territory.versions)
    connection.register("engine_units_in", territory.closure)
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE engine_closure AS
        SELECT v.unit_version, a.atom, c.ancestor
        FROM engine_versions_in AS v
        JOIN engine_units_in AS c ON c.descendant = v.unit
        JOIN engine_atoms AS a
            ON c.valid_from <= a.ends_on AND (c.valid_to IS NULL OR a.ends_on <= c.valid_to)
        """
    )
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE engine_province AS
        SELECT a.atom, MIN(v.unit_version) AS unit
        FROM engine_versions_in AS v
        JOIN engine_atoms AS a
            ON v.valid_from <= a.ends_on AND (v.valid_to IS NULL OR a.ends_on <= v.valid_to)
        WHERE v.kind = 'province' GROUP BY a.atom
        """
    )


def register_relations(connection: duckdb.DuckDBPyConnection, catalog: Catalog, chosen: leaf.Plan) -> None:
    """Register the validity spans that a dataset's filters look into, with the dictionary they carry."""
    for relation in chosen.relations:
        columns = [column for column in relation.to.columns if column not in (relation.column, relation.to.time)]
        spans = leaf.sql(leaf.spans(relation.to, columns))
        members = _dictionary(f"SELECT {relation.column} AS member FROM {relation.to.name}")
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE {leaf.relation_table(relation)} AS
            SELECT s.* REPLACE (COALESCE(s.last_day, DATE '9999-12-31') AS last_day), m.word, m.bit
            FROM ({spans}) AS s JOIN ({members}) AS m ON m.member = s.{relation.column}
            """
        )


def register_members(connection: duckdb.DuckDBPyConnection, catalog: Catalog, chosen: leaf.Plan) -> None:
    """Number the members of every entity that a dataset keeps as sets, those of one unit side by side."""
    if chosen.through is not None:
        return
    for column in chosen.distinct_columns:
        entity = chosen.entity(column)
        sources = {(m.dataset.name, str(m.of), m.dataset.unit) for m in catalog.measures if m.entity == entity}
        parts = [_members_in(name, of, unit) for name, of, unit in sorted(sources, key=str)]
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {leaf.members_table(entity)} AS {_dictionary(' UNION ALL '.join(parts))}"
        )


def _members_in(dataset: str, column: str, unit: str | None) -> str:
    home = "_unit" if unit else "NULL"
    return f"SELECT {column} AS member, {home} AS home FROM {dataset} WHERE {column} IS NOT NULL"


def _dictionary(members: str) -> str:
    """Dense numbers of members: word and bit."""
    home = "MIN(home)" if " AS home" in members else "NULL"
    return f"""
        SELECT member, CAST(position // {BITS} AS INTEGER) AS word, 1::BIGINT << (position % {BITS}) AS bit
        FROM (SELECT member, ROW_NUMBER() OVER (ORDER BY {home} NULLS LAST, member) - 1 AS position
              FROM ({members}) GROUP BY member)
        """


def leaf_states(connection: duckdb.DuckDBPyConnection, catalog: Catalog, dataset: DatasetSchema) -> str:
    """Register what the dataset's one statement reads, and give the statement."""
    chosen = leaf.plan(catalog, dataset)
    register_relations(connection, catalog, chosen)
    register_members(connection, catalog, chosen)
    return leaf.sql(leaf.statement(chosen))


def related(catalog: Catalog, dataset: DatasetSchema) -> list[str]:
    """Every dataset whose rows can change the leaf states of one: itself, its relations, its dictionaries."""
    chosen = leaf.plan(catalog, dataset)
    names = {dataset.name, *(relation.to.name for relation in chosen.relations)}
    entities = {chosen.entity(column) for column in chosen.distinct_columns}
    names |= {m.dataset.name for m in catalog.measures if m.entity in entities and chosen.through is None}
    return sorted(names)


def datasets(catalog: Catalog) -> list[DatasetSchema]:
    """The datasets that are scanned, each once."""
    return list({m.dataset.name: m.dataset for m in catalog.measures}.values())


def roll_up(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> int:
    """Merge the `leaf` table to the `cell` table.

    Returns:
        How many cells there are.
    """
    kinds = [rollup.window_kind(measure) for measure in catalog.counted]
    _table(connection, "engine_windows", measure=range(len(kinds)), kind=kinds)
    return rollup.roll_up(connection, catalog)


def compute(connection: duckdb.DuckDBPyConnection, catalog: Catalog, territory: Territory, time: Timeline) -> int:
    """Both stages at once, for a question that no stored state answers.

    Returns:
        How many cells there are; they are in the connection's `cell` table.
    """
    prepare(connection, territory, time)
    connection.execute(LEAF_TABLE)
    for dataset in datasets(catalog):
        connection.execute(f"INSERT INTO leaf {leaf_states(connection, catalog, dataset)}")
    return roll_up(connection, catalog)


LEAF_TABLE = f"""
CREATE OR REPLACE TABLE leaf (
    measure INTEGER, unit INTEGER, atom INTEGER, category VARCHAR,
    word INTEGER, n BIGINT, amount {leaf.AMOUNT}, bits BIGINT
)
"""


def _table(connection: duckdb.DuckDBPyConnection, name: str, **columns: Iterable[object]) -> None:
    """A small table from Python values."""
    arrays = {key: list(values) for key, values in columns.items()}
    connection.register(f"{name}_in", pa.table(arrays))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {name}_in")
    connection.unregister(f"{name}_in")


__all__ = ["Measure", "Territory", "Timeline", "compute", "prepare", "roll_up", "timeline"]
