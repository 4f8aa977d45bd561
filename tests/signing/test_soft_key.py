"""Keys in files: who may read them, what their certificates say, and what signing does to a file."""

import datetime as dt
import io
import logging
import stat

import pypdf
import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.signing.conftest import AT, NAME, ORGANIZATION
from tinhso.signing import port, soft_key, verify
from tinhso.signing.soft_key import SoftKey

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
    assert identity.not_after == AT + soft_key.SIGNER_LASTS
    assert len(identity.certificate_sha256) == 64


def test_signers_of_a_folder_share_its_authority_and_long_names_stay_whole(desk, plain):
    other = SoftKey.create(desk.folder, name=LONG, organization=ORGANIZATION, at=AT)

    found = verify.check(other.sign(plain, reason="", location="", at=AT), trusted=[desk.key.authority])

    assert [(each.signer_name, each.reason) for each in found] == [(LONG, "ok")]
    assert SoftKey.open(desk.folder, name=LONG, organization=ORGANIZATION).identity.name == LONG


def test_a_renewed_key_leaves_earlier_signatures_valid(tmp_path, plain):
    first = SoftKey.create(tmp_path, name=NAME, organization=ORGANIZATION, at=AT)
    early = first.sign(plain, reason="", location="", at=AT)

    second = SoftKey.create(tmp_path, name=NAME, organization=ORGANIZATION, at=AT + dt.timedelta(days=1826))

    assert second.identity.certificate_sha256 != first.identity.certificate_sha256
    assert [each.reason for each in verify.check(early, trusted=[second.authority])] == ["ok"]


def test_a_second_authority_does_not_replace_the_first(desk):
    path = desk.folder / soft_key.AUTHORITY_FILE
    before = path.read_bytes()

    soft_key._write(path, b"another", replace=False)

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


def test_signing_appends_and_states_the_given_moment(plain, signed):
    embedded = PdfFileReader(io.BytesIO(signed)).embedded_regular_signatures[0]

    assert signed.startswith(plain)
    assert embedded.self_reported_timestamp == AT
    assert embedded.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert embedded.sig_object["/Reason"] == "Ký kết quả"
    assert embedded.sig_object["/Location"] == "Sơn La"
    assert embedded.md_algorithm == "sha256"


def test_signature_is_pades_baseline_b(signed):
    embedded = PdfFileReader(io.BytesIO(signed)).embedded_regular_signatures[0]
    attributes = {each["type"].native for each in embedded.signer_info["signed_attrs"]}

    assert "signing_certificate_v2" in attributes
    assert "signing_time" not in attributes  # it stands in the PDF (ETSI EN 319 142-1)
    assert [x509.load_der_x509_certificate(each.dump()).subject for each in embedded.other_embedded_certs]


def test_a_signed_paper_stays_pdf_a(plain, signed):
    before, after = pypdf.PdfReader(io.BytesIO(plain)), pypdf.PdfReader(io.BytesIO(signed))
    metadata = after.trailer["/Root"]["/Metadata"].get_data()
    widget = after.pages[0]["/Annots"][0]

    assert "Cho phép thử" in after.pages[0].extract_text()
    assert b"pdfaid" in metadata
    assert metadata == before.trailer["/Root"]["/Metadata"].get_data()
    assert after.metadata == before.metadata
    assert widget["/F"] & 4  # printed, as PDF/A wants of every annotation
    assert not widget["/F"] & 0b100011  # neither invisible, hidden nor without view
    assert list(widget["/Rect"]) == [0, 0, 0, 0]
    assert "/NeedAppearances" not in after.trailer["/Root"]["/AcroForm"]


def test_signing_refuses_what_is_no_pdf(key):
    for content in (b"", b"no paper", b"PK\x03\x04" * 1000):
        with pytest.raises(port.NotAPdf):
            key.sign(content, reason="", location="", at=AT)


def test_signing_refuses_a_damaged_pdf(key, plain):
    for content in (b"%PDF-1.7", b"%PDF-1.7\n%%EOF", plain[: len(plain) // 2]):
        with pytest.raises(port.CannotSign):
            key.sign(content, reason="", location="", at=AT)


def test_signing_refuses_an_encrypted_pdf(key, plain):
    with pytest.raises(port.CannotSign):
        key.sign(encrypted(plain), reason="", location="", at=AT)


@pytest.mark.parametrize("days", [-2, 1827])
def test_signing_refuses_outside_of_the_certificate(key, plain, days):
    with pytest.raises(port.CertificateNotInForce):
        key.sign(plain, reason="", location="", at=AT + dt.timedelta(days=days))


def test_signing_wants_a_time_zone(key, plain):
    with pytest.raises(ValueError, match="time zone"):
        key.sign(plain, reason="", location="", at=AT.replace(tzinfo=None))


def test_signing_and_checking_log_nothing(key, plain, caplog):
    with caplog.at_level(logging.WARNING):
        signed = key.sign(plain, reason="", location="", at=AT)
        verify.check(signed, trusted=[])
        verify.check(signed[:-20], trusted=[])

    assert not caplog.records


def encrypted(content: bytes) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    writer.encrypt("mật khẩu", algorithm="AES-256")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()
