"""The ways by which packets travel: between installations, through folders, over the axis and the provincial platform."""

import base64
import hashlib
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
import requests

from tests.documents import factories as make
from tests.documents import light
from tests.documents.test_exchange import HOUR, on_its_way
from tinhso.documents.choices import ChannelKind, State
from tinhso.documents.contrib import direct
from tinhso.documents.contrib.axis.stand_in import StandIn, System, system_of
from tinhso.documents.models import Delivery, Dispatch, Document, Inbound, Partner
from tinhso.documents.plugins import Incoming, NotSent, Outgoing, Way, channel
from tinhso.documents.services import agencies, collecting, dispatching, unpacking

OURS, THEIRS = "H52.01", "H99.01"
CONTENT = b"<edXML/>"
OUTGOING = Outgoing(
    message_id="0f0e0d0c-0000-4000-8000-000000000001",
    kind="edoc",
    sender=OURS,
    recipient=THEIRS,
    content=CONTENT,
    sha256=hashlib.sha256(CONTENT).hexdigest(),
)


@pytest.fixture
def justice(province):
    return make.office(make.JUSTICE)


@pytest.fixture
def home_affairs(province):
    return make.office(make.HOME)


# ---- folders ------------------------------------------------------------------------------------------------------


def to_and_fro(tmp_path):
    """The folder as the sender and as the receiver know it."""
    return Way(1, "Thư mục", str(tmp_path)), Way(2, "Thư mục", str(tmp_path), account=f"{THEIRS}, H99.02")


def test_a_packet_in_a_folder_is_picked_up_whole_and_once(tmp_path, db):
    here, there = to_and_fro(tmp_path)
    folder = channel("folder")

    folder.send(OUTGOING, here)
    (incoming,) = folder.collect(there, most=9)
    folder.acknowledge(incoming, there, receipt="biên nhận", refusal="", at=make.AT)

    assert (incoming.message_id, incoming.recipient, incoming.content) == (OUTGOING.message_id, THEIRS, CONTENT)
    assert list(folder.collect(there, most=9)) == []
    (receipt,) = (tmp_path / "done").iterdir()
    assert receipt.read_text(encoding="utf-8") == "biên nhận"


def test_what_is_not_acknowledged_comes_again(tmp_path, db):
    here, there = to_and_fro(tmp_path)
    channel("folder").send(OUTGOING, here)

    once, again = (list(channel("folder").collect(there, most=9)) for _time in range(2))

    assert once == again != []


def test_a_refused_packet_is_put_aside_with_the_reason(tmp_path, db):
    here, there = to_and_fro(tmp_path)
    channel("folder").send(OUTGOING, here)
    (incoming,) = channel("folder").collect(there, most=9)

    channel("folder").acknowledge(incoming, there, receipt="", refusal="22: sai", at=make.AT)

    (refused,) = (tmp_path / "refused").iterdir()
    assert refused.read_text(encoding="utf-8") == "22: sai"
    assert list(channel("folder").collect(there, most=9)) == []


def test_unfinished_files_are_left_alone(tmp_path, db):
    _here, there = to_and_fro(tmp_path)
    folder = tmp_path / "to" / THEIRS
    folder.mkdir(parents=True)
    (folder / "x.edxml.abc.tmp").write_bytes(b"<edX")

    assert list(channel("folder").collect(there, most=9)) == []


@pytest.mark.parametrize(
    "changed", [{"recipient": "../../etc"}, {"recipient": ""}, {"message_id": "../x"}, {"message_id": "a/b"}]
)
def test_names_that_lead_elsewhere_are_refused(tmp_path, db, changed):
    import dataclasses

    here, _there = to_and_fro(tmp_path / "line")

    with pytest.raises(NotSent) as refusal:
        channel("folder").send(dataclasses.replace(OUTGOING, **changed), here)

    assert (refusal.value.code, (tmp_path / "line").exists()) == ("18", False)


def test_a_folder_that_is_not_there_can_be_tried_again(tmp_path, db):
    (tmp_path / "file").write_text("x")
    here = Way(1, "Thư mục", str(tmp_path / "file"))

    with pytest.raises(NotSent) as refusal:
        channel("folder").send(OUTGOING, here)

    assert refusal.value.code == "unreachable"


# ---- two agencies of this installation that meet through an outside system ---------------------------------------


@pytest.fixture
def afar(justice, home_affairs):
    """Two of our agencies that know each other as if each were elsewhere, through one outside system.

    Packets that leave for the other's code come back for our own agency of that code.
    """

    def made(kind, address, secret=""):
        out = agencies.add_partner(
            name="Lối đi",
            channel=kind,
            address=address,
            actor="x",
            at=make.AT,
            account=secret and "he-thong-nay",
            secret=secret,
        )
        return out, light.agency_there(out, THEIRS)

    return made


def pass_on(at, *, times=4):
    """Rounds of the worker, each of which asks outside systems anew."""
    for number in range(times):
        moment = at + collecting.APART * 2 * number
        dispatching.run(at=moment)
        collecting.run(at=moment)
        for key in unpacking.waiting():
            unpacking.unpack(inbound_id=key, at=moment)


def from_there(justice, **changed):
    """What an agency elsewhere sends us."""
    return light.packet(light.code_of(justice), light.part(light.pdf()), **changed)


def test_a_packet_in_a_folder_becomes_a_document_whose_states_go_back_the_same_way(justice, afar, tmp_path):
    partner, _there = afar(ChannelKind.FOLDER, str(tmp_path))
    Partner.objects.update(account=light.code_of(justice))
    place = tmp_path / "to" / light.code_of(justice)
    place.mkdir(parents=True)
    (place / "m1.edxml").write_bytes(from_there(justice))

    pass_on(make.AT)
    light.do("register", Document.objects.get(direction="in"), justice)
    pass_on(make.AT + HOUR)

    told = sorted((tmp_path / "to" / THEIRS).glob("*.edxml"))
    codes = sorted(direct_code(path.read_bytes()) for path in told)
    assert codes == ["01", "03"]
    assert [path.name for path in (tmp_path / "done").iterdir()] == [f"m1.{light.code_of(justice)}.receipt"]
    assert Inbound.objects.get(kind="edoc").partner == partner


def direct_code(content):
    from tinhso.edxml import read

    return read(content).code


def test_a_receiver_killed_before_it_acknowledged_takes_the_packet_once(justice, afar, tmp_path, monkeypatch):
    afar(ChannelKind.FOLDER, str(tmp_path))
    Partner.objects.update(account=light.code_of(justice))
    place = tmp_path / "to" / light.code_of(justice)
    place.mkdir(parents=True)
    (place / "m1.edxml").write_bytes(from_there(justice))
    folder = channel("folder")

    class Killed(BaseException):
        pass

    def die(*_given, **_named):
        raise Killed

    monkeypatch.setattr(type(folder), "acknowledge", die)
    with pytest.raises(Killed):
        collecting.run(at=make.AT)
    monkeypatch.undo()
    assert (place / "m1.edxml").exists()

    collecting.run(at=make.AT + HOUR)

    assert (Document.objects.filter(direction="in").count(), Inbound.objects.count()) == (1, 1)
    assert not (place / "m1.edxml").exists()


def test_a_sender_killed_before_it_noted_the_hand_over_lays_the_same_file_down_again(justice, afar, tmp_path):
    _partner, there = afar(ChannelKind.FOLDER, str(tmp_path))
    on_its_way(justice, there)
    (dispatch,) = dispatching._lease(make.AT, 20)
    dispatching._try(dispatch, make.AT)

    dispatching.run(at=make.AT + HOUR)

    (path,) = (tmp_path / "to" / THEIRS).iterdir()
    assert path.read_bytes() == bytes(Dispatch.objects.get().packet.content)


def test_a_system_is_asked_now_and_then_only(justice, afar, tmp_path):
    afar(ChannelKind.FOLDER, str(tmp_path))
    collecting.run(at=make.AT)

    assert not any(collecting._is_mine(partner, make.AT) for partner in due(make.AT + collecting.APART / 2))
    assert due(make.AT + collecting.APART)


def due(at):
    return [each for each in Partner.objects.all() if each.asked_at is None or each.asked_at <= at - collecting.APART]


def test_of_two_workers_one_asks(justice, afar, tmp_path):
    partner, _there = afar(ChannelKind.FOLDER, str(tmp_path))
    seen = [Partner.objects.get(pk=partner.pk) for _worker in range(2)]

    assert [collecting._is_mine(each, make.AT) for each in seen] == [True, False]


# ---- the axis and the platform ------------------------------------------------------------------------------------


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_given):
        pass


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = False


@pytest.fixture(params=[ChannelKind.AXIS, ChannelKind.LGSP])
def gateway(request, justice, tmp_path):
    """A stand-in for the outside system, served on this machine, that knows us and an agency of another system."""
    systems = {
        "he-thong-nay": System("he-thong-nay", "khoa-nay", frozenset({light.code_of(justice)})),
        "he-thong-kia": System("he-thong-kia", "khoa-kia", frozenset({THEIRS})),
    }
    application = StandIn(tmp_path / "truc", systems)
    server = make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    application.kind, application.url = request.param, f"http://127.0.0.1:{server.server_port}"
    yield application
    server.shutdown()
    thread.join()
    server.server_close()


def way_of_theirs(gateway):
    return Way(9, "Hệ thống kia", gateway.url, account="he-thong-kia", secret="khoa-kia")


def waiting_there(gateway):
    """What waits for the other system, which takes it."""
    found = list(channel(gateway.kind).collect(way_of_theirs(gateway), most=50))
    for incoming in found:
        channel(gateway.kind).acknowledge(incoming, way_of_theirs(gateway), receipt="", refusal="", at=make.AT)
    return found


def lay_down(gateway, content, to, kind="edoc", message_id="m1"):
    """Something that the other system sends us."""
    outgoing = Outgoing(message_id, kind, THEIRS, to, content, hashlib.sha256(content).hexdigest())
    channel(gateway.kind).send(outgoing, way_of_theirs(gateway))


@pytest.fixture
def beyond(gateway, afar):
    _partner, there = afar(gateway.kind, gateway.url, "khoa-nay")
    return there


def test_a_packet_over_a_gateway_is_handed_over_byte_for_byte(gateway, beyond, justice):
    on_its_way(justice, beyond)

    dispatching.run(at=make.AT)

    dispatch = Dispatch.objects.get()
    assert dispatch.done_at == make.AT
    (incoming,) = waiting_there(gateway)
    assert (incoming.content, incoming.message_id) == (bytes(dispatch.packet.content), str(dispatch.packet.message_id))


@pytest.mark.parametrize("code", ["20", "21", "77"])
def test_a_passing_error_of_a_gateway_is_tried_again(gateway, beyond, justice, code):
    on_its_way(justice, beyond)
    gateway.faults = [code, code]

    for hours in range(3):
        dispatching.run(at=make.AT + hours * HOUR)

    dispatch = Dispatch.objects.get()
    assert (dispatch.tries, dispatch.last_code, dispatch.done_at) == (3, code, make.AT + 2 * HOUR)
    assert len(waiting_there(gateway)) == 1


@pytest.mark.parametrize("code", ["10", "18", "19", "22", "23"])
def test_a_lasting_error_of_a_gateway_parks_the_packet(gateway, beyond, justice, code):
    on_its_way(justice, beyond)
    gateway.faults = [code]

    for hours in range(3):
        dispatching.run(at=make.AT + hours * HOUR)

    dispatch = Dispatch.objects.get()
    assert (dispatch.tries, dispatch.last_code, dispatch.parked_at) == (1, code, make.AT)
    assert Partner.objects.get().parked_reason == ""


def test_a_wrong_key_parks_the_gateway(gateway, afar, justice):
    _partner, there = afar(gateway.kind, gateway.url, "sai-khoa")
    on_its_way(justice, there)

    dispatching.run(at=make.AT)

    assert "sai khóa" in Partner.objects.get().parked_reason
    assert Dispatch.objects.get().parked_at is None


def test_what_was_handed_over_twice_waits_there_once(gateway, beyond, justice):
    on_its_way(justice, beyond)
    (dispatch,) = dispatching._lease(make.AT, 20)
    dispatching._try(dispatch, make.AT)

    dispatching.run(at=make.AT + HOUR)

    assert len(waiting_there(gateway)) == 1


def test_what_comes_over_a_gateway_arrives_once_and_states_flow_back(gateway, beyond, justice):
    lay_down(gateway, from_there(justice), light.code_of(justice))
    pass_on(make.AT)
    pass_on(make.AT + HOUR)
    copy = Document.objects.get(direction="in")
    assert copy.state == State.ARRIVED

    light.do("register", copy, justice, at=make.AT + 2 * HOUR)
    pass_on(make.AT + 2 * HOUR)

    assert sorted(direct_code(incoming.content) for incoming in waiting_there(gateway)) == ["01", "03"]


def test_states_that_come_over_a_gateway_are_the_senders_receipts(gateway, beyond, justice):
    document = on_its_way(justice, beyond)
    pass_on(make.AT)
    assert light.delivery(document).standing == "waiting"

    for number, code in enumerate(("01", "03", "06")):
        lay_down(
            gateway,
            light.status(document, code, at=make.AT + number * HOUR),
            light.code_of(justice),
            kind="status",
            message_id=f"s{number}",
        )
    pass_on(make.AT + 4 * HOUR)

    assert light.delivery(document).standing == "done"


def test_a_packet_that_a_gateway_has_lost_keeps_no_other_from_coming(gateway, beyond, justice):
    lay_down(gateway, from_there(justice), light.code_of(justice), message_id="m1")
    for path in (gateway.folder / "he-thong-nay").glob("*.edxml"):
        path.unlink()
    lay_down(gateway, from_there(justice), light.code_of(justice), message_id="m2")

    assert collecting.run(at=make.AT) == 1

    assert Inbound.objects.get(kind="edoc").message_id == "m2"


def test_what_we_refuse_is_told_to_the_gateway_and_comes_no_more(gateway, beyond, justice):
    lay_down(gateway, b"<edXML/>", light.code_of(justice))

    assert collecting.run(at=make.AT) == 1
    assert collecting.run(at=make.AT + HOUR) == 0
    assert not Inbound.objects.exists()


def test_a_gateway_that_is_down_can_be_tried_again(db):
    for kind in (ChannelKind.AXIS, ChannelKind.LGSP):
        with pytest.raises(NotSent) as refusal:
            channel(kind).send(OUTGOING, Way(1, "Trục", "http://127.0.0.1:9", account="a", secret="b"))

        assert refusal.value.code == "unreachable"


def test_a_damaged_packet_is_refused_by_the_axis(gateway, beyond):
    if gateway.kind != ChannelKind.AXIS:
        return
    outgoing = Outgoing("m", "edoc", THEIRS, THEIRS, b"x", hashlib.sha256(b"y").hexdigest())

    with pytest.raises(NotSent) as refusal:
        channel(gateway.kind).send(outgoing, way_of_theirs(gateway))

    assert refusal.value.code == "10"


@pytest.mark.parametrize("text", ["a:b:c", "a:b:c,d", "a.b-c:x:"])
def test_systems_are_named_on_the_command_line(text):
    assert system_of(text).name == text.split(":")[0]


@pytest.mark.parametrize("text", ["", "a", "a:b", "a/b:c:d", "../x:y:z"])
def test_what_names_no_system_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - that it names none is all there is to say
        system_of(text)


# ---- between installations ----------------------------------------------------------------------------------------


class Door:
    """What stands where a partner's door should be, without its key: it answers what a test wants."""

    def __init__(self):
        self.answer, self.asked, self.cut = (201, b"{}"), [], False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                content = self.rfile.read(int(self.headers["Content-Length"]))
                outer.asked.append((self.path, dict(self.headers), content))
                status, body = outer.answer
                self.send_response(status)
                self.send_header("Content-Length", str(len(body) + (100 if outer.cut else 0)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = True

            def log_message(self, *_given):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.way = Way(1, "Hệ thống bạn", f"http://127.0.0.1:{self.server.server_port}")

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def door(monkeypatch):
    found = Door()
    with requests.Session() as session:
        session.trust_env = False
        line = direct.Direct()
        monkeypatch.setattr(line, "_session", lambda _way: session)
        found.line = line
        yield found
        line._folder.cleanup()
    found.close()


def test_a_packet_is_named_digested_and_addressed(door):
    receipt = door.line.send(OUTGOING, door.way)

    ((path, headers, content),) = door.asked
    assert (receipt, path, content) == ("{}", f"/exchange/v1/messages/{OUTGOING.message_id}", CONTENT)
    digest = base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()
    assert (headers["Content-Digest"], headers["Tinhso-To"]) == (f"sha-256=:{digest}:", THEIRS)


@pytest.mark.parametrize("status", [200, 201])
def test_what_is_taken_or_was_taken_before_has_a_receipt(door, status):
    door.answer = (status, "biên nhận".encode())

    assert door.line.send(OUTGOING, door.way) == "biên nhận"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "unauthorized"),
        (403, "unauthorized"),
        (404, "18"),
        (409, "conflict"),
        (413, "22"),
        (422, "22"),
        (451, "refused_as_secret"),
        (429, "unintelligible"),
        (302, "unintelligible"),
        (500, "unreachable"),
        (502, "unreachable"),
        (503, "unreachable"),
    ],
)
def test_each_answer_of_a_door_is_understood(door, status, code):
    door.answer = (status, b"<html></html>")

    with pytest.raises(NotSent) as refusal:
        door.line.send(OUTGOING, door.way)

    assert refusal.value.code == code


def test_the_code_that_an_answer_names_counts_before_its_status(door):
    door.answer = (422, '{"code": "21", "detail": "không nguyên vẹn"}'.encode())

    with pytest.raises(NotSent, match="không nguyên vẹn") as refusal:
        door.line.send(OUTGOING, door.way)

    assert refusal.value.code == "21"


@pytest.mark.parametrize("body", [b"[]", b"null", b'{"code": 7}', b"\xff\xfe", b""])
def test_an_answer_that_is_no_problem_is_understood_by_its_status(door, body):
    door.answer = (404, body)

    with pytest.raises(NotSent) as refusal:
        door.line.send(OUTGOING, door.way)

    assert refusal.value.code == "18"


def test_a_partner_that_dies_in_the_middle_of_its_answer_is_tried_again(door):
    door.answer, door.cut = (201, b'{"receipt": '), True

    with pytest.raises(NotSent) as refusal:
        door.line.send(OUTGOING, door.way)

    assert refusal.value.code == "unreachable"


def test_a_door_with_a_certificate_that_we_do_not_know_is_not_believed(province, tmp_path):
    """The server shows another certificate than the partner's."""
    import ssl

    from tinhso.documents.services import identity

    identity.own(make.AT)
    shown = tmp_path / "shown.pem"
    shown.write_bytes(identity.path().read_bytes())
    identity.path().unlink()
    expected = identity.own(make.AT).certificate_pem
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown)
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_given: None
    thread = threading.Thread(target=server.handle_request)
    thread.start()

    line = direct.Direct()
    with pytest.raises(NotSent) as refusal:
        line.send(OUTGOING, Way(1, "x", f"https://127.0.0.1:{server.server_port}", certificate=expected))

    thread.join()
    server.server_close()
    line._folder.cleanup()
    assert refusal.value.code == "unreachable"
    assert "SSLError" in refusal.value.text


def test_partners_bring_their_packets_themselves(db):
    incoming = Incoming("h", "m", "r", b"")

    assert list(channel("direct").collect(Way(1, "x", "https://127.0.0.1:9"), most=1)) == []
    assert channel("direct").acknowledge(incoming, Way(1, "x", ""), receipt="", refusal="", at=make.AT) is None


def test_deliveries_wait_while_a_gateway_only_has_them(gateway, beyond, justice):
    document = on_its_way(justice, beyond)

    dispatching.run(at=make.AT)

    assert Delivery.objects.get(document=document).standing == "waiting"
