"""What a dossier must look like after its events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tinhso.public_services.dossiers.rules import machine

DECIDED = {"resolve": "approved", "reject": "rejected"}


@dataclass(frozen=True, slots=True)
class Told:
    """One event.

    Attributes:
        at: ISO moment.
        payload: may name the new due moment as `due`.
    """

    kind: str
    to_state: str
    at: str
    payload: Mapping[str, Any]


@dataclass(slots=True)
class Folded:
    """What follows from events; moments as ISO text, None where there is none."""

    state: str | None = None
    accepted_at: str | None = None
    due_at: str | None = None
    resolved_at: str | None = None
    delivered_at: str | None = None
    outcome: str = ""
    is_extended: bool = False


def fold(events: Iterable[Told]) -> Folded:
    """The dossier that its events make.

    Raises:
        machine.Refused: an event that the machine does not know where it stands.
    """
    told = list(events)
    found = Folded(state=machine.fold((event.kind, event.to_state) for event in told))
    for event in told:
        _take(found, event)
    return found


def _take(found: Folded, event: Told) -> None:
    if "due" in event.payload:
        found.due_at = event.payload["due"]
    match event.kind:
        case "accept" | "receive":
            found.accepted_at = event.at
        case "resolve" | "reject":
            found.resolved_at, found.outcome = event.at, DECIDED[event.kind]
        case "deliver":
            found.delivered_at = event.at
        case "correct_result":
            found.delivered_at = None
        case "extend":
            found.is_extended = True
