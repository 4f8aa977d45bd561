from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.errors import ImpossibleRequest
from tinhso.core.exports import csv_table, wanted_table
from tinhso.indicators import api as indicators
from tinhso.operations.presenters import common, files, targets, units
from tinhso.operations.presenters.common import Crumb, address
from tinhso.operations.presenters.history import history_url
from tinhso.operations.presenters.units import CardRow
from tinhso.operations.views.asked import Asked, asked_or_404
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitRow
from tinhso.plans import api as plans
from tinhso.plans.api import Standing

COUNTED = ("province", "department", "district")  # kinds whose list says how their targets stand


@require_safe
@action_required(Action.VIEW_FIGURES)
def unit_list(request: SignedInRequest) -> HttpResponse:
    """Units in scope, with search by code or name, tone marks or not."""
    day = indicators.evaluation_date() or clock.today()
    wanted = request.GET.get("q", "").strip()
    everywhere = organizations.units_on(day)
    rows = units.matching((row for row in everywhere if request.scope.allows(row.unit_id)), wanted)
    names = {row.unit_id: row.name for row in everywhere}
    if wanted_table(request) is not None:
        return csv_table("don-vi.csv", files.units(names), rows)
    context = {
        "groups": units.groups(rows, names, _standings(rows), wanted=wanted),
        "wanted": wanted,
        "day": day,
        "csv_url": address("operations:units", q=wanted, format="csv"),
    }
    return render(request, "operations/units.html", context)


def _standings(rows: list[UnitRow]) -> dict[int, list[Standing]]:
    """How the plan stands at the larger units; nothing before there are figures."""
    try:
        asked = plans.question(number=None, period=None, as_of=None)
    except ImpossibleRequest:
        return {}
    return plans.statuses(asked, [row.unit_id for row in rows if row.kind in COUNTED])


@require_safe
@action_required(Action.VIEW_FIGURES)
def unit(request: SignedInRequest, code: str) -> HttpResponse:
    """A unit's card: every target with figures there, its place among its siblings, its history."""
    wanted = request.GET.get("unit")
    if wanted and wanted != code:
        return redirect(address("operations:unit", wanted, period=request.GET.get("period")))
    asked = asked_or_404(request, code)
    rows = _card(request, asked)
    if wanted_table(request) is not None:
        return csv_table(f"don-vi-{asked.code}.csv", files.card(), rows)
    listed = [row.target for row in rows]
    context = {
        "crumbs": asked.crumbs(Crumb(_("Phiếu đơn vị"))),
        "unit": asked.unit,
        "plan": asked.question.plan,
        "kind_name": common.level_names()[asked.unit.kind],
        "as_of": asked.as_of,
        "period_words": asked.period_words,
        "pick": asked.pick(address("operations:unit", asked.code)),
        "counts": targets.counts(listed, "", unit=asked.code, period=asked.period),
        "rows": rows,
        "children": [
            Crumb(row.name, address("operations:unit", row.code, period=asked.period)) for row in asked.children
        ],
        "history": units.history(asked.unit_id),
        "history_url": history_url(asked.code, asked.as_of),
        "overview_url": address("operations:overview", unit=asked.code, period=asked.period),
        "csv_url": address("operations:unit", asked.code, period=asked.period, format="csv"),
    }
    return render(request, "operations/unit.html", context)


def _card(request: SignedInRequest, asked: Asked) -> list[CardRow]:
    """The targets with figures, and where the unit stands among units of its kind that the reader may see."""
    siblings = [
        row.unit_id for row in asked.names.values() if row.kind == asked.unit.kind and request.scope.allows(row.unit_id)
    ]
    standings = plans.statuses(asked.question, siblings)
    places = units.places(standings, asked.unit_id)
    trends = targets.trends(asked.unit_id, asked.year, asked.as_of)
    found = []
    for standing in standings[asked.unit_id]:
        name = standing.target.indicator
        if standing.applies and standing.figure.status != "no_data":
            row = targets.target_row(standing, trends.get(name, []), asked.code, asked.period)
            place, of = places.get(name, (None, 0))
            found.append(CardRow(row, place, of))
    return found
