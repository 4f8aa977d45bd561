"""News from one module to those above it: written with the change, delivered afterwards, at least once.

Handlers stand in the `jobs.py` of the upper module and are short: long work becomes a job. Each handler of a
message runs in a transaction of its own, together with the record that it has run, so a message that comes
twice changes nothing twice, and a handler that fails does not keep the others waiting. A failed attempt is
repeated with growing pauses; after the last one the message stays, with its error, for a person to look at.
"""

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from django.db import transaction

from tinhso.core.models import OutboxMessage
from tinhso.core.prepared import insert

Handler = Callable[[dict[str, Any]], None]
ATTEMPTS = 14  # over almost two days: a mail server may be down for a night
FIRST_PAUSE = dt.timedelta(seconds=10)
logger = logging.getLogger(__name__)
_handlers: dict[str, dict[str, Handler]] = {}


def handles(topic: str) -> Callable[[Handler], Handler]:
    """Register a function for a topic; its module and name are how deliveries know it again."""

    def register(handler: Handler) -> Handler:
        _handlers.setdefault(topic, {})[f"{handler.__module__}.{handler.__qualname__}"] = handler
        return handler

    return register


def publish(*, topic: str, payload: dict[str, Any], at: dt.datetime) -> OutboxMessage:
    """Write one message in the caller's transaction; it leaves only if that commits.

    Args:
        topic: module and event, such as `datasets.changed`.
        payload: keys of what it is about, as JSON values; never personal data.
        at: aware time of the change.
    """
    return insert(OutboxMessage(topic=topic, payload=payload, created_at=at, next_attempt_at=at))


def sweep(*, at: dt.datetime, limit: int = 100) -> int:
    """Deliver what is due.

    Returns:
        How many messages were delivered to all their handlers.
    """
    due = OutboxMessage.objects.filter(delivered_at__isnull=True, next_attempt_at__lte=at)
    keys = list(due.order_by("pk").values_list("pk", flat=True)[:limit])
    return sum(_deliver(key, at) for key in keys)


def given_up() -> list[OutboxMessage]:
    """Messages that could not be delivered and wait for a person, oldest first."""
    return list(OutboxMessage.objects.filter(delivered_at__isnull=True, next_attempt_at__isnull=True).order_by("pk"))


def _deliver(key: int, at: dt.datetime) -> bool:
    message = _claim(key, at)
    if message is None:
        return False
    handlers = _handlers.get(message.topic, {})
    errors = [_hand_over(message, name, handler, at) for name, handler in handlers.items()]
    first = next((error for error in errors if error), None)
    if first is not None:
        _keep(message, first)
        return False
    OutboxMessage.objects.filter(pk=key).update(delivered_at=at, last_error="")
    return True


@transaction.atomic
def _claim(key: int, at: dt.datetime) -> OutboxMessage | None:
    """Take a message for one attempt, counted beforehand, so that a message which kills its worker is not the
    first to be tried for ever."""
    due = OutboxMessage.objects.filter(pk=key, delivered_at__isnull=True, next_attempt_at__lte=at)
    message = due.select_for_update(skip_locked=True).first()
    if message is None:
        return None
    if message.attempts >= ATTEMPTS:
        _keep(message, "the worker ended during the last attempt")
        return None
    message.attempts += 1
    message.next_attempt_at = at + FIRST_PAUSE * 2 ** (message.attempts - 1)
    message.save(update_fields=["attempts", "next_attempt_at"])
    return message


def _hand_over(message: OutboxMessage, name: str, handler: Handler, at: dt.datetime) -> str:
    """Run one handler unless it has run; its error, or nothing."""
    try:
        with transaction.atomic():
            _delivery, is_new = message.deliveries.get_or_create(handler=name, defaults={"delivered_at": at})
            if is_new:
                handler(message.payload)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises, the message must be tried again
        logger.warning("outbox message %s (%s): %s failed", message.pk, message.topic, name)
        first_line = str(error).partition("\n")[0]  # further lines of database errors hold values
        return f"{name}: {type(error).__name__}: {first_line}"
    return ""


def _keep(message: OutboxMessage, error: str) -> None:
    """Note why a message could not be delivered; after the last attempt nothing is tried any more."""
    message.last_error = error[:300]
    if message.attempts >= ATTEMPTS:
        message.next_attempt_at = None
        logger.error("outbox message %s (%s) is given up", message.pk, message.topic)
    message.save(update_fields=["last_error", "next_attempt_at"])
