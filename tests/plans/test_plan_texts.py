"""What a plan may say, and files that say it: refused with line and reason, written and read back unchanged."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tinhso.engine.errors import DefinitionError
from tinhso.plans.rules import life, texts
from tinhso.plans.rules.life import PlanStep
from tinhso.plans.rules.texts import Bounds, InterimTarget, Objective, PlannedTask, PlanText, Target
from tinhso.plans.selectors import plan_files

KNOWN = {"gov.documents_signed": Bounds(), "soc.assistance": Bounds()}
FILE = """\
title: "Kế hoạch thử"
issuer: "Ủy ban nhân dân tỉnh Sơn La"
year: 2024
province: "14"
lead: SL-STTTT
objectives:
  gov: {title: "Chính quyền số"}
targets:
  - indicator: gov.documents_signed
    title: "Văn bản ký số"
    operator: ">="
    value_pct: 100
    owner: SL-STTTT
    interim:
      - {due_on: 2024-06-30, value_pct: 60}
tasks:
  - title: "Ký số mọi văn bản"
    product: "Báo cáo"
    lead: SL-STTTT
    starts_on: 2024-01-15
    due_on: 2024-06-30
    indicators: [gov.documents_signed]
"""


def parsed(text):
    return plan_files.parsed(text.encode(), "ke-hoach.yaml")


def refused(text):
    with pytest.raises(DefinitionError) as refusal:
        parsed(text)
    return refusal.value.line, refusal.value.reason


@pytest.fixture
def catalog(db):
    """The indicators of the reference data."""


@pytest.mark.usefixtures("catalog")
def test_a_plan_is_read_from_a_file():
    found = parsed(FILE).text

    assert found.targets[0].interim == [InterimTarget(due_on=dt.date(2024, 6, 30), value_pct=60)]
    assert found.tasks[0].indicators == ["gov.documents_signed"]


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize(
    ("before", "after", "line", "reason"),
    [
        ("gov.documents_signed\n", "gov.documents_sign\n", 9, "không có chỉ tiêu gov.documents_sign; gần nhất: gov.documents_signed"),
        ("value_pct: 100", "value_pct: 120", 12, "giá trị 120 nằm ngoài khoảng của chỉ tiêu, từ 0 đến 100"),
        ("value_pct: 60", "value_pct: -1", 15, "giá trị -1 nằm ngoài khoảng"),
        ("due_on: 2024-06-30\n", "due_on: 2024-01-14\n", 21, "thời hạn 14/01/2024 sớm hơn ngày bắt đầu 15/01/2024"),
        ("{due_on: 2024-06-30", "{due_on: 2023-06-30", 15, "mốc ngày 30/06/2023 không thuộc năm 2024"),
        ("  gov: {title", "  soc: {title", 9, "không có nhóm mục tiêu “gov”"),
        ("[gov.documents_signed]", "[soc.assistance]", 22, "kế hoạch không có mục tiêu đó"),
        ("year: 2024\n", "", 1, "year: thiếu mục này"),
        ("year: 2024", "years: 2024\nyear: 2024", 3, "years: không có mục nào tên như vậy"),
        ("title: \"Kế hoạch thử\"", "title: [", 3, ""),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_line_and_reason(before, after, line, reason):
    assert before in FILE

    found = refused(FILE.replace(before, after, 1))

    assert found[0] == line
    assert reason in found[1]


@pytest.mark.usefixtures("catalog")
def test_a_file_that_is_no_text_or_too_large_is_refused():
    with pytest.raises(DefinitionError, match="UTF-8"):
        plan_files.parsed(b"\xff\xfe\x00", "a.yaml")
    with pytest.raises(DefinitionError, match="1 MB"):
        plan_files.parsed(b"#" * 1_000_001, "a.yaml")


days = st.dates(dt.date(2024, 1, 1), dt.date(2024, 12, 31))
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=40)
interims = st.lists(
    st.builds(InterimTarget, due_on=days, value_pct=st.floats(0, 100).map(lambda x: round(x, 2))), max_size=3
)
targets = st.builds(
    Target,
    indicator=st.sampled_from(sorted(KNOWN)),
    title=words,
    operator=st.sampled_from([">=", "<="]),
    value_pct=st.floats(0, 100).map(lambda x: round(x, 3)),
    owner=st.just("SL-STTTT"),
    scope=st.lists(st.sampled_from(["province", "department", "district", "commune"]), unique=True),
    interim=interims,
)
tasks = st.builds(
    PlannedTask,
    title=words,
    product=words,
    lead=st.just("SL-STTTT"),
    supporting=st.lists(st.just("SL-SYT"), max_size=1),
    starts_on=st.dates(dt.date(2024, 1, 1), dt.date(2024, 6, 30)),
    due_on=st.dates(dt.date(2024, 7, 1), dt.date(2024, 12, 31)),
    budget_line=words,
    budget_vnd=st.none() | st.integers(0, 10**12),
    people=words,
)
plan_texts = st.builds(
    PlanText,
    title=words,
    issuer=words,
    year=st.just(2024),
    province=st.just("14"),
    lead=st.just("SL-STTTT"),
    objectives=st.fixed_dictionaries({"gov": st.builds(Objective, title=words, aim=words), "soc": st.builds(Objective, title=words)}),
    targets=st.lists(targets, max_size=2, unique_by=lambda one: one.indicator),
    tasks=st.lists(tasks, max_size=3),
)  # fmt: skip


@pytest.mark.usefixtures("catalog")
@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(plan_texts)
def test_a_plan_that_is_written_is_read_back_unchanged(text):
    assert parsed(plan_files.written(text)).text == text


@given(plan_texts)
def test_what_is_stored_keeps_the_order_of_objectives_in_a_list(text):
    stored = text.model_dump(mode="json")

    assert [one["code"] for one in stored["objectives"]] == list(text.objectives)
    again = PlanText.model_validate(stored)
    assert again == text
    assert list(again.objectives) == list(text.objectives)


@given(plan_texts)
def test_what_may_be_said_has_no_problem(text):
    assert list(texts.problems(text, KNOWN)) == []


def test_rows_are_put_in_and_taken_out():
    text = PlanText(title="a", issuer="b", year=2024, province="14", lead="x")
    target = Target(indicator="gov.documents_signed", title="t", operator=">=", value_pct=1, owner="x")

    one = texts.with_row(text, "targets", None, target)
    changed = texts.with_row(one, "targets", 0, target.model_copy(update={"value_pct": 2}))

    assert [row.value_pct for row in changed.targets] == [2]
    assert texts.without(changed, "targets", 0) == text


def test_a_draft_goes_through_consultation_and_approval_before_it_is_followed():
    path, state = [PlanStep.CONSULT, PlanStep.APPROVE, PlanStep.ENTER_FORCE, PlanStep.CLOSE], "draft"
    for step in path:
        assert step in life.steps_from(state, is_sent=False)
        assert set(path) & life.steps_from(state, is_sent=False) == {step}
        state = life.state_after(state, step)
    assert state == "closed"
    with pytest.raises(ValueError, match="not possible"):
        life.state_after("in_force", PlanStep.EDIT)


def test_a_plan_is_sent_once_and_only_since_the_law_asks():
    assert PlanStep.SEND in life.steps_from("approved", is_sent=False)
    assert PlanStep.SEND not in life.steps_from("approved", is_sent=True)
    assert life.must_be_sent(dt.date(2026, 7, 1))
    assert not life.must_be_sent(dt.date(2026, 6, 30))
