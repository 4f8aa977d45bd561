"""Every address of documents, for every kind of person: an agency's papers are its own affair.

The routes come from the URL configuration; `ROWS` says who may, and a route that stands in no row fails. Everybody else
is asked to sign in (nobody known), or gets 404 as if there were nothing (never 403), or 405; so do the people of a
superior agency. What the agency wrote stands in no page of anybody outside, and nothing changes by what outsiders send.
"""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import SimpleCookie
from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver, reverse

from tests.documents import factories as make
from tests.documents import light
from tests.public_services.factories import citizen
from tinhso.accounts.api import Role, User
from tinhso.core import clock, signers
from tinhso.documents.choices import ChannelKind, Direction
from tinhso.documents.models import Dispatch, Document, Partner, ReceivedRequest
from tinhso.documents.services import drafting, registering, sending
from tinhso.organizations import api as organizations

CANARY = "Chim yến kín đáo"
OFFICE = {"clerk", "leader", "registrar", "data officer"}  # of the agency whose documents these are
THERE = {"clerk there", "leader there", "registrar there"}
ABOVE = {"leader above", "registrar above", "plan owner above"}
READERS = OFFICE | THERE | ABOVE
REGISTRARS = {"registrar", "registrar there", "registrar above"}
LEADERS = {"leader", "leader there", "leader above"}
OUTSIDE = {"one-stop officer", "community team", "viewer above", "administrator", "citizen", "anonymous"}
PEOPLE = READERS | OUTSIDE
NOBODY: set[str] = set()
SIGN_IN = "/accounts/login/"
HIDDEN = {404, 405}
ANSWERED = {200, 302, 422}


@dataclass(frozen=True)
class Row:
    """Who may what at one address.

    Attributes:
        args: of the route; `@name` stands for the key of a thing of the world.
        get, post: who is answered.
        acts: by whose post something may change; each of them must change something, or the test proves nothing.
        data: sent along; `@name` as in `args`.
    """

    name: str
    args: dict[str, Any] = field(default_factory=dict)
    get: set[str] = field(default_factory=set)
    post: set[str] = field(default_factory=set)
    acts: set[str] = field(default_factory=set)
    data: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return " ".join([self.name, *map(str, self.args.values())])


def on(thing: str, **more: Any) -> dict[str, Any]:
    return {"key": f"@{thing}", **more}


def step(name: str, thing: str, *who: str, **data: Any) -> Row:
    """A step: everybody of the office is told why it is not theirs, the others find nothing."""
    return Row("step", on(thing, name=name), post=OFFICE, acts=set(who), data=data)


DRAFT = {"kind": "KH", "subject": "Mới", "body": "Chữ", "urgency": "0", "steering": "1", "signer_position": "Giám đốc"}
ROWS = [
    Row("desk", get=READERS),
    Row("incoming", get=READERS),
    Row("outgoing", get=READERS),
    Row("queue", get=READERS),
    Row("register", {"direction": "in"}, get=READERS),
    Row("register", {"direction": "out"}, get=READERS),
    Row("register", {"direction": "aside"}),
    Row("agencies", get=READERS | {"administrator"}),
    Row(
        "new",
        get=READERS,
        post=OFFICE,
        acts=OFFICE,
        data=DRAFT | {"agency": "@agency", "signer_id": "@signer"},
    ),
    Row(
        "paper",
        get=REGISTRARS,
        post={"registrar"},
        acts={"registrar"},
        data=DRAFT | {"agency": "@agency", "issued_on": "2024-01-12", "signer_name": "Lò Văn Mẫu"},
    ),
    Row(
        "secrets",
        get=REGISTRARS,
        post=REGISTRARS,
        acts={"registrar"},
        data={"agency": "@agency", "year": "2023", "count": "3"},
    ),
    Row("folder", get=LEADERS, post=LEADERS, data={"document": "@tick"}),
    Row("check", get=PEOPLE, post=PEOPLE),
    Row("authority_crl", get=PEOPLE),
    Row("authority_pem", get=PEOPLE),
    *(Row("document", on(one), get=OFFICE) for one in ("draft", "issued", "arrived", "registered")),
    Row(
        "edit",
        on("draft"),
        get={"clerk"},
        post={"clerk"},
        acts={"clerk"},
        data=DRAFT | {"signer_id": "@signer"},
    ),
    Row("upload", on("draft"), post={"clerk"}, acts={"clerk"}, data={"file": "@file"}),
    Row("attach", on("draft"), post={"clerk"}, acts={"clerk"}, data={"file": "@file"}),
    Row("preview", on("draft"), get=OFFICE),
    Row("attachment", on("draft", position=1), get=OFFICE),
    Row("version", on("arrived", number=1), get=OFFICE),
    Row("packet", on("arrived"), get=OFFICE),
    Row(
        "send",
        on("issued"),
        get={"registrar"},
        post={"registrar"},
        acts={"registrar"},
        data={"send": "1", "recipients": "@elsewhere"},
    ),
    Row("remark", on("draft"), post=OFFICE, acts=OFFICE, data={"text": "Ý kiến"}),
    Row("take_signed", on("to sign"), post=OFFICE, data={"file": "@file"}),
    step("submit", "draft", "clerk"),
    step("discard", "draft", "clerk"),
    step("approve", "review", "leader"),
    step("return", "review", "leader", reason="Thiếu"),
    step("sign", "to sign"),  # there is no file yet; signing and sealing have tests of their own
    step("number", "to sign"),
    step("seal", "to sign"),
    step("recall", "issued", "registrar", reason="Sai"),
    step("update", "issued", "registrar", subject="Đúng", reason="Sai chữ"),
    step("register", "arrived", "registrar"),
    step("refuse", "arrived", "registrar", reason="Nhầm"),
    step("assign", "registered", "registrar", "leader", to="@signer"),
    step("begin", "registered", "registrar"),
    step("finish", "registered", "registrar", reason="Xong"),
    Row("queue_act", on("waiting"), post={"registrar"}, acts={"registrar"}, data={"stop": "1"}),
    Row("decide", on("asked"), post={"registrar"}, acts={"registrar"}, data={"agree": "1"}),
    Row("release_partner", on("partner"), post={"administrator"}, acts={"administrator"}),
]


@dataclass
class World:
    """Everybody by name, and the things by name whose keys stand in addresses."""

    people: dict[str, User | None] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    mark: str = ""

    def client(self, who: str) -> Client:
        client = Client(raise_request_exception=False)
        client.cookies = SimpleCookie(self.cookies[who])
        return client


@pytest.fixture(scope="module")
def world(pdf_tools, django_db_setup, django_db_blocker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("documents")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(clock, "now", lambda: make.AT)
        patch.setattr(clock, "today", lambda: make.AT.date())
        with override_settings(HOME=folder, FILES_DIR=folder / "files"):
            built = build()
        built.things["home"] = folder
        yield built
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _at_home(world, db, home, settings):
    settings.HOME, settings.FILES_DIR = world.things["home"], world.things["home"] / "files"


def build() -> World:
    """An agency with documents at many points of their way, and everybody around it."""
    organizations.load_reference(at=make.AT)
    ours, there, third = make.office(), make.office(make.HOME), make.office(make.FINANCE)
    world = World()
    _people(world, ours, there)
    world.things |= {"agency": ours.agency, "signer": ours.leader, "elsewhere": there.agency}
    _documents(world, ours, third)
    for name, user in world.people.items():
        client = Client()
        if user is not None:
            client.force_login(user, backend="tinhso.accounts.backends.Backend")
        world.cookies[name] = client.cookies.output(header="", sep=";")
    Partner.objects.update(parked_reason="Sai khóa")
    world.mark = fingerprint()
    return world


def _people(world: World, ours: make.Office, there: make.Office) -> None:
    here = ours.agency.org_unit_id
    province = organizations.resolve("14", make.AT.date()).org_unit_id
    world.people = {
        "clerk": ours.clerk,
        "leader": ours.leader,
        "registrar": ours.registrar,
        "data officer": make.official(Role.DATA_OFFICER, "day", here),
        "one-stop officer": make.official(Role.ONE_STOP_OFFICER, "day", here),
        "community team": make.official(Role.COMMUNITY_TEAM, "day", here),
        "clerk there": there.clerk,
        "leader there": there.leader,
        "registrar there": there.registrar,
        "leader above": make.official(Role.AGENCY_LEAD, "tren", province),
        "registrar above": make.official(Role.REGISTRAR, "tren", province),
        "plan owner above": make.official(Role.PLAN_OWNER, "tren", province),
        "viewer above": make.official(Role.VIEWER, "tren", province),
        "administrator": make.official(Role.ADMINISTRATOR, "tren", province),
        "citizen": citizen(),
        "anonymous": None,
    }


def _documents(world: World, ours: make.Office, third: make.Office) -> None:
    draft = make.draft(ours, subject=f"{CANARY} dự thảo")
    drafting.attach(
        document_id=draft.pk,
        revision=draft.revision,
        content=io.BytesIO(light.pdf()),
        name="phu-luc.pdf",
        size=len(light.pdf()),
        actor=ours.clerk.username,
        acts_as=make.DRAFTER,
        at=make.AT,
    )
    in_review, to_sign = (make.draft(ours, subject=f"{CANARY} {word}") for word in ("chờ duyệt", "chờ ký"))
    Document.objects.filter(pk=in_review.pk).update(state="in_review")
    Document.objects.filter(pk=to_sign.pk).update(state="to_sign")
    arrived, registered, recalled = (_taken(third, ours, f"{CANARY} đến {number}") for number in (1, 2, 3))
    for each in (registered, recalled):
        registering.register(
            document_id=each.pk, revision=each.revision, actor=ours.registrar, acts_as=make.REGISTRAR, at=make.AT
        )
    _recall(Document.objects.get(code=recalled.code, direction=Direction.OUT), third)
    make.exchange()
    world.things |= {
        "draft": draft,
        "review": in_review,
        "to sign": to_sign,
        "arrived": arrived,
        "registered": registered,
        "asked": ReceivedRequest.objects.get(),
        "issued": light.sent(ours, third, subject=f"{CANARY} đi"),
        "partner": light.partner(ChannelKind.FOLDER),
    }
    world.things["waiting"] = Dispatch.objects.get(sender=ours.agency, delivery__document=world.things["issued"])
    for name in ("draft", "review", "to sign", "arrived", "registered", "issued"):
        world.things[name].refresh_from_db()


def _taken(sender: make.Office, recipient: make.Office, subject: str) -> Document:
    document = light.sent(sender, recipient, subject=subject)
    make.exchange()
    return make.copy_of(document, recipient)


def _recall(document: Document, who: make.Office) -> None:
    sending.recall(
        document_id=document.pk,
        revision=document.revision,
        reason="Sai",
        actor=who.registrar.username,
        acts_as=make.REGISTRAR,
        at=make.AT,
    )


# ---- the matrix -----------------------------------------------------------------------------------------------------


def routes() -> Iterator[str]:
    """The names of every route of the module."""
    yield from _routes(get_resolver("tinhso.documents.urls"))


def _routes(resolver: Any) -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield str(entry.name)
        else:
            yield from _routes(entry)


def test_every_route_is_declared():
    assert {row.name for row in ROWS} == set(routes()), "declare who may open these"


def test_everybody_stands_in_the_world(world):
    assert set(world.people) == PEOPLE


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_nobody_finds_what_is_not_theirs(world, row):
    if row.name.startswith("authority"):  # each test has a home of its own, whose authority comes with the first key
        signers.of_organization(name="Cơ quan mẫu", at=clock.now())

    problems = [
        problem for who in sorted(PEOPLE) for method in ("GET", "POST") for problem in _tried(world, row, who, method)
    ]

    assert problems == []


def _tried(world: World, row: Row, who: str, method: str) -> list[str]:
    may = who in (row.get if method == "GET" else row.post)
    with undone():
        answer = _send(world, row, who, method)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        answer.close()
        has_changed = method == "POST" and fingerprint() != world.mark
    found = []
    at_the_door = answer.status_code == 302 and answer["Location"].startswith(SIGN_IN)
    if not may and not (answer.status_code in HIDDEN or (who == "anonymous" and at_the_door)):
        found.append("is answered")
    if may and (answer.status_code not in ANSWERED or at_the_door):
        found.append("is turned away")
    if who not in OFFICE and CANARY.encode() in body:
        found.append("reads what is not theirs")
    if method == "POST" and has_changed != (who in row.acts):
        found.append("has changed something" if has_changed else "changes nothing: the data do not fit")
    return [f"{who} {method}: {answer.status_code} {one}" for one in found]


def _send(world: World, row: Row, who: str, method: str) -> Any:
    url = reverse(f"documents:{row.name}", kwargs={name: _value(world, value) for name, value in row.args.items()})
    client = world.client(who)
    if method == "GET":
        return client.get(url)
    thing = world.things.get(str(row.args.get("key", ""))[1:])
    given = {name: _value(world, value) for name, value in row.data.items()}
    return client.post(url, {"revision": getattr(thing, "revision", 0)} | given)


def _value(world: World, value: Any) -> Any:
    if value == "@file":
        return SimpleUploadedFile("tep.pdf", light.pdf())
    if value == "@tick":
        return f"{world.things['to sign'].pk}:{world.things['to sign'].revision}"
    return world.things[value[1:]].pk if isinstance(value, str) and value.startswith("@") else value


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def fingerprint() -> str:
    """All rows of the module, as one text."""
    found = hashlib.sha256()
    with connection.cursor() as cursor:
        for model in apps.get_app_config("documents").get_models(include_auto_created=True):
            cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY id")
            found.update(repr(cursor.fetchall()).encode())
    return found.hexdigest()
