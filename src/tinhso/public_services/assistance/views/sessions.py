"""A helper's sessions: the list, beginning one, and its page with the steps."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.errors import RuleViolation
from tinhso.core.exports import csv_table, wanted_table
from tinhso.core.paging import pages
from tinhso.public_services.assistance import rules
from tinhso.public_services.assistance.choices import CameBy, ConsentMethod, HelpKind, Outcome, Requester
from tinhso.public_services.assistance.forms import sessions as forms
from tinhso.public_services.assistance.models import AssistanceSession
from tinhso.public_services.assistance.presenters import sessions as presenter
from tinhso.public_services.assistance.selectors import sessions
from tinhso.public_services.assistance.services import sessions as services
from tinhso.public_services.catalog.choices import OnlineLevel
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.dossiers.models import Draft

PER_PAGE = 50
MOST_LINES = 5000  # of a file
PARTS = ("person", "code", "paper", "voice", "procedure", "end")


@require_safe
@action_required(Action.ASSIST_PEOPLE)
def own(request: SignedInRequest) -> HttpResponse:
    """Requests that wait in the own communes, and the own sessions."""
    at = clock.now()
    rows = sessions.own(request.user).select_related("helper")
    if wanted_table(request) is not None:
        return csv_table("luot-ho-tro.csv", presenter.columns(), presenter.lines(rows[:MOST_LINES], at=at))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "waiting": presenter.lines(sessions.waiting(request.user, clock.today()), at=at),
        "rows": presenter.lines(page, at=at),
        "pages": pages(page),
        "may_start": bool(sessions.communes(request.user, clock.today())),
        "csv_url": "?format=csv",
    }
    return render(request, "public_services/assistance/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.ASSIST_PEOPLE)
def new(request: SignedInRequest) -> HttpResponse:
    """Begin a session with somebody who is here, or note a request for later (`then=note`)."""
    units = [(row.unit_id, row.name) for row in sessions.communes(request.user, clock.today())]
    form = forms.StartForm(request.POST or None, units=units)
    if form.is_valid():
        try:
            session = _opened(request, form)
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
        else:
            if request.POST.get("then") == "note":
                messages.success(request, _("Đã ghi yêu cầu; yêu cầu nằm trong danh sách chờ của tổ."))
                return redirect("public_services:assist")
            return redirect("public_services:assist_session", session.key)
    context = {"form": form, "has_communes": bool(units)}
    return render(request, "public_services/assistance/new.html", context, status=422 if form.is_bound else 200)


def _opened(request: SignedInRequest, form: forms.StartForm) -> AssistanceSession:
    said, at = form.cleaned_data, clock.now()
    session = services.request_help(
        key=said["key"],
        unit_id=said["unit"],
        person=form.person(),
        requester=Requester(said["requester"]),
        kind=HelpKind(said["kind"]),
        came_by=CameBy(said["came_by"]),
        place=said["place"].strip(),
        actor=request.user.username,
        at=at,
    )
    if request.POST.get("then") == "note":
        return session
    return services.take(session_id=session.pk, helper=request.user, at=at)


@require_safe
@action_required(Action.ASSIST_PEOPLE)
def show(request: SignedInRequest, key: UUID) -> HttpResponse:
    """One session: who, how far, and what is next."""
    return _page(request, _session_or_404(request, key))


def _session_or_404(request: SignedInRequest, key: UUID) -> AssistanceSession:
    found = sessions.seen_by(request.user, key, clock.today())
    if found is None:
        raise Http404
    return found


def _page(
    request: SignedInRequest, session: AssistanceSession, *, bound: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    at = clock.now()
    draft = Draft.objects.select_related("version").filter(assistance=session.pk).first()
    is_running = session.started_at is not None and session.ended_at is None and session.disputed_at is None
    may_file = is_running and sessions.consent_holds(session, at)
    context = {
        "line": presenter.line(session, at=at),
        "is_waiting": session.helper_id is None and session.disputed_at is None,
        "is_running": is_running,
        "may_file": may_file,
        "may_end": session.started_at is not None and session.ended_at is None,
        "consent_is_old": is_running and session.consented_at is not None and not may_file,
        "code_is_alive": session.code_tries < rules.TRIES and rules.code_is_alive(session.code_sent_at, at),
        "code_ways": _code_ways(session),
        "codes_left": session.codes_sent < rules.CODES,
        "draft": draft,
        "draft_url": _draft_url(draft) if draft else "",
        "minutes_so_far": rules.minutes_between(session.started_at, at) if session.started_at else 0,
        "forms": _forms(session) | (bound or {}),
        "step": _step(session, may_file),
    }
    return render(request, "public_services/assistance/session.html", context, status=status)


def _step(session: AssistanceSession, may_file: bool) -> int:
    """Which of the three steps is at hand; 4 when all are done."""
    if session.ended_at is not None:
        return 4
    return 2 if may_file else 1


def _code_ways(session: AssistanceSession) -> list[str]:
    """Where the person finds a code."""
    by_mail, on_page = bool(sessions.code_address(session)), sessions.account_of(session) is not None
    return [_("thư điện tử")] * by_mail + [_("trang “Lượt hỗ trợ của tôi” của người đó")] * on_page


def _forms(session: AssistanceSession) -> dict[str, Any]:
    return {part: _form(session, part, None) for part in PARTS}


def _form(session: AssistanceSession, part: str, data: Any) -> Any:
    """One of the page's forms."""
    names: dict[str, Any] = {"auto_id": f"{part}_%s"}
    match part:
        case "person":
            person = sessions.person_of(session)
            initial = {name: getattr(person, name) for name in rules.Person.__slots__}
            return forms.PersonForm(data, initial={**initial, "requester": session.requester}, **names)
        case "code":
            return forms.CodeForm(data, **names)
        case "paper":
            return forms.EvidenceForm(data, label=_("Số phiếu có chữ ký"), **names)
        case "voice":
            return forms.EvidenceForm(data, label=_("Họ tên người chứng kiến"), **names)
        case "procedure":
            return forms.ProcedureForm(data, procedures=_procedures(), **names)
        case _:
            return forms.EndForm(data, **names)


def _procedures() -> list[tuple[str, str]]:
    """What can be filed online today."""
    versions = procedures.search("", clock.today())
    found = [(one.procedure.code, one.name) for one in versions if one.online_level != OnlineLevel.NONE]
    return sorted(found, key=lambda pair: pair[1])


def _draft_url(draft: Draft) -> str:
    """Where a draft is filled in: pages of a package above this one, known by name only."""
    try:
        return reverse("public_services:draft", args=[draft.key])
    except NoReverseMatch:
        return ""


# ---- the steps, each one post -----------------------------------------------------------------------------------


@require_POST
@action_required(Action.ASSIST_PEOPLE)
def take(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Begin to help with a request that waits."""
    session = _session_or_404(request, key)
    try:
        services.take(session_id=session.pk, helper=request.user, at=clock.now())
    except RuleViolation as refusal:
        messages.error(request, str(refusal))
        return redirect("public_services:assist")
    return redirect("public_services:assist_session", key)


@require_POST
@action_required(Action.ASSIST_PEOPLE)
def correct_person(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Mend what is written of the person."""

    def write(session: AssistanceSession, form: Any) -> None:
        requester = Requester(form.cleaned_data["requester"])
        services.correct_person(session_id=session.pk, person=form.person(), requester=requester, at=clock.now())

    return _done(request, key, "person", write, _("Đã sửa thông tin."))


@require_POST
@action_required(Action.ASSIST_PEOPLE)
def send_code(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Have a code sent to the person."""
    session = _own_or_404(request, key)
    try:
        services.send_code(session_id=session.pk, at=clock.now())
    except RuleViolation as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Đã gửi mã; đề nghị người được hỗ trợ đọc mã."))
    return redirect("public_services:assist_session", key)


@require_POST
@action_required(Action.ASSIST_PEOPLE)
def confirm_code(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Take the code that the person has told."""

    def write(session: AssistanceSession, form: Any) -> None:
        services.confirm_code(session_id=session.pk, typed=form.cleaned_data["code"], at=clock.now())

    return _done(request, key, "code", write, _("Đã ghi nhận đồng ý."))


@require_POST
@action_required(Action.ASSIST_PEOPLE)
def consent(request: SignedInRequest, key: UUID, method: str) -> HttpResponse:
    """Note a signed sheet or a witness."""
    if method not in (ConsentMethod.PAPER, ConsentMethod.VOICE):
        raise Http404

    def write(session: AssistanceSession, form: Any) -> None:
        services.record_consent(
            session_id=session.pk,
            method=ConsentMethod(method),
            evidence=form.cleaned_data["evidence"],
            at=clock.now(),
        )

    return _done(request, key, method, write, _("Đã ghi nhận đồng ý."))


@require_POST
@action_required(Action.ASSIST_PEOPLE)
def begin_filing(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Begin to fill in for the person, and go there."""
    begun: list[Draft] = []

    def write(session: AssistanceSession, form: Any) -> None:
        version = procedures.in_force(form.cleaned_data["procedure"], clock.today())
        begun.append(services.begin_filing(session_id=session.pk, version=version, at=clock.now()))

    answer = _done(request, key, "procedure", write, "")
    url = _draft_url(begun[0]) if begun else ""
    return redirect(url) if url else answer


@require_POST
@action_required(Action.ASSIST_PEOPLE)
def end(request: SignedInRequest, key: UUID) -> HttpResponse:
    """End the session."""

    def write(session: AssistanceSession, form: Any) -> None:
        said = form.cleaned_data
        services.end(
            session_id=session.pk,
            outcome=Outcome(said["outcome"]),
            reason=said["reason"],
            minutes=said["minutes"],
            could_do_alone=said["could_do_alone"],
            at=clock.now(),
        )

    return _done(request, key, "end", write, _("Đã kết thúc lượt hỗ trợ."))


def _own_or_404(request: SignedInRequest, key: UUID) -> AssistanceSession:
    found = _session_or_404(request, key)
    if found.helper_id != request.user.pk:
        raise Http404
    return found


def _done(
    request: SignedInRequest, key: UUID, part: str, write: Callable[[AssistanceSession, Any], None], done: str
) -> HttpResponse:
    """Do one step; when it is refused the page comes back with what was written."""
    session = _own_or_404(request, key)
    form = _form(session, part, request.POST)
    if form.is_valid():
        try:
            write(session, form)
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
        else:
            if done:
                messages.success(request, done)
            return redirect("public_services:assist_session", key)
    return _page(request, _own_or_404(request, key), bound={part: form}, status=422)
