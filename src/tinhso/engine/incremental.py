"""Brings leaf states and cells up to date: only what a change touches is counted and rolled up again.

A change of rows touches pairs of unit version and atom: those of the rows that came, went, replaced others or are
back. Their leaf states are counted again from the facts, which is right for corrections and deletions, too; all
others are kept. Cells are made anew where a touched pair lies below the unit and within the period. What else may
change, and what it makes anew:

    evaluation date     atoms whose records or states it reaches, and periods that take other atoms
    definition          its own measures, and its indicators' cells
    validity rows       the records that refer to entities whose spans changed
    tree, placement     only the roll-up, unless a new cut splits an atom

Files are immutable and named anew each time; a `Manifest` names those that belong together.
"""

import dataclasses
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import duckdb
import pyarrow.parquet as pq
from sqlglot import exp

from tinhso.engine import compute, duck, leaf, rollup, states
from tinhso.engine.backend import Backend, Duck
from tinhso.engine.catalog import Catalog, Indicator
from tinhso.engine.compute import Dictionaries, Stage, Territory, Timeline
from tinhso.engine.periods import DAY
from tinhso.engine.schema import DatasetSchema, Rows

Progress = Callable[[str, int, int], None]
Mode = Literal["full", "changed", "unchanged"]
CHANGED = "__changed"
Fresh = tuple[DatasetSchema, str, exp.Expr | None]  # where members are named that may have no position yet


class Lake(Protocol):
    """The records, as files; the batches that count are those of the inputs."""

    def rows(self, dataset: str) -> Rows:
        """The rows that count."""

    def rows_of_batches(self, dataset: str, batches: Collection[int]) -> Rows:
        """Every row of some batches, under the name `<dataset>__changed`."""

    def repeats_of_batches(self, dataset: str, batches: Collection[int]) -> list[Path]:
        """Files with `_unit` and `_time` of the rows whose keys some batches repeat."""

    def last_day(self, dataset: str, batches: Collection[int]) -> Any:
        """The last day of some batches' events; None without any."""


@dataclass(frozen=True)
class Inputs:
    """What a computation is made from.

    Attributes:
        batches: the batches that count, by dataset.
        tree: identity of the tree and its views.
        code: identity of the program, whose change counts everything again.
    """

    catalog: Catalog
    territory: Territory
    time: Timeline
    batches: Mapping[str, Collection[int]]
    tree: str
    code: str


@dataclass
class Manifest:
    """Which files are the states of a computation, and what they were made from; all values are JSON.

    Attributes:
        datasets: by name: `file`, `measures` (keys), `relations` (file by name).
        entities: by name: `file`, `sources`.
        taken: by "kind period", the atoms taken.
        indicators: digest by "id version".
    """

    code: str = ""
    tree: str = ""
    as_of: int = 0
    starts: list[int] = field(default_factory=list)
    batches: dict[str, list[int]] = field(default_factory=dict)
    datasets: dict[str, dict[str, Any]] = field(default_factory=dict)
    entities: dict[str, dict[str, Any]] = field(default_factory=dict)
    taken: dict[str, list[int]] = field(default_factory=dict)
    indicators: dict[str, str] = field(default_factory=dict)
    cells: str = ""

    def files(self) -> set[str]:
        """Every file it names."""
        found = {self.cells, *(entry["file"] for entry in self.entities.values())}
        for entry in self.datasets.values():
            found |= {entry["file"], *entry["relations"].values()}
        return found - {""}


@dataclass(frozen=True, slots=True)
class Result:
    """What was made.

    Attributes:
        leaf_states: rows of all leaf states there are now.
        cells: cells there are now.
        recounted: leaf states counted anew.
        remade: cells made anew.
    """

    manifest: Manifest
    leaf_states: int
    cells: int
    recounted: int
    remade: int
    mode: Mode


class Update:
    """One computation on a fresh connection.

    Args:
        connection: empty; `leaf` and `cell` hold what was needed and made afterwards.
        inputs: what to compute from.
        lake: the records.
        folder: where files are kept.
        previous: the computation to go on from; None to count everything.
        backend: where facts are scanned; None for the connection itself.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        inputs: Inputs,
        lake: Lake,
        folder: Path,
        previous: Manifest | None = None,
        backend: Backend | None = None,
    ) -> None:
        self.connection, self.inputs, self.lake, self.folder = connection, inputs, lake, folder
        self.catalog, self.time = inputs.catalog, inputs.time
        usable = previous is not None and self._usable(previous)
        self.previous = previous if usable and previous else Manifest()
        self.is_anew = not usable
        compute.prepare(connection, inputs.territory, inputs.time)
        compute.prepare_measures(connection, inputs.catalog)
        connection.execute(states.LEAF_TABLE)
        connection.execute("SET preserve_insertion_order = false")  # rows of states and cells have no order
        connection.execute("CREATE OR REPLACE TEMP TABLE dirty_pairs (dataset VARCHAR, unit INTEGER, atom INTEGER)")
        self.stage = Stage(connection, inputs.catalog, backend, Dictionaries())
        self.attached: set[str] = set()
        self.renumbered: set[str] = set()  # entities whose positions are others than before
        self.loaded: set[str] = set()  # datasets whose states are in `leaf`
        self.recounted = self.whole = 0
        self.next = Manifest(
            code=inputs.code,
            tree=inputs.tree,
            as_of=compute.ordinal(inputs.time.as_of),
            starts=[compute.ordinal(start) for start in inputs.time.atoms.starts],
            batches={name: sorted(keys) for name, keys in inputs.batches.items()},
            taken={f"{k} {p}": list(atoms) for (k, p), atoms in compute.period_atoms(inputs.time).items()},
            indicators={f"{i.id} {i.text.version}": self.catalog.digest(i) for i in self.catalog.indicators},
        )

    def _usable(self, previous: Manifest) -> bool:
        """Whether kept states can be gone on from: their atoms are not cut otherwise, and their files are there."""
        if previous.code != self.inputs.code or not all((self.folder / name).exists() for name in previous.files()):
            return False
        starts = [compute.ordinal(start) for start in self.time.atoms.starts]
        low, high = max(previous.starts[0], starts[0]), min(previous.as_of, compute.ordinal(self.time.as_of))
        kept = [start for start in previous.starts if low <= start <= high]
        return bool(kept) and kept == [start for start in starts if low <= start <= high]

    def run(self, progress: Progress | None = None) -> Result:
        """Count and roll up what is not up to date."""
        schemas = compute.datasets(self.catalog)
        self._entities()
        for done, schema in enumerate(schemas, start=1):
            self._dataset(schema)
            if progress:
                progress(schema.name, done, len(schemas))
        remade = self._cells()
        sizes = [pq.read_metadata(self.folder / e["file"]).num_rows for e in self.next.datasets.values()]
        cells = self._number("SELECT COUNT(*) FROM cell")
        mode: Mode = "full" if self.whole == len(schemas) else "changed"
        return Result(self.next, sum(sizes), cells, self.recounted, remade, mode)

    # ---- dictionaries -----------------------------------------------------------------------------------

    def _entities(self) -> None:
        """Bring the dictionaries: as they were, with the members that have come since, or made anew."""
        entities = dict.fromkeys(m.entity for m in self.catalog.measures if m.entity)
        for entity in entities:
            found_in = compute.sources(self.catalog, entity)
            before = self.previous.entities.get(entity)
            named = [[dataset.name, column] for dataset, column in found_in]
            if before is None:
                self.renumbered.add(entity)
                fresh: list[Fresh | None] = [self._whole(dataset, column) for dataset, column in found_in]
            else:
                self.stage.dictionaries.tables[entity] = pq.read_table(self.folder / before["file"])
                fresh = [
                    self._fresh(dataset, column)
                    if [dataset.name, column] in before["sources"]
                    else self._whole(dataset, column)
                    for dataset, column in found_in
                ]
            was_large, size = self.stage.dictionaries.is_large(entity), self._size(entity)
            if came := [one for one in fresh if one is not None]:
                self.stage.extend(entity, came)
            if before is not None and self._size(entity) == size:
                self.next.entities[entity] = {"file": before["file"], "sources": named}
                continue
            if before is not None and self.stage.dictionaries.is_large(entity) != was_large:
                self.renumbered.add(entity)
            path = self._path("members")
            pq.write_table(self.stage.dictionaries.tables[entity], path, compression="zstd")
            self.next.entities[entity] = {"file": path.name, "sources": named}

    def _size(self, entity: str) -> int:
        table = self.stage.dictionaries.tables.get(entity)
        return table.num_rows if table is not None else 0

    def _whole(self, dataset: DatasetSchema, column: str) -> Fresh:
        self._attach(dataset.name)
        return dataset, column, None

    def _fresh(self, dataset: DatasetSchema, column: str) -> Fresh | None:
        """The rows of batches that came since; all rows when some went, since rows they had replaced are back; None
        when nothing has changed."""
        before, now = set(self.previous.batches.get(dataset.name, ())), self._batches(dataset.name)
        if before - now:
            return self._whole(dataset, column)
        came = now - before
        if not came:
            return None
        self.stage.backend.attach(self.lake.rows_of_batches(dataset.name, came))
        return dataset, column, exp.select("*").from_(dataset.name + CHANGED)

    # ---- one dataset ------------------------------------------------------------------------------------

    def _dataset(self, schema: DatasetSchema) -> None:
        """Count what is not up to date, keep the rest, and note the pairs whose states may be others now."""
        numbers = [number for number, measure in enumerate(self.catalog.counted) if measure.dataset.name == schema.name]
        keys = {number: self.catalog.keys[number] for number in numbers}
        chosen = leaf.plan(self.catalog, schema)
        before = self.previous.datasets.get(schema.name)
        relations = self._relations(chosen, before)
        entry = {"measures": sorted(keys.values()), "relations": relations}
        kept = {number for number in numbers if before is not None and keys[number] in before["measures"]}
        whole = not kept or bool(self.renumbered & set(chosen.entities))
        if not whole:
            whole = not self._touch(schema, chosen, before or {}, relations)
        fresh = set(numbers) if whole else set(numbers) - kept
        touched = 0 if whole else self._number("SELECT COUNT(*) FROM engine_touched")
        is_cut = self.next.as_of < self.previous.as_of  # states beyond the evaluation date would grow stale
        if before is not None and not (fresh or touched or is_cut) and len(kept) == len(before["measures"]):
            self.next.datasets[schema.name] = entry | {"file": before["file"]}
            return
        if whole:
            self.whole += 1
        else:
            self._load(schema.name, str((before or {})["file"]), kept, without_touched=touched > 0)
        size = self._number("SELECT COUNT(*) FROM leaf")
        if fresh:
            self._attach(schema.name)
            self.stage.count(schema, fresh)
        if touched:
            self._attach(schema.name)
            self.stage.count(schema, kept, source=self._source(schema), touched=True)
            self.connection.execute("INSERT INTO dirty_pairs SELECT ?, unit, atom FROM engine_touched", [schema.name])
        self.recounted += self._number("SELECT COUNT(*) FROM leaf") - size
        self.loaded.add(schema.name)
        path = self._path(f"leaf-{schema.name}")
        self.connection.execute(states.saved(path, keys))
        duck.sync(path)
        self.next.datasets[schema.name] = entry | {"file": path.name}
        if whole:
            self._note_differences(schema.name, before, path)

    def _note_differences(self, dataset: str, before: Mapping[str, Any] | None, path: Path) -> None:
        """What a whole count changed."""
        new = f"read_parquet({duck.literal(str(path))})"
        if before is None:
            self.connection.execute(f"INSERT INTO dirty_pairs SELECT DISTINCT '{dataset}', unit, atom FROM {new}")
            return
        old = f"read_parquet({duck.literal(str(self.folder / before['file']))})"
        self.connection.execute(
            f"""INSERT INTO dirty_pairs SELECT DISTINCT '{dataset}', unit, atom
                FROM ((FROM {old} EXCEPT FROM {new}) UNION ALL (FROM {new} EXCEPT FROM {old}))"""
        )

    def _relations(self, chosen: leaf.Plan, before: Mapping[str, Any] | None) -> dict[str, str]:
        """Files with the spans that filters look into; the earlier file while nothing has changed."""
        found: dict[str, str] = {}
        earlier = (before or {}).get("relations", {})
        for relation in dict.fromkeys([*chosen.relations, *([chosen.through] if chosen.through else [])]):
            is_same = self._is_same(relation.to.name) and self.previous.as_of == self.next.as_of
            if is_same and relation.name in earlier:
                found[relation.name] = earlier[relation.name]
                self.stage.spans[relation.name] = pq.read_table(self.folder / earlier[relation.name])
                continue
            self._attach(relation.to.name)
            self.connection.register("spans_now", self.stage.relation(relation))
            path = self._path(f"relation-{relation.name}")
            self.connection.execute(
                f"COPY (FROM spans_now ORDER BY ALL) TO {duck.literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
            )
            found[relation.name] = path.name
        return found

    def _touch(
        self, schema: DatasetSchema, chosen: leaf.Plan, before: Mapping[str, Any], relations: Mapping[str, str]
    ) -> bool:
        """Fill `engine_touched(unit, atom)` with the pairs to count again.

        Returns:
            False when the dataset has to be counted whole instead.
        """
        self.connection.execute("CREATE OR REPLACE TEMP TABLE engine_touched (unit INTEGER, atom INTEGER)")
        match schema.kind:
            case "flow":
                self._touch_events(schema)
                for relation in dict.fromkeys([*chosen.relations, *([chosen.through] if chosen.through else [])]):
                    if relations[relation.name] != before["relations"].get(relation.name):
                        old = before["relations"].get(relation.name)
                        if old is None:
                            return False
                        self._touch_related(schema, relation.column, str(old), relations[relation.name])
            case "external":
                if not self._is_same(schema.name) or self.previous.as_of != self.next.as_of:
                    return False
                if self.previous.tree != self.next.tree:
                    return False
            case _:
                return self._touch_states(schema)
        self.connection.execute("CREATE OR REPLACE TEMP TABLE engine_touched AS SELECT DISTINCT * FROM engine_touched")
        return True

    def _touch_events(self, schema: DatasetSchema) -> None:
        """The pairs of events that came, went, replaced others or are back; and those the evaluation date reaches."""
        if changed := self._changed(schema.name):
            _touch_events(self.connection, self.lake, schema, changed)
        low, high = sorted((self.previous.as_of, self.next.as_of))
        kept = self._batches(schema.name) & set(self.previous.batches.get(schema.name, ()))
        last = self.lake.last_day(schema.name, kept) if low != high else None
        if last is not None and compute.ordinal(last) > low:
            units = (
                "SELECT unit_version AS unit FROM engine_versions_in"
                if schema.unit
                else f"SELECT {leaf.UNITLESS} AS unit"
            )
            self.connection.execute(
                f"""INSERT INTO engine_touched SELECT u.unit, a.atom FROM ({units}) AS u CROSS JOIN engine_atoms AS a
                    WHERE a.atom >= (SELECT MAX(atom) FROM engine_atoms WHERE atom <= {low}) AND a.atom <= {high}"""
            )

    def _touch_related(self, schema: DatasetSchema, column: str, old: str, new: str) -> None:
        """The pairs of events that refer to entities whose validity spans are others than before."""
        before, now = (f"read_parquet({duck.literal(str(self.folder / name))})" for name in (old, new))
        members = self.connection.sql(
            f"""SELECT DISTINCT {column} AS member
                FROM ((FROM {before} EXCEPT FROM {now}) UNION ALL (FROM {now} EXCEPT FROM {before}))"""
        ).to_arrow_table()
        if not members.num_rows:
            return
        self._attach(schema.name)
        self.stage.backend.register("engine_changed_members", members)
        unit = exp.column("_unit", table="f") if schema.unit else exp.convert(leaf.UNITLESS)
        query = exp.select(unit.as_("unit"), exp.column("atom", table="d").as_("atom")).distinct()
        query = query.from_(exp.to_table(schema.name).as_("f"))
        same_day = exp.EQ(this=exp.column("day", table="d"), expression=leaf.day_of(schema))
        query = query.join(exp.to_table("engine_days").as_("d"), on=same_day)
        same = exp.EQ(this=exp.column("member", table="m"), expression=exp.column(column, table="f"))
        query = query.join(exp.to_table("engine_changed_members").as_("m"), on=same)
        self.connection.register("touched_in", self.stage.backend.fetch(query))
        self.connection.execute("INSERT INTO engine_touched SELECT unit, atom FROM touched_in WHERE unit IS NOT NULL")

    def _touch_states(self, schema: DatasetSchema) -> bool:
        """The pairs of a stock whose entities came, moved or changed: every unit that ever had one of them, from the
        first changed day on. False when time itself has changed for it."""
        if self.previous.starts != self.next.starts:
            return False
        changed = self._changed(schema.name)
        if self.previous.as_of != self.next.as_of and self._has_edges(schema):
            return False
        if not changed:
            return True
        self._attach(schema.name)
        _touch_states(self.connection, self.lake, self.stage.backend, schema, changed)
        return True

    def _has_edges(self, schema: DatasetSchema) -> bool:
        """Whether a row begins or ends to hold between the two evaluation dates."""
        low, high = sorted((self.previous.as_of, self.next.as_of))
        self._attach(schema.name)
        number = "CAST({} AS DATE) - DATE '1970-01-01'"
        bounds = [f"{number.format(schema.time)} BETWEEN {low + 1} AND {high}"]
        if schema.ends:
            bounds.append(f"{number.format(schema.ends)} BETWEEN {low} AND {high - 1}")
        rows = self._local(schema.name)
        return self._number(f"SELECT COUNT(*) FROM {rows} WHERE {' OR '.join(bounds)}") > 0

    def _source(self, schema: DatasetSchema) -> exp.Expr | None:
        """The rows from which the touched pairs can be counted; None for all."""
        units = [row[0] for row in self.connection.execute("SELECT DISTINCT unit FROM engine_touched").fetchall()]
        of_units = exp.In(this=exp.column("_unit"), expressions=[exp.convert(unit) for unit in sorted(units)])
        everything = exp.select("*").from_(schema.name)
        if schema.kind != "flow":
            if not schema.unit:
                return None
            keys = [exp.column(column) for column in schema.entity_key]
            inner = exp.select(*(key.copy() for key in keys)).from_(schema.name).where(of_units)
            key: exp.Expr = keys[0] if len(keys) == 1 else exp.Tuple(expressions=keys)
            return everything.where(exp.In(this=key, query=inner.subquery()))
        first, last = duck.one(
            self.connection,
            "SELECT MIN(a.starts_on), MAX(a.ends_on) FROM engine_touched JOIN engine_atoms AS a USING (atom)",
        )
        if first is None or last is None:
            return everything.where(exp.false())
        kind = "timestamp" if schema.columns[schema.time].type == "timestamp" else "date"
        time = exp.column(schema.time)
        since = exp.GTE(this=time, expression=exp.cast(exp.convert(first.isoformat()), kind))
        until = exp.LT(this=time.copy(), expression=exp.cast(exp.convert((last + DAY).isoformat()), kind))
        query = everything.where(since, until)
        return query.where(of_units) if schema.unit else query

    # ---- cells ------------------------------------------------------------------------------------------

    def _cells(self) -> int:
        """Roll up what is not up to date, and save all cells; `cell` then gives them.

        Returns:
            How many were made anew.
        """
        before = self.previous
        is_all = self.is_anew or before.tree != self.next.tree or not before.cells
        fresh = [
            i
            for i in self.catalog.indicators
            if is_all or before.indicators.get(_named(i)) != self.next.indicators[_named(i)]
        ]
        other_periods = [] if is_all else self._other_periods()
        dirty_datasets = {
            row[0] for row in self.connection.execute("SELECT DISTINCT dataset FROM dirty_pairs").fetchall()
        }
        partly = [
            i
            for i in self.catalog.indicators
            if i not in fresh and (other_periods or dirty_datasets & {m.dataset.name for m in rollup.needed(i)})
        ]
        for name in dict.fromkeys(m.dataset.name for i in [*fresh, *partly] for m in rollup.needed(i)):
            if name not in self.loaded:
                self._load(name, self.next.datasets[name]["file"])
        remade, every = rollup.roll_up(self.connection, self.catalog, fresh), "FROM cell"
        if not is_all:
            self.connection.execute("CREATE OR REPLACE TEMP TABLE made AS FROM cell")
            self._mark_dirty(other_periods)
            remade += rollup.roll_up(self.connection, self.catalog, partly, only_dirty=True)
            every = " UNION ALL ".join(["FROM made", "FROM cell", *self._kept(fresh, partly, other_periods)])
        path = self._path("cells")
        saved = duck.literal(str(path))
        self.connection.execute(f"COPY ({every}) TO {saved} (FORMAT parquet, COMPRESSION snappy)")
        duck.sync(path)
        self.connection.execute("DROP TABLE cell")
        self.connection.execute(f"CREATE TEMP VIEW cell AS FROM read_parquet({saved})")
        self.next.cells = path.name
        return remade

    def _other_periods(self) -> list[str]:
        """Periods that take other atoms than before."""
        found = [
            name.split(" ", 1)[1] for name, atoms in self.next.taken.items() if self.previous.taken.get(name) != atoms
        ]
        return list(dict.fromkeys(found))

    def _mark_dirty(self, other_periods: Collection[str]) -> None:
        """`engine_dirty(view, unit, period)`: the cells above touched pairs, and those of other periods."""
        kinds = [(m.dataset.name, rollup.window_kind(m)) for m in self.catalog.counted]
        named = ", ".join(f"('{dataset}', '{kind}')" for dataset, kind in dict.fromkeys(kinds))
        periods = ", ".join(duck.literal(code) for code in other_periods) or "NULL"
        self.connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE engine_dirty AS
            WITH pairs AS (
                SELECT DISTINCT x.unit, x.atom, p.period
                FROM dirty_pairs AS x JOIN (VALUES {named}) AS k(dataset, kind) ON k.dataset = x.dataset
                JOIN engine_period_atoms AS p ON p.kind = k.kind AND p.atom = x.atom
            ),
            nodes AS (SELECT DISTINCT view, node FROM engine_closure)
            SELECT DISTINCT c.view, c.node AS unit, x.period
            FROM pairs AS x JOIN engine_closure AS c ON c.unit_version = x.unit AND c.atom = x.atom
            UNION
            SELECT n.view, n.node, x.period FROM (SELECT DISTINCT period FROM pairs WHERE unit = {leaf.UNITLESS}) AS x
            CROSS JOIN nodes AS n
            UNION
            SELECT n.view, n.node, p.period FROM engine_periods AS p CROSS JOIN nodes AS n WHERE p.period IN ({periods})
            """
        )

    def _kept(
        self, fresh: Collection[Indicator], partly: Collection[Indicator], other_periods: Collection[str]
    ) -> list[str]:
        """The queries of the cells that stay."""
        gone = {name.split(" ", 1)[1] for name in self.previous.taken.keys() - self.next.taken.keys()}
        codes = gone - {name.split(" ", 1)[1] for name in self.next.taken} | set(other_periods)
        periods = ", ".join(duck.literal(code) for code in ("", *sorted(codes)))
        old = f"read_parquet({duck.literal(str(self.folder / self.previous.cells))}) AS o"
        whole = [i for i in self.catalog.indicators if i not in fresh and i not in partly]
        found = []
        if whole:
            found.append(f"SELECT * FROM {old} WHERE {_is_of(whole)} AND o.period NOT IN ({periods})")
        if partly:
            dirty = "SELECT v.code, d.unit, d.period FROM engine_dirty AS d JOIN engine_views AS v USING (view)"
            same = "x.code = o.view AND x.unit = o.unit AND x.period = o.period"
            found.append(
                f"SELECT o.* FROM {old} ANTI JOIN ({dirty}) AS x ON {same} "
                f"WHERE {_is_of(partly)} AND o.period NOT IN ({periods})"
            )
        return found

    # ---- pieces -----------------------------------------------------------------------------------------

    def _batches(self, dataset: str) -> set[int]:
        return set(self.inputs.batches.get(dataset, ()))

    def _changed(self, dataset: str) -> set[int]:
        """The batches that came into force or left it."""
        return self._batches(dataset) ^ set(self.previous.batches.get(dataset, ()))

    def _is_same(self, dataset: str) -> bool:
        return not self._changed(dataset)

    def _attach(self, dataset: str) -> None:
        if dataset not in self.attached:
            self.stage.backend.attach(self.lake.rows(dataset))
            self.attached.add(dataset)

    def _local(self, dataset: str) -> str:
        """A dataset's rows in this connection."""
        rows = self.lake.rows(dataset)
        name = f"{dataset}__local"
        duck.attach(self.connection, dataclasses.replace(rows, schema=dataclasses.replace(rows.schema, name=name)))
        return name

    def _load(
        self, dataset: str, file: str, only: Collection[int] | None = None, *, without_touched: bool = False
    ) -> None:
        numbers = {
            self.catalog.keys[number]: number
            for number, measure in enumerate(self.catalog.counted)
            if measure.dataset.name == dataset and (only is None or number in only)
        }
        capacities = self.stage.dictionaries.capacities(self.catalog)
        states.load(self.connection, self.folder / file, numbers, capacities, without_touched=without_touched)
        self.loaded.add(dataset)

    def _path(self, what: str) -> Path:
        return self.folder / f"{what}-{uuid.uuid4().hex[:20]}.parquet"

    def _number(self, query: str) -> int:
        return int(duck.one(self.connection, query)[0])


def _is_of(indicators: Collection[Indicator]) -> str:
    """A condition on cells `o`: that they are of some indicators, in their versions."""
    named = ", ".join(f"({duck.literal(i.id)}, {i.text.version})" for i in indicators)
    return f"(o.indicator, o.version) IN ({named})"


def _named(indicator: Indicator) -> str:
    return f"{indicator.id} {indicator.text.version}"


def touch_batches(
    connection: duckdb.DuckDBPyConnection, lake: Lake, schema: DatasetSchema, batches: Collection[int]
) -> None:
    """Fill `engine_touched(unit, atom)` with the pairs whose states some batches can have changed.

    Args:
        connection: `compute.prepare` has seen it.
        lake: the records.
        schema: the dataset.
        batches: of the dataset.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE engine_touched (unit INTEGER, atom INTEGER)")
    match schema.kind:
        case "flow":
            _touch_events(connection, lake, schema, batches)
        case "external":
            connection.execute("INSERT INTO engine_touched SELECT unit, atom FROM engine_province")
        case _:
            backend = Duck(connection)
            backend.attach(lake.rows(schema.name))
            _touch_states(connection, lake, backend, schema, batches)


def _changed_rows(
    connection: duckdb.DuckDBPyConnection, lake: Lake, schema: DatasetSchema, batches: Collection[int]
) -> str:
    """The rows of some batches in this connection; they are few, whatever engine counts the whole."""
    duck.attach(connection, lake.rows_of_batches(schema.name, batches))
    return schema.name + CHANGED


def _touch_events(
    connection: duckdb.DuckDBPyConnection, lake: Lake, schema: DatasetSchema, batches: Collection[int]
) -> None:
    """The pairs of the batches' own rows, and of rows whose keys they repeat."""
    unit = "_unit" if schema.unit else str(leaf.UNITLESS)
    rows = _changed_rows(connection, lake, schema, batches)
    parts = [f"SELECT {unit} AS unit, CAST({schema.time} AS DATE) AS day FROM {rows}"]
    if files := lake.repeats_of_batches(schema.name, batches):
        listed = ", ".join(duck.literal(str(path)) for path in files)
        repeated = f"read_parquet([{listed}], hive_partitioning = false)"  # they are not files of rows
        parts.append(f"SELECT {unit}, CAST(_time AS DATE) FROM {repeated}")
    connection.execute(
        f"""INSERT INTO engine_touched SELECT DISTINCT c.unit, d.atom
            FROM ({" UNION ".join(parts)}) AS c JOIN engine_days AS d USING (day) WHERE c.unit IS NOT NULL"""
    )


def _touch_states(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    backend: Backend,
    schema: DatasetSchema,
    batches: Collection[int],
) -> None:
    """Every unit that has, or ever had, an entity of the batches, from their first day on."""
    came = _changed_rows(connection, lake, schema, batches)
    entities = connection.sql(f"SELECT DISTINCT {', '.join(schema.entity_key)} FROM {came}").to_arrow_table()
    backend.register("engine_changed_entities", entities)
    connection.register("touched_in", backend.fetch(_units_of_entities(schema)))
    unit = "_unit" if schema.unit else str(leaf.UNITLESS)
    connection.execute(
        f"""
        INSERT INTO engine_touched
        SELECT u.unit, a.atom
        FROM (SELECT unit FROM touched_in UNION SELECT {unit} AS unit FROM {came}) AS u CROSS JOIN engine_atoms AS a
        WHERE u.unit IS NOT NULL AND a.ends_on >= (SELECT MIN(CAST({schema.time} AS DATE)) FROM {came})
        """
    )


def _units_of_entities(schema: DatasetSchema) -> exp.Select:
    """Every unit that has, or had, one of the changed entities."""
    unit = exp.column("_unit", table="f") if schema.unit else exp.convert(leaf.UNITLESS)
    same = [
        exp.EQ(this=exp.column(column, table="c"), expression=exp.column(column, table="f"))
        for column in schema.entity_key
    ]
    query = exp.select(unit.as_("unit")).distinct().from_(exp.to_table(schema.name).as_("f"))
    return query.join(exp.to_table("engine_changed_entities").as_("c"), on=exp.and_(*same))
