"""Fields and answers of forms, as pages and papers show them."""

import pytest

from tests.public_services import factories as make
from tests.public_services.test_form_rules import FORM, PARTS, WHOLE
from tinhso.public_services.form_engine import presenters
from tinhso.public_services.form_engine.rules.answers import Problem

KINDS = "required type pattern format minLength maxLength minimum maximum enum oneOf const minItems maxItems unknown infected"


def fields(answers, **of):
    views = presenters.part_views(PARTS, answers, on=make.DAY, **of)
    return {one.name: one for one in presenters.all_fields(views)}


def test_answers_are_read_in_words():
    said = WHOLE | {
        "born_on": "1999-01-31",
        "income": 5_500_000,
        "kind": "b",
        "children": [{"name": "An", "studies": True, "school": "Trường Mẫu", "paid": 16000}, {"name": "Bình"}],
    }

    first, second = presenters.answer_lines(FORM, said)

    told = {name: text for name, _label, text in first.lines}
    assert told["born_on"] == "31/01/1999"
    assert told["income"] == "5.500.000 đồng"
    assert (told["kind"], told["married"], told["identity"]) == ("Loại B", "Có", "")
    ((name, label, text),) = second.lines
    assert (second.title, name, label) == ("Hai", "children", "Con")
    assert text.splitlines()[1].startswith("2. ")
    assert "Trường Mẫu" in text.splitlines()[0]


def test_answers_to_what_is_not_asked_are_not_told():
    pages = presenters.answer_lines(FORM, {"name": "Lò", "married": False, "spouse": "Ai đó"})

    assert [page.title for page in pages] == ["Một"]
    assert "Ai đó" not in {line.text for line in pages[0].lines}


def test_a_commune_is_told_by_the_name_that_its_code_had_on_the_day(province):
    unit = make.commune()

    assert presenters.commune_name(unit.code, make.DAY) == unit.name == "Phường Chiềng Lề"
    assert presenters.commune_name(unit.code) == "Phường Tô Hiệu"
    assert presenters.commune_name("không có") == "không có"


def test_communes_stand_under_their_districts_while_there_are_any(province):
    import datetime as dt

    before = presenters.commune_groups(make.DAY)
    today = presenters.commune_groups(dt.date(2026, 11, 30))

    assert len(before) > 1
    assert all(title for title, _units in before)
    assert [title for title, _units in today] == [""]
    assert len(today[0][1]) == 75


@pytest.mark.parametrize("kind", KINDS.split())
def test_every_kind_of_problem_says_what_to_do(kind):
    text = presenters.sentence(Problem("/name", kind, 5), FORM.items["name"])

    assert text.startswith(("Hãy", "Có ", "Nội dung"))
    assert "%(" not in text


def test_a_date_that_cannot_be_read_is_shown_as_it_was_typed():
    assert (fields({"born_on": "31/02/1990"})["born_on"].type, fields({})["born_on"].type) == ("text", "date")
    assert fields({"born_on": "31/02/1990"})["born_on"].value == "31/02/1990"


def test_fields_carry_what_browsers_help_with():
    found = fields({})

    assert (found["name"].autocomplete, found["born_on"].autocomplete) == ("name", "bday")
    assert (found["income"].mode, found["identity"].mode) == ("numeric", "numeric")
    assert found["married"].decides
    assert not found["name"].decides


def test_money_is_shown_with_dots_and_read_back():
    assert fields({"income": 5_500_000})["income"].value == "5.500.000"


def test_a_group_is_shown_with_as_many_entries_as_were_asked_for():
    found = fields(WHOLE, counts={"children": 3})["children"]

    assert [entry.title for entry in found.entries] == ["Người con 1", "Người con 2", "Người con 3"]
    assert found.entries[1].drop == "drop-children-1"
    assert not fields(WHOLE, counts={"children": 4})["children"].may_add


def test_problems_stand_at_their_fields():
    found = fields(WHOLE | {"children": [{}]}, problems=[Problem("/children/0/name", "required")])

    assert found["children-0-name"].error == "Hãy ghi mục này."
    assert found["children-0-name"].described_by == "f-children-0-name-error"
