"""Applicants hear by e-mail what has become of their dossier, and never what they have answered."""

import pytest
from django.core import mail as outgoing

from tests.public_services import factories as make
from tinhso.accounts import api as accounts
from tinhso.accounts.api import Role
from tinhso.core import outbox
from tinhso.public_services.dossiers.choices import Action
from tinhso.public_services.dossiers.models import DossierEvent
from tinhso.public_services.dossiers.services import letters

ADDRESS = "mau@example.vn"


@pytest.fixture
def mail_server(settings):
    settings.EMAIL_IS_SET_UP = True
    settings.SITE_URL = "https://tinhso.example"
    return outgoing


@pytest.fixture
def reception(catalog):
    return make.official(Role.ONE_STOP_OFFICER)


def somebody(email=ADDRESS):
    return accounts.make_citizen(
        identity_number="014099000001",
        full_name="Lò Thị Mẫu",
        born_on=None,
        phone="",
        email=email,
        address="",
        assurance=2,
        at=make.AT,
    )


def sweep():
    outbox.sweep(at=make.later(hours=1), limit=1000)


def test_each_status_is_told_once_with_number_and_what_to_do(reception, mail_server):
    dossier = make.do(make.filed(somebody()), Action.ACCEPT, reception)

    sweep()
    sweep()

    assert [m.subject for m in mail_server.outbox] == [
        f"Hồ sơ {dossier.number}: đã nộp, chờ tiếp nhận",
        f"Hồ sơ {dossier.number}: đã được tiếp nhận",
        f"Hồ sơ {dossier.number}: cần nộp phí, lệ phí",
    ]
    assert {tuple(m.bcc) for m in mail_server.outbox} == {(ADDRESS,)}
    assert f"https://tinhso.example/services/mine/{dossier.key}/" in mail_server.outbox[0].body
    assert "nộp trực tuyến" in mail_server.outbox[2].body


def test_no_letter_says_what_was_answered(reception, mail_server):
    dossier = make.filed(somebody())
    make.do(dossier, Action.REFUSE, reception, reason="Ảnh của bà Mẫu bị mờ", basis="NĐ 61/2018/NĐ-CP, Điều 17")

    sweep()

    text = "\n".join(f"{m.subject}\n{m.body}" for m in mail_server.outbox)
    assert not any(word in text for word in ("Mẫu bị mờ", "Lò Thị Mẫu", "014099000001", "trích lục"))


def test_somebody_without_an_address_gets_none(reception, mail_server):
    make.filed(somebody(email=""))

    sweep()

    assert mail_server.outbox == []


def test_without_a_mail_server_nothing_is_sent(reception):
    dossier = make.filed(somebody())

    assert letters.send_of_event(dossier_id=dossier.pk, seq=1) == 0


def test_every_event_is_told_but_those_inside_the_agency(reception):
    event = make.filed(somebody()).events.get()
    untold = set()
    for event.kind in Action.values:
        if letters._said(event) is None:
            untold.add(event.kind)

    assert untold == {"start", "advance", "send_back", "consult", "answer_consultation", "amend_record"}


def test_the_promised_day_is_that_of_the_event(reception, mail_server):
    dossier = make.do(make.filed(somebody()), Action.ACCEPT, reception)
    event = DossierEvent.objects.get(dossier=dossier, kind="accept")

    letters.send_of_event(dossier_id=dossier.pk, seq=event.seq)

    assert dossier.due_at is None
    assert "Ngày hẹn trả kết quả: " in mail_server.outbox[0].body
