"""Indicator definitions as their authors write them: one YAML file per indicator."""

import datetime as dt
from pathlib import Path
from typing import Any as AnyValue
from typing import Literal, Self

import pydantic
from pydantic import Field

from tinhso.engine import language, located

Pillar = Literal["gov", "econ", "soc", "sec"]
Aggregate = Literal["count", "sum", "distinct"]


class _Entry(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Name(_Entry):
    """A name in both languages; `vi` is the legal wording."""

    vi: str
    en: str


class LegalBasis(_Entry):
    """Where an act sets or defines the indicator (căn cứ pháp lý)."""

    act: str
    issued_on: dt.date
    place: str
    role: Literal["target", "definition", "data"]


class Validity(_Entry):
    """Which periods a version governs, by the period's last day; no `until` means still in force."""

    since: dt.date
    until: dt.date | None = None


class Words(_Entry):
    """The formula as a clerk reads it."""

    numerator: str
    denominator: str
    note: str = ""


class MeasureText(_Entry):
    """One measure: what is counted, summed or kept as a set, over which rows of which dataset.

    Attributes:
        dataset: contract name.
        aggregate: `count` rows, `sum` a column, or the `distinct` values of one.
        of: the column summed or kept; none for `count`.
        where: filter in the language of `engine.language`; none counts every row.
        window: `period` takes the events of the period, `year_to_date` those since its 1 January.
    """

    dataset: str = Field(alias="from")
    aggregate: Aggregate
    of: str | None = None
    where: str | None = None
    window: Literal["period", "year_to_date"] = "period"

    @pydantic.field_validator("aggregate", mode="before")
    @classmethod
    def _mergeable(cls, value: object) -> object:
        """Refuse what cannot be merged over units and time, and say what to write instead."""
        if value in ("avg", "mean", "average"):
            raise ValueError("trung bình không gộp được qua đơn vị và thời gian; hãy chia hai tổng (sum / count)")
        if value in ("median", "percentile"):
            raise ValueError("trung vị và phân vị không gộp được qua đơn vị và thời gian")
        if value == "approx_distinct":
            raise ValueError("đếm gần đúng không được dùng; hãy dùng distinct")
        return value

    @pydantic.model_validator(mode="after")
    def _column_given(self) -> Self:
        if (self.of is None) != (self.aggregate == "count"):
            need = "không có" if self.aggregate == "count" else "phải có"
            raise ValueError(f"{self.aggregate} {need} cột “of”")
        return self


class Excluded(_Entry):
    """Rows that the definition must leave out, counted so that nobody overlooks them."""

    measure: str
    words: str


class Categories(_Entry):
    """An indicator given per category, whose target must hold for every one of them."""

    by: str
    hold: Literal["all"]


class Example(_Entry):
    """A golden example: rows in, numerator and denominator out (ví dụ mẫu).

    Attributes:
        rows: per dataset, the rows as column: value; columns left out are missing values.
        period: period code.
        expect: numerator and denominator at the province.
    """

    name: str
    period: str
    rows: dict[str, list[dict[str, AnyValue]]]
    expect: tuple[float, float]


class IndicatorText(_Entry):
    """One version of one indicator (chỉ tiêu), as written."""

    id: str = Field(pattern=r"^[a-z]+(\.[a-z][a-z0-9_]*)+$")
    version: int = Field(ge=1)
    valid: Validity
    name: Name
    pillar: Pillar
    owner: str
    legal: list[LegalBasis] = Field(min_length=1)
    measure_unit: Literal["percent"] = "percent"
    direction: Literal["up", "down"] = "up"
    words: Words
    measures: dict[str, MeasureText] = Field(min_length=1)
    value: str
    categories: Categories | None = None
    excluded: Excluded | None = None
    examples: list[Example] = Field(min_length=1)


class RelationText(_Entry):
    """A column that names a row of a validity dataset: the version in force on the record's day."""

    dataset: str
    column: str
    to: str


class EntityText(_Entry):
    """Columns that hold the same kind of member, so that their sets may be joined.

    Attributes:
        name: what a member is called.
        label: `dataset.column` that says in words which member it is; none where only its code is known.
    """

    columns: list[str] = Field(min_length=1)
    name: Name | None = None
    label: str | None = Field(default=None, pattern=r"^[a-z_]+\.[a-z_]+$")


class RelationsText(_Entry):
    """The `_relations.yaml` beside the definitions."""

    relations: dict[str, RelationText] = {}
    entities: dict[str, EntityText] = {}


class Definition:
    """A definition file that reads well by itself; `catalog.load` then checks it against the datasets.

    Attributes:
        source: the file, for the lines of later errors.
        text: what it says.
        ratio: the parsed value.
        filters: the parsed filter of each measure that has one.
    """

    def __init__(self, source: located.Located) -> None:
        self.source = source
        self.text = located.validated(source, IndicatorText)
        try:
            self.ratio = language.parse_ratio(self.text.value)
        except language.LanguageError as error:
            raise source.error(("value",), str(error)) from None
        self.filters = {
            name: self._filter(name, measure.where)
            for name, measure in self.text.measures.items()
            if measure.where is not None
        }

    def _filter(self, measure: str, text: str) -> language.Filter:
        try:
            return language.parse_filter(text)
        except language.LanguageError as error:
            raise self.source.error(("measures", measure, "where"), str(error)) from None


def read(path: Path) -> Definition:
    """Read one definition file.

    Raises:
        located.DefinitionError: file, line and reason.
    """
    return Definition(located.read(path))
