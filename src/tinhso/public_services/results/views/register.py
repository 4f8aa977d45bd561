"""The register of results."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Scope, SignedInRequest, sign_in_required
from tinhso.core import clock
from tinhso.core.exports import csv_table, wanted_table
from tinhso.core.paging import pages
from tinhso.organizations import api as organizations
from tinhso.public_services.dossiers.selectors import duties
from tinhso.public_services.results.presenters import lines
from tinhso.public_services.results.selectors import register
from tinhso.public_services.results.selectors.register import Asked

PAGE = 50


@require_safe
@sign_in_required
def show(request: SignedInRequest) -> HttpResponse:
    """Results of the agencies that the reader works for; by agency, kind and number; as a page or a CSV file."""
    today = clock.today()
    scope = duties.scope(request.user, on=today)
    if scope.is_empty:
        raise Http404
    asked = _asked(request, scope)
    rows = register.register(scope, asked)
    if wanted_table(request) is not None:
        return csv_table("so-ket-qua.csv", lines.columns(), lines.lines(rows.iterator(500), today=today))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    chosen = {"agency": asked.agency_id or "", "type": asked.type, "number": asked.number}
    keep = urlencode({name: value for name, value in chosen.items() if value})
    context = {
        "lines": lines.lines(page.object_list, today=today),
        "asked": chosen,
        "is_filtered": bool(keep),
        "kinds": register.kinds(scope),
        "agencies": sorted(
            ((unit, organizations.named_unit(unit, today).name) for unit in register.agencies(scope)),
            key=lambda pair: pair[1],
        ),
        "pages": pages(page, **{name: str(value) for name, value in chosen.items()}),
        "csv_url": f"?{keep}&format=csv",
    }
    return render(request, "public_services/results/register.html", context)


def _asked(request: SignedInRequest, scope: Scope) -> Asked:
    """What is asked for; a stranger's agency looks as if it did not exist."""
    text = request.GET.get("agency", "")
    agency_id = int(text) if text.isdecimal() and len(text) < 10 else None
    if agency_id is not None and not scope.allows(agency_id):
        raise Http404
    return Asked(agency_id, request.GET.get("type", "")[:60], request.GET.get("number", "").strip()[:60])
