"""The desk as its page shows it."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tinhso.documents.choices import Direction, State
from tinhso.documents.models import Agency, Document
from tinhso.documents.presenters import lines
from tinhso.documents.selectors import documents, waiting
from tinhso.documents.selectors.documents import Reader

MOST = 15  # lines of each part


def desk(asker: Reader, agency: Agency, at: dt.datetime) -> dict[str, Any]:
    """The parts of the desk for one reader at one agency, empty ones left out."""
    unit = agency.org_unit_id
    mine = documents.visible(asker).filter(agency=agency).select_related("agency", "issuer", "arrival__assigned_to")
    parts = []
    if unit in asker.registers:
        parts += [
            _part(_("Chờ tiếp nhận"), mine.filter(state=State.ARRIVED), at),
            _part(
                _("Đã ký, chờ cấp số và ký số của cơ quan"), mine.filter(state__in=(State.SIGNED, State.NUMBERED)), at
            ),
            _part(_("Đã ban hành, chưa gửi"), waiting.late_to_send(agency).select_related("agency", "issuer"), at),
            _part(_("Đã tiếp nhận, chờ phân công"), mine.filter(state=State.REGISTERED), at),
        ]
    if unit in asker.signs:
        parts += [
            _part(_("Dự thảo chờ tôi duyệt"), documents.to_review(asker).filter(agency=agency), at),
            _part(_("Chờ tôi ký"), documents.to_sign(asker).filter(agency=agency), at),
            _part(_("Đã tiếp nhận, chờ phân công"), mine.filter(state=State.REGISTERED), at)
            if unit not in asker.registers
            else None,
        ]
    handled = mine.filter(arrival__assigned_to=asker.user, state__in=(State.ASSIGNED, State.IN_PROGRESS))
    parts.append(_part(_("Văn bản giao tôi xử lý"), handled, at))
    if unit in asker.drafts:
        own = mine.filter(direction=Direction.OUT, drafted_by=asker.user)
        parts.append(
            _part(_("Dự thảo của tôi"), own.filter(state__in=(State.DRAFT, State.IN_REVIEW, State.TO_SIGN)), at)
        )
    queue = waiting.to_be_sent(frozenset({unit} if unit else ()))
    return {
        "parts": [part for part in parts if part and part["count"]],
        "requests": list(waiting.requests(agency)) if unit in asker.registers else [],
        "queue": queue,
        "oldest_minutes": int((at - queue.oldest).total_seconds() // 60) if queue.oldest else 0,
        "may_draft": unit in asker.drafts,
        "may_register": unit in asker.registers,
        "may_sign": unit in asker.signs,
    }


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
