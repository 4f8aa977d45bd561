"""The exchange door: whoever shows a certificate that we know lays a packet down and gets a signed receipt for it."""

import base64
import hashlib
import json
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.test import RequestFactory

from tests.documents import factories as make
from tests.documents import light
from tinhso.documents import rest
from tinhso.documents.models import AgencyCode, Document, Inbound, Partner
from tinhso.documents.services import identity
from tinhso.edxml import Limits

MESSAGE = "0f0e0d0c-0000-4000-8000-000000000001"


class Line(ssl.SSLSocket):
    """A connection on which the other side has shown a certificate, or none."""

    def __new__(cls, shown):
        return super().__new__(cls)

    def __init__(self, shown):
        self.shown = shown

    def getpeercert(self, binary_form=False):
        return self.shown

    def __del__(self):
        pass


@pytest.fixture(autouse=True)
def that_day(monkeypatch):
    monkeypatch.setattr(rest.clock, "now", lambda: make.AT)


@pytest.fixture
def justice(province):
    return make.office(make.JUSTICE)


@pytest.fixture
def ours():
    """The certificate of the partner, which is our own here."""
    pem = identity.own(make.AT).certificate_pem
    return x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)


@pytest.fixture
def there(justice):
    return light.agency_there(light.partner())


def lay_down(content, to, line, message=MESSAGE, **headers):
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    given = {"Content-Digest": f"sha-256=:{digest}:", "Tinhso-To": to} | headers
    request = RequestFactory().post(
        f"/exchange/v1/messages/{message}", content, content_type="application/edxml+xml", headers=given
    )
    if line is not None:
        request.META["gunicorn.socket"] = line
    answer = rest.message(request, message)
    return answer.status_code, answer.content.decode()


def test_a_new_packet_gets_a_receipt_that_its_sender_can_check(justice, there, ours):
    content = light.packet(light.code_of(justice), light.part(light.pdf()))

    status, receipt = lay_down(content, light.code_of(justice), Line(ours))

    assert status == 201
    told = identity.opened(receipt, identity.own(make.AT).certificate_pem)
    assert (told["for"], told["status"]) == (MESSAGE, "01")
    assert told["sha256"] == hashlib.sha256(content).hexdigest()


def test_the_same_packet_again_gets_the_same_receipt(justice, there, ours):
    content = light.packet(light.code_of(justice))
    _status, first = lay_down(content, light.code_of(justice), Line(ours))

    assert lay_down(content, light.code_of(justice), Line(ours)) == (200, first)
    assert Document.objects.filter(direction="in").count() == 1


@pytest.mark.parametrize(
    "line",
    [None, object(), Line(None), Line(b""), Line(b"x")],
    ids=("no line", "no socket", "no certificate", "empty", "unknown"),
)
def test_strangers_are_told_nothing(justice, there, line):
    status, text = lay_down(light.packet(light.code_of(justice)), light.code_of(justice), line)

    assert (status, json.loads(text)["code"], Inbound.objects.count()) == (403, "unauthorized", 0)


def test_a_partner_that_is_not_active_any_more_is_a_stranger(justice, there, ours):
    Partner.objects.update(is_active=False)

    status, _text = lay_down(light.packet(light.code_of(justice)), light.code_of(justice), Line(ours))

    assert status == 403


@pytest.mark.parametrize("digest", ["", "sha-256=:AAAA:", "md5=:AAAA:", "x"])
def test_what_was_damaged_on_its_way_is_asked_for_again(justice, there, ours, digest):
    content = light.packet(light.code_of(justice))

    status, text = lay_down(content, light.code_of(justice), Line(ours), **{"Content-Digest": digest})

    assert (status, json.loads(text)["code"], Inbound.objects.count()) == (422, "21", 0)


@pytest.mark.parametrize("length", ["", "-1", "x", str(Limits().packet + 1)])
def test_what_is_too_large_or_does_not_say_how_large_it_is_is_not_read(justice, there, ours, length):
    request = RequestFactory().post(
        f"/exchange/v1/messages/{MESSAGE}", b"x", content_type="application/edxml+xml", CONTENT_LENGTH=length
    )
    request.META["gunicorn.socket"] = Line(ours)

    answer = rest.message(request, MESSAGE)

    assert answer.status_code == 413
    assert request._read_started is False


def test_an_agency_that_we_do_not_have_is_not_found(justice, there, ours):
    status, text = lay_down(light.packet("H00.99"), "H00.99", Line(ours))

    assert (status, json.loads(text)["code"]) == (404, "18")


def test_other_bytes_under_the_same_name_are_a_conflict(justice, there, ours):
    lay_down(light.packet(light.code_of(justice)), light.code_of(justice), Line(ours))

    status, text = lay_down(light.packet(light.code_of(justice), subject="Khác"), light.code_of(justice), Line(ours))

    assert (status, json.loads(text)["code"]) == (409, "conflict")


def test_what_is_no_packet_is_answered_with_what_is_wrong(justice, there, ours):
    whole = light.write(
        light.Packet(
            sender=light.Organ(light.THERE),
            recipients=(light.Organ("H52.01"),),
            document_id=f"{light.THERE},2024/01/15,07/KH-SNV",
            number="07",
            notation="KH-SNV",
            subject="Phối hợp",
        )
    )
    content = whole.replace("Phối hợp".encode(), b"")

    status, text = lay_down(content, light.code_of(justice), Line(ours))

    told = json.loads(text)
    assert (status, told["code"]) == (422, "22")
    assert any("Subject" in path for path in told["problems"])


def test_a_sender_whom_the_partner_does_not_speak_for_is_refused(justice, there, ours):
    AgencyCode.objects.filter(agency=there).update(code="H98.01")

    status, text = lay_down(light.packet(light.code_of(justice)), light.code_of(justice), Line(ours))

    assert (status, json.loads(text)["code"]) == (422, "19")


def test_an_agency_that_takes_no_more_documents_says_so(justice, there, ours):
    justice.agency.is_active = False
    justice.agency.save()

    status, text = lay_down(light.packet(light.code_of(justice)), light.code_of(justice), Line(ours))

    assert (status, json.loads(text)["code"]) == (422, "23")


def test_a_mark_of_secrecy_is_refused_for_legal_reasons(justice, there, ours):
    content = light.packet(light.code_of(justice), content="TỐI MẬT")

    status, text = lay_down(content, light.code_of(justice), Line(ours))

    assert (status, json.loads(text)["code"]) == (451, "refused_as_secret")


def test_only_packets_are_brought_to_the_door(db):
    assert rest.message(RequestFactory().get("/exchange/v1/messages/x"), MESSAGE).status_code == 405


def test_the_door_serves_nothing_else(settings):
    from importlib import import_module

    from django.urls import Resolver404, resolve

    urls = import_module("tinhso.config.exchange_urls")
    assert resolve(f"/exchange/v1/messages/{MESSAGE}", urls).func is rest.message
    for path in ("/", "/documents/", "/exchange/v1/messages/", "/exchange/v1/messages/x"):
        with pytest.raises(Resolver404):
            resolve(path, urls)
