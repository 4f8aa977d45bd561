"""What waits: packets to be sent, documents to be answered, checks to be made again."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Min, Q, QuerySet

from tinhso.documents.choices import State, Verdict
from tinhso.documents.models import Agency, Arrival, Dispatch, Document, ReceivedRequest, Verification


@dataclass(frozen=True, slots=True)
class Queue:
    """What is still to be sent.

    Attributes:
        count: packets that are tried or wait for their turn.
        oldest: when the oldest was made; None when nothing waits.
        parked: packets that wait for a person.
    """

    count: int
    oldest: dt.datetime | None
    parked: int


def to_be_sent(units: frozenset[int]) -> Queue:
    """The packets of some units that have not reached their recipients (chờ gửi)."""
    ours = Dispatch.objects.filter(sender__org_unit__in=units, done_at__isnull=True, stopped_at__isnull=True)
    is_tried = Q(parked_at__isnull=True)
    found = ours.aggregate(
        count=Count("pk", filter=is_tried), oldest=Min("made_at", filter=is_tried), parked=Count("pk", filter=~is_tried)
    )
    return Queue(**found)


def dispatches(units: frozenset[int]) -> QuerySet[Dispatch]:
    """The packets of some units that have not reached their recipients, oldest first."""
    found = Dispatch.objects.filter(sender__org_unit__in=units, done_at__isnull=True)
    return (
        found.select_related("recipient__partner", "sender", "delivery__document", "packet")
        .defer("packet__content")
        .order_by("made_at", "pk")
    )


def unanswered(agency: Agency, at: dt.datetime) -> QuerySet[Arrival]:
    """Documents in whose sender should have heard by now that they are taken in, or refused."""
    return Arrival.objects.filter(
        document__agency=agency, document__state=State.ARRIVED, acknowledge_by__lt=at
    ).select_related("document", "sender")


def requests(agency: Agency) -> QuerySet[ReceivedRequest]:
    """Requests to recall, update or replace that wait for the registrar."""
    return (
        ReceivedRequest.objects.filter(recipient=agency, state="waiting")
        .select_related("document", "sender")
        .order_by("asked_at")
    )


def checks_due(at: dt.datetime) -> bool:
    """Whether checks lack grounds and should be made again now."""
    return Verification.objects.filter(verdict=Verdict.UNDETERMINED, next_try_at__lte=at).exists()


def late_to_send(agency: Agency) -> QuerySet[Document]:
    """Issued electronic documents that nobody has been sent yet."""
    return Document.objects.filter(
        agency=agency, direction="out", state=State.ISSUED, medium="electronic", deliveries__isnull=True
    )
