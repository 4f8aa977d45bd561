"""What other modules may ask of accounts: who is asking, and for which units."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from tinhso.accounts.choices import Action, Role
from tinhso.accounts.models import User
from tinhso.accounts.selectors import Scope, scope
from tinhso.accounts.services import assign, create_demo_users, create_user
from tinhso.core import clock

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    """A request whose user is known; what `action_required` hands on."""

    user: User
    scope: Scope


View = Callable[Concatenate[SignedInRequest, P], HttpResponse]
AnyView = Callable[Concatenate[HttpRequest, P], HttpResponse]


def action_required(action: Action) -> Callable[[View[P]], AnyView[P]]:
    """Let in people who may do something for some unit; others get 404, the unknown are asked to sign in.

    The view finds the units in `request.scope` and must check the one it shows with `scope_or_404`.
    """

    def decorate(view: View[P]) -> AnyView[P]:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            assert isinstance(request.user, User)  # noqa: S101 - for the type; login_required has seen to it
            request.scope = scope(user=request.user, action=action, on=clock.today())  # type: ignore[attr-defined]
            if request.scope.is_empty:  # type: ignore[attr-defined]
                raise Http404
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

        return guarded  # type: ignore[return-value]  # the decorators keep the signature

    return decorate


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
    "assign",
    "create_demo_users",
    "create_user",
    "scope",
    "unit_or_404",
]
