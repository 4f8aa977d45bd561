"""Background jobs of plans."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist

from tinhso.core import clock
from tinhso.core.daily import daily
from tinhso.core.errors import RuleViolation, UnknownName
from tinhso.core.outbox import handles
from tinhso.plans.services import releases as services


@task()
def make_release(number: str, period: str, note: str, actor: str, at: str) -> dict[str, int | str]:
    """Freeze figures; what speaks against it is the answer, since nobody waits for an error."""
    try:
        made = services.create_release(
            number=number, period=period, note=note, actor=actor, at=dt.datetime.fromisoformat(at)
        )
    except RuleViolation as refusal:
        return {"problem": str(refusal)}
    return {"number": made.number}


def ask_for_release(*, number: str, period: str, note: str, actor: str, at: dt.datetime) -> str:
    """Have figures frozen in the background (yêu cầu chốt số liệu).

    Returns:
        Key by which `asked_release` finds the request again.
    """
    return str(make_release.enqueue(number, period, note, actor, at.isoformat()).id)


@daily("plans.reminders")
def remind(today: dt.date, at: dt.datetime) -> int:
    """Tell of tasks that are overdue, each level once."""
    from tinhso.plans.services import tasks

    return tasks.remind_of_overdue(today=today, at=at)


@handles("plans.task_event")
def task_event_happened(payload: dict[str, Any]) -> None:
    """Whoever has to act on what happened to a task is told by e-mail."""
    from tinhso.plans.services import letters

    letters.send_of_event(payload["event"], on=clock.today())


@dataclass(frozen=True, slots=True)
class AskedRelease:
    """How a request for a release is getting on.

    Attributes:
        is_over: whether it has been dealt with.
        number: of the release that came of it.
        problem: why none did.
    """

    actor: str
    is_over: bool
    number: int | None
    problem: str


def asked_release(key: str) -> AskedRelease:
    """A request for a release.

    Raises:
        UnknownName: there is no such request.
    """
    try:
        found = make_release.get_result(key)
    except TaskResultDoesNotExist:
        raise UnknownName(_("yêu cầu chốt số liệu"), key, []) from None
    actor = str(found.args[3])
    if found.status == TaskResultStatus.FAILED:
        return AskedRelease(actor, True, None, "")
    if found.status != TaskResultStatus.SUCCESSFUL:
        return AskedRelease(actor, False, None, "")
    said = found.return_value or {}
    number = said.get("number")
    return AskedRelease(actor, True, int(number) if number else None, str(said.get("problem", "")))
