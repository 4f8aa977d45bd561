"""The public check: drop a file, see who signed what, intact or not. Nothing is kept."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tinhso.core import clock, signers
from tinhso.core.errors import RuleViolation
from tinhso.documents.forms import FileForm
from tinhso.documents.presenters import document as presenters
from tinhso.documents.services import checks, public_checks
from tinhso.documents.services.drafting import UnfitFile


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Check the signatures of one file that anybody sends."""
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    context: dict[str, Any] = {
        "form": form,
        "report": None,
        "name": "",
        "problem": "",
        "most": settings.EVIDENCE_MAX_MB,
    }
    if request.method == "POST":
        try:
            context |= _checked(request, form)
        except RuleViolation as refusal:
            context["problem"] = str(refusal)
    return render(request, "documents/check.html", context, status=422 if context["problem"] else 200)


def _checked(request: HttpRequest, form: FileForm) -> dict[str, Any]:
    """The report on the file that was sent.

    Raises:
        RuleViolation: there is no file, it is too large, or many were checked just now.
    """
    if not form.is_valid():
        raise UnfitFile(_("Hãy chọn một tệp PDF."))
    file = form.cleaned_data["file"]
    most = settings.EVIDENCE_MAX_MB
    if file.size > most * 1024 * 1024:
        raise UnfitFile(_("Tệp lớn hơn %(most)s MB; hãy kiểm tra tệp nhỏ hơn.") % {"most": most})
    address = get_adapter(request).get_client_ip(request)
    report = public_checks.check(file.read(), address=address, at=clock.now())
    return {"report": presenters.report(checks.told(report)), "name": file.name}


@require_safe
def revocations(request: HttpRequest) -> HttpResponse:
    """Which certificates of our own authority are revoked; partners ask for it when they check our signatures."""
    found = signers.revocations(clock.now())
    if not found:
        raise Http404
    return HttpResponse(found[0], content_type="application/pkix-crl")


@require_safe
def authority(request: HttpRequest) -> HttpResponse:
    """The certificate of our own authority for demonstrations, which has no legal value."""
    found = signers.authorities()
    if not found:
        raise Http404
    return HttpResponse(found[0], content_type="application/pkix-cert")
