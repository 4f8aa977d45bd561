"""What other modules may ask of accounts: who is asking, and for which units; or as which citizen."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from tinhso.accounts.choices import Action, Role
from tinhso.accounts.models import User
from tinhso.accounts.rules import Profile
from tinhso.accounts.selectors import (
    Scope,
    addresses,
    citizen_of,
    has_administrator,
    identity_hash,
    identity_hash_of,
    is_citizen,
    people_at,
    posts,
    scope,
)
from tinhso.accounts.services import (
    DEMO_CITIZENS,
    assign,
    create_demo_citizens,
    create_demo_users,
    create_user,
    make_citizen,
)
from tinhso.core import clock

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    """A request whose user is known. `scope` is there behind `action_required` only."""

    user: User
    scope: Scope


class CitizenRequest(HttpRequest):
    """A request of a citizen, behind `citizen_required`.

    Attributes:
        assurance: level of this sign-in (mức độ định danh), 1 or 2; 1 when the session does not say.
    """

    user: User
    citizen: Profile
    assurance: int


View = Callable[Concatenate[SignedInRequest, P], HttpResponse]
CitizenView = Callable[Concatenate[CitizenRequest, P], HttpResponse]
AnyView = Callable[Concatenate[HttpRequest, P], HttpResponse]


def sign_in_required(view: View[P]) -> AnyView[P]:
    """Let in people who have signed in; the unknown are asked to, and whoever has a password that somebody else
    knows must change it first."""

    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not isinstance(request.user, User):
            return _sent_to_sign_in(request)
        if request.user.must_change_password:
            return _sent_to(request, reverse("account_change_password"))
        return view(cast(SignedInRequest, request), *args, **kwargs)

    update_wrapper(guarded, view)
    return guarded


def action_required(action: Action) -> Callable[[View[P]], AnyView[P]]:
    """Let in people who may do something for some unit; others get 404, the unknown are asked to sign in.

    A citizen gets 404, too, but is led from the site's front page to the citizens' own.

    The view finds the units in `request.scope` and must check the one it shows with `unit_or_404`.
    """

    def decorate(view: View[P]) -> AnyView[P]:
        def guarded(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            request.scope = scope(user=request.user, action=action, on=clock.today())
            if request.scope.is_empty:
                return _turned_away(request)
            return view(request, *args, **kwargs)

        update_wrapper(guarded, view)
        return sign_in_required(guarded)

    return decorate


def _turned_away(request: SignedInRequest) -> HttpResponse:
    if request.path == resolve_url(settings.LOGIN_REDIRECT_URL) and is_citizen(request.user):
        return _sent_to(request, resolve_url(settings.CITIZENS_HOME_URL))
    raise Http404


def citizen_required(view: CitizenView[P]) -> AnyView[P]:
    """Let in citizens who have signed in; officials get 404, the unknown are asked to sign in and come back.

    The view finds who it is in `request.citizen`, and in `request.assurance` how surely; one who must know it more
    surely than that is for the view to turn away.
    """

    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not isinstance(request.user, User):
            return _sent_to_sign_in(request)
        profile = citizen_of(request.user)
        if profile is None:
            raise Http404
        known = cast(CitizenRequest, request)
        known.citizen, known.assurance = profile, request.session.get("assurance", 1)
        return view(known, *args, **kwargs)

    update_wrapper(guarded, view)
    return guarded


def not_for_citizens(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> AnyView[P]:
    """Keep a page that signed-in people share, such as that of passwords, from citizens: they get 404."""

    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if is_citizen(cast(User, request.user)):
            raise Http404
        return view(request, *args, **kwargs)

    update_wrapper(guarded, view)
    return guarded


def _sent_to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back to this one; a fragment's reader comes back to the page around it."""
    htmx = HtmxDetails(request)
    shown = htmx.current_url_abs_path or request.get_full_path()
    there: HttpResponseRedirect = redirect_to_login(shown)
    return _sent_to(request, there.url)


def _sent_to(request: HttpRequest, url: str) -> HttpResponse:
    """To another page; htmx is told to load it whole, not into the fragment's place."""
    if "HX-Request" not in request.headers:
        return HttpResponseRedirect(url)
    answer = HttpResponseClientRedirect(url)
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def unit_or_404(request: SignedInRequest, unit_id: int | None) -> int:
    """The unit, if it lies in the request's scope; a stranger's unit looks as if it did not exist."""
    if unit_id is None or not request.scope.allows(unit_id):
        raise Http404
    return unit_id


__all__ = [
    "DEMO_CITIZENS",
    "Action",
    "CitizenRequest",
    "Profile",
    "Role",
    "Scope",
    "SignedInRequest",
    "User",
    "action_required",
    "addresses",
    "assign",
    "citizen_of",
    "citizen_required",
    "create_demo_citizens",
    "create_demo_users",
    "create_user",
    "has_administrator",
    "identity_hash",
    "identity_hash_of",
    "is_citizen",
    "make_citizen",
    "not_for_citizens",
    "people_at",
    "posts",
    "scope",
    "sign_in_required",
    "unit_or_404",
]
