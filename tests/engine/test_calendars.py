"""Reporting calendars: their files, and that their months tile the years."""

import dataclasses
import datetime as dt
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinhso import reference
from tinhso.engine import calendars, located
from tinhso.engine.calendars import Calendar
from tinhso.engine.definitions import Name

NATIONAL = Path(reference.__file__).parent / "national" / "calendars"
DAY = dt.timedelta(days=1)
DAYS = st.dates(dt.date(1999, 1, 1), dt.date(2040, 12, 31))
YEARS = st.integers(1999, 2040)
TEXT = """\
id: nd09
name:
  vi: "Nghị định"
  en: "Decree"
legal:
  - {act: 09/2019/NĐ-CP, issued_on: 2019-01-24, place: "Điều 12"}
month:
  from_day: 15
  of: previous
closes_year_on_last_day: false
"""


def calendar(calendar_id, from_day, of, closes):
    return Calendar(calendar_id, Name(vi="lịch", en="calendar"), (), from_day, of, closes)


SHAPES = st.tuples(st.integers(1, 28), st.sampled_from(["same", "previous"]), st.booleans())
SHAPES = SHAPES.filter(lambda shape: shape[0] > 1 or (shape[1] == "previous" and not shape[2]))
CALENDARS = SHAPES.map(lambda shape: calendar("own", *shape)) | st.just(calendars.CIVIL)


def checked(text, name="own.yaml"):
    return calendars.checked(located.Located(Path(name), text))


@pytest.mark.parametrize(
    ("file", "month", "first", "last"),
    [
        ("nd09", 1, "2022-12-15", "2023-01-14"),
        ("nd09", 3, "2023-02-15", "2023-03-14"),
        ("nd09", 12, "2023-11-15", "2023-12-14"),
        ("ngay-25", 1, "2023-01-01", "2023-01-25"),
        ("ngay-25", 2, "2023-01-26", "2023-02-25"),
        ("ngay-25", 12, "2023-11-26", "2023-12-31"),
    ],
)
def test_months_of_the_national_calendars(file, month, first, last):
    found = calendars.read(NATIONAL / f"{file}.yaml")

    assert found.id == file
    assert [day.isoformat() for day in found.days(2023, month, month)] == [first, last]


def test_a_file_gives_names_and_legal_basis():
    found = checked(TEXT)

    assert (found.name.vi, found.name.en) == ("Nghị định", "Decree")
    assert [(one.act, one.issued_on, one.place) for one in found.legal] == [
        ("09/2019/NĐ-CP", dt.date(2019, 1, 24), "Điều 12")
    ]
    assert (found.from_day, found.of, found.closes_year_on_last_day) == (15, "previous", False)


def test_a_calendar_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        checked(TEXT).from_day = 3


def test_a_month_of_the_same_civil_month_ends_in_the_next():
    found = checked(TEXT.replace("previous", "same"))

    assert found.days(2023, 12, 12) == (dt.date(2023, 12, 15), dt.date(2024, 1, 14))
    assert found.days(2023, 1, 12) == (dt.date(2023, 1, 15), dt.date(2024, 1, 14))


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("id: nd09", "id: ND09", 1, "id chỉ gồm"),
        ("id: nd09", "id: 9nd", 1, "id chỉ gồm"),
        ("id: nd09", "id: nd_09", 1, "id chỉ gồm"),
        ("id: nd09", 'id: ""', 1, "id chỉ gồm"),
        ("id: nd09", 'id: "nd09\\n"', 1, "id chỉ gồm"),
        ("from_day: 15", "from_day: 29", 8, "từ 1 đến 28"),
        ("from_day: 15", "from_day: 0", 8, "từ 1 đến 28"),
        ("from_day: 15", "from_day: -3", 8, "từ 1 đến 28"),
        ("from_day: 15", "from_day: true", 8, "month.from_day"),
        ("of: previous", "of: next", 9, "month.of"),
        ("of: previous", "of: previous\n  to_day: 15", 10, "chồng lên nhau: to_day phải là 14"),
        ("of: previous", "of: previous\n  to_day: 12", 10, "bỏ trống ngày ở giữa: to_day phải là 14"),
        ("from_day: 15", "from_day: 1\n  to_day: 28", 9, "bỏ to_day"),
        ("from_day: 15\n  of: previous", "from_day: 1\n  of: same", 7, "không cần khai"),
        ("from_day: 15\n  of: previous\ncloses_year_on_last_day: false", "from_day: 1\n  of: previous\ncloses_year_on_last_day: true", 10, "chồng lên nhau"),
        ("closes_year", "close_year", 10, "close_year_on_last_day"),
        ("2019-01-24", "2019-02-30", 6, "không có nghĩa"),
    ],
)  # fmt: skip
def test_an_error_names_file_line_and_reason(old, new, line, reason):
    assert old in TEXT

    with pytest.raises(located.DefinitionError) as refused:
        checked(TEXT.replace(old, new))

    assert (refused.value.path, refused.value.line) == ("own.yaml", line)
    assert reason in refused.value.reason


def test_the_last_day_may_be_given_as_the_act_does():
    assert checked(TEXT.replace("of: previous", "of: previous\n  to_day: 14")) == checked(TEXT)


def test_twins_are_refused_where_the_second_stands():
    sources = [located.Located(Path(name), TEXT) for name in ("one.yaml", "two.yaml")]

    with pytest.raises(located.DefinitionError, match=r"two.yaml:1: lịch “nd09” đã được khai trong one.yaml"):
        calendars.build(sources)


def test_calendars_keep_the_order_of_their_files():
    sources = [located.Located(Path(name), TEXT.replace("nd09", name)) for name in ("b", "a")]

    assert list(calendars.build(sources)) == ["b", "a"]


@given(found=CALENDARS, year=YEARS)
def test_months_tile_the_years(found, year):
    spans = [found.days(year, month, month) for month in range(1, 13)]
    spans.append(found.days(year + 1, 1, 1))

    assert all(first <= last for first, last in spans)
    assert all(last + DAY == first for (_, last), (first, _) in pairwise(spans))
    assert found.days(year, 1, 12) == (spans[0][0], spans[11][1])


@given(found=CALENDARS, day=DAYS)
def test_every_day_lies_in_its_year(found, day):
    first, last = found.days(found.year_of(day), 1, 12)

    assert first <= day <= last


@given(from_day=st.integers(2, 28), of=st.sampled_from(["same", "previous"]), year=YEARS)
def test_a_closed_year_is_the_civil_one(from_day, of, year):
    found = calendar("own", from_day, of, True)

    assert found.days(year, 1, 12) == (dt.date(year, 1, 1), dt.date(year, 12, 31))
