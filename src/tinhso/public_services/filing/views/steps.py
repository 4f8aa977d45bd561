"""The steps after the form: where to file, papers, reviewing, filing."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.accounts import api as accounts
from tinhso.accounts.api import SignedInRequest, sign_in_required
from tinhso.core import clock
from tinhso.core.errors import RuleViolation
from tinhso.public_services.catalog.presenters.public import term_words
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.dossiers.choices import Channel, DeliveryWay
from tinhso.public_services.dossiers.models import Dossier, Draft
from tinhso.public_services.dossiers.selectors import codes, standing
from tinhso.public_services.dossiers.services import drafts as services
from tinhso.public_services.dossiers.services import filing, limits
from tinhso.public_services.dossiers.services.limits import TooOften
from tinhso.public_services.dossiers.services.refusals import Unfinished
from tinhso.public_services.filing import forms, presenters
from tinhso.public_services.filing.rules import keys
from tinhso.public_services.filing.selectors import drafts, reuse
from tinhso.public_services.filing.selectors.drafts import Filling
from tinhso.public_services.filing.services import submitting, uploads
from tinhso.public_services.filing.views.asked import draft_required, is_fragment, lists
from tinhso.public_services.filing.views.begin import need_surer_sign_in
from tinhso.public_services.form_engine import presenters as form_presenters
from tinhso.public_services.form_engine.presenters import ProblemLine
from tinhso.public_services.form_engine.rules import filling as rules
from tinhso.public_services.form_engine.rules.answers import Problem


@require_http_methods(["GET", "HEAD", "POST"])
@draft_required
def agency(request: SignedInRequest, found: Filling) -> HttpResponse:
    """Where to file."""
    now = clock.now()
    rows = procedures.offering_units(found.bundle.code, now.date())
    way = presenters.way(found, f":{presenters.AGENCY}")
    chosen = next((row.code for row in rows if row.unit_id == found.draft.agency_id), "")
    problem = ""
    if request.method == "POST":
        chosen = request.POST.get("agency", "")
        row = next((row for row in rows if row.code == chosen), None)
        if row is not None:
            services.choose_agency(draft_id=found.draft.pk, unit_id=row.unit_id, at=now)
            return redirect(way.after.url)
        problem = _("Hãy chọn cơ quan sẽ giải quyết hồ sơ.")
    context = {
        "filling": found,
        "way": way,
        "groups": presenters.agency_groups(rows),
        "chosen": chosen,
        "problem": problem,
        "lines": [ProblemLine("#agency", _("Cơ quan giải quyết"), problem)] if problem else [],
    }
    return render(request, "public_services/filing/agency.html", context, status=422 if problem else 200)


# ---- papers ----


@require_http_methods(["GET", "HEAD", "POST"])
@draft_required
def papers(request: SignedInRequest, found: Filling) -> HttpResponse:
    """The papers: files put to them and taken away, results of ours put in their place."""
    if request.method != "POST":
        return _papers(request, found)
    refusals = change_papers(request, found, _results(request, found))
    found = Filling(found.draft, found.bundle, found.answers)
    problems = [one for one in filing.problems_of(found.draft) if one.pointer.startswith("paper:")]
    way = presenters.way(found, f":{presenters.PAPERS}")
    if "next" not in request.POST or refusals:
        return _papers(request, found, refusals=refusals)
    if problems:
        return _papers(request, found, problems=problems)
    return redirect(way.after.url)


def change_papers(request: SignedInRequest, found: Filling, results: dict[str, Any]) -> dict[str, list[str]]:
    """Do to the papers what was sent: files, and the buttons `remove-KEY` and `reuse-KEY`.

    Returns:
        Why something was refused, by the paper's code.
    """
    now = clock.now()
    sent = {name.removeprefix("file-"): files for name, files in request.FILES.lists() if name.startswith("file-")}
    codes_asked = [paper.code for paper in found.papers]
    refusals = uploads.put(draft=found.draft, sent=sent, papers=codes_asked, at=now)
    for name in request.POST:
        if name.startswith("remove-"):
            _remove(found, name.removeprefix("remove-"))
        if name.startswith("reuse-"):
            _reuse(found, name.removeprefix("reuse-"), results, refusals)
    return refusals


def _remove(found: Filling, key: str) -> None:
    for file in found.draft.files.all():
        if str(file.key) == key:
            services.detach(draft_id=found.draft.pk, key=key)


def _reuse(found: Filling, key: str, results: dict[str, Any], refusals: dict[str, list[str]]) -> None:
    for code, own_results in results.items():
        for result in own_results:
            if str(result.key) == key:
                try:
                    uploads.put_result(draft=found.draft, paper=code, result=result, at=clock.now())
                except RuleViolation as refusal:
                    refusals.setdefault(code, []).append(str(refusal))


def _results(request: SignedInRequest, found: Filling) -> dict[str, Any]:
    """The signed-in person's own results that stand for papers; none in a session of assistance."""
    if found.draft.assistance is not None:
        return {}
    number = presenters.own_number(request.user)
    return dict(reuse.reusable(found.papers, identity_number=number, on=clock.today()))


def _papers(
    request: SignedInRequest,
    found: Filling,
    *,
    refusals: dict[str, list[str]] | None = None,
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    blocks = presenters.paper_blocks(found, refusals=refusals, results=_results(request, found), problems=problems)
    context = {
        "filling": found,
        "way": presenters.way(found, f":{presenters.PAPERS}"),
        "here": request.path,
        "blocks": blocks,
        "lines": presenters.paper_problems(found, problems),
    }
    page = "public_services/filing/papers.html"
    return render(
        request,
        f"{page}#papers" if is_fragment(request) else page,
        context,
        status=422 if refusals or problems else 200,
    )


# ---- reviewing and filing ----


@require_safe
@draft_required
def review(request: SignedInRequest, found: Filling) -> HttpResponse:
    """Everything once more before it is filed."""
    return _review(request, found)


def _review(
    request: SignedInRequest,
    found: Filling,
    *,
    lines: Sequence[ProblemLine] = (),
    problems: Sequence[Problem] = (),
    status: int = 200,
) -> HttpResponse:
    delivery = forms.delivery_part(Channel.ONLINE)
    answers = {keys.DELIVERY: DeliveryWay.ONLINE.value} | found.answers
    context = {
        "filling": found,
        "way": presenters.way(found, f":{presenters.REVIEW}"),
        "sections": presenters.review(found, forms.own_part(found), clock.today()),
        "agency": presenters.agency_name(found.draft.agency_id, clock.today()),
        "term": term_words(found.bundle.term),
        "agency_url": presenters.step_url(found, presenters.AGENCY),
        "papers_url": presenters.step_url(found, presenters.PAPERS),
        "blocks": presenters.paper_blocks(found),
        "delivery": form_presenters.part_views([delivery], answers, on=clock.today(), problems=problems),
        "fees": found.bundle.fees_for(found.asked, Channel.ONLINE.value),
        "lines": lines,
    }
    return render(request, "public_services/filing/review.html", context, status=status)


@require_POST
@draft_required
def submit(request: SignedInRequest, found: Filling) -> HttpResponse:
    """File it. However often it is pressed, one dossier comes of it."""
    now = clock.now()
    if found.draft.assistance is None and found.bundle.assurance > request.session.get("assurance", 1):
        return need_surer_sign_in(request, found.bundle.code)
    found, lines, problems = _with_delivery(request, found)
    if lines:
        open_ones = filing.problems_of(found.draft, files=found.files)
        own_lines = presenters.review_problems(found, forms.own_part(found), open_ones)
        return _turned_down(request, found, [*own_lines, *lines], problems=problems)
    try:
        filed = submitting.submit(found=found, user=request.user, at=now)
    except Draft.DoesNotExist:
        raise Http404 from None
    except Unfinished as refusal:
        return _turned_down(request, found, presenters.review_problems(found, forms.own_part(found), refusal.problems))
    except TooOften:
        raise
    except RuleViolation as refusal:
        url = presenters.step_url(found, presenters.AGENCY)
        return _turned_down(request, found, [ProblemLine(url, _("Chưa nộp được"), str(refusal))])
    return redirect("public_services:filed", filed.dossier.key)


def _turned_down(
    request: SignedInRequest, found: Filling, lines: Sequence[ProblemLine], problems: Sequence[Problem] = ()
) -> HttpResponse:
    """What is to be mended; a try that was undone counts, too."""
    limits.count(what="submit", user_id=request.user.pk, most=limits.SUBMISSIONS, at=clock.now())
    return _review(request, found, lines=lines, problems=problems, status=422)


def _with_delivery(request: SignedInRequest, found: Filling) -> tuple[Filling, list[ProblemLine], list[Problem]]:
    """The draft with the chosen way of delivery, and what is wrong with the choice."""
    parts = [forms.delivery_part(Channel.ONLINE)]
    answers = rules.read(parts, lists(request))
    problems = rules.problems(parts, answers)
    lines = form_presenters.problem_lines(form_presenters.items_of(parts), problems)
    return found.with_answers(answers), lines, problems


@require_safe
@never_cache
@sign_in_required
def filed(request: SignedInRequest, key: UUID) -> HttpResponse:
    """What came of filing: number, look-up code, and what happens next."""
    dossier = _filed_by(request, key)
    fees = standing.bundle_of(dossier).fees_for(standing.answers_of(dossier), dossier.channel)
    context = {
        "dossier": dossier,
        "bundle": standing.bundle_of(dossier),
        "agency": presenters.agency_name(dossier.agency_id, dossier.submitted_at.date()),
        "term": term_words(standing.bundle_of(dossier).term),
        "code": codes.code_of(dossier),
        "is_citizen": accounts.is_citizen(request.user),
        "fees": {when: [(fee, vnd) for fee, vnd in fees if fee.when == when] for when in ("receive", "deliver")},
    }
    return render(request, "public_services/filing/filed.html", context)


def _filed_by(request: SignedInRequest, key: UUID) -> Dossier:
    """A dossier of the citizen, or one that the official has filed for somebody."""
    found = drafts.filed_dossier(request.user, key)
    if found is None:
        raise Http404
    return found
