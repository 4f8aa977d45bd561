"""Official papers in the layout of NĐ 30/2020/NĐ-CP, Phụ lục I, written as Word and as PDF/A from one model.

A paper is built once, as data; Word, PDF and the page that shows it differ in form only, never in a figure.
"""

from tinhso.core.papers.model import (
    Block,
    Drawing,
    Items,
    Letterhead,
    Paper,
    Paragraph,
    Section,
    Signature,
    Subheading,
    Table,
    numbered,
    place_and_day,
)

__all__ = [
    "Block",
    "Drawing",
    "Items",
    "Letterhead",
    "Paper",
    "Paragraph",
    "Section",
    "Signature",
    "Subheading",
    "Table",
    "numbered",
    "place_and_day",
]
