"""Pages while they are filled in: what was shown, entries added and dropped, and what a browser would send back."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tinhso.public_services.form_engine.rules import answers as answer_rules
from tinhso.public_services.form_engine.rules import conditions
from tinhso.public_services.form_engine.rules.answers import Posted, Problem
from tinhso.public_services.form_engine.rules.conditions import Answers
from tinhso.public_services.form_engine.rules.form import Form, Item, Page, Widget

SHOWN = "shown"  # field that names the conditional questions which a page has shown
DROP = re.compile(r"drop-(\w+)-(\d{1,3})")


@dataclass(frozen=True)
class Part:
    """A page as it is shown beside others: its form checks its answers."""

    form: Form
    page: Page


def read(parts: Iterable[Part], data: Posted) -> dict[str, Any]:
    """The answers of some pages as a browser sends them; those to questions that were not shown are left out."""
    asked = set(names(parts, data))
    found: dict[str, Any] = {}
    for part in parts:
        found |= answer_rules.posted(part.page, data)
    return {name: value for name, value in found.items() if name in asked}


def names(parts: Iterable[Part], data: Posted) -> list[str]:
    """The questions that the sender has seen: all but the conditional ones that the page did not show.

    What was once answered to a question that is hidden now stays in the draft, so that showing it again loses nothing.
    """
    shown = set(data.get(SHOWN, ()))
    return [item.name for part in parts for item in part.page.items if item.visible_if is None or item.name in shown]


def shown(parts: Iterable[Part], answers: Answers) -> list[str]:
    """Field names of the conditional questions that are asked now, those inside groups as `group-0-name`."""
    return [name for part in parts for name in _shown(part.page, answers)]


def _shown(page: Page, answers: Answers) -> Iterator[str]:
    for item in answer_rules.shown_items(page, answers):
        if item.visible_if is not None:
            yield item.name
        for number, entry in enumerate(entries(answers.get(item.name)) if item.widget == Widget.GROUP else ()):
            for inner in answer_rules.shown_items(item, answers, entry):
                if inner.visible_if is not None:
                    yield f"{item.name}-{number}-{inner.name}"


def entries(value: Any) -> list[Answers]:
    """The entries of a repeated group; none of what is no list of entries."""
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []


def deciders(parts: Iterable[Part]) -> set[str]:
    """Questions on whose answers it depends what else is asked; those inside groups as `group/name`."""
    found: set[str] = set()
    for part in parts:
        found |= {path[1:] for path in conditions.paths(part.page.visible_if)}
        for item in part.page.items:
            found |= {path[1:] for path in conditions.paths(item.visible_if)}
            for inner in item.items:
                for path in conditions.paths(inner.visible_if):
                    found.add(f"{item.name}/{path[2:]}" if path.startswith("./") else path[1:])
    return found


def problems(parts: Iterable[Part], answers: Answers) -> list[Problem]:
    """What is to be mended on some pages, each checked by its own form."""
    found: list[Problem] = []
    for part in parts:
        asked = answer_rules.asked(part.form, answers)
        found += answer_rules.page_problems(part.form, part.page, asked)
    return found


def item_at(items: Mapping[str, Item], pointer: str) -> Item | None:
    """The question that a problem's pointer speaks of; None for the form as a whole."""
    steps = pointer.split("/")[1:]
    item = items.get(steps[0]) if steps else None
    if item is not None and len(steps) > 2:
        return next((inner for inner in item.items if inner.name == steps[2]), item)
    return item


# ---- repeated groups without a script: buttons named `add-GROUP` and `drop-GROUP-INDEX` ----


def pressed(parts: Iterable[Part], data: Posted) -> str:
    """The group whose “add” or “drop” button was pressed; empty when another button was."""
    groups = {item.name for part in parts for item in part.page.items if item.widget == Widget.GROUP}
    for name in data:
        drop = DROP.fullmatch(name)
        group = drop[1] if drop else name.removeprefix("add-")
        if group in groups and group != name:
            return group
    return ""


def counts(parts: Iterable[Part], data: Posted) -> dict[str, int]:
    """How many entries each group was shown with, one more where its “add” button was pressed."""
    found = {}
    for part in parts:
        for item in part.page.items:
            if item.widget == Widget.GROUP:
                count = _count(data, item.name) + (f"add-{item.name}" in data)
                found[item.name] = min(count, item.most)
    return found


def without_dropped(data: Posted) -> dict[str, Sequence[str]]:
    """The data without the entry whose “drop” button was pressed; those after it move up."""
    drop = next(filter(None, map(DROP.fullmatch, data)), None)
    if drop is None:
        return dict(data)
    group, index = drop[1], int(drop[2])
    count = max(_count(data, group) - 1, 0)
    found: dict[str, Sequence[str]] = {}
    for name, values in data.items():
        if name != drop[0]:
            moved = _moved(name, group, index)
            if moved is not None:
                found[moved] = values
    found[SHOWN] = [one for name in data.get(SHOWN, ()) if (one := _moved(name, group, index)) is not None]
    return found | {f"{group}-count": [str(count)]}


def _count(data: Posted, group: str) -> int:
    text = next(iter(data.get(f"{group}-count", ())), "0")
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def _moved(name: str, group: str, index: int) -> str | None:
    """The field's name once an entry is gone; None for the entry's own."""
    found = re.fullmatch(rf"{re.escape(group)}-(\d{{1,3}})-(.+)", name)
    if found is None or int(found[1]) < index:
        return name
    return None if int(found[1]) == index else f"{group}-{int(found[1]) - 1}-{found[2]}"


# ---- what a browser would send ----


def written(page: Page, answers: Answers) -> dict[str, list[str]]:
    """The answers of a page as a browser would send them: `answers.posted` reads them back."""
    found: dict[str, list[str]] = {}
    for item in page.items:
        value = answers.get(item.name)
        if item.widget == Widget.GROUP:
            rows = entries(value)
            found[f"{item.name}-count"] = [str(len(rows))]
            for number, entry in enumerate(rows):
                for inner in item.items:
                    if entry.get(inner.name) is not None:
                        found[f"{item.name}-{number}-{inner.name}"] = [text_of(entry[inner.name])]
        elif value is not None:
            found[item.name] = [text_of(value)]
    return found


def text_of(value: Any) -> str:
    """An answer as a form's field holds it."""
    if value is None:
        return ""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def prefilled(form: Form, known: Mapping[str, Any]) -> dict[str, Any]:
    """First answers of what is known about a person (không hỏi lại): a question names what it takes.

    Args:
        known: `full_name`, `identity_number`, `phone`, `email`, `address`, `born_on`; empty or absent when unknown.
    """
    found = {item.name: known.get(item.prefill) for item in form.items.values() if item.prefill}
    plain = {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in found.items()}
    return {name: value for name, value in plain.items() if value}
