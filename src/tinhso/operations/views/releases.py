"""Releases: the list, one of them, making one, and what changed between two."""

import uuid
from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.errors import ImpossibleRequest, UnknownName
from tinhso.core.exports import csv_table, wanted_table
from tinhso.indicators import api as indicators
from tinhso.operations.forms import ReleaseForm
from tinhso.operations.presenters import common, files
from tinhso.operations.presenters import releases as presenters
from tinhso.operations.presenters.common import Crumb, address
from tinhso.operations.views.asked import release_or_404
from tinhso.operations.views.data import covers_province, sees_batches
from tinhso.organizations import api as organizations
from tinhso.plans import api as plans

CHANGES_A_PAGE = 50


def _may_make(request: SignedInRequest) -> bool:
    """A release freezes the whole province."""
    return covers_province(accounts.scope(user=request.user, action=Action.MAKE_RELEASE, on=clock.today()))


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.VIEW_FIGURES)
def release_list(request: SignedInRequest) -> HttpResponse:
    """Every release, and the form with which whoever may makes another."""
    may_make = _may_make(request)
    if request.method == "POST" and not may_make:
        raise Http404
    form = _form(request) if may_make else None
    if form is not None and form.is_valid():
        key = plans.ask_for_release(
            number=plans.plan().number,
            period=form.cleaned_data["period"],
            note=form.cleaned_data["note"],
            actor=request.user.username,
            at=clock.now(),
        )
        return redirect("operations:asked_release", key)
    rows = [presenters.entry(one) for one in indicators.releases()]
    if wanted_table(request) is not None:
        return csv_table("ban-chot.csv", files.releases(), rows)
    context = {
        "rows": rows,
        "form": form,
        "plan": plans.plan(),
        "csv_url": address("operations:releases", format="csv"),
    }
    is_refused = form is not None and form.is_bound
    return render(request, "operations/releases.html", context, status=422 if is_refused else 200)


def _form(request: SignedInRequest) -> ReleaseForm | None:
    """The form with the periods that have begun; none before there are figures."""
    try:
        asked = plans.question(number=None, period=None, as_of=None)
    except ImpossibleRequest:
        return None
    groups = common.period_options(asked.plan.year, asked.as_of, asked.period.code, indicators.calendars_offered())
    periods = [(group.title, [(one.code, one.title) for one in group.options]) for group in groups]
    return ReleaseForm(request.POST or None, periods=periods, initial={"period": asked.period.code})


@require_safe
@action_required(Action.MAKE_RELEASE)
@vary_on_headers("HX-Request")
def asked_release(request: SignedInRequest, key: uuid.UUID) -> HttpResponse:
    """How a request for a release is getting on; htmx asks for the changing part only."""
    try:
        found = plans.asked_release(str(key))
    except UnknownName:
        raise Http404 from None
    if found.actor != request.user.username:
        raise Http404
    if found.number is not None:
        url = address("operations:release", found.number)
        return HttpResponseClientRedirect(url) if request.htmx else redirect(url)  # type: ignore[attr-defined]  # django-htmx
    context = {
        "crumbs": [Crumb(_("Bản chốt số liệu"), address("operations:releases")), Crumb(_("Đang chốt"))],
        "key": key,
        "is_over": found.is_over,
        "problem": found.problem,
    }
    page = "operations/asked_release.html"
    return render(request, f"{page}#state" if request.htmx else page, context)  # type: ignore[attr-defined]  # django-htmx


@require_safe
@action_required(Action.VIEW_FIGURES)
def release(request: SignedInRequest, number: int) -> HttpResponse:
    """One release: what was frozen, from what, and ways to its figures and to what changed since."""
    row = _release_or_404(number)
    cut = presenters.cut(indicators.release_batches(number), with_links=sees_batches(request))
    if wanted_table(request) is not None:
        return csv_table(f"ban-chot-{number}-cac-lo.csv", files.cut(), cut)
    earlier = next((one.number for one in indicators.releases() if one.number < number), None)
    plan = plans.plans().get(row.plan_number)
    context = {
        "crumbs": [
            Crumb(_("Bản chốt số liệu"), address("operations:releases")),
            Crumb(_("Bản chốt số %(number)s") % {"number": number}),
        ],
        "release": presenters.entry(row),
        "row": row,
        "plan_title": plan.title if plan else "",
        "is_plan_changed": plan is None or plan.content_hash != row.plan_hash,
        "cut": cut,
        "earlier": earlier,
        "earlier_url": address("operations:release_diff", earlier, number) if earlier else "",
        "csv_url": address("operations:release", number, format="csv"),
    }
    return render(request, "operations/release.html", context)


def _release_or_404(number: int) -> indicators.ReleaseRow:
    try:
        return indicators.release(number)
    except UnknownName:
        raise Http404 from None


@require_safe
@action_required(Action.VIEW_FIGURES)
def diff(request: SignedInRequest, before: int, after: str) -> HttpResponse:
    """The figures that differ between two releases, or since one, at units of the reader's scope."""
    reported = _release_or_404(before).period
    newer = None if after == presenters.LIVE else _number_or_404(after)
    view = indicators.AS_IS if request.GET.get("view") == indicators.AS_IS else indicators.AS_WAS
    own = presenters.in_scope(_difference(before, newer, view).cells, _reader(request))
    own.sort(key=lambda cell: cell.period != reported)  # the period that was reported on comes first
    wanted = {name: request.GET.get(name, "") for name in ("indicator", "period")}
    cells = [cell for cell in own if all(getattr(cell, name) == code for name, code in wanted.items() if code)]
    kept = {**wanted, "view": None if view == indicators.AS_WAS else view}
    here = address("operations:release_diff", before, after, **kept)
    shows_batches = sees_batches(request)
    if wanted_table(request) is not None:
        rows = presenters.change_rows(cells, release=newer, view=view, sees_batches=shows_batches)
        return csv_table(f"khac-nhau-{before}-{after}.csv", files.changes(), rows)
    number = common.page_number(request.GET.get("page", "1"))
    pages = common.pages(len(cells), CHANGES_A_PAGE, number, here)
    first = (pages.number - 1) * CHANGES_A_PAGE
    titles = {one.id: one.name for one in indicators.definitions()}
    context = {
        "crumbs": [
            Crumb(_("Bản chốt số liệu"), address("operations:releases")),
            Crumb(_("Bản chốt số %(number)s") % {"number": before}, address("operations:release", before)),
            Crumb(_("Khác nhau")),
        ],
        "before": presenters.title(before),
        "after": presenters.title(newer),
        "action": address("operations:release_diff", before, after),
        "indicators": presenters.options(
            ((cell.indicator, titles.get(cell.indicator, cell.indicator)) for cell in own),
            wanted["indicator"],
            _("Mọi chỉ tiêu"),
        ),
        "periods": presenters.options(presenters.periods_of(own), wanted["period"], _("Mọi kỳ")),
        "views": common.view_options(view)[:2],
        "total": len(own),
        "count": len(cells),
        "rows": presenters.change_rows(
            cells[first : first + CHANGES_A_PAGE], release=newer, view=view, sees_batches=shows_batches
        ),
        "pages": pages,
        "csv_url": address("operations:release_diff", before, after, **kept, format="csv"),
    }
    return render(request, "operations/release_diff.html", context)


def _number_or_404(text: str) -> int:
    found = release_or_404(text)
    if found is None:
        raise Http404
    return found


def _difference(before: int, after: int | None, view: str) -> indicators.Difference:
    try:
        return indicators.difference(before, after, view=view)
    except ImpossibleRequest:
        raise Http404 from None


def _reader(request: SignedInRequest) -> Callable[[int], bool]:
    """Whether the reader may see a figure of a unit; records without a certain unit are the province's."""
    provinces = {row.unit_id for row in organizations.units_on(clock.today()) if row.kind == "province"}

    def allows(unit_id: int) -> bool:
        if unit_id == organizations.UNDETERMINED:
            return any(request.scope.allows(one) for one in provinces)
        return request.scope.allows(unit_id)

    return allows
