"""Leader signs, registrar numbers, agency signs (NĐ 30/2020/NĐ-CP, Điều 5, 13, 15, 18, 32): both signatures stay valid.

The leader signs a PDF that has empty fields for number and day. The registrar's fillings are made after that signature
and covered by the agency's, which closes the file. Agencies sign only what the competent person has signed validly.
"""

import datetime as dt
import io
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.accounts.api import User
from tinhso.core import files, media, signers
from tinhso.core.clock import VIETNAM
from tinhso.core.errors import RuleViolation
from tinhso.core.models import StoredFile
from tinhso.documents.choices import Direction, Medium, SignatureRole, State, Verdict, VersionKind
from tinhso.documents.models import Agency, Document, SignatureMade, Version
from tinhso.documents.rules import kinds
from tinhso.documents.rules.life import By, Step
from tinhso.documents.selectors import agencies, pictures
from tinhso.documents.services import checks, drafting, finding, numbers, papers, secrets, steps
from tinhso.edxml import identifiers
from tinhso.signing import appearance, fields, remote
from tinhso.signing.port import CannotSign, CertificateNotInForce, NotAPdf, Place, Signer
from tinhso.signing.report import Report
from tinhso.signing.report import Verdict as Judged


class CannotSignNow(RuleViolation):
    """The key or the file does not allow the signature."""


class NotSignedByPerson(RuleViolation):
    """The competent person's signature is missing or not valid, so the agency's is refused (Điều 32 khoản 2)."""


class NotTheSigner(RuleViolation):
    """Somebody else than the person named as signer."""


@transaction.atomic
def sign(*, document_id: int, revision: int, signer: User, acts_as: frozenset[By], at: dt.datetime) -> Document:
    """The competent person signs (ký số của người có thẩm quyền).

    Raises:
        NotNow, WrittenMeanwhile: as of `steps`.
        NotTheSigner: the draft names another signer.
        CannotSignNow: the file or the certificate does not allow it.
    """
    document = _to_sign(document_id, revision, signer, acts_as)
    key = signers.of_person(
        name=signer.full_name or signer.username, organization=document.agency.name, account=signer.username, at=at
    )
    place = Place(fields.PERSON, appearance.person(pictures.handwriting(signer.full_name)), certify=True)
    signed = _signed(key, newest_bytes(document), place, at, document)
    return _person_signed(document, signed, key, signer, at)


@transaction.atomic
def take_signed(
    *, document_id: int, revision: int, content: BinaryIO, signer: User, acts_as: frozenset[By], at: dt.datetime
) -> Document:
    """Take the file that the leader signed elsewhere, with a token's program: it must be ours with one signature more.

    Raises:
        NotNow, WrittenMeanwhile, NotTheSigner: as of `sign`.
        CannotSignNow: another file, an unsigned one, an earlier version, or a signature that does not hold.
    """
    document = _to_sign(document_id, revision, signer, acts_as)
    returned = _returned(newest_bytes(document), content.read())
    report = _sound(returned, expected="", field=fields.PERSON, at=at)
    if _plain(report.signatures[-1].signer) != _plain(signer.full_name):
        raise CannotSignNow(
            _("Chứng thư trong tệp là của “%(other)s”, không phải của %(name)s.")
            % {"other": report.signatures[-1].signer, "name": signer.full_name}
        )
    return _person_signed(document, returned, None, signer, at)


@transaction.atomic
def number(*, document_id: int, revision: int, actor: str, acts_as: frozenset[By], at: dt.datetime) -> Document:
    """Give a signed document its number and day, in the fields that the leader's signature left open (cấp số).

    Raises:
        NotNow, WrittenMeanwhile: as of `steps`.
        NotSignedByPerson: the leader's signature does not hold.
        BookClosed: the year's book is closed.
    """
    document = steps.held(document_id, revision)
    steps.require(document, Step.NUMBER, acts_as)
    return _number(document, actor, at)


@transaction.atomic
def seal(*, document_id: int, revision: int, actor: str, acts_as: frozenset[By], at: dt.datetime) -> Document:
    """The agency signs and closes the file, and with that the document is issued (ký số của cơ quan, ban hành).

    Raises:
        NotNow, WrittenMeanwhile: as of `steps`.
        NotSignedByPerson: the leader's signature does not hold.
        CannotSignNow: the file or the certificate does not allow it.
    """
    document = steps.held(document_id, revision)
    steps.require(document, Step.SEAL, acts_as)
    return _seal(document, actor, at)


@transaction.atomic
def issue(*, document_id: int, revision: int, actor: str, acts_as: frozenset[By], at: dt.datetime) -> Document:
    """Number and seal at once: either both are done, or neither, and no number is lost (cấp số và ban hành).

    Raises:
        NotNow, WrittenMeanwhile, NotSignedByPerson, CannotSignNow, BookClosed: as of `number` and `seal`.
    """
    document = steps.held(document_id, revision)
    if document.state == State.SIGNED:
        steps.require(document, Step.NUMBER, acts_as)
        document = _number(document, actor, at)
    steps.require(document, Step.SEAL, acts_as)
    return _seal(document, actor, at)


@transaction.atomic
def take_sealed(
    *, document_id: int, revision: int, content: BinaryIO, actor: str, acts_as: frozenset[By], at: dt.datetime
) -> Document:
    """Take the file that the registrar signed with the agency's token elsewhere.

    Raises:
        NotNow, WrittenMeanwhile: as of `steps`.
        CannotSignNow: another file, an unsigned one, an earlier version, or a signature that does not hold.
    """
    document = steps.held(document_id, revision)
    steps.require(document, Step.SEAL, acts_as)
    returned = _returned(newest_bytes(document), content.read())
    _sound(returned, expected=document.agency.name, field=fields.ORGANIZATION, at=at)
    return _sealed(document, returned, None, actor, at)


@transaction.atomic
def register_paper(
    *,
    agency: Agency,
    text: drafting.Text,
    issued_on: dt.date,
    actor: User,
    at: dt.datetime,
) -> Document:
    """Enter a document that was issued on paper into the register; it has a number of the same series (Điều 15).

    Raises:
        BookClosed: the year's book is closed.
        StateSecret: it bears a mark of secrecy; nothing is kept.
    """
    secrets.require_none([text.subject, *text.places_to])
    document = Document(
        direction=Direction.OUT,
        agency=agency,
        issuer=agency,
        kind=text.kind,
        medium=Medium.PAPER,
        subject=text.subject,
        urgency=text.urgency,
        notation=kinds.notation(kind=text.kind, issuer=agency.notation, unit=text.unit),
        signer_position=text.signer_position,
        signer_name=text.signer_name,
        drafting_unit=text.drafting_unit,
        places_to=list(text.places_to),
        place=agency.place,
        drafted_by=actor,
        state=State.DRAFT,
        created_at=at,
    )
    steps.begin(document, actor=actor.username, at=at, what="draft")
    given = numbers.take(agency=agency, series=numbers.series_of(document.kind), document=document, on=issued_on, at=at)
    document.number, document.issued_on, document.code = given, issued_on, _code(document, given, issued_on)
    return steps.take(
        document,
        Step.SEAL,
        actor=actor.username,
        at=at,
        number=given,
        issued_on=issued_on,
        issued_at=at,
        code=document.code,
        found_by=finding.words_of(document),
    )


def newest(document: Document) -> Version:
    """The newest version of a document's file.

    Raises:
        CannotSignNow: there is none.
    """
    found = document.versions.select_related("file").order_by("-number").first()
    if found is None:
        raise CannotSignNow(_("Văn bản chưa có tệp; hãy trả lại để soạn thảo."))
    return found


def newest_bytes(document: Document) -> bytes:
    """The bytes of the newest version."""
    with files.open_stored(newest(document).file.sha256) as content:
        return content.read()


def _to_sign(document_id: int, revision: int, signer: User, acts_as: frozenset[By]) -> Document:
    document = steps.held(document_id, revision)
    steps.require(document, Step.SIGN, acts_as)
    if document.signer_id != signer.pk:
        raise NotTheSigner(_("Dự thảo trình %(name)s ký; chỉ người đó ký được.") % {"name": document.signer_name})
    return document


def _signed(key: Signer, pdf: bytes, place: Place, at: dt.datetime, document: Document) -> bytes:
    try:
        return key.sign(pdf, at=at, reason=document.subject[:120], location=document.place, place=place)
    except CertificateNotInForce:
        raise CannotSignNow(_("Chứng thư chữ ký số đã hết hạn hoặc chưa có hiệu lực; hãy gia hạn rồi ký.")) from None
    except CannotSign:
        raise CannotSignNow(_("Tệp không nhận chữ ký ở vị trí đã định; hãy trả lại để trình bản khác.")) from None


def _returned(sent: bytes, returned: bytes) -> bytes:
    try:
        remote.accept_returned(sent=sent, returned=returned)
    except remote.AnotherFile:
        raise CannotSignNow(
            _("Tệp nộp lại không phải bản đã tải về cộng thêm đúng một chữ ký; hãy tải lại bản mới nhất, ký rồi nộp.")
        ) from None
    return returned


def _sound(returned: bytes, *, expected: str, field: str, at: dt.datetime) -> Report:
    """The report on a file that was signed elsewhere, in the field that was left for it.

    Raises:
        CannotSignNow: the signature does not hold, or stands in another field.
    """
    report = checks.look_at(returned, expected=expected, at=at)
    if report.verdict is Judged.FAILED:
        raise CannotSignNow(_("Chữ ký trong tệp không đạt: %(why)s") % {"why": checks.first_reason(report)})
    if not report.signatures or report.signatures[-1].field != field:
        raise CannotSignNow(_("Chữ ký không nằm ở ô ký đã chuẩn bị; hãy ký vào đúng ô đó rồi nộp lại."))
    return report


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _person_signed(document: Document, signed: bytes, key: Signer | None, signer: User, at: dt.datetime) -> Document:
    version = _keep(document, VersionKind.PERSON_SIGNED, signed, signer.username, at)
    _note_signature(version, SignatureRole.PERSON, key, signer.full_name, at)
    checks.check(file=version.file, pdf=signed, expected="", at=at)
    return steps.take(document, Step.SIGN, actor=signer.username, at=at, signed_at=at)


def _number(document: Document, actor: str, at: dt.datetime) -> Document:
    pdf = newest_bytes(document)
    _require_person(document, at)
    today = at.astimezone(VIETNAM).date()
    given = numbers.take(
        agency=document.agency, series=numbers.series_of(document.kind), document=document, on=today, at=at
    )
    filled = fields.fill(pdf, {fields.NUMBER: f"{given:02d}", fields.DATE: papers.day_text(today)})
    document.number, document.issued_on, document.code = given, today, _code(document, given, today)
    _keep(document, VersionKind.NUMBERED, filled, actor, at)
    return steps.take(
        document,
        Step.NUMBER,
        actor=actor,
        at=at,
        note=kinds.shown_number(given, document.notation),
        number=given,
        issued_on=today,
        code=document.code,
        found_by=finding.words_of(document),
    )


def _seal(document: Document, actor: str, at: dt.datetime) -> Document:
    pdf = newest_bytes(document)
    _require_person(document, at)
    key = signers.of_organization(name=document.agency.name, at=at)
    place = Place(fields.ORGANIZATION, appearance.organization(pictures.seal(document.agency.name)), lock=True)
    return _sealed(document, _signed(key, pdf, place, at, document), key, actor, at)


def _sealed(document: Document, signed: bytes, key: Signer | None, actor: str, at: dt.datetime) -> Document:
    version = _keep(document, VersionKind.SEALED, signed, actor, at)
    _note_signature(version, SignatureRole.ORGANIZATION, key, document.agency.name, at)
    if key is not None:
        _sign_appendices(document, key, at)
    checks.check(file=version.file, pdf=signed, expected=document.agency.name, at=at)
    finding.keep_text(document, papers.whole_text(signed)[0])
    if document.replaces_id:
        document.replaces = steps.held(document.replaces_id)
    return steps.take(document, Step.SEAL, actor=actor, at=at, issued_at=at)


def _sign_appendices(document: Document, key: Signer, at: dt.datetime) -> None:
    """Sign PDF files beside the text: no picture but number and moment, at the upper right of the first page
    (Phụ lục I, mục II.7). What takes no signature, such as a file that others have signed, stays as it is."""
    line = appearance.copy_line(kinds.shown_number(document.number, document.notation), at)
    for each in document.attachments.select_related("file").filter(media_type=media.PDF, is_signed=False):
        with files.open_stored(each.file.sha256) as content:
            pdf = content.read()
        try:
            room = fields.prepare(pdf, texts=(), signatures=[papers.upper_right(pdf)])
            signed = key.sign(room, at=at, place=Place(fields.ORGANIZATION, line, lock=True))
        except (CannotSign, NotAPdf):
            continue
        each.file = files.store(content=io.BytesIO(signed), name=each.name, media_type=media.PDF, at=at)
        each.is_signed = True
        each.save(update_fields=["file", "is_signed"])


def _require_person(document: Document, at: dt.datetime) -> None:
    """Check that the competent person's signature holds, on the version that it closed, and that what came after only
    adds to that version.

    What is not decided yet, for want of proofs of revocation, waits until it is: the check is made again by itself.

    Raises:
        NotSignedByPerson: there is no signature, or it does not hold, or nobody knows yet.
    """
    signed = document.versions.select_related("file").filter(kind=VersionKind.PERSON_SIGNED).order_by("-number").first()
    if signed is None:
        raise NotSignedByPerson(_("Văn bản chưa có chữ ký của người có thẩm quyền (NĐ 30/2020/NĐ-CP, Điều 32)."))
    with files.open_stored(signed.file.sha256) as content:
        pdf = content.read()
    found = checks.check(file=signed.file, pdf=pdf, expected="", at=at)
    if found.verdict == Verdict.UNDETERMINED:
        raise NotSignedByPerson(
            _("Chưa đủ căn cứ về chữ ký của người có thẩm quyền; hệ thống đang lấy dữ liệu, hãy thử lại sau ít phút.")
        )
    if found.verdict != Verdict.PASSED or not newest_bytes(document).startswith(pdf):
        reasons = found.report["reasons"]
        raise NotSignedByPerson(
            _(
                "Chữ ký của người có thẩm quyền không đạt (%(why)s); cơ quan không ký văn bản này "
                "(NĐ 30/2020/NĐ-CP, Điều 32)."
            )
            % {"why": reasons[0]["text"] if reasons else _("không rõ lý do")}
        )


def _code(document: Document, given: int, day: dt.date) -> str:
    organ = agencies.code_of(document.agency, day)
    return identifiers.format_document_id(organ, day, f"{given:02d}", document.notation)


def _keep(document: Document, kind: str, pdf: bytes, actor: str, at: dt.datetime) -> Version:
    """Store the bytes as the next version. Bytes never change: each version of a signed file begins with the one
    before."""
    name = drafting.file_name(document)
    stored: StoredFile = files.store(content=io.BytesIO(pdf), name=name, media_type=media.PDF, at=at)
    return drafting.add_version(document, kind, stored, name=name, media_type=media.PDF, actor=actor, at=at)


def _note_signature(version: Version, role: str, key: Signer | None, signer: str, at: dt.datetime) -> None:
    identity = key.identity if key else None
    SignatureMade.objects.create(
        version=version,
        role=role,
        signer=identity.name if identity else signer,
        certificate=identity.certificate_sha256 if identity else "",
        has_legal_value=identity.has_legal_value if identity else True,
        at=at,
    )
