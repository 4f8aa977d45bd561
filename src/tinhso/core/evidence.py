"""Files that show what was done or where a figure is from (minh chứng): kept by content, served as downloads only."""

import datetime as dt
from typing import BinaryIO, cast

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.utils.translation import gettext as _

from tinhso.core import files, media
from tinhso.core.errors import RuleViolation
from tinhso.core.models import StoredFile

TYPES = (media.PDF, media.JPEG, media.PNG, media.DOCX, media.XLSX)


class EvidenceRefused(RuleViolation):
    """A file that is too large, empty or of another kind than those that serve as evidence."""


def keep(*, content: BinaryIO, name: str, size: int, at: dt.datetime) -> tuple[StoredFile, str]:
    """Store a file once by its hash.

    Returns:
        The stored file and its media type, told by the content.

    Raises:
        EvidenceRefused: too large, empty or of another kind.
    """
    kind = checked(content=content, name=name, size=size)
    return files.store(content=content, name=name, media_type=kind, at=at), kind


def checked(*, content: BinaryIO, name: str, size: int) -> str:
    """The kind of a file, told by its content.

    Raises:
        EvidenceRefused: too large, empty or of another kind.
    """
    if not size:
        raise EvidenceRefused(_("Tệp “%(name)s” rỗng; hãy chọn tệp khác.") % {"name": name})
    most = settings.EVIDENCE_MAX_MB
    if size > most * 1024 * 1024:
        raise EvidenceRefused(
            _("Tệp “%(name)s” lớn hơn %(most)s MB; hãy nén hoặc tách tệp rồi gửi lại.") % {"name": name, "most": most}
        )
    kind = media.detected(content)
    if kind not in TYPES:
        raise EvidenceRefused(
            _(
                "Tệp “%(name)s” không phải PDF, ảnh JPEG hay PNG, Word (.docx) hay Excel (.xlsx); hãy chuyển sang một dạng đó."
            )
            % {"name": name}
        )
    return kind


def download(*, file: StoredFile, name: str, media_type: str) -> HttpResponse:
    """Answer with a stored file, always as a download: a browser never opens or runs it in our name.

    The caller has checked the reader's scope and audits the reading.

    Raises:
        Http404: the bytes are not there.
    """
    try:
        content = files.open_stored(file.sha256)
    except FileNotFoundError:
        raise Http404 from None
    answer = FileResponse(content, as_attachment=True, filename=name, content_type=media_type)
    answer.headers["Content-Security-Policy"] = "sandbox"
    return cast(HttpResponse, answer)
