"""Tasks as pages show them."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tinhso.accounts.api import Scope
from tinhso.core.badges import Badge
from tinhso.core.numbers import number, percent
from tinhso.indicators import api as indicators
from tinhso.organizations import api as organizations
from tinhso.plans.choices import TaskEventKind, TaskState
from tinhso.plans.models import Evidence, ServedIndicator, TaskEvent
from tinhso.plans.selectors.tasks import AgencyTally, TaskRow

COLUMNS = (  # of the board, from left to right
    (("assigned",), gettext_lazy("Chưa thực hiện")),
    (("in_progress", "returned"), gettext_lazy("Đang thực hiện")),
    (("handed_in",), gettext_lazy("Chờ xem xét")),
    (("accepted",), gettext_lazy("Hoàn thành")),
)
_FIELDS = {
    "title": gettext_lazy("Nhiệm vụ"),
    "product": gettext_lazy("Sản phẩm dự kiến"),
    "details": gettext_lazy("Nội dung"),
    "lead": gettext_lazy("Cơ quan chủ trì"),
    "supporting": gettext_lazy("Cơ quan phối hợp"),
    "starts_on": gettext_lazy("Ngày bắt đầu"),
    "due_on": gettext_lazy("Thời hạn"),
    "budget_line": gettext_lazy("Nguồn kinh phí"),
    "budget_vnd": gettext_lazy("Kinh phí (đồng)"),
    "people": gettext_lazy("Nhân lực"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """A task as boards and lists show it.

    Attributes:
        left: days to the deadline in words; empty once the task is closed.
        progress: the last reported share done, in percent; None without a report.
    """

    number: int
    title: str
    product: str
    lead: str
    supporting: str
    starts_on: dt.date
    due_on: dt.date
    state: str
    badge: Badge
    left: str
    progress: int | None
    indicators: str
    url: str


@dataclass(frozen=True, slots=True)
class BoardColumn:
    title: str
    cards: list[Card]


@dataclass(frozen=True, slots=True)
class Change:
    """One field that an edit changed."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class FileLine:
    name: str
    document: str
    url: str


@dataclass(frozen=True, slots=True)
class EventLine:
    """One thing that happened."""

    title: str
    at: dt.datetime
    actor: str
    note: str
    progress_pct: int | None
    changes: list[Change]
    files: list[FileLine]


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """A target that a task is to mend: its figure when the task was given, and now (trước và sau).

    Attributes:
        difference: of the values, as a fraction; None while one is missing.
    """

    title: str
    unit: str
    period: str
    before: float | None
    before_on: dt.date | None
    before_counts: str
    after: float | None
    after_on: dt.date | None
    after_counts: str
    target: float | None
    difference: float | None
    url: str


def state(code: str) -> str:
    return str(TaskState(code).label)


def left(row: TaskRow) -> str:
    """Working days to the deadline in words."""
    if row.is_closed:
        return ""
    days = abs(row.days_left)
    if row.days_left < 0:
        return ngettext("quá %(days)s ngày làm việc", "quá %(days)s ngày làm việc", days) % {"days": number(days)}
    if row.days_left == 0:
        return _("hết hạn hôm nay")
    return ngettext("còn %(days)s ngày làm việc", "còn %(days)s ngày làm việc", days) % {"days": number(days)}


def cards(
    rows: Iterable[TaskRow], latest: Mapping[int, TaskEvent], titles: Mapping[str, str], on: dt.date
) -> list[Card]:
    """Tasks for boards and lists.

    Args:
        rows: tasks with how they stand.
        latest: the last report of each, by primary key.
        titles: of targets, by indicator.
        on: day on which agencies are named.
    """
    found = []
    for row in rows:
        task = row.task
        report = latest.get(task.pk)
        found.append(
            Card(
                number=task.number,
                title=task.title,
                product=task.product,
                lead=name_of(task.lead_id, on),
                supporting=", ".join(name_of(unit.pk, on) for unit in task.supporting.all()),
                starts_on=task.starts_on,
                due_on=task.due_on,
                state=state(task.state),
                badge=row.badge,
                left=left(row),
                progress=None if report is None else report.progress_pct,
                indicators="; ".join(titles.get(one.indicator, one.indicator) for one in task.indicators.all()),
                url=reverse("plans:task", args=[task.number]),
            )
        )
    return found


def board(rows: Sequence[TaskRow], made: Sequence[Card]) -> list[BoardColumn]:
    """The columns of the board; canceled tasks are in none."""
    paired = list(zip(rows, made, strict=True))
    return [
        BoardColumn(str(title), [card for row, card in paired if row.task.state in states]) for states, title in COLUMNS
    ]


def name_of(unit_id: int, on: dt.date) -> str:
    return organizations.named_unit(unit_id, on).name


def event_lines(events: Iterable[TaskEvent]) -> list[EventLine]:
    """What happened, the newest first."""
    return [
        EventLine(
            title=str(TaskEventKind(event.kind).label),
            at=event.at,
            actor=event.actor,
            note=event.note,
            progress_pct=event.progress_pct,
            changes=[
                Change(str(_FIELDS[name]), pair[0], pair[1]) for name, pair in event.changes.items() if name in _FIELDS
            ],
            files=[_file_line(one) for one in event.evidence.all()],
        )
        for event in events
    ]


def _file_line(one: Evidence) -> FileLine:
    document = one.document_number
    if one.document_on:
        day = f"{one.document_on:%d/%m/%Y}"
        document = _("%(number)s ngày %(day)s") % {"number": document, "day": day} if document else day
    return FileLine(one.name, document, reverse("plans:evidence", args=[one.pk]))


def before_after(
    served: ServedIndicator, now: "indicators.Figure | None", *, title: str, target: float | None, url: str, on: dt.date
) -> BeforeAfter:
    """A target when the task was given, and now."""
    before = indicators.share(served.numerator, served.denominator)
    after = now.value if now is not None else None
    return BeforeAfter(
        title=title,
        unit=name_of(served.org_unit_id, on),
        period=served.period,
        before=before,
        before_on=served.as_of,
        before_counts=_counts(served.numerator, served.denominator),
        after=after,
        after_on=indicators.evaluation_date(),
        after_counts=_counts(now.numerator, now.denominator) if now else "",
        target=target,
        difference=None if before is None or after is None else after - before,
        url=url,
    )


def _counts(numerator: Decimal | None, denominator: Decimal | None) -> str:
    return "" if numerator is None or denominator is None else f"{number(numerator)} / {number(denominator)}"


def unit_choices(scope: Scope, today: dt.date, *, also: Iterable[int] = ()) -> list[tuple[str, list[tuple[int, str]]]]:
    """Today's units of a scope, grouped by level, highest first; also units of another time that a task names."""
    levels = list(organizations.UnitKind)
    rows = [row for row in organizations.units_on(today) if scope.allows(row.unit_id)]
    rows.sort(key=lambda row: (levels.index(organizations.UnitKind(row.kind)), row.name))
    groups = [
        (str(organizations.UnitKind(kind).label), [(row.unit_id, f"{row.name} ({row.code})") for row in group])
        for kind, group in groupby(rows, key=attrgetter("kind"))
    ]
    known = {row.unit_id for row in rows}
    earlier = [unit for unit in dict.fromkeys(also) if unit not in known and scope.allows(unit)]
    if earlier:
        named = [organizations.named_unit(unit, today) for unit in earlier]
        groups.append((_("Đơn vị đã kết thúc"), [(one.unit_id, f"{one.name} ({one.code})") for one in named]))
    return groups


def table_columns() -> list[tuple[str, Callable[[Card], Any]]]:
    """The list of tasks as a file."""
    return [
        (_("Số"), lambda card: card.number),
        (_("Nhiệm vụ"), lambda card: card.title),
        (_("Sản phẩm dự kiến"), lambda card: card.product),
        (_("Cơ quan chủ trì"), lambda card: card.lead),
        (_("Cơ quan phối hợp"), lambda card: card.supporting),
        (_("Ngày bắt đầu"), lambda card: card.starts_on),
        (_("Thời hạn"), lambda card: card.due_on),
        (_("Trạng thái"), lambda card: card.state),
        (_("Tiến độ"), lambda card: card.badge.label),
        (_("Mức hoàn thành (%)"), lambda card: card.progress),
        (_("Chỉ tiêu phục vụ"), lambda card: card.indicators),
    ]


def agency_columns() -> list[tuple[str, Callable[[AgencyTally], Any]]]:
    """The counts by lead agency as a file."""
    return [
        (_("Cơ quan"), lambda one: one.name),
        (_("Tổng số"), lambda one: one.tally.total),
        (_("Đúng hạn"), lambda one: one.tally.done_in_time),
        (_("Xong, quá hạn"), lambda one: one.tally.done_late),
        (_("Chưa xong, quá hạn"), lambda one: one.tally.overdue),
        (_("Chưa xong, trong hạn"), lambda one: one.tally.open),
    ]


def why(title: str, unit: str, figure: "indicators.Figure", target: float, missing: float, as_of: dt.date) -> str:
    """The gap that a task is made from, in one sentence."""
    return _(
        "Đến %(day)s, “%(title)s” của %(unit)s là %(value)s (%(counts)s), mục tiêu %(target)s; còn thiếu %(missing)s."
    ) % {
        "day": f"{as_of:%d/%m/%Y}",
        "title": title,
        "unit": unit,
        "value": percent(figure.value),
        "counts": _counts(figure.numerator, figure.denominator),
        "target": percent(target),
        "missing": number(missing),
    }
