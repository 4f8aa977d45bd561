"""What a packet says, as plain values: documents, their attachments, and answers about their state.

Text that is not given is "", a date, moment or number that is not given is None: nothing is invented.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from tinhso.edxml.problems import Problem

HANOI = dt.timezone(dt.timedelta(hours=7))  # the wire format states no zone and means this one


class BusinessKind(IntEnum):
    """What a packet is about (BussinessDocType)."""

    NEW = 0  # văn bản mới
    RECALL = 1  # thu hồi
    UPDATE = 2  # cập nhật
    REPLACE = 3  # thay thế


class StatusCode(StrEnum):
    """How far the receiver is (trạng thái xử lý văn bản); the codes in use, others up to 16 are read as well."""

    ARRIVED = "01"  # đã đến
    REFUSED = "02"  # từ chối tiếp nhận
    RECEIVED = "03"  # đã tiếp nhận
    ASSIGNED = "04"  # phân công
    IN_PROGRESS = "05"  # đang xử lý
    COMPLETED = "06"  # hoàn thành
    TAKEN_BACK = "13"  # lấy lại
    CHANGE_ACCEPTED = "15"  # đồng ý lấy lại, cập nhật
    CHANGE_REFUSED = "16"  # từ chối lấy lại, cập nhật


@dataclass(frozen=True, slots=True)
class XmlElement:
    """An element the table does not know, kept as it came.

    Args:
        name: local name.
        namespace: URI, or empty.
        attributes: (name, value) in the order of the file; a name with a namespace is written `{uri}name`.
        content: text and elements in the order of the file, no empty text, no two texts in a row.
    """

    name: str
    namespace: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    content: "tuple[str | XmlElement, ...]" = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """Where an unknown element stood.

    Args:
        path: the element that holds it, from the root on, e.g. `edXMLEnvelope/edXMLHeader/MessageHeader/To[2]`.
        element: the element itself.
    """

    path: str
    element: XmlElement


@dataclass(frozen=True, slots=True)
class Organ:
    """An agency as sender or receiver (cơ quan, tổ chức).

    Args:
        organ_id: its identifier (mã định danh), at most 35 characters.
        in_charge: agency it belongs to (cơ quan chủ quản).
    """

    organ_id: str
    in_charge: str = ""
    name: str = ""
    address: str = ""
    email: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class ResponseFor:
    """The document that is answered (văn bản được phản hồi); `code` is number and notation, e.g. 12/KH-UBND."""

    organ_id: str
    code: str = ""
    promulgated_on: dt.date | None = None
    document_id: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """One agency or system the packet went through (vết gửi nhận).

    Args:
        at: aware moment, or None when the packet does not say it.
        raw: the moment as it stood in the file; written files always follow `at`.
    """

    organ_id: str
    at: dt.datetime | None = None
    raw: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Staff:
    """Who acted (cán bộ xử lý)."""

    department: str = ""
    name: str = ""
    mobile: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver that an update takes away (change 0) or adds (change 1)."""

    change: int
    organ_id: str


@dataclass(frozen=True, slots=True)
class Replacement:
    """A document that is replaced, and the agencies that got it (văn bản bị thay thế)."""

    document_id: str
    organ_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Business:
    """What the packet asks for besides bringing a document (nghiệp vụ: mới, thu hồi, cập nhật, thay thế).

    Args:
        kind: a `BusinessKind`.
        paper: whether paper follows, as the partner writes it (commonly 0 or 1).
        document_info: of an update, whether the document's data change.
        document_receiver: of an update, whether the receivers change.
        document_id: the document that is recalled, updated or replaced.
    """

    kind: int
    reason: str = ""
    document_info: str = ""
    document_receiver: str = ""
    receivers: tuple[Receiver, ...] = ()
    document_id: str = ""
    staff: Staff | None = None
    paper: str = ""
    replacements: tuple[Replacement, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels with the packet (tệp đính kèm).

    Args:
        content_id: key inside the packet, without `cid:`.
        media_type: as stated by the sender, never checked against the content.
        sha256: 64 hexadecimal digits of the file as it travelled; empty when the content was not read.
        size: bytes, or None when the content was not read.
        content: the file, or None when it lies at `location` or was not read.
        location: where the reader's sink put it; empty when `content` is given.
    """

    content_id: str
    name: str = ""
    media_type: str = ""
    description: str = ""
    sha256: str = ""
    size: int | None = None
    content: bytes | None = None
    location: str = ""

    @classmethod
    def of(cls, content_id: str, name: str, media_type: str, content: bytes, description: str = "") -> "Attachment":
        """An attachment in memory with its hash and size."""
        sha256 = hashlib.sha256(content).hexdigest()
        return cls(content_id, name, media_type, description, sha256, len(content), content)


@dataclass(frozen=True, slots=True)
class Packet:
    """One document on its way from one agency to others (gói tin văn bản điện tử).

    Args:
        document_id: key of the document (mã văn bản), not of this message; see `identifiers`.
        number: số; notation: ký hiệu.
        priority: 0 thường, 1 khẩn, 2 thượng khẩn, 3 hỏa tốc, 4 hỏa tốc hẹn giờ; None when not said.
        copies: số lượng bản phát hành; pages: số trang.
        steering: 1 không chỉ đạo, 2 chỉ đạo, 3 báo cáo (0 occurs); None when not said.
        message_id: key of this message, the same on every retry; empty when the sender gives none.
        unknown: elements beyond the standard, written again where they stood.
        warnings: what the reader found odd and took all the same.
    """

    sender: Organ
    recipients: tuple[Organ, ...]
    document_id: str
    number: str
    notation: str
    subject: str
    place: str = ""
    promulgated_on: dt.date | None = None
    type_code: str = ""
    type_detail: str = ""
    type_name: str = ""
    content: str = ""
    signer_competence: str = ""
    signer_position: str = ""
    signer_name: str = ""
    due_on: dt.date | None = None
    to_places: tuple[str, ...] = ()
    priority: int | None = None
    sphere: str = ""
    typer: str = ""
    copies: int | None = None
    pages: int | None = None
    direction: str = ""
    appendixes: tuple[str, ...] = ()
    responses: tuple[ResponseFor, ...] = ()
    steering: int | None = None
    task_codes: tuple[str, ...] = ()
    application_type: str = ""
    message_id: str = ""
    traces: tuple[Trace, ...] = ()
    business: Business | None = None
    attachments: tuple[Attachment, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    warnings: tuple[Problem, ...] = field(default=(), compare=False)

    @property
    def references(self) -> tuple[Attachment, ...]:
        """The list of attachments in front of the attachments themselves (edXMLManifest)."""
        return self.attachments


@dataclass(frozen=True, slots=True)
class Status:
    """What became of a document at the receiver (gói tin trạng thái).

    Args:
        response_for: the document that is meant; its `organ_id` is the agency that sent it.
        sender: the agency that tells its state.
        code: `StatusCode` or another code from 01 to 16.
        at: aware moment of the state, or None when not said.
        to: the agency the answer goes to, when the packet names it.
    """

    response_for: ResponseFor
    sender: Organ
    code: str
    description: str = ""
    at: dt.datetime | None = None
    staff: Staff | None = None
    to: Organ | None = None
    unknown: tuple[Unknown, ...] = ()
    warnings: tuple[Problem, ...] = field(default=(), compare=False)
