"""A number for every request, in its answer and in each line logged while it is served, so that what a user
reports can be found in the log."""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("request_id", default="-")


@contextmanager
def numbered() -> Iterator[str]:
    """Give the block a number of its own."""
    number = uuid.uuid4().hex
    token = _current.set(number)
    try:
        yield number
    finally:
        _current.reset(token)


class WithRequestId(logging.Filter):
    """Puts the number into log records; a dash outside requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        record.request_id = getattr(request, "request_id", _current.get())
        return True
