"""The 21 definitions of plan 292/KH-UBND give their golden examples, by both engines."""

import datetime as dt
from pathlib import Path

import pytest

from tests.engine import reference, running
from tinhso.datasets.contracts import contracts
from tinhso.engine import catalog, periods
from tinhso.indicators.selectors.states import DEFINITIONS

SCHEMAS = {name: contract.as_schema for name, contract in contracts().items()}
CATALOG = catalog.load(Path(DEFINITIONS), SCHEMAS)
FIRST = dt.date(2000, 1, 1)
TREE = reference.Tree({1: 1}, [(1, 1, FIRST, running.FAR)], 1)
EXAMPLES = [(one, example) for one in CATALOG.indicators for example in one.text.examples]


def typed(rows):
    """Rows of an example with every column of the contract, typed."""
    whole = {}
    for name, schema in SCHEMAS.items():
        whole[name] = [
            {column: _value(row.get(column), kind.type) for column, kind in schema.columns.items()} | {"_unit": 1}
            for row in rows.get(name, [])
        ]
    return whole


def _value(value, kind):
    if isinstance(value, str) and kind == "date":
        return dt.date.fromisoformat(value)
    if isinstance(value, str) and kind == "timestamp":
        return dt.datetime.fromisoformat(value)
    return value


def test_there_are_21():
    assert len({one.id for one in CATALOG.indicators}) == 21


@pytest.mark.parametrize(("indicator", "example"), EXAMPLES, ids=[f"{one.id}: {e.name}" for one, e in EXAMPLES])
def test_golden_example(indicator, example):
    period = periods.parse(example.period)
    rows = typed(example.rows)

    ours = running.cells(CATALOG, SCHEMAS.values(), rows, TREE, [period], period.ends_on)

    theirs = reference.cells(reference.Data(CATALOG, rows, TREE, period.ends_on), [period])
    numerator, denominator = ours[indicator.id, 1, example.period, None]
    assert (float(numerator), float(denominator)) == example.expect
    assert running.plain(ours) == running.plain(theirs)
