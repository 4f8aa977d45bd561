"""What a leader should do today: the shortfalls whose mending brings most, and what came of earlier tasks."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tinhso.accounts.api import Scope
from tinhso.organizations import api as organizations
from tinhso.plans.choices import TaskEventKind
from tinhso.plans.models import ServedIndicator, TaskEvent
from tinhso.plans.rules import actions as rules
from tinhso.plans.rules import tasks as task_rules
from tinhso.plans.rules.actions import Shortfall
from tinhso.plans.rules.standing import TargetStatus, lacking
from tinhso.plans.rules.texts import Target
from tinhso.plans.selectors import tasks
from tinhso.plans.selectors.plans import lineage
from tinhso.plans.selectors.standing import Question, Standing, statuses

BEHIND = (TargetStatus.OFF_TRACK, TargetStatus.NOT_MET)
SHOWN = 10
RECENT = 5  # earlier tasks that are looked back on


@dataclass(frozen=True)
class Action:
    """One thing to do: a shortfall that no task is mending yet (việc cần làm).

    Attributes:
        whole: the target at the unit that is looked at.
        standing: the target where it is to be mended: the lowest unit that makes up at least half of the shortfall.
        missing: how many more would have to count there.
        points: what the whole would gain at most; a fraction.
        due_on: next day for which the plan sets a value.
    """

    whole: Standing
    standing: Standing
    missing: float
    points: float
    due_on: dt.date


@dataclass(frozen=True)
class ToDo:
    """What to do, and how much of what slips is in hand.

    Attributes:
        in_hand: shortfalls that would stand in the list, but for a task that is under way.
    """

    actions: list[Action]
    in_hand: int


def to_do(asked: Question, unit_id: int, children: Collection[int]) -> ToDo:
    """The ten things that bring most at a unit (mười việc nên làm).

    Args:
        asked: plan, period and day.
        unit_id: unit that is looked at.
        children: units directly below; without any, the unit itself is what is to be mended.
    """
    wholes = {
        one.target.indicator: one for one in statuses(asked, [unit_id])[unit_id] if one.status in BEHIND and one.applies
    }
    below = statuses(asked, list(children) or [unit_id], list(wholes)) if wholes else {}
    found = {
        (one.target.indicator, unit): one
        for unit, standings in below.items()
        for one in standings
        if one.missing > 0 and one.applies
    }
    shortfalls = [_shortfall(wholes[indicator], one, asked) for (indicator, _unit), one in found.items()]
    mended = _mended(asked.plan.number, list(wholes))
    actions: list[Action] = []
    in_hand = 0
    for one in rules.ranked(shortfalls, asked.as_of):
        if len(actions) == SHOWN:
            break
        standing = _lowest(asked, found[one.indicator, one.unit_id], mended)
        if standing is None:
            in_hand += 1
            continue
        whole = wholes[one.indicator]
        actions.append(Action(whole, standing, standing.missing, _points(standing, whole), one.due_on))
    return ToDo(actions, in_hand)


def _shortfall(whole: Standing, part: Standing, asked: Question) -> Shortfall:
    return Shortfall(
        part.target.indicator,
        part.figure.unit_id,
        part.missing,
        _points(part, whole),
        next_due(part.target, asked.as_of, asked.plan.last_day),
    )


def _points(part: Standing, whole: Standing) -> float:
    """What the whole gains when the part misses nothing any more, never more than it lacks itself."""
    if not whole.figure.denominator:
        return 0.0
    lacks = max(lacking(whole.value or 0.0, whole.target.value, whole.target.operator), 0.0)
    return min(part.missing / float(whole.figure.denominator), lacks)


def next_due(target: Target, day: dt.date, last_day: dt.date) -> dt.date:
    """The next day for which the plan sets a value of a target."""
    return min((one.due_on for one in target.interim if one.due_on >= day), default=last_day)


def _mended(plan_number: str, names: Sequence[str]) -> set[tuple[str, int]]:
    """Target and unit of every task that is still under way."""
    served = ServedIndicator.objects.filter(task__plan_number__in=lineage(plan_number), indicator__in=names)
    under_way = served.exclude(task__state__in=task_rules.CLOSED)
    return set(under_way.values_list("indicator", "org_unit_id"))


def lowest(asked: Question, standing: Standing) -> Standing:
    """The target at the lowest unit that makes up at least half of a unit's shortfall (nơi hụt chính)."""
    return _lowest(asked, standing, ()) or standing


def is_in_hand(plan_number: str, indicator: str, unit_id: int) -> bool:
    """Whether a task for a target at a unit is under way."""
    return (indicator, unit_id) in _mended(plan_number, [indicator])


@dataclass(frozen=True, slots=True)
class Given:
    """What a task that was just given is to mend: targets, each at a unit."""

    actor: str
    serves: list[tuple[str, int]]


def given_by_event(event_id: int) -> Given | None:
    """What was given with an event of a task; None for every other step."""
    event = TaskEvent.objects.filter(pk=event_id, kind=TaskEventKind.ASSIGNED).first()
    if event is None:
        return None
    served = ServedIndicator.objects.filter(task_id=event.task_id).order_by("pk")
    return Given(event.actor, list(served.values_list("indicator", "org_unit_id")))


def _lowest(asked: Question, standing: Standing, mended: Collection[tuple[str, int]]) -> Standing | None:
    """The lowest unit that makes up at least half of a unit's shortfall; None when a task is under way at one of
    those on the way down."""
    while True:
        indicator, unit = standing.target.indicator, standing.figure.unit_id
        if (indicator, unit) in mended:
            return None
        own = [row.unit_id for row in organizations.units_on(asked.tree_day) if row.parent_id == unit]
        below = {key: one[0] for key, one in statuses(asked, own, [indicator]).items() if one} if own else {}
        lower = rules.narrowed(standing.missing, [(key, one.missing) for key, one in below.items() if one.applies])
        if lower is None:
            return standing
        standing = below[lower[0]]


@dataclass(frozen=True)
class Effect:
    """A task with a target it was to mend, then and now (tác dụng của nhiệm vụ).

    Attributes:
        served: with the figure when the task was given.
        standing: of the unit in the period that is looked at; None where the plan has no such target any more.
    """

    row: tasks.TaskRow
    served: ServedIndicator
    standing: Standing | None


def effects(asked: Question, scope: Scope, *, today: dt.date) -> list[Effect]:
    """The latest tasks that were given to mend a target, and whether it has moved since."""
    served = list(
        ServedIndicator.objects.filter(task__in=tasks.visible(scope), task__plan_number__in=lineage(asked.plan.number))
        .exclude(task__state="canceled")
        .select_related("task")
        .order_by("-task__number", "pk")[:RECENT]
    )
    rows = tasks.rows([one.task for one in served], today)
    found = statuses(asked, sorted({one.org_unit_id for one in served}), sorted({one.indicator for one in served}))
    now = {(unit, one.target.indicator): one for unit, standings in found.items() for one in standings}
    return [Effect(row, one, now.get((one.org_unit_id, one.indicator))) for row, one in zip(rows, served, strict=True)]


def overdue(scope: Scope, plan_number: str, *, today: dt.date) -> list[tasks.TaskRow]:
    """Visible tasks of a plan whose deadline has passed, the latest deadline last."""
    late = tasks.visible(scope).filter(
        plan_number__in=lineage(plan_number), state__in=task_rules.OPEN, due_on__lt=today
    )
    return tasks.rows(late.order_by("due_on", "number"), today)
