"""How the targets of a plan stand."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tinhso.core.errors import ImpossibleRequest, UnknownName
from tinhso.engine import periods
from tinhso.indicators import api as indicators
from tinhso.indicators.api import Figure, Source
from tinhso.organizations import api as organizations
from tinhso.plans.rules import standing as rules
from tinhso.plans.rules.standing import Interim, Rule, TargetStatus
from tinhso.plans.rules.texts import Plan, Target
from tinhso.plans.selectors.plans import plan, plans


@dataclass(frozen=True)
class Standing:
    """How one target stands at one unit (tình trạng thực hiện mục tiêu).

    Attributes:
        period: period of the figure; whole years for yearly external figures.
        figure: the figure; its value is None for 0 ÷ 0 and missing data.
        baseline: value at 31 December before the year (stocks), else 0; a fraction.
        expected: value that should have been reached by `as_of`; a fraction.
        applies: whether the target is set for units of this kind.
        worst_category: for targets of every category, the one with the smallest share.
    """

    target: Target
    figure: Figure
    period: str
    as_of: dt.date
    baseline: float
    expected: float
    status: TargetStatus
    rule: Rule
    sources: list[Source]
    applies: bool
    worst_category: str | None

    @property
    def value(self) -> float | None:
        return self.figure.value

    @property
    def missing(self) -> float:
        """How many more would have to count to reach the target, or fewer not to exceed it."""
        return self.missing_for(self.target.value)

    def missing_for(self, goal: float) -> float:
        """How many more would have to count, or fewer, for another value than the target's; a fraction."""
        if self.figure.numerator is None or not self.figure.denominator:
            return 0.0
        amounts = float(self.figure.numerator), float(self.figure.denominator)
        return rules.shortfall(*amounts, goal, self.target.operator)

    @property
    def behind(self) -> float:
        """How far the value is behind what is needed by now, a fraction; negative when it is ahead."""
        return rules.lacking(self.value or 0.0, self.expected, self.target.operator)

    def goal_on(self, day: dt.date) -> float:
        """The value that the plan sets for a day, a fraction."""
        return rules.goal_on(day, target=self.target.value, interims=interims_of(self.target))


def interims_of(target: Target) -> list[Interim]:
    """The values that the plan sets within the year."""
    return [Interim(one.due_on, one.value_pct / 100) for one in target.interim]


@dataclass(frozen=True)
class PlanStatus:
    """How a plan stands at a unit on a day."""

    plan: Plan
    unit_id: int
    period: str
    as_of: dt.date
    standings: list[Standing]


@dataclass(frozen=True)
class Question:
    """A plan, a period and a day, with defaults filled in.

    Attributes:
        as_of: evaluation date of the statuses.
        data_as_of: evaluation date of the figures; None for that of the stored ones.
        view: view of territory whose units are asked about.
        release: number of the release whose figures are asked for; None for the figures in force.
    """

    plan: Plan
    period: periods.Period
    as_of: dt.date
    data_as_of: dt.date | None
    view: str = indicators.AS_WAS
    release: int | None = None

    @property
    def tree_day(self) -> dt.date:
        """The day whose units the question is about."""
        return indicators.view_day(self.view) or self.as_of

    @property
    def year_code(self) -> str:
        return str(self.period.year)

    @property
    def baseline_code(self) -> str:
        return f"{self.plan.year - 1}-12"

    def period_of(self, definition: indicators.Definition) -> str:
        return self.year_code if definition.is_yearly else self.period.code


def question(
    *,
    number: str | None,
    period: str | None,
    as_of: dt.date | None,
    view: str = indicators.AS_WAS,
    release: int | None = None,
) -> Question:
    """What is asked for, with its defaults: the year to date, on the last day covered by data.

    A period that is over by then is judged as it stood on its last day, unless another day is asked for. In a
    release the last day is the release's, and plan and period are by default those it was made for.

    Raises:
        UnknownName: no such plan, period, view or release.
        ImpossibleRequest: nothing has been computed, or the day lies before the plan's year.
    """
    view = indicators.parse_view(view)
    frozen = None if release is None else indicators.release(release)
    if frozen:
        number, period = number or _known(frozen.plan_number), period or frozen.period
    found = plan(number)
    stored = indicators.evaluation_date(release)
    if stored is None:
        raise ImpossibleRequest(_("Chưa có số liệu: hãy nhập tệp (tinhso import) rồi tính (tinhso compute)."))
    day = as_of or stored
    wanted = _year_to_date(found, day) if period is None else indicators.parse_period(period)
    judged = as_of or min(day, wanted.ends_on)
    return Question(found, wanted, judged, None if as_of in (None, stored) else as_of, view, release)


def _known(number: str) -> str | None:
    """The number of a plan that is still among ours."""
    return number if number in plans() else None


def _year_to_date(found: Plan, day: dt.date) -> periods.Period:
    if day < found.first_day:
        raise ImpossibleRequest(
            _("Kế hoạch %(number)s bắt đầu ngày %(day)s; dữ liệu chưa tới ngày đó.")
            % {"number": found.number, "day": f"{found.first_day:%d/%m/%Y}"}
        )
    return periods.year_to_date(min(day, found.last_day))


def status(
    *,
    unit_id: int,
    number: str | None = None,
    period: str | None = None,
    as_of: dt.date | None = None,
    view: str = indicators.AS_WAS,
    release: int | None = None,
) -> PlanStatus:
    """How every target of a plan stands at a unit (tình hình thực hiện kế hoạch).

    Args:
        unit_id: unit (identity), of the view's tree.
        number: plan; None for the latest.
        period: period code; None for the year to date.
        as_of: evaluation date; None for the last day covered by data. It limits the time of events.
        view: view of territory.
        release: number of a release; None for the figures in force.

    Raises:
        UnknownName: no such plan, period, view or release.
        ImpossibleRequest: nothing has been computed yet.
    """
    asked = question(number=number, period=period, as_of=as_of, view=view, release=release)
    return plan_status(asked, unit_id)


def plan_status(asked: Question, unit_id: int) -> PlanStatus:
    """The same for a question that has been put already."""
    standings = statuses(asked, [unit_id])[unit_id]
    return PlanStatus(asked.plan, unit_id, asked.period.code, asked.as_of, standings)


def statuses(asked: Question, unit_ids: Sequence[int], only: Sequence[str] | None = None) -> dict[int, list[Standing]]:
    """The standings at several units at once, in the plan's order of targets."""
    codes = {asked.period.code, asked.year_code, asked.baseline_code}
    definitions = _definitions(asked)
    targets = [
        target
        for target in asked.plan.targets
        if target.indicator in definitions and (only is None or target.indicator in only)
    ]
    found = indicators.figures(
        indicators=[target.indicator for target in targets],
        period_codes=sorted(codes),
        unit_ids=unit_ids,
        with_categories=True,
        with_empty=True,
        as_of=asked.data_as_of,
        view=asked.view,
        release=asked.release,
    )
    own = {(f.unit_id, f.indicator, f.period): f for f in found if f.category is None}
    categories = [f for f in found if f.category is not None]
    reach = {
        s.dataset: s
        for s in indicators.sources(sorted({d for one in definitions.values() for d in one.datasets}), asked.release)
    }
    standings: dict[int, list[Standing]] = {}
    for unit_id in unit_ids:
        standings[unit_id] = [
            _standing(asked, target, definitions[target.indicator], unit_id, own, categories, reach)
            for target in targets
        ]
    return standings


def _definitions(asked: Question) -> dict[str, indicators.Definition]:
    """Definitions of the plan's indicators; a release may have been made before one was defined."""
    if asked.release is None:
        return {one.id: one for one in indicators.definitions()}
    found = {}
    for target in asked.plan.targets:
        try:
            found[target.indicator] = indicators.definition(target.indicator, release=asked.release)
        except UnknownName:
            continue
    return found


def _standing(
    asked: Question,
    target: Target,
    definition: indicators.Definition,
    unit_id: int,
    own: dict[tuple[int, str, str], Figure],
    categories: list[Figure],
    reach: dict[str, Source],
) -> Standing:
    code = asked.period_of(definition)
    figure = own.get((unit_id, target.indicator, code))
    if figure is None:
        period = indicators.parse_period(code)
        figure = indicators.absent_figure(
            indicator=target.indicator,
            unit_id=unit_id,
            period=period,
            as_of=asked.data_as_of,
            view=asked.view,
            release=asked.release,
        )
    before = own.get((unit_id, target.indicator, asked.baseline_code))
    is_stock = definition.is_stock
    baseline = before.value or 0.0 if before is not None and is_stock else 0.0
    expected = rules.expected_value(
        day=asked.as_of,
        year=asked.plan.year,
        baseline=baseline,
        target=target.value,
        interims=interims_of(target),
        operator=target.operator,
    )
    verdict = rules.judge(
        value=figure.value,
        has_data=figure.status != "no_data",
        operator=target.operator,
        target=target.value,
        expected=expected,
        day=asked.as_of,
        year=asked.plan.year,
    )
    return Standing(
        target=target,
        figure=figure,
        period=code,
        as_of=asked.as_of,
        baseline=baseline,
        expected=expected,
        status=verdict.status,
        rule=verdict.rule,
        sources=[reach[name] for name in definition.datasets],
        applies=target.applies_to(figure.level),
        worst_category=_worst(figure, code, categories),
    )


def _worst(figure: Figure, code: str, categories: list[Figure]) -> str | None:
    """The category whose figure stands for the whole."""
    own = [f for f in categories if (f.unit_id, f.indicator, f.period) == (figure.unit_id, figure.indicator, code)]
    valued = [f for f in own if f.value is not None]
    return min(valued, key=lambda f: (f.value or 0.0, f.category or "")).category if valued else None


@dataclass(frozen=True)
class Part:
    """A unit's part in a superior's shortfall (phần hụt).

    Attributes:
        missing: how many more would have to count at the unit to reach the target there.
        share: its part of all that is missing at the listed units; None when nothing is.
    """

    standing: Standing
    missing: float
    share: float | None


def breakdown(asked: Question, indicator: str, unit_ids: Sequence[int]) -> list[Part]:
    """One target at several units, with each one's share of what they miss together."""
    return breakdowns(asked, [indicator], unit_ids)[indicator]


def breakdowns(asked: Question, names: Sequence[str], unit_ids: Sequence[int]) -> dict[str, list[Part]]:
    """The same of several targets, by indicator, asked for at once."""
    shown: dict[str, list[Standing]] = {name: [] for name in names}
    for standings in statuses(asked, unit_ids, names).values() if names and unit_ids else ():
        for one in standings:
            if one.figure.status == "ok":
                shown[one.target.indicator].append(one)
    totals = {name: sum(one.missing for one in own) for name, own in shown.items()}
    return {
        name: [Part(one, one.missing, one.missing / totals[name] if totals[name] else None) for one in own]
        for name, own in shown.items()
    }


def owner_name(target: Target, on: dt.date) -> str:
    """The agency that answers for a target, as called on a day."""
    return organizations.resolve(target.owner, on).name
