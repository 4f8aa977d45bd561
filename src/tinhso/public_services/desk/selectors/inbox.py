"""The inbox: what lies on a desk of one agency, the most urgent first, a hundred at a time.

Every read goes through the index `public_services_inbox` (agency, desk, act_by, id) and stops after a page; nothing is
counted beyond a thousand. Pages are found by the place of the last row (keyset), not by their number.
"""

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from django.db.models import (
    BigIntegerField,
    CharField,
    DateTimeField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from tinhso.core import sealed
from tinhso.core.clock import VIETNAM
from tinhso.core.prepared import Prepared, Slot
from tinhso.public_services.dossiers.choices import PartyRole
from tinhso.public_services.dossiers.models import ClockPause, Consultation, Dossier, Party, StepTask

PAGE = 100  # rows
MOST_COUNTED = 1000
BEFORE_ALL, AFTER_ALL = dt.datetime(1, 1, 2, tzinfo=dt.UTC), dt.datetime(9999, 12, 30, tzinfo=dt.UTC)


class Line(NamedTuple):
    """A dossier as a row of the inbox.

    Attributes:
        holder: name of who has claimed it; None for nobody.
        owner: name and number of its owner, sealed; None when it has none.
        since: since when it has waited for the people or been in its open step, else since it came or was resolved.
    """

    pk: int
    key: Any
    number: str
    version_id: int
    channel: str
    state: str
    revision: int
    step: str
    desk: str
    act_by: dt.datetime | None
    due_at: dt.datetime | None
    accepted_at: dt.datetime | None
    unanswered: int
    holder: str | None
    owner: str | None
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of an agency's inbox is looked at.

    Attributes:
        desk: whose; `applicant` for what waits for the people; empty for dossiers whose applicant has written and waits
            for a word, wherever they lie, settled ones too.
        procedure: code; empty for all.
        claimed_by: account; None for everybody's.
        late_at: only what is late at that moment; None for all.
    """

    agency: int
    desk: str
    procedure: str = ""
    claimed_by: int | None = None
    late_at: dt.datetime | None = None

    def values(self) -> dict[str, Any]:
        """What stands in the slots of the statements."""
        found = {"agency": self.agency, "procedure": self.procedure, "holder": self.claimed_by or 0}
        if self.desk:
            found["desk"] = self.desk
        return found | {"late": self.late_at or AFTER_ALL}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the last row's `act_by` and primary key."""

    act_by: dt.datetime | None
    id: int

    def __str__(self) -> str:
        return f"{self.act_by.isoformat() if self.act_by else ''}~{self.id}"


def place(text: str) -> Place | None:
    """A place as it stands in an address; None for nonsense, which begins at the first page."""
    moment, _mark, key = text.partition("~")
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        return None
    try:
        act_by = dt.datetime.fromisoformat(moment) if moment else None
    except ValueError:
        return None
    return Place(act_by if act_by is None or act_by.tzinfo else act_by.replace(tzinfo=VIETNAM), int(key))


def page(wanted: Wanted, after: Place | None = None) -> tuple[list[Line], Place | None]:
    """One page, the most urgent first; what has no term comes last.

    Returns:
        The rows, and the place after which the next page begins; None on the last page.
    """
    found: list[tuple[Any, ...]] = []
    if after is None or after.act_by is not None:
        begin = after.act_by if after and after.act_by else BEFORE_ALL
        found = _WITH_TERM[bool(wanted.desk)].rows(**wanted.values(), after=begin, id=after.id if after else 0)
    if len(found) <= PAGE and wanted.late_at is None:
        since = after.id if after and after.act_by is None else 0
        timeless = _WITHOUT_TERM[bool(wanted.desk)].rows(**wanted.values(), id=since)
        found += timeless[: PAGE + 1 - len(found)]
    lines = [Line(*row) for row in found[:PAGE]]
    return lines, Place(lines[-1].act_by, lines[-1].pk) if len(found) > PAGE else None


def bounded_count(wanted: Wanted) -> int:
    """How many there are; one more than `MOST_COUNTED` stands for more."""
    return len(_COUNTED[bool(wanted.desk)].rows(**wanted.values()))


def _rows(of_desk: bool) -> QuerySet[Dossier]:
    """The dossiers of one desk, or those with messages, narrowed by what is wanted."""
    holder, procedure = Slot("holder", BigIntegerField()), Slot("procedure", CharField())
    rows = Dossier.objects.filter(agency=Slot("agency", BigIntegerField()))
    there = Q(desk=Slot("desk", CharField())) & ~Q(desk="") if of_desk else Q(unanswered__gt=0)
    return rows.filter(
        there,
        Q(Exact(procedure, Value(""))) | Q(version__procedure__code=procedure),
        Q(Exact(holder, Value(0))) | Q(claimed_by=holder),
    )


def _with_term(of_desk: bool) -> QuerySet[Dossier, Any]:
    begin, late = Slot("after", DateTimeField()), Slot("late", DateTimeField())
    rows = _rows(of_desk).filter(Q(act_by__gt=begin) | Q(id__gt=Slot("id", BigIntegerField())), act_by__gte=begin)
    return _lines(rows.filter(act_by__lt=late).order_by("act_by", "id"))


def _without_term(of_desk: bool) -> QuerySet[Dossier, Any]:
    rows = _rows(of_desk).filter(act_by__isnull=True, id__gt=Slot("id", BigIntegerField()))
    return _lines(rows.order_by("id"))


def _lines(rows: QuerySet[Dossier]) -> QuerySet[Dossier, Any]:
    """One row more than a page, each with what is told of it elsewhere."""
    mine = {"dossier": OuterRef("pk")}
    owner = Party.objects.filter(**mine, role=PartyRole.OWNER).order_by("pk").values("sealed")[:1]
    step = StepTask.objects.filter(**mine, closed_at__isnull=True).order_by("-pk").values("opened_at")[:1]
    wait = ClockPause.objects.filter(**mine, ended_at__isnull=True).order_by("-pk").values("began_at")[:1]
    named = [name for name in Line._fields if name not in ("holder", "owner", "since")]
    told = (
        F("claimed_by__full_name"),
        Subquery(owner),
        Coalesce(Subquery(wait), Subquery(step), "resolved_at", "submitted_at"),
    )
    return rows.values_list(*named, *told)[: PAGE + 1]


def _counted(of_desk: bool) -> QuerySet[Dossier, Any]:
    late = Slot("late", DateTimeField())
    timeless = Q(act_by__isnull=True) & Q(Exact(late, Value(AFTER_ALL)))
    return _rows(of_desk).filter(Q(act_by__lt=late) | timeless).values_list("pk")[: MOST_COUNTED + 1]


_WITH_TERM = {of_desk: Prepared(partial(_with_term, of_desk)) for of_desk in (True, False)}
_WITHOUT_TERM = {of_desk: Prepared(partial(_without_term, of_desk)) for of_desk in (True, False)}
_COUNTED = {of_desk: Prepared(partial(_counted, of_desk)) for of_desk in (True, False)}


def owners(dossiers: list[int]) -> dict[int, str]:
    """Names of the owners of some dossiers, opened for these alone."""
    rows = Party.objects.filter(dossier__in=dossiers, role=PartyRole.OWNER).values_list("dossier", "sealed")
    return {dossier: owner_name(text) for dossier, text in rows}


def owner_name(sealed_owner: str | None) -> str:
    """The name of a row's owner, opened."""
    found: str = sealed.opened_values(sealed_owner or "").get("full_name", "")
    return found


def asked(agency: int) -> list[Consultation]:
    """Opinions that an agency is asked for and has not given, the most urgent first; at most a page."""
    rows = Consultation.objects.filter(agency=agency, answered_at__isnull=True).select_related("dossier")
    return list(rows.defer("dossier__sealed").order_by("answer_by", "pk")[:PAGE])
