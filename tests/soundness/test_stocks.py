"""A state is what stands at a period's end: the latest row of a key, in the unit that row names."""

import pytest

from tests.soundness.tables import computed, count, define, distinct, total

HOMES = define("fiber / every", fiber=total("households", "fiber"), every=total("households", "households"))
STAFF = define("it / every", it=count("staff", "role == 'it'"), every=count("staff"))
MEMBERS = define(
    "count(it) / count(every)", it=distinct("staff", "person", "role == 'it'"), every=distinct("staff", "person")
)


def test_a_quarter_is_the_state_at_its_end_and_no_sum_of_months():
    figures = computed(
        HOMES,
        households="""
            unit  commune  as_of       households  fiber
            11    a        2023-04-01  100         10
            11    a        2023-05-01  110         20
            11    a        2023-06-01  120         30
        """,
    )

    assert figures[11, "2023-Q2"] == (30, 120)  # the sum would be 60 ÷ 330, the average 20 ÷ 110


def test_a_state_is_carried_forward_until_a_newer_one():
    figures = computed(
        HOMES,
        households="""
            unit  commune  as_of       households  fiber
            11    a        2022-03-01  100         10
            11    a        2023-05-31  100         20
        """,
    )

    assert figures[11, "2023-01"] == (10, 100)  # no row of 2023 yet, but neither none nor zero
    assert figures[11, "2023-04"] == (10, 100)
    assert figures[11, "2023-05"] == (20, 100)
    assert figures[11, "2023"] == (20, 100)


def test_every_key_is_carried_forward_by_itself():
    figures = computed(
        HOMES,
        households="""
            unit  commune  as_of       households  fiber
            11    a        2023-01-01  100         10
            12    b        2023-01-01  300         30
            12    b        2023-06-01  300         60
        """,
    )

    assert figures[10, "2023"] == (70, 400)  # the rows of the latest day alone would give 60 ÷ 300


def test_before_its_first_row_a_key_is_not_there():
    figures = computed(
        HOMES,
        households="""
            unit  commune  as_of       households  fiber
            11    a        2023-05-01  100         10
        """,
    )

    assert (11, "2023-04") not in figures


def test_a_newer_row_replaces_all_attributes():
    figures = computed(
        STAFF,
        staff="""
            unit  person  role      as_of
            11    an      it        2023-01-01
            11    an      official  2023-05-10
        """,
    )

    assert figures[11, "2023-04"] == (1, 1)
    assert figures[11, "2023-05"] == (0, 1)  # the latest row that fits the filter would still say 1


@pytest.mark.parametrize("definition", [STAFF, MEMBERS], ids=["counted", "as a set"])
def test_somebody_who_moved_counts_once_in_the_new_unit(definition):
    figures = computed(
        definition,
        staff="""
            unit  person  role  as_of
            11    an      it    2023-01-01
            21    an      it    2023-05-10
        """,
    )

    assert figures[11, "2023-04"] == (1, 1)
    assert (11, "2023-05") not in figures  # the latest row of each unit would count an twice
    assert figures[21, "2023-05"] == (1, 1)
    assert figures[1, "2023-05"] == (1, 1)


@pytest.mark.parametrize("definition", [STAFF, MEMBERS], ids=["counted", "as a set"])
def test_the_last_day_is_inclusive(definition):
    figures = computed(
        definition,
        staff="""
            unit  person  role  as_of       ended
            11    an      it    2023-01-01  2023-05-31
            11    binh    it    2023-01-01  2023-05-30
            11    chi     it    2023-01-01  -
        """,
    )

    assert figures[11, "2023-05"] == (2, 2)  # an and chi
    assert figures[11, "2023-06"] == (1, 1)


def test_an_end_known_beforehand_takes_nobody_out_earlier():
    figures = computed(
        STAFF,
        as_of="2023-05-15",
        staff="""
            unit  person  role  as_of       ended
            11    an      it    2023-01-01  2023-05-20
        """,
    )

    assert figures[11, "2023-05"] == (1, 1)


def test_a_row_after_the_end_brings_the_key_back():
    figures = computed(
        STAFF,
        staff="""
            unit  person  role  as_of       ended
            11    an      it    2023-01-01  2023-03-31
            11    an      it    2023-06-01  -
        """,
    )

    assert figures[11, "2023-03"] == (1, 1)
    assert (11, "2023-05") not in figures
    assert figures[11, "2023-06"] == (1, 1)


def test_a_newer_row_without_an_end_takes_the_announced_end_back():
    figures = computed(
        STAFF,
        staff="""
            unit  person  role  as_of       ended
            11    an      it    2023-01-01  2023-08-31
            11    an      it    2023-06-01  -
        """,
    )

    assert figures[11, "2023"] == (1, 1)


def test_an_end_before_its_own_row_leaves_the_key_out():
    figures = computed(
        STAFF,
        staff="""
            unit  person  role  as_of       ended
            11    an      it    2023-01-01  -
            11    an      it    2023-05-10  2023-04-30
        """,
    )

    assert figures[11, "2023-04"] == (1, 1)
    assert (11, "2023-05") not in figures  # neither the older row nor minus one person


def test_a_state_between_two_month_ends_counts_at_neither():
    figures = computed(
        STAFF,
        staff="""
            unit  person  role  as_of       ended
            11    an      it    2023-05-02  2023-05-30
        """,
    )

    assert (11, "2023-05") not in figures
    assert (11, "2023-Q2") not in figures


def test_the_sum_of_a_stock_is_taken_over_units_after_time():
    figures = computed(
        HOMES,
        households="""
            unit  commune  as_of       households  fiber
            11    a        2023-01-01  100         10
            11    a        2023-05-01  200         20
            12    b        2023-03-01  300         30
        """,
    )

    assert figures[10, "2023-04"] == (40, 400)
    assert figures[10, "2023-Q2"] == (50, 500)
