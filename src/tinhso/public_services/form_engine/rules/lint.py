"""What makes a form hard for people (kiểm tra tính dễ hiểu của biểu mẫu): found before it is published."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tinhso.public_services.form_engine.rules import conditions
from tinhso.public_services.form_engine.rules.form import Form, Item, Page, Widget

LABEL_LETTERS, LABEL_WORDS = 120, 22
SENTENCE_WORDS = 30
QUESTIONS_PER_PAGE = 12
HELPED = frozenset({Widget.IDENTITY_NUMBER, Widget.MONEY, Widget.LONG_TEXT})  # questions that need a word of help
SENTENCES = re.compile(r"[.!?;]\s+|\n")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that makes a form harder.

    Attributes:
        where: page and question.
        kind: such as `long_label`; a presenter has its sentence.
        number: how many words or questions; 0 where it needs none.
    """

    where: str
    kind: str
    number: int = 0


def findings(form: Form) -> list[Finding]:
    """Everything worth mending, in the order of the pages."""
    return [finding for page in form.pages for finding in _page(form, page)]


def _page(form: Form, page: Page) -> Iterator[Finding]:
    if len(page.items) > QUESTIONS_PER_PAGE:
        yield Finding(page.title, "long_page", len(page.items))
    if _longest(page.intro) > SENTENCE_WORDS:
        yield Finding(page.title, "long_sentence", _longest(page.intro))
    yield from _items(page.title, page.items)
    earlier = {item.name for one in form.pages[: form.pages.index(page)] for item in one.items}
    if not {path[1:] for path in conditions.paths(page.visible_if)} <= earlier:
        yield Finding(page.title, "asked_later")


def _items(where: str, items: Sequence[Item]) -> Iterator[Finding]:
    for item in items:
        place = f"{where}, {item.label or item.name}"
        if not item.label:
            yield Finding(place, "no_label")
        if len(item.label) > LABEL_LETTERS or len(item.label.split()) > LABEL_WORDS:
            yield Finding(place, "long_label", len(item.label.split()))
        if item.widget in HELPED and not item.help:
            yield Finding(place, "no_help")
        if _longest(item.help) > SENTENCE_WORDS:
            yield Finding(place, "long_sentence", _longest(item.help))
        if item.widget == Widget.GROUP and not item.entry_title:
            yield Finding(place, "no_entry_title")
        yield from _items(place, item.items)


def _longest(text: str) -> int:
    """Words of the longest sentence."""
    return max((len(sentence.split()) for sentence in SENTENCES.split(text)), default=0)
