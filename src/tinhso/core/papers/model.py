"""What a paper says, without its form."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tinhso.core.charts import Chart

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The head of a paper (Phụ lục I, mục II.1-5).

    Attributes:
        superior: agency above the issuer; empty where there is none.
        issuer: agency that issues it.
        symbol: notation without the number, such as `BC-UBND`.
        number: empty while the paper has none; the registrar fills it in.
        place: where it is issued.
        issued_on: None while it is not issued; the day and month stay open then.
        kind: type of paper, such as `Báo cáo`.
        subject: what it is about (trích yếu).
    """

    superior: str
    issuer: str
    symbol: str
    place: str
    kind: str
    subject: str
    number: str = ""
    issued_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Subheading:
    """A numbered heading inside a section: “1. …”."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list whose lines begin with a dash."""

    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; every cell is text already.

    Attributes:
        widths: of the columns, relative to one another.
        numeric: positions of columns that stand to the right.
    """

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart; it says in words what it shows to whoever does not see it."""

    chart: Chart


Block = Paragraph | Subheading | Items | Table | Drawing


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a paper; its Roman number comes from its place."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs: authority and title, one per line, and the name; empty while nobody has signed.

    Attributes:
        mark: what stands in the room for the signature where it is a digital one; empty for a pen's.
    """

    titles: Sequence[str]
    name: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as a whole.

    Attributes:
        opening: paragraphs before the first section (căn cứ, mở đầu).
        recipients: lines under “Nơi nhận”.
        note: small line under everything, such as how to check the paper; empty for none.
    """

    head: Letterhead
    opening: Sequence[str]
    sections: Sequence[Section]
    recipients: Sequence[str]
    signature: Signature
    note: str = ""


def numbered(sections: Sequence[Section]) -> list[tuple[str, Section]]:
    """Sections with their Roman numbers."""
    return [(_roman(position), section) for position, section in enumerate(sections, 1)]


def _roman(number: int) -> str:
    found = ""
    for value, sign in _ROMAN:
        found += sign * (number // value)
        number %= value
    return found


def number_line(head: Letterhead) -> str:
    """“Số: 05/BC-UBND”: numbers below ten with a nought before them; room for one that is not given yet."""
    number = head.number.zfill(2) if head.number.isdecimal() else head.number or "\N{NO-BREAK SPACE}" * 8
    return f"Số: {number}/{head.symbol}"


def place_and_day(head: Letterhead) -> str:
    """“Sơn La, ngày 05 tháng 02 năm 2023”: days below ten and the months 1 and 2 with a nought before them."""
    day = head.issued_on
    if day is None:
        gap = "\N{NO-BREAK SPACE}" * 6
        return f"{head.place}, ngày{gap}tháng{gap}năm{gap}"
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{head.place}, ngày {day.day:02d} tháng {month} năm {day.year}"
