"""Sessions by helper, unit, person, draft and dossier."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, User
from tinhso.core import mail, sealed
from tinhso.core.clock import VIETNAM
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitKind, UnitRow
from tinhso.public_services.assistance import rules
from tinhso.public_services.assistance.choices import ConsentMethod
from tinhso.public_services.assistance.models import AssistanceSession
from tinhso.public_services.assistance.rules import Person
from tinhso.public_services.dossiers.choices import PartyRole
from tinhso.public_services.dossiers.models import Dossier, Draft
from tinhso.public_services.dossiers.services.filing import PartyText


@dataclass(frozen=True, slots=True)
class Helper:
    """Who filed a dossier for somebody, as its pages say it (“nộp hộ bởi …”).

    Attributes:
        unit: whose team it is, as it was called on the day.
        consent: how the person agreed, in words.
    """

    full_name: str
    unit: str
    consent: str
    consented_at: dt.datetime
    session_key: UUID


def communes(user: User, on: dt.date) -> list[UnitRow]:
    """The communes in which somebody helps people on a day, by name."""
    scope = accounts.scope(user=user, action=Action.ASSIST_PEOPLE, on=on)
    rows = [row for row in organizations.units_on(on) if row.kind == UnitKind.COMMUNE and scope.allows(row.unit_id)]
    return sorted(rows, key=lambda row: row.name)


def all_communes(on: dt.date) -> list[UnitRow]:
    """Every commune of a day, by name."""
    rows = [row for row in organizations.units_on(on) if row.kind == UnitKind.COMMUNE]
    return sorted(rows, key=lambda row: row.name)


def own(user: User) -> QuerySet[AssistanceSession]:
    """Sessions of one helper: those under way first, then the newest first."""
    rows = AssistanceSession.objects.filter(helper=user).select_related("dossier")
    is_over = ExpressionWrapper(Q(ended_at__isnull=False), BooleanField())
    return rows.order_by(is_over, "-requested_at", "-pk")


def waiting(user: User, on: dt.date) -> list[AssistanceSession]:
    """Requests that nobody has taken, in the communes in which somebody helps, the oldest first."""
    scope = accounts.scope(user=user, action=Action.ASSIST_PEOPLE, on=on)
    rows = scope.filter(AssistanceSession.objects.filter(helper__isnull=True, disputed_at__isnull=True), "unit")
    return list(rows.order_by("requested_at", "pk"))


def seen_by(user: User, key: UUID, on: dt.date) -> AssistanceSession | None:
    """A session that somebody may open: an own one, or one that nobody has taken, in the own communes; else None."""
    scope = accounts.scope(user=user, action=Action.ASSIST_PEOPLE, on=on)
    mine = Q(helper=user) | Q(helper__isnull=True)
    rows = scope.filter(AssistanceSession.objects.filter(mine, key=key), "unit")
    return rows.select_related("dossier", "helper").first()


def about(identity_number: str) -> QuerySet[AssistanceSession]:
    """Sessions in which a person was helped, the newest first."""
    rows = AssistanceSession.objects.filter(identity_hash=accounts.identity_hash(identity_number))
    return rows.select_related("helper", "dossier").order_by("-requested_at", "-pk")


def person_of(session: AssistanceSession) -> Person:
    """Who is helped."""
    return Person(**sealed.opened_values(session.sealed))


def account_of(session: AssistanceSession) -> User | None:
    """The person's own account; None without one, or when the identity number is not known."""
    if not session.identity_hash:
        return None
    return User.objects.filter(citizen__identity_hash=session.identity_hash, is_active=True).first()


def code_address(session: AssistanceSession) -> str:
    """The e-mail address to which a code goes: the account's, else what the person gave; empty for none.

    An official's address never counts: the code must reach the person, not the helper.
    """
    account = account_of(session)
    profile = accounts.citizen_of(account) if account else None
    address = (profile.email if profile else "") or person_of(session).email
    is_officials = bool(address) and User.objects.filter(email__iexact=address, citizen__isnull=True).exists()
    return "" if is_officials or not mail.is_set_up() else address


def code_on_page(session: AssistanceSession, at: dt.datetime) -> str:
    """The code that the person finds on the own page and may tell; empty when none is asked for."""
    if session.ended_at is not None or not rules.code_is_alive(session.code_sent_at, at):
        return ""
    return str(sealed.opened_values(session.sealed_code).get("code", ""))


def session_of(draft: Draft) -> AssistanceSession | None:
    """The session in which a draft is filled in; None when somebody fills in for oneself."""
    if draft.assistance is None:
        return None
    return AssistanceSession.objects.select_related("helper").filter(pk=draft.assistance).first()


def is_agreed(draft: Draft, at: dt.datetime) -> bool:
    """Whether a helper may see and fill in a draft at a moment: the person's consent is in force, and the session runs."""
    session = session_of(draft)
    return session is not None and session.ended_at is None and consent_holds(session, at)


def consent_holds(session: AssistanceSession, at: dt.datetime) -> bool:
    """Whether the person helped agrees at a moment."""
    return rules.consent_holds(consented_at=session.consented_at, disputed_at=session.disputed_at, at=at)


def has_lapsed(session: AssistanceSession, at: dt.datetime) -> bool:
    """Whether the person of a session agreed too long ago for what is still to be filled in or filed."""
    is_over = session.ended_at is not None or session.disputed_at is not None or session.dossier_id is not None
    return not is_over and session.consented_at is not None and not consent_holds(session, at)


def helped_by(draft: Draft) -> PartyText | None:
    """The helper as a party (người nộp hộ) of the dossier that comes of a draft; None when nobody helps.

    The mandate says of which commune's team the helper is, how the person agreed, and when.
    """
    session = session_of(draft)
    if session is None or session.helper is None or session.consented_at is None:
        return None
    return PartyText(
        role=PartyRole.ASSISTANT,
        full_name=session.helper.full_name,
        mandate=f"{unit_name(session)}; {_consent(session)} {_day(session.consented_at)}",
        user_id=session.helper_id,
    )


def owner_of(draft: Draft) -> PartyText | None:
    """The person helped as the owner (chủ hồ sơ) of the dossier that comes of a draft; None when nobody helps."""
    session = session_of(draft)
    if session is None:
        return None
    person, account = person_of(session), account_of(session)
    return PartyText(
        role=PartyRole.OWNER,
        full_name=person.full_name,
        identity_number=person.identity_number,
        phone=person.phone,
        email=person.email,
        user_id=account.pk if account else None,
    )


def helper_of(dossier: Dossier) -> Helper | None:
    """Who filed a dossier for its owner; None when nobody did."""
    found = AssistanceSession.objects.select_related("helper").filter(dossier=dossier).first()
    if found is None or found.helper is None or found.consented_at is None:
        return None
    return Helper(found.helper.full_name, unit_name(found), _consent(found), found.consented_at, found.key)


def unit_name(session: AssistanceSession) -> str:
    """The session's commune as it was called on the day of the request."""
    return organizations.named_unit(session.unit_id, session.requested_at.astimezone(VIETNAM).date()).name


def _consent(session: AssistanceSession) -> str:
    return str(ConsentMethod(session.consent_method).label).lower()


def _day(at: dt.datetime) -> str:
    return f"{at.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
