"""Tables as CSV files that Excel opens rightly."""

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse

from tinhso.core.clock import VIETNAM

BOM = "\ufeff"
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")

Row = TypeVar("Row")
Column = tuple[str, Callable[[Row], Any]]


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def wanted_table(request: HttpRequest) -> str | None:
    """The table of a page that is asked for as a file (`?format=csv&table=…`): its name, empty for the page's main one.

    Returns:
        None when the page itself is asked for.
    """
    return request.GET.get("table", "") if request.GET.get("format") == "csv" else None


def csv_table(name: str, columns: Sequence[Column[Row]], rows: Iterable[Row]) -> HttpResponse:
    """The rows of a page's table as a CSV download, each column by its header and what it takes from a row."""
    return csv_answer(
        name, [header for header, _value in columns], ([value(row) for _header, value in columns] for row in rows)
    )


def csv_answer(name: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A CSV download: UTF-8 with byte order mark, so that Excel shows Vietnamese."""
    writer = csv.writer(_Echo(), lineterminator="\r\n")

    def lines() -> Iterable[str]:
        yield BOM + writer.writerow(headers)
        for row in rows:
            yield writer.writerow([_safe(cell) for cell in row])

    answer = HttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _safe(cell: Any) -> Any:
    """Text that a spreadsheet would run as a formula is quoted; moments are in Vietnam's time, as on the pages."""
    if isinstance(cell, str) and cell.startswith(RISKY):
        return f"'{cell}"
    if isinstance(cell, dt.datetime) and cell.tzinfo:
        return f"{cell.astimezone(VIETNAM):%Y-%m-%d %H:%M:%S}"
    return "" if cell is None else cell
