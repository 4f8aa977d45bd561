"""The rows of a dataset that are in force in the lake, found by their keys."""

import contextlib
import datetime as dt
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
from django.conf import settings

from tinhso.datasets import api as datasets
from tinhso.datasets.api import Batch, Contract
from tinhso.engine import duck
from tinhso.public_services.publishing.rules.rows import Row, Value

ACTOR = "public_services"  # of our own batches
Key = tuple[Value, ...]


@dataclass(frozen=True)
class LakeRows:
    """Rows of a dataset, held as they were when it was opened."""

    connection: duckdb.DuckDBPyConnection
    contract: Contract

    def found(self, keys: Collection[Key]) -> dict[Key, tuple[Row, int]]:
        """The rows with some keys, each with its batch; these keys count as known from now on."""
        import pyarrow as pa

        names = self.contract.key
        asked = pa.table({name: [key[place] for key in keys] for place, name in enumerate(names)})
        self.connection.register("asked", asked)
        self.connection.execute(f"INSERT INTO known SELECT {', '.join(names)} FROM asked")
        columns = list(self.contract.columns)
        rows = self.connection.execute(
            f"SELECT {', '.join(columns)}, _batch FROM held SEMI JOIN asked USING ({', '.join(names)})"
        ).fetchall()
        self.connection.unregister("asked")
        read = [(dict(zip(columns, row[:-1], strict=True)), int(row[-1])) for row in rows]
        return {self.key(row): (row, batch) for row, batch in read}

    def key(self, row: Row) -> Key:
        """What a row is known by."""
        return tuple(row[name] for name in self.contract.key)

    def unknown(self) -> list[Key]:
        """Keys of rows that are ours by their batch and that nobody has asked for."""
        ours = ", ".join(str(key) for key in own_batches(self.contract.name)) or "NULL"
        names = ", ".join(self.contract.key)
        rows = self.connection.execute(
            f"SELECT {names} FROM held ANTI JOIN known USING ({names}) WHERE _batch IN ({ours}) ORDER BY ALL"
        ).fetchall()
        return [tuple(row) for row in rows]


@contextlib.contextmanager
def opened(dataset: str) -> Iterator[LakeRows]:
    """Hold the rows in force of a dataset.

    Raises:
        LakeDamaged: a file is not there or cannot be read.
    """
    contract = datasets.contract(dataset)
    with tempfile.TemporaryDirectory() as folder, _connected(Path(folder)) as connection:
        datasets.attach(connection, [dataset])
        columns, key = ", ".join(contract.columns), ", ".join(contract.key)
        with datasets.damage_named(datasets.data_cut([dataset])):
            connection.execute(f"CREATE TEMP TABLE held AS SELECT {columns}, _batch FROM {dataset}").fetchall()
        connection.execute(f"CREATE TEMP TABLE known AS SELECT {key} FROM held LIMIT 0").fetchall()
        yield LakeRows(connection, contract)


def _connected(spill: Path) -> duckdb.DuckDBPyConnection:
    return duck.connect(memory=settings.DUCKDB_MEMORY, threads=settings.DUCKDB_THREADS, spill=spill)


def own_batches(dataset: str) -> list[int]:
    """The batches in force that we have made."""
    made = Batch.objects.filter(dataset=dataset, actor=ACTOR, state=Batch.State.IN_FORCE)
    return list(made.order_by("pk").values_list("pk", flat=True))


def published_at() -> dt.datetime | None:
    """When something was published last; None for never."""
    newest = Batch.objects.filter(actor=ACTOR, state=Batch.State.IN_FORCE).order_by("-pk").first()
    return newest.created_at if newest else None


def typed_key(contract: Contract, cells: Collection[str | None]) -> Key:
    """A key as values, from the cells of a row that was kept back."""
    types = [contract.columns[name].type for name in contract.key]
    pairs = zip(types, cells, strict=True)
    return tuple(dt.date.fromisoformat(cell) if kind == "date" and cell else cell for kind, cell in pairs)
