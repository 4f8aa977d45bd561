"""A draft as the PDF that is signed: laid out by NĐ 30/2020/NĐ-CP, Phụ lục I, with empty fields for number, day and
both signatures; or the drafter's own PDF with such fields put where its text leaves room for them."""

import datetime as dt
import io

import pypdfium2
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from lxml import etree

from tinhso.core import media
from tinhso.core.errors import RuleViolation
from tinhso.core.papers import Letterhead, Paper, Signature
from tinhso.core.papers import pdf as papers
from tinhso.documents.choices import DocumentKind, Urgency
from tinhso.documents.models import Document
from tinhso.documents.rules import body, kinds
from tinhso.edxml import Unreadable, limits
from tinhso.signing import fields, fonts
from tinhso.signing.fields import SignatureBox, TextField
from tinhso.signing.port import CannotSign

SIZE = 13.0  # points, of number and day
ITALIC = fonts.SERIF.with_name("LiberationSerif-Italic.ttf")
BELOW = 3.0  # points of a field under its baseline
ROOM = (150.0, 60.0)  # width and height of the room for a signature, in points
SEAL = 96.0  # points: a seal is about 36 mm wide
LINES = 60  # of a Word file in which a first page's marks are looked for
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"  # of what Word files are made
BREAKS = {f"{WORD}br": "\n", f"{WORD}cr": "\n", f"{WORD}tab": " "}
HEADS = 0.45  # of the page's height, in which an uploaded file's number and day are looked for


class CannotLayOut(RuleViolation):
    """The draft or the uploaded file cannot become a paper to be signed."""


def rendered(document: Document) -> bytes:
    """The draft as a PDF/A with empty fields.

    Raises:
        PdfUnavailable: the machine lacks Pango.
    """
    made, spots = papers.laid_out(_html(document, spots=True), papers.STYLE)
    day = spots["ngay"]
    offsets = (0.0, spots["thang"].left - day.left, spots["nam"].left - day.left)
    number = spots["so"]
    room = spots[fields.PERSON]
    return fields.prepare(
        made,
        texts=[
            _text(fields.NUMBER, number.page, number.left, number.top, 30.0),
            _text(fields.DATE, day.page, day.left, day.top, offsets[2] + 28.0, offsets, ITALIC),
        ],
        signatures=_rooms(room.page, room.left, room.top),
    )


def preview(document: Document) -> str:
    """The draft as HTML, for the page on which it is written."""
    return _html(document, spots=False)


def prepared(uploaded: bytes, *, signer_name: str) -> bytes:
    """An uploaded PDF with empty fields: where its first page says “Số:” and “ngày … tháng … năm”, and over the
    signer's name on the last page that bears it.

    Raises:
        CannotLayOut: the file cannot be read, or is signed already.
    """
    try:
        pages = pypdfium2.PdfDocument(uploaded)
    except pypdfium2.PdfiumError:
        raise CannotLayOut(_("Không mở được tệp PDF; hãy xuất lại từ phần mềm soạn thảo rồi nộp.")) from None
    with pages:
        number = _after(pages[0], "Số:") or _after(pages[0], "Số :") or _margin(pages[0], 0)
        days = [_after(pages[0], word, after=number[1] - 60) for word in ("ngày", "tháng", "năm")]
        last, room = _room(pages, signer_name)
    texts = [_text(fields.NUMBER, 0, *number, 30.0)]
    if all(days):
        (day, month, year) = [found for found in days if found]
        offsets = (0.0, month[0] - day[0], year[0] - day[0])
        texts.append(_text(fields.DATE, 0, *day, offsets[2] + 28.0, offsets, ITALIC))
    else:
        left, baseline = number
        texts.append(_text(fields.DATE, 0, left + 40, baseline, 76.0, (0.0, 18.0, 36.0), ITALIC))
    try:
        return fields.prepare(uploaded, texts=texts, signatures=_rooms(last, *room))
    except CannotSign:
        raise CannotLayOut(
            _("Tệp PDF đã có trường ký, đã khóa hoặc mã hóa; hãy xuất lại bản chưa ký từ phần mềm soạn thảo.")
        ) from None


def upper_right(pdf: bytes) -> SignatureBox:
    """The place of an agency's signature on an appendix in a file of its own.

    Raises:
        CannotSign: the file has no page that can be read.
    """
    try:
        with pypdfium2.PdfDocument(pdf) as pages:
            width, height = pages[0].get_size()
    except (pypdfium2.PdfiumError, IndexError):
        raise CannotSign("the file has no page") from None
    return SignatureBox(fields.ORGANIZATION, 0, (width - 290, height - 40, width - 40, height - 24), lock=True)


def first_page_lines(pdf: bytes) -> list[str]:
    """Lines of text on the first page; none of a page that is a picture or cannot be read."""
    try:
        with pypdfium2.PdfDocument(pdf) as pages:
            return str(pages[0].get_textpage().get_text_range()).splitlines() if len(pages) else []
    except pypdfium2.PdfiumError:
        return []


def first_lines(whole: bytes, kind: str) -> list[str]:
    """Lines of text with which a PDF or Word file begins, in which marks of secrecy are looked for; none of others.

    Of Word files that is whatever stands there: tables, in which heads of papers are laid out, text boxes, page heads.
    """
    if kind == media.PDF:
        return first_page_lines(whole)
    if kind != media.DOCX:
        return []
    try:
        parts = {part.name: part.content for part in limits.unpack(whole)}
        heads = sorted(name for name in parts if name.startswith("word/header"))
        read = [etree.fromstring(parts[name], _parser()) for name in (*heads, "word/document.xml")]
    except (Unreadable, KeyError, etree.XMLSyntaxError):
        return []
    lines = (line for part in read for each in part.iter(f"{WORD}p") for line in _said(each).splitlines())
    return [line for line in lines if line.strip()][:LINES]


def _said(paragraph: etree._Element) -> str:
    return "".join(
        (each.text or "") if each.tag == f"{WORD}t" else BREAKS.get(each.tag, "") for each in paragraph.iter()
    )


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True)


def whole_text(pdf: bytes, *, most: int = 200_000) -> tuple[str, int]:
    """The text of a PDF, up to so many letters, and how many pages it has; empty and 0 where it cannot be read."""
    try:
        with pypdfium2.PdfDocument(pdf) as pages:
            found, size = io.StringIO(), 0
            for page in pages:
                size += found.write(str(page.get_textpage().get_text_range()) + "\n")
                if size > most:
                    break
            return found.getvalue()[:most], len(pages)
    except pypdfium2.PdfiumError:
        return "", 0


def paper_of(document: Document) -> Paper:
    """Head and foot of a draft."""
    kind = kinds.BY_CODE[document.kind]
    head = Letterhead(
        superior=document.agency.superior,
        issuer=document.agency.name,
        symbol=document.notation,
        place=document.place or document.agency.place,
        kind="" if document.kind == DocumentKind.OFFICIAL_LETTER else kind.name,
        subject=document.subject,
        number=str(document.number) if document.number else "",
        issued_on=document.issued_on,
    )
    titles = [line for line in (document.signer_authority, document.signer_position) if line]
    return Paper(head, (), (), document.places_to, Signature(titles, document.signer_name))


def _html(document: Document, *, spots: bool) -> str:
    paper = paper_of(document)
    context = papers.context(paper) | {
        "spots": spots,
        "letter": document.kind == DocumentKind.OFFICIAL_LETTER,
        "urgency": Urgency(document.urgency).label if document.urgency else "",
        "blocks": body.blocks(document.body.get("text", "")),
    }
    return render_to_string("documents/official.html", context)


def _text(
    name: str,
    page: int,
    left: float,
    baseline: float,
    width: float,
    offsets: tuple[float, ...] = (0.0,),
    font: object = None,
) -> TextField:
    given = {"font": font} if font is not None else {}
    return TextField(
        name,
        page,
        (left, baseline - BELOW, left + width, baseline + SIZE),
        SIZE,
        offsets=offsets,
        baseline=BELOW,
        **given,  # type: ignore[arg-type]  # a path, or the default
    )


def _rooms(page: int, left: float, top: float) -> list[SignatureBox]:
    """The room of the person's signature, in the middle under the title, and of the seal, over its left third."""
    width, height = ROOM
    middle = left + 120  # half of the foot's right column
    person = (middle - width / 2, top - height, middle + width / 2, top)
    edge = person[0] + width / 3 - SEAL / 2
    low = top - height / 2 - SEAL / 2
    return [
        SignatureBox(fields.PERSON, page, person),
        SignatureBox(fields.ORGANIZATION, page, (edge, low, edge + SEAL, low + SEAL), lock=True),
    ]


def _after(page: pypdfium2.PdfPage, words: str, *, after: float = 0.0) -> tuple[float, float] | None:
    """Where the first such words in the head of a page end: left edge of what may follow, and the baseline."""
    text = page.get_textpage()
    found = text.search(words, match_whole_word=not words.endswith(":")).get_next()
    if found is None:
        return None
    index, count = found
    _left, low, right, _top = text.get_charbox(index + count - 1)
    if low < page.get_height() * (1 - HEADS):
        return None
    return right + 4, low


def _margin(page: pypdfium2.PdfPage, line: int) -> tuple[float, float]:
    return 85.0, page.get_height() - 40.0 - 16 * line


def _room(pages: pypdfium2.PdfDocument, signer_name: str) -> tuple[int, tuple[float, float]]:
    """The page and the upper left corner of the room over the signer's name; the lower right of the last page when
    nobody is named there."""
    for number in range(len(pages) - 1, -1, -1):
        text = pages[number].get_textpage()
        found = text.search(signer_name).get_next() if signer_name else None
        if found is not None:
            left, _low, _right, top = text.get_charbox(found[0])
            end = text.get_charbox(found[0] + found[1] - 1)[2]
            return number, ((left + end) / 2 - 120, top + ROOM[1] + 6)
    return len(pages) - 1, (320.0, 160.0)


def day_text(day: dt.date) -> str:
    """A day as the field of the day takes it: days below ten and the months 1 and 2 bear a nought."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{day.day:02d}/{month}/{day.year}"
