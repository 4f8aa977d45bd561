from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.exports import csv_table, wanted_table
from tinhso.documents import api as documents
from tinhso.operations.presenters import files, targets
from tinhso.operations.presenters.common import address
from tinhso.operations.views.asked import Asked, has_undetermined, offers_elsewhere
from tinhso.plans import api as plans
from tinhso.plans.api import TargetStatus


@require_safe
@action_required(Action.VIEW_FIGURES)
@offers_elsewhere
def overview(request: SignedInRequest) -> HttpResponse:
    """All targets of the plan at a unit: what slips, where, and everything else by pillar."""
    asked = Asked(request)
    found = plans.plan_status(asked.question, asked.unit_id)
    trends = targets.trends(asked.question, asked.unit_id)
    rows = [
        targets.target_row(one, trends.get(one.target.indicator, []), asked.code, asked.kept) for one in found.standings
    ]
    if wanted_table(request) is not None:
        return csv_table(f"tong-quan-{asked.code}.csv", files.targets(), rows)
    status = request.GET.get("status", "")
    chosen = status if status in set(TargetStatus) else ""
    context = asked.around(address("operations:overview")) | {
        "crumbs": asked.crumbs(),
        "plan": found.plan,
        "counts": targets.counts(rows, chosen, unit=asked.code, **asked.kept),
        "worst": targets.worst(found, rows, asked=asked.question, children=asked.parts, kept=asked.kept),
        "pillars": targets.pillars(found.plan, [row for row in rows if chosen in ("", row.status.code)]),
        "everything_url": asked.address("operations:overview") if chosen else "",
        "briefing_url": asked.address("operations:briefing"),
        "wall_url": asked.address("operations:wall"),
        "unit_url": address("operations:unit", asked.code, **asked.kept),
        "has_estimates": any(row.is_estimated for row in rows),
        "has_undetermined": asked.has_undetermined and has_undetermined(asked.question),
        "csv_url": asked.address("operations:overview", format="csv"),
        "queue": documents.to_be_sent(request.scope.unit_ids) if asked.release is None else None,
        "now": clock.now(),
    }
    return render(request, "operations/overview.html", context)
