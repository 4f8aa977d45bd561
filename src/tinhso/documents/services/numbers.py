"""Numbers without gaps and twins, per agency, year and series (NĐ 30/2020/NĐ-CP, Điều 15)."""

import datetime as dt

from django.conf import settings
from django.utils.translation import gettext as _

from tinhso.core import counters
from tinhso.core.errors import RuleViolation
from tinhso.documents.choices import DocumentKind
from tinhso.documents.models import Agency, Document, NumberBook, NumberTaken
from tinhso.documents.rules import kinds

TOGETHER = "*"
IN = "in"
OWN = (DocumentKind.RESOLUTION, DocumentKind.DECISION, DocumentKind.STATUTE, DocumentKind.REGULATION)


class BookClosed(RuleViolation):
    """The year's book is closed; nothing gets a number in it any more."""


def series_of(kind: str) -> str:
    """The series a type is numbered in: by type or all together, as the head of the agency has set (Điều 15 khoản 2)."""
    if settings.DOCUMENT_NUMBERING != "by_kind" and kind not in OWN:
        return TOGETHER
    return (
        kind if kinds.BY_CODE[kind].abbreviation else DocumentKind.OFFICIAL_LETTER
    )  # no abbreviation tells them apart


def take(*, agency: Agency, series: str, document: Document, on: dt.date, at: dt.datetime) -> int:
    """Give a document the next number, in the caller's transaction; a rolled-back one gives its number back.

    Numbers run from 1 in each year, without gap: whoever comes second waits for the first.

    Raises:
        BookClosed: the year's book is closed.
    """
    book, _created = NumberBook.objects.get_or_create(agency=agency, year=on.year, series=series)
    if book.is_closed:
        raise BookClosed(_("Sổ năm %(year)s đã khóa; hãy cấp số trong sổ năm nay.") % {"year": on.year})
    number = counters.next_number(f"documents.book.{book.pk}")
    NumberTaken.objects.create(book=book, number=number, document=document, taken_at=at)
    return number
