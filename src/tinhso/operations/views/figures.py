"""The operations center: overview, target, records, unit."""

import datetime as dt
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, SignedInRequest, action_required, unit_or_404
from tinhso.core import audit, clock
from tinhso.core.errors import ImpossibleRequest, RuleViolation, UnknownName
from tinhso.core.exports import csv_answer
from tinhso.indicators import api as indicators
from tinhso.operations import presenters
from tinhso.operations.presenters import Crumb, address
from tinhso.organizations import api as organizations
from tinhso.plans import api as plans

RECORDS_A_PAGE = 50
RECORDS_EXPORTED = 100_000
LEVEL_NAMES = {
    "province": "Tỉnh",
    "department": "Sở, ban, ngành",
    "district": "Huyện, thành phố",
    "commune": "Xã, phường, thị trấn",
}


class _Asked:
    """Unit, period and day that a page is about, inside the reader's scope."""

    def __init__(self, request: SignedInRequest, code: str = "") -> None:
        self.period = request.GET.get("period") or None
        try:
            self.question = plans.question(number=None, period=self.period, as_of=None)
        except UnknownName:
            raise Http404 from None
        self.as_of: dt.date = self.question.as_of
        self.unit_id = self._unit(request, code or request.GET.get("unit", ""))
        self.unit = next((row for row in organizations.units_on(self.as_of) if row.unit_id == self.unit_id), None)
        if self.unit is None:
            raise Http404
        self.code = self.unit.code

    def _unit(self, request: SignedInRequest, code: str) -> int:
        if not code:
            return unit_or_404(request, request.scope.top_unit_id)
        try:
            return unit_or_404(request, organizations.resolve(code, self.as_of).org_unit_id)
        except (UnknownName, organizations.AmbiguousUnit):
            raise Http404 from None

    def crumbs(self, request: SignedInRequest, *more: Crumb) -> list[Crumb]:
        """The unit's superiors inside the scope, then the page."""
        names = {row.unit_id: row for row in organizations.units_on(self.as_of)}
        above = [
            names[u] for u in reversed(organizations.ancestors(self.unit_id, self.as_of)) if request.scope.allows(u)
        ]
        found = [Crumb(row.name, address("operations:overview", unit=row.code, period=self.period)) for row in above]
        assert self.unit is not None  # noqa: S101 - checked when made
        own = Crumb(self.unit.name, address("operations:overview", unit=self.code, period=self.period) if more else "")
        return [*found, own, *more]

    def children(self, kind: str | None = None) -> list[int]:
        """Units below: of one kind at any depth, or directly below."""
        below = organizations.descendants(self.unit_id, self.as_of) - {self.unit_id}
        rows = [row for row in organizations.units_on(self.as_of) if row.unit_id in below]
        if kind:
            return [row.unit_id for row in rows if row.kind == kind]
        return [row.unit_id for row in rows if row.parent_id == self.unit_id]


@require_safe
@action_required(Action.VIEW_FIGURES)
def overview(request: SignedInRequest) -> HttpResponse:
    """All targets of the plan at a unit: what slips, where, and everything else by pillar."""
    try:
        asked = _Asked(request)
    except ImpossibleRequest as refusal:
        return render(request, "operations/nothing_yet.html", {"reason": str(refusal)})
    found = plans.status(unit_id=asked.unit_id, period=asked.period)
    trends = presenters.trends(asked.unit_id, found.plan.year, asked.as_of)
    rows = [
        presenters.target_row(s, trends.get(s.target.indicator, []), asked.code, asked.period) for s in found.standings
    ]
    if request.GET.get("format") == "csv":
        return _overview_csv(rows, asked.code)
    context = {
        "crumbs": asked.crumbs(request),
        "plan": found.plan,
        "unit": asked.unit,
        "as_of": asked.as_of,
        "period": found.period,
        "periods": _period_choices(found.plan.year, asked.as_of),
        "counts": presenters.counts(rows),
        "worst": presenters.worst(found, rows, asked.question, asked.children()),
        "pillars": presenters.pillars(found, rows),
        "csv_url": address("operations:overview", unit=asked.code, period=asked.period, format="csv"),
    }
    return render(request, "operations/overview.html", context)


def _overview_csv(rows: list[presenters.TargetRow], code: str) -> HttpResponse:
    headers = [
        "Chỉ tiêu",
        "Mục tiêu",
        "Tử số",
        "Mẫu số",
        "Giá trị",
        "Mục tiêu đặt ra",
        "Kỳ vọng",
        "Tình trạng",
    ]
    lines = [
        [r.indicator, r.title, r.numerator, r.denominator, r.value, r.target, r.expected, r.status.label] for r in rows
    ]
    return csv_answer(f"tong-quan-{code}.csv", headers, lines)


def _period_choices(year: int, as_of: dt.date) -> list[tuple[str, str]]:
    """Periods a reader may pick: the year so far, then months and quarters that have begun."""
    from tinhso.engine import periods

    names = {
        "month": _("Tháng"),
        "quarter": _("Quý"),
        "half": _("Nửa năm"),
        "nine_months": _("9 tháng"),
        "year": _("Cả năm"),
        "year_to_date": _("Từ đầu năm đến hết tháng"),
    }
    begun = [p for p in periods.periods_of_year(year) if p.starts_on <= as_of]
    begun = [p for p in begun if p.kind != "year_to_date" or presenters.month_begun(p, as_of)]
    order = ["year_to_date", "month", "quarter", "half", "nine_months", "year"]
    begun.sort(key=lambda p: (order.index(p.kind), -p.ends_on.toordinal()))
    return [(p.code, f"{names[p.kind]} {_short(p.code)}".strip()) for p in begun]


def _short(code: str) -> str:
    """`2023-05/ytd` as 5/2023, `2023-Q2` as 2/2023."""
    year, _dash, rest = code.removesuffix("/ytd").partition("-")
    rest = rest.lstrip("QH0").removesuffix("M")
    return (
        f"{rest}/{year}" if rest and rest != "9" else (f"9/{year}" if rest == "9" and not code.endswith("M") else year)
    )


@require_safe
@action_required(Action.VIEW_FIGURES)
def target(request: SignedInRequest, indicator: str) -> HttpResponse:
    """One target at one unit: definition, trajectory, breakdown, sources."""
    asked = _asked_or_404(request)
    standing = _standing_or_404(asked, indicator)
    definition = indicators.definition(indicator)
    year = asked.question.plan.year
    codes = presenters.month_codes(year, asked.as_of)
    trend = presenters.trends(asked.unit_id, year, asked.as_of).get(indicator, [None] * len(codes))
    row = presenters.target_row(standing, trend, asked.code, asked.period)
    levels = presenters.kinds_below(asked.unit.kind, asked.as_of) if asked.unit else []
    level = request.GET.get("level")
    level = level if level in levels else _first_with_figures(levels, asked, indicator)
    parts = plans.breakdown(asked.question, indicator, asked.children(level)) if level else []
    sort = request.GET.get("sort", "missing")
    rows = presenters.part_rows(parts, indicator, asked.period, sort)
    if request.GET.get("format") == "csv":
        return _parts_csv(rows, indicator)
    base: dict[str, Any] = {"unit": asked.code, "period": asked.period}
    context = {
        "crumbs": asked.crumbs(request, Crumb(standing.target.title)),
        "row": row,
        "standing": standing,
        "unit": asked.unit,
        "as_of": asked.as_of,
        "definition": definition,
        "owner": plans.owner_name(standing.target, asked.as_of),
        "chart": presenters.chart_of(standing, trend, year, codes),
        "months": [(code.removesuffix("/ytd"), value) for code, value in zip(codes, trend, strict=True)],
        "tabs": [
            (LEVEL_NAMES[one], address("operations:target", indicator, **base, level=one), one == level)
            for one in levels
        ],
        "level": level,
        "rows": rows,
        "sort": sort,
        "sorts": {
            one: address("operations:target", indicator, **base, level=level, sort=one) for one in presenters.SORTS
        },
        "csv_url": address("operations:target", indicator, **base, level=level, format="csv"),
        "categories": _categories(asked, standing),
        "records": _record_links(request, asked, indicator, standing.period),
    }
    return render(request, "operations/target.html", context)


def _asked_or_404(request: SignedInRequest, code: str = "") -> _Asked:
    try:
        return _Asked(request, code)
    except ImpossibleRequest:
        raise Http404 from None


def _standing_or_404(asked: _Asked, indicator: str) -> plans.Standing:
    if indicator not in {target.indicator for target in asked.question.plan.targets}:
        raise Http404
    return plans.statuses(asked.question, [asked.unit_id], [indicator])[asked.unit_id][0]


def _first_with_figures(levels: list[str], asked: _Asked, indicator: str) -> str | None:
    """The highest level at which there is something to see."""
    if not levels:
        return None
    code = asked.question.period.code
    found = indicators.figures(indicators=[indicator], period_codes=[code])
    present = {figure.level for figure in found}
    return next((level for level in levels if level in present), levels[0])


def _parts_csv(rows: list[presenters.PartRow], indicator: str) -> HttpResponse:
    headers = ["Mã đơn vị", "Đơn vị", "Tử số", "Mẫu số", "Giá trị", "Còn thiếu", "Phần hụt", "Tình trạng"]
    lines = [
        [r.unit_code, r.unit_name, r.numerator, r.denominator, r.value, r.missing, r.share, r.status.label]
        for r in rows
    ]
    return csv_answer(f"{indicator}.csv", headers, lines)


def _categories(asked: _Asked, standing: plans.Standing) -> list[indicators.Figure]:
    if standing.worst_category is None:
        return []
    found = indicators.figures(
        indicators=[standing.target.indicator],
        period_codes=[standing.period],
        unit_ids=[asked.unit_id],
        with_categories=True,
    )
    return sorted((f for f in found if f.category), key=lambda f: f.value or 0.0)


def _record_links(request: SignedInRequest, asked: _Asked, indicator: str, period: str) -> dict[str, str]:
    """Links to the records, for those who may see them."""
    scope = accounts.scope(user=request.user, action=Action.VIEW_RECORDS, on=clock.today())
    if not scope.allows(asked.unit_id):
        return {}
    return {
        side: address("operations:records", indicator, unit=asked.code, period=period, side=side)
        for side in ("numerator", "denominator")
    }


@require_safe
@action_required(Action.VIEW_RECORDS)
def records(request: SignedInRequest, indicator: str) -> HttpResponse:
    """The records behind a figure; personal values are masked and the reading is audited."""
    asked = _asked_or_404(request)
    side: indicators.Side = "numerator" if request.GET.get("side") == "numerator" else "denominator"
    as_csv = request.GET.get("format") == "csv"
    number = request.GET.get("page", "1")
    page = max(int(number), 1) if number.isdigit() else 1
    try:
        found = indicators.record_page(
            indicator=indicator,
            side=side,
            unit_id=asked.unit_id,
            period=asked.question.period,
            offset=0 if as_csv else (page - 1) * RECORDS_A_PAGE,
            limit=RECORDS_EXPORTED if as_csv else RECORDS_A_PAGE,
        )
    except RuleViolation:
        raise Http404 from None
    details = {"indicator": indicator, "side": side, "unit": asked.code, "period": asked.question.period.code}
    seen = {"rows": str(len(found.rows)), "export": str(as_csv)}
    audit.record(
        actor=request.user.username,
        action="records.read",
        obj=f"dataset:{found.dataset}",
        details=details | seen,
        at=clock.now(),
    )
    rows = [[_shown(row[c.name], c.personal) for c in found.columns] for row in found.rows]
    if as_csv:
        return csv_answer(f"{indicator}-{side}.csv", [c.title for c in found.columns], rows)
    base: dict[str, Any] = {"unit": asked.code, "period": asked.period}
    here = address("operations:records", indicator, **base, side=side)
    title = indicators.definition(indicator).name
    context = {
        "crumbs": asked.crumbs(
            request, Crumb(title, address("operations:target", indicator, **base)), Crumb(_("Bản ghi"))
        ),
        "title": title,
        "words": getattr(indicators.definition(indicator).text.words, side),
        "page": found,
        "rows": rows,
        "pages": presenters.pages(found.total, RECORDS_A_PAGE, page, here),
        "tabs": [
            (label, address("operations:records", indicator, **base, side=one), one == side)
            for one, label in (("numerator", _("Tử số")), ("denominator", _("Mẫu số")))
        ],
        "csv_url": f"{here}&format=csv",
        "period": asked.question.period.code,
        "unit": asked.unit,
    }
    return render(request, "operations/records.html", context)


def _shown(value: object, personal: bool) -> object:
    return presenters.masked(value) if personal and value else value


@require_safe
@action_required(Action.VIEW_FIGURES)
def units(request: SignedInRequest) -> HttpResponse:
    """Units in scope, with search by code or name."""
    day = indicators.evaluation_date() or clock.today()
    wanted = request.GET.get("q", "").strip().lower()
    names = {row.unit_id: row.name for row in organizations.units_on(day)}
    rows = [row for row in organizations.units_on(day) if request.scope.allows(row.unit_id)]
    rows = [row for row in rows if wanted in row.name.lower() or wanted in row.code.lower()]
    groups = [
        (
            label,
            [
                (row, names.get(row.parent_id or 0, ""), address("operations:unit", row.code))
                for row in rows
                if row.kind == kind
            ],
        )
        for kind, label in LEVEL_NAMES.items()
    ]
    context = {
        "groups": [(label, found) for label, found in groups if found],
        "wanted": request.GET.get("q", ""),
        "day": day,
    }
    return render(request, "operations/units.html", context)


@require_safe
@action_required(Action.VIEW_FIGURES)
def unit(request: SignedInRequest, code: str) -> HttpResponse:
    """A unit's scorecard: every target there, and its place among its siblings."""
    asked = _asked_or_404(request, code)
    assert asked.unit is not None  # noqa: S101 - checked when made
    siblings = [
        row.unit_id
        for row in organizations.units_on(asked.as_of)
        if row.kind == asked.unit.kind and request.scope.allows(row.unit_id)
    ]
    standings = plans.statuses(asked.question, siblings)
    places = _places(standings, asked.unit_id)
    rows = [
        (presenters.target_row(s, [], asked.code, asked.period), places.get(s.target.indicator))
        for s in standings[asked.unit_id]
        if s.applies and s.figure.status != "no_data"
    ]
    if request.GET.get("format") == "csv":
        return _overview_csv([row for row, _place in rows], asked.code)
    context = {
        "crumbs": asked.crumbs(request, Crumb(_("Phiếu đơn vị"))),
        "unit": asked.unit,
        "versions": organizations.versions_of(asked.unit_id),
        "events": organizations.events_of(asked.unit_id),
        "counts": presenters.counts(row for row, _place in rows),
        "rows": rows,
        "kind_name": LEVEL_NAMES[asked.unit.kind],
        "as_of": asked.as_of,
        "csv_url": address("operations:unit", code, format="csv"),
    }
    return render(request, "operations/unit.html", context)


def _places(standings: dict[int, list[plans.Standing]], unit_id: int) -> dict[str, tuple[int, int]]:
    """Place of a unit among its siblings, by indicator: 1 is best; equal values share a place."""
    found: dict[str, tuple[int, int]] = {}
    for position, own in enumerate(standings[unit_id]):
        values = [one[position].value for one in standings.values() if one[position].value is not None]
        if own.value is not None and len(values) > 1:
            found[own.target.indicator] = (
                1 + sum(v > own.value for v in values if v is not None),
                len(values),
            )
    return found
