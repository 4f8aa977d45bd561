"""What the engine knows of a dataset: its kind, key, unit, time and columns."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pyarrow as pa

Kind = Literal["flow", "stock", "validity", "external"]
ColumnType = Literal["string", "integer", "decimal", "boolean", "date", "timestamp", "year"]
SQL_TYPES: dict[ColumnType, str] = {  # how values are typed in the lake
    "string": "VARCHAR",
    "integer": "BIGINT",
    "decimal": "DECIMAL(38, 4)",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "year": "INTEGER",
}


@dataclass(frozen=True, slots=True)
class ColumnSchema:
    """One column.

    Attributes:
        type: how values are typed in the lake.
        values: the only values allowed; empty when any value of the type is.
        required: whether no row is without a value.
    """

    type: ColumnType
    values: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class DatasetSchema:
    """One dataset (bộ dữ liệu), as the compiler sees it.

    Attributes:
        name: contract name, also the name of the relation that holds its rows in force.
        kind: `flow` events; `stock` snapshots by key and day; `validity` rows with first and last day;
            `external` figures given by another office for whole years.
        key: columns that identify a row; for stocks and validities the last one is the time column.
        unit: column of the unit code; None when rows carry no unit of their own.
        time: event day, snapshot day, first day of validity, or year.
        columns: by name.
        ends: column of the inclusive last day (`ended_on`, `valid_to`), if any.
    """

    name: str
    kind: Kind
    key: tuple[str, ...]
    unit: str | None
    time: str
    columns: dict[str, ColumnSchema] = field(hash=False)
    ends: str | None = None

    @property
    def entity_key(self) -> tuple[str, ...]:
        """The key without its time: what a stock's state is kept for."""
        return tuple(column for column in self.key if column != self.time)


@dataclass(frozen=True)
class Rows:
    """The rows of a dataset that count, as files of the lake.

    Attributes:
        schema: the dataset.
        files: Parquet files with the batch each belongs to; empty when there are no rows.
        replaced: rows that later ones have replaced: _batch int64, _file int32, _line int64; None when there are
            none.
    """

    schema: DatasetSchema
    files: tuple[tuple[int, Path], ...]
    replaced: "pa.Table | None" = None
