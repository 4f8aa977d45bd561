"""The desk: what waits for whom, today."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.exports import csv_table, wanted_table
from tinhso.documents.presenters import desk as presenters
from tinhso.documents.views import asked


@require_safe
@action_required(Action.READ_DOCUMENTS)
def desk(request: SignedInRequest) -> HttpResponse:
    """What waits for the reader at one agency: to be signed, numbered, taken in, answered, sent; as a page or as CSV."""
    asker = asked.reader(request)
    agency = asked.agency(request, asker)
    if wanted_table(request) is not None:
        return csv_table("viec-van-ban.csv", presenters.columns(), presenters.rows(asker, agency, clock.now()))
    context = presenters.desk(asker, agency, clock.now()) | {
        "agencies": asker.agencies,
        "agency": agency,
        "csv_url": f"?format=csv&agency={agency.pk}",
    }
    return render(request, "documents/desk.html", context)
