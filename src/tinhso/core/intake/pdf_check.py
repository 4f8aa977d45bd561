"""The program that inspects one PDF: it reads standard input and says one word. It knows nothing of the platform.

It limits itself before it looks at a byte: memory, processor time, no file written, none opened, so no network either.
Whoever starts it need not trust it to end.
"""

import io
import re
import resource
import sys
import zipfile
from collections.abc import Iterator

import pikepdf

OK = "ok"
WORDS = frozenset(
    {OK, "encrypted", "script", "action", "attachment", "form", "pages", "bomb", "mixed", "damaged"}  # each a refusal
)
MOST_PAGES = 300
MOST_DECODED = 200 * 1024 * 1024  # bytes of all streams together
MOST_FILTERS = 4  # on one stream; writers use one or two
MOST_MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 10

ACTIONS = {  # ISO 32000-2, 12.6.4; those that only move about or open a web page stay
    "/JavaScript": "script",
    "/Launch": "action",
    "/SubmitForm": "action",
    "/ImportData": "action",
    "/GoToR": "action",  # opens another file, which may lie on a stranger's server
    "/GoToE": "attachment",
}
KEYS = {"/JS": "script", "/EF": "attachment", "/XFA": "form"}
KINDS = {"/EmbeddedFile": "attachment"}  # by /Type
NOTES = {"/FileAttachment": "attachment", "/RichMedia": "attachment", "/3D": "attachment"}  # by /Subtype
PICTURE_FILTERS = {"/DCTDecode", "/DCT", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode", "/CCF"}
NAMES = ACTIONS | KEYS | KINDS | NOTES
# Which objects are worth a closer look, in their written form; and, in the bytes of a file that is not quite right,
# what a reader may see where the parser does not.
SUSPECT = re.compile(rb"/(?:%b)(?![^\0\s()<>\[\]{}/%%])" % b"|".join(name[1:].encode() for name in NAMES))
ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|SubmitForm|ImportData|EmbeddedFile|XFA)\b")


class Refused(Exception):
    """The PDF is not let in; the text is the word for why."""


def limit() -> None:
    """Give up memory, time, files and network for good. What has been imported stays."""
    for kind, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),  # those that are open stay open
    ):
        allowed = resource.getrlimit(kind)[1]
        least = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.setrlimit(kind, (least, least))
    pikepdf.settings.set_qpdf_limits(
        max_stream_filters=MOST_FILTERS,
        flate_max_memory=MOST_DECODED,
        run_length_max_memory=MOST_DECODED,
        png_max_memory=MOST_DECODED,
        tiff_max_memory=MOST_DECODED,
    )


def verdict(raw: bytes) -> str:
    """The word for one PDF; to be asked in a limited process only."""
    try:
        _check_frame(raw)
        with pikepdf.open(io.BytesIO(raw), attempt_recovery=False) as pdf:
            _check(pdf)
            if pdf.get_warnings() and ACTIVE.search(raw):
                return "damaged"
    except Refused as refusal:
        return str(refusal)
    except MemoryError:
        return "bomb"
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, TypeError, KeyError, RuntimeError) as problem:
        return _word_for(problem, raw)
    return "bomb" if pikepdf.settings.qpdf_limit_errors() else OK


def _word_for(problem: Exception, raw: bytes) -> str:
    """What it means that the parser gave up; RuntimeError is one without random numbers, which only ciphers need."""
    if isinstance(problem, pikepdf.PasswordError) or b"/Encrypt" in raw:
        return "encrypted"
    if "memory limit" in str(problem) or pikepdf.settings.qpdf_limit_errors():
        return "bomb"
    return "damaged"


def _check_frame(raw: bytes) -> None:
    """A PDF from the first byte to the last, and no archive at the same time."""
    if not raw.startswith(b"%PDF-"):
        raise Refused("mixed")
    end = raw.rfind(b"%%EOF")
    if end < 0:
        raise Refused("damaged")
    if raw[end + len(b"%%EOF") :].strip(b"\0\t\n\f\r \x1a") or zipfile.is_zipfile(io.BytesIO(raw)):
        raise Refused("mixed")


def _check(pdf: pikepdf.Pdf) -> None:
    """Every object that the file has, used or not."""
    if pdf.is_encrypted:
        raise Refused("encrypted")
    if not len(pdf.pages):
        raise Refused("damaged")
    if len(pdf.pages) > MOST_PAGES:
        raise Refused("pages")
    decoded = 0
    for one in pdf.objects:
        if not isinstance(one, pikepdf.Stream):
            _check_object(one)
            continue
        _check_object(one.stream_dict)
        if "/F" in one.stream_dict:  # its bytes lie in another file
            raise Refused("action")
        decoded += _decoded_size(pdf, one)
        if decoded > MOST_DECODED:
            raise Refused("bomb")


def _check_object(one: pikepdf.Object) -> None:
    """Look at the written form first, since most objects are harmless and there may be 100,000."""
    if not SUSPECT.search(one.unparse(resolved=True)):
        return
    if isinstance(one, pikepdf.Name):  # to be read as the value of some key elsewhere
        raise Refused(NAMES.get(str(one), "action"))
    for part in _parts(one):
        _check_dictionary(part)


def _parts(one: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The dictionaries written within an object, itself included."""
    waiting = [one]
    while waiting:
        part = waiting.pop()
        if isinstance(part, pikepdf.Array):
            values = list(part)
        elif isinstance(part, pikepdf.Dictionary):
            yield part
            values = [value for _key, value in part.items()]
        else:
            continue
        waiting += [value for value in values if _is_inside(value)]


def _is_inside(value: object) -> bool:
    """Whether a value is a container of its own that no other part of the file names."""
    return isinstance(value, pikepdf.Array | pikepdf.Dictionary) and not value.is_indirect


def _check_dictionary(part: pikepdf.Object) -> None:
    keys = part.keys()
    for key in KEYS.keys() & keys:
        raise Refused(KEYS[key])
    for key, words in (("/S", ACTIONS), ("/Type", KINDS), ("/Subtype", NOTES)):
        if key in keys and str(part[key]) in words:
            raise Refused(words[str(part[key])])


def _decoded_size(pdf: pikepdf.Pdf, stream: pikepdf.Stream) -> int:
    """How many bytes a stream becomes; pictures are counted as they are packed, since nothing here draws them."""
    filters = _filters(stream)
    if len(filters) > MOST_FILTERS:
        raise Refused("bomb")
    if not PICTURE_FILTERS & {str(one) for one in filters}:
        return len(memoryview(stream.get_stream_buffer()))
    packed = stream.read_raw_bytes()
    if len(filters) == 1:
        return len(packed)
    outer = pdf.make_stream(packed, Filter=pikepdf.Array(filters[:-1]))
    return len(memoryview(outer.get_stream_buffer()))


def _filters(stream: pikepdf.Stream) -> list[pikepdf.Object]:
    named = stream.get("/Filter")
    if named is None:
        return []
    return list(named) if isinstance(named, pikepdf.Array) else [named]


def main() -> None:
    limit()
    sys.stdout.write(verdict(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
