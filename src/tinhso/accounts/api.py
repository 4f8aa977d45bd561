"""What other modules may ask of accounts: who is asking, and for which units."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from tinhso.accounts.choices import Action, Role
from tinhso.accounts.models import User
from tinhso.accounts.selectors import Scope, addresses, has_administrator, scope
from tinhso.accounts.services import assign, create_demo_users, create_user
from tinhso.core import clock

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    """A request whose user is known. `scope` is there behind `action_required` only."""

    user: User
    scope: Scope


View = Callable[Concatenate[SignedInRequest, P], HttpResponse]
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

    The view finds the units in `request.scope` and must check the one it shows with `unit_or_404`.
    """

    def decorate(view: View[P]) -> AnyView[P]:
        def guarded(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            request.scope = scope(user=request.user, action=action, on=clock.today())
            if request.scope.is_empty:
                raise Http404
            return view(request, *args, **kwargs)

        update_wrapper(guarded, view)
        return sign_in_required(guarded)

    return decorate


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
    "Action",
    "Role",
    "Scope",
    "SignedInRequest",
    "User",
    "action_required",
    "addresses",
    "assign",
    "create_demo_users",
    "create_user",
    "has_administrator",
    "scope",
    "sign_in_required",
    "unit_or_404",
]
