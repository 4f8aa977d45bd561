"""Who or what is still missing behind a ratio of distinct counts."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import audit, clock
from tinhso.core.errors import ImpossibleRequest, UnknownName
from tinhso.core.exports import csv_table, wanted_table
from tinhso.indicators import api as indicators
from tinhso.operations.presenters import common, files, members
from tinhso.operations.presenters.common import Crumb, address
from tinhso.operations.views.asked import Asked, asked_or_404, offers_elsewhere

MEMBERS_A_PAGE = 50


@require_safe
@action_required(Action.VIEW_RECORDS)
@offers_elsewhere
def missing(request: SignedInRequest, indicator: str) -> HttpResponse:
    """The members of the denominator that are not in the numerator; personal codes are masked, the reading audited."""
    asked = asked_or_404(request)
    name = _name_or_404(asked, indicator)
    found, problem = _members(asked, indicator)
    wanted = request.GET.get("q", "").strip()
    rows = members.matching(found, wanted) if found else []
    as_file = wanted_table(request) is not None
    number = common.page_number(request.GET.get("page", "1"))
    here = asked.address("operations:missing", indicator, q=wanted)
    pages = common.pages(len(rows), MEMBERS_A_PAGE, number, here)
    first = (pages.number - 1) * MEMBERS_A_PAGE
    shown = rows if as_file else rows[first : first + MEMBERS_A_PAGE]
    if found:
        _note_reading(request, asked, indicator, len(shown), as_file=as_file)
    if as_file:
        return csv_table(f"{indicator}-con-thieu.csv", files.missing(found.name if found else _("Mã")), shown)
    above = asked.address("operations:target", indicator)
    context = asked.around(address("operations:missing", indicator)) | {
        "crumbs": asked.crumbs(Crumb(name, above), Crumb(_("Còn thiếu"))),
        "title": name,
        "problem": problem,
        "member_name": found.name if found else "",
        "is_personal": found.personal if found else False,
        "has_labels": any(row.label for row in rows),
        "total": len(found.members) if found else 0,
        "count": len(rows),
        "rows": shown,
        "pages": pages,
        "wanted": wanted,
        "kept": {"unit": asked.code, **asked.kept},
        "everything_url": asked.address("operations:missing", indicator) if wanted else "",
        "csv_url": f"{here}&format=csv",
    }
    return render(request, "operations/missing.html", context)


def _name_or_404(asked: Asked, indicator: str) -> str:
    """What the indicator is called; those that count no members have no such page."""
    try:
        if not indicators.has_members(indicator, asked.release):
            raise Http404
    except UnknownName:
        raise Http404 from None
    return indicators.definition(indicator, asked.question.period.ends_on, asked.release).name


def _members(asked: Asked, indicator: str) -> tuple[indicators.MissingMembers | None, str]:
    """Those who are missing, or why nobody can say."""
    try:
        found = indicators.missing_members(
            indicator=indicator,
            unit_id=asked.unit_id,
            period=asked.question.period,
            view=asked.view,
            release=asked.release,
        )
    except ImpossibleRequest as refusal:
        return None, str(refusal)
    return found, ""


def _note_reading(request: SignedInRequest, asked: Asked, indicator: str, rows: int, *, as_file: bool) -> None:
    """Who looked at how many members of what; never their codes."""
    details = {
        "indicator": indicator,
        "side": "missing",
        "unit": asked.code,
        "period": asked.question.period.code,
        "view": asked.view,
        "release": str(asked.release or ""),
        "rows": str(rows),
        "export": str(as_file),
    }
    actor, obj = request.user.username, f"indicator:{indicator}"
    audit.record(actor=actor, action="records.read", obj=obj, details=details, at=clock.now())
