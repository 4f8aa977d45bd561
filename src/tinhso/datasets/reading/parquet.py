"""Parquet files: every column as text, so that all formats are checked by the same rules."""

from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from tinhso.datasets.contracts import Contract
from tinhso.datasets.reading.source import Source, UnreadableFile, identifier, matched
from tinhso.engine.duck import literal


def source(connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract) -> Source:
    """Describe a Parquet file.

    Raises:
        UnreadableFile: damaged, or without the required columns.
    """
    reader = f"read_parquet({literal(str(path))}, file_row_number = true)"
    try:
        described = connection.execute(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {reader}").fetchall()
    except duckdb.Error:
        raise UnreadableFile(path, _("Parquet bị hỏng")) from None
    headers = [str(row[0]) for row in described]
    found, ignored = matched(path, contract, headers)
    selected = ", ".join(f"CAST({identifier(headers[p])} AS VARCHAR) AS {column}" for column, p in found.items())
    sql = f"SELECT {selected}, file_row_number + 2 AS _line, NULL::VARCHAR AS _broken FROM {reader}"
    return Source(path, sql, {column: headers[p] for column, p in found.items()}, ignored)
