"""What a result says: proposed from the procedure and the answers, finished by the official."""

import datetime as dt
import hashlib
from dataclasses import asdict, dataclass

from django.utils.translation import override

from tinhso.core import sealed
from tinhso.core.clock import VIETNAM
from tinhso.public_services.dossiers.choices import PartyRole
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.rules import chain
from tinhso.public_services.dossiers.selectors import issuers, standing
from tinhso.public_services.form_engine import presenters as forms


@dataclass(frozen=True, slots=True)
class Wording:
    """The text of a result, without head and signature.

    Attributes:
        lines: (label, value) from the answers; a refusal shows none.
        paragraphs: what the official adds, a paragraph per line.
        conclusion: last paragraph; empty for none.
        titles: authority and title over the signature, one per line.
        reason: why it is refused; empty for an approval.
        basis: legal basis of a refusal.
        correction: why it replaces an earlier one; empty for a first one.
    """

    lines: tuple[tuple[str, str], ...] = ()
    paragraphs: str = ""
    conclusion: str = ""
    titles: tuple[str, ...] = ()
    reason: str = ""
    basis: str = ""
    correction: str = ""

    @property
    def digest(self) -> str:
        """The same for the same text, so that a repeated request is told from another one."""
        return hashlib.sha256(chain.canonical(asdict(self)).encode()).hexdigest()


def proposed(dossier: Dossier, *, on: dt.date) -> Wording:
    """What a result of the dossier says before anybody changes it; in Vietnamese, whatever the reader's language.

    Args:
        on: day on which the agency is named.
    """
    bundle, answers = standing.bundle_of(dossier), standing.answers_of(dossier)
    filed_on = dossier.submitted_at.astimezone(VIETNAM).date()
    with override("vi"):
        lines = tuple(
            (
                line.label,
                forms.answer_text(bundle.read_form.items[line.answer], answers.get(line.answer), answers, filed_on),
            )
            for line in bundle.result.lines
            if answers.get(line.answer) is not None
        )
    return Wording(lines=lines, titles=issuers.issuer(dossier.agency_id, on).titles)


def owner_name(dossier: Dossier) -> str:
    """Whose dossier it is; empty when unknown."""
    owner = dossier.parties.filter(role=PartyRole.OWNER).first()
    return str(sealed.opened_values(owner.sealed).get("full_name", "")) if owner else ""
