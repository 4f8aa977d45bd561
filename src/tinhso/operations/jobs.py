"""What the operations center does by itself."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django_tasks import task

from tinhso.core import clock
from tinhso.core.daily import daily
from tinhso.core.errors import ImpossibleRequest
from tinhso.core.outbox import handles
from tinhso.indicators import api as indicators
from tinhso.operations.rules import briefings as rules
from tinhso.plans import api as plans


@daily("operations.monthly_briefing")
def freeze_last_month(today: dt.date, at: dt.datetime) -> bool:
    """Have last month's figures frozen for the monthly briefing, once data cover it and nobody has done so.

    Returns:
        Whether a release was asked for.
    """
    period = rules.month_to_report(today, indicators.evaluation_date())
    if period is None or any(one.period == period for one in indicators.releases()):
        return False
    note = _("Báo cáo tháng %(month)s") % {"month": f"{int(period[5:7])}/{period[:4]}"}
    plans.ask_for_release(number=plans.plan().number, period=period, note=note, actor="system", at=at)
    return True


@task()
def look_again() -> int:
    """Look at the figures in force for alerts, and keep what pages show of them: forecasts, and how records were
    entered."""
    raised = _assess(clock.today(), clock.now())
    _keep_for_pages()
    return raised


def _keep_for_pages() -> None:
    """What takes longer than a page may: made here, kept by what it is made from, so that only changes cost."""
    try:
        asked = plans.question(number=None, period=None, as_of=None)
    except ImpossibleRequest:
        return
    for target in asked.plan.targets:
        plans.outlooks(asked, target)
    indicators.handling(asked.plan.year)


def _assess(today: dt.date, at: dt.datetime) -> int:
    from tinhso.operations.services import alerts

    try:
        return alerts.assess(today=today, at=at)
    except ImpossibleRequest:  # nothing has been computed yet
        return 0


@handles("indicators.computed")
def figures_changed(_payload: dict[str, Any]) -> None:
    """New figures are looked at in the background."""
    look_again.enqueue()


@handles("plans.task_event")
def task_given(payload: dict[str, Any]) -> None:
    """A task answers the alerts about what it is to mend."""
    from tinhso.operations.services import alerts

    alerts.note_task(event_id=payload["event"], at=clock.now())


@handles("operations.alert_raised")
def alert_raised(payload: dict[str, Any]) -> None:
    """The people of its unit are told at once, in office hours."""
    from tinhso.operations.services import letters

    letters.tell(alert_id=payload["alert"], at=clock.now())


@handles("operations.digest")
def digest_asked_for(payload: dict[str, Any]) -> None:
    """The people of one unit are told what is open."""
    from tinhso.operations.services import letters

    letters.send_digest(unit_id=payload["unit"], on=dt.date.fromisoformat(payload["on"]), at=clock.now())


@daily("operations.alerts")
def look_every_day(today: dt.date, at: dt.datetime) -> int:
    """Sources fall silent and deadlines come near without new figures; what nobody has acted upon goes up; then the
    digests are written."""
    from tinhso.operations.services import alerts, letters

    _assess(today, at)
    alerts.escalate(today=today, at=at)
    return letters.ask_for_digests(today=today, at=at)
