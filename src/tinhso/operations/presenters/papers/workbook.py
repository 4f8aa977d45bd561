"""A briefing as an Excel workbook: the figures as numbers, with their definitions."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import xlsxwriter

from tinhso.indicators import api as indicators
from tinhso.operations.presenters import targets as targets_of
from tinhso.operations.presenters.briefing import Briefing

WIDEST = 70  # characters


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a header row, then rows; columns of shares are shown in percent."""

    name: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Any]]
    shares: frozenset[int] = frozenset()


def workbook(briefing: Briefing) -> bytes:
    """The briefing as an .xlsx file."""
    content = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "dd/mm/yyyy",
    }
    with xlsxwriter.Workbook(content, options) as book:
        for sheet in _sheets(briefing):
            _write(book, sheet)
    return content.getvalue()


def _sheets(briefing: Briefing) -> list[Sheet]:
    release = briefing.release
    about: list[list[Any]] = [
        ["Kế hoạch", briefing.plan.number],
        ["Đơn vị", briefing.unit.name],
        ["Kỳ", briefing.period_words],
        ["Số liệu đến ngày", briefing.as_of],
        ["Bản chốt số", release.number if release else "chưa chốt"],
        ["Mã băm danh mục chỉ tiêu", release.catalog_hash if release else ""],
        ["Mã băm kế hoạch", release.plan_hash if release else ""],
    ]
    targets = [
        [
            row.indicator,
            row.title,
            row.numerator,
            row.denominator,
            row.value,
            row.target,
            row.expected,
            row.status.label,
            row.data_day or row.year,
        ]
        for row in briefing.rows
    ]
    parts = [
        [
            one.row.indicator,
            one.row.title,
            part.standing.figure.unit_code,
            part.standing.figure.unit_name,
            part.standing.figure.numerator,
            part.standing.figure.denominator,
            part.standing.value,
            targets_of.whole(part.missing),
            part.share,
        ]
        for one in briefing.behind
        for part in one.parts
    ]
    actions = [
        [
            one.row.indicator,
            one.row.title,
            one.unit_code,
            one.unit_name,
            one.row.value,
            one.row.target,
            one.missing,
            one.points,
            one.due_on,
        ]
        for one in briefing.actions
    ]
    late = [[one.number, one.title, one.lead, one.due_on, one.days] for one in briefing.late]
    sources = [[one.title, one.last_day, one.batches, "có" if one.is_old else ""] for one in briefing.sources]
    code, title = "Chỉ tiêu", "Mục tiêu"
    return [
        Sheet("Thông tin", ["Mục", "Giá trị"], about),
        Sheet(
            "Mục tiêu",
            [
                code,
                title,
                "Tử số",
                "Mẫu số",
                "Thực hiện",
                "Mục tiêu đặt ra",
                "Mức cần đạt",
                "Tình trạng",
                "Số liệu đến",
            ],
            targets,
            frozenset({4, 5, 6}),
        ),
        Sheet("Định nghĩa", [code, "Tên", "Phiên bản", "Tử số", "Mẫu số", "Căn cứ"], _definitions(briefing)),
        Sheet(
            "Nơi hụt",
            [code, title, "Mã đơn vị", "Đơn vị", "Tử số", "Mẫu số", "Thực hiện", "Còn thiếu", "Phần hụt"],
            parts,
            frozenset({6, 8}),
        ),
        Sheet(
            "Việc cần làm",
            [
                code,
                title,
                "Mã đơn vị",
                "Đơn vị",
                "Thực hiện",
                "Mục tiêu đặt ra",
                "Còn thiếu",
                "Toàn thể tăng thêm",
                "Đến ngày",
            ],
            actions,
            frozenset({4, 5, 7}),
        ),
        Sheet("Nhiệm vụ quá hạn", ["Số", "Nhiệm vụ", "Cơ quan chủ trì", "Thời hạn", "Quá hạn (ngày làm việc)"], late),
        Sheet("Nguồn số liệu", ["Nguồn", "Số liệu đến ngày", "Số lô", "Im lặng quá 45 ngày"], sources),
    ]


def _definitions(briefing: Briefing) -> list[list[Any]]:
    """What every figure counts, and by which act, in the release's own version."""
    number = briefing.release.number if briefing.release else None
    rows = []
    for row in briefing.rows:
        found = indicators.definition(row.indicator, briefing.as_of, number)
        words, legal = found.text.words, "; ".join(f"{one.act}, {one.place}" for one in found.text.legal)
        rows.append([row.indicator, found.name, found.text.version, words.numerator, words.denominator, legal])
    return rows


def _write(book: Any, sheet: Sheet) -> None:
    """One sheet, its first row fixed and its columns as wide as what they hold."""
    made = book.add_worksheet(sheet.name)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    share = book.add_format({"num_format": "0.00%"})
    made.write_row(0, 0, sheet.headers, bold)
    made.freeze_panes(1, 0)
    widths = [len(header) for header in sheet.headers]
    for line, row in enumerate(sheet.rows, 1):
        for column, value in enumerate(row):
            _cell(made, line, column, value, share if column in sheet.shares else None)
            widths[column] = max(widths[column], len(str(value or "")))
    for column, width in enumerate(widths):
        made.set_column(column, column, min(width + 2, WIDEST))


def _cell(made: Any, line: int, column: int, value: Any, form: Any) -> None:
    match value:
        case None:
            made.write_blank(line, column, None)
        case Decimal() | int() | float():
            made.write_number(line, column, float(value), form)
        case dt.date():
            made.write_datetime(line, column, dt.datetime(value.year, value.month, value.day))  # noqa: DTZ001 - a day
        case _:
            made.write_string(line, column, str(value))
