"""The pages of the form, one per step: shown, saved while one types, checked when one goes on."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.accounts.api import SignedInRequest
from tinhso.core import clock
from tinhso.core.clock import VIETNAM
from tinhso.public_services.dossiers.services import drafts as services
from tinhso.public_services.dossiers.services.drafts import StaleDraft
from tinhso.public_services.filing import forms, presenters
from tinhso.public_services.filing.selectors.drafts import Filling
from tinhso.public_services.filing.views.asked import draft_required, is_fragment, lists, revision
from tinhso.public_services.form_engine import presenters as form_presenters
from tinhso.public_services.form_engine.rules import filling as rules
from tinhso.public_services.form_engine.rules.answers import Problem
from tinhso.public_services.form_engine.rules.filling import Part
from tinhso.public_services.form_engine.rules.form import Page

LEAVE, SAVE = "leave", "save"


@require_http_methods(["GET", "HEAD", "POST"])
@draft_required
def page(request: SignedInRequest, found: Filling, page_id: str) -> HttpResponse:
    """One page of the form."""
    asked = found.bundle.read_form.page(page_id)
    if asked is None:
        raise Http404
    if request.method == "POST":
        return _saved(request, found, asked)
    return _shown(request, found, asked, counts=asked_counts(request))


def asked_counts(request: SignedInRequest) -> dict[str, int]:
    """How many entries groups are to be shown with (`?entries-GROUP=3`), after one was added."""
    found = {}
    for name, texts in request.GET.lists():
        text = str(texts[-1])
        if name.startswith("entries-") and text.isdecimal() and len(text) < 4:
            found[name.removeprefix("entries-")] = int(text)
    return found


def _shown(
    request: SignedInRequest,
    found: Filling,
    asked: Page,
    *,
    problems: Sequence[Problem] = (),
    counts: dict[str, int] | None = None,
    is_new: bool = False,
) -> HttpResponse:
    parts = presenters.parts_of(found, asked, forms.own_part(found))
    context = {
        "filling": found,
        "way": presenters.way(found, asked.id),
        "here": request.path,
        "parts": form_presenters.part_views(parts, found.answers, on=clock.today(), problems=problems, counts=counts),
        "lines": form_presenters.problem_lines(form_presenters.items_of(parts), problems),
        "has_new": is_new,
    }
    return render(request, "public_services/filing/page.html", context, status=422 if problems else 200)


def _saved(request: SignedInRequest, found: Filling, asked: Page) -> HttpResponse:
    parts = presenters.parts_of(found, asked, forms.own_part(found))
    data = rules.without_dropped(lists(request))
    answers = rules.read(parts, data)
    try:
        draft = services.save_answers(
            draft_id=found.draft.pk,
            revision=revision(request),
            answers=answers,
            names=rules.names(parts, data),
            at=clock.now(),
            force="force" in data,
        )
    except StaleDraft as stale:
        return conflict(request, found, parts, answers, stale)
    found = found.with_draft(draft)
    if SAVE in data and is_fragment(request):
        return saved_note(request, found, parts, data)
    group = rules.pressed(parts, lists(request))
    if group:
        return to_entries(request, parts, data, group)
    if LEAVE in data:
        return redirect("public_services:mine" if found.draft.assistance is None else "public_services:assist")
    return _next(request, found, asked, parts, data)


def _next(
    request: SignedInRequest, found: Filling, asked: Page, parts: Sequence[Part], data: dict[str, Any]
) -> HttpResponse:
    """On to the next step, unless something is newly asked here, or is to be mended."""
    new = set(rules.shown(parts, found.answers)) - set(data.get(rules.SHOWN, ()))
    problems = rules.problems(parts, found.answers)
    if new:
        names = {f"/{name.replace('-', '/')}" for name in new}
        problems = [problem for problem in problems if problem.pointer not in names]
    if new or problems:
        return _shown(request, found, asked, problems=problems, counts=rules.counts(parts, data), is_new=bool(new))
    return redirect(presenters.way(found, asked.id).after.url)


def saved_note(request: SignedInRequest, found: Filling, parts: Sequence[Part], data: dict[str, Any]) -> HttpResponse:
    """The quiet note that it is saved, with the questions that this has shown or hidden."""
    views = form_presenters.part_views(parts, found.answers, on=clock.today(), counts=rules.counts(parts, data))
    was_shown = set(data.get(rules.SHOWN, ()))
    fields = [one for one in form_presenters.all_fields(views) if one.is_conditional]
    context = {
        "saved_at": found.draft.updated_at.astimezone(VIETNAM),
        "revision": found.draft.revision,
        "here": request.path,
        "changed": [one for one in fields if one.is_asked != (one.name in was_shown)],
    }
    return render(request, "public_services/filing/_saved.html", context)


def to_entries(request: SignedInRequest, parts: Sequence[Part], data: dict[str, Any], group: str) -> HttpResponse:
    """The page again, with as many entries as there are now, at the one that was added or at the group."""
    counts = rules.counts(parts, data)
    query = urlencode({f"entries-{name}": count for name, count in counts.items()})
    place = form_presenters.id_of(f"/{group}")
    if f"add-{group}" in data:
        place = form_presenters.id_of(f"/{group}/{counts[group] - 1}")
    return redirect(f"{request.path}?{query}#{place}")


def conflict(
    request: SignedInRequest,
    found: Filling,
    parts: Sequence[Part],
    mine: dict[str, Any],
    stale: StaleDraft,
) -> HttpResponse:
    """Both versions side by side: somebody saved this page elsewhere meanwhile, and chooses now."""
    if is_fragment(request):
        note = _("Trang này đã được lưu ở nơi khác. Bấm “Tiếp tục” để chọn giữ bản nào; chưa có gì bị mất.")
        return render(request, "public_services/filing/_stale.html", {"note": note}, status=422)
    theirs = {name: value for name, value in stale.saved.items() if name not in mine}
    context = {
        "filling": found,
        "stale": stale,
        "here": request.path,
        "differences": presenters.differences(parts, mine, stale.saved, clock.today()),
        "hidden": presenters.hidden_fields(parts, theirs | mine, rules.shown(parts, theirs | mine)),
    }
    return render(request, "public_services/filing/conflict.html", context, status=409)
