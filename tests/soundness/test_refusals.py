"""What may not be merged, or would be counted twice, is refused when the file is read, with line and reason.

Further refusals of names, columns and values that never occur stand in tests/engine/test_catalog.py.
"""

from pathlib import Path

import pytest
import yaml

from tests.soundness.tables import RELATIONS, SCHEMAS, count, distinct, text_of, total
from tinhso.engine import catalog, located
from tinhso.engine.definitions import Definition

EVERY = {"every": count("dossiers")}
PAIR = {"digital": total("sectors", "digital"), "total": total("sectors", "total")}
BY_SECTOR = {"categories": {"by": "sector", "hold": "all"}}
PEOPLE = {"posted": distinct("staff", "person"), "trained": distinct("trainings", "person")}


def with_one(measure):
    """A definition of one measure over all dossiers, wrong at the measure."""
    return text_of("one / every", {"one": measure} | EVERY), "one:"


def with_value(value, measures, **more):
    return text_of(value, measures, **more), "value:"


REFUSED = {
    # what has no state that could be merged
    "average": (*with_one({"from": "dossiers", "aggregate": "avg", "of": "days"}), "trung bình không gộp được"),
    "mean": (*with_one({"from": "dossiers", "aggregate": "mean", "of": "days"}), "trung bình không gộp được"),
    "median": (*with_one({"from": "dossiers", "aggregate": "median", "of": "days"}), "trung vị và phân vị không gộp"),
    "percentile": (*with_one({"from": "dossiers", "aggregate": "percentile", "of": "days"}), "trung vị và phân vị"),
    "approximate": (
        *with_one({"from": "dossiers", "aggregate": "approx_distinct", "of": "citizen"}),
        "đếm gần đúng không được dùng",
    ),
    "largest": (*with_one({"from": "dossiers", "aggregate": "max", "of": "days"}), "aggregate"),
    "last": (*with_one({"from": "staff", "aggregate": "last", "of": "devices"}), "aggregate"),
    # columns of a type that cannot be counted so
    "sum of words": (*with_one(total("dossiers", "citizen")), "không phải số nên không cộng được"),
    "sum of days": (*with_one(total("staff", "as_of")), "không phải số nên không cộng được"),
    "sum of yes and no": (*with_one(total("dossiers", "late")), "không phải số nên không cộng được"),
    "distinct amounts": (*with_one(distinct("dossiers", "fee")), "không phải mã nên không đếm phân biệt được"),
    "distinct moments": (*with_one(distinct("dossiers", "received")), "không phải mã nên không đếm phân biệt được"),
    "distinct days": (*with_one(distinct("staff", "as_of")), "không phải mã nên không đếm phân biệt được"),
    "distinct yes and no": (*with_one(distinct("dossiers", "late")), "không phải mã nên không đếm phân biệt được"),
    "sum of nothing": (*with_one({"from": "dossiers", "aggregate": "sum"}), "sum phải có cột “of”"),
    "distinct nothing": (*with_one({"from": "dossiers", "aggregate": "distinct"}), "distinct phải có cột “of”"),
    "count of a column": (
        *with_one({"from": "dossiers", "aggregate": "count", "of": "fee"}),
        "count không có cột “of”",
    ),
    # time that cannot be taken so
    "stock since January": (*with_one(total("staff", "devices", window="year_to_date")), "không cộng dồn từ đầu năm"),
    "versions since January": (*with_one(count("procedures", window="year_to_date")), "không cộng dồn từ đầu năm"),
    "unknown window": (*with_one(count("dossiers", window="last_12_months")), "window"),
    # figures of another office
    "yearly figures since January": (
        text_of("digital / total", PAIR | {"digital": total("sectors", "digital", window="year_to_date")}, **BY_SECTOR),
        "digital:",
        "không cộng dồn từ đầu năm",
    ),
    "yearly figures counted": (
        text_of("digital / total", PAIR | {"digital": count("sectors")}, **BY_SECTOR),
        "digital:",
        "không gộp qua đơn vị, thời gian",
    ),
    "yearly figures as a set": (
        text_of("count(digital) / total", PAIR | {"digital": distinct("sectors", "sector")}, **BY_SECTOR),
        "digital:",
        "không gộp qua đơn vị, thời gian",
    ),
    "yearly figures without categories": (text_of("digital / total", PAIR), "digital:", "phải khai “categories”"),
    "yearly figures over records": (
        *with_value("digital / every", {"digital": total("sectors", "digital")} | EVERY, **BY_SECTOR),
        "không được trộn",
    ),
    "categories of records": (
        text_of("one / every", {"one": count("dossiers", "late")} | EVERY, categories={"by": "channel", "hold": "all"}),
        "categories:",
        "chỉ số liệu bên ngoài mới chia theo loại",
    ),
    "categories by an unknown column": (
        text_of("digital / total", PAIR, categories={"by": "branch", "hold": "all"}),
        "by:",
        "không có cột “branch”",
    ),
    "categories of which some hold": (
        text_of("digital / total", PAIR, categories={"by": "sector", "hold": "any"}),
        "hold:",
        "hold",
    ),
    # values that would average, add percentages, or add sets
    "no division": (*with_value("every", EVERY), "phép chia"),
    "sum of two percentages": (
        *with_value("one / every + two / every", {"one": count("dossiers", "late"), "two": count("duties")} | EVERY),
        "phép chia",
    ),
    "percentage of a percentage": (
        *with_value("one / every / two", {"one": count("dossiers", "late"), "two": count("duties")} | EVERY),
        "không được dùng",
    ),
    "set as a number": (
        *with_value("people / every", {"people": distinct("staff", "person")} | EVERY),
        "hãy viết count",
    ),
    "number as a set": (*with_value("count(every) / every", EVERY), "hãy bỏ count"),
    "sum of sets": (
        *with_value("count(posted + trained) / count(posted)", PEOPLE),
        "không được dùng",
    ),
    "sets of different entities": (
        *with_value(
            "count(people & citizens) / count(people)",
            {"people": distinct("staff", "person"), "citizens": distinct("dossiers", "citizen")},
        ),
        "không ghép được các tập khác loại",
    ),
    "nothing measured below": (*with_value("every / 100", EVERY), "ít nhất một phép đo"),
    # records without a unit
    "set without a unit": (*with_value("count(trained) / count(posted)", PEOPLE), "không gắn với đơn vị"),
    "union with a set without a unit": (
        *with_value("count(posted | trained) / count(posted)", PEOPLE),
        "không gắn với đơn vị",
    ),
    "difference from a set without a unit": (
        *with_value("count(trained - posted) / count(posted)", PEOPLE),
        "không gắn với đơn vị",
    ),
    "count without a unit": (
        *with_value("trained / every", {"trained": count("trainings")} | EVERY),
        "không gắn với đơn vị nào nên không cộng theo đơn vị được",
    ),
    # filters that could never hold, or hold for missing values only by mistake
    "comparison with None": (*with_one(count("dossiers", "late == None")), "không được dùng"),
    "a column compared with a column": (*with_one(count("dossiers", "days > fee")), "không được dùng"),
    "a comparison of three": (*with_one(count("dossiers", "1 < days < 5")), "không được dùng"),
    "yes as a word": (*with_one(count("dossiers", "late == 'yes'")), "chỉ so với True hoặc False"),
    "a number as a word": (*with_one(count("dossiers", "days == '5'")), "không so được"),
    "a day that is none": (*with_one(count("dossiers", "received > 'May'")), "không so được"),
    "a misspelt value": (*with_one(count("dossiers", "channel in ('online', 'onlin')")), "không bao giờ bằng"),
    "a misspelt value of a relation": (*with_one(count("dossiers", "rule.level == 'ful'")), "không bao giờ bằng"),
    "an unknown relation": (*with_one(count("dossiers", "procedure.level == 'full'")), "không có quan hệ"),
    # what would be left unseen
    "a measure nobody uses": (
        text_of("one / every", {"one": count("dossiers", "late"), "spare": count("duties")} | EVERY),
        "spare:",
        "không được dùng trong giá trị",
    ),
    "excluded that is a sum": (
        text_of(
            "one / every",
            {"one": count("dossiers", "late"), "lost": total("dossiers", "fee")} | EVERY,
            excluded={"measure": "lost", "words": "x"},
        ),
        "measure:",
        "phải là một phép đếm",
    ),
    "excluded that is not there": (
        text_of("one / every", {"one": count("dossiers", "late")} | EVERY, excluded={"measure": "lost", "words": "x"}),
        "measure:",
        "phải là một phép đếm",
    ),
    "an entry nobody reads": (text_of("one / every", EVERY, wheer="late"), "wheer:", "wheer"),
    "a measure's entry nobody reads": (*with_one(count("dossiers", filter="late")), "filter"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_definition_that_would_be_wrong_silently_is_refused(case):
    text, _entry, reason = REFUSED[case]

    with pytest.raises(catalog.DefinitionError, match=reason.replace("(", r"\(")):
        built(text)


@pytest.mark.parametrize("case", REFUSED)
def test_the_refusal_names_file_and_line(case):
    text, entry, _reason = REFUSED[case]
    written = yaml.safe_dump(text, sort_keys=False, allow_unicode=True)
    (start,) = (number for number, line in enumerate(written.splitlines(), start=1) if line.strip().startswith(entry))

    with pytest.raises(catalog.DefinitionError) as refusal:
        built(text)

    assert refusal.value.path == "one.yaml"
    assert start <= refusal.value.line <= start + 4  # the entry itself, or one within it


def built(*texts, relations=RELATIONS):
    written = [yaml.safe_dump(text, sort_keys=False, allow_unicode=True) for text in texts]
    definitions = [Definition(located.Located(Path("one.yaml"), text)) for text in written]
    return catalog.build(definitions, relations, SCHEMAS)


def version(number, since, until=None):
    return text_of(
        "one / every",
        {"one": count("dossiers", "late")} | EVERY,
        version=number,
        valid={"since": since} | ({"until": until} if until else {}),
    )


@pytest.mark.parametrize(
    ("earlier", "later", "reason"),
    [
        (version(1, "2023-01-01"), version(2, "2023-07-01"), "chồng"),
        (version(1, "2023-01-01", "2023-07-01"), version(2, "2023-07-01"), "chồng"),
        (version(2, "2023-01-01", "2023-06-30"), version(1, "2023-07-01"), "chồng"),
        (version(1, "2023-01-01", "2023-06-30"), version(1, "2023-07-01"), "đã có"),
    ],
    ids=["open end", "one common day", "numbers against time", "one number"],
)
def test_versions_that_govern_one_day_or_have_one_number_are_refused(earlier, later, reason):
    with pytest.raises(catalog.DefinitionError, match=reason):
        built(earlier, later)


def test_versions_that_follow_one_another_are_taken():
    found = built(version(1, "2023-01-01", "2023-06-30"), version(2, "2023-07-01"))

    assert [one.text.version for one in found.indicators] == [1, 2]


def test_one_formula_under_two_names_is_refused():
    twin = text_of("one / every", {"every": count("dossiers"), "one": count("dossiers", "late")}, id="x.two")

    with pytest.raises(catalog.DefinitionError, match=r"trùng công thức với x\.one"):
        built(version(1, "2023-01-01"), twin)


@pytest.mark.parametrize(
    ("relation", "reason"),
    [
        ({"dataset": "dossiers", "column": "agency", "to": "procedures"}, "agency không phải khóa của procedures"),
        ({"dataset": "duties", "column": "procedure", "to": "procedures"}, "duties không có cột “procedure”"),
        ({"dataset": "staff", "column": "person", "to": "procedures"}, "không phải sự kiện"),
        ({"dataset": "dossiers", "column": "citizen", "to": "staff"}, "không có ngày hiệu lực"),
        ({"dataset": "dossier", "column": "procedure", "to": "procedures"}, "gần nhất: dossiers"),
        ({"dataset": "dossiers", "column": "procedure", "to": "procedure"}, "gần nhất: procedures"),
    ],
    ids=["not the key", "not a column", "from states", "to states", "unknown dataset", "unknown target"],
)
def test_a_relation_that_would_find_several_rows_or_none_is_refused(relation, reason):
    relations = located.Located(Path("_relations.yaml"), yaml.safe_dump({"relations": {"rule": relation}}))

    with pytest.raises(catalog.DefinitionError, match=reason) as refusal:
        built(relations=relations)

    assert refusal.value.path == "_relations.yaml"
    assert refusal.value.line > 1


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        (["staff.person", "dossiers.days"], "khác kiểu"),
        (["staff.person", "duties.persn"], "không có cột"),
        (["staff.person", "duty.person"], "không có cột"),
    ],
    ids=["of two types", "not a column", "not a dataset"],
)
def test_an_entity_of_columns_that_cannot_hold_the_same_members_is_refused(columns, reason):
    relations = located.Located(Path("_relations.yaml"), yaml.safe_dump({"entities": {"person": {"columns": columns}}}))

    with pytest.raises(catalog.DefinitionError, match=reason) as refusal:
        built(relations=relations)

    assert refusal.value.line > 1
