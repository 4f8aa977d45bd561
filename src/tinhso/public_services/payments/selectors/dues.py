"""What is still to be paid for a dossier, and who pays."""

from dataclasses import dataclass

from tinhso.core import sealed
from tinhso.public_services.dossiers.choices import PartyRole, State
from tinhso.public_services.dossiers.models import Charge, Dossier, Party
from tinhso.public_services.payments.models import Payment


@dataclass(frozen=True, slots=True)
class Due:
    """What a dossier's applicant owes (khoản phải nộp).

    Attributes:
        charges: not settled yet; none while nothing is asked for.
        received_vnd: what came towards them and did not go back.
    """

    charges: tuple[Charge, ...]
    received_vnd: int

    @property
    def total_vnd(self) -> int:
        return sum(charge.amount_vnd for charge in self.charges)

    @property
    def remaining_vnd(self) -> int:
        return max(0, self.total_vnd - self.received_vnd)


def due(dossier: Dossier) -> Due:
    """What is to be paid now; nothing where the dossier does not wait for it."""
    if dossier.state != State.AWAITING_PAYMENT:
        return Due((), 0)
    charges = tuple(dossier.charges.filter(settled_at__isnull=True).order_by("pk"))
    return Due(charges, sum(payment.kept_vnd for payment in towards(charges)))


def towards(charges: tuple[Charge, ...]) -> list[Payment]:
    """Payments that came for some fees."""
    return list(Payment.objects.filter(charges__in=charges, paid_at__isnull=False).distinct().order_by("pk"))


def payer_name(dossier: Dossier) -> str:
    """Who pays unless somebody else is named: who filed, else whose dossier it is; empty when unknown."""
    parties = {party.role: party for party in Party.objects.filter(dossier=dossier)}
    party = parties.get(PartyRole.APPLICANT) or parties.get(PartyRole.OWNER)
    return str(sealed.opened_values(party.sealed).get("full_name", "")) if party else ""
