from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core.errors import ImpossibleRequest
from tinhso.core.exports import csv_table, wanted_table
from tinhso.operations.presenters import files, targets
from tinhso.operations.presenters.common import address
from tinhso.operations.views.asked import Asked
from tinhso.plans import api as plans
from tinhso.plans.api import TargetStatus


@require_safe
@action_required(Action.VIEW_FIGURES)
def overview(request: SignedInRequest) -> HttpResponse:
    """All targets of the plan at a unit: what slips, where, and everything else by pillar."""
    try:
        asked = Asked(request)
    except ImpossibleRequest as refusal:
        return render(request, "operations/nothing_yet.html", {"reason": str(refusal)})
    found = plans.status(unit_id=asked.unit_id, period=asked.period)
    trends = targets.trends(asked.unit_id, asked.year, asked.as_of)
    rows = [
        targets.target_row(one, trends.get(one.target.indicator, []), asked.code, asked.period)
        for one in found.standings
    ]
    if wanted_table(request) is not None:
        return csv_table(f"tong-quan-{asked.code}.csv", files.targets(), rows)
    status = request.GET.get("status", "")
    chosen = status if status in set(TargetStatus) else ""
    children = [row.unit_id for row in asked.children]
    context = {
        "crumbs": asked.crumbs(),
        "plan": found.plan,
        "unit": asked.unit,
        "as_of": asked.as_of,
        "period_words": asked.period_words,
        "pick": asked.pick(address("operations:overview")),
        "counts": targets.counts(rows, chosen, unit=asked.code, period=asked.period),
        "worst": targets.worst(found, rows, asked=asked.question, children=children, period=asked.period),
        "pillars": targets.pillars(found.plan, [row for row in rows if chosen in ("", row.status.code)]),
        "everything_url": address("operations:overview", unit=asked.code, period=asked.period) if chosen else "",
        "unit_url": address("operations:unit", asked.code, period=asked.period),
        "csv_url": address("operations:overview", unit=asked.code, period=asked.period, format="csv"),
    }
    return render(request, "operations/overview.html", context)
