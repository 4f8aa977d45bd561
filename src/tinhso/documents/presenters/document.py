"""One document as its page shows it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from tinhso.core import signers
from tinhso.core.badges import Badge
from tinhso.core.clock import VIETNAM
from tinhso.core.exports import Column
from tinhso.documents.choices import (
    Direction,
    Medium,
    StatusCode,
    Steering,
    Urgency,
    VersionKind,
)
from tinhso.documents.models import Arrival, Delivery, Document, DocumentEvent, Verification
from tinhso.documents.presenters.lines import state_badge, verdict_badge
from tinhso.documents.presenters.people import names
from tinhso.documents.rules import kinds, life
from tinhso.documents.rules.fold import Recall, Standing
from tinhso.documents.rules.life import Step
from tinhso.documents.selectors import documents

SIGNED = (VersionKind.PERSON_SIGNED, VersionKind.NUMBERED, VersionKind.SEALED, VersionKind.RAISED, VersionKind.RECEIVED)
STANDINGS: dict[Standing, tuple[str, Callable[[], str]]] = {
    Standing.WAITING: ("too_early", lambda: _("Chờ gửi")),
    Standing.ARRIVED: ("on_track", lambda: _("Đã đến")),
    Standing.REFUSED: ("not_met", lambda: _("Từ chối tiếp nhận")),
    Standing.REGISTERED: ("on_track", lambda: _("Đã tiếp nhận")),
    Standing.ASSIGNED: ("on_track", lambda: _("Đã phân công")),
    Standing.IN_PROGRESS: ("on_track", lambda: _("Đang xử lý")),
    Standing.DONE: ("met", lambda: _("Hoàn thành")),
}
RECALLS: dict[Recall, tuple[str, Callable[[], str]]] = {
    Recall.ASKED: ("too_early", lambda: _("Đã yêu cầu thu hồi, cập nhật")),
    Recall.AGREED: ("met", lambda: _("Đồng ý lấy lại / cập nhật")),
    Recall.DECLINED: ("not_met", lambda: _("Từ chối lấy lại / cập nhật")),
}


def step_words() -> dict[str, str]:
    """What each step of a history is called."""
    return {
        "draft": _("Soạn dự thảo"),
        "arrive": _("Đến"),
        Step.EDIT: _("Sửa dự thảo"),
        Step.SUBMIT: _("Trình"),
        Step.RETURN: _("Trả lại"),
        Step.APPROVE: _("Duyệt dự thảo"),
        Step.SIGN: _("Người có thẩm quyền ký số"),
        Step.NUMBER: _("Cấp số"),
        Step.SEAL: _("Cơ quan ký số, ban hành"),
        Step.SEND: _("Gửi"),
        Step.UPDATE: _("Cập nhật thông tin"),
        Step.RECALL: _("Thu hồi"),
        Step.REPLACE: _("Được thay thế"),
        Step.DISCARD: _("Bỏ dự thảo"),
        Step.REGISTER: _("Tiếp nhận, vào sổ"),
        Step.REFUSE: _("Từ chối tiếp nhận"),
        Step.ASSIGN: _("Phân công"),
        Step.BEGIN: _("Bắt đầu xử lý"),
        Step.FINISH: _("Hoàn thành"),
        Step.GIVE_BACK: _("Nơi gửi lấy lại"),
        Step.SUPERSEDE: _("Nơi gửi thay thế"),
        "receipt": _("Nơi nhận báo"),
        "request": _("Nơi gửi yêu cầu thu hồi, cập nhật"),
        "mended": _("Nơi gửi cập nhật thông tin"),
        "remark": _("Ý kiến"),
        "checked": _("Kiểm tra lại chữ ký số"),
        "infected": _("Tệp có mã độc, không lưu"),
        "raised": _("Thêm dấu thời gian và dữ liệu kiểm tra lâu dài"),
    }


def whole(document: Document, at: dt.datetime) -> dict[str, Any]:
    """Everything of a document."""
    versions = list(document.versions.select_related("file").order_by("-number"))
    arrival = Arrival.objects.select_related("sender", "assigned_to").filter(document=document).first()
    check = documents.verification(document, document.issuer.name)
    is_gone = document.state in life.GONE and document.direction == Direction.IN
    events, remarks = list(document.events.order_by("seq")), list(document.remarks.order_by("pk"))
    people = names(
        [*(each.actor for each in events), *(each.author for each in remarks), *(each.made_by for each in versions)]
    )
    return {
        "document": document,
        "number": kinds.shown_number(document.number, document.notation),
        "kind": str(document.get_kind_display()),
        "state": state_badge(document),
        "facts": _facts(document, arrival),
        "arrival": arrival,
        "versions": [] if is_gone else [_version(each, people) for each in versions],
        "newest": versions[0] if versions and not is_gone else None,
        "attachments": [] if is_gone else list(document.attachments.select_related("file").order_by("position")),
        "is_gone": is_gone,
        "check": _check(check) if check and not is_gone else None,
        "deliveries": [_delivery(each, at) for each in _deliveries(document)],
        "events": [_event(each, people) for each in events],
        "remarks": [(people[each.author], each) for each in remarks],
        "requests": list(document.requests.select_related("sender").order_by("pk")),
        "twins": [(kinds.shown_number(each.number, each.notation), each) for each in documents.twins(document)[:5]],
        "warning": _warning(document),
        "is_paper": document.medium == Medium.PAPER,
        "is_out": document.direction == Direction.OUT,
        "has_preview": has_preview(document),
        "is_draft": document.state in (life.DRAFT, life.IN_REVIEW),
        "waits": _waits(document, arrival),
    }


def has_preview(document: Document) -> bool:
    """Whether a document can be looked at as it is laid out: before it is signed, where its text was written here."""
    is_written = document.direction == Direction.OUT and not document.body.get("uploaded")
    return is_written and document.state in (life.DRAFT, life.IN_REVIEW, life.TO_SIGN)


def report(found: dict[str, Any]) -> dict[str, Any]:
    """A stored report of a check in words; of a file without signatures, why there is nothing to judge."""
    reasons = [each["text"] for each in found["reasons"]]
    is_bare = not found["signatures"] and bool(reasons)
    return {
        "badge": verdict_badge(found["verdict"]),
        "sentence": reasons[0] if is_bare else _sentence(found["verdict"]),
        "reasons": reasons[1:] if is_bare else reasons,
        "signatures": [_signature(each) for each in found["signatures"]],
    }


def _check(check: Verification) -> dict[str, Any]:
    return report(check.report) | {"at": check.at, "is_open": check.next_try_at is not None}


def _sentence(verdict: str) -> str:
    return {
        "dat": _("Chữ ký số đúng, chứng thư còn hiệu lực, nội dung không bị sửa sau khi ký."),
        "khong_dat": _("Chữ ký số không đạt: không dùng văn bản này như bản chính."),
        "chua_du": _("Chưa đủ căn cứ để kết luận; hệ thống tự kiểm tra lại khi có thêm dữ liệu."),
    }[verdict]


def _signature(found: dict[str, Any]) -> dict[str, Any]:
    roles = {"person": _("Người ký"), "organization": _("Cơ quan, tổ chức"), "timestamp": _("Dấu thời gian")}
    return {
        "role": roles.get(found["role"], ""),
        "signer": found["signer"],
        "organization": found["organization"],
        "stated_at": dt.datetime.fromisoformat(found["stated_at"]) if found["stated_at"] else None,
        "proved_at": dt.datetime.fromisoformat(found["proved_at"]) if found["proved_at"] else None,
        "covers": _("toàn bộ tệp") if found["coverage"] == "entire_file" else _("tệp lúc ký"),
        "serial": found["serial"],
        "badge": verdict_badge(found["verdict"]),
        "reasons": [each["text"] for each in found["reasons"]],
    }


def _facts(document: Document, arrival: Arrival | None) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = [
        (_("Cơ quan ban hành"), document.issuer.name),
        (_("Số, ký hiệu"), kinds.shown_number(document.number, document.notation)),
        (_("Ngày ban hành"), document.issued_on),
        (_("Mã định danh văn bản"), document.code),
        (_("Người ký"), ", ".join(each for each in (document.signer_name, document.signer_position) if each)),
        (_("Mức độ khẩn"), str(Urgency(document.urgency).label)),
        (_("Tính chất"), str(Steering(document.steering).label)),
        (_("Số trang"), document.pages),
        (_("Hạn trả lời"), document.reply_due_on),
        (_("Đơn vị soạn thảo"), document.drafting_unit),
        (_("Nơi nhận"), "; ".join(document.places_to)),
    ]
    if arrival is not None:
        rows += [
            (_("Nơi gửi"), arrival.sender.name),
            (_("Số đến"), arrival.number),
            (_("Ngày đến"), arrival.arrived_on),
            (_("Người xử lý"), arrival.assigned_to.full_name if arrival.assigned_to else ""),
            (_("Ý kiến phân phối, chỉ đạo"), arrival.opinion),
            (_("Thời hạn giải quyết"), arrival.due_on),
            (_("Kết quả giải quyết"), arrival.outcome),
        ]
    return [(name, value) for name, value in rows if value not in (None, "")]


def _deliveries(document: Document) -> list[Delivery]:
    return list(
        document.deliveries.select_related("recipient__partner")
        .prefetch_related("receipts", "dispatches")
        .order_by("pk")
    )


def _delivery(delivery: Delivery, at: dt.datetime) -> dict[str, Any]:
    code, word = STANDINGS[Standing(delivery.standing)]
    recall = RECALLS.get(Recall(delivery.recall))
    dispatch = next(iter(delivery.dispatches.all()), None)
    late = delivery.standing == Standing.WAITING and at > delivery.send_by
    return {
        "recipient": delivery.recipient.name,
        "way": delivery.recipient.partner.name if delivery.recipient.partner else _("trong hệ thống này"),
        "badge": Badge("not_met" if late else code, _("Quá hạn gửi") if late else word()),
        "recall": Badge(recall[0], recall[1]()) if recall else None,
        "refusal": delivery.refusal,
        "tries": dispatch.tries if dispatch and not dispatch.done_at else 0,
        "error": dispatch.last_error if dispatch and not dispatch.done_at else "",
        "receipts": [
            (StatusCode(each.code).label, each.at_remote, each.is_signed)
            for each in sorted(delivery.receipts.all(), key=lambda one: (one.at_remote, one.code))
        ],
    }


def _version(version: Any, people: dict[str, str]) -> dict[str, Any]:
    return {
        "number": version.number,
        "kind": str(VersionKind(version.kind).label),
        "name": version.name,
        "at": version.made_at,
        "by": people[version.made_by],
        "sha256": version.file.sha256,
        "size": version.file.size,
    }


def _event(event: DocumentEvent, people: dict[str, str]) -> dict[str, Any]:
    return {
        "what": step_words().get(event.step, event.step),
        "actor": people[event.actor],
        "at": event.at,
        "note": event.note,
    }


def _waits(document: Document, arrival: Arrival | None) -> str:
    """Whom the document waits for, for readers who have nothing to do with it now."""
    handler = arrival.assigned_to.full_name if arrival and arrival.assigned_to else ""
    return {
        life.DRAFT: _("Đang được soạn thảo."),
        life.IN_REVIEW: _("Chờ lãnh đạo cơ quan xem xét dự thảo."),
        life.TO_SIGN: _("Chờ %(name)s ký số.") % {"name": document.signer_name},
        life.SIGNED: _("Chờ văn thư cấp số và ký số của cơ quan."),
        life.NUMBERED: _("Chờ văn thư ký số của cơ quan."),
        life.ARRIVED: _("Chờ văn thư tiếp nhận."),
        life.REGISTERED: _("Chờ phân công xử lý."),
        life.ASSIGNED: _("Chờ %(name)s xử lý.") % {"name": handler},
        life.IN_PROGRESS: _("%(name)s đang xử lý.") % {"name": handler},
    }.get(document.state, "")


def delivery_columns() -> list[Column[dict[str, Any]]]:
    """The columns of the file of recipients."""
    return [
        (_("Nơi nhận"), lambda row: row["recipient"]),
        (_("Kênh"), lambda row: row["way"]),
        (_("Trạng thái"), lambda row: row["badge"].label),
        (_("Thu hồi, cập nhật"), lambda row: row["recall"].label if row["recall"] else ""),
        (_("Lý do từ chối"), lambda row: row["refusal"]),
        (_("Số lần thử"), lambda row: row["tries"]),
        (_("Lỗi gần nhất"), lambda row: row["error"]),
        (_("Biên nhận"), lambda row: "; ".join(_receipt(label, at) for label, at, _signed in row["receipts"])),
    ]


def _receipt(label: str, at: dt.datetime) -> str:
    return f"{label} {at.astimezone(VIETNAM):%d/%m/%Y %H:%M}"


def signature_columns() -> list[Column[dict[str, Any]]]:
    """The columns of the file of signatures."""
    return [
        (_("Ai ký"), lambda row: row["signer"]),
        (_("Vai trò"), lambda row: row["role"]),
        (_("Cơ quan, tổ chức"), lambda row: row["organization"]),
        (_("Lúc ký"), lambda row: row["stated_at"]),
        (_("Dấu thời gian"), lambda row: row["proved_at"]),
        (_("Bảo vệ"), lambda row: row["covers"]),
        (_("Kết luận"), lambda row: row["badge"].label),
        (_("Lý do"), lambda row: "; ".join(row["reasons"])),
    ]


def _warning(document: Document) -> str:
    """What pages say of signatures without legal value."""
    made = document.versions.filter(signature__has_legal_value=False).exists()
    return signers.warning() if made else ""
