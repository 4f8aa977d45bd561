"""Every procedure with its versions, for whoever manages the catalog."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from tinhso.public_services.catalog.choices import VersionState
from tinhso.public_services.catalog.models import Procedure, ProcedureVersion
from tinhso.public_services.catalog.selectors import procedures


@dataclass(frozen=True, slots=True)
class Managed:
    """A procedure and where its versions stand on a day.

    Attributes:
        newest: the newest version, published or not.
        current: in force on the day; None before its first version, or after its end.
        coming: published, and not in force yet.
        draft: being written.
        ended_on: last day of a procedure that has no version after it; None while it goes on.
    """

    procedure: Procedure
    newest: ProcedureVersion
    current: ProcedureVersion | None
    coming: ProcedureVersion | None
    draft: ProcedureVersion | None
    ended_on: dt.date | None


def newest(query: str = "") -> QuerySet[ProcedureVersion]:
    """The newest version of every procedure, published or not, by field and name.

    Args:
        query: words that one of its versions holds in name, field or code; all when there is none.
    """
    versions = ProcedureVersion.objects.all()
    newer = versions.filter(procedure=OuterRef("procedure"), number__gt=OuterRef("number"))
    found = versions.filter(~Exists(newer))
    if query:
        found = found.filter(procedure__in=procedures.holding(versions, query).values("procedure"))
    return found.defer("content").order_by("field", "name", "pk")


def procedures_on(on: dt.date, found: Iterable[ProcedureVersion]) -> list[Managed]:
    """Procedures and where their versions stand on a day, in the order given.

    Args:
        found: one version of each.
    """
    grouped: dict[int, list[ProcedureVersion]] = {row.procedure_id: [] for row in found}
    rows = ProcedureVersion.objects.filter(procedure__in=list(grouped)).select_related("procedure").defer("content")
    for row in rows.order_by("-number"):
        grouped[row.procedure_id].append(row)
    return [managed(versions, on) for versions in grouped.values()]


def managed(rows: Sequence[ProcedureVersion], on: dt.date) -> Managed:
    """One procedure.

    Args:
        rows: its versions, at least one, the newest first.
    """
    published = [row for row in rows if row.state == VersionState.PUBLISHED]
    begun = [row for row in published if row.valid_from and row.valid_from <= on]
    current = begun[0] if begun and (begun[0].valid_to is None or begun[0].valid_to >= on) else None
    coming = next((row for row in published if row.valid_from and row.valid_from > on), None)
    draft = next((row for row in rows if row.state == VersionState.DRAFT), None)
    ended_on = published[0].valid_to if published else None
    return Managed(rows[0].procedure, rows[0], current, coming, draft, ended_on)
