"""The way of a document through one installation: drafted, signed, numbered, sealed, sent, taken in."""

import pytest

from tests.documents import factories as make
from tinhso.documents.choices import State, Verdict
from tinhso.documents.models import Delivery, Verification
from tinhso.documents.services import registering, signing
from tinhso.signing import fields


@pytest.fixture
def justice(province):
    return make.office(make.JUSTICE)


@pytest.fixture
def home_affairs(province):
    return make.office(make.HOME)


def test_an_issued_document_bears_both_signatures_and_its_number(justice, pdf_tools):
    document = make.issued(justice)

    assert (document.state, document.number) == (State.ISSUED, 1)
    pdf = signing.newest_bytes(document)
    assert fields.values(pdf) == {"so": "01", "ngay": "15/01/2024"}
    check = Verification.objects.get(expected=justice.agency.name)
    assert check.verdict == Verdict.PASSED, check.report
    assert [each["field"] for each in check.report["signatures"]] == ["NguoiKy", "CoQuan"]


def test_a_sent_document_arrives_once_and_its_registration_is_told(justice, home_affairs, pdf_tools):
    document = make.sent(justice, home_affairs)
    make.exchange()

    copy = make.copy_of(document, home_affairs)
    assert (copy.state, copy.subject, copy.arrival.is_unpacked) == (State.ARRIVED, document.subject, True)
    done = registering.register(
        document_id=copy.pk, revision=copy.revision, actor=home_affairs.registrar, acts_as=make.REGISTRAR, at=make.AT
    )
    make.exchange()

    assert done.arrival.number == 1
    delivery = Delivery.objects.get(document=document)
    assert delivery.standing == "registered"
    assert [each.code for each in delivery.receipts.order_by("pk")] == ["01", "03"]
