"""Files that a citizen may have: own attachments, results, prescribed papers."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_safe

from tinhso.accounts.api import CitizenRequest, citizen_required
from tinhso.core import clock, evidence, media
from tinhso.core.errors import UnknownName
from tinhso.public_services.dossiers.models import Attachment, ResultDocument
from tinhso.public_services.dossiers.presenters import prescribed
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.portal.presenters import dossier as presenters
from tinhso.public_services.portal.presenters import history
from tinhso.public_services.portal.selectors import dossiers as selectors
from tinhso.public_services.portal.services import results
from tinhso.public_services.portal.views.asked import dossier_or_404


@require_safe
@citizen_required
def attachment(request: CitizenRequest, key: UUID) -> HttpResponse:
    """A file that was handed in."""
    try:
        found = selectors.attachment(request.user, key)
    except Attachment.DoesNotExist:
        raise Http404 from None
    return evidence.download(file=found.file, name=found.name, media_type=found.file.media_type)


@require_GET
@citizen_required
def result_file(request: CitizenRequest, key: UUID) -> HttpResponse:
    """A result; opening it delivers it. One that waits for money leads to where it is paid."""
    try:
        found = selectors.result(request.user, key)
    except ResultDocument.DoesNotExist:
        raise Http404 from None
    unpaid = standing.unpaid_on_delivery_vnd(found.dossier)
    if unpaid:
        messages.info(request, presenters.waits_for_fee(unpaid))
        return redirect("public_services:pay", found.dossier.key)
    answer = evidence.download(file=found.file, name=_name(found), media_type=found.file.media_type)
    results.note_opened(user=request.user, result=found, at=clock.now())
    return answer


@require_safe
@citizen_required
def my_paper(request: CitizenRequest, key: UUID, seq: int, kind: str) -> HttpResponse:
    """A prescribed paper that was issued to the applicant: receipt, request for a supplement, refusal, apology."""
    found = dossier_or_404(request, key)
    event = get_object_or_404(found.events, seq=seq)
    if kind not in history.PAPERS:
        raise Http404
    try:
        content = prescribed.make(found, event, kind)
    except UnknownName:
        raise Http404 from None
    answer = HttpResponse(content, content_type=media.PDF)
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.number}_{kind}.pdf"'
    answer.headers["Content-Security-Policy"] = "sandbox"
    return answer


def _name(found: ResultDocument) -> str:
    """By the result's number, which is no personal datum."""
    return found.number.replace("/", "-").replace("\\", "-") + ".pdf"
