"""The kept states of a computation on a connection, for questions that its cells do not answer."""

import functools
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from tinhso.indicators.models import StateSet
from tinhso.indicators.selectors import calendars, states
from tinhso.indicators.selectors.territory import territory

if TYPE_CHECKING:
    import pyarrow as pa

    from tinhso.engine.catalog import Catalog
    from tinhso.engine.compute import Dictionaries


def load(
    connection: duckdb.DuckDBPyConnection,
    found: StateSet,
    catalog: "Catalog",
    *,
    views: Iterable[str] = (),
    datasets: Collection[str] | None = None,
) -> "Dictionaries":
    """Fill `leaf` and the tables of time and territory that the roll-up reads.

    Args:
        connection: empty.
        found: the computation.
        catalog: the one it was made with.
        views: of territory, besides the tree as it was.
        datasets: whose states to load; None for all.

    Returns:
        The dictionaries of the sets.
    """
    from tinhso.engine import compute
    from tinhso.engine import states as leaf_states
    from tinhso.engine.incremental import Manifest

    manifest = Manifest(**found.manifest)
    prepare(connection, found, catalog, views)
    connection.execute(leaf_states.LEAF_TABLE)
    dictionaries = compute.Dictionaries({name: _members(entry["file"]) for name, entry in manifest.entities.items()})
    capacities = dictionaries.capacities(catalog)
    for name, entry in manifest.datasets.items():
        if datasets is None or name in datasets:
            numbered = enumerate(catalog.counted)
            numbers = {catalog.keys[number]: number for number, m in numbered if m.dataset.name == name}
            leaf_states.load(connection, Path(states.folder() / entry["file"]), numbers, capacities)
    return dictionaries


def prepare(
    connection: duckdb.DuckDBPyConnection, found: StateSet, catalog: "Catalog", views: Iterable[str] = ()
) -> None:
    """Only the tables of time, territory and measures."""
    from tinhso.engine import compute, periods

    codes = dict.fromkeys(name.split(" ", 1)[1] for name in found.manifest["taken"])
    wanted = [periods.parse(code, calendars.named_in(code)) for code in codes]
    there = territory(views)
    compute.prepare(connection, there, compute.timeline(wanted, there, found.as_of))
    compute.prepare_measures(connection, catalog)


@functools.lru_cache(maxsize=8)
def _members(file: str) -> "pa.Table":
    """A dictionary; its file never changes."""
    import pyarrow.parquet as pq

    return pq.read_table(states.folder() / file)
