"""Handing in what was filled in: online, in a session of assistance, or at the counter."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.accounts.api import User
from tinhso.core.errors import RuleViolation
from tinhso.organizations.api import UnitRow
from tinhso.public_services.assistance.services import sessions
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.catalog.selectors.procedures import NotOffered
from tinhso.public_services.dossiers.choices import DeliveryWay, PartyRole
from tinhso.public_services.dossiers.services import filing, limits
from tinhso.public_services.dossiers.services.changes import Actor
from tinhso.public_services.dossiers.services.filing import Filed
from tinhso.public_services.filing.rules import keys
from tinhso.public_services.filing.selectors.drafts import Filling
from tinhso.public_services.filing.services.parties import parties_for


class NoAgency(RuleViolation):
    """Nothing says where to file, or that agency no longer offers the procedure."""

    def __init__(self) -> None:
        super().__init__(_("Hãy chọn cơ quan giải quyết; cơ quan đã chọn trước đây có thể không còn nhận thủ tục này."))


@transaction.atomic
def submit(*, found: Filling, user: User, at: dt.datetime) -> Filed:
    """File a draft online (nộp hồ sơ trực tuyến), for oneself or for the person who is helped.

    Raises:
        NoAgency: nowhere to file.
        NobodyHelped, NoConsent: the session of assistance does not allow it.
        Unfinished, KeyReused, Draft.DoesNotExist: as of `dossiers.services.filing.submit`.
        TooOften: somebody files many dossiers within a minute.
    """
    limits.count(what="submit", user_id=user.pk, most=limits.SUBMISSIONS, at=at)
    draft = found.draft
    session_id = draft.assistance
    filed = filing.submit(
        draft_id=draft.pk,
        agency=agency_of(found, at.date()),
        parties=parties_for(found, user),
        actor=Actor(
            user.username,
            filing.relations_of_filer(draft.channel),
            user,
            on_behalf_of=PartyRole.OWNER.value if session_id or found.answers.get(keys.FOR) == keys.OTHER else "",
        ),
        key=str(draft.key),
        at=at,
        delivery=DeliveryWay(found.answers.get(keys.DELIVERY, DeliveryWay.ONLINE)),
        is_assisted=session_id is not None,
    )
    if session_id is not None and not filed.is_replay:
        sessions.note_filed(session_id=session_id, dossier=filed.dossier, at=at)
    return filed


@transaction.atomic
def receive(*, found: Filling, user: User, originals: Sequence[str], at: dt.datetime) -> Filed:
    """Take in at the counter or by post (tiếp nhận tại Bộ phận Một cửa).

    Args:
        originals: codes of papers that were handed over on paper.

    Raises:
        NoAgency: the unit no longer offers the procedure.
        Unfinished, KeyReused, Draft.DoesNotExist: as of `dossiers.services.filing.receive`.
    """
    draft = found.draft
    scanned = {file.paper for file in found.files}
    needed = {paper.code for paper in found.papers if paper.min} | set(originals)
    return filing.receive(
        draft_id=draft.pk,
        agency=agency_of(found, at.date()),
        parties=parties_for(found, user),
        actor=Actor(user.username, filing.relations_of_filer(draft.channel), user),
        key=str(draft.key),
        at=at,
        delivery=DeliveryWay(found.answers.get(keys.DELIVERY, DeliveryWay.COUNTER)),
        originals=sorted(originals),
        is_digitized=bool(needed) and needed <= scanned,
    )


def agency_of(found: Filling, on: dt.date) -> UnitRow:
    """The unit at which a draft will be filed.

    Raises:
        NoAgency: none was chosen, or it does not offer the procedure on the day.
    """
    if found.draft.agency_id is None:
        raise NoAgency
    try:
        return procedures.offered_by(found.bundle.code, found.draft.agency_id, on)
    except NotOffered:
        raise NoAgency from None
