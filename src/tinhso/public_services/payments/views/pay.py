"""Paying, as the applicant sees it."""

import uuid
from typing import Any, Protocol, cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from tinhso.accounts.api import CitizenRequest, citizen_required
from tinhso.core import clock
from tinhso.core.errors import RuleViolation
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.selectors import own
from tinhso.public_services.payments import plugins
from tinhso.public_services.payments.models import Payment
from tinhso.public_services.payments.plugins import Notice
from tinhso.public_services.payments.presenters import lines
from tinhso.public_services.payments.selectors import dues, payments
from tinhso.public_services.payments.services import collecting, notices
from tinhso.public_services.payments.views import receipts


class Pretends(Protocol):
    """What only the sandbox can: say that money came."""

    def signed(self, notice: Notice, *, at: Any) -> tuple[bytes, dict[str, str]]: ...


def dossier_or_404(request: CitizenRequest, key: uuid.UUID) -> Dossier:
    """An own dossier; another's looks as if it did not exist."""
    try:
        return own.dossier(request.user, key)
    except Dossier.DoesNotExist:
        raise Http404 from None


@require_safe
@vary_on_headers("HX-Request")
@citizen_required
def pay(request: CitizenRequest, key: uuid.UUID) -> HttpResponse:
    """What is to be paid, the code to scan, and whether the money has come; the last as a fragment for htmx."""
    dossier = dossier_or_404(request, key)
    page = "public_services/payments/pay.html"
    return render(request, f"{page}#state" if "HX-Request" in request.headers else page, _context(dossier))


def _context(dossier: Dossier) -> dict[str, Any]:
    now = clock.now()
    due = dues.due(dossier)
    waiting = payments.waiting_transfer(dossier, now) if due.remaining_vnd else None
    if waiting and waiting.amount_vnd != due.remaining_vnd:
        waiting = None
    done = [row for row in payments.of_dossier(dossier) if row.paid_at or row.refunded_at or row.failed_at]
    return {
        "dossier": dossier,
        "procedure": dossier.version.name,
        "due": due,
        "payment": waiting,
        "picture": lines.qr_picture(waiting) if waiting else "",
        "account": lines.account(),
        "lines": lines.lines(done, at=now, receipt="public_services:receipt"),
        "may_transfer": plugins.online() is not None,
        "may_pretend": settings.PAYMENT_SANDBOX,
    }


@require_POST
@citizen_required
def start(request: CitizenRequest, key: uuid.UUID) -> HttpResponse:
    """Begin a transfer and lead back to its code."""
    dossier, gateway = dossier_or_404(request, key), plugins.online()
    if gateway is None:
        raise Http404
    try:
        collecting.begin(dossier_id=dossier.pk, gateway=gateway, at=clock.now())
    except RuleViolation as refusal:
        messages.error(request, str(refusal))
    return redirect("public_services:pay", key)


@require_POST
@citizen_required
def pretend(request: CitizenRequest, key: uuid.UUID) -> HttpResponse:
    """Let the sandbox bank say that the money has come: the same notice, through the same service."""
    dossier, now = dossier_or_404(request, key), clock.now()
    if not settings.PAYMENT_SANDBOX:
        raise Http404
    payment = payments.waiting_transfer(dossier, now)
    if payment is None:
        messages.error(request, _("Chưa có mã thanh toán; hãy tạo mã trước."))
        return redirect("public_services:pay", key)
    gateway = plugins.gateway("sandbox")
    notice = Notice(payment.reference, f"SB-{payment.key.hex[:16]}", payment.amount_vnd, now, "paid")
    raw, headers = cast(Pretends, gateway).signed(notice, at=now)
    notices.receive(gateway=gateway, raw=raw, headers=headers, at=now)
    return redirect("public_services:pay", key)


@require_safe
@citizen_required
def receipt(request: CitizenRequest, key: uuid.UUID) -> HttpResponse:
    """The receipt of an own payment."""
    payment = Payment.objects.select_related("dossier").filter(key=key).exclude(receipt_number="").first()
    if payment is None:
        raise Http404
    dossier_or_404(request, payment.dossier.key)
    back = redirect("public_services:pay", payment.dossier.key)
    return receipts.answer(request, payment, back)
