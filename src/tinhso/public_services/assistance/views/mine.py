"""The person's own side: sessions about oneself, asking for help, and saying that one did not ask."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.accounts.api import CitizenRequest, citizen_required
from tinhso.core import clock
from tinhso.core.errors import RuleViolation
from tinhso.public_services.assistance.choices import CameBy, HelpKind, Requester
from tinhso.public_services.assistance.forms import sessions as forms
from tinhso.public_services.assistance.presenters import sessions as presenter
from tinhso.public_services.assistance.rules import Person
from tinhso.public_services.assistance.selectors import sessions
from tinhso.public_services.assistance.services import sessions as services

MOST = 200  # sessions on one page


@require_safe
@citizen_required
def mine(request: CitizenRequest) -> HttpResponse:
    """Everything that was done for the person by others, with the code that is to be told now."""
    at = clock.now()
    found = list(sessions.about(request.citizen.identity_number)[:MOST])
    rows = [
        {
            "line": presenter.line(one, at=at),
            "code": sessions.code_on_page(one, at),
            "form": forms.DisputeForm(auto_id=f"dispute_{one.pk}_%s") if one.disputed_at is None else None,
        }
        for one in found
    ]
    return render(request, "public_services/assistance/mine.html", {"rows": rows})


@require_POST
@citizen_required
def dispute(request: CitizenRequest, key: UUID) -> HttpResponse:
    """The person did not ask for this."""
    found = sessions.about(request.citizen.identity_number).filter(key=key).first()
    if found is None:
        raise Http404
    form = forms.DisputeForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else request.POST.get("text", "")[:1000]
    services.dispute(session_id=found.pk, actor=request.user.username, text=text, at=clock.now())
    messages.success(request, _("Đã ghi nhận. Từ nay không ai làm gì thay ông, bà trong lượt này nữa."))
    return redirect("public_services:assist_mine")


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def ask(request: CitizenRequest) -> HttpResponse:
    """Ask the team of a commune for help."""
    units = [(row.unit_id, row.name) for row in sessions.all_communes(clock.today())]
    form = forms.AskForm(request.POST or None, units=units, initial={"phone": request.citizen.phone})
    if form.is_valid():
        try:
            _asked(request, form)
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã gửi yêu cầu; tổ công nghệ số cộng đồng sẽ liên hệ với ông, bà."))
            return redirect("public_services:assist_mine")
    status = 422 if form.is_bound else 200
    return render(request, "public_services/assistance/ask.html", {"form": form}, status=status)


def _asked(request: CitizenRequest, form: Any) -> None:
    said, profile = form.cleaned_data, request.citizen
    services.request_help(
        key=said["key"],
        unit_id=said["unit"],
        person=Person(
            full_name=profile.full_name,
            identity_number=profile.identity_number,
            phone=said["phone"],
            email=profile.email,
            business_name=said["business_name"].strip(),
        ),
        requester=Requester.BUSINESS if said["business_name"].strip() else Requester.CITIZEN,
        kind=HelpKind(said["kind"]),
        came_by=CameBy.ONLINE,
        place=said["place"].strip(),
        actor=request.user.username,
        at=clock.now(),
    )
