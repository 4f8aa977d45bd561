"""Where the content of attachments goes while a packet is read, piece by piece."""

import binascii
import hashlib
from collections.abc import Callable
from io import BytesIO
from typing import Protocol

from tinhso.edxml.limits import Limits
from tinhso.edxml.model import Attachment
from tinhso.edxml.problems import Unreadable, problem

_BLANKS = (b"\n", b"\r", b" ", b"\t")


class Sink(Protocol):
    """Takes the content of one attachment."""

    def write(self, data: bytes, /) -> object:
        """Take the next piece."""
        ...

    def finish(self, *, sha256: str, size: int) -> str:
        """The content is complete; answer where it lies (`Attachment.location`)."""
        ...

    def discard(self) -> None:
        """The packet is refused: forget the content, also after `finish`."""
        ...


Keep = Callable[[int], Sink]
"""Opens the sink of the n-th attachment of a packet, from 1 on."""


class Decoder:
    """Turns base64 that arrives in pieces into bytes for a sink, with size and SHA-256."""

    def __init__(self, sink: Sink | None, path: str, limits: Limits) -> None:
        self._memory = BytesIO() if sink is None else None
        self._sink = sink
        self._path = path
        self._limit = limits.attachment
        self._hash = hashlib.sha256()
        self._size = 0
        self._rest = b""
        self._is_padded = False

    def feed(self, text: str) -> None:
        """Decode one piece.

        Raises:
            Unreadable: no base64, or more than the limit.
        """
        data = text.encode()
        if any(blank in data for blank in _BLANKS):
            data = data.translate(None, b"".join(_BLANKS))
        if self._rest:
            data = self._rest + data
        whole = len(data) & ~3
        self._rest = data[whole:]
        if whole:
            self._take(data if whole == len(data) else data[:whole])

    def _take(self, data: bytes) -> None:
        if self._is_padded:
            raise self._refusal("base64")
        try:
            decoded = binascii.a2b_base64(data)
        except binascii.Error:
            raise self._refusal("base64") from None
        padding = 2 if data.endswith(b"==") else int(data.endswith(b"="))
        if len(decoded) != len(data) // 4 * 3 - padding:  # the decoder skips what is no base64
            raise self._refusal("base64")
        self._is_padded = padding > 0
        self._size += len(decoded)
        if self._size > self._limit:
            raise self._refusal("attachment-size")
        self._hash.update(decoded)
        (self._memory if self._sink is None else self._sink).write(decoded)  # type: ignore[union-attr]  # one of both is set

    def finish(self) -> Attachment:
        """What came of the content; its `content_id` is still empty.

        Raises:
            Unreadable: the base64 breaks off.
        """
        if self._rest:
            raise self._refusal("base64")
        sha256, size = self._hash.hexdigest(), self._size
        if self._sink is None:
            content = self._memory.getvalue() if self._memory else b""
            return Attachment("", sha256=sha256, size=size, content=content)
        return Attachment("", sha256=sha256, size=size, location=self._sink.finish(sha256=sha256, size=size))

    def _refusal(self, code: str) -> Unreadable:
        return Unreadable([problem(self._path, code)])


class Discarding:
    """A sink for those who only want to know that a packet can be read."""

    def write(self, data: bytes, /) -> object:
        """Forget it."""

    def finish(self, *, sha256: str, size: int) -> str:
        """There is nothing to find again."""
        return ""

    def discard(self) -> None:
        """There is nothing to forget."""
