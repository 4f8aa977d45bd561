import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.test_calendars import SHAPES, calendar
from tinhso.engine import periods
from tinhso.engine.calendars import CIVIL

DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2030, 12, 31))
ND09 = calendar("nd09", 15, "previous", False)
NGAY_25 = calendar("ngay-25", 26, "previous", True)
NATIONAL = {one.id: one for one in (ND09, NGAY_25)}
SEVERAL = st.lists(SHAPES, max_size=3).map(
    lambda shapes: {f"own-{n}": calendar(f"own-{n}", *shape) for n, shape in enumerate(shapes)}
)
YEARS = st.integers(2000, 2040)


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("2023-02", "2023-02-01", "2023-02-28"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-Q2", "2023-04-01", "2023-06-30"),
        ("2023-H2", "2023-07-01", "2023-12-31"),
        ("2023-9M", "2023-01-01", "2023-09-30"),
        ("2023", "2023-01-01", "2023-12-31"),
        ("2023-05/ytd", "2023-01-01", "2023-05-31"),
    ],
)
def test_a_code_names_its_days(code, first, last):
    period = periods.parse(code)

    assert (period.starts_on.isoformat(), period.ends_on.isoformat()) == (first, last)


@pytest.mark.parametrize("code", ["", "2023-13", "2023-Q5", "2023-05/ytd2", "23-05", "2023-5", "2023/05"])
def test_what_is_no_period_is_refused(code):
    with pytest.raises(periods.UnreadablePeriod):
        periods.parse(code)


@given(as_of=DAYS, changes=st.lists(DAYS, max_size=4), first=st.dates(dt.date(2015, 1, 1), dt.date(2018, 1, 1)))
def test_every_period_is_a_run_of_whole_atoms(as_of, changes, first):
    wanted = periods.periods_until(first, max(as_of, first))

    atoms = periods.cut(wanted, changes, max(as_of, first))

    for period in wanted:
        run = atoms.of(period.starts_on, period.ends_on)
        assert atoms.starts[run[0]] == period.starts_on
        assert atoms.ends_on(run[-1]) == min(period.ends_on, atoms.as_of)


def test_one_period_alone_is_cut_from_its_first_of_january():
    may = periods.parse("2023-05")

    atoms = periods.cut([may], [], dt.date(2023, 5, 20))

    run = atoms.of(may.year_starts_on, may.ends_on)
    assert (atoms.starts[run[0]], atoms.ends_on(run[-1])) == (dt.date(2023, 1, 1), dt.date(2023, 5, 20))


@given(as_of=DAYS, changes=st.lists(DAYS, max_size=4))
def test_atoms_follow_one_another_and_hold_their_days(as_of, changes):
    atoms = periods.cut(periods.periods_until(dt.date(2015, 1, 1), as_of), changes, as_of)

    for number in range(len(atoms)):
        assert atoms.holding(atoms.starts[number]) == number
        assert atoms.holding(atoms.ends_on(number)) == number
    assert atoms.ends_on(len(atoms) - 1) == as_of


@pytest.mark.parametrize(
    ("code", "first", "last", "year_starts_on"),
    [
        ("2023-05@nd09", "2023-04-15", "2023-05-14", "2022-12-15"),
        ("2023-01@nd09", "2022-12-15", "2023-01-14", "2022-12-15"),
        ("2023-Q2@nd09", "2023-03-15", "2023-06-14", "2022-12-15"),
        ("2023-H2@nd09", "2023-06-15", "2023-12-14", "2022-12-15"),
        ("2023-9M@nd09", "2022-12-15", "2023-09-14", "2022-12-15"),
        ("2023@nd09", "2022-12-15", "2023-12-14", "2022-12-15"),
        ("2023-05/ytd@nd09", "2022-12-15", "2023-05-14", "2022-12-15"),
        ("2023-12@ngay-25", "2023-11-26", "2023-12-31", "2023-01-01"),
        ("2023@ngay-25", "2023-01-01", "2023-12-31", "2023-01-01"),
        ("2023-05", "2023-05-01", "2023-05-31", "2023-01-01"),
    ],
)
def test_a_code_with_a_calendar_names_its_days(code, first, last, year_starts_on):
    period = periods.parse(code, NATIONAL)

    days = (period.starts_on, period.ends_on, period.year_starts_on)
    assert tuple(day.isoformat() for day in days) == (first, last, year_starts_on)
    assert (period.year, period.calendar) == (2023, code.partition("@")[2])


@pytest.mark.parametrize(
    "code", ["2023-13@nd09", "2023-05@nd09@nd09", "2023-05@", "@nd09", "2023-05@nd09/ytd", "2023-05@ND09"]
)
def test_what_is_no_period_of_a_calendar_is_refused(code):
    with pytest.raises(periods.UnreadablePeriod):
        periods.parse(code, NATIONAL)


def test_a_calendar_that_is_not_declared_is_named():
    with pytest.raises(periods.UnknownCalendar) as refused:
        periods.parse("2023-05@nd9", NATIONAL)

    assert refused.value.calendar == "nd9"


def test_only_the_civil_year_and_one_that_equals_it_are_whole_years():
    whole = [one.code for one in periods.periods_of_year(2023, NATIONAL) if one.is_whole_year]

    assert whole == ["2023", "2023-12/ytd", "2023@ngay-25", "2023-12/ytd@ngay-25"]


@given(year=YEARS, known=SEVERAL)
def test_every_code_of_a_year_is_read_as_the_period_it_names(year, known):
    found = periods.periods_of_year(year, known)

    assert [periods.parse(one.code, known) for one in found] == found
    assert found[: len(found) // (len(known) + 1)] == periods.periods_of_year(year)
    assert {one.year for one in found} == {year}


@given(year=YEARS, shape=SHAPES)
def test_longer_periods_of_a_calendar_are_runs_of_its_months(year, shape):
    known = {"own": calendar("own", *shape)}

    def days(name):
        period = periods.parse(f"{name}@own", known)
        return period.starts_on, period.ends_on

    months = [days(f"{year}-{month:02}") for month in range(1, 13)]
    runs = {f"{year}-Q{n}": (3 * n - 3, 3 * n) for n in range(1, 5)}
    runs |= {f"{year}-H1": (0, 6), f"{year}-H2": (6, 12), f"{year}-9M": (0, 9), f"{year}": (0, 12)}
    runs |= {f"{year}-{month:02}/ytd": (0, month) for month in range(1, 13)}
    for name, (first, end) in runs.items():
        assert days(name) == (months[first][0], months[end - 1][1])


@given(year=YEARS, shape=SHAPES)
def test_quarters_of_a_calendar_tile_the_years(year, shape):
    known = {"own": calendar("own", *shape)}
    codes = [f"{y}-Q{quarter}@own" for y in (year, year + 1) for quarter in range(1, 5)]

    quarters = [periods.parse(code, known) for code in codes]

    for before, after in pairwise(quarters):
        assert before.ends_on + periods.DAY == after.starts_on


@given(first=DAYS, as_of=DAYS, known=SEVERAL)
def test_every_period_that_begins_by_the_evaluation_date_is_wanted(first, as_of, known):
    first, as_of = min(first, as_of), max(first, as_of)

    wanted = periods.periods_until(first, as_of, known)

    codes = [one.code for one in wanted]
    around = [one for year in range(first.year - 1, as_of.year + 2) for one in periods.periods_of_year(year, known)]
    needed = {one.code for one in around if one.ends_on >= first and one.starts_on <= as_of}
    assert needed <= set(codes)
    assert len(codes) == len(set(codes))
    assert all(one.starts_on <= as_of for one in wanted)
    years = {"": CIVIL.year_of(first)} | {name: one.year_of(first) for name, one in known.items()}
    assert all(one.year >= years[one.calendar] for one in wanted)


def test_the_year_of_a_calendar_may_begin_in_december():
    wanted = periods.periods_until(dt.date(2023, 12, 1), dt.date(2023, 12, 20), {"nd09": ND09})

    begun = [one.code for one in wanted if one.calendar and one.year == 2024]
    assert begun == ["2024-01@nd09", "2024-Q1@nd09", "2024-H1@nd09", "2024-9M@nd09", "2024@nd09"] + [
        f"2024-{month:02}/ytd@nd09" for month in range(1, 13)
    ]


def _is_whole(atoms, first, last):
    """Whether a span is a run of whole atoms, up to the evaluation date."""
    run = atoms.of(first, last)
    return atoms.starts[run[0]] == first and atoms.ends_on(run[-1]) == min(last, atoms.as_of)


@given(as_of=DAYS, back=st.integers(0, 800), changes=st.lists(DAYS, max_size=3), known=SEVERAL)
def test_atoms_are_the_coarsest_pieces_that_no_period_cuts(as_of, back, changes, known):
    wanted = periods.periods_until(as_of - dt.timedelta(days=back), as_of, known)

    atoms = periods.cut(wanted, changes, as_of)

    spans = {(one.starts_on, one.ends_on) for one in wanted} | {(one.year_starts_on, one.ends_on) for one in wanted}
    assert all(_is_whole(atoms, first, last) for first, last in spans)
    for cut in atoms.starts[1:]:
        coarser = periods.Atoms(tuple(day for day in atoms.starts if day != cut), as_of)
        assert cut in changes or not all(_is_whole(coarser, first, last) for first, last in spans)
    assert atoms.starts[0] == min(first for first, _ in spans)


@given(as_of=DAYS, known=SEVERAL, picked=st.sets(st.integers(0, 127), min_size=1, max_size=4))
def test_a_few_periods_alone_are_runs_of_whole_atoms(as_of, known, picked):
    every = [one for one in periods.periods_of_year(as_of.year, known) if one.starts_on <= as_of]
    wanted = [every[number % len(every)] for number in picked if every]

    atoms = periods.cut(wanted, [], as_of)

    for one in wanted:
        assert _is_whole(atoms, one.starts_on, one.ends_on)
        assert _is_whole(atoms, one.year_starts_on, one.ends_on)


def test_no_period_has_no_atoms():
    assert len(periods.cut([], [dt.date(2023, 7, 1)], dt.date(2023, 12, 31))) == 0
