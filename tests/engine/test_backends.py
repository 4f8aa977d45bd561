"""Whatever engine scans the facts, the leaf states are the same (ADR 0020)."""

import contextlib
import datetime as dt
import hashlib
import importlib.metadata
import os
import random
import re
import socket
import time
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pytest
import sqlglot
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.engine import clickhouse_server, reference, running, test_incremental
from tests.engine import test_against_reference as random_world
from tests.indicators.test_definitions import CATALOG, SCHEMAS
from tinhso.config.cli.main import main
from tinhso.datasets import selectors
from tinhso.engine import backend, catalog, compute, engines, incremental, language, located, periods, states
from tinhso.engine.catalog import Catalog, Measure, Relation
from tinhso.engine.duck import connect, literal
from tinhso.engine.schema import ColumnSchema, DatasetSchema, Rows
from tinhso.organizations import api as organizations

SERVER = "clickhouse:"
ENGINES = ["chdb:", SERVER, "local[2]"]
AS_OF = dt.date(2023, 12, 31)
LARGE = 16  # members beyond which sets are Roaring bitmaps in these tests


@pytest.fixture(scope="module")
def engine_at():
    """Opens an engine once for all tests of the module; one that is not installed is named as not run."""
    with contextlib.ExitStack() as stack:
        opened = {}
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")

        def engine_at(url):
            if url not in opened:
                address = url
                if url == SERVER:
                    _need("chdb:")
                    user = f"{clickhouse_server.USER}:{quote(clickhouse_server.PASSWORD)}"
                    address = f"clickhouse://{user}@{stack.enter_context(clickhouse_server.running())}/default"
                _need(address)
                opened[url] = stack.enter_context(engines.opened(address, connect()))
            return opened[url]

        yield engine_at


def _need(url):
    missing = [piece.missing for piece in engines.pieces(url) if not piece.found]
    if missing and not os.environ.get("TINHSO_REQUIRE_ENGINES"):
        pytest.skip(missing[0])
    assert not missing, missing[0]


@pytest.fixture(params=["bit strings", "Roaring"])
def sets(request, monkeypatch):
    """Sets in both of their forms."""
    if request.param == "Roaring":
        monkeypatch.setattr(backend, "SMALL_SET", LARGE)
        monkeypatch.setattr(states, "SMALL_SET", LARGE)
        monkeypatch.setattr(backend, "STEP", 8)
    return request.param


# ---- a lake of every kind of dataset ----------------------------------------------------------------------


def _schema(name, kind, key, unit, time, ends=None, /, **columns):
    typed = {column: ColumnSchema(type_) for column, type_ in columns.items()}
    return DatasetSchema(name, kind, key, unit, time, typed, ends)


VISITS = _schema(
    "visits",
    "flow",
    ("visit",),
    "unit",
    "happened",
    visit="string",
    place="string",
    person="string",
    way="string",
    ok="boolean",
    fee="decimal",
    times="integer",
    happened="timestamp",
    unit="string",
)
PLACES = _schema(
    "places",
    "validity",
    ("place", "since"),
    "unit",
    "since",
    "until",
    place="string",
    level="string",
    weight="decimal",
    unit="string",
    since="date",
    until="date",
)
POSTS = _schema(
    "posts",
    "stock",
    ("person", "as_of"),
    "unit",
    "as_of",
    "ended",
    person="string",
    role="string",
    weight="integer",
    unit="string",
    as_of="date",
    ended="date",
)
ACTS = _schema("acts", "flow", ("person", "on_day"), None, "on_day", person="string", sort="string", on_day="date")
GIVEN = _schema("given", "external", ("sector", "year"), None, "year", sector="string", year="year", part="decimal")
OWN = {schema.name: schema for schema in (VISITS, PLACES, POSTS, ACTS, GIVEN)}
PLACE = Relation("at_place", "visits", "place", PLACES)


def _measure(schema, aggregate, of=None, where=None, entity=None, **more):
    condition = language.parse_filter(where) if where else None
    category = "sector" if schema is GIVEN else None
    return Measure(schema, aggregate, of, condition, more.get("window", "period"), category, entity)


ODD = "a'b\\c"  # letters that engines quote each in its own way
MEASURES = (
    _measure(VISITS, "count"),
    _measure(VISITS, "count", where="ok"),
    _measure(VISITS, "count", where="not ok or way == 'c'"),
    _measure(VISITS, "count", where=f"way in ({ODD!r}, 'c')"),
    _measure(VISITS, "count", where="way not in ('b',)"),
    _measure(VISITS, "count", where="fee > 0.1"),
    _measure(VISITS, "count", where="not (fee > 2.5) and times != 3"),
    _measure(VISITS, "count", where="at_place.level is None"),
    _measure(VISITS, "count", where="at_place.weight >= 1.5"),
    _measure(VISITS, "sum", "fee", where="way != 'b'"),
    _measure(VISITS, "sum", "times"),
    _measure(VISITS, "distinct", "place", entity="place"),
    _measure(VISITS, "distinct", "place", where="at_place.level == 'some' and ok", entity="place"),
    _measure(VISITS, "distinct", "person", entity="person"),
    _measure(PLACES, "count", where="level == 'some'"),
    _measure(PLACES, "count"),
    _measure(POSTS, "count", where="role == 'x'"),
    _measure(POSTS, "sum", "weight"),
    _measure(POSTS, "distinct", "person", entity="person"),
    _measure(POSTS, "distinct", "person", where="weight >= 2", entity="person"),
    _measure(ACTS, "distinct", "person", entity="person"),
    _measure(ACTS, "count", where="sort == 'p'"),
    _measure(GIVEN, "sum", "part"),
)
MADE = Catalog((), MEASURES, {"visits": (PLACE,)}, "")


def _some_rows(chance, size):
    """Rows of one batch: nulls everywhere they may be, last moments of months, days outside what is computed."""

    def day():
        return dt.date(2022, 11, 1) + dt.timedelta(days=chance.randrange(450))

    def moment():
        last = chance.choice([dt.time(0), dt.time(12, 30), dt.time(23, 59, 59, 999999)])
        return dt.datetime.combine(chance.choice([day(), dt.date(2023, 1, 31), dt.date(2023, 9, 30)]), last)

    def maybe(value):
        return chance.choice([None, value, value, value])

    unit = [1, 2, 3, 4, 5, 6, None]
    return {
        "visits": [
            {
                "visit": str(chance.randrange(4 * size)),
                "place": maybe(f"p{chance.randrange(30)}"),
                "person": maybe(f"người {chance.randrange(40)}"),
                "way": maybe(chance.choice([ODD, "b", "c"])),
                "ok": maybe(chance.random() < 0.5),
                "fee": maybe(Decimal(chance.randrange(50)) / 10),
                "times": maybe(chance.randrange(5)),
                "happened": maybe(moment()),
                "_unit": chance.choice(unit),
            }
            for _ in range(size)
        ],
        "places": [
            {
                "place": f"p{chance.randrange(25)}",
                "level": chance.choice(["none", "some", None]),
                "weight": maybe(Decimal(chance.randrange(4)) / 2),
                "since": day(),
                "until": chance.choice([None, day(), dt.date(9999, 12, 31)]),
                "_unit": chance.choice(unit),
            }
            for _ in range(size // 8)
        ],
        "posts": [
            {
                "person": f"người {chance.randrange(40)}",
                "role": maybe(chance.choice("xy")),
                "weight": maybe(chance.randrange(5)),
                "as_of": day(),
                "ended": maybe(day()),
                "_unit": chance.choice(unit),
            }
            for _ in range(size // 4)
        ],
        "acts": [
            {"person": f"người {chance.randrange(50)}", "sort": maybe(chance.choice("pq")), "on_day": day()}
            for _ in range(size // 4)
        ],
        "given": [
            {"sector": f"s{number}", "year": year, "part": maybe(Decimal(chance.randrange(999)) / 100)}
            for number in range(3)
            for year in (2022, 2023, 2024)
        ],
    }


def lake(folder, schemas, batches):
    """Files as the datasets module keeps them, two of a batch where it has several rows, and what they replace."""
    found = {}
    for name, schema in schemas.items():
        places = {}
        files = []
        for batch, rows in enumerate((one.get(name, []) for one in batches), start=1):
            middle = len(rows) // 2
            for file, part in enumerate([rows[:middle], rows[middle:]]):
                if part:
                    files.append((batch, _write(folder / name / f"_batch={batch}", schema, file, part)))
                for line, row in enumerate(part, start=2):
                    places.setdefault(tuple(row[column] for column in schema.key), []).append((batch, file, line))
        gone = [place for several in places.values() for place in several[:-1]]
        found[name] = Rows(schema, tuple(files), _replaced(gone) if gone else None)
    return found


def _write(folder, schema, file, rows):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"rows-{file}.parquet"
    with running.filled([schema], {schema.name: rows}) as connection:
        connection.execute(
            f"COPY (SELECT * EXCLUDE (_batch) REPLACE ({file} AS _file, rowid + 2 AS _line) FROM {schema.name}) "
            f"TO {literal(str(path))} (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd)"
        )
    return path


def _replaced(places):
    batches, files, lines = zip(*places, strict=True)
    types = {"_batch": pa.int64(), "_file": pa.int32(), "_line": pa.int64()}
    columns = zip(types, (batches, files, lines), strict=True)
    return pa.table({name: pa.array(values, types[name]) for name, values in columns})


NOTHING = hashlib.sha256().hexdigest()


def checksum(engine, built, rows, territory, timeline):
    """The leaf states that an engine counts; None for DuckDB itself."""
    with connect(threads=1) as connection:
        scan = engine or backend.Duck(connection)
        for one in rows.values():
            scan.attach(one)
        compute.count(connection, built, territory, timeline, scan)
        return states.checksum(connection)


def _tree():
    start, moved = dt.date(2000, 1, 1), dt.date(2023, 7, 15)
    closure = [(unit, unit, start, running.FAR) for unit in range(1, 6)]
    closure += [(unit, 1, start, running.FAR) for unit in range(2, 6)]
    closure += [(4, 2, start, moved - dt.timedelta(days=1)), (4, 3, moved, running.FAR)]
    return running.territory(reference.Tree({unit: unit for unit in range(1, 6)} | {6: 4}, closure, 1))


@pytest.mark.parametrize("url", ENGINES)
def test_leaf_states_are_those_of_duckdb(url, engine_at, sets, tmp_path):
    chance = random.Random(20231231)
    rows = lake(tmp_path / "hồ dữ liệu", OWN, [_some_rows(chance, 160) for _ in range(3)])
    territory = _tree()
    timeline = compute.timeline(periods.periods_until(dt.date(2022, 12, 1), AS_OF), territory, AS_OF)

    ours = checksum(engine_at(url), MADE, rows, territory, timeline)

    assert NOTHING != ours == checksum(None, MADE, rows, territory, timeline)


# ---- the real indicators ----------------------------------------------------------------------------------


UNTIL = dt.date(2023, 4, 30)


@pytest.fixture
def imported(province, tmp_path, home, snapshots, capsys):
    """A very small province of four months, imported by the commands themselves."""

    def make():
        files = tmp_path / "files"
        assert main(["simulate", "--out", str(files), "--scale", "0.003", "--until", UNTIL.isoformat()]) == 0
        assert main(["import-folder", str(files), "--json"]) == 0

    snapshots.provide("four-months-imported", home, make)
    capsys.readouterr()


@pytest.mark.parametrize("url", ENGINES)
def test_the_21_indicators_have_the_leaf_states_of_duckdb(url, engine_at, imported):
    rows = {name: selectors.rows(name) for name in SCHEMAS}
    territory = compute.Territory(organizations.unit_versions_table(), organizations.closure_table())
    timeline = compute.timeline(periods.periods_until(dt.date(2022, 1, 1), UNTIL), territory, UNTIL)

    ours = checksum(engine_at(url), CATALOG, rows, territory, timeline)

    assert NOTHING != ours == checksum(None, CATALOG, rows, territory, timeline)


# ---- random catalogs and data -----------------------------------------------------------------------------


def _agree(engine, folder, definitions, rows, later, tree, as_of):
    relations = located.Located(Path("_relations.yaml"), yaml.safe_dump(random_world.RELATIONS))
    try:
        built = catalog.build(definitions, relations, random_world.SCHEMAS)
    except catalog.DefinitionError as twins:
        assert "trùng công thức" in twins.reason
        return
    kept = lake(folder, random_world.SCHEMAS, [rows, later])
    territory = running.territory(tree)
    timeline = compute.timeline(periods.periods_until(dt.date(2022, 1, 1), as_of), territory, as_of)

    ours = checksum(engine, built, kept, territory, timeline)

    assert ours == checksum(None, built, kept, territory, timeline)


WORLD = {
    "definitions": st.tuples(*(random_world.definition(number) for number in (1, 2, 3))),
    "rows": random_world.data(),
    "later": random_world.data(),
    "tree": random_world.trees(),
    "as_of": random_world.DAYS,
}
CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@settings(max_examples=20, deadline=None, suppress_health_check=CHECKS)
@given(**WORLD)
def test_chdb_and_duckdb_agree_on_whatever_is_counted(engine_at, tmp_path_factory, **world):
    _agree(engine_at("chdb:"), tmp_path_factory.mktemp("world"), **world)


@settings(max_examples=4, deadline=None, phases=[Phase.generate], suppress_health_check=CHECKS)
@given(**WORLD)
def test_spark_and_duckdb_agree_on_whatever_is_counted(engine_at, tmp_path_factory, **world):
    _agree(engine_at("local[2]"), tmp_path_factory.mktemp("world"), **world)


# ---- states brought up to date ----------------------------------------------------------------------------


def _updated(engine, world, wanted):
    """The cells after a computation that goes on from the world's last one."""
    with connect(threads=1) as connection:
        update = incremental.Update(connection, wanted, world.lake, world.states, world.manifest, engine)
        world.last = update.run()
        world.manifest = world.last.manifest
        return test_incremental.cells_of(connection)


def _follows_changes(engine, folder, definitions, parts, tree, as_of):
    try:
        catalog.build(definitions, test_incremental.RELATIONS, random_world.SCHEMAS)
    except catalog.DefinitionError as twins:
        assert "trùng công thức" in twins.reason
        return
    world = test_incremental.World(folder)
    for step, (dataset, rows) in enumerate(parts):
        batch = world.lake.add(dataset, rows)
        if step % 3 == 2:
            world.lake.in_force[dataset].discard(batch - 2 if batch - 2 in world.lake.in_force[dataset] else batch)
        if step % 2 or step == len(parts) - 1:
            wanted = test_incremental.inputs(world.lake, definitions, tree, as_of)
            assert _updated(engine, world, wanted) == test_incremental.full(world.lake, wanted)


CHANGES = {
    "definitions": WORLD["definitions"],
    "parts": test_incremental.batches(),
    "tree": WORLD["tree"],
    "as_of": WORLD["as_of"],
}


@settings(max_examples=8, deadline=None, suppress_health_check=CHECKS)
@given(**CHANGES)
def test_states_counted_by_chdb_follow_changes(engine_at, tmp_path_factory, **changes):
    _follows_changes(engine_at("chdb:"), tmp_path_factory.mktemp("changes"), **changes)


@settings(max_examples=3, deadline=None, phases=[Phase.generate], suppress_health_check=CHECKS)
@given(**CHANGES)
def test_states_counted_by_spark_follow_changes(engine_at, tmp_path_factory, **changes):
    _follows_changes(engine_at("local[2]"), tmp_path_factory.mktemp("changes"), **changes)


# ---- engines that are not there ---------------------------------------------------------------------------


def refusal_of(url):
    """What is raised where an engine is opened."""
    with pytest.raises(backend.EngineUnreachable) as refusal, engines.opened(url, connect()):
        pass
    return refusal.value


@pytest.mark.parametrize("url", ["presto://x", "duck", "local[two]", SERVER, "clickhouse://x:y@:z", "spark://"])
def test_an_unknown_address_is_refused_without_its_password(url):
    refusal = refusal_of(url)

    assert isinstance(refusal, engines.UnknownEngine)
    assert "các dạng dùng được: duckdb:" in str(refusal)
    assert "x:y@" not in str(refusal)


@pytest.mark.parametrize("url", ["", "duckdb:"])
def test_without_an_address_duckdb_scans(url):
    with connect() as connection, engines.opened(url, connection) as engine:
        assert isinstance(engine, backend.Duck)


def _closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.mark.parametrize(("scheme", "name"), [("spark", "Spark"), ("clickhouse", "ClickHouse")])
def test_an_address_that_does_not_answer_is_named_soon(scheme, name):
    url = f"{scheme}://127.0.0.1:{_closed_port()}"
    _need(url)
    began = time.monotonic()

    refusal = refusal_of(url)

    assert re.fullmatch(rf"{name} ở .* không trả lời \(.*\); số liệu giữ nguyên\. .*TINHSO_ENGINE_URL\.", str(refusal))
    assert time.monotonic() - began < 30


def test_a_wrong_password_is_told_and_not_shown():
    _need("clickhouse://x")
    _need("chdb:")
    with clickhouse_server.running() as address:
        refusal = refusal_of(f"clickhouse://tinhso:sai@{address}")

    assert "Authentication failed" in str(refusal)
    assert "sai" not in str(refusal)


@pytest.mark.parametrize("url", ENGINES)
def test_a_query_that_an_engine_refuses_is_one_sentence(url, engine_at):
    query = sqlglot.select("nothing").from_("nowhere")

    with pytest.raises(backend.EngineUnreachable, match=r"không tính được \(.*nowhere.*\); số liệu giữ nguyên\.$"):
        engine_at(url).fetch(query)


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch):
    def none(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", none)

    refusal = refusal_of("local[2]")

    assert str(refusal) == 'Spark chưa được cài: hãy chạy “pip install "tinhso[spark]"”.'


@pytest.mark.parametrize("release", ["", "11.0.20"])
def test_spark_without_a_usable_java_names_the_package(monkeypatch, tmp_path, release):
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "4.3.0")
    java = tmp_path / "bin" / "java"
    if release:
        java.parent.mkdir()
        java.touch(mode=0o755)
        (tmp_path / "release").write_text(f'JAVA_VERSION="{release}"\n', encoding="utf-8")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    refusal = refusal_of("local[2]")

    assert (
        str(refusal)
        == "Spark cần Java 17 trở lên: hãy chạy “apt-get install default-jre-headless”, hoặc đặt JAVA_HOME."
    )


@pytest.mark.parametrize("url", ["chdb:", "local[2]"])
def test_a_folder_named_like_a_pattern_is_read_or_refused_but_never_another(url, engine_at, tmp_path):
    acts = [{"person": str(number), "on_day": AS_OF} for number in range(10)]
    rows = lake(tmp_path / "a{b,c}[d]", {"acts": ACTS}, [{"acts": acts}])
    engine = engine_at(url)
    query = sqlglot.select("COUNT(*) AS n").from_("acts")

    try:
        engine.attach(rows["acts"])
    except backend.EngineUnreachable as refusal:
        assert "đường dẫn có ký tự" in str(refusal)
    else:
        assert engine.fetch(query).to_pylist() == [{"n": 10}]
