"""Taking a dossier onto one's own desk and giving it back (nhận việc, trả lại việc). No event: the state stays."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action as Right
from tinhso.accounts.api import User
from tinhso.core import audit
from tinhso.core.errors import RuleViolation
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.selectors import standing


class ClaimRefused(RuleViolation):
    """Somebody else holds the dossier, or it lies on a desk that the person has no duty at."""


@transaction.atomic
def claim(*, dossier_id: int, user: User, at: dt.datetime, on: dt.date) -> Dossier:
    """Take a dossier onto one's own desk; taking it again is harmless.

    Args:
        on: the day, since roles begin and end.

    Raises:
        Dossier.DoesNotExist: no such dossier.
        ClaimRefused: somebody else holds it, or it lies on another desk.
    """
    dossier = _locked(dossier_id)
    if not is_at_desk_of(user, dossier, on=on):
        raise ClaimRefused(_("Hồ sơ không nằm ở bàn việc của bạn nên không nhận được; hãy tải lại trang."))
    if dossier.claimed_by_id == user.pk:
        return dossier
    if dossier.claimed_by is not None:
        raise ClaimRefused(
            _("%(name)s đã nhận hồ sơ này; hãy chọn hồ sơ khác hoặc trao đổi với người đó.")
            % {"name": dossier.claimed_by.full_name}
        )
    _hold(dossier, user, "public_services.dossier_claimed", user.username, at)
    return dossier


@transaction.atomic
def release(*, dossier_id: int, user: User, at: dt.datetime, on: dt.date) -> Dossier:
    """Give a dossier back to the desk: one's own, or as a leader that of somebody who is away.

    Raises:
        Dossier.DoesNotExist: no such dossier.
        ClaimRefused: somebody else holds it.
    """
    dossier = _locked(dossier_id)
    if dossier.claimed_by_id is None:
        return dossier
    if not may_release(user, dossier, on=on):
        raise ClaimRefused(_("Hồ sơ do người khác giữ; chỉ người đó hoặc lãnh đạo cơ quan trả lại được."))
    _hold(dossier, None, "public_services.dossier_released", user.username, at)
    return dossier


def is_at_desk_of(user: User, dossier: Dossier, *, on: dt.date) -> bool:
    """Whether a dossier lies on a desk that somebody has a duty at; never one's own dossier."""
    right = standing.STEP_RIGHTS.get(dossier.desk)
    if right is None or standing.is_applicant(user, dossier):
        return False
    return accounts.scope(user=user, action=right, on=on).allows(dossier.agency_id)


def may_release(user: User, dossier: Dossier, *, on: dt.date) -> bool:
    """Whether somebody may give a claimed dossier back."""
    if dossier.claimed_by_id == user.pk:
        return True
    leads = accounts.scope(user=user, action=Right.DECIDE_DOSSIERS, on=on).allows(dossier.agency_id)
    return leads and not standing.is_applicant(user, dossier)


def _locked(dossier_id: int) -> Dossier:
    return Dossier.objects.select_for_update(of=("self",), no_key=True).get(pk=dossier_id)


def _hold(dossier: Dossier, user: User | None, action: str, actor: str, at: dt.datetime) -> None:
    dossier.claimed_by = user
    dossier.save(update_fields=["claimed_by"])
    dossier.step_tasks.filter(closed_at__isnull=True).update(claimed_by=user)
    audit.record(actor=actor, action=action, obj=f"dossier:{dossier.number}", details={"step": dossier.step}, at=at)
