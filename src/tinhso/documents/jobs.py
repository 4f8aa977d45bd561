"""What happens to documents without anybody waiting for it: sending, opening, checking again, publishing, reminding."""

import datetime as dt
import logging
from typing import Any

from django.db import OperationalError
from django_tasks import task

from tinhso.core import clock
from tinhso.core.daily import daily
from tinhso.core.outbox import handles
from tinhso.core.rounds import each_round
from tinhso.documents.services.dispatching import LATE
from tinhso.documents.services.steps import CHANGED

logger = logging.getLogger(__name__)
APART = dt.timedelta(minutes=10)  # publications, however much is done


@each_round("documents.exchange")
def exchange(at: dt.datetime) -> int:
    """Send what is due, ask gateways now and then, open what has come."""
    from tinhso.documents.services import collecting, dispatching, unpacking

    done = dispatching.run(at=at) + collecting.run(at=at)
    return done + sum(_unpacked(key, at) for key in unpacking.waiting())


def _unpacked(key: int, at: dt.datetime) -> int:
    """Open one packet; one that cannot be opened keeps no other closed, and is tried again."""
    from tinhso.documents.services import unpacking

    try:
        return int(unpacking.unpack(inbound_id=key, at=at))
    except OperationalError:  # the database cannot be reached, which is the worker's affair
        raise
    except Exception:
        logger.exception("packet %s cannot be opened", key)
        return 0


@task()
def check_again() -> None:
    """Make checks again that lacked grounds."""
    from tinhso.documents.services import checks

    checks.retry(at=clock.now())


@each_round("documents.checks", apart=dt.timedelta(minutes=1))
def have_checked(at: dt.datetime) -> int:
    """Have checks that lack grounds made again in the background: authorities may be slow."""
    from tinhso.core import jobs
    from tinhso.documents.selectors import waiting

    if waiting.checks_due(at):
        jobs.enqueue_once(check_again)
    return 0


@task()
def raise_levels() -> None:
    """Add time stamps and proofs to issued files."""
    from tinhso.documents.services import raising

    raising.raise_waiting(at=clock.now())


@each_round("documents.levels", apart=dt.timedelta(minutes=10))
def have_raised(at: dt.datetime) -> int:
    """Have issued files raised in the background: the authority may be slow, or down."""
    from tinhso.core import jobs
    from tinhso.documents.services import raising

    if raising.is_any(at):
        jobs.enqueue_once(raise_levels)
    return 0


@task()
def publish_rows() -> None:
    """Bring what was not published yet into the lake; harmless when there is nothing."""
    from tinhso.documents.services import publication

    publication.publish(at=clock.now())


def have_published() -> None:
    """Have news published: at once, or a while after the last time, since every publication is a batch."""
    from tinhso.core import jobs
    from tinhso.documents.services import publication

    last = publication.published_at()
    jobs.enqueue_once(publish_rows, not_before=last + APART if last and last + APART > clock.now() else None)


@handles(CHANGED)
def document_changed(payload: dict[str, Any]) -> None:
    """The dataset follows what is issued, sent and recalled."""
    if payload["what"] in ("seal", "send", "receipt", "recall", "replace", "update", "checked"):
        have_published()


@handles(CHANGED)
def witness_answered(payload: dict[str, Any]) -> None:
    """What the witness of the audit's head says is noted with it."""
    from tinhso.documents.services import witness

    if payload["what"] == "receipt":
        witness.note_receipts(payload["document"], at=clock.now())


@handles(LATE)
def packet_is_late(payload: dict[str, Any]) -> None:
    """Registrars hear by e-mail of what does not get through."""
    from tinhso.documents.services import letters

    letters.send_of_late(dispatch_id=payload["dispatch"])


@daily("documents.publication")
def publish_daily(_today: dt.date, _at: dt.datetime) -> None:
    """What a failed publication left is brought the next day at the latest."""
    from tinhso.core import jobs
    from tinhso.documents.services import publication

    if publication.is_anything_waiting() or jobs.has_failed(publish_rows):
        have_published()


@daily("documents.audit_root")
def send_audit_root(today: dt.date, at: dt.datetime) -> None:
    """The head of the audit trail goes to a partner agency as a document, whose signed receipt is the witness."""
    from tinhso.documents.services import witness

    witness.send_root(today=today, at=at)
