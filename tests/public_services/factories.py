"""Invented people, complete drafts and dossiers at any point of their way."""

import datetime as dt
import io
from typing import Any

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Role, User
from tinhso.core import files, media
from tinhso.core.clock import VIETNAM
from tinhso.core.intake import Taken
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitRow
from tinhso.public_services.catalog import services as catalog
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.dossiers.choices import Action, Channel, PartyRole
from tinhso.public_services.dossiers.models import Dossier, Draft, ResultDocument
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.dossiers.services import apply as applying
from tinhso.public_services.dossiers.services import drafts, filing
from tinhso.public_services.dossiers.services.changes import SYSTEM, Actor
from tinhso.public_services.dossiers.services.filing import PartyText

EXTRACT = "2.000635"
DAY = dt.date(2023, 9, 12)  # a Tuesday
AT = dt.datetime(2023, 9, 12, 9, 0, tzinfo=VIETNAM)
NUMBERS = iter(range(1, 10**6))

ANSWERS: dict[str, Any] = {
    "requester_name": "Lò Thị Mẫu",
    "requester_identity": "014099000001",
    "requester_phone": "0900000001",
    "address": "Bản Mẫu, xã Mẫu, tỉnh Sơn La",
    "on_behalf": False,
    "event": "khai_sinh",
    "subject_name": "Lò Văn Mẫu",
    "subject_born_on": "2015-04-01",
    "copies": 2,
    "truth": True,
}


def later(**of: int) -> dt.datetime:
    return AT + dt.timedelta(**of)


def publish_procedures() -> None:
    """The procedures that come with the platform, in force since 2023."""
    catalog.adopt_reference(valid_from=dt.date(2023, 1, 1), at=AT)


def commune(on: dt.date = DAY) -> UnitRow:
    return next(row for row in organizations.units_on(on) if row.kind == "commune")


def another_commune(on: dt.date = DAY) -> UnitRow:
    return [row for row in organizations.units_on(on) if row.kind == "commune"][1]


def citizen(number: str = "014099000001", name: str = "Lò Thị Mẫu", *, assurance: int = 2) -> User:
    return accounts.make_citizen(
        identity_number=number,
        full_name=name,
        born_on=dt.date(1999, 1, 1),
        phone="0900000001",
        email="",
        address="",
        assurance=assurance,
        at=AT,
    )


def official(role: Role, unit: UnitRow | None = None, name: str = "") -> User:
    """An official of the commune, or of another unit."""
    user = accounts.create_user(
        username=name or f"canbo{next(NUMBERS)}",
        full_name="Cán bộ Mẫu",
        password="rat-dai-va-kho-doan-2023",
        actor="t",
        at=AT,
    )
    unit_id = (unit or commune()).unit_id
    accounts.assign(user=user, role=role, unit_id=unit_id, valid_from=dt.date(2020, 1, 1), actor="t", at=AT)
    return user


def draft(user: User, *, code: str = EXTRACT, channel: Channel = Channel.ONLINE, **answers: Any) -> Draft:
    version = procedures.in_force(code, DAY)
    return drafts.begin(user=user, version=version, channel=channel, answers=ANSWERS | answers, at=AT)


def a_file(text: str = "giấy tờ", name: str = "giay-to.pdf") -> Taken:
    stored = files.store(content=io.BytesIO(b"%PDF-1.7\n" + text.encode()), name=name, media_type=media.PDF, at=AT)
    return Taken(file=stored, media_type=media.PDF, name=name, size=stored.size, scan="clean")


def owner(user: User | None = None, number: str = "014099000001") -> PartyText:
    return PartyText(PartyRole.OWNER, "Lò Thị Mẫu", number, "0900000001", user_id=user.pk if user else None)


def filed(
    user: User | None = None, *, unit: UnitRow | None = None, at: dt.datetime = AT, key: str = "", **answers: Any
) -> Dossier:
    """A dossier filed online by a citizen."""
    person = user or citizen()
    begun = draft(person, **answers)
    return filing.submit(
        draft_id=begun.pk,
        agency=unit or commune(),
        parties=[owner(person)],
        actor=Actor(person.username, filing.relations_of_filer(Channel.ONLINE), person),
        key=key or str(begun.key),
        at=at,
    ).dossier


def do(
    dossier: Dossier, action: Action, user: User | None, *, at: dt.datetime = AT, key: str = "", **request: Any
) -> Dossier:
    """Do something to a dossier as somebody, or as the system; the dossier as it is then."""
    actor = SYSTEM if user is None else as_actor(user, dossier)
    applying.apply(
        dossier_id=dossier.pk,
        action=action.value,
        actor=actor,
        key=key or f"k{next(NUMBERS)}",
        at=at,
        request=request,
    )
    return Dossier.objects.get(pk=dossier.pk)


def as_actor(user: User, dossier: Dossier, *, on: dt.date = DAY) -> Actor:
    fresh = Dossier.objects.get(pk=dossier.pk)
    return Actor(user.username, standing.relations(user, fresh, on=on), user)


def received(user: User, begun: Draft, *, at: dt.datetime = AT) -> Dossier:
    """A draft taken in at the counter by an official, for somebody without an account."""
    return filing.receive(
        draft_id=begun.pk,
        agency=commune(),
        parties=[owner()],
        actor=Actor(user.username, filing.relations_of_filer(Channel.COUNTER), user),
        key=str(begun.key),
        at=at,
    ).dossier


CHECKED = ["Đã tìm thấy việc hộ tịch trong sổ hoặc cơ sở dữ liệu", "Thông tin trên trích lục khớp với sổ"]


def accepted(dossier: Dossier, *, at: dt.datetime = AT) -> Dossier:
    """Accepted, its fees paid: the case officer has it."""
    dossier = do(dossier, Action.ACCEPT, official(Role.ONE_STOP_OFFICER), at=at)
    dossier.charges.update(settled_at=at)
    return do(dossier, Action.PAYMENT_SETTLED, None, at=at)


def asked_again(dossier: Dossier, items: dict[str, str], *, at: dt.datetime = AT, reason: str = "") -> Dossier:
    """Asked for a supplement by reception."""
    officer = official(Role.ONE_STOP_OFFICER)
    return do(dossier, Action.REQUEST_SUPPLEMENT, officer, at=at, items=items, reason=reason)


def a_result(dossier: Dossier, *, number: str = "") -> ResultDocument:
    """A signed result that waits for its decision."""
    return ResultDocument.objects.create(
        dossier=dossier,
        type="trich-luc-ho-tich",
        name="Trích lục hộ tịch (bản sao)",
        number=number or f"{next(NUMBERS)}/TL-BS",
        issued_on=DAY,
        file=a_file(f"kết quả {next(NUMBERS)}").file,
        signed_by="Lãnh đạo Mẫu",
        has_legal_value=False,
        is_signed=True,
    )


def resolved(dossier: Dossier, *, at: dt.datetime = AT) -> Dossier:
    """Approved, with one signed result."""
    dossier = accepted(dossier, at=at)
    dossier = do(dossier, Action.ADVANCE, official(Role.CASE_OFFICER), at=at, checked=CHECKED, note="Nội bộ thôi")
    a_result(dossier)
    return do(dossier, Action.RESOLVE, official(Role.AGENCY_LEAD), at=at)


def open_session(user: User, *, assurance: int = 2) -> str:
    """The key of a session in which somebody is signed in, as a browser holds it in its cookie."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY], store[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store["assurance"] = assurance
    store.create()
    return str(store.session_key)
