"""Records lie in the unit of their day; units end, begin, are moved and leave their codes to others."""

import datetime as dt

import pytest

from tests.soundness.tables import ALWAYS, FAR, computed, count, define, distinct, standing

ONLINE = define("online / every", online=count("dossiers", "channel == 'online'"), every=count("dossiers"))
STAFF = define("it / every", it=count("staff", "role == 'it'"), every=count("staff"))
MEMBERS = define(
    "count(it) / count(every)", it=distinct("staff", "person", "role == 'it'"), every=distinct("staff", "person")
)
STATES = pytest.mark.parametrize("definition", [STAFF, MEMBERS], ids=["counted", "as a set"])
LAST, FIRST = dt.date(2023, 6, 30), dt.date(2023, 7, 1)

# On 1 July commune 11 of district 10 ended, commune 31 began in its place, and commune 12 went to district 20.
REFORM = standing(
    (1,),
    (10, 1),
    (20, 1),
    (11, 10, 1, ALWAYS, LAST),
    (31, 10, 1, FIRST, FAR),
    (12, 10, 1, ALWAYS, LAST),
    (12, 20, 1, FIRST, FAR),
)


def test_records_of_the_last_and_the_first_day_lie_in_the_old_and_the_new_unit():
    figures = computed(
        ONLINE,
        tree=REFORM,
        dossiers="""
            unit  received                    channel
            11    2023-06-30T23:59:59.999999  online
            31    2023-07-01T00:00:00         counter
        """,
    )

    assert figures[11, "2023"] == (1, 1)
    assert figures[31, "2023"] == (0, 1)
    assert figures[10, "2023"] == (1, 2)


def test_records_of_a_unit_that_is_not_there_yet_or_no_more_are_in_no_total():
    figures = computed(
        ONLINE,
        tree=REFORM,
        dossiers="""
            unit  received    channel
            11    2023-06-30  online
            11    2023-07-01  online
            31    2023-06-30  online
        """,
    )

    assert figures[11, "2023"] == (1, 1)
    assert (31, "2023") not in figures
    assert figures[1, "2023"] == (1, 1)  # the import refuses such records; a tree without days would give 3


def test_a_unit_that_ended_keeps_its_past():
    figures = computed(ONLINE, tree=REFORM, dossiers="unit received channel\n11 2023-05-03 online")

    assert figures[11, "2023-05"] == (1, 1)
    assert figures[11, "2023"] == (1, 1)
    assert (11, "2023-Q3") not in figures


def test_a_unit_that_moved_to_another_superior_leaves_its_past_there():
    figures = computed(
        ONLINE,
        tree=REFORM,
        dossiers="""
            unit  received    channel
            12    2023-06-30  online
            12    2023-07-01  counter
        """,
    )

    assert (figures[10, "2023"], figures[20, "2023"]) == ((1, 1), (0, 1))  # today's tree would give 20 both
    assert figures[12, "2023"] == (1, 2)
    assert figures[1, "2023"] == (1, 2)


@STATES
def test_states_follow_the_tree_of_the_end_of_the_period(definition):
    figures = computed(definition, tree=REFORM, staff="unit person role as_of\n12 an it 2023-01-01")

    assert figures[10, "2023-06"] == (1, 1)
    assert (10, "2023-07") not in figures
    assert figures[20, "2023"] == (1, 1)
    assert (20, "2023-06") not in figures


@STATES
def test_somebody_recorded_in_a_unit_that_has_ended_is_in_no_total(definition):
    figures = computed(
        definition,
        tree=REFORM,
        staff="""
            unit  person  role  as_of
            11    an      it    2023-01-01
            12    binh    it    2023-01-01
        """,
    )

    assert figures[1, "2023-06"] == (2, 2)
    assert (11, "2023-07") not in figures
    assert figures[1, "2023-07"] == (1, 1)  # an may long be in another unit, which will say so


@STATES
def test_somebody_taken_over_by_the_new_unit_counts_once(definition):
    figures = computed(
        definition,
        tree=REFORM,
        staff="""
            unit  person  role  as_of
            11    an      it    2023-01-01
            31    an      it    2023-07-01
        """,
    )

    assert figures[10, "2023-06"] == (1, 1)
    assert figures[10, "2023-07"] == (1, 1)
    assert figures[31, "2023"] == (1, 1)
    assert (11, "2023") not in figures


def test_a_change_of_the_tree_inside_a_month_cuts_the_month():
    middle = standing(
        (1,), (10, 1), (20, 1), (12, 10, 1, ALWAYS, dt.date(2023, 5, 14)), (12, 20, 1, dt.date(2023, 5, 15), FAR)
    )

    figures = computed(
        ONLINE,
        tree=middle,
        dossiers="""
            unit  received    channel
            12    2023-05-14  online
            12    2023-05-15  counter
            12    2023-05-31  counter
        """,
    )

    assert (figures[10, "2023-05"], figures[20, "2023-05"]) == ((1, 1), (0, 2))  # a tree per month would give 0 ÷ 3
    assert figures[12, "2023-05"] == (1, 3)


def test_two_units_that_bore_one_code_are_two():
    # Versions 7 and 8 have the same code: unit 11 until June, unit 31 since July.
    reused = standing((1,), (11, 1, ALWAYS, LAST), (31, 1, FIRST, FAR), versions={7: 11, 8: 31})

    figures = computed(
        ONLINE,
        tree=reused,
        dossiers="""
            unit  received    channel
            7     2023-06-03  online
            8     2023-07-03  counter
            8     2023-07-04  counter
        """,
    )

    assert (figures[11, "2023"], figures[31, "2023"]) == ((1, 1), (0, 2))  # by code it would be 1 ÷ 3
    assert figures[1, "2023"] == (1, 3)


def test_a_unit_that_was_renamed_is_one():
    renamed = standing((1,), (11, 1), versions={7: 11, 8: 11})

    figures = computed(
        ONLINE,
        tree=renamed,
        dossiers="""
            unit  received    channel
            7     2023-06-03  online
            8     2023-07-03  counter
        """,
    )

    assert figures[11, "2023"] == (1, 2)  # by name or code it would be 1 ÷ 1 and 0 ÷ 1


def test_a_superior_has_its_own_records_beside_those_below():
    figures = computed(
        ONLINE,
        dossiers="""
            unit  received    channel
            1     2023-05-03  online
            10    2023-05-03  online
            11    2023-05-03  counter
        """,
    )

    assert figures[11, "2023"] == (0, 1)
    assert figures[10, "2023"] == (1, 2)
    assert figures[1, "2023"] == (2, 3)  # adding the districts would give 1 ÷ 2
