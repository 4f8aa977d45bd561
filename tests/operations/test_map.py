"""The map: every unit in the band of its value, the same figures as the table, and honest about its lines."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinhso.accounts.api import Role
from tinhso.core import charts
from tinhso.operations.presenters import maps

INDICATOR = "soc.digital_addresses"
fractions = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def text(answer):
    return answer.content.decode().replace("\xa0", " ")


def drawn(chart):
    """Code and value of every unit that a map draws."""
    spec = json.loads(charts.specification(chart.name, "wide"))
    (lookup,) = [step for step in spec["transform"] if "lookup" in step]
    return {row["code"]: row["percent"] for row in spec["datasets"][lookup["from"]["data"]["name"]]}


def rows(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@given(fractions)
def test_every_value_lies_in_its_band(values):
    found = maps.bands(values)

    assert 1 <= len(found) <= maps.MOST_BANDS
    for value in values:
        low, high = found[maps.band_of(value, found)]
        assert low <= value * 100 <= high


@given(fractions)
def test_a_higher_value_never_has_a_lower_band(values):
    found = maps.bands(values)
    numbers = [maps.band_of(value, found) for value in sorted(values)]

    assert numbers == sorted(numbers)


def test_no_value_has_no_band():
    assert maps.bands([]) == []
    assert maps.band_of(None, [(0, 20)]) is None


def test_the_map_draws_the_figures_of_the_table(owner):
    url = f"/map/?indicator={INDICATOR}&level=district"
    answer = owner.get(url)
    found = drawn(answer.context["chart"])
    table = {row["Mã đơn vị"]: round(float(row["Giá trị"]) * 100, 2) for row in rows(owner.get(f"{url}&format=csv"))}

    assert len(found) == 12
    assert found == table
    assert "Ranh giới chỉ để tham khảo" in text(answer)


def test_the_drawing_is_made_of_one_shape_a_unit(owner):
    chart = owner.get(f"/map/?indicator={INDICATOR}&level=district").context["chart"]

    assert charts.drawing(chart.name, "narrow-dark").count('aria-roledescription="geoshape"') == 12


def test_communes_of_2023_without_an_outline_are_named_and_stand_in_the_table(owner):
    answer = owner.get(f"/map/?indicator={INDICATOR}&level=commune")

    missing = answer.context["without_outline"]
    assert 0 < len(missing) < 12
    assert all(name in text(answer) for name in missing)


def test_todays_communes_have_legal_outlines(owner):
    answer = owner.get(f"/map/?indicator={INDICATOR}&view=as-is")

    assert answer.context["without_outline"] == []
    assert "Ranh giới chỉ để tham khảo" not in text(answer)


def test_the_way_to_another_period_keeps_target_and_level(owner):
    page = text(owner.get(f"/map/?indicator={INDICATOR}&level=commune"))

    assert f'<input type="hidden" name="indicator" value="{INDICATOR}">' in page
    assert '<input type="hidden" name="level" value="commune">' in page


def test_a_target_without_figures_below_says_so(owner):
    assert "Không có gì để vẽ" in text(owner.get("/map/?indicator=econ.digital_value_added"))


def test_an_unknown_target_is_not_found(owner):
    assert owner.get("/map/?indicator=gov.nothing").status_code == 404


def test_a_commune_has_nothing_below_to_draw(computed, sign_in):
    assert "Không có gì để vẽ" in text(sign_in(Role.VIEWER, "03646").get(f"/map/?indicator={INDICATOR}"))


@pytest.mark.parametrize("code", ["125"])
def test_a_district_draws_its_own_communes(computed, sign_in, code):
    answer = sign_in(Role.VIEWER, code).get(f"/map/?indicator={INDICATOR}")

    assert 0 < len(drawn(answer.context["chart"])) < 40
