"""What holds of a signed file, also of files that somebody forged."""

import asyncio
import datetime as dt
import io
import re

import pytest
from asn1crypto import x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleTrustManager

from tests.signing.conftest import AT, NAME
from tests.signing.test_soft_key import encrypted
from tinhso.signing import port, soft_key, verify

AFTER = AT + dt.timedelta(hours=1)


def reasons(content, key, **options):
    return [each.reason for each in verify.check(content, trusted=[key.authority], **options)]


def test_a_signed_paper_is_intact_and_trusted(key, signed):
    assert verify.check(signed, trusted=[key.authority]) == [verify.Checked(NAME, AT, True, True, True, "ok")]


def test_pyhanko_agrees(key, signed):
    root = x509.Certificate.load(key.authority)
    context = ValidationContext(
        trust_manager=SimpleTrustManager.build(trust_roots=[root]), moment=AT, allow_fetching=False
    )

    status = validate_pdf_signature(PdfFileReader(io.BytesIO(signed)).embedded_regular_signatures[0], context)

    assert status.bottom_line
    assert status.summary() == "INTACT:TRUSTED,UNTOUCHED"


def test_the_signer_may_be_trusted_itself(key, signed):
    leaf = soft_key._der(key.certificate)

    assert [each.reason for each in verify.check(signed, trusted=[leaf])] == ["ok"]


def test_an_unsigned_paper_has_no_entry(key, plain):
    assert verify.check(plain, trusted=[key.authority]) == []


@pytest.mark.parametrize("content", [b"", b"no paper", b"\x00" * 5000, b"x" * 2000 + b"%PDF-1.7"])
def test_what_is_no_pdf_is_refused(content):
    with pytest.raises(port.NotAPdf):
        verify.check(content, trusted=[])


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"%PDF-" + b"\xff" * 3000])
def test_a_damaged_pdf_is_unreadable(content):
    found = verify.check(content, trusted=[])

    assert found == [verify.Checked("", None, False, False, False, "unreadable")]


def test_an_encrypted_pdf_is_unreadable(plain):
    assert [each.reason for each in verify.check(encrypted(plain), trusted=[])] == ["unreadable"]


def test_another_authority_is_not_trusted(signed, stranger):
    (found,) = verify.check(signed, trusted=[stranger.authority])

    assert (found.is_intact, found.is_trusted, found.reason) == (True, False, "untrusted")


def test_without_trusted_certificates_nobody_is_trusted(signed):
    assert [each.reason for each in verify.check(signed, trusted=[])] == ["untrusted"]


def test_a_trusted_certificate_must_be_one(signed):
    with pytest.raises(ValueError, match="trusted certificate"):
        verify.check(signed, trusted=[b"no certificate"])


def test_a_changed_byte_shows(key, plain, signed):
    place = plain.index(b"stream") + 40  # the text of the page
    changed = signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :]

    (found,) = verify.check(changed, trusted=[key.authority])

    assert (found.is_intact, found.is_trusted, found.reason) == (False, False, "changed")


def test_no_changed_byte_passes_or_raises(key, signed):
    start, end = contents(signed)
    inside = (*range(start, start + 6000, 331), *range(5, len(signed), 509), start - 1, start, end - 1, end)
    padding = signed[start:end].rstrip(b"0>")
    for place in inside:
        if start + len(padding) <= place < end - 1:
            continue  # zeros that fill the room; nobody signs them
        changed = signed[:place] + bytes([signed[place] ^ 0x11]) + signed[place + 1 :]

        assert "ok" not in reasons(changed, key), place


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9, 0.99])
def test_a_cut_file_never_passes(key, signed, kept):
    found = verify.check(signed[: int(kept * len(signed))], trusted=[key.authority])

    assert not any(each.is_intact for each in found)


def test_a_blanked_signature_is_broken(key, signed):
    start, end = contents(signed)
    blanked = signed[: start + 1] + b"0" * (end - start - 2) + signed[end - 1 :]

    assert reasons(blanked, key) == ["broken"]


def test_a_second_signature_leaves_the_first_valid(key, signed, stranger):
    twice = stranger.sign(signed, reason="Đóng dấu", location="", at=AFTER)

    first, second = verify.check(twice, trusted=[key.authority, stranger.authority])

    assert twice.startswith(signed)
    assert (first.is_intact, first.covers_whole_file, first.reason, first.signed_at) == (True, False, "ok", AT)
    assert (second.is_intact, second.covers_whole_file, second.reason, second.signed_at) == (True, True, "ok", AFTER)


def test_the_same_signer_may_sign_again(key, signed):
    assert reasons(key.sign(signed, reason="", location="", at=AFTER), key) == ["ok", "ok"]


def test_a_page_changed_between_two_signatures_breaks_the_first(key, signed):
    twice = key.sign(with_another_page_text(signed), reason="", location="", at=AFTER)

    assert reasons(twice, key) == ["changed", "ok"]


def test_a_page_changed_after_signing_shows(key, signed):
    assert reasons(with_another_page_text(signed), key) == ["changed"]


@pytest.mark.parametrize("tail", [b"\n", b"% more\n%%EOF\n", b"\x00" * 100])
def test_anything_after_the_last_signature_shows(key, signed, tail):
    (found,) = verify.check(signed + tail, trusted=[key.authority])

    assert (found.is_intact, found.covers_whole_file, found.is_trusted) == (False, False, False)
    assert found.reason in ("appended", "changed", "unreadable")


def test_a_longer_gap_between_the_signed_parts_hides_nothing(key, signed):
    forged = with_padded_signature(signed)
    embedded = PdfFileReader(io.BytesIO(forged)).embedded_regular_signatures[0]

    (found,) = verify.check(forged, trusted=[key.authority])

    assert embedded.evaluate_signature_coverage().name == "ENTIRE_FILE"  # what lengths alone say
    assert (found.is_intact, found.covers_whole_file, found.reason) == (False, False, "changed")


def test_papers_stay_valid_after_their_certificate_ends(key, signed):
    late = key.identity.not_after + dt.timedelta(days=1)

    assert reasons(signed, key) == ["ok"]
    assert reasons(signed, key, at=AFTER) == ["ok"]
    assert reasons(signed, key, at=late) == ["expired"]


def test_an_expired_certificate_of_a_stranger_is_untrusted(key, signed, stranger):
    late = key.identity.not_after + dt.timedelta(days=1)

    assert reasons(signed, stranger, at=late) == ["untrusted"]


def test_signing_with_an_expired_certificate_shows(key, plain):
    late = key.identity.not_after + dt.timedelta(days=1)

    (found,) = verify.check(signed_unasked(key, plain, late), trusted=[key.authority])

    assert (found.is_intact, found.is_trusted, found.reason) == (True, False, "expired")


def test_signing_in_the_future_shows(key, signed):
    assert reasons(signed, key, at=AT - dt.timedelta(minutes=4)) == ["ok"]
    assert reasons(signed, key, at=AT - dt.timedelta(minutes=6)) == ["future"]


def test_a_signature_without_moment_is_not_trusted(key, plain):
    (found,) = verify.check(signed_unasked(key, plain, None), trusted=[key.authority])

    assert (found.signed_at, found.is_intact, found.is_trusted, found.reason) == (None, True, False, "undated")


def test_the_moment_of_the_check_wants_a_time_zone(signed):
    with pytest.raises(ValueError, match="time zone"):
        verify.check(signed, trusted=[], at=AT.replace(tzinfo=None))


def contents(signed: bytes) -> tuple[int, int]:
    """Where the signature stands, brackets included."""
    found = re.search(rb"<[0-9A-Fa-f]{5000,}>", signed)
    assert found
    return found.span()


def with_another_page_text(content: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.update_container(page)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def with_padded_signature(content: bytes) -> bytes:
    """Another page text, and the signature written anew, padded until old parts and it add up to the whole file."""
    old = PdfFileReader(io.BytesIO(content)).embedded_regular_signatures[0]
    covered = old.byte_range[1] + old.byte_range[3]
    length = len(old.pkcs7_content)
    while True:
        writer = soft_key._Writer(io.BytesIO(with_another_page_text(content)))
        field = writer.root["/AcroForm"]["/Fields"][0]
        signature = generic.DictionaryObject(dict(field["/V"].items()))
        signature["/Contents"] = _Literal(old.pkcs7_content.ljust(length, b"\0"))
        field["/V"] = writer.add_object(signature)
        writer.update_container(field)
        made = io.BytesIO()
        writer.write(made)
        missing = len(made.getvalue()) - (covered + 2 * length + 2)
        if missing == 0:
            return made.getvalue()
        length += missing


class _Literal(generic.ByteStringObject):
    """A string that takes about one byte of the file per byte, where hexadecimal digits take two."""

    def write_to_stream(self, stream, handler=None, container_ref=None):
        stream.write(b"(" + re.sub(rb"[()\\\r]", lambda found: b"\\%03o" % found[0][0], self) + b")")


def signed_unasked(key, content: bytes, at: dt.datetime | None) -> bytes:
    """Signed by a program that does not ask whether the certificate counts."""
    metadata = signers.PdfSignatureMetadata(
        field_name="ChuKy", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    made = io.BytesIO()
    signer = soft_key._PdfSigner(metadata, soft_key._CmsSigner(key), at)
    signer.sign_pdf(soft_key._Writer(io.BytesIO(content)), output=made, bytes_reserved=16384)
    return made.getvalue()


def test_signing_and_checking_work_beside_a_running_event_loop(key, plain):
    async def beside():
        return verify.check(key.sign(plain, reason="Ký", location="Sơn La", at=AT), trusted=[key.authority])

    (signature,) = asyncio.run(beside())

    assert signature.is_trusted
