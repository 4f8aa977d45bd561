"""The table as an XML schema, for partners and for tests of what is written."""

from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from tinhso.edxml.spec import NAMESPACE, PACKET, STATUS, Element
from tinhso.edxml.values import DATE_PATTERN, ORGAN_ID, TIME_PATTERN, Kind

_PATTERNS = {Kind.DATE: DATE_PATTERN, Kind.TIME: TIME_PATTERN, Kind.ORGAN_ID: ORGAN_ID.pattern.replace("?:", "")}
_ANY = '<xs:any namespace="##other" processContents="lax" minOccurs="0" maxOccurs="unbounded"/>'


def xsd(wrapper: str = "") -> str:
    """The XML schema of what this library writes.

    Reading is more patient: it takes other orders and unknown elements, with a warning.

    Args:
        wrapper: empty for documents; "MessageHeader" or "Status" for the two forms of a status.

    Raises:
        KeyError: no such wrapper.
    """
    table = STATUS[wrapper] if wrapper else PACKET
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{NAMESPACE}" elementFormDefault="qualified">',
        *_element(table, 1, is_root=True),
        "</xs:schema>",
    ]
    return "\n".join(lines) + "\n"


def _element(spec: Element, depth: int, *, is_root: bool = False) -> Iterator[str]:
    pad = "  " * depth
    high = "unbounded" if spec.high is None else spec.high
    counts = "" if is_root else f' minOccurs="{spec.low}" maxOccurs="{high}"'
    yield f'{pad}<xs:element name="{spec.name}"{counts}>'
    yield from _group(spec, depth + 1) if spec.kind is Kind.GROUP else _simple(spec, depth + 1)
    yield f"{pad}</xs:element>"


def _group(spec: Element, depth: int) -> Iterator[str]:
    pad = "  " * depth
    yield f"{pad}<xs:complexType>"
    yield f"{pad}  <xs:sequence>"
    for child in spec.children:
        if child.kind is not Kind.SIGNATURE:  # stands in a namespace of its own
            yield from _element(child, depth + 2)
    yield f"{pad}    {_ANY}"
    yield f"{pad}  </xs:sequence>"
    for attribute in spec.attributes:
        yield f'{pad}  <xs:attribute name="{attribute.name}" type="xs:string"/>'
    yield f"{pad}</xs:complexType>"


def _simple(spec: Element, depth: int) -> Iterator[str]:
    pad = "  " * depth
    base = {Kind.NUMBER: "xs:nonNegativeInteger", Kind.CONTENT: "xs:base64Binary"}.get(spec.kind, "xs:string")
    yield f"{pad}<xs:simpleType>"
    yield f'{pad}  <xs:restriction base="{base}">'
    if spec.limit:
        yield f'{pad}    <xs:maxLength value="{spec.limit + len(spec.prefix)}"/>'
    if pattern := _PATTERNS.get(spec.kind):
        yield f"{pad}    <xs:pattern value={quoteattr(pattern)}/>"
    for choice in spec.choices:
        yield f'{pad}    <xs:enumeration value="{choice}"/>'
    yield f"{pad}  </xs:restriction>"
    yield f"{pad}</xs:simpleType>"
