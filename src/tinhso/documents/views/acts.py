"""Acts on a document: each is one service call, after which its page is shown again."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tinhso.accounts.api import Action, SignedInRequest, User, action_required
from tinhso.core import clock
from tinhso.core.errors import RuleViolation
from tinhso.documents.choices import Medium, RequestState
from tinhso.documents.forms import DecideForm, FileForm, RemarkForm, SendForm
from tinhso.documents.models import Agency, Document, ReceivedRequest
from tinhso.documents.presenters import recipients
from tinhso.documents.rules import kinds
from tinhso.documents.rules.life import By, Step
from tinhso.documents.selectors import agencies, documents
from tinhso.documents.selectors.documents import Reader
from tinhso.documents.services import drafting, registering, requests, sending, signing
from tinhso.documents.views import asked
from tinhso.documents.views import document as pages

Given = dict[str, Any]


@require_POST
@action_required(Action.READ_DOCUMENTS)
def step(request: SignedInRequest, key: int, name: str) -> HttpResponse:
    """Do a step that needs at most a short form."""
    asker = asked.reader(request)
    found, acts_as = asked.document_as(asker, key)
    if name not in ACTS:
        raise Http404
    form = pages.form_of(name, asker, found, request.POST)
    if form is not None and not form.is_valid():
        return pages.page(request, asker, found, bound={name: form}, status=422)
    given = form.cleaned_data if form is not None else {}
    try:
        done = ACTS[name](_Asked(request, asker, found, acts_as), given)
    except RuleViolation as refusal:
        found.refresh_from_db()
        if form is None:
            return pages.page(request, asker, found, problem=str(refusal), status=422)
        form.add_error(None, str(refusal))
        return pages.page(request, asker, found, bound={name: form}, status=422)
    messages.success(request, _done_words()[name] % {"number": kinds.shown_number(done.number, done.notation)})
    return redirect("documents:document", key)


class _Asked:
    """What every act is given."""

    def __init__(self, request: SignedInRequest, asker: Reader, document: Document, acts_as: frozenset[By]) -> None:
        self.user: User = asker.user
        self.common: Given = {
            "document_id": document.pk,
            "revision": asked.revision(request),
            "acts_as": acts_as,
            "at": clock.now(),
        }

    @property
    def by_name(self) -> Given:
        """With the actor's user name."""
        return self.common | {"actor": self.user.username}

    @property
    def by_person(self) -> Given:
        """With the actor as a person."""
        return self.common | {"actor": self.user}


def _assign(one: _Asked, given: Given) -> Document:
    to = User.objects.get(pk=given["to"])
    return registering.assign(to=to, opinion=given["opinion"], due_on=given["due_on"], **one.by_person)


ACTS: dict[str, Callable[[_Asked, Given], Document]] = {
    Step.SUBMIT: lambda one, _given: drafting.submit(**one.by_name),
    Step.APPROVE: lambda one, _given: drafting.approve(**one.by_name),
    Step.RETURN: lambda one, given: drafting.give_back(reason=given["reason"], **one.by_name),
    Step.DISCARD: lambda one, _given: drafting.discard(**one.by_name),
    Step.SIGN: lambda one, _given: signing.sign(signer=one.user, **one.common),
    Step.NUMBER: lambda one, _given: signing.number(**one.by_name),
    Step.SEAL: lambda one, _given: signing.issue(**one.by_name),
    Step.RECALL: lambda one, given: sending.recall(reason=given["reason"], **one.by_name),
    Step.UPDATE: lambda one, given: sending.update(**given, **one.by_name),
    Step.REGISTER: lambda one, _given: registering.register(**one.by_person),
    Step.REFUSE: lambda one, given: registering.refuse(reason=given["reason"], **one.by_person),
    Step.ASSIGN: _assign,
    Step.BEGIN: lambda one, _given: registering.begin(**one.by_person),
    Step.FINISH: lambda one, given: registering.finish(outcome=given["reason"], **one.by_person),
}


def _done_words() -> dict[str, str]:
    return {
        Step.SUBMIT: _("Đã trình dự thảo."),
        Step.APPROVE: _("Đã duyệt dự thảo; văn bản chờ ký."),
        Step.RETURN: _("Đã trả lại người soạn thảo."),
        Step.DISCARD: _("Đã bỏ dự thảo."),
        Step.SIGN: _("Đã ký số; văn thư sẽ cấp số và ký số của cơ quan."),
        Step.NUMBER: _("Đã cấp số %(number)s."),
        Step.SEAL: _("Đã ban hành văn bản số %(number)s."),
        Step.RECALL: _("Đã thu hồi; các nơi đã nhận được yêu cầu trả lại."),
        Step.UPDATE: _("Đã cập nhật; các nơi đã nhận được báo."),
        Step.REGISTER: _("Đã tiếp nhận và vào sổ; nơi gửi được báo."),
        Step.REFUSE: _("Đã từ chối; nơi gửi được báo lý do."),
        Step.ASSIGN: _("Đã phân công; nơi gửi được báo."),
        Step.BEGIN: _("Đã ghi đang xử lý."),
        Step.FINISH: _("Đã hoàn thành; nơi gửi được báo."),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.REGISTER_DOCUMENTS)
def send(request: SignedInRequest, key: int) -> HttpResponse:
    """Choose recipients of an issued document, and send it."""
    asker = asked.reader(request)
    found, acts_as = asked.document_as(asker, key)
    if Step.SEND not in documents.steps_now(asker, found) or found.medium == Medium.PAPER:
        raise Http404
    had = found.deliveries.values("recipient")
    choices = agencies.addressees().exclude(pk__in=had).exclude(pk=found.agency_id)
    is_sent = "send" in request.POST
    form = SendForm(request.POST if is_sent else None, choices=choices)
    if is_sent and form.is_valid():
        try:
            made = sending.send(
                document_id=found.pk,
                revision=asked.revision(request),
                recipients=list(form.cleaned_data["recipients"]),
                actor=request.user.username,
                acts_as=acts_as,
                at=clock.now(),
            )
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã đưa văn bản đi %(count)s nơi.") % {"count": len(made)})
            return redirect("documents:document", key)
    context = _choosing(request, found, list(choices), asker) | {"form": form}
    return render(request, "documents/send.html", context, status=422 if is_sent else 200)


def _choosing(request: SignedInRequest, found: Document, choices: list[Agency], asker: Reader) -> Given:
    """The recipients to choose from: a search, or the wish to tick a whole group, comes with what was ticked before."""
    text = request.POST.get("q", "").replace("\0", "")[:100]
    if request.method == "POST":
        asked_for = set(request.POST.getlist("recipients"))
        ticked = frozenset(each.pk for each in choices if str(each.pk) in asked_for)
    else:
        ticked = recipients.named(found, choices)
    groups = recipients.groups(choices, ticked=ticked, text=text, today=asker.today, whole=request.POST.get("tick", ""))
    return {
        "document": found,
        "number": kinds.shown_number(found.number, found.notation),
        "groups": groups,
        "ticked": sum(group.ticked for group in groups),
        "nothing": not any(group.is_seen for group in groups),
        "is_first": request.method != "POST",
        "text": text,
        "total": len(choices),
    }


@require_POST
@action_required(Action.READ_DOCUMENTS)
def remark(request: SignedInRequest, key: int) -> HttpResponse:
    """Say something of a document."""
    asker = asked.reader(request)
    found = asked.document(asker, key)
    form = RemarkForm(request.POST, auto_id="remark_%s")
    if not form.is_valid():
        return pages.page(request, asker, found, bound={"remark": form}, status=422)
    try:
        drafting.remark(
            document_id=found.pk, text=form.cleaned_data["text"], author=request.user.username, at=clock.now()
        )
    except RuleViolation as refusal:
        form.add_error(None, str(refusal))
        return pages.page(request, asker, found, bound={"remark": form}, status=422)
    return redirect("documents:document", key)


@require_POST
@action_required(Action.READ_DOCUMENTS)
def take_signed(request: SignedInRequest, key: int) -> HttpResponse:
    """Take the file that was signed elsewhere with a token: the leader's, or the agency's."""
    asker = asked.reader(request)
    found, acts_as = asked.document_as(asker, key)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return pages.page(request, asker, found, problem=_("Hãy chọn tệp đã ký."), status=422)
    most = settings.EVIDENCE_MAX_MB
    if form.cleaned_data["file"].size > most * 1024 * 1024:
        problem = _("Tệp lớn hơn %(most)s MB; hãy nộp đúng bản đã tải về, thêm chữ ký.") % {"most": most}
        return pages.page(request, asker, found, problem=problem, status=422)
    common = {
        "document_id": found.pk,
        "revision": asked.revision(request),
        "content": form.cleaned_data["file"],
        "acts_as": acts_as,
        "at": clock.now(),
    }
    try:
        if Step.SEAL in documents.steps_now(asker, found):
            signing.take_sealed(actor=request.user.username, **common)
        else:
            signing.take_signed(signer=request.user, **common)
    except RuleViolation as refusal:
        found.refresh_from_db()
        return pages.page(request, asker, found, problem=str(refusal), status=422)
    messages.success(request, _("Đã nhận tệp đã ký."))
    return redirect("documents:document", key)


@require_POST
@action_required(Action.REGISTER_DOCUMENTS)
def decide(request: SignedInRequest, key: int) -> HttpResponse:
    """Agree to a sender's request to recall, update or replace, or decline it."""
    asker = asked.reader(request)
    found = ReceivedRequest.objects.filter(pk=key, recipient__org_unit__in=asker.registers).first()
    if found is None or found.document_id is None:
        raise Http404
    form = DecideForm(request.POST, auto_id=f"decide{key}_%s")
    if form.is_valid():
        try:
            requests.decide(
                request_id=found.pk,
                agrees="agree" in request.POST,
                reason=form.cleaned_data["reason"],
                actor=request.user.username,
                at=clock.now(),
            )
        except RuleViolation as refusal:
            found.refresh_from_db()
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã trả lời nơi gửi."))
            return redirect("documents:document", found.document_id)
    document = asked.document(asker, found.document_id)
    name = f"decide-{key}" if found.state == RequestState.WAITING else "decide"
    return pages.page(request, asker, document, bound={name: form}, status=422)
