"""The port: what the platform asks of anything that takes payments. Adapters stand in `contrib`, named by settings."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


class UnknownGateway(LookupError):
    """No adapter of this name is set up."""


class UnreadableNotice(ValueError):
    """Signed rightly, yet not a notice that we understand."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A payment to be begun.

    Attributes:
        reference: our code of it, which comes back with every notice.
    """

    reference: str
    amount_vnd: int


@dataclass(frozen=True, slots=True)
class PaymentStart:
    """What the payer needs.

    Attributes:
        vietqr_text: text of the code to scan; empty where nothing is scanned.
        expires_at: after which another should be begun; None for never.
    """

    reference: str
    vietqr_text: str
    expires_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Notice:
    """What a provider tells.

    Attributes:
        provider_ref: the provider's number of the transaction.
        kind: of `choices.NoticeKind`.
    """

    reference: str
    provider_ref: str
    amount_vnd: int
    happened_at: dt.datetime
    kind: str


class Gateway(Protocol):
    """A way of paying."""

    @property
    def name(self) -> str:
        """As payments and addresses write it."""
        ...

    def begin(self, wanted: Wanted, *, at: dt.datetime) -> PaymentStart:
        """Begin a payment; nothing is collected yet."""
        ...

    def read_notice(self, raw: bytes, headers: Mapping[str, str], *, at: dt.datetime) -> Notice:
        """Read a notice after checking that the provider has sent it.

        Raises:
            BadSignature: it is not the provider's.
            StaleNotice: signed too long ago.
            UnreadableNotice: signed, but nothing that we understand.
        """
        ...


@lru_cache(maxsize=8)
def _made(path: str) -> Gateway:
    return cast(Gateway, import_string(path)())


def gateway(name: str) -> Gateway:
    """The adapter of a name.

    Raises:
        UnknownGateway: none is set up under it.
    """
    path = settings.PAYMENT_GATEWAYS.get(name)
    if path is None:
        raise UnknownGateway(name)
    return _made(path)


def online() -> Gateway | None:
    """The adapter with which people pay from afar; None where none is set up."""
    name = next((name for name in settings.PAYMENT_GATEWAYS if name != "cash"), None)
    return gateway(name) if name else None
