"""How much a stranger's packet may be, and how a zipped attachment is opened within these bounds."""

import io
import re
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from tinhso.edxml.problems import Unreadable, problem

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds for packets and zipped attachments; what goes beyond is refused, and early.

    Args:
        packet: bytes of the whole file.
        attachment: bytes of one attachment after base64.
        attachments: how many.
        elements: XML elements in the packet; comments and declared namespaces count as well.
        depth: elements inside each other.
        attributes: of one element.
        text: characters, attributes and names outside attachments, all together.
        token: bytes of one tag, comment or instruction.
        unpacked: bytes of all files of one zipped attachment.
        ratio: unpacked size per packed size, of each file in a zip above 1 MB.
        files: in one zip.
    """

    packet: int = 50 * MEGABYTE
    attachment: int = 50 * MEGABYTE
    attachments: int = 200
    elements: int = 20_000
    depth: int = 32
    attributes: int = 64
    text: int = 2 * MEGABYTE
    token: int = 128 * 1024
    unpacked: int = 200 * MEGABYTE
    ratio: int = 100
    files: int = 1000


DEFAULT = Limits()


# --- zipped attachments --------------------------------------------------------------------------------------------

_ENTRY_MARK, _END_MARK, _END_64_MARK = b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x07"
_END_64 = 20  # bytes in front of the end that tell of a zip beyond 4 GB, which no packet holds
_END = struct.Struct("<4s4H2LH")  # end of central directory
_END_REACH = 65535 + _END.size  # a comment may follow it
_PER_FILE = 1024  # bytes of directory that an honest file needs at most
_SMALL = MEGABYTE  # below, a high ratio does no harm
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DRIVE = re.compile(r"[A-Za-z]:")
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class UnpackedFile:
    """A file out of a zip: its path inside, with `/`, and its content. A zip inside stays closed."""

    name: str
    content: bytes


def is_packed(head: bytes, *, name: str, media_type: str) -> bool:
    """Whether an attachment was zipped for the journey, and is not a file that is a zip by nature.

    Some senders state `application/zip`, others keep the type of the file inside.

    Args:
        head: the first bytes of the content, some hundreds will do.
        name: of the attachment, e.g. `Kế hoạch.pdf`.
        media_type: as stated.
    """
    if not head.startswith(b"PK\x03\x04") or name.lower().endswith(".zip"):
        return False
    if media_type.lower() == "application/zip":
        return True
    suffix = PurePosixPath(name).suffix.lower()
    length = int.from_bytes(head[26:28], "little")
    inside = head[30 : 30 + length].decode("utf-8", "replace").lower()
    return bool(suffix) and inside.endswith(suffix)


def unpack(source: BinaryIO | bytes, limits: Limits = DEFAULT) -> tuple[UnpackedFile, ...]:
    """The files of a zipped attachment; folders are left out.

    What the zip declares is judged before anything is unpacked, and while unpacking nothing may exceed it.

    Raises:
        Unreadable: no zip, or one that no honest sender makes.
        OSError: a stream cannot be read.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        _check_directory(stream, limits)
        with zipfile.ZipFile(stream) as archive:
            entries = [entry for entry in _checked_entries(archive, limits) if not entry.is_dir()]
            return tuple(UnpackedFile(entry.filename, _content(archive, entry)) for entry in entries)
    except _ZIP_ERRORS:
        raise _refusal("zip") from None


def _refusal(code: str, name: str = "") -> Unreadable:
    return Unreadable([problem("", code, name)])


def _check_directory(stream: BinaryIO, limits: Limits) -> None:
    """Refuse a long directory by what the last bytes of the zip say, before it is read."""
    size = stream.seek(0, io.SEEK_END)
    start = max(0, size - _END_REACH)
    stream.seek(start)
    tail = stream.read(_END_REACH)
    is_plain = tail[-_END.size :].startswith(_END_MARK) and tail.endswith(b"\0\0")
    at = len(tail) - _END.size if is_plain else tail.rfind(_END_MARK)
    if at < 0 or at + _END.size > len(tail) or tail[:at][-_END_64:].startswith(_END_64_MARK):
        raise _refusal("zip")
    _, _, _, _, files, length, _, _ = _END.unpack_from(tail, at)
    if files > limits.files or length > limits.files * _PER_FILE:
        raise _refusal("zip-files")
    stream.seek(max(0, start + at - length))
    if stream.read(length).count(_ENTRY_MARK) > limits.files:
        raise _refusal("zip-files")


def _checked_entries(archive: zipfile.ZipFile, limits: Limits) -> list[zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > limits.files:
        raise _refusal("zip-files")
    if sum(entry.file_size for entry in entries) > limits.unpacked:
        raise _refusal("zip-size")
    for entry in entries:
        if code := _fault(entry, limits):
            raise _refusal(code, ascii(entry.filename[:100]))
    if len({entry.filename for entry in entries}) != len(entries):
        raise _refusal("zip-path")
    return entries


def _fault(entry: zipfile.ZipInfo, limits: Limits) -> str:
    """Why an entry is refused; empty when it is not."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if entry.flag_bits & 0x1:
        return "zip-encrypted"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "zip-link"
    if not _is_safe(entry.orig_filename):
        return "zip-path"
    if entry.compress_type not in _METHODS:
        return "zip-method"
    if entry.file_size > max(_SMALL, limits.ratio * entry.compress_size):
        return "zip-ratio"
    return ""


def _is_safe(name: str) -> bool:
    """Whether a path stays inside the folder it is unpacked to, on every system."""
    if not name or not name.isprintable() or "\\" in name or name.startswith("/") or _DRIVE.match(name):
        return False
    return all(part not in ("", ".", "..") for part in name.removesuffix("/").split("/"))


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as file:
        content = file.read(entry.file_size + 1)  # without a number it would unpack all, whatever is declared
    if len(content) != entry.file_size:
        raise _refusal("zip-lies", ascii(entry.filename[:100]))
    return content
