"""Documents and states as packets: written, signed and kept before anything is sent."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Sequence

from django.utils.translation import gettext as _

from tinhso.core import files
from tinhso.core.clock import VIETNAM
from tinhso.core.errors import RuleViolation
from tinhso.core.prepared import insert
from tinhso.documents.models import Agency, Delivery, Dispatch, Document, Packet, Version
from tinhso.documents.rules import kinds
from tinhso.documents.selectors import agencies
from tinhso.documents.services import identity
from tinhso.edxml import Attachment as Part
from tinhso.edxml import (
    Business,
    Invalid,
    Limits,
    Organ,
    ResponseFor,
    Status,
    Trace,
    Unreadable,
    limits,
    signature,
    write,
    write_status,
)
from tinhso.edxml import Packet as Message

EDOC, STATUS = "edoc", "status"


class TooLarge(RuleViolation):
    """More than gateways take."""


class Unwritable(RuleViolation):
    """The document lacks what the wire format asks for."""


def of_document(
    document: Document,
    version: Version | None,
    *,
    sender: Agency,
    recipients: Sequence[Agency],
    business: Business,
    at: dt.datetime,
) -> Packet:
    """A document, or a request about one, as a signed packet, kept in the caller's transaction.

    Args:
        version: the file that travels; None for requests that carry none.

    Raises:
        TooLarge: with its attachments it is more than gateways take.
        Unwritable: it lacks something that the format asks for.
    """
    message_id = uuid.uuid4()
    day = at.astimezone(VIETNAM).date()
    own = agencies.code_of(sender, day)
    message = Message(
        sender=organ(sender, own),
        recipients=tuple(organ(each, agencies.code_of(each, day)) for each in recipients),
        document_id=document.code,
        number=f"{document.number or 0:02d}",
        notation=document.notation,
        subject=document.subject,
        place=document.place or sender.place,
        promulgated_on=document.issued_on,
        type_code=kinds.BY_CODE[document.kind].abbreviation or "CV",
        type_name=kinds.BY_CODE[document.kind].name,
        content=document.summary,
        signer_competence=document.signer_authority,
        signer_position=document.signer_position,
        signer_name=document.signer_name,
        due_on=document.reply_due_on,
        to_places=tuple(line[:150] for line in document.places_to),
        priority=document.urgency,
        copies=document.copies,
        pages=document.pages,
        steering=document.steering,
        responses=_responses(document),
        message_id=str(message_id),
        traces=(Trace(own, at),),
        business=business,
        attachments=tuple(_parts(document, version)) if version else (),
    )
    try:
        unsigned = write(message)
    except Invalid as problem:
        raise Unwritable(_("Chưa tạo được gói tin: %(why)s") % {"why": str(problem)}) from None
    keys = identity.own(at)
    return keep(signature.sign(unsigned, keys.key, keys.certificate_pem.encode()), EDOC, message_id, at)


def of_status(status: Status, *, wrapper: str, at: dt.datetime) -> Packet:
    """A state as a packet, kept in the caller's transaction."""
    return keep(write_status(status, wrapper=wrapper), STATUS, uuid.uuid4(), at)


def keep(content: bytes, kind: str, message_id: uuid.UUID, at: dt.datetime) -> Packet:
    """Keep the bytes of a packet.

    Raises:
        TooLarge: more than gateways take.
    """
    most = Limits().packet
    if len(content) > most:
        raise TooLarge(
            _("Văn bản và tài liệu kèm theo lớn hơn %(most)s MB; hãy nén hoặc tách tài liệu kèm theo.")
            % {"most": most // 1024 // 1024}
        )
    sha256 = hashlib.sha256(content).hexdigest()
    return insert(
        Packet(message_id=message_id, kind=kind, sha256=sha256, size=len(content), content=content, made_at=at)
    )


def dispatch(
    packet: Packet, *, sender: Agency, recipient: Agency, at: dt.datetime, delivery: Delivery | None = None
) -> Dispatch:
    """Have a packet sent to one agency, in the caller's transaction."""
    return insert(
        Dispatch(packet=packet, sender=sender, recipient=recipient, delivery=delivery, made_at=at, next_at=at)
    )


def organ(agency: Agency, code: str) -> Organ:
    """An agency as packets name it."""
    return Organ(code, in_charge=agency.superior, name=agency.name, address=agency.place)


def files_of(message: Message) -> list[Part]:
    """The files of a packet, those that came zipped unzipped."""
    return [file for part in message.attachments if part.content is not None for file in _unzipped(part)]


def _unzipped(part: Part) -> list[Part]:
    """The files of an attachment; a zip that goes beyond the limits stays as it came."""
    content = part.content or b""
    if not limits.is_packed(content[:4096], name=part.name, media_type=part.media_type):
        return [part]
    try:
        found = limits.unpack(content)
    except Unreadable:
        return [part]
    return [Part.of(f"{part.content_id}-{place}", file.name, "", file.content) for place, file in enumerate(found)]


def _responses(document: Document) -> tuple[ResponseFor, ...]:
    answered = document.answers
    if answered is None or not answered.code:
        return ()
    organ_id = answered.code.split(",", 1)[0]
    shown = kinds.shown_number(answered.number, answered.notation)
    return (ResponseFor(organ_id, shown, answered.issued_on, answered.code),)


def _parts(document: Document, version: Version) -> list[Part]:
    whole = [(version.name, version.media_type, version.file.sha256)]
    whole += [
        (each.name, each.media_type, each.file.sha256)
        for each in document.attachments.select_related("file").order_by("position")
    ]
    return [_part(place, *each) for place, each in enumerate(whole)]


def _part(place: int, name: str, media_type: str, sha256: str) -> Part:
    with files.open_stored(sha256) as content:
        return Part.of(f"{place}-{sha256[:16]}", name, media_type, content.read())
