"""Keys in files: who may read them, what their certificates say, and what their authority takes back."""

import datetime as dt
import logging
import stat

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.signing.conftest import AT, DAY, HOUR, NAME, ORGANIZATION
from tinhso.signing import authority, port, soft_key
from tinhso.signing.soft_key import SoftKey
from tinhso.signing.trust import Material
from tinhso.signing.verify import Verdict, verify

LONG = "Trung tâm Phục vụ hành chính công phường Quyết Thắng, thành phố Sơn La, tỉnh Sơn La"


def test_key_files_are_for_their_owner_alone(desk):
    modes = {path.name[:6]: stat.S_IMODE(path.stat().st_mode) for path in desk.folder.iterdir()}

    assert modes == {"author": 0o600, "signer": 0o600}
    assert stat.S_IMODE(desk.folder.stat().st_mode) == 0o700


def test_open_finds_what_create_made(desk):
    opened = SoftKey.open(desk.folder, name=NAME, organization=ORGANIZATION)

    assert opened.identity == desk.key.identity
    assert opened.authority == soft_key.authority_of(desk.folder) == desk.key.authority


@pytest.mark.parametrize(("name", "organization"), [("Người Khác", ORGANIZATION), (NAME, "Sở Tài chính")])
def test_open_refuses_a_signer_without_key(desk, name, organization):
    with pytest.raises(soft_key.KeyNotFound):
        SoftKey.open(desk.folder, name=name, organization=organization)


def test_an_empty_folder_has_no_authority(tmp_path):
    with pytest.raises(soft_key.KeyNotFound):
        soft_key.authority_of(tmp_path)


def test_certificates_say_that_they_have_no_legal_value(key):
    subject = key.certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    issuer = key.certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)

    assert [each.value for each in (*subject, *issuer)] == ["Chữ ký mẫu – không có giá trị pháp lý"] * 2
    assert key.identity.issuer == "Chữ ký mẫu – không có giá trị pháp lý"


def test_identity_tells_the_signer(key):
    identity = key.identity

    assert (identity.name, identity.organization) == (NAME, ORGANIZATION)
    assert identity.not_after == AT + authority.SIGNER_LASTS
    assert len(identity.certificate_sha256) == 64


def test_signers_of_a_folder_share_its_authority_and_long_names_stay_whole(desk, plain, lenient):
    other = SoftKey.create(desk.folder, name=LONG, organization=ORGANIZATION, at=AT)

    report = verify(other.sign(plain, at=AT), policy=lenient, at=AT)

    assert (report.verdict, report.signatures[0].signer) == (Verdict.PASSED, LONG)
    assert SoftKey.open(desk.folder, name=LONG, organization=ORGANIZATION).identity.name == LONG


def test_a_renewed_key_has_another_certificate(tmp_path):
    first = SoftKey.create(tmp_path, name=NAME, organization=ORGANIZATION, at=AT)
    second = SoftKey.create(tmp_path, name=NAME, organization=ORGANIZATION, at=AT + dt.timedelta(days=1826))

    assert second.identity.certificate_sha256 != first.identity.certificate_sha256
    assert second.authority == first.authority


def test_a_key_on_a_curve_signs_too(desk, plain, lenient):
    curve = ec.generate_private_key(ec.SECP256R1())
    made = SoftKey.create(desk.folder, name="Người Cong", organization=ORGANIZATION, at=AT, key=curve)
    opened = SoftKey.open(desk.folder, name="Người Cong", organization=ORGANIZATION)

    assert opened.identity == made.identity
    assert verify(opened.sign(plain, at=AT), policy=lenient, at=AT).verdict is Verdict.PASSED


def test_a_second_authority_does_not_replace_the_first(desk):
    path = desk.folder / authority.AUTHORITY_FILE
    before = path.read_bytes()

    authority.write(path, b"another", replace=False)

    assert path.read_bytes() == before
    assert not list(desk.folder.glob(".new-*"))


@pytest.mark.parametrize(("name", "organization"), [(" ", ORGANIZATION), (NAME, "")])
def test_create_refuses_blank_names(tmp_path, name, organization):
    with pytest.raises(ValueError, match="name"):
        SoftKey.create(tmp_path, name=name, organization=organization, at=AT)


def test_create_refuses_a_moment_without_zone(tmp_path):
    with pytest.raises(ValueError, match="time zone"):
        SoftKey.create(tmp_path, name=NAME, organization=ORGANIZATION, at=AT.replace(tzinfo=None))


def test_create_refuses_a_moment_outside_of_the_authority(desk):
    with pytest.raises(port.CertificateNotInForce):
        SoftKey.create(desk.folder, name="Người Mới", organization=ORGANIZATION, at=AT + dt.timedelta(days=20000))


def test_a_certificate_taken_back_stands_in_later_lists_only(tmp_path, plain):
    key = SoftKey.create(tmp_path, name=NAME, organization=ORGANIZATION, at=AT)
    soft_key.revoke(tmp_path, key.certificate_der, AT + DAY)
    soft_key.revoke(tmp_path, key.certificate_der, AT + 2 * DAY)

    before, after = (soft_key.crl_of(tmp_path, moment) for moment in (AT, AT + 3 * DAY))

    number = key.certificate.serial_number
    assert x509.load_der_x509_crl(before).get_revoked_certificate_by_serial_number(number) is None
    entry = x509.load_der_x509_crl(after).get_revoked_certificate_by_serial_number(number)
    assert entry.revocation_date_utc == AT + DAY


def test_a_signature_of_a_certificate_taken_back_fails(tmp_path, plain, policy):
    import dataclasses

    from tinhso.signing.trust import TrustList

    key = SoftKey.create(tmp_path, name=NAME, organization=ORGANIZATION, at=AT)
    signed = key.sign(plain, at=AT)
    soft_key.revoke(tmp_path, key.certificate_der, AT + HOUR)
    ours = dataclasses.replace(policy, trust=TrustList.of([key.authority]))

    report = verify(signed, policy=ours, at=AT + DAY, material=Material(crls=(soft_key.crl_of(tmp_path, AT + DAY),)))

    assert (report.verdict, report.codes) == (Verdict.FAILED, ("revoked",))


def test_signing_and_checking_log_nothing(key, plain, lenient, caplog):
    with caplog.at_level(logging.WARNING):
        signed = key.sign(plain, at=AT)
        verify(signed, policy=lenient, at=AT)
        verify(signed[:-20], policy=lenient, at=AT)

    assert not caplog.records
