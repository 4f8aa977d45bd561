"""A world for tests of who may see what: one citizen with dossiers at many points of their way, and everybody around.

What the citizen wrote is made of words that stand nowhere else (`Words.canaries`), so that they are found wherever they leak.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.http import SimpleCookie
from django.test import Client, override_settings

from tests.public_services import factories as make
from tinhso.accounts.api import Role, User
from tinhso.core import clock
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitRow
from tinhso.public_services.assistance.choices import CameBy, ConsentMethod, HelpKind, Requester
from tinhso.public_services.assistance.models import AssistanceSession
from tinhso.public_services.assistance.rules import Person
from tinhso.public_services.assistance.selectors import sessions
from tinhso.public_services.assistance.services import sessions as helping
from tinhso.public_services.catalog import services as catalog
from tinhso.public_services.catalog.rules import content
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.dossiers.choices import Action, Channel, PartyRole, State
from tinhso.public_services.dossiers.models import Dossier, Draft
from tinhso.public_services.dossiers.services import amendments, claims, drafts, filing, messages, supplying
from tinhso.public_services.dossiers.services.changes import Actor
from tinhso.public_services.dossiers.services.filing import PartyText
from tinhso.public_services.feedback import services as feedback
from tinhso.public_services.feedback.choices import ComplaintKind, Level
from tinhso.public_services.payments import plugins
from tinhso.public_services.payments.services import collecting

IDENTITY, PHONE = "014099111222", "0912345678"


@dataclass(frozen=True)
class Words:
    """What people write in this world.

    Attributes:
        person: as an answer in the form, which takes letters only.
        name: as the identity provider and the papers have it.
        asked_for: by the agency, of the citizen.
        question, note: of one official to another; not for the citizen.
    """

    person: str = "Quàng Thị Chim Yến"
    name: str = "Quàng Thị Chim Yến"
    subject: str = "Quàng Văn Hoàng Oanh"
    address: str = "Bản Kín Đáo, xã Kín, tỉnh Sơn La"
    register_number: str = "Số 77 kín"
    file_name: str = "giay-cua-chim-yen.pdf"
    file_text: str = "chu trong tep kin"
    result_text: str = "chu trong ket qua kin"
    said: str = "Lời nhắn riêng của người nộp"
    answered: str = "Lời đáp riêng của cơ quan"
    complained: str = "Phản ánh riêng về sự chậm trễ"
    commented: str = "Góp ý riêng khi đánh giá"
    asked_for: str = "Hãy ghi rõ bản kín nào"
    question: str = "Câu hỏi riêng gửi cơ quan khác"
    note: str = "Ghi chú riêng trong cơ quan"

    @property
    def canaries(self) -> tuple[str, ...]:
        """All of it: nobody finds it who may not."""
        return (IDENTITY, PHONE, *vars(self).values())

    @property
    def internal(self) -> tuple[str, ...]:
        """What is not for the citizen either."""
        return (self.question, self.note)

    @property
    def answers(self) -> dict[str, Any]:
        """To the questions of the form."""
        return {
            "requester_name": self.person,
            "requester_identity": IDENTITY,
            "requester_phone": PHONE,
            "address": self.address,
            "subject_name": self.subject,
            "register_number": self.register_number,
            "filing__for": "self",
        }


PLAIN = Words()
PAPER = "giay-to-kem"
SANDBOX: dict[str, Any] = {
    "PAYMENT_SANDBOX": True,
    "PAYMENT_BANK": "999999",
    "PAYMENT_BANK_NAME": "Ngân hàng Mẫu",
    "PAYMENT_ACCOUNT": "0000000000",
    "PAYMENT_HOLDER": "TAI KHOAN MAU",
    "PAYMENT_SECRET": "only-for-tests",
    "PAYMENT_GATEWAYS": {
        "cash": "tinhso.public_services.payments.contrib.cash.Cash",
        "sandbox": "tinhso.public_services.payments.contrib.sandbox.Sandbox",
    },
}


@dataclass
class World:
    """Everybody by name, the things by name whose keys stand in addresses, and look-up codes by number.

    `cookies` are those of everybody, signed in; `mark` (how all rows stood) and `sent` (what forms send) are for the
    matrix.
    """

    files_dir: Path
    words: Words = PLAIN
    mark: str = ""
    sent: dict[str, str] = field(default_factory=dict)
    people: dict[str, User | None] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def client(self, name: str, **options: Any) -> Client:
        """A browser of somebody's; what breaks is answered as it is outside of tests."""
        client = Client(raise_request_exception=False, **options)
        client.cookies = SimpleCookie(self.cookies[name])
        return client

    def person(self, name: str) -> User:
        found = self.people[name]
        assert found is not None, name
        return found

    def dossier(self, name: str) -> Dossier:
        return Dossier.objects.get(pk=self.things[name].pk)

    @property
    def numbers(self) -> list[str]:
        """Numbers of the citizen's dossiers: who may not see them does not learn that there are any."""
        return [thing.number for thing in self.things.values() if isinstance(thing, Dossier)]


@contextmanager
def standing(folder: Path, words: Words = PLAIN) -> Iterator[World]:
    """A world on its day, in a transaction that is undone at the end."""
    with (
        pytest.MonkeyPatch.context() as patch,
        override_settings(FILES_DIR=folder, **SANDBOX),
        transaction.atomic(),
    ):
        patch.setattr(clock, "now", lambda: make.AT)
        patch.setattr(clock, "today", lambda: make.DAY)
        patch.setattr("django.test.client.store_rendered_templates", lambda *args, **more: None)  # copies every context
        yield build(folder, words)
        transaction.set_rollback(True)


def build(folder: Path, words: Words = PLAIN) -> World:
    """Everybody, and every kind of thing."""
    organizations.load_reference(at=make.AT)
    make.publish_procedures()
    world = World(folder, words)
    _people(world)
    _dossiers(world)
    _done(world)
    _drafts(world)
    _sessions(world)
    _versions(world)
    _sign_in(world)
    return world


def _sign_in(world: World) -> None:
    for name, user in world.people.items():
        client = Client()
        if user is not None:
            client.force_login(user)
            session = client.session
            session["assurance"] = 2
            session.save()
        world.cookies[name] = client.cookies.output(header="", sep=";")


def elsewhere(number: int) -> UnitRow:
    """Another commune than the agency's: 1, 2, …"""
    return [row for row in organizations.units_on(make.DAY) if row.kind == "commune"][number]


def province() -> UnitRow:
    return next(row for row in organizations.units_on(make.DAY) if row.kind == "province")


def _people(world: World) -> None:
    world.people = {
        "anonymous": None,
        "applicant": make.citizen(IDENTITY, world.words.name),
        "other citizen": make.citizen("014099333444", "Cầm Thị Khác"),
        "household": make.citizen("014099555666", "Quàng Văn Cùng Nhà"),
        "helper": make.official(Role.COMMUNITY_TEAM, name="totinhnguyen"),
        "helper without consent": make.official(Role.COMMUNITY_TEAM, name="tochuadongy"),
        "helper elsewhere": make.official(Role.COMMUNITY_TEAM, elsewhere(1), name="toxakhac"),
        "reception": make.official(Role.ONE_STOP_OFFICER, name="motcua"),
        "reception elsewhere": make.official(Role.ONE_STOP_OFFICER, elsewhere(1), name="motcuakhac"),
        "handler": make.official(Role.CASE_OFFICER, name="thuly"),
        "other handler": make.official(Role.CASE_OFFICER, name="thulykhac"),
        "asked": make.official(Role.CASE_OFFICER, elsewhere(2), name="duochoi"),
        "leader": make.official(Role.AGENCY_LEAD, name="lanhdao"),
        "leader elsewhere": make.official(Role.AGENCY_LEAD, elsewhere(1), name="lanhdaokhac"),
        "plan owner": make.official(Role.PLAN_OWNER, province(), name="chutri"),
        "administrator": make.official(Role.ADMINISTRATOR, province(), name="quantri"),
        "viewer": make.official(Role.VIEWER, province(), name="nguoixem"),
        "data officer": make.official(Role.DATA_OFFICER, name="dulieu"),
    }


def _draft(world: World, user: User, **of: Any) -> Draft:
    draft = make.draft(user, **{**world.words.answers, **of})
    drafts.attach(
        draft_id=draft.pk, paper=PAPER, taken=make.a_file(world.words.file_text, world.words.file_name), at=make.AT
    )
    return drafts.choose_agency(draft_id=draft.pk, unit_id=make.commune().unit_id, at=make.AT)


def _owner(world: World, user: User | None) -> PartyText:
    return PartyText(
        PartyRole.OWNER,
        world.words.name,
        IDENTITY,
        PHONE,
        address=world.words.address,
        user_id=user.pk if user else None,
    )


def _filed(world: World) -> Dossier:
    person = world.person("applicant")
    draft = _draft(world, person)
    filed = filing.submit(
        draft_id=draft.pk,
        agency=make.commune(),
        parties=[_owner(world, person)],
        actor=Actor(person.username, filing.relations_of_filer(Channel.ONLINE), person),
        key=str(draft.key),
        at=make.AT,
    )
    world.codes[filed.dossier.number] = filed.look_up_code
    return filed.dossier


def _paid(world: World, dossier: Dossier) -> Dossier:
    """Accepted, and its fee taken in cash."""
    reception = world.person("reception")
    dossier = make.do(dossier, Action.ACCEPT, reception)
    world.things.setdefault(
        "payment",
        collecting.take_cash(
            dossier_id=dossier.pk,
            actor=make.as_actor(reception, dossier),
            payer=world.words.name,
            amount_vnd=16000,
            key=uuid4().hex,
            at=make.AT,
        ),
    )
    if Dossier.objects.get(pk=dossier.pk).state == "awaiting_payment":
        dossier.charges.update(settled_at=make.AT)
        return make.do(dossier, Action.PAYMENT_SETTLED, None)
    return Dossier.objects.get(pk=dossier.pk)


def _dossiers(world: World) -> None:
    """Dossiers under way: sent, waiting for papers, waiting for money, on an officer's desk, with a consultation."""
    reception, handler = world.person("reception"), world.person("handler")
    world.things["sent"] = _filed(world)
    waiting = make.do(
        _filed(world), Action.REQUEST_SUPPLEMENT, reception, items={"/address": world.words.asked_for}, reason=""
    )
    asked = waiting.supplements.get()
    supplying.save_answers(supplement_id=asked.pk, revision=0, answers={"address": world.words.address}, at=make.AT)
    world.things["waiting"] = waiting
    world.things["supplied"] = make.do(
        make.do(_filed(world), Action.REQUEST_SUPPLEMENT, reception, items={"/address": world.words.asked_for}),
        Action.SUPPLY,
        reception,
        answers={"address": world.words.address},
        giver=world.words.name,
    )
    due = make.do(_filed(world), Action.ACCEPT, reception)
    online = plugins.online()
    assert online is not None
    world.things["due"] = due
    world.things["transfer"] = collecting.begin(dossier_id=due.pk, gateway=online, at=make.AT)
    opened = _paid(world, _filed(world))
    claims.claim(dossier_id=opened.pk, user=handler, at=make.AT, on=make.DAY)
    world.things["open"] = make.do(
        opened, Action.CONSULT, handler, reason=world.words.question, agency=elsewhere(2).unit_id
    )
    messages.write(
        dossier_id=opened.pk,
        author=world.person("applicant").username,
        is_from_agency=False,
        text=world.words.said,
        at=make.AT,
    )
    world.things["deciding"] = _advanced(world, _paid(world, _filed(world)))
    world.things["attachment"] = world.things["open"].attachments.get()
    other = make.official(Role.ADMINISTRATOR, province(), name="quantrihai")
    world.things["amendment"] = amendments.propose(
        dossier=world.things["open"],
        state=State.STOPPED,
        reason="Lý do sửa",
        answers={},
        actor=make.as_actor(other, world.things["open"]),
        at=make.AT,
    )


def _advanced(world: World, dossier: Dossier) -> Dossier:
    return make.do(dossier, Action.ADVANCE, world.person("handler"), checked=make.CHECKED, note=world.words.note)


def _done(world: World) -> None:
    """A dossier that went the whole way, with words of both sides, a result, a rating and a complaint."""
    person, leader = world.person("applicant"), world.person("leader")
    dossier = _filed(world)
    for author, is_agency, text in (
        (person, False, world.words.said),
        (world.person("reception"), True, world.words.answered),
    ):
        messages.write(dossier_id=dossier.pk, author=author.username, is_from_agency=is_agency, text=text, at=make.AT)
    dossier = _advanced(world, _paid(world, dossier))
    result = make.a_result(dossier)
    result.file = make.a_file(world.words.result_text).file
    result.save()
    dossier = make.do(dossier, Action.RESOLVE, leader)
    dossier = make.do(dossier, Action.DELIVER, person)
    result.refresh_from_db()
    complaint = feedback.complain(
        user=person,
        kind=ComplaintKind.REFLECTION,
        agency_id=dossier.agency_id,
        dossier_id=dossier.pk,
        text=world.words.complained,
        key=uuid4().hex,
        at=make.AT,
    )
    feedback.rate(
        dossier_id=dossier.pk, user=person, level=Level.SATISFIED, reasons=[], comment=world.words.commented, at=make.AT
    )
    world.things |= {
        "done": dossier,
        "result": result,
        "complaint": complaint,
        "done attachment": dossier.attachments.get(),
    }


def _drafts(world: World) -> None:
    """A draft of the citizen, one at the counter, and a dossier that was received there."""
    reception = world.person("reception")
    world.things["draft"] = _draft(world, world.person("applicant"))
    world.things["counter draft"] = _draft(world, reception, channel=Channel.COUNTER)
    begun = _draft(world, reception, channel=Channel.COUNTER)
    actor = Actor(reception.username, filing.relations_of_filer(Channel.COUNTER), reception)
    world.things["received"] = filing.receive(
        draft_id=begun.pk,
        agency=make.commune(),
        parties=[_owner(world, None)],
        actor=actor,
        key=str(begun.key),
        at=make.AT,
    ).dossier


def _sessions(world: World) -> None:
    """Sessions of assistance: one with consent and a draft, one in which something was filed, one without consent."""
    filling = _session(world, "helper", world.words.name)
    world.things["session"] = filling
    world.things["helped draft"] = _helped_draft(world, filling)
    filed = _session(world, "helper", world.words.name)
    draft = _helped_draft(world, filed)
    parties = [party for party in (sessions.owner_of(draft), sessions.helped_by(draft)) if party]
    helper = world.person("helper")
    dossier = filing.submit(
        draft_id=draft.pk,
        agency=make.commune(),
        parties=parties,
        actor=Actor(helper.username, filing.relations_of_filer(Channel.ONLINE), helper, "owner"),
        key=str(draft.key),
        at=make.AT,
        is_assisted=True,
    ).dossier
    helping.note_filed(session_id=filed.pk, dossier=dossier, at=make.AT)
    world.things |= {"filed session": AssistanceSession.objects.get(pk=filed.pk), "assisted": dossier}
    world.things["bare session"] = _session(world, "helper without consent", "Người Chưa Đồng Ý", consent=False)
    world.things["request"] = _request(world.words.name, IDENTITY, PHONE)


def _versions(world: World) -> None:
    """The version in force, and a draft of the next one."""
    version = procedures.in_force(make.EXTRACT, make.DAY)
    text = content.written(procedures.bundle(version.pk)).replace("Xin bản sao", "Xin cấp bản sao").encode()
    world.things |= {"version": version, "bundle": text.replace("Xin cấp".encode(), "Đề nghị cấp".encode())}
    world.things["draft version"] = catalog.write_draft(text=text, actor="t", at=make.AT)


def _request(name: str, identity: str, phone: str = "") -> AssistanceSession:
    return helping.request_help(
        key=uuid4(),
        unit_id=make.commune().unit_id,
        person=Person(full_name=name, identity_number=identity, phone=phone),
        requester=Requester.CITIZEN,
        kind=HelpKind.TYPE,
        came_by=CameBy.IN_PERSON,
        actor="t",
        at=make.AT,
    )


def _session(world: World, helper: str, name: str, *, consent: bool = True) -> AssistanceSession:
    asked = _request(name, IDENTITY, PHONE) if consent else _request(name, "014099777888")
    taken = helping.take(session_id=asked.pk, helper=world.person(helper), at=make.AT)
    if not consent:
        return taken
    return helping.record_consent(session_id=taken.pk, method=ConsentMethod.PAPER, evidence="P-12", at=make.AT)


def _helped_draft(world: World, session: AssistanceSession) -> Draft:
    version = procedures.in_force(make.EXTRACT, make.DAY)
    draft = helping.begin_filing(session_id=session.pk, version=version, at=make.AT)
    draft = drafts.save_answers(
        draft_id=draft.pk,
        revision=draft.revision,
        answers=make.ANSWERS | world.words.answers,
        names=[*make.ANSWERS, *world.words.answers],
        at=make.AT,
    )
    return drafts.choose_agency(draft_id=draft.pk, unit_id=make.commune().unit_id, at=make.AT)
