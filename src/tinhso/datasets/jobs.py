"""Background jobs of datasets."""

from django_tasks import task

from tinhso.core import clock
from tinhso.datasets import uploads
from tinhso.datasets.models import Upload


@task()
def run_upload(upload_id: int, unit_ids: list[int] | None) -> None:
    """Import a confirmed upload; `unit_ids` limits whose rows are taken."""
    uploads.import_upload(upload=Upload.objects.get(pk=upload_id), unit_ids=unit_ids, at=clock.now())
