"""Ratings and complaints: of one person, of the agencies in a scope, and as counts."""

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from tinhso.accounts.api import Scope, User
from tinhso.core import sealed
from tinhso.core.clock import VIETNAM
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.feedback.choices import Level, Reason
from tinhso.public_services.feedback.models import Complaint, Rating


@dataclass(frozen=True, slots=True)
class Tally:
    """Ratings of one agency for one procedure, by level."""

    agency_id: int
    code: str
    procedure: str
    levels: dict[int, int]

    @property
    def total(self) -> int:
        return sum(self.levels.values())

    @property
    def satisfied(self) -> int:
        """Rất hài lòng and hài lòng."""
        return self.levels[Level.VERY_SATISFIED] + self.levels[Level.SATISFIED]


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote beside a rating, without who it was."""

    at: dt.datetime
    score: int
    agency_id: int
    procedure: str
    text: str


@dataclass(frozen=True, slots=True)
class ComplaintCounts:
    """Complaints of a scope.

    Attributes:
        late: open past their term.
        answered_in_time, answered_late: those that were answered.
    """

    open: int
    late: int
    answered_in_time: int
    answered_late: int


def satisfaction_of(dossier_ids: Collection[int]) -> dict[int, int]:
    """The level of each dossier that was rated, 1 to 5, by primary key; others are not in it."""
    return dict(Rating.objects.filter(dossier__in=dossier_ids).values_list("dossier_id", "score"))


def rating_of(dossier: Dossier) -> Rating | None:
    """The rating of a dossier; None while it has none."""
    return Rating.objects.filter(dossier=dossier).first()


def tallies(scope: Scope, first: dt.date, last: dt.date) -> list[Tally]:
    """Ratings by agency and procedure over some days, both included."""
    rows = _ratings(scope, first, last).values_list(
        "dossier__agency_id", "dossier__version__procedure__code", "dossier__version__name", "score"
    )
    found: dict[tuple[int, str], Tally] = {}
    for agency_id, code, name, score, count in rows.annotate(count=Count("pk")).order_by("dossier__version__number"):
        before = found.get((agency_id, code))
        levels = before.levels if before else dict.fromkeys(Level.values, 0)
        levels[score] += count
        found[agency_id, code] = Tally(agency_id, code, name, levels)
    return sorted(found.values(), key=lambda one: (one.agency_id, one.code))


def reasons(scope: Scope, first: dt.date, last: dt.date) -> list[tuple[Reason, int]]:
    """How often each reason was given, the most frequent first."""
    counts = Counter(code for codes in _ratings(scope, first, last).values_list("reasons", flat=True) for code in codes)
    return [(Reason(code), count) for code, count in counts.most_common() if code in Reason.values]


def comments(scope: Scope, first: dt.date, last: dt.date, most: int) -> list[Comment]:
    """The latest words that came with ratings."""
    rows = _ratings(scope, first, last).exclude(sealed="").select_related("dossier__version")
    return [
        Comment(row.at, row.score, row.dossier.agency_id, row.dossier.version.name, sealed.opened(row.sealed))
        for row in rows.order_by("-at", "-pk")[:most]
    ]


def _ratings(scope: Scope, first: dt.date, last: dt.date) -> QuerySet[Rating]:
    start, end = _midnight(first), _midnight(last + dt.timedelta(days=1))
    return scope.filter(Rating.objects.filter(at__gte=start, at__lt=end), "dossier__agency")


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), VIETNAM)


def complaints(scope: Scope, at: dt.datetime) -> QuerySet[Complaint]:
    """Complaints that agencies of a scope answer: open ones by their term, then the answered ones, the newest first."""
    rows = scope.filter(Complaint.objects.select_related("dossier"), "agency")
    return rows.annotate(is_open=Q(answered_at__isnull=True)).order_by("-is_open", "due_at", "-pk")


def complaint_in(scope: Scope, key: UUID) -> Complaint:
    """One complaint of a scope.

    Raises:
        Complaint.DoesNotExist: there is none, or another agency answers it.
    """
    return scope.filter(Complaint.objects.select_related("dossier__version"), "agency").get(key=key)


def complaints_of(user: User) -> list[Complaint]:
    """What a citizen complained of, the newest first."""
    return list(Complaint.objects.filter(user=user).select_related("dossier").order_by("-at", "-pk"))


def complaint_of(user: User, key: UUID) -> Complaint:
    """One of a citizen's own complaints.

    Raises:
        Complaint.DoesNotExist: there is none, or it is somebody else's.
    """
    return Complaint.objects.select_related("dossier__version").get(user=user, key=key)


def complaint_counts(scope: Scope, at: dt.datetime) -> ComplaintCounts:
    """How many complaints are open, late, and answered in time or not."""
    rows = scope.filter(Complaint.objects.all(), "agency")
    answered = rows.filter(answered_at__isnull=False).values_list("answered_at", "due_at")
    in_time = sum(1 for done, due in answered if done is not None and done <= due)
    still_open = rows.filter(answered_at__isnull=True)
    return ComplaintCounts(
        still_open.count(), still_open.filter(due_at__lt=at).count(), in_time, len(answered) - in_time
    )
