"""Answering a request for a supplement on one page: answers and files are kept at every step, then sent as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.accounts.api import CitizenRequest, citizen_required
from tinhso.core import clock, intake
from tinhso.core.errors import RuleViolation
from tinhso.core.intake import FileRefused
from tinhso.public_services.dossiers.models import Dossier, Supplement
from tinhso.public_services.dossiers.rules.supplements import PAPER
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.dossiers.services import limits
from tinhso.public_services.dossiers.services.drafts import StaleDraft, TooManyFiles
from tinhso.public_services.dossiers.services.refusals import KeyReused, NotAllowed, StaleDossier, Unfinished
from tinhso.public_services.form_engine import presenters as forms
from tinhso.public_services.form_engine.rules import filling
from tinhso.public_services.form_engine.rules.answers import Problem
from tinhso.public_services.form_engine.rules.filling import Part
from tinhso.public_services.form_engine.rules.form import Page
from tinhso.public_services.portal.presenters import standing as lines
from tinhso.public_services.portal.presenters import supplement as presenters
from tinhso.public_services.portal.selectors import dossiers
from tinhso.public_services.portal.selectors import supplement as selectors
from tinhso.public_services.portal.services import supplement as services
from tinhso.public_services.portal.services.supplement import NothingAsked
from tinhso.public_services.portal.views.asked import dossier_or_404, fresh_key, sent_key, sent_revision


@dataclass
class _Sent:
    """What a page is shown with after it was sent, or at first.

    Attributes:
        answers: as typed; None for those that are kept.
        refused: sentences about files, by `paper:code`.
        problems: that kept it from being sent.
        stale: answers that were saved elsewhere; None when none were.
        sentence: why nothing was done, for the page as a whole.
    """

    answers: dict[str, Any] | None = None
    refused: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    stale: dict[str, Any] | None = None
    sentence: str = ""
    status: int = 200


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def supplement(request: CitizenRequest, key: UUID) -> HttpResponse:
    """What is asked for again, and nothing else; what is sent."""
    found = dossier_or_404(request, key)
    asked = selectors.open_supplement(found)
    if asked is None:
        return _nothing_asked(request, found)
    if request.method != "POST":
        return _page(request, found, asked, _Sent())
    try:
        return _sent(request, found, asked)
    except NothingAsked:
        return _nothing_asked(request, found)


def _nothing_asked(request: CitizenRequest, found: Dossier) -> HttpResponse:
    """To the dossier: it was sent by this very page before, or nothing is asked any more."""
    if services.was_sent(user=request.user, dossier=found, key=sent_key(request)):
        messages.success(request, _("Đã gửi bổ sung; thời hạn giải quyết được tính tiếp."))
    else:
        messages.info(request, str(NothingAsked()))
    return redirect("public_services:my_dossier", found.key)


def _sent(request: CitizenRequest, found: Dossier, asked: Supplement) -> HttpResponse:
    """Keep whatever came, then do what the pressed button says."""
    sent = _Sent()
    if "remove" in request.POST:
        _remove(asked, request.POST["remove"])
    pressed = _keep_answers(request, asked, sent)
    try:
        sent.refused = _take_files(request, asked)
    except limits.TooOften as refusal:
        sent.sentence, sent.status = str(refusal), 429
        answer = _page(request, found, asked, sent)
        answer.headers["Retry-After"] = str(limits.WINDOW)
        return answer
    if sent.stale is not None or sent.refused or pressed:
        sent.status = 409 if sent.stale is not None else 422 if sent.refused else 200
        return _page(request, found, asked, sent)
    if "send" in request.POST:
        return _send(request, found, asked, sent)
    messages.success(request, _("Đã lưu; hồ sơ chưa được gửi cho đến khi bạn bấm “Gửi bổ sung”."))
    return redirect("public_services:supplement", found.key)


def _keep_answers(request: CitizenRequest, asked: Supplement, sent: _Sent) -> str:
    """Save the answers; the repeated group whose button was pressed, if one was."""
    form = standing.bundle_of(asked.dossier).read_form
    part = Part(form, Page("supplement", "", list(form.items.values())))
    data: Mapping[str, Sequence[str]] = dict(request.POST.lists())
    pressed = filling.pressed([part], data)
    counts = filling.counts([part], data)
    if pressed:
        data = filling.without_dropped(data)
        counts = filling.counts([part], data)
    typed = filling.read([part], data)
    may = selectors.given(asked, typed)
    sent.answers = {name: value for name, value in typed.items() if f"/{name}" in may}
    sent.counts = counts
    text = request.POST.get("draft", "")
    revision = int(text) if text.isdecimal() and len(text) < 10 else 0
    try:
        services.save_answers(supplement_id=asked.pk, revision=revision, answers=sent.answers, at=clock.now())
    except StaleDraft as stale:
        sent.stale, sent.sentence = stale.saved, str(stale)
    return pressed


def _take_files(request: CitizenRequest, asked: Supplement) -> dict[str, str]:
    """Let the files in; what was refused, in words by paper. Those that were let in are kept whatever happens to others.

    Raises:
        TooOften: more than 60 files in a minute; none is taken.
    """
    codes = [paper.code for paper in selectors.papers(asked, selectors.draft_of(asked))]
    uploads = [(code, file) for code in codes for file in request.FILES.getlist(presenters.field_name(code))]
    if not uploads:
        return {}
    user_id, at = request.user.pk, clock.now()
    limits.count(what="upload", user_id=user_id, most=limits.UPLOADS, at=at, times=len(uploads))
    refused: dict[str, str] = {}
    for code, file in uploads:
        problem = _take(asked, code, file)
        if problem:
            refused[f"{PAPER}{code}"] = problem
    return refused


def _take(asked: Supplement, paper: str, upload: "UploadedFile[Any]") -> str:
    """One file; why it was refused, empty when it was not."""
    at = clock.now()
    try:
        taken = intake.take(content=cast("BinaryIO", upload.file), name=upload.name or "", at=at)
        services.attach(supplement_id=asked.pk, paper=paper, taken=taken, at=at)
    except (FileRefused, TooManyFiles) as refusal:
        return str(refusal)
    return ""


def _remove(asked: Supplement, text: str) -> None:
    try:
        key = UUID(text)
    except ValueError:
        return
    services.detach(supplement_id=asked.pk, key=key)


def _send(request: CitizenRequest, found: Dossier, asked: Supplement, sent: _Sent) -> HttpResponse:
    """Hand the supplement in."""
    at, refusal = clock.now(), RuleViolation()
    try:
        services.supply(user=request.user, dossier=found, key=sent_key(request), revision=sent_revision(request), at=at)
    except Unfinished as unfinished:
        sent.problems, sent.status = unfinished.problems, 422
        return _page(request, found, asked, sent)
    except StaleDossier as stale:
        sent.status, refusal = 409, stale
    except (NotAllowed, KeyReused) as other:
        sent.status, refusal = 422, other
    else:
        messages.success(request, _("Đã gửi bổ sung; thời hạn giải quyết được tính tiếp."))
        return redirect("public_services:my_dossier", found.key)
    now = dossier_or_404(request, found.key)
    sent.sentence = str(refusal)
    return _page(request, now, selectors.open_supplement(now) or asked, sent)


def _page(request: CitizenRequest, found: Dossier, asked: Supplement, sent: _Sent) -> HttpResponse:
    draft = selectors.draft_of(asked)
    typed = selectors.answers_of(asked, draft) if sent.answers is None else sent.answers
    bundle, said = standing.bundle_of(found), selectors.said(asked)
    whole, _may = selectors.after(asked, typed)
    items = selectors.items(asked, typed)
    part = Part(bundle.read_form, Page("supplement", "", items))
    (view,) = forms.part_views([part], whole | typed, on=clock.today(), problems=sent.problems, counts=sent.counts)
    about_papers = presenters.paper_problems(sent.problems) | sent.refused
    before: dict[str, list[str]] = {}
    for one in dossiers.attachments(found):
        before.setdefault(one.paper, []).append(one.name)
    names = {paper.code: paper.name for paper in bundle.papers}
    context = {
        "dossier": found,
        "line": lines.line(found, at=clock.now()),
        "reason": said["reason"],
        "wait_until": asked.wait_until,
        "questions": presenters.questions(view.fields, said["items"]),
        "papers": presenters.papers(
            selectors.papers(asked, draft),
            notes=said["items"],
            problems=about_papers,
            before=before,
            kept=draft.files.order_by("pk") if draft else (),
        ),
        "problem_lines": presenters.problem_lines(bundle.read_form, sent.problems, names, about_papers, items),
        "sentence": sent.sentence,
        "elsewhere": [] if sent.stale is None else presenters.differences(bundle.read_form, typed, sent.stale),
        "draft_revision": draft.revision if draft else 0,
        "key": request.POST.get("key", "")[:64] or fresh_key(),
    }
    return render(request, "public_services/portal/supplement.html", context, status=sent.status)
