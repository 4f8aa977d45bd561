"""The one scope method: which units a person may ask about. Every list, page, export and API path uses it."""

import datetime as dt
from dataclasses import dataclass
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet

from tinhso.accounts.choices import Action
from tinhso.accounts.models import Assignment, User
from tinhso.accounts.rules import ROLES_THAT_MAY
from tinhso.core.per_request import once_per_request
from tinhso.organizations import api as organizations

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Scope:
    """The units one action is allowed for.

    Attributes:
        unit_ids: assigned units and everything that is or ever was under them.
        top_unit_id: where the person starts: the assigned unit that holds most; None without any.
    """

    unit_ids: frozenset[int]
    top_unit_id: int | None

    @property
    def is_empty(self) -> bool:
        return not self.unit_ids

    def allows(self, unit_id: int) -> bool:
        return unit_id in self.unit_ids

    def filter(self, rows: QuerySet[Row], field: str = "org_unit") -> QuerySet[Row]:
        """The rows whose unit lies in the scope."""
        return rows.filter(**{f"{field}__in": self.unit_ids})


NOBODY = Scope(frozenset(), None)


def scope(*, user: User | AnonymousUser, action: Action, on: dt.date) -> Scope:
    """The units for which a person may do something on a day (phạm vi).

    Args:
        user: anybody; strangers and disabled people have an empty scope.
        action: what is asked for.
        on: the day, since roles begin and end.
    """
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    roles = ROLES_THAT_MAY[action]
    units = [assignment.org_unit_id for assignment in assignments_on(user, on) if assignment.role in roles]
    if not units:
        return NOBODY
    below = {unit: organizations.descendants(unit) for unit in units}
    top = max(below, key=lambda unit: len(below[unit]))
    return Scope(frozenset().union(*below.values()), top)


def assignments_on(user: User, on: dt.date) -> list[Assignment]:
    """The roles a person has on a day."""
    return [a for a in _assignments(user.pk) if a.valid_from <= on and (a.valid_to is None or a.valid_to >= on)]


@once_per_request
def _assignments(user_id: int) -> list[Assignment]:
    return list(Assignment.objects.filter(user=user_id))


def people_in(units: frozenset[int]) -> QuerySet[User]:
    """People with a role in some units, and people without any role."""
    inside = Q(assignments__org_unit__in=units) | Q(assignments__isnull=True)
    return User.objects.filter(inside).distinct().order_by("username")
