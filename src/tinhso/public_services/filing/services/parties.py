"""Who is who in a dossier that is about to be filed."""

from django.utils.translation import gettext as _

from tinhso.accounts import api as accounts
from tinhso.accounts.api import User
from tinhso.core.errors import RuleViolation
from tinhso.public_services.assistance.selectors import sessions
from tinhso.public_services.dossiers.choices import Channel, PartyRole
from tinhso.public_services.dossiers.models import Draft
from tinhso.public_services.dossiers.services.filing import PartyText
from tinhso.public_services.filing.choices import Mandate
from tinhso.public_services.filing.rules import keys
from tinhso.public_services.filing.selectors.drafts import Filling


class NobodyHelped(RuleViolation):
    """The session of assistance does not say who is helped, or that the person agreed."""


def parties_for(found: Filling, user: User) -> list[PartyText]:
    """The people of the dossier that a draft becomes, the owner first.

    Args:
        user: who files: the citizen, the official at the counter, or the one who helps.

    Raises:
        NobodyHelped: the draft belongs to a session that names nobody.
    """
    draft, answers = found.draft, found.answers
    if draft.channel != Channel.ONLINE:
        return _at_the_counter(answers)
    if draft.assistance is not None:
        return _assisted(draft)
    return _online(answers, user)


def _online(answers: dict[str, str], user: User) -> list[PartyText]:
    profile = accounts.citizen_of(user)
    if profile is None:
        raise AssertionError("only citizens file online for themselves")
    is_owner = answers.get(keys.FOR) != keys.OTHER
    filer = PartyText(
        role=PartyRole.OWNER if is_owner else PartyRole.APPLICANT,
        full_name=profile.full_name,
        identity_number=profile.identity_number,
        phone=profile.phone,
        email=profile.email,
        address=profile.address,
        mandate="" if is_owner else _mandate(answers),
        user_id=user.pk,
    )
    if is_owner:
        return [filer]
    return [PartyText(PartyRole.OWNER, answers[keys.OWNER_NAME], answers[keys.OWNER_IDENTITY]), filer]


def _at_the_counter(answers: dict[str, str]) -> list[PartyText]:
    owner = PartyText(
        PartyRole.OWNER,
        answers[keys.OWNER_NAME],
        answers.get(keys.OWNER_IDENTITY, ""),
        answers.get(keys.OWNER_PHONE, ""),
        address=answers.get(keys.OWNER_ADDRESS, ""),
    )
    if answers.get(keys.FOR) != keys.OTHER:
        return [owner]
    name, number = answers[keys.APPLICANT_NAME], answers.get(keys.APPLICANT_IDENTITY, "")
    return [owner, PartyText(PartyRole.APPLICANT, name, number, mandate=_mandate(answers))]


def _assisted(draft: Draft) -> list[PartyText]:
    owner, helper = sessions.owner_of(draft), sessions.helped_by(draft)
    if owner is None or helper is None:
        raise NobodyHelped(_("Lượt hỗ trợ chưa có sự đồng ý của người được hỗ trợ; hãy mở lại lượt hỗ trợ."))
    return [owner, helper]


def _mandate(answers: dict[str, str]) -> str:
    """The ground in words, as it was called when it was filed."""
    return str(Mandate(answers[keys.MANDATE]).label)
