"""Giving people accounts and roles. Every act is audited."""

import datetime as dt

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.accounts import rules
from tinhso.accounts.choices import Role
from tinhso.accounts.models import Assignment, User
from tinhso.core import audit
from tinhso.core.errors import RuleViolation
from tinhso.organizations import api as organizations


class BadName(RuleViolation):
    """The user name cannot be typed alike everywhere."""


class NameTaken(RuleViolation):
    """The user name is somebody else's."""


class WeakPassword(RuleViolation):
    """The password is too easy to guess."""


class OwnAccount(RuleViolation):
    """Administrators do not lock themselves out."""


class EndsBeforeStart(RuleViolation):
    """A role cannot end before it begins."""


@transaction.atomic
def create_user(
    *,
    username: str,
    full_name: str,
    password: str,
    actor: str,
    at: dt.datetime,
    email: str = "",
    must_change_password: bool = False,
) -> User:
    """Open an account for an official (tạo tài khoản).

    Args:
        username: kept in small letters.
        full_name: as the person writes it.
        password: the first one.
        actor: user name of who opens it, or "system".
        at: aware time.
        email: may be empty; nobody needs it to sign in.
        must_change_password: the first password is known to somebody else.

    Raises:
        BadName: the user name holds other letters than a-z, digits and . _ -.
        NameTaken: the user name exists.
        WeakPassword: the password is refused by the rules.
    """
    name = username.strip().lower()
    if not rules.is_username(name):
        raise BadName(
            _("Tên đăng nhập chỉ gồm chữ không dấu, chữ số và dấu . _ - ở giữa; hãy chọn tên khác “%(name)s”.")
            % {"name": username}
        )
    if User.objects.filter(username=name).exists():
        raise NameTaken(_("Tên đăng nhập “%(name)s” đã có người dùng; hãy chọn tên khác.") % {"name": name})
    user = User(username=name, full_name=full_name, email=email, created_at=at)
    _set_password(user, password, must_change_password)
    user.save()
    _note("accounts.user_created", user, actor, at)
    return user


@transaction.atomic
def assign(
    *,
    user: User,
    role: Role,
    unit_id: int,
    valid_from: dt.date,
    actor: str,
    at: dt.datetime,
    valid_to: dt.date | None = None,
) -> Assignment:
    """Give a role for a unit and everything under it (phân quyền); giving it twice is harmless.

    Args:
        user: who gets it.
        role: what the person does.
        unit_id: primary key of an `OrgUnit`.
        valid_from: first day.
        actor: user name of who gives it, or "system".
        at: aware time.
        valid_to: last day, for a stand-in; None while it lasts.

    Raises:
        EndsBeforeStart: the last day is before the first.
    """
    if valid_to and valid_to < valid_from:
        raise EndsBeforeStart(_("Ngày kết thúc ở trước ngày bắt đầu; hãy sửa một trong hai ngày."))
    given = user.assignments.filter(role=role, org_unit_id=unit_id)
    lasting = given.filter(valid_from__lte=valid_from, valid_to__isnull=True).first()
    if lasting:
        return lasting
    made = given.filter(valid_from=valid_from).first() or Assignment(
        user=user, role=role, org_unit_id=unit_id, valid_from=valid_from
    )
    made.valid_to = valid_to
    made.save()
    _note("accounts.role_given", user, actor, at, **_described(made))
    return made


@transaction.atomic
def open_account(
    *,
    username: str,
    full_name: str,
    email: str,
    password: str,
    role: Role,
    unit_id: int,
    valid_from: dt.date,
    valid_to: dt.date | None,
    actor: str,
    at: dt.datetime,
) -> User:
    """Open an account with its first role, as administrators do; arguments and refusals as of `create_user` and
    `assign`. The password must be changed at the first sign-in."""
    user = create_user(
        username=username,
        full_name=full_name,
        email=email,
        password=password,
        must_change_password=True,
        actor=actor,
        at=at,
    )
    assign(user=user, role=role, unit_id=unit_id, valid_from=valid_from, valid_to=valid_to, actor=actor, at=at)
    return user


@transaction.atomic
def end_assignment(*, assignment: Assignment, last_day: dt.date, actor: str, at: dt.datetime) -> None:
    """End a role after a day (thu hồi quyền). One that would end before it began is taken away whole.

    Raises:
        OwnAccount: administrators do not end their own administration.
    """
    user = assignment.user
    if assignment.role == Role.ADMINISTRATOR and user.username == actor:
        raise OwnAccount(_("Không tự thu hồi vai trò quản trị của mình; hãy nhờ quản trị viên khác."))
    assignment.valid_to = last_day
    described = _described(assignment)
    if last_day < assignment.valid_from:
        assignment.delete()
    else:
        assignment.save(update_fields=["valid_to"])
    _note("accounts.role_ended", user, actor, at, **described)


@transaction.atomic
def disable_user(*, user: User, actor: User, at: dt.datetime) -> None:
    """Close an account and end its sessions (khóa tài khoản); what the person did stays in the audit trail.

    Raises:
        OwnAccount: actor and user are the same person.
    """
    if user.pk == actor.pk:
        raise OwnAccount(_("Không tự khóa tài khoản của mình; hãy nhờ quản trị viên khác."))
    user.is_active = False
    user.save(update_fields=["is_active"])
    _note("accounts.user_disabled", user, actor.username, at)


@transaction.atomic
def enable_user(*, user: User, actor: User, at: dt.datetime) -> None:
    """Open a closed account again (mở khóa tài khoản)."""
    user.is_active = True
    user.save(update_fields=["is_active"])
    _note("accounts.user_enabled", user, actor.username, at)


@transaction.atomic
def give_password(*, user: User, password: str, actor: User, at: dt.datetime) -> None:
    """Give somebody who forgot it a new password, to be changed at the next sign-in (cấp lại mật khẩu).

    Sessions that are open end.

    Raises:
        WeakPassword: the password is refused by the rules.
    """
    _set_password(user, password, must_change=True)
    user.save(update_fields=["password", "must_change_password"])
    _note("accounts.password_given", user, actor.username, at)


@transaction.atomic
def remove_second_factor(*, user: User, actor: User, at: dt.datetime) -> None:
    """Let somebody who lost the telephone sign in by password again (gỡ xác thực hai lớp)."""
    Authenticator.objects.filter(user=user).delete()
    _note("accounts.second_factor_removed", user, actor.username, at)


def note_sign_in(*, user: User | None, succeeded: bool, at: dt.datetime) -> None:
    """Note that somebody signed in, or failed to; `user` is None when the name was nobody's."""
    action = "accounts.signed_in" if succeeded else "accounts.sign_in_failed"
    if user:
        _note(action, user, user.username, at)
    else:
        audit.record(actor="unknown", action=action, obj="user:unknown", details={}, at=at)


@transaction.atomic
def note_own_password(*, user: User, at: dt.datetime) -> None:
    """Note that somebody chose a new password, which nobody else knows."""
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    _note("accounts.password_changed", user, user.username, at)


def note_second_factor(*, user: User, change: str, at: dt.datetime) -> None:
    """Note that somebody added or removed an own second factor, or failed to give its code."""
    _note(f"accounts.own_second_factor_{change}", user, user.username, at)


def _set_password(user: User, password: str, must_change: bool) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages)) from None
    user.set_password(password)
    user.must_change_password = must_change


def _described(assignment: Assignment) -> dict[str, str | int | None]:
    last = str(assignment.valid_to) if assignment.valid_to else None
    unit, first = assignment.org_unit_id, str(assignment.valid_from)
    return {"role": str(assignment.role), "unit": unit, "from": first, "to": last}


def _note(action: str, user: User, actor: str, at: dt.datetime, **details: str | int | None) -> None:
    audit.record(actor=actor, action=action, obj=f"user:{user.pk}", details=details, at=at)


DEMO_PEOPLE: tuple[tuple[str, str, Role, str], ...] = (
    ("lanhdao", "Người dùng mẫu – Lãnh đạo UBND tỉnh", Role.AGENCY_LEAD, "14"),
    ("chutri", "Người dùng mẫu – Cơ quan chủ trì kế hoạch", Role.PLAN_OWNER, "14"),
    ("dulieu", "Người dùng mẫu – Cán bộ dữ liệu tỉnh", Role.DATA_OFFICER, "14"),
    ("dulieu.so", "Người dùng mẫu – Cán bộ dữ liệu Sở Thông tin và Truyền thông", Role.DATA_OFFICER, "SL-STTTT"),
    ("dulieu.huyen", "Người dùng mẫu – Cán bộ dữ liệu huyện Mai Sơn", Role.DATA_OFFICER, "125"),
    ("lanhdao.so", "Người dùng mẫu – Lãnh đạo Sở Thông tin và Truyền thông", Role.AGENCY_LEAD, "SL-STTTT"),
    ("lanhdao.nn", "Người dùng mẫu – Lãnh đạo Sở Nông nghiệp và Phát triển nông thôn", Role.AGENCY_LEAD, "SL-SNNPTNT"),
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
