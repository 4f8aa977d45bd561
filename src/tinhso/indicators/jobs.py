"""Background jobs of indicators: figures follow the records."""

from typing import Any

from django_tasks import task

from tinhso.core import clock
from tinhso.core.outbox import handles


@task()
def bring_up_to_date() -> None:
    """Compute what a change of records made stale; harmless when nothing did."""
    from tinhso.indicators.services import computing

    computing.compute(at=clock.now())


@handles("datasets.changed")
def records_changed(_payload: dict[str, Any]) -> None:
    """A batch came into force or was revoked."""
    bring_up_to_date.enqueue()


@task()
def bring_in_reports(dataset: str, period: str) -> None:
    """Take what was sent for a dataset and period into the lake; harmless when nothing is new."""
    from tinhso.indicators.services import reports

    reports.publish(dataset=dataset, period=period, at=clock.now())


@handles("indicators.report_sent")
def report_sent(payload: dict[str, Any]) -> None:
    """Agencies' figures follow what they sent."""
    bring_in_reports.enqueue(payload["dataset"], payload["period"])
