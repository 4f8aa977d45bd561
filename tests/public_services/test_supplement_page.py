"""Answering a request for a supplement: only what was named, nothing lost, sent once."""

import io
import uuid

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.public_services import factories as make
from tinhso.core import clock
from tinhso.public_services.dossiers.choices import Action
from tinhso.public_services.dossiers.models import Attachment, Dossier, SupplementDraft, SupplementFile
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.dossiers.services import limits
from tinhso.public_services.dossiers.services import supplying as services
from tinhso.public_services.portal.services.acting import as_applicant

ADDRESS, PAPER = "/address", "paper:giay-to-kem"


@pytest.fixture(autouse=True)
def at(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: make.later(hours=1))
    monkeypatch.setattr(clock, "today", lambda: make.DAY)


@pytest.fixture
def person(catalog, client):
    found = make.citizen()
    client.force_login(found)
    return found


def asked(person, *pointers, **answers):
    items = {pointer: f"Cần rõ hơn {number}" for number, pointer in enumerate(pointers or (ADDRESS,))}
    return make.asked_again(make.filed(person, **answers), items)


def page(dossier):
    return reverse("public_services:supplement", args=[dossier.key])


def sent(dossier, button="send", **others):
    draft = SupplementDraft.objects.filter(supplement__dossier=dossier).first()
    common = {"key": uuid.uuid4().hex, "revision": dossier.revision, "draft": draft.revision if draft else 0}
    return {**common, button: "1", **others}


def a_pdf(name="giấy.pdf"):
    written = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(written, deterministic_id=True)
    return SimpleUploadedFile(name, written.getvalue(), "application/pdf")


def answers_now(dossier):
    return standing.answers_of(Dossier.objects.get(pk=dossier.pk))


def test_only_what_is_named_is_shown_each_with_what_the_officer_wrote(client, person):
    dossier = asked(person, ADDRESS, PAPER)

    shown = client.get(page(dossier)).content.decode()

    assert 'name="address"' in shown
    assert 'name="file-giay-to-kem"' in shown
    assert "Cần rõ hơn 0" in shown
    assert "Cần rõ hơn 1" in shown
    assert 'name="subject_name"' not in shown


def test_sending_changes_the_named_answer_and_goes_back_to_the_agency(client, person):
    dossier = asked(person)

    answer = client.post(page(dossier), sent(dossier, address="Bản Mới, xã Mẫu"))

    assert answer.status_code == 302
    assert answers_now(dossier)["address"] == "Bản Mới, xã Mẫu"
    assert Dossier.objects.get().state == "submitted"
    assert not SupplementDraft.objects.exists()


def test_what_was_not_named_stays_whatever_is_sent(client, person):
    dossier = asked(person)
    before = answers_now(dossier)

    client.post(page(dossier), sent(dossier, address="Bản Mới", subject_name="Kẻ Khác", copies="9"))

    assert answers_now(dossier) == before | {"address": "Bản Mới"}
    assert "subject_name" not in dossier.events.get(kind="supply").payload["answers"]


def test_a_file_for_a_paper_that_was_not_named_is_passed_over(client, person):
    dossier = asked(person)

    client.post(page(dossier), sent(dossier, address="Bản Mới", **{"file-giay-to-kem": a_pdf()}))

    assert not Attachment.objects.exists()
    assert answers_now(dossier)["address"] == "Bản Mới"


def test_a_named_paper_must_come(client, person):
    dossier = asked(person, PAPER)

    answer = client.post(page(dossier), sent(dossier))

    assert answer.status_code == 422
    assert 'href="#file-giay-to-kem"' in answer.content.decode()
    assert Dossier.objects.get().state == "awaiting_supplement"


def test_files_are_kept_until_they_are_sent(client, person):
    dossier = asked(person, PAPER)

    client.post(page(dossier), sent(dossier, "save", **{"file-giay-to-kem": [a_pdf("một.pdf"), a_pdf("một.pdf")]}))
    shown = client.get(page(dossier)).content.decode()
    client.post(page(dossier), sent(dossier))

    assert "một.pdf" in shown
    attached = Attachment.objects.get()
    assert (attached.paper, attached.name, attached.removed_seq) == ("giay-to-kem", "một.pdf", None)


def test_new_files_replace_the_old_ones_which_stay_on_record(client, person):
    dossier = make.filed(person)
    old = make.a_file()
    Attachment.objects.create(
        dossier=dossier, paper="giay-to-kem", file=old.file, name="cũ.pdf", scan="clean", added_seq=1
    )
    dossier = make.asked_again(dossier, {PAPER: "Mờ quá."})

    client.post(page(dossier), sent(dossier, **{"file-giay-to-kem": a_pdf("mới.pdf")}))

    kept = {row.name: row.removed_seq is None for row in Attachment.objects.all()}
    assert kept == {"cũ.pdf": False, "mới.pdf": True}


def test_a_refused_file_keeps_the_rest_and_sends_nothing(client, person):
    dossier = asked(person, ADDRESS, PAPER)
    bad = SimpleUploadedFile("trang.pdf", b"<html>", "application/pdf")

    answer = client.post(
        page(dossier), sent(dossier, address="Bản Mới", **{"file-giay-to-kem": [bad, a_pdf("tốt.pdf")]})
    )

    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "tốt.pdf" in shown
    assert "Bản Mới" in shown
    assert "trang.pdf" in shown
    assert Dossier.objects.get().state == "awaiting_supplement"


def test_a_kept_file_can_be_taken_away(client, person):
    dossier = asked(person, PAPER)
    client.post(page(dossier), sent(dossier, "save", **{"file-giay-to-kem": a_pdf()}))
    kept = SupplementFile.objects.get()

    client.post(page(dossier), sent(dossier, "remove") | {"remove": str(kept.key)})

    assert not SupplementFile.objects.exists()


def test_a_kept_file_of_another_is_not_taken_away(client, person):
    dossier = asked(person, PAPER)
    client.post(page(dossier), sent(dossier, "save", **{"file-giay-to-kem": a_pdf()}))
    kept = SupplementFile.objects.get()
    other = make.citizen("014099000002", "Người dân mẫu – Khác")
    theirs = make.asked_again(make.filed(other, at=make.later(minutes=3)), {PAPER: "Mờ"})
    client.force_login(other)

    client.post(page(theirs), sent(theirs, "remove") | {"remove": str(kept.key)})

    assert SupplementFile.objects.filter(pk=kept.pk).exists()


def test_a_wrong_answer_is_shown_as_it_was_typed(client, person):
    dossier = asked(person, "/requester_phone")

    answer = client.post(page(dossier), sent(dossier, requester_phone="không nhớ"))

    assert answer.status_code == 422
    assert "khôngnhớ" in answer.content.decode()  # blanks in telephone numbers are dropped
    assert answers_now(dossier)["requester_phone"] == "0900000001"


def test_what_is_filled_in_lies_sealed(client, person):
    dossier = asked(person)

    client.post(page(dossier), sent(dossier, "save", address="Bản Bí Mật"))

    assert "Bí Mật" not in SupplementDraft.objects.get().sealed
    assert "Bản Bí Mật" in client.get(page(dossier)).content.decode()
    assert answers_now(dossier)["address"] != "Bản Bí Mật"


def test_a_new_answer_may_bring_a_question_and_a_paper_that_nobody_could_name(client, person):
    dossier = asked(person, "/on_behalf")

    first = client.post(page(dossier), sent(dossier, on_behalf="true"))
    second = client.post(
        page(dossier),
        sent(dossier, on_behalf="true", relation="Con", shown="relation", **{"file-giay-uy-quyen": a_pdf()}),
    )

    assert first.status_code == 422
    assert 'name="relation"' in first.content.decode()
    assert 'name="file-giay-uy-quyen"' in first.content.decode()
    assert second.status_code == 302
    assert answers_now(dossier)["relation"] == "Con"
    assert Attachment.objects.get().paper == "giay-uy-quyen"


def test_two_windows_lose_nothing(client, person):
    dossier = asked(person)
    client.post(page(dossier), sent(dossier, "save", address="Cửa sổ một"))

    answer = client.post(page(dossier), sent(dossier, "save", address="Cửa sổ hai") | {"draft": 0})

    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "Cửa sổ một" in shown
    assert "Cửa sổ hai" in shown


def test_sending_twice_by_the_same_key_is_once(person):
    dossier = asked(person)
    supplement = dossier.supplements.get()
    services.save_answers(supplement_id=supplement.pk, revision=0, answers={"address": "Bản Mới"}, at=make.AT)
    actor = as_applicant(person, dossier)
    said = {"actor": actor, "dossier": dossier, "key": "k", "revision": dossier.revision, "at": make.AT}

    first = services.supply(**said)
    again = services.supply(**said)

    assert again.is_replay
    assert first.event == again.event


def test_a_click_twice_is_told_as_once(client, person):
    dossier = asked(person)
    clicked = sent(dossier, address="Bản Mới")

    client.post(page(dossier), clicked)
    again = client.post(page(dossier), clicked, follow=True)

    assert "Đã gửi bổ sung" in again.content.decode()
    assert dossier.events.filter(kind="supply").count() == 1


def test_too_many_files_in_a_minute_are_refused_and_answers_kept(client, person, monkeypatch):
    monkeypatch.setattr(limits, "UPLOADS", 1)
    dossier = asked(person, ADDRESS, PAPER)

    answer = client.post(
        page(dossier), sent(dossier, address="Bản Mới", **{"file-giay-to-kem": [a_pdf("a.pdf"), a_pdf("b.pdf")]})
    )

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"
    assert "Bản Mới" in client.get(page(dossier)).content.decode()


def test_what_the_agency_changed_meanwhile_is_told(client, person):
    dossier = asked(person)

    answer = client.post(page(dossier), sent(dossier, address="Bản Mới") | {"revision": dossier.revision - 1})

    assert answer.status_code == 409
    assert "Bản Mới" in answer.content.decode()


def test_nothing_is_asked_so_there_is_no_page(client, person):
    dossier = make.filed(person)

    answer = client.get(page(dossier))

    assert answer.status_code == 302
    assert answer.url == reverse("public_services:my_dossier", args=[dossier.key])


def test_drafts_of_settled_requests_are_dropped(client, person):
    dossier = asked(person)
    client.post(page(dossier), sent(dossier, "save", address="Bản Mới"))
    make.do(dossier, Action.WITHDRAW, person, reason="Thôi")

    dropped = services.discard_settled()

    assert dropped == 1
    assert not SupplementDraft.objects.exists()
