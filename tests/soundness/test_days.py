"""A record lies in the period of its local day; every day lies in exactly one month."""

import datetime as dt

import duckdb
import pyarrow as pa
import pytest

from tests.soundness.tables import computed, count, define, distinct
from tinhso.datasets.contracts import contracts
from tinhso.datasets.reading import Source
from tinhso.datasets.validation import Checks

ONLINE = define("online / every", online=count("dossiers", "channel == 'online'"), every=count("dossiers"))
SETS = define("count(every) / count(every)", every=distinct("dossiers", "dossier"))
EDGES = """
    unit  received                    channel
    11    2022-12-31T23:59:59.999999  counter
    11    2023-01-01T00:00:00         online
    11    2023-01-31T23:59:59.999999  online
    11    2023-02-01T00:00:00         counter
    11    2023-02-28T23:59:59.999999  counter
    11    2023-03-01T00:00:00         online
    11    2023-12-31T23:59:59.999999  online
    11    2024-01-01T00:00:00         counter
"""


@pytest.fixture(scope="module")
def figures():
    return computed(ONLINE, at=["2022", "2022-12", "2023-01", "2023-02", "2023-03", "2023-Q4", "2023"], dossiers=EDGES)


def test_the_last_microsecond_and_the_first_moment_of_a_month_are_in_it(figures):
    assert figures[1, "2023-01"] == (2, 2)  # a month that ends at midnight of its last day would give 1 ÷ 1
    assert figures[1, "2023-02"] == (0, 2)
    assert figures[1, "2023-03"] == (1, 1)


def test_the_last_microsecond_of_december_is_in_its_year(figures):
    assert figures[1, "2022"] == (0, 1)
    assert figures[1, "2023"] == (4, 6)
    assert figures[1, "2023-Q4"] == (1, 1)


def test_the_evaluation_date_is_a_whole_day():
    figures = computed(
        ONLINE,
        as_of="2023-05-15",
        dossiers="""
            unit  received                    channel
            11    2023-05-15T23:59:59.999999  online
            11    2023-05-16T00:00:00         online
        """,
    )

    assert figures[1, "2023-05"] == (1, 1)


@pytest.mark.parametrize("definition", [ONLINE, SETS], ids=["counted", "as a set"])
def test_the_leap_day_is_in_february(definition):
    figures = computed(
        definition,
        at=["2024-02", "2024-03", "2024-Q1", "2024"],
        as_of="2024-12-31",
        dossiers="""
            unit  received             channel
            11    2024-02-29T23:59:59  online
            11    2024-03-01T00:00:00  online
        """,
    )

    assert [figures[1, code] for code in ("2024-02", "2024-03", "2024-Q1", "2024")] == [(1, 1), (1, 1), (2, 2), (2, 2)]


def test_an_evaluation_on_the_leap_day_counts_it():
    figures = computed(
        ONLINE, at=["2024-02"], as_of="2024-02-29", dossiers="unit received channel\n11 2024-02-29T12:00 online"
    )

    assert figures[1, "2024-02"] == (1, 1)


def test_a_record_without_a_day_is_in_no_period():
    figures = computed(ONLINE, dossiers="unit received channel\n11 - online\n11 2023-05-03 online")

    assert figures[1, "2023"] == (1, 1)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2023-05-31T17:00:00Z", dt.date(2023, 6, 1)),
        ("2023-05-31T16:59:59Z", dt.date(2023, 5, 31)),
        ("2023-06-01T00:30:00+09:00", dt.date(2023, 5, 31)),
        ("2023-12-31T23:00:00-01:00", dt.date(2024, 1, 1)),
        ("2023-05-31T23:59:59+07:00", dt.date(2023, 5, 31)),
        ("2023-05-31 23:59:59", dt.date(2023, 5, 31)),
        ("2024-02-28T17:00:00Z", dt.date(2024, 2, 29)),
    ],
)
def test_a_moment_of_another_zone_is_of_the_local_day(written, day):
    contract = contracts()["dossiers"]
    source = Source(None, "", {"received_at": "received_at"}, [])
    checks = Checks(contract, source, frozenset(), dt.date(2024, 12, 31), False)
    value = checks._value("received_at", contract.columns["received_at"])

    with duckdb.connect() as connection:
        connection.register("cells", pa.table({"r_received_at": [written]}))
        found = connection.execute(f"SELECT CAST({value} AS DATE) FROM cells").fetchall()

    assert found == [(day,)]
