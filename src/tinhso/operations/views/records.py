from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import audit, clock
from tinhso.core.errors import RuleViolation
from tinhso.core.exports import csv_answer, wanted_table
from tinhso.datasets import api as datasets
from tinhso.indicators import api as indicators
from tinhso.indicators.api import RecordPage
from tinhso.operations.presenters import common
from tinhso.operations.presenters.common import Crumb, Tab
from tinhso.operations.presenters.data import masked
from tinhso.operations.views.asked import Asked, asked_or_404, offers_elsewhere

RECORDS_A_PAGE = 50
MOST_EXPORTED = 100_000


@require_safe
@action_required(Action.VIEW_RECORDS)
@offers_elsewhere
def records(request: SignedInRequest, indicator: str) -> HttpResponse:
    """The records behind a figure; personal values are masked and the reading is audited.

    Records lie in the unit tree of their day, so other views of territory lead there.
    """
    asked = asked_or_404(request)
    side: indicators.Side = "numerator" if request.GET.get("side") == "numerator" else "denominator"
    if asked.is_mapped:
        return redirect(asked.address("operations:records", indicator, view=None, on=str(asked.day), side=side))
    as_file = wanted_table(request) is not None
    number = common.page_number(request.GET.get("page", "1"))
    found = _page_or_404(asked, indicator, side, None if as_file else number)
    _note_reading(request, asked, indicator, side, found, as_file=as_file)
    if as_file:
        lines = [[_shown(row[c.name], c.personal) for c in found.columns] for row in found.rows]
        return csv_answer(f"{indicator}-{side}.csv", [column.title for column in found.columns], lines)
    definition = indicators.definition(indicator, asked.question.period.ends_on, asked.release)
    here = asked.address("operations:records", indicator, side=side)
    above = asked.address("operations:target", indicator)
    context = {
        "crumbs": asked.crumbs(Crumb(definition.name, above), Crumb(_("Bản ghi"))),
        "title": definition.name,
        "words": getattr(definition.text.words, side),
        "dataset": found.title,
        "columns": found.columns,
        "total": found.total,
        "rows": _in_words(found),
        "pages": common.pages(found.total, RECORDS_A_PAGE, number, here),
        "tabs": _tabs(asked, indicator, side),
        "csv_url": f"{here}&format=csv",
        "most_exported": MOST_EXPORTED,
        "period_words": asked.period_words,
        "unit": asked.unit,
        "banner": asked.banner,
    }
    return render(request, "operations/records.html", context)


def _page_or_404(asked: Asked, indicator: str, side: indicators.Side, number: int | None) -> RecordPage:
    """One page of the records, or as many as a file holds."""
    try:
        return indicators.record_page(
            indicator=indicator,
            side=side,
            unit_id=asked.unit_id,
            period=asked.question.period,
            offset=0 if number is None else (number - 1) * RECORDS_A_PAGE,
            limit=MOST_EXPORTED if number is None else RECORDS_A_PAGE,
            release=asked.release,
        )
    except RuleViolation:
        raise Http404 from None


def _note_reading(
    request: SignedInRequest, asked: Asked, indicator: str, side: str, found: RecordPage, *, as_file: bool
) -> None:
    """Who looked at how many records of what; never their content."""
    details = {
        "indicator": indicator,
        "side": side,
        "unit": asked.code,
        "period": asked.question.period.code,
        "rows": str(len(found.rows)),
        "export": str(as_file),
    }
    actor, obj = request.user.username, f"dataset:{found.dataset}"
    audit.record(actor=actor, action="records.read", obj=obj, details=details, at=clock.now())


def _tabs(asked: Asked, indicator: str, side: str) -> list[Tab]:
    sides = {"numerator": _("Tử số"), "denominator": _("Mẫu số")}
    return [
        Tab(title, asked.address("operations:records", indicator, side=one), one == side)
        for one, title in sides.items()
    ]


def _in_words(found: RecordPage) -> list[list[object]]:
    """The records as a page shows them: personal values masked, codes by the words that people use."""
    contract = datasets.contract(found.dataset)
    words = {
        name: {code: terms[0] for code, terms in column.values.items() if terms}
        for name, column in contract.columns.items()
    }
    return [
        [_shown(words[c.name].get(str(row[c.name]), row[c.name]), c.personal) for c in found.columns]
        for row in found.rows
    ]


def _shown(value: object, personal: bool) -> object:
    return masked(value) if personal and value else value
