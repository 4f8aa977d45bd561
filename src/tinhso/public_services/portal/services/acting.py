"""A citizen acts on an own dossier."""

import datetime as dt

from tinhso.accounts.api import User
from tinhso.public_services.dossiers.choices import Action, PartyRole, Relation
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.selectors import own
from tinhso.public_services.dossiers.services import apply as applying
from tinhso.public_services.dossiers.services.apply import Applied
from tinhso.public_services.dossiers.services.changes import Actor


def as_applicant(user: User, dossier: Dossier) -> Actor:
    """The citizen as an actor; who is not the owner acts for the owner.

    Args:
        dossier: one of the citizen's own, which the caller has found by `selectors.own`.
    """
    for_whom = "" if own.owns(user, dossier) else PartyRole.OWNER.value
    return Actor(user.username, frozenset({Relation.APPLICANT.value}), user, for_whom)


def withdraw(*, user: User, dossier: Dossier, reason: str, key: str, revision: int, at: dt.datetime) -> Applied:
    """Withdraw a dossier (rút hồ sơ).

    Args:
        reason: in the citizen's words.
        key: made when the page was shown.
        revision: that the citizen has seen.

    Raises:
        NotAllowed: it is settled already.
        StaleDossier: it was changed since.
        KeyReused, ReasonMissing: as of `apply`.
    """
    return applying.apply(
        dossier_id=dossier.pk,
        action=Action.WITHDRAW.value,
        actor=as_applicant(user, dossier),
        key=key,
        at=at,
        request={"reason": reason},
        expected=revision,
    )
