"""Scans facts with ClickHouse: inside this process (chDB) or a server over HTTP.

Datasets are named subqueries over the lake's Parquet files, so that nothing is made on a server but temporary tables
of this session. Both engines read the files by their paths: a server needs the lake at the same path, below its
`user_files_path`. Settings that make ClickHouse count as DuckDB does are part of every query; one that a server does
not know is an error rather than another figure.
"""

import abc
import logging
import os
import re
import tempfile
import uuid
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlglot import exp

from tinhso.engine.backend import EngineUnreachable
from tinhso.engine.schema import ColumnType, Rows

TYPES: dict[ColumnType, str] = {
    "string": "String",
    "integer": "Int64",
    "decimal": "Decimal(38, 4)",
    "boolean": "Bool",
    "date": "Date32",
    "timestamp": "DateTime64(6)",
    "year": "Int32",
}
SYSTEM = {"_unit": "Int32", "_file": "Int32", "_line": "Int64"}
SETTINGS = {
    "join_use_nulls": "1",  # a LEFT JOIN gives nulls, not zeros and empty strings
    "least_greatest_legacy_null_behavior": "0",  # LEAST and GREATEST pass over nulls
    "prefer_column_name_to_alias": "1",
    "transform_null_in": "0",
    "session_timezone": "'UTC'",  # times in the lake are local ones without a zone; they must not be moved
    "date_time_overflow_behavior": "'saturate'",
    "use_hive_partitioning": "0",  # `_batch` is read from the path below, as a number
    "output_format_arrow_string_as_string": "1",
}
LAST_DAY = pa.scalar(109_207, pa.int32()).cast(pa.date32())  # 2268-12-31; older versions end in 2283
GLOBS = set("*?{}")
ANSWER_S = 10.0  # how long a server may take to accept a connection
QUERY_S = 6 * 3600.0
MAX_QUERY = 64 << 20  # a lake has thousands of files, and a query names them


class ClickHouse(abc.ABC):
    """What both have in common; see `backend.Backend`."""

    name = "ClickHouse"

    def __init__(self) -> None:
        self.sources: dict[str, str] = {}  # subqueries by the name they are read under

    @abc.abstractmethod
    def register(self, name: str, table: pa.Table) -> None:
        """Make a small table readable under a name, in place of an earlier one."""

    @abc.abstractmethod
    def _ask(self, sql: str) -> bytes:
        """A query's result as an Arrow stream."""

    def attach(self, rows: Rows) -> None:
        select = _over_files(rows) if rows.files else _empty(rows)
        if rows.replaced is not None:
            replaced = f"replaced_{rows.schema.name}"
            self.register(replaced, rows.replaced)
            other = f"({self.sources[replaced]})" if replaced in self.sources else _quoted(replaced)
            same = " AND ".join(f"x.{column} = r.{column}" for column in ("_batch", "_file", "_line"))
            select = f"SELECT r.* FROM ({select}) AS r LEFT ANTI JOIN {other} AS x ON {same}"
        self.sources[rows.schema.name] = select

    def collect(self, position: exp.Expr, capacity: int) -> exp.Expr:
        return exp.Anonymous(this="groupUniqArray", expressions=[position])

    def fetch(self, query: exp.Expr) -> pa.Table:
        sql = query.transform(_as_clickhouse).sql(dialect="clickhouse", identify=True)
        read = {table.name for table in query.find_all(exp.Table)}
        named = ", ".join(f"{_quoted(name)} AS ({text})" for name, text in self.sources.items() if name in read)
        if named:
            sql = f"WITH {named} SELECT * FROM ({sql})"
        settings = ", ".join(f"{name} = {value}" for name, value in SETTINGS.items())
        return _plain(pa.ipc.open_stream(self._ask(f"{sql} SETTINGS {settings}")).read_all())

    @abc.abstractmethod
    def close(self) -> None:
        """Leave nothing of what was made."""


class Embedded(ClickHouse):
    """ClickHouse inside this process."""

    def __init__(self) -> None:
        super().__init__()
        import chdb

        self._errors = (chdb.ChdbError, RuntimeError)
        self._folder = tempfile.TemporaryDirectory(prefix="tinhso-chdb-")
        self._connection = chdb.connect(":memory:")
        self._ask(f"SET max_query_size = {MAX_QUERY}")

    def register(self, name: str, table: pa.Table) -> None:
        path = Path(self._folder.name) / f"{name}.parquet"
        pq.write_table(_within_dates(table), path)
        structure = ", ".join(f"{_quoted(field.name)} {_type_of(field.type)}" for field in table.schema)
        self.sources[name] = f"SELECT * FROM file({_text(str(path))}, Parquet, {_text(structure)})"

    def _ask(self, sql: str) -> bytes:
        try:
            answer: bytes = self._connection.query(sql, "ArrowStream").bytes()
        except self._errors as error:
            raise _refused("chDB", error) from error
        return answer

    def close(self) -> None:
        self._connection.close()
        self._folder.cleanup()


class Server(ClickHouse):
    """A ClickHouse server over HTTP; small tables become temporary tables of one session.

    Args:
        url: `clickhouse://user:password@host:8123/database`, or `clickhouse+https://…`.

    Raises:
        EngineUnreachable: it does not answer, or does not accept the user.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        import clickhouse_connect
        import urllib3
        from clickhouse_connect.driver.exceptions import ClickHouseError

        parts = urlsplit(url)
        is_secure = parts.scheme.endswith("https")
        port = parts.port or (8443 if is_secure else 8123)
        self._shown = f"ClickHouse ở {parts.hostname}:{port}"
        self._errors = (ClickHouseError, urllib3.exceptions.HTTPError, OSError)
        logging.getLogger("clickhouse_connect").setLevel(logging.CRITICAL)  # it also logs what it raises, by the page
        try:
            self._client = clickhouse_connect.get_client(
                interface="https" if is_secure else "http",
                host=parts.hostname,
                port=port,
                username=unquote(parts.username or "default"),
                password=unquote(parts.password or ""),
                database=parts.path.strip("/") or "default",
                connect_timeout=ANSWER_S,
                send_receive_timeout=ANSWER_S,
                query_retries=0,
                session_id=uuid.uuid4().hex,
                settings={"session_timeout": 3600, "max_query_size": MAX_QUERY},
            )
        except self._errors as error:
            raise EngineUnreachable(
                f"{self._shown} không trả lời ({_reason(error)}); số liệu giữ nguyên. Hãy xem lại TINHSO_ENGINE_URL."
            ) from error
        self._client.timeout = urllib3.Timeout(connect=ANSWER_S, read=QUERY_S)

    def register(self, name: str, table: pa.Table) -> None:
        columns = ", ".join(f"{_quoted(field.name)} {_type_of(field.type)}" for field in table.schema)
        sink = pa.BufferOutputStream()
        pq.write_table(_within_dates(table), sink)
        try:
            self._client.command(f"DROP TEMPORARY TABLE IF EXISTS {_quoted(name)}")
            self._client.command(f"CREATE TEMPORARY TABLE {_quoted(name)} ({columns})")
            self._client.raw_insert(_quoted(name), insert_block=sink.getvalue().to_pybytes(), fmt="Parquet")
            arrived = int(self._client.command(f"SELECT COUNT(*) FROM {_quoted(name)}"))
        except self._errors as error:
            raise _refused(self._shown, error) from error
        if arrived != table.num_rows:  # an insert that was sent twice would count twice
            raise EngineUnreachable(f"{self._shown} nhận {arrived} dòng thay vì {table.num_rows}; số liệu giữ nguyên.")

    def _ask(self, sql: str) -> bytes:
        try:
            answer: bytes = self._client.raw_query(sql, fmt="ArrowStream")
        except self._errors as error:
            raise _refused(self._shown, error) from error
        return answer

    def close(self) -> None:
        self._client.close()


def _refused(shown: str, error: Exception) -> EngineUnreachable:
    return EngineUnreachable(f"{shown} không tính được ({_reason(error)}); số liệu giữ nguyên.")


def _reason(error: Exception) -> str:
    """What went wrong in one line: ClickHouse's own words, or those of the network."""
    text = " ".join(str(error).split())
    for pattern in (r"DB::Exception: (.*?)(?: In scope | \(for url |$)", r"\[Errno -?\d+\] ([^\"')]+)"):
        if said := re.search(pattern, text):
            return said[1][:300]
    return text[:300]


# ---- relations ------------------------------------------------------------------------------------------


def _over_files(rows: Rows) -> str:
    """The rows of a dataset's files."""
    columns = {name: TYPES[column.type] for name, column in rows.schema.columns.items()} | SYSTEM
    structure = ", ".join(f"{_quoted(name)} Nullable({kind})" for name, kind in columns.items())
    names = ", ".join(_quoted(name) for name in columns)
    batch = r"CAST(extract(_path, '_batch=(\\d+)/') AS Int64) AS _batch"
    files = _listed([path for _batch, path in rows.files])
    return f"SELECT {names}, {batch} FROM file({_text(files)}, Parquet, {_text(structure)})"


def _listed(paths: list[Path]) -> str:
    """Paths as ClickHouse takes several: what they share, then what differs in braces."""
    whole = [str(path.resolve()) for path in paths]
    if strange := next((path for path in whole if GLOBS & set(path)), None):
        raise EngineUnreachable(f"ClickHouse không đọc được đường dẫn có ký tự * ? {{ }}: {strange}")
    if len(whole) == 1:
        return whole[0]
    shared = os.path.commonpath(whole)
    rest = ",".join(os.path.relpath(path, shared) for path in whole)
    return f"{shared}/{{{rest}}}"


def _empty(rows: Rows) -> str:
    """A dataset without rows, with its types."""
    columns = {name: TYPES[column.type] for name, column in rows.schema.columns.items()}
    typed = columns | SYSTEM | {"_batch": "Int64"}
    selected = ", ".join(f"CAST(NULL AS Nullable({kind})) AS {_quoted(name)}" for name, kind in typed.items())
    return f"SELECT {selected} WHERE 0"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _type_of(kind: pa.DataType) -> str:
    """ClickHouse's type for a small table's column."""
    if pa.types.is_decimal(kind):
        return f"Nullable(Decimal({kind.precision}, {kind.scale}))"
    if pa.types.is_timestamp(kind):
        return "Nullable(DateTime64(6))"
    names = {
        pa.string(): "String",
        pa.bool_(): "Bool",
        pa.int32(): "Int32",
        pa.int64(): "Int64",
        pa.date32(): "Date32",
    }
    return f"Nullable({names[kind]})"


def _within_dates(table: pa.Table) -> pa.Table:
    """Open ends as a day that every version of ClickHouse can write; all days that are counted lie before it."""
    for index, field in enumerate(table.schema):
        if pa.types.is_date32(field.type):
            table = table.set_column(
                index, field.name, pc.min_element_wise(table.column(index), LAST_DAY, skip_nulls=False)
            )
    return table


# ---- queries --------------------------------------------------------------------------------------------


def _as_clickhouse(node: exp.Expr) -> exp.Expr:
    """What the dialect does not know of itself: wider dates and times, exact decimals, making a day."""
    if isinstance(node, exp.DataType) and node.this == exp.DataType.Type.DATE:
        return exp.DataType.build("Nullable(Date32)", dialect="clickhouse")
    if isinstance(node, exp.DataType) and node.this == exp.DataType.Type.TIMESTAMP:
        return exp.DataType.build("Nullable(DateTime64(6))", dialect="clickhouse")
    if isinstance(node, exp.DateFromParts):
        parts = [node.args["year"], node.args["month"], node.args["day"]]
        return exp.Anonymous(this="makeDate32", expressions=parts)
    if isinstance(node, exp.Literal) and not node.is_string and "." in node.name and "e" not in node.name.lower():
        digits = len(node.name.partition(".")[2])
        return exp.Anonymous(this="toDecimal128", expressions=[exp.Literal.string(node.name), exp.convert(digits)])
    return node


def _plain(table: pa.Table) -> pa.Table:
    """Numbers as 32 or 64 bits with a sign, times without a zone."""
    for index, field in enumerate(table.schema):
        kind = field.type
        if pa.types.is_timestamp(kind):
            wanted = pa.timestamp("us")
        elif pa.types.is_integer(kind):
            wanted = pa.int64() if kind.bit_width == 64 else pa.int32()
        else:
            continue
        table = table.set_column(index, field.name, table.column(index).cast(wanted))
    return table


__all__ = ["ClickHouse", "Embedded", "Server"]
