"""The very members behind a ratio of two counted sets: who is in the denominator and not in the numerator."""

import duckdb
import pyarrow as pa

from tinhso.engine import language, large, rollup
from tinhso.engine.catalog import Catalog, Indicator
from tinhso.engine.compute import Dictionaries
from tinhso.engine.language import SetExpression, SetOperation


def missing_set(indicator: Indicator) -> SetExpression | None:
    """The set of what is missing (đối tượng còn thiếu); None where the value is no ratio of two counted sets."""
    match indicator.ratio.numerator, indicator.ratio.denominator:
        case language.Count(numerator), language.Count(denominator):
            return SetOperation("-", denominator, numerator)
        case _:
            return None


def entity_of(indicator: Indicator, members: SetExpression) -> str:
    """The kind of member that a set holds."""
    return str(indicator.measures[next(iter(language.members_of(members)))].entity)


def listed(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    indicator: Indicator,
    members: SetExpression,
    dictionaries: Dictionaries,
) -> list[object]:
    """The members of a set at the one cell that `engine_dirty(view, unit, period)` names, in order.

    Args:
        connection: has the leaf states of the indicator's datasets and the tables of time and territory.
        catalog: whose measures the leaf states are.
        indicator: whose set it is.
        members: the set.
        dictionaries: hold the entity's members.
    """
    numbers = {name: catalog.number(indicator.measures[name]) for name in language.members_of(members)}
    entity = entity_of(indicator, members)
    table = dictionaries.tables.get(entity)
    if table is None or not table.num_rows:
        return []
    if dictionaries.is_large(entity):
        counter = large.Counter(connection, list(numbers.values()), only_dirty=True)
        positions = [place for _n, _p, found, _e in counter.evaluated(members, indicator, numbers) for place in found]
        connection.register("positions_in", pa.table({"position": pa.array(positions, pa.int32())}))
    else:
        merged = rollup.merge(connection, catalog, list(numbers.values()), only_dirty=True)
        bits = rollup.set_rows(merged, indicator, members)
        places = dictionaries.capacity(entity)
        found = connection.sql(
            f"""SELECT r.position FROM ({bits}) AS b CROSS JOIN (SELECT UNNEST(RANGE({places}))::INTEGER AS position) AS r
                WHERE b.bits IS NOT NULL AND get_bit(b.bits, r.position) = 1"""
        ).to_arrow_table()
        connection.register("positions_in", found)
    connection.register("members_in", table)
    rows = connection.execute(
        "SELECT DISTINCT m.member FROM positions_in AS p JOIN members_in AS m USING (position) ORDER BY m.member"
    ).fetchall()
    return [row[0] for row in rows]
