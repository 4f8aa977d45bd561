"""Freezing the figures that a report on a plan quotes."""

import datetime as dt

from tinhso.indicators import api as indicators
from tinhso.indicators.api import ReleaseRow
from tinhso.plans.selectors import plans as selectors


def create_release(*, number: str | None = None, period: str, note: str, actor: str, at: dt.datetime) -> ReleaseRow:
    """Freeze the figures as they are for a plan (chốt số liệu); done twice, the second time gives the same release.

    Args:
        number: plan whose version and content are quoted; None for the latest.
        period: code of the period that the report is about.
        note: why, in a sentence.
        actor: who freezes them.
        at: when it was asked for; it tells a repeated request from another one.

    Raises:
        UnknownName: no such plan or period.
        ImpossibleRequest: there are no figures of the period.
        NoData: nothing can be computed yet.
    """
    asked = next((one for one in indicators.releases() if (one.created_by, one.created_at) == (actor, at)), None)
    if asked is not None:
        return asked
    plan = selectors.plan(number)
    return indicators.create_release(
        plan_number=plan.number,
        plan_version=plan.version,
        plan_hash=plan.content_hash,
        period=period,
        note=note,
        actor=actor,
        at=at,
    )
