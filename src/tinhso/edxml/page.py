"""The page docs/edxml.md out of the table: `python -m tinhso.edxml.page > docs/edxml.md`."""

import sys
from collections.abc import Iterator

from tinhso.edxml.limits import DEFAULT, MEGABYTE
from tinhso.edxml.problems import CODES
from tinhso.edxml.spec import PACKET, STATUS, Element
from tinhso.edxml.values import Kind

_INTRODUCTION = """# edXML: packets of official documents

Generated from the table in `src/tinhso/edxml/spec.py`; a test compares both. Source: QCVN 102:2016/BTTTT with
SĐ1:2022, and what the software kits in use write. Namespace `http://www.mic.gov.vn/TBT/QCVN_102_2016`; everything
below `edXMLEnvelope` carries the prefix `edXML:`. `Bussiness` is spelled so in the standard.

Dates are `yyyy/MM/dd`, moments `yyyy/MM/dd HH:mm:ss` in +07:00 (also read: `-` for `/`, `T` for the blank). Other
orders, unknown elements and missing namespaces are read with a warning, and unknown elements are kept. An empty
element counts as not given. Wrong types, too long texts and missing must-haves refuse the packet; the receiver then
answers status 02 with path and sentence. A signature stands in `edXMLHeader` as `ds:Signature` over the whole file.
"""
_COUNTS = {(1, 1): "1", (0, 1): "0..1", (0, None): "0..n", (1, None): "1..n"}
_KINDS = {
    Kind.GROUP: "group",
    Kind.TEXT: "text",
    Kind.CODE: "code",
    Kind.ORGAN_ID: "organ id",
    Kind.NUMBER: "number",
    Kind.DATE: "date",
    Kind.TIME: "moment",
    Kind.CONTENT: "base64",
    Kind.SIGNATURE: "signature",
}


def _rows(spec: Element, path: str) -> Iterator[str]:
    here = f"{path}/{spec.name}" if path else spec.name
    choices = f"{spec.choices[0]} to {spec.choices[-1]}" if spec.choices else ""
    limit = str(spec.limit or "")
    attributes = ", ".join(f"@{attribute.name}" for attribute in spec.attributes)
    yield f"| {here} | {_COUNTS[spec.low, spec.high]} | {_KINDS[spec.kind]} | {limit} | {choices or attributes} | {spec.field} |"
    for child in spec.children:
        yield from _rows(child, here)


def _table(spec: Element, path: str) -> str:
    head = "| element | times | kind | characters | values or attributes | field |\n|---|---|---|---|---|---|\n"
    return head + "\n".join(_rows(spec, path)) + "\n"


def _limits() -> str:
    return (
        f"Packet and attachment {DEFAULT.packet // MEGABYTE} MB, {DEFAULT.attachments} attachments, "
        f"{DEFAULT.elements} elements, {DEFAULT.depth} levels, {DEFAULT.attributes} attributes per element, "
        f"{DEFAULT.text // MEGABYTE} million characters outside attachments, {DEFAULT.token // 1024} kB per tag. Zips: "
        f"{DEFAULT.files} files, {DEFAULT.unpacked // MEGABYTE} MB unpacked, ratio {DEFAULT.ratio}; never a path that leaves "
        "the folder, a link, a password, or a zip inside that is opened.\n"
    )


def page() -> str:
    """The whole page as Markdown."""
    codes = (
        "| code | sentence |\n|---|---|\n" + "\n".join(f"| `{code}` | {text} |" for code, text in CODES.items()) + "\n"
    )
    status = STATUS["Status"].children[0].children[0].children[0]
    parts = (
        _INTRODUCTION,
        "## Documents\n",
        _table(PACKET, ""),
        "## Statuses\n",
        "The wrapper is `MessageHeader` or `Status`, both inside `edXMLHeader`; both are read, the writer is told which.\n",
        _table(status, ""),
        "## Limits\n",
        _limits(),
        "## Problems and warnings\n",
        codes,
    )
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
