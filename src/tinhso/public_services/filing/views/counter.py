"""Taking in at the counter or by post: the whole form on one sheet, papers ticked or scanned, and the number at once."""

from collections.abc import Callable, Sequence
from functools import update_wrapper
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required, unit_or_404
from tinhso.core import clock
from tinhso.core.errors import RuleViolation
from tinhso.organizations.api import UnitRow
from tinhso.public_services.catalog.models import ProcedureVersion
from tinhso.public_services.catalog.presenters.public import term_words
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.dossiers.choices import Channel, DeliveryWay
from tinhso.public_services.dossiers.models import Dossier, Draft
from tinhso.public_services.dossiers.selectors import codes
from tinhso.public_services.dossiers.services import drafts as services
from tinhso.public_services.dossiers.services import filing
from tinhso.public_services.dossiers.services.drafts import StaleDraft
from tinhso.public_services.dossiers.services.limits import TooOften
from tinhso.public_services.filing import forms, presenters
from tinhso.public_services.filing.rules import keys
from tinhso.public_services.filing.selectors import counter as selectors
from tinhso.public_services.filing.selectors import drafts
from tinhso.public_services.filing.selectors.drafts import Filling
from tinhso.public_services.filing.services import submitting
from tinhso.public_services.filing.views import pages
from tinhso.public_services.filing.views.asked import is_fragment, lists, revision, too_often
from tinhso.public_services.filing.views.steps import change_papers
from tinhso.public_services.form_engine import presenters as form_presenters
from tinhso.public_services.form_engine.presenters import ProblemLine
from tinhso.public_services.form_engine.rules import filling as rules
from tinhso.public_services.form_engine.rules.answers import Problem
from tinhso.public_services.form_engine.rules.filling import Part

PAGE = "page"  # field that names the pages of the form which the sheet has shown
CHANNELS = (Channel.COUNTER, Channel.POST)


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.RECEIVE_DOSSIERS)
def new(request: SignedInRequest) -> HttpResponse:
    """Choose procedure and channel."""
    today = clock.today()
    units = selectors.units(request.scope, today)
    versions = selectors.offered_in(units, today)
    said = {name: request.POST.get(name, request.GET.get(name, "")) for name in ("procedure", "channel", "unit")}
    lines: list[ProblemLine] = []
    if request.method == "POST":
        draft, lines = _begun(request, said, versions, units)
        if draft is not None:
            return redirect("public_services:counter_draft", draft.key)
    context = {
        "groups": _by_field(versions),
        "units": units,
        "channels": [(channel.value, channel.label) for channel in CHANNELS],
        "said": said | {"channel": said["channel"] or Channel.COUNTER.value},
        "lines": lines,
        "begun": selectors.begun(request.user),
    }
    return render(request, "public_services/filing/counter_new.html", context, status=422 if lines else 200)


def _by_field(versions: Sequence[ProcedureVersion]) -> list[tuple[str, list[ProcedureVersion]]]:
    found: dict[str, list[ProcedureVersion]] = {}
    for version in versions:
        found.setdefault(version.field, []).append(version)
    return list(found.items())


def _begun(
    request: SignedInRequest, said: dict[str, str], versions: Sequence[ProcedureVersion], units: Sequence[UnitRow]
) -> tuple[Draft | None, list[ProblemLine]]:
    """A draft of what was chosen, or what is wrong with the choice."""
    now = clock.now()
    version = next((one for one in versions if one.procedure.code == said["procedure"]), None)
    if version is None:
        return None, [ProblemLine("#procedure", _("Thủ tục"), _("Hãy chọn một thủ tục."))]
    offering = {row.unit_id for row in procedures.offering_units(version.procedure.code, now.date())}
    chosen = [row for row in units if row.unit_id in offering and said["unit"] in ("", row.code)]
    if len(chosen) != 1:
        text = _("Hãy chọn đơn vị tiếp nhận có giải quyết thủ tục này.")
        return None, [ProblemLine("#unit", _("Đơn vị tiếp nhận"), text)]
    channel = Channel(said["channel"]) if said["channel"] in {one.value for one in CHANNELS} else Channel.COUNTER
    draft = services.begin(user=request.user, version=version, channel=channel, answers={keys.FOR: keys.SELF}, at=now)
    services.choose_agency(draft_id=draft.pk, unit_id=unit_or_404(request, chosen[0].unit_id), at=now)
    return draft, []


def _draft_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in the official who takes the dossier in; one that was taken in leads to its number."""

    def guarded(request: SignedInRequest, key: UUID) -> HttpResponse:
        try:
            found = drafts.filling(request.user, key)
        except Draft.DoesNotExist:
            filed = drafts.filed_as(request.user, key)
            if filed is None:
                raise Http404 from None
            return redirect("public_services:received", filed.key)
        if found.draft.channel == Channel.ONLINE:
            raise Http404
        unit_or_404(request, found.draft.agency_id)
        try:
            return view(request, found)
        except TooOften as refusal:
            return too_often(request, refusal, request.path)

    update_wrapper(guarded, view)
    return never_cache(action_required(Action.RECEIVE_DOSSIERS)(guarded))


def _parts(found: Filling, only: Sequence[str] | None = None) -> list[Part]:
    """Everything that stands on the sheet; or what stood on it when it was shown, by the ids of the form's pages."""
    form = found.bundle.read_form
    shown = form.shown_pages(found.asked) if only is None else [page for page in form.pages if page.id in only]
    own = [forms.counter_part(), *(Part(form, page) for page in shown)]
    return [*own, forms.delivery_part(found.draft.channel)]


@require_http_methods(["GET", "HEAD", "POST"])
@_draft_required
def fill_in(request: SignedInRequest, found: Filling) -> HttpResponse:
    """The sheet."""
    if request.method == "POST":
        return _saved(request, found)
    return _sheet(request, found, counts=pages.asked_counts(request))


def _sheet(
    request: SignedInRequest,
    found: Filling,
    *,
    problems: Sequence[Problem] = (),
    refusals: dict[str, list[str]] | None = None,
    counts: dict[str, int] | None = None,
    more: Sequence[ProblemLine] = (),
    is_new: bool = False,
) -> HttpResponse:
    parts = _parts(found)
    own_answers = {keys.DELIVERY: DeliveryWay.COUNTER.value} | found.answers
    originals = found.answers.get(keys.ORIGINALS, [])
    views = form_presenters.part_views(parts, own_answers, on=clock.today(), problems=problems, counts=counts)
    lines = form_presenters.problem_lines(
        form_presenters.items_of(parts), [one for one in problems if one.pointer.startswith("/")]
    )
    context = {
        "filling": found,
        "agency": presenters.agency_name(found.draft.agency_id, clock.today()),
        "term": term_words(found.bundle.term),
        "here": request.path,
        "parts": views,
        "blocks": presenters.paper_blocks(found, refusals=refusals, problems=problems, originals=originals),
        "lines": [*lines, *presenters.paper_problems(found, problems), *more],
        "has_new": is_new,
    }
    status = 422 if context["lines"] or refusals else 200
    return render(request, "public_services/filing/counter_sheet.html", context, status=status)


def _saved(request: SignedInRequest, found: Filling) -> HttpResponse:
    data = rules.without_dropped(lists(request))
    parts = _parts(found, data.get(PAGE, []))
    answers = _completed(found, rules.read(parts, data)) | {keys.ORIGINALS: _originals(found, data)}
    try:
        draft = services.save_answers(
            draft_id=found.draft.pk,
            revision=revision(request),
            answers=answers,
            names=[*rules.names(parts, data), keys.ORIGINALS],
            at=clock.now(),
            force="force" in data,
        )
    except StaleDraft as stale:
        return pages.conflict(request, found, parts, answers, stale)
    found = found.with_draft(draft)
    if pages.SAVE in data and is_fragment(request):
        return pages.saved_note(request, found, parts, data)
    refusals = change_papers(request, found, {})
    found = Filling(found.draft, found.bundle, found.answers)
    group = rules.pressed(parts, lists(request))
    if group and not refusals:
        return pages.to_entries(request, parts, data, group)
    counts = rules.counts(parts, data)
    if refusals or "receive" not in data:
        return _sheet(request, found, refusals=refusals, counts=counts)
    return _received(request, found, data, counts)


def _completed(found: Filling, answers: dict[str, Any]) -> dict[str, Any]:
    """The answers, and where the owner files in person, what the form asks of the person and was left empty."""
    if answers.get(keys.FOR) != keys.SELF:
        return answers
    known = {
        "full_name": answers.get(keys.OWNER_NAME),
        "identity_number": answers.get(keys.OWNER_IDENTITY),
        "phone": answers.get(keys.OWNER_PHONE),
        "address": answers.get(keys.OWNER_ADDRESS),
    }
    return rules.prefilled(found.bundle.read_form, known) | answers


def _originals(found: Filling, data: dict[str, Any]) -> list[str]:
    return [paper.code for paper in found.bundle.papers if f"original-{paper.code}" in data]


def _received(request: SignedInRequest, found: Filling, data: dict[str, Any], counts: dict[str, int]) -> HttpResponse:
    """Take it in, unless something is newly asked or is to be mended."""
    parts = _parts(found)
    shown_pages = [part.page.id for part in parts if part.form is found.bundle.read_form]
    new = set(rules.shown(parts, found.answers)) - set(data.get(rules.SHOWN, ()))
    if new or shown_pages != list(data.get(PAGE, ())):
        return _sheet(request, found, counts=counts, is_new=True)
    originals = [code for code in found.answers.get(keys.ORIGINALS, []) if code in {one.code for one in found.papers}]
    handed = {f"paper:{code}" for code in originals}
    papers = [one for one in filing.problems_of(found.draft, files=found.files) if one.pointer.startswith("paper:")]
    problems = rules.problems(parts, found.answers) + [one for one in papers if one.pointer not in handed]
    if problems:
        return _sheet(request, found, problems=problems, counts=counts)
    try:
        filed = submitting.receive(found=found, user=request.user, originals=originals, at=clock.now())
    except RuleViolation as refusal:
        return _sheet(
            request, found, counts=counts, more=[ProblemLine("#main", _("Chưa tiếp nhận được"), str(refusal))]
        )
    return redirect("public_services:received", filed.dossier.key)


@require_POST
@_draft_required
def discard(request: SignedInRequest, found: Filling) -> HttpResponse:
    """Drop what was begun at the counter."""
    services.discard(draft_id=found.draft.pk)
    messages.success(request, _("Đã bỏ hồ sơ đang nhập."))
    return redirect("public_services:counter")


@require_safe
@never_cache
@action_required(Action.RECEIVE_DOSSIERS)
def received(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Number, look-up code and receipt of what was taken in."""
    try:
        dossier = selectors.received(request.scope, key)
    except Dossier.DoesNotExist:
        raise Http404 from None
    context = {
        "dossier": dossier,
        "agency": presenters.agency_name(dossier.agency_id, dossier.submitted_at.date()),
        "code": codes.code_of(dossier),
    }
    return render(request, "public_services/filing/received.html", context)
