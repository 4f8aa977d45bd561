"""People and their roles, for administrators within their own scope; how citizens come in."""

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe
from requests import RequestException

from tinhso.accounts import presenters, selectors, services
from tinhso.accounts.adapter import refusal
from tinhso.accounts.api import Action, Role, SignedInRequest, action_required
from tinhso.accounts.forms import IdentityForm, PasswordForm, PersonForm, RoleForm
from tinhso.accounts.models import Assignment, User
from tinhso.accounts.presenters import PersonRow
from tinhso.core import audit, clock
from tinhso.core.errors import RuleViolation
from tinhso.core.exports import csv_table, wanted_table
from tinhso.core.paging import pages

PER_PAGE = 50
log = logging.getLogger(__name__)


@require_safe
@action_required(Action.ADMINISTER)
def people(request: SignedInRequest) -> HttpResponse:
    """Everybody with a role in scope, page by page."""
    search = request.GET.get("q", "").strip()
    units = request.scope.unit_ids
    found = selectors.people_in(units, search=search).prefetch_related("assignments")
    if wanted_table(request) is not None:
        return _people_file(request, presenters.people(found, units, clock.today()))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": presenters.people(page, units, clock.today()),
        "search": search,
        "total": page.paginator.count,
        "pages": pages(page, q=search),
        "csv_url": "?" + urlencode({"q": search, "format": "csv"}),
    }
    return render(request, "accounts/people.html", context)


def _people_file(request: SignedInRequest, rows: list[PersonRow]) -> HttpResponse:
    """The whole list, so taking it is audited."""
    actor, details = request.user.username, {"rows": str(len(rows))}
    audit.record(actor=actor, action="accounts.people_exported", obj="accounts", details=details, at=clock.now())
    return csv_table("nguoi-dung.csv", presenters.people_columns(), rows)


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.ADMINISTER)
def add(request: SignedInRequest) -> HttpResponse:
    """A form for a new account; the account."""
    today = clock.today()
    form = PersonForm(request.POST or None, units=presenters.unit_choices(request.scope, today), today=today)
    if form.is_valid() and _is_done(form, lambda: _create(request, form.cleaned_data)):
        messages.success(request, _("Đã tạo tài khoản “%(name)s”.") % {"name": form.cleaned_data["username"]})
        return redirect("accounts:people")
    return render(request, "accounts/person_form.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.ADMINISTER)
def person(request: SignedInRequest, user_id: int) -> HttpResponse:
    """One person: roles, and a form for another one."""
    found, today = _person_or_404(request, user_id), clock.today()
    if wanted_table(request) is not None:
        held = presenters.roles(found, request.scope.unit_ids, today)
        return csv_table(f"vai-tro_{found.pk}.csv", presenters.role_columns(), held)
    form = RoleForm(request.POST or None, units=presenters.unit_choices(request.scope, today), today=today)
    if form.is_valid() and _is_done(form, lambda: _give_role(request, found, form.cleaned_data)):
        messages.success(request, _("Đã giao vai trò."))
        return redirect("accounts:person", user_id)
    return _show(request, found, role_form=form)


@require_POST
@action_required(Action.ADMINISTER)
def password(request: SignedInRequest, user_id: int) -> HttpResponse:
    """Give a person a new password."""
    found = _manageable_or_404(request, user_id)
    form = PasswordForm(request.POST)
    if form.is_valid() and _is_done(form, lambda: _give_password(request, found, form.cleaned_data)):
        messages.success(request, _("Đã cấp mật khẩu mới; các phiên đang mở của người này đã kết thúc."))
        return redirect("accounts:person", user_id)
    return _show(request, found, password_form=form)


@require_POST
@action_required(Action.ADMINISTER)
def identity(request: SignedInRequest, user_id: int) -> HttpResponse:
    """Say who an official is, by identity number."""
    found = _manageable_or_404(request, user_id)
    form = IdentityForm(request.POST)
    if form.is_valid() and _is_done(form, lambda: _set_identity(request, found, form.cleaned_data)):
        messages.success(request, _("Đã ghi số định danh."))
        return redirect("accounts:person", user_id)
    return _show(request, found, identity_form=form)


@require_POST
@action_required(Action.ADMINISTER)
def remove_identity(request: SignedInRequest, user_id: int) -> HttpResponse:
    """Take an official's identity number away."""
    return _to_account(request, user_id, services.remove_identity, _("Đã xóa số định danh."))


@require_POST
@action_required(Action.ADMINISTER)
def end(request: SignedInRequest, assignment_id: int) -> HttpResponse:
    """End a role at once: yesterday was its last day."""
    found = get_object_or_404(Assignment, pk=assignment_id, org_unit__in=request.scope.unit_ids)
    actor, at = request.user.username, clock.now()
    last_day = at.date() - dt.timedelta(days=1)
    return _done(
        request,
        found.user_id,
        lambda: services.end_assignment(assignment=found, last_day=last_day, actor=actor, at=at),
        _("Đã thu hồi vai trò."),
    )


@require_POST
@action_required(Action.ADMINISTER)
def disable(request: SignedInRequest, user_id: int) -> HttpResponse:
    """Close an account."""
    return _to_account(request, user_id, services.disable_user, _("Đã khóa tài khoản."))


@require_POST
@action_required(Action.ADMINISTER)
def enable(request: SignedInRequest, user_id: int) -> HttpResponse:
    """Open a closed account again."""
    return _to_account(request, user_id, services.enable_user, _("Đã mở khóa tài khoản."))


@require_POST
@action_required(Action.ADMINISTER)
def remove_second_factor(request: SignedInRequest, user_id: int) -> HttpResponse:
    """Let a person who lost the telephone sign in by password."""
    return _to_account(request, user_id, services.remove_second_factor, _("Đã gỡ xác thực hai lớp."))


def _person_or_404(request: SignedInRequest, user_id: int) -> User:
    return get_object_or_404(selectors.people_in(request.scope.unit_ids), pk=user_id)


def _manageable_or_404(request: SignedInRequest, user_id: int) -> User:
    """A person all of whose roles are in scope; whoever serves elsewhere, too, is for others to look after."""
    found = _person_or_404(request, user_id)
    if not selectors.looks_after(request.scope.unit_ids, found, clock.today()):
        raise Http404
    return found


def _show(
    request: SignedInRequest,
    found: User,
    *,
    role_form: RoleForm | None = None,
    password_form: PasswordForm | None = None,
    identity_form: IdentityForm | None = None,
) -> HttpResponse:
    """A person's page, with the form that was refused as it was sent."""
    units, today = request.scope.unit_ids, clock.today()
    context = {
        "person": found,
        "roles": presenters.roles(found, units, today),
        "role_form": role_form or RoleForm(units=presenters.unit_choices(request.scope, today), today=today),
        "password_form": password_form or PasswordForm(),
        "identity_form": identity_form or IdentityForm(),
        "has_identity": bool(found.sealed_identity),
        "may_manage": selectors.looks_after(units, found, today),
        "is_self": found.pk == request.user.pk,
        "has_second_factor": selectors.has_second_factor(found),
    }
    is_refused = any(form and form.is_bound for form in (role_form, password_form, identity_form))
    return render(request, "accounts/person.html", context, status=422 if is_refused else 200)


def _create(request: SignedInRequest, data: dict[str, Any]) -> None:
    services.open_account(
        username=data["username"],
        full_name=data["full_name"],
        email=data["email"],
        password=data["password"],
        role=Role(data["role"]),
        unit_id=data["unit"],
        valid_from=data["valid_from"],
        valid_to=data["valid_to"],
        actor=request.user.username,
        at=clock.now(),
    )


def _give_role(request: SignedInRequest, user: User, data: dict[str, Any]) -> None:
    services.assign(
        user=user,
        role=Role(data["role"]),
        unit_id=data["unit"],
        valid_from=data["valid_from"],
        valid_to=data["valid_to"],
        actor=request.user.username,
        at=clock.now(),
    )


def _give_password(request: SignedInRequest, user: User, data: dict[str, Any]) -> None:
    services.give_password(user=user, password=data["password"], actor=request.user, at=clock.now())


def _set_identity(request: SignedInRequest, user: User, data: dict[str, Any]) -> None:
    services.set_identity(user=user, identity_number=data["identity_number"], actor=request.user, at=clock.now())


def _is_done(form: Form, act: Callable[[], None]) -> bool:
    """Whether an act succeeded; a refusal is put on the form."""
    try:
        act()
    except RuleViolation as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _to_account(request: SignedInRequest, user_id: int, act: Callable[..., None], said: str) -> HttpResponse:
    """Do something to the account of a person whom the administrator looks after."""
    user, actor, at = _manageable_or_404(request, user_id), request.user, clock.now()
    return _done(request, user_id, lambda: act(user=user, actor=actor, at=at), said)


def _done(request: SignedInRequest, user_id: int, act: Callable[[], None], said: str) -> HttpResponse:
    """Do it and go back to the person, or to the list when the person is no longer in scope."""
    try:
        act()
    except RuleViolation as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    is_shown = selectors.people_in(request.scope.unit_ids).filter(pk=user_id).exists()
    return redirect("accounts:person", user_id) if is_shown else redirect("accounts:people")


@require_POST
def citizen_sign_in(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send a citizen to the identity provider."""
    return _at_provider(request, openid_connect.login, provider_id)


@require_GET
def citizen_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """A citizen comes back from the identity provider."""
    return _at_provider(request, openid_connect.callback, provider_id)


def _at_provider(request: HttpRequest, view: Callable[..., HttpResponse], provider_id: str) -> HttpResponse:
    """One step of the sign-in; a provider that does not answer is nobody's fault here."""
    if not settings.OIDC_URL:
        return redirect("account_login")
    try:
        return view(request, provider_id)
    except RequestException as silence:
        log.warning("The identity provider does not answer: %s", type(silence).__name__)
        said = _("%(name)s chưa trả lời; hãy thử lại sau ít phút.") % {"name": settings.OIDC_NAME}
        return refusal(request, said, status=503)
