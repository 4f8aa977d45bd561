"""One more revision of a file of our own, written without reading all of it: the fields that `fields.prepare` made are
found from the end of the file, and change in one place.

Whatever is not exactly as expected is `Unfit`, and left to `pdf`, which reads the whole file and takes longer.
"""

import io
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from pyhanko.pdf_utils import generic

from tinhso.signing.objects import dictionary

END = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
END_WITHIN = 64
HEADER = re.compile(rb"(\d+) 0 obj\s*")
ENTRIES = re.compile(rb"(\d+) (\d+)\s*\n((?:\d{10} \d{5} [nf][ \r][\r\n])+)")
ENTRY_BYTES = 20
MOST_SECTIONS, MOST_TABLE_BYTES = 8, 1 << 20
FORM_FLAGS = b"/SigFlags 3"


class Unfit(Exception):
    """The file is not one of those for which this way is meant."""


ODD = (Unfit, ValueError, LookupError, struct.error)  # what a file may raise that is not one of those


@dataclass(frozen=True, slots=True)
class _Section:
    """One table of the file: places of objects by number, and the dictionary of the trailer."""

    places: dict[int, int]
    trailer: bytes
    is_stream: bool


class Revision:
    """A revision under work; it takes objects as pyHanko's writers do.

    Raises:
        Unfit: upon anything unusual, in every method.
    """

    def __init__(self, pdf: bytes) -> None:
        self.pdf = pdf
        found = END.search(pdf, max(0, len(pdf) - END_WITHIN))
        if found is None:
            raise Unfit("the end")
        self._start = int(found[1])
        self._sections = _sections(pdf, self._start)
        self._newest = next(self._sections)
        self._read = [self._newest]
        trailer = self._newest.trailer
        if b"/Encrypt" in trailer or b"/XRefStm" in trailer:
            raise Unfit("the trailer")
        self.root = _ref(trailer, b"Root")
        self._next = _whole(trailer, b"Size")
        self._objects: dict[int, generic.PdfObject | bytes] = {}

    def add_object(self, made: generic.PdfObject) -> generic.IndirectObject:
        """Add an object and get its number."""
        number = self._next
        self._next += 1
        self._objects[number] = made
        return self.reference(number)

    def reference(self, number: int) -> generic.IndirectObject:
        """A reference to an object."""
        return generic.IndirectObject(number, 0, self)  # type: ignore[no-untyped-call]

    def put(self, number: int, text: bytes) -> None:
        """Write a dictionary anew."""
        self._objects[number] = text

    def dictionary(self, number: int) -> bytes:
        """The text of a dictionary, as this revision has it."""
        changed = self._objects.get(number)
        if isinstance(changed, bytes):
            return changed
        place = self._place(number)
        header = HEADER.match(self.pdf, place)
        end = self.pdf.find(b"endobj", place)
        if header is None or int(header[1]) != number or end < 0:
            raise Unfit("an object")
        text = self.pdf[header.end() : end].strip()
        if not (text.startswith(b"<<") and text.endswith(b">>")) or text.count(b"<<") != text.count(b">>"):
            raise Unfit("a dictionary")
        if b"stream" in text or b"%" in text:
            raise Unfit("a dictionary")
        return text

    def form(self) -> bytes:
        """The text of the form, which must have been prepared for signatures."""
        found = self.dictionary(_ref(self.dictionary(self.root), b"AcroForm"))
        if FORM_FLAGS not in found:
            raise Unfit("the form")
        return found

    def field(self, name: str) -> tuple[int, bytes]:
        """Number and text of an empty form field."""
        listed = re.findall(rb"/Fields\s*\[((?:\s*\d+ 0 R)*)\s*\]", self.form())
        if len(listed) != 1:
            raise Unfit("the fields")
        texts = {number: self.dictionary(number) for number in map(int, re.findall(rb"(\d+) 0 R", listed[0]))}
        if any(has(text, b"Lock") and has(text, b"V") for text in texts.values()):
            raise Unfit("the file is locked")
        title = re.compile(rb"/T\s*\(%s\)" % re.escape(name.encode("ascii")))
        found = [(number, text) for number, text in texts.items() if title.search(text)]
        if len(found) != 1 or has(found[0][1], b"V") or has(found[0][1], b"Kids"):
            raise Unfit("the field")
        return found[0]

    def written(self) -> io.BytesIO:
        """The whole file; objects that note their place have noted it."""
        made = io.BytesIO()
        made.write(self.pdf)
        if not self.pdf.endswith(b"\n"):
            made.write(b"\n")
        places = {}
        for number, content in sorted(self._objects.items()):
            places[number] = made.tell()
            made.write(b"%d 0 obj\n" % number)
            if isinstance(content, bytes):
                made.write(content)
            else:
                content.write_to_stream(made, None)
            made.write(b"\nendobj\n")
        self._close(made, places)
        return made

    def _place(self, number: int) -> int:
        for section in self._all_sections():
            if number in section.places:
                place = section.places[number]
                if place < 0:
                    break
                return place
        raise Unfit("an object")

    def _all_sections(self) -> Iterator[_Section]:
        yield from self._read
        for section in self._sections:
            self._read.append(section)
            yield section

    def _close(self, made: io.BytesIO, places: dict[int, int]) -> None:
        start = made.tell()
        trailer = self._newest.trailer
        kept = b" ".join((b"/Root %d 0 R" % self.root, *_kept(trailer), b"/Prev %d" % self._start))
        if not self._newest.is_stream:
            made.write(b"xref\n" + _table(places))
            made.write(b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (self._next, kept, start))
            return
        own = self._next
        rows = {**places, own: start}
        data = zlib.compress(b"".join(struct.pack(">BQH", 1, place, 0) for _, place in sorted(rows.items())))
        index = b" ".join(b"%d %d" % (first, len(run)) for first, run in _runs(rows))
        made.write(b"%d 0 obj\n<< /Type /XRef /W [ 1 8 2 ] /Index [ %s ] /Size %d " % (own, index, own + 1))
        made.write(b"%s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (kept, len(data), data))
        made.write(b"startxref\n%d\n%%%%EOF\n" % start)


def has(text: bytes, key: bytes) -> bool:
    """Whether a key stands anywhere in a dictionary's text."""
    return re.search(rb"/%s(?![A-Za-z0-9_.#-])" % key, text) is not None


def with_entries(text: bytes, entries: Mapping[str, generic.PdfObject]) -> bytes:
    """A dictionary's text with more entries at its end; none of them may be there already."""
    if any(has(text, key[1:].encode("ascii")) for key in entries):
        raise Unfit("an entry")
    made = io.BytesIO()
    dictionary(entries).write_to_stream(made, None)
    return text[:-2] + made.getvalue().strip()[2:]


def without_drawing(text: bytes) -> bytes:
    """A field's text without its drawing, of which it must have exactly one."""
    changed, count = re.subn(rb"/AP\s*<<\s*/N \d+ 0 R\s*>>", b"", text)
    if count != 1:
        raise Unfit("a drawing")
    return changed


def size(text: bytes) -> tuple[float, float]:
    """Width and height of a field's box."""
    found = re.findall(rb"/Rect\s*\[([\d.\s-]+)\]", text)
    if len(found) != 1:
        raise Unfit("a box")
    left, low, right, high = map(float, found[0].split())
    return right - left, high - low


def _sections(pdf: bytes, place: int) -> Iterator[_Section]:
    for _one in range(MOST_SECTIONS):
        if not 0 < place < len(pdf):
            break
        section = _classic(pdf, place) if pdf.startswith(b"xref", place) else _stream(pdf, place)
        yield section
        if not has(section.trailer, b"Prev"):
            return
        place = _whole(section.trailer, b"Prev")
    raise Unfit("the tables")


def _classic(pdf: bytes, place: int) -> _Section:
    end = pdf.find(b"startxref", place)
    table, mark, trailer = pdf[place:end].partition(b"trailer")
    if end < 0 or not mark or len(table) > MOST_TABLE_BYTES:
        raise Unfit("a table")
    places: dict[int, int] = {}
    for first, count, rows in ENTRIES.findall(table):
        if len(rows) != int(count) * ENTRY_BYTES:
            raise Unfit("a table")
        for row in range(int(count)):
            entry = rows[row * ENTRY_BYTES : (row + 1) * ENTRY_BYTES]
            places[int(first) + row] = int(entry[:10]) if entry[17:18] == b"n" and entry[11:16] == b"00000" else -1
    return _Section(places, _plain(trailer), is_stream=False)


def _stream(pdf: bytes, place: int) -> _Section:
    header = HEADER.match(pdf, place)
    start = pdf.find(b"stream", place)
    if header is None or start < 0 or start - place > MOST_TABLE_BYTES:
        raise Unfit("a table")
    trailer = _plain(pdf[header.end() : start])
    if b"/XRef" not in trailer or b"/DecodeParms" in trailer or not re.search(rb"/Filter\s*/FlateDecode", trailer):
        raise Unfit("a table")
    start += len(b"stream\r\n") if pdf.startswith(b"stream\r\n", start) else len(b"stream\n")
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(pdf[start : start + _whole(trailer, b"Length")], MOST_TABLE_BYTES)
    except zlib.error:
        raise Unfit("a table") from None
    return _Section(_rows(trailer, data), trailer, is_stream=True)


def _rows(trailer: bytes, data: bytes) -> dict[int, int]:
    kind, place, generation = _numbers(trailer, b"W")
    index = _numbers(trailer, b"Index") if has(trailer, b"Index") else [0, _whole(trailer, b"Size")]
    numbers = [n for first, count in zip(index[::2], index[1::2], strict=True) for n in range(first, first + count)]
    width = kind + place + generation
    if kind != 1 or len(data) != width * len(numbers):
        raise Unfit("a table")
    found = {}
    for row, number in enumerate(numbers):
        at = row * width
        where = int.from_bytes(data[at + 1 : at + 1 + place], "big")
        is_plain = data[at] == 1 and not any(data[at + 1 + place : at + width])
        found[number] = where if is_plain else -1
    return found


def _plain(text: bytes) -> bytes:
    """A trailer's dictionary, if it has nothing in which a key could hide."""
    stripped = text.strip()
    if not (stripped.startswith(b"<<") and stripped.endswith(b">>")) or b"(" in text or b"%" in text:
        raise Unfit("a trailer")
    if text.count(b"<<") != 1:
        raise Unfit("a trailer")
    return stripped


def _kept(trailer: bytes) -> Iterator[bytes]:
    """What of a trailer stays in the next one."""
    if has(trailer, b"Info"):
        yield b"/Info %d 0 R" % _ref(trailer, b"Info")
    if has(trailer, b"ID"):
        found = re.search(rb"/ID\s*\[\s*<[0-9A-Fa-f]*>\s*<[0-9A-Fa-f]*>\s*\]", trailer)
        if found is None:
            raise Unfit("a trailer")
        yield found[0]


def _ref(text: bytes, key: bytes) -> int:
    found = re.findall(rb"/%s\s+(\d+) 0 R" % key, text)
    if len(found) != 1:
        raise Unfit("a reference")
    return int(found[0])


def _whole(text: bytes, key: bytes) -> int:
    found = re.findall(rb"/%s\s+(\d+)(?!\s+\d+\s+R)\b" % key, text)
    if len(found) != 1:
        raise Unfit("a number")
    return int(found[0])


def _numbers(text: bytes, key: bytes) -> list[int]:
    found = re.findall(rb"/%s\s*\[([\d\s]+)\]" % key, text)
    if len(found) != 1:
        raise Unfit("numbers")
    return [int(each) for each in found[0].split()]


def _runs(places: dict[int, int]) -> Iterator[tuple[int, list[int]]]:
    """Numbers that follow each other, with their places."""
    for _, run in groupby(enumerate(sorted(places)), key=lambda pair: pair[1] - pair[0]):
        numbers = [number for _, number in run]
        yield numbers[0], [places[number] for number in numbers]


def _table(places: dict[int, int]) -> bytes:
    return b"".join(
        b"%d %d\n%s" % (first, len(run), b"".join(b"%010d 00000 n \n" % place for place in run))
        for first, run in _runs(places)
    )
