"""The way of a session: asked for, taken, agreed to, filled in and filed, ended; and what the person says of it.

Everything is written under the session's row lock and audited without a word about the person.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from tinhso.accounts import api as accounts
from tinhso.accounts.api import User
from tinhso.core import audit, outbox, sealed
from tinhso.public_services.assistance import rules
from tinhso.public_services.assistance.choices import CameBy, ConsentMethod, HelpKind, Outcome, Requester
from tinhso.public_services.assistance.models import AssistanceSession
from tinhso.public_services.assistance.rules import Person
from tinhso.public_services.assistance.selectors import sessions
from tinhso.public_services.assistance.selectors.rows import Row
from tinhso.public_services.assistance.services.refusals import (
    AlreadyAsked,
    AlreadyTaken,
    AnotherDraft,
    CodeExpired,
    CodeWrong,
    IdentityMissing,
    NoConsent,
    NotStarted,
    NowhereToSend,
    PersonStands,
    ReasonMissing,
    SessionOver,
    TooManyCodes,
    WrongMinutes,
)
from tinhso.public_services.catalog.models import ProcedureVersion
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.dossiers.choices import Channel
from tinhso.public_services.dossiers.models import Dossier, Draft
from tinhso.public_services.dossiers.services import drafts

CODE_TOPIC = "public_services.assistance_code"
CHANGED_TOPIC = "public_services.assistance_changed"
TOLD = {"requested", "person_corrected", "ended", "disputed"}  # after which the dataset says something else


@transaction.atomic
def request_help(
    *,
    key: UUID,
    unit_id: int,
    person: Person,
    requester: Requester,
    kind: HelpKind,
    came_by: CameBy,
    actor: str,
    at: dt.datetime,
    place: str = "",
) -> AssistanceSession:
    """Note that somebody asks for help (yêu cầu hỗ trợ); it counts from now on, whether anybody answers or not.

    Args:
        key: made when the page is shown: the same again is the same request.
        unit_id: commune whose team is asked.

    Raises:
        AlreadyAsked: a request on the portal while an earlier one waits.
    """
    before = AssistanceSession.objects.filter(key=key).first()
    if before:
        return before
    identity = accounts.identity_hash(person.identity_number) if person.identity_number else ""
    if came_by == CameBy.ONLINE and _is_waiting(identity):
        raise AlreadyAsked
    session = AssistanceSession.objects.create(
        key=key,
        unit_id=unit_id,
        place=place[:200],
        came_by=came_by,
        requester=requester,
        kind=kind,
        sealed=sealed.seal_values(_values(person)),
        identity_hash=identity,
        requested_at=at,
    )
    _note(session, "requested", actor, at, {"unit": unit_id, "kind": kind, "came_by": came_by})
    return session


def _is_waiting(identity: str) -> bool:
    waiting = AssistanceSession.objects.filter(identity_hash=identity, helper__isnull=True, disputed_at__isnull=True)
    return bool(identity) and waiting.exists()


def _values(person: Person) -> dict[str, str]:
    return {name: getattr(person, name) for name in Person.__slots__}


@transaction.atomic
def take(*, session_id: int, helper: User, at: dt.datetime) -> AssistanceSession:
    """Begin to help (nhận và bắt đầu hỗ trợ); taking an own session again changes nothing.

    Raises:
        AlreadyTaken: somebody else helps.
        SessionOver: the person says not to have asked.
    """
    session = _locked(session_id)
    if session.helper is not None:
        if session.helper_id != helper.pk:
            raise AlreadyTaken(session.helper.full_name)
        return session
    if session.disputed_at is not None:
        raise SessionOver
    session.helper, session.started_at = helper, at
    session.save(update_fields=["helper", "started_at"])
    _note(session, "started", helper.username, at)
    return session


@transaction.atomic
def correct_person(*, session_id: int, person: Person, requester: Requester, at: dt.datetime) -> AssistanceSession:
    """Mend what is written of the person (sửa thông tin), before the person agrees: afterwards it stands.

    Raises:
        NotStarted, SessionOver: as of `_running`.
        PersonStands: the person has agreed already.
    """
    session = _running(session_id)
    if session.consented_at is not None:
        raise PersonStands
    session.requester = requester
    session.revision += 1
    session.sealed = sealed.seal_values(_values(person))
    session.identity_hash = accounts.identity_hash(person.identity_number) if person.identity_number else ""
    session.sealed_code, session.code_sent_at = "", None
    session.save(update_fields=["requester", "revision", "sealed", "identity_hash", "sealed_code", "code_sent_at"])
    _note(session, "person_corrected", _helper(session), at)
    return session


# ---- consent ----------------------------------------------------------------------------------------------------


@transaction.atomic
def send_code(*, session_id: int, at: dt.datetime) -> AssistanceSession:
    """Send the person a new code (gửi mã): by e-mail, and onto the person's own page; an earlier code ends with it.

    Raises:
        NotStarted, SessionOver: as of `_running`.
        NowhereToSend: no way to the person is known.
        TooManyCodes: five were sent.
    """
    session = _running(session_id)
    address = sessions.code_address(session)
    if not address and sessions.account_of(session) is None:
        raise NowhereToSend
    if session.codes_sent >= rules.CODES:
        raise TooManyCodes
    session.sealed_code = sealed.seal_values({"code": rules.new_code()})
    session.code_sent_at, session.code_tries = at, 0
    session.codes_sent += 1
    session.save(update_fields=["sealed_code", "code_sent_at", "code_tries", "codes_sent"])
    _note(session, "code_sent", _helper(session), at, {"number": session.codes_sent, "by_email": bool(address)})
    if address:
        outbox.publish(topic=CODE_TOPIC, payload={"session": session.pk, "number": session.codes_sent}, at=at)
    return session


def confirm_code(*, session_id: int, typed: str, at: dt.datetime) -> AssistanceSession:
    """Take the code that the person has told for the person's consent. A wrong one counts as tried.

    Raises:
        NotStarted, SessionOver: as of `_running`.
        CodeExpired: there is none, it is older than 15 minutes, or was tried five times.
        CodeWrong: another code.
    """
    with transaction.atomic():
        session = _running(session_id)
        if session.code_tries >= rules.TRIES or not rules.code_is_alive(session.code_sent_at, at):
            raise CodeExpired
        if rules.is_same_code(typed, sealed.opened_values(session.sealed_code).get("code", "")):
            return _agreed(session, ConsentMethod.CODE, "", at)
        session.code_tries += 1
        session.save(update_fields=["code_tries"])
        left = rules.TRIES - session.code_tries
    raise CodeWrong(left) if left else CodeExpired  # outside: the try has to stay counted


@transaction.atomic
def record_consent(*, session_id: int, method: ConsentMethod, evidence: str, at: dt.datetime) -> AssistanceSession:
    """Note how the person agreed without a code.

    Args:
        method: paper or voice.
        evidence: number of the signed sheet, or name of the witness.

    Raises:
        NotStarted, SessionOver: as of `_running`.
        NoConsent: nothing shows it.
    """
    session = _running(session_id)
    if method == ConsentMethod.CODE or not evidence.strip():
        raise NoConsent
    return _agreed(session, method, evidence.strip(), at)


def _agreed(session: AssistanceSession, method: ConsentMethod, evidence: str, at: dt.datetime) -> AssistanceSession:
    session.consent_method, session.consented_at = method, at
    session.sealed_consent = sealed.seal_values({"evidence": evidence} if evidence else {})
    session.sealed_code, session.code_sent_at = "", None
    session.save(update_fields=["consent_method", "consented_at", "sealed_consent", "sealed_code", "code_sent_at"])
    _note(session, "agreed", _helper(session), at, {"method": method})
    return session


def require_consent(session: AssistanceSession, *, at: dt.datetime) -> None:
    """Refuse to act for somebody who has not agreed today.

    Raises:
        NoConsent: not agreed, too long ago, or disputed.
    """
    if not sessions.consent_holds(session, at):
        raise NoConsent


# ---- filling in and filing --------------------------------------------------------------------------------------


@transaction.atomic
def begin_filing(*, session_id: int, version: ProcedureVersion, at: dt.datetime) -> Draft:
    """Begin to fill in for the person (kê khai giúp), with what is known of the person; or go on with it.

    Raises:
        NotStarted, SessionOver: as of `_running`.
        NoConsent: as of `require_consent`.
        AnotherDraft: another procedure is being filled in, or something was filed already.
        IdentityMissing: the dossier could not be given to anybody.
    """
    session = _running(session_id)
    require_consent(session, at=at)
    if session.dossier_id is not None or session.helper is None:
        raise AnotherDraft
    if not session.identity_hash:
        raise IdentityMissing
    begun = Draft.objects.filter(assistance=session.pk).first()
    if begun:
        if begun.version_id != version.pk:
            raise AnotherDraft
        return begun
    draft = drafts.begin(
        user=session.helper,
        version=version,
        channel=Channel.ONLINE,
        at=at,
        answers=_known(session, version),
        assistance=session.pk,
    )
    session.draft_key = draft.key
    session.save(update_fields=["draft_key"])
    _note(session, "draft_begun", _helper(session), at, {"procedure": version.procedure.code})
    return draft


def _known(session: AssistanceSession, version: ProcedureVersion) -> dict[str, Any]:
    """Answers that are known beforehand: those that the form takes from the person's own data."""
    person = _values(sessions.person_of(session))
    items = procedures.bundle(version.pk).read_form.items.values()
    return {item.name: person[item.prefill] for item in items if person.get(item.prefill)}


@transaction.atomic
def note_filed(*, session_id: int, dossier: Dossier, at: dt.datetime) -> AssistanceSession:
    """Link a session with the dossier that was filed in it; called in the transaction of the filing.

    Args:
        session_id: `assistance` of the draft, which is gone by now.

    Raises:
        NotStarted, SessionOver: as of `_running`; the filing is undone with it.
        NoConsent: as of `require_consent`; likewise.
        AnotherDraft: something else was filed in the session.
    """
    if AssistanceSession.objects.filter(pk=session_id, dossier=dossier).exists():
        return AssistanceSession.objects.get(pk=session_id)
    session = _running(session_id)
    require_consent(session, at=at)
    if session.dossier_id is not None:
        raise AnotherDraft
    session.dossier, session.draft_key = dossier, None
    session.save(update_fields=["dossier", "draft_key"])
    _note(session, "filed", _helper(session), at, {"dossier": dossier.number})
    return session


# ---- the end ----------------------------------------------------------------------------------------------------


@transaction.atomic
def end(
    *,
    session_id: int,
    outcome: Outcome,
    at: dt.datetime,
    reason: str = "",
    minutes: int | None = None,
    could_do_alone: bool | None = None,
) -> AssistanceSession:
    """End a session (kết thúc lượt hỗ trợ); what was filled in and not filed goes with it. Ending twice is harmless.

    Args:
        reason: for whoever was not helped or was sent elsewhere.
        minutes: that it took, where fewer than from start to now; None for these.
        could_do_alone: whether the person could do it alone next time; None when it is not known.

    Raises:
        NotStarted: nobody has taken the request.
        NoConsent: helped somebody who had not agreed.
        ReasonMissing: no reason given.
        WrongMinutes: more than have passed, or none.
    """
    session = _locked(session_id)
    if session.ended_at is not None:
        return session
    if session.started_at is None:
        raise NotStarted
    if outcome == Outcome.HELPED and session.consented_at is None:
        raise NoConsent
    if outcome != Outcome.HELPED and not reason.strip():
        raise ReasonMissing
    passed = rules.minutes_between(session.started_at, at)
    if minutes is not None and not 1 <= minutes <= passed:
        raise WrongMinutes(passed)
    session.ended_at, session.outcome = at, outcome
    session.minutes, session.could_do_alone = minutes or passed, could_do_alone
    session.sealed_reason = sealed.seal_values({"reason": reason.strip()} if reason.strip() else {})
    session.sealed_code, session.draft_key = "", None
    session.revision += 1
    session.save()
    _drop_draft(session)
    _note(session, "ended", _helper(session), at, {"outcome": outcome, "minutes": session.minutes})
    return session


@transaction.atomic
def dispute(*, session_id: int, actor: str, text: str, at: dt.datetime) -> AssistanceSession:
    """Note that the person says not to have asked for help (tôi không nhờ hỗ trợ).

    From then on nothing is done in the person's name, the session counts neither as a request met nor in the
    coverage, and leaders see that there was one. Said twice, the first stays.
    """
    session = _locked(session_id)
    if session.disputed_at is not None:
        return session
    session.disputed_at = at
    session.sealed_dispute = sealed.seal_values({"text": text.strip()} if text.strip() else {})
    session.sealed_code, session.draft_key = "", None
    session.revision += 1
    session.save(update_fields=["disputed_at", "sealed_dispute", "sealed_code", "draft_key", "revision"])
    _drop_draft(session)
    _note(session, "disputed", actor, at)
    return session


def _drop_draft(session: AssistanceSession) -> None:
    for draft in Draft.objects.filter(assistance=session.pk):
        drafts.discard(draft_id=draft.pk)


@transaction.atomic
def mark_published(*, rows: Iterable[Row]) -> int:
    """Note what the dataset `assistance` holds now; a session that has changed since stays to be published.

    Args:
        rows: of `selectors.rows.unpublished`.

    Returns:
        How many sessions were noted.
    """
    noted = 0
    for row in rows:
        older = AssistanceSession.objects.filter(key=row.request_id, published_revision__lt=row.revision)
        noted += older.update(published_revision=row.revision)
    return noted


def _locked(session_id: int) -> AssistanceSession:
    return AssistanceSession.objects.select_for_update(of=("self",)).select_related("helper").get(pk=session_id)


def _running(session_id: int) -> AssistanceSession:
    """A session in which somebody is being helped.

    Raises:
        NotStarted: nobody has taken it.
        SessionOver: it has ended, or the person says not to have asked.
    """
    session = _locked(session_id)
    if session.ended_at is not None or session.disputed_at is not None:
        raise SessionOver
    if session.helper is None:
        raise NotStarted
    return session


def _helper(session: AssistanceSession) -> str:
    return session.helper.username if session.helper else ""


def _note(
    session: AssistanceSession, what: str, actor: str, at: dt.datetime, details: dict[str, Any] | None = None
) -> None:
    audit.record(
        actor=actor,
        action=f"public_services.assistance_{what}",
        obj=f"assistance:{session.key}",
        details=details or {},
        at=at,
    )
    if what in TOLD:
        outbox.publish(topic=CHANGED_TOPIC, payload={"session": session.pk}, at=at)
