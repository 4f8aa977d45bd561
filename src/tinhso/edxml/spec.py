"""The one table of the wire format: what stands where, how often, of which kind, and which field of the model it is.

Reading, writing, checking, the page docs/edxml.md and the XML schema all follow it. Order of the elements as the
software kits in use write them. Source: QCVN 102:2016/BTTTT with SĐ1:2022. `Bussiness` is the standard's spelling.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tinhso.edxml.model import (
    Attachment,
    Business,
    Organ,
    Packet,
    Receiver,
    Replacement,
    ResponseFor,
    Staff,
    Status,
    Trace,
)
from tinhso.edxml.values import Kind

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
SIGNATURES = "http://www.w3.org/2000/09/xmldsig#"

_COUNTS: dict[str, tuple[int, int | None]] = {"1": (1, 1), "?": (0, 1), "*": (0, None), "+": (1, None)}


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute: a field of the model, or a fixed value that is written and not read."""

    name: str
    field: str = ""
    fixed: str = ""


@dataclass(frozen=True, slots=True)
class Element:
    """One row of the table.

    Args:
        low, high: how often it may stand in its parent; None is "any number".
        field: field of the model; empty for a group whose children are fields of the same object.
        limit: longest text in characters; 0 is "no limit of its own".
        choices: the only texts allowed; empty is "any".
        raw: field that keeps the text as it stood in the file, besides its value.
        make: what builds the object of a group that has one of its own.
        prefix: stands before the value in the file only.
        index: place of each child by name.
    """

    name: str
    low: int
    high: int | None
    kind: Kind
    field: str = ""
    limit: int = 0
    choices: tuple[str, ...] = ()
    children: "tuple[Element, ...]" = ()
    make: Callable[..., object] | None = None
    attributes: tuple[Attribute, ...] = ()
    raw: str = ""
    prefix: str = ""
    index: dict[str, int] = dataclasses.field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        self.index.update({child.name: place for place, child in enumerate(self.children)})


def _leaf(
    count: str,
    name: str,
    kind: Kind,
    to: str = "",
    limit: int = 0,
    choices: tuple[str, ...] = (),
    raw: str = "",
    prefix: str = "",
) -> Element:
    low, high = _COUNTS[count]
    return Element(name, low, high, kind, to, limit, choices, raw=raw, prefix=prefix)


def _group(count: str, name: str, *children: Element, attributes: tuple[Attribute, ...] = ()) -> Element:
    low, high = _COUNTS[count]
    return Element(name, low, high, Kind.GROUP, children=children, attributes=attributes)


def _object(count: str, name: str, to: str, make: Callable[..., object], *children: Element) -> Element:
    low, high = _COUNTS[count]
    return Element(name, low, high, Kind.GROUP, to, children=children, make=make)


def _digits(*numbers: int) -> tuple[str, ...]:
    return tuple(str(number) for number in numbers)


def _attachment(part: Attachment | None = None, **said: Any) -> Attachment:
    """The attachment out of what is said about it and of what came of its content."""
    if part is None:
        return Attachment(**said)
    return Attachment(sha256=part.sha256, size=part.size, content=part.content, location=part.location, **said)


TEXT, CODE, NUMBER, DATE, TIME, ORGAN_ID = Kind.TEXT, Kind.CODE, Kind.NUMBER, Kind.DATE, Kind.TIME, Kind.ORGAN_ID

_ORGAN = (
    _leaf("1", "OrganId", ORGAN_ID, "organ_id", 35),
    _leaf("?", "OrganizationInCharge", TEXT, "in_charge", 200),
    _leaf("?", "OrganName", TEXT, "name", 200),
    _leaf("?", "OrganAdd", TEXT, "address", 250),
    _leaf("?", "Email", TEXT, "email", 100),
    _leaf("?", "Telephone", TEXT, "telephone", 50),
    _leaf("?", "Fax", TEXT, "fax", 50),
    _leaf("?", "Website", TEXT, "website", 200),
)
_RESPONSE_FOR = (
    _leaf("1", "OrganId", ORGAN_ID, "organ_id", 35),
    _leaf("?", "Code", CODE, "code", 100),
    _leaf("?", "PromulgationDate", DATE, "promulgated_on"),
    _leaf("?", "DocumentId", CODE, "document_id", 200),
)
_STAFF = (
    _leaf("?", "Department", TEXT, "department", 200),
    _leaf("?", "Staff", TEXT, "name", 100),
    _leaf("?", "Mobile", TEXT, "mobile", 50),
    _leaf("?", "Email", TEXT, "email", 100),
)
_OTHER_INFO = (
    _leaf("?", "Priority", NUMBER, "priority", choices=_digits(0, 1, 2, 3, 4)),
    _leaf("?", "SphereOfPromulgation", TEXT, "sphere", 200),
    _leaf("?", "TyperNotation", TEXT, "typer", 100),
    _leaf("?", "PromulgationAmount", NUMBER, "copies"),
    _leaf("?", "PageAmount", NUMBER, "pages"),
    _leaf("?", "Direction", TEXT, "direction", 500),
    _group("?", "Appendixes", _leaf("*", "Appendix", TEXT, "appendixes", 500)),
)
_MESSAGE_HEADER = (
    _object("1", "From", "sender", Organ, *_ORGAN),
    _object("+", "To", "recipients", Organ, *_ORGAN),
    _group(
        "1", "Code", _leaf("1", "CodeNumber", CODE, "number", 20), _leaf("1", "CodeNotation", CODE, "notation", 100)
    ),
    _group(
        "?",
        "PromulgationInfo",
        _leaf("?", "Place", TEXT, "place", 150),
        _leaf("?", "PromulgationDate", DATE, "promulgated_on"),
    ),
    _group(
        "?",
        "DocumentType",
        _leaf("?", "Type", CODE, "type_code", 20),
        _leaf("?", "TypeDetail", CODE, "type_detail", 20),
        _leaf("?", "TypeName", TEXT, "type_name", 100),
    ),
    _leaf("1", "Subject", TEXT, "subject", 500),
    _leaf("?", "Content", TEXT, "content", 500),
    _group(
        "?",
        "SignerInfo",
        _leaf("?", "Competence", TEXT, "signer_competence", 100),
        _leaf("?", "Position", TEXT, "signer_position", 100),
        _leaf("?", "FullName", TEXT, "signer_name", 100),
    ),
    _leaf("?", "DueDate", DATE, "due_on"),
    _group("?", "ToPlaces", _leaf("*", "Place", TEXT, "to_places", 500)),
    _group("?", "OtherInfo", *_OTHER_INFO),
    _object("*", "ResponseFor", "responses", ResponseFor, *_RESPONSE_FOR),
    _leaf("?", "SteeringType", NUMBER, "steering", choices=_digits(0, 1, 2, 3)),
    _leaf("1", "DocumentId", CODE, "document_id", 200),
    _group("?", "ResponseForTask", _leaf("*", "TaskCode", CODE, "task_codes", 100)),
    _leaf("?", "ApplicationType", CODE, "application_type", 50),
)
_RECEIVER = (
    _leaf("1", "ReceiverType", NUMBER, "change", choices=_digits(0, 1)),
    _leaf("1", "OrganId", ORGAN_ID, "organ_id", 35),
)
_REPLACEMENT = (
    _leaf("1", "DocumentId", CODE, "document_id", 200),
    _group("?", "OrganIdList", _leaf("*", "OrganId", ORGAN_ID, "organ_ids", 35)),
)
_BUSINESS = (
    _leaf("1", "BussinessDocType", NUMBER, "kind", choices=_digits(0, 1, 2, 3)),
    _leaf("?", "BussinessDocReason", TEXT, "reason", 500),
    _group(
        "?",
        "BussinessDocumentInfo",
        _leaf("?", "DocumentInfo", TEXT, "document_info", 500),
        _leaf("?", "DocumentReceiver", TEXT, "document_receiver", 500),
        _group("?", "ReceiverList", _object("*", "Receiver", "receivers", Receiver, *_RECEIVER)),
    ),
    _leaf("?", "DocumentId", CODE, "document_id", 200),
    _object("?", "StaffInfo", "staff", Staff, *_STAFF),
    _leaf("?", "Paper", CODE, "paper", 10),
    _group("?", "ReplacementInfoList", _object("*", "ReplacementInfo", "replacements", Replacement, *_REPLACEMENT)),
)
_TRACES = _group(
    "?",
    "TraceHeaderList",
    _object(
        "*",
        "TraceHeader",
        "traces",
        Trace,
        _leaf("1", "OrganId", ORGAN_ID, "organ_id", 35),
        _leaf("?", "Timestamp", TIME, "at", raw="raw"),
    ),
    _object("?", "Bussiness", "business", Business, *_BUSINESS),
    attributes=(Attribute("id", field="message_id"), Attribute("version", fixed="1.0")),
)
_SIGNATURE = (_leaf("?", "Signature", Kind.SIGNATURE), _leaf("?", "DigitalSignature", Kind.SIGNATURE))
_REFERENCE = (
    _leaf("1", "ContentId", CODE, "content_id", 200, prefix="cid:"),
    _leaf("?", "ContentType", CODE, "media_type", 200),
    _leaf("?", "AttachmentName", TEXT, "name", 200),
    _leaf("?", "Description", TEXT, "description", 500),
)
_ATTACHMENT = (
    _leaf("?", "ContentType", CODE, "media_type", 200),
    _leaf("1", "ContentId", CODE, "content_id", 200, prefix="cid:"),
    _leaf("?", "Description", TEXT, "description", 500),
    _leaf("1", "ContentTransferEncoded", Kind.CONTENT, "part"),
    _leaf("?", "AttachmentName", TEXT, "name", 200),
)
_MANIFEST = _group(
    "?",
    "edXMLManifest",
    _object("*", "Reference", "references", _attachment, *_REFERENCE),
    attributes=(Attribute("version", fixed="1.0"),),
)

PACKET = _object(
    "1",
    "edXML",
    "",
    Packet,
    _group(
        "1",
        "edXMLEnvelope",
        _group("1", "edXMLHeader", _group("1", "MessageHeader", *_MESSAGE_HEADER), _TRACES, *_SIGNATURE),
        _group("?", "edXMLBody", _MANIFEST),
    ),
    _group("?", "AttachmentEncoded", _object("*", "Attachment", "attachments", _attachment, *_ATTACHMENT)),
)

_STATUS = (
    _object("1", "ResponseFor", "response_for", ResponseFor, *_RESPONSE_FOR),
    _object("1", "From", "sender", Organ, *_ORGAN),
    _object("?", "To", "to", Organ, *_ORGAN),
    _leaf("1", "StatusCode", CODE, "code", 2, tuple(f"{code:02d}" for code in range(1, 17))),
    _leaf("?", "Description", TEXT, "description", 500),
    _leaf("?", "Timestamp", TIME, "at"),
    _object("?", "StaffInfo", "staff", Staff, *_STAFF),
)


def _status(wrapper: str) -> Element:
    header = _group("1", "edXMLHeader", _group("1", wrapper, *_STATUS), *_SIGNATURE)
    return _object("1", "edXML", "", Status, _group("1", "edXMLEnvelope", header))


STATUS = {wrapper: _status(wrapper) for wrapper in ("MessageHeader", "Status")}
