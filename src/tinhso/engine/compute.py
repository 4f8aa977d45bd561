"""Runs the two stages: facts to leaf states on a backend, leaf states to cells in DuckDB.

`Territory` brings the unit tree and the views of it, `Timeline` the periods and their atoms; both are the same for
one machine and for many.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa
from sqlglot import exp

from tinhso.engine import backend as backends
from tinhso.engine import duck, leaf, periods, rollup, states
from tinhso.engine.backend import Backend, Duck
from tinhso.engine.catalog import Catalog, Measure, Relation
from tinhso.engine.periods import DAY, Atoms, Period
from tinhso.engine.schema import DatasetSchema

AS_WAS = "as-was"
EPOCH = dt.date(1970, 1, 1)
SHARED = ("engine_atoms", "engine_days", "engine_as_of", "engine_edges", "engine_province")


@dataclass(frozen=True)
class View:
    """The tree of one day, with all units that ever were placed on it (cách nhìn theo một ngày).

    Attributes:
        code: `as-is` or `comparable:2023-12-31`.
        placement: unit int32, node int32, share decimal(9, 8): where the records of every unit lie on that day;
            shares of a unit sum to 1.
        closure: unit int32, ancestor int32: the tree of that day, each unit above itself.
    """

    code: str
    placement: pa.Table
    closure: pa.Table


@dataclass(frozen=True)
class Territory:
    """The unit tree with its validity.

    Attributes:
        versions: unit_version int32, unit int32, kind string, valid_from date32, valid_to date32 (null: open).
        closure: descendant int32, ancestor int32 (units), valid_from date32, valid_to date32 (null);
            every unit is its own ancestor while it exists.
        views: besides the tree as it was, which is always computed.
    """

    versions: pa.Table
    closure: pa.Table
    views: tuple[View, ...] = ()

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


@dataclass
class Dictionaries:
    """The positions of every entity's members, which sets are made of; positions are never given anew.

    Attributes:
        tables: by entity: member (as its column is typed), position int32.
    """

    tables: dict[str, pa.Table] = field(default_factory=dict)

    def capacity(self, entity: str) -> int:
        return backends.capacity(self.tables[entity].num_rows if entity in self.tables else 0)

    def is_large(self, entity: str) -> bool:
        return self.capacity(entity) > backends.SMALL_SET

    def capacities(self, catalog: Catalog) -> dict[int, int]:
        """By number of the distinct measure."""
        numbered = enumerate(catalog.counted)
        return {number: self.capacity(m.entity) for number, m in numbered if m.entity in self.tables}


def ordinal(day: dt.date) -> int:
    """The number by which an atom that begins on a day is named, whatever else is computed."""
    return (day - EPOCH).days


def timeline(wanted: Iterable[Period], territory: Territory, as_of: dt.date) -> Timeline:
    """Cut time for the wanted periods; those that begin after the evaluation date are left out."""
    chosen = tuple(sorted(period for period in wanted if period.starts_on <= as_of))
    return Timeline(chosen, periods.cut(chosen, territory.changes(), as_of))


def period_atoms(time: Timeline) -> dict[tuple[str, str], tuple[int, ...]]:
    """By (window kind, period), the atoms taken."""
    found: dict[tuple[str, str], tuple[int, ...]] = {}
    numbers = [ordinal(start) for start in time.atoms.starts]
    for period in time.periods:
        own = [numbers[atom] for atom in time.atoms.of(period.starts_on, period.ends_on)]
        since = [numbers[atom] for atom in time.atoms.of(period.year_starts_on, period.ends_on)]
        found["events", period.code] = tuple(own)
        found["year_to_date", period.code] = tuple(since)
        found["last", period.code] = (own[-1],)
        if period.is_whole_year:
            found["whole_year", period.code] = (own[-1],)
    return found


def prepare(connection: duckdb.DuckDBPyConnection, territory: Territory, time: Timeline) -> None:
    """Register the tables of time and territory that both stages read."""
    atoms = time.atoms
    numbers = [ordinal(start) for start in atoms.starts]
    ends = [atoms.ends_on(atom) for atom in range(len(atoms))]
    _table(connection, "engine_atoms", atom=pa.array(numbers, pa.int32()), starts_on=atoms.starts, ends_on=ends)
    first_day, after = atoms.starts[0], atoms.as_of + DAY
    count = (atoms.as_of - first_day).days + 1
    days = [first_day + dt.timedelta(days=offset) for offset in range(count)]
    holding = [numbers[atoms.holding(day)] for day in days]
    _table(connection, "engine_days", day=[*days, after], atom=pa.array([*holding, ordinal(after)], pa.int32()))
    _table(connection, "engine_as_of", day=[atoms.as_of], first_day=[first_day])
    _table(connection, "engine_edges", sign=pa.array([1, -1], pa.int32()))
    _table(
        connection,
        "engine_periods",
        period=[period.code for period in time.periods],
        starts_on=[period.starts_on for period in time.periods],
        ends_on=[period.ends_on for period in time.periods],
    )
    rows = [(kind, code, atom) for (kind, code), taken in period_atoms(time).items() for atom in taken]
    kinds, codes, taken_atoms = zip(*rows, strict=True)
    _table(connection, "engine_period_atoms", kind=kinds, period=codes, atom=pa.array(taken_atoms, pa.int32()))
    _register_territory(connection, territory)


def _register_territory(connection: duckdb.DuckDBPyConnection, territory: Territory) -> None:
    connection.register("engine_versions_in", territory.versions)
    connection.register("engine_units_in", territory.closure)
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE engine_closure AS
        SELECT 0 AS view, v.unit_version, a.atom, c.ancestor AS node, 1::DECIMAL(9, 8) AS share
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
    for number, view in enumerate(territory.views, start=1):
        _register_view(connection, number, view)
    codes = [AS_WAS, *(view.code for view in territory.views)]
    _table(connection, "engine_views", view=pa.array(range(len(codes)), pa.int32()), code=codes)


def _register_view(connection: duckdb.DuckDBPyConnection, number: int, view: View) -> None:
    """Place every unit version on the tree of a day, in the atoms in which the province counts it as it was; so the
    province's figures are the same in every view."""
    connection.register("engine_placement_in", view.placement)
    connection.register("engine_tree_in", view.closure)
    connection.execute(
        f"""
        INSERT INTO engine_closure
        SELECT {number}, w.unit_version, w.atom, t.ancestor, SUM(p.share)
        FROM (
            SELECT DISTINCT c.unit_version, c.atom, v.unit
            FROM engine_closure AS c
            JOIN engine_versions_in AS v ON v.unit_version = c.unit_version
            WHERE c.view = 0 AND c.node IN (SELECT unit FROM engine_versions_in WHERE kind = 'province')
        ) AS w
        JOIN engine_placement_in AS p ON p.unit = w.unit
        JOIN engine_tree_in AS t ON t.unit = p.node
        GROUP BY ALL
        """
    )


# ---- stage 1: facts to leaf states ------------------------------------------------------------------------


class Stage:
    """Counts datasets on a backend into the `leaf` table of a DuckDB connection that `prepare` has seen.

    Attributes:
        dictionaries: grow when a dataset with new members is counted.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        catalog: Catalog,
        backend: Backend | None = None,
        dictionaries: Dictionaries | None = None,
    ) -> None:
        self.connection, self.catalog = connection, catalog
        self.backend = backend or Duck(connection)
        self.dictionaries = dictionaries or Dictionaries()
        self.spans: dict[str, pa.Table] = {}  # of relations that are at hand already
        self._known: set[str] = set()  # entities whose dictionary the backend has
        if not isinstance(self.backend, Duck):
            for name in SHARED:
                self.backend.register(name, connection.sql(f"FROM {name}").to_arrow_table())

    def relation(self, relation: Relation) -> pa.Table:
        """The validity spans of a relation: its columns, first_day, last_day; what filters look into."""
        if relation.name not in self.spans:
            columns = [column for column in relation.to.columns if column not in (relation.column, relation.to.time)]
            self.spans[relation.name] = self.backend.fetch(leaf.spans(relation.to, columns))
        return self.spans[relation.name]

    def prepare_relations(self, chosen: leaf.Plan) -> dict[str, pa.Table]:
        """Register what a plan's filters look into, with the dictionary it carries.

        Returns:
            The spans by name of the relation.
        """
        found: dict[str, pa.Table] = {}
        for relation in dict.fromkeys([*chosen.relations, *([chosen.through] if chosen.through else [])]):
            found[relation.name] = spans = self.relation(relation)
            self.connection.register("spans_in", spans)
            position = "NULL::INTEGER"
            joined = ""
            if relation == chosen.through:
                self.connection.register(
                    "members_in", self._dictionary(chosen.entities[0], [(relation.to, relation.column)])
                )
                position, joined = "m.position", f"LEFT JOIN members_in AS m ON m.member = s.{relation.column}"
            table = self.connection.sql(
                f"""SELECT s.* REPLACE (COALESCE(s.last_day, DATE '9999-12-31') AS last_day), {position} AS position
                    FROM spans_in AS s {joined}"""
            ).to_arrow_table()
            self.backend.register(leaf.relation_table(relation), table)
        return found

    def prepare_members(self, chosen: leaf.Plan) -> None:
        """Register the dictionaries of a plan's distinct measures that no relation carries."""
        if chosen.through is not None:
            return
        for entity in chosen.entities:
            table = self._dictionary(entity, sources(self.catalog, entity))
            if entity not in self._known:
                self.backend.register(leaf.members_table(entity), table)
                self._known.add(entity)

    def _dictionary(self, entity: str, found_in: Collection[tuple[DatasetSchema, str]]) -> pa.Table:
        """An entity's dictionary as it was brought, or made from the datasets that name members."""
        if entity not in self.dictionaries.tables:
            self.extend(entity, [(source, column, None) for source, column in found_in])
        return self.dictionaries.tables[entity]

    def extend(self, entity: str, found_in: Collection[tuple[DatasetSchema, str, exp.Expr | None]]) -> None:
        """Give positions to members that have none yet, those of one unit side by side.

        Args:
            entity: kind of member.
            found_in: dataset, column, and the relation to read instead of the dataset's own.
        """
        parts = [self.backend.fetch(_members_in(*source)) for source in found_in]
        for index, part in enumerate(parts):
            self.connection.register(f"found_{index}", part)
        union = " UNION ALL ".join(f"SELECT * FROM found_{index}" for index in range(len(parts)))
        known = self.dictionaries.tables.get(entity)
        start = known.num_rows if known is not None else 0
        fresh = ""
        if known is not None:
            self.connection.register("known_members", known)
            fresh = "ANTI JOIN known_members AS k ON k.member = f.member"
        made = self.connection.sql(
            f"""
            SELECT member, CAST({start} + ROW_NUMBER() OVER (ORDER BY home NULLS LAST, member) - 1 AS INTEGER) AS position
            FROM (SELECT f.member, MIN(f.home) AS home FROM ({union}) AS f {fresh} GROUP BY f.member)
            ORDER BY position
            """
        ).to_arrow_table()
        self.dictionaries.tables[entity] = made if known is None else pa.concat_tables([known, made.cast(known.schema)])
        self._known.discard(entity)

    def count(
        self,
        dataset: DatasetSchema,
        only: Collection[int] | None = None,
        *,
        source: exp.Expr | None = None,
        touched: bool = False,
    ) -> None:
        """Count a dataset's measures into `leaf`.

        Args:
            dataset: the dataset.
            only: numbers of the measures to count; None for all of its own.
            source: some of its rows, to be read instead of all.
            touched: keep only the states of `engine_touched(unit, atom)`.
        """
        chosen = leaf.plan(self.catalog, dataset, only)
        if not chosen.numbered:
            return
        self.prepare_relations(chosen)
        self.prepare_members(chosen)
        capacities = self.dictionaries.capacities(self.catalog)
        collect = leaf.CollectSets(self.backend.collect, self.dictionaries.capacity)
        for statement in leaf.statements(chosen, collect, source):
            counted = self.backend.fetch(statement.query)
            states.insert(self.connection, statement, counted, capacities, touched=touched)


def sources(catalog: Catalog, entity: str) -> list[tuple[DatasetSchema, str]]:
    """The datasets and columns that name members of an entity; the relation's where one carries the dictionary."""
    found: dict[tuple[str, str], tuple[DatasetSchema, str]] = {}
    for measure in catalog.measures:
        if measure.entity == entity:
            through = leaf.plan(catalog, measure.dataset).through
            dataset, column = (through.to, through.column) if through else (measure.dataset, str(measure.of))
            found[dataset.name, column] = dataset, column
    return [found[key] for key in sorted(found)]


def _members_in(dataset: DatasetSchema, column: str, source: exp.Expr | None) -> exp.Select:
    """Every member a column names, with the unit it is first at."""
    home = exp.Min(this=exp.column("_unit")) if dataset.unit else exp.cast(exp.Null(), "int")
    facts = source.subquery("f") if isinstance(source, exp.Select) else exp.to_table(dataset.name)
    member = exp.column(column)
    present = exp.not_(exp.Is(this=member.copy(), expression=exp.Null()))
    query = exp.select(member.as_("member"), home.as_("home")).from_(facts).where(present)
    return query.group_by(member.copy())


def related(catalog: Catalog, dataset: DatasetSchema) -> list[str]:
    """Every dataset whose rows can change the leaf states of one: itself, its relations, its dictionaries."""
    chosen = leaf.plan(catalog, dataset)
    names = {dataset.name, *(relation.to.name for relation in chosen.relations)}
    names |= {source.name for entity in chosen.entities for source, _column in sources(catalog, entity)}
    return sorted(names)


def datasets(catalog: Catalog) -> list[DatasetSchema]:
    """The datasets that are scanned, each once."""
    return list({m.dataset.name: m.dataset for m in catalog.measures}.values())


# ---- stage 2: leaf states to cells ------------------------------------------------------------------------


def prepare_measures(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    """Register how each measure takes time."""
    kinds = [rollup.window_kind(measure) for measure in catalog.counted]
    _table(connection, "engine_measures", measure=pa.array(range(len(kinds)), pa.int32()), kind=kinds)


def roll_up(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> int:
    """Merge the `leaf` table to the `cell` table.

    Returns:
        How many cells there are.
    """
    prepare_measures(connection, catalog)
    return rollup.roll_up(connection, catalog)


def compute(connection: duckdb.DuckDBPyConnection, catalog: Catalog, territory: Territory, time: Timeline) -> int:
    """Both stages at once, for a question that no stored state answers.

    Returns:
        How many cells there are; they are in the connection's `cell` table.
    """
    count(connection, catalog, territory, time)
    return roll_up(connection, catalog)


def count(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    territory: Territory,
    time: Timeline,
    backend: Backend | None = None,
) -> Stage:
    """The first stage whole: every leaf state, counted anew.

    Returns:
        The stage with its dictionaries.
    """
    prepare(connection, territory, time)
    connection.execute(states.LEAF_TABLE)
    stage = Stage(connection, catalog, backend)
    for dataset in datasets(catalog):
        stage.count(dataset)
    return stage


def _table(connection: duckdb.DuckDBPyConnection, name: str, **columns: object) -> None:
    """A small table from Python values."""
    arrays: Mapping[str, object] = {
        key: values if isinstance(values, pa.Array) else list(values)  # type: ignore[call-overload]  # any iterable
        for key, values in columns.items()
    }
    duck.keep(connection, name, pa.table(arrays))


__all__ = ["Measure", "Territory", "Timeline", "View", "compute", "count", "prepare", "roll_up", "timeline"]
