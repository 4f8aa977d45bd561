"""Letters about alerts: at once in office hours, else with the digest of the next working day."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action
from tinhso.core import mail, outbox
from tinhso.core.clock import VIETNAM
from tinhso.operations.models import Alert
from tinhso.operations.rules import alerts as rules
from tinhso.operations.selectors import sentences
from tinhso.organizations import api as organizations

MOST_LINES = 20


def tell(*, alert_id: int, at: dt.datetime) -> int:
    """Write to the people of an alert's unit (báo ngay); in quiet hours the next digest does.

    Returns:
        To how many people it went.

    Raises:
        OSError: the mail server cannot be reached or refuses; the outbox tries again.
    """
    alert = Alert.objects.filter(pk=alert_id, told_at__isnull=True, cleared_at__isnull=True).first()
    here = at.astimezone(VIETNAM)
    calendar = organizations.working_calendar()
    if alert is None or alert.handling:
        return 0
    if rules.is_quiet(here.hour, is_working_day=organizations.is_working_day(here.date(), calendar)):
        return 0
    with translation.override("vi"):
        sent = mail.send(
            to=_people(alert.org_unit_id, Action.DO_TASKS, here.date()),
            subject=_("Cảnh báo: %(what)s") % {"what": sentences.subject(alert, here.date())},
            text="\n\n".join([_line(alert, here.date()), _page()]),
        )
    if sent:
        Alert.objects.filter(pk=alert.pk).update(told_at=at)
    return sent


@transaction.atomic
def ask_for_digests(*, today: dt.date, at: dt.datetime) -> int:
    """Have a digest written for every unit that has open alerts to hear of (bản tin ngày); none on days off.

    Returns:
        How many units are written to.
    """
    if not organizations.is_working_day(today, organizations.working_calendar()):
        return 0
    units = sorted({unit for alert in _open() for unit in _units_told(alert, today)})
    for unit in units:
        outbox.publish(topic="operations.digest", payload={"unit": unit, "on": str(today)}, at=at)
    return len(units)


def send_digest(*, unit_id: int, on: dt.date, at: dt.datetime) -> int:
    """Write what is open at a unit, and what has come up to it, to its people.

    Raises:
        OSError: the mail server cannot be reached or refuses; the outbox tries again.
    """
    own = [alert for alert in _open() if unit_id in _units_told(alert, on)]
    if not own:
        return 0
    people = _people(unit_id, Action.DO_TASKS, on) | _people(unit_id, Action.ASSIGN_TASKS, on)
    with translation.override("vi"):
        lines = [_line(alert, on) for alert in own[:MOST_LINES]]
        more = len(own) - len(lines)
        rest = [_("Còn %(count)s cảnh báo khác trên trang.") % {"count": more}] if more else []
        sent = mail.send(
            to=people,
            subject=_("%(count)s cảnh báo chưa xử lý, ngày %(day)s") % {"count": len(own), "day": f"{on:%d/%m/%Y}"},
            text="\n\n".join([*lines, *rest, _page()]),
        )
    if sent:
        Alert.objects.filter(pk__in=[alert.pk for alert in own], told_at__isnull=True).update(told_at=at)
    return sent


def _open() -> list[Alert]:
    waiting = Alert.objects.filter(cleared_at__isnull=True, handled_at__isnull=True)
    return list(waiting.order_by("-escalation", "raised_at", "pk"))


def _units_told(alert: Alert, on: dt.date) -> Iterable[int]:
    """The alert's unit; from the first escalation its superior, from the second everything above."""
    above = list(organizations.ancestors(alert.org_unit_id, on))
    reach = {0: 0, 1: 1}.get(alert.escalation, len(above))
    return [alert.org_unit_id, *above[:reach]]


def _people(unit_id: int, action: Action, on: dt.date) -> set[str]:
    return set(accounts.addresses(unit_id=unit_id, action=action, on=on))


def _line(alert: Alert, on: dt.date) -> str:
    return f"[{alert.get_kind_display()}] {sentences.subject(alert, on)}: {sentences.words(alert)}"


def _page() -> str:
    return mail.address_of(reverse("operations:alerts"))
