"""Registers as lists: documents in and documents out of one agency, searched and narrowed, as a page or as CSV."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.exports import csv_table, wanted_table
from tinhso.core.paging import pages
from tinhso.documents.choices import Direction, DocumentKind, State
from tinhso.documents.presenters import lines
from tinhso.documents.rules import life
from tinhso.documents.selectors import documents
from tinhso.documents.selectors.documents import Wanted
from tinhso.documents.views import asked

A_PAGE = 50
OUT_STATES = (
    life.DRAFT,
    life.IN_REVIEW,
    life.TO_SIGN,
    life.SIGNED,
    life.NUMBERED,
    life.ISSUED,
    life.RECALLED,
    life.REPLACED,
    life.DISCARDED,
)
IN_STATES = (
    life.ARRIVED,
    life.REFUSED,
    life.REGISTERED,
    life.ASSIGNED,
    life.IN_PROGRESS,
    life.DONE,
    life.RECALLED,
    life.REPLACED,
)


@require_safe
@action_required(Action.READ_DOCUMENTS)
def incoming(request: SignedInRequest) -> HttpResponse:
    """Documents in."""
    return _listed(request, Direction.IN, _("Văn bản đến"), IN_STATES)


@require_safe
@action_required(Action.READ_DOCUMENTS)
def outgoing(request: SignedInRequest) -> HttpResponse:
    """Documents out, drafts among them."""
    return _listed(request, Direction.OUT, _("Văn bản đi"), OUT_STATES)


def _listed(request: SignedInRequest, direction: Direction, title: str, states: tuple[str, ...]) -> HttpResponse:
    asker = asked.reader(request)
    agency = asked.agency(request, asker)
    wanted = _wanted(request, states)
    found = documents.listed(asker, direction, agency, wanted)
    at = clock.now()
    if wanted_table(request) is not None:
        whole = list(found[:20_000])
        columns = lines.columns_in() if direction == Direction.IN else lines.columns_out()
        name = "so-van-ban-den.csv" if direction == Direction.IN else "so-van-ban-di.csv"
        return csv_table(name, columns, lines.lines(whole, documents.verdicts(whole), at))
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    kept = {
        "agency": str(agency.pk) if len(asker.agencies) > 1 else "",
        "q": wanted.text,
        "state": wanted.state,
        "kind": wanted.kind,
        "year": str(wanted.year or ""),
    }
    context: dict[str, Any] = {
        "title": title,
        "direction": direction,
        "agency": agency,
        "agencies": asker.agencies,
        "wanted": wanted,
        "lines": lines.lines(shown, documents.verdicts(shown), at),
        "total": page.paginator.count,
        "pages": pages(page, **kept),
        "csv_url": "?" + urlencode({"format": "csv"} | {name: value for name, value in kept.items() if value}),
        "states": [(state, State(state).label) for state in states],
        "kinds": DocumentKind.choices,
        "years": sorted(
            {*range(asker.today.year - 5, asker.today.year + 1), wanted.year or asker.today.year}, reverse=True
        ),
        "register_year": wanted.year or asker.today.year,
        "is_narrowed": any((wanted.text, wanted.state, wanted.kind, wanted.year)),
        "may_draft": agency.org_unit_id in asker.drafts,
    }
    return render(request, "documents/list.html", context)


def _wanted(request: SignedInRequest, states: tuple[str, ...]) -> Wanted:
    state, kind, year = (request.GET.get(name, "") for name in ("state", "kind", "year"))
    return Wanted(
        text=request.GET.get("q", "").replace("\0", "")[:200],
        state=state if state in states else "",
        kind=kind if kind in DocumentKind.values else "",
        year=asked.year(year),
    )
