"""A plan as everybody may read it: page, tables and open data with a dictionary. Holds no personal data."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tinhso.core.exports import Column
from tinhso.organizations import api as organizations
from tinhso.plans.choices import TaskState
from tinhso.plans.models import Task
from tinhso.plans.rules.texts import Plan, Target
from tinhso.plans.selectors.standing import owner_name


@dataclass(frozen=True)
class TargetLine:
    """A target; `value_pct` in percent, as the act writes it.

    Attributes:
        scope: kinds of unit it is set for, empty for all; parted by semicolons.
        interim: values within the year as `day=percent`, parted by semicolons.
    """

    indicator: str
    objective: str
    title: str
    operator: str
    value_pct: float
    owner: str
    scope: str
    interim: str
    due_on: dt.date


@dataclass(frozen=True)
class TaskLine:
    """A task as published: what, by whom, until when, and how far; neither people nor money.

    Attributes:
        number: None for one that the plan sets and that has not been given yet.
    """

    number: int | None
    title: str
    product: str
    lead: str
    supporting: str
    starts_on: dt.date
    due_on: dt.date
    state: str


@dataclass(frozen=True)
class ObjectiveLines:
    """An objective with its targets."""

    title: str
    aim: str
    targets: list[TargetLine]


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field of the open data (từ điển dữ liệu)."""

    table: str
    field: str
    kind: str
    meaning: str


def objectives(plan: Plan) -> list[ObjectiveLines]:
    """The plan's objectives in its order."""
    return [
        ObjectiveLines(
            one.title,
            one.aim,
            [_target(target, one.title, plan) for target in plan.targets if target.indicator.split(".")[0] == key],
        )
        for key, one in plan.objectives.items()
    ]


def _target(target: Target, objective: str, plan: Plan) -> TargetLine:
    return TargetLine(
        indicator=target.indicator,
        objective=objective,
        title=target.title,
        operator=target.operator,
        value_pct=target.value_pct,
        owner=owner_name(target, min(plan.last_day, plan.issued_on)),
        scope="; ".join(target.scope),
        interim="; ".join(f"{one.due_on}={one.value_pct:g}" for one in target.interim),
        due_on=plan.last_day,
    )


def task_lines(tasks: Iterable[Task], on: dt.date) -> list[TaskLine]:
    """Published tasks."""
    return [
        TaskLine(
            number=task.number,
            title=task.title,
            product=task.product,
            lead=organizations.named_unit(task.lead_id, on).name,
            supporting="; ".join(organizations.named_unit(unit.pk, on).name for unit in task.supporting.all()),
            starts_on=task.starts_on,
            due_on=task.due_on,
            state=str(TaskState(task.state).label),
        )
        for task in tasks
    ]


def planned_lines(plan: Plan) -> list[TaskLine]:
    """Tasks of a plan that is approved but not in force: they are given when it is."""
    if plan.state != "approved":
        return []
    return [
        TaskLine(
            number=None,
            title=task.title,
            product=task.product,
            lead=organizations.last_named(task.lead, plan.last_day).name,
            supporting="; ".join(organizations.last_named(code, plan.last_day).name for code in task.supporting),
            starts_on=task.starts_on,
            due_on=task.due_on,
            state=_("Giao khi kế hoạch có hiệu lực"),
        )
        for task in plan.tasks
    ]


def target_columns() -> list[Column[TargetLine]]:
    """Targets as a file; the names of the fields are those of the dictionary, in every language."""
    return [(name, _getter(name)) for name in TargetLine.__dataclass_fields__]


def task_columns() -> list[Column[TaskLine]]:
    """Tasks as a file."""
    return [(name, _getter(name)) for name in TaskLine.__dataclass_fields__]


def dictionary_columns() -> list[Column[FieldLine]]:
    """The dictionary as a file."""
    return [(name, _getter(name)) for name in FieldLine.__dataclass_fields__]


def _getter(name: str) -> Any:
    return lambda row: getattr(row, name)


def dictionary() -> list[FieldLine]:
    """What every field of the open data means."""
    text, day, number = _("chữ"), _("ngày (năm-tháng-ngày)"), _("số")
    return [
        FieldLine("targets", "indicator", text, _("mã chỉ tiêu")),
        FieldLine("targets", "objective", text, _("nhóm mục tiêu của kế hoạch")),
        FieldLine("targets", "title", text, _("nội dung mục tiêu")),
        FieldLine("targets", "operator", text, _(">= khi càng cao càng tốt, <= khi càng thấp càng tốt")),
        FieldLine("targets", "value_pct", number, _("giá trị mục tiêu, tính bằng phần trăm")),
        FieldLine("targets", "owner", text, _("cơ quan chủ trì, theo tên khi ban hành kế hoạch")),
        FieldLine("targets", "scope", text, _("cấp đơn vị áp dụng, cách nhau bằng dấu chấm phẩy; trống là mọi cấp")),
        FieldLine("targets", "interim", text, _("mốc trong năm: ngày=phần trăm, cách nhau bằng dấu chấm phẩy")),
        FieldLine("targets", "due_on", day, _("ngày phải đạt")),
        FieldLine("tasks", "number", number, _("số của nhiệm vụ; trống khi chưa giao")),
        FieldLine("tasks", "title", text, _("nhiệm vụ")),
        FieldLine("tasks", "product", text, _("sản phẩm dự kiến")),
        FieldLine("tasks", "lead", text, _("cơ quan chủ trì")),
        FieldLine("tasks", "supporting", text, _("các cơ quan phối hợp, cách nhau bằng dấu chấm phẩy")),
        FieldLine("tasks", "starts_on", day, _("ngày bắt đầu")),
        FieldLine("tasks", "due_on", day, _("thời hạn")),
        FieldLine("tasks", "state", text, _("trạng thái thực hiện")),
    ]


def as_json(plan: Plan, objectives_: Sequence[ObjectiveLines], tasks: Sequence[TaskLine]) -> dict[str, Any]:
    """The plan as open data; days as ISO 8601."""
    return {
        "plan": {
            "number": plan.number,
            "version": plan.version,
            "title": plan.title,
            "issued_on": plan.issued_on,
            "issuer": plan.issuer,
            "signer": plan.signer,
            "state": plan.state,
            "supersedes": plan.supersedes,
            "year": plan.year,
            "content_hash": plan.content_hash,
        },
        "targets": [_fields(target) for one in objectives_ for target in one.targets],
        "tasks": [_fields(task) for task in tasks],
        "dictionary": [_fields(line) for line in dictionary()],
    }


def _fields(line: TargetLine | TaskLine | FieldLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in line.__dataclass_fields__}
