"""The chain of a dossier's events: each one's digest covers the one before, so that nothing can be changed unseen."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Link:
    """What an event's digest covers."""

    dossier: str
    seq: int
    kind: str
    at: dt.datetime
    actor: str
    on_behalf_of: str
    from_state: str
    to_state: str
    payload: Mapping[str, Any]
    sealed: str


def digest(link: Link, before: str) -> str:
    """SHA-256 of an event and of the digest before it; empty before the first."""
    content = {
        "dossier": link.dossier,
        "seq": link.seq,
        "kind": link.kind,
        "at": link.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "actor": link.actor,
        "on_behalf_of": link.on_behalf_of,
        "from": link.from_state,
        "to": link.to_state,
        "payload": dict(link.payload),
        "sealed": hashlib.sha256(link.sealed.encode()).hexdigest(),
    }
    return hashlib.sha256(f"{before}\n{canonical(content)}".encode()).hexdigest()


def broken(links: Iterable[tuple[Link, str]]) -> int | None:
    """The number of the first event that does not fit its digest; None when all do."""
    before = ""
    for expected, (link, written) in enumerate(links, 1):
        if link.seq != expected or digest(link, before) != written:
            return expected
        before = written
    return None


def canonical(values: Any) -> str:
    """JSON in which the same values are the same letters."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def request_digest(action: str, payload: Any) -> str:
    """What a request asks for; the same key with another digest is another request."""
    return hashlib.sha256(f"{action}\n{canonical(payload)}".encode()).hexdigest()
