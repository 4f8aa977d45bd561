"""Nothing after the evaluation date counts: neither events nor states nor versions of a procedure."""

import pytest

from tests.soundness.tables import computed, count, define, distinct

ONLINE = define("online / every", online=count("dossiers", "channel == 'online'"), every=count("dossiers"))
STAFF = define("it / every", it=count("staff", "role == 'it'"), every=count("staff"))
MEMBERS = define(
    "count(it) / count(every)", it=distinct("staff", "person", "role == 'it'"), every=distinct("staff", "person")
)


def test_events_after_the_evaluation_date_are_not_there():
    figures = computed(
        ONLINE,
        as_of="2023-05-15",
        dossiers="""
            unit  received    channel
            11    2023-05-15  online
            11    2023-05-16  counter
        """,
    )

    assert figures[11, "2023-05"] == (1, 1)
    assert figures[11, "2023"] == (1, 1)


@pytest.mark.parametrize("definition", [STAFF, MEMBERS], ids=["counted", "as a set"])
def test_a_period_under_way_shows_the_state_of_the_evaluation_date(definition):
    figures = computed(
        definition,
        as_of="2023-05-15",
        staff="""
            unit  person  role      as_of
            11    an      official  2023-05-15
            11    an      it        2023-05-16
        """,
    )

    assert figures[11, "2023-05"] == (0, 1)
    assert figures[11, "2023"] == (0, 1)


def test_a_state_that_ends_before_the_period_but_after_the_evaluation_date_stands():
    staff = "unit person role as_of ended\n11 an it 2023-01-01 2023-05-20"

    assert computed(STAFF, as_of="2023-05-15", staff=staff)[11, "2023-05"] == (1, 1)
    assert (11, "2023-05") not in computed(STAFF, as_of="2023-05-31", staff=staff)


def test_a_version_of_a_procedure_that_is_not_known_yet_ends_no_earlier_one():
    figures = computed(
        define("full / every", full=count("dossiers", "rule.level == 'full'"), every=count("dossiers")),
        as_of="2023-05-15",
        dossiers="unit received procedure\n11 2023-05-15 p",
        procedures="""
            unit  procedure  level  since
            10    p          full   2023-01-01
            10    p          none   2023-05-16
        """,
    )

    assert figures[11, "2023-05"] == (1, 1)


def test_a_period_that_begins_later_has_no_figure():
    figures = computed(STAFF, as_of="2023-05-15", staff="unit person role as_of\n11 an it 2023-01-01")

    assert (11, "2023-05") in figures
    assert (11, "2023-06") not in figures  # a state carried forward into the future would be a forecast


def test_a_period_that_is_over_does_not_change_with_a_later_evaluation_date():
    staff = """
        unit  person  role      as_of       ended
        11    an      it        2023-01-01  -
        11    an      official  2023-06-01  -
        12    binh    it        2023-02-01  2023-06-15
    """

    earlier, later = (computed(STAFF, as_of=day, staff=staff) for day in ("2023-05-31", "2023-12-31"))

    assert earlier[10, "2023-05"] == later[10, "2023-05"] == (2, 2)
