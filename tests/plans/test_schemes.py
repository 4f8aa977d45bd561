"""Schemes of scoring: what they may say, what a value gives, how units are ranked."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinhso.engine.errors import DefinitionError
from tinhso.plans.rules import schemes as rules
from tinhso.plans.rules.schemes import Criterion
from tinhso.plans.selectors import schemes as selectors

FILE = """\
id: thu
version: "1"
title: "Thử"
act: 1/KH
issued_on: 2023-01-01
valid: {since: 2023-01-01}
points: 30
applies_to: [department]
groups:
  - {id: a, title: "A", points: 20}
  - {id: b, title: "B", points: 10}
criteria:
  - {id: x, group: a, title: "X", points: 20, indicator: sec.awareness, full_at_pct: 80}
  - {id: y, group: b, title: "Y", points: 10}
"""


@pytest.fixture
def read(tmp_path, db):
    def read(text):
        path = tmp_path / "thu.yaml"
        path.write_text(text, encoding="utf-8")
        return selectors.read(path)

    return read


def test_the_schemes_of_the_reference_data_are_sound(db):
    found = selectors.schemes()

    assert {("dti-922", "1"), ("agencies", "2023")} <= set(found)
    assert found["agencies", "2023"].listed_points == 100
    assert len(found["dti-922", "1"].groups) == 9
    assert found["dti-922", "1"].points == 1000


@pytest.mark.parametrize(
    ("before", "after", "line", "reason"),
    [
        ("points: 30", "points: 40", 7, "điểm các nhóm cộng lại là 30, không phải 40"),
        ("sec.awareness", "sec.awarenes", 13, "không có chỉ tiêu sec.awarenes; gần nhất: sec.awareness"),
        ("group: b", "group: c", 14, "không có nhóm “c”"),
        (", full_at_pct: 80", "", 13, "phải đi cùng nhau"),
        ("{id: y", "{id: x", 14, "được khai hai lần"),
        ("title: \"Y\", points: 10", "title: \"Y\", points: 11", 11, "cộng lại là 11, quá 10 điểm"),
    ],
)  # fmt: skip
def test_a_wrong_scheme_is_refused_with_line_and_reason(read, before, after, line, reason):
    assert before in FILE
    with pytest.raises(DefinitionError) as refusal:
        read(FILE.replace(before, after, 1))

    assert refusal.value.line == line
    assert reason in refusal.value.reason


def test_the_scheme_of_a_year_is_the_one_in_force(db):
    assert selectors.scheme_for("dti-922", 2023).act == "922/QĐ-BTTTT"
    assert "dti-922" not in [one.id for one in selectors.used_in(2026)]


CRITERION = Criterion(id="x", group="a", title="X", points=Decimal(20), indicator="i", full_at_pct=80)


@pytest.mark.parametrize(
    ("value", "points"), [(0.4, "10.00"), (0.8, "20.00"), (1.0, "20.00"), (0.0, "0.00"), (None, None)]
)
def test_points_are_in_proportion_up_to_all_of_them(value, points):
    assert rules.points_of(CRITERION, value) == (None if points is None else Decimal(points))


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_never_gives_fewer_points(first, second):
    low, high = sorted([first, second])

    assert 0 <= rules.points_of(CRITERION, low) <= rules.points_of(CRITERION, high) <= CRITERION.points


def test_what_agencies_score_themselves_is_not_computed():
    own = CRITERION.model_copy(update={"indicator": None, "full_at_pct": None})

    assert rules.points_of(own, 0.5) is None


@given(st.dictionaries(st.integers(1, 50), st.integers(0, 5).map(Decimal), min_size=1))
def test_equal_totals_share_a_rank_and_the_next_is_passed_over(totals):
    found = rules.ranking(totals)

    for one in found:
        assert one.rank == 1 + sum(other > one.total for other in totals.values())
