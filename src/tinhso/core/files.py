"""Stored bytes by SHA-256. A file is there whole or not at all, and equal bytes are kept once."""

import datetime as dt
import hashlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from tinhso.core.errors import RuleViolation
from tinhso.core.models import StoredFile

CHUNK = 1024 * 1024


class DamagedFile(RuleViolation):
    """Stored bytes that no longer have their hash."""


def store(*, content: BinaryIO, name: str, media_type: str, at: dt.datetime) -> StoredFile:
    """Keep the bytes of a stream.

    Args:
        content: read to its end.
        name: file name as given; kept for display only.
        media_type: such as `text/csv`.
        at: aware time.
    """
    digest, size = hashlib.sha256(), 0
    folder = Path(settings.FILES_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as unfinished:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            unfinished.write(chunk)
        unfinished.flush()
        os.fsync(unfinished.fileno())
    target = path_of(digest.hexdigest())
    target.parent.mkdir(exist_ok=True)
    Path(unfinished.name).replace(target)
    stored, _created = StoredFile.objects.get_or_create(
        sha256=digest.hexdigest(),
        defaults={"size": size, "name": Path(name).name[:255], "media_type": media_type, "stored_at": at},
    )
    return stored


def open_stored(sha256: str) -> BinaryIO:
    """The bytes, after checking that they still have their hash.

    Raises:
        FileNotFoundError: nothing is stored under the hash.
        DamagedFile: the bytes have changed on disk.
    """
    path = path_of(sha256)
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise DamagedFile(f"Tệp {sha256[:12]} đã hỏng trên đĩa; hãy khôi phục từ bản sao lưu.")
    return path.open("rb")


def path_of(sha256: str) -> Path:
    """Where bytes lie."""
    return Path(settings.FILES_DIR) / sha256[:2] / sha256
