"""Pictures that people send are drawn anew: what is seen stays, all else in the file goes (place, camera, hidden data)."""

import io
import struct
import zlib
from typing import BinaryIO

from PIL import Image

from tinhso.core import media
from tinhso.core.intake.refusals import FileRefused

FORMATS = {media.JPEG: "JPEG", media.PNG: "PNG"}
MOST_PIXELS = 40_000_000
MOST_SIDE = 3000  # pixels; an A4 page at 250 dpi
FEW_COLORS = 256  # a PNG of so few stays PNG: lines and letters keep their edges
QUALITY = 85  # of JPEG
ORIENTATION = 0x0112  # EXIF tag: how the camera was held
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)
# What Pillow raises on broken files, which is more than it documents; the last ones come from broken EXIF.
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, KeyError, IndexError, TypeError)


def drawn_anew(content: BinaryIO, *, media_type: str, name: str) -> tuple[BinaryIO, str]:
    """The picture in a new file, upright, at most 3000 pixels wide and high, without any metadata.

    Args:
        content: the picture as it came.
        media_type: one of `FORMATS`, told by the content.
        name: for the refusal.

    Returns:
        The new file's content, and its media type: JPEG, or PNG where that came and has few colors.

    Raises:
        FileRefused: damaged, or more than 40 million pixels.
    """
    content.seek(0)
    try:
        with Image.open(content, formats=[FORMATS[media_type]]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise FileRefused("pixels", name=name, most=MOST_PIXELS // 1_000_000)
            return _written(picture)
    except TOO_LARGE:
        raise FileRefused("pixels", name=name, most=MOST_PIXELS // 1_000_000) from None
    except BROKEN:
        raise FileRefused("picture", name=name) from None


def _written(picture: Image.Image) -> tuple[BinaryIO, str]:
    """Decode, draw on a new sheet and encode."""
    picture.draft(None, (MOST_SIDE, MOST_SIDE))  # JPEG: large ones are decoded smaller, which takes less memory
    picture.load()
    turn = TURNS.get(picture.getexif().get(ORIENTATION, 1))
    sheet = _sheet(picture)
    stays_png = picture.format == "PNG" and sheet.getcolors(FEW_COLORS) is not None
    sheet.thumbnail((MOST_SIDE, MOST_SIDE))
    if turn is not None:
        sheet = sheet.transpose(turn)
    sheet.info.clear()
    written = io.BytesIO()
    if stays_png:
        sheet.save(written, "PNG", optimize=True)
        return written, media.PNG
    sheet.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written, media.JPEG


def _sheet(picture: Image.Image) -> Image.Image:
    """The picture in gray or color, on white paper where it is transparent."""
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        sheet = Image.new("RGB", picture.size, "white")
        sheet.paste(layer, mask=layer.getchannel("A"))
        return sheet
    if picture.mode.startswith("I"):  # 16 bits per pixel: the upper 8 are what is seen
        return picture.convert("I").point(lambda level: level / 256).convert("L")
    return picture.convert("L" if picture.mode in {"1", "L"} else "RGB")
