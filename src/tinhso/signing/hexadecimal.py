"""pyHanko reads a hexadecimal string digit by digit, which for a signature costs more than checking it: here, at once."""

from typing import IO, Any

from pyhanko.pdf_utils import generic

FIRST = 64  # bytes looked at first; most strings are short
DER = b"\x30\x82"
WHITESPACE = b" \t\r\n"
_digit_by_digit = generic.read_hex_string_from_stream


def install() -> None:
    """Let pyHanko read hexadecimal strings in this way."""
    generic.read_hex_string_from_stream = read_hex_string


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
