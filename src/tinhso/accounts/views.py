"""People and their roles, for administrators within their own scope."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from tinhso.accounts import services
from tinhso.accounts.api import Action, Role, SignedInRequest, action_required
from tinhso.accounts.forms import PersonForm
from tinhso.accounts.models import Assignment, User
from tinhso.accounts.selectors import people_in
from tinhso.core import clock
from tinhso.core.errors import RuleViolation
from tinhso.organizations import api as organizations


@action_required(Action.ADMINISTER)
def people(request: SignedInRequest) -> HttpResponse:
    """Everybody with a role in scope; a form for a new account."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _created(request, form):
        return redirect("accounts:people")
    today = clock.today()
    names = {row.unit_id: row.name for row in organizations.units_on(today)}
    rows = [
        (
            person,
            [(a, names.get(a.org_unit_id, a.org_unit_id)) for a in person.assignments.all() if a.valid_to is None],
        )
        for person in people_in(request.scope.unit_ids).prefetch_related("assignments")
    ]
    return render(request, "accounts/people.html", {"rows": rows, "form": form}, status=422 if form.is_bound else 200)


def _created(request: SignedInRequest, form: PersonForm) -> bool:
    """Create the account, or put the refusal on the form."""
    data, at, actor = form.cleaned_data, clock.now(), request.user.username
    try:
        unit = organizations.resolve(data["unit_code"], at.date()).org_unit_id
        if not request.scope.allows(unit):
            raise Http404
        user = services.create_user(
            username=data["username"],
            full_name=data["full_name"],
            password=data["password"],
            actor=actor,
            at=at,
        )
        services.assign(user=user, role=Role(data["role"]), unit_id=unit, valid_from=at.date(), actor=actor, at=at)
    except RuleViolation as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


@require_POST
@action_required(Action.ADMINISTER)
def end(request: SignedInRequest, assignment_id: int) -> HttpResponse:
    """End a role today."""
    found = get_object_or_404(Assignment, pk=assignment_id, org_unit__in=request.scope.unit_ids)
    services.end_assignment(assignment=found, last_day=clock.today(), actor=request.user.username, at=clock.now())
    return redirect("accounts:people")


@require_POST
@action_required(Action.ADMINISTER)
def disable(request: SignedInRequest, user_id: int) -> HttpResponse:
    """Close an account."""
    found = get_object_or_404(people_in(request.scope.unit_ids), pk=user_id)
    try:
        services.disable_user(user=User.objects.get(pk=found.pk), actor=request.user, at=clock.now())
    except RuleViolation:
        return redirect("accounts:people")
    return redirect("accounts:people")
