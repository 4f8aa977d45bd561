"""What a briefing for the steering committee says (báo cáo ban chỉ đạo), whatever its form."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tinhso.accounts.api import Scope
from tinhso.core.charts import Chart
from tinhso.indicators import api as indicators
from tinhso.operations.presenters import analysis, common, data, targets
from tinhso.operations.presenters import today as to_do
from tinhso.operations.presenters.common import Kept
from tinhso.operations.presenters.data import DatasetRow
from tinhso.operations.presenters.targets import Count, Pillar, TargetRow
from tinhso.operations.presenters.today import EffectRow, LateRow, ToDoRow
from tinhso.organizations.api import UnitRow
from tinhso.plans import api as plans

CHARTS = 2


@dataclass(frozen=True)
class Behind:
    """A target that slips: who answers, what is missing where, in sentences, and by unit."""

    row: TargetRow
    owner: str
    words: list[str]
    parts: list[plans.Part]


@dataclass(frozen=True)
class StandsOut:
    """A target one of whose last months is unlike the others."""

    title: str
    url: str
    words: list[str]


@dataclass(frozen=True)
class Source:
    """A source of the figures and how far it reached when they were frozen."""

    title: str
    last_day: dt.date | None
    batches: int
    is_old: bool


@dataclass(frozen=True)
class Briefing:
    """Everything a briefing says.

    Attributes:
        release: that its figures are of; None while they are not frozen.
        made_on: day for which tasks are told.
        unsettled: reports in the figures that are not locked.
        kept_back: datasets with rows that imports keep back today.
    """

    plan: plans.Plan
    unit: UnitRow
    period_words: str
    as_of: dt.date
    made_on: dt.date
    release: indicators.ReleaseRow | None
    counts: list[Count]
    pillars: list[Pillar]
    behind: list[Behind]
    charts: list[Chart]
    signals: list[StandsOut]
    actions: list[ToDoRow]
    late: list[LateRow]
    effects: list[EffectRow]
    sources: list[Source]
    unsettled: int
    kept_back: list[DatasetRow]

    @property
    def rows(self) -> list[TargetRow]:
        return [row for pillar in self.pillars for row in pillar.rows]


@dataclass(frozen=True)
class Subject:
    """What a briefing is about: the question, the unit and the units below, and what links carry along."""

    question: plans.Question
    unit: UnitRow
    children: Sequence[int]
    kept: Kept
    scope: Scope
    unsettled: int


def gathered(about: Subject, *, today: dt.date) -> Briefing:
    """Everything a briefing says, from the same selectors as the pages.

    Args:
        today: day for which tasks are told.
    """
    asked, unit_id = about.question, about.unit.unit_id
    found = plans.plan_status(asked, unit_id)
    trends = targets.trends(asked, unit_id)
    rows = [
        targets.target_row(one, trends.get(one.target.indicator, []), about.unit.code, about.kept)
        for one in found.standings
    ]
    slipping = [one for one in found.standings if one.status in plans.BEHIND and one.applies]
    slipping.sort(key=lambda one: -one.behind / (one.target.value or 1))
    at = {row.indicator: row for row in rows}
    drawn = [targets.chart_of(one, trends.get(one.target.indicator, []), asked.plan.year) for one in slipping[:CHARTS]]
    parts = plans.breakdowns(asked, [one.target.indicator for one in slipping], about.children)
    things = plans.to_do(asked, unit_id, about.children)
    return Briefing(
        plan=asked.plan,
        unit=about.unit,
        period_words=common.period_in_words(asked.period),
        as_of=asked.as_of,
        made_on=today,
        release=None if asked.release is None else indicators.release(asked.release),
        counts=targets.counts(rows, "", unit=about.unit.code, **about.kept),
        pillars=targets.pillars(asked.plan, rows),
        behind=[_behind(about, one, at[one.target.indicator], parts[one.target.indicator]) for one in slipping],
        charts=[chart for chart in drawn if chart],
        signals=_signals(about, found),
        actions=to_do.to_do_rows(things.actions, asked=asked, kept=about.kept, may_assign=None),
        late=to_do.late_rows(plans.overdue_tasks(about.scope, asked.plan.number, today=today), today),
        effects=to_do.effect_rows(plans.effects(asked, about.scope, today=today), today),
        sources=_sources(found),
        unsettled=about.unsettled,
        kept_back=[one for one in data.dataset_rows() if one.quarantined],
    )


def _behind(about: Subject, whole: plans.Standing, row: TargetRow, parts: Sequence[plans.Part]) -> Behind:
    words = analysis.said(plans.shortfall_words(about.question, whole, parts))
    most = sorted(parts, key=lambda part: (-part.missing, part.standing.figure.unit_code))
    return Behind(row, plans.owner_name(whole.target, about.question.as_of), words, most)


def _signals(about: Subject, found: plans.PlanStatus) -> list[StandsOut]:
    """Months that stand out, of counts of events; a state that grows month by month is no news."""
    if about.question.view != indicators.AS_WAS:
        return []
    months = {number: _("Tháng %(number)s") % {"number": number} for number in range(1, 13)}
    rows = []
    for one in found.standings:
        if indicators.definition(one.target.indicator, release=about.question.release).is_stock:
            continue
        words = plans.signal_words(about.question, one.target, about.unit.unit_id, months, only_odd=True)
        if words:
            url = common.address("operations:target", one.target.indicator, unit=about.unit.code, **about.kept)
            rows.append(StandsOut(one.target.title, url, analysis.said(words)))
    return rows


def _sources(found: plans.PlanStatus) -> list[Source]:
    """The sources behind the targets, the longest silent first."""
    once = {
        source.dataset: (source, one.worst_category is not None) for one in found.standings for source in one.sources
    }
    rows = [
        Source(
            source.title,
            source.last_day,
            source.batches,
            not is_yearly and (source.last_day is None or (found.as_of - source.last_day).days > common.OLD_DAYS),
        )
        for source, is_yearly in once.values()
    ]
    return sorted(rows, key=lambda row: (row.last_day or dt.date.min, row.title))
