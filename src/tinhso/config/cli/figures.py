"""`compute` and `cells`."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from tinhso.config.cli.shared import print_json, print_rows, start_django
from tinhso.config.cli.units import asked_unit

if TYPE_CHECKING:
    from tinhso.config.cli.shared import Subparsers
    from tinhso.indicators.api import Figure

PERIODS = (
    "2023-05, 2023-Q2, 2023-H1, 2023-9M, 2023, 2023-05/ytd (từ đầu năm); theo lịch báo cáo: 2023-05@nd09, 2023-Q2@nd09"
)
VIEWS = (
    "as-was: đơn vị của kỳ (mặc định); as-is: đơn vị hiện nay, gộp cả tiền thân; "
    "comparable:2023-12-31: đơn vị của ngày nêu ra"
)
LEVELS = ("province", "department", "district", "commune")
FIELDS = (
    "indicator",
    "unit_code",
    "unit_name",
    "level",
    "period",
    "view",
    "category",
    "numerator",
    "denominator",
    "value",
    "status",
    "estimated",
)


def register(commands: "Subparsers") -> None:
    """Add this module's commands."""
    compute = commands.add_parser("compute", help="đưa số liệu về mới nhất")
    compute.add_argument("--full", action="store_true", help="tính lại tất cả")
    compute.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
    compute.set_defaults(run=run_compute)
    cells = commands.add_parser("cells", help="số liệu của một chỉ tiêu theo đơn vị")
    cells.add_argument("--indicator", required=True, metavar="MÃ", help="ví dụ gov.documents_signed")
    cells.add_argument("--level", choices=LEVELS, help="chỉ các đơn vị thuộc cấp này")
    cells.add_argument("--unit", metavar="MÃ", help="mã đơn vị, đọc theo ngày của cách nhìn; mặc định: mọi đơn vị")
    cells.add_argument("--period", required=True, metavar="KỲ", help=PERIODS)
    cells.add_argument("--view", default="as-was", metavar="CÁCH_NHÌN", help=VIEWS)
    cells.add_argument("--members", choices=["missing"], help="missing: liệt kê đối tượng còn thiếu ở một đơn vị")
    cells.add_argument(
        "--release", type=int, metavar="SỐ", help="theo bản chốt số liệu này; mặc định: số liệu hiện hành"
    )
    form = cells.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
    form.add_argument("--csv", action="store_true", help="viết bảng CSV")
    cells.set_defaults(run=run_cells)


def run_compute(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.core import clock
    from tinhso.indicators import api

    result = api.compute(at=clock.now(), full=arguments.full, progress=_progress if sys.stderr.isatty() else None)
    if arguments.json:
        print_json(
            {
                "leaf_states": result.leaf_states,
                "cells": result.cells,
                "seconds": round(result.seconds, 3),
                "mode": result.mode,
            }
        )
    else:
        modes = {
            "full": "tính lại tất cả",
            "changed": "tính phần thay đổi",
            "unchanged": "không có gì thay đổi",
        }
        print(f"{modes[result.mode]}: {result.leaf_states} trạng thái lá, {result.cells} ô, {result.seconds:.1f} giây")
    return 0


def _progress(dataset: str, done: int, total: int) -> None:
    print(f"\r{done}/{total} {dataset:<30}", end="" if done < total else "\n", file=sys.stderr)


def run_cells(arguments: argparse.Namespace) -> int:
    start_django()
    if arguments.members:
        return _run_members(arguments)
    found = _figures(arguments)
    if arguments.json or arguments.csv:
        print_rows([_json(figure) for figure in found], FIELDS, as_csv=arguments.csv)
    else:
        _print(found)
    return 0


def _figures(arguments: argparse.Namespace) -> "list[Figure]":
    from tinhso.indicators import api

    period, view = api.parse_period(arguments.period), api.parse_view(arguments.view)
    as_of = api.evaluation_date(arguments.release)
    unit = asked_unit(arguments.unit, view, min(period.ends_on, as_of or period.ends_on)) if arguments.unit else None
    found = api.figures(
        indicators=[arguments.indicator],
        period_codes=[period.code],
        unit_ids=None if unit is None else [unit.unit_id],
        level=arguments.level,
        with_categories=True,
        with_empty=unit is not None,
        view=view,
        release=arguments.release,
    )
    if found:
        return found
    api.definition(arguments.indicator, release=arguments.release)
    is_later = as_of is not None and period.starts_on > as_of
    if unit is None or is_later or arguments.level not in (None, unit.level):
        return []
    return [
        api.absent_figure(
            indicator=arguments.indicator, unit_id=unit.unit_id, period=period, view=view, release=arguments.release
        )
    ]


def _run_members(arguments: argparse.Namespace) -> int:
    """Who or what is in the denominator and not in the numerator, at one unit."""
    from tinhso.core.errors import ImpossibleRequest
    from tinhso.indicators import api

    if arguments.level:
        raise ImpossibleRequest("--members không đi cùng --level; hãy nêu một đơn vị bằng --unit.")
    period, view = api.parse_period(arguments.period), api.parse_view(arguments.view)
    as_of = api.evaluation_date(arguments.release)
    unit = asked_unit(arguments.unit, view, min(period.ends_on, as_of or period.ends_on))
    found = api.missing_members(
        indicator=arguments.indicator, unit_id=unit.unit_id, period=period, view=view, release=arguments.release
    )
    same = {
        "indicator": arguments.indicator,
        "unit_code": unit.code,
        "unit_name": unit.name,
        "level": unit.level,
        "period": period.code,
        "view": view,
    }
    if arguments.json or arguments.csv:
        rows = [same | {"member": member.code, "label": member.label} for member in found.members]
        print_rows(rows, (*same, "member", "label"), as_csv=arguments.csv)
        return 0
    for member in found.members:
        print(f"{member.code:<16} {member.label}".rstrip())
    print(f"{unit.name}, kỳ {period.code}: còn thiếu {len(found.members)} ({found.name}).")
    return 0


def _json(figure: "Figure") -> dict[str, Any]:
    from tinhso.indicators import api

    row: dict[str, Any] = {name: getattr(figure, name) for name in FIELDS}
    for name in ("numerator", "denominator"):
        if row[name] is not None:
            row[name] = api.whole(row[name])
    return row


def _print(found: "list[Figure]") -> None:
    from tinhso.core.numbers import number, percent

    missing = {"no_occurrence": "không phát sinh", "no_data": "chưa có số liệu"}
    for figure in found:
        name = f"{figure.unit_name} – {figure.category}" if figure.category else figure.unit_name
        shown = missing.get(figure.status)
        if shown is None:
            shown = f"{percent(figure.value)}  ({number(figure.numerator)} / {number(figure.denominator)})"
        print(f"{figure.unit_code:<10} {name:<45} {shown}")
    if not found:
        print("Không có số liệu.")
