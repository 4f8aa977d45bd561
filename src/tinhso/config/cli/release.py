"""`release create`, `list`, `diff` and `verify`."""

import argparse
from typing import TYPE_CHECKING, Any

from tinhso.config.cli.figures import PERIODS
from tinhso.config.cli.shared import print_json, print_rows, start_django

if TYPE_CHECKING:
    from tinhso.config.cli.shared import Subparsers
    from tinhso.indicators.api import ChangedCell, ReleaseRow

LIVE = "live"
SHOWN = 40  # changed cells that a terminal gets; JSON and CSV have all
CHANGED = (
    "indicator",
    "unit_code",
    "unit_name",
    "level",
    "period",
    "category",
    "numerator_before",
    "denominator_before",
    "value_before",
    "numerator_after",
    "denominator_after",
    "value_after",
    "batches",
    "reasons",
)


def register(commands: "Subparsers") -> None:
    """Add this module's commands."""
    release = commands.add_parser("release", help="chốt số liệu cho báo cáo, so sánh và tính lại bản chốt")
    actions = release.add_subparsers(title="việc", metavar="VIỆC", required=True)
    create = actions.add_parser("create", help="chốt số liệu hiện có thành một bản chốt")
    create.add_argument("--plan", metavar="SỐ", help="kế hoạch được báo cáo, ví dụ 292/KH-UBND")
    create.add_argument("--period", metavar="KỲ", help=f"kỳ báo cáo: {PERIODS}; mặc định: từ đầu năm")
    create.add_argument("--note", default="", metavar="GHI_CHÚ", help="vì sao chốt, trong một câu")
    create.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
    create.set_defaults(run=run_create)
    listed = actions.add_parser("list", help="liệt kê các bản chốt, mới nhất trước")
    listed.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
    listed.set_defaults(run=run_list)
    diff = actions.add_parser("diff", help="số liệu nào khác nhau giữa hai bản chốt, vì lô dữ liệu nào")
    diff.add_argument("before", metavar="A", type=_number, help="số của bản chốt trước")
    diff.add_argument("after", metavar="B", type=_number, help=f"số của bản chốt sau, hoặc {LIVE}: số liệu hiện hành")
    diff.add_argument("--period", metavar="KỲ", help="chỉ kỳ này; mặc định: mọi kỳ")
    form = diff.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
    form.add_argument("--csv", action="store_true", help="viết bảng CSV")
    diff.set_defaults(run=run_diff)
    verify = actions.add_parser("verify", help="tính lại một bản chốt từ hồ dữ liệu và so từng ô")
    verify.add_argument("number", metavar="SỐ", type=int, help="số của bản chốt")
    verify.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
    verify.set_defaults(run=run_verify)


def _number(text: str) -> int | None:
    """A release's number; None for the figures in force."""
    if text == LIVE:
        return None
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"“{text}” không phải số của bản chốt, cũng không phải {LIVE}")
    return int(text)


def run_create(arguments: argparse.Namespace) -> int:
    start_django()
    import getpass

    from tinhso.core import clock
    from tinhso.plans import api

    period = arguments.period or api.question(number=arguments.plan, period=None, as_of=None).period.code
    made = api.create_release(
        number=arguments.plan, period=period, note=arguments.note, actor=getpass.getuser(), at=clock.now()
    )
    if arguments.json:
        print_json(_json(made))
    else:
        print(f"Đã chốt. {_line(made)}")
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.indicators import api

    found = api.releases()
    if arguments.json:
        print_json([_json(one) for one in found])
        return 0
    for one in found:
        print(_line(one))
    if not found:
        print("Chưa có bản chốt nào.")
    return 0


def run_diff(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.indicators import api

    periods = [arguments.period] if arguments.period else None
    found = api.difference(arguments.before, arguments.after, periods=periods)
    rows = [_changed(cell) for cell in found.cells]
    if arguments.csv:
        joined = [row | {name: "; ".join(map(str, row[name])) for name in ("batches", "reasons")} for row in rows]
        print_rows(joined, CHANGED, as_csv=True)
    elif arguments.json:
        print_json({"before": found.before, "after": found.after, "cells": rows})
    else:
        _print_changed(found.cells)
    return 0


def run_verify(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.indicators import api

    found = api.verify_release(arguments.number)
    if arguments.json:
        print_json(
            {
                "number": found.number,
                "is_same": found.is_same,
                "cells": found.cells,
                "expected": found.expected,
                "found": found.found,
                "kept": found.kept,
            }
        )
    elif found.is_same:
        print(f"Bản chốt {found.number}: {found.cells} ô tính lại từ hồ dữ liệu giống hệt số liệu đã chốt.")
    elif found.expected == found.found:
        print(f"Bản chốt {found.number}: tệp số liệu đã chốt bị mất hoặc bị sửa; tính lại từ hồ dữ liệu vẫn đúng.")
    else:
        print(f"Bản chốt {found.number}: số liệu tính lại KHÁC số liệu đã chốt ({found.found} ≠ {found.expected}).")
    return 0 if found.is_same else 1


def _json(release: "ReleaseRow") -> dict[str, Any]:
    return {
        "number": release.number,
        "plan": release.plan_number,
        "plan_version": release.plan_version,
        "plan_hash": release.plan_hash,
        "period": release.period,
        "note": release.note,
        "as_of": release.as_of.isoformat(),
        "cells": release.cells,
        "catalog_hash": release.catalog_hash,
        "tree_hash": release.tree_hash,
        "code_version": release.code_version,
        "cells_sha256": release.cells_sha256,
        "created_by": release.created_by,
        "created_at": release.created_at.isoformat(),
    }


def _line(release: "ReleaseRow") -> str:
    from django.utils import timezone

    note = f" – {release.note}" if release.note else ""
    return (
        f"Bản chốt {release.number}: {release.plan_number}, kỳ {release.period}, tính đến {release.as_of:%d/%m/%Y}, "
        f"{release.cells} ô; {release.created_by}, {timezone.localtime(release.created_at):%d/%m/%Y %H:%M}{note}"
    )


def _changed(cell: "ChangedCell") -> dict[str, Any]:
    from tinhso.indicators import api

    before, after = cell.before or (None, None), cell.after or (None, None)
    amounts = [None if amount is None else api.whole(amount) for amount in (*before, *after)]
    return {
        "indicator": cell.indicator,
        "unit_code": cell.unit_code,
        "unit_name": cell.unit_name,
        "level": cell.level,
        "period": cell.period,
        "category": cell.category,
        "numerator_before": amounts[0],
        "denominator_before": amounts[1],
        "value_before": cell.value_before,
        "numerator_after": amounts[2],
        "denominator_after": amounts[3],
        "value_after": cell.value_after,
        "batches": list(cell.batches),
        "reasons": list(cell.reasons),
    }


def _print_changed(cells: "list[ChangedCell]") -> None:
    for cell in cells[:SHOWN]:
        name = f"{cell.unit_name} – {cell.category}" if cell.category else cell.unit_name
        print(f"{cell.indicator} {cell.unit_code} {name}, kỳ {cell.period}: {_pair(cell.before)} → {_pair(cell.after)}")
        for reason in cell.reasons:
            print(f"    {reason}")
    if len(cells) > SHOWN:
        print(f"… và {len(cells) - SHOWN} ô nữa; xem tất cả bằng --csv hoặc --json.")
    print(f"{len(cells)} ô khác nhau." if cells else "Không có ô nào khác nhau.")


def _pair(pair: "tuple[Any, Any] | None") -> str:
    from tinhso.core.numbers import number

    return f"{number(pair[0])} / {number(pair[1])}" if pair else "không có"
