"""Running the compiled engine over rows of Python values, for comparison with the reference."""

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from tests.engine.reference import Cells, Row, Tree
from tinhso.engine import compute
from tinhso.engine.catalog import Catalog
from tinhso.engine.duck import connect
from tinhso.engine.periods import Period
from tinhso.engine.schema import DatasetSchema

SQL = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "decimal": "DECIMAL(38, 4)",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "year": "INTEGER",
}
FAR = dt.date(2199, 12, 31)


def territory(tree: Tree) -> compute.Territory:
    """The tree as the engine takes it; version 1 is the province's."""
    versions = sorted(tree.unit_of.items())
    return compute.Territory(
        pa.table(
            {
                "unit_version": pa.array([version for version, _unit in versions], pa.int32()),
                "unit": pa.array([unit for _version, unit in versions], pa.int32()),
                "kind": ["province" if unit == tree.province else "commune" for _version, unit in versions],
                "valid_from": pa.array([dt.date(2000, 1, 1)] * len(versions), pa.date32()),
                "valid_to": pa.array([None] * len(versions), pa.date32()),
            }
        ),
        pa.table(
            {
                "descendant": pa.array([row[0] for row in tree.closure], pa.int32()),
                "ancestor": pa.array([row[1] for row in tree.closure], pa.int32()),
                "valid_from": pa.array([row[2] for row in tree.closure], pa.date32()),
                "valid_to": pa.array([None if row[3] == FAR else row[3] for row in tree.closure], pa.date32()),
            }
        ),
    )


def filled(schemas: Iterable[DatasetSchema], rows: Mapping[str, list[Row]]) -> duckdb.DuckDBPyConnection:
    """A connection with one table per dataset."""
    connection = connect(threads=1)
    for schema in schemas:
        columns = ", ".join(f"{name} {SQL[column.type]}" for name, column in schema.columns.items())
        connection.execute(
            f"CREATE TABLE {schema.name} ({columns}, _unit INTEGER, _batch BIGINT, _file INTEGER, _line BIGINT)"
        )
        for names, alike in itertools.groupby(rows.get(schema.name, []), key=tuple):
            several = list(alike)
            marks = ", ".join(["(" + ", ".join("?" * len(names)) + ")"] * len(several))
            values = [value for row in several for value in row.values()]
            connection.execute(f"INSERT INTO {schema.name} ({', '.join(names)}) VALUES {marks}", values)
    return connection


def cells(
    catalog: Catalog,
    schemas: Iterable[DatasetSchema],
    rows: Mapping[str, list[Row]],
    tree: Tree,
    periods: Iterable[Period],
    as_of: dt.date,
) -> Cells:
    """The compiled engine's cells in the reference's form."""
    with filled(schemas, rows) as connection:
        there = territory(tree)
        compute.compute(connection, catalog, there, compute.timeline(periods, there, as_of))
        found = connection.execute(
            "SELECT indicator, unit, period, category, numerator, denominator FROM cell WHERE view = 'as-was'"
        ).fetchall()
    return {(i, u, p, c): None if d is None else (Decimal(n), Decimal(d)) for i, u, p, c, n, d in found}


def plain(cells_: Cells) -> dict[Any, tuple[float, float] | None]:
    """Cells as floats, which compare well and print well."""
    return {key: pair and (float(pair[0]), float(pair[1])) for key, pair in sorted(cells_.items(), key=str)}
