"""Fees at the counter: cash, receipts, and money that waits for a person."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required, sign_in_required, unit_or_404
from tinhso.core import clock
from tinhso.core.errors import RuleViolation
from tinhso.core.exports import csv_table, wanted_table
from tinhso.core.paging import pages
from tinhso.public_services.dossiers.choices import Relation
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.selectors import duties, standing
from tinhso.public_services.dossiers.services.changes import Actor
from tinhso.public_services.dossiers.services.looks import note_look
from tinhso.public_services.dossiers.services.refusals import StaleDossier
from tinhso.public_services.payments.forms import CashForm
from tinhso.public_services.payments.models import Payment
from tinhso.public_services.payments.presenters import lines
from tinhso.public_services.payments.selectors import dues, payments
from tinhso.public_services.payments.services import collecting
from tinhso.public_services.payments.views import receipts

RECEIPT = "public_services:desk_receipt"
PAGE = 50


def _actor_or_404(request: SignedInRequest, dossier: Dossier) -> Actor:
    """The official at the counter of the dossier's agency; for an own dossier, and elsewhere, there is none."""
    unit_or_404(request, dossier.agency_id)
    found = standing.relations(request.user, dossier, on=clock.today())
    if Relation.RECEPTION not in found:
        raise Http404
    return Actor(request.user.username, found, request.user)


def _dossier_or_404(key: uuid.UUID) -> Dossier:
    found = Dossier.objects.select_related("version").filter(key=key).first()
    if found is None:
        raise Http404
    return found


def _note_look(request: SignedInRequest, dossier: Dossier, what: str) -> None:
    note_look(dossier=dossier, user=request.user, what=what, at=clock.now(), on=clock.today())


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.RECEIVE_DOSSIERS)
def cash(request: SignedInRequest, key: uuid.UUID) -> HttpResponse:
    """Take cash for a dossier; its payments so far stand below."""
    dossier = _dossier_or_404(key)
    actor = _actor_or_404(request, dossier)
    form, status = CashForm(request.POST.dict() if request.method == "POST" else None), 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                return _taken(request, dossier, actor, form.cleaned_data)
            except StaleDossier as refusal:
                form.add_error(None, str(refusal))
                status = 409
            except RuleViolation as refusal:
                form.add_error(None, str(refusal))
    _note_look(request, dossier, _("trang thu phí, lệ phí"))
    return render(request, "public_services/payments/cash.html", _cash_context(dossier, form), status=status)


def _taken(request: SignedInRequest, dossier: Dossier, actor: Actor, said: dict[str, Any]) -> HttpResponse:
    payment = collecting.take_cash(
        dossier_id=dossier.pk,
        actor=actor,
        payer=said["payer"],
        amount_vnd=said["amount_vnd"],
        key=said["key"],
        at=clock.now(),
        expected=said["revision"],
    )
    messages.success(request, _("Đã thu tiền, biên lai số %(number)s.") % {"number": payment.receipt_number})
    return redirect("public_services:cash", dossier.key)


def _cash_context(dossier: Dossier, form: CashForm) -> dict[str, Any]:
    """What the page shows; a refused form keeps what was typed and gets the amount and revision of now."""
    fresh = Dossier.objects.select_related("version").get(pk=dossier.pk)
    due = dues.due(fresh)
    hidden = {"amount_vnd": due.remaining_vnd, "revision": fresh.revision, "key": uuid.uuid4().hex}
    if form.is_bound:
        form.data = dict(form.data) | {name: str(value) for name, value in hidden.items() if name != "key"}
    else:
        form.initial = hidden | {"payer": standing.filer_name(fresh)}
    rows = payments.of_dossier(fresh)
    return {
        "dossier": fresh,
        "procedure": fresh.version.name,
        "due": due,
        "form": form,
        "lines": lines.lines(rows, at=clock.now(), receipt=RECEIPT),
    }


@require_safe
@action_required(Action.RECEIVE_DOSSIERS)
def register(request: SignedInRequest) -> HttpResponse:
    """Money that came in the reader's agencies; `?show=attention` keeps what waits for a person."""
    to_see_to = request.GET.get("show") == "attention"
    rows, now = payments.in_scope(request.scope, to_see_to=to_see_to), clock.now()
    if wanted_table(request) is not None:
        return csv_table("thu-phi.csv", lines.columns(), lines.lines(rows, at=now, receipt=RECEIPT))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    keep = "show=attention&" if to_see_to else ""
    context = {
        "lines": lines.lines(page.object_list, at=now, receipt=RECEIPT),
        "to_see_to": to_see_to,
        "waiting": payments.in_scope(request.scope, to_see_to=True).count(),
        "pages": pages(page, show="attention" if to_see_to else ""),
        "csv_url": f"?{keep}format=csv",
    }
    return render(request, "public_services/payments/register.html", context)


@require_POST
@action_required(Action.RECEIVE_DOSSIERS)
def handled(request: SignedInRequest, key: uuid.UUID) -> HttpResponse:
    """Note that somebody has seen to a payment."""
    payment = Payment.objects.select_related("dossier").filter(key=key).first()
    if payment is None:
        raise Http404
    actor = _actor_or_404(request, payment.dossier)
    collecting.mark_handled(payment_id=payment.pk, actor=actor, at=clock.now())
    messages.success(request, _("Đã ghi nhận việc xử lý khoản này."))
    return redirect("public_services:cash", payment.dossier.key)


@require_safe
@sign_in_required
def receipt(request: SignedInRequest, key: uuid.UUID) -> HttpResponse:
    """A receipt, for officials whose duty covers the dossier; for an own one it lies on the citizen's pages."""
    payment = Payment.objects.select_related("dossier").filter(key=key).exclude(receipt_number="").first()
    if payment is None or not duties.scope(request.user, on=clock.today()).allows(payment.dossier.agency_id):
        raise Http404
    if standing.is_applicant(request.user, payment.dossier):
        raise Http404
    _note_look(request, payment.dossier, _("biên lai thu phí, lệ phí"))
    return receipts.answer(request, payment, redirect("public_services:desk_payments"))
