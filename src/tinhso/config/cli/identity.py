"""`demo-identity`: the stand-in for the identity provider, as a site of its own on this machine."""

import argparse
import os
import subprocess
from typing import TYPE_CHECKING

from tinhso.config.cli.shared import port, start_django

if TYPE_CHECKING:
    from tinhso.config.cli.shared import Subparsers

HOST = "127.0.0.1"
CALLBACK = "/accounts/citizens/login/callback/"


def register(commands: "Subparsers") -> None:
    """Add this module's command."""
    identity = commands.add_parser("demo-identity", help="phục vụ nơi định danh mẫu cho công dân, thay cho VNeID")
    identity.add_argument("--port", type=port, default=8001, metavar="CỔNG", help="mặc định 8001")
    identity.add_argument(
        "--client-redirect",
        action="append",
        required=True,
        metavar="ĐỊA_CHỈ",
        help=f"trang mà công dân trở về, như http://127.0.0.1:8000{CALLBACK}; có thể nêu nhiều lần",
    )
    identity.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    identity.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from tinhso.config import server

    server.require_free(HOST, arguments.port)
    if arguments.parent:
        server.end_with(arguments.parent)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tinhso.config.settings.stand_in"
    os.environ["TINHSO_STAND_IN_CALLBACKS"] = ",".join(arguments.client_redirect)
    start_django()
    from tinhso.config.stand_in.preparation import prepare

    prepare(callbacks=arguments.client_redirect)
    server.serve(host=HOST, port=arguments.port, with_worker=False)
    return 0


def start_beside(site_port: int, own_port: int) -> None:
    """Start it as a child, which ends with this process, and tell the platform in the environment where it is."""
    from tinhso.config import server
    from tinhso.config.stand_in import CLIENT_ID, CLIENT_SECRET

    callbacks = [f"http://{host}:{site_port}{CALLBACK}" for host in (HOST, "localhost")]
    options = [f"--client-redirect={callback}" for callback in callbacks]
    command = server.command("demo-identity", f"--port={own_port}", f"--parent={os.getpid()}", *options)
    subprocess.Popen(command)  # noqa: S603 - our own
    os.environ |= {
        "TINHSO_OIDC_URL": f"http://{HOST}:{own_port}",
        "TINHSO_OIDC_NAME": "VNeID (bản mẫu)",
        "TINHSO_OIDC_CLIENT_ID": CLIENT_ID,
        "TINHSO_OIDC_CLIENT_SECRET": CLIENT_SECRET,
    }
