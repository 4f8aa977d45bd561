"""The one place that opens DuckDB, so that its version and settings are chosen once (ADR 0004)."""

from pathlib import Path

import duckdb


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


def literal(text: str) -> str:
    """A quoted SQL string."""
    return "'" + text.replace("'", "''") + "'"
