"""The national axis of official documents (trục liên thông văn bản quốc gia, VXP), as its clients speak to it.

Written after what public clients send; `tinhso demo-axis` answers likewise. The real axis is reached only with the keys
that its operator gives.
"""

import datetime as dt
import hashlib
import hmac
import json
import logging
from collections.abc import Iterator
from typing import Any

import requests

from tinhso.documents.plugins import Incoming, NotSent, Outgoing, Way

SECONDS = (5, 60)
MOST_ANSWERED = 80 * 1024 * 1024
SERVICE = "eDoc"
logger = logging.getLogger(__name__)


class Axis:
    """The channel of the national axis. `account` is our system's identifier there, `secret` the key given with it."""

    def send(self, outgoing: Outgoing, way: Way) -> str:
        headers = {
            "from": outgoing.sender,
            "to": outgoing.recipient,
            "messagetype": outgoing.kind,
            "servicetype": SERVICE,
            "hash-file": outgoing.sha256,
            "docId": outgoing.message_id,
            "Content-Type": "application/octet-stream",
        }
        path = "/sendEdoc" if outgoing.kind == "edoc" else "/updateStatus"
        self._ask(way, "POST", path, headers=headers, content=outgoing.content)
        return ""

    def collect(self, way: Way, *, most: int) -> Iterator[Incoming]:
        listed = self._ask(way, "GET", "/getReceivedEdocList", headers={"servicetype": SERVICE})
        entries = listed.get("data") or []
        for entry in [each for each in entries if isinstance(each, dict)][:most]:
            handle, recipient = str(entry.get("docId", "")), str(entry.get("to", ""))
            answer = _answered(way, "GET", "/getEdoc", {"docId": handle} | _signed(way, b""), b"")
            if answer.status_code != 200:  # one that it cannot give keeps the others from nobody
                logger.warning("partner %s does not give packet %s (%s)", way.key, handle, answer.status_code)
                continue
            yield Incoming(handle, str(entry.get("messageId") or handle), recipient, answer.content)

    def acknowledge(self, incoming: Incoming, way: Way, *, receipt: str, refusal: str, at: dt.datetime) -> None:
        body = json.dumps(
            {"docId": incoming.handle, "status": "fail" if refusal else "done", "description": refusal[:500]}
        )
        headers = {"docId": incoming.handle, "messagetype": "status", "servicetype": SERVICE}
        self._ask(way, "POST", "/confirm", headers=headers, content=body.encode())

    def _ask(
        self, way: Way, method: str, path: str, *, headers: dict[str, str], content: bytes = b""
    ) -> dict[str, Any]:
        answer = _answered(way, method, path, headers | _signed(way, content), content)
        try:
            found = answer.json()
        except requests.JSONDecodeError:
            raise NotSent("unintelligible", f"{way.name}: {answer.status_code}") from None
        code = str(found.get("ErrorCode", "")) if isinstance(found, dict) else ""
        if not isinstance(found, dict) or code not in ("", "0") or answer.status_code != 200:
            text = str(found.get("ErrorDesc", "")) if isinstance(found, dict) else ""
            raise NotSent(code or "unintelligible", f"{way.name}: {text[:200]}")
        return found


def _signed(way: Way, content: bytes) -> dict[str, str]:
    """The headers by which the axis knows us: an HMAC over what is sent."""
    digest = hmac.new(way.secret.encode(), content, hashlib.sha256).hexdigest()
    return {"systemId": way.account, "XroadVnpt-sign-header": digest}


def _answered(way: Way, method: str, path: str, headers: dict[str, str], content: bytes) -> requests.Response:
    try:
        return requests.request(method, f"{way.address}{path}", headers=headers, data=content, timeout=SECONDS)
    except (requests.RequestException, OSError) as problem:
        raise NotSent("unreachable", f"{way.name}: {type(problem).__name__}") from None
