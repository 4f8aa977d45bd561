"""Figures of another office for whole years are shown as given, never merged or spread; the smallest share stands
for all categories."""

import pytest

from tests.soundness.tables import computed, count, define, total

DIGITAL = define(
    "digital / total",
    more={"categories": {"by": "sector", "hold": "all"}},
    digital=total("sectors", "digital"),
    total=total("sectors", "total"),
)
SECTORS = """
    sector       year  digital  total
    agriculture  2022  1        100
    industry     2022  90       900
    agriculture  2023  3        100
    industry     2023  20       1000
    trade        2023  0        0
"""


@pytest.fixture(scope="module")
def figures():
    codes = ["2022", "2023", "2023-H1", "2023-Q4", "2023-12", "2023-06/ytd", "2023-12/ytd", "2023-9M"]
    return computed(DIGITAL, at=codes, sectors=SECTORS)


def test_the_smallest_share_stands_for_all(figures):
    assert figures[1, "2023"] == (20, 1000)  # 2 %; all sectors together would be 23 ÷ 1100, their average 2.5 %


def test_the_smallest_share_is_not_the_smallest_numerator(figures):
    assert figures[1, "2023", "agriculture"] == (3, 100)
    assert figures[1, "2023"] == figures[1, "2023", "industry"]


def test_a_category_of_0_of_0_is_not_the_smallest_share(figures):
    assert figures[1, "2023", "trade"] == (0, 0)
    assert figures[1, "2023"] != (0, 0)


def test_the_years_are_not_merged(figures):
    assert figures[1, "2022"] == (1, 100)
    assert figures[1, "2022", "industry"] == (90, 900)
    assert (1, "2022", "trade") not in figures


@pytest.mark.parametrize("part", ["2023-H1", "2023-Q4", "2023-12", "2023-06/ytd", "2023-9M"])
def test_a_year_is_not_spread_over_its_parts(figures, part):
    assert (1, part) not in figures
    assert (1, part, "industry") not in figures


def test_the_year_to_date_of_december_is_the_year(figures):
    assert figures[1, "2023-12/ytd"] == (20, 1000)


@pytest.mark.parametrize("unit", [10, 20, 11])
def test_a_figure_of_the_province_is_not_spread_over_its_units(figures, unit):
    assert (unit, "2023") not in figures


def test_equal_shares_go_to_the_first_name():
    figures = computed(
        DIGITAL,
        sectors="""
            sector    year  digital  total
            trade     2023  1        3
            industry  2023  2        6
        """,
    )

    assert figures[1, "2023"] == (2, 6)


def test_a_year_that_has_not_begun_gives_nothing():
    figures = computed(
        DIGITAL, at=["2023", "2024"], as_of="2023-12-31", sectors="sector year digital total\na 2024 1 2"
    )

    assert (1, "2024") not in figures
    assert (1, "2023") not in figures


def test_other_indicators_beside_do_not_change_a_yearly_figure():
    online = define("online / every", more={"id": "x.two"}, online=count("dossiers", "late"), every=count("dossiers"))

    figures = computed(DIGITAL, online, sectors=SECTORS, dossiers="unit received\n11 2023-05-03")

    assert figures[1, "2023"] == (20, 1000)
    assert figures.of("x.two")[1, "2023"] == (0, 1)
