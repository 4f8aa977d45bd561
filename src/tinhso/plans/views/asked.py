"""Who asks, and about which task."""

import datetime as dt
from dataclasses import dataclass

from django.http import Http404

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, Scope, SignedInRequest
from tinhso.core import clock
from tinhso.core.errors import UnknownName
from tinhso.plans.models import Task
from tinhso.plans.rules.tasks import Step
from tinhso.plans.selectors import plans, tasks
from tinhso.plans.selectors.tasks import Rights


@dataclass(frozen=True)
class Person:
    """What somebody may do with tasks.

    Attributes:
        seeing: units whose tasks are shown.
        doing: units for which the person reports and hands in.
        assigning: units to which the person gives tasks, and in whose name results are reviewed.
    """

    username: str
    seeing: Scope
    doing: Scope
    assigning: Scope
    today: dt.date

    @property
    def may_assign(self) -> bool:
        return not self.assigning.is_empty


def person(request: SignedInRequest) -> Person:
    """Who asks."""
    today = clock.today()
    doing, assigning = (
        accounts.scope(user=request.user, action=action, on=today) for action in (Action.DO_TASKS, Action.ASSIGN_TASKS)
    )
    return Person(request.user.username, request.scope, doing, assigning, today)


def task_or_404(asker: Person, number: int) -> Task:
    """A task in the person's scope."""
    try:
        return tasks.task(number, asker.seeing)
    except UnknownName:
        raise Http404 from None


def rights(asker: Person, found: Task) -> Rights:
    return tasks.rights(found, username=asker.username, doing=asker.doing, assigning=asker.assigning)


def task_for_step_or_404(request: SignedInRequest, number: int, step: Step) -> Task:
    """A task with which the person may do something in some state; whoever may not finds none."""
    asker = person(request)
    found = task_or_404(asker, number)
    if step not in tasks.roles(found, username=asker.username, doing=asker.doing, assigning=asker.assigning):
        raise Http404
    return found


def target_titles() -> dict[str, str]:
    """Titles of the targets of every plan, by indicator."""
    return {target.indicator: target.title for plan in plans.plans().values() for target in plan.targets}
