"""`audit check`, `head` and `export`."""

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinhso.config.cli.shared import print_json, start_django

if TYPE_CHECKING:
    from tinhso.config.cli.shared import Subparsers
    from tinhso.core.audit import Examination

HEAD = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")


def register(commands: "Subparsers") -> None:
    """Add this module's commands."""
    audit = commands.add_parser("audit", help="kiểm tra chuỗi nhật ký, ghi lại dấu vân, xuất cho bên ngoài kiểm tra")
    actions = audit.add_subparsers(title="việc", metavar="VIỆC", required=True)
    check = actions.add_parser("check", help="kiểm tra từng mắt xích, các mốc neo và dấu thời gian")
    check.add_argument(
        "--noted", type=_head, metavar="SỐ:DẤU_VÂN", help="dấu vân đã ghi lại ở ngoài, như “tinhso audit head” in ra"
    )
    check.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
    check.set_defaults(run=run_check)
    head = actions.add_parser("head", help="in mắt xích cuối, để ghi lại ở ngoài hệ thống")
    head.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
    head.set_defaults(run=run_head)
    export = actions.add_parser("export", help="xuất toàn bộ chuỗi thành tệp JSON từng dòng")
    export.add_argument("--out", type=Path, required=True, metavar="TỆP", help="tệp được ghi; tệp cũ bị thay")
    export.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
    export.set_defaults(run=run_export)


def _head(text: str) -> tuple[int, str]:
    """Number and hash of a head, as `head` prints them."""
    found = HEAD.fullmatch(text.strip())
    if not found:
        raise argparse.ArgumentTypeError(f"“{text}” không có dạng SỐ:DẤU_VÂN, như “tinhso audit head” in ra")
    return int(found[1]), found[2]


def run_check(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.core import audit

    noted = audit.Head(*arguments.noted) if arguments.noted else None
    found = audit.examine(noted=noted)
    waiting = audit.unsealed()
    if arguments.json:
        print_json(_json(found, waiting))
    else:
        _print(found, waiting)
    return 1 if found.broken else 0


def run_head(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.core import audit

    found = audit.head()
    if arguments.json:
        print_json({"number": found.number, "hash": found.hash} if found else None)
    else:
        print(f"{found.number}:{found.hash}" if found else "Chuỗi nhật ký chưa có mắt xích nào.")
    return 0


def run_export(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.core import audit
    from tinhso.core.errors import ImpossibleRequest

    try:
        seals = audit.export(arguments.out, progress=_show if sys.stderr.isatty() else None)
    except OSError as fault:
        raise ImpossibleRequest(f"Không ghi được {arguments.out}: {fault.strerror}.") from fault
    if arguments.json:
        print_json({"file": str(arguments.out), "seals": seals})
    else:
        print(f"Đã ghi {seals} mắt xích vào {arguments.out}.")
    return 0


def _show(done: int, total: int) -> None:
    print(f"\r{done}/{total}", end="" if done < total else "\n", file=sys.stderr)


def _json(found: "Examination", waiting: int) -> dict[str, Any]:
    head, good, broken = found.head, found.last_good, found.broken
    return {
        "is_whole": broken is None,
        "seals": head.number if head else 0,
        "head": {"number": head.number, "hash": head.hash} if head else None,
        "unsealed": waiting,
        "anchors": found.anchors,
        "unstamped": found.unstamped,
        "last_good_anchor": {
            "number": good.last_number,
            "day": good.day.isoformat(),
            "hash": good.head,
            "stamped_at": good.stamped_at.isoformat() if good.stamped_at else None,
        }
        if good
        else None,
        "broken": {"number": broken.number, "entry": broken.entry_id, "reason": broken.reason} if broken else None,
    }


def _print(found: "Examination", waiting: int) -> None:
    seals = found.head.number if found.head else 0
    if found.broken:
        entry = f" (bản ghi {found.broken.entry_id})" if found.broken.entry_id is not None else ""
        print(f"Chuỗi nhật ký KHÔNG nguyên vẹn, từ mắt xích {found.broken.number}{entry}: {found.broken.reason}.")
    else:
        print(f"Chuỗi nhật ký nguyên vẹn: {seals} mắt xích; {waiting} bản ghi chờ niêm phong.")
    if found.last_good:
        stamped = _stamped(found)
        print(
            f"Mốc neo cuối còn khớp: mắt xích {found.last_good.last_number}, ngày {found.last_good.day:%d/%m/%Y}{stamped}."
        )
    else:
        print("Không có mốc neo nào khớp." if found.anchors else "Chưa có mốc neo nào.")
    if found.unstamped:
        print(f"{found.unstamped} trong {found.anchors} mốc neo chưa có dấu thời gian.")


def _stamped(found: "Examination") -> str:
    from django.utils import timezone

    at = found.last_good.stamped_at if found.last_good else None
    return f", dấu thời gian {timezone.localtime(at):%d/%m/%Y %H:%M}" if at else ""
