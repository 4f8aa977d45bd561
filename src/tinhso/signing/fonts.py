"""Small parts of a TrueType font, cut out once per process, as PDF objects with which fields and signatures are drawn."""

import io
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from tinhso.signing.objects import Taker, Written, dictionary, number, numbers, real

SERIF = Path(
    "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf"
)  # of the same widths as Times New Roman
OTHERS = (  # serif fonts with all Vietnamese letters, which some releases of the first one lack
    Path("/usr/share/fonts/truetype/noto/NotoSerif-Regular.ttf"),
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"),
)
DIGITS = "0123456789 /-."
ASCII = "".join(map(chr, range(0x20, 0x7F)))
VIETNAMESE = "".join(map(chr, (*range(0xC0, 0x180), 0x1A0, 0x1A1, 0x1AF, 0x1B0, *range(0x1EA0, 0x1EFA), 0x2013)))
LETTERS = ASCII + VIETNAMESE
NONSYMBOLIC, SERIFED, ITALIC = 1 << 5, 1 << 1, 1 << 6


class FontMissing(FileNotFoundError):
    """There is no such font file on this machine."""


@dataclass(frozen=True)
class Face:
    """A font with few letters.

    Args:
        name: PostScript name with the tag of a subset.
        widths: of every letter, in thousandths of the size.
        glyphs: number of every letter's glyph.
        data: the font file, compressed.
        length: bytes of the font file.
        box: bounds of all letters, in thousandths.
        angle: 0 for upright letters, negative for italic ones.
    """

    name: str
    widths: dict[str, int]
    glyphs: dict[str, int]
    data: bytes
    length: int
    ascent: int
    descent: int
    cap_height: int
    box: tuple[int, int, int, int]
    angle: float

    def width(self, text: str, size: float) -> float:
        """How wide a text is, in points."""
        return sum(self.widths[letter] for letter in text) * size / 1000


def with_letters(path: Path, text: str) -> Path:
    """The font itself if it has all letters of a text, else the first other one that has; else the font itself."""
    return next((one for one in (path, *OTHERS) if one.is_file() and set(text) <= _letters(one)), path)


@lru_cache(maxsize=16)
def _letters(path: Path) -> frozenset[str]:
    with TTFont(path, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


@lru_cache(maxsize=16)
def face(path: Path, letters: str) -> Face:
    """A font file cut down to these letters.

    Raises:
        FontMissing: no such file.
    """
    if not path.is_file():
        raise FontMissing(f"the font {path} is missing")
    options = subset.Options(hinting=False, layout_features=[], name_IDs=[], notdef_outline=True)
    options.drop_tables += ["FFTM", "GSUB", "GPOS", "GDEF", "kern", "meta"]
    font = subset.load_font(str(path), options, lazy=False)
    names = font["name"]
    name = names.getDebugName(6) or path.stem
    cut = subset.Subsetter(options)
    cut.populate(text=letters)
    cut.subset(font)
    written = io.BytesIO()
    font.save(written, reorderTables=True)
    return _described(font, name, written.getvalue())


def _described(font: TTFont, name: str, data: bytes) -> Face:
    scale = 1000 / font["head"].unitsPerEm
    letters = {chr(code): glyph for code, glyph in font.getBestCmap().items()}
    head, lines, style = font["head"], font["hhea"], font["OS/2"]
    box = tuple(round(side * scale) for side in (head.xMin, head.yMin, head.xMax, head.yMax))
    return Face(
        name=f"{_tag(data)}+{name}",
        widths={letter: round(font["hmtx"][glyph][0] * scale) for letter, glyph in letters.items()},
        glyphs={letter: font.getGlyphID(glyph) for letter, glyph in letters.items()},
        data=zlib.compress(data, 9),
        length=len(data),
        ascent=round(lines.ascent * scale),
        descent=round(lines.descent * scale),
        cap_height=round(getattr(style, "sCapHeight", 0) * scale) or 660,
        box=(box[0], box[1], box[2], box[3]),
        angle=float(font["post"].italicAngle),
    )


def simple(writer: Taker, cut: Face) -> generic.IndirectObject:
    """The font for Latin letters of one byte each, as forms take it."""
    first, last = 32, 126
    widths = numbers(cut.widths.get(chr(code), 0) for code in range(first, last + 1))
    return _added(
        writer,
        {
            "/Type": pdf_name("/Font"),
            "/Subtype": pdf_name("/TrueType"),
            "/BaseFont": pdf_name(f"/{cut.name}"),
            "/FirstChar": number(first),
            "/LastChar": number(last),
            "/Widths": widths,
            "/Encoding": pdf_name("/WinAnsiEncoding"),
            "/FontDescriptor": _descriptor(writer, cut),
        },
    )


def composite(writer: Taker, cut: Face) -> generic.IndirectObject:
    """The font for any letters, two bytes each: the number of the glyph (see `encoded`)."""
    by_glyph = tuple(sorted((glyph, letter) for letter, glyph in cut.glyphs.items()))
    widths = Written(b"[" + b" ".join(b"%d [%d]" % (glyph, cut.widths[letter]) for glyph, letter in by_glyph) + b"]")
    system = {"/Registry": generic.pdf_string("Adobe"), "/Ordering": generic.pdf_string("Identity")}
    below = _added(
        writer,
        {
            "/Type": pdf_name("/Font"),
            "/Subtype": pdf_name("/CIDFontType2"),
            "/BaseFont": pdf_name(f"/{cut.name}"),
            "/CIDSystemInfo": dictionary(system | {"/Supplement": number(0)}),
            "/CIDToGIDMap": pdf_name("/Identity"),
            "/W": widths,
            "/FontDescriptor": _descriptor(writer, cut),
        },
    )
    return _added(
        writer,
        {
            "/Type": pdf_name("/Font"),
            "/Subtype": pdf_name("/Type0"),
            "/BaseFont": pdf_name(f"/{cut.name}"),
            "/Encoding": pdf_name("/Identity-H"),
            "/DescendantFonts": generic.ArrayObject([below]),
            "/ToUnicode": writer.add_object(ready({}, _to_unicode(by_glyph))),
        },
    )


def encoded(cut: Face, text: str) -> bytes:
    """A text in a composite font, as a hexadecimal string of a content stream; unknown letters are left out."""
    return b"<" + b"".join(b"%04X" % cut.glyphs[letter] for letter in text if letter in cut.glyphs) + b">"


def deflated(entries: dict[str, generic.PdfObject], content: bytes) -> generic.StreamObject:
    """A compressed stream."""
    return ready(entries, zlib.compress(content))


def ready(entries: dict[str, generic.PdfObject], compressed: bytes) -> generic.StreamObject:
    """A stream of bytes that are compressed already."""
    named = {pdf_name(key): value for key, value in entries.items()}
    return generic.StreamObject({**named, pdf_name("/Filter"): pdf_name("/FlateDecode")}, encoded_data=compressed)


def _descriptor(writer: Taker, cut: Face) -> generic.IndirectObject:
    file = writer.add_object(ready({"/Length1": number(cut.length)}, cut.data))
    return _added(
        writer,
        {
            "/Type": pdf_name("/FontDescriptor"),
            "/FontName": pdf_name(f"/{cut.name}"),
            "/Flags": number(NONSYMBOLIC | SERIFED | (ITALIC if cut.angle else 0)),
            "/FontBBox": numbers(cut.box),
            "/ItalicAngle": real(cut.angle),
            "/Ascent": number(cut.ascent),
            "/Descent": number(cut.descent),
            "/CapHeight": number(cut.cap_height),
            "/StemV": number(80),
            "/FontFile2": file,
        },
    )


@lru_cache(maxsize=16)
def _to_unicode(by_glyph: tuple[tuple[int, str], ...]) -> bytes:
    """Which letter a glyph stands for, so that texts can be searched and copied; compressed."""
    lines = [f"<{glyph:04X}> <{letter.encode('utf-16-be').hex().upper()}>" for glyph, letter in by_glyph]
    blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    mapped = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    told = (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapType 2 def\n/CMapName /Adobe-Identity-UCS def\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{mapped}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )
    return zlib.compress(told.encode("ascii"), 9)


def _added(writer: Taker, entries: dict[str, generic.PdfObject]) -> generic.IndirectObject:
    return writer.add_object(dictionary(entries))


def _tag(data: bytes) -> str:
    """Six capital letters that tell subsets of one font apart."""
    number = zlib.crc32(data)
    return "".join(chr(ord("A") + number // 26**place % 26) for place in range(6))
