"""Pages about money: the applicant's, the counter's, the door of providers, and who gets in."""

import csv
import io
import json
import re

import pytest

from tests.public_services import factories as make
from tinhso.accounts.api import Role
from tinhso.core import clock
from tinhso.public_services.dossiers.choices import Action
from tinhso.public_services.dossiers.models import AccessLog, Dossier
from tinhso.public_services.payments.contrib.sandbox import Sandbox
from tinhso.public_services.payments.models import Payment
from tinhso.public_services.payments.plugins import Notice

BACKEND = "tinhso.accounts.backends.Backend"
CALLBACK = "/services/payments/sandbox/callback/"


@pytest.fixture(autouse=True)
def sandbox(settings, monkeypatch):
    settings.PAYMENT_SANDBOX = True
    settings.PAYMENT_BANK, settings.PAYMENT_ACCOUNT = "999999", "0000000000"
    settings.PAYMENT_GATEWAYS = settings.PAYMENT_GATEWAYS | {
        "sandbox": "tinhso.public_services.payments.contrib.sandbox.Sandbox"
    }
    monkeypatch.setattr(clock, "now", lambda: make.AT)
    monkeypatch.setattr(clock, "today", lambda: make.DAY)


@pytest.fixture
def person(catalog):
    return make.citizen()


@pytest.fixture
def dossier(person):
    return make.do(make.filed(person), Action.ACCEPT, make.official(Role.ONE_STOP_OFFICER))


@pytest.fixture
def mine(client, person):
    client.force_login(person, backend=BACKEND)
    return client


def body(answer):
    return answer.content.decode()


def pay_url(dossier, more=""):
    return f"/services/pay/{dossier.key}/{more}"


def sent(payment, *, ref="FT1", amount=16_000):
    raw, headers = Sandbox().signed(Notice(payment.reference, ref, amount, make.AT, "paid"), at=make.AT)
    return {"data": raw, "content_type": "application/json", "headers": headers}


def test_the_applicant_sees_what_is_due_and_gets_a_code(mine, dossier):
    before = body(mine.get(pay_url(dossier)))
    answer = mine.post(pay_url(dossier, "start/"), follow=True)

    assert "16.000" in before
    assert "data:image/svg+xml" not in before
    assert "data:image/svg+xml" in body(answer)
    assert Payment.objects.get().reference in body(answer)


def test_the_page_asks_again_until_the_money_has_come(mine, dossier):
    mine.post(pay_url(dossier, "start/"))

    waiting = body(mine.get(pay_url(dossier), headers={"HX-Request": "true"}))
    mine.post(pay_url(dossier, "pretend/"))
    done = body(mine.get(pay_url(dossier), headers={"HX-Request": "true"}))

    assert 'hx-trigger="every 3s"' in waiting
    assert "<html" not in waiting
    assert "hx-trigger" not in done
    assert "Không còn khoản nào phải nộp" in done
    assert Dossier.objects.get().state == "in_progress"


def test_a_notice_may_come_before_the_browser_is_back(mine, dossier, client):
    mine.post(pay_url(dossier, "start/"))
    answer = client.post(CALLBACK, **sent(Payment.objects.get()))

    page = body(mine.get(pay_url(dossier)))

    assert json.loads(body(answer)) == {"status": "accepted"}
    assert "BL-" in page


def test_without_the_sandbox_nothing_can_be_pretended(mine, dossier, settings):
    mine.post(pay_url(dossier, "start/"))
    settings.PAYMENT_SANDBOX = False

    assert "Giả lập" not in body(mine.get(pay_url(dossier)))
    assert mine.post(pay_url(dossier, "pretend/")).status_code == 404


def test_without_a_gateway_the_page_says_where_to_pay(mine, dossier, settings):
    settings.PAYMENT_GATEWAYS = {"cash": settings.PAYMENT_GATEWAYS["cash"]}

    assert "Hiện chưa nộp trực tuyến được" in body(mine.get(pay_url(dossier)))
    assert mine.post(pay_url(dossier, "start/")).status_code == 404


def test_pretending_before_a_code_was_made_says_so(mine, dossier):
    assert "Chưa có mã thanh toán" in body(mine.post(pay_url(dossier, "pretend/"), follow=True))


def test_a_dossier_that_owes_nothing_has_an_empty_page(mine, person):
    filed = make.filed(person)

    assert "Không có khoản nào phải nộp" in body(mine.get(pay_url(filed)))
    assert "không có khoản nào đang chờ nộp" in body(mine.post(pay_url(filed, "start/"), follow=True))


@pytest.mark.parametrize("more", ["", "start/", "pretend/"])
def test_another_citizen_finds_no_page(client, dossier, more):
    client.force_login(make.citizen("014099000009", "Người khác"), backend=BACKEND)
    url = pay_url(dossier, more)

    assert (client.post(url) if more else client.get(url)).status_code == 404


def test_officials_do_not_pay_for_people(client, dossier):
    client.force_login(make.official(Role.ONE_STOP_OFFICER), backend=BACKEND)

    assert client.get(pay_url(dossier)).status_code == 404


# ---- the door of providers ----


@pytest.mark.parametrize(
    ("url", "content", "status"),
    [
        (CALLBACK, b"{}", 401),
        (CALLBACK, b"[" * 3000, 401),
        (CALLBACK, b"x" * 5000, 413),
        ("/services/payments/cash/callback/", b"{}", 401),
        ("/services/payments/nobody/callback/", b"{}", 404),
    ],
)
def test_strangers_learn_nothing_at_the_door(client, dossier, url, content, status):
    answer = client.post(url, content, content_type="application/json")

    assert answer.status_code == status
    assert set(json.loads(body(answer))) == {"status"}
    assert not Payment.objects.exists()


def test_the_door_opens_without_a_session_for_whoever_signs(dossier, django_user_model):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    payment = _begun(dossier)

    answers = [strict.post(CALLBACK, **sent(payment)) for _again in range(2)]

    assert [(answer.status_code, body(answer)) for answer in answers] == [(200, '{"status": "accepted"}')] * 2


def _begun(dossier):
    from tinhso.public_services.payments.services import collecting

    return collecting.begin(dossier_id=dossier.pk, gateway=Sandbox(), at=make.AT)


# ---- the counter ----


@pytest.fixture
def counter(client, dossier):
    client.force_login(make.official(Role.ONE_STOP_OFFICER, name="mot-cua"), backend=BACKEND)
    return client


def cash_url(dossier):
    return f"/services/desk/{dossier.key}/cash/"


def hidden(page):
    return dict(re.findall(r'type="hidden" name="(amount_vnd|revision|key)" value="([^"]*)"', page))


def test_the_counter_takes_cash_and_the_look_is_noted(counter, dossier):
    page = body(counter.get(cash_url(dossier)))
    said = hidden(page) | {"payer": "Lò Thị Mẫu"}

    answers = [counter.post(cash_url(dossier), said, follow=True) for _again in range(2)]

    assert 'value="Lò Thị Mẫu"' in page
    assert all("biên lai số 000001/BL-" in body(answer) for answer in answers)
    assert Payment.objects.count() == 1
    assert AccessLog.objects.filter(dossier=dossier, actor="mot-cua").exists()


def test_a_refused_form_keeps_what_was_typed(counter, dossier):
    said = hidden(body(counter.get(cash_url(dossier)))) | {"payer": "Quàng Thị Mẫu"}

    wrong = counter.post(cash_url(dossier), said | {"amount_vnd": "5"})
    stale = counter.post(cash_url(dossier), said | {"revision": "1"})

    assert (wrong.status_code, stale.status_code) == (422, 409)
    assert "Quàng Thị Mẫu" in body(wrong)
    assert hidden(body(stale))["revision"] == str(dossier.revision)
    assert not Payment.objects.exists()


@pytest.mark.parametrize("role", [Role.CASE_OFFICER, Role.AGENCY_LEAD, Role.COMMUNITY_TEAM])
def test_others_of_the_agency_find_no_counter(client, dossier, role):
    client.force_login(make.official(role), backend=BACKEND)

    assert client.get(cash_url(dossier)).status_code == 404
    assert client.get("/services/desk/payments/").status_code == 404


def test_strangers_find_no_counter(client, dossier, person):
    payment = _begun(dossier)
    client.post(CALLBACK, **sent(payment))
    elsewhere = make.official(Role.ONE_STOP_OFFICER, make.another_commune())
    for user in (elsewhere, person, make.citizen("014099000009", "Người khác")):
        client.force_login(user, backend=BACKEND)

        assert client.get(cash_url(dossier)).status_code == 404
        assert client.post(cash_url(dossier), {}).status_code == 404
        assert client.get(f"/services/desk/receipts/{payment.key}/").status_code == 404
        assert client.post(f"/services/desk/payments/{payment.key}/handled/").status_code == 404


def test_the_register_shows_money_of_the_own_agency_only(client, counter, dossier):
    client.post(CALLBACK, **sent(_begun(dossier), amount=20_000))
    url = "/services/desk/payments/?show=attention"

    own = body(counter.get(url))
    table = list(csv.reader(io.StringIO(counter.get(f"{url}&format=csv").content.decode("utf-8-sig"))))
    client.force_login(make.official(Role.ONE_STOP_OFFICER, make.another_commune()), backend=BACKEND)
    other = body(client.get("/services/desk/payments/"))

    assert dossier.number in own
    assert "Nhận thừa" in own
    assert table[1][1] == dossier.number
    assert dossier.number not in other


def test_money_that_was_seen_to_leaves_the_list(client, counter, dossier):
    client.post(CALLBACK, **sent(_begun(dossier), amount=20_000))
    payment = Payment.objects.get()

    counter.post(f"/services/desk/payments/{payment.key}/handled/")

    assert "Không có khoản nào phải xử lý" in body(counter.get("/services/desk/payments/?show=attention"))


@pytest.mark.usefixtures("pdf_tools")
def test_both_sides_get_the_receipt_and_nobody_else(client, person, dossier):
    payment = _begun(dossier)
    client.post(CALLBACK, **sent(payment))
    urls = (f"/services/pay/receipts/{payment.key}/", f"/services/desk/receipts/{payment.key}/")
    found = {}
    for name, user in {
        "own": person,
        "other": make.citizen("014099000009", "Người khác"),
        "desk": make.official(Role.CASE_OFFICER),
    }.items():
        client.force_login(user, backend=BACKEND)
        answers = [client.get(url) for url in urls]
        found[name] = [answer.status_code for answer in answers]

    assert found == {"own": [200, 404], "other": [404, 404], "desk": [404, 200]}


def test_a_payment_without_receipt_has_no_receipt_page(mine, dossier):
    payment = _begun(dossier)

    assert mine.get(f"/services/pay/receipts/{payment.key}/").status_code == 404
