"""How a dossier stands: what the machine needs to know, who somebody is to it, and its term."""

import datetime as dt

from django.db.models import Q

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action as Right
from tinhso.accounts.api import User
from tinhso.core import sealed
from tinhso.core.clock import VIETNAM
from tinhso.organizations import api as organizations
from tinhso.organizations.api import Pause, Term, TermUnit
from tinhso.public_services.catalog.rules.content import Bundle
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.dossiers.choices import PartyRole, Relation, State
from tinhso.public_services.dossiers.models import Consultation, Dossier
from tinhso.public_services.dossiers.rules import machine
from tinhso.public_services.dossiers.rules.machine import Snapshot

APPLICANTS = (PartyRole.OWNER, PartyRole.APPLICANT, PartyRole.DELEGATE)
ANSWER_HOURS = Term(8, TermUnit.WORKING_HOUR)  # until an online filing is answered (NĐ 45/2020/NĐ-CP)
STEP_RIGHTS = {
    "one_stop": Right.RECEIVE_DOSSIERS,
    "officer": Right.PROCESS_DOSSIERS,
    "leader": Right.DECIDE_DOSSIERS,
}


def bundle_of(dossier: Dossier) -> Bundle:
    """The version of the procedure that the dossier was filed under."""
    return procedures.bundle(dossier.version_id)


def snapshot(dossier: Dossier, *, at: dt.datetime, lawful_again: bool = False) -> Snapshot:
    """What the machine needs to know of a dossier."""
    bundle = bundle_of(dossier)
    is_last = bool(dossier.step) and bundle.step_after(dossier.step) is None
    results = dossier.results.filter(is_signed=True, superseded_by__isnull=True)
    signed = list(results.values_list("issued_seq", "revoked_at"))
    valid = [issued_seq for issued_seq, revoked_at in signed if revoked_at is None]
    return Snapshot(
        state=dossier.state,
        previous=dossier.previous_state,
        supplements=dossier.supplements.filter(step=dossier.step).count(),
        lawful_again=lawful_again,
        is_extended=dossier.is_extended,
        is_late=_is_too_late_to_extend(dossier, at),
        may_extend=bundle.extension is not None,
        is_paid=not unpaid_vnd(dossier),
        is_last_step=is_last,
        consultations=dossier.consultations.filter(answered_at__isnull=True).count(),
        has_results=bool(valid),
        has_issued=any(valid),
        is_revoked=bool(signed) and not valid,
    )


def is_revoked(dossier: Dossier) -> bool:
    """Whether what came out of a dossier was revoked, and nothing took its place (kết quả đã bị thu hồi)."""
    if dossier.state not in (State.RESOLVED, State.DELIVERED):
        return False
    last = [row for row in dossier.results.all() if row.issued_seq is not None and row.superseded_by_id is None]
    return bool(last) and not any(row.is_in_force for row in last)


def unpaid_vnd(dossier: Dossier) -> int:
    """What was asked for and is not settled yet, in VND; 0 for nothing (phí, lệ phí còn phải nộp)."""
    return sum(charge.amount_vnd for charge in dossier.charges.all() if charge.settled_at is None)


def unpaid_on_delivery_vnd(dossier: Dossier) -> int:
    """What has to be paid before the result is handed over, in VND; 0 when nothing is, or it was revoked."""
    unpaid = unpaid_vnd(dossier) if dossier.state == State.RESOLVED else 0
    return 0 if unpaid and is_revoked(dossier) else unpaid


def _is_too_late_to_extend(dossier: Dossier, at: dt.datetime) -> bool:
    """Whether the last working day before the due day is over (NĐ 61/2018/NĐ-CP, Điều 19 khoản 9)."""
    if dossier.due_at is None:
        return False
    today, last = at.astimezone(VIETNAM).date(), dossier.due_at.astimezone(VIETNAM).date()
    return organizations.working_days_between(today, last, organizations.working_calendar()) < 1


def relations(user: User, dossier: Dossier, *, on: dt.date) -> frozenset[str]:
    """What somebody is to a dossier; empty for a stranger.

    Nobody is an official to an own dossier: who filed it or whose it is does not decide on it.
    """
    found = {Relation.APPLICANT.value} if is_applicant(user, dossier) else set()
    if found:
        return frozenset(found)
    rights = {right for right in Right if accounts.scope(user=user, action=right, on=on).allows(dossier.agency_id)}
    if Right.RECEIVE_DOSSIERS in rights:
        found.add(Relation.RECEPTION.value)
    if Right.DECIDE_DOSSIERS in rights:
        found.add(Relation.LEADER.value)
    if Right.ADMINISTER in rights:
        found.add(Relation.ADMINISTRATOR.value)
    if dossier.step and _holds_step(user, dossier, rights):
        found.add(Relation.HANDLER.value)
    if any(may_answer(user, asked, on=on) for asked in open_consultations(dossier)):
        found.add(Relation.CONSULTED.value)
    return frozenset(found)


def open_consultations(dossier: Dossier) -> list[Consultation]:
    """Opinions that were asked for and not given yet."""
    return list(dossier.consultations.filter(answered_at__isnull=True).order_by("pk"))


def may_answer(user: User, asked: Consultation, *, on: dt.date) -> bool:
    """Whether somebody may give the opinion that an agency was asked for: who handles or decides dossiers there."""
    rights = (Right.PROCESS_DOSSIERS, Right.DECIDE_DOSSIERS)
    return any(accounts.scope(user=user, action=right, on=on).allows(asked.agency_id) for right in rights)


def _holds_step(user: User, dossier: Dossier, rights: set[Right]) -> bool:
    """Whether the present step lies on the person's desk: of the role, and not claimed by somebody else."""
    step = bundle_of(dossier).step(dossier.step)
    return STEP_RIGHTS[step.role] in rights and dossier.claimed_by_id in (None, user.pk)


def is_applicant(user: User, dossier: Dossier) -> bool:
    """Whether a person is owner, applicant or delegate of a dossier: by account, or by identity number where it is known."""
    mine = Q(user=user)
    identity = accounts.identity_hash_of(user)
    if identity:
        mine |= Q(identity_hash=identity)
    return dossier.parties.filter(mine, role__in=APPLICANTS).exists()


def filer_name(dossier: Dossier) -> str:
    """Who comes to the counter unless somebody else is named: who filed, else whose it is; empty when unknown."""
    parties = {party.role: party for party in dossier.parties.all()}
    party = parties.get(PartyRole.APPLICANT) or parties.get(PartyRole.OWNER)
    return str(sealed.opened_values(party.sealed).get("full_name", "")) if party else ""


def may_see(user: User, dossier: Dossier, *, on: dt.date) -> bool:
    """Whether an official's duty covers the dossier's agency, or the agency is asked for an opinion on it now."""
    rights = (*STEP_RIGHTS.values(), Right.OVERSEE_SERVICES)
    if any(accounts.scope(user=user, action=right, on=on).allows(dossier.agency_id) for right in rights):
        return True
    return any(may_answer(user, asked, on=on) for asked in open_consultations(dossier))


def due_of(dossier: Dossier, *, extended: bool | None = None) -> dt.datetime | None:
    """The moment by which the result must be there, by the calendar in force; None while the clock stands.

    Raises:
        OutsideCalendar: the calendar does not reach that far.
    """
    if dossier.accepted_at is None:
        return None
    bundle = bundle_of(dossier)
    is_extended = dossier.is_extended if extended is None else extended
    rows = dossier.pauses.order_by("began_at", "pk") if dossier.pk else ()
    pauses = [Pause(pause.began_at, pause.ended_at) for pause in rows]
    return organizations.due(
        accepted_at=dossier.accepted_at,
        term=bundle.term.term,
        calendar=organizations.working_calendar(),
        pauses=pauses,
        resume=bundle.resume,
        extension=bundle.extension.term if is_extended and bundle.extension else None,
    )


def due_after(at: dt.datetime, term: Term) -> dt.datetime:
    """When a term that begins at a moment is over."""
    found = organizations.due(accepted_at=at, term=term, calendar=organizations.working_calendar())
    if found is None:
        raise AssertionError("a term without pauses has an end")
    return found


def answers_of(dossier: Dossier) -> dict[str, object]:
    """What was answered, opened."""
    found: dict[str, object] = sealed.opened_values(dossier.sealed)
    return found


def national_status(state: str) -> int:
    """The code of the national portal's list for a state."""
    return machine.NATIONAL[State(state).value]
