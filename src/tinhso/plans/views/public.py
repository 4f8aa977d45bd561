"""The plan for everybody: no sign-in, no personal data."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tinhso.core.errors import ImpossibleRequest
from tinhso.core.exports import csv_table, wanted_table
from tinhso.plans.choices import PlanState
from tinhso.plans.presenters import public as presenter
from tinhso.plans.selectors import plans, tasks


@require_safe
def public_plan(request: HttpRequest) -> HttpResponse:
    """Objectives, targets and tasks of a plan (công khai kế hoạch), as a page, CSV or JSON."""
    number = request.GET.get("number") or None
    try:
        found = plans.plan(number)
    except ImpossibleRequest:
        raise Http404 from None
    objectives = presenter.objectives(found)
    lines = [
        *presenter.task_lines(tasks.published(found.number), found.last_day),
        *presenter.planned_lines(found),
    ]
    table = wanted_table(request)
    if table == "tasks":
        return csv_table("nhiem-vu.csv", presenter.task_columns(), lines)
    if table == "dictionary":
        return csv_table("tu-dien-du-lieu.csv", presenter.dictionary_columns(), presenter.dictionary())
    if table is not None:
        rows = [target for one in objectives for target in one.targets]
        return csv_table("muc-tieu.csv", presenter.target_columns(), rows)
    if request.GET.get("format") == "json":
        return JsonResponse(
            presenter.as_json(found, objectives, lines), json_dumps_params={"ensure_ascii": False, "indent": 1}
        )
    here = f"{reverse('plans:public_plan')}?number={found.number}"
    context = {
        "state": PlanState(found.state).label,
        "plan": found,
        "plans": [one for one in plans.plans().values() if one.number != found.number],
        "objectives": objectives,
        "tasks": lines,
        "dictionary": presenter.dictionary(),
        "targets_csv_url": f"{here}&format=csv",
        "tasks_csv_url": f"{here}&format=csv&table=tasks",
        "dictionary_csv_url": f"{here}&format=csv&table=dictionary",
        "json_url": f"{here}&format=json",
    }
    return render(request, "plans/public.html", context)
