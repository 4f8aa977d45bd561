"""Agencies that exchange documents, and partners through which they are reached."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, SignedInRequest, action_required, sign_in_required
from tinhso.core import clock
from tinhso.core.exports import csv_table, wanted_table
from tinhso.core.paging import pages
from tinhso.documents.models import Partner
from tinhso.documents.presenters import agencies as presenters
from tinhso.documents.selectors import agencies
from tinhso.documents.services import agencies as services

A_PAGE = 100


@require_safe
@sign_in_required
def directory(request: SignedInRequest) -> HttpResponse:
    """Who can be sent documents, under which identifier and by which way; for who works with documents, and for who
    looks after the exchange."""
    may_read = bool(accounts.posts(user=request.user, action=Action.READ_DOCUMENTS, on=clock.today()))
    may_manage = presenters.may_manage(request.user, clock.today())
    if not may_read and not may_manage:
        raise Http404
    text = request.GET.get("q", "").replace("\0", "")[:100]
    found = agencies.addressees(search=text).prefetch_related("codes")
    today = clock.today()
    if wanted_table(request) is not None:
        return csv_table("co-quan-trao-doi-van-ban.csv", presenters.columns(), presenters.rows(list(found), today))
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": presenters.rows(list(page.object_list), today),
        "partners": Partner.objects.order_by("name"),
        "pages": pages(page, q=text),
        "text": text,
        "total": page.paginator.count,
        "csv_url": "?" + urlencode({"format": "csv"} | ({"q": text} if text else {})),
        "may_manage": may_manage,
        "may_read": may_read,
    }
    return render(request, "documents/agencies.html", context)


@require_POST
@action_required(Action.MANAGE_EXCHANGE)
def release(request: SignedInRequest, key: int) -> HttpResponse:
    """Go on with a partner that waits for a person."""
    if not Partner.objects.filter(pk=key).exists():
        raise Http404
    services.release_partner(partner_id=key, actor=request.user.username, at=clock.now())
    messages.success(request, _("Sẽ gửi lại cho hệ thống này."))
    return redirect("documents:agencies")
