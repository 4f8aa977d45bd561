"""The one write path: an action changes a dossier, or nothing happens at all.

Pages, jobs, batches and callbacks all come through `apply`. In one transaction it appends the event, changes the
projection and what hangs on it, writes the audit entry and the outbox message. The same key sent again answers what it
answered before; with another request it is refused.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from tinhso.core import audit, outbox, sealed
from tinhso.core.prepared import insert
from tinhso.public_services.dossiers.choices import Action
from tinhso.public_services.dossiers.models import Dossier, DossierEvent
from tinhso.public_services.dossiers.rules import chain, machine
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.dossiers.services import effects
from tinhso.public_services.dossiers.services.changes import SYSTEM, Actor, Change
from tinhso.public_services.dossiers.services.refusals import KeyReused, NotAllowed, StaleDossier

TOPIC = "public_services.dossier_event"


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done; `is_replay` when it had been done before under the same key."""

    event: DossierEvent
    is_replay: bool = False


@transaction.atomic
def apply(
    *,
    dossier_id: int,
    action: str,
    actor: Actor,
    key: str,
    at: dt.datetime,
    request: Mapping[str, Any] | None = None,
    expected: int | None = None,
) -> Applied:
    """Do something to a dossier.

    Args:
        action: of `choices.Action`.
        key: idempotency key, unique per actor; a page makes one when it is shown.
        request: what the action needs (`effects`).
        expected: revision that the actor has seen; None where nobody looked.

    Raises:
        Dossier.DoesNotExist: no such dossier.
        NotAllowed: state, relation or a guard stands against it.
        StaleDossier: it was changed since.
        KeyReused: the key came with another request before.
        ReasonMissing, Unfinished: the request lacks something.
    """
    wanted = request or {}
    digest = chain.request_digest(action, wanted)
    dossier = Dossier.objects.select_for_update(of=("self",), no_key=True).get(pk=dossier_id)
    before = prior(actor, key, digest)
    if before:
        return before
    if expected is not None and expected != dossier.revision:
        raise _stale(dossier)
    applied = _apply_locked(dossier, action, actor, key, at, wanted, digest)
    follow_up(dossier, applied.event, at=at)
    return applied


def follow_up(dossier: Dossier, event: DossierEvent, *, at: dt.datetime) -> None:
    """What the system does at once after an event, in the same transaction."""
    for action, request in effects.follow_ups(dossier, event.kind):
        digest = chain.request_digest(action, request)
        _apply_locked(dossier, action, SYSTEM, f"{event.pk}:{action}", at, request, digest)


def prior(actor: Actor, key: str, digest: str) -> Applied | None:
    """What was done before under the same key.

    Raises:
        KeyReused: it was another request.
    """
    event = DossierEvent.objects.filter(actor=actor.name, idempotency_key=key).first()
    if event is None:
        return None
    if event.request_digest != digest:
        raise KeyReused
    return Applied(event, is_replay=True)


def _apply_locked(
    dossier: Dossier,
    action: str,
    actor: Actor,
    key: str,
    at: dt.datetime,
    request: Mapping[str, Any],
    digest: str,
) -> Applied:
    snapshot = standing.snapshot(dossier, at=at, lawful_again=bool(request.get("lawful_reason")))
    try:
        move = machine.step(snapshot, action, actor.relations, named=str(request.get("state", "")))
    except machine.Refused as refusal:
        raise NotAllowed(refusal.kind) from None
    change = Change(
        dossier=dossier,
        bundle=standing.bundle_of(dossier),
        action=action,
        actor=actor,
        at=at,
        request=request,
        snapshot=snapshot,
        move=move,
        seq=dossier.revision + 1,
    )
    effects.carry_out(change)
    return Applied(append(change, key, digest))


def append(change: Change, key: str, digest: str) -> DossierEvent:
    """Append the event of a change and save the projection, the audit entry and the outbox message with it."""
    dossier = change.dossier
    from_state = change.snapshot.state or ""
    secret = sealed.seal_values(change.secret)
    link = chain.Link(
        dossier.number, change.seq, change.action, change.at, change.actor.name, change.actor.on_behalf_of,
        from_state, dossier.state, change.payload, secret,
    )  # fmt: skip
    dossier.last_digest = chain.digest(link, dossier.last_digest)
    dossier.revision = change.seq
    if dossier.pk is None:
        insert(dossier)
    else:
        dossier.save()
    event = DossierEvent(
        dossier=dossier,
        seq=change.seq,
        kind=change.action,
        at=change.at,
        actor=change.actor.name,
        on_behalf_of=change.actor.on_behalf_of,
        from_state=from_state,
        to_state=dossier.state,
        payload=change.payload,
        sealed=secret,
        idempotency_key=key,
        request_digest=digest,
        digest=dossier.last_digest,
    )
    insert(event)
    details = {"seq": change.seq, "state": dossier.state, "digest": dossier.last_digest}
    audit.record(
        actor=change.actor.name,
        action=f"public_services.dossier_{change.action}",
        obj=f"dossier:{dossier.number}",
        details=details,
        at=change.at,
    )
    outbox.publish(topic=TOPIC, payload={"dossier": dossier.pk, "seq": change.seq, "kind": change.action}, at=change.at)
    return event


def _stale(dossier: Dossier) -> StaleDossier:
    last = dossier.events.order_by("-seq").first()
    return StaleDossier(str(Action(last.kind).label) if last else "", last.actor if last else "")
