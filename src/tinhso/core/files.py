"""Stored bytes by SHA-256. A file is there whole or not at all, and equal bytes are kept once."""

import datetime as dt
import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from tinhso.core.errors import RuleViolation
from tinhso.core.models import StoredFile

CHUNK = 1024 * 1024


class DamagedFile(RuleViolation):
    """Stored bytes that no longer have their hash."""


def store(*, content: BinaryIO, name: str, media_type: str, at: dt.datetime) -> StoredFile:
    """Keep the bytes of a stream; when this returns they survive a loss of power.

    Equal bytes keep the name they first came with. Bytes whose transaction is rolled back stay on disk unnamed.

    Args:
        content: read to its end.
        name: file name as given; kept for display only.
        media_type: such as `text/csv`.
        at: aware time.
    """
    sha256, size = _write(content)
    stored, _created = StoredFile.objects.get_or_create(
        sha256=sha256,
        defaults={"size": size, "name": Path(name).name[:255], "media_type": media_type, "stored_at": at},
    )
    return stored


def open_stored(sha256: str) -> BinaryIO:
    """The bytes, after checking that they still have their hash.

    Raises:
        FileNotFoundError: nothing is stored under the hash.
        DamagedFile: the bytes have changed on disk.
    """
    file = path_of(sha256).open("rb")
    if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
        file.close()
        raise DamagedFile(
            _("Tệp %(name)s đã hỏng trên đĩa; hãy khôi phục từ bản sao lưu hoặc nộp lại tệp gốc.")
            % {"name": sha256[:12]}
        )
    file.seek(0)
    return file


def path_of(sha256: str) -> Path:
    """Where bytes lie.

    Raises:
        FileNotFoundError: this is not a hash, so nothing lies there.
    """
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise FileNotFoundError(sha256)
    return Path(settings.FILES_DIR) / sha256[:2] / sha256


def _write(content: BinaryIO) -> tuple[str, int]:
    """Write beside, then rename: readers see whole files only. Damaged bytes under the hash are replaced."""
    digest, size = hashlib.sha256(), 0
    folder = Path(settings.FILES_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="unfinished-", delete=False) as unfinished:
        try:
            while chunk := content.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                unfinished.write(chunk)
            unfinished.flush()
            os.fsync(unfinished.fileno())
            _move(Path(unfinished.name), path_of(digest.hexdigest()))
        except BaseException:
            Path(unfinished.name).unlink(missing_ok=True)
            raise
    return digest.hexdigest(), size


def _move(source: Path, target: Path) -> None:
    """Rename, and make the folders' entries as durable as the bytes."""
    target.parent.mkdir(exist_ok=True)
    source.replace(target)
    for folder in (target.parent, target.parent.parent):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
