"""The catalog of indicators, as people read it."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core.errors import UnknownName
from tinhso.core.exports import csv_table, wanted_table
from tinhso.indicators import api
from tinhso.indicators.presenters import catalog as presenters
from tinhso.indicators.presenters.catalog import Crumb


@require_safe
@action_required(Action.VIEW_FIGURES)
def catalog(request: SignedInRequest) -> HttpResponse:
    """Every indicator by pillar, with its formula in words."""
    groups = presenters.groups(api.definitions())
    if wanted_table(request) is not None:
        rows = (row for group in groups for row in group.rows)
        return csv_table("chi-tieu.csv", presenters.catalog_columns(), rows)
    return render(request, "indicators/catalog.html", {"groups": groups})


@require_safe
@action_required(Action.VIEW_FIGURES)
def definition(request: SignedInRequest, indicator: str) -> HttpResponse:
    """One indicator: legal basis, formula, measures, golden examples."""
    try:
        found = api.definition(indicator)
    except UnknownName:
        raise Http404 from None
    measures = presenters.measures(found.text)
    if wanted_table(request) is not None:
        return csv_table(f"{indicator}_phep-do.csv", presenters.measure_columns(), measures)
    context = {
        "crumbs": [Crumb(pgettext("page", "Chỉ tiêu"), reverse("indicators:catalog")), Crumb(found.name)],
        "name": found.name,
        "text": found.text,
        "pillar": presenters.pillar_titles()[found.text.pillar],
        "legal": presenters.acts(found.text),
        "measures": measures,
        "examples": presenters.examples(found.text),
    }
    return render(request, "indicators/definition.html", context)
