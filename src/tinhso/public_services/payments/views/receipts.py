"""Receipts as downloads; the caller has checked who asks."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from tinhso.core import media
from tinhso.core.papers.pdf import PdfUnavailable
from tinhso.public_services.payments.models import Payment
from tinhso.public_services.payments.presenters import receipts


def answer(request: HttpRequest, payment: Payment, back: HttpResponse) -> HttpResponse:
    """The receipt as a file; back with a sentence where the machine cannot make PDF."""
    try:
        content = receipts.document(payment)
    except PdfUnavailable as refusal:
        messages.error(request, str(refusal))
        return back
    found = HttpResponse(content, content_type=media.PDF)
    found.headers["Content-Disposition"] = f'attachment; filename="{receipts.file_name(payment)}"'
    found.headers["Content-Security-Policy"] = "sandbox"
    return found
