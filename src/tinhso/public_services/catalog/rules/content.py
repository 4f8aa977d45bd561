"""A procedure as one bundle (bộ tệp thủ tục): everything a version says, read from YAML or JSON and checked."""

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator, model_validator

from tinhso.organizations.api import Resume, Term, TermUnit
from tinhso.public_services.form_engine.rules import conditions, form
from tinhso.public_services.form_engine.rules.conditions import Answers
from tinhso.public_services.form_engine.rules.form import BadForm, Form

CODE = re.compile(r"^\d\.\d{6}$")
NAME = re.compile(r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")
QUESTION = re.compile(r"^[a-z][a-z0-9_]*$")
BUNDLE_BYTES = 256 * 1024
BUNDLE_DEPTH = 40
LARGEST = 10**18
ODD_LETTER = re.compile("[\0\ud800-\udfff]")  # nought, or half of a pair: no database keeps it
LIMITS = ("expected", "ge", "le", "gt", "lt", "min_length", "max_length", "pattern")  # of pydantic's errors


class BadBundle(ValueError):
    """A bundle that cannot be taken.

    Args:
        where: part of it, such as `steps.0.role`; `file` for the whole.
        why: in English, for whoever writes bundles.
        kind: of the mistake, such as `missing`; empty where only `why` tells.
        limit: what was expected; None where it needs nothing.
        line: of the file, from 1; None when it is not known.
    """

    def __init__(
        self, where: str, why: str, *, kind: str = "", limit: str | int | None = None, line: int | None = None
    ) -> None:
        super().__init__(f"{where}: {why}" if line is None else f"line {line}, {where}: {why}")
        self.where, self.why, self.kind, self.limit, self.line = where, why, kind, limit, line


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TermText(_Part):
    """A term: so many working days, working hours or calendar days; 0 working days is “ngay trong ngày”."""

    amount: int = Field(ge=0, le=3650)
    unit: TermUnit = TermUnit.WORKING_DAY

    @property
    def term(self) -> Term:
        return Term(self.amount, self.unit)


class Basis(_Part):
    """An act and the place in it; `checked` is false where it has not been read against the published text."""

    act: str
    place: str = ""
    checked: bool = False


class Paper(_Part):
    """A paper that is asked for (thành phần hồ sơ).

    Attributes:
        min: how many files at least; 0 where it need not be there.
        reuse: kind of result that we issued ourselves and that stands for the paper; empty for none.
        visible_if: when it is asked for, as in forms.
    """

    code: str = Field(pattern=NAME.pattern)
    name: str
    kind: Literal["original", "certified_copy", "electronic"] = "electronic"
    min: int = Field(default=1, ge=0, le=20)
    max: int = Field(default=5, ge=1, le=20)
    help: str = ""
    reuse: str = ""
    visible_if: dict[str, Any] | None = None


class Fee(_Part):
    """What is to be paid; `visible_if` says when, as in forms, and `per` names a number of the form it is times."""

    code: str = Field(pattern=NAME.pattern)
    name: str
    kind: Literal["phi", "le_phi"]
    amount_vnd: int = Field(ge=0)
    when: Literal["receive", "supplement", "deliver"] = "receive"
    per: str = ""
    channels: list[Literal["online", "counter", "post"]] = []  # empty: all
    visible_if: dict[str, Any] | None = None


class Step(_Part):
    """A step of the agency's internal procedure (bước của quy trình nội bộ)."""

    code: str = Field(pattern=NAME.pattern)
    name: str
    role: Literal["one_stop", "officer", "leader"]
    term: TermText
    checklist: list[str] = []
    signs: bool = False
    consults: str = ""  # agency whose opinion may be asked, in words


class ResultLine(_Part):
    """A line of the result: its label and the answer it shows."""

    label: str
    answer: str


class Result(_Part):
    """The paper that comes out (kết quả giải quyết)."""

    code: str = Field(pattern=NAME.pattern)
    name: str
    symbol: str = Field(max_length=20)
    intro: str = ""
    lines: list[ResultLine] = []
    valid_months: int | None = Field(default=None, ge=1, le=600)


class _ItemText(_Part):
    """What a question of a page may say; `form_engine` reads it."""

    name: str = Field(pattern=QUESTION.pattern, max_length=60)
    widget: str
    label: str = ""
    help: str = ""
    required: bool = False
    prefill: str = ""
    entry_title: str = ""
    visible_if: dict[str, Any] | None = None
    items: list["_ItemText"] = []
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _PageText(_Part):
    """What a page of a form may say."""

    id: str = Field(pattern=NAME.pattern, max_length=60)
    title: str = Field(min_length=1)
    intro: str = ""
    visible_if: dict[str, Any] | None = None
    items: list[_ItemText] = []
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FormText(_Part):
    """The form as data: a JSON Schema and its pages."""

    json_schema: dict[str, Any] = Field(alias="schema")
    pages: list[dict[str, Any]]
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @field_validator("pages", mode="before")
    @classmethod
    def _shaped(cls, pages: Any) -> Any:
        """The pages as they are written, once they have the shape of pages."""
        _PAGES.validate_python(pages)
        return pages


_PAGES = TypeAdapter(list[_PageText])


class Bundle(_Part):
    """One version of a procedure.

    Attributes:
        offered_by: kinds of unit that offer it, or codes of single units.
        term: from acceptance to result.
        resume: what the clock does after a supplement (NĐ 61/2018/NĐ-CP, Điều 19 khoản 4; QĐ 766/QĐ-TTg).
        extension: by how much it may be prolonged, once; None for not at all.
        supplement_days: working days that a supplement is waited for.
        to_check: what the agency has to check before it relies on it.
    """

    code: str = Field(pattern=CODE.pattern)
    name: str = Field(min_length=5, max_length=500)
    field: str = Field(min_length=2, max_length=120)
    summary: str = ""
    offered_by: list[str] = Field(min_length=1)
    applicants: list[Literal["citizen", "enterprise", "household_business", "organization"]] = Field(min_length=1)
    online_level: Literal["none", "partial", "full"]
    eligible_full: bool
    national_portal: bool = False
    assurance: int = Field(default=1, ge=1, le=2)
    term: TermText
    resume: Resume = Resume.CONTINUE
    extension: TermText | None = None
    supplement_days: int = Field(default=30, ge=1, le=365)
    legal_basis: list[Basis] = Field(min_length=1)
    papers: list[Paper] = []
    fees: list[Fee] = []
    steps: list[Step] = Field(min_length=1)
    result: Result
    form: FormText
    to_check: list[str] = []

    @field_validator("papers", "fees", "steps")
    @classmethod
    def _once(cls, parts: Sequence[Any]) -> Sequence[Any]:
        codes = [part.code for part in parts]
        twice = next((code for code in codes if codes.count(code) > 1), None)
        if twice:
            raise ValueError(f"code {twice} stands twice")
        return parts

    @model_validator(mode="after")
    def _fits(self) -> "Bundle":
        try:
            read = self.read_form
        except BadForm as error:
            raise ValueError(f"form: {error}") from None
        parts: list[Paper | Fee] = [*self.papers, *self.fees]
        for part in parts:
            _check_condition(part.code, part.visible_if, read)
        for fee in self.fees:
            if fee.per and fee.per not in read.items:
                raise ValueError(f"fee {fee.code}: {fee.per} is never asked")
        for line in self.result.lines:
            if line.answer not in read.items:
                raise ValueError(f"result: {line.answer} is never asked")
        return self

    @cached_property
    def read_form(self) -> Form:
        return form.read({"schema": self.form.json_schema, "pages": self.form.pages})

    def papers_for(self, answers: Answers) -> list[Paper]:
        """The papers that somebody with these answers has to bring."""
        return [paper for paper in self.papers if conditions.holds(paper.visible_if, answers)]

    def fees_for(self, answers: Answers, channel: str) -> list[tuple[Fee, int]]:
        """What somebody with these answers has to pay by a channel, each fee with its amount in VND."""
        due = [fee for fee in self.fees if conditions.holds(fee.visible_if, answers)]
        due = [fee for fee in due if not fee.channels or channel in fee.channels]
        return [(fee, fee.amount_vnd * _times(answers.get(fee.per, 1))) for fee in due]

    def step(self, code: str) -> Step:
        return next(step for step in self.steps if step.code == code)

    def step_after(self, code: str) -> Step | None:
        """The step that follows; None after the last."""
        codes = [step.code for step in self.steps]
        place = codes.index(code) + 1
        return self.steps[place] if place < len(codes) else None

    def step_before(self, code: str) -> Step | None:
        codes = [step.code for step in self.steps]
        place = codes.index(code)
        return self.steps[place - 1] if place else None

    def content(self) -> dict[str, Any]:
        """As JSON values, by which a version is stored."""
        return self.model_dump(mode="json", by_alias=True)


def _times(value: Any) -> int:
    return max(1, int(Decimal(value))) if isinstance(value, int | Decimal) else 1


def _check_condition(where: str, condition: dict[str, Any] | None, read: Form) -> None:
    if condition is None:
        return
    try:
        conditions.check(condition)
    except conditions.BadCondition as error:
        raise ValueError(f"{where}, visible_if: {error}") from None
    for path in conditions.paths(condition):
        if path[1:] not in read.items:
            raise ValueError(f"{where}, visible_if: {path} is never asked")


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of a version's content in canonical JSON: the same for the same content, whatever wrote it."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read(content: Mapping[str, Any]) -> Bundle:
    """A bundle from its values.

    Raises:
        BadBundle: something is missing, unknown or contradicts another part.
    """
    try:
        return Bundle.model_validate(content)
    except ValidationError as error:
        raise _bad(error) from None


def _bad(error: ValidationError, nodes: yaml.Node | None = None) -> BadBundle:
    """The first mistake, with its place in the file where there is one."""
    first = error.errors(include_url=False)[0]
    limits = first.get("ctx", {})
    limit = next((limits[name] for name in LIMITS if name in limits), None)
    why = first["msg"].removeprefix("Value error, ")
    where = ".".join(str(part) for part in first["loc"]) or "bundle"
    return BadBundle(where, why, kind=first["type"], limit=limit, line=_line(nodes, first["loc"]) if nodes else None)


def _line(node: yaml.Node, path: Sequence[int | str]) -> int:
    """The line of a part, or of the nearest part around it that is there."""
    found = node
    for step in path:
        if isinstance(found, yaml.MappingNode):
            inner = next((value for key, value in found.value if key.value == step), None)
        elif isinstance(found, yaml.SequenceNode) and isinstance(step, int) and step < len(found.value):
            inner = found.value[step]
        else:
            inner = None
        if inner is None:
            break
        found = inner
    return int(found.start_mark.line) + 1


def parsed(text: bytes, *, shared: Mapping[str, Any] | None = None) -> Bundle:
    """A bundle from a YAML or JSON file.

    Args:
        text: of the file, in UTF-8.
        shared: `$defs` that every form may refer to; those that a form uses become part of it.

    Raises:
        BadBundle: too large, too deep, no YAML, or wrong content.
    """
    nodes = _nodes(text)
    content = _values(nodes)
    if shared and isinstance(content.get("form"), dict) and isinstance(content["form"].get("schema"), dict):
        schema = content["form"]["schema"]
        own = schema.get("$defs", {})
        if isinstance(own, dict):
            schema["$defs"] = {**_used(schema, shared), **own}
    try:
        return Bundle.model_validate(content)
    except ValidationError as error:
        raise _bad(error, nodes) from None


def written(bundle: Bundle) -> str:
    """A bundle as a YAML file, which `parsed` reads back to the same version."""
    text: str = yaml.safe_dump(bundle.content(), allow_unicode=True, sort_keys=False, width=110)
    return text


def _nodes(text: bytes) -> yaml.Node:
    """The file as a tree that knows its lines; JSON is YAML."""
    if len(text) > BUNDLE_BYTES:
        raise BadBundle("file", f"larger than {BUNDLE_BYTES // 1024} kB", kind="too_large", limit=BUNDLE_BYTES // 1024)
    try:
        letters = text.decode("utf-8-sig")
        if _depth(letters) > BUNDLE_DEPTH:
            raise BadBundle("file", "nested too deeply", kind="too_deep", limit=BUNDLE_DEPTH)
        node: yaml.Node | None = yaml.compose(letters, Loader=_PlainLoader)
    except UnicodeDecodeError:
        raise BadBundle("file", "not UTF-8", kind="not_utf8") from None
    except RecursionError:
        raise BadBundle("file", "nested too deeply", kind="too_deep", limit=BUNDLE_DEPTH) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise BadBundle("file", "not YAML", kind="not_yaml", line=mark.line + 1 if mark else None) from None
    if not isinstance(node, yaml.MappingNode):
        raise BadBundle("file", "not an object", kind="not_object")
    return node


class _PlainLoader(yaml.SafeLoader):
    """YAML that says what JSON can say: no aliases, which could unfold to any size, and no dates."""

    yaml_implicit_resolvers = {
        letter: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for letter, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # PyYAML has few types
            raise yaml.composer.ComposerError(None, None, "aliases are not allowed", mark)
        return super().compose_node(parent, index)


def _values(node: yaml.Node) -> dict[str, Any]:
    """What the tree says, if JSON can say it."""
    try:
        found: dict[str, Any] = _PlainLoader("").construct_document(node)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        raise BadBundle("file", "a value that JSON does not know", kind="not_json") from None
    _check_values(found, 0)
    return found


def _check_values(value: Any, depth: int) -> None:
    """Refuse what JSON, or a database, cannot hold."""
    if depth > BUNDLE_DEPTH:
        raise BadBundle("file", "nested too deeply", kind="too_deep", limit=BUNDLE_DEPTH)
    if isinstance(value, dict):
        for key, one in value.items():
            if not isinstance(key, str):
                raise BadBundle("file", f"a key that is no text: {key!r:.40}", kind="not_json")
            _check_values(key, depth)
            _check_values(one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            _check_values(one, depth + 1)
    elif not _is_json(value):
        raise BadBundle("file", "a value that JSON does not know", kind="not_json")


def _is_json(value: Any) -> bool:
    if isinstance(value, str):
        return ODD_LETTER.search(value) is None
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < LARGEST)


def _depth(text: str) -> int:
    """Deepest nesting that brackets or indentation can stand for."""
    deepest = level = 0
    for letter in re.findall(r"[\[{\]}]", text):
        level += 1 if letter in "[{" else -1
        deepest = max(deepest, level)
    indents = {len(found) for found in re.findall(r"^ *(?=\S)", text, re.MULTILINE)}
    return max(deepest, len(indents))


def _used(schema: Any, shared: Mapping[str, Any]) -> dict[str, Any]:
    names = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema)))
    return {name: shared[name] for name in sorted(names) if name in shared}
