"""Fees that are due on delivery: asked for when the result is there, and the result waits for them."""

import uuid

import pytest
from django.core import mail as outgoing
from django.urls import reverse

from tests.public_services import factories as make
from tests.public_services.test_payments import BANK, tell
from tests.public_services.test_portal import fetched
from tinhso.accounts import api as accounts
from tinhso.accounts.api import Role
from tinhso.core import clock, outbox
from tinhso.public_services.catalog import services as catalog_services
from tinhso.public_services.dossiers.choices import Action, DeliveryWay
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.services import drafts
from tinhso.public_services.dossiers.services.refusals import NotAllowed
from tinhso.public_services.payments.models import Payment
from tinhso.public_services.payments.services import collecting
from tinhso.public_services.publishing.selectors.history import check_dossiers
from tinhso.public_services.results.selectors import register

OWN = "9.000635"  # like the extract, its fee due on delivery
OWNER = "014099000001"


@pytest.fixture(autouse=True)
def at(monkeypatch, settings):
    monkeypatch.setattr(clock, "now", lambda: make.AT)
    monkeypatch.setattr(clock, "today", lambda: make.DAY)
    settings.PAYMENT_SANDBOX = True
    settings.PAYMENT_BANK, settings.PAYMENT_ACCOUNT = "999999", "0000000000"
    settings.PAYMENT_GATEWAYS = settings.PAYMENT_GATEWAYS | {
        "sandbox": "tinhso.public_services.payments.contrib.sandbox.Sandbox"
    }


@pytest.fixture
def person(catalog):
    text = (catalog_services.reference_folder() / f"{make.EXTRACT}.yaml").read_text()
    text = text.replace(make.EXTRACT, OWN).replace("when: receive", "when: deliver")
    draft = catalog_services.write_draft(text=text.encode(), actor="t", at=make.AT)
    catalog_services.publish(version=draft, valid_from=make.DAY, actor="t", at=make.AT)
    return make.citizen()


def at_the_last_step(person, delivery=DeliveryWay.ONLINE):
    dossier = make.filed(person, code=OWN)
    Dossier.objects.filter(pk=dossier.pk).update(delivery=delivery)
    dossier = make.do(dossier, Action.ACCEPT, make.official(Role.ONE_STOP_OFFICER))
    return make.do(dossier, Action.ADVANCE, make.official(Role.CASE_OFFICER), checked=make.CHECKED, note="")


def resolved(person, delivery=DeliveryWay.ONLINE):
    dossier = at_the_last_step(person, delivery)
    make.a_result(dossier)
    return make.do(dossier, Action.RESOLVE, make.official(Role.AGENCY_LEAD))


def paid(dossier, officer=None):
    officer = officer or make.official(Role.ONE_STOP_OFFICER)
    collecting.take_cash(
        dossier_id=dossier.pk,
        actor=make.as_actor(officer, dossier),
        payer="Lò Thị Mẫu",
        amount_vnd=16_000,
        key=uuid.uuid4().hex,
        at=make.AT,
    )
    return Dossier.objects.get(pk=dossier.pk)


def signed_in(client, role):
    user = make.official(role)
    client.force_login(user)
    return user


def body(answer):
    return answer.content.decode()


def desk(client, dossier):
    return client.get(reverse("public_services:desk_dossier", args=[dossier.key]))


def act(client, dossier, action, **data):
    data = {"key": uuid.uuid4().hex, "revision": Dossier.objects.get(pk=dossier.pk).revision} | data
    return client.post(reverse("public_services:desk_act", args=[dossier.key, action]), data)


def result_url(dossier):
    return reverse("public_services:result_file", args=[dossier.results.get().key])


# ---- when it is asked for ----


def test_nothing_is_asked_for_before_the_result_is_there(person):
    dossier = at_the_last_step(person)

    assert dossier.state == "in_progress"
    assert not dossier.charges.exists()


def test_signing_the_result_asks_for_the_fee_and_the_term_is_over(person):
    dossier = resolved(person)

    kinds = list(dossier.events.order_by("seq").values_list("kind", flat=True))
    assert kinds[-2:] == ["resolve", "request_payment"]
    assert (dossier.state, dossier.desk, dossier.act_by) == ("resolved", "applicant", None)
    assert (dossier.resolved_at, dossier.charges.get().amount_vnd) == (make.AT, 16_000)
    assert not dossier.pauses.filter(ended_at__isnull=True).exists()


def test_a_refusal_owes_nothing(person):
    dossier = at_the_last_step(person)
    make.a_result(dossier)

    dossier = make.do(
        dossier, Action.REJECT, make.official(Role.AGENCY_LEAD), reason="Không có trong sổ", basis="Luật Hộ tịch 2014"
    )

    assert not dossier.charges.exists()
    assert make.do(dossier, Action.DELIVER, person).state == "delivered"


def test_a_correction_does_not_ask_twice(person):
    dossier = make.do(paid(resolved(person)), Action.DELIVER, person)
    before = dossier.results.get()
    before.superseded_by = make.a_result(dossier)
    before.save()

    dossier = make.do(dossier, Action.CORRECT_RESULT, make.official(Role.AGENCY_LEAD), reason="Sai ngày sinh")

    assert dossier.charges.count() == 1
    assert make.do(dossier, Action.DELIVER, person).state == "delivered"


def test_nobody_asks_for_it_while_the_dossier_is_worked_on(person):
    dossier = at_the_last_step(person)

    with pytest.raises(NotAllowed):
        make.do(dossier, Action.REQUEST_PAYMENT, None, when="deliver")


def test_the_events_still_make_the_dossier(person):
    make.do(paid(resolved(person)), Action.DELIVER, person)

    assert list(check_dossiers()) == [None]


# ---- delivery waits ----


@pytest.mark.parametrize("who", ["person", "reception", "system"])
def test_nobody_delivers_before_it_is_paid(person, who):
    dossier = resolved(person)
    user = {"person": person, "reception": make.official(Role.ONE_STOP_OFFICER), "system": None}[who]

    with pytest.raises(NotAllowed) as refusal:
        make.do(dossier, Action.DELIVER, user, way="counter")

    assert refusal.value.kind == "fee_unpaid"
    assert "sau khi nộp đủ phí, lệ phí" in str(refusal.value)


def test_the_counter_says_so_takes_the_money_and_then_hands_over(client, person):
    dossier = resolved(person, DeliveryWay.COUNTER)
    signed_in(client, Role.ONE_STOP_OFFICER)
    cash = reverse("public_services:cash", args=[dossier.key])

    before, early = body(desk(client, dossier)), act(client, dossier, "deliver", receiver="Lò Thị Mẫu")
    form = client.get(cash).context["form"].initial
    client.post(cash, form | {"payer": "Lò Thị Mẫu"})
    after = desk(client, dossier)
    done = act(client, dossier, "deliver", receiver="Lò Thị Mẫu")

    assert "Chưa trả được kết quả: còn 16.000 đồng phí, lệ phí chưa nộp." in before
    assert cash in before
    assert early.status_code == 422
    assert [one.action for one in after.context["actions"]] == ["deliver"]
    assert cash not in body(after)
    assert done.status_code == 302
    assert Dossier.objects.get().state == "delivered"
    assert Payment.objects.get().receipt_number.startswith("000001/BL-")


def test_online_the_result_is_had_once_it_is_paid(client, person):
    dossier = resolved(person)
    client.force_login(person)
    own, pay = (reverse(f"public_services:{name}", args=[dossier.key]) for name in ("my_dossier", "pay"))

    page, refused = body(client.get(own)), client.get(result_url(dossier), follow=True)
    client.post(reverse("public_services:pay_start", args=[dossier.key]))
    client.post(reverse("public_services:pay_pretend", args=[dossier.key]))
    settled, answer = body(client.get(pay)), fetched(client, result_url(dossier))

    assert pay in page
    assert result_url(dossier) not in page
    assert "còn phải nộp 16.000 đồng" in page
    assert refused.redirect_chain[-1][0] == pay
    assert "còn phải nộp 16.000 đồng" in body(refused)
    assert f"{own}#results" in settled
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert Dossier.objects.get().state == "delivered"


def test_an_unpaid_result_is_not_handed_out_whatever_the_way(client, person):
    dossier = resolved(person, DeliveryWay.COUNTER)
    client.force_login(person)

    assert client.get(result_url(dossier)).url == reverse("public_services:pay", args=[dossier.key])


def test_by_post_it_comes_to_the_desk_when_it_is_paid(client, person):
    dossier = resolved(person, DeliveryWay.POST)
    waiting = dossier.desk

    dossier = paid(dossier)
    signed_in(client, Role.ONE_STOP_OFFICER)
    act(client, dossier, "deliver", receiver="Lò Thị Mẫu", way="post")

    assert (waiting, dossier.desk) == ("applicant", "one_stop")
    event = Dossier.objects.get().events.get(kind=Action.DELIVER)
    assert event.payload["way"] == "post"


def test_what_was_to_go_by_post_may_be_fetched(client, person):
    dossier = paid(resolved(person, DeliveryWay.POST))
    signed_in(client, Role.ONE_STOP_OFFICER)

    unsaid = act(client, dossier, "deliver", receiver="Lò Thị Mẫu")
    act(client, dossier, "deliver", receiver="Lò Thị Mẫu", way="counter")

    assert unsaid.status_code == 422
    assert dossier.events.get(kind=Action.DELIVER).payload["way"] == "counter"


def test_what_waits_for_money_lies_with_the_people_in_the_inbox(client, person):
    dossier = resolved(person, DeliveryWay.COUNTER)
    signed_in(client, Role.ONE_STOP_OFFICER)
    url = reverse("public_services:desk")

    own = client.get(url, {"desk": "one_stop"}).context["rows"]
    (row,) = client.get(url, {"desk": "applicant"}).context["rows"]

    assert list(own) == []
    assert (row.number, row.term.label) == (dossier.number, "Chờ nộp phí, lệ phí")


def test_an_unpaid_result_stands_for_no_paper(person):
    dossier = resolved(person)
    dossier.results.update(owner_hash=accounts.identity_hash(OWNER))

    def found():
        return list(register.valid_results(accounts.identity_hash(OWNER), "trich-luc-ho-tich", make.DAY))

    assert found() == []
    paid(dossier)
    assert found() == list(dossier.results.all())


def test_too_little_keeps_the_result_back(person):
    dossier = resolved(person)
    payment = collecting.begin(dossier_id=dossier.pk, gateway=BANK, at=make.AT)
    tell(payment, amount=10_000)

    with pytest.raises(NotAllowed):
        make.do(dossier, Action.DELIVER, person)


def test_nothing_is_owed_for_what_was_revoked(client, person):
    dossier = resolved(person)
    result = dossier.results.get()

    dossier = make.do(
        dossier, Action.REVOKE_RESULT, make.official(Role.AGENCY_LEAD), result=str(result.key), reason="Cấp nhầm"
    )
    client.force_login(person)
    page = body(client.get(reverse("public_services:pay", args=[dossier.key])))

    assert "Không có khoản nào phải nộp" in page


# ---- what people are told ----


def test_one_letter_says_that_it_is_there_and_what_to_pay_and_another_that_it_is_paid(settings, person):
    settings.EMAIL_IS_SET_UP, settings.SITE_URL = True, "https://tinhso.example"
    dossier = resolved(_with_address(person), DeliveryWay.COUNTER)

    outbox.sweep(at=make.later(hours=1), limit=1000)
    unpaid = [letter for letter in outgoing.outbox if "kết quả" in letter.subject]
    paid(dossier)
    outbox.sweep(at=make.later(hours=2), limit=1000)

    assert [letter.subject for letter in unpaid] == [f"Hồ sơ {dossier.number}: đã có kết quả"]
    assert "16.000 đồng" in unpaid[0].body
    assert outgoing.outbox[-1].subject.endswith("có thể nhận kết quả")
    assert "Mời đến Bộ phận Một cửa" in outgoing.outbox[-1].body


def _with_address(person):
    """The same citizen, whose e-mail address the identity provider knows now."""
    return accounts.make_citizen(
        identity_number=OWNER,
        full_name="Lò Thị Mẫu",
        born_on=None,
        phone="",
        email="mau@example.vn",
        address="",
        assurance=2,
        at=make.AT,
    )


def test_before_filing_it_is_said_when_the_fee_is_due(client, person):
    draft = make.draft(person, code=OWN)
    drafts.choose_agency(draft_id=draft.pk, unit_id=make.commune().unit_id, at=make.AT)
    client.force_login(person)

    page = body(client.get(reverse("public_services:draft_review", args=[draft.key])))

    assert "nộp khi trả kết quả" in page
