"""The inbox: what lies on a desk of one agency, the most urgent first, a hundred at a time.

Every read goes through the index `public_services_inbox` (agency, desk, act_by, id) and stops after a page; nothing is
counted beyond a thousand. Pages are found by the place of the last row (keyset), not by their number.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tinhso.core import sealed
from tinhso.core.clock import VIETNAM
from tinhso.public_services.dossiers.choices import PartyRole
from tinhso.public_services.dossiers.models import ClockPause, Consultation, Dossier, Party, StepTask

PAGE = 100  # rows
MOST_COUNTED = 1000
COLUMNS = (
    "key", "number", "version_id", "agency_id", "channel", "state", "revision", "step", "desk", "act_by", "due_at",
    "accepted_at", "submitted_at", "resolved_at", "unanswered", "claimed_by__full_name",
)  # fmt: skip


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


def waiting(*, agency: int, desk: str) -> QuerySet[Dossier]:
    """What lies on one desk of an agency; `applicant` for what waits for the people."""
    return Dossier.objects.filter(agency=agency, desk=desk).exclude(desk="")


def unanswered(*, agency: int) -> QuerySet[Dossier]:
    """Dossiers of an agency whose applicant has written and waits for a word, wherever they lie, settled ones too."""
    return Dossier.objects.filter(agency=agency, unanswered__gt=0)


def narrowed(
    rows: QuerySet[Dossier],
    *,
    versions: list[int] | None = None,
    claimed_by: int | None = None,
    late_at: dt.datetime | None = None,
) -> QuerySet[Dossier]:
    """Those of some versions of a procedure, claimed by somebody, or late at a moment."""
    if versions is not None:
        rows = rows.filter(version__in=versions)
    if claimed_by is not None:
        rows = rows.filter(claimed_by=claimed_by)
    return rows if late_at is None else rows.filter(act_by__lt=late_at)


def page(rows: QuerySet[Dossier], after: Place | None = None) -> tuple[list[Dossier], Place | None]:
    """One page, the most urgent first; what has no term comes last.

    Returns:
        The rows, and the place after which the next page begins; None on the last page.
    """
    shown = rows.select_related("claimed_by").only(*COLUMNS)
    found: list[Dossier] = []
    if after is None or after.act_by is not None:
        found = list(_after(shown.filter(act_by__isnull=False), after).order_by("act_by", "id")[: PAGE + 1])
    if len(found) <= PAGE:
        since = after.id if after and after.act_by is None else 0
        timeless = shown.filter(act_by__isnull=True, id__gt=since).order_by("id")
        found += timeless[: PAGE + 1 - len(found)]
    last = found[PAGE - 1] if len(found) > PAGE else None
    return found[:PAGE], Place(last.act_by, last.pk) if last else None


def _after(rows: QuerySet[Dossier], after: Place | None) -> QuerySet[Dossier]:
    if after is None:
        return rows
    return rows.filter(Q(act_by__gt=after.act_by) | Q(id__gt=after.id), act_by__gte=after.act_by)


def bounded_count(rows: QuerySet[Dossier]) -> int:
    """How many there are; one more than `MOST_COUNTED` stands for more."""
    return rows.order_by()[: MOST_COUNTED + 1].count()


def owners(dossiers: list[int]) -> dict[int, str]:
    """Names of the owners of some dossiers, opened for these alone."""
    rows = Party.objects.filter(dossier__in=dossiers, role=PartyRole.OWNER).values_list("dossier", "sealed")
    return {dossier: sealed.opened_values(text).get("full_name", "") for dossier, text in rows}


def since(dossiers: list[int]) -> dict[int, dt.datetime]:
    """Since when each has been where it is: the beginning of its open step, or of its wait for the people."""
    steps = StepTask.objects.filter(dossier__in=dossiers, closed_at__isnull=True).values_list("dossier", "opened_at")
    waits = ClockPause.objects.filter(dossier__in=dossiers, ended_at__isnull=True).values_list("dossier", "began_at")
    return dict(steps) | dict(waits)


def asked(agency: int) -> list[Consultation]:
    """Opinions that an agency is asked for and has not given, the most urgent first; at most a page."""
    rows = Consultation.objects.filter(agency=agency, answered_at__isnull=True).select_related("dossier")
    return list(rows.defer("dossier__sealed").order_by("answer_by", "pk")[:PAGE])
