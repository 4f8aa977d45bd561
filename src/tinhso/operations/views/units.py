import functools

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.errors import ImpossibleRequest, UnknownName
from tinhso.core.exports import csv_table, wanted_table
from tinhso.indicators import api as indicators
from tinhso.operations.presenters import common, files, releases, sides, targets, units
from tinhso.operations.presenters.common import Crumb, address
from tinhso.operations.presenters.history import history_url
from tinhso.operations.presenters.units import CardRow
from tinhso.operations.views.asked import (
    Asked,
    asked_or_404,
    asked_view,
    has_undetermined,
    may_read_of,
    offers_elsewhere,
    release_or_404,
)
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitRow
from tinhso.plans import api as plans

COUNTED = ("province", "department", "district")  # kinds whose list says how their targets stand


@require_safe
@action_required(Action.VIEW_FIGURES)
def unit_list(request: SignedInRequest) -> HttpResponse:
    """Units in scope, with search by code or name, tone marks or not; of the day whose figures are shown."""
    asked = _question_or_404(request)
    day = asked.tree_day if asked else clock.today()
    wanted = request.GET.get("q", "").strip()
    everywhere = organizations.units_on(day)
    rows = units.matching((row for row in everywhere if request.scope.allows(row.unit_id)), wanted)
    names = {row.unit_id: row.name for row in everywhere}
    if wanted_table(request) is not None:
        return csv_table("don-vi.csv", files.units(names), rows)
    kept = _kept(asked)
    counted = [row.unit_id for row in rows if row.kind in COUNTED]
    standings = plans.statuses(asked, counted) if asked else {}
    context = {
        "groups": units.groups(rows, names, standings, wanted=wanted, kept=kept),
        "wanted": wanted,
        "day": day,
        "views": common.view_options(asked.view if asked else indicators.AS_WAS),
        "releases": common.release_options(asked.release if asked else None),
        "banner": _banner(asked, wanted),
        "has_undetermined": asked is not None and _undetermined(request, asked, rows),
        "csv_url": address("operations:units", q=wanted, **kept, format="csv"),
    }
    return render(request, "operations/units.html", context)


def _question_or_404(request: SignedInRequest) -> plans.Question | None:
    """View and release that the list is asked for; nothing before there are figures."""
    view, release = asked_view(request), release_or_404(request.GET.get("release", ""))
    try:
        return plans.question(number=None, period=None, as_of=None, view=view, release=release)
    except UnknownName:
        raise Http404 from None
    except ImpossibleRequest:
        return None


def _kept(asked: plans.Question | None) -> common.Kept:
    if asked is None:
        return common.NOTHING_KEPT
    return {"view": None if asked.view == indicators.AS_WAS else asked.view, "release": asked.release}


def _banner(asked: plans.Question | None, wanted: str) -> releases.Banner | None:
    if asked is None or asked.release is None:
        return None
    live_url = address("operations:units", **{**_kept(asked), "release": None, "q": wanted})
    return releases.banner(indicators.release(asked.release), asked.plan, live_url)


def _undetermined(request: SignedInRequest, asked: plans.Question, rows: list[UnitRow]) -> bool:
    """Whether figures of the province hold records without a certain unit, for whoever sees the province."""
    sees_province = any(row.kind == "province" and request.scope.allows(row.unit_id) for row in rows)
    return sees_province and has_undetermined(asked)


@require_safe
@action_required(Action.VIEW_FIGURES)
@offers_elsewhere
def unit(request: SignedInRequest, code: str) -> HttpResponse:
    """A unit's card: every target with figures there, its place among its siblings, its history."""
    wanted = request.GET.get("unit")
    if wanted and wanted != code:
        query = {name: request.GET.get(name) for name in ("period", "view", "day", "release", "on")}
        return redirect(address("operations:unit", wanted, **query))
    asked = asked_or_404(request, code)
    rows = _card(request, asked)
    if wanted_table(request) is not None:
        return csv_table(f"don-vi-{asked.code}.csv", files.card(), rows)
    listed = [row.target for row in rows]
    context = asked.around(address("operations:unit", asked.code)) | {
        "crumbs": asked.crumbs(Crumb(_("Phiếu đơn vị"))),
        "plan": asked.question.plan,
        "kind_name": common.level_names()[asked.unit.kind],
        "counts": targets.counts(listed, "", unit=asked.code, **asked.kept),
        "rows": rows,
        "has_estimates": any(row.is_estimated for row in listed),
        "children": _children(asked),
        "has_undetermined": asked.has_undetermined and has_undetermined(asked.question),
        "sides": sides.of_unit(
            asked.unit_id, asked.question, functools.partial(may_read_of, request), request.scope.allows, asked.kept
        ),
        "history": units.history(asked.unit_id),
        "history_url": history_url(asked.code, asked.day),
        "overview_url": asked.address("operations:overview"),
        "csv_url": address("operations:unit", asked.code, **asked.kept, format="csv"),
    }
    return render(request, "operations/unit.html", context)


def _children(asked: Asked) -> list[Crumb]:
    return [Crumb(row.name, address("operations:unit", row.code, **asked.kept)) for row in asked.children]


def _card(request: SignedInRequest, asked: Asked) -> list[CardRow]:
    """The targets with figures, and where the unit stands among units of its kind that the reader may see."""
    siblings = [
        row.unit_id for row in asked.names.values() if row.kind == asked.unit.kind and request.scope.allows(row.unit_id)
    ]
    standings = plans.statuses(asked.question, siblings)
    places = units.places(standings, asked.unit_id)
    trends = targets.trends(asked.question, asked.unit_id)
    found = []
    for standing in standings[asked.unit_id]:
        name = standing.target.indicator
        if standing.applies and standing.figure.status != "no_data":
            row = targets.target_row(standing, trends.get(name, []), asked.code, asked.kept)
            place, of = places.get(name, (None, 0))
            found.append(CardRow(row, place, of))
    return found
