"""Files that somebody forged: none passes, none breaks the check, none takes long."""

import io
import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.signing.conftest import AGENCY, AT, HOUR, LEADER, with_fields
from tinhso.signing import fields, quick
from tinhso.signing.objects import number
from tinhso.signing.pdf import Writer
from tinhso.signing.verify import MOST_BYTES, Verdict, verify

CONTENTS = re.compile(rb"<[0-9A-Fa-f]{3000,}>")


@pytest.fixture(scope="module")
def check(lenient):
    """Codes of a check; nothing here may pass."""

    def codes(content):
        found = verify(content, policy=lenient, at=AT + HOUR)
        assert found.verdict is Verdict.FAILED
        return found.codes

    return codes


def changed(content, change):
    """The file with one more revision by somebody."""
    writer = Writer(io.BytesIO(content))
    change(writer)
    return writer.written().getvalue()


def another_text(writer):
    page = writer.page(0).get_object()
    page[pdf_name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.update_container(page)


def another_number(writer):
    field = next(each.get_object() for each in writer.root["/AcroForm"]["/Fields"] if each.get_object()["/T"] == "so")
    field["/V"] = pdf_string("99")
    drawing = generic.StreamObject(dict(field["/AP"]["/N"].items()), stream_data=b"BT (99) Tj ET")
    del drawing[pdf_name("/Filter")]
    field["/AP"] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(drawing)})
    writer.update_container(field)


def a_drawing_over_the_old_one(writer):
    field = next(each.get_object() for each in writer.root["/AcroForm"]["/Fields"] if each.get_object()["/T"] == "so")
    drawing = field["/AP"]["/N"]
    drawing._data, drawing._encoded_data = b"BT (99) Tj ET", None
    writer.update_container(drawing)


def a_note_over_the_page(writer):
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Contents"): pdf_string("Mức phạt 0 đồng"),
            pdf_name("/Rect"): generic.ArrayObject(map(number, (0, 0, 600, 800))),
        }
    )
    writer.annotate(writer.page(0), writer.add_object(note))


def another_catalog(writer):
    writer.changed_root()[pdf_name("/OpenAction")] = generic.DictionaryObject(
        {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")}
    )


CHANGES = [another_text, another_number, a_drawing_over_the_old_one, a_note_over_the_page, another_catalog]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_after_the_lock_shows(steps, check, change):
    """Incremental saving attack, shadow attack (hide, replace), and the number changed after the agency signed."""
    assert "changed" in check(changed(steps.issued, change))


@pytest.mark.parametrize("change", [another_text, a_note_over_the_page, another_catalog])
def test_a_change_before_the_agency_signs_shows(steps, agency, check, change):
    forged = agency.sign(changed(steps.numbered, change), at=AT + HOUR, place=AGENCY)

    assert check(forged) == ("changed",)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_hidden_by_a_further_signature_shows(steps, stranger, check, change):
    forged = changed(steps.issued, change)
    opened = PdfFileReader(io.BytesIO(forged))

    assert len(opened.embedded_regular_signatures) == 2
    assert "changed" in check(forged)


def test_another_field_must_not_be_filled(key, agency, plain, check):
    form = fields.prepare(
        plain,
        texts=[fields.TextField("khac", 0, (10, 10, 90, 30), 12)],
        signatures=[
            fields.SignatureBox(fields.PERSON, 0, (100, 100, 200, 200)),
            fields.SignatureBox(fields.ORGANIZATION, 0, (300, 100, 400, 200), lock=True),
        ],
    )
    filled = fields.fill(key.sign(form, at=AT, place=LEADER), {"khac": "1"})

    assert check(agency.sign(filled, at=AT, place=AGENCY)) == ("field_changed",)


@pytest.mark.parametrize("tail", [b"\n", b" ", b"% more\n%%EOF\n", b"\x00" * 100, b"startxref\n0\n%%EOF\n"])
def test_anything_after_the_last_signature_shows(steps, check, tail):
    assert set(check(steps.issued + tail)) & {"appended", "unreadable", "changed"}


def test_a_blanked_signature_is_broken(signed, check):
    start, end = CONTENTS.search(signed).span()

    assert check(signed[: start + 1] + b"0" * (end - start - 2) + signed[end - 1 :]) == ("broken",)


@pytest.mark.parametrize("content", [b"", b"00", b"3003020100", b"ff" * 40])
def test_a_signature_of_other_bytes_is_broken(signed, check, content):
    start, end = CONTENTS.search(signed).span()

    assert check(signed[: start + 1] + content.ljust(end - start - 2, b"0") + signed[end - 1 :])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"/Contents <", b"/Contentz <"),
        (b"/ByteRange [0 ", b"/ByteRangz [0 "),
        (b"/ByteRange [0 ", b"/ByteRange [1 "),
        (b"/ByteRange [0 ", b"/ByteRange[-1 "),
        (b"/ETSI.CAdES.detached", b"/adbe.x509.rsa_sha1 "),
        (b"/Adobe.PPKLite", b"/Adobe.PPKLitf"),
    ],
)
def test_universal_forgeries_show(signed, check, old, new):
    """A signature without contents, without range, with an absurd range, or of a kind nobody checks."""
    assert signed.count(old) == 1

    assert check(signed.replace(old, new))


@pytest.mark.parametrize("less", [1, 10, 500])
def test_a_shortened_range_shows(signed, check, less):
    range_told = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", signed)
    length = range_told[3]
    shorter = b"%d" % (int(length) - less)
    forged = signed[: range_told.start(3)] + shorter + b"]" + signed[range_told.end() :]
    forged = forged[: range_told.end()] + b" " * (len(length) - len(shorter)) + forged[range_told.end() :]

    assert check(forged[: len(signed)])


def test_a_longer_gap_between_the_signed_parts_hides_nothing(signed, check):
    """Signature wrapping: pyHanko says ENTIRE_FILE, as lengths alone would have it."""
    forged = with_padded_signature(signed)
    embedded = PdfFileReader(io.BytesIO(forged)).embedded_regular_signatures[0]

    assert embedded.evaluate_signature_coverage().name == "ENTIRE_FILE"
    assert "gap" in check(forged)


def test_a_signature_from_another_file_does_not_fit(key, plain, signed, check):
    other = key.sign(with_fields(plain), at=AT)
    start, end = CONTENTS.search(signed).span()
    foreign = CONTENTS.search(other)[0]
    assert len(foreign) == end - start

    assert check(signed[:start] + foreign + signed[end:]) == ("changed",)


def test_a_signature_replaced_by_a_strangers_is_not_trusted(stranger, plain, check):
    assert check(stranger.sign(plain, at=AT)) == ("untrusted",)


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9, 0.99, 0.9999])
def test_a_cut_file_never_passes(steps, check, kept):
    check(steps.issued[: int(kept * len(steps.issued))])


def test_a_page_changed_in_place_shows(plain, signed, check):
    place = plain.index(b"stream") + 40

    assert check(flipped(signed, place, 1)) == ("changed",)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_changed_byte_passes_or_raises(signed, lenient, data):
    start, end = CONTENTS.search(signed).span()
    place = data.draw(st.one_of(st.integers(0, start - 1), st.integers(end, len(signed) - 1)))
    bit = data.draw(st.integers(1, 255))

    assert verify(flipped(signed, place, bit), policy=lenient, at=AT).verdict is not Verdict.PASSED


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_changed_byte_of_two_signatures_passes_or_raises(steps, lenient, data):
    (first, first_end), (last, last_end) = (found.span() for found in CONTENTS.finditer(steps.issued))
    signed_by_all = [st.integers(0, first - 1), st.integers(last_end, len(steps.issued) - 1)]
    place = data.draw(st.one_of(*signed_by_all, st.integers(first, first_end), st.integers(first_end, last - 1)))

    found = verify(flipped(steps.issued, place, data.draw(st.integers(1, 255))), policy=lenient, at=AT + HOUR)

    assert found.verdict is not Verdict.PASSED


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_changed_byte_of_the_signature_itself_raises(signed, lenient, data):
    start, end = CONTENTS.search(signed).span()

    verify(
        flipped(signed, data.draw(st.integers(start, end - 1)), data.draw(st.integers(1, 255))), policy=lenient, at=AT
    )


def test_a_thousand_revisions_before_a_signature_are_checked_in_time(key, steps, lenient):
    content = with_revisions(steps.prepared, 997)
    signed = key.sign(content, at=AT)
    started = time.perf_counter()

    found = verify(signed, policy=lenient, at=AT)

    assert found.verdict is Verdict.PASSED
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("count", [30, 1000])
def test_revisions_after_a_signature_fail_in_time(steps, check, count):
    content = with_revisions(steps.issued, count)
    started = time.perf_counter()

    assert set(check(content)) & {"appended", "changed", "too_complex"}
    assert time.perf_counter() - started < 20


def test_a_file_of_nearly_100_mb_is_checked_and_a_larger_one_refused(key, steps, lenient, check):
    revision = quick.Revision(steps.prepared)
    revision.add_object(generic.StreamObject(encoded_data=bytes(MOST_BYTES - len(steps.prepared) - 100_000)))
    signed = key.sign(revision.written().getvalue(), at=AT)
    started = time.perf_counter()

    assert verify(signed, policy=lenient, at=AT).verdict is Verdict.PASSED
    assert check(signed + bytes(200_000)) == ("too_large",)
    assert time.perf_counter() - started < 5


def flipped(content: bytes, place: int, bits: int) -> bytes:
    return content[:place] + bytes([content[place] ^ bits]) + content[place + 1 :]


def with_revisions(content: bytes, count: int) -> bytes:
    for _one in range(count):
        revision = quick.Revision(content)
        revision.add_object(number(1))
        content = revision.written().getvalue()
    return content


def with_padded_signature(content: bytes) -> bytes:
    """Another page text, and the signature written anew, padded until old parts and it add up to the whole file."""
    old = PdfFileReader(io.BytesIO(content)).embedded_regular_signatures[0]
    covered = old.byte_range[1] + old.byte_range[3]
    length = len(old.pkcs7_content)
    while True:
        writer = Writer(io.BytesIO(changed(content, another_text)))
        field = writer.root["/AcroForm"]["/Fields"][0]
        signature = generic.DictionaryObject(dict(field["/V"].items()))
        signature["/Contents"] = _Literal(old.pkcs7_content.ljust(length, b"\0"))
        field["/V"] = writer.add_object(signature)
        writer.update_container(field)
        made = writer.written().getvalue()
        missing = len(made) - (covered + 2 * length + 2)
        if missing == 0:
            return made
        length += missing


class _Literal(generic.ByteStringObject):
    """A string that takes about one byte of the file per byte, where hexadecimal digits take two."""

    def write_to_stream(self, stream, handler=None, container_ref=None):
        stream.write(b"(" + re.sub(rb"[()\\\r]", lambda found: b"\\%03o" % found[0][0], self) + b")")
