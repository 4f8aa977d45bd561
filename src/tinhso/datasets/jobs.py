"""Background jobs of datasets."""

from typing import Any

from django_tasks import task

from tinhso.core import clock
from tinhso.core.outbox import handles
from tinhso.datasets import uploads
from tinhso.datasets.models import Upload


@task()
def run_upload(upload_id: int, unit_ids: list[int] | None) -> None:
    """Import a confirmed upload; `unit_ids` limits whose rows are taken."""
    uploads.import_upload(upload=Upload.objects.get(pk=upload_id), unit_ids=unit_ids, at=clock.now())


@handles("datasets.upload_confirmed")
def upload_confirmed(payload: dict[str, Any]) -> None:
    """A previewed file shall be imported."""
    run_upload.enqueue(payload["upload"], payload["units"])
