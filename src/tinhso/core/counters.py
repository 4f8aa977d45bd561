"""Numbers without gaps and without twins: the counter's row is held until the transaction that uses it ends."""

import contextlib

from django.db import IntegrityError, transaction

from tinhso.core.models import Counter


def next_number(name: str) -> int:
    """The next number of a series, from 1, in the caller's transaction; one that is rolled back gives its number back.

    Args:
        name: of the series, such as `plans.task`.
    """
    counter = Counter.objects.select_for_update().filter(name=name).first() or _begun(name)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def _begun(name: str) -> Counter:
    """A series' first use; whoever comes second at the same moment finds the row of the first."""
    with contextlib.suppress(IntegrityError), transaction.atomic():
        Counter.objects.create(name=name, last=0)
    return Counter.objects.select_for_update().get(name=name)
