"""An action under way: who does it, to what, and what its event will say."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tinhso.accounts.api import User
from tinhso.public_services.catalog.rules.content import Bundle
from tinhso.public_services.dossiers.choices import Relation
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.rules.machine import Move, Snapshot


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts.

    Attributes:
        name: user name, or `system`.
        relations: to the dossier (`selectors.standing.relations`).
        user: None for the system.
        on_behalf_of: role of the party somebody acts for, such as `owner`; empty for oneself.
    """

    name: str
    relations: frozenset[str]
    user: User | None = None
    on_behalf_of: str = ""


SYSTEM = Actor("system", frozenset({Relation.SYSTEM.value}))


@dataclass
class Change:
    """One action under way; `effects` fill `payload` and `secret` of its event."""

    dossier: Dossier
    bundle: Bundle
    action: str
    actor: Actor
    at: dt.datetime
    request: Mapping[str, Any]
    snapshot: Snapshot
    move: Move
    seq: int
    payload: dict[str, Any] = field(default_factory=dict)
    secret: dict[str, Any] = field(default_factory=dict)
