"""What a plan says (nội dung kế hoạch), and what is wrong with it; without any database.

A plan's objectives bear the names of the indicators' pillars: the target on `gov.documents_signed` stands under `gov`.
"""

import datetime as dt
import functools
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

import pydantic
from pydantic import Field

Text = Annotated[str, Field(min_length=1, max_length=500)]
Place = tuple[str | int, ...]


class _Entry(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class InterimTarget(_Entry):
    """A value the plan sets for a day within the year."""

    due_on: dt.date
    value_pct: float


class Objective(_Entry):
    """One pillar of the plan (nhóm mục tiêu)."""

    title: Text
    aim: str = Field(default="", max_length=1000)


class Target(_Entry):
    """One target of a plan (mục tiêu).

    Attributes:
        value_pct: in percent, as the act writes it.
        owner: code of the agency that answers for it.
        scope: kinds of unit it applies to; empty for all.
        interim: values the plan sets within the year; without any, a straight line is expected.
    """

    indicator: str
    title: Text
    operator: Literal[">=", "<="]
    value_pct: float
    owner: str
    scope: list[Literal["province", "department", "district", "commune"]] = []
    interim: list[InterimTarget] = []

    @functools.cached_property
    def value(self) -> float:
        """As a fraction, exactly as decimal arithmetic has it."""
        return float(Decimal(str(self.value_pct)) / 100)

    def applies_to(self, kind: str) -> bool:
        return not self.scope or kind in self.scope


class PlannedTask(_Entry):
    """A task as the plan sets it (nhiệm vụ trong kế hoạch); it is given when the plan comes into force.

    Attributes:
        lead, supporting: codes of agencies.
        due_on: last day; it belongs to the term.
        budget_vnd: None when no money is set aside.
        indicators: targets it serves.
    """

    title: Text
    product: Text
    lead: str
    supporting: list[str] = []
    starts_on: dt.date
    due_on: dt.date
    budget_line: str = Field(default="", max_length=200)
    budget_vnd: Annotated[int, Field(ge=0, le=10**15)] | None = None
    people: str = Field(default="", max_length=300)
    indicators: list[str] = []


class PlanText(_Entry):
    """What a plan says, whether or not it is issued.

    Attributes:
        province: code of the province's unit.
        lead: code of the agency that runs it (cơ quan chủ trì kế hoạch).
        objectives: by pillar, in their order.
    """

    title: Text
    issuer: Text
    year: Annotated[int, Field(ge=2000, le=2100)]
    province: str
    lead: str
    objectives: dict[str, Objective] = {}
    targets: list[Target] = []
    tasks: list[PlannedTask] = []

    @pydantic.field_validator("objectives", mode="before")
    @classmethod
    def _from_list(cls, given: Any) -> Any:
        """Objectives as they are stored, one after the other."""
        if not isinstance(given, list) or not all(isinstance(one, dict) and "code" in one for one in given):
            return given  # a mapping, or what the model refuses
        return {one["code"]: {name: said for name, said in one.items() if name != "code"} for one in given}

    @pydantic.field_serializer("objectives", when_used="json")
    def _to_list(self, objectives: dict[str, Objective]) -> list[dict[str, str]]:
        """As a list, since PostgreSQL keeps no order of the keys of a JSON object."""
        return [{"code": code, **one.model_dump()} for code, one in objectives.items()]

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, 1, 1)

    @property
    def last_day(self) -> dt.date:
        return dt.date(self.year, 12, 31)


class PlanFile(PlanText):
    """A plan as a file: the text, and the act where it has been issued."""

    number: str | None = None
    version: str = "1"
    issued_on: dt.date | None = None
    signer: str | None = None
    supersedes: str | None = None

    @property
    def text(self) -> PlanText:
        return PlanText.model_validate(self.model_dump(include=set(PlanText.model_fields)))


class Plan(PlanText):
    """One plan as it was issued (kế hoạch); a re-issued plan is another one that supersedes it.

    Attributes:
        version: of the plan's text here; another one when the text of the same act is corrected.
        state: where it stands in its legal life.
        closed_on: last day on which it is followed; None while it is.
    """

    number: str
    version: str = "1"
    issued_on: dt.date
    signer: str
    supersedes: str | None = None
    state: str = "in_force"
    closed_on: dt.date | None = None

    @property
    def content_hash(self) -> str:
        """Identity of the plan's content, as a release quotes it; its legal life changes nothing in it."""
        content = self.model_dump_json(exclude={"state", "closed_on"})
        return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an indicator's values may be, in percent."""

    low: float = 0.0
    high: float = 100.0


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a plan, and where.

    Attributes:
        place: keys and positions that lead to the entry.
        code: which rule it breaks; the sentence is made from it.
        values: of the sentence.
    """

    place: Place
    code: str
    values: Mapping[str, str]


def problems(text: PlanText, known: Mapping[str, Bounds]) -> Iterator[Problem]:
    """Everything that is wrong with a plan, in its order.

    Args:
        known: bounds of every indicator of the catalog, by id.
    """
    for position, target in enumerate(text.targets):
        yield from _target_problems(text, position, target, known)
    for position, task in enumerate(text.tasks):
        yield from _task_problems(text, position, task)


def _target_problems(text: PlanText, position: int, target: Target, known: Mapping[str, Bounds]) -> Iterator[Problem]:
    place: Place = ("targets", position)
    name = target.indicator
    if name not in known:
        yield Problem((*place, "indicator"), "unknown_indicator", {"name": name})
        return
    if any(other.indicator == name for other in text.targets[:position]):
        yield Problem((*place, "indicator"), "twice", {"name": name})
    if name.split(".")[0] not in text.objectives:
        yield Problem((*place, "indicator"), "no_objective", {"name": name, "objective": name.split(".")[0]})
    bounds = known[name]
    values = [((*place, "value_pct"), target.value_pct)]
    values += [((*place, "interim", n, "value_pct"), one.value_pct) for n, one in enumerate(target.interim)]
    for where, value in values:
        if not bounds.low <= value <= bounds.high:
            said = {"value": f"{value:g}", "low": f"{bounds.low:g}", "high": f"{bounds.high:g}"}
            yield Problem(where, "out_of_bounds", said)
    for number, one in enumerate(target.interim):
        if one.due_on.year != text.year:
            where = (*place, "interim", number, "due_on")
            yield Problem(where, "interim_outside", {"day": f"{one.due_on:%d/%m/%Y}", "year": str(text.year)})


def _task_problems(text: PlanText, position: int, task: PlannedTask) -> Iterator[Problem]:
    place: Place = ("tasks", position)
    if task.due_on < task.starts_on:
        said = {"start": f"{task.starts_on:%d/%m/%Y}", "due": f"{task.due_on:%d/%m/%Y}"}
        yield Problem((*place, "due_on"), "ends_before_start", said)
    if task.lead in task.supporting:
        yield Problem((*place, "supporting"), "supports_itself", {"agency": task.lead})
    targets = {target.indicator for target in text.targets}
    for number, name in enumerate(task.indicators):
        if name not in targets:
            yield Problem((*place, "indicators", number), "serves_no_target", {"name": name})


def agencies(text: PlanText) -> Iterator[tuple[Place, str]]:
    """Every unit that a plan names, with where."""
    yield ("province",), text.province
    yield ("lead",), text.lead
    for position, target in enumerate(text.targets):
        yield ("targets", position, "owner"), target.owner
    for position, task in enumerate(text.tasks):
        yield ("tasks", position, "lead"), task.lead
        for number, code in enumerate(task.supporting):
            yield ("tasks", position, "supporting", number), code


def without(text: PlanText, part: Literal["targets", "tasks"], position: int) -> PlanText:
    """The plan without one of its targets or tasks."""
    rows = list(getattr(text, part))
    del rows[position]
    return text.model_copy(update={part: rows})


def with_row(
    text: PlanText, part: Literal["targets", "tasks"], position: int | None, row: Target | PlannedTask
) -> PlanText:
    """The plan with a target or task in place of another one, or behind the last."""
    rows = list(getattr(text, part))
    if position is None:
        rows.append(row)
    else:
        rows[position] = row
    return text.model_copy(update={part: rows})
