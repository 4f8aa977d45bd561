"""Documents for the demonstration: between agencies of the sample province, at every point of their way."""

import datetime as dt
from typing import Any

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, User
from tinhso.documents.choices import DocumentKind
from tinhso.documents.models import Agency, Document
from tinhso.documents.rules import kinds
from tinhso.documents.rules.life import By
from tinhso.documents.services import (
    agencies,
    dispatching,
    drafting,
    registering,
    sending,
    signing,
    unpacking,
)

EVERYTHING = frozenset({By.DRAFTER, By.LEADER, By.REGISTRAR, By.HANDLER})
SUBJECTS = (  # type, subject, how far it goes
    (DocumentKind.PLAN, "Nâng tỷ lệ văn bản điện tử có chữ ký số (mẫu)", "done"),
    (DocumentKind.OFFICIAL_LETTER, "Rà soát trang thiết bị phục vụ ký số (mẫu)", "registered"),
    (DocumentKind.REPORT, "Kết quả chuyển đổi số tháng (mẫu)", "sent"),
    (DocumentKind.OFFICIAL_LETTER, "Mời góp ý quy chế trao đổi văn bản điện tử (mẫu)", "issued"),
    (DocumentKind.NOTICE, "Lịch tập huấn ký số (mẫu)", "signed"),
    (DocumentKind.SUBMISSION, "Bổ sung thiết bị ký số (mẫu)", "to_sign"),
    (DocumentKind.PLAN, "Kiểm tra công tác văn thư (mẫu)", "in_review"),
    (DocumentKind.INVITATION, "Họp tổ công tác chuyển đổi số (mẫu)", "draft"),
)
ORDER = ("draft", "in_review", "to_sign", "signed", "issued", "sent", "registered", "done")


def give_samples(*, today: dt.date, at: dt.datetime) -> int:
    """Make sample documents between two agencies that have their people; none where there are some.

    Returns:
        How many were made.
    """
    agencies.ensure_ours(on=today)
    staffed = [
        found for found in Agency.objects.filter(org_unit__isnull=False).order_by("pk") if _is_staffed(found, today)
    ]
    if Document.objects.exists() or len(staffed) < 2:
        return 0
    sender, recipient = sorted(staffed, key=lambda agency: not agency.superior)[:2]  # a department first
    for kind, subject, how_far in SUBJECTS:
        _make(sender, recipient, kind, subject, how_far, today, at)
    _make(recipient, sender, DocumentKind.OFFICIAL_LETTER, "Đề nghị cung cấp số liệu tháng (mẫu)", "sent", today, at)
    return len(SUBJECTS) + 1


def _is_staffed(agency: Agency, today: dt.date) -> bool:
    return all(_people(agency, action, today) for action in (Action.SIGN_DOCUMENTS, Action.REGISTER_DOCUMENTS))


def _people(agency: Agency, action: Action, today: dt.date) -> list[User]:
    return accounts.people_at(unit_id=agency.org_unit_id or 0, action=action, on=today)


def _make(
    sender: Agency, recipient: Agency, kind: DocumentKind, subject: str, how_far: str, today: dt.date, at: dt.datetime
) -> None:
    steps = ORDER.index(how_far)
    leader, registrar = (_people(sender, each, today)[0] for each in (Action.SIGN_DOCUMENTS, Action.REGISTER_DOCUMENTS))
    drafters = _people(sender, Action.DRAFT_DOCUMENTS, today)
    author = next((each for each in drafters if each not in (leader, registrar)), registrar)
    text = drafting.Text(
        kind=kind,
        subject=subject,
        body=f"{kinds.template(kind)}\nVăn bản mẫu của bản dùng thử, không có giá trị pháp lý.",
        unit="VP",
        signer_id=leader.pk,
        signer_name=leader.full_name,
        signer_position="Giám đốc" if sender.superior else "Chủ tịch",
        places_to=(recipient.name, "Lưu: VT"),
    )
    found = drafting.create_draft(agency=sender, text=text, author=author, at=at)
    common: dict[str, Any] = {"acts_as": EVERYTHING, "at": at}
    if steps >= 1:
        found = drafting.submit(document_id=found.pk, revision=found.revision, actor=author.username, **common)
    if steps >= 2:
        found = drafting.approve(document_id=found.pk, revision=found.revision, actor=leader.username, **common)
    if steps >= 3:
        found = signing.sign(document_id=found.pk, revision=found.revision, signer=leader, **common)
    if steps >= 4:
        found = signing.issue(document_id=found.pk, revision=found.revision, actor=registrar.username, **common)
    if steps >= 5:
        sending.send(
            document_id=found.pk,
            revision=found.revision,
            recipients=[recipient],
            actor=registrar.username,
            **common,
        )
        _exchange(at)
    if steps >= 6:
        _take_in(found, recipient, steps >= 7, today, at)


def _exchange(at: dt.datetime) -> None:
    while dispatching.run(at=at) + sum(unpacking.unpack(inbound_id=key, at=at) for key in unpacking.waiting()):
        pass


def _take_in(sent: Document, recipient: Agency, is_finished: bool, today: dt.date, at: dt.datetime) -> None:
    copy = Document.objects.get(agency=recipient, direction="in", code=sent.code)
    registrar = _people(recipient, Action.REGISTER_DOCUMENTS, today)[0]
    common: dict[str, Any] = {"actor": registrar, "acts_as": EVERYTHING, "at": at}
    copy = registering.register(document_id=copy.pk, revision=copy.revision, **common)
    if is_finished:
        copy = registering.assign(
            document_id=copy.pk,
            revision=copy.revision,
            to=registrar,
            opinion="Tham mưu thực hiện.",
            due_on=None,
            **common,
        )
        registering.finish(document_id=copy.pk, revision=copy.revision, outcome="Đã phổ biến tới các đơn vị.", **common)
    _exchange(at)
