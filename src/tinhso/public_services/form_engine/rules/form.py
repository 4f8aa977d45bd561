"""A form as it is published: its schema and its pages, read and checked once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

import jsonschema_rs

from tinhso.public_services.form_engine.rules import conditions
from tinhso.public_services.form_engine.rules.conditions import Answers, BadCondition, Condition

FIELDS = 200  # most that one form may ask
ENTRIES = 30  # most entries of a repeated group, unless the schema says fewer
PATTERN_SIZE = 100_000  # bytes a compiled pattern may take; the engine has no backtracking
ALLOWED_KEYWORDS = frozenset(
    [
        "$defs",
        "$ref",
        "additionalProperties",
        "allOf",
        "anyOf",
        "const",
        "description",
        "enum",
        "format",
        "if",
        "items",
        "maxItems",
        "maxLength",
        "maximum",
        "minItems",
        "minLength",
        "minimum",
        "not",
        "oneOf",
        "pattern",
        "properties",
        "required",
        "then",
        "else",
        "title",
        "type",
        "uniqueItems",
        "$schema",
    ]
)


_TEXT, _COUNT, _LIST, _OBJECT = (str,), (int,), (list,), (dict,)
SHAPES: dict[str, tuple[type, ...]] = (  # of what stands under a keyword
    dict.fromkeys(("$ref", "$schema", "description", "format", "pattern", "title", "type"), _TEXT)
    | dict.fromkeys(("maxItems", "maxLength", "minItems", "minLength"), _COUNT)
    | dict.fromkeys(("allOf", "anyOf", "enum", "oneOf", "required"), _LIST)
    | dict.fromkeys(("$defs", "else", "if", "items", "not", "properties", "then"), _OBJECT)
    | {"additionalProperties": (bool, dict)}
)


class BadForm(ValueError):
    """A form that cannot be shown or checked; the text says where and why."""


class Widget(StrEnum):
    """How something is asked; the list is closed."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    CHOICE = "choice"
    SELECT = "select"
    YES_NO = "yes_no"
    CHECK = "check"
    PHONE = "phone"
    EMAIL = "email"
    IDENTITY_NUMBER = "identity_number"
    COMMUNE = "commune"
    GROUP = "group"


NUMERIC = frozenset({Widget.NUMBER, Widget.MONEY})
TYPES: dict[Widget, str] = {Widget.NUMBER: "integer", Widget.MONEY: "integer", Widget.GROUP: "array"} | {
    Widget.YES_NO: "boolean",
    Widget.CHECK: "boolean",
}


@dataclass(frozen=True)
class Item:
    """One question (trường thông tin).

    Attributes:
        name: property of the answers.
        label: as asked.
        options: (value, label) of a choice.
        prefill: of what we know about the person, such as `full_name`; empty for nothing.
        items: questions of each entry of a group.
        entry_title: what one entry is called, such as “Người con”.
    """

    name: str
    widget: Widget
    label: str
    help: str = ""
    required: bool = False
    options: Sequence[tuple[Any, str]] = ()
    prefill: str = ""
    visible_if: Condition | None = None
    items: Sequence["Item"] = ()
    entry_title: str = ""
    most: int = ENTRIES
    schema: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """One step of a form (bước kê khai)."""

    id: str
    title: str
    items: Sequence[Item]
    intro: str = ""
    visible_if: Condition | None = None


@dataclass(frozen=True)
class Form:
    """A whole form; `validator` is made once per form."""

    schema: Mapping[str, Any]
    pages: Sequence[Page]

    @cached_property
    def validator(self) -> jsonschema_rs.Draft202012Validator:
        return jsonschema_rs.Draft202012Validator(
            dict(self.schema),
            validate_formats=True,
            pattern_options=jsonschema_rs.RegexOptions(size_limit=PATTERN_SIZE),
        )

    @cached_property
    def items(self) -> dict[str, Item]:
        """Questions by name, without those inside groups."""
        return {item.name: item for page in self.pages for item in page.items}

    def page(self, page_id: str) -> Page | None:
        return next((page for page in self.pages if page.id == page_id), None)

    def shown_pages(self, answers: Answers) -> list[Page]:
        """The steps that somebody with these answers goes through."""
        return [page for page in self.pages if conditions.holds(page.visible_if, answers)]


def read(content: Mapping[str, Any]) -> Form:
    """Read a form.

    Args:
        content: `schema`, and `pages` with their items.

    Raises:
        BadForm: it cannot be shown or checked.
    """
    schema = content.get("schema")
    if not isinstance(schema, Mapping) or schema.get("type") != "object":
        raise BadForm("schema: must describe an object")
    _check_keywords(schema, "schema")
    reader = _Reader(schema)
    form = Form(schema, [reader.page(page) for page in content.get("pages", ())])
    _check_whole(form, reader.count)
    return form


class _Reader:
    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.definitions = schema.get("$defs", {})
        self.schema, self.count = schema, 0

    def page(self, content: Mapping[str, Any]) -> Page:
        where = f"page {content.get('id', '?')}"
        if not content.get("id") or not content.get("title"):
            raise BadForm(f"{where}: needs id and title")
        items = [self.item(item, self.schema, where) for item in content.get("items", ())]
        visible = _condition(content, where)
        return Page(content["id"], content["title"], items, content.get("intro", ""), visible)

    def item(self, content: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> Item:
        """One question with what the schema says of it."""
        name = content.get("name", "")
        where = f"{where}, {name or '?'}"
        if name not in schema.get("properties", {}):
            raise BadForm(f"{where}: not in the schema")
        try:
            widget = Widget(content.get("widget", ""))
        except ValueError:
            raise BadForm(f"{where}: unknown widget {content.get('widget')!r:.40}") from None
        own = self.resolved(schema["properties"][name], where)
        _check_type(widget, own, where)
        self.count += 1
        inner = self.resolved(own.get("items", {}), where)
        if widget == Widget.GROUP and not content.get("items"):
            raise BadForm(f"{where}: a group needs items")
        return Item(
            name=name,
            widget=widget,
            label=content.get("label") or own.get("title", ""),
            help=content.get("help") or own.get("description", ""),
            required=name in schema.get("required", ()) or content.get("required", False),
            options=self.options(own, content, where),
            prefill=content.get("prefill", ""),
            visible_if=_condition(content, where),
            items=[self.item(one, inner, where) for one in content.get("items", ())],
            entry_title=content.get("entry_title", ""),
            most=min(own.get("maxItems", ENTRIES), ENTRIES),
            schema=own,
        )

    def resolved(self, schema: Mapping[str, Any], where: str) -> Mapping[str, Any]:
        """A schema with its local reference followed; what stands beside the reference wins."""
        if "$ref" not in schema:
            return schema
        name = str(schema["$ref"]).removeprefix("#/$defs/")
        if name not in self.definitions:
            raise BadForm(f"{where}: $ref to nothing")
        return {**self.definitions[name], **schema}

    def options(self, own: Mapping[str, Any], content: Mapping[str, Any], where: str) -> Sequence[tuple[Any, str]]:
        """What may be chosen: `oneOf` with const and title, the form in which JSON Schema carries labels."""
        choices = [
            (one["const"], one.get("title", str(one["const"]))) for one in own.get("oneOf", ()) if "const" in one
        ]
        if not all(isinstance(value, str | int) for value, _label in choices):
            raise BadForm(f"{where}: a const must be text, a number, true or false")
        if content.get("widget") in (Widget.CHOICE, Widget.SELECT) and not choices:
            raise BadForm(f"{where}: a choice needs oneOf with const and title")
        return choices


def _condition(content: Mapping[str, Any], where: str) -> Condition | None:
    condition: Condition | None = content.get("visible_if")
    if condition is not None:
        try:
            conditions.check(condition)
        except BadCondition as error:
            raise BadForm(f"{where}, visible_if: {error}") from None
    return condition


def _check_type(widget: Widget, own: Mapping[str, Any], where: str) -> None:
    expected = TYPES.get(widget, "string")
    if own.get("type") != expected:
        raise BadForm(f"{where}: {widget} needs type {expected}")


def _check_keywords(schema: Any, where: str) -> None:
    """Nothing that reaches outside the schema, only what the engine is tested with, and each in its shape."""
    if not isinstance(schema, Mapping):
        if not isinstance(schema, bool):
            raise BadForm(f"{where}: no schema")
        return
    for key, value in schema.items():
        if key not in ALLOWED_KEYWORDS:
            raise BadForm(f"{where}: keyword {key!r:.40} is not allowed")
        if not isinstance(value, SHAPES.get(key, object)):
            raise BadForm(f"{where}: {key} has a wrong type")
        if key == "$ref" and not str(value).startswith("#/$defs/"):
            raise BadForm(f"{where}: $ref may only point into $defs")
        for name, inner in _inner(key, value):
            _check_keywords(inner, f"{where}/{name}" if name else where)


def _inner(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The schemas under a keyword, those of properties with their names."""
    if key in ("properties", "$defs"):
        for name, inner in value.items():
            if not isinstance(inner, Mapping):
                raise BadForm(f"{name}: no schema")
            yield name, inner
    elif key in ("allOf", "anyOf", "oneOf"):
        for inner in value:
            if not isinstance(inner, Mapping):
                raise BadForm(f"{key}: no schema")
            yield "", inner
    elif key in ("additionalProperties", "else", "if", "items", "not", "then"):
        yield "", value


def _check_whole(form: Form, count: int) -> None:
    ids = [page.id for page in form.pages]
    names = [item.name for page in form.pages for item in page.items]
    if not ids:
        raise BadForm("pages: there is none")
    if count > FIELDS:
        raise BadForm(f"pages: more than {FIELDS} questions")
    for what, found in (("page id", ids), ("question", names)):
        twice = next((one for one in found if found.count(one) > 1), None)
        if twice:
            raise BadForm(f"pages: {what} {twice} stands twice")
    unasked = [name for name in form.schema.get("properties", {}) if name not in names]
    if unasked:
        raise BadForm(f"pages: {unasked[0]} is in the schema and never asked")
    _check_paths(form, set(names))
    try:
        assert form.validator  # noqa: S101 - compiles the schema
    except (ValueError, jsonschema_rs.ValidationError) as error:
        raise BadForm(f"schema: {error}") from None


def _check_paths(form: Form, names: set[str]) -> None:
    for where, condition, own in _conditions(form):
        for path in conditions.paths(condition):
            known = own if path.startswith("./") else names
            if path.rpartition("/")[2] not in known:
                raise BadForm(f"{where}, visible_if: {path} is never asked")


def _conditions(form: Form) -> Iterator[tuple[str, Condition | None, set[str]]]:
    for page in form.pages:
        yield page.id, page.visible_if, set()
        for item in page.items:
            yield f"{page.id}, {item.name}", item.visible_if, set()
            own = {inner.name for inner in item.items}
            for inner in item.items:
                yield f"{page.id}, {item.name}, {inner.name}", inner.visible_if, own
