"""What is still to be paid for a dossier."""

from dataclasses import dataclass

from tinhso.public_services.dossiers.choices import State
from tinhso.public_services.dossiers.models import Charge, Dossier
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.payments.models import Payment

PAYABLE = (State.AWAITING_PAYMENT, State.RESOLVED)  # of what is due on delivery once the result is there


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
    """What is to be paid now; nothing where neither the dossier nor its result waits for it."""
    if dossier.state not in PAYABLE or (dossier.state == State.RESOLVED and standing.is_revoked(dossier)):
        return Due((), 0)
    charges = tuple(dossier.charges.filter(settled_at__isnull=True).order_by("pk"))
    return Due(charges, sum(payment.kept_vnd for payment in towards(charges)))


def towards(charges: tuple[Charge, ...]) -> list[Payment]:
    """Payments that came for some fees."""
    return list(Payment.objects.filter(charges__in=charges, paid_at__isnull=False).distinct().order_by("pk"))
