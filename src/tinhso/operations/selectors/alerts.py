"""Alerts as pages and letters read them."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from tinhso.accounts.api import Scope
from tinhso.operations.choices import AlertKind
from tinhso.operations.models import Alert
from tinhso.operations.rules import alerts as rules
from tinhso.organizations import api as organizations


def visible(scope: Scope) -> QuerySet[Alert]:
    """Alerts about units of a scope."""
    return scope.filter(Alert.objects.all())


def open_alerts(scope: Scope) -> list[Alert]:
    """Alerts that nobody has acted upon and that are not over, the highest escalation and nearest deadline first."""
    order = {kind: position for position, kind in enumerate(AlertKind.values)}
    found = visible(scope).filter(cleared_at__isnull=True, handled_at__isnull=True)
    return sorted(found, key=lambda one: (-one.escalation, order[one.kind], one.raised_at, one.pk))


def closed_alerts(scope: Scope, limit: int) -> list[Alert]:
    """The latest that are over or were acted upon."""
    done = visible(scope).filter(Q(cleared_at__isnull=False) | Q(handled_at__isnull=False))
    return list(done.order_by("-raised_at", "-pk")[:limit])


@dataclass(frozen=True, slots=True)
class ActedUpon:
    """What became of the alerts of one kind (tỷ lệ cảnh báo được xử lý).

    Attributes:
        lapsed: that were over, or had waited for more than two working days, without anybody acting.
        share: acted upon, of these two; None while there are neither.
    """

    kind: AlertKind
    raised: int
    handled: int
    lapsed: int
    share: float | None


def acted_upon(scope: Scope, *, since: dt.datetime, at: dt.datetime) -> list[ActedUpon]:
    """How many alerts raised since a time were acted upon, by kind; kinds without any are left out."""
    patience = _patience(at)
    is_lapsed = Q(handled_at__isnull=True) & (Q(cleared_at__isnull=False) | Q(raised_at__lt=patience))
    rows = (
        visible(scope)
        .filter(raised_at__gte=since)
        .values("kind")
        .annotate(raised=Count("pk"), handled=Count("pk", filter=~Q(handling="")), lapsed=Count("pk", filter=is_lapsed))
    )
    by_kind = {row["kind"]: row for row in rows}
    return [
        ActedUpon(
            kind, row["raised"], row["handled"], row["lapsed"], rules.share_acted_upon(row["handled"], row["lapsed"])
        )
        for kind in AlertKind
        if (row := by_kind.get(kind))
    ]


def _patience(at: dt.datetime) -> dt.datetime:
    """The time before which an alert has waited for two working days."""
    calendar, days, left = organizations.working_calendar(), 0, rules.WORST_ESCALATION
    while left:
        left -= organizations.is_working_day(at.date() - dt.timedelta(days=days), calendar)
        days += 1
    return at - dt.timedelta(days=days)
