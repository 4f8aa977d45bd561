"""Drafts: written, uploaded, returned, approved; what is refused leaves everything as it was."""

import io

import pypdfium2
import pytest
from django.conf import settings

from tests.documents import factories as make
from tests.documents import light
from tinhso.core.evidence import EvidenceRefused
from tinhso.core.models import StoredFile
from tinhso.documents.choices import State, VersionKind
from tinhso.documents.models import Attachment, Document, DocumentEvent, Version
from tinhso.documents.services import drafting, papers, signing, steps
from tinhso.signing import fields


@pytest.fixture
def justice(province):
    return make.office(make.JUSTICE)


def given_file(document, content, name="vb.pdf", as_what=drafting.upload, **changed):
    document.refresh_from_db()
    given = {
        "document_id": document.pk,
        "revision": document.revision,
        "content": io.BytesIO(content),
        "name": name,
        "size": len(content),
        "actor": "chuyen-vien",
        "acts_as": make.DRAFTER,
        "at": make.AT,
    }
    return as_what(**(given | changed))


def act(what, document, by, **given):
    return what(document_id=document.pk, revision=document.revision, actor="x", acts_as=by, at=make.AT, **given)


def snapshot(document):
    """All that could be lost or left behind."""
    return (
        Document.objects.filter(pk=document.pk).values().get(),
        list(DocumentEvent.objects.values_list("pk", flat=True)),
        Version.objects.count(),
        Attachment.objects.count(),
        StoredFile.objects.count(),
    )


def test_a_draft_has_a_notation_of_its_type_and_agency(justice):
    document = make.draft(justice, kind="BC")

    assert (document.state, document.notation, document.number) == (State.DRAFT, "BC-STP", None)
    assert document.events.get().step == "draft"


def test_the_text_of_a_word_file_becomes_the_draft(justice):
    document = make.draft(justice, kind="CV", unit="VP")

    changed = given_file(document, light.word_saying("Kính gửi: Sở Nội vụ", "", "Trân trọng./."), "thư.docx")

    assert changed.body == {"text": "Kính gửi: Sở Nội vụ\nTrân trọng./.", "unit": "VP"}
    assert document.versions.get().kind == VersionKind.UPLOADED


def test_fields_are_put_behind_the_number_and_into_the_day_of_an_uploaded_file(justice, pdf_tools):
    content = light.pdf_saying(
        "Số: &nbsp; &nbsp; &nbsp; /KH-STP",
        "Sơn La, ngày &nbsp; tháng &nbsp; năm &nbsp;",
        "Nội dung",
        justice.leader.full_name,
    )

    prepared = papers.prepared(content, signer_name=justice.leader.full_name)

    number, *_ = place_of(content, "Số:")
    day, month, year = (place_of(content, word) for word in ("ngày", "tháng", "năm"))
    boxes = boxes_of(prepared)
    assert set(boxes) == {"so", "ngay", "NguoiKy", "CoQuan"}
    assert boxes["so"][0] == pytest.approx(number + 4, abs=1)
    assert boxes["ngay"][0] == pytest.approx(day[0] + 4, abs=1)
    assert boxes["ngay"][2] > year[0]
    assert month[0] > day[0]


def place_of(pdf, words):
    """Right edge and baseline of the first such words."""
    with pypdfium2.PdfDocument(pdf) as pages:
        text = pages[0].get_textpage()
        index, count = text.search(words).get_next()
        _left, low, right, _top = text.get_charbox(index + count - 1)
        return right, low


def boxes_of(pdf):
    """The boxes of a file's form fields, by name."""
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return {str(each.T): [float(edge) for edge in each.Rect] for each in opened.Root.AcroForm.Fields}


def test_an_uploaded_file_without_number_and_day_gets_fields_at_the_margin(pdf_tools):
    prepared = papers.prepared(light.pdf_saying("Giấy mời họp"), signer_name="Người không có tên ở đây")

    filled = fields.fill(prepared, {fields.NUMBER: "07", fields.DATE: "05/02/2024"})

    assert fields.values(filled) == {"so": "07", "ngay": "05/02/2024"}


def test_an_uploaded_file_is_what_is_signed(justice, pdf_tools):
    document = make.draft(justice, body="")
    content = light.pdf_saying("Số: ", "ngày tháng năm", "Bản của chuyên viên")
    given_file(document, content)

    submitted = act(drafting.submit, Document.objects.get(pk=document.pk), make.DRAFTER)
    approved = act(drafting.approve, submitted, make.LEADER)

    assert signing.newest(approved).kind == VersionKind.RENDERED
    assert "Bản của chuyên viên" in papers.whole_text(signing.newest_bytes(approved))[0]


def test_an_uploaded_file_stays_what_is_signed_when_only_the_subject_is_edited(justice):
    document = make.draft(justice)
    uploaded = given_file(document, light.pdf())

    edited = act(drafting.edit_draft, uploaded, make.DRAFTER, text=make.text(justice, subject="Trích yếu khác"))

    assert edited.body["uploaded"] is True


def test_a_text_written_after_an_upload_is_what_is_signed(justice):
    document = make.draft(justice)
    uploaded = given_file(document, light.pdf())

    edited = act(drafting.edit_draft, uploaded, make.DRAFTER, text=make.text(justice, body="Văn bản viết lại."))

    assert "uploaded" not in edited.body


@pytest.mark.parametrize(
    ("content", "name", "refusal"),
    [
        (b"", "rong.pdf", EvidenceRefused),
        (b"MZ\x90\x00 program", "a.exe", EvidenceRefused),
        (b"\x89PNG\r\n\x1a\n" + bytes(32), "anh.png", drafting.UnfitFile),
        (b"%PDF-1.7", "lon.pdf", EvidenceRefused),
    ],
)
def test_a_file_that_is_refused_changes_nothing(justice, content, name, refusal):
    document = make.draft(justice)
    before = snapshot(document)
    size = 10**12 if name == "lon.pdf" else len(content)

    with pytest.raises(refusal):
        given_file(document, content, name, size=size)

    assert snapshot(document) == before
    assert not any(settings.FILES_DIR.rglob("*"))


def test_a_broken_word_file_is_refused_with_a_sentence(justice):
    document = make.draft(justice)
    whole = light.word_saying("a" * 2000)
    before = snapshot(document)

    with pytest.raises(drafting.UnfitFile, match="Không đọc được"):
        given_file(document, whole[: len(whole) * 3 // 4], "hong.docx")

    assert snapshot(document) == before


def test_a_signed_file_cannot_be_approved_and_the_draft_stays_under_review(justice, pdf_tools):
    document = make.draft(justice)
    given_file(document, papers.prepared(light.pdf_saying("Số: "), signer_name=""))
    laid = act(drafting.submit, Document.objects.get(pk=document.pk), make.DRAFTER)

    with pytest.raises(papers.CannotLayOut):
        act(drafting.approve, laid, make.LEADER)

    document.refresh_from_db()
    assert document.state == State.IN_REVIEW


def test_of_two_writers_the_second_is_told_and_the_first_words_stay(justice):
    document = make.draft(justice)
    seen = document.revision
    act(drafting.edit_draft, document, make.DRAFTER, text=make.text(justice, subject="Của người thứ nhất"))

    with pytest.raises(steps.WrittenMeanwhile):
        drafting.edit_draft(
            document_id=document.pk,
            revision=seen,
            text=make.text(justice, subject="Của người thứ hai"),
            actor="x",
            acts_as=make.DRAFTER,
            at=make.AT,
        )

    document.refresh_from_db()
    assert document.subject == "Của người thứ nhất"


@pytest.mark.parametrize("changed", [{"body": "  \n "}, {"signer_id": None}])
def test_a_draft_without_text_or_signer_is_not_laid_before_anybody(justice, changed):
    document = make.draft(justice, **changed)

    with pytest.raises(drafting.NothingToSign):
        act(drafting.submit, document, make.DRAFTER)

    document.refresh_from_db()
    assert document.state == State.DRAFT


def test_a_leader_gives_a_draft_back_with_the_reason(justice):
    laid = act(drafting.submit, make.draft(justice), make.DRAFTER)

    returned = act(drafting.give_back, laid, make.LEADER, reason="Bổ sung căn cứ")

    assert returned.state == State.DRAFT
    assert returned.events.order_by("-seq")[0].note == "Bổ sung căn cứ"


def test_nobody_but_a_leader_approves(justice):
    laid = act(drafting.submit, make.draft(justice), make.DRAFTER)

    with pytest.raises(steps.NotNow):
        act(drafting.approve, laid, make.DRAFTER)


def test_a_discarded_draft_is_not_taken_up_again(justice):
    gone = act(drafting.discard, make.draft(justice), make.DRAFTER)

    with pytest.raises(steps.NotNow):
        act(drafting.edit_draft, gone, make.DRAFTER, text=make.text(justice))


def test_attachments_keep_their_order(justice):
    document = make.draft(justice)

    for name in ("mot.docx", "hai.docx"):
        given_file(document, light.word_saying(name), name, as_what=drafting.attach)

    assert list(document.attachments.order_by("position").values_list("position", "name")) == [
        (1, "mot.docx"),
        (2, "hai.docx"),
    ]


def test_there_may_not_be_more_attachments_than_gateways_take(justice, monkeypatch):
    monkeypatch.setattr(drafting, "MOST_ATTACHMENTS", 1)
    document = make.draft(justice)
    given_file(document, light.word_saying("một"), "mot.docx", as_what=drafting.attach)

    with pytest.raises(drafting.UnfitFile, match="tối đa 1 tệp"):
        given_file(document, light.word_saying("hai"), "hai.docx", as_what=drafting.attach)

    assert document.attachments.count() == 1


@pytest.mark.parametrize("kind", drafting.kinds.KINDS, ids=lambda kind: kind.code)
def test_the_template_of_each_type_can_be_drafted(justice, kind):
    document = make.draft(justice, kind=kind.code, body=drafting.kinds.template(kind.code))

    assert papers.preview(document)


def test_a_file_name_has_nothing_that_file_systems_mind(justice):
    document = make.draft(justice, kind="QD")
    document.number = 5

    assert drafting.file_name(document) == "05-QĐ-STP.pdf"
