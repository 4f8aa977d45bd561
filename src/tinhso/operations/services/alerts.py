"""Raising alerts, keeping, clearing, escalating and handling them. Every change is audited."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.core import audit, outbox
from tinhso.core.clock import VIETNAM
from tinhso.core.errors import RuleViolation
from tinhso.operations.choices import AlertHandling, AlertKind
from tinhso.operations.models import Alert
from tinhso.operations.rules import alerts as rules
from tinhso.operations.rules.alerts import Verdict
from tinhso.operations.selectors.observations import Key, Observation, Observer
from tinhso.organizations import api as organizations
from tinhso.plans import api as plans

SYSTEM = "system"


class NothingToExplain(RuleViolation):
    """The alert is over or somebody has acted already."""


def assess(*, today: dt.date, at: dt.datetime) -> int:
    """Look at the figures in force: raise what is new, clear what is over (rà soát cảnh báo); safe to repeat.

    Returns:
        How many alerts were raised.

    Raises:
        ImpossibleRequest: nothing has been computed yet.
    """
    asked = plans.question(number=None, period=None, as_of=None)
    top = organizations.resolve(asked.plan.province, asked.as_of).org_unit_id
    known = {_key(one) for one in Alert.objects.filter(plan_number=asked.plan.number, cleared_at__isnull=True)}
    found = Observer(asked, top, today).observations(known)
    with transaction.atomic():
        return _settle(asked, found, at)


def _settle(asked: plans.Question, found: dict[Key, Observation], at: dt.datetime) -> int:
    """Bring the open alerts to what was observed; the open ones are locked first, so two lookers do not cross."""
    there = Alert.objects.select_for_update(of=("self",)).filter(plan_number=asked.plan.number, cleared_at__isnull=True)
    _clear_of_other_plans(asked, at)
    open_alerts = {_key(one): one for one in there}
    for key, alert in open_alerts.items():
        seen = found.get(key)
        if seen is None or rules.verdict(seen.kind, seen.measure, is_open=True) == Verdict.CLEAR:
            alert.cleared_at = at
            alert.save(update_fields=["cleared_at"])
            _audit(alert, "cleared", SYSTEM, at)
        else:
            alert.facts, alert.seen_at, alert.as_of, alert.period = seen.facts, at, asked.as_of, asked.period.code
            alert.save(update_fields=["facts", "seen_at", "as_of", "period"])
    raised = 0
    for key, seen in found.items():
        if key in open_alerts or rules.verdict(seen.kind, seen.measure, is_open=False) != Verdict.RAISE:
            continue
        raised += _raise(asked, seen, at)
    return raised


def _clear_of_other_plans(asked: plans.Question, at: dt.datetime) -> None:
    """What was raised under a plan that is not followed any more is over; the plan in force raises its own."""
    others = Alert.objects.select_for_update(of=("self",)).filter(cleared_at__isnull=True)
    for alert in others.exclude(plan_number=asked.plan.number):
        alert.cleared_at = at
        alert.save(update_fields=["cleared_at"])
        _audit(alert, "cleared", SYSTEM, at)


def _raise(asked: plans.Question, seen: Observation, at: dt.datetime) -> bool:
    alert, is_new = Alert.objects.get_or_create(
        kind=seen.kind,
        plan_number=asked.plan.number,
        indicator=seen.indicator,
        dataset=seen.dataset,
        org_unit_id=seen.unit_id,
        cleared_at=None,
        defaults={
            "period": asked.period.code,
            "as_of": asked.as_of,
            "facts": seen.facts,
            "raised_at": at,
            "seen_at": at,
        },
    )
    if not is_new:
        return False
    if seen.indicator and plans.is_in_hand(asked.plan.number, seen.indicator, seen.unit_id):
        _handle(alert, AlertHandling.TASK, SYSTEM, "", at)
    _audit(alert, "raised", SYSTEM, at)
    outbox.publish(topic="operations.alert_raised", payload={"alert": alert.pk}, at=at)
    return True


@transaction.atomic
def escalate(*, today: dt.date, at: dt.datetime) -> int:
    """Tell alerts that nobody has acted upon one level higher (báo cáo cấp trên); safe to repeat.

    Returns:
        How many went up.
    """
    calendar = organizations.working_calendar()
    waiting = Alert.objects.select_for_update(of=("self",)).filter(
        cleared_at__isnull=True, handled_at__isnull=True, escalation__lt=rules.WORST_ESCALATION
    )
    moved = 0
    for alert in waiting:
        days = organizations.working_days_between(alert.raised_at.astimezone(VIETNAM).date(), today, calendar)
        level = rules.escalation(days)
        if level > alert.escalation:
            alert.escalation = level
            alert.save(update_fields=["escalation"])
            _audit(alert, "escalated", SYSTEM, at)
            moved += 1
    return moved


@transaction.atomic
def explain(*, alert_id: int, note: str, actor: str, at: dt.datetime) -> Alert:
    """Say why an alert needs no task (giải trình); the first explanation stays.

    Raises:
        Alert.DoesNotExist: no such alert.
        NothingToExplain: it is over, or somebody has acted already.
    """
    alert = Alert.objects.select_for_update(of=("self",)).get(pk=alert_id)
    if alert.cleared_at is not None or alert.handling:
        raise NothingToExplain(_("Cảnh báo này đã hết hoặc đã có người xử lý; hãy tải lại trang."))
    _handle(alert, AlertHandling.EXPLAINED, actor, note, at)
    _audit(alert, "explained", actor, at)
    return alert


@transaction.atomic
def note_task(*, event_id: int, at: dt.datetime) -> int:
    """A task was given: open alerts about what it serves, there or at a unit above or below, are acted upon.

    Args:
        event_id: of the task; other steps than giving it change nothing.

    Returns:
        How many alerts it answers.
    """
    given = plans.given_by_event(event_id)
    answered = 0
    for indicator, unit_id in given.serves if given else ():
        line = {unit_id, *organizations.ancestors(unit_id, at.date()), *organizations.descendants(unit_id)}
        waiting = Alert.objects.select_for_update(of=("self",)).filter(
            indicator=indicator, org_unit_id__in=line, cleared_at__isnull=True, handling=""
        )
        for alert in waiting:
            _handle(alert, AlertHandling.TASK, given.actor if given else SYSTEM, "", at)
            _audit(alert, "handled", alert.handled_by, at)
            answered += 1
    return answered


def _handle(alert: Alert, how: AlertHandling, actor: str, note: str, at: dt.datetime) -> None:
    alert.handling, alert.handled_by, alert.handled_at, alert.note = how, actor, at, note
    alert.save(update_fields=["handling", "handled_by", "handled_at", "note"])


def _key(alert: Alert) -> Key:
    return AlertKind(alert.kind), alert.indicator, alert.dataset, alert.org_unit_id


def _audit(alert: Alert, what: str, actor: str, at: dt.datetime) -> None:
    details = {"kind": alert.kind, "about": alert.indicator or alert.dataset, "unit": alert.org_unit_id}
    audit.record(actor=actor, action=f"operations.alert_{what}", obj=f"alert:{alert.pk}", details=details, at=at)
