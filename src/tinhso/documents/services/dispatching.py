"""Sending what waits, for ever: the same bytes each time, with growing pauses, until taken or stopped by a person.

A round takes some packets under a lease, hands them over, and writes down what came of it. A worker that is killed at
any point leaves its packets to the next once the lease ends; what was taken already is answered with the same receipt.
"""

import datetime as dt
import logging
import random
from dataclasses import dataclass

from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet

from tinhso.core import audit, outbox, sealed
from tinhso.core.prepared import update
from tinhso.documents.models import Attempt, Dispatch, Partner
from tinhso.documents.plugins import NotSent, Outgoing, Way, channel
from tinhso.documents.rules import retry
from tinhso.documents.rules.retry import Error
from tinhso.documents.selectors import agencies
from tinhso.documents.services import inbox, receipts

AT_ONCE = 20  # packets of one lease
LEASE = dt.timedelta(minutes=2)
LATE = "documents.late"
UNREACHABLE = "unreachable"
_chance = random.SystemRandom()
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Tried:
    dispatch: Dispatch
    receipt: str = ""
    code: str = ""
    error: str = ""


def run(*, at: dt.datetime, most: int = AT_ONCE) -> int:
    """One round: what is due is sent.

    Returns:
        How many packets were handed over.
    """
    if not _due(at).exists():  # so that a worker with nothing to send holds no lock
        return 0
    tried = _tried(_lease(at, most), at)
    if tried:
        _settle(tried, at)
    return sum(not each.code for each in tried)


def _tried(taken: list[Dispatch], at: dt.datetime) -> list[_Tried]:
    """What came of each packet; a partner that did not answer is asked once in a round, so that nobody waits for it."""
    silent: dict[int, _Tried] = {}
    found = []
    for dispatch in taken:
        partner = dispatch.recipient.partner_id
        before = silent.get(partner) if partner else None
        one = _Tried(dispatch, code=before.code, error=before.error) if before else _try(dispatch, at)
        if partner and one.code == UNREACHABLE:
            silent[partner] = one
        found.append(one)
    return found


@transaction.atomic
def resume(*, dispatch_id: int, actor: str, at: dt.datetime) -> None:
    """A person has what was parked tried again."""
    Dispatch.objects.filter(pk=dispatch_id, done_at__isnull=True).update(
        parked_at=None, stopped_at=None, told_at=None, next_at=at
    )
    audit.record(actor=actor, action="documents.dispatch_resumed", obj=f"dispatch:{dispatch_id}", details={}, at=at)


@transaction.atomic
def stop(*, dispatch_id: int, actor: str, at: dt.datetime) -> None:
    """A person gives a packet up; nothing else ever does."""
    Dispatch.objects.filter(pk=dispatch_id, done_at__isnull=True).update(stopped_at=at, next_at=None)
    audit.record(actor=actor, action="documents.dispatch_stopped", obj=f"dispatch:{dispatch_id}", details={}, at=at)


def waiting() -> Q:
    """What is still to reach its recipient and is being tried."""
    return Q(done_at__isnull=True, parked_at__isnull=True, stopped_at__isnull=True)


def _due(at: dt.datetime) -> QuerySet[Dispatch]:
    """What is to be sent now, but for partners that are parked or out of use."""
    parked = ~Q(recipient__partner__parked_reason="") & Q(recipient__partner__isnull=False)
    return Dispatch.objects.filter(waiting(), next_at__lte=at).exclude(Q(recipient__partner__is_active=False) | parked)


@transaction.atomic
def _lease(at: dt.datetime, most: int) -> list[Dispatch]:
    """Take what is due, oldest first, leaving partners that are parked alone; nobody else takes it until the lease ends."""
    found = list(_due(at).select_for_update(of=("self",), skip_locked=True).order_by("next_at", "pk")[:most])
    if not found:
        return []
    Dispatch.objects.filter(pk__in=[each.pk for each in found]).update(next_at=at + LEASE)
    keys = [each.pk for each in found]
    whole = Dispatch.objects.select_related("packet", "recipient__partner", "sender", "delivery__recipient")
    return list(whole.filter(pk__in=keys).order_by("pk"))


def _try(dispatch: Dispatch, at: dt.datetime) -> _Tried:
    """Hand one packet over; whatever goes wrong with it is written down with it and keeps no other from leaving."""
    try:
        return _Tried(dispatch, _handed_over(dispatch, at))
    except (inbox.NotTaken, NotSent) as problem:
        return _Tried(dispatch, code=problem.code, error=problem.text)
    except agencies.NoCode as problem:
        return _Tried(dispatch, code="18", error=str(problem))
    except OperationalError:  # the database cannot be reached, which is the worker's affair
        raise
    except Exception as problem:
        logger.exception("dispatch %s failed in a way that nobody has foreseen", dispatch.pk)
        return _Tried(dispatch, code="unintelligible", error=type(problem).__name__)


def _handed_over(dispatch: Dispatch, at: dt.datetime) -> str:
    """The receipt for a packet that was taken; empty where the way gives none."""
    partner = dispatch.recipient.partner
    content = bytes(dispatch.packet.content)
    recipient = agencies.code_of(dispatch.recipient, at.date())
    message_id = str(dispatch.packet.message_id)
    if partner is None:
        return inbox.receive(
            message_id=message_id, recipient_code=recipient, content=content, partner=None, at=at
        ).receipt
    outgoing = Outgoing(
        message_id=message_id,
        kind=dispatch.packet.kind,
        sender=agencies.code_of(dispatch.sender, at.date()),
        recipient=recipient,
        content=content,
        sha256=dispatch.packet.sha256,
    )
    return channel(partner.channel).send(outgoing, way(partner))


@transaction.atomic
def _settle(tried: list[_Tried], at: dt.datetime) -> None:
    for each in sorted(tried, key=_document_of):  # documents in one order, so that no two workers wait for each other
        if each.code:
            _failed(each, at)
        else:
            _done(each, at)


def _document_of(tried: _Tried) -> tuple[int, int]:
    delivery = tried.dispatch.delivery
    return (delivery.document_id if delivery else 0), tried.dispatch.pk


def _done(tried: _Tried, at: dt.datetime) -> None:
    dispatch = tried.dispatch
    dispatch.tries, dispatch.done_at, dispatch.next_at, dispatch.last_error = dispatch.tries + 1, at, None, ""
    update(dispatch, "tries", "done_at", "next_at", "last_error")
    receipts.of_arrival(dispatch, tried.receipt, at)


def _failed(tried: _Tried, at: dt.datetime) -> None:
    """Write a try down, and when the next is: never is nothing planned without a person being told."""
    dispatch, meaning = tried.dispatch, retry.meaning(tried.code)
    dispatch.tries += 1
    dispatch.last_code, dispatch.last_error = tried.code[:30], tried.error[:300]
    dispatch.next_at = at + retry.pause(dispatch.tries, _chance.random())
    if meaning == Error.PERMANENT:
        dispatch.parked_at = at
    partner = dispatch.recipient.partner
    if meaning == Error.PARTNER and partner is not None:
        Partner.objects.filter(pk=partner.pk, parked_reason="").update(parked_reason=tried.error[:300] or tried.code)
    Attempt.objects.create(dispatch=dispatch, at=at, code=tried.code[:30], error=tried.error[:300])
    late = meaning != Error.TEMPORARY or at - dispatch.made_at > retry.TELL_AFTER
    if late and dispatch.told_at is None:
        dispatch.told_at = at
        outbox.publish(topic=LATE, payload={"dispatch": dispatch.pk}, at=at)
    dispatch.save(update_fields=["tries", "last_code", "last_error", "next_at", "parked_at", "told_at"])


def way(partner: Partner) -> Way:
    """A partner as channels need it."""
    return Way(
        key=partner.pk,
        name=partner.name,
        address=partner.address,
        certificate=partner.certificate,
        account=partner.account,
        secret=sealed.opened(partner.sealed_secret) if partner.sealed_secret else "",
    )
