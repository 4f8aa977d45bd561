"""Sessions of help for the demonstration province, invented like its dossiers, at every stage of their way."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tinhso.accounts import api as accounts
from tinhso.accounts.api import User
from tinhso.public_services.assistance.choices import CameBy, ConsentMethod, HelpKind, Outcome, Requester
from tinhso.public_services.assistance.models import AssistanceSession
from tinhso.public_services.assistance.rules import Person
from tinhso.public_services.assistance.services import sessions
from tinhso.public_services.catalog.models import ProcedureVersion
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.services import drafts
from tinhso.public_services.filing.selectors import drafts as fillings
from tinhso.public_services.filing.services import submitting

HELPER = "tocnscd.xa"
SHOP = Person(full_name="Cầm Văn Mẫu", phone="0900000005", business_name="Hộ kinh doanh Cầm Văn Mẫu")
PLACE = "Nhà văn hóa tổ 2 (mẫu)"
SHEET, WITNESS = "Phiếu 07/2026 (mẫu)", "Trưởng bản Lò Văn Mẫu (mẫu)"


@dataclass(frozen=True, slots=True)
class Help:
    """One session.

    Attributes:
        citizen: which of the demonstration's citizens asks; None for a shop without an account.
        back: how many working days ago help was asked for.
        begins: minutes later that somebody took it; None while nobody has.
        minutes: that it took; None while it goes on.
        outcome: how it ended; None while it goes on.
        alone: whether the person could do it alone next time; None when it is not known.
        disputed: what the person says who has not asked for it; empty where nobody says so.
    """

    citizen: int | None
    back: int
    kind: HelpKind
    came_by: CameBy
    begins: int | None = 5
    minutes: int | None = None
    outcome: Outcome | None = None
    reason: str = ""
    alone: bool | None = None
    disputed: str = ""


HELPS = (
    Help(0, 15, HelpKind.GUIDE, CameBy.IN_PERSON, 2, 25, Outcome.HELPED, alone=True),
    Help(1, 11, HelpKind.PAY, CameBy.PHONE, 90, 12, Outcome.HELPED, alone=True),
    Help(None, 9, HelpKind.GUIDE, CameBy.IN_PERSON, 5, 35, Outcome.HELPED, alone=False),
    Help(
        2, 7, HelpKind.COLLECT, CameBy.PHONE, 60, 8, Outcome.NOT_HELPED, "Mất sóng điện thoại, hẹn gọi lại sau (mẫu)."
    ),
    Help(
        3, 6, HelpKind.ACCOUNT, CameBy.IN_PERSON, 3, 15, Outcome.REFERRED, "Nâng mức định danh ở công an phường (mẫu)."
    ),
    Help(2, 4, HelpKind.TYPE, CameBy.IN_PERSON, 5, 20, Outcome.HELPED, disputed="Tôi không nhờ ai làm việc này (mẫu)."),
    Help(0, 0, HelpKind.TYPE, CameBy.IN_PERSON, 4),
    Help(1, 1, HelpKind.TYPE, CameBy.ONLINE, None),
    Help(None, 0, HelpKind.ACCOUNT, CameBy.PHONE, None),
)


def give_sample_help(
    *, citizens: Sequence[User], unit_id: int, opening: Callable[[int], dt.datetime]
) -> list[AssistanceSession]:
    """Give the sample sessions (lượt hỗ trợ mẫu).

    Args:
        citizens: the demonstration's.
        unit_id: its commune.
        opening: when the working day so many days ago opened, or for 0 a while ago.

    Raises:
        User.DoesNotExist: the demonstration's team is not there.
    """
    helper = User.objects.get(username=HELPER)
    return [_give(one, citizens, unit_id, helper, opening(one.back)) for one in HELPS]


def _give(one: Help, citizens: Sequence[User], unit_id: int, helper: User, asked_at: dt.datetime) -> AssistanceSession:
    person = SHOP if one.citizen is None else _person(citizens[one.citizen])
    session = _asked(person, one.kind, one.came_by, unit_id, asked_at)
    if one.begins is None:
        return session
    begun_at = asked_at + dt.timedelta(minutes=one.begins)
    session = sessions.take(session_id=session.pk, helper=helper, at=begun_at)
    if one.outcome is None or one.minutes is None:
        return session
    if one.outcome == Outcome.HELPED:
        _agreed(session, begun_at)
    over_at = begun_at + dt.timedelta(minutes=one.minutes)
    session = sessions.end(
        session_id=session.pk, outcome=one.outcome, reason=one.reason, could_do_alone=one.alone, at=over_at
    )
    if one.disputed and one.citizen is not None:
        actor = citizens[one.citizen].username
        return sessions.dispute(session_id=session.pk, actor=actor, text=one.disputed, at=over_at)
    return session


def file_for(
    *, citizen: User, unit_id: int, version: ProcedureVersion, answers: Mapping[str, Any], at: dt.datetime
) -> Dossier:
    """File a dossier for somebody in a session that begins at a moment and ends half an hour later (nộp hộ).

    Raises:
        User.DoesNotExist: the demonstration's team is not there.
    """
    helper = User.objects.get(username=HELPER)
    asked = _asked(_person(citizen), HelpKind.TYPE, CameBy.IN_PERSON, unit_id, at)
    session = sessions.take(session_id=asked.pk, helper=helper, at=at)
    _agreed(session, at)
    draft = sessions.begin_filing(session_id=session.pk, version=version, at=at)
    drafts.save_answers(draft_id=draft.pk, revision=draft.revision, answers=dict(answers), names=list(answers), at=at)
    drafts.choose_agency(draft_id=draft.pk, unit_id=unit_id, at=at)
    found = fillings.filling(helper, draft.key)
    dossier = submitting.submit(found=found, user=helper, at=at).dossier
    over_at = at + dt.timedelta(minutes=30)
    sessions.end(session_id=session.pk, outcome=Outcome.HELPED, could_do_alone=False, at=over_at)
    return dossier


def _asked(person: Person, kind: HelpKind, came_by: CameBy, unit_id: int, at: dt.datetime) -> AssistanceSession:
    return sessions.request_help(
        key=uuid4(),
        unit_id=unit_id,
        person=person,
        requester=Requester.BUSINESS if person.business_name else Requester.CITIZEN,
        kind=kind,
        came_by=came_by,
        place=PLACE if came_by == CameBy.IN_PERSON else "",
        actor="system",
        at=at,
    )


def _agreed(session: AssistanceSession, at: dt.datetime) -> None:
    """By a signed sheet; where only something was explained, by word of mouth."""
    is_on_paper = session.kind == HelpKind.TYPE
    method = ConsentMethod.PAPER if is_on_paper else ConsentMethod.VOICE
    evidence = SHEET if is_on_paper else WITNESS
    sessions.record_consent(session_id=session.pk, method=method, evidence=evidence, at=at)


def _person(citizen: User) -> Person:
    """Who a citizen is.

    Raises:
        LookupError: the account is no citizen's.
    """
    known = accounts.citizen_of(citizen)
    if known is None:
        raise LookupError(citizen.username)
    return Person(full_name=known.full_name, identity_number=known.identity_number, phone=known.phone)
