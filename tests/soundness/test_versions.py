"""Every version of a definition governs its own periods, by their last day; what is left out is counted."""

import pytest

from tests.soundness.tables import computed, count, define

FIRST = define(
    "online / every",
    more={"valid": {"since": "2020-01-01", "until": "2023-06-30"}},
    online=count("dossiers", "channel == 'online'"),
    every=count("dossiers"),
)
SECOND = define(
    "online / every",
    more={"version": 2, "valid": {"since": "2023-07-01", "until": "2023-11-30"}},
    online=count("dossiers", "channel in ('online', 'post')"),
    every=count("dossiers"),
)
DOSSIERS = """
    unit  received    channel
    11    2023-05-03  post
    11    2023-08-03  post
    11    2023-12-03  post
"""


@pytest.fixture(scope="module")
def figures():
    return computed(FIRST, SECOND, dossiers=DOSSIERS)


def test_each_period_has_the_version_of_its_last_day(figures):
    assert figures[1, "2023-05"] == (0, 1)
    assert figures[1, "2023-08"] == (1, 1)
    assert figures[1, "2023-9M"] == (2, 2)  # the newer version throughout, not one version per month


def test_a_period_is_not_given_twice_by_two_versions(figures):
    assert [figures.cell((1, code))["version"] for code in ("2023-H1", "2023-Q3", "2023-10/ytd")] == [1, 2, 2]


def test_a_period_that_no_version_governs_has_no_figure(figures):
    assert (1, "2023-12") not in figures
    assert (1, "2023") not in figures
    assert (1, "2023-11/ytd") in figures


EXCLUDING = define(
    "full / known",
    more={"excluded": {"measure": "lost", "words": "x"}},
    full=count("dossiers", "rule.level == 'full'"),
    known=count("dossiers", "rule.level is not None"),
    lost=count("dossiers", "rule.level is None"),
)
PROCEDURES = "unit procedure level since\n10 p full 2023-01-01"


def test_records_that_are_left_out_are_counted_beside_the_figure():
    figures = computed(
        EXCLUDING,
        procedures=PROCEDURES,
        dossiers="""
            unit  received    procedure
            11    2023-05-03  p
            11    2023-05-03  unknown
            12    2023-05-03  p
            12    2023-06-03  unknown
        """,
    )

    assert figures[10, "2023-Q2"] == (2, 2)  # neither 2 ÷ 4 nor silently of 2 records only
    assert figures.cell((10, "2023-Q2"))["excluded"] == 2
    assert figures.cell((12, "2023-05"))["excluded"] == 0


def test_a_definition_that_leaves_nothing_out_does_not_say_so(figures):
    assert figures.cell((1, "2023-05"))["excluded"] is None
