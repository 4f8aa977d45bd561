"""The port: what the exchange asks of any way by which packets travel. Adapters stand in `contrib`, named by settings."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


class NotSent(Exception):
    """A packet was not taken.

    Args:
        code: of `rules.retry.MEANING`, or one that we do not know.
        text: what the other side said, for people.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


@dataclass(frozen=True, slots=True)
class Way:
    """A partner as a channel needs it.

    Attributes:
        address: URL or folder.
        certificate: PEM by which the other side is known; empty for gateways that have none.
        account: our identifier there; empty where none is given.
        secret: the key that goes with it.
    """

    key: int
    name: str
    address: str
    certificate: str = ""
    account: str = ""
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A packet for one agency.

    Attributes:
        kind: edoc or status.
        sender: identifier of the agency that sends.
        recipient: identifier of the agency it is for.
    """

    message_id: str
    kind: str
    sender: str
    recipient: str
    content: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """A packet that a gateway or a folder had for us.

    Attributes:
        handle: by which it is acknowledged there.
    """

    handle: str
    message_id: str
    recipient: str
    content: bytes


class Channel(Protocol):
    """A way by which packets travel."""

    def send(self, outgoing: Outgoing, way: Way) -> str:
        """Hand a packet over; what was handed over before is harmless.

        Returns:
            The signed receipt of the other side; empty where the way gives none and statuses follow.

        Raises:
            NotSent: it was not taken, or nobody can say whether it was.
        """
        ...

    def collect(self, way: Way, *, most: int) -> Iterator[Incoming]:
        """What waits for us there, oldest first; nothing where the other side brings it by itself.

        Raises:
            NotSent: the other side cannot be asked.
        """
        ...

    def acknowledge(self, incoming: Incoming, way: Way, *, receipt: str, refusal: str, at: dt.datetime) -> None:
        """Say that a collected packet is kept (or refused, and why), after which it need not come again.

        Raises:
            NotSent: the other side cannot be told; the packet comes again, which is harmless.
        """
        ...


@lru_cache(maxsize=8)
def _made(path: str) -> Channel:
    return cast(Channel, import_string(path)())


def channel(kind: str) -> Channel:
    """The adapter of a kind of channel.

    Raises:
        KeyError: the settings name none.
    """
    return _made(settings.EXCHANGE_CHANNELS[kind])
