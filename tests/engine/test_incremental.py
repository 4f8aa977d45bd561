"""Any sequence of batches, revocations, changed definitions and recomputes equals one full rebuild."""

import datetime as dt
import itertools
from pathlib import Path

import duckdb
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine import running
from tests.engine import test_against_reference as random_world
from tinhso.engine import backend, catalog, compute, incremental, located, periods, states
from tinhso.engine.duck import connect, literal
from tinhso.engine.schema import Rows

SCHEMAS = random_world.SCHEMAS
RELATIONS = located.Located(Path("_relations.yaml"), yaml.safe_dump(random_world.RELATIONS))


class FileLake:
    """Batches as Parquet files in a folder, the way the datasets module keeps them."""

    def __init__(self, folder):
        self.folder = folder
        self.batches = {name: {} for name in SCHEMAS}  # rows by batch
        self.in_force = {name: set() for name in SCHEMAS}
        self.number = itertools.count(1)

    def add(self, dataset, rows):
        batch = next(self.number)
        self.batches[dataset][batch] = rows
        self.in_force[dataset].add(batch)
        with running.filled([SCHEMAS[dataset]], {dataset: rows}) as connection:
            path = self._path(dataset, batch)
            path.parent.mkdir(parents=True)
            connection.execute(
                f"COPY (SELECT * EXCLUDE (_batch) REPLACE (0 AS _file, rowid + 2 AS _line) FROM {dataset}) "
                f"TO {literal(str(path))} (FORMAT parquet)"
            )
        return batch

    def _path(self, dataset, batch):
        return self.folder / dataset / f"_batch={batch}" / "rows-0.parquet"

    def _rows(self, dataset, batches):
        schema = SCHEMAS[dataset]
        return [
            (tuple(row[column] for column in schema.key), batch, line, row)
            for batch in sorted(batches)
            for line, row in enumerate(self.batches[dataset][batch], start=2)
        ]

    def counting(self, dataset):
        """The rows that count, as Python values."""
        latest = {key: row for key, _batch, _line, row in self._rows(dataset, self.in_force[dataset])}
        return list(latest.values())

    def rows(self, dataset):
        chosen = self._rows(dataset, self.in_force[dataset])
        last = {key: (batch, line) for key, batch, line, _row in chosen}
        gone = [(batch, line) for key, batch, line, _row in chosen if last[key] != (batch, line)]
        replaced = None
        if gone:
            with duckdb.connect() as connection:
                marks = ", ".join(f"({batch}::BIGINT, 0::INTEGER, {line}::BIGINT)" for batch, line in gone)
                replaced = connection.execute(
                    f"SELECT * FROM (VALUES {marks}) AS t(_batch, _file, _line)"
                ).to_arrow_table()
        files = tuple((batch, self._path(dataset, batch)) for batch in sorted(self.in_force[dataset]))
        return Rows(SCHEMAS[dataset], files, replaced)

    def rows_of_batches(self, dataset, batches):
        schema = SCHEMAS[dataset]
        named = type(schema)(
            dataset + incremental.CHANGED,
            schema.kind,
            schema.key,
            schema.unit,
            schema.time,
            schema.columns,
            schema.ends,
        )
        return Rows(named, tuple((batch, self._path(dataset, batch)) for batch in sorted(batches)))

    def repeats_of_batches(self, dataset, batches):
        """One file per batch: the rows of every batch so far whose keys it repeats."""
        found = []
        schema = SCHEMAS[dataset]
        for batch in batches:
            keys = {key for key, own, _line, _row in self._rows(dataset, [batch])}
            earlier = [one for one in self.batches[dataset] if one <= batch]
            rows = [(b, line, row) for key, b, line, row in self._rows(dataset, earlier) if key in keys]
            path = self.folder / "repeats" / dataset / f"_batch={batch}" / "r.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            with duckdb.connect() as connection:
                kind = running.SQL[schema.columns[schema.time].type]
                connection.execute(f"CREATE TABLE r (_unit INTEGER, _time {kind})")
                for _batch, _line, row in rows:
                    connection.execute("INSERT INTO r VALUES (?, ?)", [row.get("_unit"), row[schema.time]])
                connection.execute(f"COPY r TO {literal(str(path))} (FORMAT parquet)")
            found.append(path)
        return found

    def last_day(self, dataset, batches):
        time = SCHEMAS[dataset].time
        days = [row[time] for _k, _b, _l, row in self._rows(dataset, batches) if row[time] is not None]
        return max((day.date() if isinstance(day, dt.datetime) else day for day in days), default=None)


def inputs(lake, definitions, tree, as_of, views=(), first=dt.date(2022, 1, 1)):
    there = running.territory(tree)
    there = compute.Territory(there.versions, there.closure, tuple(views))
    built = catalog.build(definitions, RELATIONS, SCHEMAS)
    time = compute.timeline(periods.periods_until(first, as_of), there, as_of)
    return incremental.Inputs(built, there, time, lake.in_force, f"{tree}{[v.code for v in views]}", "1")


def cells_of(connection):
    rows = connection.execute("FROM cell ORDER BY ALL").fetchall()
    return [tuple(str(value) for value in row) for row in rows]


def full(lake, wanted):
    """The cells of one rebuild that knows of nothing earlier."""
    with connect(threads=1) as connection:
        for name in SCHEMAS:
            backend.Duck(connection).attach(lake.rows(name))
        compute.compute(connection, wanted.catalog, wanted.territory, wanted.time)
        return cells_of(connection)


class World:
    """A lake, and the computations that follow its changes one after another."""

    def __init__(self, folder):
        self.lake, self.states = FileLake(folder / "lake"), folder / "states"
        self.states.mkdir(parents=True)
        self.manifest = None
        self.last = None

    def compute(self, wanted):
        with connect(threads=1) as connection:
            update = incremental.Update(connection, wanted, self.lake, self.states, self.manifest)
            self.last = update.run()
            self.manifest = self.last.manifest
            return cells_of(connection)


@st.composite
def batches(draw):
    """Some rows of every dataset, cut into batches; later ones correct earlier ones."""
    rows = draw(random_world.data())
    more = draw(random_world.data())
    found = []
    for world in (rows, more):
        for dataset, own in world.items():
            if own:
                middle = draw(st.integers(0, len(own)))
                found += [(dataset, part) for part in (own[:middle], own[middle:]) if part]
    return draw(st.permutations(found))


@pytest.mark.parametrize("small_set", [backend.SMALL_SET, 8], ids=["bit strings", "Roaring"])
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(
    definitions=st.tuples(random_world.definition(1), random_world.definition(2), random_world.definition(3)),
    parts=batches(),
    tree=random_world.trees(),
    more=st.data(),
)
def test_any_sequence_of_changes_equals_a_full_rebuild(tmp_path_factory, small_set, definitions, parts, tree, more):
    try:
        catalog.build(definitions, RELATIONS, SCHEMAS)
    except catalog.DefinitionError as twins:
        assert "trùng công thức" in twins.reason
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backend, "SMALL_SET", small_set)
        patch.setattr(states, "SMALL_SET", small_set)
        patch.setattr(backend, "STEP", 8)
        world = World(tmp_path_factory.mktemp("world"))
        as_of = more.draw(random_world.DAYS, "as_of")
        for dataset, rows in parts:
            world.lake.add(dataset, rows)
            step = more.draw(
                st.sampled_from(["compute", "compute", "wait", "revoke", "restore", "day", "define"]), "step"
            )
            name = more.draw(st.sampled_from(sorted(SCHEMAS)), "dataset")
            if step == "revoke" and world.lake.in_force[name]:
                world.lake.in_force[name].discard(
                    more.draw(st.sampled_from(sorted(world.lake.in_force[name])), "batch")
                )
            if step == "restore" and world.lake.batches[name]:
                world.lake.in_force[name].add(more.draw(st.sampled_from(sorted(world.lake.batches[name])), "batch"))
            if step == "day":
                as_of = more.draw(random_world.DAYS, "as_of")
            chosen = definitions[: more.draw(st.integers(1, 3), "definitions")] if step == "define" else definitions
            if step != "wait":
                wanted = inputs(world.lake, chosen, tree, as_of)
                assert world.compute(wanted) == full(world.lake, wanted)
        wanted = inputs(world.lake, definitions, tree, as_of)
        assert world.compute(wanted) == full(world.lake, wanted)
