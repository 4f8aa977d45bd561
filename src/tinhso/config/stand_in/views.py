"""The stand-in's own page: choose who you are."""

from allauth.idp.oidc import views as oidc
from django.contrib.auth import REDIRECT_FIELD_NAME, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tinhso.accounts.api import DEMO_CITIZENS, User

BACKEND = "tinhso.accounts.backends.Backend"


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """The demonstration's citizens; one click signs in as one of them."""
    wanted = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")
    if request.method == "POST":
        chosen = get_object_or_404(User, username=request.POST.get("person", ""))
        login(request, chosen, backend=BACKEND)
        is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
        return redirect(wanted if is_ours else "people")
    rows = [(profile.identity_number, profile.full_name, assurance) for profile, assurance in DEMO_CITIZENS]
    return render(request, "stand_in/people.html", {"people": rows, "next": wanted})


@csrf_exempt
def authorization(request: HttpRequest) -> HttpResponse:
    """Answer the platform once, then forget who it was: the next sign-in may be somebody else's."""
    answer: HttpResponse = oidc.authorization(request)
    if request.user.is_authenticated:
        logout(request)
    return answer
