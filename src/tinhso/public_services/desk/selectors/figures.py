"""The figures of Biểu số II.06a/VPCP/KSTT: what was received, resolved and is pending, by field.

A dossier counts from its acceptance; one that was refused or withdrawn before it was accepted does not count. It is
resolved when its result is signed, or when it is stopped or withdrawn, which counts as on time: the form puts returned
and withdrawn dossiers there. Dossiers are taken as they are now, with the term they have now.

Source: Biểu số II.06a/VPCP/KSTT; its columns as in the research, to be checked by the agency against the form in force.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, TruncDate

from tinhso.core.clock import VIETNAM
from tinhso.public_services.desk.selectors.register import bounds
from tinhso.public_services.dossiers.choices import Action, Channel
from tinhso.public_services.dossiers.models import Dossier, DossierEvent

ENDS = (Action.WITHDRAW, Action.STOP, Action.LAPSE)
COLUMNS = (
    "received", "received_online", "received_direct", "carried_over",
    "resolved", "resolved_early", "resolved_on_time", "resolved_late",
    "pending", "pending_in_time", "pending_late",
)  # fmt: skip
EARLY, ON_TIME, LATE, OPEN, OPEN_LATE = "early", "on_time", "late", "open", "open_late"


@dataclass(frozen=True, slots=True)
class FieldFigures:
    """One line of the report; figures by the names in `COLUMNS`."""

    name: str
    figures: dict[str, int] = field(default_factory=dict)


def counted(*, agency: int, first: dt.date, last: dt.date, at: dt.datetime) -> QuerySet[Dossier]:
    """The dossiers that have to do with a period, each with how it stood at its end (`standing`).

    Args:
        at: now; what is pending in a period that is not over is judged by it.
    """
    begin, end = bounds(first, last)
    ends = DossierEvent.objects.filter(dossier=OuterRef("pk"), kind__in=ENDS).order_by("-seq").values("at")[:1]
    rows = Dossier.objects.filter(agency=agency, accepted_at__isnull=False, accepted_at__lt=end)
    rows = rows.alias(
        ended_at=Coalesce("resolved_at", Subquery(ends)),
        resolved_on=TruncDate("resolved_at", tzinfo=VIETNAM),
        due_on=TruncDate("due_at", tzinfo=VIETNAM),
    )
    return rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=begin)).annotate(
        standing=_standing(end, min(at, end))
    )


def _standing(end: dt.datetime, moment: dt.datetime) -> Case:
    is_open = Q(ended_at__isnull=True) | Q(ended_at__gte=end)
    return Case(
        When(is_open & Q(due_at__lt=moment), then=Value(OPEN_LATE)),
        When(is_open, then=Value(OPEN)),
        When(resolved_at__gt=F("due_at"), then=Value(LATE)),
        When(resolved_on__lt=F("due_on"), then=Value(EARLY)),
        default=Value(ON_TIME),
    )


def conditions(*, first: dt.date, last: dt.date) -> dict[str, Q]:
    """Which of `counted` stand in which column."""
    begin, _end = bounds(first, last)
    new, online = Q(accepted_at__gte=begin), Q(channel=Channel.ONLINE)
    return {
        "received": Q(pk__isnull=False),
        "received_online": new & online,
        "received_direct": new & ~online,
        "carried_over": Q(accepted_at__lt=begin),
        "resolved": Q(standing__in=(EARLY, ON_TIME, LATE)),
        "resolved_early": Q(standing=EARLY),
        "resolved_on_time": Q(standing=ON_TIME),
        "resolved_late": Q(standing=LATE),
        "pending": Q(standing__in=(OPEN, OPEN_LATE)),
        "pending_in_time": Q(standing=OPEN),
        "pending_late": Q(standing=OPEN_LATE),
    }


def by_field(*, agency: int, first: dt.date, last: dt.date, at: dt.datetime) -> list[FieldFigures]:
    """The figures of an agency by field (lĩnh vực), in order of their names."""
    columns = {name: Count("pk", filter=found) for name, found in conditions(first=first, last=last).items()}
    rows = counted(agency=agency, first=first, last=last, at=at).values("version__field")
    lines = rows.annotate(**columns).order_by("version__field")
    return [FieldFigures(line["version__field"], _figures(line)) for line in lines]


def _figures(line: Mapping[str, Any]) -> dict[str, int]:
    return {name: line[name] for name in COLUMNS}


def dossiers_of(
    *, agency: int, first: dt.date, last: dt.date, at: dt.datetime, column: str, field_name: str = ""
) -> QuerySet[Dossier]:
    """The dossiers that make one number; of all fields when none is named.

    Raises:
        KeyError: no such column.
    """
    rows = counted(agency=agency, first=first, last=last, at=at).filter(conditions(first=first, last=last)[column])
    return rows.filter(version__field=field_name) if field_name else rows
