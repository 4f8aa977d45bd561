"""What a request for a supplement may name, and what may be changed in answer to it."""

from collections.abc import Collection, Mapping
from typing import Any

from tinhso.public_services.catalog.rules.content import Bundle
from tinhso.public_services.form_engine.rules import answers as answer_rules
from tinhso.public_services.form_engine.rules.answers import Problem

PAPER = "paper:"


def nameable(bundle: Bundle) -> dict[str, str]:
    """What may be named, with how it is called: answers as `/name`, papers as `paper:code`."""
    answers = {f"/{name}": item.label for name, item in bundle.read_form.items.items()}
    return answers | {f"{PAPER}{paper.code}": paper.name for paper in bundle.papers}


def merged(answers: Mapping[str, Any], new: Mapping[str, Any], named: Collection[str]) -> dict[str, Any]:
    """The answers with those that were asked for again replaced; others stay, whatever was sent for them."""
    found = {name: value for name, value in answers.items() if f"/{name}" not in named}
    for pointer in named:
        name = pointer.removeprefix("/")
        if pointer.startswith("/") and name in new:
            found[name] = new[name]
    return found


def settled(
    bundle: Bundle, answers: Mapping[str, Any], new: Mapping[str, Any], named: Collection[str]
) -> tuple[dict[str, Any], frozenset[str]]:
    """The answers after a supplement, and what may be given: what was named, and what only the new answers ask for.

    A new answer may make the form ask for something it did not ask before, which nobody could have named; and it may
    make a paper needless.
    """
    before, given = asked_for(bundle, answers), frozenset(named)
    while True:
        found = answer_rules.asked(bundle.read_form, merged(answers, new, given))
        after = asked_for(bundle, found)
        if after - before <= given:
            needless = {pointer for pointer in before - after if pointer.startswith(PAPER)}
            return found, given - needless
        given |= after - before


def asked_for(bundle: Bundle, answers: Mapping[str, Any]) -> frozenset[str]:
    """What somebody with these answers is asked for: answers as `/name`, papers as `paper:code`."""
    pages = bundle.read_form.shown_pages(answers)
    items = {f"/{item.name}" for page in pages for item in answer_rules.shown_items(page, answers)}
    return frozenset(items | {f"{PAPER}{paper.code}" for paper in bundle.papers_for(answers)})


def missing_files(
    bundle: Bundle, named: Collection[str], given: Collection[str], files: Mapping[str, Collection[Any]]
) -> list[Problem]:
    """Papers that did not come: those that were named, and those that new answers demand.

    Args:
        given: as of `settled`.
    """
    papers = {f"{PAPER}{paper.code}": paper for paper in bundle.papers}
    asked = [name for name in sorted(given) if name in papers and (name in named or papers[name].min)]
    return [Problem(name, "required") for name in asked if not files.get(papers[name].code)]
