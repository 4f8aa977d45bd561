"""Files that people send (hồ sơ điện tử): looked through, made harmless or refused; only what passed is stored.

Nothing the sender says is believed: bytes are counted as they come, the content alone tells the type, the name is
cleaned. Pictures are drawn anew; PDFs are inspected and stored byte for byte, so that signatures in them stay valid.
"""

import datetime as dt
import tempfile
from dataclasses import dataclass
from typing import IO, BinaryIO, cast

from django.conf import settings

from tinhso.core import files, media
from tinhso.core.intake import names, pdf, pictures, scan
from tinhso.core.intake.refusals import FileRefused
from tinhso.core.models import StoredFile

__all__ = ["CHUNK", "FileRefused", "Taken", "take"]

CHUNK = 64 * 1024
HEIC = ("image/heic", "image/heif")  # Pillow cannot decode it, so the sender is told to make it a JPEG


@dataclass(frozen=True)
class Taken:
    """A file that was let in (tệp đã nhận).

    `media_type`, `name` and `size` (bytes) are those of what is stored, which for a picture is not what came.
    Equal bytes share one `StoredFile`, whose own name is the first sender's: show `name`.
    `scan` is "clean", "pending" (the scanner was down; ask `scan.scan_again` later) or "unscanned" (none is set up).
    """

    file: StoredFile
    media_type: str
    name: str
    size: int
    scan: scan.State


def take(*, content: BinaryIO, name: str, at: dt.datetime) -> Taken:
    """Let one file in, or refuse it and store nothing.

    Args:
        content: read from where it stands, and no further than the limit `UPLOAD_MAX_MB`.
        name: as the sender's browser gave it.
        at: aware time.

    Raises:
        FileRefused: empty, too large, of another type than PDF, JPEG or PNG, damaged, dangerous or infected.
    """
    shown = names.shown(name)
    with tempfile.TemporaryFile() as received:
        _receive(content, received, shown)
        kept, media_type = _checked(received, shown)
        state = scan.state_of(received)
        if state == "infected":
            raise FileRefused("infected", name=shown)
        kept.seek(0)
        given = names.safe(name, media_type)
        file = files.store(content=kept, name=given, media_type=media_type, at=at)
    return Taken(file=file, media_type=media_type, name=given, size=file.size, scan=state)


def _receive(content: BinaryIO, received: IO[bytes], shown: str) -> None:
    """Copy the stream to disk; what is one byte too long is not read on."""
    left = settings.UPLOAD_MAX_MB * 1024 * 1024
    while chunk := content.read(min(CHUNK, left + 1)):
        left -= len(chunk)
        if left < 0:
            raise FileRefused("large", name=shown, most=settings.UPLOAD_MAX_MB)
        received.write(chunk)
    if not received.tell():
        raise FileRefused("empty", name=shown)
    received.flush()  # other processes read it by its descriptor


def _checked(received: IO[bytes], shown: str) -> tuple[BinaryIO, str]:
    """What is to be stored of the content, and its media type."""
    content = cast(BinaryIO, received)
    kind = media.detected(content)
    if kind == media.PDF:
        pdf.check(content, name=shown)
        return content, kind
    if kind in pictures.FORMATS:
        return pictures.drawn_anew(content, media_type=kind, name=shown)
    raise FileRefused("heic" if kind in HEIC else "kind", name=shown)
