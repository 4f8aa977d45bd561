"""The view, its address, and the application that gunicorn serves."""

import itertools
import os
import uuid

from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path

NUMBERS = itertools.count(1)
VALUES = {"channel": "online", "state": "submitted", "desk": "one_stop", "sealed": "x" * 800, "last_digest": "0" * 64}


def insert(request: HttpRequest) -> HttpResponse:
    """Insert a dossier and an event."""
    from tinhso.core import clock
    from tinhso.public_services.models import Dossier, DossierEvent

    number, at = f"bare-{os.getpid()}-{next(NUMBERS)}", clock.now()
    version, agency = int(request.GET["version"]), int(request.GET["agency"])
    with transaction.atomic():
        dossier = Dossier.objects.create(
            number=number,
            look_up=uuid.uuid4().hex * 2,
            version_id=version,
            agency_id=agency,
            agency_code="0",
            submitted_at=at,
            **VALUES,
        )
        DossierEvent.objects.create(
            dossier=dossier,
            seq=1,
            kind="submit",
            at=at,
            actor="bare",
            to_state="submitted",
            idempotency_key=number,
            request_digest="0" * 64,
            digest="0" * 64,
        )
    return HttpResponse(dossier.number, content_type="text/plain")


urlpatterns = [path("", insert)]
application = get_wsgi_application()
