"""Tiny tables in, figures out: the small province on which silent wrong answers are pinned.

Datasets, written as text with `-` for a missing value (columns left out are missing, keys left out are numbered):
    dossiers     events: unit, received, procedure, channel, late, days, fee, citizen
    procedures   versions valid from `since` to `until`: procedure, level
    staff        states by person since `as_of` until `ended`: unit, role, devices, budget
    duties       events that name persons, too: unit, person, day
    trainings    events of persons without a unit: person, day, kind
    households   yearly or monthly states by commune: unit, commune, as_of, households, fiber
    sectors      figures of another office for whole years: sector, year, digital, total
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from tests.engine import reference, running
from tinhso.engine import backend, catalog, compute, located, periods, states
from tinhso.engine.definitions import Definition
from tinhso.engine.schema import ColumnSchema, DatasetSchema

ALWAYS, FAR = dt.date(2000, 1, 1), running.FAR
CHANNELS, LEVELS = ("counter", "online", "post"), ("none", "partial", "full")


def _columns(**types: Any) -> dict[str, ColumnSchema]:
    return {
        name: ColumnSchema(*kind) if isinstance(kind, tuple) else ColumnSchema(kind) for name, kind in types.items()
    }


SCHEMAS = {
    schema.name: schema
    for schema in (
        DatasetSchema(
            "dossiers",
            "flow",
            ("dossier",),
            "agency",
            "received",
            _columns(
                dossier="string",
                agency="string",
                received="timestamp",
                procedure="string",
                channel=("string", CHANNELS),
                late="boolean",
                days="integer",
                fee="decimal",
                citizen="string",
            ),
        ),
        DatasetSchema(
            "procedures",
            "validity",
            ("procedure", "since"),
            "agency",
            "since",
            _columns(procedure="string", agency="string", level=("string", LEVELS), since="date", until="date"),
            "until",
        ),
        DatasetSchema(
            "staff",
            "stock",
            ("person", "as_of"),
            "agency",
            "as_of",
            _columns(
                person="string",
                agency="string",
                role=("string", ("official", "it")),
                devices="integer",
                budget="decimal",
                as_of="date",
                ended="date",
            ),
            "ended",
        ),
        DatasetSchema(
            "duties",
            "flow",
            ("duty",),
            "agency",
            "day",
            _columns(duty="string", agency="string", person="string", day="date"),
        ),
        DatasetSchema(
            "trainings",
            "flow",
            ("person", "day"),
            None,
            "day",
            _columns(person="string", day="date", kind=("string", ("awareness", "specialist"))),
        ),
        DatasetSchema(
            "households",
            "stock",
            ("commune", "as_of"),
            "commune",
            "as_of",
            _columns(commune="string", as_of="date", households="integer", fiber="integer"),
        ),
        DatasetSchema(
            "sectors",
            "external",
            ("sector", "year"),
            None,
            "year",
            _columns(sector="string", year="year", digital="decimal", total="decimal"),
        ),
    )
}
RELATIONS = located.Located(
    Path("_relations.yaml"),
    yaml.safe_dump(
        {
            "relations": {"rule": {"dataset": "dossiers", "column": "procedure", "to": "procedures"}},
            "entities": {"person": {"columns": ["staff.person", "duties.person", "trainings.person"]}},
        }
    ),
)


# ---- definitions ------------------------------------------------------------------------------------------


def count(dataset: str, where: str | None = None, **more: str) -> dict[str, str]:
    return _measure(dataset, "count", None, where, more)


def total(dataset: str, of: str, where: str | None = None, **more: str) -> dict[str, str]:
    return _measure(dataset, "sum", of, where, more)


def distinct(dataset: str, of: str, where: str | None = None, **more: str) -> dict[str, str]:
    return _measure(dataset, "distinct", of, where, more)


def _measure(
    dataset: str, aggregate: str, of: str | None, where: str | None, more: Mapping[str, str]
) -> dict[str, str]:
    given = {"of": of, "where": where, **more}
    return {"from": dataset, "aggregate": aggregate} | {name: text for name, text in given.items() if text is not None}


def text_of(value: str, measures: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """What a definition file says."""
    return {
        "id": "x.one",
        "version": 1,
        "valid": {"since": "2020-01-01"},
        "name": {"vi": "x", "en": "x"},
        "pillar": "gov",
        "owner": "x",
        "legal": [{"act": "1", "issued_on": "2020-01-01", "place": "1", "role": "target"}],
        "words": {"numerator": "x", "denominator": "x"},
        "measures": dict(measures),
        "value": value,
        "examples": [{"name": "x", "period": "2023", "rows": {}, "expect": [0, 0]}],
    } | more


def define(value: str, *, more: Mapping[str, Any] | None = None, **measures: Any) -> Definition:
    """A definition of a value over named measures."""
    text = yaml.safe_dump(text_of(value, measures, **(more or {})), sort_keys=False)
    return Definition(located.Located(Path("one.yaml"), text))


# ---- territory --------------------------------------------------------------------------------------------


def standing(*lines: tuple[Any, ...], versions: Mapping[int, int] | None = None) -> reference.Tree:
    """A tree from lines `(unit, superior, …, province)`, each followed by first and last day where it has some.

    Args:
        lines: the chain above every unit.
        versions: unit of each unit version that is not the unit's own number.
    """
    closure = []
    for line in lines:
        days = [part for part in line if isinstance(part, dt.date)]
        first, last = days or (ALWAYS, FAR)
        chain = [part for part in line if isinstance(part, int)]
        closure += [(chain[0], ancestor, first, last) for ancestor in chain]
    units = {row[0]: row[0] for row in closure}
    return reference.Tree(units | dict(versions or {}), closure, 1)


PROVINCE = standing((1,), (10, 1), (20, 1), (11, 10, 1), (12, 10, 1), (21, 20, 1))  # communes 11, 12, 21


def view(
    tree: reference.Tree,
    *lines: tuple[int, ...],
    code: str = "as-is",
    placed: Mapping[int, Mapping[int, str]] | None = None,
) -> compute.View:
    """The tree of a day, given like that of `standing`, with the node 0 for what cannot be followed.

    Args:
        tree: whose units are placed; those of the day in themselves, all others in 0.
        lines: the chain above every unit of the day.
        code: of the view.
        placed: by unit, its nodes and their shares, where it lies elsewhere.
    """
    above = {(chain[0], ancestor) for chain in ((0, 1), *lines) for ancestor in chain}
    nodes = {node for node, _ancestor in above}
    own = {unit: {unit if unit in nodes else 0: "1"} for unit in sorted(tree.units)}
    parts = (own | dict(placed or {})).items()
    rows = [(unit, node, Decimal(share)) for unit, shares in parts for node, share in shares.items()]
    return placed_view(code, rows, above)


def placed_view(code: str, rows: Iterable[tuple[int, int, Decimal]], above: Iterable[tuple[int, int]]) -> compute.View:
    """A view from (unit, node, share) and (node, ancestor)."""
    units, nodes, shares = zip(*rows, strict=True)
    below, ancestors = zip(*sorted(above), strict=True)
    return compute.View(
        code,
        pa.table(
            {
                "unit": pa.array(units, pa.int32()),
                "node": pa.array(nodes, pa.int32()),
                "share": pa.array(shares, pa.decimal128(9, 8)),
            }
        ),
        pa.table({"unit": pa.array(below, pa.int32()), "ancestor": pa.array(ancestors, pa.int32())}),
    )


# ---- figures ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """Cells by (unit, period) or (unit, period, category); None is 0 ÷ 0 of a stock that has rows."""

    rows: tuple[dict[str, Any], ...]
    indicator: str = "x.one"
    view: str = "as-was"

    def __getitem__(self, key: tuple[Any, ...]) -> tuple[Decimal, Decimal] | None:
        row = self.cell(key)
        return None if row["denominator"] is None else (row["numerator"], row["denominator"])

    def __contains__(self, key: tuple[Any, ...]) -> bool:
        return bool(self._found(key))

    def cell(self, key: tuple[Any, ...]) -> dict[str, Any]:
        (row,) = self._found(key)
        return row

    def _found(self, key: tuple[Any, ...]) -> list[dict[str, Any]]:
        unit, period, category = key if len(key) == 3 else (*key, None)
        wanted = (self.indicator, self.view, unit, period, category)
        names = ("indicator", "view", "unit", "period", "category")
        return [row for row in self.rows if tuple(row[name] for name in names) == wanted]

    def of(self, indicator: str) -> "Figures":
        return Figures(self.rows, indicator, self.view)

    def seen(self, view: str) -> "Figures":
        return Figures(self.rows, self.indicator, view)


def computed(
    *definitions: Definition,
    tree: reference.Tree = PROVINCE,
    at: Iterable[str] | None = None,
    as_of: str = "2023-12-31",
    views: tuple[compute.View, ...] = (),
    roaring: bool = False,
    **tables: str,
) -> Figures:
    """The engine's figures.

    Args:
        definitions: `x.one`, and more with ids of their own.
        tree: the units.
        at: codes of periods; all of 2023 when none are named.
        as_of: evaluation date.
        views: beside the tree as it was.
        roaring: keep even small sets as Roaring bitmaps.
        tables: rows by dataset.
    """
    built = catalog.build(definitions, RELATIONS, SCHEMAS)
    wanted = [periods.parse(code) for code in at] if at else periods.periods_of_year(2023)
    there = running.territory(tree)
    there = compute.Territory(there.versions, there.closure, views)
    rows = {name: parsed(name, text) for name, text in tables.items()}
    with pytest.MonkeyPatch.context() as patch, running.filled([SCHEMAS[name] for name in rows], rows) as connection:
        if roaring:
            patch.setattr(backend, "SMALL_SET", 1)
            patch.setattr(states, "SMALL_SET", 1)
        compute.compute(connection, built, there, compute.timeline(wanted, there, dt.date.fromisoformat(as_of)))
        found = connection.sql("FROM cell").to_arrow_table().to_pylist()
    return Figures(tuple(found))


def parsed(dataset: str, text: str) -> list[dict[str, Any]]:
    """The rows of a table written as text."""
    lines = [line.split() for line in text.strip().splitlines()]
    columns = SCHEMAS[dataset].columns
    names, found = lines[0], []
    for number, cells in enumerate(lines[1:], start=1):
        given = dict(zip(names, cells, strict=True))
        row: dict[str, Any] = {"_unit": int(given.pop("unit"))} if "unit" in given else {}
        row |= {name: _value(columns[name], cell) for name, cell in given.items()}
        key = SCHEMAS[dataset].key[0]
        found.append({key: str(number)} | row)
    return found


def _value(column: ColumnSchema, cell: str) -> Any:
    if cell == "-":
        return None
    match column.type:
        case "integer" | "year":
            return int(cell)
        case "decimal":
            return Decimal(cell)
        case "boolean":
            return {"yes": True, "no": False}[cell]
        case "date":
            return dt.date.fromisoformat(cell)
        case "timestamp":
            return dt.datetime.fromisoformat(cell)
        case _:
            return cell
