"""The catalog of indicators, as people read it."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core.errors import UnknownName
from tinhso.indicators import api

PILLARS = {"gov": "Chính quyền số", "econ": "Kinh tế số", "soc": "Xã hội số", "sec": "An toàn thông tin mạng"}


@require_safe
@action_required(Action.VIEW_FIGURES)
def catalog(request: SignedInRequest) -> HttpResponse:
    """Every indicator by pillar, with its formula in words."""
    found = api.definitions()
    groups = [(title, [one for one in found if one.text.pillar == key]) for key, title in PILLARS.items()]
    return render(request, "indicators/catalog.html", {"groups": groups})


@require_safe
@action_required(Action.VIEW_FIGURES)
def definition(request: SignedInRequest, indicator: str) -> HttpResponse:
    """One indicator: legal basis, formula, measures, golden examples."""
    try:
        found = api.definition(indicator)
    except UnknownName:
        raise Http404 from None
    context = {
        "definition": found,
        "pillar": PILLARS[found.text.pillar],
        "measures": list(found.text.measures.items()),
    }
    return render(request, "indicators/definition.html", context)
