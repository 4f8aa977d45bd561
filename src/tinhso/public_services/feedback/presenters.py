"""Ratings and complaints as pages and files show them."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from tinhso.core import sealed
from tinhso.core.badges import Badge
from tinhso.organizations import api as organizations
from tinhso.public_services.feedback.choices import ComplaintKind, Level
from tinhso.public_services.feedback.models import Complaint
from tinhso.public_services.feedback.selectors import Comment, Tally


@dataclass(frozen=True, slots=True)
class ComplaintLine:
    """A complaint in a list or on its page; without its text in lists.

    Attributes:
        dossier: number; empty where it is about the agency as a whole.
        dossier_url: of the dossier's page for the reader; empty for none.
    """

    kind: str
    agency: str
    dossier: str
    dossier_url: str
    at: dt.datetime
    due_at: dt.datetime
    badge: Badge
    answered_at: dt.datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class TallyRow:
    """Ratings of an agency for a procedure; `levels` from the best to the worst."""

    agency: str
    code: str
    procedure: str
    levels: list[tuple[str, int]]
    total: int
    share: float


@dataclass(frozen=True, slots=True)
class CommentLine:
    at: dt.datetime
    level: str
    agency: str
    procedure: str
    text: str


def complaint(one: Complaint, *, at: dt.datetime, is_official: bool) -> ComplaintLine:
    """A complaint for a citizen or for an official.

    Args:
        is_official: to which pages it leads.
    """
    page = "public_services:complaint" if is_official else "public_services:my_complaint"
    dossier_page = "public_services:desk_dossier" if is_official else "public_services:my_dossier"
    return ComplaintLine(
        kind=str(ComplaintKind(one.kind).label),
        agency=name_of(one.agency_id, at.date()),
        dossier=one.dossier.number if one.dossier else "",
        dossier_url=reverse(dossier_page, args=[one.dossier.key]) if one.dossier else "",
        at=one.at,
        due_at=one.due_at,
        badge=_badge(one, at),
        answered_at=one.answered_at,
        url=reverse(page, args=[one.key]),
    )


def _badge(one: Complaint, at: dt.datetime) -> Badge:
    if one.answered_at:
        return Badge("good", _("Đã trả lời"))
    return Badge("bad", _("Quá hạn trả lời")) if at > one.due_at else Badge("running", _("Chờ trả lời"))


def texts(one: Complaint) -> tuple[str, str]:
    """What was said and what was answered; the answer is empty while there is none."""
    return sealed.opened(one.sealed), sealed.opened(one.sealed_answer) if one.sealed_answer else ""


def complaint_columns() -> list[tuple[str, Callable[[ComplaintLine], Any]]]:
    """The list of complaints as a file, without what was said."""
    return [
        (_("Loại"), lambda one: one.kind),
        (_("Cơ quan"), lambda one: one.agency),
        (_("Hồ sơ"), lambda one: one.dossier),
        (_("Gửi lúc"), lambda one: one.at),
        (_("Trả lời trước"), lambda one: one.due_at),
        (_("Trả lời lúc"), lambda one: one.answered_at),
        (_("Tình trạng"), lambda one: one.badge.label),
    ]


def tally_rows(found: Iterable[Tally], on: dt.date) -> list[TallyRow]:
    """Ratings by agency and procedure, in the order of names."""
    rows = [
        TallyRow(
            agency=name_of(one.agency_id, on),
            code=one.code,
            procedure=one.procedure,
            levels=[(str(level.label), one.levels[level]) for level in Level],
            total=one.total,
            share=one.satisfied / one.total,
        )
        for one in found
    ]
    return sorted(rows, key=lambda row: (row.agency, row.procedure))


def tally_columns() -> list[tuple[str, Callable[[TallyRow], Any]]]:
    """Ratings as a file."""

    def level(place: int) -> Callable[[TallyRow], Any]:
        return lambda row: row.levels[place][1]

    return [
        (_("Cơ quan"), lambda row: row.agency),
        (_("Mã thủ tục"), lambda row: row.code),
        (_("Thủ tục"), lambda row: row.procedure),
        *((str(one.label), level(place)) for place, one in enumerate(Level)),
        (_("Tổng số"), lambda row: row.total),
        (_("Tỷ lệ hài lòng trở lên"), lambda row: round(row.share, 4)),
    ]


def totals(rows: Iterable[TallyRow]) -> list[tuple[str, int]]:
    """All ratings by level, from the best to the worst."""
    found = {str(level.label): 0 for level in Level}
    for row in rows:
        for label, count in row.levels:
            found[label] += count
    return list(found.items())


def comment_lines(found: Iterable[Comment], on: dt.date) -> list[CommentLine]:
    """What people wrote beside ratings."""
    return [
        CommentLine(one.at, str(Level(one.score).label), name_of(one.agency_id, on), one.procedure, one.text)
        for one in found
    ]


def unit_choices(on: dt.date) -> list[tuple[str, list[tuple[int, str]]]]:
    """The agencies of a day, grouped by level, highest first."""
    levels = list(organizations.UnitKind)
    rows = sorted(
        organizations.units_on(on), key=lambda row: (levels.index(organizations.UnitKind(row.kind)), row.name)
    )
    return [
        (str(organizations.UnitKind(kind).label), [(row.unit_id, row.name) for row in group])
        for kind, group in groupby(rows, key=attrgetter("kind"))
    ]


def name_of(unit_id: int, on: dt.date) -> str:
    return organizations.named_unit(unit_id, on).name
