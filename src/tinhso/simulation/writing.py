"""Source files as real systems export them: text in this or that format, with the headers of an office."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet
import xlsxwriter

from tinhso.datasets import api as datasets

BOM = "\ufeff"
STAMP = dt.datetime(2023, 1, 1)  # noqa: DTZ001 - a fixed moment inside the file, so that bytes repeat
Columns = Mapping[str, np.ndarray]


def titles(dataset: str, names: list[str]) -> list[str]:
    """The Vietnamese headers of columns."""
    columns = datasets.contract(dataset).columns
    return [columns[name].title for name in names]


def text_columns(columns: Columns, *, day_first: bool = False, words: tuple[str, str] = ("true", "false")) -> pa.Table:
    """Columns as an office would print them: dates in this or that order, booleans in words, blanks for nothing."""
    return pa.table({name: _text(values, day_first, words) for name, values in columns.items()})


def _text(values: np.ndarray, day_first: bool, words: tuple[str, str]) -> pa.Array:
    if values.dtype == np.bool_:
        return pa.array(np.where(values, words[0], words[1]))
    if values.dtype.kind == "M":
        is_day = values.dtype == np.dtype("datetime64[D]")
        order = ("%d/%m/%Y" if day_first else "%Y-%m-%d") + ("" if is_day else " %H:%M:%S")
        array = pa.array(values.astype("datetime64[s]"))
        return pa.compute.strftime(array, format=order).fill_null("")
    return pa.array(values.astype(str))


def write_csv(
    path: Path,
    dataset: str,
    table: pa.Table,
    *,
    delimiter: str = ",",
    bom: bool = False,
    vietnamese: bool = False,
) -> Path:
    """One CSV file."""
    names = titles(dataset, table.column_names) if vietnamese else table.column_names
    with path.open("wb") as file:
        header = delimiter.join(f'"{name}"' if delimiter in name or '"' in name else name for name in names)
        file.write(((BOM if bom else "") + header + "\n").encode())
        options = pa.csv.WriteOptions(include_header=False, delimiter=delimiter, quoting_style="needed")
        pa.csv.write_csv(table, file, options)
    return path


def write_parquet(path: Path, table: pa.Table) -> Path:
    """One Parquet file."""
    pa.parquet.write_table(table, path, compression="zstd")
    return path


def write_json_lines(path: Path, table: pa.Table) -> Path:
    """One object a line."""
    import json

    with path.open("w", encoding="utf-8") as file:
        for row in table.to_pylist():
            cells = {name: value for name, value in row.items() if value != ""}
            file.write(json.dumps(cells, ensure_ascii=False) + "\n")
    return path


def write_workbook(path: Path, dataset: str, table: pa.Table, title: str) -> Path:
    """One XLSX file as offices make them: a title, an empty row, headers, and codes as numbers without zeros."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    book.set_properties({"title": title, "author": "Dữ liệu mô phỏng", "created": STAMP})
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet("Số liệu")
    sheet.write_string(0, 0, title.upper(), bold)
    for position, header in enumerate(titles(dataset, table.column_names)):
        sheet.write_string(2, position, header, bold)
    for number, row in enumerate(zip(*(column.to_pylist() for column in table.columns), strict=True), start=3):
        for position, cell in enumerate(row):
            if cell.isdigit() and len(cell) < 15:
                sheet.write_number(number, position, int(cell))
            elif cell:
                sheet.write_string(number, position, cell)
    book.close()
    return path
