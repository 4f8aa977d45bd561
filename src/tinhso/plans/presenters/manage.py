"""Plans as those who write and follow them see them."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tinhso.core.badges import Badge
from tinhso.indicators import api as indicators
from tinhso.organizations import api as organizations
from tinhso.plans.choices import PlanState
from tinhso.plans.models import PlanVersion
from tinhso.plans.rules import life
from tinhso.plans.rules.texts import PlannedTask, PlanText, Target
from tinhso.plans.selectors import plans

PILLARS = {
    "gov": gettext_lazy("Chính quyền số"),
    "econ": gettext_lazy("Kinh tế số"),
    "soc": gettext_lazy("Xã hội số"),
    "sec": gettext_lazy("An toàn thông tin mạng"),
}
SHAPES = {
    PlanState.DRAFT: "no_data",
    PlanState.CONSULTATION: "too_early",
    PlanState.APPROVED: "on_track",
    PlanState.IN_FORCE: "met",
    PlanState.SUPERSEDED: "no_occurrence",
    PlanState.CLOSED: "no_occurrence",
}


@dataclass(frozen=True)
class PlanRow:
    """A plan in a list.

    Attributes:
        send_by: day by which the ministry must have it; None where the law does not ask or it was sent.
    """

    key: int
    title: str
    year: int
    number: str
    version: str
    state: Badge
    issued_on: dt.date | None
    signer: str
    in_force_on: dt.date | None
    closed_on: dt.date | None
    report_number: str
    supersedes: str
    sent_on: dt.date | None
    sent_document: str
    send_by: dt.date | None
    is_late: bool


@dataclass(frozen=True)
class TargetLine:
    """A target of a plan that is being written; `number` is its place."""

    number: int
    title: str
    indicator: str
    operator: str
    value_pct: float
    owner: str
    scope: str
    interim: str


@dataclass(frozen=True)
class PlannedTaskLine:
    """A task of a plan; `number` is its place."""

    number: int
    title: str
    product: str
    lead: str
    supporting: str
    starts_on: dt.date
    due_on: dt.date
    budget_vnd: int | None


def plan_row(row: PlanVersion, today: dt.date) -> PlanRow:
    """One plan with its act and what the law still asks for."""
    text, send_by = plans.text_of(row), _send_by(row)
    state = PlanState(row.state)
    return PlanRow(
        key=row.pk,
        title=text.title,
        year=text.year,
        number=row.number,
        version=row.version,
        state=Badge(SHAPES.get(state, "no_data"), str(state.label)),
        issued_on=row.issued_on,
        signer=row.signer,
        in_force_on=row.in_force_on,
        closed_on=row.closed_on,
        report_number=row.report_number,
        supersedes=row.supersedes.number if row.supersedes else "",
        sent_on=row.sent_on,
        sent_document=row.sent_document,
        send_by=send_by,
        is_late=send_by is not None and send_by < today,
    )


def _send_by(row: PlanVersion) -> dt.date | None:
    """Five working days from the day of issue (NĐ 224/2026/NĐ-CP, Điều 7, khoản 3, điểm d)."""
    if row.issued_on is None or row.sent_on is not None or not life.must_be_sent(row.issued_on):
        return None
    return organizations.add_working_days(row.issued_on, life.SENT_WITHIN, organizations.working_calendar())


def target_lines(text: PlanText) -> list[TargetLine]:
    """The targets in their order."""
    return [_target_line(number, target, text) for number, target in enumerate(text.targets)]


def _target_line(number: int, target: Target, text: PlanText) -> TargetLine:
    return TargetLine(
        number=number,
        title=target.title,
        indicator=target.indicator,
        operator=target.operator,
        value_pct=target.value_pct,
        owner=_name(target.owner, text.last_day),
        scope=", ".join(str(organizations.UnitKind(kind).label) for kind in target.scope) or _("mọi cấp"),
        interim="; ".join(f"{one.due_on:%d/%m/%Y}: {one.value_pct:g} %" for one in target.interim),
    )


def task_lines(text: PlanText) -> list[PlannedTaskLine]:
    """The plan's tasks in their order."""
    return [_task_line(number, task, text) for number, task in enumerate(text.tasks)]


def _task_line(number: int, task: PlannedTask, text: PlanText) -> PlannedTaskLine:
    return PlannedTaskLine(
        number=number,
        title=task.title,
        product=task.product,
        lead=_name(task.lead, text.last_day),
        supporting="; ".join(_name(code, text.last_day) for code in task.supporting),
        starts_on=task.starts_on,
        due_on=task.due_on,
        budget_vnd=task.budget_vnd,
    )


def _name(code: str, on: dt.date) -> str:
    return organizations.last_named(code, on).name


def pillars() -> list[tuple[str, str]]:
    """Pillars of the catalog, by code."""
    used = {one.text.pillar for one in indicators.definitions()}
    return [(code, str(title)) for code, title in PILLARS.items() if code in used]


def indicator_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Indicators of the catalog under their pillars."""
    known = indicators.definitions()
    return [(title, [(one.id, one.name) for one in known if one.text.pillar == code]) for code, title in pillars()]


def agency_choices(on: dt.date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Units of a day by code, communes left out: they are named by scope, not one by one."""
    levels = ["province", "department", "district"]
    rows = [row for row in organizations.units_on(on) if row.kind in levels]
    found = []
    for kind in levels:
        own = sorted((row.name, row.code) for row in rows if row.kind == kind)
        if own:
            found.append((str(organizations.UnitKind(kind).label), [(code, name) for name, code in own]))
    return found


def level_choices() -> list[tuple[str, str]]:
    """Kinds of units to which a target may apply."""
    return [(kind.value, str(kind.label)) for kind in organizations.UnitKind]
