"""The register (sổ theo dõi hồ sơ): every dossier of an agency by the time it came in."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Prefetch, Q, QuerySet

from tinhso.core.clock import VIETNAM
from tinhso.public_services.desk.selectors.inbox import PAGE, Place
from tinhso.public_services.dossiers.choices import PartyRole
from tinhso.public_services.dossiers.models import Dossier, Party

CHUNK = 500  # rows read at a time for a file


def bounds(first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """From the beginning of the first day up to, and without, the beginning of the day after the last."""
    after = last + dt.timedelta(days=1)
    return dt.datetime.combine(first, dt.time(), VIETNAM), dt.datetime.combine(after, dt.time(), VIETNAM)


def registered(*, agency: int, first: dt.date, last: dt.date) -> QuerySet[Dossier]:
    """The dossiers that came in on some days, in their order, with their owners."""
    begin, end = bounds(first, last)
    owner = Prefetch("parties", Party.objects.filter(role=PartyRole.OWNER), to_attr="owners")
    rows = Dossier.objects.filter(agency=agency, submitted_at__gte=begin, submitted_at__lt=end)
    return rows.defer("sealed").order_by("submitted_at", "id").prefetch_related(owner)


def page(rows: QuerySet[Dossier], after: Place | None) -> tuple[list[Dossier], Place | None]:
    """A page of the register, and the place after which the next one begins; None on the last."""
    if after and after.act_by:
        moment = after.act_by
        rows = rows.filter(Q(submitted_at__gt=moment) | Q(id__gt=after.id), submitted_at__gte=moment)
    found = list(rows[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return found[:PAGE], Place(last.submitted_at, last.pk) if last else None


def every(rows: QuerySet[Dossier]) -> Iterator[Dossier]:
    """All rows, a chunk at a time, so that a large file takes no more memory than a small one."""
    return rows.iterator(chunk_size=CHUNK)
