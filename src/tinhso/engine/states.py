"""Leaf states in their one form, whatever engine counted them, and as files that outlive a computation.

In DuckDB: `leaf(measure, unit, atom, category, n, amount, bits, bitmap)`. `measure` is the number in the catalog,
`unit` the unit version (-1 where records carry none), `atom` the number of the atom's first day. Counted and summed
measures have `n` records and an `amount`; distinct ones have their members' positions, in `bits` (a bit string) or,
for dictionaries beyond `backend.SMALL_SET`, in `bitmap` (a serialized Roaring bitmap).
"""

import hashlib
from array import array
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
import numpy as np
import pyarrow as pa
from pyroaring import BitMap

from tinhso.engine import duck
from tinhso.engine.backend import SMALL_SET
from tinhso.engine.leaf import AMOUNT, Counts, Statement

LEAF_TABLE = f"""
CREATE OR REPLACE TABLE leaf (
    measure INTEGER, unit INTEGER, atom INTEGER, category VARCHAR,
    n BIGINT, amount {AMOUNT}, bits BIT, bitmap BLOB
)
"""
_TARGET = "INSERT INTO leaf (measure, unit, atom, category, n, amount, bits, bitmap)"


def insert(
    connection: duckdb.DuckDBPyConnection,
    statement: Statement,
    counted: pa.Table,
    capacities: Mapping[int, int],
    *,
    touched: bool = False,
) -> None:
    """Add what a statement counted to the `leaf` table.

    Args:
        connection: has `leaf` and `engine_atoms`.
        statement: the statement.
        counted: its result.
        capacities: length of the dictionary of each distinct measure, by number.
        touched: keep only the units and atoms of `engine_touched(unit, atom)`.
    """
    for count in statement.counts:
        if count.members is not None:
            members = _packed(counted.column(count.members), count.slices, capacities[count.measure])
            counted = counted.append_column(_members_of(count), members)
    connection.register("counted_in", counted)
    try:
        source = _levels(statement) if statement.steps else "counted_in"
        kept = "SEMI JOIN engine_touched AS t ON t.unit = s.unit AND t.atom = s.atom" if touched else ""
        for count in statement.counts:
            columns = _columns(count, capacities)
            category = "s.category" if statement.category else "NULL"
            has_any = f"s.{count.records} > 0" if count.records else f"s.{_members_of(count)} IS NOT NULL"
            connection.execute(
                f"{_TARGET} SELECT {count.measure}, s.unit, s.atom, {category}, {columns} FROM ({_from(source)}) AS s "
                f"{kept} WHERE s.unit IS NOT NULL AND {has_any}"
            ).fetchall()
    finally:
        connection.unregister("counted_in")


def _from(source: str) -> str:
    return source if source.startswith("SELECT") else f"SELECT * FROM {source}"


def _columns(count: Counts, capacities: Mapping[int, int]) -> str:
    if count.members is None:
        return f"s.{count.records}, s.{count.amount}, NULL, NULL"
    if capacities[count.measure] > SMALL_SET:
        return f"NULL, NULL, NULL, s.{_members_of(count)}"
    return f"NULL, NULL, s.{_members_of(count)}::BIT, NULL"


def _members_of(count: Counts) -> str:
    """The column with one measure's own members."""
    return f"members_{count.measure}"


def _levels(statement: Statement) -> str:
    """Steps cumulated to what stands at the end of every atom."""
    names = dict.fromkeys(name for c in statement.counts for name in (c.records, c.amount) if name)
    running = ", ".join(f"SUM(COALESCE(c.{name}, 0)) OVER w AS {name}" for name in names)
    return f"""SELECT g.unit, g.atom, {running}
        FROM (SELECT u.unit, a.atom FROM (SELECT DISTINCT unit FROM counted_in WHERE unit IS NOT NULL) AS u
              CROSS JOIN engine_atoms AS a) AS g
        LEFT JOIN counted_in AS c ON c.unit = g.unit AND c.atom = g.atom
        WINDOW w AS (PARTITION BY g.unit ORDER BY g.atom)"""


Positions: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.integer[Any]]]"


def _packed(held: pa.ChunkedArray, slices: tuple[int, ...], capacity: int) -> pa.Array:
    """One measure's sets, from lists of positions or from bytes, as bit strings of the capacity or as serialized
    Roaring bitmaps; null where a set is empty."""
    if pa.types.is_list(held.type) or pa.types.is_large_list(held.type):
        pack = _bitmap if capacity > SMALL_SET else _bits
        packed = [
            pack(positions.values.drop_null().to_numpy(zero_copy_only=False), slices, capacity)
            if positions.is_valid
            else None
            for chunk in held.chunks
            for positions in chunk
        ]
    elif slices:
        packed = [None if whole is None else _cut(whole, slices, capacity // 8) for whole in held.to_pylist()]
    else:
        return held
    return pa.array(packed, pa.large_binary())


def _cut(whole: bytes, slices: tuple[int, ...], width: int) -> bytes | None:
    """The union of some slices of a bit string; none when it is empty."""
    united = 0
    for number in slices:
        united |= int.from_bytes(whole[number * width : (number + 1) * width], "big")
    return united.to_bytes(width, "big") if united else None


def _bits(positions: Positions, slices: tuple[int, ...], capacity: int) -> bytes | None:
    if slices:
        positions = positions[np.isin(positions // capacity, slices)] % capacity
    if not len(positions):
        return None
    bits = np.zeros(capacity, np.uint8)
    bits[positions] = 1
    return np.packbits(bits).tobytes()


def _bitmap(positions: Positions, slices: tuple[int, ...], capacity: int) -> bytes | None:
    ordered = np.sort(positions).astype(np.uint32)  # Roaring takes them in twice as fast as unsorted ones
    parts = [ordered]
    if slices:
        edges = np.searchsorted(ordered, [edge * capacity for number in slices for edge in (number, number + 1)])
        parts = [
            ordered[start:end] - np.uint32(number * capacity)
            for number, start, end in zip(slices, edges[::2], edges[1::2], strict=True)
        ]
    found = BitMap.union(*(BitMap(array("I", part.tobytes())) for part in parts))
    if not found:
        return None
    found.run_optimize()
    return found.serialize()


# ---- files ----------------------------------------------------------------------------------------------


def saved(path: Path, keys: Mapping[int, str]) -> str:
    """A COPY that writes the states of some measures to a file, by the measures' keys.

    Args:
        path: file to write.
        keys: by number, for the measures to keep.
    """
    named = ", ".join(f"({number}, {duck.literal(key)})" for number, key in keys.items())
    return f"""
        COPY (SELECT k.key AS measure, l.unit, l.atom, l.category, l.n, l.amount,
                     COALESCE(l.bitmap, l.bits::BLOB) AS members, l.bitmap IS NOT NULL AS is_large
              FROM leaf AS l JOIN (VALUES {named}) AS k(number, key) ON k.number = l.measure)
        TO {duck.literal(str(path))} (FORMAT parquet, COMPRESSION snappy)"""


def load(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    numbers: Mapping[str, int],
    capacities: Mapping[int, int],
    *,
    without_touched: bool = False,
) -> None:
    """Add the states of a file to the `leaf` table; bit strings grow to today's length of their dictionary.

    Args:
        connection: has `leaf` and `engine_atoms`; atoms that are not among these stay out.
        path: file written by `saved`.
        numbers: by key, for the measures to take.
        capacities: length of the dictionary of each distinct measure, by number.
        without_touched: leave out the units and atoms of `engine_touched(unit, atom)`.
    """
    if not numbers:
        return
    rows = [(key, number, capacities.get(number, 0) // 8) for key, number in numbers.items()]
    named = ", ".join(f"({duck.literal(key)}, {number}, {length})" for key, number, length in rows)
    padded = "(s.members || unhex(repeat('00', k.length - octet_length(s.members))))::BIT"
    left_out = "ANTI JOIN engine_touched AS t ON t.unit = s.unit AND t.atom = s.atom" if without_touched else ""
    connection.execute(
        f"""
        {_TARGET}
        SELECT k.number, s.unit, s.atom, s.category, s.n, s.amount,
               CASE WHEN s.members IS NOT NULL AND NOT s.is_large THEN
                   CASE WHEN octet_length(s.members) = k.length THEN s.members::BIT ELSE {padded} END END,
               CASE WHEN s.is_large THEN s.members END
        FROM read_parquet({duck.literal(str(path))}) AS s
        SEMI JOIN engine_atoms AS a ON a.atom = s.atom
        JOIN (VALUES {named}) AS k(key, number, length) ON k.key = s.measure {left_out}
        """
    )


def checksum(connection: duckdb.DuckDBPyConnection, measures: Collection[int] | None = None) -> str:
    """One number over all leaf states, the same whatever engine counted them and in whatever order."""
    wanted = "" if measures is None else f"WHERE measure IN ({', '.join(map(str, measures)) or 'NULL'})"
    rows = connection.execute(
        f"""SELECT measure, unit, atom, category, n, amount, hex(COALESCE(bitmap, bits::BLOB)) AS members
            FROM leaf {wanted} ORDER BY ALL"""
    )
    digest = hashlib.sha256()
    while batch := rows.fetchmany(10_000):
        digest.update(repr(batch).encode())
    return digest.hexdigest()
