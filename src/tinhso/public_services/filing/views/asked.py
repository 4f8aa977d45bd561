"""Which draft, for whom."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, SignedInRequest, User, sign_in_required
from tinhso.core import clock
from tinhso.public_services.assistance.selectors import sessions
from tinhso.public_services.dossiers.choices import Channel
from tinhso.public_services.dossiers.models import Draft
from tinhso.public_services.dossiers.services import limits
from tinhso.public_services.dossiers.services.limits import TooOften
from tinhso.public_services.filing.selectors import drafts
from tinhso.public_services.filing.selectors.drafts import Filling

DraftView = Callable[..., HttpResponse]


def draft_required(view: DraftView) -> Callable[..., HttpResponse]:
    """Let in whoever fills in a draft online: the citizen, or the helper of a session while the person's consent is in
    force; others get 404.

    A draft that has been filed leads to what became of it. Pages are never kept by browsers: going back shows what is
    saved.
    """

    def guarded(request: SignedInRequest, /, key: UUID, **kwargs: Any) -> HttpResponse:
        try:
            found = drafts.filling(request.user, key)
        except Draft.DoesNotExist:
            return _filed_or_404(request, key)
        if not _may_fill_in(request.user, found.draft):
            raise Http404
        try:
            return view(request, found, **kwargs)
        except TooOften as refusal:
            return too_often(request, refusal, reverse("public_services:draft", args=[key]))

    update_wrapper(guarded, view)
    return never_cache(sign_in_required(guarded))


def _may_fill_in(user: User, draft: Draft) -> bool:
    if draft.channel != Channel.ONLINE:
        return False
    if draft.assistance is None:
        return accounts.is_citizen(user)
    helps = not accounts.scope(user=user, action=Action.ASSIST_PEOPLE, on=clock.today()).is_empty
    return helps and sessions.is_agreed(draft, clock.now())


def _filed_or_404(request: SignedInRequest, key: UUID) -> HttpResponse:
    filed = drafts.filed_as(request.user, key)
    if filed is None:
        raise Http404
    if is_fragment(request):
        return HttpResponse(status=204)
    return redirect("public_services:filed", filed.key)


def too_often(request: HttpRequest, refusal: TooOften, url: str) -> HttpResponse:
    """The page that asks to wait a minute, and leads back to the draft."""
    answer = render(request, "public_services/filing/too_often.html", {"refusal": refusal, "url": url}, status=429)
    answer.headers["Retry-After"] = str(limits.WINDOW)
    return answer


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks, which puts the answer into the page."""
    return "HX-Request" in request.headers


def lists(request: HttpRequest) -> dict[str, list[str]]:
    """What a browser has sent, every field with all its values."""
    return {name: [str(value) for value in values] for name, values in request.POST.lists()}


def revision(request: HttpRequest) -> int:
    """The revision that the page was shown with; one that none has, for nonsense."""
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 9 else 10**9


__all__ = ["Filling", "draft_required", "is_fragment", "lists", "revision", "too_often"]
