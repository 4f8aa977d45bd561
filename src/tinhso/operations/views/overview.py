from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core.errors import ImpossibleRequest
from tinhso.core.exports import csv_answer
from tinhso.operations.presenters import targets
from tinhso.operations.presenters.common import address
from tinhso.operations.presenters.targets import TargetRow
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
    if request.GET.get("format") == "csv":
        return targets_csv(rows, f"tong-quan-{asked.code}.csv")
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


def targets_csv(rows: list[TargetRow], name: str) -> HttpResponse:
    """The targets of a unit as a file."""
    headers = [
        _("Chỉ tiêu"),
        _("Mục tiêu"),
        _("Tử số"),
        _("Mẫu số"),
        _("Giá trị"),
        _("Mục tiêu đặt ra"),
        _("Mức cần đạt"),
        _("Tình trạng"),
        _("Số liệu đến"),
    ]
    lines = [
        [
            row.indicator,
            row.title,
            row.numerator,
            row.denominator,
            row.value,
            row.target,
            row.expected,
            row.status.label,
            row.data_day or row.year,
        ]
        for row in rows
    ]
    return csv_answer(name, headers, lines)
