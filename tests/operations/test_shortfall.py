"""A shortfall in words: exact, of parts that add up, and only where they do."""

import re

import pytest

from tinhso.plans import api as plans


def text(answer):
    return answer.content.decode().replace("\xa0", " ")


def number(said):
    return float(said.replace(".", "").replace(",", "."))


@pytest.fixture
def page(owner):
    return text(owner.get("/targets/soc.digital_addresses/?level=district"))


def test_the_gap_in_words_is_the_gap_of_the_figure(page):
    gap = number(re.search(r"Còn thiếu ([\d.,]+) để tới mục tiêu", page)[1])
    missing = number(re.search(r"([\d.]+) nữa ở tử số", page)[1])

    assert missing - 1 < gap <= missing


def test_the_unit_that_lacks_most_stands_first_in_the_table(page):
    unit, missing = re.search(r"Hụt nhiều nhất: ([^,]+), thiếu ([\d.,]+) ", page).groups()
    table = page[page.index("<tbody") :]

    assert re.search(r">\s*(Huyện|Thành phố) [^<]+<", table)[0].strip("> \n<") == unit
    assert number(missing) > 0


def test_to_reach_everything_every_district_must_reach_it(page):
    assert "Ít nhất 12 đơn vị" in page


def test_the_sentences_change_with_the_level(owner):
    page = text(owner.get("/targets/soc.digital_addresses/?level=commune", headers={"HX-Request": "true"}))

    assert re.search(r"Ít nhất \d{2,3} đơn vị cùng đạt mục tiêu", page)
    assert "<html" not in page


def test_distinct_counts_have_no_such_sentences_since_they_do_not_add_up(owner):
    assert "Hụt nhiều nhất" not in text(owner.get("/targets/gov.services_with_online_dossiers/?level=district"))


def test_a_reached_target_has_none(owner):
    reached = [
        one.target.indicator
        for one in plans.status(unit_id=owner.get("/").context["unit"].unit_id).standings
        if one.status == "met"
    ]

    for indicator in reached[:3]:
        assert "Hụt nhiều nhất" not in text(owner.get(f"/targets/{indicator}/"))
