"""The prescribed papers: which form records what on which day, and what stands on it."""

import datetime as dt
import io

import pypdf
import pytest

from tests.public_services import factories as make
from tinhso.accounts.api import Role
from tinhso.core.errors import UnknownName
from tinhso.public_services.dossiers.choices import Action, Channel
from tinhso.public_services.dossiers.models import Dossier, DossierEvent
from tinhso.public_services.dossiers.presenters import prescribed
from tinhso.public_services.dossiers.rules import prescribed as rules
from tinhso.public_services.dossiers.selectors import codes

BEFORE, SINCE = dt.date(2025, 9, 14), dt.date(2025, 9, 15)


def numbers(on):
    return {form.kind: form.number for form in rules.form_set(on)}


def test_the_set_of_2018_has_six_forms_and_none_for_stopping():
    assert numbers(BEFORE) == {
        "receipt": "01", "supplement": "02", "refusal": "03", "apology": "04", "control": "05", "register": "06",
    }  # fmt: skip
    assert rules.form_on("stop", BEFORE) is None


def test_the_set_of_2025_has_seven_and_the_control_slip_moved():
    assert numbers(SINCE) == {
        "receipt": "01", "supplement": "02", "refusal": "03", "apology": "04", "stop": "05", "control": "06", "register": "07",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("action", "before", "since"),
    [
        ("submit", [""], [""]),
        ("receive", ["01", "05"], ["01", "06"]),
        ("accept", ["01", "05"], ["01", "06"]),
        ("request_supplement", ["02"], ["02"]),
        ("refuse", ["03"], ["03"]),
        ("extend", ["04"], ["04"]),
        ("advance", ["05"], ["06"]),
        ("stop", [], ["05"]),
        ("lapse", [], ["05"]),
        ("deliver", [], []),
    ],
)
def test_an_event_is_recorded_by_the_form_of_its_day(action, before, since):
    assert [form.number for form in rules.forms_of(action, BEFORE)] == before
    assert [form.number for form in rules.forms_of(action, SINCE)] == since


def test_a_form_says_where_it_is_from():
    assert rules.form_on("receipt", BEFORE).source == "Mẫu số 01, Thông tư 01/2018/TT-VPCP"
    assert rules.form_on("apology", SINCE).source == "Mẫu số 04, Thông tư 03/2025/TT-VPCP"
    assert rules.form_on("filing", SINCE).source == ""


def text_of(made):
    pages = pypdf.PdfReader(io.BytesIO(made)).pages
    return " ".join("\n".join(page.extract_text() for page in pages).split())


def size_of(made):
    box = pypdf.PdfReader(io.BytesIO(made)).pages[0].mediabox
    return tuple(round(float(points) / 72 * 25.4) for points in (box.width, box.height))


def event(dossier, kind):
    return dossier.events.filter(kind=kind).latest("seq")


def made(dossier, kind, form, **more):
    return prescribed.make(dossier, event(dossier, kind), form, **more)


def moved(dossier, days):
    """An event at another day is made by moving a copy: kept events never change."""
    row = DossierEvent.objects.filter(dossier=dossier).latest("seq")
    row.at += dt.timedelta(days=days)
    return row


@pytest.fixture
def reception(catalog):
    return make.official(Role.ONE_STOP_OFFICER)


def test_the_receipt_says_what_came_in_and_when_the_result_is_due(pdf_tools, reception):
    dossier = make.do(make.filed(), Action.ACCEPT, reception)

    paper = made(dossier, "accept", "receipt")

    text = text_of(paper)
    assert size_of(paper) == (148, 210)
    assert "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ" in text.upper()
    assert "(theo Mẫu số 01, Thông tư 01/2018/TT-VPCP)" in text
    assert "ỦY BAN NHÂN DÂN PHƯỜNG CHIỀNG LỀ" in text.upper()
    assert "Lò Thị Mẫu" in text
    assert "17 giờ 00 phút, ngày 12 tháng 9 năm 2023" in text
    assert codes.code_of(dossier) in text
    digest = event(dossier, "submit").payload["form"]
    assert digest in text.replace(" ", "")


def test_the_counters_receipt_bears_the_look_up_code(pdf_tools, reception):
    begun = make.draft(reception, channel=Channel.COUNTER)
    dossier = make.received(reception, begun)

    text = text_of(made(dossier, "receive", "receipt"))

    assert codes.code_of(dossier).count("-") == 3
    assert codes.code_of(dossier) in text
    assert "/services/track/" in text


def test_a_filing_online_is_confirmed_without_a_promised_day(pdf_tools, catalog):
    text = text_of(made(make.filed(), "submit", "filing"))

    assert "XÁC NHẬN ĐÃ NỘP HỒ SƠ TRỰC TUYẾN" in text.upper()
    assert "08 giờ làm việc" in text
    assert "theo Mẫu" not in text


def test_a_supplement_names_every_item_as_it_was_written(pdf_tools, reception):
    dossier = make.do(make.filed(), Action.REQUEST_SUPPLEMENT, reception, items={"/copies": "Ghi số bản <b>"})

    text = text_of(made(dossier, "request_supplement", "supplement"))

    assert "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ" in text.upper()
    assert "Ghi số bản <b>" in text


def test_a_refusal_gives_reason_and_basis(pdf_tools, reception):
    dossier = make.do(
        make.filed(), Action.REFUSE, reception, reason="Không thuộc thẩm quyền", basis="Luật Hộ tịch, Điều 63"
    )

    text = text_of(made(dossier, "refuse", "refusal"))

    assert "thông báo không tiếp nhận, giải quyết hồ sơ này với lý do cụ thể như sau" in text
    assert "Không thuộc thẩm quyền" in text
    assert "Luật Hộ tịch, Điều 63" in text


def test_an_apology_names_both_days_and_is_another_form_since_2025(pdf_tools, catalog):
    dossier = make.accepted(make.filed())
    Dossier.objects.filter(pk=dossier.pk).update(due_at=make.later(days=7))
    dossier = make.do(
        Dossier.objects.get(pk=dossier.pk), Action.EXTEND, make.official(Role.AGENCY_LEAD), reason="Chờ xác minh"
    )

    old = made(dossier, "extend", "apology")
    new = prescribed.make(dossier, moved(dossier, 800), "apology")

    assert "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ" in text_of(old).upper()
    assert "Chờ xác minh" in text_of(old)
    assert size_of(new) == (210, 297)
    assert "VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN" in text_of(new).upper()
    assert "Thông tư 03/2025/TT-VPCP" in text_of(new)


def test_stopping_is_announced_since_2025_only(pdf_tools, catalog):
    dossier = make.accepted(make.filed())
    dossier = make.do(
        dossier, Action.STOP, make.official(Role.AGENCY_LEAD), reason="Theo đề nghị", basis="NĐ 118/2025/NĐ-CP"
    )

    with pytest.raises(UnknownName):
        made(dossier, "stop", "stop")
    text = text_of(prescribed.make(dossier, moved(dossier, 800), "stop"))
    assert "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ" in text.upper()
    assert "Theo đề nghị" in text


def test_the_control_slip_shows_the_steps_up_to_its_event(pdf_tools, catalog):
    dossier = make.accepted(make.filed())
    dossier = make.do(dossier, Action.ADVANCE, make.official(Role.CASE_OFFICER), checked=make.CHECKED)

    text = text_of(made(dossier, "advance", "control"))

    assert "Mẫu số 05, Thông tư 01/2018/TT-VPCP" in text
    for word in ("Tra sổ hộ tịch và dự thảo trích lục", "Ký trích lục", "Đúng hạn"):
        assert word in text


def test_papers_of_a_dossier_hold_one_control_slip(catalog):
    dossier = make.accepted(make.filed())
    dossier = make.do(dossier, Action.ADVANCE, make.official(Role.CASE_OFFICER), checked=make.CHECKED)

    lines = prescribed.papers_of(list(dossier.events.order_by("seq")))

    assert [(line.form.kind, line.event.kind) for line in lines] == [
        ("filing", "submit"),
        ("receipt", "accept"),
        ("control", "advance"),
    ]


def test_another_paper_than_the_events_own_is_unknown(catalog):
    dossier = make.filed()

    with pytest.raises(UnknownName):
        made(dossier, "submit", "refusal")


def test_the_register_lies_across(pdf_tools, province):
    line = prescribed.RegisterLine(
        "03646-230912-0001", "Cấp bản sao", "Lò Thị Mẫu", "Bản Mẫu", "Phường", "1", "2", "3", "4", "5"
    )

    paper = prescribed.make_register([line], unit_id=make.commune().unit_id, first=BEFORE, last=BEFORE, on=BEFORE)

    assert size_of(paper) == (297, 210)
    assert "Mẫu số 06, Thông tư 01/2018/TT-VPCP" in text_of(paper)
    assert "Lò Thị Mẫu" in text_of(paper)
