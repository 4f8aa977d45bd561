"""What was done becomes rows of the datasets: everything that was not published yet, as one batch per dataset.

A publication that is killed leaves nothing half done: a batch is in force as a whole or not at all, and what it brought
is marked afterwards; when it was not marked, the next publication brings it again, and the lake knows it already.
"""

import contextlib
import csv
import datetime as dt
import logging
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from tinhso.core.clock import VIETNAM
from tinhso.datasets import api as datasets
from tinhso.datasets.api import ImportResult
from tinhso.public_services.assistance.models import AssistanceSession
from tinhso.public_services.assistance.selectors import rows as assistance
from tinhso.public_services.assistance.services import sessions
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.feedback import selectors as feedback
from tinhso.public_services.publishing.rules.rows import Row, cell, differing
from tinhso.public_services.publishing.selectors import comparison, dossiers, help_rows, lake, procedures
from tinhso.public_services.publishing.selectors.comparison import Comparison

MOST = 20_000  # rows in one batch, so that memory stays bounded when a great deal waits
MARKED_AT_ONCE = 500
REVISION = "lan_ghi"  # of no contract: a row that comes back after another is no file seen before
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Published:
    """What was brought of one dataset.

    Attributes:
        rows: that were brought.
        kept_back: of these, refused by the dataset's contract: an error of ours, which is logged and shown by doctor.
        batch: number of the batch; None when nothing was to be brought.
    """

    dataset: str
    rows: int = 0
    kept_back: int = 0
    batch: int | None = None


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One publication or comparison at a time, so that an older row never comes after a newer one."""
    with datasets.one_at_a_time("publishing"):
        yield


def publish(*, at: dt.datetime) -> list[Published]:
    """Bring everything that was not published yet into the lake (công bố số liệu); safe to repeat.

    Args:
        at: aware time; nothing that happened can lie after its day.

    Raises:
        LakeDamaged: a file of the lake is missing or cannot be read.
    """
    with alone():
        return _publish(at.astimezone(VIETNAM))


def reconcile() -> list[Comparison]:
    """Compare lake and database while nothing is published.

    Raises:
        LakeDamaged: a file of the lake is missing or cannot be read.
    """
    with alone():
        return comparison.compare()


def mend(*, at: dt.datetime) -> list[Published]:
    """Bring once more what the comparison finds missing or different; what the lake has beyond that stays.

    Args:
        at: aware time.

    Raises:
        LakeDamaged: a file of the lake is missing or cannot be read.
    """
    moment = at.astimezone(VIETNAM)
    with alone():
        for found in comparison.compare():
            keys = [str(key[0]) for key in found.keys]
            for start in range(0, len(keys), MARKED_AT_ONCE):
                _forget(found.dataset, keys[start : start + MARKED_AT_ONCE])
        return _publish(moment, again=moment.isoformat())


def _forget(dataset: str, keys: Sequence[str]) -> None:
    """Take rows for unpublished."""
    if dataset == dossiers.DATASET:
        Dossier.objects.filter(number__in=keys).update(published_seq=0)
    if dataset == help_rows.DATASET:
        AssistanceSession.objects.filter(key__in=keys).update(published_revision=0)


def _publish(at: dt.datetime, *, again: str = "") -> list[Published]:
    return [_publish_procedures(at), _publish_dossiers(at, again), _publish_assistance(at, again)]


# ---- datasets ---------------------------------------------------------------------------------------------------


def _publish_procedures(at: dt.datetime) -> Published:
    """Bring the versions that the lake does not know as they are."""
    rows = procedures.rows()
    with lake.opened(procedures.DATASET) as there:
        known = there.found([there.key(row) for row in rows]) if rows else {}
        lacking = []
        for row in rows:
            theirs, batch = known.get(there.key(row), ({}, 0))
            if differing(row, theirs):
                lacking.append((row, str(batch)))
    return _import(procedures.DATASET, lacking, at)


def _publish_dossiers(at: dt.datetime, again: str) -> Published:
    brought = Published(dossiers.DATASET)
    last = 0
    while True:
        waiting = [pair for chunk in dossiers.chunks(_next_dossiers(last)) for pair in chunk]
        if not waiting:
            return brought
        last = waiting[-1][0].pk
        rows = [(row, f"{dossier.revision}{again}") for dossier, row in waiting]
        brought = _together(brought, _import(dossiers.DATASET, rows, at))
        _mark_dossiers(waiting)


def _next_dossiers(last: int) -> QuerySet[Dossier]:
    return dossiers.unpublished().filter(pk__gt=last)[:MOST]


def _mark_dossiers(written: Sequence[tuple[Dossier, Row]]) -> None:
    """Say which revision of each was written; what has changed meanwhile stays unpublished."""
    for start in range(0, len(written), MARKED_AT_ONCE):
        _mark_some(written[start : start + MARKED_AT_ONCE])


@transaction.atomic
def _mark_some(written: Sequence[tuple[Dossier, Row]]) -> None:
    """Mark dossiers while they are held; a rating is no event of theirs, so it is looked at once more."""
    keys = [dossier.pk for dossier, _row in written]
    held = Dossier.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys)
    list(held.order_by("pk").values_list("pk", flat=True))
    rated = feedback.satisfaction_of(keys)
    by_revision: dict[int, list[int]] = defaultdict(list)
    for dossier, row in written:
        if rated.get(dossier.pk) == row["satisfaction"]:
            by_revision[dossier.revision].append(dossier.pk)
    for revision, same in by_revision.items():
        Dossier.objects.filter(pk__in=same, published_seq__lt=revision).update(published_seq=revision)


def _publish_assistance(at: dt.datetime, again: str) -> Published:
    brought = Published(help_rows.DATASET)
    while waiting := assistance.unpublished():
        rows = [(help_rows.row(one), f"{one.revision}{again}") for one in waiting]
        brought = _together(brought, _import(help_rows.DATASET, rows, at))
        sessions.mark_published(rows=waiting)
    return brought


def _together(before: Published, after: Published) -> Published:
    return Published(before.dataset, before.rows + after.rows, before.kept_back + after.kept_back, after.batch)


# ---- files ------------------------------------------------------------------------------------------------------


def _import(dataset: str, rows: Sequence[tuple[Row, str]], at: dt.datetime) -> Published:
    """Bring rows, each with a mark that makes it another line when it is another state of the same thing."""
    if not rows:
        return Published(dataset)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{dataset}-dich-vu-cong.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow([*rows[0][0], REVISION])
            writer.writerows([*map(cell, row.values()), mark] for row, mark in rows)
        result = datasets.import_files(dataset=dataset, paths=[path], actor=lake.ACTOR, at=at)
    _complain(result)
    return Published(dataset, len(rows), result.quarantined, result.batch)


def _complain(result: ImportResult) -> None:
    """Say which columns of our own rows were not taken and why, never their values."""
    if result.quarantined:
        why = sorted({f"{problem.column}: {problem.reason}" for problem in result.problems})
        logger.error(
            "batch %s of %s keeps back %s rows of our own (%s)",
            result.batch,
            result.dataset,
            result.quarantined,
            "; ".join(why),
        )
