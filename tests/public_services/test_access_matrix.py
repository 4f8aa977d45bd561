"""Every address of public services, for every kind of person: strangers find nothing, and nothing that they send counts.

The routes come from the URL configuration; `ROWS` says who may, and a route that stands in no row fails. Everybody else
is asked to sign in (nobody known), or gets 404 as if there were nothing (never 403), or 405. Whatever is answered, the
citizen's words, file names and numbers stand in no page of anybody outside `sees`, and nothing changes by what is sent
by anybody outside `acts`.
"""

import hashlib
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import URLPattern, get_resolver, reverse
from django.urls.converters import IntConverter, StringConverter, UUIDConverter

from tests.public_services import factories as make
from tests.public_services import world as worlds
from tests.public_services.world import PLAIN, World
from tinhso.public_services.dossiers.models import AccessLog, Dossier, Draft

CITIZENS = {"applicant", "other citizen", "household"}
RECEIVING = {"reception", "reception elsewhere"}
HELPING = {"helper", "helper without consent", "helper elsewhere", *RECEIVING}
OVERSEEING = {"leader", "leader elsewhere", "plan owner"}
DESKS = {*RECEIVING, "handler", "other handler", "asked"} | OVERSEEING
AGENCY = {"reception", "handler", "other handler", "leader", "plan owner"}  # may see what lies at the agency
ANSWERING = {"leader", "plan owner"}  # for the agency, where people complain
AT_HAND = {"helper", "helper without consent", "reception"}  # help people in the agency's commune
MANAGING = {"plan owner", "administrator"}
FIGURES = DESKS | {"administrator", "viewer", "data officer"}
PEOPLE = CITIZENS | HELPING | DESKS | FIGURES | {"anonymous"}
APPLICANT = {"applicant"}
NOBODY: set[str] = set()

SIGN_IN = "/accounts/login/"
METHODS = ("GET", "POST")
HIDDEN = {404, 405}
ANSWERED = {200, 204, 302, 400, 401, 403, 409, 413, 422, 429}  # 404 is for strangers, 500 for nobody


@dataclass(frozen=True)
class Row:
    """Who may what at one address.

    Attributes:
        args: of the route; `@name` stands for the key of a thing of the world.
        get, post: who is answered.
        sees: to whom the citizen's words may be shown; whoever is answered, unless it says otherwise.
        acts: by whose post something may change; those of `post`, unless it says otherwise.
        query, data: sent along.
        looked_at: an official's look at it is noted: the thing's name.
        is_potent: a post by anybody of `acts` must change something, or the test proves nothing.
    """

    name: str
    args: dict[str, Any] = field(default_factory=dict)
    get: set[str] = field(default_factory=set)
    post: set[str] = field(default_factory=set)
    sees: set[str] | None = None
    acts: set[str] | None = None
    query: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    looked_at: str = ""
    is_potent: bool = True

    def __str__(self) -> str:
        return " ".join([self.name, *map(str, self.args.values()), self.query])

    @property
    def seers(self) -> set[str]:
        return self.get | self.post if self.sees is None else self.sees

    @property
    def actors(self) -> set[str]:
        return self.post if self.acts is None else self.acts


def on(thing: str, **more: Any) -> dict[str, Any]:
    return {"key": f"@{thing}", **more}


MONTH = "from=2023-09-01&to=2023-09-30"
ROWS = [
    # catalog: for everybody
    Row("catalog", get=PEOPLE, sees=NOBODY),
    Row("procedure", {"code": make.EXTRACT}, get=PEOPLE, sees=NOBODY),
    Row("manage_procedures", get=MANAGING, sees=NOBODY),
    Row("manage_import", get=MANAGING, post=MANAGING, sees=NOBODY, data={"file": "@bundle"}),
    *(
        Row(f"manage_{name}", on("draft version", **more), get=MANAGING, sees=NOBODY)
        for name, more in (
            ("version", {}),
            ("preview", {}),
            ("file", {"form": "yaml"}),
            ("compare", {"other": "@version"}),
        )
    ),
    Row("manage_publish", on("draft version"), post=MANAGING, sees=NOBODY, data={"valid_from": "2023-10-01"}),
    Row("manage_end", on("version"), post=MANAGING, sees=NOBODY, data={"last_day": "2023-12-31"}),
    Row("manage_discard", on("draft version"), post=MANAGING, sees=NOBODY),
    # filing
    Row("begin", {"code": "2.000815"}, get=CITIZENS, post=CITIZENS, sees=APPLICANT),
    Row("draft", on("draft"), get=APPLICANT),
    Row("draft", on("helped draft"), get={"helper"}),
    Row("draft", on("counter draft")),
    *(
        Row(name, on("draft"), get=APPLICANT, post=APPLICANT, data=data)
        for name, data in (
            ("draft_agency", {"agency": "@elsewhere"}),
            ("draft_papers", {"remove-@": ""}),
        )
    ),
    Row("draft_papers", on("helped draft"), get={"helper"}, post={"helper"}, is_potent=False),
    Row("draft_review", on("draft"), get=APPLICANT),
    Row("draft_review", on("helped draft"), get={"helper"}),
    Row("draft_submit", on("draft"), post=APPLICANT, data={"filing__delivery": "online"}),
    Row("draft_submit", on("helped draft"), post={"helper"}, data={"filing__delivery": "online"}),
    Row("draft_discard", on("draft"), post=APPLICANT),
    Row("draft_discard", on("helped draft"), post={"helper"}),
    Row("draft_page", on("draft", page_id="nguoi-yeu-cau"), get=APPLICANT, post=APPLICANT),
    Row("draft_page", on("helped draft", page_id="nguoi-yeu-cau"), get={"helper"}, post={"helper"}),
    Row("filed", on("done"), get=APPLICANT),
    Row("filed", on("assisted"), get={"helper"}),
    Row("counter", get=RECEIVING, post=RECEIVING, sees={"reception"}, data={"procedure": make.EXTRACT}),
    Row("counter_draft", on("counter draft"), get={"reception"}, post={"reception"}),
    Row("counter_discard", on("counter draft"), post={"reception"}),
    Row("received", on("received"), get={"reception"}),
    # the citizen's own pages
    Row("mine", get=CITIZENS, sees=APPLICANT),
    *(Row("my_dossier", on(one), get=APPLICANT) for one in ("done", "open", "received", "assisted")),
    Row("my_dossier", on("open"), get=APPLICANT, query="format=csv"),
    Row("write_message", on("open"), post=APPLICANT),
    Row("withdraw", on("open"), get=APPLICANT, post=APPLICANT),
    Row(
        "supplement",
        on("waiting"),
        get=APPLICANT,
        post=APPLICANT,
        data={"address": "Bản Mới, xã Mới", "send": "1", "draft": "0"},
    ),
    Row("my_paper", on("done", seq=1, kind="filing"), get=APPLICANT),
    Row("result_file", on("result"), get=APPLICANT),
    Row("attachment", on("attachment"), get=APPLICANT),
    Row("attachment", on("done attachment"), get=APPLICANT),
    Row("track", get=PEOPLE, post=PEOPLE, sees=NOBODY, acts=PEOPLE, data={"number": "khong-co"}, is_potent=False),
    # paying
    Row("pay", on("due"), get=APPLICANT),
    Row("pay_start", on("due"), post=APPLICANT, is_potent=False),
    Row("pay_pretend", on("due"), post=APPLICANT),
    Row("receipt", on("payment"), get=APPLICANT),
    Row("payment_callback", {"provider": "sandbox"}, post=PEOPLE, sees=NOBODY, acts=NOBODY),
    Row("desk_payments", get=RECEIVING, sees={"reception"}),
    Row("payment_handled", on("payment"), post={"reception"}),
    Row("desk_receipt", on("payment"), get=AGENCY, looked_at="payment"),
    Row("cash", on("due"), get={"reception"}, post={"reception"}, looked_at="due", data={"amount_vnd": "16000"}),
    # rating and complaining
    Row("rate", on("done"), get=APPLICANT, post=APPLICANT, is_potent=False),
    Row("my_complaints", get=CITIZENS, sees=APPLICANT),
    Row("my_complaint", on("complaint"), get=APPLICANT),
    Row("complain", get=CITIZENS, post=CITIZENS, sees=NOBODY, data={"agency": "@agency"}),
    Row("complain", get=APPLICANT, post=APPLICANT, query="dossier=@open"),
    Row("feedback", get=OVERSEEING, sees=ANSWERING),
    Row("complaint", on("complaint"), get=ANSWERING, post=ANSWERING, looked_at="complaint"),
    Row("ratings", get=OVERSEEING, sees=ANSWERING, query="first=2023-09-01&last=2023-09-30"),
    # the desk
    Row("desk", get=DESKS, sees=AGENCY | {"asked"}),
    Row("desk_batch", post=DESKS, sees=AGENCY, acts={"reception"}, data={"action": "accept"}),
    Row("desk_register", get=DESKS, sees=AGENCY, query=MONTH),
    Row("desk_report", get=DESKS, sees=AGENCY, query=MONTH),
    Row("desk_report_dossiers", get=DESKS, sees=AGENCY, query=f"{MONTH}&column=received"),
    Row("desk_file", on("done attachment"), get=AGENCY, looked_at="done"),
    Row("desk_file", on("attachment"), get=AGENCY | {"asked"}, looked_at="open"),
    Row("desk_result_file", on("result"), get=AGENCY, looked_at="done"),
    *(Row("desk_dossier", on(one), get=AGENCY, looked_at=one) for one in ("sent", "waiting", "deciding", "done")),
    Row("desk_dossier", on("open"), get=AGENCY | {"asked"}, looked_at="open"),
    Row("desk_identity", on("done"), post=AGENCY, acts=NOBODY, looked_at="done"),
    Row("desk_claim", on("sent"), post=AGENCY, acts={"reception"}, looked_at="sent"),
    Row("desk_release", on("open"), post=AGENCY | {"asked"}, acts={"handler", "leader"}, looked_at="open"),
    Row("desk_message", on("open"), post={"reception", "handler", "leader"}, looked_at="open"),
    Row(
        "desk_supplement",
        on("waiting"),
        get={"reception"},
        post={"reception"},
        looked_at="waiting",
        data={
            "address": "Bản Mới, xã Mới",
            "send": "1",
            "draft": "0",
            "handed-giver": "Người Mang",
            "handed-channel": "post",
        },
    ),
    Row("desk_supplied", on("supplied", seq=3), get={"reception"}, looked_at="supplied"),
    Row("desk_messages_settled", on("open"), post={"reception", "handler", "leader"}, looked_at="open"),
    Row("desk_act", on("sent", action="accept"), post=AGENCY, acts={"reception"}, looked_at="sent"),
    Row("desk_act", on("sent", action="refuse"), post=AGENCY, acts={"reception"}, looked_at="sent"),
    Row("desk_act", on("open", action="send_back"), post=AGENCY | {"asked"}, acts={"handler"}, looked_at="open"),
    Row(
        "desk_act",
        on("open", action="answer_consultation"),
        post=AGENCY | {"asked"},
        acts={"handler", "asked"},
        looked_at="open",
    ),
    Row(
        "desk_act", on("open", action="extend"), post=AGENCY | {"asked"}, acts=NOBODY, looked_at="open"
    ),  # it is too late to
    Row("desk_act", on("deciding", action="stop"), post=AGENCY, acts={"leader"}, looked_at="deciding"),
    Row("paper", on("done", form="receipt"), get=AGENCY, looked_at="done"),
    Row(
        "amendments",
        get={"administrator"},
        post={"administrator"},
        data={"number": "@number", "state": "stopped"},
    ),
    Row("amendment", on("amendment"), post={"administrator"}, data={"accept": "1"}),
    # results
    Row("desk_results", get=DESKS, sees=AGENCY),
    Row(
        "desk_result",
        on("deciding"),
        get={"leader"},
        post={"leader"},
        looked_at="deciding",
        data={"kind": "approve", "do": "preview", "titles": "Chủ tịch"},
        is_potent=False,
    ),
    Row("revoke_result", on("done", result="@result"), post={"leader"}, looked_at="done"),
    # assistance
    Row("assist", get=HELPING, sees=AT_HAND),
    Row(
        "assist_new",
        get=HELPING,
        post=HELPING,
        sees=NOBODY,
        acts=AT_HAND,
        data={"full_name": "Người Mới", "identity_number": "014099888999"},
    ),
    Row("assist_mine", get=CITIZENS, sees=APPLICANT),
    Row("assist_dispute", on("session"), post=APPLICANT),
    Row("assist_ask", get=CITIZENS, post=CITIZENS, sees=APPLICANT, is_potent=False),
    Row("assist_coverage", get=FIGURES, sees=NOBODY),
    Row("assist_session", on("session"), get={"helper"}),
    Row("assist_session", on("request"), get=AT_HAND),
    Row("assist_take", on("request"), post=AT_HAND),
    *(
        Row(name, on("session", **more), post={"helper"}, is_potent=is_potent)
        for name, more, is_potent in (
            ("assist_person", {}, False),
            ("assist_code", {}, True),
            ("assist_confirm", {}, False),
            ("assist_consent", {"method": "paper"}, True),
            ("assist_file", {}, False),
            ("assist_end", {}, True),
        )
    ),
]

# What stands outside of the module and is open to people without a role; all else is not there for them.
OPEN = {
    "anonymous": {
        "account_login", "account_logout", "account_inactive", "openid_connect_login", "openid_connect_callback",
        "mfa_authenticate", "core:language", "plans:public_plan", "documents:check",
    },
    "applicant": {
        "account_login", "account_logout", "account_inactive", "openid_connect_login", "openid_connect_callback",
        "core:language", "core:gallery", "plans:public_plan", "documents:check",
    },
}  # fmt: skip
AT_HOME = {"operations:overview"}  # leads citizens to their own pages
SAMPLES = {IntConverter: 1, StringConverter: "x", UUIDConverter: uuid.UUID(int=0)}


def routes() -> Iterator[tuple[str, URLPattern]]:
    """Every named route: `namespace:name`."""
    yield from _routes(get_resolver(), "")


def _routes(resolver: Any, namespace: str) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", entry
        else:
            yield from _routes(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)


OURS = "public_services:"


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock(), worlds.standing(tmp_path_factory.mktemp("files")) as built:
        complete(built)
        yield built


@pytest.fixture(autouse=True)
def _at_home(world, db, home, settings):
    settings.FILES_DIR = world.files_dir


# ---- the matrix -------------------------------------------------------------------------------------------------


def test_every_route_is_declared():
    named = {name.removeprefix(OURS) for name, _entry in routes() if name.startswith(OURS)}

    assert named - {row.name for row in ROWS} == set(), "declare who may open these"
    assert {row.name for row in ROWS} - named == set(), "these are gone"


def test_everybody_stands_in_the_world(world):
    assert set(world.people) == PEOPLE


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_nobody_finds_what_is_not_theirs(world, row):
    problems = [problem for who in sorted(PEOPLE) for method in METHODS for problem in _tried(world, row, who, method)]

    assert problems == []
    if row.is_potent and row.actors:
        idle = {who for who in row.actors if not _changes(world, row, who)}
        assert idle == set(), "these posts change nothing: the data do not fit, so that nothing was proved"


@pytest.mark.parametrize("who", ["anonymous", "applicant"])
def test_the_rest_of_the_platform_is_not_there_for_citizens(world, who):
    wrong = []
    for name, entry in routes():
        if not name.startswith(OURS) and name not in OPEN[who]:
            url = reverse(name, kwargs={one: SAMPLES[type(kind)] for one, kind in entry.pattern.converters.items()})
            for method in METHODS:
                with undone(), writes() as written:
                    answer = world.client(who).generic(method, url)
                is_home = name in AT_HOME and answer.headers.get("Location", "") == "/services/"
                is_hidden = answer.status_code in HIDDEN or (who == "anonymous" and _asks_to_sign_in(answer))
                if written or not (is_hidden or is_home):
                    wrong.append(f"{name} {method}: {answer.status_code}")

    assert wrong == []


def _tried(world: World, row: Row, who: str, method: str) -> list[str]:
    """What is wrong with the answers to one person; a list that is found is asked for in every other way, too."""
    found, status = _asked(world, row, who, method, row.query)
    if method == "GET" and status == 200 and not row.args and (who not in row.seers or who == min(row.seers)):
        for query in _side_ways(world, row.query):
            found += _asked(world, row, who, method, query)[0]
    return found


def _asked(world: World, row: Row, who: str, method: str, query: str) -> tuple[list[str], int]:
    may = who in (row.get if method == "GET" else row.post)
    with undone(), writes() as written:
        looks = _looks(world, who)
        answer = _send(world, row, who, method, query)
        body = _body(answer)
        found = _wrong(world, row, who, answer, body, may=may, is_side_way=query != row.query)
        if who not in row.actors and written and fingerprint() != world.mark:
            found.append("has changed something")
        if _is_shown(row, who, answer, body) and _looks(world, who) == looks:
            found.append("has looked without a note")
    return [f"{who} {method} ?{query}: {answer.status_code} {one}" for one in found], answer.status_code


def _side_ways(world: World, query: str) -> list[str]:
    """Other ways of asking for the same page: as a file, for one agency, for one dossier, as a fragment."""
    agency, opened = make.commune(), world.things["open"]
    more = (
        "format=csv",
        f"agency={agency.code}&format=csv",
        f"agency={agency.unit_id}",
        f"q={opened.number}&number={opened.number}",
        f"dossier={opened.key}&format=csv&HX",
    )
    return [f"{query}&{one}".lstrip("&") for one in more]


def _wrong(world: World, row: Row, who: str, answer: Any, body: str, *, may: bool, is_side_way: bool) -> list[str]:
    status, at_the_door = answer.status_code, _asks_to_sign_in(answer)
    if status >= 500:
        return ["breaks"]
    if not may and not (status in HIDDEN or (who == "anonymous" and at_the_door)):
        return ["is answered"]
    if may and (status not in ANSWERED or at_the_door) and not (is_side_way and status in HIDDEN):
        return ["is turned away"]
    asked = answer.wsgi_request.META["QUERY_STRING"]  # what somebody asked for stands in the page again
    return [f"reads {one}" for one in _hidden_from(world, row, who) if one in body and one not in asked]


def _hidden_from(world: World, row: Row, who: str) -> tuple[str, ...]:
    if who == "applicant":  # their own words, wherever they stand
        return PLAIN.internal
    if who not in row.seers:
        return (*PLAIN.canaries, *world.numbers)
    return PLAIN.internal if who == "helper" else ()


def _asks_to_sign_in(answer: Any) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith(SIGN_IN)


def _is_shown(row: Row, who: str, answer: Any, body: str) -> bool:
    """Whether an official has got something of a dossier that has to be noted."""
    if not row.looked_at or answer.status_code not in (200, 409, 422):
        return False
    return "attachment" in answer.get("Content-Disposition", "") or any(one in body for one in PLAIN.canaries)


def _looks(world: World, who: str) -> int:
    user = world.people[who]
    return AccessLog.objects.filter(actor=user.username).count() if user else 0


def _changes(world: World, row: Row, who: str) -> bool:
    with undone():
        _send(world, row, who, "POST", row.query)
        return fingerprint() != world.mark


# ---- sending ----------------------------------------------------------------------------------------------------


class undone:  # noqa: N801 - reads as a word
    """Whatever happens inside is undone."""

    def __enter__(self) -> None:
        self.block = transaction.atomic()
        self.block.__enter__()

    def __exit__(self, *error: Any) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)


def _send(world: World, row: Row, who: str, method: str, query: str) -> Any:
    client, url = world.client(who), address(world, row, query)
    headers = {"HX-Request": "true"} if query.endswith("&HX") else {}
    if method == "GET":
        return client.get(url, headers=headers)
    return client.post(url, sent(world, row), headers=headers)


def address(world: World, row: Row, query: str | None = None) -> str:
    """The address of a row, with its own query or another."""
    url = reverse(f"{OURS}{row.name}", kwargs={name: _value(world, value) for name, value in row.args.items()})
    asked = (row.query if query is None else query).replace("@open", str(world.things["open"].key))
    return f"{url}?{asked}" if asked else url


def _value(world: World, value: Any) -> Any:
    if not (isinstance(value, str) and value.startswith("@")):
        return value
    thing = world.things[value[1:]]
    return getattr(thing, "key", thing.pk)


def sent(world: World, row: Row) -> dict[str, Any]:
    """What a page would send: whatever any of the forms asks for."""
    if "file" in row.data:
        return {"file": SimpleUploadedFile("thu-tuc.yaml", world.things["bundle"])}
    thing = world.things.get(str(row.args.get("key", ""))[1:])
    has_revision = thing if isinstance(thing, (Dossier, Draft)) else world.things["sent"]
    given = {name.replace("@", world.sent["@file"]): world.sent.get(value, value) for name, value in row.data.items()}
    said = world.sent | {"key": uuid.uuid4().hex, "revision": str(has_revision.revision)}
    return said | ADDITIONS.get(row.name, {}) | given


def complete(world: World) -> None:
    """What the rows send, and how everything stands."""
    for thing in world.things.values():
        if isinstance(thing, (Dossier, Draft)):
            thing.refresh_from_db()
    opened, filed = world.things["open"], world.things["sent"]
    world.sent = {
        "@file": str(world.things["draft"].files.get().key),
        "@elsewhere": worlds.elsewhere(3).code,
        "@agency": str(make.commune().unit_id),
        "@number": opened.number,
        "consultation": str(opened.consultations.get().pk),
        "pick": f"{filed.key}~{filed.revision}",
        "text": "Chữ gửi thử",
        "reason": "Lý do gửi thử",
        "basis": "Luật Hộ tịch 2014, Điều 63",
        "payer": "Người Nộp Thử",
        "unit": str(make.commune().unit_id),
        "kind": "type",
        "came_by": "in_person",
        "requester": "citizen",
        "evidence": "P-99",
        "outcome": "not_helped",
        "level": "5",
        "code": "000000",
        "channel": "counter",
        "procedure": make.EXTRACT,
        "requester_name": "Người Sửa Thử",
    }
    world.mark = fingerprint()


ADDITIONS: dict[str, dict[str, str]] = {
    "complain": {"kind": "reflection"},
    "counter": {"unit": ""},
}


def _body(answer: Any) -> str:
    """What came back, headers included; a stored file is not packed, so that its words are found."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return "\n".join([*(f"{name}: {value}" for name, value in answer.items()), content.decode("utf-8", "replace")])


UNCOUNTED = {"public_services_accesslog", "public_services_lookuptries"}
WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(public_services_\w+)"')


@contextmanager
def writes() -> Iterator[list[str]]:
    """The tables of the module that are written to meanwhile, whether it is undone or not."""
    found: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        written = WRITES.match(sql)
        if written and written[1] not in UNCOUNTED:
            found.append(written[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def fingerprint() -> str:
    """All rows of the module, as one text."""
    found = hashlib.sha256()
    with connection.cursor() as cursor:
        for model in apps.get_app_config("public_services").get_models(include_auto_created=True):
            if model._meta.db_table not in UNCOUNTED:
                cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY id")
                found.update(repr(cursor.fetchall()).encode())
    return found.hexdigest()
