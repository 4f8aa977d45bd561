"""The page of a document: what it shows to whom, what is done on it, and which files it gives out."""

import re
from contextlib import closing

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.documents import factories as make
from tests.documents import light
from tests.public_services.factories import citizen
from tinhso.accounts.api import Role
from tinhso.core import clock
from tinhso.core.models import AuditEntry
from tinhso.documents.models import Document, ReceivedRequest
from tinhso.documents.services import drafting, sending
from tinhso.organizations import api as organizations

BACKEND = "tinhso.accounts.backends.Backend"


@pytest.fixture(autouse=True)
def on_the_day(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: make.AT)
    monkeypatch.setattr(clock, "today", lambda: make.AT.date())


@pytest.fixture
def justice(province):
    return make.office(make.JUSTICE)


@pytest.fixture
def home_affairs(province):
    return make.office(make.HOME)


@pytest.fixture
def arrived(justice, home_affairs):
    """A document that has come to the department of home affairs."""
    document = light.sent(justice, home_affairs)
    make.exchange()
    return make.copy_of(document, home_affairs)


@pytest.fixture
def enter(client):
    def enter_(user):
        client.force_login(user, backend=BACKEND)
        return client

    return enter_


def url(document, page="document", **more):
    return reverse(f"documents:{page}", kwargs={"key": document.pk, **more})


def body(answer):
    return answer.content.decode()


def step(client, document, name, **given):
    """Press the button of a step, as the page shows it now."""
    document.refresh_from_db()
    return client.post(url(document, "step", name=name), {"revision": document.revision, **given})


def heading(page, title):
    """What stands in the section with a heading."""
    return re.split(r"<section", page.split(f">{title}", 1)[1], maxsplit=1)[0] if f">{title}" in page else ""


# ---- what is shown --------------------------------------------------------------------------------------------------


def test_the_page_says_first_what_the_reader_is_to_do(enter, justice):
    page = body(enter(justice.clerk).get(url(make.draft(justice))))

    assert page.index('id="acts"') < page.index('id="facts"')
    assert "Trình lãnh đạo" in page


def test_who_has_nothing_to_do_is_told_whom_it_waits_for(enter, justice):
    document = make.draft(justice)

    page = body(enter(justice.registrar).get(url(document)))

    assert 'id="acts"' not in page
    assert "Đang được soạn thảo." in page


def test_people_are_called_by_their_names(enter, justice):
    document = make.draft(justice)
    drafting.remark(document_id=document.pk, text="Nên ngắn hơn", author=justice.leader.username, at=make.AT)

    page = body(enter(justice.clerk).get(url(document)))

    assert "Nên ngắn hơn" in page
    assert justice.leader.username not in page
    assert justice.leader.full_name in page


def test_a_document_of_another_agency_is_not_there(enter, justice, home_affairs):
    document = light.issued(justice)

    for user in (home_affairs.leader, home_affairs.registrar, make.official(Role.AGENCY_LEAD, "14", unit_of("14"))):
        assert enter(user).get(url(document)).status_code == 404


def unit_of(code):
    return organizations.resolve(code, make.AT.date()).org_unit_id


def test_the_unknown_are_asked_to_sign_in_and_citizens_find_nothing(client, enter, justice):
    document = light.issued(justice)

    assert client.get(url(document)).url.startswith("/accounts/login/")
    assert enter(citizen()).get(url(document)).status_code == 404


def test_a_twin_in_the_register_is_pointed_at(enter, justice, home_affairs, arrived):
    twin = Document.objects.get(pk=arrived.pk)
    twin.pk = None
    twin.save()

    page = body(enter(home_affairs.registrar).get(url(arrived)))

    assert "Có văn bản giống trong sổ" in page
    assert url(twin) in page


def test_the_page_does_not_ask_more_for_more_recipients(enter, justice, home_affairs, django_assert_max_num_queries):
    document = light.sent(justice, home_affairs, make.office(make.FINANCE), make.office(make.COMMUNE))
    make.exchange()
    client = enter(justice.registrar)

    with django_assert_max_num_queries(45):
        page = body(client.get(url(document)))

    assert "Sở Tài chính" in heading(page, "Nơi nhận và trạng thái")


# ---- steps ----------------------------------------------------------------------------------------------------------


def test_a_draft_goes_to_the_leader_and_back(enter, justice):
    document = make.draft(justice)

    submitted = step(enter(justice.clerk), document, "submit")
    without = step(enter(justice.leader), document, "return", reason=" ")
    returned = step(enter(justice.leader), document, "return", reason="Thiếu căn cứ")

    assert [submitted.status_code, without.status_code, returned.status_code] == [302, 422, 302]
    assert "Thiếu căn cứ" in body(enter(justice.clerk).get(url(document)))


def test_who_is_too_late_is_told_and_keeps_what_was_typed(enter, home_affairs, arrived):
    client = enter(home_affairs.registrar)
    seen = arrived.revision
    light.do("register", arrived, home_affairs)

    answer = client.post(url(arrived, "step", name="refuse"), {"revision": seen, "reason": "Gửi nhầm cơ quan"})

    assert answer.status_code == 422
    assert "Văn bản vừa được người khác xử lý; hãy xem lại rồi làm tiếp." in body(answer)
    assert "Gửi nhầm cơ quan" in body(answer)
    assert Document.objects.get(pk=arrived.pk).state == "registered"


def test_a_refusal_keeps_the_form_open_with_its_words(enter, home_affairs, arrived):
    light.do("register", arrived, home_affairs)
    client, person = enter(home_affairs.registrar), home_affairs.clerk.pk

    answer = client.post(
        url(arrived, "step", name="assign"), {"revision": 1, "to": person, "opinion": "Làm trước ngày 20"}
    )

    assert answer.status_code == 422
    assert "Làm trước ngày 20</textarea>" in body(answer)
    assert body(answer).count("Văn bản vừa được người khác xử lý") == 1


def test_a_mark_of_secrecy_is_refused_wherever_it_is_typed(enter, home_affairs, arrived):
    client = enter(home_affairs.registrar)

    answer = step(client, arrived, "refuse", reason="Không nhận\nTUYỆT MẬT")

    assert answer.status_code == 422
    assert "Có dấu độ mật" in body(answer)
    assert Document.objects.get(pk=arrived.pk).state == "arrived"


def test_a_document_in_is_taken_in_assigned_and_finished(enter, home_affairs, arrived):
    registrar = enter(home_affairs.registrar)
    step(registrar, arrived, "register")
    step(registrar, arrived, "assign", to=home_affairs.clerk.pk, opinion="Tham mưu", due_on="2024-01-20")
    clerk = enter(home_affairs.clerk)
    step(clerk, arrived, "begin")
    done = step(clerk, arrived, "finish", reason="Đã phổ biến")

    page = body(clerk.get(done.url))

    assert "Đã hoàn thành; nơi gửi được báo." in page
    assert "Đã phổ biến" in page
    assert "20/01/2024" in page


def test_nobody_is_assigned_who_does_not_serve_there(enter, justice, home_affairs, arrived):
    light.do("register", arrived, home_affairs)

    answer = step(enter(home_affairs.registrar), arrived, "assign", to=justice.clerk.pk)

    assert answer.status_code == 422
    assert Document.objects.get(pk=arrived.pk).state == "registered"


def test_a_step_that_there_is_not_is_not_there(enter, justice):
    document = make.draft(justice)

    assert step(enter(justice.clerk), document, "edit").status_code == 404
    assert step(enter(justice.clerk), document, "xyz").status_code == 404


def test_a_leader_who_is_not_the_signer_is_refused(enter, justice):
    document = make.to_sign(justice)
    other = make.official(Role.AGENCY_LEAD, "pho", justice.agency.org_unit_id)

    answer = step(enter(other), document, "sign")

    assert answer.status_code == 422
    assert "chỉ người đó ký được" in body(answer)


def test_opinions_are_written_and_an_empty_one_is_refused(enter, justice):
    document = make.draft(justice)
    client = enter(justice.registrar)

    empty = client.post(url(document, "remark"), {"text": ""})
    client.post(url(document, "remark"), {"text": "Đề nghị <b>bổ sung</b>"})

    assert empty.status_code == 422
    assert "Đề nghị &lt;b&gt;bổ sung&lt;/b&gt;" in body(client.get(url(document)))


# ---- after it is issued ---------------------------------------------------------------------------------------------


def test_a_recall_waits_for_the_registrar_and_is_answered(enter, justice, home_affairs, arrived):
    light.do("register", arrived, home_affairs)
    sent = Document.objects.get(direction="out")
    step(enter(justice.registrar), sent, "recall", reason="Sai số liệu")
    make.exchange()
    client, asked = enter(home_affairs.registrar), ReceivedRequest.objects.get()
    there = reverse("documents:decide", kwargs={"key": asked.pk})

    page = body(client.get(url(arrived)))
    without = client.post(there, {"decline": "1", "reason": ""})
    with_nul = client.post(there, {"decline": "1", "reason": "a\0b"})
    agreed = client.post(there, {"agree": "1"})
    again = client.post(there, {"decline": "1", "reason": "Đã xử lý xong"})

    assert "Sai số liệu" in page
    assert [without.status_code, with_nul.status_code, agreed.status_code, again.status_code] == [422, 422, 302, 422]
    assert "Hãy ghi lý do từ chối để nơi gửi biết." in body(without)
    assert "Đã xử lý xong" in body(again)
    assert "Bản điện tử không còn được dùng" in body(client.get(url(arrived)))


def test_a_request_is_answered_by_its_own_registrar_only(enter, justice, home_affairs, arrived):
    light.do("register", arrived, home_affairs)
    sent = Document.objects.get(direction="out")
    sending.recall(
        document_id=sent.pk,
        revision=sent.revision,
        reason="Sai",
        actor=justice.registrar.username,
        acts_as=make.REGISTRAR,
        at=make.AT,
    )
    make.exchange()
    there = reverse("documents:decide", kwargs={"key": ReceivedRequest.objects.get().pk})

    for user in (justice.registrar, home_affairs.clerk, home_affairs.leader):
        assert enter(user).post(there, {"agree": "1"}).status_code == 404


def test_what_the_register_says_is_mended(enter, justice):
    document = light.issued(justice)

    step(enter(justice.registrar), document, "update", subject="Trích yếu đúng", reason="Sai chữ")

    assert Document.objects.get(pk=document.pk).subject == "Trích yếu đúng"


def test_recipients_go_out_as_a_table(enter, justice, home_affairs, arrived):
    sent = Document.objects.get(direction="out")
    client = enter(justice.registrar)

    table = b"".join(client.get(f"{url(sent)}?format=csv&table=deliveries")).decode("utf-8-sig")

    assert "Sở Nội vụ" in table
    assert "Đã đến 15/01/2024 09:00" in table
    assert client.get(f"{url(sent)}?format=csv&table=xyz").status_code == 404


# ---- files ----------------------------------------------------------------------------------------------------------


def reads(document):
    return AuditEntry.objects.filter(action="documents.file_read", obj=f"document:{document.pk}").count()


@pytest.mark.parametrize("name", ["version", "packet"])
def test_files_are_downloads_and_reading_is_noted(enter, home_affairs, arrived, name):
    more = {"number": 1} if name == "version" else {}

    answer = enter(home_affairs.clerk).get(url(arrived, name, **more))

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert reads(arrived) == 1
    answer.close()


def test_files_of_what_is_refused_are_given_to_nobody(enter, home_affairs, arrived):
    client = enter(home_affairs.registrar)
    step(client, arrived, "refuse", reason="Không thuộc thẩm quyền")

    answers = [client.get(url(arrived, "version", number=1)), client.get(url(arrived, "packet"))]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert reads(arrived) == 0
    assert "Không còn tệp để tải." in body(client.get(url(arrived)))


def test_what_is_not_there_is_not_found(enter, home_affairs, arrived):
    client = enter(home_affairs.registrar)

    assert client.get(url(arrived, "version", number=99)).status_code == 404
    assert client.get(url(arrived, "attachment", position=9)).status_code == 404


def test_a_draft_is_looked_at_as_it_will_be_laid_out(enter, justice, pdf_tools):
    document = make.draft(justice)

    answer = enter(justice.clerk).get(url(document, "preview"))

    assert answer.content.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].startswith("inline")


def test_files_are_added_to_a_draft(enter, justice):
    document = make.draft(justice)
    client = enter(justice.clerk)

    taken = client.post(url(document, "upload"), {"revision": document.revision, "file": a_file()})
    document.refresh_from_db()
    client.post(url(document, "attach"), {"revision": document.revision, "file": a_file("phu-luc.pdf")})

    assert taken.status_code == 302
    assert "phu-luc.pdf" in body(client.get(url(document)))
    with closing(client.get(url(document, "attachment", position=1))) as answer:
        assert answer.headers["Content-Type"] == "application/pdf"


def a_file(name="van-ban.pdf", content=b""):
    return SimpleUploadedFile(name, content or light.pdf())


@pytest.mark.parametrize(
    ("file", "said"),
    [(None, "Hãy chọn một tệp."), (a_file("a.txt", b"chu"), "không phải PDF")],
    ids=["none", "another kind"],
)
def test_a_file_that_does_not_fit_is_refused_in_a_sentence(enter, justice, file, said):
    document = make.draft(justice)
    given = {"revision": document.revision} | ({"file": file} if file else {})

    answer = enter(justice.clerk).post(url(document, "upload"), given)

    assert answer.status_code == 422
    assert said in body(answer)


def test_a_file_that_comes_too_late_is_refused_and_not_lost_from_sight(enter, justice):
    document = make.draft(justice)
    step(enter(justice.clerk), document, "submit")
    document.refresh_from_db()

    answer = enter(justice.clerk).post(url(document, "attach"), {"revision": document.revision, "file": a_file()})

    assert answer.status_code == 422
    assert "Không thể làm việc này khi văn bản ở trạng thái" in body(answer)


def test_a_file_signed_elsewhere_must_be_the_one_that_was_given_out(enter, justice, settings):
    document = make.to_sign(justice)
    client = enter(justice.leader)

    none = client.post(url(document, "take_signed"), {"revision": document.revision})
    other = client.post(url(document, "take_signed"), {"revision": document.revision, "file": a_file()})
    settings.EVIDENCE_MAX_MB = 0
    large = client.post(url(document, "take_signed"), {"revision": document.revision, "file": a_file()})

    assert [none.status_code, other.status_code, large.status_code] == [422, 422, 422]
    assert "Tệp nộp lại không phải bản đã tải về" in body(other)
    assert "lớn hơn 0 MB" in body(large)
