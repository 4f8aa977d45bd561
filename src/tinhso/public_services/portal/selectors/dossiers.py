"""A citizen's drafts and dossiers."""

from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from tinhso.accounts.api import User
from tinhso.public_services.dossiers.choices import Channel, State
from tinhso.public_services.dossiers.models import AccessLog, Attachment, Dossier, Draft, ResultDocument
from tinhso.public_services.dossiers.rules.machine import OPEN
from tinhso.public_services.dossiers.selectors import own

INFECTED = "infected"


def drafts(user: User) -> list[Draft]:
    """What a citizen has begun and not filed, the latest first."""
    rows = Draft.objects.filter(user=user, channel=Channel.ONLINE, assistance__isnull=True)
    return list(rows.select_related("version__procedure").defer("version__content").order_by("-updated_at", "-pk"))


def mine(user: User) -> QuerySet[Dossier]:
    """A citizen's dossiers: what waits for the person first, then other open ones, then the rest, each the newest first."""
    waits = Q(desk="applicant") | Q(state=State.RESOLVED)
    place = Case(
        When(waits, then=Value(0)), When(state__in=OPEN, then=Value(1)), default=Value(2), output_field=IntegerField()
    )
    rows = own.of_person(user).select_related("version__procedure").defer("version__content", "sealed")
    return rows.prefetch_related("charges", "results").annotate(place=place).order_by("place", "-submitted_at", "-pk")


def results(dossier: Dossier) -> list[ResultDocument]:
    """What came out and was issued, the newest first."""
    return list(dossier.results.filter(issued_seq__isnull=False).order_by("-issued_seq", "-pk"))


def result(user: User, key: UUID) -> ResultDocument:
    """A result of an own dossier that still counts.

    Raises:
        ResultDocument.DoesNotExist: there is none, or it is somebody else's.
    """
    rows = ResultDocument.objects.filter(
        issued_seq__isnull=False, is_signed=True, revoked_at__isnull=True, superseded_by__isnull=True
    )
    return rows.select_related("dossier", "file").get(key=key, dossier__in=own.of_person(user))


def attachments(dossier: Dossier) -> list[Attachment]:
    """The files that are part of a dossier now."""
    return list(dossier.attachments.filter(removed_seq__isnull=True).order_by("pk"))


def attachment(user: User, key: UUID) -> Attachment:
    """A file of an own dossier, also one that was replaced since.

    Raises:
        Attachment.DoesNotExist: there is none, it is somebody else's, or malware was found in it.
    """
    rows = Attachment.objects.select_related("file", "dossier").exclude(scan=INFECTED)
    return rows.get(key=key, dossier__in=own.of_person(user))


def looks(dossier: Dossier) -> QuerySet[AccessLog]:
    """Who looked at a dossier, the latest first."""
    return dossier.looks.order_by("-at", "-pk")


def citizens_among(usernames: set[str]) -> frozenset[str]:
    """Those user names that are citizens', not officials'."""
    return frozenset(
        User.objects.filter(username__in=usernames, citizen__isnull=False).values_list("username", flat=True)
    )
