"""What comes from others: taken once, whatever fails, and answered with one signed receipt.

Packet, document, audit row and receipt are committed together; the receipt leaves after that. The same message again
is answered with the same receipt, the same name with other bytes is refused. What bears a mark of secrecy is refused
before anything of it is kept, but for its hash and who sent it.
"""

import datetime as dt
import hashlib
import io
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, CharField
from django.utils.translation import gettext as _

from tinhso.core import audit, media
from tinhso.core.clock import VIETNAM
from tinhso.core.prepared import Prepared, Slot, insert
from tinhso.documents.choices import Business as Kind
from tinhso.documents.choices import ChannelKind, Direction, State, StatusCode, Urgency
from tinhso.documents.models import Agency, Arrival, Document, Inbound, Partner
from tinhso.documents.rules import deadlines, kinds, secrecy
from tinhso.documents.selectors import agencies
from tinhso.documents.services import finding, identity, packets, papers, receipts, requests, statuses, steps
from tinhso.edxml import Packet, Refused, Status, read, signature
from tinhso.edxml.signature import Outcome

EDOC, STATUS = "edoc", "status"
LONGEST_ID = 64
_BEFORE = Prepared(
    lambda: Inbound.objects.filter(
        message_id=Slot("message", CharField()), recipient=Slot("recipient", BigIntegerField())
    ).values_list("pk", "sha256", "receipt")
)
_KNOWN = Prepared(
    lambda: Document.objects.filter(
        direction=Slot("direction", CharField()),
        agency=Slot("agency", BigIntegerField()),
        code=Slot("code", CharField()),
        arrival__sender=Slot("sender", BigIntegerField()),
    )[:1]
)


class NotTaken(Exception):
    """A message that is not taken.

    Args:
        code: of the national axis where it has one (`rules.retry.MEANING`), else a word of ours.
        text: one sentence for the people on the other side.
        problems: paths of what is wrong with the packet; empty where that is not the matter.
    """

    def __init__(self, code: str, text: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.code, self.text, self.problems = code, text, problems


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer to a message.

    Attributes:
        receipt: signed text; the same for the same message.
        is_new: False when it had come before.
    """

    receipt: str
    is_new: bool


def receive(*, message_id: str, recipient_code: str, content: bytes, partner: Partner | None, at: dt.datetime) -> Taken:
    """Take a message for one of our agencies.

    Args:
        message_id: the sender's name for it, the same on every try.
        recipient_code: identifier of the agency it is for.
        content: edXML.
        partner: who brings it; None for this installation itself.
        at: aware time.

    Raises:
        NotTaken: unknown recipient (18) or sender (19), unreadable (22), another content under the same name
            (conflict), a mark of secrecy (refused_as_secret).
    """
    sha256 = hashlib.sha256(content).hexdigest()
    recipient = _recipient(recipient_code, at)
    before = _before(message_id, recipient, sha256, at)
    if before is not None:
        return before
    message, strength = opened(content, partner, at)
    sender = _sender(message, partner, at)
    _require_open(message, sender, sha256, at)
    try:
        with transaction.atomic():
            given = _keep(message_id, recipient, sender, partner, message, content, sha256, strength, at)
    except IntegrityError:  # somebody else has just taken the same message
        before = _before(message_id, recipient, sha256, at)
        if before is None:
            raise
        return before
    return Taken(given.receipt, is_new=True)


def _recipient(code: str, at: dt.datetime) -> Agency:
    found = agencies.by_code(code, at.date())
    if found is None or found.org_unit_id is None:
        raise NotTaken("18", _("Không có cơ quan mang mã định danh “%(code)s” ở đây.") % {"code": code[:35]})
    if not found.is_active:
        raise NotTaken("23", _("Cơ quan “%(name)s” đã ngừng nhận văn bản.") % {"name": found.name})
    return found


def _before(message_id: str, recipient: Agency, sha256: str, at: dt.datetime) -> Taken | None:
    rows = _BEFORE.rows(message=message_id[:LONGEST_ID], recipient=recipient.pk)
    if not rows:
        return None
    ((key, had, receipt),) = rows
    if had != sha256:
        with transaction.atomic():
            audit.record(
                actor=steps.SYSTEM,
                action="documents.conflict",
                obj=f"inbound:{key}",
                details={"had": had, "came": sha256},
                at=at,
            )
        raise NotTaken("conflict", _("Đã nhận gói tin cùng mã này với nội dung khác; bản nhận trước được giữ."))
    return Taken(receipt, is_new=False)


def opened(content: bytes, partner: Partner | None, at: dt.datetime) -> tuple[Packet | Status, str]:
    """The message of a packet and how it is signed; what is read of a signed one is what its signature covers.

    Args:
        partner: who brought it; None for this installation itself, whose own bytes need no proof.
        at: aware moment at which it came.

    Raises:
        NotTaken: its signature is wrong, or it is no packet (22).
    """
    strength = "own"
    try:
        if partner is not None:
            content, strength = _proved(content, partner, at)
        return read(content), strength
    except signature.BadSignature as problem:
        raise NotTaken("22", _("Gói tin bị từ chối: %(why)s") % {"why": str(problem)}) from None
    except Refused as problem:
        paths = tuple(str(each) for each in problem.problems[:20])
        raise NotTaken("22", _("Gói tin không đúng QCVN 102: %(why)s") % {"why": "; ".join(paths[:3])}, paths) from None


def _proved(content: bytes, partner: Partner, at: dt.datetime) -> tuple[bytes, str]:
    """What a packet's signature covers, and how much that says.

    Raises:
        BadSignature: it is wrong, or that of somebody else than the partner whose certificate we know.
    """
    trusted = [partner.certificate.encode()] if partner.certificate else []
    try:
        return signature.verify(content, trusted=trusted, at=at).signed, "valid"
    except signature.BadSignature as problem:
        if problem.outcome == Outcome.UNSIGNED:
            return content, "none"
        if problem.outcome == Outcome.WEAK and problem.verified is not None:
            return problem.verified.signed, "weak"
        if problem.outcome == Outcome.UNTRUSTED and not trusted:
            return content, "unknown"  # a gateway vouches for it, and nobody here knows the signer
        raise


def _sender(message: Packet | Status, partner: Partner | None, at: dt.datetime) -> Agency:
    code = message.sender.organ_id
    found = agencies.by_code(code, at.date())
    mine = found is not None and (found.partner_id == (partner.pk if partner else None))
    if found is None or not mine:
        raise NotTaken("19", _("Cơ quan gửi “%(code)s” chưa được đăng ký trên kênh này.") % {"code": code[:35]})
    return found


def _require_open(message: Packet | Status, sender: Agency, sha256: str, at: dt.datetime) -> None:
    """The wall on receipt: what bears a mark is dropped unread; its hash and its sender stay in the audit."""
    if not _bears_mark(message):
        return
    with transaction.atomic():
        audit.record(
            actor=sender.name,
            action="documents.secret_refused",
            obj=f"packet:{sha256}",
            details={"sender": message.sender.organ_id},
            at=at,
        )
    raise NotTaken(
        "refused_as_secret",
        _("Gói tin có dấu độ mật, đã bị từ chối và xóa; hãy gửi theo đường văn bản mật hoặc cơ yếu."),
    )


def _bears_mark(message: Packet | Status) -> bool:
    """Whether the header or the first page of a file is marked, those that came zipped included."""
    if isinstance(message, Status):
        return bool(secrecy.mark([message.description]))
    header = [message.subject, message.content, *message.to_places, *message.appendixes]
    header += [message.business.reason] if message.business else []
    if secrecy.mark(header):
        return True
    contents = (file.content or b"" for file in packets.files_of(message))
    return any(secrecy.mark(papers.first_lines(each, media.detected(io.BytesIO(each)))) for each in contents)


def _keep(
    message_id: str,
    recipient: Agency,
    sender: Agency,
    partner: Partner | None,
    message: Packet | Status,
    content: bytes,
    sha256: str,
    strength: str,
    at: dt.datetime,
) -> Inbound:
    is_document = isinstance(message, Packet)
    inbound = Inbound(
        message_id=message_id[:LONGEST_ID],
        recipient=recipient,
        sender=sender,
        partner=partner,
        kind=EDOC if is_document else STATUS,
        sha256=sha256,
        received_at=at,
        packet_signature=strength,
        receipt=_receipt(message_id, message, recipient, sha256, at),
        warnings=[str(each) for each in message.warnings[:50]],
    )
    if isinstance(message, Status):
        insert(inbound)
        receipts.of_status(message, ours=recipient, raw=content.decode("utf-8", "replace"), at=at)
        return inbound
    business = message.business.kind if message.business else Kind.NEW
    if business in (Kind.RECALL, Kind.UPDATE):
        insert(inbound)
        requests.take(inbound, message, at=at)
        return inbound
    known = _known(recipient, sender, message)
    inbound.document = known or _arrived(recipient, sender, message, at)
    inbound.content, inbound.is_opened = content, known is not None
    insert(inbound)
    if known is None:
        _arrive(inbound, message, business, at)
    return inbound


def _known(recipient: Agency, sender: Agency, message: Packet) -> Document | None:
    """The copy that came before under another message; a document has one entry however often it is sent."""
    return _KNOWN.first(direction=Direction.IN, agency=recipient.pk, code=message.document_id[:120], sender=sender.pk)


def _arrived(recipient: Agency, sender: Agency, message: Packet, at: dt.datetime) -> Document:
    urgency = message.priority if message.priority in Urgency.values else Urgency.ORDINARY
    document = Document(
        direction=Direction.IN,
        agency=recipient,
        issuer=sender,
        kind=kinds.kind_of_wire(message.type_code, message.type_name),
        urgency=urgency,
        steering=message.steering if message.steering in (1, 2, 3) else 1,
        subject=message.subject[:500],
        summary=message.content[:500],
        number=int(message.number) if message.number.isdecimal() and len(message.number) < 9 else None,
        notation=message.notation[:30],
        issued_on=message.promulgated_on,
        code=message.document_id[:120],
        signer_authority=message.signer_competence[:100],
        signer_position=message.signer_position[:100],
        signer_name=message.signer_name[:150],
        place=message.place[:150],
        pages=message.pages,
        copies=message.copies or 1,
        reply_due_on=message.due_on,
        places_to=list(message.to_places),
        state=State.ARRIVED,
        created_at=at,
        answers=_answered(recipient, message),
    )
    document.found_by = finding.words_of(document)
    return steps.begin(document, actor=sender.name, at=at, what="arrive")


def _answered(recipient: Agency, message: Packet) -> Document | None:
    codes = [each.document_id for each in message.responses if each.document_id]
    return Document.objects.filter(direction=Direction.OUT, agency=recipient, code__in=codes).first() if codes else None


def _arrive(inbound: Inbound, message: Packet, business: int, at: dt.datetime) -> None:
    document = inbound.document
    assert document is not None  # noqa: S101 - a packet that brings one has made it
    local = at.astimezone(VIETNAM)
    insert(
        Arrival(
            document=document,
            sender=inbound.sender,
            arrived_at=at,
            acknowledge_by=deadlines.acknowledge_by(arrived_at=local, urgency=document.urgency),
        )
    )
    if inbound.partner is not None and inbound.partner.channel != ChannelKind.DIRECT:
        statuses.tell(document, code=StatusCode.ARRIVED, at=at)  # gateways carry no receipts
    if business == Kind.REPLACE:
        requests.take(inbound, message, at=at)
    requests.apply_early(document, at=at)


def _receipt(message_id: str, message: Packet | Status, recipient: Agency, sha256: str, at: dt.datetime) -> str:
    about = message.document_id if isinstance(message, Packet) else message.response_for.document_id
    content = {
        "for": message_id,
        "document": about,
        "to": agencies.code_of(recipient, at.date()),
        "sha256": sha256,
        "status": str(StatusCode.ARRIVED),
        "at": at.isoformat(),
    }
    return identity.receipt(content, at)
