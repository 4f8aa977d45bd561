"""Messages reach the other side: the applicant by e-mail without a word of them, the agency in its inbox."""

import pytest
from django.core import mail as outgoing
from django.urls import reverse

from tests.public_services import factories as make
from tinhso.accounts import api as accounts
from tinhso.accounts.api import Role
from tinhso.core import clock, outbox
from tinhso.core.models import AuditEntry, OutboxMessage
from tinhso.public_services.dossiers.choices import Action
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.services import messages
from tinhso.public_services.feedback import services as feedback
from tinhso.public_services.feedback.choices import ComplaintKind

ADDRESS, SECRET = "mau@example.vn", "Chuyện riêng của bà Kín"


@pytest.fixture(autouse=True)
def at_work(monkeypatch, settings):
    settings.EMAIL_IS_SET_UP, settings.SITE_URL = True, "https://tinhso.example"
    monkeypatch.setattr(clock, "now", lambda: make.later(minutes=30))


@pytest.fixture
def person(catalog):
    return accounts.make_citizen(
        identity_number="014099000001",
        full_name="Lò Thị Mẫu",
        born_on=None,
        phone="",
        email=ADDRESS,
        address="",
        assurance=2,
        at=make.AT,
    )


@pytest.fixture
def dossier(person):
    return make.filed(person)


def letters_after(act):
    """The e-mail that something brings about."""
    outbox.sweep(at=make.later(hours=1), limit=1000)
    outgoing.outbox.clear()
    act()
    outbox.sweep(at=make.later(hours=2), limit=1000)
    outbox.sweep(at=make.later(hours=3), limit=1000)
    return list(outgoing.outbox)


def from_agency(dossier, text=SECRET, at=None):
    official = make.official(Role.ONE_STOP_OFFICER)
    return messages.write(
        dossier_id=dossier.pk, author=official.username, is_from_agency=True, text=text, at=at or make.AT
    )


def from_applicant(dossier, person, text="Tôi hỏi"):
    return messages.write(
        dossier_id=dossier.pk, author=person.username, is_from_agency=False, text=text, at=make.later(minutes=1)
    )


def waiting(dossier):
    return Dossier.objects.get(pk=dossier.pk).unanswered


# ---- to the applicant ----


def test_the_applicant_hears_once_that_the_agency_has_written_and_where_to_read_it(dossier):
    (letter,) = letters_after(lambda: from_agency(dossier))

    assert (letter.bcc, letter.subject) == ([ADDRESS], f"Hồ sơ {dossier.number}: có lời nhắn mới")
    assert f"https://tinhso.example/services/mine/{dossier.key}/#messages" in letter.body
    assert make.commune().name in letter.body
    assert not any(word in letter.subject + letter.body for word in ("riêng", "Kín", "Lò Thị"))


def test_the_same_words_sent_twice_are_one_letter(dossier):
    assert len(letters_after(lambda: [from_agency(dossier) for _time in range(1)])) == 1
    author = dossier.messages.get().author

    again = letters_after(
        lambda: messages.write(
            dossier_id=dossier.pk, author=author, is_from_agency=True, text=SECRET, at=make.later(minutes=2)
        )
    )

    assert again == []


def test_the_applicants_own_message_brings_no_letter(dossier, person):
    assert letters_after(lambda: from_applicant(dossier, person)) == []


def test_what_the_system_says_is_told_by_the_letter_of_its_event(dossier):
    def say():
        messages.write(dossier_id=dossier.pk, author="system", is_from_agency=True, text="Tính lại", at=make.AT)

    assert letters_after(say) == []


def test_the_news_holds_keys_only(dossier):
    row = from_agency(dossier)

    assert OutboxMessage.objects.get(topic=messages.WRITTEN).payload == {"message": row.pk}


# ---- complaints ----


def complained(person, dossier=None):
    return feedback.complain(
        user=person,
        kind=ComplaintKind.REFLECTION,
        agency_id=make.commune().unit_id,
        dossier_id=dossier.pk if dossier else None,
        text=SECRET,
        key="k",
        at=make.AT,
    )


@pytest.mark.parametrize("is_about_dossier", [True, False])
def test_who_complained_hears_once_that_there_is_an_answer(dossier, person, is_about_dossier):
    made = complained(person, dossier if is_about_dossier else None)
    leader = make.official(Role.AGENCY_LEAD)

    (letter,) = letters_after(
        lambda: feedback.answer(complaint_id=made.pk, user=leader, text="Trả lời kín", at=make.later(minutes=5))
    )

    assert (letter.bcc, letter.subject) == ([ADDRESS], "Phản ánh, kiến nghị của ông, bà đã được trả lời")
    assert reverse("public_services:my_complaint", args=[made.key]) in letter.body
    assert "12/09/2023" in letter.body
    assert not any(word in letter.body.lower() for word in ("kín", "riêng"))


def test_the_address_given_in_the_dossier_comes_first(dossier, person, monkeypatch):
    from tinhso.core import sealed

    dossier.parties.update(sealed=sealed.seal_values({"email": "khac@example.vn"}))
    made = complained(person, dossier)
    leader = make.official(Role.AGENCY_LEAD)

    (letter,) = letters_after(
        lambda: feedback.answer(complaint_id=made.pk, user=leader, text="Đã sửa", at=make.later(minutes=5))
    )

    assert letter.bcc == ["khac@example.vn"]


def test_without_a_mail_server_an_answer_brings_no_letter(person, settings):
    settings.EMAIL_IS_SET_UP = False

    assert feedback.send_of_answer(complaint_id=complained(person).pk) == 0


# ---- to the agency ----


def test_what_the_applicant_writes_waits_until_the_agency_answers(dossier, person):
    from_applicant(dossier, person, "Một")
    from_applicant(dossier, person, "Hai")
    from_applicant(dossier, person, "Hai")  # sent twice
    before = waiting(dossier)

    messages.write(dossier_id=dossier.pk, author="system", is_from_agency=True, text="Tính lại", at=make.AT)
    told = waiting(dossier)
    from_agency(dossier, "Trả lời", at=make.later(minutes=2))

    assert (before, told, waiting(dossier)) == (2, 2, 0)


def desk(client, role=Role.ONE_STOP_OFFICER, unit=None, **query):
    client.force_login(make.official(role, unit))
    return client.get(reverse("public_services:desk"), query)


def test_the_inbox_flags_it_and_counts_it_on_its_tab(client, dossier, person):
    quiet = make.filed(make.citizen("014099000002"))
    from_applicant(dossier, person)

    answer = desk(client)

    flags = {row.number: row.messages for row in answer.context["rows"]}
    assert flags == {dossier.number: "1 lời nhắn chưa trả lời", quiet.number: ""}
    assert "Lời nhắn (1)" in [tab["title"] for tab in answer.context["tabs"]]
    assert "1 lời nhắn chưa trả lời" in answer.content.decode()


def test_a_message_about_a_settled_dossier_is_found_on_the_tab(client, dossier, person):
    officer = make.official(Role.ONE_STOP_OFFICER)
    make.do(dossier, Action.REFUSE, officer, reason="Không thuộc xã", basis="Điều 5")
    from_applicant(dossier, person)

    here = desk(client, Role.CASE_OFFICER, desk="messages")
    elsewhere = desk(client, Role.CASE_OFFICER, make.another_commune(), desk="messages")

    assert [row.number for row in here.context["rows"]] == [dossier.number]
    assert elsewhere.context["rows"] == []
    assert dossier.number not in desk(client).content.decode()


def test_an_official_says_that_no_answer_is_needed(client, dossier, person):
    from_applicant(dossier, person, "Cảm ơn")
    client.force_login(make.official(Role.ONE_STOP_OFFICER))
    page = reverse("public_services:desk_dossier", args=[dossier.key])
    before = client.get(page).content.decode()

    for _time in range(2):
        client.post(reverse("public_services:desk_messages_settled", args=[dossier.key]))

    assert "Không cần trả lời" in before
    assert "còn 1 lời nhắn chưa trả lời" in before
    assert waiting(dossier) == 0
    assert "Không cần trả lời" not in client.get(page).content.decode()
    assert AuditEntry.objects.filter(action="public_services.messages_settled").count() == 1


@pytest.mark.parametrize(("role", "unit"), [(Role.PLAN_OWNER, None), (Role.ONE_STOP_OFFICER, "elsewhere")])
def test_who_may_not_write_does_not_settle_either(client, dossier, person, role, unit):
    from_applicant(dossier, person)
    client.force_login(make.official(role, make.another_commune() if unit else None))

    answer = client.post(reverse("public_services:desk_messages_settled", args=[dossier.key]))

    assert (answer.status_code, waiting(dossier)) == (404, 1)


def test_work_on_the_dossier_keeps_the_count(dossier, person):
    from_applicant(dossier, person)

    make.do(dossier, Action.ACCEPT, make.official(Role.ONE_STOP_OFFICER))

    assert waiting(dossier) == 1
