"""How far help reaches, for whoever sees figures."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.exports import csv_table, wanted_table
from tinhso.public_services.assistance.forms.sessions import SpanForm
from tinhso.public_services.assistance.presenters import sessions as presenter
from tinhso.public_services.assistance.selectors import coverage as selectors


@require_safe
@action_required(Action.VIEW_FIGURES)
def coverage(request: SignedInRequest) -> HttpResponse:
    """Requests and what came of them by commune, of this year's days unless others are asked for."""
    today = clock.today()
    first, last = today.replace(month=1, day=1), today
    form = SpanForm(request.GET if "first" in request.GET else None, initial={"first": first, "last": last})
    if form.is_bound and form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    rows = selectors.coverage(unit_ids=request.scope.unit_ids, first=first, last=last, today=today)
    if wanted_table(request) is not None:
        return csv_table(f"bao-phu-ho-tro_{first}_{last}.csv", presenter.coverage_columns(), rows)
    context = {
        "form": form,
        "first": first,
        "last": last,
        "rows": [row for row in rows if row.requests or row.disputed],
        "silent": [row for row in rows if not row.requests and not row.disputed],
        "total": selectors.total(rows),
        "csv_url": f"?format=csv&first={first}&last={last}",
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "public_services/assistance/coverage.html", context, status=status)
