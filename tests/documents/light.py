"""Documents without the weight of their papers: what the exchange does with them does not depend on signatures."""

import datetime as dt
import io

import docx
import pypdfium2

from tests.documents import factories as make
from tinhso.core import files, media
from tinhso.documents.choices import ChannelKind, State, VersionKind
from tinhso.documents.models import Agency, Delivery, Document, Partner
from tinhso.documents.services import agencies as setting_up
from tinhso.documents.services import drafting, finding, identity, numbers, registering, signing, steps
from tinhso.documents.services import requests as asking
from tinhso.edxml import Attachment, Business, Organ, Packet, ResponseFor, Status, signature, write, write_status

THERE, SYSTEM = "H99.01", "Hệ thống bạn"


def pdf() -> bytes:
    """A PDF of one empty page."""
    whole = io.BytesIO()
    made = pypdfium2.PdfDocument.new()
    made.new_page(595, 842)
    made.save(whole)
    made.close()
    return whole.getvalue()


def pdf_saying(*lines: str) -> bytes:
    """A PDF whose first page has lines of text."""
    from tinhso.core.papers import pdf as papers

    return papers.from_html("".join(f"<p>{line}</p>" for line in lines), papers.STYLE)


def word_saying(*lines: str, table: tuple[str, ...] = (), head: str = "") -> bytes:
    """A Word file of lines, with a table in front of them and words at the head of each page."""
    whole, made = io.BytesIO(), docx.Document()
    if table:
        made.add_table(1, len(table))
        for cell, text in zip(made.tables[0].rows[0].cells, table, strict=True):
            cell.text = text
    for line in lines:
        made.add_paragraph(line)
    if head:
        made.sections[0].header.paragraphs[0].text = head
    made.save(whole)
    return whole.getvalue()


def issued(who: make.Office, at: dt.datetime = make.AT, **changed) -> Document:
    """An issued document whose paper is an empty page."""
    made = make.draft(who, at, **changed)
    given = numbers.take(agency=who.agency, series=numbers.series_of(made.kind), document=made, on=at.date(), at=at)
    stored = files.store(content=io.BytesIO(pdf()), name="vb.pdf", media_type=media.PDF, at=at)
    drafting.add_version(made, VersionKind.SEALED, stored, name="vb.pdf", media_type=media.PDF, actor="test", at=at)
    made.number, made.issued_on, made.issued_at, made.state = given, at.date(), at, State.ISSUED
    made.code = signing._code(made, given, at.date())
    made.found_by = finding.words_of(made)
    made.save()
    return steps.note(made, "seal", actor="test", at=at)


def sent(who: make.Office, *to: make.Office, at: dt.datetime = make.AT, **changed) -> Document:
    """An issued document on its way to others."""
    made = issued(who, at, **changed)
    make.send(made, who, *to, at=at)
    made.refresh_from_db()
    return made


def delivery(document: Document) -> Delivery:
    """The one delivery of a document."""
    return Delivery.objects.get(document=document)


def codes(document: Document) -> list[str]:
    """What the one recipient has said, in the order in which it came."""
    return [each.code for each in delivery(document).receipts.order_by("pk")]


def do(step: str, document: Document, who: make.Office, at: dt.datetime = make.AT, **given) -> Document:
    """A step on a document in, by its registrar or, where the machine says so, by who handles it."""
    document.refresh_from_db()
    if step == "assign":
        given = {"to": who.clerk, "opinion": "Tham mưu.", "due_on": None} | given
    if step == "finish":
        given = {"outcome": "Đã xong."} | given
    return getattr(registering, step)(
        document_id=document.pk,
        revision=document.revision,
        actor=who.registrar,
        acts_as=make.REGISTRAR | make.HANDLER,
        at=at,
        **given,
    )


def decide(request_id: int, *, agrees: bool, at: dt.datetime = make.AT, reason: str = "Không còn cần") -> None:
    """A registrar's answer to a request."""
    asking.decide(request_id=request_id, agrees=agrees, reason=reason, actor="van-thu", at=at)


def partner(channel: str = ChannelKind.DIRECT, at: dt.datetime = make.AT, **given) -> Partner:
    """Another system; a direct one has our own certificate, so that packets which we sign count as its."""
    certificate = identity.own(at).certificate_pem if channel == ChannelKind.DIRECT else ""
    named = {"name": SYSTEM, "address": "https://127.0.0.1:9", "certificate": certificate} | given
    return setting_up.add_partner(channel=channel, actor="test", at=at, **named)


def agency_there(of: Partner, code: str = THERE, at: dt.datetime = make.AT, name: str = "Sở Nội vụ tỉnh bạn") -> Agency:
    """An agency that a partner reaches."""
    return setting_up.add_agency(name=name, code=code, partner=of, actor="test", at=at)


def code_of(who: make.Office) -> str:
    """The identifier of an agency of ours."""
    return str(who.agency.codes.get().code)


def packet(to: str, *parts: Attachment, at: dt.datetime = make.AT, number: str = "07", **changed) -> bytes:
    """A signed packet from an agency of the partner's."""
    values = {
        "sender": Organ(THERE, name="Sở Nội vụ tỉnh bạn"),
        "recipients": (Organ(to),),
        "document_id": f"{THERE},2024/01/15,{number}/KH-SNV",
        "number": number,
        "notation": "KH-SNV",
        "subject": "Phối hợp công tác",
        "promulgated_on": dt.date(2024, 1, 15),
        "type_name": "Kế hoạch",
        "business": Business(0),
        "attachments": parts,
    }
    keys = identity.own(at)
    return signature.sign(write(Packet(**(values | changed))), keys.key, keys.certificate_pem.encode())


def part(content: bytes, name: str = "vb.pdf", media_type: str = "application/pdf") -> Attachment:
    """A file of a packet."""
    return Attachment.of(f"tep-{name}", name, media_type, content)


def status(document: Document, code: str, at: dt.datetime = make.AT, sender: str = THERE, **changed) -> bytes:
    """A state of a document of ours, as another agency tells it."""
    return write_status(
        Status(
            response_for=ResponseFor(document.code.split(",")[0], "07/KH-STP", document.issued_on, document.code),
            sender=Organ(sender),
            code=code,
            at=at,
            **changed,
        )
    )
