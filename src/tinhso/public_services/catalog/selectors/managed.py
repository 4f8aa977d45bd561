"""Every procedure with its versions, for whoever manages the catalog."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tinhso.public_services.catalog.choices import VersionState
from tinhso.public_services.catalog.models import Procedure, ProcedureVersion


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


def procedures_on(on: dt.date) -> list[Managed]:
    """All procedures by field and name."""
    grouped: dict[int, list[ProcedureVersion]] = {}
    for row in ProcedureVersion.objects.select_related("procedure").defer("content").order_by("procedure", "-number"):
        grouped.setdefault(row.procedure_id, []).append(row)
    found = [managed(rows, on) for rows in grouped.values()]
    return sorted(found, key=lambda one: (one.newest.field, one.newest.name))


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
