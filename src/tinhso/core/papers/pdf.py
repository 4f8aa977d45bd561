"""A paper as PDF/A-2u, archivable: fonts inside, nothing fetched from anywhere."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from tinhso.core import charts
from tinhso.core.errors import RuleViolation
from tinhso.core.papers.model import MOTTO, NATION, Paper, number_line, numbered, place_and_day

STYLE = Path(__file__).parent / "paper.css"
VARIANT = "pdf/a-2u"
POINTS = 0.75  # of a CSS pixel


class PdfUnavailable(RuleViolation):
    """The machine lacks Pango, which lays out the letters."""


def document(paper: Paper) -> bytes:
    """The paper as a PDF/A file.

    Raises:
        PdfUnavailable: the machine lacks Pango.
    """
    return from_html(html(paper), STYLE)


def from_html(page: str, style: Path) -> bytes:
    """A page that holds everything itself as a PDF/A file; whatever it refers to is not fetched.

    Args:
        page: HTML.
        style: its CSS file.

    Raises:
        PdfUnavailable: the machine lacks Pango.
    """
    made: bytes = _opened(page).write_pdf(stylesheets=[_style(style)], pdf_variant=VARIANT)
    return made


def _opened(page: str) -> Any:
    try:
        import weasyprint
    except OSError:
        raise PdfUnavailable(
            _("Máy chủ thiếu Pango nên chưa xuất được PDF; hãy tải bản Word và báo quản trị chạy “tinhso doctor”.")
        ) from None

    nothing = weasyprint.urls.URLFetcher(allowed_protocols=())  # a paper holds everything itself
    return weasyprint.HTML(string=page, url_fetcher=nothing)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something named stands on a laid-out paper, in points from the lower left corner of its page.

    Attributes:
        page: from 0.
        top: upper edge of what stands there.
    """

    page: int
    left: float
    top: float


def laid_out(page: str, style: Path) -> tuple[bytes, dict[str, Spot]]:
    """A page as a PDF/A file, and where its elements with an `id` stand, so that fields can be put there.

    Args:
        page: HTML.
        style: its CSS file.

    Raises:
        PdfUnavailable: the machine lacks Pango.
    """
    whole = _opened(page).render(stylesheets=[_style(style)])
    spots = {
        name: Spot(number, x * POINTS, (sheet.height - y) * POINTS)
        for number, sheet in enumerate(whole.pages)
        for name, (x, y, *_size) in sheet.anchors.items()
    }
    made: bytes = whole.write_pdf(pdf_variant=VARIANT)
    return made, spots


def html(paper: Paper) -> str:
    """The paper as one HTML page, which is what the PDF is made from."""
    return render_to_string("core/papers/document.html", context(paper))


def context(paper: Paper) -> dict[str, Any]:
    """What the template of a paper needs."""
    return {
        "paper": paper,
        "nation": NATION,
        "recipients_title": "Nơi nhận:",
        "motto": MOTTO,
        "number_line": number_line(paper.head),
        "place_and_day": place_and_day(paper.head),
        "sections": [(number, section.title, _shaped(section.blocks)) for number, section in numbered(paper.sections)],
    }


def _shaped(blocks: Any) -> list[dict[str, Any]]:
    """Blocks with their kinds by name, subheadings numbered, and cells with their side."""
    found, count = [], 0
    for block in blocks:
        kind = type(block).__name__.lower()
        shaped: dict[str, Any] = {"kind": kind, "block": block}
        if kind == "subheading":
            count += 1
            shaped["number"] = count
        if kind == "drawing":
            shaped["svg"] = mark_safe(charts.drawing(block.chart.name, "wide"))  # noqa: S308 - drawn by ourselves
        if kind == "table":
            total = sum(block.widths)
            heads = zip(block.headers, block.widths, strict=True)
            shaped["headers"] = [(text, round(100 * width / total, 2)) for text, width in heads]
            shaped["rows"] = [[(text, place in block.numeric) for place, text in enumerate(row)] for row in block.rows]
        found.append(shaped)
    return found


@lru_cache(maxsize=8)
def _style(path: Path) -> Any:
    import weasyprint

    return weasyprint.CSS(string=path.read_text(encoding="utf-8"))
