"""What a user would pick instead of the engine, each doing the same work over the same files."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from contest.province import (
    COMMUNES,
    DISTRICTS,
    FIGURES,
    FIRST_DISTRICT,
    FIRST_TODAY,
    PERIODS,
    PROVINCE,
    SERVICES,
    TODAY,
    UNITS,
    YEAR_TO_DATE,
    Place,
    Province,
)

WITHOUT_YTD = "without year to date"


@dataclass(frozen=True)
class Peer:
    """One contestant.

    Attributes:
        run: gives (unit, period, figures …) of every place.
        needs: modules that must be installed; they are imported before the clock starts.
        leaves_out_ytd: whether it was spared the year to date, which it cannot express in a query.
        is_quick: whether it is worth several runs.
    """

    run: Callable[[Province], list[Place]]
    needs: tuple[str, ...] = ()
    leaves_out_ytd: bool = False
    is_quick: bool = False

    def prepare(self) -> None:
        for module in self.needs:
            importlib.import_module(module)


def by_hand(province: Province) -> list[Place]:
    """The best that a practised hand writes: one scan to sets by commune and month, then two small joins."""
    with duckdb.connect() as connection:
        province.view(connection)
        connection.execute(YEAR_TO_DATE)
        connection.execute(
            f"""
            CREATE TABLE leaf AS
            SELECT _unit AS unit, date_trunc('month', received_on)::DATE AS month,
                   bitstring_agg(service_id, 0, {SERVICES - 1}) FILTER (channel = 'online') AS a,
                   bitstring_agg(service_id, 0, {SERVICES - 1}) AS b,
                   count(*) FILTER (channel = 'online') AS c, count(*) FILTER (on_time) AS d, sum(fee_vnd) AS e, count(*) AS f
            FROM dossiers GROUP BY ALL
            """
        )
        connection.execute(
            f"""
            CREATE TABLE above AS
            SELECT u AS unit, UNNEST([u, {FIRST_DISTRICT} + u % {DISTRICTS}, {FIRST_TODAY} + u % {TODAY}, {PROVINCE}]) AS node
            FROM range({COMMUNES}) AS r(u)
            """
        )
        connection.execute(
            """
            CREATE TABLE within AS
            SELECT month, UNNEST([strftime(month, '%Y-%m'), year(month)::VARCHAR || '-Q' || quarter(month),
                   year(month)::VARCHAR || '-H' || ((month(month) + 5) // 6), year(month)::VARCHAR]) AS period
            FROM (SELECT DISTINCT month FROM leaf)
            UNION ALL SELECT month, period FROM (SELECT DISTINCT month FROM leaf) JOIN ytd
                ON month BETWEEN starts_on AND ends_on
            """
        )
        figures = "bit_or(a) AS a, bit_or(b) AS b, sum(c) AS c, sum(d) AS d, sum(e) AS e, sum(f) AS f"
        connection.execute(
            f"CREATE TABLE units AS SELECT node, month, {figures} FROM leaf JOIN above USING (unit) GROUP BY ALL"
        )
        return connection.execute(
            f"""SELECT node, period, bit_count(a), bit_count(b), c, d, e, f
                FROM (SELECT node, period, {figures} FROM units JOIN within USING (month) GROUP BY ALL)"""
        ).fetchall()


def grouping_sets(province: Province) -> list[Place]:
    """One query over all levels and periods, and one for the year to date, which is no grouping of days."""
    units = ", ".join(f"{unit} AS u{index}" for index, unit in enumerate(UNITS.values()))
    periods = ", ".join(f"{period} AS p{index}" for index, period in enumerate(PERIODS.values()))
    sets = ", ".join(f"(u{u}, p{p})" for u in range(len(UNITS)) for p in range(len(PERIODS)))
    to_date = ", ".join(f"(u{u}, period)" for u in range(len(UNITS)))
    named = ", ".join(f"u{index}" for index in range(len(UNITS)))
    dated = ", ".join(f"p{index}" for index in range(len(PERIODS)))
    figures = FIGURES["services"]
    with duckdb.connect() as connection:
        province.view(connection)
        connection.execute(YEAR_TO_DATE)
        found = connection.execute(
            f"""SELECT coalesce({named}), coalesce({dated}), {figures}
                FROM (SELECT *, {units}, {periods} FROM dossiers) GROUP BY GROUPING SETS ({sets})"""
        ).fetchall()
        return (
            found
            + connection.execute(
                f"""SELECT coalesce({named}), period, {figures}
                FROM (SELECT d.*, y.period, {units} FROM dossiers AS d JOIN ytd AS y
                      ON received_on BETWEEN starts_on AND ends_on) GROUP BY GROUPING SETS ({to_date})"""
            ).fetchall()
        )


def chdb(province: Province) -> list[Place]:
    """Embedded ClickHouse with exact distinct counts, a query for every level and kind of period."""
    import chdb as engine

    files = f"file('{province.folder}/_batch={{1..36}}/rows-0.parquet', Parquet)"
    figures = """uniqExactIf(service_id, channel = 'online'), uniqExact(service_id), countIf(channel = 'online'),
        countIf(on_time), sum(fee_vnd), count()"""
    periods = [
        "formatDateTime(received_on, '%Y-%m')",
        "concat(toString(toYear(received_on)), '-Q', toString(toQuarter(received_on)))",
        "concat(toString(toYear(received_on)), '-H', toString(intDiv(toMonth(received_on) + 5, 6)))",
        "toString(toYear(received_on))",
        "arrayJoin(arrayMap(m -> concat(toString(toYear(received_on)), '-', leftPad(toString(m), 2, '0'), '/ytd'), "
        "range(toMonth(received_on), 13)))",
    ]
    found: list[Place] = []
    for unit in UNITS.values():
        for period in periods:
            query = f"SELECT {unit} AS u, {period} AS p, {figures} FROM {files} GROUP BY u, p"
            table = engine.query(query, "Arrow")
            found += [tuple(row.values()) for row in _arrow(table)]
    return found


def _arrow(result: object) -> list[dict[str, object]]:
    import pyarrow as pa

    data = bytes(result.bytes())  # type: ignore[attr-defined]  # chdb brings no types
    rows = pa.ipc.open_file(pa.BufferReader(data)).read_all().to_pylist()
    return [{key: value.decode() if isinstance(value, bytes) else value for key, value in row.items()} for row in rows]


def pandas(province: Province) -> list[Place]:
    """Data frames in memory, a groupby for every level and kind of period."""
    import pandas as pd

    columns = ["service_id", "channel", "on_time", "fee_vnd", "received_on", "_unit"]
    frame = pd.concat([pd.read_parquet(province.files[batch], columns=columns) for batch in range(1, 37)])
    day = pd.to_datetime(frame["received_on"])
    online = frame["channel"] == "online"
    frame = frame.assign(online=online, online_service=frame["service_id"].where(online))
    year = day.dt.year.astype(str)
    periods = [
        day.dt.strftime("%Y-%m"),
        year + "-Q" + day.dt.quarter.astype(str),
        year + "-H" + ((day.dt.month + 5) // 6).astype(str),
        year,
    ]
    commune = frame["_unit"]
    units = [commune, FIRST_DISTRICT + commune % DISTRICTS, FIRST_TODAY + commune % TODAY, commune * 0 + PROVINCE]
    found: list[Place] = []
    for unit in units:
        for period in periods:
            grouped = frame.groupby([unit.rename("u"), period.rename("p")])
            sums = grouped.agg(
                a=("online_service", "nunique"),
                b=("service_id", "nunique"),
                c=("online", "sum"),
                d=("on_time", "sum"),
                e=("fee_vnd", "sum"),
                f=("fee_vnd", "size"),
            )
            found += list(sums.reset_index().itertuples(index=False, name=None))
    return found


def semantic_layer(province: Province) -> list[Place]:
    """boring-semantic-layer over Ibis and DuckDB, a query for every level and kind of period."""
    import ibis
    from boring_semantic_layer import to_semantic_table

    connection = ibis.duckdb.connect()
    files = [str(province.files[batch]) for batch in range(1, 37)]
    table = connection.read_parquet(files, table_name="dossiers")
    day = table.received_on
    year = day.year().cast("string")
    table = table.mutate(
        u0=table._unit,
        u1=FIRST_DISTRICT + table._unit % DISTRICTS,
        u2=FIRST_TODAY + table._unit % TODAY,
        u3=ibis.literal(PROVINCE),
        p0=day.strftime("%Y-%m"),
        p1=year + "-Q" + day.quarter().cast("string"),
        p2=year + "-H" + ((day.month() + 5) // 6).cast("string"),
        p3=year,
    )
    model = (
        to_semantic_table(table)
        .with_dimensions(
            **{name: (lambda t, n=name: t[n]) for name in ("u0", "u1", "u2", "u3", "p0", "p1", "p2", "p3")}
        )
        .with_measures(
            a=lambda t: t.service_id.nunique(where=t.channel == "online"),
            b=lambda t: t.service_id.nunique(),
            c=lambda t: (t.channel == "online").sum(),
            d=lambda t: t.on_time.sum(),
            e=lambda t: t.fee_vnd.sum(),
            f=lambda t: t.count(),
        )
    )
    found: list[Place] = []
    for unit in range(4):
        for period in range(4):
            rows = model.group_by(f"u{unit}", f"p{period}").aggregate("a", "b", "c", "d", "e", "f").execute()
            ordered = rows[[f"u{unit}", f"p{period}", "a", "b", "c", "d", "e", "f"]]
            found += list(ordered.itertuples(index=False, name=None))
    return found


def pyspark(province: Province) -> list[Place]:
    """Spark on two local cores, a query for every level and kind of period."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.driver.memory", "4g")
    builder = builder.config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "4")
    session = (
        builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1").getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    files = [str(province.files[batch]) for batch in range(1, 37)]
    session.read.parquet(*files).createOrReplaceTempView("dossiers")
    figures = """count(DISTINCT CASE WHEN channel = 'online' THEN service_id END), count(DISTINCT service_id),
        count(CASE WHEN channel = 'online' THEN 1 END), count(CASE WHEN on_time THEN 1 END), sum(fee_vnd), count(*)"""
    periods = [
        "date_format(received_on, 'yyyy-MM')",
        "concat(year(received_on), '-Q', quarter(received_on))",
        "concat(year(received_on), '-H', (month(received_on) + 5) div 6)",
        "cast(year(received_on) AS string)",
    ]
    found: list[Place] = []
    for unit in UNITS.values():
        for period in periods:
            query = f"SELECT {unit} AS u, {period} AS p, {figures} FROM dossiers GROUP BY 1, 2"
            found += [tuple(row) for row in session.sql(query).collect()]
    return found


PEERS = {
    "hand-written states and closures": Peer(by_hand, is_quick=True),
    "plain queries, one a level and period": Peer(Province.plain),
    "DuckDB GROUPING SETS": Peer(grouping_sets),
    "ClickHouse (chDB), uniqExact": Peer(chdb, ("chdb",)),
    "boring-semantic-layer": Peer(semantic_layer, ("ibis", "boring_semantic_layer"), leaves_out_ytd=True),
    "pandas": Peer(pandas, ("pandas",), leaves_out_ytd=True),
    "PySpark, local[2]": Peer(pyspark, ("pyspark",), leaves_out_ytd=True),
}
