"""Filing online: page by page, nothing typed lost, one dossier however often it is sent."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.public_services import factories as make
from tinhso.core import clock, sealed
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.dossiers.choices import PartyRole
from tinhso.public_services.dossiers.models import Dossier, Draft, ResultDocument
from tinhso.public_services.dossiers.services import drafts, limits

FIRST = {
    "requester_name": "Lò Thị Mẫu",
    "requester_identity": "014099000001",
    "requester_phone": "0900 000 001",
    "address": "Bản Mẫu, xã Mẫu, tỉnh Sơn La",
    "on_behalf": "false",
    "filing__for": "self",
}
SECOND = {"event": "khai_sinh", "subject_name": "Lò Văn Mẫu", "subject_born_on": "2015-04-01", "copies": "2"}


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: make.AT)
    monkeypatch.setattr(clock, "today", lambda: make.DAY)


@pytest.fixture
def person(catalog):
    return make.citizen()


@pytest.fixture
def begun(client, person):
    """A draft that the signed-in citizen has just begun."""
    client.force_login(person)
    client.post("/services/2.000635/begin/")
    return Draft.objects.get()


def answers(draft):
    return sealed.opened_values(Draft.objects.get(pk=draft.pk).sealed)


def url(draft, page="nguoi-yeu-cau"):
    return f"/services/drafts/{draft.key}/{page}/"


def send(client, draft, data, page="nguoi-yeu-cau", **headers):
    draft = Draft.objects.get(pk=draft.pk)
    return client.post(url(draft, page), {"revision": draft.revision, **data}, **headers)


def photo(name="anh.png"):
    content = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), "image/png")


def complete(client, draft):
    """Everything answered, ready to be reviewed."""
    pages = [page.id for page in procedures.bundle(draft.version_id).read_form.pages]
    send(client, draft, FIRST)
    send(client, draft, SECOND | {"truth": "true"}, pages[1])
    for page in pages[2:]:
        send(client, draft, {"copies": "2", "truth": "true"}, page)
    client.post(f"/services/drafts/agency/{draft.key}/", {"agency": make.commune().code})


def submit(client, draft, **data):
    return client.post(f"/services/drafts/submit/{draft.key}/", {"filing__delivery": "online", **data})


# ---- beginning ----


def test_beginning_takes_what_is_known_and_leads_to_the_first_page(client, person):
    client.force_login(person)

    answer = client.post("/services/2.000635/begin/", follow=True)

    page = answer.content.decode()
    assert answer.redirect_chain[-1][0].endswith("/nguoi-yeu-cau/")
    assert 'value="Lò Thị Mẫu"' in page
    assert 'value="014099000001"' in page
    assert "Bước 1 /" in page


def test_beginning_twice_goes_on_with_the_same_draft(client, begun):
    send(client, begun, FIRST | {"address": "Bản Khác, xã Mẫu"})

    client.post("/services/2.000635/begin/")

    assert Draft.objects.count() == 1
    assert answers(begun)["address"] == "Bản Khác, xã Mẫu"


def test_a_surer_sign_in_is_asked_for_where_the_procedure_wants_it(client, person):
    client.force_login(person)

    answer = client.post("/services/1.001612/begin/")

    assert answer.status_code == 403
    assert "mức độ 2" in answer.content.decode()
    assert not Draft.objects.exists()


def test_a_sure_sign_in_begins_it(client, person):
    client.force_login(person)
    session = client.session
    session["assurance"] = 2
    session.save()

    assert client.post("/services/1.001612/begin/").status_code == 302
    assert Draft.objects.count() == 1


def test_the_last_agency_is_proposed(client, person):
    make.filed(person, unit=make.another_commune())
    client.force_login(person)

    client.post("/services/2.000635/begin/")

    assert Draft.objects.get().agency_id == make.another_commune().unit_id


@pytest.mark.parametrize("path", ["", "nguoi-yeu-cau/"])
def test_a_draft_is_nobody_elses(client, begun, path):
    address = f"/services/drafts/{begun.key}/{path}"
    client.force_login(make.citizen("014099000002", "Người Khác"))
    assert client.get(address).status_code == 404

    client.force_login(make.official("one_stop_officer"))
    assert client.get(address).status_code == 404


def test_a_draft_of_the_counter_is_no_page_for_citizens(client, person):
    client.force_login(person)
    begun = make.draft(person, channel="counter")

    assert client.get(f"/services/drafts/{begun.key}/").status_code == 404


# ---- pages ----


def test_going_on_saves_and_leads_to_the_next_step(client, begun):
    answer = send(client, begun, FIRST)

    assert answer.status_code == 302
    assert answer.url == url(begun, "viec-ho-tich")
    assert answers(begun)["requester_phone"] == "0900000001"


def test_what_is_wrong_is_told_at_the_question_and_nothing_is_lost(client, begun):
    answer = send(client, begun, FIRST | {"requester_identity": "123", "requester_name": ""})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#f-requester_identity">Số định danh cá nhân</a>: Hãy ghi đủ 12 chữ số' in page
    assert '<a href="#f-requester_name">' in page
    assert re.search(r'id="f-requester_identity" value="123"[^>]* aria-invalid="true"', page)
    assert 'aria-describedby="f-requester_identity-help f-requester_identity-error"' in page
    assert answers(begun)["requester_identity"] == "123"


def test_a_question_that_is_newly_asked_is_shown_before_one_goes_on(client, begun):
    data = FIRST | {"on_behalf": "true"}

    answer = send(client, begun, data)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "có thêm câu hỏi" in page
    assert 'name="relation"' in page
    assert "errorlist" not in page

    refused = send(client, begun, data | {"shown": ["relation"]})
    assert refused.status_code == 422
    assert send(client, begun, data | {"shown": ["relation"], "relation": "mẹ"}).status_code == 302


def test_an_answer_that_is_hidden_comes_back_when_it_is_shown_again(client, begun):
    send(client, begun, FIRST | {"on_behalf": "true", "shown": ["relation"], "relation": "mẹ"})

    send(client, begun, FIRST | {"shown": ["relation"], "relation": "mẹ"})
    assert 'name="relation"' not in client.get(url(begun)).content.decode()
    send(client, begun, FIRST | {"on_behalf": "true"})

    assert re.search(r'name="relation"[^>]* value="mẹ"', client.get(url(begun)).content.decode())


def test_saving_while_one_types_answers_with_the_time_and_the_new_revision(client, begun):
    answer = send(client, begun, FIRST | {"address": "Bản Mới, xã Mẫu", "save": "1"}, HTTP_HX_REQUEST="true")

    fragment = answer.content.decode()
    assert "Đã lưu lúc 09:00" in fragment
    assert 'id="revision" value="1" hx-swap-oob="true"' in fragment
    assert "<html" not in fragment
    assert answers(begun)["address"] == "Bản Mới, xã Mẫu"


def test_saving_while_one_types_shows_and_hides_questions(client, begun):
    shown = send(client, begun, FIRST | {"on_behalf": "true", "save": "1"}, HTTP_HX_REQUEST="true").content.decode()
    hidden = send(client, begun, FIRST | {"save": "1", "shown": ["relation"]}, HTTP_HX_REQUEST="true").content.decode()

    assert '<div id="if-relation" hx-swap-oob="true"><input type="hidden" name="shown" value="relation">' in shown
    assert '<div id="if-relation" hx-swap-oob="true"></div>' in hidden


def test_two_tabs_see_both_versions_and_choose(client, begun):
    client.post(url(begun), {"revision": 0, **FIRST, "address": "Bản Một, xã Mẫu"})

    answer = client.post(url(begun), {"revision": 0, **FIRST, "address": "Bản Hai, xã Mẫu"})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Bản Một, xã Mẫu" in page
    assert "Bản Hai, xã Mẫu" in page
    assert answers(begun)["address"] == "Bản Một, xã Mẫu"


def test_the_own_version_is_kept_by_sending_the_conflict_page(client, begun):
    client.post(url(begun), {"revision": 0, **FIRST, "address": "Bản Một, xã Mẫu"})
    page = client.post(url(begun), {"revision": 0, **FIRST, "address": "Bản Hai, xã Mẫu"}).content.decode()
    section = page[page.index('name="force"') :]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', section))

    answer = client.post(url(begun), {**fields, "force": "1", "next": "1"})

    assert answer.status_code == 302
    assert answers(begun)["address"] == "Bản Hai, xã Mẫu"


def test_another_tab_is_told_while_it_saves(client, begun):
    client.post(url(begun), {"revision": 0, **FIRST, "address": "Bản Một, xã Mẫu"})

    answer = client.post(
        url(begun), {"revision": 0, **FIRST, "address": "Bản Hai", "save": "1"}, HTTP_HX_REQUEST="true"
    )

    assert answer.status_code == 422
    assert "chưa có gì bị mất" in answer.content.decode()


def test_a_draft_can_be_left_and_dropped(client, begun):
    assert send(client, begun, FIRST | {"leave": "1"}).url == "/services/mine/"

    client.post(f"/services/drafts/discard/{begun.key}/")

    assert not Draft.objects.exists()


# ---- repeated groups without a script ----


@pytest.fixture
def household(client, person):
    client.force_login(person)
    session = client.session
    session["assurance"] = 2
    session.save()
    client.post("/services/1.001612/begin/")
    return Draft.objects.get()


LINES = {
    "lines-count": "2",
    "lines-0-name": "Bán lẻ tạp hóa",
    "lines-0-is_main": "true",
    "lines-1-name": "Dịch vụ ăn uống",
    "lines-1-is_main": "false",
    "has_conditions": "false",
    "capital_vnd": "50.000.000",
    "employees": "2",
    "starts_on": "2023-10-01",
}


def test_adding_an_entry_saves_the_page_and_shows_one_more(client, household):
    answer = send(client, household, LINES | {"add-lines": "1"}, "nganh-nghe")

    assert answer.status_code == 302
    assert answer.url.endswith("?entries-lines=3#f-lines-2")
    page = client.get(answer.url).content.decode()
    assert 'name="lines-2-name"' in page
    assert 'value="50.000.000"' in page
    assert answers(household)["lines"][1]["name"] == "Dịch vụ ăn uống"


def test_dropping_an_entry_moves_the_others_up(client, household):
    answer = send(client, household, LINES | {"drop-lines-0": "1"}, "nganh-nghe")

    assert answer.url.endswith("?entries-lines=1#f-lines")
    assert answers(household)["lines"] == [{"name": "Dịch vụ ăn uống", "is_main": False}]


def test_problems_inside_entries_lead_to_their_fields(client, household):
    answer = send(client, household, LINES | {"lines-1-name": ""}, "nganh-nghe")

    assert answer.status_code == 422
    assert 'href="#f-lines-1-name"' in answer.content.decode()


def test_a_required_group_is_shown_with_an_empty_entry(client, household):
    page = client.get(url(household, "nganh-nghe")).content.decode()

    assert 'name="lines-0-name"' in page
    assert 'name="add-lines"' in page


def test_communes_are_chosen_by_code(client, household):
    page = client.get(url(household, "ho-kinh-doanh")).content.decode()

    assert f'<option value="{make.commune().code}">{make.commune().name}</option>' in page
    assert "<optgroup" in page


# ---- where to file, papers ----


def test_an_agency_must_be_chosen_among_those_that_offer_it(client, begun):
    address = f"/services/drafts/agency/{begun.key}/"

    assert client.post(address, {"agency": "SL-UBND"}).status_code == 422
    assert client.post(address, {"agency": make.commune().code}).status_code == 302
    assert Draft.objects.get().agency_id == make.commune().unit_id


def papers_url(draft):
    return f"/services/drafts/papers/{draft.key}/"


def test_several_files_are_put_to_one_paper(client, begun):
    send(client, begun, FIRST)

    client.post(papers_url(begun), {"file-giay-to-kem": [photo("mot.png"), photo("hai.png")], "upload": "1"})

    page = client.get(papers_url(begun)).content.decode()
    assert "mot.png" in page
    assert "image/*,application/pdf" in page


def test_a_refused_file_is_told_at_its_paper_and_the_others_stay(client, begun):
    bad = SimpleUploadedFile("trang.html", b"<html>", "text/html")

    answer = client.post(papers_url(begun), {"file-giay-to-kem": [bad, photo()], "next": "1"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "trang.html" in page
    assert "không phải PDF hay ảnh" in page
    assert begun.files.count() == 1


def test_a_fragment_of_the_papers_is_no_whole_page(client, begun):
    answer = client.post(papers_url(begun), {"file-giay-to-kem": [photo()], "upload": "1"}, HTTP_HX_REQUEST="true")

    assert "<html" not in answer.content.decode()
    assert 'id="papers"' in answer.content.decode()


def test_a_file_is_taken_away_again(client, begun):
    client.post(papers_url(begun), {"file-giay-to-kem": [photo()], "upload": "1"})

    client.post(papers_url(begun), {f"remove-{begun.files.get().key}": "1"})

    assert not begun.files.exists()


def test_a_required_paper_keeps_one_from_going_on(client, begun):
    send(client, begun, FIRST | {"on_behalf": "true", "shown": ["relation"], "relation": "mẹ"})

    answer = client.post(papers_url(begun), {"next": "1"})

    assert answer.status_code == 422
    assert 'href="#paper-giay-uy-quyen"' in answer.content.decode()


def test_uploading_too_often_asks_to_wait(client, begun, monkeypatch):
    monkeypatch.setattr(limits, "UPLOADS", 1)
    client.post(papers_url(begun), {"file-giay-to-kem": [photo()], "upload": "1"})

    answer = client.post(papers_url(begun), {"file-giay-to-kem": [photo()], "upload": "1"})

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"


def result_of(person, **fields):
    taken = make.a_file("kết quả")
    from tinhso.accounts import api as accounts

    values = {
        "dossier": make.filed(person),
        "type": "giay-chung-nhan-ket-hon",
        "name": "Giấy chứng nhận kết hôn",
        "number": "12/GCN",
        "issued_on": make.DAY,
        "file": taken.file,
        "owner_hash": accounts.identity_hash("014099000001"),
        "signed_by": "lanhdao",
        "has_legal_value": True,
        "is_signed": True,
        "issued_seq": 5,
    }
    return ResultDocument.objects.create(**values | fields)


@pytest.fixture
def birth(client, person):
    """A draft of a birth registration, whose marriage certificate may be one of ours."""
    client.force_login(person)
    client.post("/services/1.001193/begin/")
    return Draft.objects.get(version__procedure__code="1.001193")


def paper_with_reuse(draft):
    bundle = procedures.bundle(draft.version_id)
    paper = next(one for one in bundle.papers if one.reuse == "giay-chung-nhan-ket-hon")
    known = {"knows_father": True, "parents_married": True}
    drafts.save_answers(draft_id=draft.pk, revision=draft.revision, answers=known, names=list(known), at=make.AT)
    return paper


def test_a_result_of_ours_stands_for_a_paper(client, person, birth):
    paper, result = paper_with_reuse(birth), result_of(person)

    assert "Dùng kết quả đã cấp" in client.get(papers_url(birth)).content.decode()
    client.post(papers_url(birth), {f"reuse-{result.key}": "1"})

    assert birth.files.get().paper == paper.code
    assert birth.files.get().file_id == result.file_id


@pytest.mark.parametrize(
    "fields", [{"revoked_at": make.AT}, {"expires_on": "2023-01-01"}, {"owner_hash": "x" * 64}, {"issued_seq": None}]
)
def test_a_result_that_no_longer_counts_or_is_anothers_is_not_offered(client, person, birth, fields):
    paper_with_reuse(birth)
    result = result_of(person, **fields)

    assert "Dùng kết quả đã cấp" not in client.get(papers_url(birth)).content.decode()
    client.post(papers_url(birth), {f"reuse-{result.key}": "1"})

    assert not birth.files.exists()


# ---- reviewing and filing ----


def test_the_review_shows_every_answer_with_the_way_back(client, begun):
    complete(client, begun)

    page = client.get(f"/services/drafts/review/{begun.key}/").content.decode()

    for text in ("Khai sinh", "01/04/2015", "Lò Văn Mẫu", make.commune().name, "16.000"):
        assert text in page
    assert url(begun) in page
    assert "Nghị định 13/2023/NĐ-CP" in page
    assert "Luật Bảo vệ dữ liệu cá nhân 2025" in page


def test_filing_ends_at_the_number_and_the_look_up_code(client, begun):
    complete(client, begun)

    answer = submit(client, begun)

    dossier = Dossier.objects.get()
    page = client.get(answer.url).content.decode()
    assert dossier.number in page
    assert re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", page)
    assert f"/services/mine/{dossier.key}/" in page
    assert not Draft.objects.exists()


def test_filing_twice_makes_one_dossier(client, begun):
    complete(client, begun)

    first, second = submit(client, begun), submit(client, begun)

    assert Dossier.objects.count() == 1
    assert first.url == second.url
    assert re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", client.get(second.url).content.decode())


def test_pages_of_a_filed_draft_lead_to_what_became_of_it(client, begun):
    complete(client, begun)
    filed = submit(client, begun).url

    assert client.get(url(begun)).url == filed
    assert client.post(url(begun), {"save": "1"}, HTTP_HX_REQUEST="true").status_code == 204


def test_what_came_of_filing_is_nobody_elses(client, begun):
    complete(client, begun)
    filed = submit(client, begun).url
    client.force_login(make.citizen("014099000002", "Người Khác"))

    assert client.get(filed).status_code == 404


def test_an_unfinished_draft_is_not_filed_and_says_where_to_mend(client, begun):
    send(client, begun, FIRST)
    client.post(f"/services/drafts/agency/{begun.key}/", {"agency": make.commune().code})

    answer = submit(client, begun)

    assert answer.status_code == 422
    assert f'href="{url(begun, "viec-ho-tich")}#f-event"' in answer.content.decode()
    assert not Dossier.objects.exists()


def test_without_an_agency_nothing_is_filed(client, begun):
    complete(client, begun)
    Draft.objects.update(agency=None)

    answer = submit(client, begun)

    assert answer.status_code == 422
    assert "Hãy chọn cơ quan giải quyết" in answer.content.decode()


def test_the_way_of_delivery_is_kept(client, begun):
    complete(client, begun)

    submit(client, begun, filing__delivery="post")

    assert Dossier.objects.get().delivery == "post"


def test_filing_for_somebody_else_names_both(client, begun, person):
    complete(client, begun)
    other = {
        "filing__for": "other",
        "filing__owner_name": "Quàng Văn Mẫu",
        "filing__owner_identity": "014099000009",
        "filing__mandate": "parent",
        "shown": ["filing__owner_name", "filing__owner_identity", "filing__mandate"],
    }
    send(client, begun, FIRST | other)

    submit(client, begun)

    parties = {one.role: one for one in Dossier.objects.get().parties.all()}
    assert set(parties) == {PartyRole.OWNER, PartyRole.APPLICANT}
    assert sealed.opened_values(parties[PartyRole.OWNER].sealed)["full_name"] == "Quàng Văn Mẫu"
    assert parties[PartyRole.OWNER].user_id is None
    assert parties[PartyRole.APPLICANT].user_id == person.pk
    assert parties[PartyRole.APPLICANT].mandate == "Là cha, mẹ của người chưa thành niên"


def test_answers_of_filing_itself_stay_out_of_the_dossier(client, begun):
    complete(client, begun)

    submit(client, begun)

    kept = sealed.opened_values(Dossier.objects.get().sealed)
    assert not [name for name in kept if name.startswith("filing__")]


def test_filing_too_often_asks_to_wait(client, begun, monkeypatch):
    monkeypatch.setattr(limits, "SUBMISSIONS", 0)
    complete(client, begun)

    assert submit(client, begun).status_code == 429
    assert Draft.objects.exists()


def test_a_filing_that_needs_a_surer_sign_in_asks_again_at_the_end(client, household):
    session = client.session
    session["assurance"] = 1
    session.save()

    assert submit(client, household).status_code == 403


def test_a_page_of_a_form_is_light(client, household):
    answer = client.get(url(household, "ho-kinh-doanh"), HTTP_ACCEPT_ENCODING="gzip")

    assert len(answer.content) < 60 * 1024
