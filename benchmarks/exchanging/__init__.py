"""The exchange and the audit trail, for the benchmark of documents: packets from hand to hand with durable commits, edXML
written and read, sealed entries gone through."""

import dataclasses
import datetime as dt
import os
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import measuring

if TYPE_CHECKING:
    from tinhso.core.models import AuditEntry

AT_ONCE = 20  # packets of one lease, as the worker takes them
PAIRS = 200  # of commits, for the disk's own speed
BYTES = 100_000  # of a packet's file


def install(database: str) -> None:
    """Tables and units in the home of this benchmark.

    Args:
        database: URL of an empty database; empty for SQLite in the home.
    """
    if database:
        os.environ["TINHSO_DATABASE_URL"] = database
    measuring.start_django()
    from django.core.management import call_command

    from tinhso.core import clock
    from tinhso.organizations import api as organizations

    call_command("migrate", verbosity=0)
    organizations.load_reference(at=clock.now())


def database() -> str:
    """Which database the exchange runs on."""
    from django.db import connection

    return str(connection.vendor)


def disk_pairs_per_s(folder: Path) -> float:
    """How often the disk of a folder makes a packet durable and then a page, in a second: what an exchange whose sender
    and recipient both commit cannot do without."""
    handle = os.open(folder / "commits", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    packet, page = os.urandom(BYTES * 4 // 3), os.urandom(8192)
    started = time.perf_counter()
    for _pair in range(PAIRS):
        for content in (packet, page):
            os.write(handle, content)
            os.fdatasync(handle)
    seconds = time.perf_counter() - started
    os.close(handle)
    return PAIRS / seconds


def prepare(count: int) -> None:
    """Two agencies of one installation, and so many issued documents on their way from one to the other."""
    from tinhso.core import clock, files
    from tinhso.documents.models import Delivery, Document, Version
    from tinhso.documents.selectors import agencies as finding
    from tinhso.documents.services import agencies, packets
    from tinhso.edxml import Business, BusinessKind
    from tinhso.organizations import api as organizations

    at = clock.now()
    agencies.ensure_ours(on=at.date())
    sender, recipient = (
        finding.of_unit(organizations.resolve(code, at.date()).org_unit_id) for code in ("SL-STP", "SL-SNV")
    )
    assert sender is not None
    assert recipient is not None
    with tempfile.TemporaryFile() as content:
        content.write(_paper())
        content.seek(0)
        stored = files.store(content=content, name="mau.pdf", media_type="application/pdf", at=at)
    before = Document.objects.count()
    for number in range(before + 1, before + count + 1):
        document = Document.objects.create(
            direction="out",
            agency=sender,
            issuer=sender,
            kind="CV",
            subject=f"Văn bản mẫu số {number}",
            number=number,
            notation="STP-VP",
            issued_on=at.date(),
            code=f"{finding.code_of(sender, at.date())},{at:%Y/%m/%d},{number}/STP-VP",
            state="issued",
            created_at=at,
            issued_at=at,
        )
        version = Version.objects.create(
            document=document,
            number=1,
            kind="sealed",
            file=stored,
            name="mau.pdf",
            media_type="application/pdf",
            made_by="mau",
            made_at=at,
        )
        packet = packets.of_document(
            document, version, sender=sender, recipients=[recipient], business=Business(BusinessKind.NEW), at=at
        )
        delivery = Delivery.objects.create(
            document=document, version=version, recipient=recipient, send_by=at, made_at=at
        )
        packets.dispatch(packet, sender=sender, recipient=recipient, delivery=delivery, at=at)


def _paper() -> bytes:
    """A PDF of one page and about so many bytes."""
    import io

    import pikepdf

    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.pages[0].Contents = pdf.make_stream(
            b"BT ET %" + os.urandom(BYTES).replace(b"\n", b"x").replace(b"\r", b"x")
        )
        pdf.save(made)
    return made.getvalue()


def packets_per_s(count: int, workers: int) -> float:
    """Packets handed over, kept by the recipient and receipted in a second, by so many processes."""
    from tinhso.documents.models import Delivery

    prepare(count)
    started = time.perf_counter()
    if workers == 1:
        _drain()
    else:
        _together(workers)
    seconds = time.perf_counter() - started
    assert not Delivery.objects.filter(standing="waiting").exists()
    return count / seconds


def _together(workers: int) -> None:
    from django.db import connections

    connections.close_all()
    context = get_context("fork")
    running = [context.Process(target=_drain) for _worker in range(workers)]
    for process in running:
        process.start()
    for process in running:
        process.join()
        assert process.exitcode == 0


def _drain() -> None:
    from tinhso.core import clock
    from tinhso.documents.services import dispatching

    while dispatching.run(at=clock.now(), most=AT_ONCE):
        pass


def edxml_ms(per_second: Callable[[Callable[[], object], int], float], calls: int) -> dict[str, float]:
    """Milliseconds to write and to read a packet of about 100 kB."""
    from tinhso.edxml import Attachment, Organ, Packet, Trace, read, write

    at = dt.datetime(2024, 1, 15, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    packet = Packet(
        sender=Organ("H52.01", name="Sở Tư pháp"),
        recipients=(Organ("H52.02", name="Sở Nội vụ"), Organ("H52.03", name="Sở Tài chính")),
        document_id="H52.01,2024/01/15,12/STP-VP",
        number="12",
        notation="STP-VP",
        subject="Phối hợp chuyển đổi số",
        promulgated_on=at.date(),
        message_id="0d3f3b0a-6b8e-4f58-9a55-1d1f2c3b4a59",
        traces=(Trace("H52.01", at),),
        attachments=(Attachment.of("0", "mau.pdf", "application/pdf", os.urandom(75_000)),),
    )
    written = write(packet)
    found = read(written)
    assert isinstance(found, Packet)
    assert dataclasses.replace(found, attachments=packet.attachments) == packet
    return {
        "kilobytes": len(written) / 1000,
        "write": 1000 / per_second(lambda: write(packet), calls),
        "read": 1000 / per_second(lambda: read(written), calls),
    }


# ---- audit trail ----------------------------------------------------------------------------------------------------


def audit_rows_per_s(rows: int) -> float:
    """Sealed entries that one core goes through in a second, links and anchor: best of three.

    The trail may hold something already, but no anchor.
    """
    from django.db import transaction

    from tinhso.core import audit, clock
    from tinhso.core.models import AuditSeal

    with transaction.atomic():
        while audit.seal(everything=True):
            pass
        before = audit.head() or audit.Head(0, audit.GENESIS)
        number, link, seals = before.number, before.hash, []
        for entry in _audit_entries(rows):
            number, link = number + 1, audit.link(number + 1, link, entry)
            seals.append(AuditSeal(number=number, entry_id=entry.pk, hash=link))
        AuditSeal.objects.bulk_create(seals, batch_size=300)
        anchor = audit.make_anchor(at=clock.now(), today=clock.today())
    assert anchor is not None
    assert anchor.last_number == number
    return number / min(measuring.cpu(lambda: _whole(number)) for _run in range(3))


def _audit_entries(rows: int) -> "list[AuditEntry]":
    """Entries as officials leave them in a day, written as the trail writes them."""
    from tinhso.core import clock
    from tinhso.core.models import AuditEntry

    began = clock.now().replace(microsecond=123_456)
    kinds = (
        ("public_services.dossier_taken", "dossier:03646-240115-{:04d}", lambda n: {"step": "check", "revision": n}),
        (
            "datasets.imported",
            "batch:{}",
            lambda n: {"dataset": "dossiers", "files": [f"ho_so_{n}.csv"], "accepted": n},
        ),
        ("accounts.signed_in", "user:{}", lambda _n: {}),
        ("plans.task_reported", "task:{}", lambda n: {"note": "Đã làm xong phần việc của quý", "done_pct": n % 100}),
    )
    entries = []
    for n in range(rows):
        action, obj, details = kinds[n % len(kinds)]
        at = began + dt.timedelta(milliseconds=n)
        entries.append(
            AuditEntry(at=at, actor=f"can.bo.{n % 97}", action=action, obj=obj.format(n), details=details(n))
        )
    return AuditEntry.objects.bulk_create(entries, batch_size=150)


def _whole(seals: int) -> None:
    """Go through the whole trail, which must be whole."""
    from tinhso.core import audit

    found = audit.examine()
    assert found.broken is None
    assert found.head is not None
    assert found.head.number == seals
    assert found.last_good is not None
    assert found.last_good.last_number == seals
