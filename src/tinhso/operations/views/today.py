"""What to do today."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.exports import csv_table, wanted_table
from tinhso.operations.presenters import today as presenter
from tinhso.operations.presenters.common import Crumb, address
from tinhso.operations.views.asked import Asked, offers_elsewhere
from tinhso.plans import api as plans


@require_safe
@action_required(Action.VIEW_FIGURES)
@offers_elsewhere
def today(request: SignedInRequest) -> HttpResponse:
    """The ten shortfalls whose mending brings most, tasks that are late, and what came of earlier ones."""
    asked = Asked(request)
    day = clock.today()
    children = [row.unit_id for row in asked.children]
    found = plans.to_do(asked.question, asked.unit_id, children)
    is_live = asked.release is None and not asked.is_mapped  # tasks are given for the figures in force
    may_assign = accounts.scope(user=request.user, action=Action.ASSIGN_TASKS, on=day) if is_live else None
    rows = presenter.to_do_rows(found.actions, asked=asked.question, kept=asked.kept, may_assign=may_assign)
    if wanted_table(request) is not None:
        return csv_table(f"viec-can-lam-{asked.code}.csv", presenter.table(), rows)
    context = asked.around(address("operations:today")) | {
        "crumbs": asked.crumbs(Crumb(_("Việc cần làm"))),
        "rows": rows,
        "in_hand": found.in_hand,
        "late": presenter.late_rows(plans.overdue_tasks(request.scope, asked.question.plan.number, today=day), day),
        "effects": presenter.effect_rows(plans.effects(asked.question, request.scope, today=day), asked.day),
        "overview_url": asked.address("operations:overview"),
        "board_url": address("plans:tasks"),
        "csv_url": asked.address("operations:today", format="csv"),
    }
    return render(request, "operations/today.html", context)
