"""A paper as Word (.docx): margins, letters and order of NĐ 30/2020/NĐ-CP, Phụ lục I."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from tinhso.core import charts
from tinhso.core.papers.model import (
    MOTTO,
    NATION,
    Block,
    Drawing,
    Items,
    Paper,
    Paragraph,
    Signature,
    Subheading,
    Table,
    number_line,
    numbered,
    place_and_day,
)

FONT = "Times New Roman"
SIZE, SMALL, TINY, CELLS = 14, 13, 11, 10  # points
MARGINS_MM = {"top": 20, "bottom": 20, "left": 30, "right": 15}
TEXT_MM = 210 - MARGINS_MM["left"] - MARGINS_MM["right"]
SCALE = 2.0  # of charts, which Word takes as pixels only
Line = tuple[str, dict[str, Any]]  # text of a centered line, with its form


def document(paper: Paper) -> bytes:
    """The paper as a .docx file."""
    import docx
    from docx.shared import Pt

    made = docx.Document()
    _set_page(made)
    _head(made, paper)
    for text in paper.opening:
        _text(made, text)
    for number, section in numbered(paper.sections):
        _heading(made, f"{number}. {section.title.upper()}", 1)
        _blocks(made, section.blocks)
    _foot(made, paper.recipients, paper.signature)
    if paper.note:
        made.add_paragraph().add_run(paper.note).font.size = Pt(CELLS)
    made.core_properties.title = f"{paper.head.kind} {paper.head.subject}"
    made.core_properties.author = paper.head.issuer
    made.core_properties.language = "vi-VN"
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def _set_page(made: Any) -> None:
    from docx.shared import Mm, Pt

    page = made.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    for side, width in MARGINS_MM.items():
        setattr(page, f"{side}_margin", Mm(width))
    page.header_distance = Mm(10)
    _number_pages(page)
    style = made.styles["Normal"]
    _letters(style, SIZE)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    for level in (1, 2):
        heading = made.styles[f"Heading {level}"]
        _letters(heading, SIZE)
        heading.font.bold = True
        heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(8), Pt(4)
        heading.paragraph_format.keep_with_next = True


def _letters(style: Any, size: int) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.name, style.font.size = FONT, Pt(size)
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(script), FONT)
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
        fonts.attrib.pop(qn(theme), None)


def _number_pages(page: Any) -> None:
    """Numbers in the middle of the upper margin, none on the first page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    page.different_first_page_header_footer = True
    line = page.header.paragraphs[0]
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    line._p.append(field)


def _head(made: Any, paper: Paper) -> None:
    """Issuer and number on the left, nation and day on the right, then type and subject."""
    head = paper.head
    grid = _grid(made, [[40, 60]])[0]
    issuer: list[Line] = [(head.superior.upper(), {})] if head.superior else []
    _lines(grid[0], [*issuer, (head.issuer.upper(), {"bold": True, "ruled": 0.4}), (number_line(head), {})], SMALL)
    right: list[Line] = [(NATION, {"bold": True, "size": 12}), (MOTTO, {"bold": True, "ruled": 0.72, "size": SIZE})]
    _lines(grid[1], [*right, (place_and_day(head), {"italic": True})], SMALL)
    _centered(made, head.kind.upper(), bold=True, before=12)
    _rule(_centered(made, head.subject, bold=True), 0.35, 165)


def _grid(made: Any, rows: Sequence[Sequence[int]]) -> list[list[Any]]:
    """Cells side by side, without lines; widths in percent of the text."""
    from docx.shared import Mm

    table = made.add_table(rows=len(rows), cols=len(rows[0]))
    table.autofit = False
    for row, widths in zip(table.rows, rows, strict=True):
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(TEXT_MM * width / 100)
    return [list(row.cells) for row in table.rows]


def _lines(cell: Any, lines: Iterable[Line], size: int) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    for position, (text, form) in enumerate(lines):
        line = cell.paragraphs[0] if position == 0 else cell.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = line.add_run(text)
        run.bold, run.italic = form.get("bold", False), form.get("italic", False)
        run.font.size = Pt(form.get("size", size))
        if "ruled" in form:
            _rule(line, form["ruled"], 82)
            line.paragraph_format.space_after = Pt(6)


def _rule(line: Any, part: float, width_mm: float) -> None:
    """A line under a paragraph, as wide as a part of its room: a border of an indented paragraph below."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    below = OxmlElement("w:p")
    line._p.addnext(below)
    ruled = type(line)(below, line._parent)
    side = Mm(width_mm * (1 - part) / 2)
    ruled.paragraph_format.left_indent = ruled.paragraph_format.right_indent = side
    ruled.paragraph_format.line_spacing = Pt(3)
    ruled.paragraph_format.space_after = Pt(4)
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    ruled._p.get_or_add_pPr().append(borders)


def _centered(made: Any, text: str, *, bold: bool = False, before: int = 0) -> Any:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    line = made.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.paragraph_format.space_before = Pt(before)
    line.add_run(text).bold = bold
    return line


def _heading(made: Any, text: str, level: int) -> None:
    from docx.shared import Mm

    made.add_heading(text, level).paragraph_format.first_line_indent = Mm(10)


def _text(made: Any, text: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    line = made.add_paragraph(text)
    line.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    line.paragraph_format.first_line_indent = Mm(10)
    line.paragraph_format.space_after = Pt(6)


def _blocks(made: Any, blocks: Iterable[Block]) -> None:
    count = 0
    for block in blocks:
        match block:
            case Paragraph(text):
                _text(made, text)
            case Subheading(text):
                count += 1
                _heading(made, f"{count}. {text}", 2)
            case Items(lines):
                for line in lines:
                    _text(made, f"- {line}")
            case Table():
                _table(made, block)
            case Drawing():
                _drawing(made, block)


def _table(made: Any, table: Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.shared import Mm, Pt

    if table.title:
        _centered(made, table.title, bold=True, before=6).paragraph_format.keep_with_next = True
    grid = made.add_table(rows=1, cols=len(table.headers), style="Table Grid")
    grid.autofit = False
    widths = [Mm(TEXT_MM * width / sum(table.widths)) for width in table.widths]
    repeated = OxmlElement("w:tblHeader")
    grid.rows[0]._tr.get_or_add_trPr().append(repeated)
    for row, cells in [(grid.rows[0], table.headers), *((grid.add_row(), cells) for cells in table.rows)]:
        is_head = cells is table.headers
        whole = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(whole)
        for position, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width = widths[position]
            line = cell.paragraphs[0]
            run = line.add_run(text)
            run.font.size, run.bold = Pt(CELLS), is_head
            if is_head:
                line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            elif position in table.numeric:
                line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    made.add_paragraph().paragraph_format.line_spacing = Pt(6)


def _drawing(made: Any, drawing: Drawing) -> None:
    import vl_convert
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    _centered(made, drawing.chart.title, bold=True, before=6).paragraph_format.keep_with_next = True
    picture = io.BytesIO(vl_convert.svg_to_png(charts.drawing(drawing.chart.name, "wide"), scale=SCALE))
    line = made.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    shape = line.add_run().add_picture(picture, width=Mm(TEXT_MM * 0.95))
    shape._inline.docPr.set("descr", drawing.chart.words)
    line.paragraph_format.space_after = Pt(6)


def _foot(made: Any, recipients: Sequence[str], signature: Signature) -> None:
    """Recipients on the left, whoever signs on the right; both stay on one page."""
    from docx.shared import Pt

    made.add_paragraph()
    left, right = _grid(made, [[50, 50]])[0]
    first = left.paragraphs[0].add_run("Nơi nhận:")
    first.bold = first.italic = True
    first.font.size = Pt(12)
    for position, text in enumerate(recipients):
        end = "." if position == len(recipients) - 1 else ";"
        left.add_paragraph().add_run(f"- {text}{end}").font.size = Pt(TINY)
    titles: list[Line] = [(title.upper(), {"bold": True}) for title in signature.titles]
    room: list[Line] = [("", {}), (signature.mark, {"size": CELLS}), ("", {}), ("", {})]
    _lines(right, [*titles, *room, (signature.name, {"bold": True})], SIZE)
