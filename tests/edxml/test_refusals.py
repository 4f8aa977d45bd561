"""Files that mean harm: refused fast, within memory, and by nothing but `Refused`."""

import io
import time
import tracemalloc

import pytest

from tests.edxml.factories import make_packet
from tinhso.edxml import Limits, Refused, Unreadable, read, read_header, write

NAMESPACE = b"http://www.mic.gov.vn/TBT/QCVN_102_2016"
HEAD = b'<edXML xmlns="' + NAMESPACE + b'">'
TAIL = b"</edXML>"
MEGABYTE = 1024 * 1024
SECONDS = 1.0  # the slowest takes a tenth of it; the machine may be busy
EXTRA = 64 * MEGABYTE


def _laughs() -> bytes:
    entities = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    return b'<!DOCTYPE edXML [<!ENTITY l0 "ha">' + entities + b"]>" + HEAD + b"&l9;" + TAIL


def _attachment(content: bytes) -> bytes:
    inside = b"<ContentTransferEncoded>" + content + b"</ContentTransferEncoded>"
    return HEAD + b"<AttachmentEncoded><Attachment>" + inside + b"</Attachment></AttachmentEncoded>" + TAIL


CORPUS = {
    "billion laughs": (_laughs, "doctype"),
    "quadratic": (
        lambda: b'<!DOCTYPE e [<!ENTITY a "' + b"a" * 100_000 + b'">]>' + HEAD + b"&a;" * 100_000 + TAIL,
        "doctype",
    ),
    "external entity": (
        lambda: b'<!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + HEAD + b"&x;" + TAIL,
        "doctype",
    ),
    "external subset": (lambda: b'<!DOCTYPE e SYSTEM "http://127.0.0.1/x.dtd">' + HEAD + TAIL, "doctype"),
    "undeclared entity": (lambda: HEAD + b"&x;" + TAIL, "xml"),
    "deep": (lambda: HEAD + b"<a>" * 1_000_000, "depth"),
    "million elements": (lambda: HEAD + b"<a/>" * 1_000_000 + TAIL, "elements"),
    "200k attributes": (
        lambda: HEAD + b"<a " + b" ".join(b'a%d=""' % n for n in range(200_000)) + b"/>" + TAIL,
        "token",
    ),
    "65 attributes": (lambda: HEAD + b"<a " + b" ".join(b'a%d=""' % n for n in range(65)) + b"/>" + TAIL, "attributes"),
    "60 MB text": (lambda: HEAD + b"a" * (60 * MEGABYTE) + TAIL, "packet-size or text"),
    "40 MB text": (lambda: HEAD + b"a" * (40 * MEGABYTE) + TAIL, "text"),
    "40 MB attribute": (lambda: HEAD + b'<a b="' + b"a" * (40 * MEGABYTE) + b'"/>' + TAIL, "token"),
    "40 MB comment": (lambda: HEAD + b"<!--" + b"a" * (40 * MEGABYTE) + b"-->" + TAIL, "token"),
    "40 MB instruction": (lambda: HEAD + b"<?a " + b"a" * (40 * MEGABYTE) + b"?>" + TAIL, "token"),
    "million comments": (lambda: HEAD + b"a<!---->" * 1_000_000 + TAIL, "elements"),
    "comments in an attachment": (lambda: _attachment(b"AAAA<!---->" * 1_000_000), "elements"),
    "million namespaces": (
        lambda: (
            HEAD
            + b"".join(
                b"<a " + b" ".join(b"xmlns:n%d=''" % n for n in range(k, k + 9000)) + b"/>"
                for k in range(0, 900_000, 9000)
            )
            + TAIL
        ),
        "elements or xml",
    ),
    "million prefixes": (
        lambda: (
            HEAD
            + b"".join(
                b"<a " + b" ".join(b"xmlns:n%d='u'" % n for n in range(k, k + 9000)) + b"/>"
                for k in range(0, 900_000, 9000)
            )
            + TAIL
        ),
        "elements",
    ),
    "40 MB of attributes": (lambda: HEAD + (b'<a b="' + b"a" * 100_000 + b'"/>') * 400 + TAIL, "text"),
    "40 MB of names": (lambda: HEAD + b"".join(b"<a%d%s/>" % (n, b"a" * 100_000) for n in range(400)) + TAIL, "text"),
    "40 MB of namespaces": (
        lambda: HEAD + b"".join(b'<n:a xmlns:n="%d%s"/>' % (n, b"a" * 100_000) for n in range(400)) + TAIL,
        "text",
    ),
    "20k receivers": (
        lambda: (
            HEAD
            + b"<edXMLEnvelope><edXMLHeader><MessageHeader>"
            + b"<To/>" * 19_000
            + b"</MessageHeader></edXMLHeader></edXMLEnvelope>"
            + TAIL
        ),
        "missing",
    ),
    "20k places": (
        lambda: (
            HEAD
            + b"<edXMLEnvelope><edXMLHeader><MessageHeader><ToPlaces>"
            + b"<Place>a</Place>" * 19_000
            + b"</ToPlaces></MessageHeader></edXMLHeader></edXMLEnvelope>"
            + TAIL
        ),
        "missing",
    ),
    "40 MB name": (lambda: b"<" + b"a" * (40 * MEGABYTE), "token"),
    "40 MB blanks first": (lambda: b" " * (40 * MEGABYTE) + HEAD + TAIL, "token"),
    "bad base64": (lambda: _attachment(b"AAAA!AAA"), "base64"),
    "base64 in Vietnamese": (lambda: _attachment("AAAAđAAA".encode()), "base64"),
    "base64 after padding": (lambda: _attachment(b"AA==AAAA"), "base64"),
    "base64 after padding, far": (lambda: _attachment(b"AA==" + b"\n" * 100_000 + b"AAAA"), "base64"),
    "base64 cut": (lambda: _attachment(b"AAAAA"), "base64"),
    "base64 with too much padding": (lambda: _attachment(b"A==="), "base64"),
    "NUL": (lambda: HEAD + b"\0" + TAIL, "xml"),
    "NUL first": (lambda: b"\0" + HEAD + TAIL, "encoding"),
    "NUL by number": (lambda: HEAD + b"&#0;" + TAIL, "xml"),
    "surrogate": (lambda: HEAD + b"\xed\xa0\x80" + TAIL, "xml"),
    "UTF-7": (lambda: b'<?xml version="1.0" encoding="UTF-7"?>' + HEAD + TAIL, "encoding"),
    "UTF-16": (
        lambda: ('<?xml version="1.0" encoding="UTF-16"?>' + (HEAD + TAIL).decode()).encode("utf-16"),
        "encoding",
    ),
    "UTF-16 without mark": (lambda: (HEAD + TAIL).decode().encode("utf-16-le"), "encoding"),
    "UTF-32": (lambda: (HEAD + TAIL).decode().encode("utf-32"), "encoding"),
    "latin": (lambda: b'<?xml version="1.0" encoding="ISO-8859-1"?>' + HEAD + TAIL, "encoding"),
    "UTF-16 declared only": (lambda: b'<?xml version="1.0" encoding="UTF-16"?>' + HEAD + TAIL, "encoding"),
    "empty": (lambda: b"", "xml"),
    "no XML": (lambda: b"PK\x03\x04", "xml"),
    "two roots": (lambda: HEAD + TAIL + HEAD + TAIL, "xml"),
    "cut": (lambda: write(make_packet())[:-20], "xml"),
    "another root": (lambda: b"<html/>", "root"),
    "SOAP": (lambda: b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"/>', "root"),
    "unbound prefix": (lambda: b"<edXML:edXML/>", "xml"),
    "201 attachments": (
        lambda: (
            HEAD
            + b"<AttachmentEncoded>"
            + b"<Attachment><ContentTransferEncoded/></Attachment>" * 201
            + b"</AttachmentEncoded>"
            + TAIL
        ),
        "attachments",
    ),
}


@pytest.mark.parametrize("name", CORPUS)
def test_a_harmful_file_is_refused_at_once(name):
    make, code = CORPUS[name]
    data = make()

    started = time.process_time()
    with pytest.raises(Refused) as refused:
        read(data)
    used = time.process_time() - started

    assert refused.value.problems[0].code in code.split(" or ")
    assert used < SECONDS


@pytest.mark.parametrize("name", CORPUS)
def test_a_harmful_stream_is_refused_within_memory(name):
    make, code = CORPUS[name]
    stream = io.BytesIO(make())

    tracemalloc.start()
    with pytest.raises(Refused) as refused:
        read(stream)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert refused.value.problems[0].code in code.split(" or ")
    assert peak < EXTRA


def test_a_long_attachment_is_stopped_at_its_limit():
    with pytest.raises(Unreadable) as refused:
        read(_attachment(b"A" * 4096), limits=Limits(attachment=3071))

    (problem,) = refused.value.problems
    assert (problem.path, problem.code) == ("AttachmentEncoded/Attachment/ContentTransferEncoded", "attachment-size")


def test_an_endless_stream_is_stopped():
    class Endless(io.RawIOBase):
        served = 0

        def read(self, size=-1):
            self.served += size
            return (
                b"A" * size if self.served > size else HEAD + b"<AttachmentEncoded><Attachment><ContentTransferEncoded>"
            )

    stream = Endless()

    with pytest.raises(Unreadable) as refused:
        read(stream, limits=Limits(packet=MEGABYTE))

    assert refused.value.problems[0].code == "packet-size"
    assert stream.served < 2 * MEGABYTE


def test_errors_of_the_source_are_the_callers():
    class Broken(io.RawIOBase):
        def read(self, size=-1):
            raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        read(Broken())


@pytest.mark.parametrize("name", sorted(CORPUS.keys() - {"cut"}))
def test_reading_the_header_alone_is_as_safe(name):
    with pytest.raises(Refused):
        read_header(CORPUS[name][0]())


def test_a_packet_just_within_the_limits_is_read():
    packet = make_packet()
    data = write(packet)

    assert read(data, limits=Limits(packet=len(data), attachment=packet.attachments[0].size, attachments=1)) == packet
