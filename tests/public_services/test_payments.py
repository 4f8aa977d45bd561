"""Payments: notices in any order and number, cash, receipts, who may do what (services.md §7.2, R12)."""

import io
import threading

import pypdf
import pytest
from django.db import DatabaseError, connection, transaction

from tests.public_services import factories as make
from tinhso.accounts.api import Role
from tinhso.core import sealed
from tinhso.core.models import AuditEntry
from tinhso.public_services.dossiers.choices import Action
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.services.refusals import NotAllowed, StaleDossier
from tinhso.public_services.payments.choices import Attention
from tinhso.public_services.payments.contrib.cash import Cash
from tinhso.public_services.payments.contrib.sandbox import SIGNATURE, Sandbox
from tinhso.public_services.payments.models import Payment, PaymentNotice
from tinhso.public_services.payments.plugins import Notice
from tinhso.public_services.payments.presenters import receipts
from tinhso.public_services.payments.rules.signatures import BadSignature
from tinhso.public_services.payments.selectors import dues, payments
from tinhso.public_services.payments.services import collecting, notices

BANK = Sandbox()
LATER = make.later(minutes=30)


@pytest.fixture(autouse=True)
def sandbox(settings):
    settings.PAYMENT_SANDBOX = True
    settings.PAYMENT_BANK, settings.PAYMENT_ACCOUNT = "999999", "0000000000"
    settings.PAYMENT_GATEWAYS = settings.PAYMENT_GATEWAYS | {
        "sandbox": "tinhso.public_services.payments.contrib.sandbox.Sandbox"
    }


@pytest.fixture
def dossier(catalog):
    """One that waits for 16,000 VND."""
    return awaiting()


def awaiting(user=None, **answers):
    filed = make.filed(user, **answers)
    return make.do(filed, Action.ACCEPT, make.official(Role.ONE_STOP_OFFICER))


def begun(dossier):
    return collecting.begin(dossier_id=dossier.pk, gateway=BANK, at=make.AT)


def tell(payment, kind="paid", amount=None, ref="FT1", *, reference="", at=LATER):
    """Let the bank say something of a payment."""
    wanted = amount or payment.amount_vnd
    told = Notice(reference or payment.reference, ref, wanted, at, kind)
    raw, headers = BANK.signed(told, at=at)
    return notices.receive(gateway=BANK, raw=raw, headers=headers, at=at)


def state_of(payment):
    payment.refresh_from_db()
    return payments.state(payment, LATER).value


def settled_events():
    return Dossier.objects.get().events.filter(kind=Action.PAYMENT_SETTLED).count()


def test_a_transfer_asks_for_what_is_due_with_a_code_to_scan(dossier):
    payment = begun(dossier)

    assert (payment.amount_vnd, state_of(payment)) == (16_000, "waiting")
    assert f"540516000{'5802VN'}" in payment.qr_text
    assert payment.reference in payment.qr_text


def test_beginning_twice_goes_on_with_the_same_transfer(dossier):
    assert begun(dossier) == begun(dossier)


def test_nothing_is_begun_for_a_dossier_that_owes_nothing(catalog):
    with pytest.raises(collecting.NothingDue):
        begun(make.filed())


def test_a_notice_settles_the_fees_and_the_dossier_goes_on(dossier):
    answer = tell(begun(dossier))

    dossier.refresh_from_db()
    assert (answer.status, dossier.state) == (200, "in_progress")
    assert dossier.charges.get().settled_at == LATER
    assert Payment.objects.get().receipt_number == f"000001/BL-{dossier.agency_code}-2023"


def test_the_same_notice_again_is_answered_alike_and_counts_once(dossier):
    payment = begun(dossier)

    answers = [tell(payment) for _again in range(3)]

    assert len(set(answers)) == 1
    assert settled_events() == 1
    assert Payment.objects.count() == 1
    assert PaymentNotice.objects.filter(refusal="", is_signature_ok=True).count() == 3


def test_a_repeated_transaction_with_another_amount_changes_nothing(dossier):
    payment = begun(dossier)
    tell(payment)

    answer = tell(payment, amount=99_000)

    payment.refresh_from_db()
    assert (answer.status, payment.received_vnd) == (200, 16_000)


def test_too_little_is_recorded_and_waits_for_a_person(dossier):
    payment = begun(dossier)

    answer = tell(payment, amount=10_000)

    dossier.refresh_from_db()
    payment.refresh_from_db()
    assert (answer.status, dossier.state, payment.received_vnd) == (200, "awaiting_payment", 10_000)
    assert (payment.receipt_number, payments.attention(payment)) == ("", Attention.SHORT)


def test_the_rest_may_follow_and_then_both_have_receipts(dossier):
    tell(begun(dossier), amount=10_000)
    rest = begun(dossier)

    tell(rest, ref="FT2")

    dossier.refresh_from_db()
    assert (rest.amount_vnd, dossier.state) == (6_000, "in_progress")
    assert all(payment.receipt_number for payment in Payment.objects.all())


def test_too_much_settles_and_the_surplus_waits_for_a_person(dossier):
    payment = begun(dossier)

    tell(payment, amount=20_000)

    payment.refresh_from_db()
    assert settled_events() == 1
    assert payments.attention(payment) == Attention.SURPLUS


def test_a_second_transfer_with_the_same_code_is_a_payment_of_its_own(dossier):
    payment = begun(dossier)
    tell(payment)

    answer = tell(payment, ref="FT2")

    other = Payment.objects.exclude(pk=payment.pk).get()
    assert (answer.status, settled_events()) == (200, 1)
    assert (other.received_vnd, other.receipt_number, payments.attention(other)) == (16_000, "", Attention.SURPLUS)


def test_a_failure_told_after_the_payment_does_not_undo_it(dossier):
    payment = begun(dossier)
    tell(payment)

    tell(payment, "failed", ref="FT0")

    assert (state_of(payment), settled_events()) == ("paid", 1)


def test_a_payment_told_after_a_failure_counts(dossier):
    payment = begun(dossier)
    tell(payment, "failed", ref="FT0")

    tell(payment)

    assert (state_of(payment), settled_events()) == ("paid", 1)


def test_a_refund_is_shown_while_the_fees_stay_settled_and_a_person_is_told(dossier):
    payment = begun(dossier)
    tell(payment)

    tell(payment, "refunded")

    assert state_of(payment) == "refunded"
    assert dossier.charges.filter(settled_at__isnull=True).count() == 0
    assert payments.attention(payment) == Attention.REFUNDED
    assert AuditEntry.objects.filter(action="public_services.payment_refunded").count() == 1


def test_money_that_went_back_before_it_was_told_does_not_count(dossier):
    payment = begun(dossier)
    tell(payment, "refunded")

    tell(payment)

    assert (state_of(payment), settled_events()) == ("refunded", 0)


def test_a_signature_replayed_over_another_body_is_refused_and_kept(dossier):
    payment = begun(dossier)
    raw, headers = BANK.signed(Notice(payment.reference, "FT1", 16_000, LATER, "paid"), at=LATER)

    answer = notices.receive(gateway=BANK, raw=raw.replace(b"FT1", b"FT2"), headers=headers, at=LATER)

    kept = PaymentNotice.objects.get()
    assert (answer.status, state_of(payment)) == (401, "waiting")
    assert (kept.payment, kept.is_signature_ok, kept.refusal) == (payment, False, "signature")


def test_a_notice_of_yesterday_is_refused(dossier):
    payment = begun(dossier)
    raw, headers = BANK.signed(Notice(payment.reference, "FT1", 16_000, make.AT, "paid"), at=make.AT)

    answer = notices.receive(gateway=BANK, raw=raw, headers=headers, at=LATER)

    assert (answer.status, state_of(payment)) == (401, "waiting")
    assert PaymentNotice.objects.get().refusal == "stale"


def test_refused_notices_do_not_fill_the_table(dossier):
    payment = begun(dossier)
    raw, headers = BANK.signed(Notice(payment.reference, "FT1", 16_000, LATER, "paid"), at=LATER)

    for _again in range(notices.MOST_REFUSED + 5):
        notices.receive(gateway=BANK, raw=raw, headers=headers | {SIGNATURE: "0"}, at=LATER)
    notices.receive(gateway=BANK, raw=b'{"reference": "nobody"}', headers={}, at=LATER)

    assert PaymentNotice.objects.count() == notices.MOST_REFUSED


def test_an_unknown_code_is_kept_and_answered_without_detail(dossier):
    answer = tell(begun(dossier), reference="TSNOBODY")

    assert (answer.status, answer.word) == (404, "unknown")
    assert PaymentNotice.objects.get().payment is None


def test_one_transaction_does_not_pay_for_two_dossiers(dossier):
    tell(begun(dossier))
    other = begun(awaiting(make.citizen("014099000002", "Quàng Văn Mẫu")))

    answer = tell(other)

    assert (answer.status, state_of(other)) == (409, "waiting")


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"{}", b'{"reference": 1}', b"\xff", b'{"a": {"b": {}}}', b'{"reference": "' + b"x" * 5000 + b'"}'],
)
def test_signed_nonsense_is_answered_and_changes_nothing(dossier, raw):
    from tinhso.public_services.payments.contrib import sandbox as bank
    from tinhso.public_services.payments.rules import signatures

    stamp = str(int(LATER.timestamp()))
    headers = {bank.TIMESTAMP: stamp, SIGNATURE: signatures.sign(bank._secret(), stamp, raw)}

    answer = notices.receive(gateway=BANK, raw=raw, headers=headers, at=LATER)

    assert answer.status == 400
    assert settled_events() == 0


def test_money_for_a_dossier_that_was_stopped_waits_for_a_person(dossier):
    payment = begun(dossier)
    make.do(dossier, Action.STOP, make.official(Role.AGENCY_LEAD), reason="Trùng hồ sơ", basis="Điều 1")

    tell(payment)

    payment.refresh_from_db()
    assert (payment.receipt_number, payments.attention(payment)) == ("", Attention.SURPLUS)
    assert Dossier.objects.get().state == "stopped"


def test_notices_cannot_be_changed(dossier):
    tell(begun(dossier))

    with pytest.raises(DatabaseError), transaction.atomic():
        PaymentNotice.objects.update(refusal="stale")


def test_a_notice_lies_sealed(dossier):
    payment = begun(dossier)
    tell(payment)

    kept = PaymentNotice.objects.get()

    assert payment.reference not in kept.sealed
    assert payment.reference in sealed.opened(kept.sealed)


def test_a_failure_in_the_middle_leaves_nothing(dossier, monkeypatch):
    payment = begun(dossier)

    def break_(**_of):
        raise RuntimeError("in the middle")

    monkeypatch.setattr("tinhso.public_services.payments.services.settling.applying.apply", break_)

    with pytest.raises(RuntimeError):
        tell(payment)

    assert state_of(payment) == "waiting"
    assert dossier.charges.get().settled_at is None
    assert not PaymentNotice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_notice_at_the_same_moment_counts_once(province):
    """On PostgreSQL at the same moment, on SQLite one after the other."""
    make.publish_procedures()
    payment = begun(awaiting())
    raw, headers = BANK.signed(Notice(payment.reference, "FT1", 16_000, LATER, "paid"), at=LATER)
    start, answers = threading.Barrier(4), []

    def send():
        try:
            start.wait()
            answers.append(notices.receive(gateway=BANK, raw=raw, headers=headers, at=LATER).status)
        finally:
            connection.close()

    if connection.vendor == "postgresql":
        threads = [threading.Thread(target=send) for _one in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    else:
        answers = [notices.receive(gateway=BANK, raw=raw, headers=headers, at=LATER).status for _one in range(4)]

    assert answers == [200] * 4
    assert settled_events() == 1
    assert Payment.objects.count() == 1


# ---- cash ----


def cash(dossier, user, **more):
    said = {"payer": "Lò Thị Mẫu", "amount_vnd": 16_000, "key": "k1", "at": LATER}
    return collecting.take_cash(dossier_id=dossier.pk, actor=make.as_actor(user, dossier), **(said | more))


def test_cash_settles_and_numbers_a_receipt(dossier):
    collector = make.official(Role.ONE_STOP_OFFICER)

    payment = cash(dossier, collector)

    dossier.refresh_from_db()
    assert (dossier.state, payment.collected_by) == ("in_progress", collector.username)
    assert payment.receipt_number == f"000001/BL-{dossier.agency_code}-2023"


def test_cash_taken_twice_under_one_key_is_taken_once(dossier):
    collector = make.official(Role.ONE_STOP_OFFICER)

    assert cash(dossier, collector) == cash(dossier, collector)


def test_cash_of_another_amount_is_refused(dossier):
    with pytest.raises(collecting.AmountChanged):
        cash(dossier, make.official(Role.ONE_STOP_OFFICER), amount_vnd=8_000)


def test_cash_for_a_dossier_that_changed_meanwhile_is_refused_whole(dossier):
    with pytest.raises(StaleDossier):
        cash(dossier, make.official(Role.ONE_STOP_OFFICER), expected=dossier.revision - 1)

    assert not Payment.objects.exists()


@pytest.mark.parametrize("role", [Role.CASE_OFFICER, Role.AGENCY_LEAD])
def test_only_the_counter_takes_cash(dossier, role):
    with pytest.raises(NotAllowed):
        cash(dossier, make.official(role))


def test_nobody_takes_cash_for_an_own_dossier(catalog):
    collector = make.official(Role.ONE_STOP_OFFICER)
    dossier = awaiting(collector)

    with pytest.raises(NotAllowed):
        cash(dossier, collector)


def test_after_a_short_transfer_the_counter_takes_the_rest(dossier):
    tell(begun(dossier), amount=10_000)

    payment = cash(dossier, make.official(Role.ONE_STOP_OFFICER), amount_vnd=6_000)

    assert payment.receipt_number
    assert dues.due(Dossier.objects.get()).remaining_vnd == 0


def test_cash_has_no_provider_whose_notices_are_taken():
    with pytest.raises(BadSignature):
        Cash().read_notice(b"{}", {}, at=make.AT)


def test_what_a_person_has_seen_to_is_not_shown_again(dossier):
    tell(begun(dossier), amount=20_000)
    collector = make.official(Role.ONE_STOP_OFFICER)
    payment = Payment.objects.get()

    collecting.mark_handled(payment_id=payment.pk, actor=make.as_actor(collector, dossier), at=LATER)

    payment.refresh_from_db()
    assert payments.attention(payment) is None
    assert payment.handled_by == collector.username


# ---- receipts ----


@pytest.mark.usefixtures("pdf_tools")
def test_a_receipt_says_who_paid_how_much_in_figures_and_words(dossier):
    payment = cash(dossier, make.official(Role.ONE_STOP_OFFICER), payer="Quàng Thị Mẫu")

    made = receipts.document(Payment.objects.select_related("dossier").get(pk=payment.pk))

    text = " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(made)).pages)
    for said in (
        "BIÊN LAI THU PHÍ, LỆ PHÍ",
        f"Số: 000001/BL-{dossier.agency_code}-2023",
        "Người nộp: Quàng Thị Mẫu",
        "16.000 đồng",
        "Mười sáu nghìn đồng",
        "ngày 12 tháng 9 năm 2023",
        "Cán bộ Mẫu",
    ):
        assert said in text


def test_a_receipt_counts_the_fee_only_and_tells_what_was_over(dossier):
    payment = begun(dossier)
    tell(payment, amount=20_000)
    payment.refresh_from_db()

    lines = receipts.paper(payment).opening

    assert "Số tiền: 16.000 đồng" in lines
    assert "Nhận thừa: 4.000 đồng, không tính vào phí, lệ phí." in lines


def test_giving_the_surplus_back_ends_it(dossier):
    payment = begun(dossier)
    tell(payment, amount=20_000)

    tell(payment, "refunded", amount=4_000)

    payment.refresh_from_db()
    assert payments.attention(payment) is None
