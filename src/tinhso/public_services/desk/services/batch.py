"""The same act on several dossiers, each for itself: what is refused for one stops none of the others."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from tinhso.accounts.api import User
from tinhso.core.errors import RuleViolation
from tinhso.public_services.dossiers.choices import Action
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.dossiers.services import apply as applying
from tinhso.public_services.dossiers.services import claims
from tinhso.public_services.dossiers.services.changes import Actor

CLAIM = "claim"
ACTIONS = (Action.ACCEPT.value, CLAIM, Action.ADVANCE.value)


@dataclass(frozen=True, slots=True)
class Pick:
    """A dossier that was picked, with the revision that the official has seen."""

    key: UUID
    revision: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one dossier; `refusal` says why not, empty when it was done."""

    dossier: Dossier
    refusal: str = ""


def act_on_each(
    *, picks: Iterable[Pick], action: str, user: User, token: str, at: dt.datetime, on: dt.date
) -> list[Outcome]:
    """Do one act to each of some dossiers; those that the official may not see are passed over.

    Args:
        action: of `ACTIONS`.
        token: made when the page was shown; with a dossier's key it is the idempotency key of what is done to it.
        on: the day, since roles begin and end.
    """
    wanted = {pick.key: pick for pick in picks}
    found = {dossier.key: dossier for dossier in Dossier.objects.filter(key__in=wanted)}
    rows = [(found[key], pick) for key, pick in wanted.items() if key in found]
    visible = [(dossier, pick) for dossier, pick in rows if standing.may_see(user, dossier, on=on)]
    return [Outcome(dossier, _refusal(dossier, pick, action, user, token, at, on)) for dossier, pick in visible]


def _refusal(dossier: Dossier, pick: Pick, action: str, user: User, token: str, at: dt.datetime, on: dt.date) -> str:
    """Do it; the sentence that refuses it, empty when it was done."""
    try:
        if action == CLAIM:
            claims.claim(dossier_id=dossier.pk, user=user, at=at, on=on)
        else:
            actor = Actor(user.username, standing.relations(user, dossier, on=on), user)
            key = f"{token}:{dossier.key.hex}"
            applying.apply(dossier_id=dossier.pk, action=action, actor=actor, key=key, at=at, expected=pick.revision)
    except RuleViolation as refusal:
        return str(refusal) or _("Không làm được việc này.")
    return ""
