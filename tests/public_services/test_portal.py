"""A citizen's own pages: who may see them, what they say, what may be done from them."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse

from tests.public_services import factories as make
from tinhso.accounts.api import Role
from tinhso.core import clock
from tinhso.core.models import AuditEntry
from tinhso.public_services.dossiers.choices import Action, DeliveryWay, PartyRole
from tinhso.public_services.dossiers.models import Attachment, Dossier, Message, Party
from tinhso.public_services.dossiers.services import filing, looks, messages
from tinhso.public_services.dossiers.services.changes import Actor
from tinhso.public_services.dossiers.services.filing import PartyText

SECRET = "Chỉ hai bên biết"


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """Pages are opened on the day on which the dossiers of these tests are filed."""
    monkeypatch.setattr(clock, "now", lambda: make.later(hours=1))
    monkeypatch.setattr(clock, "today", lambda: make.DAY)


@pytest.fixture
def person(catalog):
    return make.citizen()


def url(name, dossier, *more):
    return reverse(f"public_services:{name}", args=[dossier.key, *more])


def attachment_of(dossier):
    taken = make.a_file()
    return Attachment.objects.create(
        dossier=dossier, paper="giay-to-kem", file=taken.file, name="sổ hộ khẩu.pdf", scan="clean", added_seq=1
    )


def fetched(client, address):
    """A download, read to its end."""
    answer = client.get(address)
    if answer.streaming:
        assert b"".join(answer.streaming_content)
    return answer


# ---- who may see ----


def every_address(dossier):
    """All pages of one dossier, with something behind each of them."""
    result = dossier.results.first()
    return [
        url("my_dossier", dossier),
        url("withdraw", dossier),
        url("supplement", dossier),
        url("rate", dossier),
        url("my_paper", dossier, 1, "filing"),
        reverse("public_services:attachment", args=[attachment_of(dossier).key]),
        reverse("public_services:result_file", args=[result.key]),
        reverse("public_services:complain") + f"?dossier={dossier.key}",
    ]


def strangers():
    return {
        "another citizen": make.citizen("014099000002", "Người dân mẫu – Lạ"),
        "official of the agency": make.official(Role.ONE_STOP_OFFICER),
        "leader of the agency": make.official(Role.AGENCY_LEAD),
    }


def test_strangers_find_nothing_by_any_address(client, person):
    dossier = make.resolved(make.filed(person))
    addresses = every_address(dossier)

    for who, user in strangers().items():
        client.force_login(user)
        for address in addresses:
            assert client.get(address).status_code == 404, f"{who}: {address}"
            assert client.post(address, {}).status_code in (404, 405), f"{who}: {address}"

    assert Dossier.objects.get().state == "resolved"


def test_somebody_of_the_same_household_is_a_stranger(client, person):
    dossier = make.filed(person)
    spouse = make.citizen("014099000003", "Người dân mẫu – Lò Văn Chồng")

    client.force_login(spouse)

    assert client.get(url("my_dossier", dossier)).status_code == 404
    assert dossier.number not in client.get(reverse("public_services:mine")).content.decode()


def test_a_dossier_taken_in_at_the_counter_is_found_by_identity_number(client, person):
    dossier = make.filed(make.citizen("014099000009", "Người dân mẫu – Nộp thay"))
    Party.objects.filter(dossier=dossier).update(user=None)

    client.force_login(person)

    assert client.get(url("my_dossier", dossier)).status_code == 200
    assert dossier.number in client.get(reverse("public_services:mine")).content.decode()


def test_who_helped_to_file_does_not_see_it_as_a_citizen(client, person):
    helper = make.citizen("014099000004", "Người dân mẫu – Giúp")
    begun = make.draft(person)
    dossier = filing.submit(
        draft_id=begun.pk,
        agency=make.commune(),
        parties=[make.owner(person), PartyText(PartyRole.ASSISTANT, "Người giúp", "014099000004", mandate="Tổ")],
        actor=Actor(person.username, filing.relations_of_filer("online"), person),
        key=str(begun.key),
        at=make.AT,
    ).dossier

    client.force_login(helper)

    assert client.get(url("my_dossier", dossier)).status_code == 404


# ---- the list ----


def test_the_list_says_what_waits_for_the_person_first(client, person):
    waiting = make.asked_again(make.filed(person), {"/address": "Ghi rõ bản."})
    newer = make.filed(person, at=make.later(minutes=5))

    client.force_login(person)
    shown = client.get(reverse("public_services:mine")).content.decode()

    assert shown.index(waiting.number) < shown.index(newer.number)
    assert url("supplement", waiting) in shown
    assert "Chờ ông, bà bổ sung" in shown
    assert "Mới đăng ký" in shown  # the national name of the other's state


def test_the_list_shows_what_is_begun_and_not_filed(client, person):
    begun = make.draft(person)

    client.force_login(person)
    shown = client.get(reverse("public_services:mine")).content.decode()

    assert reverse("public_services:draft", args=[begun.key]) in shown


def test_an_empty_list_shows_the_way_to_the_catalog(client, person):
    client.force_login(person)

    answer = client.get(reverse("public_services:mine"))

    assert "Ông, bà chưa có hồ sơ nào" in answer.content.decode()


def test_the_list_costs_as_many_queries_however_long_it_is(client, person, django_assert_max_num_queries):
    for place in range(6):
        make.filed(person, at=make.later(minutes=place))
    client.force_login(person)

    with django_assert_max_num_queries(22):
        client.get(reverse("public_services:mine"))


# ---- the page ----


def test_notes_among_officials_are_not_told(client, person):
    dossier = make.accepted(make.filed(person))
    officer = make.official(Role.CASE_OFFICER)
    other = make.another_commune()
    dossier = make.do(dossier, Action.CONSULT, officer, agency=other.unit_id, reason="Câu hỏi kín")
    open_one = dossier.consultations.get()
    dossier = make.do(dossier, Action.ANSWER_CONSULTATION, officer, consultation=open_one.pk, reason="Câu trả lời kín")
    make.do(dossier, Action.ADVANCE, officer, checked=make.CHECKED, note="Ghi chú kín")

    client.force_login(person)
    shown = client.get(url("my_dossier", dossier)).content.decode()

    assert "kín" not in shown
    assert f"Lấy ý kiến {other.name}" in shown
    assert "Đã xong bước “Tra sổ hộ tịch và dự thảo trích lục”" in shown
    assert officer.username not in shown


def test_what_is_said_to_the_applicant_is_told(client, person):
    dossier = make.do(
        make.filed(person), Action.REFUSE, make.official(Role.ONE_STOP_OFFICER), reason="Không thuộc xã", basis="Điều 5"
    )

    client.force_login(person)
    shown = client.get(url("my_dossier", dossier)).content.decode()

    assert "Không thuộc xã" in shown
    assert "Điều 5" in shown
    assert url("my_paper", dossier, 2, "refusal") in shown


def test_the_page_says_who_holds_it_and_until_when(client, person):
    dossier = make.accepted(make.filed(person))

    client.force_login(person)
    shown = client.get(url("my_dossier", dossier)).content.decode()

    assert f"Công chức thụ lý, {make.commune().name}" in shown
    assert "Hẹn trả kết quả trước 17:00 ngày 12/09/2023" in shown


def test_a_late_dossier_says_so(client, person, monkeypatch):
    dossier = make.accepted(make.filed(person))
    monkeypatch.setattr(clock, "now", lambda: make.later(days=2))

    client.force_login(person)

    assert "Đã quá hẹn trả kết quả" in client.get(url("my_dossier", dossier)).content.decode()


def test_own_files_are_downloads(client, person):
    found = attachment_of(make.filed(person))

    client.force_login(person)
    answer = fetched(client, reverse("public_services:attachment", args=[found.key]))

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "sandbox"


def test_an_infected_file_is_not_handed_out(client, person):
    found = attachment_of(make.filed(person))
    Attachment.objects.filter(pk=found.pk).update(scan="infected")

    client.force_login(person)

    assert client.get(reverse("public_services:attachment", args=[found.key])).status_code == 404


def test_a_control_slip_is_the_officials_own(client, person):
    dossier = make.accepted(make.filed(person))
    accepted = dossier.events.get(kind="accept")

    client.force_login(person)

    assert client.get(url("my_paper", dossier, accepted.seq, "control")).status_code == 404


def test_the_receipt_is_a_pdf(client, person, pdf_tools):
    dossier = make.accepted(make.filed(person))
    accepted = dossier.events.get(kind="accept")

    client.force_login(person)
    answer = client.get(url("my_paper", dossier, accepted.seq, "receipt"))

    assert answer.content.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_the_person_sees_who_looked(client, person):
    dossier = make.filed(person)
    officer = make.official(Role.ONE_STOP_OFFICER)
    looks.note_look(dossier=dossier, user=officer, what="Trang hồ sơ", at=make.AT, on=make.DAY)

    client.force_login(person)
    shown = client.get(url("my_dossier", dossier)).content.decode()
    file = b"".join(client.get(url("my_dossier", dossier) + "?format=csv&table=looks")).decode()

    assert officer.full_name in shown
    assert "Trang hồ sơ" in shown
    assert "Trang hồ sơ" in file
    assert make.commune().name in file


# ---- results ----


def test_opening_the_result_delivers_it_once(client, person):
    dossier = make.resolved(make.filed(person))
    address = reverse("public_services:result_file", args=[dossier.results.get().key])
    client.force_login(person)

    answers = [fetched(client, address) for _time in range(3)]

    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].headers["Content-Disposition"].startswith("attachment")
    assert dossier.events.filter(kind="deliver").count() == 1
    delivered = Dossier.objects.get()
    assert (delivered.state, delivered.events.get(kind="deliver").actor) == ("delivered", person.username)
    assert AuditEntry.objects.filter(action="public_services.result_opened").count() == 3


def test_a_result_to_be_fetched_at_the_counter_is_not_delivered_by_opening(client, person):
    dossier = make.filed(person)
    Dossier.objects.update(delivery=DeliveryWay.COUNTER)
    dossier = make.resolved(dossier)
    client.force_login(person)

    answer = fetched(client, reverse("public_services:result_file", args=[dossier.results.get().key]))

    assert answer.status_code == 200
    assert Dossier.objects.get().state == "resolved"


def test_a_result_that_is_not_issued_is_not_there(client, person):
    dossier = make.accepted(make.filed(person))
    waiting = make.a_result(dossier)
    client.force_login(person)

    assert client.get(reverse("public_services:result_file", args=[waiting.key])).status_code == 404


def test_a_revoked_result_is_told_and_not_handed_out(client, person):
    dossier = make.resolved(make.filed(person))
    result = dossier.results.get()
    make.do(dossier, Action.REVOKE_RESULT, make.official(Role.AGENCY_LEAD), result=str(result.key), reason="Cấp nhầm")
    client.force_login(person)

    page = client.get(url("my_dossier", dossier)).content.decode()
    listed = client.get(reverse("public_services:mine")).content.decode()

    assert client.get(reverse("public_services:result_file", args=[result.key])).status_code == 404
    assert page.count("Cấp nhầm") == 2  # beside the result and in the history
    for shown in (page, listed):
        assert "Kết quả đã bị thu hồi" in shown
        assert "mời ông, bà mở để nhận" not in shown


# ---- withdrawing ----


def withdrawal(dossier, **others):
    return {"key": uuid.uuid4().hex, "revision": dossier.revision, "reason": "Không cần nữa"} | others


def test_withdrawing_ends_the_dossier(client, person):
    dossier = make.filed(person)
    client.force_login(person)

    answer = client.post(url("withdraw", dossier), withdrawal(dossier))

    assert answer.status_code == 302
    assert Dossier.objects.get().state == "withdrawn"


def test_withdrawing_twice_by_the_same_key_is_once(client, person):
    dossier = make.filed(person)
    client.force_login(person)
    sent = withdrawal(dossier)

    codes = [client.post(url("withdraw", dossier), sent).status_code for _time in range(2)]

    assert codes == [302, 302]
    assert dossier.events.filter(kind="withdraw").count() == 1


def test_a_settled_dossier_is_not_withdrawn(client, person):
    dossier = make.resolved(make.filed(person))
    client.force_login(person)

    answer = client.post(url("withdraw", dossier), withdrawal(dossier))

    assert answer.status_code == 422
    assert "không rút được nữa" in answer.content.decode()
    assert Dossier.objects.get().state == "resolved"


def test_withdrawing_what_has_changed_meanwhile_asks_again(client, person):
    dossier = make.filed(person)
    make.accepted(dossier)
    client.force_login(person)

    answer = client.post(url("withdraw", dossier), withdrawal(dossier))

    assert answer.status_code == 409
    assert "Không cần nữa" in answer.content.decode()
    assert Dossier.objects.get().state == "in_progress"


def test_a_reason_is_asked_for(client, person):
    dossier = make.filed(person)
    client.force_login(person)

    assert client.post(url("withdraw", dossier), withdrawal(dossier, reason=" ")).status_code == 422


def test_who_files_for_somebody_acts_for_the_owner(client, person):
    delegate = make.citizen("014099000005", "Người dân mẫu – Ủy quyền")
    dossier = make.filed(person)
    Party.objects.create(dossier=dossier, role=PartyRole.DELEGATE, user=delegate, mandate="Giấy ủy quyền", sealed="")
    client.force_login(delegate)

    client.post(url("withdraw", dossier), withdrawal(dossier))

    assert dossier.events.get(kind="withdraw").on_behalf_of == "owner"


# ---- messages ----


def test_messages_lie_sealed_and_are_audited_without_their_words(client, person):
    dossier = make.filed(person)
    client.force_login(person)

    answer = client.post(url("write_message", dossier), {"text": SECRET})

    assert answer.status_code == 302
    assert SECRET not in Message.objects.get().sealed
    assert SECRET not in str(AuditEntry.objects.filter(action="public_services.message_written").values())
    assert SECRET in client.get(url("my_dossier", dossier)).content.decode()


def test_an_answer_of_the_agency_is_read_here(client, person):
    dossier = make.filed(person)
    officer = make.official(Role.ONE_STOP_OFFICER)
    messages.write(
        dossier_id=dossier.pk, author=officer.username, is_from_agency=True, text="Mời bà đến trụ sở.", at=make.AT
    )

    client.force_login(person)
    shown = client.get(url("my_dossier", dossier)).content.decode()

    assert "Mời bà đến trụ sở." in shown
    assert officer.username not in shown


def test_a_message_sent_twice_is_one(person):
    dossier = make.filed(person)
    said = {"dossier_id": dossier.pk, "author": person.username, "is_from_agency": False, "text": SECRET}

    first = messages.write(**said, at=make.AT)
    again = messages.write(**said, at=make.later(seconds=2))

    assert first.pk == again.pk


def test_an_empty_message_is_refused(client, person):
    dossier = make.filed(person)
    client.force_login(person)

    assert client.post(url("write_message", dossier), {"text": "  "}).status_code == 422


def test_a_flood_of_messages_is_refused(person):
    dossier = make.filed(person)
    said = {"dossier_id": dossier.pk, "author": person.username, "is_from_agency": False}
    for place in range(messages.MOST_A_DAY):
        messages.write(**said, text=f"Lời {place}", at=make.AT)

    with pytest.raises(messages.MessageRefused):
        messages.write(**said, text="Lời nữa", at=make.later(hours=2))

    assert messages.write(**said, text="Lời nữa", at=make.AT + dt.timedelta(days=2)).pk
