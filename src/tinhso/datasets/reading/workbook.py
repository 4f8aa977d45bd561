"""XLSX workbooks, streamed by calamine; anything a reader could misunderstand is refused with its reason."""

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import python_calamine
from django.utils.translation import gettext as _

from tinhso.datasets.contracts import Contract
from tinhso.datasets.reading.source import Source, UnreadableFile, exact_number, header_score, matched

MOST_BYTES = 2_000_000_000  # unpacked
MOST_RATIO = 300  # unpacked to packed; honest workbooks stay below about 40
MOST_GRID = 10_000_000  # cells of the rectangle around a sheet's cells, where most of it is empty
MOST_EMPTY = 50  # cells of the rectangle to cells that are there
TITLE_ROWS = 10
CHUNK = 1 << 20
Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def source(connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract, number: int) -> Source:
    """Describe the first sheet that has the contract's header.

    Raises:
        UnreadableFile: damaged, a zip bomb, with formulas or merged cells, or without a usable header.
    """
    _refuse_bombs(path)
    sheet, look, header_row, headers = _sheet_with_header(path, contract)
    _refuse_merged(path, sheet, header_row)
    if look.formula:
        reason = _("ô %(cell)s có công thức; hãy dán lại dưới dạng giá trị rồi gửi lại") % {"cell": look.formula}
        raise UnreadableFile(path, reason)
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


@dataclass(frozen=True, slots=True)
class _Look:
    """What a sheet's XML says before it is loaded.

    Attributes:
        formula: address of the first cell with one; a formula's stored value may be stale or missing, so only
            values are accepted.
        cells: how many cells there are.
        columns, rows: of the rectangle around them, which is loaded whole.
    """

    formula: str
    cells: int
    columns: int
    rows: int


def _sheet_with_header(path: Path, contract: Contract) -> tuple[python_calamine.CalamineSheet, _Look, int, list[str]]:
    """The first sheet with a header, with the row and the cells of the header."""
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        with zipfile.ZipFile(path) as archive:
            for name, part in zip(book.sheet_names, _sheet_parts(archive), strict=True):
                if "worksheets/" not in part:
                    continue
                look = _look(archive, part)
                _refuse_far_cells(path, look)
                sheet = book.get_sheet_by_name(name)
                header_row, headers = _header(contract, sheet)
                if headers:
                    return sheet, look, header_row, headers
    except (python_calamine.CalamineError, zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, ValueError):
        raise UnreadableFile(path, _("tệp XLSX bị hỏng")) from None
    except (NotImplementedError, RuntimeError):  # a packing that Python does not know, or a password
        raise UnreadableFile(path, _("tệp XLSX nén hoặc khóa theo cách không đọc được")) from None
    raise UnreadableFile(path, _("không thấy dòng tiêu đề của bộ dữ liệu %(dataset)s") % {"dataset": contract.name})


def _sheet_parts(archive: zipfile.ZipFile) -> list[str]:
    """The file of each sheet in the workbook's order, which need not be that of the files' numbers."""
    targets = {}
    for tag in re.findall(rb"<(?:\w+:)?Relationship\s[^>]*>", archive.read("xl/_rels/workbook.xml.rels")):
        target = _attribute(tag, b"Target")
        targets[_attribute(tag, b"Id")] = target[1:] if target.startswith("/") else f"xl/{target}"
    tags = re.findall(rb"<(?:\w+:)?sheet\s[^>]*>", archive.read("xl/workbook.xml"))
    return [targets[_attribute(tag, rb"\w+:id")] for tag in tags]


def _attribute(tag: bytes, name: bytes) -> str:
    found = re.search(rb"\s" + name + rb"\s*=\s*[\"']([^\"']*)", tag)
    return found[1].decode() if found else ""


_CELL = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*\s)?r=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*\s)?r=[\"']([A-Z]+[0-9]+)[\"'][^>]*>\s*<(?:\w+:)?f[ >/]")


def _look(archive: zipfile.ZipFile, part: str) -> _Look:
    formula, cells, columns, rows = "", 0, set(), 0
    with archive.open(part) as xml:
        tail = b""
        while chunk := xml.read(CHUNK):
            content = tail + chunk
            whole = content.rfind(b"</") if content.rfind(b"</") > 0 else len(content)
            found = _CELL.findall(content, 0, whole)
            cells += len(found)
            columns |= {letters for letters, _row in found}
            rows = int(found[-1][1]) if found else rows
            if not formula and (first := _FORMULA.search(content)):
                formula = first[1].decode()
            tail = content[whole:]
    return _Look(formula, cells, max((_number(letters) for letters in columns), default=0), rows)


def _refuse_far_cells(path: Path, look: _Look) -> None:
    """One forgotten cell far away would make the rectangle around the table fill the memory."""
    grid = look.columns * look.rows
    if grid > MOST_GRID and grid > look.cells * MOST_EMPTY:
        cell = f"{_letters(look.columns - 1)}{look.rows}"
        reason = _("có ô nằm rất xa bảng (vùng tới ô %(cell)s); hãy xóa các ô thừa rồi gửi lại") % {"cell": cell}
        raise UnreadableFile(path, reason)


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
        case float():
            return str(int(cell)) if cell.is_integer() else exact_number(str(cell))
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


def _number(letters: bytes) -> int:
    """Column A is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
