"""Whose pages these are, and what every one of them shares."""

import uuid
from uuid import UUID

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
