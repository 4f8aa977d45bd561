"""A citizen opens a result: with that it is delivered."""

import datetime as dt

from tinhso.accounts.api import User
from tinhso.core import audit
from tinhso.public_services.dossiers.choices import Action, DeliveryWay, State
from tinhso.public_services.dossiers.models import Dossier, ResultDocument
from tinhso.public_services.dossiers.services import apply as applying
from tinhso.public_services.dossiers.services.refusals import NotAllowed
from tinhso.public_services.portal.services.acting import as_applicant


def note_opened(*, user: User, result: ResultDocument, at: dt.datetime) -> None:
    """Note that the applicant has opened a result; the first time, an online result is delivered thereby (trả kết quả).

    Args:
        result: of one of the citizen's own dossiers.
    """
    dossier = result.dossier
    if dossier.state == State.RESOLVED and dossier.delivery == DeliveryWay.ONLINE:
        _deliver(user, dossier, f"deliver:{result.key}", at)
    audit.record(
        actor=user.username,
        action="public_services.result_opened",
        obj=f"dossier:{dossier.number}",
        details={"result": result.number},
        at=at,
    )


def _deliver(user: User, dossier: Dossier, key: str, at: dt.datetime) -> None:
    """Once, however often and from however many windows it is opened."""
    try:
        applying.apply(
            dossier_id=dossier.pk,
            action=Action.DELIVER.value,
            actor=as_applicant(user, dossier),
            key=key,
            at=at,
            request={"way": DeliveryWay.ONLINE.value},
        )
    except NotAllowed as refusal:
        if refusal.kind != "state":  # another window, or the desk, was faster
            raise
