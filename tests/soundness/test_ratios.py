"""A percentage is numerator over denominator, kept apart until it is shown; it is never averaged or added."""

import pytest

from tests.soundness.tables import computed, count, define, distinct, total

ONLINE = define("online / every", online=count("dossiers", "channel == 'online'"), every=count("dossiers"))
TWO_COMMUNES = """
    unit  received    channel  procedure
    11    2023-04-03  online   p1
    12    2023-04-03  online   p1
    12    2023-04-04  counter  p1
    12    2023-05-03  counter  p2
    12    2023-05-04  counter  p3
"""


@pytest.fixture(scope="module")
def figures():
    return computed(ONLINE, dossiers=TWO_COMMUNES)


def test_a_district_is_not_the_average_of_its_communes_percentages(figures):
    assert (figures[11, "2023"], figures[12, "2023"]) == ((1, 1), (1, 4))
    assert figures[10, "2023"] == (2, 5)  # 40 %; the average of 100 % and 25 % would be 62.5 %


def test_a_quarter_is_not_the_average_of_its_months_percentages(figures):
    assert (figures[10, "2023-04"], figures[10, "2023-05"]) == ((2, 3), (0, 2))
    assert figures[10, "2023-Q2"] == (2, 5)  # 40 %; the average of 66.7 % and 0 % would be 33.3 %


def test_an_average_is_a_sum_over_a_count_at_every_level():
    mean = define("days / every", days=total("dossiers", "days"), every=count("dossiers", "days is not None"))

    figures = computed(
        mean,
        dossiers="""
            unit  received    days
            11    2023-05-03  1
            11    2023-05-04  1
            11    2023-05-05  1
            12    2023-05-03  9
        """,
    )

    assert figures[10, "2023-05"] == (12, 4)  # 3 days; the average of the averages 1 and 9 would be 5


def test_numerator_and_denominator_keep_filters_of_their_own_over_one_scan():
    strict = define(
        "online / prompt", online=count("dossiers", "channel == 'online'"), prompt=count("dossiers", "late == False")
    )

    figures = computed(
        strict,
        dossiers="""
            unit  received    channel  late
            11    2023-05-03  online   yes
            11    2023-05-03  online   yes
            11    2023-05-03  online   no
            11    2023-05-03  counter  no
        """,
    )

    assert figures[11, "2023-05"] == (3, 2)  # one WHERE for both would give 1 ÷ 1


def test_totals_obey_the_filter_of_their_parts(figures):
    for unit, period in ((10, "2023"), (1, "2023"), (1, "2023-Q2"), (1, "2023-06/ytd")):
        assert figures[unit, period] == (2, 5)  # a total beside the filter would give 5 ÷ 5


def test_two_indicators_with_filters_of_their_own_do_not_share_one():
    late = define(
        "late / every", more={"id": "x.two"}, late=count("dossiers", "channel == 'counter'"), every=count("dossiers")
    )

    figures = computed(ONLINE, late, dossiers=TWO_COMMUNES)

    assert figures[1, "2023"] == (2, 5)
    assert figures.of("x.two")[1, "2023"] == (3, 5)


def test_a_share_of_distinct_counts_is_not_the_share_of_added_counts():
    used = define(
        "count(online) / count(every)",
        online=distinct("dossiers", "procedure", "channel == 'online'"),
        every=distinct("dossiers", "procedure"),
    )

    figures = computed(used, dossiers=TWO_COMMUNES)

    assert (figures[11, "2023"], figures[12, "2023"]) == ((1, 1), (1, 3))
    assert figures[10, "2023"] == (1, 3)  # p1 of p1, p2, p3; adding the communes would give 2 ÷ 4


def test_0_of_0_has_no_value_where_a_stock_has_rows_but_none_in_the_denominator():
    official = define(
        "many / it", many=count("staff", "role == 'it' and devices > 1"), it=count("staff", "role == 'it'")
    )

    figures = computed(
        official,
        staff="""
            unit  person  role      as_of
            11    a       official  2023-01-01
        """,
    )

    assert figures[11, "2023-05"] is None  # neither 0 nor 100 %


def test_0_of_0_has_no_value_where_the_denominator_sums_to_zero():
    fiber = define("fiber / every", fiber=total("households", "fiber"), every=total("households", "households"))

    figures = computed(
        fiber,
        households="""
            unit  commune  as_of       households  fiber
            11    a        2023-01-01  0           0
        """,
    )

    assert figures[11, "2023-05"] == (0, 0)  # kept apart, so that nobody has divided them


def test_a_unit_without_any_record_has_no_figure_rather_than_zero(figures):
    assert (21, "2023") not in figures
    assert (11, "2023-05") not in figures


def test_records_of_the_numerator_alone_make_no_figure():
    figures = computed(
        define("late / online", late=count("dossiers", "late"), online=count("dossiers", "channel == 'online'")),
        dossiers="""
            unit  received    channel  late
            11    2023-05-03  counter  yes
        """,
    )

    assert (11, "2023-05") not in figures  # 1 ÷ 0 would be shown as infinite, or as 0
