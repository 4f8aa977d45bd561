"""Drafts as they are written, the signing folder, and the choice of recipients."""

import csv
import io

import pytest
from django.urls import reverse

from tests.documents import factories as make
from tests.documents import light
from tests.documents.test_document_pages import BACKEND, body, enter, home_affairs, justice, on_the_day, url
from tinhso.accounts.api import Role
from tinhso.documents.choices import ChannelKind
from tinhso.documents.models import Delivery, Document
from tinhso.documents.rules import kinds

__all__ = ["BACKEND", "enter", "home_affairs", "justice", "on_the_day"]
NEW, FOLDER = "/documents/new/", "/documents/signing/"


def written(who, **changed):
    """What a browser sends of a draft."""
    given = {
        "kind": "KH",
        "subject": "Số hóa hồ sơ",
        "body": "I. MỤC ĐÍCH\nNội dung đã gõ.",
        "urgency": "0",
        "steering": "1",
        "signer_id": who.leader.pk,
        "signer_position": "Giám đốc",
        "places_to": "Sở Nội vụ\nLưu: VT",
    }
    return given | changed


# ---- drafts ---------------------------------------------------------------------------------------------------------


def test_a_draft_is_written_and_found_again(enter, justice):
    client = enter(justice.clerk)

    done = client.post(NEW, written(justice))
    made = Document.objects.get()

    assert done.url == url(made)
    assert (made.subject, made.places_to, made.signer) == ("Số hóa hồ sơ", ["Sở Nội vụ", "Lưu: VT"], justice.leader)
    assert "Nội dung đã gõ." in body(client.get(url(made, "edit")))


def test_a_template_keeps_what_was_typed_elsewhere(enter, justice):
    client = enter(justice.clerk)

    fresh = body(client.post(NEW, written(justice, kind="NQ", body=kinds.template("CV"), template="1")))
    kept = body(client.post(NEW, written(justice, kind="NQ", template="1")))

    assert "QUYẾT NGHỊ:" in fresh
    assert "Số hóa hồ sơ" in fresh
    assert "Nội dung đã gõ." in kept
    assert "Nội dung đã soạn được giữ nguyên" in kept
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"subject": ""}, "Cần sửa trước khi gửi"),
        ({"signer_id": "999999"}, "Cần sửa trước khi gửi"),
        ({"body": "MẬT\nNội dung đã gõ."}, "Có dấu độ mật"),
        ({"body": "Nội dung đã gõ.\0"}, "Cần sửa trước khi gửi"),
    ],
    ids=["no subject", "no such signer", "secret", "nul"],
)
def test_a_draft_that_is_refused_comes_back_as_it_was_typed(enter, justice, wrong, said):
    answer = enter(justice.clerk).post(NEW, written(justice, **wrong))

    assert answer.status_code == 422
    assert said in body(answer)
    assert "Nội dung đã gõ." in body(answer)
    assert not Document.objects.exists()


def test_somebody_else_was_faster_and_the_text_stays(enter, justice):
    document = make.draft(justice)
    seen = document.revision
    client = enter(justice.clerk)
    client.post(url(document, "edit"), written(justice, revision=seen, subject="Của người khác"))

    answer = client.post(url(document, "edit"), written(justice, revision=seen))

    assert answer.status_code == 422
    assert "Văn bản vừa được người khác xử lý" in body(answer)
    assert "Nội dung đã gõ." in body(answer)


def test_a_draft_that_has_moved_on_is_refused_with_its_text(enter, justice):
    document = make.draft(justice)
    client = enter(justice.clerk)
    client.post(url(document, "step", name="submit"), {"revision": document.revision})

    answer = client.post(url(document, "edit"), written(justice, revision=document.revision + 1))

    assert answer.status_code == 422
    assert "Không thể làm việc này khi văn bản ở trạng thái" in body(answer)
    assert "Nội dung đã gõ." in body(answer)
    assert client.get(url(document, "edit")).status_code == 404


def test_a_draft_is_written_by_its_drafter_only(enter, justice, home_affairs):
    document = make.draft(justice)

    for user in (justice.leader, justice.registrar, home_affairs.clerk):
        client = enter(user)
        assert client.get(url(document, "edit")).status_code == 404
        assert client.post(url(document, "edit"), written(justice, revision=1)).status_code == 404


def test_an_answer_begins_with_what_it_answers(enter, justice, home_affairs):
    document = light.sent(justice, home_affairs, subject="Đề nghị góp ý")
    make.exchange()
    copy = make.copy_of(document, home_affairs)

    page = body(enter(home_affairs.clerk).get(f"{NEW}?answers={copy.pk}"))

    assert "trả lời Đề nghị góp ý" in page
    assert "Sở Tư pháp\nLưu: VT" in page.replace("\r", "")


def test_only_what_may_be_replaced_is_replaced(enter, justice, home_affairs):
    document, draft = light.sent(justice, home_affairs), make.draft(justice)
    make.exchange()
    copy = make.copy_of(document, home_affairs)
    client, there = enter(justice.clerk), enter

    assert client.get(f"{NEW}?replaces={document.pk}").status_code == 200
    for wrong in (draft.pk, copy.pk, "x", 999):
        assert client.get(f"{NEW}?replaces={wrong}").status_code == 404
    assert there(home_affairs.clerk).get(f"{NEW}?replaces={copy.pk}").status_code == 404


def test_an_agency_without_a_signer_is_told_so(enter, province):
    there = make.office(make.COMMUNE)
    there.leader.is_active = False
    there.leader.save()

    assert "Cơ quan chưa có người có thẩm quyền ký" in body(enter(there.clerk).get(NEW))


# ---- the signing folder ---------------------------------------------------------------------------------------------


@pytest.fixture
def two(justice, pdf_tools):
    return [make.to_sign(justice, subject=subject) for subject in ("Văn bản một", "Văn bản hai")]


def ticks(*documents):
    return {"document": [f"{each.pk}:{each.revision}" for each in documents]}


def test_many_are_signed_at_once_and_a_refused_one_stops_none(enter, justice, two):
    stale, good = two
    stale.revision -= 1

    page = body(enter(justice.leader).post(FOLDER, ticks(stale, good)))

    assert "Đã ký 1 văn bản" in page
    assert "Văn bản một: Văn bản vừa được người khác xử lý" in page
    assert [each.state for each in Document.objects.order_by("pk")] == ["to_sign", "signed"]


def test_nothing_ticked_is_said(enter, justice, two):
    answer = enter(justice.leader).post(FOLDER, {"document": ["x", "1:2:3", "9" * 5000 + ":1"]})

    assert answer.status_code == 422
    assert "Chưa chọn văn bản nào" in body(answer)


def test_the_folder_opens_each_in_a_new_tab_and_goes_out_as_a_table(enter, justice, two):
    make.official(Role.CLERK, "khac", justice.agency.org_unit_id)
    client = enter(justice.leader)

    page = body(client.get(FOLDER))
    rows = list(csv.reader(io.StringIO(b"".join(client.get(f"{FOLDER}?format=csv")).decode("utf-8-sig"))))

    assert page.count('target="_blank"') == 2
    assert [row[3] for row in rows[1:]] == ["Văn bản một", "Văn bản hai"]


def test_drafts_to_review_stand_in_the_folder_too(enter, justice):
    document = make.draft(justice, subject="Chờ xem xét")
    enter(justice.clerk).post(url(document, "step", name="submit"), {"revision": document.revision})
    client = enter(justice.leader)

    assert "Không có văn bản chờ ký" in body(client.get(FOLDER))
    assert "Chờ xem xét" in body(client.get(FOLDER))
    assert "Chờ xem xét" in b"".join(client.get(f"{FOLDER}?format=csv&table=reviews")).decode()


def test_nobody_signs_what_is_laid_before_somebody_else(enter, justice, home_affairs, two):
    for user in (make.official(Role.AGENCY_LEAD, "pho", justice.agency.org_unit_id), home_affairs.leader):
        answer = enter(user).post(FOLDER, ticks(*two))
        assert answer.status_code == 422
    for user in (justice.clerk, justice.registrar):
        assert enter(user).post(FOLDER, ticks(*two)).status_code == 404
    assert set(Document.objects.values_list("state", flat=True)) == {"to_sign"}


def test_the_folder_asks_no_more_for_more(enter, justice, django_assert_max_num_queries):
    for number in range(30):
        made = make.draft(justice, subject=f"Văn bản {number}")
        made.state = "to_sign"
        made.save()
    client = enter(justice.leader)

    with django_assert_max_num_queries(14):
        assert body(client.get(FOLDER)).count('name="document"') == 30


# ---- recipients -----------------------------------------------------------------------------------------------------


@pytest.fixture
def issued(justice, home_affairs):
    return light.issued(justice, places_to=("- Sở Nội vụ;", "Lưu: VT"))


def boxes(page):
    """The names of the ticked ones."""
    return {
        line.split("> ", 1)[1].split("</label>")[0]
        for line in page.split('<input type="checkbox"')[1:]
        if "checked" in line
    }


def test_who_stands_on_the_document_is_ticked_already(enter, justice, issued):
    page = body(enter(justice.registrar).get(url(issued, "send")))

    assert boxes(page) == {"Sở Nội vụ"}
    assert "Sở, ban, ngành" in page
    assert "Xã, phường, thị trấn" in page


def test_a_search_keeps_what_was_ticked(enter, justice, home_affairs, issued):
    finance = make.office(make.FINANCE).agency
    given = {"find": "1", "q": "so tai", "recipients": [home_affairs.agency.pk, "x"], "revision": issued.revision}

    answer = enter(justice.registrar).post(url(issued, "send"), given)

    assert answer.status_code == 200
    assert boxes(body(answer)) == {"Sở Nội vụ"}
    shown = [part for part in body(answer).split("<li")[1:] if not part.startswith(" hidden")]
    assert any(f'value="{finance.pk}"' in part for part in shown)
    assert not any("Sở Y tế" in part for part in shown)
    assert not Delivery.objects.exists()


def test_a_whole_group_is_ticked_at_once(enter, justice, issued):
    partner = light.partner(ChannelKind.FOLDER)
    light.agency_there(partner)

    page = body(enter(justice.registrar).post(url(issued, "send"), {"tick": f"partner-{partner.pk}", "q": ""}))

    assert boxes(page) == {"Sở Nội vụ tỉnh bạn"}
    assert light.SYSTEM in page


def test_a_search_without_a_hit_says_so(enter, justice, issued):
    page = body(enter(justice.registrar).post(url(issued, "send"), {"find": "1", "q": "khong co ai"}))

    assert "data-ts-nothing>" in page


def test_it_is_sent_to_those_who_are_ticked(enter, justice, home_affairs, issued):
    finance = make.office(make.FINANCE)
    given = {"send": "1", "revision": issued.revision, "recipients": [home_affairs.agency.pk, finance.agency.pk]}
    client = enter(justice.registrar)

    done = client.post(url(issued, "send"), given)

    assert done.status_code == 302
    assert set(Delivery.objects.values_list("recipient", flat=True)) == {home_affairs.agency.pk, finance.agency.pk}
    assert "Đã đưa văn bản đi 2 nơi." in body(client.get(done.url))
    assert f'value="{finance.agency.pk}"' not in body(client.get(url(issued, "send")))


@pytest.mark.parametrize(
    ("wrong", "said"), [({"recipients": []}, "Hãy chọn ít nhất một nơi nhận."), ({"revision": 0}, "người khác xử lý")]
)
def test_a_sending_that_is_refused_keeps_its_recipients(enter, justice, home_affairs, issued, wrong, said):
    given = {"send": "1", "revision": issued.revision, "recipients": [home_affairs.agency.pk]} | wrong

    answer = enter(justice.registrar).post(url(issued, "send"), given)

    assert answer.status_code == 422
    assert said in body(answer)
    assert boxes(body(answer)) == ({"Sở Nội vụ"} if "recipients" not in wrong else set())
    assert not Delivery.objects.exists()


def test_the_choice_asks_no_more_for_many_agencies(enter, justice, issued, django_assert_max_num_queries):
    client = enter(justice.registrar)

    with django_assert_max_num_queries(16):
        assert body(client.get(reverse("documents:send", args=[issued.pk]))).count("data-ts-find") > 200
