"""Alerts as their page shows them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tinhso.accounts.api import Scope
from tinhso.core.exports import Column
from tinhso.operations.choices import AlertKind
from tinhso.operations.models import Alert
from tinhso.operations.presenters.common import Status, address
from tinhso.operations.selectors import sentences
from tinhso.operations.selectors.alerts import ActedUpon
from tinhso.organizations import api as organizations


@dataclass(frozen=True)
class AlertRow:
    """One alert.

    Attributes:
        url: its evidence.
        task_url: where a task for it is given; empty for whoever may not give one, and without a target.
        may_explain: whether the reader may say why it needs no task.
        reached: whom it has gone up to, in words; empty for its own unit.
    """

    key: int
    kind: Status
    subject: str
    words: str
    url: str
    raised_at: dt.datetime
    cleared_at: dt.datetime | None
    reached: str
    task_url: str
    may_explain: bool
    handling: str
    handled_by: str
    handled_at: dt.datetime | None
    note: str


_SHAPES = {  # of the statuses whose shape and color say how pressing a kind is
    AlertKind.DEADLINE: "not_met",
    AlertKind.LEVEL: "off_track",
    AlertKind.CHANGE: "off_track",
    AlertKind.FORECAST: "too_early",
    AlertKind.COMPLETENESS: "no_data",
    AlertKind.SILENCE: "no_data",
}


def rows(alerts: Iterable[Alert], *, may_assign: Scope, may_answer: Scope) -> list[AlertRow]:
    """Alerts in their order."""
    return [_row(alert, may_assign, may_answer) for alert in alerts]


def _row(alert: Alert, may_assign: Scope, may_answer: Scope) -> AlertRow:
    unit = organizations.named_unit(alert.org_unit_id, alert.as_of)
    is_open = alert.cleared_at is None and not alert.handling
    query = {"indicator": alert.indicator, "unit": unit.code, "on": str(unit.on)}
    can_task = is_open and bool(alert.indicator) and may_assign.allows(alert.org_unit_id)
    answers = may_assign.allows(alert.org_unit_id) or may_answer.allows(alert.org_unit_id)
    reached = {1: _("đã báo lên cấp trên"), 2: _("đã báo lên tỉnh")}.get(alert.escalation, "")
    kind = AlertKind(alert.kind)
    return AlertRow(
        key=alert.pk,
        kind=Status(_SHAPES[kind], str(kind.label)),
        subject=sentences.subject(alert, alert.as_of),
        words=sentences.words(alert),
        url=_evidence(alert, unit.code, str(unit.on)),
        raised_at=alert.raised_at,
        cleared_at=alert.cleared_at,
        reached=reached if is_open else "",
        task_url=address("plans:new_task", **query) if can_task else "",
        may_explain=is_open and answers,
        handling=str(alert.get_handling_display()) if alert.handling else "",
        handled_by=alert.handled_by,
        handled_at=alert.handled_at,
        note=alert.note,
    )


def _evidence(alert: Alert, code: str, on: str) -> str:
    if alert.dataset:
        return address("operations:dataset", alert.dataset)
    return address("operations:target", alert.indicator, unit=code, on=on)


def table() -> list[Column[AlertRow]]:
    """Alerts as a file."""
    return [
        (_("Loại"), lambda row: row.kind.label),
        (_("Về việc"), lambda row: row.subject),
        (_("Nội dung"), lambda row: row.words),
        (_("Nêu lúc"), lambda row: row.raised_at),
        (_("Hết lúc"), lambda row: row.cleared_at),
        (_("Xử lý"), lambda row: row.handling),
        (_("Người xử lý"), lambda row: row.handled_by),
        (_("Giải trình"), lambda row: row.note),
    ]


def shares() -> list[Column[ActedUpon]]:
    """What became of alerts, as a file."""
    return [
        (_("Loại"), lambda row: row.kind.label),
        (_("Đã nêu"), lambda row: row.raised),
        (_("Đã xử lý"), lambda row: row.handled),
        (_("Không ai xử lý"), lambda row: row.lapsed),
        (_("Tỷ lệ được xử lý"), lambda row: row.share),
    ]
