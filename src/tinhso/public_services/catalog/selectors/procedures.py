"""Procedures in force, their bundles, who offers them, and searching them."""

import datetime as dt
from functools import lru_cache

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    DateField,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils.translation import gettext as _

from tinhso.core import words
from tinhso.core.errors import UnknownName
from tinhso.core.prepared import Prepared, Slot
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitRow
from tinhso.public_services.catalog.choices import VersionState
from tinhso.public_services.catalog.models import Offering, ProcedureVersion
from tinhso.public_services.catalog.rules import content
from tinhso.public_services.catalog.rules.content import Bundle


class NotOffered(UnknownName):
    """The unit does not offer the procedure on the day."""


def published(on: dt.date | Slot) -> QuerySet[ProcedureVersion]:
    """Versions in force on a day, one per active procedure: the newest where one has replaced another on its first day.

    What is published is told by its moment, not by its state: SQLite would look for newer versions by the state, of
    which there is one for nearly all, instead of by the procedure.
    """
    reaches = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    versions = ProcedureVersion.objects.select_related("procedure").defer("content")
    begun = {"published_at__isnull": False, "valid_from__lte": on}
    newer = ProcedureVersion.objects.filter(procedure=OuterRef("procedure"), number__gt=OuterRef("number"), **begun)
    return versions.filter(reaches, ~Exists(newer), procedure__is_active=True, **begun)


_NAMES = Prepared(lambda: published(Slot("on", DateField())).order_by("name").values_list("procedure__code", "name"))


def names(on: dt.date) -> list[tuple[str, ...]]:
    """Code and name of every procedure in force on a day, by name."""
    return _NAMES.rows(on=on)


def in_force(code: str, on: dt.date) -> ProcedureVersion:
    """The version of a procedure in force on a day.

    Raises:
        UnknownName: there is none.
    """
    found = published(on).filter(procedure__code=code).order_by("-number").first()
    if found is None:
        raise UnknownName(_("thủ tục"), code, [])
    return found


def search(query: str, on: dt.date, *, field: str = "", applicant: str = "") -> QuerySet[ProcedureVersion]:
    """Procedures in force that hold every word, by field and name; all when there is no word.

    Args:
        query: words of name, field or code.
        field: only those of one field.
        applicant: only those that such people may file (`choices.ApplicantKind`).
    """
    found = holding(published(on), query)
    if field:
        found = found.filter(field=field)
    if applicant:
        found = found.filter(content__applicants__icontains=f'"{applicant}"')  # SQLite has no `contains` for JSON
    place = Case(
        *(When(field=name, then=Value(number)) for number, name in enumerate(fields(on))),
        default=Value(-1),
        output_field=IntegerField(),
    )
    return found.order_by(place, "name", "pk")


def holding(found: QuerySet[ProcedureVersion], query: str) -> QuerySet[ProcedureVersion]:
    """Those versions that hold every word, written with or without tone marks."""
    for word in words.without_tones(query).split():
        found = found.filter(plain__contains=word)
    return found


def fields(on: dt.date) -> list[str]:
    """The fields (lĩnh vực) that procedures in force lie in, as people look them up: whatever the database sorts by."""
    found = published(on).order_by().values_list("field", flat=True).distinct()
    return sorted(found, key=words.without_tones)


def bundle(version_id: int) -> Bundle:
    """What a version says, from memory once it has been read: a published version never changes."""
    kept = _published_bundle(version_id)
    return kept if kept is not None else content.read(ProcedureVersion.objects.get(pk=version_id).content)


@lru_cache(maxsize=256)
def _published_bundle(version_id: int) -> Bundle | None:
    row = ProcedureVersion.objects.get(pk=version_id)
    return content.read(row.content) if row.state == VersionState.PUBLISHED else None


def offering_units(code: str, on: dt.date) -> list[UnitRow]:
    """The units that offer a procedure on a day, in order of their names."""
    pairs = set(_offerings(code, on).values_list("unit_kind", "org_unit_id"))
    kinds, units = {kind for kind, _unit in pairs if kind}, {unit for _kind, unit in pairs if unit}
    found = [row for row in organizations.units_on(on) if row.kind in kinds or row.unit_id in units]
    return sorted(found, key=lambda row: row.name)


def _offerings(code: str | Slot, on: dt.date | Slot) -> QuerySet[Offering]:
    reaches = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    return Offering.objects.filter(reaches, procedure__code=code, valid_from__lte=on)


_OFFERED = Prepared(
    lambda: (
        _offerings(Slot("code", CharField()), Slot("on", DateField()))
        .filter(Q(unit_kind=Slot("kind", CharField())) | Q(org_unit=Slot("unit", BigIntegerField())))
        .values_list("pk")[:1]
    )
)


def offered_by(code: str, unit_id: int, on: dt.date) -> UnitRow:
    """The unit, if it offers the procedure.

    Raises:
        NotOffered: it does not.
    """
    found = organizations.unit_on(unit_id, on)
    if found is None or not _OFFERED.rows(code=code, on=on, unit=unit_id, kind=found.kind):
        raise NotOffered(_("cơ quan giải quyết"), str(unit_id), [])
    return found


def versions(code: str) -> list[ProcedureVersion]:
    """Every version of a procedure, the newest first."""
    return list(ProcedureVersion.objects.filter(procedure__code=code).order_by("-number"))
