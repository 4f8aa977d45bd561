"""The roadmap: when each task runs, side by side."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core.exports import csv_table, wanted_table
from tinhso.plans.presenters import roadmap as presenters
from tinhso.plans.presenters.tasks import table_columns
from tinhso.plans.selectors import plans, tasks
from tinhso.plans.views.asked import person
from tinhso.plans.views.board import shown


@require_safe
@action_required(Action.VIEW_FIGURES)
def roadmap(request: SignedInRequest) -> HttpResponse:
    """Every visible task of the plan as a bar over the months, by lead agency."""
    asker, plan = person(request), plans.plan()
    found = tasks.of_plan(asker.seeing, plan.number).exclude(state="canceled").order_by("starts_on", "due_on", "number")
    rows, cards = shown(asker, found)
    if wanted_table(request) is not None:
        return csv_table("lo-trinh.csv", table_columns(), cards)
    span = presenters.span_of([(card.starts_on, card.due_on) for card in cards], asker.today)
    context = {
        "plan": plan,
        "months": presenters.months(span),
        "lanes": presenters.lanes(cards, span),
        "today": presenters.part(asker.today, span),
        "today_on": asker.today,
        "csv_url": "?format=csv",
        "has_tasks": bool(rows),
    }
    return render(request, "plans/roadmap.html", context)
