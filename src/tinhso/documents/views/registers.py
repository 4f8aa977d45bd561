"""Registers to be printed and handed on, and the count of secret documents."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.papers import pdf as papers
from tinhso.documents.choices import Direction
from tinhso.documents.forms import SecretCountForm
from tinhso.documents.models import Agency, SecretCount
from tinhso.documents.presenters import registers as presenters
from tinhso.documents.services import secrets as services
from tinhso.documents.views import asked

FORMATS = ("pdf", "xml", "csv")


@require_safe
@action_required(Action.READ_DOCUMENTS)
def printed(request: SignedInRequest, direction: str) -> HttpResponse:
    """A year's register with all fields of Phụ lục VI, as PDF to print, XML or CSV."""
    asker = asked.reader(request)
    agency = asked.agency(request, asker)
    year, form = asked.year(request.GET.get("year", str(asker.today.year))), request.GET.get("format", "pdf")
    if direction not in Direction.values or year is None or form not in FORMATS:
        raise Http404
    register = presenters.register(asker, agency, Direction(direction), year)
    name = f"so-van-ban-{'den' if direction == Direction.IN else 'di'}-{year}.{form}"
    if form == "csv":
        return presenters.csv(name, register)
    content = (
        presenters.xml(register) if form == "xml" else papers.from_html(presenters.html(register), presenters.STYLE)
    )
    kind = "application/xml" if form == "xml" else "application/pdf"
    answer = HttpResponse(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.REGISTER_DOCUMENTS)
def secrets(request: SignedInRequest) -> HttpResponse:
    """How many secret documents the agencies issued in a year: a count, and nothing else of them."""
    asker = asked.reader(request)
    mine = [each for each in asker.agencies if each.org_unit_id in asker.registers]
    form = SecretCountForm(request.POST or None, agencies=mine, initial={"year": asker.today.year})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        agency = Agency.objects.get(pk=given["agency"])
        services.enter_count(
            agency=agency, year=given["year"], count=given["count"], actor=request.user.username, at=clock.now()
        )
        messages.success(request, _("Đã ghi số lượng."))
        return redirect("documents:secrets")
    rows = SecretCount.objects.filter(agency__in=mine).select_related("agency").order_by("-year", "agency__name")
    return render(request, "documents/secrets.html", {"form": form, "rows": rows}, status=422 if form.is_bound else 200)
