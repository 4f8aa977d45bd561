"""What one version of a procedure says otherwise than another (so sánh hai phiên bản)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tinhso.public_services.catalog.rules.content import Bundle
from tinhso.public_services.form_engine.rules.form import Form, Item

Described = Mapping[str, Any]  # what a part says, by the name of what it says
GENERAL = (
    "name",
    "field",
    "summary",
    "offered_by",
    "applicants",
    "online_level",
    "eligible_full",
    "national_portal",
    "assurance",
    "term",
    "resume",
    "extension",
    "supplement_days",
    "to_check",
)


class What(StrEnum):
    """What happened to a part."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference.

    Attributes:
        part: `general`, `legal_basis`, `papers`, `fees`, `steps`, `result`, `pages` or `questions`.
        title: which of them; empty for `general` and `result`.
        field: what of it was changed; empty when it was added, removed or moved as a whole.
        before, after: values as the bundle holds them; None where there was nothing.
    """

    part: str
    what: What
    title: str = ""
    field: str = ""
    before: Any = None
    after: Any = None


def differences(before: Bundle, after: Bundle) -> list[Difference]:
    """Everything that is different, in the order in which a procedure is read; empty when both say the same."""
    old, new = before.content(), after.content()
    found = list(_fields("general", "", {name: old[name] for name in GENERAL}, {name: new[name] for name in GENERAL}))
    found += _listed("legal_basis", _bases(old), _bases(new), "act")
    for part in ("papers", "fees", "steps"):
        found += _listed(part, _by_code(old[part]), _by_code(new[part]), "name")
    found += _fields("result", "", old["result"], new["result"])
    found += _listed("pages", _pages(before.read_form), _pages(after.read_form), "title")
    found += _listed("questions", _questions(before.read_form), _questions(after.read_form), "label")
    return found


def _by_code(parts: Sequence[Described]) -> dict[str, Described]:
    return {part["code"]: part for part in parts}


def _bases(content: Described) -> dict[str, Described]:
    """Acts by their names; the same act may stand twice, with other places."""
    found: dict[str, Described] = {}
    for basis in content["legal_basis"]:
        key = basis["act"] if basis["act"] not in found else f"{basis['act']} {basis['place']}"
        found[key] = basis
    return found


def _pages(form: Form) -> dict[str, Described]:
    return {page.id: {"title": page.title, "intro": page.intro, "visible_if": page.visible_if} for page in form.pages}


def _questions(form: Form) -> dict[str, Described]:
    """Questions by name, those inside groups as `group.name`."""
    found: dict[str, Described] = {}
    for page in form.pages:
        for item in page.items:
            found[item.name] = _question(item, page.title)
            for inner in item.items:
                found[f"{item.name}.{inner.name}"] = _question(inner, item.label)
    return found


def _question(item: Item, holder: str) -> Described:
    checks = {
        name: value for name, value in item.schema.items() if name not in ("title", "description", "oneOf", "items")
    }
    return {
        "label": item.label,
        "page": holder,
        "widget": item.widget.value,
        "help": item.help,
        "required": item.required,
        "options": [label for _value, label in item.options],
        "values": [value for value, _label in item.options],
        "prefill": item.prefill,
        "visible_if": item.visible_if,
        "checks": checks,
    }


def _listed(part: str, old: Mapping[str, Described], new: Mapping[str, Described], called: str) -> Iterator[Difference]:
    """Differences of a list whose entries are known by a key."""
    for key, one in old.items():
        if key not in new:
            yield Difference(part, What.REMOVED, str(one[called]))
    for key, one in new.items():
        if key not in old:
            yield Difference(part, What.ADDED, str(one[called]))
        else:
            yield from _fields(part, str(one[called]), old[key], one)
    kept_before, kept_after = [key for key in old if key in new], [key for key in new if key in old]
    if kept_before != kept_after:
        names = [[str(new[key][called]) for key in keys] for keys in (kept_before, kept_after)]
        yield Difference(part, What.MOVED, before=names[0], after=names[1])


def _fields(part: str, title: str, old: Described, new: Described) -> Iterator[Difference]:
    for name in new:
        if old.get(name) != new[name]:
            yield Difference(part, What.CHANGED, title, name, old.get(name), new[name])
