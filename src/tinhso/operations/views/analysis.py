"""One target taken apart: why it changed, what if, the cheapest tasks, figures that a person should look at."""

import datetime as dt
from typing import Any, TypeGuard

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.exports import csv_table, wanted_table
from tinhso.engine import periods
from tinhso.indicators import api as indicators
from tinhso.operations.forms import AnalysisForm
from tinhso.operations.presenters import analysis as presenter
from tinhso.operations.presenters import common
from tinhso.operations.presenters.common import Crumb, address
from tinhso.operations.views.asked import Asked, asked_or_404, offers_elsewhere
from tinhso.plans import api as plans

WORST = 10  # of the lowest units that a what-if is about, unless asked otherwise


@require_safe
@action_required(Action.VIEW_FIGURES)
@offers_elsewhere
def analysis(request: SignedInRequest, indicator: str) -> HttpResponse:
    """A target at a unit, taken apart by the units below."""
    asked = asked_or_404(request)
    target = next((one for one in asked.question.plan.targets if one.indicator == indicator), None)
    if target is None or asked.is_mapped:
        raise Http404
    form = _form(request, asked)
    said = form.asked()
    level, parts = _parts(request, asked, indicator)
    whole = next(iter(plans.breakdown(asked.question, indicator, [asked.unit_id])), None)
    changed = _why_changed(asked, target, said)
    what_if = _what_if(whole, parts, said)
    cheapest = _cheapest(whole, parts, said)
    names = {unit: row.name for unit, row in asked.names.items()}
    links = presenter.Links(asked.kept, str(asked.day), _may_assign(request), names, indicator)
    tables: dict[str, list[Any]] = {
        "changed": presenter.changed_rows(changed, links),
        "what_if": presenter.what_if_rows(what_if, links),
        "cheapest": presenter.cheapest_rows(cheapest, links),
    }
    table = wanted_table(request)
    if table is not None:
        name = table if table in tables else "changed"
        return csv_table(f"phan-tich-{indicator}-{name}.csv", presenter.columns(name), tables[name])
    below = [asked.unit_id, *_below(asked, level)]
    titles = common.level_names() | {"": _("Trực thuộc")}
    here = asked.address("operations:analysis", indicator)
    context = asked.around(address("operations:analysis", indicator)) | {
        "crumbs": asked.crumbs(
            Crumb(target.title, asked.address("operations:target", indicator)), Crumb(_("Phân tích"))
        ),
        "target": target,
        "form": form,
        "tabs": [
            common.Tab(titles[kind], asked.address("operations:analysis", indicator, level=kind), kind == level)
            for kind in ("", *asked.levels)
        ],
        "level": level,
        "kept": {name: value for name, value in {"unit": asked.code, **asked.kept, "level": level}.items() if value},
        "change_words": presenter.said(changed.words) if changed else [],
        "change_rows": tables["changed"][: presenter.SHOWN],
        "what_if_words": presenter.said([what_if.words]) if what_if else [],
        "what_if_rows": tables["what_if"][: presenter.SHOWN],
        "cheapest_words": presenter.said([cheapest.words]) if cheapest else [],
        "cheapest_rows": tables["cheapest"][: presenter.SHOWN],
        "cheapest_more": max(len(tables["cheapest"]) - presenter.SHOWN, 0),
        "odd": presenter.odd_rows(plans.oddities(asked.question, target, below), links),
        "csv_url": f"{here}{'&' if '?' in here else '?'}{_query(request)}format=csv",
    }
    return render(request, "operations/analysis.html", context, status=422 if form.errors else 200)


def _query(request: SignedInRequest) -> str:
    query = request.GET.copy()
    for name in ("unit", "period", "view", "release", "format", "table"):
        query.pop(name, None)
    return f"{query.urlencode()}&" if query else ""


def _form(request: SignedInRequest, asked: Asked) -> AnalysisForm:
    options = [
        (option.code, option.title)
        for group in common.period_options(asked.question.plan.year, asked.as_of, "")
        for option in group.options
        if option.code != asked.question.period.code
    ]
    releases = [
        (
            str(one.number),
            _("Bản chốt số %(number)s (%(day)s)") % {"number": one.number, "day": f"{one.as_of:%d/%m/%Y}"},
        )
        for one in indicators.releases()
    ]
    data = AnalysisForm.DEFAULTS | dict(request.GET.items())
    return AnalysisForm(data, periods=options, releases=releases)


def _parts(request: SignedInRequest, asked: Asked, indicator: str) -> tuple[str, list[plans.Part]]:
    """The kind of units that are compared, and these units; without one those directly below."""
    wanted = request.GET.get("level", "")
    level = wanted if wanted in asked.levels else ""
    below = _below(asked, level)
    return level, plans.breakdown(asked.question, indicator, below) if below else []


def _below(asked: Asked, level: str) -> list[int]:
    return asked.below(level) if level else [row.unit_id for row in asked.children]


def _month_before(asked: Asked) -> str:
    """The same kind of period that ended a month earlier; January is compared with December before."""
    period = asked.question.period
    last = period.starts_on if period.kind != "year_to_date" else period.ends_on.replace(day=1)
    earlier = last - dt.timedelta(days=1)
    if period.kind == "year_to_date":
        return periods.year_to_date(earlier).code
    return f"{earlier:%Y-%m}"


def _why_changed(asked: Asked, target: plans.Target, said: dict[str, str]) -> plans.WhyChanged | None:
    release = said.get("published")
    return plans.why_changed(
        asked.question,
        target,
        asked.unit_id,
        [row.unit_id for row in asked.children],
        before=str(said.get("before") or _month_before(asked)),
        release=int(release) if release else None,
    )


def _can_suppose(whole: plans.Part | None, parts: list[plans.Part]) -> "TypeGuard[plans.Part]":
    """Whether more of a count would bring the target nearer: not of a category, nor of what must not be exceeded."""
    return (
        whole is not None
        and bool(parts)
        and whole.standing.worst_category is None
        and whole.standing.target.operator == ">="
    )


def _what_if(whole: plans.Part | None, parts: list[plans.Part], said: dict[str, float]) -> plans.WhatIf | None:
    if not _can_suppose(whole, parts):
        return None
    to = said.get("to_pct")
    count = int(said.get("count", min(WORST, max(len(parts) // 2, 1))))
    return plans.what_if(whole, parts, count=count, to=None if to is None else to / 100)


def _cheapest(whole: plans.Part | None, parts: list[plans.Part], said: dict[str, float]) -> plans.Cheapest | None:
    if not _can_suppose(whole, parts):
        return None
    return plans.cheapest(
        parts,
        gap=whole.missing,
        target=whole.standing.target.value,
        per_task=said["per_task"],
        per_item=said["per_item"],
        budget=said.get("budget"),
    )


def _may_assign(request: SignedInRequest) -> accounts.Scope:
    return accounts.scope(user=request.user, action=Action.ASSIGN_TASKS, on=clock.today())
