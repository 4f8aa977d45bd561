"""From bytes to a small tree, in one pass, with every limit watched; attachments leave for their sinks on the way."""

from collections.abc import Callable, Iterator
from typing import BinaryIO
from xml.parsers import expat  # DTDs and with them all entities are refused below

from tinhso.edxml.limits import Limits
from tinhso.edxml.problems import Unreadable, problem
from tinhso.edxml.sinks import Decoder, Keep, Sink
from tinhso.edxml.tree import OURS, Node
from tinhso.edxml.values import URI

_CHUNK = 64 * 1024
_CONTENT = ("AttachmentEncoded", "Attachment", "ContentTransferEncoded")  # below the root
_CONTENT_AT = len(_CONTENT)
_BUFFER = 16 * 1024  # text that expat hands over at once
_UTF_8 = ("utf-8", "utf8")


class _Enough(Exception):
    """The header is complete, and no more is wanted."""


def refusal(code: str, detail: str = "") -> Unreadable:
    """The packet as a whole is unreadable for this reason."""
    return Unreadable([problem("", code, detail)])


def _chunks(source: BinaryIO | bytes, limit: int) -> Iterator[bytes | memoryview]:
    if isinstance(source, bytes):
        if len(source) > limit:
            raise refusal("packet-size")
        view = memoryview(source)
        yield from (view[start : start + _CHUNK] for start in range(0, len(view), _CHUNK))
        return
    total = 0
    while chunk := source.read(_CHUNK):
        total += len(chunk)
        if total > limit:
            raise refusal("packet-size")
        yield chunk


class _Builder:
    """Takes the events of expat and builds the tree."""

    def __init__(self, limits: Limits, keep: Keep | None, header_only: bool) -> None:
        self.root: Node | None = None
        self.sinks: list[Sink] = []
        self._limits = limits
        self._keep = keep
        self._header_only = header_only
        self._open: list[Node] = []
        self._elements = 0
        self._text = 0
        self._contents = 0
        self._decoder: Decoder | None = None
        self._events = 0
        self._fed = 0
        self._progress = (0, 0, 0)
        self._moved_at = 0
        self._names: dict[str, tuple[str, str]] = {}
        self._parser = self._new_parser()

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("UTF-8", " ")
        parser.buffer_text = True
        parser.buffer_size = _BUFFER
        parser.ordered_attributes = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.CommentHandler = parser.ProcessingInstructionHandler = self._counted
        parser.StartNamespaceDeclHandler = self._counted
        return parser

    def feed(self, chunk: bytes | memoryview) -> None:
        """Parse the next bytes; a token that does not end is noticed here, before expat holds all of it."""
        if not self._fed:
            _refuse_other_encodings(bytes(chunk[:4]))
        self._fed += len(chunk)
        self._parse(chunk, False)
        progress = (self._elements, self._text, self._events)
        if progress != self._progress:
            self._progress, self._moved_at = progress, self._fed
        elif self._fed - self._moved_at > self._limits.token:
            raise refusal("token")

    def close(self) -> None:
        """There are no more bytes."""
        self._parse(b"", True)

    def release(self) -> None:
        """Let go of the parser, which knows this object: whole packets would wait for the collector otherwise."""
        del self._parser

    def _parse(self, chunk: bytes | memoryview, is_final: bool) -> None:
        try:
            self._parser.Parse(chunk, is_final)
        except expat.ExpatError as error:
            raise refusal("xml", f"dòng {error.lineno}, cột {error.offset + 1}") from None

    def _counted(self, *_event: object) -> None:
        """Comments, instructions and namespaces count like elements: each costs as much."""
        self._elements += 1
        if self._elements > self._limits.elements:
            raise refusal("elements")

    def _said(self, length: int) -> None:
        self._text += length
        if self._text > self._limits.text:
            raise refusal("text")

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _UTF_8:
            raise refusal("encoding")

    def _doctype(self, *_declaration: object) -> None:
        raise refusal("doctype")

    def _start(self, name: str, attributes: list[str]) -> None:
        self._counted()
        if len(self._open) >= self._limits.depth:
            raise refusal("depth")
        names = self._names.get(name)
        if names is None:
            namespace, _, local = name.rpartition(" ")
            _refuse_odd(namespace)
            self._said(len(name))
            names = self._names[name] = (local, namespace)
        node = Node(*names)
        if attributes:
            self._attributes(node, attributes)
        if self._open:
            self._open[-1].items.append(node)
        else:
            self._check_root(node)
        self._open.append(node)
        if len(self._open) == _CONTENT_AT + 1 and self._is_content():
            self._begin_content()

    def _check_root(self, node: Node) -> None:
        if node.name != "edXML":
            raise refusal("root")
        self.root = node

    def _attributes(self, node: Node, attributes: list[str]) -> None:
        if len(attributes) > 2 * self._limits.attributes:
            raise refusal("attributes")
        self._said(sum(map(len, attributes)))
        for name in attributes[::2]:
            _refuse_odd(name.rpartition(" ")[0])
        names = (f"{{{name.replace(' ', '}')}" if " " in name else name for name in attributes[::2])
        node.attributes = tuple(zip(names, attributes[1::2], strict=True))

    def _is_content(self) -> bool:
        inner = self._open[1:]
        return tuple(node.name for node in inner) == _CONTENT and all(node.namespace in OURS for node in inner)

    def _begin_content(self) -> None:
        self._contents += 1
        if self._contents > self._limits.attachments:
            raise refusal("attachments")
        path = "AttachmentEncoded/Attachment" + (f"[{self._contents}]" if self._contents > 1 else "")
        sink = self._keep(self._contents) if self._keep else None
        if sink is not None:
            self.sinks.append(sink)
        self._decoder = Decoder(sink, f"{path}/ContentTransferEncoded", self._limits)
        self._parser.CharacterDataHandler = self._content

    def _end(self, _name: str) -> None:
        node = self._open.pop()
        if self._decoder is not None and len(self._open) == _CONTENT_AT:
            node.part = self._decoder.finish()
            self._decoder = None
            self._parser.CharacterDataHandler = self._characters
        if self._header_only and len(self._open) == 1 and node.name == "edXMLEnvelope":
            raise _Enough

    def _characters(self, text: str) -> None:
        self._said(len(text))
        self._open[-1].items.append(text)

    def _content(self, text: str) -> None:
        self._events += 1
        if self._decoder is not None:
            self._decoder.feed(text)


def _refuse_other_encodings(head: bytes) -> None:
    if b"\0" in head or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise refusal("encoding")


def _refuse_odd(namespace: str) -> None:
    if not URI.fullmatch(namespace):
        raise refusal("xml", "không gian tên")


def parse(
    source: BinaryIO | bytes, keep: Keep | None, limits: Limits, header_only: bool = False
) -> tuple[Node, Callable[[], None]]:
    """The tree of a packet, and how to forget the sinks should the tree turn out to be wrong.

    Raises:
        Unreadable: no edXML, or beyond the limits; sinks have been told to forget.
    """
    builder = _Builder(limits, keep, header_only)

    def discard() -> None:
        for sink in builder.sinks:
            sink.discard()

    done = False
    try:
        for chunk in _chunks(source, limits.packet):
            builder.feed(chunk)
        builder.close()
        done = True
    except _Enough:
        done = True
    finally:
        builder.release()
        if not done:
            discard()
    if builder.root is None:
        raise refusal("xml")
    return builder.root, discard
