"""Counting money towards fees: the fees are settled, receipts are numbered, and the dossier goes on."""

import datetime as dt

from tinhso.core import counters
from tinhso.core.clock import VIETNAM
from tinhso.public_services.dossiers.choices import Action
from tinhso.public_services.dossiers.models import Charge, Dossier
from tinhso.public_services.dossiers.services import apply as applying
from tinhso.public_services.dossiers.services.changes import SYSTEM
from tinhso.public_services.payments.models import Payment
from tinhso.public_services.payments.selectors import dues


def locked(dossier_id: int) -> Dossier:
    """The dossier, held until the transaction ends: it is taken before its payments everywhere.

    Raises:
        Dossier.DoesNotExist: no such dossier.
    """
    return Dossier.objects.select_for_update(of=("self",), no_key=True).get(pk=dossier_id)


def settle(dossier: Dossier, payment: Payment, *, at: dt.datetime, expected: int | None = None) -> bool:
    """Settle what a dossier owes if enough has come for it, in the caller's transaction, which holds the dossier.

    Args:
        payment: that has just come.
        expected: revision of the dossier that the acting official has seen; None where nobody looked.

    Returns:
        Whether the fees are settled now; False leaves the money for a person to see to.

    Raises:
        StaleDossier: it was changed since.
    """
    due = dues.due(dossier)
    if not due.charges or due.remaining_vnd > 0 or not payment.kept_vnd:
        return False
    _number_receipts(dossier, dues.towards(due.charges), at)
    Charge.objects.filter(pk__in=[charge.pk for charge in due.charges]).update(settled_at=at)
    applying.apply(
        dossier_id=dossier.pk,
        action=Action.PAYMENT_SETTLED.value,
        actor=SYSTEM,
        key=f"payment:{payment.pk}",
        at=at,
        request={"amount_vnd": due.total_vnd, "provider": payment.provider, "reference": payment.reference},
        expected=expected,
    )
    return True


def _number_receipts(dossier: Dossier, payments: list[Payment], at: dt.datetime) -> None:
    """Give every payment that counts its number; a payment of which nothing was kept gets none."""
    for payment in payments:
        if payment.kept_vnd and not payment.receipt_number:
            year = at.astimezone(VIETNAM).year
            place = counters.next_number(f"public_services.receipt:{dossier.agency_code}:{year}")
            payment.receipt_number = f"{place:06d}/BL-{dossier.agency_code}-{year}"
            payment.save(update_fields=["receipt_number"])
