import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinhso.engine import periods

DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2030, 12, 31))


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
