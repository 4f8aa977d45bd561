"""Distinct members are united over units and time, never added; both forms of a set give the same."""

import datetime as dt

import pyarrow as pa
import pytest

from tests.engine import running
from tests.soundness.tables import PROVINCE, RELATIONS, SCHEMAS, computed, count, define, distinct, parsed
from tinhso.engine import catalog, compute, periods

CITIZENS = define("count(citizens) / every", citizens=distinct("dossiers", "citizen"), every=count("dossiers"))
DOSSIERS = """
    unit  received    citizen
    11    2023-01-03  an
    11    2023-02-03  an
    11    2023-02-04  binh
    12    2023-02-05  an
    21    2023-04-05  binh
    21    2023-05-06  chi
"""


@pytest.fixture(scope="module", params=[False, True], ids=["bit strings", "Roaring"])
def roaring(request):
    return request.param


@pytest.fixture(scope="module")
def figures(roaring):
    return computed(CITIZENS, dossiers=DOSSIERS, roaring=roaring)


def test_a_citizen_of_two_communes_counts_once_in_the_district(figures):
    assert (figures[11, "2023"], figures[12, "2023"]) == ((2, 3), (1, 1))
    assert figures[10, "2023"] == (2, 4)  # adding the communes would give 3


def test_a_citizen_of_two_districts_counts_once_in_the_province(figures):
    assert (figures[10, "2023"], figures[20, "2023"]) == ((2, 4), (2, 2))
    assert figures[1, "2023"] == (3, 6)  # adding the districts would give 4


def test_a_citizen_of_two_months_counts_once_in_the_quarter(figures):
    assert (figures[11, "2023-01"], figures[11, "2023-02"]) == ((1, 1), (2, 2))
    assert figures[11, "2023-Q1"] == (2, 3)  # adding the months would give 3


def test_a_citizen_of_two_quarters_counts_once_in_the_half_year(figures):
    assert (figures[1, "2023-Q1"], figures[1, "2023-Q2"]) == ((2, 4), (2, 2))
    assert figures[1, "2023-H1"] == (3, 6)  # adding the quarters would give 4


def test_distinct_over_the_year_to_date_counts_everyone_since_january_once(figures):
    found = [figures[1, f"2023-0{month}/ytd"] for month in range(1, 6)]
    assert found == [(1, 1), (2, 4), (2, 4), (2, 5), (3, 6)]  # running totals of months would be 1, 3, 3, 4, 5


def test_a_window_since_january_gives_months_the_members_of_the_year_so_far(roaring):
    so_far = define(
        "count(citizens) / every",
        citizens=distinct("dossiers", "citizen", window="year_to_date"),
        every=count("dossiers"),
    )

    figures = computed(so_far, dossiers=DOSSIERS, roaring=roaring)

    assert figures[1, "2023-04"] == (2, 1)
    assert figures[1, "2023-05"] == (3, 1)


def test_records_without_a_member_count_as_records_but_as_no_member(roaring):
    figures = computed(
        CITIZENS,
        roaring=roaring,
        dossiers="""
            unit  received    citizen
            11    2023-05-03  an
            11    2023-05-03  -
            11    2023-05-04  -
        """,
    )

    assert figures[11, "2023-05"] == (1, 3)  # the missing ones are nobody, not one person or two


def test_numbers_are_members_too(roaring):
    figures = computed(
        define("count(lengths) / every", lengths=distinct("dossiers", "days"), every=count("dossiers")),
        roaring=roaring,
        dossiers="""
            unit  received    days
            11    2023-05-03  7
            12    2023-05-03  7
            12    2023-05-03  9
        """,
    )

    assert figures[10, "2023-05"] == (2, 3)


PEOPLE = {"posted": distinct("staff", "person"), "seen": distinct("duties", "person")}
STAFF = """
    unit  person  role      as_of
    11    an      official  2023-01-01
    11    binh    official  2023-01-01
    12    chi     it        2023-01-01
"""
DUTIES = """
    unit  person  day
    12    an      2023-05-03
    12    chi     2023-05-03
    21    dung    2023-05-04
    21    an      2023-06-04
"""


POSTED_OR_SEEN = define("count(posted | seen) / count(posted)", **PEOPLE)
POSTED_AND_SEEN = define("count(posted & seen) / count(posted)", more={"id": "x.both"}, **PEOPLE)
POSTED_NOT_SEEN = define("count(posted - seen) / count(posted)", more={"id": "x.unseen"}, **PEOPLE)
SEEN_NOT_POSTED = define("count(seen - posted) / count(seen)", more={"id": "x.strange"}, **PEOPLE)


@pytest.fixture(scope="module")
def people(roaring):
    definitions = (POSTED_OR_SEEN, POSTED_AND_SEEN, POSTED_NOT_SEEN, SEEN_NOT_POSTED)
    return computed(*definitions, staff=STAFF, duties=DUTIES, roaring=roaring)


def test_somebody_named_by_two_datasets_in_two_units_counts_once_above_them(people):
    assert (people[11, "2023-05"], people[12, "2023-05"]) == ((2, 2), (2, 1))
    assert people[10, "2023-05"] == (3, 3)  # an, binh, chi; adding the communes would give 4
    assert people[1, "2023-05"] == (4, 3)


def test_an_intersection_is_taken_anew_at_every_level(people):
    figures = people.of("x.both")

    assert (figures[11, "2023-05"], figures[12, "2023-05"]) == ((0, 2), (1, 1))
    assert figures[10, "2023-05"] == (2, 3)  # an is posted at 11 and seen at 12; adding the communes would give 1


def test_a_difference_is_taken_anew_at_every_level(people):
    figures = people.of("x.unseen")

    assert (figures[11, "2023-05"], figures[12, "2023-05"]) == ((2, 2), (0, 1))
    assert figures[10, "2023-05"] == (1, 3)  # binh alone; adding the communes would give 2


def test_a_difference_is_taken_anew_over_time(people):
    figures = people.of("x.strange")

    assert figures[21, "2023-05"] == (1, 1)
    assert figures[21, "2023-06"] == (1, 1)  # an is not posted at 21
    assert figures[21, "2023-Q2"] == (2, 2)
    assert figures[1, "2023-Q2"] == (1, 3)  # dung alone, since an is posted in the province; adding would give 2


def test_a_difference_from_nobody_is_everybody(people):
    figures = people.of("x.unseen")

    assert figures[10, "2023-01"] == (3, 3)  # nobody was seen in January; null would make it 0


def test_events_without_a_unit_narrow_a_set_where_its_members_are(roaring):
    trained = define(
        "count(posted & trained) / count(posted)",
        posted=distinct("staff", "person"),
        trained=distinct("trainings", "person", window="year_to_date"),
    )

    figures = computed(
        trained,
        roaring=roaring,
        staff=STAFF,
        trainings="""
            person  day         kind
            an      2023-02-01  awareness
            an      2023-03-01  specialist
            chi     2023-05-01  awareness
            dung    2023-05-01  awareness
        """,
    )

    assert figures[11, "2023-05"] == (1, 2)
    assert figures[10, "2023-05"] == (2, 3)  # dung is posted nowhere and an is trained twice: a count would give 4
    assert figures[10, "2023-04"] == (1, 3)


def test_members_that_come_later_move_nobody():
    built = catalog.build([CITIZENS], RELATIONS, SCHEMAS)
    there = running.territory(PROVINCE)
    time = compute.timeline(periods.periods_of_year(2023), there, dt.date(2023, 12, 31))
    rows = parsed("dossiers", DOSSIERS)

    with running.filled(SCHEMAS.values(), {"dossiers": rows[3:]}) as connection:
        stage = compute.count(connection, built, there, time)
        before = stage.dictionaries.tables["dossiers.citizen"].to_pylist()
        earlier = "INSERT INTO dossiers (dossier, received, citizen, _unit) VALUES ('0', '2023-01-01', 'aaa', 11)"
        connection.execute(earlier)
        stage.extend("dossiers.citizen", [(SCHEMAS["dossiers"], "citizen", None)])
    after = stage.dictionaries.tables["dossiers.citizen"]

    assert after.to_pylist()[: len(before)] == before  # a dictionary in order of name would shift an and binh
    assert after.slice(len(before)).column("member") == pa.chunked_array([["aaa"]])
