"""The public check: drop a file, see who signed what, intact or not. Nothing is kept."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tinhso.core import clock, signers
from tinhso.documents.forms import FileForm
from tinhso.documents.presenters import document as presenters
from tinhso.documents.services import checks


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Check the signatures of one file that anybody sends."""
    form = FileForm(request.POST or None, request.FILES or None) if request.method == "POST" else FileForm()
    context: dict[str, Any] = {
        "form": form,
        "report": None,
        "name": "",
        "problem": "",
        "most": settings.EVIDENCE_MAX_MB,
    }
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        if file.size > settings.EVIDENCE_MAX_MB * 1024 * 1024:
            context["problem"] = _("Tệp lớn hơn %(most)s MB; hãy kiểm tra tệp nhỏ hơn.") % {
                "most": settings.EVIDENCE_MAX_MB
            }
        else:
            report = checks.look_at(file.read(), expected="", at=clock.now())
            context |= {"report": presenters.report(checks.told(report)), "name": file.name}
    elif request.method == "POST":
        context["problem"] = _("Hãy chọn một tệp PDF.")
    return render(request, "documents/check.html", context, status=422 if context["problem"] else 200)


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
