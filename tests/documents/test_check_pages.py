"""The public check: what is signed in a file that anybody sends, by whom, intact or not; nothing of it is kept."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.documents import factories as make
from tests.documents import light
from tests.documents.test_document_pages import body, on_the_day
from tinhso.core.models import AuditEntry, StoredFile
from tinhso.documents.models import Verification
from tinhso.documents.services import public_checks, signing

__all__ = ["on_the_day"]
CHECK = "/documents/check/"


def send(client, content, name="van-ban.pdf"):
    return client.post(CHECK, {"file": SimpleUploadedFile(name, content)})


def test_everybody_finds_the_page(client, db):
    assert client.get(CHECK).status_code == 200


def test_a_signed_file_is_told_and_nothing_is_kept(client, province, pdf_tools):
    document = make.issued(make.office())
    content = signing.newest_bytes(document)
    kept = [model.objects.count() for model in (StoredFile, Verification, AuditEntry)]

    page = body(send(client, content))

    assert "Đạt" in page
    assert "Chữ ký số đúng, chứng thư còn hiệu lực, nội dung không bị sửa sau khi ký." in page
    assert document.agency.name in page
    assert document.signer_name in page
    assert [model.objects.count() for model in (StoredFile, Verification, AuditEntry)] == kept


def test_a_changed_file_does_not_pass(client, province, pdf_tools):
    content = bytearray(signing.newest_bytes(make.signed(make.office())))
    content[len(content) // 4] ^= 0xFF

    page = body(send(client, bytes(content)))

    assert "Không đạt" in page
    assert "không dùng văn bản này như bản chính" in page


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (light.pdf(), "Tệp chưa có chữ ký số nào"),
        (light.pdf()[:300], "Không đọc được tệp"),
        (b"%PDF-1.7\n" + b"\0" * 5000, "Không đọc được tệp"),
        (b"khong phai PDF", "Tệp không phải là PDF"),
        (b"\xff\xd8\xff\xe0anh", "Tệp không phải là PDF"),
    ],
    ids=["unsigned", "cut off", "zeroed", "text", "picture"],
)
def test_other_files_are_told_in_words_and_break_nothing(client, db, content, said):
    answer = send(client, content, "<b>tep.pdf")

    assert answer.status_code == 200
    assert said in body(answer)
    assert "&lt;b&gt;tep.pdf" in body(answer)
    assert "<b>tep" not in body(answer)
    assert not StoredFile.objects.exists()


def test_a_file_that_is_too_large_is_refused_in_a_sentence(client, db, settings):
    settings.EVIDENCE_MAX_MB = 0

    answer = send(client, light.pdf())

    assert answer.status_code == 422
    assert "Tệp lớn hơn 0 MB; hãy kiểm tra tệp nhỏ hơn." in body(answer)


@pytest.mark.parametrize("given", [{}, {"file": ""}])
def test_no_file_is_said(client, db, given):
    answer = client.post(CHECK, given)

    assert answer.status_code == 422
    assert "Hãy chọn một tệp PDF." in body(answer)


def test_who_has_many_files_checked_is_asked_to_wait(client, db, monkeypatch):
    monkeypatch.setattr(public_checks, "MOST", 1)

    answers = [send(client, light.pdf()) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [200, 422]
    assert "hãy thử lại sau mười phút" in body(answers[1])


def test_an_empty_file_is_said(client, db):
    assert send(client, b"").status_code == 422


def test_the_authority_tells_its_certificate_and_what_it_has_revoked(client, province, pdf_tools):
    before = [client.get(f"/documents/authority.{form}").status_code for form in ("pem", "crl")]
    make.signed(make.office())

    certificate, revoked = (client.get(f"/documents/authority.{form}") for form in ("pem", "crl"))

    assert before == [404, 404]
    assert certificate.headers["Content-Type"] == "application/pkix-cert"
    assert revoked.headers["Content-Type"] == "application/pkix-crl"
    assert revoked.content[:1] == b"\x30"
