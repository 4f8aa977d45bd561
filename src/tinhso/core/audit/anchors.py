"""Anchors: once a day the chain is summed up in one root, which others outside can stamp, receive and confirm.

The anchor itself never changes. A time-stamping authority may be out of reach for a day; its token then comes as a
row of its own, as does whatever an agency says that has received the anchor.
"""

import datetime as dt
import hashlib
import itertools
import logging
from collections.abc import Callable, Iterator, Sequence

from django.conf import settings
from django.db.models import Exists, OuterRef

from tinhso.core.audit import merkle, tokens
from tinhso.core.daily import daily
from tinhso.core.models import AuditAnchor, AuditSeal, AuditWitness

Stamp = Callable[[bytes], bytes]  # from a SHA-256 to a token of RFC 3161 in DER
Kind = AuditWitness.Kind
PATIENCE = dt.timedelta(hours=4)  # after which a missing token is told, once
MOST = 1_000_000  # seals under one anchor: a chain that was never anchored is taken in over some days
PAGE = 2000
logger = logging.getLogger(__name__)


class Unstamped(Exception):
    """The time-stamping authority gave no token, or one that is not for what it was asked."""


@daily("core.audit_anchor")
def anchor_of_the_day(today: dt.date, at: dt.datetime) -> None:
    """The work of the day: without a network, since the worker's transaction is open meanwhile."""
    make_anchor(at=at, today=today)


def make_anchor(*, at: dt.datetime, today: dt.date) -> AuditAnchor | None:
    """Sum up what has been sealed since the anchor before; one anchor a day, the first one stays.

    Args:
        at: aware time.
        today: in Vietnam.

    Returns:
        Today's anchor; None when nothing has been sealed since the one before.
    """
    newest = AuditAnchor.objects.order_by("-last_number").first()
    if newest and newest.day >= today:
        return newest
    first = newest.last_number + 1 if newest else 1
    tree, last, head = merkle.Tree(), 0, ""
    seals = _seals(first, first + MOST - 1)
    while batch := list(itertools.islice(seals, PAGE)):
        tree.extend(one for _number, one in batch)
        last, head = batch[-1]
    if not last:
        return None
    return AuditAnchor.objects.create(
        first_number=first, last_number=last, root=tree.root(), head=head, day=today, made_at=at
    )


def statement(anchor: AuditAnchor) -> str:
    """The seven lines that are stamped and sent: they fix the anchor, and it fixes the chain."""
    lines = ("tinhso audit anchor 1", anchor.day, anchor.first_number, anchor.last_number, anchor.root, anchor.head)
    made_at = anchor.made_at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return "".join(f"{line}\n" for line in (*lines, made_at))


def digest(anchor: AuditAnchor) -> bytes:
    """SHA-256 of the statement, which a token must be for."""
    return hashlib.sha256(statement(anchor).encode()).digest()


def stamp_anchors(*, at: dt.datetime, stamp: Stamp | None = None) -> int:
    """Ask for the tokens that are missing, the oldest anchor's first; the worker does so every minute.

    What fails is asked for again in the next round. An anchor that has no token after four hours is logged as an
    error, once for all workers.

    Args:
        at: aware time.
        stamp: asks an authority and raises `Unstamped`; None for the one of the settings, if they name any.

    Returns:
        How many tokens were given.
    """
    asked = stamp or _configured()
    if asked is None:
        return 0
    waiting = list(AuditAnchor.objects.filter(~_has_token()).order_by("last_number"))
    for given, anchor in enumerate(waiting):
        try:
            token = _token(anchor, asked)
        except Unstamped as failure:
            logger.info("no time stamp for audit anchor %s: %s", anchor.last_number, failure)
            _tell(waiting[given:], at)
            return given
        add_witness(last_number=anchor.pk, kind=Kind.STAMP, by=settings.TSA_URL, at=at, token=token)
    return len(waiting)


def add_witness(
    *,
    last_number: int,
    kind: AuditWitness.Kind,
    by: str,
    at: dt.datetime,
    token: bytes | None = None,
    reference: str = "",
    text: str = "",
) -> AuditWitness:
    """Note what is known of an anchor outside.

    Args:
        last_number: of the anchor.
        kind: a stamp, a sending, or a receipt.
        by: address of the authority, or name of the agency.
        at: aware time.
        token: in DER, with a stamp only.
        reference: key of the document that carried the anchor or its receipt.
        text: what the agency said, word by word.

    Raises:
        IntegrityError: there is no such anchor, or a stamp has no token.
    """
    return AuditWitness.objects.create(
        anchor_id=last_number, kind=kind, by=by, at=at, token=token, reference=reference, text=text
    )


def inclusion_proof(number: int) -> tuple[AuditAnchor, list[str]]:
    """The anchor over a seal, and the hashes that lead from the seal to its root (`merkle.root_of_proof`).

    Raises:
        AuditAnchor.DoesNotExist: no anchor covers the seal yet.
    """
    anchor = AuditAnchor.objects.get(first_number__lte=number, last_number__gte=number)
    hashes = [one for _number, one in _seals(anchor.first_number, anchor.last_number)]
    return anchor, merkle.proof(hashes, number - anchor.first_number)


def _seals(first: int, last: int) -> Iterator[tuple[int, str]]:
    found = AuditSeal.objects.filter(number__gte=first, number__lte=last).order_by("number")
    return found.values_list("number", "hash").iterator(PAGE)


def _has_token() -> Exists:
    return Exists(AuditWitness.objects.filter(anchor=OuterRef("pk"), kind=Kind.STAMP))


def _configured() -> Stamp | None:
    """The authority of the settings; None when they name none."""
    return _ask_authority if settings.TSA_URL else None


def _ask_authority(wanted: bytes) -> bytes:
    from tinhso.signing.timestamps import TimestampClient, TimestampFailed

    try:
        return TimestampClient(settings.TSA_URL).stamp(wanted)
    except TimestampFailed as failure:
        raise Unstamped(str(failure)) from failure


def _token(anchor: AuditAnchor, stamp: Stamp) -> bytes:
    """A token for this anchor and no other: a wrong one, once kept, could never be taken away again.

    Raises:
        Unstamped: there is none.
    """
    token = stamp(digest(anchor))
    if tokens.moment(token, digest(anchor)) is None:
        raise Unstamped("the answer is no time stamp, or one for something else")
    return token


def _tell(waiting: Sequence[AuditAnchor], at: dt.datetime) -> None:
    """Log, and note that it was logged, what has waited too long."""
    late = [anchor for anchor in waiting if at - anchor.made_at >= PATIENCE]
    told = set(AuditWitness.objects.filter(anchor__in=late, kind=Kind.LATE).values_list("anchor_id", flat=True))
    for anchor in late:
        if anchor.pk not in told:
            logger.error("audit anchor %s has no time stamp after %s", anchor.pk, PATIENCE)
            add_witness(last_number=anchor.pk, kind=Kind.LATE, by=settings.TSA_URL, at=at)
