"""What an official at the counter can take in."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from tinhso.accounts.api import Scope, User
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitRow
from tinhso.public_services.catalog.models import Offering, ProcedureVersion
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.dossiers.choices import Channel
from tinhso.public_services.dossiers.models import Dossier, Draft


def units(scope: Scope, on: dt.date) -> list[UnitRow]:
    """The units for which somebody receives, by name."""
    rows = [row for row in organizations.units_on(on) if scope.allows(row.unit_id) and row.parent_id is not None]
    return sorted(rows, key=lambda row: row.name)


def offered_in(rows: Collection[UnitRow], on: dt.date) -> list[ProcedureVersion]:
    """The procedures in force that any of some units offers, by field and name."""
    reaches = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    there = Q(unit_kind__in={row.kind for row in rows}) | Q(org_unit__in={row.unit_id for row in rows})
    offered = Offering.objects.filter(reaches, there, valid_from__lte=on).values("procedure")
    return list(procedures.published(on).filter(procedure__in=offered).order_by("field", "name"))


def begun(user: User) -> list[Draft]:
    """What an official has begun to take in and not finished, the newest first."""
    found = Draft.objects.filter(user=user).exclude(channel=Channel.ONLINE).order_by("-updated_at", "-pk")
    return list(found.select_related("version__procedure").defer("version__content", "sealed")[:20])


def received(scope: Scope, key: UUID) -> Dossier:
    """A dossier of a unit for which somebody receives.

    Raises:
        Dossier.DoesNotExist: there is none.
    """
    return scope.filter(Dossier.objects.select_related("version__procedure", "agency"), "agency").get(key=key)
