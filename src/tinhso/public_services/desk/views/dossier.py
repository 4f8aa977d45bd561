"""One dossier: its page, and every act on it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tinhso.core import clock, sealed
from tinhso.core.errors import RuleViolation
from tinhso.organizations import api as organizations
from tinhso.public_services.desk import forms
from tinhso.public_services.desk.forms import ActForm, MessageForm
from tinhso.public_services.desk.presenters import dossier as presenters
from tinhso.public_services.desk.presenters import history
from tinhso.public_services.desk.selectors.opened import Opened
from tinhso.public_services.desk.views.guard import (
    DeskRequest,
    OwnDossier,
    desk_required,
    dossier_or_404,
    opened_again,
    opened_or_404,
)
from tinhso.public_services.dossiers.choices import Action, Relation, State
from tinhso.public_services.dossiers.selectors import messages as written
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.dossiers.services import apply as applying
from tinhso.public_services.dossiers.services import claims
from tinhso.public_services.dossiers.services import messages as writing
from tinhso.public_services.dossiers.services.changes import Actor
from tinhso.public_services.dossiers.services.looks import note_look
from tinhso.public_services.dossiers.services.refusals import StaleDossier

WRITERS = {Relation.RECEPTION.value, Relation.HANDLER.value, Relation.LEADER.value}


@require_safe
@desk_required
def show(request: DeskRequest, key: UUID) -> HttpResponse:
    """The page of a dossier; the look is noted."""
    try:
        found = dossier_or_404(request, key)
    except OwnDossier:
        return render(request, "public_services/desk/own.html", status=404)
    return page(request, opened_again(request, found))


@require_POST
@desk_required
def identity(request: DeskRequest, key: UUID) -> HttpResponse:
    """The page with identity numbers in full; that, too, is noted."""
    opened = opened_or_404(request, key)
    return page(request, opened, in_full=True)


def page(
    request: DeskRequest,
    opened: Opened,
    *,
    bound: tuple[str, ActForm] | None = None,
    message_form: MessageForm | None = None,
    problem: str = "",
    seen: int | None = None,
    in_full: bool = False,
    status: int = 200,
) -> HttpResponse:
    """A dossier on one screen; whoever gets it, be it beside a refusal, is noted as having looked.

    Args:
        bound: act and form that were sent and refused, shown as they were.
        seen: revision that the reader acted upon while others went on; what came since is shown first.
        in_full: with identity numbers.
    """
    dossier, at = opened.dossier, clock.now()
    what = _("số định danh") if in_full else _("hồ sơ")
    note_look(dossier=dossier, user=request.user, what=what, at=at, on=request.reader.today)
    events = history.lines(opened.events, opened.bundle)
    context = {
        "dossier": dossier,
        "bundle": opened.bundle,
        "head": presenters.head(dossier, at=at, on=request.reader.today),
        "step": opened.step,
        "answers": presenters.answers(opened, in_full=in_full),
        "papers": presenters.papers(opened),
        "parties": presenters.parties(dossier, in_full=in_full),
        "in_full": in_full,
        "steps": presenters.steps(opened, at=at),
        "events": list(reversed(events)),
        "changed": [] if seen is None else [line for line in events if line.seq > seen],
        "messages_written": written.of_dossier(dossier),
        "message_form": (message_form or MessageForm()) if opened.relations & WRITERS else None,
        "consultations": presenters.consultations(dossier),
        "charges": list(dossier.charges.order_by("pk")),
        "unpaid_vnd": opened.unpaid_vnd,
        "results": list(dossier.results.order_by("pk")),
        "prescribed": presenters.prescribed_papers(opened),
        "actions": presenters.action_forms(_forms(opened, bound), dossier),
        "problem": problem,
        "may_claim": opened.may_claim,
        "may_release": opened.may_release,
        "links": _links(opened),
    }
    return render(request, "public_services/desk/dossier.html", context, status=status)


def _forms(opened: Opened, bound: tuple[str, ActForm] | None) -> list[tuple[str, ActForm, str]]:
    """The acts that the reader may do now, each with its form and what it is about."""
    sent_action, sent_form = bound or ("", None)
    asked = sent_form.data.get("consultation", "") if sent_form else ""
    made: list[tuple[str, ActForm, str]] = []
    for action in forms.FORMS:
        if action == Action.ANSWER_CONSULTATION:
            for row in opened.answerable:
                agency = organizations.versions_of(row.agency_id)[-1].name
                lead = f"{agency}: {sealed.opened(row.sealed_question)}"
                is_sent = action == sent_action and asked == str(row.pk)
                form = forms.blank(action, opened, mark=f"-{row.pk}", consultation=row.pk)
                made.append((action, sent_form if is_sent and sent_form else form, lead))
        elif action == sent_action and sent_form and action in opened.actions:
            made.append((action, sent_form, ""))
        elif action in opened.actions:
            made.append((action, forms.blank(action, opened), ""))
    return made


def _links(opened: Opened) -> dict[str, str]:
    """Pages of other packages that belong to the dossier now; those that are not there are left out."""
    dossier, found = opened.dossier, {}
    on_results = {Action.CORRECT_RESULT.value, Action.REVOKE_RESULT.value}
    if opened.may_sign or on_results & set(opened.actions):
        found["result"] = presenters.link("desk_result", dossier.key)
    is_payable = dossier.state == State.AWAITING_PAYMENT or opened.unpaid_vnd
    if Relation.RECEPTION.value in opened.relations and is_payable:
        found["cash"] = presenters.link("cash", dossier.key)
    if Action.SUPPLY.value in opened.actions:
        found["supplement"] = presenters.link("desk_supplement", dossier.key)
    return {name: url for name, url in found.items() if url}


@require_POST
@desk_required
def act(request: DeskRequest, key: UUID, action: str) -> HttpResponse:
    """Do one thing to a dossier; what is refused comes back with everything that was typed."""
    opened = opened_or_404(request, key)
    if action not in forms.FORMS:
        raise Http404
    mark = f"-{request.POST.get('consultation', '')[:9]}" if action == Action.ANSWER_CONSULTATION else ""
    form = forms.sent(action, opened, request.POST, mark=mark)
    if _is_done_already(request, opened, action):
        messages.info(request, _("Việc này đã được ghi nhận từ lần gửi trước."))
        return _back(request, opened)
    if not form.is_valid():
        return _refused(request, opened, action, form, _sentence(opened, action, form), status=422)
    try:
        applying.apply(
            dossier_id=opened.dossier.pk,
            action=action,
            actor=Actor(request.user.username, opened.relations, request.user),
            key=form.cleaned_data["key"],
            at=clock.now(),
            request=form.request(),
            expected=form.cleaned_data["revision"],
        )
    except StaleDossier as refusal:
        return _refused(request, opened, action, form, str(refusal), status=409)
    except RuleViolation as refusal:
        return _refused(request, opened, action, form, str(refusal), status=422)
    messages.success(request, _("Đã xong: %(what)s.") % {"what": str(Action(action).label).lower()})
    return _back(request, opened)


def _is_done_already(request: DeskRequest, opened: Opened, action: str) -> bool:
    """Whether the same form was sent before and done: what it offered to choose is no more, so it cannot be compared."""
    key = request.POST.get("key", "")
    mine = opened.dossier.events.filter(actor=request.user.username, idempotency_key=key, kind=action)
    return mine.exists()


def _sentence(opened: Opened, action: str, form: ActForm) -> str:
    """Why hidden fields do not fit, or the whole form is not shown again; empty where a visible field tells."""
    is_hidden = any(name in form.errors for name in ("key", "revision", "consultation"))
    is_gone = action not in opened.actions
    return _("Trang đã cũ hoặc bị thay đổi; hãy tải lại trang rồi làm lại.") if is_hidden or is_gone else ""


def _refused(
    request: DeskRequest, opened: Opened, action: str, form: ActForm, problem: str, *, status: int
) -> HttpResponse:
    seen = form.cleaned_data.get("revision") if status == 409 else None
    opened.dossier.refresh_from_db()
    fresh = opened_again(request, opened.dossier)
    form.opened = fresh
    return page(request, fresh, bound=(action, forms.again(form)), problem=problem, seen=seen, status=status)


def _back(request: DeskRequest, opened: Opened) -> HttpResponse:
    """To the dossier, or to the inbox when the reader may not see it any more."""
    if standing.may_see(request.user, opened.dossier, on=request.reader.today):
        return redirect("public_services:desk_dossier", opened.dossier.key)
    return redirect("public_services:desk")


@require_POST
@desk_required
def claim(request: DeskRequest, key: UUID) -> HttpResponse:
    """Take a dossier onto one's own desk."""
    opened = opened_or_404(request, key)
    try:
        claims.claim(dossier_id=opened.dossier.pk, user=request.user, at=clock.now(), on=request.reader.today)
    except RuleViolation as refusal:
        opened.dossier.refresh_from_db()
        return page(request, opened_again(request, opened.dossier), problem=str(refusal), status=422)
    messages.success(request, _("Đã nhận việc."))
    return redirect("public_services:desk_dossier", key)


@require_POST
@desk_required
def release(request: DeskRequest, key: UUID) -> HttpResponse:
    """Give a dossier back to the desk."""
    opened = opened_or_404(request, key)
    try:
        claims.release(dossier_id=opened.dossier.pk, user=request.user, at=clock.now(), on=request.reader.today)
    except RuleViolation as refusal:
        return page(request, opened, problem=str(refusal), status=422)
    messages.success(request, _("Đã trả lại việc."))
    return redirect("public_services:desk_dossier", key)


@require_POST
@desk_required
def write_message(request: DeskRequest, key: UUID) -> HttpResponse:
    """Write to the applicant."""
    opened = opened_or_404(request, key)
    if not opened.relations & WRITERS:
        raise Http404
    form = MessageForm(request.POST)
    if form.is_valid():
        try:
            writing.write(
                dossier_id=opened.dossier.pk,
                author=request.user.username,
                is_from_agency=True,
                text=form.cleaned_data["text"],
                at=clock.now(),
            )
        except RuleViolation as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("Đã gửi lời nhắn."))
            return redirect("public_services:desk_dossier", key)
    return page(request, opened, message_form=form, status=422)


@require_POST
@desk_required
def settle_messages(request: DeskRequest, key: UUID) -> HttpResponse:
    """Say that what the applicant wrote needs no answer."""
    opened = opened_or_404(request, key)
    if not opened.relations & WRITERS:
        raise Http404
    writing.settle(dossier_id=opened.dossier.pk, actor=request.user.username, at=clock.now())
    messages.success(request, _("Đã ghi nhận: lời nhắn không cần trả lời."))
    return redirect("public_services:desk_dossier", key)
