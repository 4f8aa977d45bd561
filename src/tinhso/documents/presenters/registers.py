"""Registers of documents with the fields of NĐ 30/2020/NĐ-CP, Phụ lục VI: as a table to print, as XML, as CSV."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from tinhso.core.exports import csv_answer
from tinhso.documents.choices import Direction, Urgency
from tinhso.documents.models import Agency, Document
from tinhso.documents.rules import kinds
from tinhso.documents.rules.life import NUMBERLESS
from tinhso.documents.selectors import documents
from tinhso.documents.selectors.documents import Reader, Wanted

STYLE = Path(__file__).parents[1] / "templates" / "documents" / "register.css"
MOST = 50_000


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a register.

    Attributes:
        name: of Phụ lục VI, as XML has it.
        title: as the printed table has it.
        width: of its column, in percent.
    """

    name: str
    title: str
    value: Callable[[Document], Any]
    width: int = 8


@dataclass(frozen=True)
class Register:
    """A register of one agency and year."""

    agency: Agency
    direction: Direction
    year: int
    fields: list[Field]
    rows: list[Document]


def register(asker: Reader, agency: Agency, direction: Direction, year: int) -> Register:
    """The register of an agency, by number."""
    found = documents.listed(asker, direction, agency, Wanted(year=year))
    if direction == Direction.IN:
        rows = found.filter(arrival__number__isnull=False).order_by("arrival__number")
    else:
        rows = found.exclude(state__in=NUMBERLESS).order_by("kind", "number")
    fields = _fields_in() if direction == Direction.IN else _fields_out()
    return Register(agency, direction, year, fields, list(rows[:MOST]))


def html(found: Register) -> str:
    """The register as a page to print."""
    rows = [[_shown(field.value(row)) for field in found.fields] for row in found.rows]
    title = _("Sổ đăng ký văn bản đến") if found.direction == Direction.IN else _("Sổ đăng ký văn bản đi")
    context = {"register": found, "title": title, "rows": rows}
    return render_to_string("documents/register.html", context)


def xml(found: Register) -> bytes:
    """The register as XML with the names of Phụ lục VI."""
    root = ElementTree.Element("Register", {"direction": str(found.direction), "year": str(found.year)})
    ElementTree.SubElement(root, "OrganName").text = found.agency.name
    for row in found.rows:
        entry = ElementTree.SubElement(root, "Document")
        for field in found.fields:
            ElementTree.SubElement(entry, field.name).text = _shown(field.value(row))
    whole: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return whole


def csv(name: str, found: Register) -> HttpResponse:
    """The register as a file for spreadsheets."""
    return csv_answer(
        name,
        [field.title for field in found.fields],
        ([field.value(row) for field in found.fields] for row in found.rows),
    )


def _common() -> list[Field]:
    return [
        Field("TypeName", _("Tên loại"), lambda row: kinds.BY_CODE[row.kind].name),
        Field("CodeNumber", _("Số"), lambda row: row.number, 4),
        Field("CodeNotation", _("Ký hiệu"), lambda row: row.notation),
        Field("IssuedDate", _("Ngày văn bản"), lambda row: row.issued_on, 7),
        Field("OrganName", _("Cơ quan ban hành"), lambda row: row.issuer.name, 10),
        Field("Subject", _("Trích yếu"), lambda row: row.subject, 18),
        Field("Language", _("Ngôn ngữ"), lambda row: row.language, 6),
        Field("PageAmount", _("Số trang"), lambda row: row.pages, 4),
        Field("Position", _("Chức vụ người ký"), lambda row: row.signer_position, 7),
        Field("FullName", _("Người ký"), lambda row: row.signer_name, 7),
        Field("Priority", _("Mức độ khẩn"), lambda row: str(Urgency(row.urgency).label), 5),
        Field("DueDate", _("Hạn trả lời"), lambda row: row.reply_due_on, 6),
    ]


def _fields_out() -> list[Field]:
    return [
        *_common(),
        Field("IssuedAmount", _("Số bản"), lambda row: row.copies, 4),
        Field("ToPlaces", _("Nơi nhận"), lambda row: "; ".join(row.places_to), 12),
        Field("State", _("Trạng thái"), lambda row: str(row.get_state_display()), 7),
    ]


def _fields_in() -> list[Field]:
    return [
        Field("ArrivalNumber", _("Số đến"), lambda row: row.arrival.number, 4),
        Field("ArrivalDate", _("Ngày đến"), lambda row: row.arrival.arrived_on, 7),
        *_common(),
        Field("ToPlaces", _("Đơn vị, người nhận"), lambda row: _handler(row), 8),
        Field("TraceHeaderList", _("Ý kiến phân phối, chỉ đạo"), lambda row: row.arrival.opinion, 10),
        Field("HandlingDueDate", _("Thời hạn giải quyết"), lambda row: row.arrival.due_on, 6),
    ]


def _handler(row: Document) -> str:
    return row.arrival.assigned_to.full_name if row.arrival.assigned_to else ""


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else str(value)
