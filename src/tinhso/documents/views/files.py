"""Files of documents, given out after the check of scope and noted in the audit; and the draft as it will be laid out."""

from django.http import Http404, HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import audit, clock
from tinhso.core.evidence import download
from tinhso.core.papers import pdf as papers
from tinhso.documents.choices import Direction
from tinhso.documents.models import Document, Inbound
from tinhso.documents.presenters import document as presenters
from tinhso.documents.rules import life
from tinhso.documents.services import papers as layout
from tinhso.documents.views import asked


@require_safe
@action_required(Action.READ_DOCUMENTS)
def version(request: SignedInRequest, key: int, number: int) -> HttpResponse:
    """A version of a document's file."""
    document = _readable(request, key)
    found = document.versions.select_related("file").filter(number=number).first()
    if found is None:
        raise Http404
    _note(request, document, f"version {number}")
    return download(file=found.file, name=found.name, media_type=found.media_type)


@require_safe
@action_required(Action.READ_DOCUMENTS)
def attachment(request: SignedInRequest, key: int, position: int) -> HttpResponse:
    """A file beside a document's text."""
    document = _readable(request, key)
    found = document.attachments.select_related("file").filter(position=position).first()
    if found is None:
        raise Http404
    _note(request, document, f"attachment {position}")
    return download(file=found.file, name=found.name, media_type=found.media_type)


@require_safe
@action_required(Action.READ_DOCUMENTS)
def packet(request: SignedInRequest, key: int) -> HttpResponse:
    """The edXML as it came, byte for byte, with the sender's signature: the proof of what was received."""
    document = _readable(request, key)
    found = Inbound.objects.filter(document=document, content__isnull=False).order_by("pk").first()
    if found is None or found.content is None:
        raise Http404
    _note(request, document, "packet")
    answer = HttpResponse(bytes(found.content), content_type="application/edxml+xml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.message_id}.edxml"'
    answer.headers["Content-Security-Policy"] = "sandbox"
    return answer


@require_safe
@action_required(Action.READ_DOCUMENTS)
@xframe_options_sameorigin
def preview(request: SignedInRequest, key: int) -> HttpResponse:
    """The draft as a PDF, laid out as it will be signed; shown by the browser."""
    document = _readable(request, key)
    if not presenters.has_preview(document):
        raise Http404
    made = papers.from_html(layout.preview(document), papers.STYLE)
    answer = HttpResponse(made, content_type="application/pdf")
    answer.headers["Content-Disposition"] = 'inline; filename="du-thao.pdf"'
    return answer


def _readable(request: SignedInRequest, key: int) -> Document:
    """A document whose files may still be given out: those that were given back or refused are not.

    Raises:
        Http404: not to this person, or to nobody any more.
    """
    document = asked.document(asked.reader(request), key)
    if document.direction == Direction.IN and document.state in life.GONE:
        raise Http404
    return document


def _note(request: SignedInRequest, document: Document, what: str) -> None:
    audit.record(
        actor=request.user.username,
        action="documents.file_read",
        obj=f"document:{document.pk}",
        details={"file": what},
        at=clock.now(),
    )
