"""People and their roles as an administrator sees them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django.utils.translation import gettext as _

from tinhso.accounts import selectors
from tinhso.accounts.choices import Role, UnitChoices
from tinhso.accounts.models import Assignment, User
from tinhso.core.exports import Column
from tinhso.organizations import api as organizations


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role in words.

    Attributes:
        may_end: it lasts, and the administrator looks after its unit.
    """

    key: int
    title: str
    unit: str
    valid_from: dt.date
    valid_to: dt.date | None
    may_end: bool


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in a list, with the roles that last."""

    key: int
    username: str
    full_name: str
    is_active: bool
    roles: list[RoleRow]


def people(found: Iterable[User], units: frozenset[int], today: dt.date) -> list[PersonRow]:
    """Rows of a list; the people come with their assignments."""
    return [
        PersonRow(user.pk, user.username, user.full_name, user.is_active, roles(user, units, today)) for user in found
    ]


def people_columns() -> list[Column[PersonRow]]:
    """What the list of people holds as a file."""
    return [
        (_("Họ và tên"), lambda row: row.full_name),
        (_("Tên đăng nhập"), lambda row: row.username),
        (_("Vai trò"), lambda row: "; ".join(f"{role.title} – {role.unit}" for role in row.roles)),
        (_("Tài khoản"), lambda row: _("đang dùng") if row.is_active else _("đã khóa")),
    ]


def role_columns() -> list[Column[RoleRow]]:
    """What the roles of a person hold as a file."""
    return [
        (_("Vai trò"), lambda row: row.title),
        (_("Đơn vị"), lambda row: row.unit),
        (_("Từ ngày"), lambda row: row.valid_from),
        (_("Đến hết ngày"), lambda row: row.valid_to),
    ]


def roles(user: User, units: frozenset[int], today: dt.date) -> list[RoleRow]:
    """The roles that last or are to come, oldest first; those that have ended are in the audit trail."""
    lasting = [role for role in user.assignments.all() if role.valid_to is None or role.valid_to >= today]
    return [_role(role, units) for role in sorted(lasting, key=attrgetter("valid_from", "pk"))]


def _role(found: Assignment, units: frozenset[int]) -> RoleRow:
    return RoleRow(
        key=found.pk,
        title=str(Role(found.role).label),
        unit=organizations.versions_of(found.org_unit_id)[-1].name,
        valid_from=found.valid_from,
        valid_to=found.valid_to,
        may_end=found.org_unit_id in units,
    )


def unit_choices(scope: selectors.Scope, today: dt.date) -> UnitChoices:
    """Today's units of a scope, grouped by level, highest first, as a form offers them."""
    levels = list(organizations.UnitKind)
    rows = [row for row in organizations.units_on(today) if scope.allows(row.unit_id)]
    rows.sort(key=lambda row: (levels.index(organizations.UnitKind(row.kind)), row.name))
    return [
        (str(organizations.UnitKind(kind).label), [(row.unit_id, f"{row.name} ({row.code})") for row in group])
        for kind, group in groupby(rows, key=attrgetter("kind"))
    ]
