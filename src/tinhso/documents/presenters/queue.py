"""What waits to be sent, as its page shows it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tinhso.core.badges import Badge
from tinhso.core.exports import Column
from tinhso.documents.models import Dispatch
from tinhso.documents.rules import kinds


@dataclass(frozen=True)
class Row:
    """One packet that has not arrived.

    Attributes:
        what: number and notation of its document, or what else it is.
        age: how long it waits, in words.
    """

    key: int
    document_id: int | None
    what: str
    sender: str
    recipient: str
    way: str
    made_at: dt.datetime
    age: str
    tries: int
    error: str
    next_at: dt.datetime | None
    state: Badge
    is_stopped: bool


def rows(found: Sequence[Dispatch], at: dt.datetime) -> list[Row]:
    """The rows of the page."""
    return [_row(each, at) for each in found]


def columns() -> list[Column[Row]]:
    """The columns of the file."""
    return [
        (_("Văn bản"), lambda row: row.what),
        (_("Nơi gửi"), lambda row: row.sender),
        (_("Nơi nhận"), lambda row: row.recipient),
        (_("Kênh"), lambda row: row.way),
        (_("Từ lúc"), lambda row: row.made_at),
        (_("Số lần thử"), lambda row: row.tries),
        (_("Lỗi gần nhất"), lambda row: row.error),
        (_("Lần thử tới"), lambda row: row.next_at),
        (_("Trạng thái"), lambda row: row.state.label),
    ]


def age(span: dt.timedelta) -> str:
    """A span in the largest unit that says something."""
    minutes = max(int(span.total_seconds() // 60), 0)
    if minutes < 60:
        return _("%(count)s phút") % {"count": minutes}
    if minutes < 48 * 60:
        return _("%(count)s giờ") % {"count": minutes // 60}
    return _("%(count)s ngày") % {"count": minutes // 1440}


def _row(dispatch: Dispatch, at: dt.datetime) -> Row:
    document = dispatch.delivery.document if dispatch.delivery else None
    partner = dispatch.recipient.partner
    what = kinds.shown_number(document.number, document.notation) if document else _("báo trạng thái, yêu cầu")
    return Row(
        key=dispatch.pk,
        document_id=document.pk if document else None,
        what=what,
        sender=dispatch.sender.name,
        recipient=dispatch.recipient.name,
        way=partner.name if partner else _("trong hệ thống này"),
        made_at=dispatch.made_at,
        age=age(at - dispatch.made_at),
        tries=dispatch.tries,
        error=(partner.parked_reason if partner else "") or dispatch.last_error,
        next_at=dispatch.next_at if not dispatch.parked_at else None,
        state=_state(dispatch),
        is_stopped=dispatch.stopped_at is not None,
    )


def _state(dispatch: Dispatch) -> Badge:
    partner = dispatch.recipient.partner
    if dispatch.stopped_at:
        return Badge("no_occurrence", _("Đã dừng"))
    if dispatch.parked_at or (partner and (partner.parked_reason or not partner.is_active)):
        return Badge("not_met", _("Chờ người xem xét"))
    return Badge("too_early", _("Đang thử lại") if dispatch.tries else _("Chờ gửi"))
