"""The catalog of indicators as its pages show it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from tinhso.core.exports import Column
from tinhso.datasets import api as datasets
from tinhso.engine.definitions import Example, IndicatorText
from tinhso.indicators.selectors.definitions import Definition


@dataclass(frozen=True)
class Crumb:
    title: str
    url: str = ""


@dataclass(frozen=True)
class CatalogRow:
    """One indicator in the list."""

    id: str
    name: str
    url: str
    pillar: str
    numerator: str
    denominator: str


@dataclass(frozen=True)
class CatalogGroup:
    title: str
    rows: list[CatalogRow]


@dataclass(frozen=True)
class Act:
    """An act on which an indicator rests, and what it settles."""

    act: str
    issued_on: dt.date
    place: str
    role: str


@dataclass(frozen=True)
class MeasureRow:
    name: str
    dataset: str
    aggregate: str
    of: str
    where: str


@dataclass(frozen=True)
class ExampleTable:
    """Sample rows of one dataset."""

    title: str
    columns: list[str]
    rows: list[list[object]]


@dataclass(frozen=True)
class ExampleCard:
    """A golden example: rows in, numerator and denominator out."""

    name: str
    period: str
    numerator: float
    denominator: float
    value: float | None
    tables: list[ExampleTable]


def pillar_titles() -> dict[str, str]:
    """The pillars in the order of the plan."""
    return {
        "gov": _("Chính quyền số"),
        "econ": _("Kinh tế số"),
        "soc": _("Xã hội số"),
        "sec": _("An toàn thông tin mạng"),
    }


def groups(found: Sequence[Definition]) -> list[CatalogGroup]:
    """The indicators by pillar."""
    return [
        CatalogGroup(title, [catalog_row(one, title) for one in found if one.text.pillar == key])
        for key, title in pillar_titles().items()
    ]


def catalog_row(one: Definition, pillar: str) -> CatalogRow:
    """One indicator with its formula in words."""
    url, words = reverse("indicators:definition", args=[one.id]), one.text.words
    return CatalogRow(one.id, one.name, url, pillar, words.numerator, words.denominator)


def catalog_columns() -> list[Column[CatalogRow]]:
    """What the catalog holds as a file."""
    return [
        (_("Chỉ tiêu"), lambda row: row.id),
        (_("Tên"), lambda row: row.name),
        (_("Trụ cột"), lambda row: row.pillar),
        (_("Tử số"), lambda row: row.numerator),
        (_("Mẫu số"), lambda row: row.denominator),
    ]


def acts(text: IndicatorText) -> list[Act]:
    """The legal basis, with what each act settles."""
    roles = {"target": _("Đặt mục tiêu"), "definition": _("Định nghĩa"), "data": _("Số liệu")}
    return [Act(one.act, one.issued_on, one.place, roles[one.role]) for one in text.legal]


def measures(text: IndicatorText) -> list[MeasureRow]:
    """What is counted, summed or kept as a set."""
    aggregates = {"count": _("đếm bản ghi"), "sum": _("cộng"), "distinct": _("đếm không trùng")}
    return [
        MeasureRow(
            name,
            datasets.contract(measure.dataset).title,
            aggregates[measure.aggregate],
            measure.of or "",
            measure.where or "",
        )
        for name, measure in text.measures.items()
    ]


def measure_columns() -> list[Column[MeasureRow]]:
    """What the measures hold as a file."""
    return [
        (_("Tên"), lambda row: row.name),
        (_("Bộ dữ liệu"), lambda row: row.dataset),
        (_("Cách đo"), lambda row: f"{row.aggregate} {row.of}".strip()),
        (_("Điều kiện"), lambda row: row.where),
    ]


def examples(text: IndicatorText) -> list[ExampleCard]:
    """The golden examples with their rows."""
    return [_example(one) for one in text.examples]


def _example(one: Example) -> ExampleCard:
    numerator, denominator = one.expect
    value = numerator / denominator if denominator else None
    tables = []
    for name, rows in one.rows.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        cells: list[list[object]] = [[row.get(column) for column in columns] for row in rows]
        tables.append(ExampleTable(datasets.contract(name).title, columns, cells))
    return ExampleCard(one.name, one.period, numerator, denominator, value, tables)
