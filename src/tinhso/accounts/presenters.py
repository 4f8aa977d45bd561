"""People and their roles as an administrator sees them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from tinhso.accounts import selectors
from tinhso.accounts.choices import Role, UnitChoices
from tinhso.accounts.models import Assignment, User
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
