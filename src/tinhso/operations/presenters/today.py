"""Ten things to do today, as a page shows them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tinhso.accounts.api import Scope
from tinhso.core.badges import Badge
from tinhso.core.exports import Column
from tinhso.indicators import api as indicators
from tinhso.operations.presenters import targets
from tinhso.operations.presenters.common import Kept, address
from tinhso.operations.presenters.targets import TargetRow
from tinhso.organizations import api as organizations
from tinhso.plans import api as plans


@dataclass(frozen=True)
class ToDoRow:
    """One thing to do.

    Attributes:
        row: the target at the unit where it is to be mended.
        whole: value of the target at the unit that is looked at; a fraction.
        days: calendar days to the next day for which the plan sets a value.
        task_url: where a task for it is given; empty for whoever may not give one.
    """

    row: TargetRow
    unit_name: str
    unit_code: str
    owner: str
    missing: int
    points: float
    whole: float | None
    due_on: dt.date
    days: int
    task_url: str


@dataclass(frozen=True)
class EffectRow:
    """What came of a task."""

    number: int
    title: str
    url: str
    badge: Badge
    target: str
    unit_name: str
    before: float | None
    after: float | None
    difference: float | None


@dataclass(frozen=True)
class LateRow:
    """A task whose deadline has passed; days are working days."""

    number: int
    title: str
    url: str
    lead: str
    due_on: dt.date
    days: int


def to_do_rows(
    actions: Iterable[plans.Action], *, asked: plans.Question, kept: Kept, may_assign: Scope | None
) -> list[ToDoRow]:
    """Things to do, the weightiest first.

    Args:
        may_assign: units to which the reader gives tasks; None where none are given.
    """
    found = []
    for one in actions:
        figure, target = one.standing.figure, one.standing.target
        query = {"indicator": target.indicator, "unit": figure.unit_code, "on": str(asked.tree_day)}
        may = may_assign is not None and may_assign.allows(figure.unit_id)
        found.append(
            ToDoRow(
                row=targets.target_row(one.standing, [], figure.unit_code, kept),
                unit_name=figure.unit_name,
                unit_code=figure.unit_code,
                owner=plans.owner_name(target, asked.as_of),
                missing=targets.whole(one.missing),
                points=one.points,
                whole=one.whole.value,
                due_on=one.due_on,
                days=(one.due_on - asked.as_of).days,
                task_url=address("plans:new_task", **query, period=kept.get("period")) if may else "",
            )
        )
    return found


def effect_rows(effects: Iterable[plans.Effect], on: dt.date) -> list[EffectRow]:
    """What came of the latest tasks."""
    found = []
    for one in effects:
        before = indicators.share(one.served.numerator, one.served.denominator)
        after = one.standing.value if one.standing else None
        found.append(
            EffectRow(
                number=one.row.task.number,
                title=one.row.task.title,
                url=address("plans:task", one.row.task.number),
                badge=one.row.badge,
                target=one.standing.target.title if one.standing else one.served.indicator,
                unit_name=organizations.named_unit(one.served.org_unit_id, on).name,
                before=before,
                after=after,
                difference=None if before is None or after is None else after - before,
            )
        )
    return found


def late_rows(rows: Iterable[plans.TaskRow], on: dt.date) -> list[LateRow]:
    """Tasks that are overdue, the longest first."""
    return [
        LateRow(
            number=row.task.number,
            title=row.task.title,
            url=address("plans:task", row.task.number),
            lead=organizations.named_unit(row.task.lead_id, on).name,
            due_on=row.task.due_on,
            days=-row.days_left,
        )
        for row in rows
    ]


def table() -> list[Column[ToDoRow]]:
    """The things to do as a file."""
    return [
        (_("Chỉ tiêu"), lambda one: one.row.indicator),
        (_("Mục tiêu"), lambda one: one.row.title),
        (_("Mã đơn vị"), lambda one: one.unit_code),
        (_("Đơn vị"), lambda one: one.unit_name),
        (_("Giá trị"), lambda one: one.row.value),
        (_("Mục tiêu đặt ra"), lambda one: one.row.target),
        (_("Còn thiếu"), lambda one: one.missing),
        (_("Toàn thể tăng thêm"), lambda one: one.points),
        (_("Đến ngày"), lambda one: one.due_on),
    ]
