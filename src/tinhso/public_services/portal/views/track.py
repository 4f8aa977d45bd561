"""Looking a dossier up without signing in: number, state and expected date, nothing about anybody."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.core import clock
from tinhso.public_services.portal.forms import TrackForm
from tinhso.public_services.portal.presenters import standing as lines
from tinhso.public_services.portal.services import tracking
from tinhso.public_services.portal.services.tracking import TooManyTries


@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """The form, filled in by the QR code of a receipt; what is found.

    Who has not proved who it is sees the number and how far it is (TT 01/2018/TT-VPCP, Điều 16).
    """
    if request.method != "POST":
        known = {name: request.GET.get(name, "")[:60] for name in ("number", "code")}
        return _page(request, TrackForm(initial=known))
    form = TrackForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    at = clock.now()
    address = get_adapter(request).get_client_ip(request)
    try:
        found = tracking.look_up(**form.cleaned_data, address=address, at=at)
    except TooManyTries as refusal:
        answer = render(request, "public_services/portal/track_wait.html", {"sentence": str(refusal)}, status=429)
        answer.headers["Retry-After"] = str(refusal.seconds)
        return answer
    if found is None:
        form.add_error(None, _("Không tìm thấy hồ sơ có mã số và mã tra cứu này; hãy xem lại giấy tiếp nhận."))
        return _page(request, form, status=422)
    return render(request, "public_services/portal/tracked.html", {"one": lines.tracked(found, at=at)})


def _page(request: HttpRequest, form: TrackForm, status: int = 200) -> HttpResponse:
    return render(request, "public_services/portal/track.html", {"form": form}, status=status)
