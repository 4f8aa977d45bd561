"""Proving that every dossier is what its events say, and that no event was changed."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from tinhso.public_services.dossiers.models import Dossier, DossierEvent
from tinhso.public_services.dossiers.rules import chain, machine
from tinhso.public_services.publishing.rules import history
from tinhso.public_services.publishing.rules.history import Folded, Told

CHUNK = 500
FOLDED = tuple(field.name for field in fields(Folded))


@dataclass(frozen=True, slots=True)
class Broken:
    """A dossier that is not what its events say.

    Attributes:
        what: column of the dossier, `chain` where an event does not fit its digest, `events` where they cannot be.
        event: number of the event; None where it is not one of them.
    """

    number: str
    what: str
    event: int | None = None


def check_dossiers() -> Iterator[Broken | None]:
    """What is wrong with each dossier, in order of their keys; None for one that is right."""
    held: list[Dossier] = []
    names = ("number", "revision", "last_digest", *FOLDED)
    for dossier in Dossier.objects.only(*names).order_by("pk").iterator(chunk_size=CHUNK):
        held.append(dossier)
        if len(held) == CHUNK:
            yield from _of_some(held)
            held = []
    yield from _of_some(held)


def _of_some(dossiers: Sequence[Dossier]) -> Iterator[Broken | None]:
    events: dict[int, list[DossierEvent]] = defaultdict(list)
    for event in DossierEvent.objects.filter(dossier__in=[d.pk for d in dossiers]).order_by("dossier", "seq"):
        events[event.dossier_id].append(event)
    for dossier in dossiers:
        yield _of(dossier, events[dossier.pk])


def _of(dossier: Dossier, events: Sequence[DossierEvent]) -> Broken | None:
    seq = chain.broken((_link(dossier, event), event.digest) for event in events)
    if seq is not None:
        return Broken(dossier.number, "chain", seq)
    if not events or (events[-1].seq, events[-1].digest) != (dossier.revision, dossier.last_digest):
        return Broken(dossier.number, "revision")
    try:
        folded = history.fold(Told(e.kind, e.to_state, e.at.isoformat(), e.payload) for e in events)
    except machine.Refused:
        return Broken(dossier.number, "events")
    wrong = next((name for name in FOLDED if not _same(getattr(dossier, name), getattr(folded, name))), None)
    return None if wrong is None else Broken(dossier.number, wrong)


def _link(dossier: Dossier, event: DossierEvent) -> chain.Link:
    return chain.Link(
        dossier.number, event.seq, event.kind, event.at, event.actor, event.on_behalf_of,
        event.from_state, event.to_state, event.payload, event.sealed,
    )  # fmt: skip


def _same(projected: object, folded: object) -> bool:
    """Whether a column says what the events say; moments may be written in another zone."""
    if isinstance(projected, dt.datetime) and isinstance(folded, str):
        return projected == dt.datetime.fromisoformat(folded)
    return projected == folded
