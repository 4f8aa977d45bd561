"""Somebody brings the missing paper to the counter: the same form, the same limits, and a receipt."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse

from tests.public_services import factories as make
from tests.public_services.test_supplement_page import ADDRESS, PAPER, a_pdf, answers_now
from tinhso.accounts.api import Role
from tinhso.core import clock, sealed
from tinhso.public_services.dossiers.choices import Action
from tinhso.public_services.dossiers.models import (
    AccessLog,
    Attachment,
    Dossier,
    DossierEvent,
    SupplementDraft,
)
from tinhso.public_services.dossiers.presenters import prescribed
from tinhso.public_services.dossiers.services import supplying
from tinhso.public_services.dossiers.services.refusals import Unfinished


@pytest.fixture(autouse=True)
def at(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: make.later(hours=1))
    monkeypatch.setattr(clock, "today", lambda: make.DAY)


@pytest.fixture
def person(catalog):
    return make.citizen()


@pytest.fixture
def officer(person, client):
    found = make.official(Role.ONE_STOP_OFFICER)
    client.force_login(found)
    return found


def asked(person, *pointers, **answers):
    items = {pointer: f"Cần rõ hơn {number}" for number, pointer in enumerate(pointers or (ADDRESS,))}
    return make.asked_again(make.filed(person, **answers), items)


def url(dossier):
    return reverse("public_services:desk_supplement", args=[dossier.key])


def sent(dossier, button="send", **others):
    draft = SupplementDraft.objects.filter(supplement__dossier=dossier, channel="counter").first()
    common = {
        "key": uuid.uuid4().hex,
        "revision": dossier.revision,
        "draft": draft.revision if draft else 0,
        "handed-giver": "Lò Văn Con",
        "handed-channel": "counter",
        button: "1",
    }
    return common | others


def body(answer):
    return answer.content.decode()


def supplied(dossier):
    return dossier.events.get(kind=Action.SUPPLY)


def test_the_dossiers_page_leads_to_it_while_something_is_asked_for(client, person, officer):
    dossier = asked(person)
    other = make.filed(person, at=make.later(minutes=3))

    waiting = body(client.get(reverse("public_services:desk_dossier", args=[dossier.key])))
    quiet = body(client.get(reverse("public_services:desk_dossier", args=[other.key])))

    assert url(dossier) in waiting
    assert url(other) not in quiet


def test_only_what_was_named_stands_on_the_page(client, person, officer):
    dossier = asked(person, ADDRESS, PAPER)

    shown = body(client.get(url(dossier)))

    assert 'name="address"' in shown
    assert 'name="file-giay-to-kem"' in shown
    assert 'name="original-giay-to-kem"' in shown
    assert "Cần rõ hơn 1" in shown
    assert 'name="subject_name"' not in shown
    assert 'value="Lò Thị Mẫu"' in shown  # who filed has most likely come


def test_what_was_not_named_stays_whatever_is_sent(client, person, officer):
    dossier = asked(person)
    before = answers_now(dossier)

    client.post(url(dossier), sent(dossier, address="Bản Mới", subject_name="Kẻ Khác", **{"file-giay-to-kem": a_pdf()}))

    assert answers_now(dossier) == before | {"address": "Bản Mới"}
    assert not Attachment.objects.exists()


def test_taking_in_leads_the_dossier_on_and_says_that_it_was_at_the_counter(client, person, officer):
    dossier = asked(person, ADDRESS, PAPER)

    answer = client.post(url(dossier), sent(dossier, address="Bản Mới", **{"file-giay-to-kem": a_pdf()}))

    event = supplied(dossier)
    assert Dossier.objects.get().state == "submitted"
    assert (event.actor, event.payload["channel"]) == (officer.username, "counter")
    assert sealed.opened_values(event.sealed)["giver"] == "Lò Văn Con"
    assert answer.url == reverse("public_services:desk_supplied", args=[dossier.key, event.seq])
    receipt = reverse("public_services:paper", args=[dossier.key, "supplied"])
    assert f"{receipt}?seq={event.seq}" in body(client.get(answer.url))


def test_officials_and_the_applicant_read_where_it_was_handed_in(client, person, officer):
    dossier = asked(person, PAPER)
    client.post(url(dossier), sent(dossier, **{"original-giay-to-kem": "1"}))

    desk = body(client.get(reverse("public_services:desk_dossier", args=[dossier.key])))
    client.force_login(person)
    own = body(client.get(reverse("public_services:my_dossier", args=[dossier.key])))

    assert "tại Bộ phận Một cửa" in desk
    assert "Lò Văn Con" in desk
    assert "Đã bổ sung tại Bộ phận Một cửa" in own
    assert reverse("public_services:my_paper", args=[dossier.key, supplied(dossier).seq, "supplied"]) in own


def test_what_comes_by_post_is_taken_in_as_such(client, person, officer):
    dossier = asked(person)

    client.post(url(dossier), sent(dossier, address="Bản Mới", **{"handed-channel": "post"}))

    assert supplied(dossier).payload["channel"] == "post"


@pytest.mark.parametrize(("field", "value"), [("handed-giver", " "), ("handed-channel", "online")])
def test_who_brought_it_and_how_must_be_said(client, person, officer, field, value):
    dossier = asked(person)

    answer = client.post(url(dossier), sent(dossier, address="Bản Mới", **{field: value}))

    assert answer.status_code == 422
    assert "Bản Mới" in body(answer)
    assert Dossier.objects.get().state == "awaiting_supplement"


def test_a_paper_may_be_handed_over_without_a_scan(client, person, officer):
    dossier = asked(person, PAPER)
    old = make.a_file()
    Attachment.objects.create(
        dossier=dossier, paper="giay-to-kem", file=old.file, name="cũ.pdf", scan="clean", added_seq=1
    )
    Dossier.objects.update(is_digitized=True)

    refused = client.post(url(dossier), sent(dossier))
    client.post(url(dossier), sent(dossier, **{"original-giay-to-kem": "1"}))

    assert refused.status_code == 422
    assert "đánh dấu đã nhận bản giấy" in body(refused)
    assert supplied(dossier).payload["originals"] == ["giay-to-kem"]
    assert Attachment.objects.get().removed_seq is None
    assert not Dossier.objects.get().is_digitized


def test_a_tick_for_a_paper_that_was_not_named_counts_for_nothing(client, person, officer):
    dossier = asked(person)

    client.post(url(dossier), sent(dossier, address="Bản Mới", **{"original-giay-to-kem": "1"}))

    assert supplied(dossier).payload["originals"] == []


def test_nothing_is_lost_while_the_person_looks_for_the_rest(client, person, officer):
    dossier = asked(person, ADDRESS, PAPER)

    kept = client.post(url(dossier), sent(dossier, "save", address="Bản Mới", **{"file-giay-to-kem": a_pdf("một.pdf")}))
    again = body(client.get(url(dossier)))

    assert kept.status_code == 302
    assert "Bản Mới" in again
    assert "một.pdf" in again
    assert 'value="Lò Văn Con"' in again
    assert "Lò Văn Con" not in SupplementDraft.objects.get().sealed


def test_each_side_keeps_for_itself_what_is_not_sent(client, person, officer):
    dossier = asked(person)
    asked_for = dossier.supplements.get()
    supplying.save_answers(supplement_id=asked_for.pk, revision=0, answers={"address": "Riêng của tôi"}, at=make.AT)

    at_counter = body(client.get(url(dossier)))
    client.post(url(dossier), sent(dossier, "save", address="Gõ ở quầy"))
    client.force_login(person)
    online = body(client.get(reverse("public_services:supplement", args=[dossier.key])))

    assert "Riêng của tôi" not in at_counter
    assert "Riêng của tôi" in online
    assert "Gõ ở quầy" not in online


def test_one_side_sends_and_the_other_is_told(client, person, officer):
    dossier = asked(person)
    asked_for = dossier.supplements.get()
    supplying.save_answers(supplement_id=asked_for.pk, revision=0, answers={"address": "Của tôi"}, at=make.AT)

    client.post(url(dossier), sent(dossier, address="Bản Mới"))
    client.force_login(person)
    late = client.post(
        reverse("public_services:supplement", args=[dossier.key]),
        {"key": "k", "revision": dossier.revision, "draft": 1, "address": "Của tôi", "send": "1"},
        follow=True,
    )

    assert "không còn yêu cầu bổ sung nào" in body(late)
    assert answers_now(dossier)["address"] == "Bản Mới"
    assert not SupplementDraft.objects.exists()


def test_a_click_twice_leads_to_the_same_receipt(client, person, officer):
    dossier = asked(person)
    clicked = sent(dossier, address="Bản Mới")

    first = client.post(url(dossier), clicked)
    again = client.post(url(dossier), clicked)

    assert first.url == again.url
    assert DossierEvent.objects.filter(kind=Action.SUPPLY).count() == 1


def test_what_others_did_meanwhile_is_told(client, person, officer):
    dossier = asked(person)

    answer = client.post(url(dossier), sent(dossier, address="Bản Mới") | {"revision": dossier.revision - 1})

    assert answer.status_code == 409
    assert "Bản Mới" in body(answer)
    assert Dossier.objects.get().state == "awaiting_supplement"


@pytest.mark.parametrize("role", [Role.CASE_OFFICER, Role.AGENCY_LEAD])
def test_only_reception_takes_in(client, person, role):
    dossier = asked(person)
    client.force_login(make.official(role))

    assert client.get(url(dossier)).status_code == 404
    assert client.post(url(dossier), sent(dossier, address="Bản Mới")).status_code == 404


def test_reception_elsewhere_finds_nothing(client, person):
    dossier = asked(person)
    client.force_login(make.official(Role.ONE_STOP_OFFICER, make.another_commune()))

    assert client.get(url(dossier)).status_code == 404


def test_looking_is_noted_for_the_applicant(client, person, officer):
    dossier = asked(person)

    client.get(url(dossier))

    assert AccessLog.objects.get().what == "trang nhận bổ sung"


def test_without_a_request_there_is_no_page(client, person, officer):
    dossier = make.filed(person)

    answer = client.get(url(dossier))

    assert answer.url == reverse("public_services:desk_dossier", args=[dossier.key])


def test_a_supplement_in_the_work_gets_its_new_day(client, person, officer):
    dossier = make.accepted(make.filed(person))
    dossier = make.do(dossier, Action.REQUEST_SUPPLEMENT, make.official(Role.CASE_OFFICER), items={ADDRESS: "Ghi rõ"})

    client.post(url(dossier), sent(dossier, address="Bản Mới"))

    after = Dossier.objects.get()
    assert after.state == "in_progress"
    assert dt.datetime.fromisoformat(supplied(dossier).payload["due"]) == after.due_at


def test_the_receipt_says_who_brought_what_and_how(client, person, officer):
    dossier = asked(person, ADDRESS, PAPER)
    client.post(url(dossier), sent(dossier, address="Bản Mới", **{"original-giay-to-kem": "1"}))

    said = prescribed.CONTEXTS["supplied"](dossier, supplied(dossier))

    assert (said["giver"], said["channel"], said["at_counter"]) == ("Lò Văn Con", "trực tiếp", True)
    assert said["given"][1].endswith("(bản giấy)")


def test_what_came_online_has_its_receipt_too(person):
    dossier = asked(person)
    make.do(dossier, Action.SUPPLY, person, answers={"address": "Bản Mới"})

    said = prescribed.CONTEXTS["supplied"](dossier, supplied(dossier))

    assert (said["giver"], said["channel"], said["at_counter"]) == ("", "trực tuyến", False)


def test_an_applicant_hands_nothing_over_on_paper(person):
    dossier = asked(person, PAPER)

    with pytest.raises(Unfinished):
        make.do(dossier, Action.SUPPLY, person, originals=["giay-to-kem"])


def test_the_receipt_is_a_pdf(client, person, officer, pdf_tools):
    dossier = asked(person)
    client.post(url(dossier), sent(dossier, address="Bản Mới"))

    answer = client.get(reverse("public_services:paper", args=[dossier.key, "supplied"]))

    assert answer.content.startswith(b"%PDF")
