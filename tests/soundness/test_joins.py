"""A record joined to other rows still counts once."""

import pytest

from tests.soundness.tables import computed, count, define, distinct, total

FULL = define(
    "full / every", full=count("dossiers", "rule.level == 'full'"), every=count("dossiers", "rule.level is not None")
)


def test_a_dossier_of_a_procedure_with_several_versions_counts_once():
    figures = computed(
        FULL,
        dossiers="""
            unit  received    procedure
            11    2023-05-03  p
        """,
        procedures="""
            unit  procedure  level    since       until
            10    p          none     2022-01-01  2022-12-31
            10    p          partial  2023-01-01  2023-03-31
            10    p          full     2023-04-01  -
        """,
    )

    assert figures[1, "2023"] == (1, 1)  # a join by the procedure alone would give 1 ÷ 3


def test_of_overlapping_versions_the_later_one_holds():
    figures = computed(
        FULL,
        dossiers="""
            unit  received    procedure
            11    2023-05-03  p
        """,
        procedures="""
            unit  procedure  level  since       until
            10    p          none   2023-01-01  2023-12-31
            10    p          full   2023-05-01  2023-12-31
        """,
    )

    assert figures[1, "2023"] == (1, 1)  # a join by the written days alone would give 1 ÷ 2


def test_between_adjacent_versions_every_day_has_one():
    figures = computed(
        FULL,
        dossiers="""
            unit  received             procedure
            11    2023-04-30T23:59:59  p
            11    2023-05-01T00:00:00  p
        """,
        procedures="""
            unit  procedure  level  since       until
            10    p          none   2023-01-01  2023-04-30
            10    p          full   2023-05-01  -
        """,
    )

    assert figures[1, "2023-04"] == (0, 1)
    assert figures[1, "2023-05"] == (1, 1)


def test_a_new_version_does_not_rewrite_what_older_dossiers_were():
    figures = computed(
        FULL,
        dossiers="""
            unit  received    procedure
            11    2023-02-03  p
            11    2023-05-03  p
        """,
        procedures="""
            unit  procedure  level  since       until
            10    p          none   2023-01-01  -
            10    p          full   2023-05-01  -
        """,
    )

    assert figures[1, "2023"] == (1, 2)  # a join with the current version would give 2 ÷ 2


@pytest.mark.parametrize("day", ["2022-12-31", "2023-04-15", "2023-07-01"], ids=["before", "in the gap", "after"])
def test_a_dossier_on_a_day_without_a_version_has_none(day):
    procedures = """
        unit  procedure  level  since       until
        10    p          full   2023-01-01  2023-03-31
        10    p          full   2023-05-01  2023-06-30
    """

    found = define("lost / every", lost=count("dossiers", "rule.level is None"), every=count("dossiers"))
    figures = computed(found, at=[day[:7]], procedures=procedures, dossiers=f"unit received procedure\n11 {day} p")

    assert figures[1, day[:7]] == (1, 1)  # neither the nearest version nor a lost record


def test_a_sum_does_not_grow_by_the_versions_it_is_joined_to():
    figures = computed(
        define(
            "paid / every",
            paid=total("dossiers", "fee", "rule.level in ('partial', 'full')"),
            every=total("dossiers", "fee"),
        ),
        dossiers="""
            unit  received    procedure  fee
            11    2023-05-03  p          50000
            11    2023-05-04  q          20000
        """,
        procedures="""
            unit  procedure  level    since
            10    p          partial  2022-01-01
            10    p          full     2023-01-01
        """,
    )

    assert figures[1, "2023"] == (50000, 70000)


def test_a_procedure_of_several_versions_is_one_member_of_a_set():
    figures = computed(
        define(
            "count(online) / count(every)",
            online=distinct("dossiers", "procedure", "rule.level == 'full' and channel == 'online'"),
            every=distinct("dossiers", "procedure", "rule.level in ('partial', 'full')"),
        ),
        dossiers="""
            unit  received    procedure  channel
            11    2023-02-03  p          online
            11    2023-05-03  p          online
        """,
        procedures="""
            unit  procedure  level    since
            10    p          partial  2023-01-01
            10    p          full     2023-05-01
        """,
    )

    assert figures[1, "2023"] == (1, 1)  # a member per version would give 1 ÷ 2


def test_relations_do_not_widen_what_a_stock_counts():
    figures = computed(
        define("full / every", full=count("procedures", "level == 'full'"), every=count("procedures")),
        procedures="""
            unit  procedure  level    since       until
            10    p          partial  2023-01-01  2023-12-31
            10    p          full     2023-05-01  -
        """,
    )

    assert figures[1, "2023-04"] == (0, 1)
    assert figures[1, "2023"] == (1, 1)  # counting rows that hold by their written days would give 1 ÷ 2
