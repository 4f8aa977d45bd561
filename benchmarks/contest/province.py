"""The records, tree and definitions that the engine's benchmark and its contestants share."""

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Collection
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import yaml

from tinhso.engine import catalog, compute, duck, located, periods
from tinhso.engine.definitions import Definition
from tinhso.engine.incremental import Inputs, Manifest, Update
from tinhso.engine.schema import ColumnSchema, DatasetSchema, Rows

Place = tuple[object, ...]  # unit, period, figures …
COMMUNES, DISTRICTS, TODAY = 200, 12, 75
SERVICES, CITIZENS = 2_000, 1_300_000
FIRST, LAST = dt.date(2021, 1, 1), dt.date(2023, 12, 31)
MONTHS = 36
FIRST_DISTRICT, FIRST_TODAY = COMMUNES, COMMUNES + DISTRICTS
PROVINCE = FIRST_TODAY + TODAY
KINDS = ("month", "quarter", "half", "year", "year_to_date")  # nine months are left out, as the peers have them

_COLUMNS = {
    "dossier": ColumnSchema("integer", required=True),
    "service_id": ColumnSchema("integer", required=True),
    "citizen_id": ColumnSchema("integer", required=True),
    "channel": ColumnSchema("string", ("online", "counter"), required=True),
    "on_time": ColumnSchema("boolean", required=True),
    "fee_vnd": ColumnSchema("integer", required=True),
    "received_on": ColumnSchema("date", required=True),
    "unit": ColumnSchema("string", required=True),
}
DOSSIERS = DatasetSchema("dossiers", "flow", ("dossier",), "unit", "received_on", _COLUMNS)
MEASURES = {
    "online_services": {"aggregate": "distinct", "of": "service_id", "where": "channel == 'online'"},
    "services": {"aggregate": "distinct", "of": "service_id"},
    "online": {"aggregate": "count", "where": "channel == 'online'"},
    "on_time": {"aggregate": "count", "where": "on_time"},
    "fees": {"aggregate": "sum", "of": "fee_vnd"},
    "received": {"aggregate": "count"},
    "online_citizens": {"aggregate": "distinct", "of": "citizen_id", "where": "channel == 'online'"},
    "citizens": {"aggregate": "distinct", "of": "citizen_id"},
}
DEFINITIONS = {
    "services": {
        "gov.services": ("online_services", "services", "count({0}) / count({1})"),
        "gov.online": ("online", "received", "{0} / {1}"),
        "gov.on_time": ("on_time", "received", "{0} / {1}"),
        "gov.fees": ("fees", "received", "{0} / {1}"),
    },
    "citizens": {"soc.citizens": ("online_citizens", "citizens", "count({0}) / count({1})")},
}
# what the contestants give for every unit and period, in this order
FIGURES = {
    "services": """count(DISTINCT service_id) FILTER (channel = 'online') AS a, count(DISTINCT service_id) AS b,
        count(*) FILTER (channel = 'online') AS c, count(*) FILTER (on_time) AS d, sum(fee_vnd)::BIGINT AS e, count(*) AS f""",
    "citizens": "count(DISTINCT citizen_id) FILTER (channel = 'online') AS a, count(DISTINCT citizen_id) AS b",
}
PERIODS = {  # code of the period that holds a day; year to date is a join
    "month": "strftime(received_on, '%Y-%m')",
    "quarter": "year(received_on)::VARCHAR || '-Q' || quarter(received_on)",
    "half": "year(received_on)::VARCHAR || '-H' || ((month(received_on) + 5) // 6)",
    "year": "year(received_on)::VARCHAR",
}
UNITS = {  # the unit of each level that a commune lies in
    "commune": "_unit",
    "district": f"{FIRST_DISTRICT} + _unit % {DISTRICTS}",
    "today": f"{FIRST_TODAY} + _unit % {TODAY}",
    "province": f"{PROVINCE}",
}


class Province:
    """The lake of a benchmark: a batch of dossiers a month, then one of late corrections.

    Args:
        folder: made by `make`.
        corrected: whether the corrections are in force.
        catalog: which definitions.
    """

    def __init__(self, folder: Path, *, corrected: bool = False, catalog: str = "services") -> None:
        self.folder, self.corrected, self.chosen = folder, corrected, catalog
        self.files = {batch: folder / f"_batch={batch}" / "rows-0.parquet" for batch in range(1, MONTHS + 2)}

    # ---- making -----------------------------------------------------------------------------------------

    @staticmethod
    def make(folder: Path, rows: int, corrections: int) -> None:
        """Write the records: spread evenly over days, communes, services and citizens; 40 % online."""
        province = Province(folder)
        with duckdb.connect() as connection:
            connection.execute("SET enable_progress_bar = false")
            for batch in range(1, MONTHS + 1):
                first = dt.date(2021 + (batch - 1) // 12, (batch - 1) % 12 + 1, 1)
                days = ((first + dt.timedelta(days=32)).replace(day=1) - first).days
                start, end = (batch - 1) * rows // MONTHS, batch * rows // MONTHS
                fields = _fields(f"DATE '{first}' + ((i - {start}) * {days} // {end - start})::INTEGER", "i")
                _write(connection, province.files[batch], f"SELECT {fields} FROM range({start}, {end}) AS r(i)")
            province._correct(connection, rows, corrections)

    def _correct(self, connection: duckdb.DuckDBPyConnection, rows: int, corrections: int) -> None:
        """Late corrections of dossiers of the last quarter of 2022 in ten communes: another channel, fee or service."""
        source = duck.parquet(self.files[batch] for batch in (22, 23, 24))
        connection.execute(
            f"""CREATE TEMP TABLE late AS SELECT * FROM {source} WHERE _unit < 10
                ORDER BY hash(dossier) LIMIT {min(corrections, rows // 1000)}"""
        )
        changed = f"""dossier, ((service_id + 1) % {SERVICES})::BIGINT AS service_id, citizen_id,
            CASE WHEN channel = 'online' THEN 'counter' ELSE 'online' END AS channel, NOT on_time AS on_time,
            fee_vnd + 1 AS fee_vnd, received_on, unit, _unit, 0::INTEGER AS _file, row_number() OVER () + 1 AS _line"""
        _write(connection, self.files[MONTHS + 1], f"SELECT {changed} FROM late")
        connection.execute(f"COPY (SELECT _batch, _file, _line FROM late) TO '{self.folder}/replaced.parquet'")
        (self.folder / "_batch=0").mkdir()
        connection.execute(
            f"COPY (SELECT _unit, received_on AS _time FROM late) TO '{self.folder}/_batch=0/repeats.parquet'"
        )

    # ---- the lake as the engine reads it ----------------------------------------------------------------

    def rows(self, _dataset: str) -> Rows:
        batches = range(1, MONTHS + (2 if self.corrected else 1))
        replaced = None
        if self.corrected:
            with duckdb.connect() as connection:
                replaced = connection.sql(f"FROM '{self.folder}/replaced.parquet'").to_arrow_table()
        return Rows(DOSSIERS, tuple((batch, self.files[batch]) for batch in batches), replaced)

    def rows_of_batches(self, _dataset: str, batches: Collection[int]) -> Rows:
        schema = dataclasses.replace(DOSSIERS, name="dossiers__changed")
        return Rows(schema, tuple((batch, self.files[batch]) for batch in sorted(batches)))

    def repeats_of_batches(self, _dataset: str, _batches: Collection[int]) -> list[Path]:
        return [self.folder / "_batch=0" / "repeats.parquet"]

    def last_day(self, _dataset: str, _batches: Collection[int]) -> dt.date:
        return LAST

    # ---- ours -------------------------------------------------------------------------------------------

    def inputs(self) -> Inputs:
        there = territory()
        wanted = [period for period in periods.periods_until(FIRST, LAST) if period.kind in KINDS]
        batches = {"dossiers": list(range(1, MONTHS + (2 if self.corrected else 1)))}
        time = compute.timeline(wanted, there, LAST)
        return Inputs(definitions(self.chosen), there, time, batches, "tree", "benchmark")

    def compute(self, going_on_from: str | None = None) -> str:
        """What `tinhso compute` does below its database: states and cells as files.

        Args:
            going_on_from: name of kept states; None to count everything.

        Returns:
            The file with the cells.
        """
        folder = self.folder / "states"
        folder.mkdir(exist_ok=True)
        previous = None
        if going_on_from:
            previous = Manifest(**json.loads((self.folder / going_on_from).read_text()))
        with duck.connect(memory="2GB", threads=2) as connection:
            result = Update(connection, self.inputs(), self, folder, previous).run()
            self.result = result
        return result.manifest.cells

    def keep_states(self, name: str) -> None:
        """Compute and remember the states under a name."""
        if not (self.folder / name).exists():
            self.compute()
            (self.folder / name).write_text(json.dumps(dataclasses.asdict(self.result.manifest)))

    def places(self, cells: str) -> list[Place]:
        """(unit, period, figures …) of our cells; communes of today are those of the other view."""
        names = DEFINITIONS[self.chosen]
        picked = ", ".join(
            f"max(numerator) FILTER (indicator = '{name}')::BIGINT, max(denominator) FILTER (indicator = '{name}')::BIGINT"
            for name in names
        )
        own = f"CASE WHEN unit BETWEEN {FIRST_TODAY} AND {PROVINCE - 1} THEN 'as-is' ELSE 'as-was' END"
        with duckdb.connect() as connection:
            rows = connection.execute(
                f"SELECT unit, period, {picked} FROM '{self.folder}/states/{cells}' WHERE view = {own} GROUP BY ALL"
            ).fetchall()
        if self.chosen == "citizens":
            return rows
        return [(u, p, a, b, c, d, e, f) for u, p, a, b, c, _n, d, _m, e, f in rows]

    # ---- plain queries ----------------------------------------------------------------------------------

    def view(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET memory_limit = '6GB'")
        duck.attach(connection, self.rows("dossiers"))

    def plain(self) -> list[Place]:
        """A query for every level and kind of period, as a practised user of SQL writes them."""
        found: list[Place] = []
        figures = FIGURES[self.chosen]
        with duckdb.connect() as connection:
            self.view(connection)
            connection.execute(YEAR_TO_DATE)
            for unit in UNITS.values():
                for period in PERIODS.values():
                    found += connection.execute(
                        f"SELECT {unit}, {period}, {figures} FROM dossiers GROUP BY ALL"
                    ).fetchall()
                found += connection.execute(
                    f"SELECT {unit}, y.period, {figures} FROM dossiers JOIN ytd AS y "
                    "ON received_on BETWEEN y.starts_on AND y.ends_on GROUP BY ALL"
                ).fetchall()
        return found


YEAR_TO_DATE = """
    CREATE TABLE ytd AS
    SELECT strftime(m, '%Y-%m') || '/ytd' AS period, date_trunc('year', m)::DATE AS starts_on, last_day(m) AS ends_on
    FROM (SELECT (DATE '2021-01-01' + to_months(i::INTEGER))::DATE AS m FROM range(36) AS r(i))"""


def checksum(rows: list[Place]) -> str:
    """Over (unit, period, figures …), in whatever order they come."""
    ordered = sorted((int(str(row[0])), str(row[1]), *(int(str(value or 0)) for value in row[2:])) for row in rows)
    return hashlib.sha256(repr(ordered).encode()).hexdigest()


def territory() -> compute.Territory:
    """Communes under districts under the province as they were; 75 communes under the province in the other view."""
    units = [*range(FIRST_TODAY), PROVINCE]
    above = [(unit, unit) for unit in units]
    above += [(unit, FIRST_DISTRICT + unit % DISTRICTS) for unit in range(COMMUNES)]
    above += [(unit, PROVINCE) for unit in range(FIRST_TODAY)]
    since = dt.date(2000, 1, 1)
    versions = pa.table(
        {
            "unit_version": pa.array(units, pa.int32()),
            "unit": pa.array(units, pa.int32()),
            "kind": ["province" if unit == PROVINCE else "commune" for unit in units],
            "valid_from": pa.array([since] * len(units), pa.date32()),
            "valid_to": pa.array([None] * len(units), pa.date32()),
        }
    )
    closure = pa.table(
        {
            "descendant": pa.array([below for below, _above in above], pa.int32()),
            "ancestor": pa.array([over for _below, over in above], pa.int32()),
            "valid_from": pa.array([since] * len(above), pa.date32()),
            "valid_to": pa.array([None] * len(above), pa.date32()),
        }
    )
    placed = [(unit, FIRST_TODAY + unit % TODAY) for unit in range(COMMUNES)]
    placement = pa.table(
        {
            "unit": pa.array([unit for unit, _node in placed], pa.int32()),
            "node": pa.array([node for _unit, node in placed], pa.int32()),
            "share": pa.array([Decimal(1)] * len(placed), pa.decimal128(9, 8)),
        }
    )
    today = range(FIRST_TODAY, PROVINCE)
    tree = pa.table({"unit": pa.array(today, pa.int32()), "ancestor": pa.array(today, pa.int32())})
    return compute.Territory(versions, closure, (compute.View("as-is", placement, tree),))


def definitions(chosen: str) -> catalog.Catalog:
    """The definitions, written as a province writes its own."""
    found = []
    for name, (numerator, denominator, value) in DEFINITIONS[chosen].items():
        text = {
            "id": name,
            "version": 1,
            "valid": {"since": "2020-01-01"},
            "name": {"vi": name, "en": name},
            "pillar": name.split(".")[0],
            "owner": "benchmark",
            "legal": [{"act": "1", "issued_on": "2020-01-01", "place": "1", "role": "target"}],
            "words": {"numerator": numerator, "denominator": denominator},
            "measures": {one: {"from": "dossiers"} | MEASURES[one] for one in (numerator, denominator)},
            "value": value.format(numerator, denominator),
            "examples": [{"name": "none", "period": "2023", "rows": {}, "expect": [0, 0]}],
        }
        found.append(Definition(located.Located(Path(f"{name}.yaml"), yaml.safe_dump(text))))
    relations = located.Located(Path("_relations.yaml"), "{}")
    return catalog.build(found, relations, {"dossiers": DOSSIERS})


def _fields(day: str, number: str) -> str:
    return f"""{number}::BIGINT AS dossier, (hash({number} * 7 + 1) % {SERVICES})::BIGINT AS service_id,
        (hash({number} * 11 + 3) % {CITIZENS})::BIGINT AS citizen_id,
        CASE WHEN hash({number} * 13 + 5) % 100 < 40 THEN 'online' ELSE 'counter' END AS channel,
        hash({number} * 31 + 7) % 10 < 9 AS on_time, (hash({number} * 41 + 7) % 50000)::BIGINT AS fee_vnd,
        {day} AS received_on, '' AS unit, (hash({number} * 17 + 3) % {COMMUNES})::INTEGER AS _unit,
        0::INTEGER AS _file, {number}::BIGINT + 2 AS _line"""


def _write(connection: duckdb.DuckDBPyConnection, path: Path, query: str) -> None:
    path.parent.mkdir(parents=True)
    connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd)")
