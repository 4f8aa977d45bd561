"""Files of dossiers and prescribed papers, for officials. Whoever looks is noted."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.core import clock, evidence, media
from tinhso.core.errors import RuleViolation, UnknownName
from tinhso.public_services.desk.presenters.dossier import blocked
from tinhso.public_services.desk.views.guard import DeskRequest, desk_required, opened_or_404
from tinhso.public_services.dossiers.models import Attachment, Dossier, ResultDocument
from tinhso.public_services.dossiers.presenters import prescribed
from tinhso.public_services.dossiers.services.looks import note_look


@require_safe
@desk_required
def attachment(request: DeskRequest, key: UUID) -> HttpResponse:
    """A file that was sent, as a download; one that waits for the virus scanner or is infected is not given out."""
    row = Attachment.objects.select_related("dossier", "file").filter(key=key).first()
    if row is None:
        raise Http404
    opened = opened_or_404(request, row.dossier.key)
    reason = blocked(row.scan)
    if reason:
        messages.error(request, reason)
        return redirect("public_services:desk_dossier", row.dossier.key)
    names = {paper.code: paper.name for paper in opened.bundle.papers}
    _note(request, row.dossier, names.get(row.paper, row.paper))
    return evidence.download(file=row.file, name=row.name, media_type=row.file.media_type)


@require_safe
@desk_required
def result(request: DeskRequest, key: UUID) -> HttpResponse:
    """A result, as a download."""
    row = ResultDocument.objects.select_related("dossier", "file").filter(key=key).first()
    if row is None:
        raise Http404
    opened_or_404(request, row.dossier.key)
    _note(request, row.dossier, row.name)
    return evidence.download(file=row.file, name=row.file.name, media_type=row.file.media_type)


@require_safe
@desk_required
def paper(request: DeskRequest, key: UUID, form: str) -> HttpResponse:
    """A prescribed paper as PDF; `?seq=` names the event, otherwise it is the last one that has such a paper."""
    opened = opened_or_404(request, key)
    lines = [line for line in prescribed.papers_of(opened.events) if line.form.kind == form]
    wanted = request.GET.get("seq", "")
    chosen = [line for line in lines if not wanted or str(line.event.seq) == wanted]
    if not chosen:
        raise Http404
    try:
        made = prescribed.make(opened.dossier, chosen[-1].event, form)
    except UnknownName:
        raise Http404 from None
    except RuleViolation as refusal:
        messages.error(request, str(refusal))
        return redirect("public_services:desk_dossier", key)
    _note(request, opened.dossier, chosen[-1].form.title)
    return pdf_answer(made, f"{opened.dossier.number}-{form}.pdf")


def pdf_answer(made: bytes, name: str) -> HttpResponse:
    """A PDF as a download."""
    answer = HttpResponse(made, content_type=media.PDF)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Security-Policy"] = "sandbox"
    return answer


def _note(request: DeskRequest, dossier: Dossier, name: str) -> None:
    what = _("tệp: %(name)s") % {"name": name}
    note_look(dossier=dossier, user=request.user, what=what, at=clock.now(), on=request.reader.today)
