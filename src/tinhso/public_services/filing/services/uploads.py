"""Files put to the papers of a draft, each taken or refused on its own."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO, cast

from tinhso.core import intake, media
from tinhso.core.errors import RuleViolation
from tinhso.core.intake import Taken, names
from tinhso.public_services.dossiers.models import Draft, ResultDocument
from tinhso.public_services.dossiers.services import drafts, limits

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    Upload = UploadedFile[bytes]


def put(
    *, draft: Draft, sent: Mapping[str, Sequence["Upload"]], papers: Iterable[str], at: dt.datetime
) -> dict[str, list[str]]:
    """Put files to papers (tải giấy tờ lên); what is refused keeps no other file out.

    Args:
        sent: files by the paper's code.
        papers: codes that are asked for; files for others are passed over.

    Returns:
        Why files were refused, by the paper's code.

    Raises:
        TooOften: more than 60 files in a minute.
    """
    wanted = [(code, file) for code in papers for file in sent.get(code, ())]
    if not wanted:
        return {}
    limits.count(what="upload", user_id=draft.user_id, most=limits.UPLOADS, at=at, times=len(wanted))
    refused: dict[str, list[str]] = {}
    for code, file in wanted:
        try:
            taken = intake.take(content=cast(BinaryIO, file.file), name=file.name or "", at=at)
            drafts.attach(draft_id=draft.pk, paper=code, taken=taken, at=at)
        except RuleViolation as refusal:
            refused.setdefault(code, []).append(str(refusal))
    return refused


def put_result(*, draft: Draft, paper: str, result: ResultDocument, at: dt.datetime) -> None:
    """Let a result of ours stand for a paper (dùng kết quả đã cấp).

    Raises:
        TooManyFiles: the paper takes no more.
    """
    name = names.safe(f"{result.name} {result.number}.pdf", media.PDF)
    taken = Taken(file=result.file, media_type=media.PDF, name=name, size=result.file.size, scan="clean")
    drafts.attach(draft_id=draft.pk, paper=paper, taken=taken, at=at)
