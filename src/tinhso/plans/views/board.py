"""Tasks by agency: board, list, and what waits for the reader."""

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core.exports import csv_table, wanted_table
from tinhso.plans.models import Task
from tinhso.plans.presenters import tasks as presenters
from tinhso.plans.presenters.tasks import Card
from tinhso.plans.rules import tasks as rules
from tinhso.plans.selectors import plans, tasks
from tinhso.plans.selectors.tasks import TaskRow
from tinhso.plans.views.asked import Person, person, target_titles


@require_safe
@action_required(Action.VIEW_FIGURES)
def board(request: SignedInRequest) -> HttpResponse:
    """All visible tasks of the plan, or those of one agency, by state."""
    asker, plan = person(request), plans.plan()
    unit_id = _unit(request, asker)
    rows, cards = shown(asker, tasks.of_plan(asker.seeing, plan.number, lead=unit_id))
    agencies = tasks.tallies(rows, asker.today)
    table = wanted_table(request)
    if table == "agencies":
        return csv_table("nhiem-vu-theo-co-quan.csv", presenters.agency_columns(), agencies)
    if table is not None:
        return csv_table("nhiem-vu.csv", presenters.table_columns(), cards)
    context = {
        "plan": plan,
        "columns": presenters.board(rows, cards),
        "tally": rules.tally([row.timing for row in rows]),
        "agencies": agencies,
        "unit": presenters.name_of(unit_id, asker.today) if unit_id is not None else "",
        "unit_id": unit_id,
        "canceled": sum(row.task.state == "canceled" for row in rows),
        "waiting": tasks.waiting(doing=asker.doing, assigning=asker.assigning).count(),
        "may_assign": asker.may_assign,
        "csv_url": f"?format=csv{f'&unit={unit_id}' if unit_id else ''}",
    }
    return render(request, "plans/board.html", context)


@require_safe
@action_required(Action.VIEW_FIGURES)
def waiting(request: SignedInRequest) -> HttpResponse:
    """What waits for the reader: own open tasks, and results to review."""
    asker = person(request)
    rows, cards = shown(asker, tasks.waiting(doing=asker.doing, assigning=asker.assigning))
    if wanted_table(request) is not None:
        return csv_table("viec-cho-toi.csv", presenters.table_columns(), cards)
    paired = list(zip(rows, cards, strict=True))
    context = {
        "parts": [
            (_("Kết quả chờ tôi xem xét"), [card for row, card in paired if row.task.state == "handed_in"]),
            (_("Nhiệm vụ của cơ quan tôi"), [card for row, card in paired if row.task.state != "handed_in"]),
        ],
        "total": len(cards),
        "csv_url": "?format=csv",
    }
    return render(request, "plans/waiting.html", context)


def shown(asker: Person, found: "QuerySet[Task]") -> tuple[list[TaskRow], list[Card]]:
    """Tasks with how they stand, and as pages show them."""
    rows = tasks.rows(found, asker.today)
    latest = tasks.latest_progress([row.task for row in rows])
    return rows, presenters.cards(rows, latest, target_titles(), asker.today)


def _unit(request: SignedInRequest, asker: Person) -> int | None:
    """The agency that is asked about; None for all."""
    text = request.GET.get("unit", "")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9 or not asker.seeing.allows(int(text)):
        raise Http404
    return int(text)
