"""News from one module to those above it: written with the change, delivered afterwards, at least once.

Handlers stand in the `jobs.py` of the upper module and are idempotent: a message may come twice, never not
at all. A handler that fails is tried again with growing pauses; after the last try the message stays, named
with its error, for a person to look at. One bad message does not hold up the others.
"""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db import transaction

from tinhso.core.models import OutboxMessage

Handler = Callable[[dict[str, Any]], None]
ATTEMPTS = 8
FIRST_PAUSE = dt.timedelta(seconds=10)
logger = logging.getLogger(__name__)
_handlers: defaultdict[str, list[Handler]] = defaultdict(list)


def handles(topic: str) -> Callable[[Handler], Handler]:
    """Register a function for a topic."""

    def register(handler: Handler) -> Handler:
        if handler not in _handlers[topic]:
            _handlers[topic].append(handler)
        return handler

    return register


def publish(*, topic: str, payload: dict[str, Any], at: dt.datetime) -> OutboxMessage:
    """Write one message in the caller's transaction; it leaves only if that commits."""
    return OutboxMessage.objects.create(topic=topic, payload=payload, created_at=at, next_attempt_at=at)


def sweep(*, at: dt.datetime, limit: int = 100) -> int:
    """Deliver what is due.

    Returns:
        How many messages were delivered.
    """
    due = OutboxMessage.objects.filter(delivered_at__isnull=True, next_attempt_at__lte=at)
    keys = list(due.order_by("pk").values_list("pk", flat=True)[:limit])
    return sum(_deliver(key, at) for key in keys)


def given_up() -> list[OutboxMessage]:
    """Messages that could not be delivered and wait for a person."""
    return list(OutboxMessage.objects.filter(delivered_at__isnull=True, next_attempt_at__isnull=True).order_by("pk"))


def _deliver(key: int, at: dt.datetime) -> bool:
    """Hand one message to its handlers and mark it, in one transaction with what they write."""
    try:
        with transaction.atomic():
            waiting = OutboxMessage.objects.select_for_update().filter(pk=key, delivered_at__isnull=True)
            message = waiting.first()
            if message is None:
                return False
            for handler in _handlers[message.topic]:
                handler(message.payload)
            message.delivered_at, message.attempts = at, message.attempts + 1
            message.save(update_fields=["delivered_at", "attempts"])
    except Exception as error:  # noqa: BLE001 - whatever a handler raises, the message must be tried again
        _postpone(key, at, error)
        return False
    return True


def _postpone(key: int, at: dt.datetime, error: Exception) -> None:
    message = OutboxMessage.objects.get(pk=key)
    message.attempts += 1
    message.last_error = f"{type(error).__name__}: {error}"[:300]
    pause = FIRST_PAUSE * 2 ** (message.attempts - 1)
    message.next_attempt_at = at + pause if message.attempts < ATTEMPTS else None
    message.save(update_fields=["attempts", "last_error", "next_attempt_at"])
    logger.warning("outbox message %s (%s) failed, attempt %s", key, message.topic, message.attempts)
