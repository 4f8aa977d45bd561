"""Corrections that two administrators stand for: what is proposed, and what was decided (sửa hồ sơ)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock, sealed
from tinhso.core.errors import RuleViolation
from tinhso.public_services.dossiers.choices import State
from tinhso.public_services.dossiers.models import Amendment, Dossier
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.dossiers.services import amendments
from tinhso.public_services.dossiers.services.changes import Actor

SHOWN = 100


class ProposeForm(forms.Form):
    """What is to be corrected, to what, and why."""

    number = forms.CharField(label=gettext_lazy("Mã số hồ sơ"), max_length=60)
    state = forms.ChoiceField(label=gettext_lazy("Trạng thái đúng"), choices=State.choices)
    reason = forms.CharField(
        label=gettext_lazy("Lý do và căn cứ"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.ADMINISTER)
def amendments_page(request: SignedInRequest) -> HttpResponse:
    """Corrections in the administrator's units: propose one, decide on somebody else's."""
    form = ProposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _proposed(request, form):
        return redirect("public_services:amendments")
    return _page(request, form, status=422 if form.errors else 200)


def _page(request: SignedInRequest, form: ProposeForm, *, problem: str = "", status: int = 200) -> HttpResponse:
    rows = Amendment.objects.select_related("dossier").filter(dossier__agency_id__in=request.scope.unit_ids)
    context = {
        "form": form,
        "problem": problem,
        "rows": [_line(request, row) for row in rows.order_by("decided_at", "-pk")[:SHOWN]],
    }
    return render(request, "public_services/desk/amendments.html", context, status=status)


def _line(request: SignedInRequest, row: Amendment) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "number": row.dossier.number,
        "state": State(row.state).label,
        "reason": sealed.opened_values(row.sealed)["reason"],
        "proposed_by": row.proposed_by,
        "proposed_at": row.proposed_at,
        "decided_by": row.decided_by,
        "is_accepted": row.is_accepted,
        "may_decide": row.decided_at is None and row.proposed_by != request.user.username,
    }


def _proposed(request: SignedInRequest, form: ProposeForm) -> bool:
    """Whether the proposal was written down; what stands against it is told at the form."""
    said = form.cleaned_data
    dossier = Dossier.objects.filter(number=said["number"].strip(), agency_id__in=request.scope.unit_ids).first()
    if dossier is None or standing.is_applicant(request.user, dossier):
        form.add_error("number", _("Không có hồ sơ mã số này trong phạm vi của bạn; hãy kiểm tra lại mã."))
        return False
    try:
        amendments.propose(
            dossier=dossier,
            state=State(said["state"]),
            reason=said["reason"],
            answers={},
            actor=_actor(request, dossier),
            at=clock.now(),
        )
    except RuleViolation as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Đã ghi đề nghị; một quản trị viên khác quyết định."))
    return True


@require_POST
@action_required(Action.ADMINISTER)
def decide(request: SignedInRequest, key: int) -> HttpResponse:
    """Accept or decline what another administrator has proposed."""
    rows = Amendment.objects.select_related("dossier")
    row = rows.filter(pk=key, dossier__agency_id__in=request.scope.unit_ids).first()
    if row is None or standing.is_applicant(request.user, row.dossier):
        raise Http404
    try:
        amendments.decide(
            amendment_id=row.pk,
            is_accepted="accept" in request.POST,
            actor=_actor(request, row.dossier),
            at=clock.now(),
        )
    except RuleViolation as refusal:
        return _page(request, ProposeForm(), problem=str(refusal), status=422)
    messages.success(request, _("Đã ghi quyết định."))
    return redirect("public_services:amendments")


def _actor(request: SignedInRequest, dossier: Dossier) -> Actor:
    found = standing.relations(request.user, dossier, on=clock.today())
    return Actor(request.user.username, found, request.user)
