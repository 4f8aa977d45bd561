"""E-mail about tasks, to whoever has to act next."""

import datetime as dt

from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action
from tinhso.core import mail
from tinhso.organizations import api as organizations
from tinhso.plans.choices import TaskEventKind
from tinhso.plans.models import Task, TaskEvent

TO_THE_AGENCY = {
    TaskEventKind.ASSIGNED,
    TaskEventKind.EDITED,
    TaskEventKind.RETURNED,
    TaskEventKind.ACCEPTED,
    TaskEventKind.CANCELED,
    TaskEventKind.REMINDED,
}


def send_of_event(event_id: int, *, on: dt.date) -> int:
    """Write to those who have to act on what happened to a task (thông báo nhiệm vụ); progress is on the page only.

    Args:
        event_id: primary key of `TaskEvent`.
        on: day whose roles count.

    Returns:
        To how many people it went.

    Raises:
        OSError: the mail server cannot be reached or refuses.
    """
    if not mail.is_set_up():
        return 0
    event = TaskEvent.objects.select_related("task").get(pk=event_id)
    with translation.override("vi"):
        return mail.send(to=_to(event, on), subject=_subject(event), text=_text(event, on))


def _to(event: TaskEvent, on: dt.date) -> set[str]:
    """People of the lead agency, of the unit that gave the task, or of both: from the second reminder on."""
    task, units = event.task, []
    if event.kind in TO_THE_AGENCY:
        units.append((task.lead_id, Action.DO_TASKS))
    if event.kind == TaskEventKind.HANDED_IN or _level(event) > 0:
        units.append((task.assigned_by_id, Action.ASSIGN_TASKS))
    return {address for unit, action in units for address in accounts.addresses(unit_id=unit, action=action, on=on)}


def _level(event: TaskEvent) -> int:
    """How far up a reminder goes; 0 for the lead agency alone."""
    return int(event.changes["level"][0]) if event.kind == TaskEventKind.REMINDED else 0


def _subject(event: TaskEvent) -> str:
    said = {"number": event.task.number, "what": TaskEventKind(event.kind).label, "title": event.task.title}
    return _("Nhiệm vụ số %(number)s – %(what)s: %(title)s") % said


def _text(event: TaskEvent, on: dt.date) -> str:
    task = event.task
    lines = [
        task.title,
        _("Cơ quan chủ trì: %(lead)s") % {"lead": organizations.named_unit(task.lead_id, on).name},
        _("Thời hạn: %(day)s") % {"day": date_format(task.due_on, "d/m/Y")},
        _("Sản phẩm dự kiến: %(product)s") % {"product": task.product},
        event.note,
        _address(task),
    ]
    return "\n\n".join(line for line in lines if line)


def _address(task: Task) -> str:
    return mail.address_of(reverse("plans:task", args=[task.number]))
