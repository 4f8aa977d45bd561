"""The one scope method: which units a person may ask about. Every list, page, export and API path uses it."""

import datetime as dt
from dataclasses import dataclass
from typing import TypeGuard, TypeVar

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.db.models import BigIntegerField, Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from tinhso.accounts.choices import Action, Role
from tinhso.accounts.models import Assignment, Citizen, User
from tinhso.accounts.rules import CITIZENS_PREFIX, ROLES_THAT_MAY, Profile
from tinhso.core import clock, sealed
from tinhso.core.per_request import once_per_request
from tinhso.core.prepared import Prepared, Slot
from tinhso.core.slots import Link
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
_ASSIGNMENTS = Prepared(lambda: Assignment.objects.filter(user=Slot("user", BigIntegerField())))
_PROFILE = Prepared(lambda: Citizen.objects.filter(user=Slot("user", BigIntegerField())).values_list("sealed_profile"))


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


def posts(*, user: User | AnonymousUser, action: Action, on: dt.date) -> frozenset[int]:
    """The units at which a person may do something by a role there, those under them left out (nơi công tác).

    Papers of an agency are its own affair: who serves at a superior agency has no part in them.
    """
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    roles = ROLES_THAT_MAY[action]
    return frozenset(found.org_unit_id for found in assignments_on(user, on) if found.role in roles)


def people_at(*, unit_id: int, action: Action, on: dt.date) -> list[User]:
    """The people who may do something by a role at one unit, by name.

    Args:
        unit_id: primary key of `OrgUnit`.
        on: the day, since roles begin and end.
    """
    valid = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    roles = Assignment.objects.filter(valid, valid_from__lte=on, org_unit=unit_id, role__in=ROLES_THAT_MAY[action])
    return list(User.objects.filter(pk__in=roles.values("user"), is_active=True).order_by("full_name", "username"))


def assignments_on(user: User, on: dt.date) -> list[Assignment]:
    """The roles a person has on a day."""
    return [a for a in _assignments(user.pk) if a.valid_from <= on and (a.valid_to is None or a.valid_to >= on)]


@once_per_request
def _assignments(user_id: int) -> list[Assignment]:
    return _ASSIGNMENTS.all(user=user_id)


def people_in(units: frozenset[int], *, search: str = "") -> QuerySet[User]:
    """Officials who have or had a role in some units, and officials without any role, by user name.

    Args:
        units: primary keys of `OrgUnit`.
        search: part of a user name or full name; empty for all.
    """
    inside = Q(assignments__org_unit__in=units) | Q(assignments__isnull=True)
    named = Q(username__icontains=search) | Q(full_name__icontains=search)
    return User.objects.filter(inside, named, citizen__isnull=True).distinct().order_by("username")


def addresses(*, unit_id: int, action: Action, on: dt.date) -> list[str]:
    """E-mail addresses of the people of one unit who may do something there, those of superior units left out.

    Args:
        unit_id: primary key of `OrgUnit`.
        action: what they may do.
        on: the day, since roles begin and end.
    """
    valid = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    roles = Assignment.objects.filter(valid, valid_from__lte=on, org_unit=unit_id, role__in=ROLES_THAT_MAY[action])
    people = User.objects.filter(pk__in=roles.values("user"), is_active=True).exclude(email="")
    return sorted(people.values_list("email", flat=True))


def looks_after(units: frozenset[int], person: User, on: dt.date) -> bool:
    """Whether all that a person may do from a day on lies within some units: only then may an administrator of
    these units lock the account or give it a password."""
    current = person.assignments.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    return not current.exclude(org_unit__in=units).exists()


def has_administrator(on: dt.date) -> bool:
    """Whether anybody can give accounts to others."""
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    return Assignment.objects.filter(lasting, role=Role.ADMINISTRATOR, user__is_active=True).exists()


def has_second_factor(person: User) -> bool:
    """Whether a second factor is asked for at sign-in."""
    return bool(Authenticator.objects.filter(user=person).exists())


def menu_links(request: HttpRequest) -> list[Link]:
    """What stands in the menu of a person: administrators look after people."""
    if (
        not isinstance(request.user, User)
        or scope(user=request.user, action=Action.ADMINISTER, on=clock.today()).is_empty
    ):
        return []
    return [Link(reverse("accounts:people"), _("Người dùng và vai trò"))]


def is_citizen(user: User | AnonymousUser) -> bool:
    """Whether somebody signs in as a citizen (công dân), not as an official."""
    return _may_be_citizen(user) and _sealed_profile(user.pk) is not None


def citizen_of(user: User | AnonymousUser) -> Profile | None:
    """Who a signed-in citizen is; None for officials and the unknown."""
    found = _sealed_profile(user.pk) if _may_be_citizen(user) else None
    if found is None:
        return None
    values = sealed.opened_values(found)
    born_on = dt.date.fromisoformat(values["born_on"]) if values["born_on"] else None
    return Profile(**{**values, "born_on": born_on})


def _may_be_citizen(user: User | AnonymousUser) -> TypeGuard[User]:
    """Whether the account's name is one that only citizens have: for officials nothing is looked up."""
    return isinstance(user, User) and user.username.startswith(CITIZENS_PREFIX)


def identity_hash(identity_number: str) -> str:
    """The keyed hash under which a person is found by identity number, whether an account exists or not."""
    return sealed.hashed(f"citizen:{identity_number}")


def identity_hash_of(user: User | AnonymousUser) -> str:
    """The keyed hash of a citizen's or an official's identity number; empty while the number is not known."""
    citizen = citizen_of(user)
    if citizen is not None:
        return identity_hash(citizen.identity_number)
    number = user.sealed_identity if isinstance(user, User) else ""
    return identity_hash(sealed.opened(number)) if number else ""


@once_per_request
def _sealed_profile(user_id: int) -> str | None:
    found = _PROFILE.rows(user=user_id)
    return found[0][0] if found else None
