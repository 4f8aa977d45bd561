"""Procedures in force, their bundles, who offers them, and searching them."""

import datetime as dt
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from tinhso.core import words
from tinhso.core.errors import UnknownName
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitRow
from tinhso.public_services.catalog.choices import VersionState
from tinhso.public_services.catalog.models import Offering, Procedure, ProcedureVersion
from tinhso.public_services.catalog.rules import content
from tinhso.public_services.catalog.rules.content import Bundle


class NotOffered(UnknownName):
    """The unit does not offer the procedure on the day."""


def published(on: dt.date) -> QuerySet[ProcedureVersion]:
    """Versions in force on a day, one per active procedure: the newest where one has replaced another on its first day."""
    reaches = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    versions = ProcedureVersion.objects.select_related("procedure").defer("content")
    begun = {"state": VersionState.PUBLISHED, "valid_from__lte": on}
    newer = ProcedureVersion.objects.filter(procedure=OuterRef("procedure"), number__gt=OuterRef("number"), **begun)
    return versions.filter(reaches, ~Exists(newer), procedure__is_active=True, **begun)


def in_force(code: str, on: dt.date) -> ProcedureVersion:
    """The version of a procedure in force on a day.

    Raises:
        UnknownName: there is none.
    """
    found = published(on).filter(procedure__code=code).order_by("-number").first()
    if found is None:
        raise UnknownName(_("thủ tục"), code, [])
    return found


def search(query: str, on: dt.date, *, field: str = "") -> list[ProcedureVersion]:
    """Procedures in force that hold every word, written with or without tone marks; all when there is no word.

    Args:
        query: words of name, field or code.
        field: only those of one field.
    """
    found = published(on)
    for word in words.without_tones(query).split():
        found = found.filter(plain__contains=word)
    if field:
        found = found.filter(field=field)
    return list(found.order_by("field", "name"))


def fields(on: dt.date) -> list[str]:
    """The fields (lĩnh vực) that procedures in force lie in."""
    return list(published(on).order_by("field").values_list("field", flat=True).distinct())


def bundle(version_id: int) -> Bundle:
    """What a version says, from memory once it has been read: a published version never changes."""
    kept = _published_bundle(version_id)
    return kept if kept is not None else content.read(ProcedureVersion.objects.get(pk=version_id).content)


@lru_cache(maxsize=256)
def _published_bundle(version_id: int) -> Bundle | None:
    row = ProcedureVersion.objects.get(pk=version_id)
    return content.read(row.content) if row.state == VersionState.PUBLISHED else None


def offering_units(procedure: Procedure, on: dt.date) -> list[UnitRow]:
    """The units that offer a procedure on a day, in order of their names."""
    reaches = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    rows = Offering.objects.filter(reaches, procedure=procedure, valid_from__lte=on)
    pairs = set(rows.values_list("unit_kind", "org_unit_id"))
    kinds, units = {kind for kind, _unit in pairs if kind}, {unit for _kind, unit in pairs if unit}
    found = [row for row in organizations.units_on(on) if row.kind in kinds or row.unit_id in units]
    return sorted(found, key=lambda row: row.name)


def offered_by(procedure: Procedure, unit_id: int, on: dt.date) -> UnitRow:
    """The unit, if it offers the procedure.

    Raises:
        NotOffered: it does not.
    """
    found = next((row for row in offering_units(procedure, on) if row.unit_id == unit_id), None)
    if found is None:
        raise NotOffered(_("cơ quan giải quyết"), str(unit_id), [])
    return found


def versions(code: str) -> list[ProcedureVersion]:
    """Every version of a procedure, the newest first."""
    return list(ProcedureVersion.objects.filter(procedure__code=code).order_by("-number"))
