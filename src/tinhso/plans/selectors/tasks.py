"""Tasks as people look for them: what is given to whom, what waits for whom, what came of it."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from tinhso.accounts.api import Scope
from tinhso.core.badges import Badge
from tinhso.core.errors import UnknownName
from tinhso.indicators import api as indicators
from tinhso.organizations import api as organizations
from tinhso.plans.choices import TaskEventKind, TaskTiming
from tinhso.plans.models import Evidence, ServedIndicator, Task, TaskEvent
from tinhso.plans.rules import tasks as rules
from tinhso.plans.rules.tasks import Step, Tally, Timing
from tinhso.plans.selectors.plans import lineage

_COLORS = {
    Timing.DONE_IN_TIME: "met",
    Timing.DONE_LATE: "too_early",
    Timing.OVERDUE: "off_track",
    Timing.DUE_SOON: "too_early",
    Timing.IN_TIME: "on_track",
    Timing.CANCELED: "no_data",
}


@dataclass(frozen=True)
class TaskRow:
    """One task with how it stands on a day.

    Attributes:
        days_left: working days to the deadline; negative after it.
    """

    task: Task
    timing: Timing
    days_left: int

    @property
    def badge(self) -> Badge:
        """How it stands against its deadline, in a word."""
        return Badge(_COLORS[self.timing], str(TaskTiming(self.timing).label))

    @property
    def is_done(self) -> bool:
        return self.task.state in rules.DONE

    @property
    def is_closed(self) -> bool:
        return self.task.state in rules.CLOSED


@dataclass(frozen=True)
class Rights:
    """What one person may do with one task (quyền đối với nhiệm vụ)."""

    steps: frozenset[Step]

    def __contains__(self, step: Step) -> bool:
        return step in self.steps


def visible(scope: Scope) -> QuerySet[Task]:
    """Tasks that lie in a person's scope: led, supported or given by one of the units."""
    units = scope.unit_ids
    own = Q(lead__in=units) | Q(supporting__in=units) | Q(assigned_by__in=units)
    return Task.objects.filter(own).distinct()


def task(number: int, scope: Scope) -> Task:
    """A task by its number.

    Raises:
        UnknownName: there is none in the scope.
    """
    found = visible(scope).filter(number=number).first()
    if found is None:
        raise UnknownName(_("nhiệm vụ"), str(number), [])
    return found


def rows(tasks: Iterable[Task], today: dt.date) -> list[TaskRow]:
    """Tasks with how they stand on a day."""
    calendar = organizations.working_calendar()
    found = []
    for one in tasks:
        left = organizations.working_days_between(today, one.due_on, calendar)
        timing = rules.timing(
            state=one.state, due_on=one.due_on, handed_in_on=one.handed_in_on, today=today, working_days_left=left
        )
        found.append(TaskRow(one, timing, left))
    return found


def of_plan(scope: Scope, plan_number: str, *, lead: int | None = None) -> QuerySet[Task]:
    """The visible tasks of a plan and of those it re-issues, those due first standing first.

    Args:
        lead: only those that a unit leads or supports.
    """
    found = visible(scope).filter(plan_number__in=lineage(plan_number))
    if lead is not None:
        found = found.filter(Q(lead=lead) | Q(supporting=lead))
    return found.prefetch_related("supporting", "indicators").order_by("due_on", "number")


def published(plan_number: str) -> QuerySet[Task]:
    """The tasks of a plan that everybody may know of: all but canceled ones, those due first standing first."""
    found = Task.objects.filter(plan_number__in=lineage(plan_number)).exclude(state="canceled")
    return found.prefetch_related("supporting").order_by("due_on", "number")


def waiting(*, doing: Scope, assigning: Scope) -> QuerySet[Task]:
    """What waits for a person (việc chờ tôi): open tasks of own agencies, results of own assignments to review."""
    own = Q(lead__in=doing.unit_ids, state__in=rules.OPEN)
    review = Q(assigned_by__in=assigning.unit_ids, state="handed_in")
    return Task.objects.filter(own | review).prefetch_related("supporting", "indicators").order_by("due_on", "number")


def serving(indicator: str, units: Collection[int], *, plan_number: str, today: dt.date) -> list[TaskRow]:
    """Tasks that are to mend a target at some units, the newest first; canceled ones left out."""
    found = Task.objects.filter(
        plan_number__in=lineage(plan_number), indicators__indicator=indicator, indicators__org_unit__in=units
    ).exclude(state="canceled")
    return rows(found.distinct().order_by("-number"), today)


def shares_before(tasks: Collection[Task], indicator: str) -> dict[int, float | None]:
    """The share that a target had when each task was given, by primary key of the task; None without a figure."""
    found = ServedIndicator.objects.filter(task__in=tasks, indicator=indicator)
    return {one.task_id: indicators.share(one.numerator, one.denominator) for one in found}


def events(found: Task) -> list[TaskEvent]:
    """What happened to a task, the newest first, with its files."""
    files = Prefetch("evidence", Evidence.objects.select_related("file").order_by("pk"))
    return list(found.events.prefetch_related(files).order_by("-revision"))


def latest_progress(tasks: Sequence[Task]) -> dict[int, TaskEvent]:
    """The last note on the progress of each task, by primary key."""
    kinds = [TaskEventKind.PROGRESS, TaskEventKind.HANDED_IN]
    notes = TaskEvent.objects.filter(task__in=tasks, kind__in=kinds).order_by("revision")
    return {event.task_id: event for event in notes}


def served(found: Task) -> list[ServedIndicator]:
    """The targets a task is to mend, with their figures when it was given."""
    return list(found.indicators.order_by("pk"))


def evidence(key: int, scope: Scope) -> Evidence:
    """A file of a task in the scope.

    Raises:
        UnknownName: there is none.
    """
    found = (
        Evidence.objects.select_related("file", "event__task")
        .filter(pk=key, event__task__in=visible(scope).values("pk"))
        .first()
    )
    if found is None:
        raise UnknownName(_("tệp minh chứng"), str(key), [])
    return found


def rights(found: Task, *, username: str, doing: Scope, assigning: Scope) -> Rights:
    """What a person may do with a task in its state."""
    own = roles(found, username=username, doing=doing, assigning=assigning)
    return Rights(own & rules.steps_from(found.state))


def roles(found: Task, *, username: str, doing: Scope, assigning: Scope) -> frozenset[Step]:
    """What a person may do with a task in one state or another.

    People of the lead agency report and hand in; people of the supporting agencies report; people of the unit that
    gave it edit, cancel and review, but nobody reviews what they have handed in.
    """
    own: set[Step] = set()
    if doing.allows(found.lead_id):
        own |= {Step.REPORT, Step.HAND_IN}
    elif any(doing.allows(unit.pk) for unit in found.supporting.all()):
        own.add(Step.REPORT)
    if assigning.allows(found.assigned_by_id):
        own |= {Step.EDIT, Step.CANCEL}
        if rules.may_review(reviewer=username, handed_in_by=found.handed_in_by):
            own |= {Step.ACCEPT, Step.RETURN}
    return frozenset(own)


@dataclass(frozen=True)
class AgencyTally:
    """The tasks of one agency counted."""

    unit_id: int
    name: str
    tally: Tally


def tallies(found: Sequence[TaskRow], today: dt.date) -> list[AgencyTally]:
    """Tasks counted by lead agency, those with most overdue first."""
    by_lead: dict[int, list[Timing]] = {}
    for row in found:
        by_lead.setdefault(row.task.lead_id, []).append(row.timing)
    counted = [
        AgencyTally(unit, organizations.named_unit(unit, today).name, rules.tally(own)) for unit, own in by_lead.items()
    ]
    return sorted(counted, key=lambda one: (-one.tally.overdue, -one.tally.total, one.name))


def of_document(scope: Scope, code: str) -> QuerySet[Task]:
    """The visible tasks that carry out an official document, by number.

    Args:
        code: identifier of the document.
    """
    return visible(scope).filter(documents__code=code).order_by("number")
