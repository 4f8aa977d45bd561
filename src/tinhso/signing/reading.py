"""pyHanko reads files byte by byte, which for a signature costs more than checking it: hexadecimal strings and names are
read in pieces here, with the same outcome."""

import re
from typing import IO, Any

from pyhanko.pdf_utils import generic, misc

FIRST, PIECE = 64, 32  # bytes looked at; most strings, and nearly all names, are shorter
WHITESPACE = b" \t\r\n"
DER = b"\x30\x82"
DELIMITER = re.compile(b"[" + re.escape(misc.PDF_WHITESPACE + misc.PDF_DELIMITERS) + b"]")
_digit_by_digit = generic.read_hex_string_from_stream
_letter_by_letter = misc.read_until_delimiter


def install() -> None:
    """Let pyHanko read in this way, in the whole process."""
    generic.read_hex_string_from_stream = read_hex_string
    generic.read_until_delimiter = read_until_delimiter  # type: ignore[attr-defined]  # imported there


def remove() -> None:
    """Let pyHanko read in its own way again, to compare."""
    generic.read_hex_string_from_stream = _digit_by_digit
    generic.read_until_delimiter = _letter_by_letter  # type: ignore[attr-defined]  # imported there


def read_hex_string(stream: IO[bytes]) -> Any:
    """The string that begins at the stream's place; whatever is unusual is left to pyHanko's own way."""
    start = stream.tell()
    found = stream.read(FIRST)
    while b">" not in found:
        more = stream.read(len(found))
        if not more:
            break
        found += more
    end = found.find(b">")
    digits = found[1:end].translate(None, WHITESPACE)
    if end < 0 or len(digits) % 2 or digits.translate(None, generic.HEX_DIGITS):
        stream.seek(start)
        return _digit_by_digit(stream)
    stream.seek(start + end + 1)
    content = bytes.fromhex(digits.decode("ascii"))
    # A structure in DER is no text, which pyHanko finds out letter by letter.
    return generic.ByteStringObject(content) if content.startswith(DER) else generic.pdf_string(content)


def read_until_delimiter(stream: IO[bytes]) -> bytes:
    """The bytes up to the next delimiter, at which the stream then stands; up to the end when there is none."""
    found = b""
    while piece := stream.read(PIECE):
        end = DELIMITER.search(piece)
        if end is not None:
            stream.seek(end.start() - len(piece), 1)
            return found + piece[: end.start()]
        found += piece
    return found
