"""What waits to be sent, how long, and why; a person goes on with it or stops it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.exports import csv_table, wanted_table
from tinhso.documents.presenters import queue as presenters
from tinhso.documents.selectors import waiting
from tinhso.documents.services import dispatching
from tinhso.documents.views import asked

MOST = 200


@require_safe
@action_required(Action.READ_DOCUMENTS)
def queue(request: SignedInRequest) -> HttpResponse:
    """Packets that have not reached their recipients."""
    asker = asked.reader(request)
    at = clock.now()
    found = waiting.dispatches(asker.reads)
    if wanted_table(request) is not None:
        return csv_table("van-ban-cho-gui.csv", presenters.columns(), presenters.rows(list(found[:20_000]), at))
    context = {
        "rows": presenters.rows(list(found[:MOST]), at),
        "total": found.count(),
        "most": MOST,
        "may_act": bool(asker.registers),
    }
    return render(request, "documents/queue.html", context)


@require_POST
@action_required(Action.REGISTER_DOCUMENTS)
def act(request: SignedInRequest, key: int) -> HttpResponse:
    """Have a packet tried again, or give it up."""
    asker = asked.reader(request)
    found = waiting.dispatches(asker.registers).filter(pk=key).first()
    if found is None:
        raise Http404
    if "stop" in request.POST:
        dispatching.stop(dispatch_id=key, actor=request.user.username, at=clock.now())
        messages.success(request, _("Đã dừng gửi gói tin này."))
    else:
        dispatching.resume(dispatch_id=key, actor=request.user.username, at=clock.now())
        messages.success(request, _("Gói tin sẽ được gửi lại ngay."))
    return redirect("documents:queue")
