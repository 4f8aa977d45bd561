"""Issued documents become rows of the dataset of documents, from which target 3 of the plan is computed.

A document counts as sent by exchange once every recipient's system has taken it, and as signed once the check of the
agency's signature has passed: nothing is said before it is so.
"""

import csv
import datetime as dt
import logging
import tempfile
from pathlib import Path
from typing import Any

from django.db.models import F, QuerySet

from tinhso.core.clock import VIETNAM
from tinhso.datasets import api as datasets
from tinhso.documents.choices import Direction, Medium, State, Verdict, VersionKind
from tinhso.documents.models import Document, Verification
from tinhso.documents.rules import kinds
from tinhso.organizations import api as organizations

DATASET = "documents"
ACTOR = "documents"
MOST = 20_000  # rows in one batch
REVISION = "lan_ghi"  # of no contract: a row that comes back after another is no file seen before
COUNTED = (State.ISSUED, State.RECALLED, State.REPLACED)
logger = logging.getLogger(__name__)


def publish(*, at: dt.datetime) -> int:
    """Bring what was not published yet into the lake (công bố số liệu); safe to repeat.

    Returns:
        How many rows were brought.

    Raises:
        LakeDamaged: a file of the lake is missing or cannot be read.
    """
    brought = 0
    with datasets.one_at_a_time("publishing-documents"):
        while waiting := list(_unpublished()[:MOST]):
            rows = [_row(document) | {REVISION: document.revision} for document in waiting]
            _import(rows, at.astimezone(VIETNAM))
            for document in waiting:
                Document.objects.filter(pk=document.pk).update(published_revision=document.revision)
            brought += len(rows)
    return brought


def is_anything_waiting() -> bool:
    """Whether rows are still to be brought."""
    return _unpublished().exists()


def published_at() -> dt.datetime | None:
    """When rows of ours were brought last; None before the first time."""
    newest = datasets.Batch.objects.filter(dataset=DATASET, actor=ACTOR).order_by("-pk").first()
    return newest.created_at if newest else None


def _unpublished() -> QuerySet[Document]:
    found = Document.objects.filter(
        direction=Direction.OUT, state__in=COUNTED, issued_on__isnull=False, published_revision__lt=F("revision")
    )
    return found.select_related("agency").prefetch_related("deliveries", "versions").order_by("pk")


def _row(document: Document) -> dict[str, Any]:
    day = document.issued_on
    assert day is not None and document.agency.org_unit_id is not None  # noqa: S101, PT018 - issued here
    is_electronic = document.medium == Medium.ELECTRONIC
    return {
        "document_id": document.code or f"{document.agency_id}-{document.pk}",
        "agency_code": organizations.named_unit(document.agency.org_unit_id, day).code,
        "number": kinds.shown_number(document.number, document.notation),
        "type": kinds.BY_CODE[document.kind].name,
        "issued_on": day.isoformat(),
        "secret": "false",
        "electronic": _word(is_electronic),
        "signed": _word(is_electronic and _is_signed(document)),
        "sent_via": _sent_via(document),
    }


def _is_signed(document: Document) -> bool:
    files = [each.file_id for each in document.versions.all() if each.kind in (VersionKind.SEALED, VersionKind.RAISED)]
    return Verification.objects.filter(file__in=files, expected=document.agency.name, verdict=Verdict.PASSED).exists()


def _sent_via(document: Document) -> str:
    if document.medium == Medium.PAPER:
        return "paper"
    standings = {each.standing for each in document.deliveries.all()}
    return "exchange" if standings and "waiting" not in standings else ""


def _word(value: bool) -> str:
    return "true" if value else "false"


def _import(rows: list[dict[str, Any]], at: dt.datetime) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{DATASET}-van-ban-di.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
        result = datasets.import_files(dataset=DATASET, paths=[path], actor=ACTOR, at=at)
    if result.quarantined:
        why = sorted({f"{problem.column}: {problem.reason}" for problem in result.problems})
        logger.error(
            "batch %s keeps back %s documents of our own (%s)", result.batch, result.quarantined, "; ".join(why)
        )
