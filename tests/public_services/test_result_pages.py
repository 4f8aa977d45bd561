"""The leader's page and the register of results: what they show, what they do, and who gets in."""

import csv
import io
import re

import pytest

from tests.public_services import factories as make
from tests.public_services.test_results import at_last_step, correct, quick_pages, refuse, sign
from tinhso.accounts.api import Role
from tinhso.core import clock
from tinhso.public_services.dossiers.choices import Action
from tinhso.public_services.dossiers.models import AccessLog, Dossier, ResultDocument

BACKEND = "tinhso.accounts.backends.Backend"
REGISTER = "/services/desk/results/"

__all__ = ["quick_pages"]


@pytest.fixture(autouse=True)
def on_the_day(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: make.AT)
    monkeypatch.setattr(clock, "today", lambda: make.DAY)


@pytest.fixture
def dossier(catalog):
    return at_last_step()


@pytest.fixture
def leader(client, catalog):
    user = make.official(Role.AGENCY_LEAD, name="lanh-dao")
    client.force_login(user, backend=BACKEND)
    return user


def url(dossier):
    return f"/services/desk/{dossier.key}/result/"


def body(answer):
    return answer.content.decode()


def said(client, dossier, kind="approve", **more):
    """What a browser sends back with the hidden fields of the page."""
    page = body(client.get(url(dossier)))
    form = page[page.index(f'id="{kind}_key"') - 200 :]
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', form)[1] for name in ("key", "revision")}
    return found | {"kind": kind, "do": "sign", "titles": "Chủ tịch"} | more


def test_the_page_shows_what_will_be_signed_and_the_look_is_noted(client, leader, dossier):
    page = body(client.get(url(dossier)))

    assert "Việc hộ tịch: Khai sinh" in page
    assert "Lò Văn Mẫu" in page
    assert "Chữ ký mẫu – không có giá trị pháp lý" in page
    assert AccessLog.objects.filter(dossier=dossier, actor="lanh-dao").exists()


def test_the_leader_signs_and_a_second_click_changes_nothing(client, leader, dossier):
    sent = said(client, dossier, paragraphs="Sổ số 01/2015.")

    answers = [client.post(url(dossier), sent) for _again in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert ResultDocument.objects.get().number == "01/TL-BS"
    assert Dossier.objects.get().state == "resolved"


def test_the_text_is_shown_again_before_it_is_signed(client, leader, dossier):
    answer = client.post(url(dossier), said(client, dossier, do="preview", paragraphs="Ghi <thêm> này"))

    assert answer.status_code == 200
    assert "<p>Ghi &lt;thêm&gt; này</p>" in body(answer)
    assert not ResultDocument.objects.exists()


def test_a_draft_is_a_download(client, leader, dossier):
    answer = client.post(url(dossier), said(client, dossier, do="draft"))

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.content.startswith(b"%PDF")
    assert not ResultDocument.objects.exists()


def test_a_refusal_is_signed_with_its_grounds(client, leader, dossier):
    client.post(
        url(dossier), said(client, dossier, "refuse", reason="Không có trong sổ", basis="Luật Hộ tịch, Điều 64")
    )

    assert Dossier.objects.get().outcome == "rejected"


def test_a_refusal_without_grounds_comes_back_with_what_was_typed(client, leader, dossier):
    answer = client.post(url(dossier), said(client, dossier, "refuse", reason="Không có trong sổ", basis=""))

    assert answer.status_code == 422
    assert "Không có trong sổ" in body(answer)
    assert "Hãy ghi tên văn bản, điều, khoản." in body(answer)


def test_a_page_that_is_old_is_told_so_and_can_be_sent_again(client, leader, dossier):
    sent = said(client, dossier, paragraphs="Đã gõ")
    make.do(dossier, Action.RECALCULATE_DUE, None, calendar=1)

    stale = client.post(url(dossier), sent)
    again = client.post(url(dossier), said(client, dossier))

    assert stale.status_code == 409
    assert "Đã gõ" in body(stale)
    assert again.status_code == 302


def test_a_correction_replaces_a_line_with_a_reason(client, leader, dossier):
    sign(dossier, leader)

    sent = said(client, dossier, "correct", correction="Sai tên", line_1="Lò Văn Đúng", line_0="Khai sinh")
    client.post(url(dossier), sent)

    assert ResultDocument.objects.filter(superseded_by__isnull=True).get().number == "02/TL-BS"
    page = body(client.get(url(dossier)))
    assert "thay bằng số 02/TL-BS" in page
    assert "Đã thay thế" in page


def test_a_refusal_is_corrected_as_a_refusal(client, leader, dossier):
    refuse(dossier, leader)

    sent = said(client, dossier, "correct", correction="Sai điều", reason="Như cũ", basis="Điều 63")
    client.post(url(dossier), sent)

    assert [row.number for row in ResultDocument.objects.order_by("pk")] == ["01/TB", "02/TB"]


def test_a_result_is_revoked_with_a_reason(client, leader, dossier):
    row = sign(dossier, leader).result
    there = f"{url(dossier)}{row.key}/revoke/"

    without = client.post(there, {"reason": ""})
    client.post(there, {"reason": "Cấp sai"})

    assert without.status_code == 422
    assert "Cấp sai" in body(client.get(REGISTER))
    assert client.post(there, {"reason": "Lại"}).status_code == 422


def test_before_the_last_step_nothing_can_be_signed(client, leader, catalog):
    early = make.filed()

    assert "Hồ sơ chưa đến bước ký" in body(client.get(url(early)))
    sent = {"kind": "approve", "do": "sign", "key": "k", "revision": str(early.revision), "titles": "Chủ tịch"}
    refused = client.post(url(early), sent)
    assert refused.status_code == 422
    assert "Hồ sơ đang ở trạng thái không làm được việc này" in body(refused)
    assert client.post(url(early), {"kind": "correct"}).status_code == 422


@pytest.mark.parametrize("role", [Role.ONE_STOP_OFFICER, Role.CASE_OFFICER, Role.COMMUNITY_TEAM])
def test_others_of_the_agency_do_not_sign(client, dossier, role):
    client.force_login(make.official(role), backend=BACKEND)

    assert client.get(url(dossier)).status_code == 404
    assert client.post(url(dossier), {"kind": "approve"}).status_code == 404


def test_strangers_and_citizens_find_nothing(client, dossier, leader):
    row = sign(dossier, leader).result
    for user in (make.official(Role.AGENCY_LEAD, make.another_commune()), make.citizen()):
        client.force_login(user, backend=BACKEND)

        assert client.get(url(dossier)).status_code == 404
        assert client.post(f"{url(dossier)}{row.key}/revoke/", {"reason": "x"}).status_code == 404
        assert dossier.number not in body(client.get(REGISTER))


def test_citizens_have_no_register(client, catalog):
    client.force_login(make.citizen(), backend=BACKEND)

    assert client.get(REGISTER).status_code == 404


def test_nobody_finds_an_own_dossier_to_sign(client, leader):
    own = at_last_step(leader)

    assert client.get(url(own)).status_code == 404


def test_the_register_is_filtered_and_goes_out_as_a_table(client, leader, dossier):
    sign(dossier, leader)
    correct(dossier, leader)

    one = body(client.get(f"{REGISTER}?number=02/TL"))
    none = body(client.get(f"{REGISTER}?type=khac"))
    table = list(csv.reader(io.StringIO(client.get(f"{REGISTER}?format=csv").content.decode("utf-8-sig"))))

    assert "02/TL-BS" in one
    assert ">01/TL-BS<" not in one
    assert "Không có văn bản nào khớp" in none
    assert [row[0] for row in table[1:]] == ["02/TL-BS", "01/TL-BS"]


def test_the_register_of_a_strangers_agency_is_not_there(client, leader, dossier):
    assert client.get(f"{REGISTER}?agency={make.another_commune().unit_id}").status_code == 404


def test_an_empty_register_says_what_will_stand_there(client, leader):
    assert "Chưa có kết quả nào" in body(client.get(REGISTER))
