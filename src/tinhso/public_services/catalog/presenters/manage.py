"""Procedures as those who manage the catalog see them: where versions stand, what is doubtful, what has changed."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tinhso.core import numbers
from tinhso.core.badges import Badge
from tinhso.core.exports import Column
from tinhso.organizations.api import Resume, UnitKind
from tinhso.public_services.catalog.choices import (
    ApplicantKind,
    FeeKind,
    FeeTime,
    OnlineLevel,
    PaperKind,
    StepRole,
    VersionState,
)
from tinhso.public_services.catalog.models import ProcedureVersion
from tinhso.public_services.catalog.presenters.public import term_words
from tinhso.public_services.catalog.rules.content import TermText
from tinhso.public_services.catalog.rules.diff import Difference, What
from tinhso.public_services.catalog.rules.lint import Finding
from tinhso.public_services.catalog.selectors.managed import Managed
from tinhso.public_services.form_engine.rules.conditions import Condition
from tinhso.public_services.form_engine.rules.form import Form, Item, Page

SENTENCES = {  # of findings; most say what to do
    "steps_too_long": gettext_lazy(
        "Các bước cộng lại dài hơn thời hạn giải quyết %(number)s giờ làm việc; hãy bớt thời gian các bước."
    ),
    "nobody_signs": gettext_lazy("Không bước nào ký kết quả; hãy đánh dấu bước ký."),
    "steps_after_signing": gettext_lazy("Sau bước ký vẫn còn bước khác; bước ký phải là bước cuối."),
    "signer_no_leader": gettext_lazy("Bước ký không do lãnh đạo làm; hãy giao cho lãnh đạo."),
    "no_checklist": gettext_lazy("Bước này chưa có danh mục việc phải kiểm tra."),
    "more_at_least_than_at_most": gettext_lazy("Số tệp ít nhất lớn hơn số tệp nhiều nhất."),
    "no_help": gettext_lazy("Chưa có lời hướng dẫn."),
    "full_but_not_eligible": gettext_lazy("Ghi là trực tuyến toàn trình nhưng không đủ điều kiện toàn trình."),
    "no_statement_of_truth": gettext_lazy("Biểu mẫu chưa có lời cam đoan."),
    "basis_unchecked": gettext_lazy("Chưa căn cứ pháp lý nào được đối chiếu với văn bản đã đăng."),
    "long_page": gettext_lazy("Trang có %(number)s câu hỏi; nên tách để mỗi trang không quá 12."),
    "long_sentence": gettext_lazy("Có câu dài %(number)s chữ; nên viết câu ngắn, không quá 30 chữ."),
    "asked_later": gettext_lazy("Điều kiện hiện trang dựa vào câu hỏi ở trang sau; hãy hỏi câu đó trước."),
    "no_label": gettext_lazy("Câu hỏi không có tên."),
    "long_label": gettext_lazy(
        "Tên câu hỏi dài %(number)s chữ; hãy rút gọn và chuyển phần giải thích vào lời hướng dẫn."
    ),
    "no_entry_title": gettext_lazy("Nhóm lặp lại chưa nói mỗi mục gọi là gì."),
}
PARTS = {
    "general": gettext_lazy("Thông tin chung"),
    "legal_basis": gettext_lazy("Căn cứ pháp lý"),
    "papers": gettext_lazy("Thành phần hồ sơ"),
    "fees": gettext_lazy("Phí, lệ phí"),
    "steps": gettext_lazy("Các bước giải quyết"),
    "result": gettext_lazy("Kết quả"),
    "pages": gettext_lazy("Trang của biểu mẫu"),
    "questions": gettext_lazy("Câu hỏi của biểu mẫu"),
}
FIELDS = {
    "name": gettext_lazy("tên"),
    "field": gettext_lazy("lĩnh vực"),
    "summary": gettext_lazy("tóm tắt"),
    "offered_by": gettext_lazy("nơi giải quyết"),
    "applicants": gettext_lazy("ai được nộp"),
    "online_level": gettext_lazy("mức độ trực tuyến"),
    "eligible_full": gettext_lazy("đủ điều kiện toàn trình"),
    "national_portal": gettext_lazy("tích hợp Cổng Dịch vụ công quốc gia"),
    "assurance": gettext_lazy("mức độ định danh"),
    "term": gettext_lazy("thời hạn"),
    "resume": gettext_lazy("tính thời hạn sau khi bổ sung"),
    "extension": gettext_lazy("hẹn lại thêm"),
    "supplement_days": gettext_lazy("số ngày làm việc chờ bổ sung"),
    "to_check": gettext_lazy("cần cơ quan kiểm tra"),
    "act": gettext_lazy("văn bản"),
    "place": gettext_lazy("điều, khoản"),
    "checked": gettext_lazy("đã đối chiếu"),
    "kind": gettext_lazy("loại"),
    "min": gettext_lazy("số tệp ít nhất"),
    "max": gettext_lazy("số tệp nhiều nhất"),
    "help": gettext_lazy("lời hướng dẫn"),
    "reuse": gettext_lazy("kết quả dùng thay"),
    "visible_if": gettext_lazy("khi nào hỏi"),
    "amount_vnd": gettext_lazy("số tiền (đồng)"),
    "when": gettext_lazy("khi nào thu"),
    "per": gettext_lazy("nhân với"),
    "channels": gettext_lazy("kênh nộp"),
    "role": gettext_lazy("vị trí"),
    "checklist": gettext_lazy("danh mục kiểm tra"),
    "signs": gettext_lazy("ký kết quả"),
    "consults": gettext_lazy("lấy ý kiến"),
    "code": gettext_lazy("mã"),
    "symbol": gettext_lazy("ký hiệu"),
    "intro": gettext_lazy("lời dẫn"),
    "lines": gettext_lazy("các dòng"),
    "valid_months": gettext_lazy("hiệu lực (tháng)"),
    "title": gettext_lazy("tên trang"),
    "label": gettext_lazy("câu hỏi"),
    "page": gettext_lazy("trang"),
    "widget": gettext_lazy("kiểu ô"),
    "required": gettext_lazy("bắt buộc"),
    "options": gettext_lazy("các lựa chọn"),
    "values": gettext_lazy("mã của các lựa chọn"),
    "prefill": gettext_lazy("điền sẵn"),
    "checks": gettext_lazy("điều kiện kiểm tra"),
}
WHATS = {
    What.ADDED: Badge("good", gettext_lazy("thêm")),  # type: ignore[arg-type]  # a lazy text is one when it is shown
    What.REMOVED: Badge("bad", gettext_lazy("bỏ")),  # type: ignore[arg-type]  # likewise
    What.CHANGED: Badge("running", gettext_lazy("sửa")),  # type: ignore[arg-type]  # likewise
    What.MOVED: Badge("running", gettext_lazy("đổi thứ tự")),  # type: ignore[arg-type]  # likewise
}
LABELS: dict[str, Mapping[Any, Any]] = {  # of codes, by the field that holds them
    "offered_by": dict(UnitKind.choices),
    "applicants": dict(ApplicantKind.choices),
    "online_level": dict(OnlineLevel.choices),
    "kind": {**dict(PaperKind.choices), **dict(FeeKind.choices)},
    "when": dict(FeeTime.choices),
    "role": dict(StepRole.choices),
    "resume": {
        Resume.CONTINUE.value: gettext_lazy("tính tiếp phần còn lại"),
        Resume.RESTART.value: gettext_lazy("tính lại từ đầu"),
    },
    "channels": {
        "online": gettext_lazy("trực tuyến"),
        "counter": gettext_lazy("trực tiếp"),
        "post": gettext_lazy("bưu chính"),
    },
}
OPERATORS = {"==": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}


@dataclass(frozen=True, slots=True)
class ProcedureRow:
    """A procedure in the list of those who manage it.

    Attributes:
        version: number of the version in force; None when none is.
        others: what else there is, such as a draft; each links to its version.
        link: primary key of the version to look at first.
    """

    code: str
    name: str
    field: str
    badge: Badge
    version: int | None
    since: dt.date | None
    others: Sequence[tuple[int, str]]
    link: int


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a procedure."""

    key: int
    number: int
    badge: Badge
    valid_from: dt.date | None
    valid_to: dt.date | None
    written_by: str
    published_by: str
    published_at: dt.datetime | None
    digest: str


@dataclass(frozen=True, slots=True)
class FindingLine:
    """Something doubtful in words."""

    where: str
    text: str
    stops: bool


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """A difference in words."""

    badge: Badge
    title: str
    field: str
    before: str
    after: str


def rows(found: Iterable[Managed], today: dt.date) -> list[ProcedureRow]:
    """The list of procedures."""
    return [_row(one, today) for one in found]


def _row(one: Managed, today: dt.date) -> ProcedureRow:
    shown = one.current or one.coming or one.draft or one.newest
    others = []
    if one.coming:
        day = f"{one.coming.valid_from:%d/%m/%Y}"
        others.append((one.coming.pk, _("bản %(number)s từ %(day)s") % {"number": one.coming.number, "day": day}))
    if one.draft:
        others.append((one.draft.pk, _("bản %(number)s đang soạn") % {"number": one.draft.number}))
    return ProcedureRow(
        code=one.procedure.code,
        name=shown.name,
        field=shown.field,
        badge=_standing(one, today),
        version=one.current.number if one.current else None,
        since=one.current.valid_from if one.current else None,
        others=others,
        link=shown.pk,
    )


def _standing(one: Managed, today: dt.date) -> Badge:
    if one.ended_on is not None and one.ended_on < today:
        return Badge("no_occurrence", _("đã bãi bỏ"))
    if one.current is None:
        return Badge("too_early", _("chưa áp dụng"))
    if one.ended_on is not None:
        return Badge("old", _("áp dụng đến %(day)s") % {"day": f"{one.ended_on:%d/%m/%Y}"})
    return Badge("met", _("đang áp dụng"))


def columns() -> list[Column[ProcedureRow]]:
    """The list as a file."""
    return [
        (_("Mã thủ tục"), lambda row: row.code),
        (_("Tên thủ tục"), lambda row: row.name),
        (_("Lĩnh vực"), lambda row: row.field),
        (_("Tình trạng"), lambda row: row.badge.label),
        (_("Phiên bản"), lambda row: row.version),
        (_("Áp dụng từ"), lambda row: row.since),
        (_("Bản khác"), lambda row: "; ".join(text for _key, text in row.others)),
    ]


def version_row(version: ProcedureVersion, today: dt.date) -> VersionRow:
    """One version."""
    return VersionRow(
        key=version.pk,
        number=version.number,
        badge=_version_badge(version, today),
        valid_from=version.valid_from,
        valid_to=version.valid_to,
        written_by=_who(version.written_by),
        published_by=_who(version.published_by),
        published_at=version.published_at,
        digest=version.digest,
    )


def _who(actor: str) -> str:
    """Who wrote or published a version; what comes with the platform names the system."""
    return _("Hệ thống") if actor == "system" else actor


def _version_badge(version: ProcedureVersion, today: dt.date) -> Badge:
    if version.state == VersionState.DRAFT or version.valid_from is None:
        return Badge("no_data", str(VersionState.DRAFT.label))
    if version.valid_from > today:
        return Badge("too_early", _("sắp áp dụng"))
    if version.valid_to is not None and version.valid_to < today:
        return Badge("no_occurrence", _("hết áp dụng"))
    return Badge("met", _("đang áp dụng"))


def finding_lines(found: Iterable[Finding]) -> list[FindingLine]:
    """What is doubtful, each with its sentence."""
    return [
        FindingLine(one.where, str(SENTENCES[one.kind]) % {"number": numbers.number(one.number)}, one.stops)
        for one in found
    ]


def difference_groups(found: Iterable[Difference]) -> list[tuple[str, list[DifferenceLine]]]:
    """Differences under the parts in which they are."""
    groups: dict[str, list[DifferenceLine]] = {}
    for one in found:
        line = DifferenceLine(
            badge=WHATS[one.what],
            title=one.title,
            field=str(FIELDS.get(one.field, one.field)),
            before=words(one.field, one.before),
            after=words(one.field, one.after),
        )
        groups.setdefault(one.part, []).append(line)
    return [(str(PARTS[part]), lines) for part, lines in groups.items()]


def words(field: str, value: Any) -> str:
    """A value of a bundle as people read it."""
    labels = LABELS.get(field, {})
    if value in (None, "", [], {}):
        return ""
    match value:
        case bool():
            return _("có") if value else _("không")
        case int() | float():
            return numbers.number(value)
        case list():
            return "; ".join(words(field, one) for one in value)
        case {"amount": _amount, "unit": _unit}:
            return term_words(TermText.model_validate(value))
        case {"label": label, "answer": _answer}:
            return str(label)
        case dict() if field == "visible_if":
            return condition_words(value, {})
        case dict():
            return ", ".join(f"{name}: {json.dumps(one, ensure_ascii=False)}" for name, one in value.items())
        case _:
            return str(labels.get(value, value))


# ---- when something is asked, in words --------------------------------------------------------------------------


def condition_words(condition: Condition, items: Mapping[str, Item]) -> str:
    """A condition in words, such as “Diện miễn” = “Không”.

    Args:
        items: questions by name, whose labels are used; a name without one stands as it is.
    """
    ((operator, operand),) = condition.items()
    if operator in ("all", "any"):
        joint = _(" và ") if operator == "all" else _(" hoặc ")
        return joint.join(condition_words(one, items) for one in operand)
    if operator == "not":
        return _("không phải (%(condition)s)") % {"condition": condition_words(operand, items)}
    if operator == "given":
        return _("đã trả lời %(question)s") % {"question": _asked(operand, items)}
    path, value = operand
    if operator == "in":
        chosen = " / ".join(_answer(path, one, items) for one in value)
        return _("%(question)s là %(answers)s") % {"question": _asked(path, items), "answers": chosen}
    return f"{_asked(path, items)} {OPERATORS[operator]} {_answer(path, value, items)}"


def _asked(path: str, items: Mapping[str, Item]) -> str:
    name = path.rpartition("/")[2]
    return f"“{items[name].label if name in items else name}”"


def _answer(path: str, value: Any, items: Mapping[str, Item]) -> str:
    item = items.get(path.rpartition("/")[2])
    labels = dict(item.options) if item else {}
    if isinstance(value, bool):
        return _("có") if value else _("không")
    return f"“{labels.get(value, value)}”"


def whole_form(form: Form) -> list[tuple[str, Page]]:
    """Every page with every question, as if all were asked; what is asked only at times says when.

    Returns:
        Each page with its own condition in words, empty for none.
    """
    found = []
    for page in form.pages:
        items = [_always(item, form.items) for item in page.items]
        when = condition_words(page.visible_if, form.items) if page.visible_if else ""
        found.append((when, replace(page, items=items, visible_if=None)))
    return found


def _always(item: Item, items: Mapping[str, Item]) -> Item:
    own = {**items, **{inner.name: inner for inner in item.items}}
    inner = [_always(one, own) for one in item.items]
    if item.visible_if is None:
        return replace(item, items=inner)
    when = _("Chỉ hỏi khi %(condition)s.") % {"condition": condition_words(item.visible_if, items)}
    return replace(item, items=inner, visible_if=None, help=f"{item.help} {when}".strip())
