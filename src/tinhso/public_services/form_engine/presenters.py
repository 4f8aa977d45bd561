"""Forms as pages show them: fields with their help and problems, and answers as people read them."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from tinhso.core import numbers
from tinhso.core.errors import RuleViolation
from tinhso.organizations import api as organizations
from tinhso.public_services.form_engine.rules import answers as answer_rules
from tinhso.public_services.form_engine.rules import filling
from tinhso.public_services.form_engine.rules.answers import Problem
from tinhso.public_services.form_engine.rules.conditions import Answers
from tinhso.public_services.form_engine.rules.filling import Part
from tinhso.public_services.form_engine.rules.form import Form, Item, Page, Widget

AUTOCOMPLETE = {
    "full_name": "name",
    "phone": "tel",
    "email": "email",
    "address": "street-address",
    "born_on": "bday",
    "identity_number": "off",
}
INPUT_MODES = {Widget.NUMBER: "numeric", Widget.MONEY: "numeric", Widget.IDENTITY_NUMBER: "numeric"}
INPUT_TYPES = {Widget.PHONE: "tel", Widget.EMAIL: "email"}
LONG = 60  # letters from which on a text gets the whole width
MOST_LETTERS = 2000


# ---- fields ----


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose; the first one's `id` is the field's own, so that a summary can lead to it."""

    value: str
    label: str
    id: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """Options under one title; the title is empty where there is nothing to tell apart."""

    title: str
    options: Sequence[Option]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a repeated group."""

    title: str
    id: str
    drop: str
    fields: Sequence["Field"]


@dataclass(frozen=True, slots=True)
class Field:
    """One question as it is asked.

    Attributes:
        kind: how it is drawn: `input`, `text`, `radios`, `select`, `check` or `group`.
        described_by: ids of its help and its problem.
        is_asked: False for a conditional one that is not asked now; only its place is drawn.
        decides: what else is asked depends on its answer.
    """

    name: str
    id: str
    kind: str
    label: str
    help: str = ""
    error: str = ""
    required: bool = False
    value: str = ""
    type: str = "text"
    mode: str = ""
    autocomplete: str = ""
    most: int = MOST_LETTERS
    is_short: bool = False
    is_conditional: bool = False
    is_asked: bool = True
    decides: bool = False
    choices: Sequence[OptionGroup] = ()
    entries: Sequence[Entry] = ()
    entry_title: str = ""
    may_add: bool = False

    @property
    def described_by(self) -> str:
        there = [f"{self.id}-help" if self.help else "", f"{self.id}-error" if self.error else ""]
        return " ".join(filter(None, there))


@dataclass(frozen=True, slots=True)
class PartView:
    """One page with its fields."""

    id: str
    title: str
    intro: str
    fields: Sequence[Field]


@dataclass(frozen=True)
class _Drawing:
    """What the fields of one page are drawn with."""

    answers: Answers
    sentences: Mapping[str, str]
    counts: Mapping[str, int]
    deciders: Collection[str]
    on: dt.date
    _communes: dict[str, Sequence[tuple[str, Sequence[tuple[str, str]]]]] = field(default_factory=dict)

    @property
    def communes(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        if not self._communes:
            self._communes["today"] = commune_groups(self.on)
        return self._communes["today"]


def part_views(
    parts: Sequence[Part],
    answers: Answers,
    *,
    on: dt.date,
    problems: Sequence[Problem] = (),
    counts: Mapping[str, int] | None = None,
) -> list[PartView]:
    """Pages that stand on one sheet, with the answers given so far.

    Args:
        on: the day of whose communes one is chosen.
        problems: to be shown at their questions.
        counts: entries that a group was shown with; empty ones at its end count.
    """
    items = items_of(parts)
    sentences = {one.pointer: sentence(one, filling.item_at(items, one.pointer)) for one in problems}
    drawing = _Drawing(answers, sentences, counts or {}, filling.deciders(parts), on)
    return [_part_view(part, drawing) for part in parts]


def items_of(parts: Iterable[Part]) -> dict[str, Item]:
    """The questions of some pages by name."""
    return {item.name: item for part in parts for item in part.page.items}


def _part_view(part: Part, drawing: _Drawing) -> PartView:
    asked = answer_rules.asked(part.form, drawing.answers)
    shown = {item.name for item in answer_rules.shown_items(part.page, asked)}
    fields = [
        _field(item, f"/{item.name}", drawing.answers.get(item.name), drawing, item.name in shown)
        for item in part.page.items
    ]
    return PartView(part.page.id, part.page.title, part.page.intro, fields)


def id_of(pointer: str) -> str:
    """The HTML id of the field that answers under a pointer."""
    return "f" + pointer.replace("/", "-")


def _field(item: Item, pointer: str, value: Any, drawing: _Drawing, is_asked: bool, decides_as: str = "") -> Field:
    name = pointer[1:].replace("/", "-")
    common: dict[str, Any] = {
        "name": name,
        "id": id_of(pointer),
        "label": item.label,
        "help": item.help,
        "error": drawing.sentences.get(pointer, ""),
        "required": item.required,
        "is_conditional": item.visible_if is not None,
        "is_asked": is_asked,
        "decides": (decides_as or item.name) in drawing.deciders,
    }
    if not is_asked:
        return Field(kind="input", **common)
    if item.widget == Widget.GROUP:
        return _group(item, pointer, value, drawing, common)
    text = filling.text_of(value)
    if item.widget in (Widget.CHOICE, Widget.YES_NO, Widget.SELECT, Widget.COMMUNE):
        choices = _choices(item, common["id"], text, drawing)
        radios = item.widget in (Widget.CHOICE, Widget.YES_NO)
        return Field(kind="radios" if radios else "select", value=text, choices=choices, **common)
    if item.widget == Widget.CHECK:
        return Field(kind="check", value=text, **common)
    return _input(item, text, value, common)


def _input(item: Item, text: str, value: Any, common: dict[str, Any]) -> Field:
    most = item.schema.get("maxLength", MOST_LETTERS)
    if item.widget == Widget.MONEY and isinstance(value, int):
        text = f"{value:,}".replace(",", ".")  # as it is read back, whatever the reader's language
    return Field(
        kind="text" if item.widget == Widget.LONG_TEXT else "input",
        value=text,
        type=_type(item.widget, text),
        mode=INPUT_MODES.get(item.widget, ""),
        autocomplete=AUTOCOMPLETE.get(item.prefill, ""),
        most=most,
        is_short=item.widget in INPUT_MODES or item.widget in (Widget.PHONE, Widget.DATE) or most <= LONG,
        **common,
    )


def _type(widget: Widget, text: str) -> str:
    """A date that cannot be read is shown as the text that was typed, since a date field would hide it."""
    if widget != Widget.DATE:
        return INPUT_TYPES.get(widget, "text")
    return "date" if not text or _as_day(text) else "text"


def _choices(item: Item, id_: str, text: str, drawing: _Drawing) -> list[OptionGroup]:
    groups: Sequence[tuple[str, Sequence[tuple[Any, str]]]] = [("", item.options)]
    if item.widget == Widget.YES_NO:
        groups = [("", [("true", _("Có")), ("false", _("Không"))])]
    elif item.widget == Widget.COMMUNE:
        groups = _with_chosen(drawing.communes, text, drawing.on)
    made, first = [], True
    for title, pairs in groups:
        options = []
        for place, (value, label) in enumerate(pairs):
            options.append(Option(str(value), label, id_ if first else f"{id_}-{place}", str(value) == text))
            first = False
        made.append(OptionGroup(title, options))
    return made


def _with_chosen(
    groups: Sequence[tuple[str, Sequence[tuple[str, str]]]], chosen: str, on: dt.date
) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
    """The communes, with the one that was chosen when it has ended since."""
    if not chosen or any(code == chosen for _title, pairs in groups for code, _name in pairs):
        return groups
    return [*groups, (_("Đơn vị trước đây"), [(chosen, commune_name(chosen, on))])]


def _group(item: Item, pointer: str, value: Any, drawing: _Drawing, common: dict[str, Any]) -> Field:
    rows = filling.entries(value)
    least = max(item.schema.get("minItems", 0), 1 if item.required else 0)
    count = min(max(len(rows), drawing.counts.get(item.name, 0), least), item.most)
    title = item.entry_title or item.label
    made = []
    for number in range(count):
        entry = rows[number] if number < len(rows) else {}
        here = f"{pointer}/{number}"
        shown = {inner.name for inner in answer_rules.shown_items(item, drawing.answers, entry)}
        fields = [
            _field(
                inner,
                f"{here}/{inner.name}",
                entry.get(inner.name),
                drawing,
                inner.name in shown,
                f"{item.name}/{inner.name}",
            )
            for inner in item.items
        ]
        drop = f"drop-{item.name}-{number}"
        made.append(Entry(f"{title} {number + 1}", id_of(here), drop, fields))
    return Field(kind="group", entries=made, entry_title=title, may_add=count < item.most, value=str(count), **common)


def all_fields(parts: Iterable[PartView]) -> list[Field]:
    """Every field, those inside groups after their group."""
    found = []
    for part in parts:
        for one in part.fields:
            found.append(one)
            found += [inner for entry in one.entries for inner in entry.fields]
    return found


# ---- communes ----


def commune_groups(on: dt.date) -> list[tuple[str, list[tuple[str, str]]]]:
    """The communes of a day as (code, name), under their districts where there are any."""
    rows = organizations.units_on(on)
    districts = {row.unit_id: row.name for row in rows if row.kind == organizations.UnitKind.DISTRICT}
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        if row.kind == organizations.UnitKind.COMMUNE:
            found.setdefault(districts.get(row.parent_id or 0, ""), []).append((row.code, row.name))
    return [(title, sorted(pairs, key=lambda pair: pair[1])) for title, pairs in sorted(found.items())]


def commune_name(code: str, on: dt.date | None = None) -> str:
    """What a commune was called on a day, or last before; the text itself where it is no code.

    Args:
        on: the day of the filing, since a code may name another commune later; None for what it names now.
    """
    try:
        return organizations.last_named(code, on or dt.date.max).name
    except RuleViolation:
        return code


# ---- problems ----


class ProblemLine(NamedTuple):
    """One line of the summary at the top: where it leads, the question and what to do."""

    url: str
    label: str
    text: str


def problem_lines(items: Mapping[str, Item], problems: Iterable[Problem], page_url: str = "") -> list[ProblemLine]:
    """The summary of what is to be mended.

    Args:
        items: questions by name.
        page_url: of the page that holds the fields; empty for the page itself.
    """
    found = []
    for problem in problems:
        item = filling.item_at(items, problem.pointer)
        label = item.label if item else _("Biểu mẫu")
        found.append(ProblemLine(f"{page_url}#{id_of(problem.pointer)}", label, sentence(problem, item)))
    return found


def sentence(problem: Problem, item: Item | None = None) -> str:
    """What to do about a problem."""
    kind, limit = problem.kind, problem.limit
    if kind == "required" or (kind == "const" and item and item.widget == Widget.CHECK):
        return _missing(item)
    if kind in ("type", "pattern", "format"):
        return _wrong(item)
    if kind in ("oneOf", "enum", "const"):
        return _("Hãy chọn một trong các mục đã cho.")
    texts = {
        "minLength": _("Hãy ghi ít nhất %(limit)s ký tự."),
        "maxLength": _("Hãy rút ngắn, nhiều nhất %(limit)s ký tự."),
        "minimum": _("Hãy ghi số từ %(limit)s trở lên."),
        "maximum": _("Hãy ghi số không quá %(limit)s."),
        "minItems": _("Hãy ghi ít nhất %(limit)s mục."),
        "maxItems": _("Hãy bỏ bớt, nhiều nhất %(limit)s mục."),
        "unknown": _("Có thông tin mà biểu mẫu không hỏi; hãy tải lại trang rồi điền lại."),
        "infected": _("Có tệp chứa mã độc; hãy bỏ tệp đó và gửi một bản sạch."),
        "uniqueItems": _("Có mục ghi hai lần; hãy bỏ bớt một mục."),
    }
    shown = numbers.number(limit) if isinstance(limit, int | float) else limit
    return texts.get(kind, _("Nội dung chưa hợp lệ; hãy xem lại.")) % {"limit": shown}


def _missing(item: Item | None) -> str:
    match item.widget if item else None:
        case Widget.CHOICE | Widget.SELECT | Widget.YES_NO | Widget.COMMUNE:
            return _("Hãy chọn một mục.")
        case Widget.CHECK:
            return _("Hãy đánh dấu vào ô này.")
        case Widget.GROUP:
            return _("Hãy ghi ít nhất một mục.")
        case Widget.DATE:
            return _("Hãy ghi ngày, tháng, năm.")
        case _:
            return _("Hãy ghi mục này.")


def _wrong(item: Item | None) -> str:
    match item.widget if item else None:
        case Widget.DATE:
            return _("Hãy ghi ngày có thật theo dạng ngày/tháng/năm, ví dụ 30/09/1990.")
        case Widget.NUMBER | Widget.MONEY:
            return _("Hãy ghi một số nguyên, chỉ dùng chữ số.")
        case Widget.PHONE:
            return _("Hãy ghi số điện thoại 10 chữ số, ví dụ 0912 345 678.")
        case Widget.EMAIL:
            return _("Hãy ghi địa chỉ thư điện tử đủ tên và nơi, ví dụ ten@vidu.vn.")
        case Widget.IDENTITY_NUMBER:
            return _("Hãy ghi đủ 12 chữ số của số định danh cá nhân.")
        case Widget.YES_NO | Widget.CHOICE | Widget.SELECT:
            return _("Hãy chọn một mục.")
        case _:
            return _("Nội dung chưa đúng dạng; hãy xem lời chỉ dẫn rồi ghi lại.")


# ---- answers as people read them ----


class AnswerLine(NamedTuple):
    """One answer; `text` is empty when the question was not answered, and has a line per entry of a group."""

    name: str
    label: str
    text: str


class AnswerPage(NamedTuple):
    """The answers of one page."""

    title: str
    lines: list[AnswerLine]


def answer_lines(form: Form, answers: Answers, on: dt.date | None = None) -> list[AnswerPage]:
    """The answers to everything that was asked, page by page, in the order of `form.shown_pages`.

    Args:
        answers: as stored; those to questions that are not asked are passed over.
        on: the day of the filing, by which communes are named; None for today's names.
    """
    asked = answer_rules.asked(form, answers)
    return [AnswerPage(page.title, page_lines(page, asked, on)) for page in form.shown_pages(asked)]


def page_lines(page: Page, answers: Answers, on: dt.date | None = None) -> list[AnswerLine]:
    """The answers to what one page asks."""
    shown = answer_rules.shown_items(page, answers)
    return [AnswerLine(one.name, one.label, answer_text(one, answers.get(one.name), answers, on)) for one in shown]


def answer_text(item: Item, value: Any, answers: Answers | None = None, on: dt.date | None = None) -> str:
    """One answer in words; empty for none."""
    if value is None or value == "":
        return ""
    match item.widget:
        case Widget.GROUP:
            return _entries_text(item, value, answers or {}, on)
        case Widget.CHECK | Widget.YES_NO:
            return _("Có") if value is True else _("Không") if value is False else str(value)
        case Widget.CHOICE | Widget.SELECT:
            return next((label for const, label in item.options if const == value), str(value))
        case Widget.DATE:
            day = _as_day(str(value))
            return f"{day:%d/%m/%Y}" if day else str(value)
        case Widget.COMMUNE:
            return commune_name(str(value), on)
        case Widget.MONEY | Widget.NUMBER if isinstance(value, int):
            amount = numbers.number(value)
            return _("%(amount)s đồng") % {"amount": amount} if item.widget == Widget.MONEY else amount
        case _:
            return str(value)


def _entries_text(item: Item, value: Any, answers: Answers, on: dt.date | None) -> str:
    lines = []
    for number, entry in enumerate(filling.entries(value), start=1):
        shown = answer_rules.shown_items(item, answers, entry)
        told = [(inner.label, answer_text(inner, entry.get(inner.name), answers, on)) for inner in shown]
        lines.append(f"{number}. " + "; ".join(f"{label}: {text}" for label, text in told if text))
    return "\n".join(lines)


def _as_day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
