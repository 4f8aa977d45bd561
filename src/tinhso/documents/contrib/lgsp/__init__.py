"""A provincial integration platform (LGSP) of the usual shape: multipart in, states as JSON, keys in headers."""

import datetime as dt
import json
import logging
from collections.abc import Iterator
from typing import Any

import requests

from tinhso.documents.plugins import Incoming, NotSent, Outgoing, Way

SECONDS = (5, 60)
logger = logging.getLogger(__name__)


class Lgsp:
    """The channel of a provincial platform. `account` is our system's identifier there, `secret` its key."""

    def send(self, outgoing: Outgoing, way: Way) -> str:
        form = {
            "from": outgoing.sender,
            "to": outgoing.recipient,
            "messageType": outgoing.kind,
            "docId": outgoing.message_id,
            "hash": outgoing.sha256,
        }
        files = {"file": (f"{outgoing.message_id}.edxml", outgoing.content, "application/octet-stream")}
        _ask(way, "POST", "/v1/sendEdoc", data=form, files=files)
        return ""

    def collect(self, way: Way, *, most: int) -> Iterator[Incoming]:
        listed = _ask(way, "GET", "/v1/receivedEdocs", params={"limit": most})
        for entry in [each for each in listed.get("data") or [] if isinstance(each, dict)][:most]:
            handle = str(entry.get("id", ""))
            answer = _answered(way, "GET", f"/v1/edocs/{handle}")
            if answer.status_code != 200:  # one that it cannot give keeps the others from nobody
                logger.warning("partner %s does not give packet %s (%s)", way.key, handle, answer.status_code)
                continue
            yield Incoming(handle, str(entry.get("docId") or handle), str(entry.get("to", "")), answer.content)

    def acknowledge(self, incoming: Incoming, way: Way, *, receipt: str, refusal: str, at: dt.datetime) -> None:
        body = {"docId": incoming.handle, "status": "fail" if refusal else "done", "description": refusal[:500]}
        _ask(way, "POST", "/v1/updateStatus", data=json.dumps(body), headers={"Content-Type": "application/json"})


def _ask(way: Way, method: str, path: str, **sent: Any) -> dict[str, Any]:
    answer = _answered(way, method, path, **sent)
    try:
        found = answer.json()
    except requests.JSONDecodeError:
        raise NotSent("unintelligible", f"{way.name}: {answer.status_code}") from None
    code = str(found.get("code", "")) if isinstance(found, dict) else ""
    if code not in ("", "0") or answer.status_code >= 400 or not isinstance(found, dict):
        text = str(found.get("message", "")) if isinstance(found, dict) else ""
        raise NotSent(code or "unintelligible", f"{way.name}: {text[:200]}")
    return found


def _answered(way: Way, method: str, path: str, **sent: Any) -> requests.Response:
    headers = sent.pop("headers", {}) | {"X-SystemId": way.account, "X-SecretKey": way.secret}
    try:
        return requests.request(method, f"{way.address}{path}", headers=headers, timeout=SECONDS, **sent)
    except (requests.RequestException, OSError) as problem:
        raise NotSent("unreachable", f"{way.name}: {type(problem).__name__}") from None
