"""What signing does to a file: the signature itself, the fields it goes into, and how other programs judge it."""

import asyncio
import io
import re
import subprocess
from itertools import pairwise

import pypdf
import pytest
from asn1crypto import cms as asn1_cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleTrustManager

from tests.signing.conftest import AGENCY, AT, HOUR, LEADER, NAME, ORGANIZATION, program
from tinhso.signing import fields, port, quick
from tinhso.signing.port import Place
from tinhso.signing.soft_key import SoftKey
from tinhso.signing.verify import Verdict, verify


def embedded(content):
    return PdfFileReader(io.BytesIO(content)).embedded_regular_signatures


def pyhanko_says(content, key):
    """The judgements of pyHanko by its own defaults."""
    root = asn1_x509.Certificate.load(key.authority)
    trust = SimpleTrustManager.build(trust_roots=[root])
    return [
        validate_pdf_signature(each, ValidationContext(trust_manager=trust, moment=AT + HOUR, allow_fetching=False))
        for each in embedded(content)
    ]


def test_signing_appends_and_states_the_given_moment(plain, signed):
    (found,) = embedded(signed)

    assert signed.startswith(plain)
    assert found.self_reported_timestamp == AT
    assert found.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert (found.sig_object["/Reason"], found.sig_object["/Location"]) == ("Ký kết quả", "Sơn La")
    assert found.md_algorithm == "sha256"


def test_signature_is_pades_baseline_b(signed):
    (found,) = embedded(signed)
    attributes = {each["type"].native for each in found.signer_info["signed_attrs"]}

    assert attributes == {"content_type", "message_digest", "signing_certificate_v2", "cms_algorithm_protection"}
    assert [x509.load_der_x509_certificate(each.dump()).subject for each in found.other_embedded_certs]


def test_the_structure_is_der_to_the_last_byte(signed):
    (found,) = embedded(signed)
    parsed = asn1_cms.ContentInfo.load(found.pkcs7_content, strict=True)

    assert parsed.copy().dump(force=True) == found.pkcs7_content
    assert signed.count(found.pkcs7_content.hex().encode()) == 1  # the room fits exactly


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


def test_every_step_only_appends(steps, plain):
    order = [plain, steps.prepared, steps.by_leader, steps.numbered, steps.issued]

    assert all(later.startswith(earlier) for earlier, later in pairwise(order))


def test_pyhanko_finds_both_signatures_valid(steps, key):
    leader, agency = pyhanko_says(steps.issued, key)

    assert leader.bottom_line
    assert agency.bottom_line
    assert leader.summary() == "INTACT:TRUSTED,EXTENDED_WITH_FORM_FILLING,ACCEPTABLE_MODIFICATIONS"
    assert agency.summary() == "INTACT:TRUSTED,UNTOUCHED"


def test_poppler_finds_both_signatures_valid(steps, tmp_path):
    path = tmp_path / "issued.pdf"
    path.write_bytes(steps.issued)

    told = subprocess.run([program("pdfsig"), "-nocert", path], capture_output=True, text=True, check=True).stdout

    assert told.count("Signature Validation: Signature is Valid.") == 2
    assert re.findall(r"Signature Field Name: (\w+)", told) == ["NguoiKy", "CoQuan"]
    assert told.count("Total document signed") == 1


@pytest.mark.parametrize("kind", ["rsa", "curve"])
def test_openssl_finds_the_structure_valid(steps, zoo, key, plain, tmp_path, kind):
    content = steps.issued if kind == "rsa" else zoo.sign(plain, "curve")
    root = key.authority if kind == "rsa" else zoo.certificate("root")
    moment = AT if kind == "rsa" else None
    *_, last = embedded(content)
    _, length, resumed, rest = last.byte_range
    (tmp_path / "signed").write_bytes(content[:length] + content[resumed : resumed + rest])
    (tmp_path / "cms").write_bytes(last.pkcs7_content)
    pem = x509.load_der_x509_certificate(root).public_bytes(serialization.Encoding.PEM)
    (tmp_path / "root.pem").write_bytes(pem)

    command = [program("openssl"), "cms", "-verify", "-binary", "-inform", "DER", "-in", tmp_path / "cms"]
    command += [
        "-content",
        tmp_path / "signed",
        "-CAfile",
        tmp_path / "root.pem",
        "-purpose",
        "any",
        "-out",
        "/dev/null",
    ]
    command += ["-attime", str(int((moment or last.self_reported_timestamp).timestamp()))]
    told = subprocess.run(command, capture_output=True, text=True, check=False)

    assert told.returncode == 0, told.stderr
    assert "Verification successful" in told.stderr


def test_the_leader_allows_forms_and_the_agency_nothing(steps):
    leader, agency = embedded(steps.issued)

    assert (leader.docmdp_level.name, leader.fieldmdp) == ("FILL_FORMS", None)
    assert (agency.docmdp_level.name, agency.fieldmdp.action.name) == ("NO_CHANGES", "ALL")


def test_number_and_day_are_seen_on_the_page(steps):
    reader = pypdf.PdfReader(io.BytesIO(steps.issued))
    shown = {each["/T"]: each for each in (one.get_object() for one in reader.pages[0]["/Annots"])}

    assert (shown["so"]["/V"], shown["ngay"]["/V"]) == ("12", "05/02/2024")
    assert re.findall(rb"\((\d+)\) Tj", shown["ngay"]["/AP"]["/N"].get_data()) == [b"05", b"02", b"2024"]
    assert fields.values(steps.issued) == {"so": "12", "ngay": "05/02/2024"}
    assert fields.values(steps.prepared) == {"so": "", "ngay": ""}


def test_a_filled_field_draws_with_the_font_embedded_before(steps):
    reader = pypdf.PdfReader(io.BytesIO(steps.issued))
    widget = next(one.get_object() for one in reader.pages[0]["/Annots"] if one.get_object()["/T"] == "so")
    (font,) = widget["/AP"]["/N"]["/Resources"]["/Font"].values()

    assert font.get_object()["/Subtype"] == "/TrueType"
    assert "/FontFile2" in font.get_object()["/FontDescriptor"]


@pytest.mark.parametrize("value", ["12a", "1\n2", "một", "(1)"])
def test_only_digits_are_filled_in(steps, value):
    with pytest.raises(fields.NotDigits):
        fields.fill(steps.by_leader, {fields.NUMBER: value})


@pytest.mark.parametrize("value", ["05/02", "5", "05/02/2024/1"])
def test_a_day_has_three_parts(steps, value):
    with pytest.raises(fields.NotDigits):
        fields.fill(steps.by_leader, {fields.DATE: value})


def test_a_field_is_filled_once(steps):
    with pytest.raises(fields.FieldMissing):
        fields.fill(steps.numbered, {fields.NUMBER: "13"})


@pytest.mark.parametrize("name", ["NguoiKy", "khac"])
def test_a_field_that_is_not_there_cannot_be_filled(steps, name):
    with pytest.raises(fields.FieldMissing):
        fields.fill(steps.by_leader, {name: "1"})


def test_fields_are_prepared_once(steps):
    with pytest.raises(port.CannotSign, match="already"):
        fields.prepare(steps.prepared, texts=[], signatures=[fields.SignatureBox(fields.PERSON, 0, (0, 0, 9, 9))])


@pytest.mark.parametrize(
    ("place", "match"),
    [
        (Place("KhongCo"), "no signature field"),
        (Place("so"), "no signature field"),
        (Place(fields.PERSON), "signed already"),
        (Place(certify=True), "certified already"),
    ],
)
def test_a_place_must_be_free(key, steps, place, match):
    with pytest.raises(port.CannotSign, match=match):
        key.sign(steps.by_leader, at=AT, place=place)


def test_only_a_field_prepared_for_it_locks(key, steps):
    with pytest.raises(port.CannotSign, match="not prepared to lock"):
        key.sign(steps.prepared, at=AT, place=Place(fields.PERSON, lock=True))


@pytest.mark.parametrize("certify", [False, True])
def test_a_new_field_may_lock_too(key, plain, lenient, certify):
    locked = key.sign(plain, at=AT, place=Place(lock=True, certify=certify))

    assert verify(locked, policy=lenient, at=AT).verdict is Verdict.PASSED
    with pytest.raises(port.CannotSign, match="locks the file"):
        key.sign(locked, at=AT)


def test_nothing_is_filled_in_after_the_lock(key, steps):
    unnumbered = key.sign(steps.by_leader, at=AT, place=AGENCY)

    with pytest.raises(port.CannotSign, match="locks the file"):
        fields.fill(unnumbered, {fields.NUMBER: "13"})


def test_the_long_way_leads_to_the_same_judgement(monkeypatch, key, agency, steps, lenient):
    def unfit(_content):
        raise quick.Unfit("made so")

    monkeypatch.setattr(quick, "Revision", unfit)
    by_leader = key.sign(steps.prepared, at=AT, place=LEADER)
    numbered = fields.fill(by_leader, {fields.NUMBER: "7", fields.DATE: "01/02/2024"})
    issued = agency.sign(numbered, at=AT + HOUR, place=AGENCY)

    assert verify(issued, policy=lenient, at=AT + HOUR).verdict is Verdict.PASSED
    assert all(each.bottom_line for each in pyhanko_says(issued, key))


def test_the_quick_way_is_taken_for_our_own_papers(monkeypatch, key, steps):
    monkeypatch.setattr("tinhso.signing.pdf.writing", lambda _content: pytest.fail("the long way was taken"))

    fields.fill(key.sign(steps.prepared, at=AT, place=LEADER), {fields.NUMBER: "7"})


@pytest.mark.parametrize("cut", [0, 10, 200, 2000])
def test_the_quick_way_refuses_what_it_does_not_know(steps, cut):
    content = steps.prepared[: len(steps.prepared) - cut] + b"%%EOF %x"

    with pytest.raises(quick.Unfit):
        quick.Revision(content).field(fields.PERSON)


def test_signing_refuses_what_is_no_pdf(key):
    for content in (b"", b"no paper", b"PK\x03\x04" * 1000):
        for place in (None, LEADER):
            with pytest.raises(port.NotAPdf):
                key.sign(content, at=AT, place=place)


def test_signing_refuses_a_damaged_pdf(key, plain):
    for content in (b"%PDF-1.7", b"%PDF-1.7\n%%EOF", plain[: len(plain) // 2]):
        with pytest.raises(port.CannotSign):
            key.sign(content, at=AT)


def test_signing_refuses_an_encrypted_pdf(key, plain):
    with pytest.raises(port.CannotSign, match="encrypted"):
        key.sign(encrypted(plain), at=AT)


@pytest.mark.parametrize("days", [-2, 1827])
def test_signing_refuses_outside_of_the_certificate(key, plain, days):
    with pytest.raises(port.CertificateNotInForce):
        key.sign(plain, at=AT + days * 24 * HOUR)


def test_signing_wants_a_time_zone(key, plain):
    with pytest.raises(ValueError, match="time zone"):
        key.sign(plain, at=AT.replace(tzinfo=None))


def test_signing_and_checking_work_beside_a_running_event_loop(tmp_path, plain, lenient):
    other = SoftKey.create(tmp_path, name=NAME, organization=ORGANIZATION, at=AT)  # its way is not known yet

    async def beside():
        return verify(other.sign(plain, at=AT), policy=lenient, at=AT)

    assert asyncio.run(beside()).codes == ("untrusted",)


def encrypted(content: bytes) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    writer.encrypt("mật khẩu", algorithm="AES-256")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()
