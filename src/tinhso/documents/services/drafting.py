"""Writing a document: drafts, uploaded files, attachments, remarks, and the way to the leader."""

import datetime as dt
import io
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import docx
from django.db import transaction
from django.utils.translation import gettext as _
from lxml import etree

from tinhso.accounts.api import User
from tinhso.core import files, media
from tinhso.core.errors import RuleViolation
from tinhso.core.evidence import checked
from tinhso.core.models import StoredFile
from tinhso.documents.choices import Direction, DocumentKind, Medium, State, Steering, Urgency, VersionKind
from tinhso.documents.models import Agency, Attachment, Document, Remark, Version
from tinhso.documents.rules import kinds
from tinhso.documents.rules.life import By, Step
from tinhso.documents.services import finding, papers, secrets, steps
from tinhso.edxml import Unreadable, limits

MOST_ATTACHMENTS = 30


class NothingToSign(RuleViolation):
    """A draft without text and without a file."""


class UnfitFile(RuleViolation):
    """A file that cannot be the text of a document."""


@dataclass(frozen=True, slots=True)
class Text:
    """What a drafter writes (Phụ lục VI, trường thông tin đầu vào).

    Attributes:
        places_to: lines under “Nơi nhận”.
        unit: abbreviation of the drafting unit, in the notation of a công văn.
    """

    kind: str
    subject: str
    body: str = ""
    urgency: int = Urgency.ORDINARY
    steering: int = Steering.NONE
    unit: str = ""
    drafting_unit: str = ""
    signer_id: int | None = None
    signer_authority: str = ""
    signer_position: str = ""
    signer_name: str = ""
    reply_due_on: dt.date | None = None
    places_to: tuple[str, ...] = field(default_factory=tuple)


@transaction.atomic
def create_draft(
    *,
    agency: Agency,
    text: Text,
    author: User,
    at: dt.datetime,
    answers: Document | None = None,
    replaces: Document | None = None,
) -> Document:
    """Begin a document (dự thảo văn bản).

    Args:
        answers: document in that it answers.
        replaces: issued document of the same agency that it is to replace.

    Raises:
        StateSecret: the text bears a mark of secrecy; nothing is kept.
    """
    document = Document(
        direction=Direction.OUT,
        agency=agency,
        issuer=agency,
        state=State.DRAFT,
        medium=Medium.ELECTRONIC,
        place=agency.place,
        drafted_by=author,
        answers=answers,
        replaces=replaces,
        created_at=at,
        **_fields(agency, text),
    )
    document.found_by = finding.words_of(document)
    return steps.begin(document, actor=author.username, at=at, what="draft")


@transaction.atomic
def edit_draft(
    *, document_id: int, revision: int, text: Text, actor: str, acts_as: frozenset[By], at: dt.datetime
) -> Document:
    """Write a draft anew.

    Raises:
        NotNow, WrittenMeanwhile: as of `steps`.
        StateSecret: the text bears a mark of secrecy; the draft stays as it was.
    """
    document = steps.held(document_id, revision)
    steps.require(document, Step.EDIT, acts_as)
    changes = _fields(document.agency, text)
    if document.body.get("uploaded") and text.body == document.body.get("text", ""):
        changes["body"] |= {"uploaded": True}  # whoever leaves the text alone still means the file
    for name, value in changes.items():
        setattr(document, name, value)
    changes["found_by"] = finding.words_of(document)
    return steps.take(document, Step.EDIT, actor=actor, at=at, **changes)


@transaction.atomic
def upload(
    *,
    document_id: int,
    revision: int,
    content: BinaryIO,
    name: str,
    size: int,
    actor: str,
    acts_as: frozenset[By],
    at: dt.datetime,
) -> Document:
    """Take the drafter's own file: a PDF becomes what is signed, the text of a DOCX becomes the draft's.

    Raises:
        NotNow, WrittenMeanwhile: as of `steps`.
        EvidenceRefused: too large, empty or of another kind.
        UnfitFile: neither PDF nor Word.
        StateSecret: the first page bears a mark of secrecy; nothing is kept.
    """
    document = steps.held(document_id, revision)
    steps.require(document, Step.EDIT, acts_as)
    kind = checked(content=content, name=name, size=size)
    content.seek(0)
    whole = content.read()
    secrets.require_none(papers.first_lines(whole, kind))
    if kind == media.DOCX:
        body = {"text": _text_of_word(whole, name), "unit": document.body.get("unit", "")}
    elif kind == media.PDF:
        body = dict(document.body) | {"uploaded": True}
    else:
        raise UnfitFile(_("Văn bản phải là tệp PDF hoặc Word (.docx); ảnh và bảng tính gửi làm tài liệu kèm theo."))
    stored = files.store(content=io.BytesIO(whole), name=name, media_type=kind, at=at)
    add_version(document, VersionKind.UPLOADED, stored, name=name, media_type=kind, actor=actor, at=at)
    document.body = body
    return steps.take(document, Step.EDIT, actor=actor, at=at, note=name, body=body)


@transaction.atomic
def attach(
    *,
    document_id: int,
    revision: int,
    content: BinaryIO,
    name: str,
    size: int,
    actor: str,
    acts_as: frozenset[By],
    at: dt.datetime,
) -> Attachment:
    """Add a file beside the text (phụ lục, tài liệu kèm theo).

    Raises:
        NotNow, WrittenMeanwhile: as of `steps`.
        EvidenceRefused: too large, empty or of another kind; UnfitFile: there are too many.
        StateSecret: it bears a mark of secrecy; nothing is kept.
    """
    document = steps.held(document_id, revision)
    steps.require(document, Step.EDIT, acts_as)
    position = document.attachments.count() + 1
    if position > MOST_ATTACHMENTS:
        raise UnfitFile(_("Mỗi văn bản kèm tối đa %(most)s tệp.") % {"most": MOST_ATTACHMENTS})
    kind = checked(content=content, name=name, size=size)
    content.seek(0)
    whole = content.read()
    secrets.require_none(papers.first_lines(whole, kind))
    stored = files.store(content=io.BytesIO(whole), name=name, media_type=kind, at=at)
    made = Attachment.objects.create(
        document=document, position=position, file=stored, name=name[:200], media_type=kind
    )
    steps.take(document, Step.EDIT, actor=actor, at=at, note=name)
    return made


@transaction.atomic
def submit(*, document_id: int, revision: int, actor: str, acts_as: frozenset[By], at: dt.datetime) -> Document:
    """Lay a draft before the leader (trình).

    Raises:
        NotNow, WrittenMeanwhile: as of `steps`.
        NothingToSign: there is neither text nor file, or nobody to sign it.
    """
    document = steps.held(document_id, revision)
    steps.require(document, Step.SUBMIT, acts_as)
    if not document.body.get("text", "").strip() and not document.body.get("uploaded"):
        raise NothingToSign(_("Dự thảo chưa có nội dung; hãy soạn nội dung hoặc nộp tệp rồi trình."))
    if document.signer_id is None:
        raise NothingToSign(_("Dự thảo chưa có người ký; hãy chọn người ký rồi trình."))
    return steps.take(document, Step.SUBMIT, actor=actor, at=at)


@transaction.atomic
def approve(*, document_id: int, revision: int, actor: str, acts_as: frozenset[By], at: dt.datetime) -> Document:
    """Find a draft fit to be signed: its text becomes the PDF that is signed, with empty fields (duyệt dự thảo).

    Raises:
        NotNow, WrittenMeanwhile: as of `steps`.
        CannotLayOut: the uploaded file takes no fields.
        PdfUnavailable: the machine lacks Pango.
    """
    document = steps.held(document_id, revision)
    steps.require(document, Step.APPROVE, acts_as)
    pdf = _to_be_signed(document)
    stored = files.store(content=io.BytesIO(pdf), name=file_name(document), media_type=media.PDF, at=at)
    add_version(
        document, VersionKind.RENDERED, stored, name=file_name(document), media_type=media.PDF, actor=actor, at=at
    )
    _text, pages = papers.whole_text(pdf)
    return steps.take(document, Step.APPROVE, actor=actor, at=at, pages=pages or None)


@transaction.atomic
def give_back(
    *, document_id: int, revision: int, reason: str, actor: str, acts_as: frozenset[By], at: dt.datetime
) -> Document:
    """Send a draft back to its drafter, with the reason (trả lại dự thảo).

    Raises:
        NotNow, WrittenMeanwhile: as of `steps`.
        StateSecret: the reason bears a mark of secrecy; nothing is kept.
    """
    secrets.require_none([reason])
    document = steps.held(document_id, revision)
    steps.require(document, Step.RETURN, acts_as)
    return steps.take(document, Step.RETURN, actor=actor, at=at, note=reason)


@transaction.atomic
def discard(*, document_id: int, revision: int, actor: str, acts_as: frozenset[By], at: dt.datetime) -> Document:
    """Give a draft up; it has no number yet (bỏ dự thảo).

    Raises:
        NotNow, WrittenMeanwhile: as of `steps`.
    """
    document = steps.held(document_id, revision)
    steps.require(document, Step.DISCARD, acts_as)
    return steps.take(document, Step.DISCARD, actor=actor, at=at)


@transaction.atomic
def remark(*, document_id: int, text: str, author: str, at: dt.datetime) -> Remark:
    """Say something of a draft or of a document in (góp ý, bút phê).

    Raises:
        StateSecret: the text bears a mark of secrecy; nothing is kept.
    """
    secrets.require_none(text.splitlines())
    document = steps.held(document_id)
    newest = document.versions.order_by("-number").first()
    made = Remark.objects.create(
        document=document, author=author, text=text, at=at, version=newest.number if newest else None
    )
    steps.note(document, "remark", actor=author, at=at)
    return made


def add_version(
    document: Document, kind: str, stored: StoredFile, *, name: str, media_type: str, actor: str, at: dt.datetime
) -> Version:
    """The next version of a document's file, in the caller's transaction."""
    newest = document.versions.order_by("-number").values_list("number", flat=True).first() or 0
    return Version.objects.create(
        document=document,
        number=newest + 1,
        kind=kind,
        file=stored,
        name=name[:200],
        media_type=media_type,
        made_by=actor,
        made_at=at,
    )


def file_name(document: Document) -> str:
    """The name under which a document is given out: number and notation, with nothing that a file system minds."""
    shown = kinds.shown_number(document.number, document.notation) if document.number else document.notation
    return "".join(letter if letter.isalnum() or letter in "-." else "-" for letter in shown).strip("-") + ".pdf"


def _fields(agency: Agency, text: Text) -> dict[str, Any]:
    secrets.require_none([text.subject, text.body, *text.places_to])
    return {
        "kind": DocumentKind(text.kind),
        "subject": text.subject,
        "urgency": text.urgency,
        "steering": text.steering,
        "notation": kinds.notation(kind=text.kind, issuer=agency.notation, unit=text.unit),
        "drafting_unit": text.drafting_unit,
        "signer_id": text.signer_id,
        "signer_authority": text.signer_authority,
        "signer_position": text.signer_position,
        "signer_name": text.signer_name,
        "reply_due_on": text.reply_due_on,
        "places_to": list(text.places_to),
        "body": {"text": text.body, "unit": text.unit},
    }


def _to_be_signed(document: Document) -> bytes:
    if not document.body.get("uploaded"):
        return papers.rendered(document)
    newest = document.versions.filter(kind=VersionKind.UPLOADED, media_type=media.PDF).order_by("-number").first()
    if newest is None:
        raise NothingToSign(_("Không còn tệp PDF đã nộp; hãy nộp lại rồi trình."))
    with files.open_stored(newest.file.sha256) as content:
        return papers.prepared(content.read(), signer_name=document.signer_name)


def _text_of_word(whole: bytes, name: str) -> str:
    try:
        limits.unpack(whole)  # so that no file of some kB becomes one of many GB
        opened = docx.Document(io.BytesIO(whole))
    except (Unreadable, ValueError, KeyError, OSError, etree.XMLSyntaxError):
        raise UnfitFile(
            _("Không đọc được tệp Word “%(name)s”; hãy lưu lại ở dạng .docx rồi nộp.") % {"name": name}
        ) from None
    return "\n".join(paragraph.text for paragraph in opened.paragraphs if paragraph.text.strip())
