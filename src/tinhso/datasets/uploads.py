"""Files sent through the data page: kept until previewed, confirmed and imported, then removed."""

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tinhso.core import outbox
from tinhso.core.errors import RuleViolation
from tinhso.datasets import selectors
from tinhso.datasets.models import Upload
from tinhso.datasets.services import ImportResult, import_files

CHUNK = 1 << 20
LONGEST_WAIT = dt.timedelta(days=1)


class AlreadyConfirmed(RuleViolation):
    """An upload is imported once."""


def stage_upload(*, user_id: int, dataset: str, name: str, content: BinaryIO, at: dt.datetime) -> Upload:
    """Keep a file until it is confirmed, at most about a day, since it may hold what must not stay (tệp tải lên).

    Raises:
        UnknownName: no such dataset.
    """
    contract = selectors.contract(dataset)
    _discard_forgotten(at)
    upload = Upload.objects.create(user_id=user_id, dataset=contract.name, name=Path(name).name[:255], created_at=at)
    path = path_of(upload)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        while chunk := content.read(CHUNK):
            file.write(chunk)
    return upload


def _discard_forgotten(at: dt.datetime) -> None:
    """Remove the bytes of files that nobody confirmed in time."""
    for upload in Upload.objects.filter(state=Upload.State.WAITING, created_at__lt=at - LONGEST_WAIT):
        upload.state, upload.problem = Upload.State.FAILED, _("Không được xác nhận trong một ngày nên đã bỏ.")
        upload.save(update_fields=["state", "problem"])
        path_of(upload).unlink(missing_ok=True)


def preview_upload(*, upload: Upload, unit_ids: Collection[int] | None, at: dt.datetime) -> Upload:
    """Check a file without importing it; what is wrong with it as a whole is kept as its problem."""
    try:
        result = import_files(
            dataset=upload.dataset,
            paths=[path_of(upload)],
            actor="",
            at=at,
            dry_run=True,
            allowed_units=unit_ids,
        )
    except RuleViolation as refusal:
        upload.problem, upload.state = str(refusal)[:500], Upload.State.FAILED
        path_of(upload).unlink(missing_ok=True)
    else:
        upload.preview = as_json(result)
    upload.save(update_fields=["problem", "state", "preview"])
    return upload


@transaction.atomic
def confirm_upload(*, upload: Upload, unit_ids: Collection[int] | None, at: dt.datetime) -> Upload:
    """Have a previewed file imported in the background (xác nhận nhập).

    Args:
        unit_ids: units whose rows may be taken; None for all.

    Raises:
        AlreadyConfirmed: it was confirmed before.
    """
    waiting = Upload.objects.filter(pk=upload.pk, state=Upload.State.WAITING)
    if not waiting.update(state=Upload.State.RUNNING, step=gettext_noop("chờ tới lượt")):
        raise AlreadyConfirmed(_("Tệp này đã được xác nhận; hãy xem kết quả ở trang dữ liệu."))
    limit = None if unit_ids is None else sorted(unit_ids)
    outbox.publish(topic="datasets.upload_confirmed", payload={"upload": upload.pk, "units": limit}, at=at)
    upload.refresh_from_db()
    return upload


def import_upload(*, upload: Upload, unit_ids: Collection[int] | None, at: dt.datetime) -> Upload:
    """Import a confirmed file and remove its bytes; done twice, the second time changes nothing."""
    path = path_of(upload)
    if upload.state != Upload.State.RUNNING or not path.exists():
        return upload

    def say(step: str, _done: int, _total: int) -> None:
        Upload.objects.filter(pk=upload.pk).update(step=step)

    try:
        result = import_files(
            dataset=upload.dataset,
            paths=[path],
            actor=upload.user.username,
            at=at,
            allowed_units=unit_ids,
            progress=say,
        )
    except RuleViolation as refusal:
        upload.problem, upload.state = str(refusal)[:500], Upload.State.FAILED
    else:
        upload.batch_id, upload.preview, upload.state = result.batch, as_json(result), Upload.State.DONE
    upload.step = ""
    upload.save()
    path.unlink(missing_ok=True)
    return upload


def path_of(upload: Upload) -> Path:
    """Where an upload's bytes lie; the name is kept, since it says what the file is."""
    return Path(settings.HOME) / "uploads" / str(upload.pk) / upload.name


def as_json(result: ImportResult) -> dict[str, object]:
    """The counts and problems of an import as JSON."""
    content = asdict(result)
    content["last_day"] = result.last_day.isoformat() if result.last_day else None
    return content
