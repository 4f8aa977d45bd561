"""What is wrong in a definition file is refused with file, line and reason."""

from pathlib import Path

import pytest
import yaml

from tests.engine.test_against_reference import SCHEMAS
from tinhso.engine import catalog, located
from tinhso.engine.definitions import Definition

GOOD = {
    "id": "x.one",
    "version": 1,
    "valid": {"since": "2020-01-01"},
    "name": {"vi": "x", "en": "x"},
    "pillar": "gov",
    "owner": "x",
    "legal": [{"act": "1", "issued_on": "2020-01-01", "place": "1", "role": "target"}],
    "words": {"numerator": "x", "denominator": "x"},
    "measures": {
        "a": {"from": "events", "aggregate": "count", "where": "way == 'a'"},
        "b": {"from": "events", "aggregate": "count"},
    },
    "value": "a / b",
    "examples": [{"name": "x", "period": "2023", "rows": {}, "expect": [0, 0]}],
}
RELATIONS = located.Located(Path("_relations.yaml"), "relations: {rule: {dataset: events, column: thing, to: rules}}")


def built(*texts):
    definitions = [
        Definition(located.Located(Path("one.yaml"), yaml.safe_dump(text, sort_keys=False))) for text in texts
    ]
    return catalog.build(definitions, RELATIONS, SCHEMAS)


def test_a_good_definition_is_taken():
    assert [one.id for one in built(GOOD).indicators] == ["x.one"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"value": "a"}, "phép chia"),
        ({"value": "a / c"}, "không có phép đo “c”"),
        ({"value": "a / a"}, "“b” không được dùng"),
        ({"value": "count(a) / b"}, "bỏ count"),
        ({"value": "a / __import__('os')"}, "không được dùng"),
        ({"value": "a / (b * 1e999)"}, "không được dùng"),
        ({"value": "a / " + "-" * 5000 + "b"}, "không đọc được"),
        ({"legal": []}, "legal"),
        ({"measures": GOOD["measures"] | {"a": {"from": "evnts", "aggregate": "count"}}}, "gần nhất: events"),
        ({"measures": GOOD["measures"] | {"a": {"from": "events", "aggregate": "avg", "of": "amount"}}}, "trung bình"),
        ({"measures": GOOD["measures"] | {"a": {"from": "events", "aggregate": "median", "of": "amount"}}}, "trung vị"),
        (
            {"measures": GOOD["measures"] | {"a": {"from": "events", "aggregate": "sum", "of": "thing"}}},
            "không phải số",
        ),
        (
            {"measures": GOOD["measures"] | {"a": {"from": "events", "aggregate": "count", "where": "way == 'z'"}}},
            "không bao giờ bằng",
        ),
        (
            {"measures": GOOD["measures"] | {"a": {"from": "events", "aggregate": "count", "where": "wya == 'a'"}}},
            "không có cột",
        ),
        (
            {"measures": GOOD["measures"] | {"a": {"from": "events", "aggregate": "count", "where": "way"}}},
            "không phải có/không",
        ),
        (
            {"measures": GOOD["measures"] | {"a": {"from": "posts", "aggregate": "count", "window": "year_to_date"}}},
            "thời điểm",
        ),
        (
            {
                "measures": {
                    "a": {"from": "acts", "aggregate": "distinct", "of": "person"},
                    "b": {"from": "events", "aggregate": "count"},
                },
                "value": "count(a) / b",
            },
            "không gắn với đơn vị",
        ),
        (
            {
                "measures": {
                    "a": {"from": "events", "aggregate": "distinct", "of": "thing"},
                    "b": {"from": "posts", "aggregate": "distinct", "of": "person"},
                },
                "value": "count(a & b) / count(b)",
            },
            "khác loại",
        ),
        (
            {
                "measures": {
                    "a": {"from": "given", "aggregate": "sum", "of": "part"},
                    "b": {"from": "given", "aggregate": "sum", "of": "whole"},
                }
            },
            "categories",
        ),
    ],
)
def test_what_cannot_be_merged_or_named_is_refused(change, reason):
    with pytest.raises(catalog.DefinitionError) as refusal:
        built(GOOD | change)

    assert reason in str(refusal.value)
    assert str(refusal.value).startswith("one.yaml:")


def test_the_line_of_the_entry_is_named():
    text = yaml.safe_dump(GOOD | {"value": "a / c"}, sort_keys=False)
    line = next(number for number, row in enumerate(text.splitlines(), start=1) if row.startswith("value:"))

    with pytest.raises(catalog.DefinitionError) as refusal:
        built(GOOD | {"value": "a / c"})

    assert refusal.value.line == line


def test_a_key_given_twice_is_refused():
    with pytest.raises(located.DefinitionError, match="hai lần"):
        located.Located(Path("x.yaml"), "a: 1\na: 2\n")


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"a: 1\nb: 2023-02-30\n", 2, "2023-02-30"),
        (b"a: 1\nb: \x01\n", 2, "không được phép"),
        (b"a: 1\nb: \xff\n", 2, "không phải UTF-8"),
        (b"a: &a [*a]\n", 1, "chứa chính mình"),
        (b"a: 1\n\tb: 2\n", 2, ""),
    ],
)
def test_a_file_that_cannot_be_read_names_line_and_reason(tmp_path, content, line, reason):
    path = tmp_path / "x.yaml"
    path.write_bytes(content)

    with pytest.raises(located.DefinitionError) as refusal:
        located.read(path)

    assert (refusal.value.path, refusal.value.line) == (str(path), line)
    assert reason in refusal.value.reason


def test_two_versions_may_not_govern_one_day():
    second = GOOD | {"version": 2, "valid": {"since": "2023-01-01"}}

    with pytest.raises(catalog.DefinitionError, match="chồng"):
        built(GOOD, second)


def test_the_same_formula_under_two_names_is_refused():
    with pytest.raises(catalog.DefinitionError, match="trùng công thức"):
        built(GOOD, GOOD | {"id": "x.two"})


def test_an_unknown_row_of_a_validity_is_refused_as_relation():
    relations = located.Located(Path("r.yaml"), "relations: {rule: {dataset: posts, column: person, to: rules}}")

    with pytest.raises(catalog.DefinitionError, match="không phải sự kiện"):
        catalog.build([], relations, SCHEMAS)
