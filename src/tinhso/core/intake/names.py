"""Names of files that people send, made harmless: one line, one direction, no folder, an ending that tells the type."""

import re
import unicodedata

from django.utils.translation import gettext as _

from tinhso.core import media

MOST_LETTERS = 120
ENDINGS = {media.PDF: (".pdf",), media.JPEG: (".jpg", ".jpeg"), media.PNG: (".png",)}
PICTURES = (".jpg", ".jpeg", ".png")  # told by the name, but drawn anew as another kind
NOT_IN_NAMES = re.compile(r'[<>:"|?*]')  # Windows cannot save them
NOT_LETTERS = ("C", "Zl", "Zp")  # control, direction-changing, unassigned and private letters; line ends
DEVICES = re.compile(r"\A(?i:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)")  # Windows opens something else under these


def safe(name: str, media_type: str) -> str:
    """The name with the right ending for the type, at most 120 letters long."""
    stem, endings = _line(name), ENDINGS[media_type]
    ending = endings[0]
    for known in (*endings, *PICTURES):
        if stem.lower().endswith(known):
            ending = known if known in endings else ending
            stem = stem[: -len(known)]
            break
    stem = _trimmed(stem, MOST_LETTERS - len(ending)) or _("tệp")
    return DEVICES.sub(r"_\g<0>", stem)[: MOST_LETTERS - len(ending)] + ending


def shown(name: str) -> str:
    """The name as a sentence may quote it."""
    return _trimmed(_line(name), MOST_LETTERS) or _("tệp")


def _line(name: str) -> str:
    """The last part of a path, composed (NFC), without letters that are not seen."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    spaced = re.sub(r"\s", " ", last)
    seen = "".join(letter for letter in spaced if not unicodedata.category(letter).startswith(NOT_LETTERS))
    composed = unicodedata.normalize("NFC", re.sub(" +", " ", seen))
    return NOT_IN_NAMES.sub("_", composed).rstrip(" .")


def _trimmed(text: str, most: int) -> str:
    """Cut to a length, not ending in a blank or a dot."""
    return text[:most].strip(" .")
