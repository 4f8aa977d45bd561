from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.exports import csv_table, wanted_table
from tinhso.indicators import api as indicators
from tinhso.operations.presenters import analysis, common, files, targets
from tinhso.operations.presenters.common import Crumb, Pages, SortColumn, Tab, address
from tinhso.operations.presenters.data import source_row
from tinhso.operations.presenters.targets import PartRow
from tinhso.operations.views.asked import Asked, asked_or_404, offers_elsewhere
from tinhso.organizations.api import UNDETERMINED
from tinhso.plans import api as plans

PARTS_A_PAGE = 50


@dataclass(frozen=True)
class Breakdown:
    """A target by the units of one kind below."""

    tabs: list[Tab]
    columns: dict[str, SortColumn]
    rows: list[PartRow]
    pages: Pages
    largest: float | None
    csv_url: str
    has_estimates: bool
    has_undetermined: bool


@dataclass(frozen=True)
class MissingLink:
    """How many members are missing, and the page that names them."""

    count: int
    url: str


@require_safe
@action_required(Action.VIEW_FIGURES)
@vary_on_headers("HX-Request")
@offers_elsewhere
def target(request: SignedInRequest, indicator: str) -> HttpResponse:
    """One target at one unit: figure, trajectory, breakdown, definition, sources; htmx asks for the breakdown alone."""
    asked = asked_or_404(request)
    standing = _standing_or_404(asked, indicator)
    level = _level(request, asked, indicator)
    parts = _parts(asked, indicator, level) if level else []
    rows = targets.part_rows(parts, asked.kept)
    sort = request.GET.get("sort", "missing")
    sort = sort if sort.removeprefix("-") in targets.SORT_KEYS else "missing"
    rows = targets.sorted_parts(rows, sort)
    table = wanted_table(request)
    if table is not None:
        return _file(table, asked, standing, rows)
    is_whole = level is None or standing.worst_category is not None
    breakdown = None if is_whole else _breakdown(request, asked, indicator, str(level), sort, rows)
    shortfall = analysis.said(plans.shortfall_words(asked.question, standing, parts))
    if request.htmx and not request.htmx.history_restore_request:  # type: ignore[attr-defined]  # django-htmx
        return render(request, "operations/target.html#breakdown", {"breakdown": breakdown, "shortfall": shortfall})
    trend = _trend(asked, indicator)
    here = asked.address("operations:target", indicator, format="csv")
    context = asked.around(address("operations:target", indicator)) | {
        "crumbs": asked.crumbs(Crumb(standing.target.title)),
        "row": targets.target_row(standing, trend, asked.code, asked.kept),
        "period_words": _figure_period(asked, standing),
        "definition": indicators.definition(indicator, asked.question.period.ends_on, asked.release),
        "owner": plans.owner_name(standing.target, asked.as_of),
        "missing": targets.whole(standing.missing),
        "is_ceiling": standing.target.operator == "<=",
        "excluded": standing.figure.excluded,
        "chart": targets.chart_of(standing, trend, asked.question.plan.year),
        "months": _months(asked, trend),
        "months_csv_url": f"{here}&table=months",
        "breakdown": breakdown,
        "shortfall": shortfall,
        "categories": _categories(asked, standing),
        "categories_csv_url": here,
        "records": _record_links(request, asked, indicator, standing.period),
        "as_was_url": _as_was_url(request, asked, indicator),
        "missing_members": _missing_members(request, asked, standing),
        "sources": [source_row(source) for source in standing.sources],
        "outlook": _outlook(asked, standing),
        "signals": _signals(asked, standing),
        "analysis_url": "" if asked.is_mapped else asked.address("operations:analysis", indicator),
        "task_url": _task_url(request, asked, standing),
        "tasks": targets.tasks_here(
            plans.tasks_serving(
                indicator, [asked.unit_id], plan_number=asked.question.plan.number, today=clock.today()
            ),
            standing,
        ),
    }
    return render(request, "operations/target.html", context)


def _outlook(asked: Asked, standing: plans.Standing) -> analysis.OutlookCard | None:
    """Where the target is heading; only in the tree of the period, whose units have a history, and while the year
    goes on."""
    if (
        asked.is_mapped
        or standing.period != asked.question.period.code
        or not asked.question.period.code.endswith("/ytd")
    ):
        return None
    return analysis.outlook_card(plans.outlook(asked.question, standing.target, asked.unit_id))


def _signals(asked: Asked, standing: plans.Standing) -> list[str]:
    if asked.is_mapped:
        return []
    months = {number: _("Tháng %(number)s") % {"number": number} for number in range(1, 13)}
    return analysis.said(plans.signal_words(asked.question, standing.target, asked.unit_id, months))


def _task_url(request: SignedInRequest, asked: Asked, standing: plans.Standing) -> str:
    """Where a task for the shortfall is given; empty without one, or for whoever gives none to this unit."""
    may = accounts.scope(user=request.user, action=Action.ASSIGN_TASKS, on=clock.today())
    is_live = asked.release is None and not asked.is_mapped
    if not is_live or not standing.missing or not may.allows(asked.unit_id):
        return ""
    return address(
        "plans:new_task", indicator=standing.target.indicator, unit=asked.code, on=str(asked.day), period=asked.period
    )


def _figure_period(asked: Asked, standing: plans.Standing) -> str:
    """The period the figure is of: that of the page, or a whole year for yearly figures."""
    return common.period_in_words(indicators.parse_period(standing.period))


def _standing_or_404(asked: Asked, indicator: str) -> plans.Standing:
    if indicator not in {target.indicator for target in asked.question.plan.targets}:
        raise Http404
    return plans.statuses(asked.question, [asked.unit_id], [indicator])[asked.unit_id][0]


def _level(request: SignedInRequest, asked: Asked, indicator: str) -> str | None:
    """The kind of units asked for, or the highest at which there is something to see."""
    levels, wanted = asked.levels, request.GET.get("level")
    if wanted in levels or not levels:
        return wanted if levels else None
    found = indicators.figures(
        indicators=[indicator],
        period_codes=[asked.question.period.code],
        view=asked.view,
        release=asked.release,
    )
    present = {figure.level for figure in found}
    return next((level for level in levels if level in present), levels[0])


def _parts(asked: Asked, indicator: str, level: str) -> list[plans.Part]:
    below = asked.below(level)
    if asked.has_undetermined:
        below = [*below, UNDETERMINED]
    return plans.breakdown(asked.question, indicator, below) if below else []


def _breakdown(
    request: SignedInRequest, asked: Asked, indicator: str, level: str, sort: str, rows: list[PartRow]
) -> Breakdown:
    """The page of the breakdown that is asked for, with its ways on."""
    titles = common.level_names()
    here = asked.address("operations:target", indicator, level=level)
    number = common.page_number(request.GET.get("page", "1"))
    pages = common.pages(len(rows), PARTS_A_PAGE, number, f"{here}&sort={sort}")
    first = (pages.number - 1) * PARTS_A_PAGE
    tabs = [
        Tab(titles[one], asked.address("operations:target", indicator, level=one), one == level) for one in asked.levels
    ]
    columns = targets.sort_columns(here, sort)
    largest = max((row.share for row in rows if row.share), default=None)
    return Breakdown(
        tabs,
        columns,
        rows[first : first + PARTS_A_PAGE],
        pages,
        largest,
        f"{here}&format=csv",
        any(row.is_estimated for row in rows),
        any(row.is_undetermined for row in rows),
    )


def _file(table: str, asked: Asked, standing: plans.Standing, rows: list[PartRow]) -> HttpResponse:
    """A table of the page: the months, else the sectors where it shows them, else the units."""
    name = standing.target.indicator
    if table == "months":
        return csv_table(f"{name}_cac-thang.csv", files.months(), _months(asked, _trend(asked, name)))
    if standing.worst_category is not None:
        return csv_table(f"{name}_theo-nganh.csv", files.sectors(), _categories(asked, standing))
    return csv_table(f"{name}.csv", files.parts(), rows)


def _trend(asked: Asked, indicator: str) -> list[float | None]:
    """The year-to-date values month by month."""
    return targets.trends(asked.question, asked.unit_id, [indicator]).get(indicator, [])


def _months(asked: Asked, trend: list[float | None]) -> list[tuple[str, float | None]]:
    codes = targets.month_codes(asked.question.plan.year, asked.as_of)
    return [(code.removesuffix("/ytd"), value) for code, value in zip(codes, trend, strict=False)]


def _categories(asked: Asked, standing: plans.Standing) -> list[indicators.Figure]:
    """The figures of each category, the smallest share first, for targets that hold for every one."""
    if standing.worst_category is None:
        return []
    found = indicators.figures(
        indicators=[standing.target.indicator],
        period_codes=[standing.period],
        unit_ids=[asked.unit_id],
        with_categories=True,
        view=asked.view,
        release=asked.release,
    )
    return sorted((figure for figure in found if figure.category), key=lambda figure: figure.value or 0.0)


def _record_links(request: SignedInRequest, asked: Asked, indicator: str, period: str) -> dict[str, str]:
    """Ways to the records, for those who may see them; records lie in the tree of their day only."""
    if asked.is_mapped or not _sees_records(request, asked):
        return {}
    return {
        side: asked.address("operations:records", indicator, period=period, side=side)
        for side in ("numerator", "denominator")
    }


def _sees_records(request: SignedInRequest, asked: Asked) -> bool:
    scope = accounts.scope(user=request.user, action=Action.VIEW_RECORDS, on=clock.today())
    return scope.allows(asked.unit_id)


def _as_was_url(request: SignedInRequest, asked: Asked, indicator: str) -> str:
    """From a figure told in another tree to the one whose records can be seen, for those who may."""
    if not (asked.is_mapped and _sees_records(request, asked)):
        return ""
    return asked.address("operations:target", indicator, view=None, on=asked.day.isoformat())


def _missing_members(request: SignedInRequest, asked: Asked, standing: plans.Standing) -> MissingLink | None:
    """The way to those who are missing, where the ratio counts members and the reader may see them."""
    figure, name = standing.figure, standing.target.indicator
    if not (figure.denominator and figure.numerator is not None and figure.numerator < figure.denominator):
        return None
    if not _sees_records(request, asked) or not indicators.has_members(name, asked.release):
        return None
    count = targets.whole(float(figure.denominator - figure.numerator))
    return MissingLink(count, asked.address("operations:missing", name, period=standing.period))
