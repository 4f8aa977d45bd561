"""E-mail, sent by handlers of the outbox only, so that a mail server that is down loses nothing: the outbox tries again."""

from collections.abc import Collection

from django.conf import settings
from django.core.mail import EmailMessage


def is_set_up() -> bool:
    """Whether there is a mail server (`TINHSO_EMAIL_URL`); without one people find their news on pages only."""
    return bool(settings.EMAIL_IS_SET_UP)


def send(*, to: Collection[str], subject: str, text: str) -> int:
    """Send one message to several people, none of whom sees the others.

    Args:
        to: addresses; empty ones are left out.
        subject: one line.
        text: plain text.

    Returns:
        To how many people it went; 0 without a mail server.

    Raises:
        OSError: the mail server cannot be reached or refuses.
    """
    people = sorted({address for address in to if address})
    if not people or not is_set_up():
        return 0
    EmailMessage(" ".join(subject.split()), text, bcc=people).send()
    return len(people)


def address_of(path: str) -> str:
    """A page's whole address, as a message names it.

    Args:
        path: of the page, from `/`.
    """
    return f"{settings.SITE_URL.rstrip('/')}{path}"
