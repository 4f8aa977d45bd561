"""JSON lines (one object a line), and JSON files that hold one list of objects."""

import json
from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from tinhso.datasets.contracts import Contract
from tinhso.datasets.reading.source import Source, UnreadableFile, matched
from tinhso.engine.duck import literal

SAMPLE = 200


def source(connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract, head: bytes) -> Source:
    """Describe a JSON file; a line that is no JSON becomes a quarantined row.

    Raises:
        UnreadableFile: not UTF-8, a list that cannot be read, or without the required columns.
    """
    is_list = head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")
    keys = _keys_of_list(connection, path) if is_list else _keys_of_lines(path)
    found, ignored = matched(path, contract, keys)
    if is_list:
        lines = f"SELECT json AS j, row_number() OVER () AS _line FROM read_json_objects({literal(str(path))}, format = 'array')"
    else:
        lines = (
            "SELECT CASE WHEN json_valid(t) THEN t::JSON END AS j, row_number() OVER () AS _line "
            f"FROM read_csv({literal(str(path))}, auto_detect = false, columns = {{'t': 'VARCHAR'}}, header = false, "
            "delim = '\x01', quote = '', escape = '', max_line_size = 4000000, strict_mode = false) WHERE trim(t) <> ''"
        )
    selected = ", ".join(
        f"j ->> {literal('$.' + json.dumps(keys[p], ensure_ascii=False))} AS {column}" for column, p in found.items()
    )
    broken = literal(_("dòng không phải một đối tượng JSON"))
    sql = f"SELECT {selected}, _line, CASE WHEN j IS NULL OR json_type(j) <> 'OBJECT' THEN {broken} END AS _broken FROM ({lines})"
    return Source(path, sql, {column: keys[p] for column, p in found.items()}, ignored)


def _keys_of_lines(path: Path) -> list[str]:
    keys: dict[str, None] = {}
    try:
        with path.open(encoding="utf-8-sig") as file:
            for _number, line in zip(range(SAMPLE), file, strict=False):
                try:
                    entry = json.loads(line)
                except json.JSONDecodeError:
                    continue
                if isinstance(entry, dict):
                    keys.update(dict.fromkeys(entry))
    except UnicodeDecodeError:
        raise UnreadableFile(path, _("không phải UTF-8")) from None
    return list(keys)


def _keys_of_list(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    try:
        rows = connection.execute(
            "SELECT DISTINCT unnest(json_keys(json)) FROM (SELECT json FROM read_json_objects(?, format = 'array') LIMIT 200)",
            [str(path)],
        ).fetchall()
    except duckdb.Error:
        raise UnreadableFile(path, _("JSON bị hỏng")) from None
    return [str(row[0]) for row in rows]
