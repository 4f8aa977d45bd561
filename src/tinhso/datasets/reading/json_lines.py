"""JSON lines (one object a line), and JSON files that hold one list of objects."""

import json
import os
from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from tinhso.datasets.contracts import Contract
from tinhso.datasets.reading.source import Source, UnreadableFile, damaged, matched, number_sql
from tinhso.engine.duck import literal

LONGEST_LINE = 4_000_000  # bytes


def source(connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract, head: bytes) -> Source:
    """Describe a JSON file; a line that is no JSON object, or holds no plain values, becomes a quarantined row.

    Raises:
        UnreadableFile: not UTF-8, a list that cannot be read or does not end, or without the required columns.
    """
    is_list = head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
    if is_list:
        _refuse_cut_list(path)
        lines = f"SELECT json AS j, row_number() OVER () AS _line FROM read_json_objects({literal(str(path))}, format = 'array')"
    else:
        lines = (
            "SELECT CASE WHEN json_valid(t) THEN t::JSON END AS j, _line FROM (SELECT t, row_number() OVER () AS _line "
            f"FROM read_csv({literal(str(path))}, auto_detect = false, columns = {{'t': 'VARCHAR'}}, header = false, "
            f"delim = '\x01', quote = '', escape = '', max_line_size = {LONGEST_LINE}, strict_mode = false)) "
            "WHERE trim(t) <> ''"
        )
    keys = _keys(connection, path, lines)
    found, ignored = matched(path, contract, keys)
    places = {column: literal("$." + json.dumps(keys[p], ensure_ascii=False)) for column, p in found.items()}
    selected = ", ".join(f"{_text(place)} AS {column}" for column, place in places.items())
    no_object, nested = _("dòng không phải một đối tượng JSON"), _("có ô chứa đối tượng hoặc danh sách")
    holds_nested = " OR ".join(_is_nested(place) for place in places.values())
    broken = (
        f"CASE WHEN j IS NULL OR json_type(j) <> 'OBJECT' THEN {literal(no_object)} "
        f"WHEN {holds_nested} THEN {literal(nested)} END"
    )
    sql = f"SELECT {selected}, _line, {broken} AS _broken FROM ({lines})"
    return Source(path, sql, {column: keys[p] for column, p in found.items()}, ignored, (no_object, nested))


def _keys(connection: duckdb.DuckDBPyConnection, path: Path, lines: str) -> list[str]:
    """Every key of every object: exports leave out what is empty, so a column may begin late in the file."""
    objects = f"SELECT unnest(json_keys(j)) AS key FROM ({lines}) WHERE json_type(j) = 'OBJECT'"
    try:
        rows = connection.execute(f"SELECT key FROM ({objects}) GROUP BY key ORDER BY key").fetchall()
    except duckdb.Error as error:
        raise damaged(path, error) from error
    return [str(row[0]) for row in rows]


def _text(place: str) -> str:
    """A value as text; numbers so that they cannot be taken for ones with thousands marks."""
    value = f"(j ->> {place})"
    has_three_decimals = f"regexp_matches({value}, '[.][0-9]{{3}}$') AND json_type(j, {place}) = 'DOUBLE'"
    return f"CASE WHEN {has_three_decimals} THEN {number_sql(value)} ELSE {value} END"


def _is_nested(place: str) -> str:
    value = f"(j ->> {place})"
    return f"(left({value}, 1) IN ('{{', '[') AND json_type(j, {place}) IN ('OBJECT', 'ARRAY'))"


def _refuse_cut_list(path: Path) -> None:
    """A list without its end was cut off on the way."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4096), os.SEEK_SET)
        if not file.read().rstrip().endswith(b"]"):
            raise UnreadableFile(path, _("danh sách JSON không có dấu kết thúc; tệp có thể bị cắt"))
