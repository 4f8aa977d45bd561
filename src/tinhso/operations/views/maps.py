"""A target on the map."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core.exports import csv_table, wanted_table
from tinhso.operations.presenters import common, files, maps, targets
from tinhso.operations.presenters.common import Crumb, Tab, address
from tinhso.operations.views.asked import Asked, offers_elsewhere
from tinhso.organizations import api as organizations
from tinhso.plans import api as plans

KINDS = ("district", "commune")


@require_safe
@action_required(Action.VIEW_FIGURES)
@offers_elsewhere
def map_(request: SignedInRequest) -> HttpResponse:
    """One target at all districts or communes below a unit, as colors and as a table."""
    asked = Asked(request)
    shown = _target(request, asked.question.plan)
    kinds = [kind for kind in asked.levels if kind in KINDS]
    wanted = request.GET.get("level")
    level = wanted if wanted in kinds else next(iter(kinds), "")
    below = asked.below(level) if level else []
    parts = plans.breakdown(asked.question, shown.indicator, below) if below else []
    rows = targets.sorted_parts(targets.part_rows(parts, asked.kept), "value")
    if wanted_table(request) is not None:
        return csv_table(f"ban-do-{shown.indicator}.csv", files.parts(), rows)
    outlines = organizations.geometry(level, asked.day)
    units = [asked.names[unit] for unit in below]
    here = {"indicator": shown.indicator, "level": level}
    names = common.level_names()
    context = asked.around(address("operations:map")) | {
        "crumbs": asked.crumbs(Crumb(_("Bản đồ"))),
        "target": shown,
        "targets": asked.question.plan.targets,
        "target_url": asked.address("operations:target", shown.indicator),
        "tabs": [
            Tab(names[kind], asked.address("operations:map", indicator=shown.indicator, level=kind), kind == level)
            for kind in kinds
        ],
        "rows": rows,
        "chart": maps.chart(rows, units, outlines, title=shown.title) if outlines and rows else None,
        "is_indicative": outlines is not None and outlines.is_indicative,
        "without_outline": [unit.name for unit in units if outlines and unit.code not in outlines.codes],
        "kept": {name: value for name, value in {"unit": asked.code, **asked.kept, "level": level}.items() if value},
        "also": here,
        "csv_url": asked.address("operations:map", format="csv", **here),
    }
    return render(request, "operations/map.html", context)


def _target(request: SignedInRequest, plan: plans.Plan) -> plans.Target:
    """The target asked for, or the plan's first."""
    name = request.GET.get("indicator") or plan.targets[0].indicator
    found = next((target for target in plan.targets if target.indicator == name), None)
    if found is None:
        raise Http404
    return found
