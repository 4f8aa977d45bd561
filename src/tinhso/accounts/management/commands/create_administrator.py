import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from tinhso.accounts import services
from tinhso.accounts.choices import Role
from tinhso.core import clock
from tinhso.core.errors import RuleViolation
from tinhso.organizations import api as organizations


class Command(BaseCommand):
    """Open the first account of an installation; this administrator gives the others theirs."""

    help = "Tạo quản trị viên đầu tiên cho một đơn vị và mọi đơn vị trực thuộc"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", metavar="TÊN_ĐĂNG_NHẬP")
        parser.add_argument("--full-name", required=True, metavar="HỌ_VÀ_TÊN")
        parser.add_argument("--unit", default="14", metavar="MÃ", help="mã đơn vị (mặc định: tỉnh)")

    def handle(self, *args: Any, username: str, full_name: str, unit: str, **options: Any) -> None:
        at = clock.now()
        try:
            unit_id = organizations.resolve(unit, at.date()).org_unit_id
            services.open_account(
                username=username,
                full_name=full_name,
                email="",
                password=_password(),
                role=Role.ADMINISTRATOR,
                unit_id=unit_id,
                valid_from=at.date(),
                valid_to=None,
                actor="system",
                at=at,
            )
        except RuleViolation as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(_("Đã tạo; hãy đăng nhập và đổi mật khẩu."))


def _password() -> str:
    return getpass.getpass(_("Mật khẩu ban đầu: "))
