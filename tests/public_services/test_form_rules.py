"""Forms as data: conditions, what is asked, what is to be mended, what a browser sends and gets back."""

import datetime as dt
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinhso.public_services.form_engine.rules import answers, conditions, filling, form, lint
from tinhso.public_services.form_engine.rules.answers import Problem
from tinhso.public_services.form_engine.rules.conditions import BadCondition
from tinhso.public_services.form_engine.rules.filling import Part
from tinhso.public_services.form_engine.rules.form import BadForm

TEXT = {"type": "string", "maxLength": 200}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "married"],
    "properties": {
        "name": {"type": "string", "title": "Họ tên", "minLength": 2, "maxLength": 200},
        "identity": {"type": "string", "title": "Số", "pattern": "^[0-9]{12}$"},
        "born_on": {"type": "string", "title": "Ngày sinh", "format": "date"},
        "married": {"type": "boolean", "title": "Đã kết hôn"},
        "spouse": {"type": "string", "title": "Vợ, chồng", "maxLength": 200},
        "spouse_job": {"type": "string", "title": "Nghề", "maxLength": 200},
        "income": {"type": "integer", "title": "Thu nhập", "minimum": 0, "maximum": 10**12},
        "kind": {"type": "string", "oneOf": [{"const": "a", "title": "Loại A"}, {"const": "b", "title": "Loại B"}]},
        "children": {
            "type": "array",
            "title": "Con",
            "maxItems": 4,
            "items": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": TEXT,
                    "studies": {"type": "boolean"},
                    "school": TEXT,
                    "paid": {"type": "integer"},
                },
            },
        },
    },
}
PAGES = [
    {
        "id": "one",
        "title": "Một",
        "items": [
            {"name": "name", "widget": "text", "prefill": "full_name"},
            {"name": "identity", "widget": "identity_number"},
            {"name": "born_on", "widget": "date", "prefill": "born_on"},
            {"name": "married", "widget": "yes_no"},
            {"name": "spouse", "widget": "text", "required": True, "visible_if": {"==": ["/married", True]}},
            {"name": "spouse_job", "widget": "text", "visible_if": {"given": "/spouse"}},
            {"name": "income", "widget": "money"},
            {"name": "kind", "widget": "choice"},
        ],
    },
    {
        "id": "two",
        "title": "Hai",
        "visible_if": {"==": ["/married", True]},
        "items": [
            {
                "name": "children",
                "widget": "group",
                "entry_title": "Người con",
                "items": [
                    {"name": "name", "widget": "text"},
                    {"name": "studies", "widget": "yes_no"},
                    {"name": "school", "widget": "text", "required": True, "visible_if": {"==": ["./studies", True]}},
                    {"name": "paid", "widget": "money"},
                ],
            }
        ],
    },
]
FORM = form.read({"schema": SCHEMA, "pages": PAGES})
PARTS = [Part(FORM, page) for page in FORM.pages]
WHOLE = {"name": "Lò Thị Mẫu", "married": True, "spouse": "Lò Văn Mẫu"}


def changed(**parts):
    return {"schema": SCHEMA, "pages": PAGES} | parts


def pointers(said):
    return [problem.pointer for problem in said]


# ---- conditions ----


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (None, True),
        ({"==": ["/age", 5]}, True),
        ({"!=": ["/age", 5]}, False),
        ({">=": ["/age", 5]}, True),
        ({"<": ["/age", 5]}, False),
        ({"in": ["/name", ["a", "b"]]}, True),
        ({"given": "/age"}, True),
        ({"given": "/other"}, False),
        ({"!=": ["/other", 5]}, False),
        ({"<": ["/name", 5]}, False),
        ({"not": {"==": ["/age", 5]}}, False),
        ({"all": [{"given": "/age"}, {"given": "/name"}]}, True),
        ({"any": [{"given": "/other"}, {"given": "/name"}]}, True),
        ({"==": ["./age", 7]}, True),
    ],
)
def test_conditions_compare_answers(condition, holds):
    assert conditions.holds(condition, {"age": 5, "name": "a"}, {"age": 7}) is holds


@pytest.mark.parametrize(
    "condition",
    [
        "always",
        {},
        {"==": ["/a", 1], "!=": ["/a", 1]},
        {"eval": "import os"},
        {"==": ["/a"]},
        {"==": ["a", 1]},
        {"==": ["/a/b", 1]},
        {"in": ["/a", "abc"]},
        {"==": ["/a", [1]]},
        {"all": []},
        {"all": {"given": "/a"}},
        {"given": 5},
    ],
)
def test_what_is_no_condition_is_refused(condition):
    with pytest.raises(BadCondition):
        conditions.check(condition)


def test_conditions_nested_without_end_are_refused():
    condition = {"given": "/a"}
    for _depth in range(1000):
        condition = {"not": condition}

    with pytest.raises(BadCondition):
        conditions.check(condition)


# ---- reading a form ----


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (changed(schema={"type": "array"}), "must describe an object"),
        (changed(pages=[]), "there is none"),
        (changed(pages=PAGES[:1]), "never asked"),
        (changed(pages=[PAGES[0], PAGES[0] | {"id": "x"}]), "stands twice"),
        (changed(pages=[PAGES[0] | {"items": [{"name": "name", "widget": "script"}]}]), "unknown widget"),
        (changed(pages=[PAGES[0] | {"items": [{"name": "name", "widget": "money"}]}]), "needs type integer"),
        (changed(pages=[PAGES[0] | {"items": [{"name": "nobody", "widget": "text"}]}]), "not in the schema"),
        (changed(pages=[PAGES[0], PAGES[1] | {"visible_if": {"given": "/nobody"}}]), "never asked"),
        (changed(pages=[PAGES[0], PAGES[1] | {"visible_if": {"run": "x"}}]), "unknown operator"),
        (changed(schema=SCHEMA | {"$id": "https://example.org"}), "not allowed"),
        (changed(schema=SCHEMA | {"allOf": [{"$ref": "https://example.org/x"}]}), "may only point into"),
    ],
)
def test_a_form_that_cannot_be_shown_is_refused(content, says):
    with pytest.raises(BadForm, match=says):
        form.read(content)


def test_a_form_asks_no_more_than_may_be():
    names = [f"q{number}" for number in range(form.FIELDS + 1)]
    schema = {"type": "object", "properties": dict.fromkeys(names, TEXT)}
    items = [{"name": name, "widget": "text", "label": name} for name in names]

    with pytest.raises(BadForm, match="more than"):
        form.read({"schema": schema, "pages": [{"id": "p", "title": "P", "items": items}]})


# ---- hostile patterns: the engine does not go back ----


@pytest.mark.parametrize("pattern", [r"^(a+)+$", r"^(a|aa)+$", r"^(.*a){20}$", r"^(\p{L}+\s?)+$"])
def test_a_hostile_pattern_takes_no_time(pattern):
    schema = {"type": "object", "properties": {"t": {"type": "string", "pattern": pattern}}}
    read = form.read(
        {"schema": schema, "pages": [{"id": "p", "title": "P", "items": [{"name": "t", "widget": "text"}]}]}
    )
    begin = time.perf_counter()

    answers.problems(read, {"t": "a" * 5000 + "!"})

    assert time.perf_counter() - begin < 0.5


@pytest.mark.parametrize("pattern", [r"^(a)\1$", r"(?=a)b", "(((a{1000}){1000}){1000})", "["])
def test_patterns_beyond_the_engine_are_refused_when_the_form_is_read(pattern):
    schema = {"type": "object", "properties": {"t": {"type": "string", "pattern": pattern}}}

    with pytest.raises(BadForm):
        form.read({"schema": schema, "pages": [{"id": "p", "title": "P", "items": [{"name": "t", "widget": "text"}]}]})


# ---- what is asked, then what is wrong ----


def test_answers_to_hidden_questions_are_cut_before_anything_is_checked():
    said = {"name": "Lò Thị Mẫu", "married": False, "spouse": "x" * 999, "children": "nonsense"}

    asked = answers.asked(FORM, said)

    assert asked == {"name": "Lò Thị Mẫu", "married": False}
    assert answers.problems(FORM, asked) == []


def test_what_depends_on_a_hidden_answer_falls_with_it():
    said = {"name": "Lò", "married": False, "spouse": "Có", "spouse_job": "Nông"}

    assert "spouse_job" not in answers.asked(FORM, said)


def test_a_hidden_question_inside_an_entry_is_cut():
    said = WHOLE | {"children": [{"name": "An", "studies": False, "school": "Trường"}]}

    assert answers.asked(FORM, said)["children"] == [{"name": "An", "studies": False}]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"married": False}, Problem("/name", "required")),
        ({"name": "L", "married": False}, Problem("/name", "minLength", 2)),
        ({"name": "Lò", "married": True}, Problem("/spouse", "required")),
        ({"name": "Lò", "married": "yes"}, Problem("/married", "type")),
        (WHOLE | {"identity": "1"}, Problem("/identity", "pattern")),
        (WHOLE | {"born_on": "31/02/2020"}, Problem("/born_on", "format", "date")),
        (WHOLE | {"income": -1}, Problem("/income", "minimum", 0)),
        (WHOLE | {"income": "nhiều"}, Problem("/income", "type")),
        (WHOLE | {"kind": "c"}, Problem("/kind", "oneOf")),
        (WHOLE | {"children": [{"studies": False}]}, Problem("/children/0/name", "required")),
        (WHOLE | {"children": [{"name": "An", "studies": True}]}, Problem("/children/0/school", "required")),
        (WHOLE | {"children": [{"name": "An"}] * 5}, Problem("/children", "maxItems", 4)),
    ],
)
def test_what_is_to_be_mended_is_named_by_its_pointer(said, problem):
    found = answers.problems(FORM, answers.asked(FORM, said))

    assert problem in [Problem(one.pointer, one.kind, problem.limit and one.limit) for one in found]


def test_only_one_problem_is_told_per_question_in_the_order_of_the_questions():
    found = answers.problems(FORM, {"identity": "x", "income": -5, "married": True})

    assert pointers(found) == ["/name", "/identity", "/spouse", "/income"]


def test_a_form_is_checked_fast():
    said = answers.asked(FORM, WHOLE)
    answers.problems(FORM, said)
    begin = time.perf_counter()

    for _time in range(200):
        answers.problems(FORM, said)

    assert (time.perf_counter() - begin) / 200 < 0.001


# ---- what a browser sends ----


@pytest.mark.parametrize(
    ("name", "sent", "read"),
    [
        ("name", "  Lò   Thị\u0000 Mẫu ", "Lò Thị Mẫu"),
        ("name", "Mẫu", "Mẫu"),
        ("name", "a\u202eb", "ab"),
        ("identity", "014 099-000.001", "014099000001"),
        ("born_on", "30/09/1990", "1990-09-30"),
        ("born_on", "31/02/1990", "31/02/1990"),
        ("income", "50.000.000", 50_000_000),
        ("income", "50 triệu", "50 triệu"),
        ("income", "9" * 40, "9" * 40),
        ("married", "true", True),
        ("married", "maybe", None),
        ("name", "   ", None),
    ],
)
def test_answers_are_read_as_they_are_meant(name, sent, read):
    assert answers.posted(FORM.pages[0], {name: [sent]}).get(name) == read


def test_a_count_of_entries_beyond_all_bounds_is_bounded():
    assert answers.posted(FORM.pages[1], {"children-count": ["999999999999"]}) == {}
    many = {f"children-{number}-name": ["An"] for number in range(90)}
    assert len(answers.posted(FORM.pages[1], {"children-count": ["90"], **many})["children"]) == 4


def test_only_conditional_questions_that_were_shown_are_saved():
    data = {"name": ["Lò"], "spouse": ["Người"], filling.SHOWN: ["spouse"]}

    assert "spouse" in filling.names(PARTS, data)
    assert "spouse_job" not in filling.names(PARTS, data)
    assert filling.read(PARTS, {"name": ["Lò"], "spouse": ["Người"]}) == {"name": "Lò"}


def test_dropping_an_entry_moves_those_after_it_up():
    data = {
        "children-count": ["3"],
        **{f"children-{number}-name": [name] for number, name in enumerate(["An", "Bình", "Chi"])},
        filling.SHOWN: ["children-1-school", "children-2-school", "spouse"],
        "drop-children-1": ["1"],
    }

    left = filling.without_dropped(data)

    assert [entry["name"] for entry in answers.posted(FORM.pages[1], left)["children"]] == ["An", "Chi"]
    assert left[filling.SHOWN] == ["children-1-school", "spouse"]
    assert filling.pressed(PARTS, data) == "children"


@pytest.mark.parametrize("name", ["drop-nobody-0", "add-name", "add-nobody", "drop-children-x"])
def test_buttons_of_no_group_do_nothing(name):
    assert filling.pressed(PARTS, {name: ["1"]}) == ""


def test_what_decides_what_else_is_asked_is_known():
    assert filling.deciders(PARTS) == {"married", "spouse", "children/studies"}


def test_what_is_known_is_filled_in_first():
    known = {"full_name": "Lò Thị Mẫu", "born_on": dt.date(1999, 1, 1), "phone": ""}

    assert filling.prefilled(FORM, known) == {"name": "Lò Thị Mẫu", "born_on": "1999-01-01"}


# ---- lint ----


def test_what_makes_a_form_hard_is_found():
    schema = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer", "title": "x " * 30}}}
    items = [{"name": "a", "widget": "text"}, {"name": "b", "widget": "money"}]
    page = {"id": "p", "title": "P", "intro": "từ " * 40, "items": items}

    kinds = [found.kind for found in lint.findings(form.read({"schema": schema, "pages": [page]}))]

    assert kinds == ["long_sentence", "no_label", "long_label", "no_help"]


# ---- properties ----

names = st.text(string.ascii_letters + "ăâêôơưđĂÂ ", min_size=1, max_size=30).map(str.strip).filter(bool)
child = st.fixed_dictionaries(
    {"name": names}, optional={"studies": st.booleans(), "school": names, "paid": st.integers(0, 10**12)}
)
filled = st.fixed_dictionaries(
    {},
    optional={
        "name": names,
        "identity": st.from_regex(r"[0-9]{1,14}", fullmatch=True),
        "born_on": st.dates().map(dt.date.isoformat),
        "married": st.booleans(),
        "spouse": names,
        "spouse_job": names,
        "income": st.integers(-(10**12), 10**15),
        "kind": st.sampled_from(["a", "b", "c"]),
        "children": st.lists(child, min_size=1, max_size=4),
        "nobody": names,
    },
)


@given(filled)
def test_answers_to_hidden_questions_never_reach_the_result(said):
    asked = answers.asked(FORM, said)

    shown = {item.name for page in FORM.shown_pages(asked) for item in answers.shown_items(page, asked)}
    assert set(asked) <= shown
    for entry in asked.get("children", []):
        assert entry.get("studies") is True or "school" not in entry


@given(filled)
def test_cutting_to_what_is_asked_twice_is_as_once(said):
    once = answers.asked(FORM, said)

    assert answers.asked(FORM, once) == once


@given(filled)
def test_what_is_written_is_read_back(said):
    for page in FORM.pages:
        own = {name: value for name, value in said.items() if name in {item.name for item in page.items}}
        assert answers.posted(page, filling.written(page, own)) == own


@given(st.dictionaries(st.text(max_size=12), st.lists(st.text(max_size=20), max_size=3), max_size=8))
def test_whatever_is_sent_is_read_without_a_fault(data):
    answers.problems(FORM, answers.asked(FORM, filling.read(PARTS, filling.without_dropped(data))))
