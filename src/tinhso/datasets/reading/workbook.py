"""XLSX workbooks, streamed by calamine; anything a reader could misunderstand is refused with its reason."""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import python_calamine
from django.utils.translation import gettext as _

from tinhso.datasets.contracts import Contract
from tinhso.datasets.reading.source import Source, UnreadableFile, header_score, matched

MOST_BYTES = 2_000_000_000  # unpacked
MOST_RATIO = 300  # unpacked to packed; honest workbooks stay below about 40
TITLE_ROWS = 10
CHUNK = 20_000
Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def source(connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract, number: int) -> Source:
    """Describe the first sheet that has the contract's header.

    Raises:
        UnreadableFile: damaged, a zip bomb, with formulas or merged cells, or without a usable header.
    """
    _refuse_bombs(path)
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        names = book.sheet_names
        sheets = [book.get_sheet_by_name(name) for name in names]
    except (python_calamine.CalamineError, OSError):
        raise UnreadableFile(path, _("tệp XLSX bị hỏng")) from None
    headers: list[str] = []
    for position, sheet in enumerate(sheets):  # noqa: B007 - used after the loop
        header_row, headers = _header(contract, sheet)
        if headers:
            break
    if not headers:
        raise UnreadableFile(path, _("không thấy dòng tiêu đề của bộ dữ liệu %(dataset)s") % {"dataset": contract.name})
    _refuse_merged(path, sheet, header_row)
    _refuse_formulas(path, position)
    found, ignored = matched(path, contract, headers)
    table = f"workbook_{number}"
    connection.register(table, _table(sheet, header_row, found))
    sql = f"SELECT *, NULL::VARCHAR AS _broken FROM {table}"
    return Source(path, sql, {column: headers[p] for column, p in found.items()}, ignored)


def _refuse_bombs(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError):
        raise UnreadableFile(path, _("tệp XLSX bị hỏng")) from None
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    if unpacked > MOST_BYTES or (unpacked > 50_000_000 and unpacked / packed > MOST_RATIO):
        raise UnreadableFile(path, _("khi mở ra sẽ lớn bất thường (bom nén); không nhận"))
    if not any(member.filename.startswith("xl/") for member in members):
        raise UnreadableFile(path, _("là tệp nén, không phải XLSX; hãy giải nén trước"))


def _refuse_merged(path: Path, sheet: python_calamine.CalamineSheet, header_row: int) -> None:
    """Merged title rows above the header do no harm; merged headers or records do."""
    for (_top, _left), (bottom, right) in sheet.merged_cell_ranges or ():
        if bottom >= header_row:
            cell = f"{_letters(right)}{bottom + 1}"
            raise UnreadableFile(path, _("có ô gộp (đến ô %(cell)s); hãy bỏ gộp ô rồi gửi lại") % {"cell": cell})


def _refuse_formulas(path: Path, position: int) -> None:
    """A formula's stored value may be stale or missing, so only values are accepted."""
    pattern = re.compile(rb'<c r="([A-Z]+[0-9]+)"[^>]*><f[ >/]')
    with zipfile.ZipFile(path) as archive:
        names = sorted(n for n in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n))
        names.sort(key=lambda name: int(re.findall(r"\d+", name)[-1]))
        if position >= len(names):
            return
        with archive.open(names[position]) as sheet:
            tail = b""
            while chunk := sheet.read(1 << 20):
                if found := pattern.search(tail + chunk):
                    cell = found[1].decode()
                    reason = _("ô %(cell)s có công thức; hãy dán lại dưới dạng giá trị rồi gửi lại") % {"cell": cell}
                    raise UnreadableFile(path, reason)
                tail = chunk[-200:]


def _header(contract: Contract, sheet: python_calamine.CalamineSheet) -> tuple[int, list[str]]:
    """Row number (from 0) and cells of the header: the row in which most columns are known."""
    best: tuple[int, int, list[str]] = (0, 0, [])
    for number, row in zip(range(TITLE_ROWS), _rows(sheet), strict=False):
        cells = [_text(cell) or "" for cell in row]
        score = header_score(contract, cells)
        if score > best[0]:
            best = (score, number, cells)
    return best[1], best[2]


def _rows(sheet: python_calamine.CalamineSheet) -> Iterator[list[Cell]]:
    return iter(sheet.to_python(skip_empty_area=False))


def _table(sheet: python_calamine.CalamineSheet, header_row: int, found: dict[str, int]) -> pa.Table:
    """The rows below the header that are not wholly empty, as text."""
    columns: dict[str, list[str | None]] = {column: [] for column in found}
    lines: list[int] = []
    for number, row in enumerate(_rows(sheet)):
        if number <= header_row:
            continue
        cells = {column: _text(row[position]) if position < len(row) else None for column, position in found.items()}
        if any(cells.values()):
            lines.append(number + 1)
            for column, cell in cells.items():
                columns[column].append(cell)
    arrays = {column: pa.array(cells, pa.string()) for column, cells in columns.items()}
    return pa.table(arrays | {"_line": pa.array(lines, pa.int64())})


def _text(cell: Cell) -> str | None:
    """A cell as a person would have typed it into a CSV."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer():
            return str(int(cell))
        case dt.datetime():
            return cell.strftime("%Y-%m-%d" if cell.time() == dt.time() else "%Y-%m-%d %H:%M:%S")
        case dt.date():
            return cell.isoformat()
        case _:
            return str(cell) or None


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
