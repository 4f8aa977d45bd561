"""The audit trail: entries appended in the transaction of what they tell, sealed into a hash chain later.

The chain runs in order of sealing; within one run that is the order of id. On PostgreSQL a transaction may
commit after a later one, so its entry, with the smaller id, is sealed by a later run: nobody waits for anybody,
and nothing is left out. A seal's hash covers its number, the hash before it and the canonical JSON of its entry;
any change, removal, insertion or exchange among what is sealed is found by `check`. Only the removal of the
newest seals leaves a chain that fits, and that is found with a `head` noted outside the database.
"""

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils.translation import gettext as _

from tinhso.core.models import AuditEntry, AuditSeal
from tinhso.core.prepared import insert

GENESIS = "0" * 64
BATCH = 1000
WINDOW = 10_000  # ids below the newest sealed one among which late commits are looked for every time
SEALING = 7_420_292  # key of the advisory lock that lets one sealing job in


@dataclass(frozen=True, slots=True)
class Head:
    """The newest seal: worth noting outside the database, since everything up to it is fixed by it."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first link that does not fit: its number, the entry it speaks of (null: no seal left to say), and why."""

    number: int
    entry_id: int | None
    reason: str


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


def check(*, noted: Head | None = None) -> BrokenLink | None:
    """The first bad link of the chain; None when every sealed entry is as it was.

    Args:
        noted: a head noted earlier outside the database; the chain must still go through it.
    """
    before, number = GENESIS, 0
    for number, (found, entry) in enumerate(_sealed_entries(), start=1):
        expected = link(number, before, entry) if entry else ""
        reason = _fault(found, entry, number, expected)
        if not reason and noted and number == noted.number and expected != noted.hash:
            reason = _("khác với dấu vân đã ghi lại ở ngoài")
        if reason:
            return BrokenLink(number, found.entry_id if found.number == number else None, reason)
        before = expected
    if noted and noted.number > number:
        return BrokenLink(number + 1, None, _("phần cuối của chuỗi đã bị xóa"))
    return None


def link(number: int, before: str, entry: AuditEntry) -> str:
    """The hash that ties an entry to everything sealed before it."""
    content = {
        "number": number,
        "id": entry.pk,
        "at": entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "object": entry.obj,
        "details": entry.details,
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{canonical}".encode()).hexdigest()


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


def _fault(found: AuditSeal, entry: AuditEntry | None, number: int, expected: str) -> str:
    """Why a link does not fit; empty when it does."""
    if found.number != number:
        return _("mắt xích đã bị xóa")
    if entry is None:
        return _("bản ghi đã bị xóa")
    return "" if found.hash == expected else _("nội dung hoặc thứ tự đã bị thay đổi")


def _sealed_entries() -> Iterator[tuple[AuditSeal, AuditEntry | None]]:
    """Every seal with the entry it speaks of, in order of the chain."""
    for seals in _batches(AuditSeal.objects.order_by("pk").iterator(BATCH)):
        entries = AuditEntry.objects.in_bulk([found.entry_id for found in seals])
        yield from ((found, entries.get(found.entry_id)) for found in seals)


def _batches(seals: Iterable[AuditSeal]) -> Iterator[list[AuditSeal]]:
    iterator = iter(seals)
    while batch := list(itertools.islice(iterator, BATCH)):
        yield batch
