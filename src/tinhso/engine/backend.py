"""Where facts are scanned: DuckDB in this process, or an engine that is bigger than one machine (ADR 0020).

Only the scan differs. Dictionaries, roll-up and evaluation run in DuckDB whatever the fact volume, since leaf
states are few: at most one row per measure, unit version and atom of time.
"""

from typing import Protocol

import duckdb
import pyarrow as pa
from sqlglot import exp

from tinhso.engine import duck, leaf
from tinhso.engine.schema import Rows

SMALL_SET = leaf.SMALL_SET
STEP = 512  # bit strings have whole multiples of this length, so that a few new members change none of them


class EngineUnreachable(Exception):
    """The engine does not answer, or answers with an error of its own; nothing was counted."""


class Backend(Protocol):
    """An engine that scans facts. Datasets are relations named as they are, with `_unit`, `_batch`, `_file`, `_line`."""

    def attach(self, rows: Rows) -> None:
        """Make a dataset's rows readable under its name."""

    def register(self, name: str, table: pa.Table) -> None:
        """Make a small table readable under a name, in place of an earlier one."""

    def collect(self, position: exp.Expr, capacity: int) -> exp.Expr:
        """The aggregate that gives the set of positions as a list of integers or, packed, as bytes.

        Args:
            position: where a member stands in its dictionary; null for none.
            capacity: positions are below it.
        """

    def fetch(self, query: exp.Expr) -> pa.Table:
        """A query's result.

        Raises:
            EngineUnreachable: the engine does not answer or refuses the query.
        """


def capacity(members: int) -> int:
    """Length of the bit strings of a dictionary."""
    return -(-max(members, 1) // STEP) * STEP


class Duck:
    """DuckDB in this process; the connection has the datasets already."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def attach(self, rows: Rows) -> None:
        duck.attach(self.connection, rows)

    def register(self, name: str, table: pa.Table) -> None:
        duck.keep(self.connection, name, table)

    def collect(self, position: exp.Expr, capacity: int) -> exp.Expr:
        if capacity > SMALL_SET:
            return exp.ArrayAgg(this=position)
        last = exp.convert(capacity - 1)
        return exp.Anonymous(this="BITSTRING_AGG", expressions=[position, exp.convert(0), last])

    def fetch(self, query: exp.Expr) -> pa.Table:
        return self.connection.sql(query.transform(_as_bytes).sql(dialect="duckdb")).to_arrow_table()


def _as_bytes(node: exp.Expr) -> exp.Expr:
    """Bit strings leave DuckDB as bytes, not as text of noughts and ones."""
    inner = node.this if isinstance(node, exp.Filter) else node
    is_bits = isinstance(inner, exp.Anonymous) and inner.this == "BITSTRING_AGG"
    if not is_bits or isinstance(node.parent, exp.Filter | exp.Cast):
        return node
    return exp.cast(node.copy(), "blob", dialect="duckdb")
