"""The desk, the lists and registers, what waits to be sent, agencies, counts of secret documents, entries on paper."""

import csv
import datetime as dt
import io
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from tests.accounts.factories import person
from tests.documents import factories as make
from tests.documents import light
from tests.documents.test_document_pages import BACKEND, body, enter, home_affairs, justice, on_the_day
from tinhso.accounts.api import Role
from tinhso.documents.choices import ChannelKind
from tinhso.documents.models import Agency, Dispatch, Document, Partner, SecretCount

__all__ = ["BACKEND", "enter", "home_affairs", "justice", "on_the_day"]
DESK, IN, OUT, QUEUE, AGENCIES, SECRETS, PAPER = (
    f"/documents/{name}" for name in ("", "in/", "out/", "queue/", "agencies/", "secrets/", "paper/")
)


def table(answer):
    """The rows of a CSV answer, without their header."""
    return list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))[1:]


@pytest.fixture
def arrived(justice, home_affairs):
    document = light.sent(justice, home_affairs, subject="Kế hoạch chuyển đổi số")
    make.exchange()
    return make.copy_of(document, home_affairs)


# ---- the desk -------------------------------------------------------------------------------------------------------


def test_the_desk_shows_what_waits_for_whom(enter, justice, home_affairs, arrived):
    make.draft(home_affairs, subject="Dự thảo của chuyên viên")
    found = {who: body(enter(getattr(home_affairs, who)).get(DESK)) for who in ("registrar", "clerk", "leader")}

    assert "Chờ tiếp nhận" in found["registrar"]
    assert "Dự thảo của chuyên viên" in found["clerk"]
    assert "Kế hoạch chuyển đổi số" not in found["clerk"]
    assert "Không có việc nào đang chờ" in found["leader"]


def test_the_desk_goes_out_as_a_table(enter, home_affairs, arrived):
    rows = table(enter(home_affairs.registrar).get(f"{DESK}?format=csv"))

    assert [row[0] for row in rows] == ["Chờ tiếp nhận"]
    assert rows[0][4] == "Kế hoạch chuyển đổi số"


def test_the_desk_of_another_agency_is_not_there(enter, justice, home_affairs):
    assert enter(justice.registrar).get(f"{DESK}?agency={home_affairs.agency.pk}").status_code == 404


def test_the_desk_says_what_waits_to_be_sent(enter, justice, home_affairs):
    light.sent(justice, home_affairs)

    page = body(enter(justice.registrar).get(DESK))

    assert "1 gói tin chờ gửi, lâu nhất 0 phút." in page


# ---- lists ----------------------------------------------------------------------------------------------------------


def test_lists_are_found_and_narrowed(enter, justice):
    make.draft(justice, subject="Kế hoạch số hóa")
    make.draft(justice, subject="Báo cáo quý", kind="BC")
    client = enter(justice.clerk)

    found = {
        query: body(client.get(f"{OUT}?{query}"))
        for query in ("q=ke hoach so hoa", "kind=BC", "state=issued", "year=2023", "kind=khac&year=0001&state=x&page=9")
    }

    assert ["Kế hoạch số hóa" in page for page in found.values()] == [True, False, False, False, True]
    assert "Không có văn bản nào khớp" in found["state=issued"]


def test_an_empty_register_says_what_will_stand_there(enter, home_affairs):
    assert "Chưa có văn bản đến" in body(enter(home_affairs.clerk).get(IN))


def test_fifty_lines_ask_no_more_than_one(enter, justice, django_assert_max_num_queries):
    for number in range(50):
        make.draft(justice, subject=f"Văn bản thứ {number}")
    client = enter(justice.registrar)

    with django_assert_max_num_queries(20):
        page = body(client.get(OUT))
    with django_assert_max_num_queries(25):
        client.get(DESK)

    assert page.count("ts-number") == 50
    assert len(table(client.get(f"{OUT}?format=csv"))) == 50


def test_documents_in_of_a_year_ask_no_more_for_more(enter, home_affairs, arrived, django_assert_max_num_queries):
    for number in range(2, 40):
        arrival = arrived.arrival
        arrived.pk = arrival.pk = None
        arrived.code, arrived.number = f"{number}", number
        arrived.save()
        arrival.document = arrived
        arrival.save()
    client = enter(home_affairs.registrar)

    with django_assert_max_num_queries(20):
        page = body(client.get(IN))

    assert page.count("ts-number") == 39


# ---- registers ------------------------------------------------------------------------------------------------------


def register(client, direction, **asked):
    return client.get(reverse("documents:register", args=[direction]), asked)


def test_a_register_is_xml_with_the_fields_of_the_act(enter, home_affairs, arrived):
    light.do("register", arrived, home_affairs)

    answer = register(enter(home_affairs.registrar), "in", year="2024", format="xml")

    entry = ElementTree.fromstring(answer.content).find("Document")  # noqa: S314 - our own answer
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert entry.find("ArrivalNumber").text == "1"
    assert entry.find("Subject").text == "Kế hoạch chuyển đổi số"


def test_a_register_is_a_table_and_a_paper(enter, justice, pdf_tools):
    light.issued(justice, subject="=1+1")
    client = enter(justice.registrar)

    rows = table(register(client, "out", year="2024", format="csv"))
    paper = register(client, "out", year="2024")

    assert rows[0][5] == "'=1+1"
    assert paper.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("direction", "asked"),
    [("aside", {}), ("in", {"year": "0001"}), ("in", {"year": "năm"}), ("out", {"format": "exe"})],
)
def test_a_register_that_there_is_not_is_not_there(enter, justice, direction, asked):
    assert register(enter(justice.registrar), direction, **asked).status_code == 404


def test_drafts_stand_in_no_register(enter, justice):
    make.draft(justice)

    assert table(register(enter(justice.registrar), "out", year="2024", format="csv")) == []


# ---- what waits to be sent ------------------------------------------------------------------------------------------


def test_the_queue_shows_what_waits_and_a_person_acts(enter, justice, home_affairs):
    light.sent(justice, home_affairs)
    client, waiting = enter(justice.registrar), Dispatch.objects.get()
    there = reverse("documents:queue_act", args=[waiting.pk])

    before = body(client.get(QUEUE))
    client.post(there, {"stop": "1"})
    stopped = body(client.get(QUEUE))
    client.post(there, {"resume": "1"})

    assert "Chờ gửi" in before
    assert "Đã dừng" in stopped
    assert Dispatch.objects.get().stopped_at is None
    assert len(table(client.get(f"{QUEUE}?format=csv"))) == 1


def test_the_queue_is_acted_upon_by_its_registrar_only(enter, justice, home_affairs):
    light.sent(justice, home_affairs)
    there = reverse("documents:queue_act", args=[Dispatch.objects.get().pk])

    for user in (justice.clerk, justice.leader, home_affairs.registrar):
        assert enter(user).post(there, {"stop": "1"}).status_code == 404
    assert "Dừng" not in body(enter(justice.clerk).get(QUEUE))


def test_an_empty_queue_says_so(enter, justice):
    assert "Không có gì chờ gửi" in body(enter(justice.registrar).get(QUEUE))


def test_the_queue_asks_no_more_for_more(enter, justice, home_affairs, django_assert_max_num_queries):
    light.sent(justice, home_affairs, make.office(make.FINANCE), make.office(make.COMMUNE))
    light.sent(justice, home_affairs, make.office(make.FINANCE), make.office(make.COMMUNE))
    client = enter(justice.registrar)

    with django_assert_max_num_queries(14):
        assert body(client.get(QUEUE)).count("<tr>") == 7


# ---- agencies -------------------------------------------------------------------------------------------------------


def test_agencies_are_found_and_go_out_as_a_table(enter, justice):
    client = enter(justice.clerk)

    page = body(client.get(f"{AGENCIES}?q=Sở Tài"))
    rows = table(client.get(f"{AGENCIES}?q=Sở Tài&format=csv"))

    assert "Sở Tài chính" in page
    assert "format=csv&amp;q=" in page
    assert "mã tạm" in page
    assert {row[0] for row in rows} <= set(Agency.objects.values_list("name", flat=True))
    assert "Không có cơ quan nào" in body(client.get(f"{AGENCIES}?q=khong-co"))


def test_who_looks_after_the_exchange_goes_on_with_a_partner(enter, justice):
    partner = light.partner(ChannelKind.FOLDER)
    Partner.objects.update(parked_reason="Sai khóa")
    there = reverse("documents:release_partner", args=[partner.pk])
    administrator = person(Role.ADMINISTRATOR, username="quan-tri")

    client = enter(administrator)
    page = body(client.get(AGENCIES))
    released = client.post(there)

    assert "Sai khóa" in page
    assert there in page
    assert released.status_code == 302
    assert Partner.objects.get().parked_reason == ""
    assert client.get(released.url).status_code == 200
    assert client.post(reverse("documents:release_partner", args=[999])).status_code == 404


def test_others_see_that_a_partner_waits_and_cannot_go_on(enter, justice):
    partner = light.partner(ChannelKind.FOLDER)
    Partner.objects.update(parked_reason="Sai khóa")
    there = reverse("documents:release_partner", args=[partner.pk])
    client = enter(justice.registrar)

    assert there not in body(client.get(AGENCIES))
    assert client.post(there).status_code == 404


def test_agencies_ask_no_more_for_more(enter, justice, django_assert_max_num_queries):
    client = enter(justice.clerk)

    with django_assert_max_num_queries(12):
        assert body(client.get(AGENCIES)).count('<tr><th scope="row">') == 100


# ---- counts of secret documents -------------------------------------------------------------------------------------


def test_only_a_count_of_secret_documents_is_entered(enter, justice):
    client = enter(justice.registrar)
    given = {"agency": justice.agency.pk, "year": "2023", "count": "7"}

    client.post(SECRETS, given)
    client.post(SECRETS, given | {"count": "8", "subject": "Không được giữ"})

    assert list(SecretCount.objects.values_list("year", "count")) == [(2023, 8)]
    assert "Không được giữ" not in body(client.get(SECRETS))


@pytest.mark.parametrize("wrong", [{"count": "-1"}, {"year": "20"}, {"count": ""}])
def test_a_wrong_count_is_refused_with_what_was_typed(enter, justice, wrong):
    given = {"agency": justice.agency.pk, "year": "2023", "count": "7"} | wrong

    answer = enter(justice.registrar).post(SECRETS, given)

    assert answer.status_code == 422
    assert "Cần sửa trước khi gửi" in body(answer)
    assert not SecretCount.objects.exists()


def test_the_count_of_another_agency_is_not_entered(enter, justice, home_affairs):
    answer = enter(justice.registrar).post(SECRETS, {"agency": home_affairs.agency.pk, "year": "2023", "count": "7"})

    assert answer.status_code == 422
    assert not SecretCount.objects.exists()


# ---- entries on paper -----------------------------------------------------------------------------------------------

ON_PAPER = {
    "kind": "QD",
    "subject": "Khen thưởng",
    "issued_on": "2024-01-12",
    "signer_position": "Giám đốc",
    "signer_name": "Lò Văn Mẫu",
    "places_to": "Lưu: VT",
}


def test_a_document_on_paper_takes_the_next_number(enter, justice):
    light.issued(justice, kind="QD")
    client = enter(justice.registrar)

    done = client.post(PAPER, ON_PAPER)
    made = Document.objects.get(medium="paper")

    assert made.number == 2
    assert "Văn bản giấy: sổ chỉ giữ thông tin đăng ký." in body(client.get(done.url))
    assert client.get(reverse("documents:send", args=[made.pk])).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"issued_on": "2023-12-31"}, "sổ của năm trước đã kết thúc"),
        ({"issued_on": "2024-01-16"}, "không sau hôm nay"),
        ({"subject": "TỐI MẬT"}, "Có dấu độ mật"),
    ],
)
def test_a_wrong_entry_is_refused_with_what_was_typed(enter, justice, wrong, said):
    answer = enter(justice.registrar).post(PAPER, ON_PAPER | wrong)

    assert answer.status_code == 422
    assert said in body(answer)
    assert "Lò Văn Mẫu" in body(answer)
    assert not Document.objects.exists()


def test_only_registrars_enter_paper_and_secret_counts(enter, justice):
    for user in (justice.clerk, justice.leader):
        assert enter(user).get(PAPER).status_code == 404
        assert enter(user).get(SECRETS).status_code == 404


def test_the_year_of_a_list_is_the_readers(enter, justice):
    page = body(enter(justice.clerk).get(f"{OUT}?year=2022"))

    assert '<option value="2022" selected>' in page
    assert f"year={dt.date(2022, 1, 1).year}&amp;format=xml" in page
