"""`compute` and `cells`."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from tinhso.config.cli.shared import print_json, start_django

if TYPE_CHECKING:
    from tinhso.config.cli.shared import Subparsers
    from tinhso.indicators.api import Figure

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
    compute.add_argument("--json", action="store_true")
    compute.set_defaults(run=run_compute)
    cells = commands.add_parser("cells", help="số liệu của một chỉ tiêu theo đơn vị")
    cells.add_argument("--indicator", required=True, metavar="MÃ")
    cells.add_argument("--level", choices=LEVELS)
    cells.add_argument("--unit", metavar="MÃ")
    cells.add_argument(
        "--period", required=True, metavar="KỲ", help="2023-05, 2023-Q2, 2023-H1, 2023-9M, 2023, 2023-05/ytd"
    )
    cells.add_argument("--view", default="as-was", metavar="CÁCH_NHÌN")
    cells.add_argument("--members", choices=["missing"])
    form = cells.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true")
    form.add_argument("--csv", action="store_true")
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
    from tinhso.core.errors import ImpossibleRequest

    if arguments.view != "as-was":
        raise ImpossibleRequest(f"Cách nhìn “{arguments.view}”: chưa có; hiện chỉ có as-was.")
    if arguments.members:
        raise ImpossibleRequest("--members missing: chưa có.")
    start_django()
    found = _figures(arguments)
    if arguments.json:
        print_json([_json(figure) for figure in found])
    elif arguments.csv:
        import csv

        writer = csv.DictWriter(sys.stdout, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_json(figure) for figure in found)
    else:
        _print(found)
    return 0


def _figures(arguments: argparse.Namespace) -> "list[Figure]":
    from tinhso.indicators import api
    from tinhso.organizations import api as organizations

    period = api.parse_period(arguments.period)
    api.definition(arguments.indicator)
    unit = organizations.resolve(arguments.unit, _day_of_code(period.ends_on)) if arguments.unit else None
    found = api.figures(
        indicators=[arguments.indicator],
        period_codes=[period.code],
        unit_ids=[unit.org_unit_id] if unit else None,
        level=arguments.level,
        with_categories=True,
        with_empty=unit is not None,
    )
    is_later = period.starts_on > (api.evaluation_date() or period.starts_on)
    if unit and not found and not is_later and arguments.level in (None, unit.kind):
        found = [api.absent_figure(indicator=arguments.indicator, unit_id=unit.org_unit_id, period=period)]
    return found


def _day_of_code(ends_on: Any) -> Any:
    """The day by which a unit code is read: the period's end, or the evaluation date if earlier."""
    from tinhso.indicators import api

    return min(ends_on, api.evaluation_date() or ends_on)


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
