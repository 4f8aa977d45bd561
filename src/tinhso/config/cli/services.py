"""`services adopt`, `publish`, `reconcile`, `rebuild` and `graph`."""

import argparse
import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tinhso.config.cli.shared import print_json, start_django

if TYPE_CHECKING:
    from tinhso.config.cli.shared import Subparsers
    from tinhso.public_services.api import Broken, Comparison, Difference

SHOWN = 20
KINDS = {"missing": "thiếu trong hồ dữ liệu", "extra": "không có trong cơ sở dữ liệu", "different": "khác"}
WRONG = {
    "chain": "nhật ký bị sửa từ sự kiện số {event}",
    "events": "các sự kiện không thể nối tiếp nhau",
    "revision": "thiếu hoặc thừa sự kiện",
}


def register(commands: "Subparsers") -> None:
    """Add this module's commands."""
    services = commands.add_parser("services", help="dịch vụ công: công bố, đối chiếu, kiểm tra hồ sơ")
    actions = services.add_subparsers(title="việc", metavar="VIỆC", required=True)
    adopt = actions.add_parser("adopt", help="công bố các thủ tục đi kèm mà danh mục chưa có, hiệu lực từ hôm nay")
    adopt.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
    adopt.set_defaults(run=run_adopt)
    publish = actions.add_parser("publish", help="đưa ngay hồ sơ, thủ tục, lượt hỗ trợ đã thay đổi vào hồ dữ liệu")
    publish.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
    publish.set_defaults(run=run_publish)
    reconcile = actions.add_parser("reconcile", help="so từng dòng của hồ dữ liệu với cơ sở dữ liệu")
    reconcile.add_argument("--mend", action="store_true", help="đưa lại những dòng thiếu hoặc khác, rồi so lần nữa")
    reconcile.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
    reconcile.set_defaults(run=run_reconcile)
    rebuild = actions.add_parser("rebuild", help="dựng lại từng hồ sơ từ nhật ký của nó")
    rebuild.add_argument("--check", action="store_true", required=True, help="chỉ so sánh, không sửa gì")
    rebuild.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
    rebuild.set_defaults(run=run_rebuild)
    graph = actions.add_parser("graph", help="vẽ các trạng thái của hồ sơ")
    graph.add_argument("--format", choices=("mermaid", "dot"), default="mermaid", help="mermaid (mặc định) hoặc dot")
    graph.set_defaults(run=run_graph)


def run_adopt(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.core import clock
    from tinhso.public_services import api

    count = api.adopt_reference(valid_from=clock.today(), at=clock.now())
    if arguments.json:
        print_json({"published": count})
    else:
        print(f"Đã công bố {count} thủ tục." if count else "Danh mục đã có các thủ tục đi kèm.")
    return 0


def run_publish(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.core import clock
    from tinhso.public_services import api

    found = api.publish(at=clock.now())
    if arguments.json:
        print_json([asdict(one) for one in found])
    else:
        for one in found:
            kept = f", {one.kept_back} dòng bị giữ lại" if one.kept_back else ""
            print(f"{one.dataset}: {one.rows} dòng{kept}")
    return 1 if any(one.kept_back for one in found) else 0


def run_reconcile(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.core import clock
    from tinhso.public_services import api

    if arguments.mend:
        api.mend(at=clock.now())
    found = api.reconcile()
    is_same = all(one.is_same for one in found)
    if arguments.json:
        print_json({"is_same": is_same, "datasets": [_compared(one) for one in found]})
    else:
        for one in found:
            _print_compared(one)
        print("Hồ dữ liệu khớp cơ sở dữ liệu." if is_same else _advice(found))
    return 0 if is_same else 1


def _compared(one: "Comparison") -> dict[str, Any]:
    return {
        "dataset": one.dataset,
        "rows": one.rows,
        "waiting": one.waiting,
        "missing": one.missing,
        "different": one.different,
        "extra": one.extra,
        "differences": [_difference(found) for found in one.differences],
    }


def _difference(found: "Difference") -> dict[str, Any]:
    said = asdict(found)
    return said | {side: _plain(said[side]) for side in ("database", "lake")}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _print_compared(one: "Comparison") -> None:
    print(
        f"{one.dataset}: {one.rows} dòng; chờ công bố {one.waiting}, thiếu {one.missing}, khác {one.different}, "
        f"thừa {one.extra}"
    )
    for found in one.differences[:SHOWN]:
        pair = f" {found.column}: {_plain(found.database)} ≠ {_plain(found.lake)}" if found.column else ""
        print(f"    {found.key} {KINDS[found.kind]}{pair}")


def _advice(found: "list[Comparison]") -> str:
    if any(one.missing or one.different for one in found):
        return "Hồ dữ liệu KHÁC cơ sở dữ liệu; chạy “tinhso services reconcile --mend” để đưa lại."
    if any(one.extra for one in found):
        return "Hồ dữ liệu có dòng mà cơ sở dữ liệu không có; hãy thu hồi lô đã đưa các dòng đó."
    return "Còn dòng chờ công bố; chạy “tinhso services publish” hoặc “tinhso worker” rồi so lại."


def run_rebuild(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.public_services import api

    checked, wrong = 0, []
    for found in api.check_dossiers():
        checked += 1
        if found:
            wrong.append(found)
    if arguments.json:
        print_json({"dossiers": checked, "wrong": [asdict(one) for one in wrong]})
    else:
        for one in wrong[:SHOWN]:
            print(f"{one.number}: {_said(one)}")
        print(f"{checked} hồ sơ, {len(wrong)} hồ sơ không khớp nhật ký.")
    return 1 if wrong else 0


def _said(one: "Broken") -> str:
    return WRONG.get(one.what, "cột “{what}” không khớp nhật ký").format(event=one.event, what=one.what)


def run_graph(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.public_services import api

    print(api.graph(arguments.format), end="")
    return 0
