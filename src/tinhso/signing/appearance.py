"""What a page shows of a signature (hình ảnh chữ ký số), as NĐ 30/2020/NĐ-CP, Phụ lục I asks.

A person: the signature's picture, blue on transparent. An organization: the seal's picture, red on transparent. A paper
in a file of its own beside another one, and a copy: no picture but a line, upright, black, 10 points.
"""

import datetime as dt
import io
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, UnidentifiedImageError
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from tinhso.signing import fonts
from tinhso.signing.moments import VIETNAM, aware
from tinhso.signing.objects import Taker, dictionary, number, reals

TEXT_SIZE = 10.0
LINE_HEIGHT = 1.15
MOST_PIXELS = 4_000_000


class NotAPicture(ValueError):
    """The bytes are no PNG picture of a usual size."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """What is drawn into the box of a signature field: a picture in the middle, or lines of text.

    Args:
        picture: PNG, with transparent ground; None for a text.
        lines: of text, from the top.
        font: TrueType file of the text; another serif font is taken when it lacks a letter.
    """

    picture: bytes | None = None
    lines: tuple[str, ...] = ()
    font: Path = fonts.SERIF


def person(handwriting: bytes) -> Appearance:
    """The signature of a person: a picture of the handwriting, blue on transparent.

    Raises:
        NotAPicture: no PNG.
    """
    _picture(handwriting)
    return Appearance(picture=handwriting)


def organization(seal: bytes) -> Appearance:
    """The signature of an agency: a picture of its red seal, in real size, on transparent.

    Raises:
        NotAPicture: no PNG.
    """
    _picture(seal)
    return Appearance(picture=seal)


def copy_line(number: str, at: dt.datetime, font: Path = fonts.SERIF) -> Appearance:
    """The signature of an agency on a copy, or on an appendix in a file of its own: text only.

    Args:
        number: number and notation (số và ký hiệu) of the paper, as "12/QĐ-UBND".
        at: aware moment of signing.
    """
    moment = aware(at).astimezone(VIETNAM)
    return Appearance(lines=(f"{number}; {moment:%d/%m/%Y %H:%M:%S} +07:00",), font=font)


def stream(writer: Taker, shown: Appearance | None, width: float, height: float) -> generic.IndirectObject:
    """The drawing (form XObject) of a field's box, added to a file; None makes an empty one."""
    if shown is None:
        return writer.add_object(form(width, height, b"", {}))
    if shown.picture is not None:
        return _pictured(writer, shown.picture, width, height)
    return _written(writer, shown, width, height)


def form(width: float, height: float, content: bytes, resources: dict[str, generic.PdfObject]) -> generic.StreamObject:
    """A form XObject of this size."""
    return fonts.deflated(
        {
            "/Type": pdf_name("/XObject"),
            "/Subtype": pdf_name("/Form"),
            "/BBox": reals((0, 0, width, height)),
            "/Resources": dictionary(resources),
        },
        content,
    )


def _pictured(writer: Taker, png: bytes, width: float, height: float) -> generic.IndirectObject:
    picture = _picture(png)
    scale = min(width / picture.width, height / picture.height)
    across, up = picture.width * scale, picture.height * scale
    left, low = (width - across) / 2, (height - up) / 2
    image = writer.add_object(_image(picture, "/DeviceRGB", picture.colors, writer.add_object(_mask(picture))))
    names = dictionary({"/Image": image})
    content = f"q {across:.2f} 0 0 {up:.2f} {left:.2f} {low:.2f} cm /Image Do Q".encode("ascii")
    return writer.add_object(form(width, height, content, {"/XObject": names}))


def _written(writer: Taker, shown: Appearance, width: float, height: float) -> generic.IndirectObject:
    cut = fonts.face(fonts.with_letters(shown.font, "".join(shown.lines)), fonts.LETTERS)
    widest = max((cut.width("".join(filter(cut.widths.__contains__, line)), 1) for line in shown.lines), default=0)
    size = min(TEXT_SIZE, width / widest if widest else TEXT_SIZE)
    parts = [b"BT 0 g /Text %.2f Tf" % size]
    for place, line in enumerate(shown.lines):
        low = height - size - place * size * LINE_HEIGHT
        parts.append(b"1 0 0 1 0 %.2f Tm %s Tj" % (low, fonts.encoded(cut, line)))
    names = dictionary({"/Text": fonts.composite(writer, cut)})
    return writer.add_object(form(width, height, b" ".join([*parts, b"ET"]), {"/Font": names}))


@dataclass(frozen=True, slots=True)
class _Picture:
    width: int
    height: int
    colors: bytes  # compressed
    opacity: bytes  # compressed


@lru_cache(maxsize=64)
def _picture(png: bytes) -> _Picture:
    """A picture as PDF files hold it; decoding and compressing is done once for each."""
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as found:
            if found.width * found.height > MOST_PIXELS:
                raise NotAPicture("the picture has too many pixels")
            whole = found.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as problem:
        raise NotAPicture("the picture is no PNG") from problem
    *colors, opacity = whole.split()
    flat = Image.merge("RGB", colors).tobytes()
    return _Picture(whole.width, whole.height, zlib.compress(flat, 9), zlib.compress(opacity.tobytes(), 9))


def _mask(picture: _Picture) -> generic.StreamObject:
    return _image(picture, "/DeviceGray", picture.opacity, None)


def _image(
    picture: _Picture, colors: str, compressed: bytes, mask: generic.IndirectObject | None
) -> generic.StreamObject:
    entries: dict[str, generic.PdfObject] = {
        "/Type": pdf_name("/XObject"),
        "/Subtype": pdf_name("/Image"),
        "/Width": number(picture.width),
        "/Height": number(picture.height),
        "/ColorSpace": pdf_name(colors),
        "/BitsPerComponent": number(8),
    }
    if mask is not None:
        entries["/SMask"] = mask
    return fonts.ready(entries, compressed)
