"""The desk as its page shows it."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tinhso.core.exports import Column
from tinhso.documents.choices import Direction, State
from tinhso.documents.models import Agency, Document
from tinhso.documents.presenters import lines
from tinhso.documents.presenters.lines import Line
from tinhso.documents.presenters.queue import age
from tinhso.documents.selectors import documents, waiting
from tinhso.documents.selectors.documents import Reader

MOST = 15  # lines of each part
MOST_ROWS = 5000  # of each part in the file


def desk(asker: Reader, agency: Agency, at: dt.datetime) -> dict[str, Any]:
    """The parts of the desk for one reader at one agency, empty ones left out."""
    unit = agency.org_unit_id
    queue = waiting.to_be_sent(frozenset({unit} if unit else ()))
    found = [_part(title, waits, at) for title, waits in _parts(asker, agency)]
    return {
        "parts": [part for part in found if part["count"]],
        "unanswered": waiting.unanswered(agency, at).count() if unit in asker.registers else 0,
        "requests": list(waiting.requests(agency)) if unit in asker.registers else [],
        "queue": queue,
        "oldest": age(at - queue.oldest) if queue.oldest else "",
        "may_draft": unit in asker.drafts,
        "may_register": unit in asker.registers,
        "may_sign": unit in asker.signs,
    }


def columns() -> list[Column[tuple[str, Line]]]:
    """The columns of the file: what is to be done, and with which document."""
    return [
        (_("Việc cần làm"), lambda row: row[0]),
        (_("Ngày văn bản"), lambda row: row[1].day),
        (_("Số, ký hiệu"), lambda row: row[1].number),
        (_("Tên loại"), lambda row: row[1].kind),
        (_("Trích yếu"), lambda row: row[1].subject),
        (_("Mức độ khẩn"), lambda row: row[1].urgency),
        (_("Nơi gửi, nơi nhận"), lambda row: row[1].other),
        (_("Trạng thái"), lambda row: row[1].state.label),
        (_("Thời hạn"), lambda row: row[1].term.label if row[1].term else ""),
    ]


def rows(asker: Reader, agency: Agency, at: dt.datetime) -> Iterator[tuple[str, Line]]:
    """The rows of the file."""
    for title, found in _parts(asker, agency):
        for line in lines.lines(list(found.order_by("-urgency", "pk")[:MOST_ROWS]), {}, at):
            yield title, line


def _parts(asker: Reader, agency: Agency) -> list[tuple[str, QuerySet[Document]]]:
    unit = agency.org_unit_id
    mine = documents.visible(asker).filter(agency=agency).select_related("agency", "issuer", "arrival__assigned_to")
    unassigned = (_("Đã tiếp nhận, chờ phân công"), mine.filter(state=State.REGISTERED))
    parts = []
    if unit in asker.registers:
        signed = mine.filter(state__in=(State.SIGNED, State.NUMBERED))
        unsent = waiting.late_to_send(agency).select_related("agency", "issuer")
        parts += [
            (_("Chờ tiếp nhận"), mine.filter(state=State.ARRIVED)),
            (_("Đã ký, chờ cấp số và ký số của cơ quan"), signed),
            (_("Đã ban hành, chưa gửi"), unsent),
            unassigned,
        ]
    if unit in asker.signs:
        parts += [
            (_("Dự thảo chờ tôi duyệt"), documents.to_review(asker).filter(agency=agency)),
            (_("Chờ tôi ký"), documents.to_sign(asker).filter(agency=agency)),
        ]
        parts += [unassigned] if unit not in asker.registers else []
    handled = mine.filter(arrival__assigned_to=asker.user, state__in=(State.ASSIGNED, State.IN_PROGRESS))
    parts.append((_("Văn bản giao tôi xử lý"), handled))
    if unit in asker.drafts:
        own = mine.filter(direction=Direction.OUT, drafted_by=asker.user)
        open_ = own.filter(state__in=(State.DRAFT, State.IN_REVIEW, State.TO_SIGN))
        parts.append((_("Dự thảo của tôi"), open_))
    return parts


def _part(title: str, found: QuerySet[Document], at: dt.datetime) -> dict[str, Any]:
    shown = list(found.order_by("-urgency", "pk")[: MOST + 1])
    count = len(shown) if len(shown) <= MOST else found.count()
    shown = shown[:MOST]
    return {
        "title": title,
        "count": count,
        "lines": lines.lines(shown, documents.verdicts(shown), at),
        "more": count - len(shown),
    }
