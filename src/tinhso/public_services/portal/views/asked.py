"""Whose pages these are, and what every one of them shares."""

import uuid
from typing import Any
from uuid import UUID

from django.core.paginator import Page
from django.http import Http404

from tinhso.accounts.api import CitizenRequest
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.selectors import own


def dossier_or_404(request: CitizenRequest, key: UUID) -> Dossier:
    """One of the citizen's own dossiers; somebody else's looks as if it did not exist."""
    try:
        return own.dossier(request.user, key)
    except Dossier.DoesNotExist:
        raise Http404 from None


def fresh_key() -> str:
    """An idempotency key, made when a page is shown."""
    return uuid.uuid4().hex


def sent_key(request: CitizenRequest) -> str:
    """The key that a page was sent with; a new one where a page sent none."""
    return request.POST.get("key", "")[:64] or fresh_key()


def sent_revision(request: CitizenRequest) -> int:
    """The revision of the dossier that the sender has seen; one that nobody has seen where none was sent."""
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def pages(page: "Page[Any]") -> dict[str, Any]:
    """What the component for pages shows."""
    return {
        "number": page.number,
        "last": page.paginator.num_pages,
        "previous": f"?page={page.number - 1}" if page.has_previous() else "",
        "next": f"?page={page.number + 1}" if page.has_next() else "",
    }
