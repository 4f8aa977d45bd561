"""Giving people accounts and roles. Every act is audited."""

import datetime as dt

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.accounts.choices import Role
from tinhso.accounts.models import Assignment, User
from tinhso.core import audit
from tinhso.core.errors import RuleViolation
from tinhso.organizations import api as organizations


class NameTaken(RuleViolation):
    """The user name is somebody else's."""


class WeakPassword(RuleViolation):
    """The password is too easy to guess."""


class OwnAccount(RuleViolation):
    """Administrators do not disable themselves."""


@transaction.atomic
def create_user(*, username: str, full_name: str, password: str, actor: str, at: dt.datetime, email: str = "") -> User:
    """Open an account for an official (tạo tài khoản).

    Raises:
        NameTaken: the user name exists.
        WeakPassword: the password is refused by the rules.
    """
    if User.objects.filter(username__iexact=username).exists():
        raise NameTaken(_("Tên đăng nhập “%(name)s” đã có người dùng; hãy chọn tên khác.") % {"name": username})
    user = User(username=username, full_name=full_name, email=email, created_at=at)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages)) from None
    user.set_password(password)
    user.save()
    audit.record(actor=actor, action="accounts.user_created", obj=f"user:{user.pk}", details={}, at=at)
    return user


@transaction.atomic
def assign(*, user: User, role: Role, unit_id: int, valid_from: dt.date, actor: str, at: dt.datetime) -> Assignment:
    """Give a role for a unit and everything under it (phân quyền); giving it twice is harmless."""
    current = user.assignments.filter(role=role, org_unit_id=unit_id, valid_to__isnull=True).first()
    if current:
        return current
    made = Assignment.objects.create(user=user, role=role, org_unit_id=unit_id, valid_from=valid_from)
    details = {"role": role, "unit": unit_id, "from": str(valid_from)}
    audit.record(actor=actor, action="accounts.role_given", obj=f"user:{user.pk}", details=details, at=at)
    return made


@transaction.atomic
def end_assignment(*, assignment: Assignment, last_day: dt.date, actor: str, at: dt.datetime) -> None:
    """End a role after a day (thu hồi quyền)."""
    assignment.valid_to = max(last_day, assignment.valid_from)
    assignment.save(update_fields=["valid_to"])
    details = {"role": assignment.role, "unit": assignment.org_unit_id, "to": str(assignment.valid_to)}
    obj = f"user:{assignment.user_id}"
    audit.record(actor=actor, action="accounts.role_ended", obj=obj, details=details, at=at)


@transaction.atomic
def disable_user(*, user: User, actor: User, at: dt.datetime) -> None:
    """Close an account; what the person did stays in the audit trail.

    Raises:
        OwnAccount: actor and user are the same person.
    """
    if user.pk == actor.pk:
        raise OwnAccount(_("Không tự khóa tài khoản của mình; hãy nhờ quản trị viên khác."))
    user.is_active = False
    user.save(update_fields=["is_active"])
    audit.record(actor=actor.username, action="accounts.user_disabled", obj=f"user:{user.pk}", details={}, at=at)


DEMO_PEOPLE: tuple[tuple[str, str, Role, str], ...] = (
    ("lanhdao", "Người dùng mẫu – Lãnh đạo UBND tỉnh", Role.VIEWER, "14"),
    ("chutri", "Người dùng mẫu – Cơ quan chủ trì kế hoạch", Role.PLAN_OWNER, "14"),
    ("dulieu", "Người dùng mẫu – Cán bộ dữ liệu tỉnh", Role.DATA_OFFICER, "14"),
    ("dulieu.huyen", "Người dùng mẫu – Cán bộ dữ liệu huyện Mai Sơn", Role.DATA_OFFICER, "125"),
    ("lanhdao.so", "Người dùng mẫu – Lãnh đạo Sở Thông tin và Truyền thông", Role.AGENCY_LEAD, "SL-STTTT"),
    ("quantri", "Người dùng mẫu – Quản trị hệ thống", Role.ADMINISTRATOR, "14"),
)
DEMO_DAY = dt.date(2023, 1, 1)


@transaction.atomic
def create_demo_users(*, password: str, at: dt.datetime) -> list[tuple[str, str]]:
    """One account per role for the demonstration province; safe to repeat.

    Returns:
        (user name, what it is for) of each.
    """
    for username, full_name, role, code in DEMO_PEOPLE:
        user = User.objects.filter(username=username).first()
        if user is None:
            user = create_user(username=username, full_name=full_name, password=password, actor="system", at=at)
        unit = organizations.resolve(code, DEMO_DAY).org_unit_id
        assign(user=user, role=role, unit_id=unit, valid_from=DEMO_DAY, actor="system", at=at)
    return [(username, full_name) for username, full_name, _role, _code in DEMO_PEOPLE]
