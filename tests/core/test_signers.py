"""Keys of people and agencies: made once, opened once, made anew when they end."""

import datetime as dt

from tests.conftest import AT
from tinhso.core import signers
from tinhso.signing.soft_key import SoftKey

LEADER = {"name": "Nguyễn Thị Mẫu", "organization": "Xã Mẫu", "account": "lanhdao.mau"}


def test_a_key_is_made_once_and_opened_once(monkeypatch):
    made = signers.of_person(**LEADER, at=AT)
    opened = []
    monkeypatch.setattr(SoftKey, "open", classmethod(lambda _cls, *_a, **_k: opened.append(1) or made))
    signers._opened.cache_clear()

    for _again in range(3):
        signers.of_person(**LEADER, at=AT)

    assert opened == [1]


def test_a_key_that_has_ended_is_made_anew():
    first = signers.of_person(**LEADER, at=AT)

    later = signers.of_person(**LEADER, at=AT + dt.timedelta(days=2000))

    assert first.identity.certificate_sha256 != later.identity.certificate_sha256


def test_people_of_one_name_have_keys_of_their_own():
    found = {signers.of_person(**(LEADER | {"account": name}), at=AT).identity for name in ("mot", "hai")}

    assert len(found) == 2


def test_an_agency_signs_under_its_name_and_its_certificate_names_the_revocation_list(settings):
    signer = signers.of_organization(name="Sở Tư pháp", at=AT)

    assert signer.identity.organization == "Sở Tư pháp"
    assert settings.SIGNERS_CRL_URL.encode() in signer.certificate_der
