import datetime as dt
import functools

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.errors import ImpossibleRequest, UnknownName
from tinhso.core.exports import csv_table, wanted_table
from tinhso.operations.presenters import common, files, history, sides
from tinhso.operations.presenters.common import Crumb, address
from tinhso.operations.views.asked import day_or_404, may_read_of
from tinhso.organizations import api as organizations
from tinhso.plans import api as plans


@require_safe
@action_required(Action.VIEW_FIGURES)
def unit_history(request: SignedInRequest, code: str) -> HttpResponse:
    """What a unit was, where it came from and what became of it.

    `?on=2023-12-31` says on which day the code names the unit, since codes return; without it the code names the
    unit that bears it today, else the last one that did. Units of the reader's scope are shown, and others whose
    records lie today in units of the scope altogether: so whoever looks after a commune can follow all that it
    was made of, and what nobody can place is for readers of the whole province.
    """
    today = clock.today()
    day = day_or_404(request.GET.get("on")) or today
    unit = _named_or_404(code, day)
    may_read = functools.partial(may_read_of, request)
    if not may_read(unit.org_unit_id):
        raise Http404
    found = organizations.history(unit.org_unit_id)
    if wanted_table(request) is not None:
        return csv_table(f"lich-su-don-vi-{unit.code}.csv", files.history(), history.rows(found))
    exists = any(one.since <= today and (one.until is None or today <= one.until) for one in found.versions)
    parts = organizations.placements(today)[unit.org_unit_id]
    card_url = _card_url(request, unit.org_unit_id)
    context = {
        "crumbs": [
            Crumb(pgettext("page", "Đơn vị"), address("operations:units")),
            *([Crumb(unit.name, card_url)] if card_url else []),
            Crumb(_("Lịch sử đơn vị")),
        ],
        "unit": unit,
        "kind_name": common.level_names()[unit.kind],
        "page": history.history_page(found, may_read),
        "begun_on": found.versions[0].since,
        "ended_on": None if exists else found.versions[-1].until,
        "places": [] if exists else history.places(parts.items(), today, may_read),
        "card_url": card_url,
        "sides": _sides(request, unit.org_unit_id),
        "csv_url": address("operations:unit_history", code, on=request.GET.get("on"), format="csv"),
    }
    return render(request, "operations/unit_history.html", context)


def _sides(request: SignedInRequest, unit_id: int) -> sides.Sides | None:
    """The unit's figures as of their time and in today's units; nothing before there are figures."""
    try:
        asked = plans.question(number=None, period=None, as_of=None)
    except ImpossibleRequest:
        return None
    return sides.of_unit(unit_id, asked, functools.partial(may_read_of, request), request.scope.allows)


def _named_or_404(code: str, day: dt.date) -> organizations.OrgUnitVersion:
    try:
        return organizations.last_named(code, day)
    except (UnknownName, organizations.AmbiguousUnit):
        raise Http404 from None


def _card_url(request: SignedInRequest, unit_id: int) -> str:
    """The unit's card, where it has one: in the tree of the day that figures are shown for, else in today's."""
    try:
        asked = plans.question(number=None, period=None, as_of=None)
    except ImpossibleRequest:
        return ""
    return sides.card_url(unit_id, asked) if request.scope.allows(unit_id) else ""
