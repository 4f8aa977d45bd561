"""Giving tasks to agencies and following them to the end. Every step appends an event and audits it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import BinaryIO

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tinhso.core import audit, counters, outbox
from tinhso.core.clock import VIETNAM
from tinhso.core.errors import RuleViolation
from tinhso.core.evidence import EvidenceRefused, keep
from tinhso.organizations import api as organizations
from tinhso.plans.choices import TaskEventKind, TaskState
from tinhso.plans.models import Evidence, ServedIndicator, Task, TaskDocument, TaskEvent
from tinhso.plans.rules import tasks as rules
from tinhso.plans.rules.tasks import Step


class WrongDates(RuleViolation):
    """A task that ends before it begins."""


class WrongSupport(RuleViolation):
    """The lead agency cannot support itself."""


class WrongStep(RuleViolation):
    """The step is not possible in the task's state."""


class TaskChanged(RuleViolation):
    """Somebody else has written meanwhile; the text says what."""


class SelfReview(RuleViolation):
    """Whoever handed a result in does not accept it."""


class Agency(int):
    """Primary key of an agency's `OrgUnit`."""


@dataclass(frozen=True, slots=True)
class TaskText:
    """What a task says (nội dung giao).

    Attributes:
        lead: agency that answers for it (cơ quan chủ trì).
        supporting: agencies that help (cơ quan phối hợp).
        due_on: last day; it belongs to the term.
        budget_vnd: None when no money is set aside.
    """

    title: str
    product: str
    lead: Agency
    starts_on: dt.date
    due_on: dt.date
    details: str = ""
    supporting: tuple[Agency, ...] = ()
    budget_line: str = ""
    budget_vnd: int | None = None
    people: str = ""


@dataclass(frozen=True, slots=True)
class Served:
    """A target that a task is to mend, with its figure as the assigner saw it; None where there was none."""

    indicator: str
    unit_id: int
    period: str
    as_of: dt.date | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file handed in, with number and day of the document it is."""

    name: str
    content: BinaryIO
    size: int
    document_number: str = ""
    document_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the event of a step says."""

    kind: TaskEventKind
    note: str = ""
    progress_pct: int | None = None
    changes: dict[str, list[str]] = field(default_factory=dict)


@transaction.atomic
def assign_task(
    *,
    plan_number: str,
    text: TaskText,
    serves: Sequence[Served] = (),
    documents: Sequence[str] = (),
    assigned_by: int,
    actor: str,
    at: dt.datetime,
) -> Task:
    """Give a task to an agency (giao nhiệm vụ).

    Args:
        plan_number: plan it belongs to.
        text: what it says.
        serves: targets it is to mend.
        documents: identifiers of the official documents that it carries out.
        assigned_by: primary key of the unit in whose name it is given; its people review the result.
        actor: user name.
        at: aware time.

    Raises:
        WrongDates: it would end before it begins.
        WrongSupport: the lead agency is among the supporting ones.
    """
    _check(text)
    task = Task.objects.create(
        number=counters.next_number("plans.task"),
        plan_number=plan_number,
        assigned_by_id=assigned_by,
        created_at=at,
        **_fields(text),
    )
    task.supporting.set(text.supporting)
    ServedIndicator.objects.bulk_create(
        ServedIndicator(
            task=task,
            indicator=one.indicator,
            org_unit_id=one.unit_id,
            period=one.period,
            as_of=one.as_of,
            numerator=one.numerator,
            denominator=one.denominator,
        )
        for one in serves
    )
    TaskDocument.objects.bulk_create(TaskDocument(task=task, code=code) for code in dict.fromkeys(documents))
    _note(task, _Entry(TaskEventKind.ASSIGNED), actor=actor, at=at)
    return task


@transaction.atomic
def edit_task(*, task_id: int, revision: int, text: TaskText, actor: str, at: dt.datetime) -> Task:
    """Write another text (sửa nội dung giao); what changes stays readable. Without a change nothing happens.

    Args:
        revision: that the writer has seen.

    Raises:
        Task.DoesNotExist: no such task.
        TaskChanged: somebody else has written meanwhile.
        WrongStep: the task is closed.
        WrongDates: it would end before it begins.
        WrongSupport: the lead agency is among the supporting ones.
    """
    _check(text)
    task = _taken(task_id, revision, Step.EDIT)
    before = text_of(task)
    changes = {
        name: [_said(getattr(before, name), at), _said(getattr(text, name), at)] for name in _changed(before, text)
    }
    if not changes:
        return task
    for name, value in _fields(text).items():
        setattr(task, name, value)
    if text.due_on > before.due_on:
        task.reminder_level = None
    task.supporting.set(text.supporting)
    _advance(task, Step.EDIT, _Entry(TaskEventKind.EDITED, changes=changes), actor=actor, at=at)
    return task


@transaction.atomic
def report_progress(
    *,
    task_id: int,
    revision: int,
    note: str,
    progress_pct: int | None,
    evidence: Sequence[EvidenceFile] = (),
    actor: str,
    at: dt.datetime,
) -> Task:
    """Tell how a task is getting on (báo cáo tiến độ).

    Raises:
        Task.DoesNotExist: no such task.
        TaskChanged: somebody else has written meanwhile.
        WrongStep: the task is not with the agency.
        EvidenceRefused: a file is too large, empty or of another kind.
    """
    task = _taken(task_id, revision, Step.REPORT)
    entry = _Entry(TaskEventKind.PROGRESS, note=note, progress_pct=progress_pct)
    event = _advance(task, Step.REPORT, entry, actor=actor, at=at)
    _keep(event, evidence, at)
    return task


@transaction.atomic
def hand_in(
    *,
    task_id: int,
    revision: int,
    note: str,
    evidence: Sequence[EvidenceFile] = (),
    actor: str,
    at: dt.datetime,
) -> Task:
    """Hand in the result (báo cáo hoàn thành); a reviewer of the assigning unit decides.

    Raises:
        Task.DoesNotExist: no such task.
        TaskChanged: somebody else has written meanwhile.
        WrongStep: the task is not with the agency.
        EvidenceRefused: no file was ever attached, or one is too large, empty or of another kind.
    """
    task = _taken(task_id, revision, Step.HAND_IN)
    if not evidence and not Evidence.objects.filter(event__task=task).exists():
        raise EvidenceRefused(_("Hãy gửi kèm ít nhất một tệp minh chứng cho kết quả."))
    task.handed_in_on, task.handed_in_by = at.date(), actor
    event = _advance(
        task, Step.HAND_IN, _Entry(TaskEventKind.HANDED_IN, note=note, progress_pct=100), actor=actor, at=at
    )
    _keep(event, evidence, at)
    return task


@transaction.atomic
def accept(*, task_id: int, revision: int, note: str = "", actor: str, at: dt.datetime) -> Task:
    """Accept the result (công nhận hoàn thành).

    Raises:
        Task.DoesNotExist: no such task.
        TaskChanged: somebody else has written meanwhile.
        WrongStep: nothing was handed in.
        SelfReview: the actor has handed it in.
    """
    task = _reviewed(task_id, revision, Step.ACCEPT, actor)
    _advance(task, Step.ACCEPT, _Entry(TaskEventKind.ACCEPTED, note=note), actor=actor, at=at)
    return task


@transaction.atomic
def return_task(*, task_id: int, revision: int, reason: str, actor: str, at: dt.datetime) -> Task:
    """Give a result back with a reason (trả lại); the task counts as not done.

    Raises:
        Task.DoesNotExist: no such task.
        TaskChanged: somebody else has written meanwhile.
        WrongStep: nothing was handed in.
        SelfReview: the actor has handed it in.
    """
    task = _reviewed(task_id, revision, Step.RETURN, actor)
    _advance(task, Step.RETURN, _Entry(TaskEventKind.RETURNED, note=reason), actor=actor, at=at)
    return task


@transaction.atomic
def cancel(*, task_id: int, revision: int, reason: str, actor: str, at: dt.datetime) -> Task:
    """Take a task back (thôi giao).

    Raises:
        Task.DoesNotExist: no such task.
        TaskChanged: somebody else has written meanwhile.
        WrongStep: the task is closed.
    """
    task = _taken(task_id, revision, Step.CANCEL)
    _advance(task, Step.CANCEL, _Entry(TaskEventKind.CANCELED, note=reason), actor=actor, at=at)
    return task


@transaction.atomic
def remind_of_overdue(*, today: dt.date, at: dt.datetime) -> int:
    """Tell of every task that is overdue, one level higher each time (nhắc việc quá hạn); safe to repeat.

    Args:
        today: day of judging.

    Returns:
        How many reminders were made.
    """
    calendar = organizations.working_calendar()
    late = Task.objects.select_for_update().filter(state__in=rules.OPEN, due_on__lt=today).order_by("pk")
    made = 0
    for task in late:
        days = organizations.working_days_between(task.due_on, today, calendar)
        level = rules.reminder_level(days)
        if task.reminder_level is not None and task.reminder_level >= level:
            continue
        task.reminder_level = level
        task.revision += 1
        task.save(update_fields=["reminder_level", "revision"])
        _note(task, _Entry(TaskEventKind.REMINDED, changes={"level": [str(level)]}), actor="system", at=at)
        made += 1
    return made


def text_of(task: Task) -> TaskText:
    """What a task says now."""
    return TaskText(
        title=task.title,
        product=task.product,
        lead=Agency(task.lead_id),
        starts_on=task.starts_on,
        due_on=task.due_on,
        details=task.details,
        supporting=tuple(Agency(key) for key in sorted(task.supporting.values_list("pk", flat=True))),
        budget_line=task.budget_line,
        budget_vnd=task.budget_vnd,
        people=task.people,
    )


# ---- pieces -----------------------------------------------------------------------------------------------


def _fields(text: TaskText) -> dict[str, object]:
    return {
        "title": text.title,
        "product": text.product,
        "lead_id": text.lead,
        "starts_on": text.starts_on,
        "due_on": text.due_on,
        "details": text.details,
        "budget_line": text.budget_line,
        "budget_vnd": text.budget_vnd,
        "people": text.people,
    }


def _check(text: TaskText) -> None:
    if text.due_on < text.starts_on:
        raise WrongDates(
            _("Thời hạn %(due)s sớm hơn ngày bắt đầu %(start)s; hãy sửa một trong hai ngày.")
            % {"due": date_format(text.due_on, "d/m/Y"), "start": date_format(text.starts_on, "d/m/Y")}
        )
    if text.lead in text.supporting:
        raise WrongSupport(_("Cơ quan chủ trì không đồng thời là cơ quan phối hợp; hãy bỏ khỏi một nơi."))


def _changed(before: TaskText, after: TaskText) -> list[str]:
    names = TaskText.__dataclass_fields__
    return [name for name in names if _comparable(getattr(before, name)) != _comparable(getattr(after, name))]


def _comparable(value: object) -> object:
    return tuple(sorted(value)) if isinstance(value, tuple) else value


def _said(value: object, at: dt.datetime) -> str:
    """A field's value as events keep it: names of agencies, days as offices write them."""
    match value:
        case dt.date():
            return date_format(value, "d/m/Y")
        case Agency():
            return organizations.named_unit(value, at.date()).name
        case tuple():
            return ", ".join(organizations.named_unit(unit, at.date()).name for unit in value)
    return "" if value is None else str(value)


def _taken(task_id: int, revision: int, step: Step) -> Task:
    """A task locked for one step."""
    task = Task.objects.select_for_update(of=("self",)).get(pk=task_id)
    if task.revision != revision:
        raise TaskChanged(_meanwhile(task, revision))
    if step not in rules.steps_from(task.state):
        raise WrongStep(
            _("Nhiệm vụ đang ở trạng thái “%(state)s” nên không làm được việc này; hãy tải lại trang.")
            % {"state": TaskState(task.state).label}
        )
    return task


def _meanwhile(task: Task, revision: int) -> str:
    """What happened since a revision, in one sentence."""
    events = task.events.filter(revision__gt=revision).order_by("revision")
    parts = [
        _("%(actor)s: %(what)s lúc %(at)s")
        % {
            "actor": event.actor,
            "what": TaskEventKind(event.kind).label.lower(),
            "at": f"{event.at.astimezone(VIETNAM):%H:%M %d/%m/%Y}",
        }
        for event in events
    ]
    return _(
        "Trong lúc bạn viết, nhiệm vụ đã thay đổi (%(what)s). Nội dung bạn nhập còn trong biểu mẫu; hãy xem lại rồi gửi lần nữa."
    ) % {"what": "; ".join(parts)}


def _reviewed(task_id: int, revision: int, step: Step, actor: str) -> Task:
    task = _taken(task_id, revision, step)
    if not rules.may_review(reviewer=actor, handed_in_by=task.handed_in_by):
        raise SelfReview(
            _("Người báo cáo hoàn thành không tự xem xét kết quả của mình; hãy để người khác của cơ quan giao.")
        )
    return task


def _advance(task: Task, step: Step, entry: _Entry, *, actor: str, at: dt.datetime) -> TaskEvent:
    task.state = rules.state_after(task.state, step)
    task.revision += 1
    task.save()
    return _note(task, entry, actor=actor, at=at)


def _note(task: Task, entry: _Entry, *, actor: str, at: dt.datetime) -> TaskEvent:
    """Append the event, the audit row and the news, in the transaction of the step."""
    event = TaskEvent.objects.create(
        task=task,
        revision=task.revision,
        kind=entry.kind,
        at=at,
        actor=actor,
        note=entry.note,
        progress_pct=entry.progress_pct,
        changes=entry.changes,
    )
    details = {"revision": task.revision, "state": task.state, "changed": sorted(entry.changes)}
    audit.record(actor=actor, action=f"plans.task_{entry.kind}", obj=f"task:{task.number}", details=details, at=at)
    outbox.publish(topic="plans.task_event", payload={"event": event.pk}, at=at)
    return event


def _keep(event: TaskEvent, evidence: Sequence[EvidenceFile], at: dt.datetime) -> None:
    for one in evidence:
        stored, kind = keep(content=one.content, name=one.name, size=one.size, at=at)
        Evidence.objects.get_or_create(
            event=event,
            file=stored,
            defaults={
                "name": one.name[-255:],
                "media_type": kind,
                "document_number": one.document_number,
                "document_on": one.document_on,
            },
        )
