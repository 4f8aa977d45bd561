"""What was missing is brought to the counter: taken in on the form that the applicant has online."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tinhso.core import clock
from tinhso.organizations import api as organizations
from tinhso.public_services.desk.forms import HandedForm
from tinhso.public_services.desk.selectors.opened import Opened
from tinhso.public_services.desk.views.guard import DeskRequest, desk_required, dossier_or_404, opened_or_404
from tinhso.public_services.dossiers.choices import Action, Channel, Relation
from tinhso.public_services.dossiers.models import DossierEvent
from tinhso.public_services.dossiers.presenters import supplement as presenters
from tinhso.public_services.dossiers.rules import prescribed
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.dossiers.services.changes import Actor
from tinhso.public_services.dossiers.services.looks import note_look
from tinhso.public_services.dossiers.views import supplement as supplements
from tinhso.public_services.dossiers.views.supplement import Side


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@desk_required
def take_in(request: DeskRequest, key: UUID) -> HttpResponse:
    """Take in what was asked for, and nothing else (nhận bổ sung tại quầy); who received it leads on to the receipt."""
    opened = _opened_or_404(request, key)
    _note_look(request, opened, _("trang nhận bổ sung"))

    def done(event: DossierEvent) -> HttpResponse:
        return redirect("public_services:desk_supplied", key, event.seq)

    side = Side(
        dossier=opened.dossier,
        actor=Actor(request.user.username, opened.relations, request.user),
        channel=Channel.COUNTER,
        template="public_services/desk/supplement.html",
        home=reverse("public_services:desk_dossier", args=[key]),
        saved=_("Đã lưu; chưa nhận bổ sung cho đến khi bạn bấm “Nhận bổ sung”."),
        again=lambda: dossier_or_404(request, key),
        done=done,
        form=HandedForm,
        initial={"giver": standing.filer_name(opened.dossier)},
    )
    return supplements.answer(request, side)


@require_safe
@never_cache
@desk_required
def taken_in(request: DeskRequest, key: UUID, seq: int) -> HttpResponse:
    """What was taken in, with its receipt to be printed."""
    opened = _opened_or_404(request, key)
    event = get_object_or_404(opened.dossier.events, seq=seq, kind=Action.SUPPLY)
    _note_look(request, opened, _("giấy xác nhận đã nhận bổ sung"))
    receipt = reverse("public_services:paper", args=[key, prescribed.SUPPLIED])
    context: dict[str, Any] = {
        "dossier": opened.dossier,
        "procedure": opened.bundle.name,
        "agency": organizations.named_unit(opened.dossier.agency_id, request.reader.today).name,
        "at": event.at,
        "giver": presenters.giver(event),
        "given": presenters.given(event, opened.bundle),
        "receipt_url": f"{receipt}?seq={seq}",
    }
    return render(request, "public_services/desk/supplied.html", context)


def _opened_or_404(request: DeskRequest, key: UUID) -> Opened:
    """A dossier at whose counter the reader receives."""
    opened = opened_or_404(request, key)
    if Relation.RECEPTION.value not in opened.relations:
        raise Http404
    return opened


def _note_look(request: DeskRequest, opened: Opened, what: str) -> None:
    note_look(dossier=opened.dossier, user=request.user, what=what, at=clock.now(), on=request.reader.today)
