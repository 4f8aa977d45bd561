"""Files in the forms that other software writes (made up for these tests)."""

import datetime as dt
from pathlib import Path

import pytest

from tests.edxml.factories import HANOI, make_packet
from tinhso.edxml import Attachment, Invalid, Receiver, Status, Unreadable, read, write

SAMPLES = Path(__file__).parent / "samples"


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def warnings(packet) -> set[tuple[str, str]]:
    return {(warning.path, warning.code) for warning in packet.warnings}


def test_the_default_namespace_instead_of_the_prefix():
    packet = read(sample("default_namespace.edxml"))

    assert packet.sender.organ_id == "000.00.06.H56"
    assert packet.to_places == ("Như trên", "Lưu: VT")
    assert (packet.priority, packet.copies, packet.pages, packet.due_on, packet.steering) == (0, None, 2, None, 0)
    assert packet.traces[0].at == dt.datetime(2023, 2, 1, 16, 5, tzinfo=HANOI)
    assert packet.traces[0].raw == "2023-02-01T16:05:00"
    assert (packet.responses, packet.business.staff) == ((), None)
    assert packet.warnings == ()


def test_another_order_is_told_and_taken():
    packet = read(sample("other_order.edxml"))

    assert warnings(packet) == {
        ("MessageHeader", "order"),
        ("TraceHeaderList", "order"),
        ("AttachmentEncoded/Attachment", "order"),
        ("MessageHeader/OtherInfo/ReplyFors", "unknown"),
    }
    assert packet.business.kind == 1
    assert packet.attachments == (Attachment.of("a-1", "ghi chú.txt", "text/plain", "Xin chào!".encode()),)


def test_an_unknown_element_survives_reading_and_writing():
    packet = read(sample("other_order.edxml"))

    (kept,) = packet.unknown
    assert kept.path.endswith("MessageHeader/OtherInfo")
    assert b"<edXML:ReplyFors><edXML:ReplyFor>12/A</edXML:ReplyFor></edXML:ReplyFors></edXML:OtherInfo>" in write(
        packet
    )
    assert read(write(packet)) == packet


def test_the_other_wrapper_of_a_status():
    status = read(sample("status.edxml"))

    assert isinstance(status, Status)
    assert (status.code, status.staff.name, status.to) == ("16", "Trần Thị Mẫu", None)
    assert status.at == dt.datetime(2023, 2, 2, 8, 0, tzinfo=HANOI)
    assert status.response_for.document_id == "H56.06,2023/02/01,15/STC-NS"


def test_no_namespace_at_all_is_told():
    data = sample("default_namespace.edxml").replace(b' xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016"', b"")

    assert warnings(read(data)) == {("", "namespace")}


def test_another_prefix_is_the_same():
    data = write(make_packet()).replace(b"edXML:", b"x:").replace(b"xmlns:edXML", b"xmlns:x")

    assert read(data) == make_packet()


def test_a_byte_order_mark_is_no_harm():
    assert read(b"\xef\xbb\xbf" + write(make_packet())) == make_packet()


@pytest.mark.parametrize("namespace", [b"http://www.e-doc.vn/Schema/", b"http://www.mic.gov.vn/TBT/QCVN_102_2017"])
def test_another_namespace_is_another_format(namespace):
    data = sample("default_namespace.edxml").replace(b"http://www.mic.gov.vn/TBT/QCVN_102_2016", namespace)

    with pytest.raises(Unreadable) as refused:
        read(data)

    assert [problem.code for problem in refused.value.problems] == ["root"]


@pytest.mark.parametrize(
    ("old", "new", "path", "code"),
    [
        (b"<OrganId>H52.01</OrganId>", b"", "MessageHeader/To/OrganId", "missing"),
        (b"<OrganId>H52.01</OrganId>", b"<OrganId>h52</OrganId>", "MessageHeader/To/OrganId", "type"),
        (
            b"<OrganId>H52.01</OrganId>",
            b"<OrganId>H52.01</OrganId><OrganId>H52</OrganId>",
            "MessageHeader/To/OrganId",
            "many",
        ),
        (b"2023/02/01</Prom", b"2023/02/30</Prom", "MessageHeader/PromulgationInfo/PromulgationDate", "type"),
        (b"2023-02-01T16:05:00", b"2023-02-01", "TraceHeaderList/TraceHeader/Timestamp", "type"),
        (b"2023-02-01T16:05:00", b"0001-02-01T16:05:00", "TraceHeaderList/TraceHeader/Timestamp", "type"),
        (b"<PageAmount>2<", b"<PageAmount>-2<", "MessageHeader/OtherInfo/PageAmount", "type"),
        (b"<Priority>0<", b"<Priority>9<", "MessageHeader/OtherInfo/Priority", "choice"),
        (b"<Subject>", b"<Subject><b/>", "MessageHeader/Subject", "nested"),
        (b"<BussinessDocType>0</BussinessDocType>", b"", "TraceHeaderList/Bussiness/BussinessDocType", "missing"),
    ],
)
def test_what_the_table_forbids_is_refused_with_its_path(old, new, path, code):
    data = sample("default_namespace.edxml")
    assert old in data

    with pytest.raises(Invalid) as refused:
        read(data.replace(old, new))

    assert (path, code) in {(problem.path, problem.code) for problem in refused.value.problems}


def test_an_empty_packet_lacks_everything():
    with pytest.raises(Invalid) as refused:
        read(b'<edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016"/>')

    assert [(problem.path, problem.code) for problem in refused.value.problems] == [("edXMLEnvelope", "missing")]


def test_a_listed_attachment_must_be_there():
    data = write(make_packet())
    start, end = data.index(b"<AttachmentEncoded>"), data.index(b"</edXML>")

    with pytest.raises(Invalid) as refused:
        read(data[:start] + data[end:])

    assert [problem.code for problem in refused.value.problems] == ["no-content"]


def test_an_attachment_that_is_not_listed_is_told():
    data = write(make_packet())
    start, end = data.index(b"<edXML:Reference>"), data.index(b"</edXML:edXMLManifest>")

    assert warnings(read(data[:start] + data[end:])) == {("AttachmentEncoded/Attachment", "not-listed")}


def test_a_status_with_an_attachment_is_refused():
    data = sample("status.edxml").replace(
        b"</edXML>",
        b"<AttachmentEncoded><Attachment><ContentTransferEncoded>AAAA</ContentTransferEncoded></Attachment></AttachmentEncoded></edXML>",
    )

    with pytest.raises(Invalid) as refused:
        read(data)

    assert [problem.code for problem in refused.value.problems] == ["status-attachment"]


def test_an_attachment_of_another_namespace_is_kept_whole():
    foreign = b'<Attachment xmlns="urn:x"><ContentTransferEncoded>AAAA</ContentTransferEncoded></Attachment>'

    packet = read(write(make_packet()).replace(b"</AttachmentEncoded>", foreign + b"</AttachmentEncoded>"))

    assert len(packet.attachments) == 1
    assert packet.unknown[0].element.content[0].content == ("AAAA",)


def test_receivers_of_an_update():
    packet = make_packet()
    data = write(packet).replace(
        b"<edXML:Paper>",
        b"<edXML:BussinessDocumentInfo><edXML:DocumentReceiver>1</edXML:DocumentReceiver><edXML:ReceiverList><edXML:Receiver>"
        b"<edXML:ReceiverType>1</edXML:ReceiverType><edXML:OrganId>H52.09</edXML:OrganId></edXML:Receiver></edXML:ReceiverList>"
        b"</edXML:BussinessDocumentInfo><edXML:Paper>",
    )

    business = read(data).business

    assert business.receivers == (Receiver(1, "H52.09"),)
    assert business.document_receiver == "1"
