"""The text of a draft, as drafters type it, taken apart for the layout of NĐ 30/2020/NĐ-CP, Phụ lục I, mục II.6."""

import re
from dataclasses import dataclass

_ARTICLE = re.compile(r"^(Điều \d+[a-zđ]?\.)\s*(.*)$")
_ROMAN = re.compile(r"^[IVX]+\.\s+\S")
_CHAPTER = re.compile(r"^(Chương|Phần|Mục) [IVX\d]+\b")
_NUMBERED = re.compile(r"^\d+\.\s+\S")
LONGEST_HEADING = 160


@dataclass(frozen=True, slots=True)
class Block:
    """One line of a text and what it is.

    Attributes:
        kind: paragraph, heading, center, article, item or ground (căn cứ).
        lead: what stands in bold before the text; empty for none.
    """

    kind: str
    text: str
    lead: str = ""


def blocks(text: str) -> list[Block]:
    """The lines of a text; blank ones part nothing, since every line is a paragraph of its own."""
    return [_block(" ".join(line.split())) for line in text.splitlines() if line.strip()]


def _block(line: str) -> Block:
    article = _ARTICLE.match(line)
    if article:
        return Block("article", article[2], article[1])
    if line.startswith(("- ", "+ ")):
        return Block("item", line)
    if line.startswith(("Căn cứ ", "Xét đề nghị ")):
        return Block("ground", line)
    if line.startswith("Kính gửi") or _CHAPTER.match(line) or _is_call(line):
        return Block("center", line)
    if len(line) <= LONGEST_HEADING and (_ROMAN.match(line) or (_NUMBERED.match(line) and line[-1] not in ".;,:")):
        return Block("heading", line)
    return Block("paragraph", line)


def _is_call(line: str) -> bool:
    """“QUYẾT ĐỊNH:” and other lines in capitals alone."""
    letters = [letter for letter in line if letter.isalpha()]
    return (
        len(letters) > 3
        and len(line) <= LONGEST_HEADING
        and all(letter.isupper() for letter in letters)
        and not _ROMAN.match(line)
    )
