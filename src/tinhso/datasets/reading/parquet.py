"""Parquet files: every column as text, so that all formats are checked by the same rules."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from tinhso.datasets.contracts import Contract
from tinhso.datasets.reading.source import Source, UnreadableFile, identifier, matched, number_sql
from tinhso.engine.duck import literal


def source(path: Path, contract: Contract) -> Source:
    """Describe a Parquet file.

    Raises:
        UnreadableFile: damaged, without the required columns, or with one that holds no plain values.
    """
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError):
        raise UnreadableFile(path, _("Parquet bị hỏng")) from None
    found, ignored = matched(path, contract, schema.names)
    selected = ", ".join(f"{_text(path, schema.field(p))} AS {column}" for column, p in found.items())
    sql = (
        f"SELECT {selected}, row_number() OVER () + 1 AS _line, NULL::VARCHAR AS _broken "
        f"FROM read_parquet({literal(str(path))})"
    )
    return Source(path, sql, {column: schema.names[p] for column, p in found.items()}, ignored)


def _text(path: Path, column: pa.Field) -> str:
    """A column as text."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise UnreadableFile(
            path,
            _("cột “%(column)s” không chứa giá trị đơn (kiểu %(type)s)") % {"column": column.name, "type": kind},
        )
    text = f"CAST({identifier(column.name)} AS VARCHAR)"
    return number_sql(text) if pa.types.is_floating(kind) or pa.types.is_decimal(kind) else text
