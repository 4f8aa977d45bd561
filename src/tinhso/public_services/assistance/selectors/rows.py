"""Rows of the dataset `assistance`, made of sessions; `publishing` sends them and says so (`services.published`)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from tinhso.core.clock import VIETNAM
from tinhso.organizations import api as organizations
from tinhso.public_services.assistance.choices import Outcome
from tinhso.public_services.assistance.models import AssistanceSession


@dataclass(frozen=True, slots=True)
class Row:
    """One request for help, as the dataset `assistance` holds it (its columns have the same names).

    Attributes:
        request_id: key of the session.
        commune_code: of the commune on the day of the request.
        requester: `citizen` or `business`.
        helped: the request was met, and the person does not say otherwise.
        helped_at: end of the session that met it; None when it was not met.
        minutes: None when it was not met.
        revision: of the session that this row tells; no column, to be handed back to `mark_published`.
    """

    request_id: UUID
    commune_code: str
    requested_at: dt.datetime
    requester: str
    helped: bool
    helped_at: dt.datetime | None
    minutes: int | None
    revision: int


def unpublished(*, limit: int = 5000) -> list[Row]:
    """Sessions that have changed since they were published last, the oldest first; a changed one comes again, whole.

    Args:
        limit: most rows at once.
    """
    changed = AssistanceSession.objects.filter(revision__gt=F("published_revision"))
    return _rows(changed.order_by("pk")[:limit])


def every(*, unit_ids: Iterable[int] | None = None) -> list[Row]:
    """All sessions as rows, by which lake and database are compared.

    Args:
        unit_ids: only of some communes; None for all.
    """
    sessions = AssistanceSession.objects.order_by("pk")
    return _rows(sessions if unit_ids is None else sessions.filter(unit__in=list(unit_ids)))


def _rows(sessions: Iterable[AssistanceSession]) -> list[Row]:
    return [_row(session) for session in sessions]


def _row(session: AssistanceSession) -> Row:
    helped = session.outcome == Outcome.HELPED and session.disputed_at is None
    day = session.requested_at.astimezone(VIETNAM).date()
    return Row(
        request_id=session.key,
        commune_code=organizations.named_unit(session.unit_id, day).code,
        requested_at=session.requested_at,
        requester=session.requester,
        helped=helped,
        helped_at=session.ended_at if helped else None,
        minutes=session.minutes if helped else None,
        revision=session.revision,
    )
