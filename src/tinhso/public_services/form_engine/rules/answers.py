"""Answers: read from what a browser sends, cut to what is asked, checked against the schema, in this order."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tinhso.public_services.form_engine.rules import conditions
from tinhso.public_services.form_engine.rules.conditions import Answers
from tinhso.public_services.form_engine.rules.form import Form, Item, Page, Widget

MOST_LETTERS = 20_000  # of one answer
Posted = Mapping[str, Sequence[str]]
DIGITS = re.compile(r"-?\d+")
DOTTED = re.compile(r"-?\d{1,3}([. ]\d{3})+")
SPACES = re.compile(r"[ \t\u00a0]+")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend.

    Attributes:
        pointer: of the answer, such as `/children/0/name`; empty for the form as a whole.
        kind: JSON Schema keyword that refuses it, such as `required`.
        limit: what the keyword asks for, such as a length; None where it needs nothing.
    """

    pointer: str
    kind: str
    limit: Any = None


class _HasItems(Protocol):
    @property
    def items(self) -> Sequence[Item]: ...


def posted(page: Page, data: Posted) -> dict[str, Any]:
    """The answers of one page as a browser sends them; what cannot be read stays as it was typed.

    Fields are named `name`, inside a group `group-0-name` with `group-count` entries.
    """
    return _read(page, data, "")


def _read(holder: _HasItems, data: Posted, prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in holder.items:
        value = (
            _entries(item, data)
            if item.widget == Widget.GROUP
            else _value(item.widget, data.get(prefix + item.name, ()))
        )
        if value is not None:
            found[item.name] = value
    return found


def _entries(item: Item, data: Posted) -> list[dict[str, Any]] | None:
    counts = data.get(f"{item.name}-count", ("0",))
    count = min(int(counts[0]), item.most) if counts[0].isdecimal() and len(counts[0]) < 4 else 0
    entries = [_read(item, data, f"{item.name}-{number}-") for number in range(count)]
    return [entry for entry in entries if entry] or None


def _value(widget: Widget, sent: Sequence[str]) -> Any:
    """One answer; None when nothing was given."""
    text = cleaned(sent[0], lines=widget == Widget.LONG_TEXT) if sent else ""
    if not text:
        return None
    match widget:
        case Widget.CHECK | Widget.YES_NO:
            return {"true": True, "on": True, "false": False}.get(text)
        case Widget.NUMBER | Widget.MONEY:
            return _number(text)
        case Widget.DATE:
            return _day(text)
        case Widget.PHONE | Widget.IDENTITY_NUMBER:
            return re.sub(r"[ .\-]", "", text)
        case _:
            return text


def cleaned(text: str, *, lines: bool = False) -> str:
    """Letters in composed form (NFC), without control characters and needless spaces."""
    text = unicodedata.normalize("NFC", text[:MOST_LETTERS]).replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    if not lines:
        return SPACES.sub(" ", kept.replace("\n", " ")).strip()
    return "\n".join(SPACES.sub(" ", line).strip() for line in kept.split("\n")).strip()


def _number(text: str) -> int | str:
    plain = re.sub(r"[. ]", "", text) if DOTTED.fullmatch(text) else text
    return int(plain) if DIGITS.fullmatch(plain) and len(plain) <= 18 else text


def _day(text: str) -> str:
    """A date as ISO 8601, from what a date field or a person writes; otherwise the text."""
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return dt.datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 - a date only
        except ValueError:
            continue
    return text


def asked(form: Form, answers: Answers) -> dict[str, Any]:
    """The answers without those to questions that are not asked; what depends on them falls with them."""
    kept = {name: value for name, value in answers.items() if name in form.items}
    while True:
        shown = {item.name for page in form.shown_pages(kept) for item in shown_items(page, kept)}
        fewer = {name: value for name, value in kept.items() if name in shown}
        if len(fewer) == len(kept):
            return {name: _entries_asked(form.items[name], value, fewer) for name, value in fewer.items()}
        kept = fewer


def _entries_asked(item: Item, value: Any, answers: Answers) -> Any:
    if item.widget != Widget.GROUP or not isinstance(value, list):
        return value
    return [
        {one.name: entry[one.name] for one in shown_items(item, answers, entry) if one.name in entry}
        for entry in value
        if isinstance(entry, Mapping)
    ]


def shown_items(holder: _HasItems, answers: Answers, entry: Answers | None = None) -> list[Item]:
    """The questions that are asked, given the answers."""
    return [item for item in holder.items if conditions.holds(item.visible_if, answers, entry)]


def problems(form: Form, answers: Answers) -> list[Problem]:
    """Everything to mend, in the order of the questions; empty when the answers can be filed.

    Args:
        answers: cut by `asked` already.
    """
    found = [problem for error in form.validator.iter_errors(dict(answers)) for problem in _problems_of(error)]
    told = {problem.pointer for problem in found}
    found += [problem for problem in _missing(form, answers) if problem.pointer not in told]
    order = {name: place for place, name in enumerate(form.items)}
    first = {problem.pointer: problem for problem in reversed(found)}
    return sorted(first.values(), key=lambda one: (order.get(_name(one.pointer), -1), one.pointer))


def page_problems(form: Form, page: Page, answers: Answers) -> list[Problem]:
    """What is to be mended on one page."""
    names = {item.name for item in page.items}
    return [problem for problem in problems(form, answers) if _name(problem.pointer) in names]


def _name(pointer: str) -> str:
    return pointer.split("/")[1] if pointer else ""


def _problems_of(error: Any) -> Iterator[Problem]:
    pointer = "".join(f"/{part}" for part in error.instance_path)
    kind = error.schema_path[-1] if error.schema_path else ""
    details = error.kind.as_dict()
    if kind == "required":
        yield Problem(f"{pointer}/{details['property']}", "required")
    elif kind == "additionalProperties":
        yield Problem("", "unknown")
    else:
        yield Problem(pointer, str(kind), details.get("limit", details.get("format")))


def _missing(form: Form, answers: Answers) -> Iterator[Problem]:
    """Questions that must be answered when they are asked, but which the schema does not ask of everybody."""
    for page in form.shown_pages(answers):
        for item in shown_items(page, answers):
            value = answers.get(item.name)
            if item.required and value in (None, []):
                yield Problem(f"/{item.name}", "required")
            if item.required and item.widget == Widget.CHECK and value is False:
                yield Problem(f"/{item.name}", "required")
            for number, entry in enumerate(value if item.widget == Widget.GROUP and isinstance(value, list) else ()):
                for inner in shown_items(item, answers, entry):
                    if inner.required and entry.get(inner.name) is None:
                        yield Problem(f"/{item.name}/{number}/{inner.name}", "required")
