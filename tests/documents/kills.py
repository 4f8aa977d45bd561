"""A sender with two workers and a receiver, all of which kill themselves now and then, until everything has arrived.

Run in a process of its own, which sets Django up once and then becomes as many as are needed. What the processes do is
the code of the platform; only the line between them, and where they die, is made here.
"""

import datetime as dt
import json
import os
import random
import signal
import socket
import struct
import time
import uuid
from hashlib import sha256

from django.db import OperationalError, connections

from tests.documents import factories as make
from tests.documents import light
from tinhso.core import clock
from tinhso.core.models import StoredFile
from tinhso.documents.choices import VersionKind
from tinhso.documents.models import Delivery, Dispatch, Document, Packet, Version
from tinhso.documents.plugins import NotSent
from tinhso.documents.rules import retry
from tinhso.documents.services import dispatching, inbox
from tinhso.edxml import Attachment, Business, Organ, write
from tinhso.edxml import Packet as Message

SENDERS = 2
SIZE = 20_000  # bytes of a packet, about
_LENGTH = struct.Struct("!I")


def prepare(count: int) -> None:
    """So many documents on their way from one agency to another, each in a packet of its own."""
    justice, home_affairs = make.office(make.JUSTICE), make.office(make.HOME)
    at, own, to = make.AT, light.code_of(justice), light.code_of(home_affairs)
    file = StoredFile.objects.create(sha256="0" * 64, size=1, name="x", media_type="x", stored_at=at)
    common = {"direction": "out", "agency": justice.agency, "issuer": justice.agency, "kind": "KH", "state": "issued"}
    documents = Document.objects.bulk_create(
        Document(
            number=number,
            notation="KH-STP",
            issued_on=at.date(),
            code=f"{own},2024/01/15,{number}/KH-STP",
            subject=f"Văn bản {number}",
            created_at=at,
            **common,
        )
        for number in range(1, count + 1)
    )
    versions = Version.objects.bulk_create(
        Version(document=each, number=1, kind=VersionKind.SEALED, file=file, made_by="x", made_at=at)
        for each in documents
    )
    deliveries = Delivery.objects.bulk_create(
        Delivery(document=version.document, version=version, recipient=home_affairs.agency, send_by=at, made_at=at)
        for version in versions
    )
    packets = Packet.objects.bulk_create(_packet(each.document, own, to, at) for each in deliveries)
    Dispatch.objects.bulk_create(
        Dispatch(
            packet=packet,
            recipient=home_affairs.agency,
            sender=justice.agency,
            delivery=delivery,
            made_at=at,
            next_at=at,
        )
        for packet, delivery in zip(packets, deliveries, strict=True)
    )


def _packet(document: Document, own: str, to: str, at: dt.datetime) -> Packet:
    message_id = uuid.uuid4()
    content = write(
        Message(
            sender=Organ(own),
            recipients=(Organ(to),),
            document_id=document.code,
            number=str(document.number),
            notation=document.notation,
            subject=document.subject,
            promulgated_on=at.date(),
            message_id=str(message_id),
            business=Business(0),
            attachments=(Attachment.of("tep-1", "phu-luc.bin", "application/octet-stream", os.urandom(SIZE * 3 // 4)),),
        )
    )
    return Packet(
        message_id=message_id,
        kind="edoc",
        sha256=sha256(content).hexdigest(),
        size=len(content),
        content=content,
        made_at=at,
    )


def run(chance: float, seed: int) -> dict[str, int]:
    """Have all arrive although processes die, and tell how often each did."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    dispatching.LEASE = dt.timedelta(seconds=1)
    retry.FIRST = dt.timedelta(milliseconds=5)
    connections.close_all()
    generation = 0
    kills = {"sender": 0, "receiver": 0}
    running: dict[int, str] = {}

    def start(role: str) -> None:
        nonlocal generation
        generation += 1
        child = os.fork()
        if child:
            running[child] = role
            return
        code = 1
        try:
            die = _Die(random.Random(f"{seed}-{generation}"), chance)
            _receive_for_ever(listener, die) if role == "receiver" else _send_all(listener.getsockname()[1], die)
            code = 0
        finally:
            os._exit(code)

    for role in ("receiver", *["sender"] * SENDERS):
        start(role)
    while "sender" in running.values():
        child, status = os.wait()
        role = running.pop(child)
        if os.WIFSIGNALED(status):
            kills[role] += 1
            start(role)
        elif os.WEXITSTATUS(status):
            raise SystemExit(f"a {role} ended by itself")
    for child in running:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return kills


class _Die:
    """Dies by chance, at once and without a word."""

    def __init__(self, dice: random.Random, chance: float) -> None:
        self.dice, self.chance = dice, chance

    def __call__(self) -> None:
        if self.dice.random() < self.chance:
            os.kill(os.getpid(), signal.SIGKILL)


def _send_all(port: int, die: _Die) -> None:
    """A worker whose packets go over a line, and which dies after handing over or before it has written that down."""
    done = dispatching._done

    def over_the_line(*, message_id, recipient_code, content, partner, at):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
                _write(line, json.dumps([message_id, recipient_code]).encode())
                _write(line, content)
                receipt = _read(line).decode()
        except OSError as problem:
            raise NotSent("unreachable", type(problem).__name__) from None
        die()
        return inbox.Taken(receipt, is_new=True)

    def written_down(*given):
        done(*given)
        die()

    inbox.receive, dispatching._done = over_the_line, written_down
    while Dispatch.objects.filter(done_at=None).exists():
        try:
            moved = dispatching.run(at=clock.now())
        except OperationalError:  # as the worker does: it comes again in the next round
            connections.close_all()
            moved = 0
        if not moved:
            time.sleep(0.05)


def _receive_for_ever(listener: socket.socket, die: _Die) -> None:
    """A receiver that dies before it has committed, or before it has answered."""
    keep = inbox._keep

    def kept(*given):
        found = keep(*given)
        die()
        return found

    inbox._keep = kept
    while True:
        line, _address = listener.accept()
        try:
            with line:
                message_id, recipient = json.loads(_read(line))
                taken = inbox.receive(
                    message_id=message_id, recipient_code=recipient, content=_read(line), partner=None, at=clock.now()
                )
                die()
                _write(line, taken.receipt.encode())
        except OSError:  # the sender has died meanwhile
            continue


def _write(line: socket.socket, content: bytes) -> None:
    line.sendall(_LENGTH.pack(len(content)) + content)


def _read(line: socket.socket) -> bytes:
    return _exactly(line, _LENGTH.unpack(_exactly(line, _LENGTH.size))[0])


def _exactly(line: socket.socket, size: int) -> bytes:
    found = bytearray()
    while len(found) < size:
        part = line.recv(size - len(found))
        if not part:
            raise ConnectionResetError
        found += part
    return bytes(found)
