"""The audit trail: entries appended in the transaction of what they tell, sealed into a hash chain later.

The chain runs in order of sealing; within one run that is the order of id. An entry whose transaction commits
late is sealed by the next run, so nobody waits for anybody. A seal's hash covers the hash before it and the
canonical JSON of its entry; any change, removal or exchange of a sealed entry is found by `check`.
"""

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from tinhso.core.models import AuditEntry, AuditSeal

GENESIS = "0" * 64
BATCH = 1000


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first seal that does not fit: its number, the entry it speaks of, and why."""

    seal_id: int
    entry_id: int
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
    return AuditEntry.objects.create(at=at, actor=actor, action=action, obj=obj, details=details)


@transaction.atomic
def seal() -> int:
    """Link every entry not yet linked; one run at a time.

    Returns:
        How many entries were sealed.
    """
    last = AuditSeal.objects.select_for_update().order_by("-pk").first()
    before = last.hash if last else GENESIS
    sealed = AuditSeal.objects.filter(entry_id=OuterRef("pk"))
    waiting = AuditEntry.objects.filter(~Exists(sealed)).order_by("pk")[:BATCH]
    seals: list[AuditSeal] = []
    for entry in waiting:
        before = link(before, entry)
        seals.append(AuditSeal(entry_id=entry.pk, hash=before))
    AuditSeal.objects.bulk_create(seals)
    return len(seals)


def check() -> BrokenLink | None:
    """The first bad link of the chain; None when every sealed entry is as it was."""
    before = GENESIS
    for seals in _batches(AuditSeal.objects.order_by("pk").iterator(BATCH)):
        entries = AuditEntry.objects.in_bulk([seal.entry_id for seal in seals])
        for seal in seals:
            entry = entries.get(seal.entry_id)
            if entry is None:
                return BrokenLink(seal.pk, seal.entry_id, "bản ghi đã bị xóa")
            expected = link(before, entry)
            if seal.hash != expected:
                return BrokenLink(seal.pk, seal.entry_id, "nội dung hoặc thứ tự đã bị thay đổi")
            before = expected
    return None


def link(before: str, entry: AuditEntry) -> str:
    """The hash that ties an entry to everything sealed before it."""
    content = {
        "id": entry.pk,
        "at": entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "object": entry.obj,
        "details": entry.details,
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{canonical}".encode()).hexdigest()


def _batches(seals: Iterable[AuditSeal]) -> Iterable[list[AuditSeal]]:
    iterator = iter(seals)
    while batch := list(itertools.islice(iterator, BATCH)):
        yield batch
