"""The page on which a request for a supplement is answered, by the applicant or by an official for who has come.

Answers and files are kept at every step, then sent as a whole. The caller has checked who asks.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tinhso.accounts.api import User
from tinhso.core import clock, intake
from tinhso.core.errors import RuleViolation
from tinhso.core.intake import FileRefused
from tinhso.public_services.dossiers.choices import Channel
from tinhso.public_services.dossiers.models import Dossier, DossierEvent, Supplement
from tinhso.public_services.dossiers.presenters import supplement as presenters
from tinhso.public_services.dossiers.rules.supplements import PAPER
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.dossiers.selectors import supplement as selectors
from tinhso.public_services.dossiers.services import limits
from tinhso.public_services.dossiers.services import supplying as services
from tinhso.public_services.dossiers.services.changes import Actor
from tinhso.public_services.dossiers.services.drafts import StaleDraft, TooManyFiles
from tinhso.public_services.dossiers.services.refusals import KeyReused, NotAllowed, StaleDossier, Unfinished
from tinhso.public_services.dossiers.services.supplying import NothingAsked
from tinhso.public_services.form_engine import presenters as forms
from tinhso.public_services.form_engine.rules import filling
from tinhso.public_services.form_engine.rules.answers import Problem
from tinhso.public_services.form_engine.rules.filling import Part
from tinhso.public_services.form_engine.rules.form import Page

PREFIX = "handed"  # of a side's own fields: no question of a procedure can be called so


@dataclass(frozen=True)
class Side:
    """Who hands in, and what is this side's own.

    Attributes:
        channel: `ONLINE`, or `COUNTER` where papers may also come on paper.
        template: of the page.
        home: address of the dossier.
        saved: what is said once it is kept and not sent.
        again: the dossier as it is now.
        done: the answer once it was sent.
        form: what is said beside answers and papers; None for nothing.
        initial: of this form.
    """

    dossier: Dossier
    actor: Actor
    channel: Channel
    template: str
    home: str
    saved: str
    again: Callable[[], Dossier]
    done: Callable[[DossierEvent], HttpResponse]
    form: type[Form] | None = None
    initial: Mapping[str, Any] = field(default_factory=dict)

    @property
    def at_counter(self) -> bool:
        return self.channel == Channel.COUNTER


@dataclass
class _Sent:
    """What a page is shown with after it was sent, or at first.

    Attributes:
        answers: as typed; None for those that are kept.
        note: beside the answers, as typed; None for what is kept.
        form: the one that was refused; None when none was.
        refused: sentences about files, by `paper:code`.
        problems: that kept it from being sent.
        stale: answers that were saved elsewhere; None when none were.
        sentence: why nothing was done, for the page as a whole.
    """

    answers: dict[str, Any] | None = None
    note: dict[str, Any] | None = None
    form: Form | None = None
    refused: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    stale: dict[str, Any] | None = None
    sentence: str = ""
    status: int = 200


def answer(request: HttpRequest, side: Side) -> HttpResponse:
    """What is asked for again, and nothing else; what is sent."""
    asked = selectors.open_supplement(side.dossier)
    if asked is None:
        return _nothing_asked(request, side)
    if request.method != "POST":
        return _page(request, side, asked, _Sent())
    try:
        return _sent(request, side, asked)
    except NothingAsked:
        return _nothing_asked(request, side)


def _nothing_asked(request: HttpRequest, side: Side) -> HttpResponse:
    """On, where it was sent by this very page before; else to the dossier, since nothing is asked any more."""
    before = services.sent_before(actor=side.actor, dossier=side.dossier, key=_key(request))
    if before:
        return side.done(before)
    messages.info(request, str(NothingAsked()))
    return redirect(side.home)


def _key(request: HttpRequest) -> str:
    """The key that the page was sent with; a new one where it sent none."""
    return request.POST.get("key", "")[:64] or uuid.uuid4().hex


def _number(request: HttpRequest, name: str, otherwise: int) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise


def _sent(request: HttpRequest, side: Side, asked: Supplement) -> HttpResponse:
    """Keep whatever came, then do what the pressed button says."""
    sent = _Sent()
    if "remove" in request.POST:
        _remove(side, asked, request.POST["remove"])
    pressed = _keep_answers(request, side, asked, sent)
    try:
        sent.refused = _take_files(request, side, asked)
    except limits.TooOften as refusal:
        sent.sentence, sent.status = str(refusal), 429
        found = _page(request, side, asked, sent)
        found.headers["Retry-After"] = str(limits.WINDOW)
        return found
    if sent.stale is not None or sent.refused or pressed:
        sent.status = 409 if sent.stale is not None else 422 if sent.refused else 200
        return _page(request, side, asked, sent)
    if "send" in request.POST:
        return _send(request, side, asked, sent)
    messages.success(request, side.saved)
    return redirect(request.path)


def _keep_answers(request: HttpRequest, side: Side, asked: Supplement, sent: _Sent) -> str:
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
    sent.note = _note(request, side)
    sent.counts = counts
    try:
        services.save_answers(
            supplement_id=asked.pk,
            revision=_number(request, "draft", 0),
            answers=sent.answers,
            at=clock.now(),
            channel=side.channel,
            note=sent.note,
        )
    except StaleDraft as stale:
        sent.stale, sent.sentence = stale.saved, str(stale)
    return pressed


def _note(request: HttpRequest, side: Side) -> dict[str, Any]:
    """What is said beside the answers, as typed, and which papers came on paper."""
    if side.form is None:
        return {}
    said = {name: request.POST.get(f"{PREFIX}-{name}", "")[:200] for name in side.form.base_fields}
    papers = standing.bundle_of(side.dossier).papers
    return said | {"originals": [paper.code for paper in papers if f"original-{paper.code}" in request.POST]}


def _take_files(request: HttpRequest, side: Side, asked: Supplement) -> dict[str, str]:
    """Let the files in; what was refused, in words by paper. Those that were let in are kept whatever happens to others.

    Raises:
        TooOften: more than 60 files in a minute; none is taken.
    """
    codes = [paper.code for paper in selectors.papers(asked, selectors.draft_of(asked, side.channel))]
    uploads = [(code, file) for code in codes for file in request.FILES.getlist(presenters.field_name(code))]
    if not uploads:
        return {}
    user_id, at = cast(User, request.user).pk, clock.now()
    limits.count(what="upload", user_id=user_id, most=limits.UPLOADS, at=at, times=len(uploads))
    refused: dict[str, str] = {}
    for code, file in uploads:
        problem = _take(side, asked, code, file)
        if problem:
            refused[f"{PAPER}{code}"] = problem
    return refused


def _take(side: Side, asked: Supplement, paper: str, upload: "UploadedFile[Any]") -> str:
    """One file; why it was refused, empty when it was not."""
    at = clock.now()
    try:
        taken = intake.take(content=cast("BinaryIO", upload.file), name=upload.name or "", at=at)
        services.attach(supplement_id=asked.pk, paper=paper, taken=taken, at=at, channel=side.channel)
    except (FileRefused, TooManyFiles) as refusal:
        return str(refusal)
    return ""


def _remove(side: Side, asked: Supplement, text: str) -> None:
    try:
        key = UUID(text)
    except ValueError:
        return
    services.detach(supplement_id=asked.pk, key=key, channel=side.channel)


def _send(request: HttpRequest, side: Side, asked: Supplement, sent: _Sent) -> HttpResponse:
    """Hand the supplement in."""
    form = side.form(request.POST, prefix=PREFIX) if side.form else None
    if form is not None and not form.is_valid():
        sent.form, sent.status = form, 422
        return _page(request, side, asked, sent)
    refusal = RuleViolation()
    try:
        done = services.supply(
            dossier=side.dossier,
            actor=side.actor,
            key=_key(request),
            revision=_number(request, "revision", -1),
            at=clock.now(),
            channel=side.channel,
        )
    except Unfinished as unfinished:
        sent.problems, sent.status = unfinished.problems, 422
        return _page(request, side, asked, sent)
    except StaleDossier as stale:
        sent.status, refusal = 409, stale
    except (NotAllowed, KeyReused) as other:
        sent.status, refusal = 422, other
    else:
        return side.done(done.event)
    sent.sentence = str(refusal)
    now = side.again()
    return _page(request, side, selectors.open_supplement(now) or asked, sent)


def _page(request: HttpRequest, side: Side, asked: Supplement, sent: _Sent) -> HttpResponse:
    found, draft = asked.dossier, selectors.draft_of(asked, side.channel)
    typed = selectors.answers_of(asked, draft) if sent.answers is None else sent.answers
    note = selectors.note_of(draft) if sent.note is None else sent.note
    bundle, said = standing.bundle_of(found), selectors.said(asked)
    whole, _may = selectors.after(asked, typed)
    items = selectors.items(asked, typed)
    part = Part(bundle.read_form, Page("supplement", "", items))
    (view,) = forms.part_views([part], whole | typed, on=clock.today(), problems=sent.problems, counts=sent.counts)
    about_papers = presenters.paper_problems(sent.problems, at_counter=side.at_counter) | sent.refused
    names = {paper.code: paper.name for paper in bundle.papers}
    context = {
        "dossier": found,
        "procedure": bundle.name,
        "home": side.home,
        "at_counter": side.at_counter,
        "reason": said["reason"],
        "wait_until": asked.wait_until,
        "questions": presenters.questions(view.fields, said["items"]),
        "papers": presenters.papers(
            selectors.papers(asked, draft),
            notes=said["items"],
            problems=about_papers,
            before=selectors.files_before(found),
            kept=draft.files.order_by("pk") if draft else (),
            originals=note.get("originals", ()),
        ),
        "form": sent.form or _blank(side, note),
        "problem_lines": presenters.problem_lines(
            bundle.read_form, sent.problems, names, about_papers, items, at_counter=side.at_counter
        ),
        "sentence": sent.sentence,
        "elsewhere": [] if sent.stale is None else presenters.differences(bundle.read_form, typed, sent.stale),
        "draft_revision": draft.revision if draft else 0,
        "key": _key(request),
    }
    return render(request, side.template, context, status=sent.status)


def _blank(side: Side, note: Mapping[str, Any]) -> Form | None:
    """The side's own form with what was typed so far; None where it has none."""
    typed = {name: value for name, value in note.items() if value}
    return side.form(initial={**side.initial, **typed}, prefix=PREFIX) if side.form else None
