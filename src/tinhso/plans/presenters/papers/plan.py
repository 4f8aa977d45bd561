"""A plan as an official paper (kế hoạch) in the layout of NĐ 30/2020/NĐ-CP: tables of targets and tasks."""

import datetime as dt

from tinhso.core.numbers import number
from tinhso.core.papers import Block, Letterhead, Paper, Paragraph, Section, Signature, Subheading, Table
from tinhso.organizations import api as organizations
from tinhso.plans.models import PlanVersion
from tinhso.plans.rules.texts import PlannedTask, PlanText, Target
from tinhso.plans.selectors import plans

TARGET_HEADERS = ["TT", "Mục tiêu", "Mã chỉ tiêu", "Giá trị", "Áp dụng", "Mốc trong năm", "Cơ quan chủ trì"]
TASK_HEADERS = [
    "TT",
    "Nhiệm vụ",
    "Sản phẩm",
    "Chủ trì",
    "Phối hợp",
    "Thời gian",
    "Nguồn lực",
    "Phục vụ chỉ tiêu",
]
EVERYWHERE, NOTHING, BETWEEN, LEADS = "mọi cấp", "–", "; ", " chủ trì"
MONEY, LINE, PEOPLE = "kinh phí (đồng):", "nguồn:", "nhân lực:"
TITLE = "Kế hoạch "
KINDS = {"province": "tỉnh", "department": "sở, ban, ngành", "district": "huyện, thành phố", "commune": "xã, phường"}


def paper(row: PlanVersion) -> Paper:
    """The plan as a paper; number, day and signer stay open until it is approved."""
    text = plans.text_of(row)
    return Paper(
        head=_head(row, text),
        opening=[],
        sections=[
            Section("Mục tiêu", _targets(text)),
            Section("Nhiệm vụ", _tasks(text)),
            Section("Tổ chức thực hiện", _running(text)),
        ],
        recipients=["Bộ Khoa học và Công nghệ", "Các cơ quan, đơn vị có tên trong kế hoạch", "Lưu: VT"],
        signature=Signature(["TM. Ủy ban nhân dân", "Chủ tịch"], row.signer),
    )


def _head(row: PlanVersion, text: PlanText) -> Letterhead:
    number_, _slash, symbol = row.number.partition("/")
    place = organizations.last_named(text.province, text.last_day).name.removeprefix("Tỉnh ")
    return Letterhead(
        superior="",
        issuer=text.issuer,
        symbol=symbol or "KH-UBND",
        place=place,
        kind="Kế hoạch",
        subject=_capitalized(text.title.removeprefix(TITLE)),
        number=number_,
        issued_on=row.issued_on,
    )


def _targets(text: PlanText) -> list[Block]:
    blocks: list[Block] = []
    for code, objective in text.objectives.items():
        own = [target for target in text.targets if target.indicator.split(".")[0] == code]
        rows = [_target_row(text, place, target) for place, target in enumerate(own, 1)]
        blocks += [Subheading(objective.title)]
        blocks += [Paragraph(objective.aim)] if objective.aim else []
        blocks += [Table("", TARGET_HEADERS, rows, (8, 40, 34, 15, 20, 24, 28), frozenset({3}))] if rows else []
    return blocks


def _target_row(text: PlanText, place: int, target: Target) -> list[str]:
    sign = {">=": "", "<=": "≤ "}[target.operator]
    scope = BETWEEN.join(KINDS[kind] for kind in target.scope) or EVERYWHERE
    interim = BETWEEN.join(f"{one.due_on:%d/%m/%Y}: {number(one.value_pct)} %" for one in target.interim)
    return [
        str(place),
        target.title,
        target.indicator,
        f"{sign}{number(target.value_pct)} %",
        scope,
        interim or NOTHING,
        _name(target.owner, text.last_day),
    ]


def _tasks(text: PlanText) -> list[Block]:
    if not text.tasks:
        return [Paragraph("Nhiệm vụ được giao trong quá trình thực hiện.")]
    rows = [_task_row(text, place, task) for place, task in enumerate(text.tasks, 1)]
    return [Table("", TASK_HEADERS, rows, (8, 34, 26, 22, 22, 20, 28, 28))]


def _task_row(text: PlanText, place: int, task: PlannedTask) -> list[str]:
    supporting = BETWEEN.join(_name(code, text.last_day) for code in task.supporting)
    means = [(MONEY, number(task.budget_vnd) if task.budget_vnd is not None else ""), (LINE, task.budget_line)]
    resources = BETWEEN.join(f"{what} {said}" for what, said in [*means, (PEOPLE, task.people)] if said)
    term = f"{task.starts_on:%d/%m/%Y} – {task.due_on:%d/%m/%Y}"
    return [
        str(place),
        task.title,
        task.product,
        _name(task.lead, text.last_day),
        supporting or NOTHING,
        term,
        resources or NOTHING,
        BETWEEN.join(task.indicators) or NOTHING,
    ]


def _running(text: PlanText) -> list[Block]:
    lead = _name(text.lead, text.last_day)
    return [
        Paragraph(f"{lead}{LEADS}, theo dõi, đôn đốc và tổng hợp việc thực hiện kế hoạch."),
        Paragraph(
            "Các cơ quan, đơn vị thực hiện mục tiêu, nhiệm vụ được giao; số liệu lấy từ hồ sơ trên các hệ thống."
        ),
    ]


def _capitalized(words: str) -> str:
    return words[:1].upper() + words[1:]


def _name(code: str, on: dt.date) -> str:
    return organizations.last_named(code, on).name
