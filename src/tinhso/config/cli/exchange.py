"""`exchange`, `serve-exchange` and `demo-axis`: who we are to partners, who they are, and the door between."""

import argparse
import os
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinhso.config.cli.shared import port, print_json, start_django

if TYPE_CHECKING:
    from tinhso.config.cli.shared import Subparsers

ACTOR = "system"


def register(commands: "Subparsers") -> None:
    """Add this module's commands."""
    exchange = commands.add_parser("exchange", help="trao đổi văn bản: nhận diện, hệ thống đối tác, cơ quan, tin cậy")
    actions = exchange.add_subparsers(title="việc", metavar="VIỆC", required=True)
    identity = actions.add_parser("identity", help="in chứng thư của hệ thống này để giao cho đối tác")
    identity.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
    identity.set_defaults(run=run_identity)
    partner = actions.add_parser("partner", help="thêm một hệ thống đối tác")
    partner.add_argument("name", metavar="TÊN", help="tên để nhận ra, như “Tỉnh bạn”")
    partner.add_argument("--channel", choices=("direct", "folder", "axis", "lgsp"), default="direct", help="kênh")
    partner.add_argument("--address", required=True, metavar="ĐỊA_CHỈ", help="https://… hoặc thư mục")
    partner.add_argument("--certificate", type=Path, metavar="TỆP", help="chứng thư PEM của đối tác")
    partner.add_argument("--account", default="", metavar="MÃ", help="mã hệ thống được cấp ở cổng trung gian")
    partner.add_argument("--secret-file", type=Path, metavar="TỆP", help="tệp chứa khóa đi với mã đó")
    partner.set_defaults(run=run_partner)
    agency = actions.add_parser("agency", help="thêm một cơ quan mà đối tác chuyển tới")
    agency.add_argument("name", metavar="TÊN", help="tên cơ quan như trong chứng thư của cơ quan đó")
    agency.add_argument("code", metavar="MÃ_ĐỊNH_DANH", help="theo QĐ 20/2020/QĐ-TTg")
    agency.add_argument("--partner", required=True, metavar="TÊN", help="tên hệ thống đối tác")
    agency.set_defaults(run=run_agency)
    code = actions.add_parser("code", help="ghi mã định danh đã được cấp cho một đơn vị của tỉnh")
    code.add_argument("unit", metavar="MÃ_ĐƠN_VỊ", help="như SL-STP hoặc 03646")
    code.add_argument("code", metavar="MÃ_ĐỊNH_DANH", help="mã được cấp, theo QĐ 20/2020/QĐ-TTg")
    code.set_defaults(run=run_code)
    trust = actions.add_parser("trust", help="tin một tổ chức chứng thực chữ ký số")
    trust.add_argument("file", type=Path, metavar="TỆP", help="chứng thư của tổ chức đó (PEM hoặc DER)")
    trust.add_argument("--kind", choices=("state", "public", "partner", "demo"), default="partner", help="loại")
    trust.add_argument("--crl-url", action="append", default=[], metavar="ĐỊA_CHỈ", help="nơi lấy danh sách thu hồi")
    trust.set_defaults(run=run_trust)
    agencies = actions.add_parser("agencies", help="các cơ quan của hệ thống này và mã định danh")
    agencies.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
    agencies.set_defaults(run=run_agencies)
    publish = actions.add_parser("publish", help="đưa ngay văn bản đã ban hành vào hồ dữ liệu")
    publish.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
    publish.set_defaults(run=run_publish)
    door = commands.add_parser(
        "serve-exchange", help="mở cửa trao đổi văn bản cho các hệ thống đối tác (HTTPS hai chiều)"
    )
    door.add_argument("--host", default="127.0.0.1", metavar="ĐỊA_CHỈ", help="mặc định chỉ máy này, 127.0.0.1")
    door.add_argument("--port", type=port, default=8443, metavar="CỔNG", help="mặc định 8443")
    door.set_defaults(run=run_door)
    axis = commands.add_parser("demo-axis", help="trục liên thông văn bản mẫu, cho thử nghiệm tại máy này")
    axis.add_argument("--port", type=port, default=8002, metavar="CỔNG", help="mặc định 8002")
    axis.add_argument("--folder", type=Path, metavar="THƯ_MỤC", help="mặc định var/demo-axis")
    axis.add_argument(
        "--system", action="append", required=True, metavar="TÊN:KHÓA:MÃ,MÃ", help="một hệ thống và các cơ quan của nó"
    )
    axis.set_defaults(run=run_axis)


def run_identity(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.core import clock
    from tinhso.documents import api

    own = api.own(clock.now())
    if arguments.json:
        print_json({"certificate": own.certificate_pem, "fingerprint": own.fingerprint})
    else:
        print(own.certificate_pem, end="")
    return 0


def run_partner(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.core import clock
    from tinhso.documents import api

    added = api.add_partner(
        name=arguments.name,
        channel=arguments.channel,
        address=arguments.address,
        certificate=_read(arguments.certificate).decode("ascii", "replace") if arguments.certificate else "",
        account=arguments.account,
        secret=_read(arguments.secret_file).decode().strip() if arguments.secret_file else "",
        actor=ACTOR,
        at=clock.now(),
    )
    api.write_partners_file()
    print(f"Đã thêm hệ thống “{added.name}”.")
    return 0


def run_agency(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.core import clock
    from tinhso.core.errors import UnknownName
    from tinhso.documents import api

    partner = api.Partner.objects.filter(name=arguments.partner).first()
    if partner is None:
        known = list(api.Partner.objects.order_by("name").values_list("name", flat=True))
        raise UnknownName("hệ thống đối tác", arguments.partner, known[:3])
    added = api.add_agency(name=arguments.name, code=arguments.code, partner=partner, actor=ACTOR, at=clock.now())
    print(f"Đã thêm “{added.name}”, mã {arguments.code}.")
    return 0


def run_code(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.core import clock
    from tinhso.documents import api
    from tinhso.organizations import api as organizations

    today = clock.today()
    api.ensure_ours(on=today)
    agency = api.of_unit(organizations.resolve(arguments.unit, today).org_unit_id)
    assert agency is not None  # noqa: S101 - every unit of today has one
    api.give_code(
        agency=agency, scheme="QĐ 20/2020", code=arguments.code, valid_from=today, actor=ACTOR, at=clock.now()
    )
    print(f"Đã ghi mã {arguments.code} cho “{agency.name}”.")
    return 0


def run_trust(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.core import clock
    from tinhso.documents import api

    fingerprint = api.trust_certificate(
        certificate=_read(arguments.file),
        kind=arguments.kind,
        crl_urls=tuple(arguments.crl_url),
        actor=ACTOR,
        at=clock.now(),
    )
    print(f"Đã tin chứng thư {fingerprint}.")
    return 0


def run_agencies(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.core import clock
    from tinhso.documents import api

    today = clock.today()
    api.ensure_ours(on=today)
    ours = api.Agency.objects.filter(org_unit__isnull=False).order_by("name")
    rows = [{"name": agency.name, "code": api.code_of(agency, today)} for agency in ours]
    if arguments.json:
        print_json(rows)
    else:
        for row in rows:
            print(f"{row['code']:<24} {row['name']}")
    return 0


def run_publish(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.core import clock
    from tinhso.documents import api

    rows = api.publish(at=clock.now())
    if arguments.json:
        print_json({"dataset": "documents", "rows": rows})
    else:
        print(f"Đã đưa {rows} văn bản vào hồ dữ liệu." if rows else "Không có văn bản nào mới.")
    return 0


def run_door(arguments: argparse.Namespace) -> int:
    from tinhso.config import server

    server.require_free(arguments.host, arguments.port)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tinhso.config.settings.exchange"
    start_django()
    from tinhso.core import clock
    from tinhso.documents import api

    api.own(clock.now())
    options: dict[str, Any] = {
        "certfile": str(api.path()),
        "keyfile": str(api.path()),
        "ca_certs": str(api.write_partners_file()),
        "cert_reqs": ssl.CERT_REQUIRED,
    }
    server.serve(host=arguments.host, port=arguments.port, with_worker=False, more=options)
    return 0


def run_axis(arguments: argparse.Namespace) -> int:
    from tinhso.config import server
    from tinhso.core.errors import ImpossibleRequest

    server.require_free("127.0.0.1", arguments.port)
    start_django()
    from tinhso.documents.contrib.axis.stand_in import StandIn, system_of

    try:
        systems = [system_of(text) for text in arguments.system]
    except ValueError:
        raise ImpossibleRequest("--system cần dạng TÊN:KHÓA:MÃ,MÃ.") from None
    folder = arguments.folder or Path(os.environ.get("TINHSO_HOME", "var")) / "demo-axis"
    folder.mkdir(parents=True, exist_ok=True)
    print(f"Trục liên thông mẫu: http://127.0.0.1:{arguments.port} (không có giá trị pháp lý)", flush=True)
    application = StandIn(folder, {system.name: system for system in systems})
    server.Server({"bind": f"127.0.0.1:{arguments.port}", "workers": 1, "loglevel": "warning"}, application).run()
    return 0


def _read(path: Path) -> bytes:
    from tinhso.core.errors import ImpossibleRequest

    try:
        return path.read_bytes()
    except OSError as problem:
        raise ImpossibleRequest(f"Không đọc được {path}: {problem.strerror}.") from None
