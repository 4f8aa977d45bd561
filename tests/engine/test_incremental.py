"""Any sequence of batches, revocations, changed definitions and recomputes equals one full rebuild."""

import datetime as dt
import itertools
from pathlib import Path

import duckdb
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine import reference, running
from tests.engine import test_against_reference as random_world
from tinhso.engine import backend, catalog, compute, incremental, located, periods, states
from tinhso.engine.definitions import Definition
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
                replaced = connection.sql(f"SELECT * FROM (VALUES {marks}) AS t(_batch, _file, _line)").to_arrow_table()
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


def inputs(lake, definitions, tree, as_of, views=(), first=dt.date(2022, 11, 1)):
    there = running.territory(tree)
    there = compute.Territory(there.versions, there.closure, tuple(views))
    built = catalog.build(definitions, RELATIONS, SCHEMAS)
    time = compute.timeline(periods.periods_until(first, as_of), there, as_of)
    return incremental.Inputs(built, there, time, lake.in_force, f"{tree}{[v.code for v in views]}", "1")


def cells_of(connection):
    rows = connection.execute("FROM cell ORDER BY ALL").fetchall()
    return [tuple(str(value) for value in row) for row in rows]


REBUILT = connect(threads=1)  # rebuilds replace every table they make, so one connection serves all


def full(lake, wanted):
    """The cells of one rebuild that knows of nothing earlier."""
    for name in SCHEMAS:
        backend.Duck(REBUILT).attach(lake.rows(name))
    compute.compute(REBUILT, wanted.catalog, wanted.territory, wanted.time)
    return cells_of(REBUILT)


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
    found = [(dataset, own) for dataset, own in rows.items() if own]
    more = draw(random_world.data())
    for dataset in draw(st.permutations(sorted(more)))[:2]:
        own = more[dataset]
        middle = draw(st.integers(0, len(own)))
        found += [(dataset, part) for part in (own[:middle], own[middle:]) if part]
    return draw(st.permutations(found))


@pytest.mark.parametrize("small_set", [backend.SMALL_SET, 8], ids=["bit strings", "Roaring"])
@settings(
    max_examples=8,
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


# ---- one kind of change at a time -------------------------------------------------------------------------


def defined(number, measures, value, **more):
    """A definition over the datasets of the random world."""
    text = {
        "id": f"x.n{number}",
        "version": 1,
        "valid": {"since": "2020-01-01"},
        "name": {"vi": "x", "en": "x"},
        "pillar": "gov",
        "owner": "x",
        "legal": [{"act": "1", "issued_on": "2020-01-01", "place": "1", "role": "target"}],
        "words": {"numerator": "x", "denominator": "x"},
        "measures": measures,
        "value": value,
        "examples": [{"name": "x", "period": "2023", "rows": {}, "expect": [0, 0]}],
    } | more
    return definitions_file(number, text)


def definitions_file(number, text):
    return Definition(located.Located(Path(f"n{number}.yaml"), yaml.safe_dump(text)))


def weights(where=None):
    """Posts with a filter that tests change, over all posts."""
    own = {"from": "posts", "aggregate": "sum", "of": "weight"} | ({"where": where} if where else {})
    return defined(3, {"a": own, "b": {"from": "posts", "aggregate": "count"}}, "a / b")


EVENTS = defined(
    1,
    {"a": {"from": "events", "aggregate": "count", "where": "ok"}, "b": {"from": "events", "aggregate": "count"}},
    "a / b",
)
THINGS = defined(
    2,
    {
        "a": {"from": "events", "aggregate": "distinct", "of": "thing", "where": "rule.level == 'some'"},
        "b": {"from": "events", "aggregate": "distinct", "of": "thing"},
    },
    "count(a) / count(b)",
)
PEOPLE = defined(
    4,
    {
        "there": {"from": "posts", "aggregate": "distinct", "of": "person"},
        "did": {"from": "acts", "aggregate": "distinct", "of": "person", "window": "year_to_date"},
    },
    "count(there & did) / count(there)",
)
EVERY = (EVENTS, THINGS, weights(), PEOPLE)
AS_OF = dt.date(2023, 5, 20)
START = dt.date(2000, 1, 1)


def tree_with(parent):
    """Province 1 with 2 and 3; 4, whose second version is 6, under 2 until March 2023, then under another parent."""
    moved, far = dt.date(2023, 3, 10), running.FAR
    closure = [(unit, unit, START, far) for unit in (1, 2, 3, 4)]
    closure += [(unit, 1, START, far) for unit in (2, 3, 4)]
    closure += [(4, 2, START, moved - dt.timedelta(days=1)), (4, parent, moved, far)]
    return reference.Tree({1: 1, 2: 2, 3: 3, 4: 4, 6: 4}, closure, 1)


def event(number, day, unit=2, thing="t1", ok=True):
    moment = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(9))
    return {"event": str(number), "thing": thing, "way": "a", "ok": ok, "amount": 1, "happened": moment, "_unit": unit}


def post(person, day, unit=2, ended=None):
    return {
        "person": person,
        "role": "x",
        "weight": 2,
        "as_of": dt.date.fromisoformat(day),
        "ended": dt.date.fromisoformat(ended) if ended else None,
        "_unit": unit,
    }


def rule(thing, since, level="some"):
    return {"thing": thing, "level": level, "since": dt.date.fromisoformat(since), "until": None, "_unit": 1}


class Directed(World):
    """A world with some months of records, computed once."""

    def __init__(self, folder):
        super().__init__(folder)
        self.definitions, self.tree, self.as_of = EVERY, tree_with(3), AS_OF
        months = [f"2023-0{month}" for month in range(1, 6)]
        self.lake.add(
            "events",
            [
                event(10 * m + n, f"{month}-0{n + 1}", (2, 3, 4)[n % 3], f"t{n % 5}", n % 2 == 0)
                for m, month in enumerate(months)
                for n in range(6)
            ],
        )
        self.lake.add("rules", [rule(f"t{n}", "2022-01-01", ("some", "none")[n % 2]) for n in range(5)])
        self.lake.add("posts", [post(f"p{n}", "2022-12-01", (2, 3, 4)[n % 3]) for n in range(6)])
        self.lake.add("acts", [{"person": f"p{n}", "sort": "p", "on_day": dt.date(2023, 2, n + 1)} for n in range(4)])
        self.extra = self.lake.add("events", [event(90, "2023-05-12", 3, "t2"), event(91, "2023-05-13", 3, "t3")])
        self.compute(inputs(self.lake, self.definitions, self.tree, self.as_of))

    def update(self):
        """Compute, and hold it against a rebuild.

        Returns:
            Leaf states counted anew, cells made anew, and all there are of both.
        """
        wanted = inputs(self.lake, self.definitions, self.tree, self.as_of)
        assert self.compute(wanted) == full(self.lake, wanted)
        return self.last.recounted, self.last.remade, self.last.leaf_states, self.last.cells


@pytest.fixture
def directed(tmp_path):
    return Directed(tmp_path)


def test_nothing_new_makes_nothing(directed):
    assert directed.update()[:2] == (0, 0)


def test_a_correction_counts_the_old_and_the_new_pair(directed):
    directed.lake.add("events", [event(10, "2023-02-01", 3, "t1", False)])

    recounted, remade, states_, cells = directed.update()

    assert 0 < recounted <= 8
    assert 0 < remade < cells / 2
    assert recounted < states_ / 4


def test_a_correction_of_a_day_counts_both_months(directed):
    directed.lake.add("events", [event(10, "2023-04-01", 2, "t0")])

    recounted, remade, _states, cells = directed.update()

    assert 0 < recounted <= 8
    assert 0 < remade < cells * 2 / 3


def test_a_revoked_batch_counts_the_pairs_it_had(directed):
    directed.lake.in_force["events"].discard(directed.extra)

    recounted, remade, _states, cells = directed.update()

    assert 0 < recounted <= 4
    assert 0 < remade < cells / 2


def test_a_member_that_only_a_replaced_row_names_is_back_with_it(directed):
    """Its dictionary never saw it: when it was made, the correction was in force already."""
    directed.lake.add("events", [event(80, "2023-05-02", 3, "only here")])
    correction = directed.lake.add("events", [event(80, "2023-05-02", 3, "t1")])
    directed.update()
    directed.lake.in_force["events"].discard(correction)

    directed.update()

    members = directed.compute(inputs(directed.lake, directed.definitions, directed.tree, directed.as_of))
    assert any(cell[1] == "x.n2" and cell[7] == "6.0000" for cell in members)  # t0 … t4, and the one that is back


def test_late_rows_count_their_own_month(directed):
    directed.lake.add("events", [event(95, "2023-01-20", 4, "t4"), event(96, "2023-01-21", 4, "t4")])

    recounted, remade, _states, cells = directed.update()

    assert 0 < recounted <= 4
    assert 0 < remade < cells / 2


def test_rows_of_a_stock_count_the_units_they_touch_from_their_day_on(directed):
    directed.lake.add("posts", [post("p0", "2023-04-15", 4)])

    recounted, remade, states_, _cells = directed.update()

    assert 0 < recounted < states_ / 3
    assert remade > 0


@pytest.mark.parametrize(
    ("as_of", "most"),
    [(dt.date(2023, 5, 25), 0), (dt.date(2023, 5, 15), 0), (dt.date(2023, 5, 12), 12)],
    ids=["forward", "back over days without records", "back over a record"],
)
def test_another_evaluation_date_within_the_month_counts_what_it_reaches(directed, as_of, most):
    directed.as_of = as_of

    recounted = directed.update()[0]

    assert recounted <= most


@pytest.mark.parametrize("as_of", [dt.date(2023, 6, 10), dt.date(2023, 3, 31), dt.date(2023, 3, 15)])
def test_another_evaluation_date_in_another_month_keeps_the_events_of_whole_months(directed, as_of):
    directed.as_of = as_of

    recounted, _remade, states_, _cells = directed.update()
    directed.as_of = AS_OF
    directed.update()

    assert recounted < states_


def test_a_changed_definition_counts_its_own_measures_and_makes_its_own_cells(directed):
    directed.definitions = (EVENTS, THINGS, weights("weight >= 2"), PEOPLE)
    own = 3  # of the stock: one measure of four is new

    recounted, remade, states_, cells = directed.update()

    assert 0 < recounted < states_ / own
    assert 0 < remade < cells / 2


def test_a_definition_that_is_gone_counts_nothing(directed):
    directed.definitions = (EVENTS, THINGS, PEOPLE)

    assert directed.update()[0] == 0


def test_changed_spans_count_the_events_that_refer_to_them(directed):
    directed.lake.add("rules", [rule("t4", "2023-02-01", "none")])

    recounted, remade, states_, _cells = directed.update()

    assert 0 < recounted < states_ / 2
    assert remade > 0


def test_a_changed_tree_is_only_rolled_up(directed):
    directed.tree = tree_with(2)

    recounted, remade, _states, cells = directed.update()

    assert (recounted, remade) == (0, cells)


def test_a_dictionary_that_outgrows_bit_strings_is_counted_anew_then_grows(tmp_path, monkeypatch):
    for module in (backend, states):
        monkeypatch.setattr(module, "SMALL_SET", 8)
    monkeypatch.setattr(backend, "STEP", 8)
    directed = Directed(tmp_path)

    directed.lake.add("events", [event(100 + n, "2023-05-02", 2, f"u{n}") for n in range(6)])
    outgrown = directed.update()[0]
    directed.lake.add("events", [event(200, "2023-05-03", 2, "v1")])
    grown = directed.update()[0]

    assert outgrown > 20
    assert 0 < grown <= 4
