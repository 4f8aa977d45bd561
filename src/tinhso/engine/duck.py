"""The one place that opens DuckDB, so that its version and settings are chosen once (ADR 0004)."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from tinhso.engine.schema import SQL_TYPES, Rows

if TYPE_CHECKING:
    import pyarrow as pa


def connect(*, memory: str = "2GB", threads: int = 0, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB of this process alone.

    Args:
        memory: most memory its buffers may take, as DuckDB writes sizes ("2GB").
        threads: 0 leaves the choice to DuckDB (one per core).
        spill: folder for data beyond the memory limit; None lets it use the system's temporary folder.
    """
    connection = duckdb.connect(":memory:")
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    connection.execute(f"SET memory_limit = '{memory}'")
    if threads:
        connection.execute(f"SET threads = {int(threads)}")
    if spill is not None:
        spill.mkdir(parents=True, exist_ok=True)
        connection.execute(f"SET temp_directory = {literal(str(spill))}")
    return connection


def one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    """The one row that a query gives; read to its end, since DuckDB goes on to nothing else before."""
    (row,) = connection.execute(query).fetchall()
    return tuple(row)


def literal(text: str) -> str:
    """A quoted SQL string."""
    return "'" + text.replace("'", "''") + "'"


def keep(connection: duckdb.DuckDBPyConnection, name: str, table: "pa.Table") -> None:
    """Copy an Arrow table into DuckDB under a name, in place of an earlier one."""
    connection.register(f"{name}_in", table)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM {name}_in").fetchall()
    connection.unregister(f"{name}_in")


def parquet(paths: Iterable[Path]) -> str:
    """A table function over files of the lake, with the batch that each lies in."""
    listed = ", ".join(literal(str(path)) for path in paths)
    return f"read_parquet([{listed}], hive_partitioning = true, hive_types = {{'_batch': BIGINT}})"


def attach(connection: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    """Create a view of a dataset's rows, named after it, without those that later ones have replaced."""
    schema = rows.schema
    if not rows.files:
        typed = ", ".join(f"NULL::{SQL_TYPES[column.type]} AS {name}" for name, column in schema.columns.items())
        system = "NULL::INTEGER AS _unit, NULL::BIGINT AS _batch, NULL::INTEGER AS _file, NULL::BIGINT AS _line"
        select = f"SELECT {typed}, {system} WHERE FALSE"
    else:
        names = ", ".join(schema.columns)
        select = f"SELECT {names}, _unit, _batch, _file, _line FROM {parquet(p for _b, p in rows.files)} AS r"
    if rows.replaced is not None:
        keep(connection, f"replaced_{schema.name}", rows.replaced)
        same = "x._batch = r._batch AND x._file = r._file AND x._line = r._line"
        select += f" ANTI JOIN replaced_{schema.name} AS x ON {same}"  # NOT EXISTS is planned over all distinct rows
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {schema.name} AS {select}")


def sync(path: Path) -> None:
    """Make sure a file's bytes are on disk before anything refers to it."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
