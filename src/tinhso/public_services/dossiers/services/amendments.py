"""Corrections that no row of the machine allows (sửa hồ sơ): one administrator proposes, another one decides."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.core import audit, sealed
from tinhso.core.errors import RuleViolation
from tinhso.public_services.dossiers.choices import Action, State
from tinhso.public_services.dossiers.models import Amendment, Dossier
from tinhso.public_services.dossiers.services import apply as applying
from tinhso.public_services.dossiers.services.changes import Actor
from tinhso.public_services.dossiers.services.refusals import ReasonMissing


class SelfApproval(RuleViolation):
    """Who proposed a correction does not decide on it."""


class AlreadyDecided(RuleViolation):
    """Somebody has decided on the correction."""


@transaction.atomic
def propose(
    *,
    dossier: Dossier,
    state: State,
    reason: str,
    answers: Mapping[str, Any],
    actor: Actor,
    at: dt.datetime,
) -> Amendment:
    """Propose a correction (đề nghị sửa); nothing changes yet.

    Args:
        state: that the dossier is to have afterwards; its present one where only answers are wrong.
        answers: to be replaced, by name.

    Raises:
        ReasonMissing: no reason is given.
    """
    if not reason.strip():
        raise ReasonMissing(_("Hãy ghi rõ lý do phải sửa và căn cứ."))
    row = Amendment.objects.create(
        dossier=dossier,
        proposed_by=actor.name,
        proposed_at=at,
        state=state,
        sealed=sealed.seal_values({"reason": reason.strip(), "answers": dict(answers)}),
    )
    _note("proposed", row, actor, at)
    return row


@transaction.atomic
def decide(*, amendment_id: int, is_accepted: bool, actor: Actor, at: dt.datetime) -> Amendment:
    """Accept or decline a correction; accepted, it is carried out as an event that names both people.

    Raises:
        Amendment.DoesNotExist: no such proposal.
        SelfApproval: the actor has proposed it.
        AlreadyDecided: somebody has decided.
        NotAllowed: the actor is no administrator of the dossier's agency.
    """
    row = Amendment.objects.select_for_update(of=("self",)).get(pk=amendment_id)
    if row.proposed_by == actor.name:
        raise SelfApproval(_("Người đề nghị không được tự duyệt; hãy để quản trị viên khác quyết định."))
    if row.decided_at is not None:
        raise AlreadyDecided(_("Đề nghị này đã được %(who)s quyết định.") % {"who": row.decided_by})
    row.decided_by, row.decided_at, row.is_accepted = actor.name, at, is_accepted
    row.save(update_fields=["decided_by", "decided_at", "is_accepted"])
    if is_accepted:
        values = sealed.opened_values(row.sealed)
        request = {
            "state": row.state,
            "reason": values["reason"],
            "answers": values["answers"],
            "proposed_by": row.proposed_by,
            "amendment": row.pk,
        }
        applying.apply(
            dossier_id=row.dossier_id,
            action=Action.AMEND_RECORD.value,
            actor=actor,
            key=f"amendment:{row.pk}",
            at=at,
            request=request,
        )
    _note("accepted" if is_accepted else "declined", row, actor, at)
    return row


def _note(what: str, row: Amendment, actor: Actor, at: dt.datetime) -> None:
    audit.record(
        actor=actor.name,
        action=f"public_services.amendment_{what}",
        obj=f"dossier:{row.dossier.number}",
        details={"amendment": row.pk, "state": row.state},
        at=at,
    )
