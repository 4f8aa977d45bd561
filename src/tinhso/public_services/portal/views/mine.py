"""A citizen's dossiers, and the page of one of them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.accounts.api import CitizenRequest, citizen_required
from tinhso.core import clock
from tinhso.core.clock import VIETNAM
from tinhso.core.exports import csv_table, wanted_table
from tinhso.core.paging import pages
from tinhso.organizations import api as organizations
from tinhso.public_services.dossiers.choices import Action, Relation
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.presenters import prescribed
from tinhso.public_services.dossiers.rules import machine
from tinhso.public_services.dossiers.selectors import messages as written
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.dossiers.services import messages as message_services
from tinhso.public_services.dossiers.services.messages import MessageRefused
from tinhso.public_services.dossiers.services.refusals import KeyReused, NotAllowed, ReasonMissing, StaleDossier
from tinhso.public_services.feedback import selectors as feedback
from tinhso.public_services.form_engine import presenters as form_presenters
from tinhso.public_services.portal.forms import MessageForm, WithdrawForm
from tinhso.public_services.portal.presenters import dossier as presenters
from tinhso.public_services.portal.presenters import history
from tinhso.public_services.portal.presenters import standing as lines
from tinhso.public_services.portal.selectors import dossiers as selectors
from tinhso.public_services.portal.services import acting
from tinhso.public_services.portal.views.asked import dossier_or_404, fresh_key

PER_PAGE = 20
LOOKS_SHOWN = 20


@require_safe
@citizen_required
def mine(request: CitizenRequest) -> HttpResponse:
    """Drafts in progress and dossiers of the citizen, open ones first."""
    page = Paginator(selectors.mine(request.user), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "drafts": lines.draft_lines(selectors.drafts(request.user)) if page.number == 1 else [],
        "lines": lines.lines(page, at=clock.now()),
        "total": page.paginator.count,
        "pages": pages(page),
    }
    return render(request, "public_services/portal/mine.html", context)


@require_safe
@citizen_required
def my_dossier(request: CitizenRequest, key: UUID) -> HttpResponse:
    """One dossier for its applicant."""
    found = dossier_or_404(request, key)
    if wanted_table(request) is not None:
        return csv_table(f"ai-da-xem_{found.number}.csv", presenters.look_columns(), _looks(found))
    return _page(request, found, MessageForm())


@require_POST
@citizen_required
def write_message(request: CitizenRequest, key: UUID) -> HttpResponse:
    """Write to the agency."""
    found = dossier_or_404(request, key)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        message_services.write(
            dossier_id=found.pk,
            author=request.user.username,
            is_from_agency=False,
            text=form.cleaned_data["text"],
            at=clock.now(),
        )
    except MessageRefused as refusal:
        form.add_error("text", str(refusal))
        return _page(request, found, form, status=422)
    messages.success(request, _("Đã gửi lời nhắn."))
    return redirect(reverse("public_services:my_dossier", args=[key]) + "#messages")


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def withdraw(request: CitizenRequest, key: UUID) -> HttpResponse:
    """Ask whether, and why; then withdraw."""
    found = dossier_or_404(request, key)
    if request.method != "POST":
        form = WithdrawForm(initial={"key": fresh_key(), "revision": found.revision})
        return _withdraw_page(request, found, form, status=200)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _withdraw_page(request, found, form, status=422)
    try:
        acting.withdraw(user=request.user, dossier=found, at=clock.now(), **form.cleaned_data)
    except StaleDossier as stale:
        now = dossier_or_404(request, key)
        form = WithdrawForm(request.POST.dict() | {"revision": now.revision})
        form.add_error(None, str(stale))
        return _withdraw_page(request, now, form, status=409)
    except (NotAllowed, KeyReused, ReasonMissing) as refusal:
        form.add_error(None, str(refusal))
        return _withdraw_page(request, found, form, status=422)
    messages.success(request, _("Đã rút hồ sơ."))
    return redirect("public_services:my_dossier", key)


def _withdraw_page(request: CitizenRequest, found: Dossier, form: WithdrawForm, *, status: int) -> HttpResponse:
    context = {"line": lines.line(found, at=clock.now()), "form": form, "may": _may_withdraw(found)}
    return render(request, "public_services/portal/withdraw.html", context, status=status)


def _may_withdraw(found: Dossier) -> bool:
    snapshot = standing.snapshot(found, at=clock.now())
    return Action.WITHDRAW in machine.available(snapshot, {Relation.APPLICANT.value})


def _page(request: CitizenRequest, found: Dossier, form: MessageForm, *, status: int = 200) -> HttpResponse:
    """A dossier's page, with the message that was refused as it was written."""
    at = clock.now()
    bundle = standing.bundle_of(found)
    events = list(found.events.order_by("-seq"))
    agency = organizations.named_unit(found.agency_id, at.date()).name
    citizens = selectors.citizens_among({event.actor for event in events})
    told = history.lines(found, events, citizens=citizens, agency=agency)
    context: dict[str, Any] = {
        "dossier": found,
        "line": lines.line(found, at=at),
        "stages": lines.stages(found),
        "results": presenters.results(selectors.results(found), unpaid_vnd=standing.unpaid_on_delivery_vnd(found)),
        "history": told,
        "papers": [paper for one in told for paper in one.papers],
        "answers": form_presenters.answer_lines(
            bundle.read_form, standing.answers_of(found), found.submitted_at.astimezone(VIETNAM).date()
        ),
        "files": presenters.files(bundle, selectors.attachments(found)),
        "parties": presenters.parties(found.parties.all()),
        "charges": presenters.charges(found.charges.order_by("pk")),
        "messages_written": written.of_dossier(found),
        "form": form,
        "looks": _looks(found)[:LOOKS_SHOWN],
        "looks_total": found.looks.count(),
        "may_withdraw": _may_withdraw(found),
        "may_rate": found.state in machine.SETTLED,
        "rating": feedback.rating_of(found),
    }
    return render(request, "public_services/portal/dossier.html", context, status=status)


def _looks(found: Dossier) -> list[presenters.LookLine]:
    rows = list(selectors.looks(found))
    return presenters.looks(rows, prescribed.names_of([row.actor for row in rows]))
