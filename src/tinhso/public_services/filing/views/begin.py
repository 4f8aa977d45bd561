"""Beginning to file, going on with it, and dropping it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.accounts.api import CitizenRequest, SignedInRequest, citizen_required
from tinhso.core import clock
from tinhso.core.errors import UnknownName
from tinhso.public_services.catalog.choices import OnlineLevel
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.dossiers.choices import Channel
from tinhso.public_services.dossiers.services import drafts as services
from tinhso.public_services.filing import presenters
from tinhso.public_services.filing.rules import keys
from tinhso.public_services.filing.selectors import drafts
from tinhso.public_services.filing.selectors.drafts import Filling
from tinhso.public_services.filing.views.asked import draft_required
from tinhso.public_services.form_engine.rules.filling import prefilled


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def begin(request: CitizenRequest, code: str) -> HttpResponse:
    """Begin to file a procedure, or go on with what was begun (nộp trực tuyến)."""
    now = clock.now()
    try:
        version = procedures.in_force(code, now.date())
    except UnknownName:
        return redirect("public_services:procedure", code)
    if request.method != "POST" or version.online_level == OnlineLevel.NONE:
        return redirect("public_services:procedure", code)
    bundle = procedures.bundle(version.pk)
    if bundle.assurance > request.assurance:
        return need_surer_sign_in(request, code)
    known = prefilled(bundle.read_form, presenters.known_of(request.citizen))
    draft = services.begin(
        user=request.user, version=version, channel=Channel.ONLINE, answers={keys.FOR: keys.SELF} | known, at=now
    )
    if draft.agency_id is None:
        _choose_known_agency(request, draft.pk, version.procedure.code)
    return redirect("public_services:draft", draft.key)


def _choose_known_agency(request: CitizenRequest, draft_id: int, procedure: str) -> None:
    """Where the person has filed last, or the only place there is."""
    now = clock.now()
    units = [row.unit_id for row in procedures.offering_units(procedure, now.date())]
    last = drafts.last_agency(request.user)
    chosen = last if last in units else units[0] if len(units) == 1 else None
    if chosen is not None:
        services.choose_agency(draft_id=draft_id, unit_id=chosen, at=now)


def need_surer_sign_in(request: SignedInRequest | CitizenRequest, code: str) -> HttpResponse:
    """The page that asks to sign in with the second level of identification."""
    context = {"code": code, "procedure": procedures.in_force(code, clock.today())}
    return render(request, "public_services/filing/surer.html", context, status=403)


@require_safe
@draft_required
def resume(request: SignedInRequest, found: Filling) -> HttpResponse:
    """Go on with a draft at its first page."""
    return redirect(presenters.way(found).steps[0].url)


@require_POST
@draft_required
def discard(request: SignedInRequest, found: Filling) -> HttpResponse:
    """Drop a draft with its files."""
    services.discard(draft_id=found.draft.pk)
    messages.success(request, _("Đã xóa bản nháp."))
    return redirect("public_services:procedure", found.bundle.code)
