"""Marks of state secrets (Luật Bảo vệ bí mật nhà nước): a document that bears one has no place here.

What is looked for is the stamp: a line of its own that says MẬT, TỐI MẬT or TUYỆT MẬT, as it stands on the first page
of a secret document (Thông tư 24/2020/TT-BCA); not the word in a sentence.
"""

import re
import unicodedata
from collections.abc import Iterable

LEVELS = ("TUYỆT MẬT", "TỐI MẬT", "MẬT")
_ADDED = r"(?:\s*[:\-–(\[]?\s*(?:[Đđ]ộ mật|[Mm]ức độ mật)\s*[:)\]]?)?"
_STAMP = re.compile(
    r"^\W*(?:(?:[Đđ]ộ|[Mm]ức [Đđ]ộ|ĐỘ|MỨC ĐỘ) (?:mật|MẬT)\s*[:\-–]\s*)?(TUYỆT\s+MẬT|TỐI\s+MẬT|MẬT|Tuyệt\s+mật|Tối\s+mật|Mật)"
    + _ADDED
    + r"\W*$"
)
_SPACED = re.compile(r"^\W*(T\s*U\s*Y\s*Ệ\s*T\s+M\s*Ậ\s*T|T\s*Ố\s*I\s+M\s*Ậ\s*T|M\s+Ậ\s+T)\W*$")


def mark(lines: Iterable[str]) -> str:
    """The level whose stamp stands among lines of text; empty for none.

    Args:
        lines: of a first page, or of the fields of a header, which may be of several lines themselves.
    """
    for line in (part for each in lines for part in each.splitlines()):
        composed = " ".join(unicodedata.normalize("NFC", line).split())
        found = _STAMP.match(composed) or _SPACED.match(composed)
        if found:
            letters = re.sub(r"\s+", "", found[1]).upper()
            return next(level for level in LEVELS if letters.endswith(level.replace(" ", "")))
    return ""
