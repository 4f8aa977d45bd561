"""Entries are recorded by whoever acts, and sealed by the worker."""

import datetime as dt
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from tinhso.core.audit.chain import GENESIS, Head, link
from tinhso.core.models import AuditEntry, AuditSeal
from tinhso.core.prepared import insert

BATCH = 1000
WINDOW = 10_000  # ids below the newest sealed one among which late commits are looked for every time
SEALING = 7_420_292  # key of the advisory lock that lets one sealing job in


def record(*, actor: str, action: str, obj: str, details: dict[str, Any], at: dt.datetime) -> AuditEntry:
    """Append one entry, in the caller's transaction.

    Args:
        actor: user name, or "system".
        action: namespaced verb, such as `datasets.batch_revoked`.
        obj: kind and key of what it was done to, such as `batch:17`.
        details: JSON values (whatever the act needs; no content of records).
        at: aware time of the act.
    """
    return insert(AuditEntry(at=at, actor=actor, action=action, obj=obj, details=details))


def seal(*, everything: bool = False) -> int:
    """Link entries not yet linked, a batch at a time; when another process is sealing, leave it to that one.

    Args:
        everything: look for late commits among all entries, not only the newest; the worker does so now and then.

    Returns:
        How many entries were sealed.
    """
    waiting = _waiting(everything)
    if not waiting.exists():
        return 0
    with transaction.atomic():
        return _extend(waiting) if _is_only_sealer() else 0


def head() -> Head | None:
    """The newest seal; None before the first."""
    newest = AuditSeal.objects.order_by("-pk").first()
    return Head(newest.number, newest.hash) if newest else None


def unsealed() -> int:
    """How many entries wait to be sealed."""
    return _waiting(everything=True).count()


def _waiting(everything: bool) -> QuerySet[AuditEntry]:
    unsealed = AuditEntry.objects.filter(~Exists(AuditSeal.objects.filter(entry_id=OuterRef("pk"))))
    newest = None if everything else AuditSeal.objects.aggregate(newest=Max("entry_id"))["newest"]
    return unsealed.filter(pk__gt=newest - WINDOW) if newest else unsealed


def _is_only_sealer() -> bool:
    """Whether this transaction may extend the chain; on SQLite it holds the only write lock anyway."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALING])
        return bool(cursor.fetchone()[0])


def _extend(waiting: QuerySet[AuditEntry]) -> int:
    newest = head() or Head(0, GENESIS)
    seals: list[AuditSeal] = []
    before = newest.hash
    for number, entry in enumerate(waiting.order_by("pk")[:BATCH], start=newest.number + 1):
        before = link(number, before, entry)
        seals.append(AuditSeal(number=number, entry_id=entry.pk, hash=before))
    AuditSeal.objects.bulk_create(seals)
    return len(seals)
