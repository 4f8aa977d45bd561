"""Writing: a new draft, a draft again, its files, and documents on paper for the register."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, SignedInRequest, User, action_required
from tinhso.core import clock
from tinhso.core.errors import RuleViolation
from tinhso.documents.choices import Direction, DocumentKind, State
from tinhso.documents.forms import DraftForm, FileForm, PaperForm, draft_initial
from tinhso.documents.models import Agency, Document
from tinhso.documents.rules import kinds
from tinhso.documents.rules.life import By, Step
from tinhso.documents.selectors import documents
from tinhso.documents.selectors.documents import Reader
from tinhso.documents.services import drafting, signing
from tinhso.documents.views import asked
from tinhso.documents.views import document as pages


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.DRAFT_DOCUMENTS)
def new(request: SignedInRequest) -> HttpResponse:
    """Begin a draft: `?kind=` brings the template of the type, `?answers=` and `?replaces=` what it is about."""
    asker = asked.reader(request)
    agency = _agency(request, asker)
    answers = _about(request, asker, "answers", agency=agency, direction=Direction.IN)
    replaces = _about(request, asker, "replaces", agency=agency, direction=Direction.OUT, state=State.ISSUED)
    signers = _signers(agency, asker)
    wants_template = "template" in request.POST
    given = _with_template(request) if wants_template else _initial(request, answers, replaces)
    form = DraftForm(None if wants_template else request.POST or None, signers=signers, initial=given)
    if form.is_bound and form.is_valid():
        try:
            made = drafting.create_draft(
                agency=agency, text=form.text(), author=request.user, at=clock.now(), answers=answers, replaces=replaces
            )
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã lưu dự thảo."))
            return redirect("documents:document", made.pk)
    context = {
        "form": form,
        "agency": agency,
        "agencies": [each for each in asker.agencies if each.org_unit_id in asker.drafts],
        "answers": answers,
        "replaces": replaces,
        "has_signers": bool(signers),
        "kept_body": wants_template and not _is_template(request.POST.get("body", "")),
    }
    return render(request, "documents/draft.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.DRAFT_DOCUMENTS)
def edit(request: SignedInRequest, key: int) -> HttpResponse:
    """Write a draft anew."""
    asker, found, acts_as = _own(request, key)
    signers = _signers(found.agency, asker)
    form = DraftForm(request.POST or None, signers=signers, initial=draft_initial(found))
    if request.method == "POST" and form.is_valid():
        try:
            drafting.edit_draft(
                document_id=found.pk,
                revision=asked.revision(request),
                text=form.text(),
                actor=request.user.username,
                acts_as=acts_as,
                at=clock.now(),
            )
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã lưu dự thảo."))
            return redirect("documents:document", key)
    context = {
        "form": form,
        "agency": found.agency,
        "document": found,
        "agencies": [],
        "has_signers": bool(signers),
    }
    return render(request, "documents/draft.html", context, status=422 if form.is_bound else 200)


@require_POST
@action_required(Action.DRAFT_DOCUMENTS)
def upload(request: SignedInRequest, key: int) -> HttpResponse:
    """Take the drafter's own file."""
    return _take_file(request, key, drafting.upload, _("Đã nhận tệp văn bản."))


@require_POST
@action_required(Action.DRAFT_DOCUMENTS)
def attach(request: SignedInRequest, key: int) -> HttpResponse:
    """Add a file beside the text."""
    return _take_file(request, key, drafting.attach, _("Đã thêm tài liệu kèm theo."))


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.REGISTER_DOCUMENTS)
def paper(request: SignedInRequest) -> HttpResponse:
    """Enter a document that was issued on paper."""
    asker = asked.reader(request)
    agency = asked.agency(request, asker)
    if agency.org_unit_id not in asker.registers:
        raise Http404
    form = PaperForm(request.POST or None, today=asker.today, initial={"issued_on": asker.today})
    if request.method == "POST" and form.is_valid():
        try:
            made = signing.register_paper(
                agency=agency,
                text=form.text(),
                issued_on=form.cleaned_data["issued_on"],
                actor=request.user,
                at=clock.now(),
            )
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã vào sổ văn bản giấy."))
            return redirect("documents:document", made.pk)
    return render(
        request, "documents/paper.html", {"form": form, "agency": agency}, status=422 if form.is_bound else 200
    )


def _take_file(request: SignedInRequest, key: int, take: Any, done: str) -> HttpResponse:
    asker, found, acts_as = _own(request, key)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return pages.page(request, asker, found, problem=_("Hãy chọn một tệp."), status=422)
    file = form.cleaned_data["file"]
    try:
        take(
            document_id=found.pk,
            revision=asked.revision(request),
            content=file,
            name=file.name,
            size=file.size,
            actor=request.user.username,
            acts_as=acts_as,
            at=clock.now(),
        )
    except RuleViolation as refusal:
        found.refresh_from_db()
        return pages.page(request, asker, found, problem=str(refusal), status=422)
    messages.success(request, done)
    return redirect("documents:document", key)


def _own(request: SignedInRequest, key: int) -> tuple[Reader, Document, frozenset[By]]:
    """A draft that the person may write. What is sent after it has moved on is refused with a reason, by its service.

    Raises:
        Http404: another's, or no draft any more.
    """
    asker = asked.reader(request)
    found, acts_as = asked.document_as(asker, key)
    is_late = request.method == "POST" and found.direction == Direction.OUT and By.DRAFTER in acts_as
    if Step.EDIT not in documents.steps_now(asker, found) and not is_late:
        raise Http404
    return asker, found, acts_as


def _agency(request: SignedInRequest, asker: Reader) -> Agency:
    found = asked.agency(request, asker)
    if found.org_unit_id not in asker.drafts:
        raise Http404
    return found


def _signers(agency: Agency, asker: Reader) -> list[User]:
    return accounts.people_at(unit_id=agency.org_unit_id or 0, action=Action.SIGN_DOCUMENTS, on=asker.today)


def _about(request: SignedInRequest, asker: Reader, name: str, **needed: Any) -> Document | None:
    """The document that the new one is about.

    Raises:
        Http404: it is another agency's, or cannot be answered or replaced.
    """
    text = request.GET.get(name, "")
    if not text:
        return None
    found = asked.document(asker, int(text) if text.isdecimal() and len(text) < 12 else 0)
    if any(getattr(found, field) != value for field, value in needed.items()):
        raise Http404
    return found


def _is_template(body: str) -> bool:
    """Whether a text is empty, or what a draft of some type begins with: nothing that somebody has written."""
    bare = body.split()
    return not bare or any(bare == kinds.template(kind).split() for kind in DocumentKind.values)


def _with_template(request: SignedInRequest) -> dict[str, Any]:
    """What was typed, with the template of its type; a text that somebody has written stays."""
    given: dict[str, Any] = {name: request.POST.get(name, "") for name in DraftForm.base_fields}
    kind = given["kind"]
    if kind in DocumentKind.values and _is_template(given["body"]):
        given["body"] = kinds.template(kind)
    return given


def _initial(request: SignedInRequest, answers: Document | None, replaces: Document | None) -> dict[str, Any]:
    kind = request.GET.get("kind", "")
    if kind not in DocumentKind.values:
        kind = replaces.kind if replaces else DocumentKind.OFFICIAL_LETTER
    initial: dict[str, Any] = {"kind": kind, "body": kinds.template(kind), "urgency": 0, "steering": 1}
    if replaces is not None:
        initial |= draft_initial(replaces)
    elif answers is not None:
        initial |= {"subject": answers.subject, "places_to": f"{answers.issuer.name}\n{kinds.FILED}"}
    return initial
