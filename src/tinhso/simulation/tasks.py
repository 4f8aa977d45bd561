"""A few tasks for the demonstration province, invented and called so: some done, some late, one given back."""

import datetime as dt
import io
from dataclasses import dataclass
from decimal import Decimal

from tinhso.organizations import api as organizations
from tinhso.plans import api as plans
from tinhso.plans.api import Agency, EvidenceFile, Served, TaskText

GIVER, DOER = "chutri", "lanhdao.nn"
PAPER = b"%PDF-1.7\n% minh chung mau\n"


@dataclass(frozen=True, slots=True)
class Sample:
    """One task: days are relative to today; `ends` is how far it has come."""

    title: str
    product: str
    lead: str
    indicator: str
    begins: int
    due: int
    ends: str
    supporting: tuple[str, ...] = ()
    budget_vnd: int | None = None


SAMPLES = (
    Sample("Khôi phục ký số văn bản đi", "Văn bản đi được ký số trở lại", "SL-SNNPTNT", "gov.documents_signed", -70, -20, "accepted", ("SL-STTTT",)),
    Sample("Cài giải pháp bảo vệ cho máy trạm còn thiếu", "Danh sách máy đã cài", "SL-SNNPTNT", "sec.devices_protected", -40, 10, "handed_in", (), 120_000_000),
    Sample("Rà soát, trình phê duyệt cấp độ hệ thống thông tin", "Quyết định phê duyệt cấp độ", "SL-SNNPTNT", "sec.systems_by_level", -50, -5, "returned"),
    Sample("Đưa thủ tục đủ điều kiện lên toàn trình", "Danh mục công bố", "SL-SCT", "gov.procedures_full_online", -30, -12, "assigned", ("SL-VPUB",)),
    Sample("Gán địa chỉ số cho hộ gia đình còn thiếu", "Số hộ có địa chỉ số đạt mục tiêu", "119", "soc.digital_addresses", -20, 25, "in_progress", (), 350_000_000),
    Sample("Hướng dẫn người dân nộp hồ sơ trực tuyến tại bộ phận một cửa", "Tỷ lệ hồ sơ trực tuyến đạt mục tiêu", "125", "gov.dossiers_online", -15, 40, "in_progress"),
    Sample("Thanh toán viện phí không dùng tiền mặt tại trung tâm y tế", "Trung tâm y tế có thiết bị thanh toán", "SL-SYT", "soc.health_cashless", -5, 5, "assigned", (), 80_000_000),
)  # fmt: skip


def give_sample_tasks(*, today: dt.date, at: dt.datetime) -> int:
    """Give the sample tasks (nhiệm vụ mẫu), each with the figure it is to mend.

    Args:
        today: day to which their days are relative; agencies are those of the last day with figures.

    Returns:
        How many were given.
    """
    asked = plans.question(number=None, period=None, as_of=None)
    province = organizations.resolve(asked.plan.province, asked.as_of).org_unit_id
    for sample in SAMPLES:
        _give(sample, asked, province, today, at)
    return len(SAMPLES)


def _give(sample: Sample, asked: plans.Question, province: int, today: dt.date, at: dt.datetime) -> None:
    lead = organizations.resolve(sample.lead, asked.as_of).org_unit_id
    begins = today + dt.timedelta(days=sample.begins)
    text = TaskText(
        title=f"(mẫu) {sample.title}",
        product=sample.product,
        lead=Agency(lead),
        starts_on=begins,
        due_on=today + dt.timedelta(days=sample.due),
        supporting=tuple(Agency(organizations.resolve(code, asked.as_of).org_unit_id) for code in sample.supporting),
        budget_line="Chi sự nghiệp công nghệ thông tin" if sample.budget_vnd else "",
        budget_vnd=sample.budget_vnd,
    )
    given = at + dt.timedelta(days=sample.begins)
    task = plans.assign_task(
        plan_number=asked.plan.number,
        text=text,
        serves=[_served(asked, sample.indicator, lead)],
        assigned_by=province,
        actor=GIVER,
        at=given,
    )
    step = {"task_id": task.pk, "actor": DOER, "at": given + dt.timedelta(days=5)}
    if sample.ends == "in_progress":
        plans.report_progress(**step, revision=task.revision, note="Đã làm được một phần", progress_pct=40)  # type: ignore[arg-type]  # of these types
    if sample.ends in ("handed_in", "accepted", "returned"):
        file = EvidenceFile("bao-cao-mau.pdf", io.BytesIO(PAPER), len(PAPER), "15/BC (mẫu)", begins)
        done = plans.hand_in(**step, revision=task.revision, note="Đã xong, kèm báo cáo", evidence=[file])  # type: ignore[arg-type]  # of these types
        review = {"task_id": task.pk, "revision": done.revision, "actor": GIVER, "at": given + dt.timedelta(days=8)}
        if sample.ends == "accepted":
            plans.accept(**review, note="Đạt yêu cầu")  # type: ignore[arg-type]  # of these types
        if sample.ends == "returned":
            plans.return_task(**review, reason="Chưa có quyết định phê duyệt cấp độ kèm theo")  # type: ignore[arg-type]  # of these types


def _served(asked: plans.Question, indicator: str, unit_id: int) -> Served:
    found = plans.statuses(asked, [unit_id], [indicator])[unit_id]
    figure = found[0].figure if found else None
    numerator: Decimal | None = None if figure is None else figure.numerator
    return Served(
        indicator=indicator,
        unit_id=unit_id,
        period=asked.period.code,
        as_of=asked.as_of,
        numerator=numerator,
        denominator=figure.denominator if figure and numerator is not None else None,
    )
