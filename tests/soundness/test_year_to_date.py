"""Year to date is 1 January to the period's end, and says where nothing was delivered."""

import pytest

from tests.soundness.tables import computed, count, define, total

FEES = define("fees / every", fees=total("dossiers", "fee"), every=count("dossiers"))
NO_MARCH = """
    unit  received    fee
    11    2023-01-10  100
    11    2023-02-10  100
    11    2023-04-10  100
    12    2023-03-10  700
"""


@pytest.fixture(scope="module")
def figures():
    return computed(FEES, dossiers=NO_MARCH)


def test_a_month_without_records_has_no_figure_of_its_own(figures):
    assert (11, "2023-03") not in figures  # no data, which a running total alone would hide


def test_the_year_to_date_over_a_month_without_records_counts_the_others_and_their_records(figures):
    assert figures[11, "2023-03/ytd"] == (200, 2)  # the average stays 100; a zero for March would give 200 ÷ 3
    assert figures[11, "2023-04/ytd"] == (300, 3)


def test_a_missing_month_of_one_unit_is_not_filled_from_another(figures):
    assert figures[12, "2023-03/ytd"] == (700, 1)
    assert figures[10, "2023-03/ytd"] == (900, 3)


def test_before_the_first_record_the_year_to_date_has_no_figure(figures):
    assert (12, "2023-02/ytd") not in figures  # neither 0 nor carried from another year


def test_the_year_to_date_begins_anew_in_january():
    figures = computed(
        FEES,
        at=["2022-12/ytd", "2023-01/ytd"],
        dossiers="""
            unit  received    fee
            11    2022-12-31  100
            11    2023-01-01  7
        """,
    )

    assert figures[11, "2022-12/ytd"] == (100, 1)
    assert figures[11, "2023-01/ytd"] == (7, 1)  # a running total would give 107


def test_a_window_since_january_reaches_back_from_a_quarter():
    figures = computed(
        define("so_far / own", so_far=total("dossiers", "fee", window="year_to_date"), own=total("dossiers", "fee")),
        dossiers=NO_MARCH,
    )

    assert figures[11, "2023-Q2"] == (300, 100)
    assert figures[11, "2023-04"] == (300, 100)


def test_a_window_since_january_is_the_same_whatever_else_is_computed():
    one = define("so_far / own", so_far=total("dossiers", "fee", window="year_to_date"), own=total("dossiers", "fee"))

    alone = computed(one, at=["2023-Q2"], dossiers=NO_MARCH)

    assert alone[11, "2023-Q2"] == (300, 100)  # time cut at 1 April would lose January and February


def test_the_year_to_date_ends_on_the_evaluation_date():
    figures = computed(FEES, as_of="2023-02-09", dossiers=NO_MARCH)

    assert figures[11, "2023-02/ytd"] == (100, 1)
    assert (11, "2023-02") not in figures


def test_a_stock_is_not_added_up_since_january():
    homes = define("fiber / every", fiber=total("households", "fiber"), every=total("households", "households"))

    figures = computed(
        homes,
        households="""
            unit  commune  as_of       households  fiber
            11    a        2023-01-01  100         10
            11    a        2023-02-01  100         20
            11    a        2023-03-01  100         30
        """,
    )

    assert figures[11, "2023-03/ytd"] == (30, 100)  # adding the months would give 60 ÷ 300
