"""One session, lists of them, and how far help reaches."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from tinhso.core import sealed
from tinhso.core.badges import Badge
from tinhso.core.exports import Column
from tinhso.public_services.assistance import rules
from tinhso.public_services.assistance.choices import CameBy, ConsentMethod, HelpKind, Outcome, Requester
from tinhso.public_services.assistance.models import AssistanceSession
from tinhso.public_services.assistance.selectors import sessions
from tinhso.public_services.assistance.selectors.coverage import Reach

SHAPES = {Outcome.HELPED: "met", Outcome.NOT_HELPED: "not_met", Outcome.REFERRED: "no_occurrence"}


@dataclass(frozen=True)
class SessionLine:
    """A session as its helper or the person helped sees it.

    Attributes:
        identity: only the last digits.
        consent: how the person agreed; empty before.
        has_lapsed: that was too long ago, and the session goes on.
        minutes: None while it is not over.
        alone: whether the person could do it alone next time, in words; empty when nobody said.
    """

    key: UUID
    badge: Badge
    person: str
    business: str
    identity: str
    phone: str
    email: str
    requester: str
    kind: str
    came_by: str
    unit: str
    place: str
    helper: str
    requested_at: dt.datetime
    started_at: dt.datetime | None
    consent: str
    evidence: str
    consented_at: dt.datetime | None
    has_lapsed: bool
    dossier_number: str
    dossier_key: UUID | None
    ended_at: dt.datetime | None
    outcome: str
    reason: str
    minutes: int | None
    alone: str
    disputed_at: dt.datetime | None
    dispute: str


def line(session: AssistanceSession, *, at: dt.datetime) -> SessionLine:
    """One session with everything its helper may know, as it stands at a moment."""
    person = sessions.person_of(session)
    return SessionLine(
        key=session.key,
        badge=badge(session, at=at),
        person=person.full_name,
        business=person.business_name,
        identity=rules.shown_identity(person.identity_number),
        phone=person.phone,
        email=person.email,
        requester=str(Requester(session.requester).label),
        kind=str(HelpKind(session.kind).label),
        came_by=str(CameBy(session.came_by).label),
        unit=sessions.unit_name(session),
        place=session.place,
        helper=session.helper.full_name if session.helper else "",
        requested_at=session.requested_at,
        started_at=session.started_at,
        consent=str(ConsentMethod(session.consent_method).label) if session.consent_method else "",
        evidence=str(sealed.opened_values(session.sealed_consent).get("evidence", "")),
        consented_at=session.consented_at,
        has_lapsed=sessions.has_lapsed(session, at),
        dossier_number=session.dossier.number if session.dossier else "",
        dossier_key=session.dossier.key if session.dossier else None,
        ended_at=session.ended_at,
        outcome=str(Outcome(session.outcome).label) if session.outcome else "",
        reason=str(sealed.opened_values(session.sealed_reason).get("reason", "")),
        minutes=session.minutes,
        alone=_alone(session.could_do_alone),
        disputed_at=session.disputed_at,
        dispute=str(sealed.opened_values(session.sealed_dispute).get("text", "")),
    )


def lines(rows: Iterable[AssistanceSession], *, at: dt.datetime) -> list[SessionLine]:
    return [line(row, at=at) for row in rows]


def badge(session: AssistanceSession, *, at: dt.datetime) -> Badge:
    """Where a session stands at a moment."""
    if session.disputed_at is not None:
        return Badge("off_track", _("Người dân nói không nhờ"))
    if session.outcome:
        outcome = Outcome(session.outcome)
        return Badge(SHAPES[outcome], str(outcome.label))
    if session.started_at is None:
        return Badge("too_early", _("Chờ người nhận"))
    if session.consented_at is None:
        return Badge("running", _("Chờ đồng ý"))
    if sessions.has_lapsed(session, at):
        return Badge("old", _("Đồng ý đã hết hiệu lực"))
    return Badge("on_track", _("Đang hỗ trợ"))


def _alone(value: bool | None) -> str:
    return "" if value is None else _("có") if value else _("chưa")


def columns() -> list[Column[SessionLine]]:
    """The file of a helper's sessions: nothing that tells who was helped."""
    return [
        (_("Mã lượt"), lambda one: str(one.key)),
        (_("Xã, phường"), lambda one: one.unit),
        (_("Yêu cầu lúc"), lambda one: one.requested_at),
        (_("Đối tượng"), lambda one: one.requester),
        (_("Việc"), lambda one: one.kind),
        (_("Tình trạng"), lambda one: one.badge.label),
        (_("Kết thúc lúc"), lambda one: one.ended_at),
        (_("Số phút"), lambda one: one.minutes),
        (_("Lần sau tự làm được"), lambda one: one.alone),
        (_("Mã số hồ sơ"), lambda one: one.dossier_number),
    ]


def coverage_columns() -> list[Column[Reach]]:
    """The file of the coverage."""
    return [
        (_("Xã, phường"), lambda one: one.name),
        (_("Yêu cầu"), lambda one: one.requests),
        (_("Đã hỗ trợ"), lambda one: one.helped),
        (_("Tỷ lệ (%)"), lambda one: _percent(one.share)),
        (_("Chưa xong"), lambda one: one.waiting),
        (_("Số phút, trung vị"), lambda one: one.median_minutes),
        (_("Lần sau tự làm được (%)"), lambda one: _percent(one.alone_share)),
        (_("Người dân nói không nhờ"), lambda one: one.disputed),
    ]


def _percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 1)
