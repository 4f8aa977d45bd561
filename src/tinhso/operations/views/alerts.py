"""Alerts: those that wait, what became of the others, and how many were acted upon."""

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, Scope, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.errors import RuleViolation
from tinhso.core.exports import csv_table, wanted_table
from tinhso.operations.forms import ExplanationForm
from tinhso.operations.models import Alert
from tinhso.operations.presenters import alerts as presenter
from tinhso.operations.presenters.common import address
from tinhso.operations.selectors import alerts as selectors
from tinhso.operations.services import alerts as services

MEASURED = dt.timedelta(days=90)  # over which the share acted upon is told
CLOSED_SHOWN = 30


@require_safe
@action_required(Action.VIEW_FIGURES)
def alerts(request: SignedInRequest) -> HttpResponse:
    """Alerts of the reader's units."""
    return _page(request)


def _page(
    request: SignedInRequest, *, refused: tuple[int, ExplanationForm] | None = None, status: int = 200
) -> HttpResponse:
    at = clock.now()
    may = {"may_assign": _scope(request, Action.ASSIGN_TASKS), "may_answer": _scope(request, Action.DO_TASKS)}
    waiting = presenter.rows(selectors.open_alerts(request.scope), **may)
    closed = presenter.rows(selectors.closed_alerts(request.scope, CLOSED_SHOWN), **may)
    shares = selectors.acted_upon(request.scope, since=at - MEASURED, at=at)
    table = wanted_table(request)
    if table == "shares":
        return csv_table("canh-bao-ty-le-xu-ly.csv", presenter.shares(), shares)
    if table is not None:
        return csv_table("canh-bao.csv", presenter.table(), [*waiting, *closed])
    kind = request.GET.get("kind", "")
    forms = {row.key: ExplanationForm(auto_id=f"alert{row.key}_%s") for row in waiting if row.may_explain}
    if refused:
        forms[refused[0]] = refused[1]
    context = {
        "waiting": [(row, forms.get(row.key)) for row in waiting if kind in ("", row.kind.label)],
        "kinds": sorted({row.kind.label for row in waiting}),
        "kind": kind,
        "closed": closed,
        "shares": shares,
        "refused_key": refused[0] if refused else None,
        "form": refused[1] if refused else None,
        "csv_url": address("operations:alerts", format="csv"),
        "shares_csv_url": address("operations:alerts", format="csv", table="shares"),
    }
    return render(request, "operations/alerts.html", context, status=status)


def _scope(request: SignedInRequest, action: Action) -> Scope:
    return accounts.scope(user=request.user, action=action, on=clock.today())


@require_POST
@action_required(Action.VIEW_FIGURES)
def explain(request: SignedInRequest, key: int) -> HttpResponse:
    """Say why an alert needs no task."""
    alert = selectors.visible(request.scope).filter(pk=key).first()
    if alert is None or not _may_answer(request, alert):
        raise Http404
    form = ExplanationForm(request.POST, auto_id=f"alert{key}_%s")
    if form.is_valid():
        try:
            services.explain(
                alert_id=alert.pk, note=form.cleaned_data["note"], actor=request.user.username, at=clock.now()
            )
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã ghi giải trình."))
            return redirect("operations:alerts")
    return _page(request, refused=(key, form), status=422)


def _may_answer(request: SignedInRequest, alert: Alert) -> bool:
    return any(_scope(request, action).allows(alert.org_unit_id) for action in (Action.ASSIGN_TASKS, Action.DO_TASKS))
