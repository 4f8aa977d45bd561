"""The cheap reading of a cell in its plain form never differs from the thorough one, which blanks around it force."""

import datetime as dt

import duckdb
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tinhso.datasets.contracts import contracts
from tinhso.datasets.reading import Source
from tinhso.datasets.validation import Checks

COLUMNS = [
    ("dossiers", "dossier_code"),
    ("dossiers", "agency_code"),
    ("dossiers", "commune_code"),
    ("dossiers", "channel"),
    ("dossiers", "received_at"),
    ("dossiers", "assisted"),
    ("dossiers", "fee_vnd"),
    ("households", "as_of"),
    ("sector_value_added", "value_added_vnd"),
]
DAYS = st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31))
FORMS = ["%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%YT%H:%M:%S", "%Y-%m-%dT%H:%MZ"]
MOMENTS = st.builds(
    lambda day, form: dt.datetime(day.year, day.month, day.day, 8, 30).strftime(form), DAYS, st.sampled_from(FORMS)
)
NUMBERS = st.from_regex(r"[+-]?[0-9]{1,20}([.,][0-9]{1,4}){0,2}", fullmatch=True)
WORDS = st.sampled_from(
    ["1", "0", "Có", "KHÔNG", "true", "online", "Trực tiếp", "x", "116", "3646", "03646", "sl-stttt", "Đ"]
)
CELLS = st.one_of(MOMENTS, NUMBERS, WORDS, st.text("0123456789-/:T .,+eZ", min_size=1, max_size=20))


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as opened:
        yield opened


@pytest.mark.parametrize(("dataset", "column"), COLUMNS)
@settings(max_examples=60, deadline=None)
@given(cells=st.lists(CELLS, min_size=1, max_size=20))
@example(cells=["2023-02-30 08:00:00", "31/02/2023", "2023-01-01 08:00+07", "0364", "1e3", "12.000", "9" * 19])
def test_a_plain_cell_is_read_as_with_blanks_around_it(connection, dataset, column, cells):
    contract = contracts()[dataset]
    checks = Checks(contract, Source(None, "", {column: column}, []), frozenset(), dt.date(2024, 1, 1), False)
    value = checks._value(column, contract.columns[column])

    def read(several):
        texts = pa.table({f"r_{column}": several})
        connection.register("cells", texts)
        return connection.execute(f"SELECT {value} FROM cells").fetchall()

    assert read(cells) == read([f"\t{cell} " for cell in cells])
