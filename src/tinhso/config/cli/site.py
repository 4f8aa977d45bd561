"""`init`, `demo`, `serve`, `worker` and `doctor`."""

import argparse
from typing import TYPE_CHECKING

from tinhso.config.cli.shared import port, start_django

if TYPE_CHECKING:
    from tinhso.config.cli.shared import Subparsers


def register(commands: "Subparsers") -> None:
    """Add this module's commands."""
    init = commands.add_parser("init", help="tạo hoặc nâng cấp cơ sở dữ liệu, nạp dữ liệu tham chiếu")
    init.add_argument("--province", default="son-la", metavar="TỈNH", help="tỉnh có dữ liệu tham chiếu")
    init.set_defaults(run=run_init)
    demo = commands.add_parser("demo", help="dựng một tỉnh mẫu rồi phục vụ trang tại máy này")
    demo.add_argument("--port", type=port, default=8000, metavar="CỔNG", help="mặc định 8000")
    demo.set_defaults(run=run_demo)
    serve = commands.add_parser("serve", help="phục vụ trang")
    serve.add_argument("--host", default="127.0.0.1", metavar="ĐỊA_CHỈ", help="mặc định chỉ máy này, 127.0.0.1")
    serve.add_argument("--port", type=port, default=8000, metavar="CỔNG", help="mặc định 8000")
    serve.add_argument("--with-worker", action="store_true", help="chạy kèm tiến trình việc nền")
    serve.set_defaults(run=run_serve)
    worker = commands.add_parser("worker", help="chạy việc nền và hộp thư đi")
    worker.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    worker.set_defaults(run=run_worker)
    doctor = commands.add_parser("doctor", help="kiểm tra cài đặt, nêu điều còn thiếu và cách sửa")
    doctor.set_defaults(run=run_doctor)


def run_init(arguments: argparse.Namespace) -> int:
    start_django()
    from django.conf import settings

    from tinhso.config.installation import prepare
    from tinhso.core import clock

    prepare(province=arguments.province, at=clock.now())
    print(f"Sẵn sàng: {settings.HOME}")
    return 0


def run_demo(arguments: argparse.Namespace) -> int:
    from tinhso.config import server
    from tinhso.config.cli import demo, identity

    beside = arguments.port + 1 if arguments.port < 65535 else arguments.port - 1
    for taken in (arguments.port, beside):
        server.require_free("127.0.0.1", taken)
    home = demo.choose_home()
    start_django()
    demo.make_ready(home)
    demo.print_sign_ins(arguments.port)
    identity.start_beside(arguments.port, beside)
    server.replace_process("serve", "--port", str(arguments.port), "--with-worker")
    return 0


def run_serve(arguments: argparse.Namespace) -> int:
    from tinhso.config import server

    server.require_free(arguments.host, arguments.port)
    start_django()
    server.serve(host=arguments.host, port=arguments.port, with_worker=arguments.with_worker)
    return 0


def run_worker(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.config import server
    from tinhso.core import jobs

    if arguments.parent:
        server.end_with(arguments.parent)
    jobs.run_worker()
    return 0


def run_doctor(_arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.config import doctor

    findings = list(doctor.examine())
    for finding in findings:
        mark = "✓" if finding.is_good else "✗" if finding.is_required else "!"
        print(f"{mark} {finding.subject}: {finding.found}")
        if not finding.is_good:
            print(f"    → {finding.mend}")
    return 1 if any(finding.is_required and not finding.is_good for finding in findings) else 0
