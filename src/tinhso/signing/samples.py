"""Pictures of a signature and of a seal for demonstrations, which say upon themselves that they are samples."""

import io
import math
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tinhso.signing import fonts

SAMPLE = "MẪU"
BLUE, RED = (20, 50, 160, 255), (200, 20, 30, 230)
CLEAR = (255, 255, 255, 0)
SEAL_PIXELS = 420  # for 36 mm at about 300 dots per inch
ITALIC = fonts.SERIF.with_name("LiberationSerif-Italic.ttf")


@lru_cache(maxsize=64)
def handwriting(name: str, font: Path = ITALIC) -> bytes:
    """A blue stroke over a person's name, on transparent ground: PNG.

    Raises:
        FontMissing: there is no such font file.
    """
    picture = Image.new("RGBA", (480, 200), CLEAR)
    drawing = ImageDraw.Draw(picture)
    given = name.split()[-1] if name.split() else SAMPLE
    drawing.text((240, 90), given, fill=BLUE, font=_font(font, 96, given), anchor="mm")
    wave = [(40 + step * 4, 140 + 18 * math.sin(step / 7) * (1 - step / 110)) for step in range(100)]
    drawing.line(wave, fill=BLUE, width=5, joint="curve")
    drawing.text((470, 190), f"Chữ ký {SAMPLE}", fill=BLUE, font=_font(font, 26, SAMPLE), anchor="rs")
    return _png(picture)


@lru_cache(maxsize=64)
def seal(organization: str, font: Path = fonts.SERIF) -> bytes:
    """A red round seal with an agency's name around "MẪU", on transparent ground: PNG.

    Raises:
        FontMissing: there is no such font file.
    """
    size = SEAL_PIXELS
    picture = Image.new("RGBA", (size, size), CLEAR)
    drawing = ImageDraw.Draw(picture)
    drawing.ellipse((4, 4, size - 4, size - 4), outline=RED, width=7)
    drawing.ellipse((90, 90, size - 90, size - 90), outline=RED, width=4)
    drawing.text((size / 2, size / 2), SAMPLE, fill=RED, font=_font(font, 78, SAMPLE), anchor="mm")
    _around(picture, organization.upper(), _font(font, 40 if len(organization) < 30 else 28, organization.upper()))
    return _png(picture)


def _around(picture: Image.Image, text: str, font: ImageFont.FreeTypeFont) -> None:
    """Letters upon the upper part of a ring, each turned towards its middle."""
    middle, radius = picture.width / 2, picture.width / 2 - 48
    step = min(17.0, 320 / max(len(text), 1))
    for place, letter in enumerate(text):
        angle = math.radians(step * (place - (len(text) - 1) / 2))
        tile = Image.new("RGBA", (70, 70), CLEAR)
        ImageDraw.Draw(tile).text((35, 35), letter, fill=RED, font=font, anchor="mm")
        turned = tile.rotate(-math.degrees(angle), resample=Image.Resampling.BICUBIC)
        where = (round(middle + radius * math.sin(angle)) - 35, round(middle - radius * math.cos(angle)) - 35)
        picture.alpha_composite(turned, (max(where[0], 0), max(where[1], 0)))


def _font(font: Path, size: int, text: str) -> ImageFont.FreeTypeFont:
    path = fonts.with_letters(font, text)
    if not path.is_file():
        raise fonts.FontMissing(f"the font {path} is missing")
    return ImageFont.truetype(str(path), size)


def _png(picture: Image.Image) -> bytes:
    made = io.BytesIO()
    picture.save(made, "PNG", optimize=True)
    return made.getvalue()
