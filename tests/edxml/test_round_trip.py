"""What is written is read again as it was, for every field and every text XML can carry."""

import dataclasses
import datetime as dt
import io
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings

from tests.edxml.factories import AT, CONTENT, PACKETS, STATUSES, make_packet, make_status
from tinhso.edxml import (
    Attachment,
    Invalid,
    Organ,
    Trace,
    Unknown,
    XmlElement,
    read,
    read_header,
    write,
    write_status,
    write_to,
)
from tinhso.edxml.limits import is_packed, unpack

SLOW = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def codes(refused) -> Counter[tuple[str, str]]:
    return Counter((problem.path, problem.code) for problem in refused.value.problems)


@SLOW
@given(PACKETS)
def test_a_packet_comes_back_as_it_was(packet):
    # unknown elements come back in the order of the file, so compare them as one heap
    got = read(write(packet))

    assert Counter(got.unknown) == Counter(packet.unknown)
    assert dataclasses.replace(got, unknown=()) == dataclasses.replace(packet, unknown=())


@SLOW
@given(STATUSES)
def test_a_status_comes_back_in_both_wrappers(status):
    for wrapper in ("MessageHeader", "Status"):
        got = read(write_status(status, wrapper=wrapper))

        assert Counter(got.unknown) == Counter(status.unknown)
        assert dataclasses.replace(got, unknown=()) == dataclasses.replace(status, unknown=())


def test_everything_in_the_envelope_carries_the_prefix():
    text = write(make_packet()).decode()

    envelope = text[text.index("<edXML:edXMLEnvelope") : text.index("</edXML:edXMLEnvelope>")]
    assert envelope.count("<") == envelope.count("<edXML:") + envelope.count("</edXML:")
    assert "<edXML:Bussiness>" in envelope


def test_moments_are_written_in_vietnamese_time():
    utc = AT.astimezone(dt.UTC)

    text = write(make_packet(traces=(Trace("H52.01", utc),))).decode()

    assert "<edXML:Timestamp>2023/01/03 08:30:05</edXML:Timestamp>" in text


def test_the_raw_moment_is_kept():
    packet = read(write(make_packet()))

    assert packet.traces[0].raw == "2023/01/03 08:30:05"
    assert packet.traces[0].at == AT


def test_nothing_is_invented():
    packet = read(write(make_packet(priority=None, copies=None, promulgated_on=None, place="", business=None)))

    assert (packet.priority, packet.copies, packet.promulgated_on, packet.place) == (None, None, None, "")
    assert packet.business is None


def test_all_problems_are_told_with_their_paths():
    packet = make_packet(
        recipients=(Organ("h52"), Organ("H52.02"), Organ("H52.02")),
        subject=" ",
        content="a" * 501,
        priority=5,
        place="a\x00b",
        traces=(Trace("H52", AT.replace(tzinfo=None)),),
    )

    with pytest.raises(Invalid) as refused:
        write(packet)

    assert codes(refused) == Counter(
        {
            ("MessageHeader/To/OrganId", "type"): 1,
            ("MessageHeader/To/OrganId", "duplicate"): 1,
            ("MessageHeader/Subject", "missing"): 1,
            ("MessageHeader/Content", "length"): 1,
            ("MessageHeader/OtherInfo/Priority", "choice"): 1,
            ("MessageHeader/PromulgationInfo/Place", "characters"): 1,
            ("TraceHeaderList/TraceHeader/Timestamp", "type"): 1,
        }
    )


def test_a_problem_names_the_second_receiver():
    with pytest.raises(Invalid) as refused:
        write(make_packet(recipients=(Organ("H52"), Organ("h53"))))

    assert codes(refused) == Counter({("MessageHeader/To[2]/OrganId", "type"): 1})
    assert str(refused.value) == "MessageHeader/To[2]/OrganId: Sai kiểu dữ liệu."


@pytest.mark.parametrize(
    "attachment",
    [
        dataclasses.replace(Attachment.of("1", "a.pdf", "", b"abc"), sha256="0" * 64),
        dataclasses.replace(Attachment.of("1", "a.pdf", "", b"abc"), size=4),
    ],
)
def test_an_attachment_that_is_not_what_its_hash_says_is_refused(attachment):
    with pytest.raises(Invalid) as refused:
        write(make_packet(attachments=(attachment,)))

    assert {code for _, code in codes(refused)} == {"digest"}


def test_an_attachment_without_content_is_refused():
    with pytest.raises(Invalid) as refused:
        write(make_packet(attachments=(Attachment("1", location="/somewhere"),)))

    assert {code for _, code in codes(refused)} == {"no-content"}


def test_an_unknown_element_without_a_place_is_refused():
    kept = Unknown("edXMLEnvelope/edXMLHeader/MessageHeader/To[7]", XmlElement("X"))

    with pytest.raises(Invalid) as refused:
        write(make_packet(unknown=(kept,)))

    assert codes(refused) == Counter({("MessageHeader/To[7]", "path"): 1})


@pytest.mark.parametrize("name", ["", "a b", "a>b", "1a", "a:b", "<"])
def test_an_unknown_element_with_an_impossible_name_is_refused(name):
    with pytest.raises(Invalid) as refused:
        write(make_packet(unknown=(Unknown("", XmlElement(name)),)))

    assert {code for _, code in codes(refused)} == {"characters"}


@pytest.mark.parametrize("namespace", ["a b", "urn:đ", "{", '"'])
def test_a_namespace_that_is_no_uri_is_refused(namespace):
    with pytest.raises(Invalid) as refused:
        write(make_packet(unknown=(Unknown("", XmlElement("X", namespace)),)))

    assert {code for _, code in codes(refused)} == {"characters"}


class _Folder:
    """Sinks that remember what they were told."""

    def __init__(self):
        self.files = {}
        self.discarded = []

    def __call__(self, number):
        return _File(self, number)


class _File(io.BytesIO):
    def __init__(self, folder, number):
        super().__init__()
        self.folder, self.number = folder, number

    def finish(self, *, sha256, size):
        assert len(self.getvalue()) == size
        self.folder.files[sha256] = self.getvalue()
        return f"folder/{sha256}"

    def discard(self):
        self.folder.discarded.append(self.number)


def test_attachments_go_to_the_callers_sinks_and_come_back_from_there():
    packet = make_packet()
    folder = _Folder()

    stored = read(io.BytesIO(write(packet)), keep=folder)
    out = io.BytesIO()
    write_to(stored, out, load=lambda file: io.BytesIO(folder.files[file.sha256]))

    assert stored.attachments[0].content is None
    assert stored.attachments[0].location == f"folder/{packet.attachments[0].sha256}"
    assert read(out.getvalue()) == packet


def test_sinks_of_a_refused_packet_forget():
    folder = _Folder()

    with pytest.raises(Invalid):
        read(write(make_packet()).replace(b">1</edXML:Priority>", b">9</edXML:Priority>"), keep=folder)

    assert folder.discarded == [1]


def test_zipped_attachments_can_be_told_and_unpacked():
    packet = read(write(make_packet(), zipped=True))
    (file,) = packet.attachments

    assert (file.name, file.media_type) == ("Kế hoạch.pdf", "application/zip")
    assert is_packed(file.content, name=file.name, media_type=file.media_type)
    assert [inside.content for inside in unpack(file.content)] == [CONTENT]


def test_a_zip_is_not_zipped_again():
    packet = make_packet(attachments=(Attachment.of("1", "a.zip", "application/zip", b"PK\x03\x04"),))

    assert read(write(packet, zipped=True)) == packet


def test_the_header_alone_names_the_attachments_and_ignores_what_follows():
    data = write(make_packet())
    cut = data[: data.index(b"<AttachmentEncoded>") + 30]

    packet = read_header(io.BytesIO(cut))

    (file,) = packet.attachments
    assert (file.content_id, file.name, file.size, file.sha256, file.content) == (
        "tep-1",
        "Kế hoạch.pdf",
        None,
        "",
        None,
    )
    assert packet.subject == make_packet().subject


def test_the_header_of_a_status_is_the_status():
    assert read_header(write_status(make_status())) == make_status()


def test_an_unknown_wrapper_is_an_error_of_the_program():
    with pytest.raises(KeyError):
        write_status(make_status(), wrapper="Answer")
