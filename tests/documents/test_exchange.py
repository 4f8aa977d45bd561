"""What may go wrong between agencies: doubled, mixed up, late, cut off. Nothing is lost, nothing comes twice."""

import datetime as dt
import errno
import itertools
import json

import pytest
from django.db import OperationalError, connection, transaction

from tests.core.conftest import elsewhere
from tests.documents import factories as make
from tests.documents import light
from tinhso.accounts.api import User
from tinhso.core import audit, files
from tinhso.core.models import AuditEntry, OutboxMessage
from tinhso.documents import jobs
from tinhso.documents.models import (
    AgencyCode,
    Attempt,
    Delivery,
    Dispatch,
    Document,
    Inbound,
    Partner,
    Receipt,
)
from tinhso.documents.plugins import NotSent
from tinhso.documents.services import agencies, dispatching, identity, inbox, letters, receipts, steps, unpacking

_ = elsewhere
HOUR = dt.timedelta(hours=1)
BEGIN = """
    import json
    from tests.documents import factories as make, light
    from tinhso.documents.models import *
    from tinhso.documents.services import dispatching, inbox
"""
LOOK = (
    BEGIN
    + """
    print(json.dumps([Document.objects.filter(direction="in").count(), Inbound.objects.count(),
                      Dispatch.objects.filter(done_at=None).count(), audit.check() is None]))
"""
)


@pytest.fixture
def justice(province):
    return make.office(make.JUSTICE)


@pytest.fixture
def home_affairs(province):
    return make.office(make.HOME)


@pytest.fixture
def there(justice):
    """An agency of another installation."""
    return light.agency_there(light.partner())


class Line:
    """A channel that does what a test has written down: codes of failures, errors to be raised, or receipts."""

    def __init__(self, *answers):
        self.answers, self.sent = list(answers), []

    def send(self, outgoing, way):
        self.sent.append(outgoing)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def line(monkeypatch):
    """Have packets travel by a line of the test's own."""

    def made(*answers):
        found = Line(*answers)
        monkeypatch.setattr(dispatching, "channel", lambda _kind: found)
        return found

    return made


def on_its_way(justice, *agencies_there, at=make.AT):
    """A document that is to leave for other installations."""
    document = light.issued(justice, at)
    make.sending.send(
        document_id=document.pk,
        revision=document.revision,
        recipients=list(agencies_there),
        actor="van-thu",
        acts_as=make.REGISTRAR,
        at=at,
    )
    return document


def take(justice, there, content, message_id="m1", at=make.AT):
    return inbox.receive(
        message_id=message_id,
        recipient_code=light.code_of(justice),
        content=content,
        partner=there.partner,
        at=at,
    )


# ---- F2: the same again and again ---------------------------------------------------------------------------------


def test_the_same_packet_a_hundred_times_is_one_document_with_one_receipt(justice, there):
    content = light.packet(light.code_of(justice), light.part(light.pdf()))

    taken = [take(justice, there, content, at=make.AT + dt.timedelta(minutes=n)) for n in range(100)]

    assert [each.is_new for each in taken] == [True] + [False] * 99
    assert len({each.receipt for each in taken}) == 1
    assert (Document.objects.filter(direction="in").count(), Inbound.objects.count()) == (1, 1)


def test_the_same_packet_from_fifty_at_once_is_one_document_with_one_receipt(province, transactional_db, home, request):
    justice = make.office(make.JUSTICE)
    light.agency_there(light.partner())
    (home / "packet").write_bytes(light.packet(light.code_of(justice), light.part(light.pdf())))
    others = request.getfixturevalue("elsewhere")
    program = f"""
    taken = inbox.receive(message_id="m1", recipient_code={light.code_of(justice)!r},
                          content=open({str(home / "packet")!r}, "rb").read(), partner=Partner.objects.get(), at=make.AT)
    import hashlib
    print(f"{{taken.is_new}}:{{hashlib.sha256(taken.receipt.encode()).hexdigest()}}")
    """

    said = others.together(BEGIN, *[program] * 50)

    assert sorted(each.partition(":")[0] for each in said) == ["False"] * 49 + ["True"]
    assert len({each.partition(":")[2] for each in said}) == 1
    assert json.loads(others.run(LOOK))[:2] == [1, 1]


# ---- F3: the same name, other bytes -------------------------------------------------------------------------------


def test_other_bytes_under_the_same_name_are_refused_and_the_first_are_kept(justice, there):
    first = light.packet(light.code_of(justice))
    take(justice, there, first)

    with pytest.raises(inbox.NotTaken) as refusal:
        take(justice, there, light.packet(light.code_of(justice), subject="Nội dung khác"))

    assert refusal.value.code == "conflict"
    assert bytes(Inbound.objects.get().content) == first
    assert Document.objects.get(direction="in").subject == "Phối hợp công tác"
    assert AuditEntry.objects.filter(action="documents.conflict").count() == 1


def test_one_message_for_two_agencies_is_two_entries(justice, home_affairs, there):
    content = light.packet(light.code_of(justice))

    for who in (justice, home_affairs):
        assert take(who, there, content).is_new

    assert Document.objects.filter(direction="in").count() == 2


# ---- who is not believed ------------------------------------------------------------------------------------------


def test_an_agency_that_we_do_not_have_is_refused(justice, there):
    with pytest.raises(inbox.NotTaken) as refusal:
        inbox.receive(message_id="m", recipient_code="H00.99", content=b"", partner=there.partner, at=make.AT)

    assert refusal.value.code == "18"


def test_a_sender_of_another_partner_is_refused(justice, there):
    content = light.packet(light.code_of(justice))
    other = Partner.objects.create(name="Hệ thống khác", channel="axis", address="http://127.0.0.1:9")

    with pytest.raises(inbox.NotTaken) as refusal:
        inbox.receive(message_id="m", recipient_code=light.code_of(justice), content=content, partner=other, at=make.AT)

    assert refusal.value.code == "19"


def test_a_packet_changed_after_it_was_signed_is_refused(justice, there):
    content = light.packet(light.code_of(justice)).replace("Phối hợp".encode(), "Phối hơp".encode())

    with pytest.raises(inbox.NotTaken) as refusal:
        take(justice, there, content)

    assert (refusal.value.code, Inbound.objects.count()) == ("22", 0)


@pytest.mark.parametrize("content", [b"", b"<edXML/>", b"\x00" * 100, b"%PDF-1.7", "văn bản".encode("utf-16")])
def test_what_is_no_packet_is_refused(justice, there, content):
    with pytest.raises(inbox.NotTaken) as refusal:
        take(justice, there, content)

    assert refusal.value.code == "22"


# ---- F5: clocks that differ ---------------------------------------------------------------------------------------

SKEWS = [dt.timedelta(minutes=-10), dt.timedelta(minutes=10), dt.timedelta(days=-1), dt.timedelta(days=1)]


@pytest.mark.parametrize("skew", SKEWS, ids=str)
def test_a_receipt_by_another_clock_is_kept_as_it_says(justice, there, line, skew):
    document = on_its_way(justice, there)
    sha256 = Dispatch.objects.get().packet.sha256
    line(identity.receipt({"sha256": sha256, "at": (make.AT + skew).isoformat()}, make.AT))

    dispatching.run(at=make.AT)

    receipt = Receipt.objects.get()
    assert (receipt.is_signed, receipt.at_remote, receipt.got_at) == (True, make.AT + skew, make.AT)
    assert light.delivery(document).arrived_at == make.AT + skew


@pytest.mark.parametrize("skew", SKEWS, ids=str)
def test_states_of_a_clock_that_is_wrong_go_in_its_own_order(justice, home_affairs, skew):
    document = light.sent(justice, home_affairs)
    make.exchange()
    copy = make.copy_of(document, home_affairs)

    light.do("register", copy, home_affairs, at=make.AT + skew)
    light.do("finish", copy, home_affairs, at=make.AT + skew)
    make.exchange(make.AT + dt.timedelta(days=2))

    assert light.delivery(document).standing == "done"


@pytest.mark.parametrize("moment", ["2024-01-15T09:00:00", "hôm nay", "", "9999-12-31T23:59:59-12:00", 7, None])
def test_a_receipt_whose_moment_cannot_be_read_is_kept_unsigned(justice, there, line, moment):
    on_its_way(justice, there)
    sha256 = Dispatch.objects.get().packet.sha256
    line(identity.receipt({"sha256": sha256, "at": moment}, make.AT))

    dispatching.run(at=make.AT)

    receipt = Receipt.objects.get()
    assert (receipt.is_signed, receipt.at_remote) == (False, make.AT)
    assert Dispatch.objects.get().done_at == make.AT


@pytest.mark.parametrize(
    "text", ["x", "{}", "[]", '{"receipt": "[]", "signature": "", "certificate": ""}', "null", '"a"']
)
def test_a_receipt_that_is_none_is_kept_unsigned(justice, there, line, text):
    document = on_its_way(justice, there)
    line(text)

    dispatching.run(at=make.AT)

    assert Receipt.objects.get().is_signed is False
    assert light.delivery(document).standing == "arrived"


def test_a_signed_receipt_that_is_a_list_is_kept_unsigned(justice, there, line):
    on_its_way(justice, there)
    line(identity.receipt(["sha256", "at"], make.AT))

    dispatching.run(at=make.AT)

    assert Receipt.objects.get().is_signed is False


def test_a_receipt_for_other_bytes_is_kept_unsigned(justice, there, line):
    on_its_way(justice, there)
    line(identity.receipt({"sha256": "0" * 64, "at": make.AT.isoformat()}, make.AT))

    dispatching.run(at=make.AT)

    assert Receipt.objects.get().is_signed is False


def test_a_code_that_begins_after_midnight_counts_at_once_on_both_sides(justice, home_affairs):
    at = dt.datetime(2024, 1, 15, 17, 30, tzinfo=dt.UTC)  # half past midnight of the 16th there
    agencies.give_code(
        agency=home_affairs.agency,
        scheme="QĐ 20/2020",
        code="H52.77",
        valid_from=dt.date(2024, 1, 16),
        actor="x",
        at=at,
    )
    document = light.sent(justice, home_affairs, at=at.astimezone(make.AT.tzinfo))

    make.exchange(at.astimezone(make.AT.tzinfo))

    assert light.delivery(document).standing == "arrived"
    assert json.loads(json.loads(Inbound.objects.get().receipt)["receipt"])["to"] == "H52.77"


# ---- trying again -------------------------------------------------------------------------------------------------


def test_what_cannot_be_reached_is_tried_for_ever_with_the_same_bytes(justice, there, line):
    on_its_way(justice, there)
    used = line(NotSent("unreachable", "mất mạng"))

    for _try in range(200):
        dispatching.run(at=Dispatch.objects.get().next_at)

    dispatch = Dispatch.objects.get()
    assert (dispatch.tries, dispatch.parked_at, dispatch.stopped_at) == (200, None, None)
    assert len({(each.message_id, each.content) for each in used.sent}) == 1
    tried = list(Attempt.objects.order_by("at").values_list("at", flat=True))
    assert max(after - before for before, after in itertools.pairwise(tried)) <= HOUR / 2


def test_nothing_is_tried_before_its_time(justice, there, line):
    on_its_way(justice, there)
    used = line(NotSent("unreachable", "mất mạng"))
    dispatching.run(at=make.AT)

    dispatching.run(at=make.AT)

    assert len(used.sent) == 1


def test_a_person_is_told_once_after_a_day(justice, there, line):
    on_its_way(justice, there)
    line(NotSent("20", "lỗi hệ thống"))

    for hours in range(24):
        dispatching.run(at=make.AT + hours * HOUR)
    assert not OutboxMessage.objects.filter(topic=dispatching.LATE).exists()
    for hours in range(25, 72):
        dispatching.run(at=make.AT + hours * HOUR)

    assert OutboxMessage.objects.filter(topic=dispatching.LATE).count() == 1


@pytest.mark.parametrize("code", ["18", "19", "22", "23", "conflict", "refused_as_secret"])
def test_what_will_not_change_by_itself_is_parked_at_once_and_a_person_told(justice, there, line, code):
    on_its_way(justice, there)
    used = line(NotSent(code, "bị từ chối"))

    for hours in range(3):
        dispatching.run(at=make.AT + hours * HOUR)

    dispatch = Dispatch.objects.get()
    assert (dispatch.parked_at, dispatch.last_code, len(used.sent)) == (make.AT, code, 1)
    assert OutboxMessage.objects.filter(topic=dispatching.LATE).count() == 1


def test_what_a_person_has_resumed_and_fails_again_is_told_again(justice, there, line):
    on_its_way(justice, there)
    line(NotSent("22", "bị từ chối"))
    dispatching.run(at=make.AT)

    dispatching.resume(dispatch_id=Dispatch.objects.get().pk, actor="van-thu", at=make.AT + HOUR)
    dispatching.run(at=make.AT + HOUR)

    assert Dispatch.objects.get().parked_at == make.AT + HOUR
    assert OutboxMessage.objects.filter(topic=dispatching.LATE).count() == 2


def test_a_wrong_key_parks_the_partner_until_a_person_releases_it(justice, there, line):
    on_its_way(justice, there)
    on_its_way(justice, there, at=make.AT + HOUR)
    used = line(NotSent("15", "sai khóa"))

    for hours in range(3):
        dispatching.run(at=make.AT + hours * HOUR)
    assert (len(used.sent), Partner.objects.get().parked_reason) == (1, "sai khóa")

    used.answers = [""]
    agencies.release_partner(partner_id=there.partner_id, actor="admin", at=make.AT + 4 * HOUR)
    dispatching.run(at=make.AT + 4 * HOUR)
    assert not Dispatch.objects.filter(done_at=None).exists()


def test_what_a_person_has_stopped_is_sent_no_more(justice, there, line):
    on_its_way(justice, there)
    used = line("")

    dispatching.stop(dispatch_id=Dispatch.objects.get().pk, actor="van-thu", at=make.AT)
    dispatching.run(at=make.AT + HOUR)

    assert used.sent == []
    assert AuditEntry.objects.filter(action="documents.dispatch_stopped").exists()


def test_a_recipient_whose_code_has_ended_is_parked_and_keeps_no_other(justice, there, line):
    other = light.agency_there(there.partner, "H99.02", name="Sở Tài chính tỉnh bạn")
    document = on_its_way(justice, there, other)
    AgencyCode.objects.filter(agency=there).update(valid_to=make.AT.date())
    line("")

    dispatching.run(at=make.AT + dt.timedelta(days=1))

    assert Dispatch.objects.get(recipient=there).last_code == "18"
    assert Dispatch.objects.get(recipient=there).parked_at is not None
    assert Dispatch.objects.get(recipient=other).done_at is not None
    assert document.deliveries.count() == 2


def test_what_nobody_has_foreseen_keeps_no_other_packet_from_leaving(justice, there, line):
    other = light.agency_there(there.partner, "H99.02", name="Sở Tài chính tỉnh bạn")
    on_its_way(justice, there, other)
    line(ZeroDivisionError("lạ"), "")

    assert dispatching.run(at=make.AT) == 1

    failed = Dispatch.objects.get(done_at=None)
    assert (failed.last_error, failed.parked_at) == ("ZeroDivisionError", None)
    assert failed.next_at > make.AT


def test_registrars_hear_by_letter_of_what_is_late(justice, there, line, settings, mailoutbox):
    settings.EMAIL_IS_SET_UP = True
    User.objects.filter(pk=justice.registrar.pk).update(email="vanthu@sonla.example")
    on_its_way(justice, there)
    line(NotSent("22", "sai edXML"))
    dispatching.run(at=make.AT)

    letters.send_of_late(dispatch_id=Dispatch.objects.get().pk)

    (letter,) = mailoutbox
    assert letter.bcc == ["vanthu@sonla.example"]
    assert there.name in letter.subject
    assert "sai edXML" in letter.body


def test_no_letter_speaks_of_what_has_arrived_meanwhile(justice, there, line, settings, mailoutbox):
    settings.EMAIL_IS_SET_UP = True
    User.objects.filter(pk=justice.registrar.pk).update(email="vanthu@sonla.example")
    on_its_way(justice, there)
    line("")
    dispatching.run(at=make.AT)

    letters.send_of_late(dispatch_id=Dispatch.objects.get().pk)

    assert mailoutbox == []


# ---- F13: several workers -----------------------------------------------------------------------------------------

WORK = """
    import os
    from pathlib import Path
    folder = Path({folder!r})

    class Line:
        def send(self, outgoing, way):
            held = folder / f"held-{{outgoing.message_id}}"
            os.close(os.open(held, os.O_CREAT | os.O_EXCL))  # fails where another has the same packet in hand
            with open(folder / f"sent-{{outgoing.message_id}}", "a") as file:
                file.write("x")
            held.unlink()
            return ""

    dispatching.channel = lambda kind: Line()
    done = 0
    while moved := dispatching.run(at=make.AT, most=3):
        done += moved
    print(done)
"""


@pytest.mark.parametrize("workers", [2, 4, 8])
def test_of_several_workers_each_packet_is_in_one_hand(province, transactional_db, home, request, workers):
    justice = make.office(make.JUSTICE)
    agency = light.agency_there(light.partner())
    for _one in range(40):
        on_its_way(justice, agency)
    folder = home / "line"
    folder.mkdir()
    others = request.getfixturevalue("elsewhere")

    said = others.together(BEGIN, *[WORK.format(folder=str(folder))] * workers)

    assert sum(int(done) for done in said) == 40
    assert [path.read_text() for path in folder.glob("sent-*")] == ["x"] * 40
    assert json.loads(others.run(LOOK))[2] == 0


def test_what_a_killed_worker_had_in_hand_is_taken_up_after_its_lease(justice, there, line):
    on_its_way(justice, there)
    used = line("")
    assert len(dispatching._lease(make.AT, 20)) == 1

    assert dispatching.run(at=make.AT + dispatching.LEASE / 2) == 0
    assert dispatching.run(at=make.AT + dispatching.LEASE) == 1
    assert len(used.sent) == 1


# ---- F12: disk full, connection cut -------------------------------------------------------------------------------


def test_a_full_disk_leaves_nothing_half_done_and_all_is_opened_later(justice, home_affairs, monkeypatch):
    sent = [light.sent(justice, home_affairs) for _one in range(3)]
    dispatching.run(at=make.AT)
    store, calls = files.store, []

    def full(**given):
        calls.append(given)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return store(**given)

    monkeypatch.setattr(files, "store", full)
    jobs.exchange(make.AT)
    copies = [make.copy_of(document, home_affairs) for document in sent]
    assert [copy.arrival.is_unpacked for copy in copies] == [True, False, True]
    assert [copy.versions.count() for copy in copies] == [1, 0, 1]
    monkeypatch.undo()

    jobs.exchange(make.AT)

    assert unpacking.waiting() == []
    assert make.copy_of(sent[1], home_affairs).versions.count() == 1


@pytest.mark.parametrize(
    ("content", "name", "shown"),
    [
        (light.word_saying("Phụ lục"), "Phụ lục.docx", "Phụ lục.docx"),
        (b"a,b", "số liệu.csv", "số liệu.csv"),
        (b"\xff\xd8\xff\xe0" + bytes(64), "ảnh.jpeg", "ảnh.jpeg"),
        (b"PK\x03\x04" + bytes(64), "kho.zip", "kho.zip"),
        (b"x", "../../etc/passwd", "passwd"),
        (b"x", "", "tệp"),
        (b"x", "a" * 200, "a" * 120),
    ],
)
def test_files_of_any_kind_are_taken_out_of_a_packet(justice, there, content, name, shown):
    part = light.Attachment.of("tep-2", name, "application/octet-stream", content)
    take(justice, there, light.packet(light.code_of(justice), light.part(light.pdf()), part))

    jobs.exchange(make.AT)

    attachment = Document.objects.get(direction="in").attachments.get()
    assert attachment.name == shown
    assert files.path_of(attachment.file.sha256).read_bytes() == content


def test_a_packet_that_cannot_be_opened_keeps_no_other_closed(justice, there, monkeypatch):
    for number in ("07", "08"):
        content = light.packet(
            light.code_of(justice),
            light.part(light.pdf()),
            document_id=f"{light.THERE},2024/01/15,{number}/KH-SNV",
            number=number,
        )
        take(justice, there, content, message_id=number)
    whole_text = unpacking.papers.whole_text
    answers = iter([ZeroDivisionError, None])

    def odd(pdf):
        problem = next(answers, None)
        if problem:
            raise problem
        return whole_text(pdf)

    monkeypatch.setattr(unpacking.papers, "whole_text", odd)
    jobs.exchange(make.AT)

    opened = Document.objects.filter(direction="in").order_by("number").values_list("arrival__is_unpacked", flat=True)
    assert list(opened) == [False, True]


def test_opening_a_packet_twice_stores_its_files_once(justice, there):
    take(justice, there, light.packet(light.code_of(justice), light.part(light.pdf()), light.part(b"a,b", "a.csv")))
    inbound = Inbound.objects.get()
    assert unpacking.unpack(inbound_id=inbound.pk, at=make.AT)
    Inbound.objects.update(is_opened=False)

    assert unpacking.unpack(inbound_id=inbound.pk, at=make.AT)

    document = inbound.document
    assert (document.versions.count(), document.attachments.count()) == (1, 1)


def cut_off():
    """End this process's session as a failing server would, from another session."""
    import psycopg

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (ours,) = cursor.fetchone()
    place = connection.get_connection_params()
    named = {key: place[key] for key in ("host", "port", "user", "password", "dbname") if place.get(key)}
    with psycopg.connect(**named, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [ours])


@pytest.fixture
def server(transactional_db):
    """A server, whose connections can be cut; a database in a file has none, so its tests are not there then."""


def test_a_connection_cut_while_a_packet_is_taken_leaves_nothing_and_the_next_try_takes_it(
    server, province, monkeypatch
):
    justice = make.office(make.JUSTICE)
    there = light.agency_there(light.partner())
    content = light.packet(light.code_of(justice))
    arrive = inbox._arrive

    def cut(*given):
        arrive(*given)
        cut_off()

    monkeypatch.setattr(inbox, "_arrive", cut)
    with pytest.raises(OperationalError):
        take(justice, there, content)
    connection.close()
    assert (Inbound.objects.count(), Document.objects.count()) == (0, 0)
    assert not AuditEntry.objects.filter(action="documents.arrive").exists()
    monkeypatch.undo()

    assert take(justice, there, content).is_new


def test_a_connection_cut_while_the_sending_is_noted_sends_again_and_arrives_once(server, province, monkeypatch):
    justice, home_affairs = make.office(make.JUSTICE), make.office(make.HOME)
    document = light.sent(justice, home_affairs)
    take_receipt = receipts.take

    def cut(*given, **named):
        take_receipt(*given, **named)
        cut_off()

    monkeypatch.setattr(receipts, "take", cut)
    with pytest.raises(OperationalError):
        dispatching.run(at=make.AT)
    connection.close()
    assert (Dispatch.objects.get().done_at, Receipt.objects.count()) == (None, 0)
    monkeypatch.undo()

    make.exchange(make.AT + dispatching.LEASE)

    assert light.delivery(document).standing == "arrived"
    assert Document.objects.filter(direction="in").count() == 1


def waits_for_a_lock():
    """Whether another session waits for somebody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")  # as it is now, unlike pg_stat_activity
        return cursor.fetchone()[0] > 0


def test_opening_a_packet_and_giving_its_document_back_do_not_wait_for_each_other(server, province, request):
    justice, home_affairs = make.office(make.JUSTICE), make.office(make.HOME)
    document = light.sent(justice, home_affairs)
    dispatching.run(at=make.AT)
    copy, inbound = make.copy_of(document, home_affairs), Inbound.objects.get()
    others = request.getfixturevalue("elsewhere")
    program = f"""
    from tests.documents import factories as make
    from tinhso.documents.services import unpacking
    print(unpacking.unpack(inbound_id={inbound.pk}, at=make.AT))
    """

    with transaction.atomic():
        steps.held(copy.pk)
        opening = others.start(program)
        while not waits_for_a_lock() and opening.poll() is None:
            pass
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
        assert Inbound.objects.filter(pk=inbound.pk).update(content=None, is_opened=True) == 1
    said, _errors = opening.communicate(timeout=60)

    assert (opening.returncode, said.strip()) == (0, "False")
    assert not copy.versions.exists()


if connection.vendor != "postgresql":
    del test_a_connection_cut_while_a_packet_is_taken_leaves_nothing_and_the_next_try_takes_it
    del test_a_connection_cut_while_the_sending_is_noted_sends_again_and_arrives_once
    del test_opening_a_packet_and_giving_its_document_back_do_not_wait_for_each_other


# ---- the cache and what it is a cache of --------------------------------------------------------------------------


def test_a_receipt_that_was_read_before_another_came_undoes_nothing(justice, home_affairs):
    document = light.sent(justice, home_affairs)
    (dispatch,) = dispatching._lease(make.AT, 20)
    tried = dispatching._try(dispatch, make.AT)
    delivery = Delivery.objects.get(document=document)
    receipts.take(delivery, code="03", at_remote=make.AT, raw="", is_signed=False, description="", at=make.AT)

    dispatching._settle([tried], make.AT)

    assert light.delivery(document).standing == "registered"


def test_the_audit_is_whole_after_all_that(justice, home_affairs):
    document = light.sent(justice, home_affairs)
    make.exchange()
    light.do("register", make.copy_of(document, home_affairs), home_affairs)
    make.exchange()

    audit.seal(everything=True)

    assert audit.check() is None
    told = AuditEntry.objects.filter(obj=f"document:{document.pk}").order_by("pk").values_list("action", flat=True)
    assert list(told) == [f"documents.{each}" for each in ("draft", "seal", "send", "receipt", "receipt")]
