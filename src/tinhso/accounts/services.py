"""Giving people accounts and roles. Every act is audited."""

import dataclasses
import datetime as dt

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.accounts import rules, selectors
from tinhso.accounts.choices import Role
from tinhso.accounts.models import Assignment, Citizen, User
from tinhso.core import audit, per_request, sealed
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


class BadIdentity(RuleViolation):
    """Not twelve digits."""


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
def set_identity(*, user: User, identity_number: str, actor: User, at: dt.datetime) -> None:
    """Say who an official is (ghi số định danh), so that the person does not work on an own dossier.

    The number lies encrypted and stands in no audit entry.

    Args:
        user: an official; who a citizen is, the identity provider says.
        identity_number: twelve digits; blanks and dots between them do not count.

    Raises:
        OwnAccount: actor and user are the same person, who would decide alone what the person is kept from.
        BadIdentity: not twelve digits.
    """
    number = rules.plain_identity(identity_number)
    if not rules.IDENTITY_NUMBER.fullmatch(number):
        raise BadIdentity(_("Số định danh gồm 12 chữ số."))
    _keep_identity(user, actor, sealed.seal(number))
    _note("accounts.identity_set", user, actor.username, at)


@transaction.atomic
def remove_identity(*, user: User, actor: User, at: dt.datetime) -> None:
    """Take an official's identity number away (xóa số định danh).

    Raises:
        OwnAccount: as of `set_identity`.
    """
    _keep_identity(user, actor, "")
    _note("accounts.identity_removed", user, actor.username, at)


def _keep_identity(user: User, actor: User, text: str) -> None:
    if user.pk == actor.pk:
        raise OwnAccount(_("Không tự ghi hoặc xóa số định danh của mình; hãy nhờ quản trị viên khác."))
    user.sealed_identity = text
    user.save(update_fields=["sealed_identity"])


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


@transaction.atomic
def make_citizen(
    *,
    identity_number: str,
    full_name: str,
    born_on: dt.date | None,
    phone: str,
    email: str,
    address: str,
    assurance: int,
    at: dt.datetime,
) -> User:
    """Know a citizen as the identity provider describes the person (ghi nhận công dân); safe to repeat.

    What was known of the same identity number gives way to what is said now. Nothing but the name is kept in clear.

    Args:
        identity_number: twelve digits (số định danh cá nhân).
        full_name: as the provider writes it.
        born_on: None when unknown.
        phone: empty when unknown; likewise email and address.
        assurance: level of this sign-in (mức độ định danh), 1 or 2.
        at: aware time.

    Returns:
        The account: no password, no role, a name that tells nothing.
    """
    profile = rules.Profile(full_name, identity_number, born_on, phone, email, address)
    values = dataclasses.asdict(profile) | {"born_on": born_on.isoformat() if born_on else None}
    identity_hash = selectors.identity_hash(identity_number)
    described = {"sealed_profile": sealed.seal_values(values), "assurance": assurance}
    made: list[User] = []  # only a new citizen gets a new account; its name is taken once, whoever else comes meanwhile

    def new_account() -> User:
        made[:] = [_citizens_account(identity_hash, full_name, at)]
        return made[0]

    found, is_new = Citizen.objects.update_or_create(
        identity_hash=identity_hash,
        defaults=described,
        create_defaults=described | {"user": new_account, "created_at": at},
    )
    per_request.forget()
    user = found.user
    if is_new:
        _note("accounts.citizen_made", user, user.username, at)
    elif user.full_name != full_name[:150]:
        user.full_name = full_name[:150]
        user.save(update_fields=["full_name"])
    return user


def _citizens_account(identity_hash: str, full_name: str, at: dt.datetime) -> User:
    user = User(username=f"{rules.CITIZENS_PREFIX}{identity_hash[:16]}", full_name=full_name[:150], created_at=at)
    user.set_unusable_password()
    user.save()
    return user


def note_citizen_sign_in(*, user: User, assurance: int, at: dt.datetime) -> None:
    """Note that a citizen signed in, and how surely it is the person."""
    _note("accounts.citizen_signed_in", user, user.username, at, assurance=assurance)


def note_citizen_refused(*, reason: str, at: dt.datetime) -> None:
    """Note that the identity provider sent somebody whom its claims do not let in; of whom nothing is kept."""
    audit.record(
        actor="unknown", action="accounts.citizen_refused", obj="user:unknown", details={"reason": reason}, at=at
    )


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
DEMO_COMMUNE, DEMO_DEPARTMENT = "Phường Tô Hiệu", "Sở Tư pháp"  # by name: the commune's code changed in 2025
DEMO_SERVANTS: tuple[tuple[str, str, Role, str], ...] = (  # those of the services, in units of today
    ("motcua.xa", "Người dùng mẫu – Bộ phận Một cửa phường Tô Hiệu", Role.ONE_STOP_OFFICER, DEMO_COMMUNE),
    ("congchuc.xa", "Người dùng mẫu – Công chức thụ lý phường Tô Hiệu", Role.CASE_OFFICER, DEMO_COMMUNE),
    ("lanhdao.xa", "Người dùng mẫu – Lãnh đạo UBND phường Tô Hiệu", Role.AGENCY_LEAD, DEMO_COMMUNE),
    ("tocnscd.xa", "Người dùng mẫu – Tổ công nghệ số cộng đồng phường Tô Hiệu", Role.COMMUNITY_TEAM, DEMO_COMMUNE),
    ("motcua.so", "Người dùng mẫu – Bộ phận Một cửa Sở Tư pháp", Role.ONE_STOP_OFFICER, DEMO_DEPARTMENT),
    ("congchuc.so", "Người dùng mẫu – Công chức thụ lý Sở Tư pháp", Role.CASE_OFFICER, DEMO_DEPARTMENT),
    ("lanhdao.tp", "Người dùng mẫu – Lãnh đạo Sở Tư pháp", Role.AGENCY_LEAD, DEMO_DEPARTMENT),
    ("chuyenvien.so", "Người dùng mẫu – Chuyên viên Sở Tư pháp", Role.CLERK, DEMO_DEPARTMENT),
    ("vanthu.so", "Người dùng mẫu – Văn thư Sở Tư pháp", Role.REGISTRAR, DEMO_DEPARTMENT),
    ("chuyenvien.xa", "Người dùng mẫu – Công chức văn phòng phường Tô Hiệu", Role.CLERK, DEMO_COMMUNE),
    ("vanthu.xa", "Người dùng mẫu – Văn thư UBND phường Tô Hiệu", Role.REGISTRAR, DEMO_COMMUNE),
)
DEMO_CITIZENS: tuple[tuple[rules.Profile, int], ...] = tuple(  # invented people, each with a level of assurance
    (
        rules.Profile(
            full_name=name,
            identity_number=f"01409900000{number}",
            born_on=dt.date(1980 + number, number, 10 + number),
            phone=f"090000000{number}",
            email="",
            address=f"Tổ {number}, phường Tô Hiệu, tỉnh Sơn La",
        ),
        assurance,
    )
    for number, name, assurance in (
        (1, "Lò Thị Mẫu", 2),
        (2, "Quàng Văn Mẫu", 2),
        (3, "Nguyễn Thị Mẫu", 2),
        (4, "Vàng A Mẫu", 1),
    )
)


@transaction.atomic
def create_demo_users(*, password: str, at: dt.datetime) -> list[tuple[str, str]]:
    """One account per role for the demonstration province; safe to repeat.

    Returns:
        (user name, what it is for) of each.
    """
    named = {row.name: row.unit_id for row in organizations.units_on(at.date())}
    units = [organizations.resolve(code, DEMO_DAY).org_unit_id for *_person, code in DEMO_PEOPLE]
    units += [named[unit] for *_person, unit in DEMO_SERVANTS]
    for (username, full_name, role, _unit), unit_id in zip((*DEMO_PEOPLE, *DEMO_SERVANTS), units, strict=True):
        user = User.objects.filter(username=username).first()
        if user is None:
            user = create_user(username=username, full_name=full_name, password=password, actor="system", at=at)
        assign(user=user, role=role, unit_id=unit_id, valid_from=DEMO_DAY, actor="system", at=at)
    return [(username, full_name) for username, full_name, _role, _unit in (*DEMO_PEOPLE, *DEMO_SERVANTS)]


@transaction.atomic
def create_demo_citizens(*, at: dt.datetime) -> list[User]:
    """The invented citizens of the demonstration province, as if each had signed in once; safe to repeat."""
    return [
        make_citizen(
            identity_number=profile.identity_number,
            full_name=profile.full_name,
            born_on=profile.born_on,
            phone=profile.phone,
            email=profile.email,
            address=profile.address,
            assurance=assurance,
            at=at,
        )
        for profile, assurance in DEMO_CITIZENS
    ]
