"""Answering a request for a supplement online."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.accounts.api import CitizenRequest, citizen_required
from tinhso.public_services.dossiers.choices import Channel
from tinhso.public_services.dossiers.models import DossierEvent
from tinhso.public_services.dossiers.views import supplement as supplements
from tinhso.public_services.dossiers.views.supplement import Side
from tinhso.public_services.portal.services.acting import as_applicant
from tinhso.public_services.portal.views.asked import dossier_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def supplement(request: CitizenRequest, key: UUID) -> HttpResponse:
    """What is asked of the applicant again, and nothing else; what is sent."""
    found = dossier_or_404(request, key)

    def done(_event: DossierEvent) -> HttpResponse:
        messages.success(request, _("Đã gửi bổ sung; thời hạn giải quyết được tính tiếp."))
        return redirect("public_services:my_dossier", key)

    side = Side(
        dossier=found,
        actor=as_applicant(request.user, found),
        channel=Channel.ONLINE,
        template="public_services/portal/supplement.html",
        home=reverse("public_services:my_dossier", args=[key]),
        saved=_("Đã lưu; hồ sơ chưa được gửi cho đến khi ông, bà bấm “Gửi bổ sung”."),
        again=lambda: dossier_or_404(request, key),
        done=done,
    )
    return supplements.answer(request, side)
