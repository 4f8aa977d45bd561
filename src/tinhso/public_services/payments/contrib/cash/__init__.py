"""Cash at the counter: whoever takes it notes it down; nobody sends notices."""

import datetime as dt
from collections.abc import Mapping

from tinhso.public_services.payments.plugins import Notice, PaymentStart, Wanted
from tinhso.public_services.payments.rules.signatures import BadSignature


class Cash:
    """Cash (tiền mặt)."""

    name = "cash"

    def begin(self, wanted: Wanted, *, at: dt.datetime) -> PaymentStart:
        """Nothing to scan, nothing that runs out."""
        return PaymentStart(wanted.reference, "", None)

    def read_notice(self, raw: bytes, headers: Mapping[str, str], *, at: dt.datetime) -> Notice:
        """Cash has no provider: whatever pretends to come from one is refused."""
        raise BadSignature("cash sends no notices")
