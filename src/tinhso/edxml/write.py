"""Write a packet or a status as a file, after checking it as the receiver will."""

import base64
import dataclasses
import hashlib
import re
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import BinaryIO

from tinhso.edxml import spec
from tinhso.edxml.model import Attachment, Packet, Status, Unknown, XmlElement
from tinhso.edxml.problems import Invalid, Problem, problem
from tinhso.edxml.read import packet_problems
from tinhso.edxml.tree import Findings, Node, Rendering, fields, render
from tinhso.edxml.values import ILLEGAL, URI

Load = Callable[[Attachment], BinaryIO]
"""Opens the content of an attachment that is not in memory; the stream is closed afterwards."""

_PIECE = 57 * 1024  # a multiple of 3, so that pieces of base64 join without padding
_XML = "http://www.w3.org/XML/1998/namespace"
_START = ":A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
_NAME = re.compile(f"(?!.*:)[{_START}][{_START}\\-.0-9\xb7\u0300-\u036f\u203f-\u2040]*")
_ATTRIBUTE = re.compile(r"(?:\{([^{}\s]+)\})?([^{}]+)")


def write(packet: Packet, *, zipped: bool = False, load: Load | None = None) -> bytes:
    """The packet as a file (gói tin edXML).

    Args:
        zipped: pack each attachment into a zip first, as some partners expect (`application/zip`).
        load: opens attachments that lie at a `location`.

    Raises:
        Invalid: the packet lacks what the standard asks for, or an attachment is not what its hash says.
    """
    out = BytesIO()
    write_to(packet, out, zipped=zipped, load=load)
    return out.getvalue()


def write_to(packet: Packet, out: BinaryIO, *, zipped: bool = False, load: Load | None = None) -> None:
    """Write the packet piece by piece; see `write`.

    Raises:
        Invalid: as in `write`. Only a wrong hash can show after something has been written.
    """
    if zipped:
        packet = dataclasses.replace(packet, attachments=tuple(_zipped(file, load) for file in packet.attachments))
    root = _root(spec.PACKET, packet, packet.unknown, packet_problems(packet.recipients, packet.attachments))
    for piece in _file(root, load):
        out.write(piece)


def write_status(status: Status, *, wrapper: str = "MessageHeader") -> bytes:
    """The status as a file (gói tin trạng thái).

    Args:
        wrapper: "MessageHeader" or "Status", as the partner expects it.

    Raises:
        Invalid: the status lacks what the standard asks for.
        KeyError: no such wrapper.
    """
    return b"".join(_file(_root(spec.STATUS[wrapper], status, status.unknown, []), None))


def _root(table: spec.Element, source: Packet | Status, unknown: tuple[Unknown, ...], problems: list[Problem]) -> Node:
    """The tree to write, checked by the same table the receiver reads with."""
    by_path: dict[str, list[XmlElement]] = {}
    for kept in unknown:
        by_path.setdefault(kept.path, []).append(kept.element)
        problems.extend(_element_problems(kept.element, f"{kept.path}/{kept.element.name}".lstrip("/")))
    work = Rendering(by_path)
    root = render(table, source, "", work) or Node(table.name)
    found = Findings()
    fields(table, root, "", found)
    problems += [*work.problems, *found.problems, *(problem(path, "path") for path in work.unknown)]
    if problems:
        raise Invalid(problems)
    return root


def _element_problems(element: XmlElement, path: str) -> Iterator[Problem]:
    """Whether an element from elsewhere can stand in XML."""
    texts = [item for item in element.content if isinstance(item, str)]
    names, namespaces = [element.name], [element.namespace]
    for name, value in element.attributes:
        match = _ATTRIBUTE.fullmatch(name)
        names.append(match[2] if match else "")
        namespaces.append(match[1] or "" if match else "")
        texts.append(value)
    is_named = all(map(_NAME.fullmatch, names)) and all(map(URI.fullmatch, namespaces))
    if not is_named or any(map(ILLEGAL.search, texts)):
        yield problem(path, "characters")
    for item in element.content:
        if isinstance(item, XmlElement):
            yield from _element_problems(item, f"{path}/{item.name}")


# --- attachments ---------------------------------------------------------------------------------------------------


def _pieces(attachment: Attachment, load: Load | None) -> Iterator[bytes]:
    if attachment.content is not None:
        yield attachment.content
    elif load is not None:
        with load(attachment) as stream:
            while piece := stream.read(_PIECE):
                yield piece
    else:
        raise Invalid([problem("AttachmentEncoded/Attachment", "no-content", attachment.content_id)])


def _checked_pieces(attachment: Attachment, load: Load | None) -> Iterator[bytes]:
    """The content, which must be what hash and size say where they are given."""
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(attachment, load):
        digest.update(piece)
        size += len(piece)
        yield piece
    is_same = attachment.sha256 in ("", digest.hexdigest()) and attachment.size in (None, size)
    if not is_same:
        raise Invalid([problem("AttachmentEncoded/Attachment", "digest", attachment.content_id)])


def _zipped(attachment: Attachment, load: Load | None) -> Attachment:
    """The attachment inside a zip of one file; a zip stays what it is."""
    if attachment.name.lower().endswith(".zip"):
        return attachment
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        name = attachment.name.replace("\\", "/").rpartition("/")[2] or "file"
        archive.writestr(zipfile.ZipInfo(name), b"".join(_checked_pieces(attachment, load)), zipfile.ZIP_DEFLATED)
    return Attachment.of(
        attachment.content_id, attachment.name, "application/zip", out.getvalue(), attachment.description
    )


def _encoded(attachment: Attachment, load: Load | None) -> Iterator[bytes]:
    rest = b""
    for piece in _checked_pieces(attachment, load):
        data = rest + piece if rest else piece
        whole = len(data) // 3 * 3
        rest = data[whole:]
        yield base64.b64encode(data if whole == len(data) else data[:whole])
    yield base64.b64encode(rest)


# --- text ----------------------------------------------------------------------------------------------------------


def _escape(text: str) -> str:
    if "&" in text or "<" in text or ">" in text or "\r" in text:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    return text


def _quote(value: str) -> str:
    return _escape(value).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def _attributes(node: Node) -> str:
    parts = []
    for place, (name, value) in enumerate(node.attributes):
        uri, _, local = name.rpartition("}")
        uri = uri[1:]
        if uri == _XML:
            parts.append(f' xml:{local}="{_quote(value)}"')
        elif uri:
            parts.append(f' xmlns:a{place}="{_quote(uri)}" a{place}:{local}="{_quote(value)}"')
        else:
            parts.append(f' {local}="{_quote(value)}"')
    return "".join(parts)


def _tag(node: Node, prefix: str) -> tuple[str, str]:
    """Name and declarations of a start tag."""
    if node.namespace == spec.NAMESPACE:
        declared = f' xmlns:edXML="{spec.NAMESPACE}"' if node.name == "edXMLEnvelope" else ""
        return prefix + node.name, declared
    if not node.namespace:
        return node.name, ' xmlns=""'
    return f"u:{node.name}", f' xmlns:u="{_quote(node.namespace)}"'


def _texts(node: Node, prefix: str) -> Iterator[str | Attachment]:
    """The file as text, with each attachment in the place of its content."""
    name, declared = _tag(node, prefix)
    yield f"<{name}{declared}{_attributes(node) if node.attributes else ''}>"
    if node.part is not None:
        yield node.part
    for item in node.items:
        if isinstance(item, str):
            yield _escape(item)
        else:
            yield from _texts(item, prefix)
    yield f"</{name}>"


def _file(root: Node, load: Load | None) -> Iterator[bytes]:
    waiting = [f'<?xml version="1.0" encoding="UTF-8"?>\n<edXML xmlns="{spec.NAMESPACE}">']
    for child in root.children():
        for text in _texts(child, "edXML:" if child.name == "edXMLEnvelope" else ""):
            if isinstance(text, str):
                waiting.append(text)
            else:
                yield "".join(waiting).encode()
                waiting.clear()
                yield from _encoded(text, load)
    yield "".join([*waiting, "</edXML>\n"]).encode()
