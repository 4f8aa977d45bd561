"""CSV in UTF-8 with or without byte order mark, with comma, semicolon or tab."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from django.utils.translation import gettext as _

from tinhso.datasets.contracts import Contract
from tinhso.datasets.reading.source import Source, UnreadableFile, damaged, header_score, matched
from tinhso.engine import duck
from tinhso.engine.duck import literal

LONGEST_LINE = 2_000_000  # bytes
CHUNK = 1 << 24
NEWLINE, RETURN, QUOTE = b'\n\r"'
BEYOND = "beyond"  # column of the first cell that has no header
DELIMITERS = ",;\t|"
TITLE_ROWS = 10


@dataclass(frozen=True)
class Layout:
    """How the body of a CSV lies in its lines.

    Attributes:
        has_odd_quotes: some line has an odd number of quotes, so a value goes on in the next one, or a quote is
            never closed.
        blank_rows: rows without any character, which DuckDB leaves out; numbered as Excel does.
    """

    has_odd_quotes: bool
    blank_rows: list[int]


def source(connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract, head: bytes, number: int) -> Source:
    """Describe a CSV file; a row with more cells than the header becomes a quarantined row.

    Raises:
        UnreadableFile: not UTF-8, a line or quote without end, or no usable header.
    """
    _refuse_other_encodings(path, head)
    _refuse_endless_lines(path)
    start = head.decode("utf-8-sig", errors="ignore")
    delimiter, skipped, headers = _header(path, contract, start)
    found, ignored = matched(path, contract, headers)
    layout = _layout(path)
    names = [f"c{position}" for position in range(len(headers))]
    columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in [*names, BEYOND]) + "}"
    reader = (
        f"read_csv({literal(str(path))}, auto_detect = false, columns = {columns}, header = true, "
        f"skip = {skipped}, delim = {literal(delimiter)}, quote = '\"', escape = '\"', null_padding = true, "
        f"strict_mode = false, max_line_size = {LONGEST_LINE * 2}, encoding = 'utf-8', "
        f"parallel = {'false' if layout.has_odd_quotes else 'true'})"  # values over several lines need one reader
    )
    selected = ", ".join(f"{names[position]} AS {column}" for column, position in found.items())
    broken = _("có nhiều ô hơn dòng tiêu đề")
    sql = (
        f"SELECT {selected}, row_number() OVER () + {skipped + 1} AS _line, "
        f"CASE WHEN trim({BEYOND}) <> '' THEN {literal(broken)} END AS _broken FROM {reader}"
    )
    if layout.has_odd_quotes:
        _refuse_open_quotes(connection, path, reader, names, delimiter, skipped)
    if blank := [row for row in layout.blank_rows if row > skipped + 1]:
        sql = _with_blank_rows(connection, sql, blank, number)
    return Source(path, sql, {column: headers[position] for column, position in found.items()}, ignored, (broken,))


def _layout(path: Path) -> Layout:
    """Look for quotes and blank lines; both are searched as bytes first, since files are long and mostly plain."""
    quotes, rows, before = 0, 0, b"\n"
    has_odd_quotes = False
    blank: list[int] = []
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if b'"' in chunk:
                letters = np.frombuffer(chunk, np.uint8)
                counted = np.cumsum(letters == QUOTE, dtype=np.uint32) + np.uint32(quotes)
                has_odd_quotes = has_odd_quotes or bool((counted[letters == NEWLINE] & 1).any())
                quotes = int(counted[-1]) & 1
            elif quotes and b"\n" in chunk:
                has_odd_quotes = True
            seen = before + chunk
            if _has_twin_newlines(seen) or (b"\r" in seen and b"\n\r\n" in seen):
                blank += (_blank_lines(seen, len(before)) + rows).tolist()
            rows += int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == NEWLINE))
            before = seen[-2:]
    return Layout(has_odd_quotes or quotes == 1, blank)


def _has_twin_newlines(content: bytes) -> bool:
    """Whether a line end follows another at once; pairs of bytes are compared, at even and at odd places."""
    twin = np.uint16(NEWLINE << 8 | NEWLINE)
    pairs = (np.frombuffer(content, "<u2", (len(content) - offset) // 2, offset) for offset in (0, 1))
    return any(bool((pair == twin).any()) for pair in pairs)


def _blank_lines(content: bytes, overlap: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Which of the lines that end after the first `overlap` bytes are empty, counted from 1."""
    letters = np.frombuffer(content, np.uint8)
    ends = np.flatnonzero(letters == NEWLINE)
    lengths = np.diff(ends, prepend=-3)  # of a line that began before, nothing is known but that it is not empty
    empty = (lengths == 1) | ((lengths == 2) & (letters[ends - 1] == RETURN))
    own = ends >= overlap
    return np.flatnonzero(empty[own]) + 1


def _refuse_open_quotes(
    connection: duckdb.DuckDBPyConnection, path: Path, reader: str, names: list[str], delimiter: str, skipped: int
) -> None:
    """A quote that is never closed swallows whole rows: a value of several lines with a row's worth of delimiters."""
    mark = literal(delimiter)
    swallowed = " OR ".join(
        f"(contains({name}, chr(10)) AND (length({name}) - length(replace({name}, {mark}, '')) >= {len(names) - 1} "
        f"OR {BEYOND} IS NOT NULL))"
        for name in names
    )
    rows = f"SELECT {', '.join([*names, BEYOND])}, row_number() OVER () + {skipped + 1} AS _line FROM {reader}"
    try:
        (line,) = duck.one(connection, f"SELECT min(_line) FROM ({rows}) WHERE {swallowed}")
    except duckdb.Error as error:
        raise damaged(path, error) from error
    if line is not None:
        reason = _("dòng %(line)s có dấu ngoặc kép mở mà không đóng, nuốt các dòng sau") % {"line": line}
        raise UnreadableFile(path, reason)


def _with_blank_rows(connection: duckdb.DuckDBPyConnection, sql: str, blank: list[int], number: int) -> str:
    """Count the rows that DuckDB leaves out, so that lines are numbered as Excel shows them."""
    table = f"blank_rows_{number}"
    since = np.array(blank) - np.arange(len(blank))  # in the numbers that leave them out
    shifts = {int(line): shift for shift, line in enumerate(since, start=1)}
    connection.register(table, pa.table({"since": list(shifts), "shift": list(shifts.values())}))
    return (
        f"SELECT s.* REPLACE (s._line + coalesce(b.shift, 0) AS _line) FROM ({sql}) AS s "
        f"ASOF LEFT JOIN {table} AS b ON s._line >= b.since"
    )


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
        raise UnreadableFile(path, _("không thấy dòng tiêu đề của bộ dữ liệu %(dataset)s") % {"dataset": contract.name})
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
