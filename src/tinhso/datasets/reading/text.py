"""CSV in UTF-8 with or without byte order mark, with comma, semicolon or tab."""

import csv
from collections.abc import Iterable
from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from tinhso.datasets.contracts import Contract
from tinhso.datasets.reading.source import Source, UnreadableFile, header_score, matched
from tinhso.engine.duck import literal

LONGEST_LINE = 2_000_000  # bytes
DELIMITERS = ",;\t|"
TITLE_ROWS = 10


def source(connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract, head: bytes) -> Source:
    """Describe a CSV file.

    Raises:
        UnreadableFile: not UTF-8, a line without end, or no usable header.
    """
    _refuse_other_encodings(path, head)
    _refuse_endless_lines(path)
    start = head.decode("utf-8-sig", errors="ignore")
    delimiter, skipped, headers = _header(path, contract, start)
    found, ignored = matched(path, contract, headers)
    names = [f"c{position}" for position in range(len(headers))]
    columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in names) + "}"
    reader = (
        f"read_csv({literal(str(path))}, auto_detect = false, columns = {columns}, header = true, "
        f"skip = {skipped}, delim = {literal(delimiter)}, quote = '\"', escape = '\"', null_padding = true, "
        f"strict_mode = false, max_line_size = {LONGEST_LINE * 2}, encoding = 'utf-8')"
    )
    selected = ", ".join(f"{names[position]} AS {column}" for column, position in found.items())
    sql = f"SELECT {selected}, row_number() OVER () + {skipped + 1} AS _line, NULL::VARCHAR AS _broken FROM {reader}"
    _probe(connection, path, f"SELECT count(*) FROM (SELECT * FROM {reader} LIMIT 5)")
    return Source(path, sql, {column: headers[position] for column, position in found.items()}, ignored)


def _refuse_other_encodings(path: Path, head: bytes) -> None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFile(path, _("mã hóa UTF-16; hãy lưu lại thành “CSV UTF-8”"))
    if b"\x00" in head:
        raise UnreadableFile(path, _("không phải tệp văn bản, Excel, Parquet hay JSON"))
    try:
        head[: head.rfind(b"\n") + 1 or None].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            line = head[: error.start].count(b"\n") + 1
            reason = _("dòng %(line)s không phải UTF-8; hãy lưu lại thành “CSV UTF-8”") % {"line": line}
            raise UnreadableFile(path, reason) from None


def _refuse_endless_lines(path: Path) -> None:
    """Look for a stretch without any line end; windows are searched from their end, so little is read."""
    with path.open("rb") as file:
        size = path.stat().st_size
        for begin in range(0, size - LONGEST_LINE, LONGEST_LINE):
            file.seek(begin + LONGEST_LINE - 65536)
            if b"\n" in file.read(65536):
                continue
            file.seek(begin)
            if b"\n" not in file.read(LONGEST_LINE):
                limit = LONGEST_LINE // 1_000_000
                raise UnreadableFile(path, _("có dòng dài hơn %(limit)s MB") % {"limit": limit})


def _header(path: Path, contract: Contract, start: str) -> tuple[str, int, list[str]]:
    """Delimiter, rows above the header, and the header: the row in which most columns are known."""
    best: tuple[int, str, int, list[str]] = (0, ",", 0, [])
    for delimiter in DELIMITERS:
        rows = csv.reader(start.splitlines(keepends=True), delimiter=delimiter)
        for number, cells in zip(range(TITLE_ROWS), _lenient(rows), strict=False):
            score = header_score(contract, cells)
            if score > best[0]:
                best = (score, delimiter, number, cells)
    if best[0] == 0:
        first = start.strip().splitlines()[0][:80]
        raise UnreadableFile(
            path,
            _("không thấy dòng tiêu đề của bộ dữ liệu %(dataset)s; dòng đầu là “%(first)s”")
            % {"dataset": contract.name, "first": first},
        )
    return best[1], best[2], best[3]


def _lenient(rows: Iterable[list[str]]) -> list[list[str]]:
    found: list[list[str]] = []
    try:
        for row in rows:
            found.append(row)
            if len(found) >= TITLE_ROWS:
                break
    except csv.Error:
        return found
    return found


def _probe(connection: duckdb.DuckDBPyConnection, path: Path, sql: str) -> None:
    try:
        connection.execute(sql)
    except duckdb.Error as error:
        raise unreadable(path, error) from None


def unreadable(path: Path, error: duckdb.Error) -> UnreadableFile:
    """A CSV error of DuckDB in one sentence."""
    message = str(error)
    line = "".join(c for c in message.split("on Line:")[1][:12] if c.isdigit()) if "on Line:" in message else ""
    where = _("dòng %(line)s ") % {"line": line} if line else ""
    if "invalid unicode" in message.lower() or "not utf-8 encoded" in message.lower():
        return UnreadableFile(path, _("%(where)skhông phải UTF-8; hãy lưu lại thành “CSV UTF-8”") % {"where": where})
    if "maximum line size" in message.lower():
        return UnreadableFile(path, _("%(where)squá dài") % {"where": where})
    return UnreadableFile(
        path, _("%(where)skhông đọc được theo dạng CSV (dấu ngoặc kép hoặc số cột sai)") % {"where": where}
    )
