"""Datasets, batches and uploads as pages show them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tinhso.core.numbers import MISSING
from tinhso.datasets import api as datasets
from tinhso.indicators.api import Source
from tinhso.operations.presenters.common import OLD_DAYS, Status, address


@dataclass(frozen=True)
class DatasetRow:
    """One dataset with its reach (độ mới)."""

    name: str
    title: str
    url: str
    kind: str
    reach: str
    last_day: dt.date | None
    age: int
    is_old: bool
    rows: int
    quarantined: int
    batches: int
    imported_at: dt.datetime | None


@dataclass(frozen=True)
class SourceRow:
    """A dataset behind an indicator and how far it reaches (nguồn số liệu)."""

    title: str
    url: str
    reach: str
    batches: int
    imported_at: dt.datetime | None


@dataclass(frozen=True)
class BatchRow:
    """One import: who, when, what came of it."""

    number: int
    url: str
    dataset: str
    title: str
    at: dt.datetime
    actor: str
    read: int
    accepted: int
    quarantined: int
    duplicate: int
    refused: int
    first_day: dt.date | None
    last_day: dt.date | None
    status: Status
    files: list[tuple[str, str]]


@dataclass(frozen=True)
class ColumnRow:
    """A column that a file of a dataset holds."""

    name: str
    title: str
    type: str
    values: list[str]
    aliases: list[str]
    is_required: bool
    is_personal: bool


@dataclass(frozen=True)
class Tally:
    """What came of every row that was read."""

    read: int
    accepted: int
    quarantined: int
    duplicate: int
    refused: int


@dataclass(frozen=True)
class KeptBack:
    """A row that an import kept back, to be mended (dòng bị giữ lại)."""

    file: str
    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Problem:
    """A row that was kept back, and why."""

    line: int
    column: str
    value: str
    reason: str


def dataset_rows() -> list[DatasetRow]:
    """Every dataset, in the order of the manual; ages count from the last day any of them covers."""
    reach = datasets.freshness()
    last = max((one.last_day for one in reach.values() if one.last_day), default=None)
    return [dataset_row(one, last) for one in reach.values()]


def dataset_row(one: datasets.Freshness, last: dt.date | None) -> DatasetRow:
    """One dataset's reach."""
    age = (last - one.last_day).days if last and one.last_day and one.kind != "external" else 0
    kinds = {
        "flow": _("sự kiện"),
        "stock": _("hiện trạng"),
        "validity": _("danh mục có hiệu lực"),
        "external": _("số liệu năm từ ngoài"),
    }
    return DatasetRow(
        name=one.dataset,
        title=one.title,
        url=address("operations:dataset", one.dataset),
        kind=kinds[one.kind],
        reach=_reach(one.kind, one.last_day),
        last_day=one.last_day,
        age=age,
        is_old=age > OLD_DAYS,
        rows=one.rows,
        quarantined=one.quarantined,
        batches=one.batches,
        imported_at=one.imported_at,
    )


def _reach(kind: str, last_day: dt.date | None) -> str:
    """The last day covered, or the last year of yearly figures."""
    if last_day is None:
        return MISSING
    return _("năm %(year)s") % {"year": last_day.year} if kind == "external" else f"{last_day:%d/%m/%Y}"


def source_row(source: Source) -> SourceRow:
    """A dataset as a target's page names it."""
    return SourceRow(
        title=source.title,
        url=address("operations:dataset", source.dataset),
        reach=_reach(datasets.contract(source.dataset).kind, source.last_day),
        batches=source.batches,
        imported_at=source.imported_at,
    )


def batch_row(batch: datasets.Batch) -> BatchRow:
    """One import as a list shows it."""
    shapes = {"in_force": "good", "revoked": "bad", "pending": "running"}
    return BatchRow(
        number=batch.pk,
        url=address("operations:batch", batch.pk),
        dataset=batch.dataset,
        title=datasets.contract(batch.dataset).title,
        at=batch.created_at,
        actor=batch.actor,
        read=batch.read,
        accepted=batch.accepted,
        quarantined=batch.quarantined,
        duplicate=batch.duplicate,
        refused=batch.refused,
        first_day=batch.first_day,
        last_day=batch.last_day,
        status=Status(shapes[batch.state], batch.get_state_display()),
        files=[(file.name, file.sha256[:12]) for file in batch.files.all()],
    )


def column_rows(contract: datasets.Contract) -> list[ColumnRow]:
    """The columns of a contract, the required ones first."""
    types = {
        "string": _("chữ"),
        "integer": _("số nguyên"),
        "decimal": _("số thập phân"),
        "boolean": _("có / không"),
        "date": _("ngày"),
        "timestamp": _("ngày giờ"),
        "year": _("năm"),
    }
    rows = [
        ColumnRow(
            name=name,
            title=column.title,
            type=types[column.type],
            values=list(column.values),
            aliases=column.aliases,
            is_required=column.required,
            is_personal=column.personal,
        )
        for name, column in contract.columns.items()
    ]
    return sorted(rows, key=lambda row: not row.is_required)


def tally(counts: Mapping[str, Any]) -> Tally:
    """The counts of a preview or a finished import."""
    return Tally(*(int(counts.get(name, 0)) for name in ("read", "accepted", "quarantined", "duplicate", "refused")))


def problems(counts: Mapping[str, Any], contract: datasets.Contract) -> list[Problem]:
    """The first rows that were kept back, as `kept_back` shows them."""
    return [
        Problem(one["line"], *_cell(one["column"] or "", one["value"], contract), one["reason"])
        for one in counts.get("problems", [])
    ]


def kept_back(rows: Iterable[datasets.QuarantinedRow], contract: datasets.Contract) -> list[KeptBack]:
    """The rows kept back, values of personal columns masked, columns by their Vietnamese headers."""
    return [KeptBack(row.file, row.line, *_cell(row.column, row.value, contract), row.reason) for row in rows]


def _cell(name: str, value: str | None, contract: datasets.Contract) -> tuple[str, str]:
    """Header of a column and one of its values; a fault of the whole row has no column."""
    column = contract.columns.get(name)
    if column is None:
        return name, value or ""
    return column.title, masked(value) if value and column.personal else value or ""


def masked(value: object) -> str:
    """A personal value with all but its ends hidden."""
    text = str(value or "")
    return f"{text[:2]}•••{text[-2:]}" if len(text) > 5 else "•••"
