"""What holds of documents without any database: the machine, types, requests, retries, marks of secrecy, days, texts."""

import datetime as dt
import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinhso.core.clock import VIETNAM
from tinhso.documents.choices import Business, DocumentKind, State, StatusCode
from tinhso.documents.rules import body, deadlines, fold, kinds, life, requests, retry, secrecy
from tinhso.documents.rules.fold import Recall, Receipt, Standing
from tinhso.documents.rules.life import By, Step
from tinhso.documents.rules.requests import Outcome
from tinhso.documents.rules.retry import Error

AT = dt.datetime(2024, 1, 15, 9, 0, tzinfo=VIETNAM)  # a Monday

# ---- the machine --------------------------------------------------------------------------------------------------

TABLE = """
edit draft drafter draft
submit draft drafter in_review
return in_review,to_sign leader draft
approve in_review leader to_sign
sign to_sign leader signed
number signed registrar numbered
seal numbered registrar issued
send issued registrar issued
update issued registrar issued
recall issued registrar recalled
replace issued registrar replaced
discard draft,in_review,to_sign drafter discarded
register arrived registrar registered 03
refuse arrived registrar refused 02
assign registered,assigned,in_progress registrar,leader assigned 04
begin registered,assigned handler in_progress 05
finish registered,assigned,in_progress handler done 06
give_back arrived,registered,assigned,in_progress,done sender recalled 15
supersede arrived,registered,assigned,in_progress,done sender replaced 15
"""
ROWS = {
    step: (set(sources.split(",")), set(by.split(",")), target, "".join(code))
    for step, sources, by, target, *code in (line.split() for line in TABLE.strip().splitlines())
}


@pytest.mark.parametrize("step", list(Step))
def test_each_step_leads_where_the_table_says_and_tells_its_code(step):
    _sources, _by, target, code = ROWS[step]

    row = life.row(step)

    assert (row.target, row.code) == (target, code)


@pytest.mark.parametrize(("state", "who"), list(itertools.product(State.values, By)))
def test_nothing_is_allowed_but_what_the_table_says(state, who):
    expected = {step for step, (sources, by, _target, _code) in ROWS.items() if state in sources and who in by}

    assert life.allowed(state, frozenset({who})) == expected


def test_who_is_nothing_to_a_document_may_do_nothing_with_it():
    assert not any(life.allowed(state, frozenset()) for state in State.values)


def test_states_and_codes_of_the_machine_are_those_of_the_database():
    named = {state for row in life.ROWS for state in (*row.sources, row.target)}

    assert named == set(State.values)
    assert {row.code for row in life.ROWS if row.code} <= set(StatusCode.values)


# ---- types --------------------------------------------------------------------------------------------------------


def test_there_are_29_types_in_the_order_of_the_act():
    assert [kind.number for kind in kinds.KINDS] == list(range(1, 30))
    assert [kind.code for kind in kinds.KINDS] == DocumentKind.values


def test_no_two_types_share_an_abbreviation():
    given = [kind.abbreviation for kind in kinds.KINDS if kind.abbreviation]

    assert len(set(given)) == len(given) == 27


@pytest.mark.parametrize(
    ("kind", "unit", "expected"),
    [
        ("KH", "", "KH-UBND"),
        ("KH", "KGVX", "KH-UBND"),
        ("QD", "", "QĐ-UBND"),
        ("QyD", "", "QyĐ-UBND"),
        ("DA_DE", "", "ĐA-UBND"),
        ("DA", "", "DA-UBND"),
        ("HDONG", "", "HĐ-UBND"),
        ("CV", "KGVX", "UBND-KGVX"),
        ("CV", "", "UBND"),
        ("TCO", "", "UBND"),
    ],
)
def test_the_notation_names_the_type_or_of_letters_the_unit(kind, unit, expected):
    assert kinds.notation(kind=kind, issuer="UBND", unit=unit) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, "01/KH-UBND"), (9, "09/KH-UBND"), (10, "10/KH-UBND"), (1234, "1234/KH-UBND"), (None, "…/KH-UBND")],
)
def test_numbers_below_ten_bear_a_nought(number, expected):
    assert kinds.shown_number(number, "KH-UBND") == expected


@pytest.mark.parametrize("kind", kinds.KINDS, ids=lambda kind: kind.code)
def test_a_packet_that_names_a_type_is_understood(kind):
    assert kinds.kind_of_wire("", f" {kind.name.upper()} ") == kind.code
    assert not kind.abbreviation or kinds.kind_of_wire(kind.abbreviation, "") == kind.code


def test_a_type_that_we_do_not_know_is_a_letter():
    assert kinds.kind_of_wire("XYZ", "Văn bản lạ") == "CV"


# ---- the fold of receipts -----------------------------------------------------------------------------------------

receipts = st.builds(
    Receipt,
    at=st.integers(0, 5).map(lambda minutes: AT + dt.timedelta(minutes=minutes)),
    key=st.sampled_from("abc"),
    code=st.sampled_from(StatusCode.values),
)


@given(st.lists(receipts, max_size=7), st.data())
def test_receipts_in_any_order_and_however_often_amount_to_the_same(said, data):
    again = data.draw(st.permutations(said + said[: len(said) // 2]))

    assert fold.fold(again) == fold.fold(said)


@given(st.lists(receipts, max_size=7), receipts)
def test_no_receipt_that_comes_late_undoes_progress(said, late):
    order = list(Standing)

    before, after = fold.fold(said).standing, fold.fold([*said, late]).standing

    assert order.index(after) >= order.index(before)


@pytest.mark.parametrize(
    ("said", "standing", "recall"),
    [
        ("", Standing.WAITING, Recall.NONE),
        ("01", Standing.ARRIVED, Recall.NONE),
        ("01 02", Standing.REFUSED, Recall.NONE),
        ("02", Standing.REFUSED, Recall.NONE),
        ("03 01", Standing.REGISTERED, Recall.NONE),
        ("02 03", Standing.REGISTERED, Recall.NONE),
        ("01 03 04", Standing.ASSIGNED, Recall.NONE),
        ("05 04 03", Standing.IN_PROGRESS, Recall.NONE),
        ("06 01", Standing.DONE, Recall.NONE),
        ("01 15", Standing.ARRIVED, Recall.AGREED),
        ("03 16", Standing.REGISTERED, Recall.DECLINED),
        ("03 16 15", Standing.REGISTERED, Recall.AGREED),
        ("03 15 16", Standing.REGISTERED, Recall.DECLINED),
        ("13", Standing.WAITING, Recall.NONE),
    ],
)
def test_what_receipts_amount_to(said, standing, recall):
    one_after_another = [Receipt(AT + dt.timedelta(minutes=n), "k", code) for n, code in enumerate(said.split())]

    folded = fold.fold(one_after_another)

    assert (folded.standing, folded.recall) == (standing, recall)


def test_moments_are_the_first_and_the_last_by_the_other_clock():
    said = [Receipt(AT + dt.timedelta(hours=hours), "k", "01") for hours in (2, 0, 1)]

    folded = fold.fold(said)

    assert (folded.arrived_at, folded.changed_at) == (AT, AT + dt.timedelta(hours=2))


# ---- requests -----------------------------------------------------------------------------------------------------

_FRESH, _OPEN = ("arrived",), ("registered", "assigned", "in_progress", "done")
OUTCOMES = {
    ("", Business.RECALL): Outcome.REMEMBER,
    ("", Business.UPDATE): Outcome.REMEMBER,
    ("", Business.REPLACE): Outcome.REMEMBER,
    ("recalled", Business.RECALL): Outcome.ALREADY,
    ("recalled", Business.UPDATE): Outcome.DECLINE,
    ("recalled", Business.REPLACE): Outcome.DECLINE,
    ("refused", Business.RECALL): Outcome.ALREADY,
    ("refused", Business.UPDATE): Outcome.DECLINE,
    ("refused", Business.REPLACE): Outcome.DECLINE,
    ("replaced", Business.RECALL): Outcome.DECLINE,
    ("replaced", Business.UPDATE): Outcome.DECLINE,
    ("replaced", Business.REPLACE): Outcome.ALREADY,
    **{(state, business): Outcome.COMPLY for state in _FRESH for business in (1, 2, 3)},
    **{(state, business): Outcome.ASK for state in _OPEN for business in (1, 2, 3)},
}


@pytest.mark.parametrize(("case", "expected"), list(OUTCOMES.items()), ids=str)
def test_what_becomes_of_a_request(case, expected):
    state, business = case

    assert requests.outcome(business=business, state=state) == expected


# ---- trying again -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["20", "21", "unreachable", "unintelligible", "99", "", "nghĩ ra hôm nay"])
def test_what_may_pass_and_what_we_do_not_know_is_tried_again(code):
    assert retry.meaning(code) == Error.TEMPORARY


@pytest.mark.parametrize("code", ["10", "18", "19", "22", "23", "conflict", "refused_as_secret"])
def test_what_will_not_change_by_itself_waits_for_a_person(code):
    assert retry.meaning(code) == Error.PERMANENT


@pytest.mark.parametrize("code", ["15", "unauthorized"])
def test_a_wrong_key_stops_everything_for_the_partner(code):
    assert retry.meaning(code) == Error.PARTNER


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_pauses_stay_between_a_second_and_half_an_hour(tries, spread):
    assert dt.timedelta(seconds=1) <= retry.pause(tries, spread) <= dt.timedelta(minutes=30)


def test_pauses_double_until_the_longest():
    waits = [retry.pause(tries, 1.0).total_seconds() for tries in range(1, 14)]

    assert waits[:10] == [2**n for n in range(1, 11)]
    assert waits[10:] == [1800] * 3


def test_chance_spreads_pauses_over_half_of_their_length():
    assert retry.pause(5, 0.0) == retry.pause(5, 1.0) / 2


# ---- marks of secrecy ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("MẬT", "MẬT"),
        ("  MẬT  ", "MẬT"),
        ("Mật", "MẬT"),
        ("TỐI MẬT", "TỐI MẬT"),
        ("Tối  mật", "TỐI MẬT"),
        ("TUYỆT MẬT", "TUYỆT MẬT"),
        ("TUYỆT\tMẬT", "TUYỆT MẬT"),
        ("[MẬT]", "MẬT"),
        ("Độ mật: MẬT", "MẬT"),
        ("ĐỘ MẬT: TỐI MẬT", "TỐI MẬT"),
        ("Mức độ mật: Tuyệt mật", "TUYỆT MẬT"),
        ("M Ậ T", "MẬT"),
        ("T Ố I  M Ậ T", "TỐI MẬT"),
        ("T U Y Ệ T   M Ậ T", "TUYỆT MẬT"),
        ("MẬT\u00a0", "MẬT"),
        ("Số: 05/KH-UBND\nMẬT", "MẬT"),
        ("Số: 05/KH-UBND\r\nTỐI MẬT\r\nKính gửi", "TỐI MẬT"),
    ],
)
def test_stamps_are_found(line, level):
    assert secrecy.mark(["Sở Tư pháp", line, "Kế hoạch"]) == level


@pytest.mark.parametrize("stamp", ["MẬT", "TỐI MẬT", "TUYỆT MẬT", "M Ậ T", "Tối mật"])
@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKD"])
def test_stamps_are_found_however_their_letters_are_put_together(stamp, form):
    assert secrecy.mark([unicodedata.normalize(form, stamp)])


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Đổi mật khẩu",
        "mật",
        "MẬT KHẨU",
        "Mật ong Sơn La",
        "Công tác bảo vệ bí mật nhà nước",
        "Về việc bảo vệ bí mật nhà nước năm 2024",
        "Danh mục tài liệu mật",
        "TRIỂN KHAI LUẬT BẢO VỆ BÍ MẬT NHÀ NƯỚC",
        "Không gửi tài liệu MẬT qua mạng.",
        "Chế độ mật: không",
        "MẤT",
        "MÁT",
        "MAT",
    ],
)
def test_sentences_that_speak_of_secrets_pass(line):
    assert secrecy.mark([line]) == ""


@given(st.text(max_size=80))
def test_any_text_can_be_looked_at(text):
    assert secrecy.mark([text]) in ("", *secrecy.LEVELS)


# ---- days ---------------------------------------------------------------------------------------------------------

TOMORROW = dt.date(2024, 1, 16)


@pytest.mark.parametrize(("urgency", "hour", "day"), [(0, 12, 16), (1, 10, 15), (4, 10, 15)])
def test_a_document_is_sent_by_the_next_morning_or_at_once_when_urgent(urgency, hour, day):
    by = deadlines.send_by(signed_at=AT, urgency=urgency, next_working_day=TOMORROW)

    assert by == dt.datetime(2024, 1, day, hour, tzinfo=VIETNAM)


@pytest.mark.parametrize(("urgency", "expected"), [(0, dt.time(23, 59, 59)), (1, dt.time(10)), (3, dt.time(10))])
def test_an_arrival_is_answered_the_same_day_or_at_once_when_urgent(urgency, expected):
    by = deadlines.acknowledge_by(arrived_at=AT, urgency=urgency)

    assert by == dt.datetime.combine(AT.date(), expected, VIETNAM)


@pytest.mark.parametrize(("urgency", "day", "expected"), [(0, 16, dt.time(23, 59, 59)), (2, 15, dt.time(10))])
def test_a_document_is_passed_on_by_the_next_working_day_or_at_once_when_urgent(urgency, day, expected):
    by = deadlines.pass_on_by(registered_at=AT, urgency=urgency, next_working_day=TOMORROW)

    assert by == dt.datetime.combine(dt.date(2024, 1, day), expected, VIETNAM)


# ---- the text of a draft ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Điều 1. Phê duyệt kế hoạch.", "article"),
        ("Điều 12a. Hiệu lực", "article"),
        ("- Sở Tài chính;", "item"),
        ("+ Đơn vị trực thuộc", "item"),
        ("Căn cứ Luật Giao dịch điện tử;", "ground"),
        ("Xét đề nghị của Giám đốc Sở,", "ground"),
        ("Kính gửi: Sở Nội vụ", "center"),
        ("Chương II", "center"),
        ("QUYẾT ĐỊNH:", "center"),
        ("I. MỤC ĐÍCH, YÊU CẦU", "heading"),
        ("IV. Tổ chức thực hiện", "heading"),
        ("1. Nhiệm vụ chung", "heading"),
        ("1. Nhiệm vụ chung gồm các việc sau đây:", "paragraph"),
        ("Các đơn vị thực hiện./.", "paragraph"),
        ("Điều này không phải là điều.", "paragraph"),
    ],
)
def test_each_line_of_a_draft_is_known_for_what_it_is(line, kind):
    (block,) = body.blocks(line)

    assert block.kind == kind


def test_the_head_of_an_article_is_parted_from_its_text():
    (block,) = body.blocks("  Điều 2.   Hiệu lực  thi hành ")

    assert (block.lead, block.text) == ("Điều 2.", "Hiệu lực thi hành")


@given(st.text(max_size=300))
def test_no_word_of_a_draft_is_lost(text):
    said = " ".join(f"{block.lead} {block.text}" for block in body.blocks(text))

    assert said.split() == text.split()
