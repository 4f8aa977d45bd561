"""Asking gateways and folders for what waits there for us."""

import datetime as dt
import logging

from django.db.models import Q

from tinhso.documents.choices import ChannelKind
from tinhso.documents.models import Partner
from tinhso.documents.plugins import Incoming, NotSent, channel
from tinhso.documents.services import inbox
from tinhso.documents.services.dispatching import way

APART = dt.timedelta(seconds=20)
AT_ONCE = 50
logger = logging.getLogger(__name__)


def run(*, at: dt.datetime) -> int:
    """Ask every partner who does not bring packets by itself, now and then.

    Returns:
        How many packets were taken or refused.
    """
    asked = Partner.objects.filter(is_active=True, parked_reason="").exclude(channel=ChannelKind.DIRECT)
    due = asked.filter(Q(asked_at__isnull=True) | Q(asked_at__lte=at - APART))
    return sum(_ask(partner, at) for partner in due if _is_mine(partner, at))


def _is_mine(partner: Partner, at: dt.datetime) -> bool:
    """Whether this worker asks now; of two at once one does."""
    same = Partner.objects.filter(pk=partner.pk, asked_at=partner.asked_at)
    return bool(same.update(asked_at=at))


def _ask(partner: Partner, at: dt.datetime) -> int:
    there, through = way(partner), channel(partner.channel)
    done = 0
    try:
        for incoming in through.collect(there, most=AT_ONCE):
            receipt, refusal = _taken(incoming, partner, at)
            through.acknowledge(incoming, there, receipt=receipt, refusal=refusal, at=at)
            done += 1
    except NotSent as problem:
        logger.warning("partner %s does not give its packets (%s)", partner.pk, problem.code)
    return done


def _taken(incoming: Incoming, partner: Partner, at: dt.datetime) -> tuple[str, str]:
    """The receipt of a packet, or why it is refused."""
    try:
        taken = inbox.receive(
            message_id=incoming.message_id,
            recipient_code=incoming.recipient,
            content=incoming.content,
            partner=partner,
            at=at,
        )
    except inbox.NotTaken as refusal:
        return "", f"{refusal.code}: {refusal.text}"
    return taken.receipt, ""
