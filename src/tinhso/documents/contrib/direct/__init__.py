"""From one installation to another: HTTPS on which both sides show the certificate by which they are known."""

import base64
import datetime as dt
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import requests
import urllib3
from requests.adapters import HTTPAdapter

from tinhso.core import clock
from tinhso.documents.plugins import Incoming, NotSent, Outgoing, Way
from tinhso.documents.services import identity

SECONDS = (5, 30)  # to be connected, and to be answered
MOST_ANSWERED = 64 * 1024
CODES = {
    401: "unauthorized",
    403: "unauthorized",
    404: "18",
    409: "conflict",
    413: "22",
    422: "22",
    451: "refused_as_secret",
}


class _Pinned(HTTPAdapter):
    """Believes the partner's certificate and no other, under whatever name the server is reached."""

    def init_poolmanager(self, *args: object, **named: object) -> None:
        named["assert_hostname"] = False
        super().init_poolmanager(*args, **named)  # type: ignore[arg-type]


class Direct:
    """The channel between two installations."""

    def __init__(self) -> None:
        self._sessions: dict[tuple[str, str], requests.Session] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="tinhso-partners-")

    def send(self, outgoing: Outgoing, way: Way) -> str:
        url = f"{way.address}/exchange/v1/messages/{outgoing.message_id}"
        headers = {
            "Content-Type": "application/edxml+xml",
            "Content-Digest": f"sha-256=:{_base64(outgoing.sha256)}:",
            "Tinhso-To": outgoing.recipient,
        }
        try:
            with self._session(way).post(
                url, data=outgoing.content, headers=headers, timeout=SECONDS, stream=True
            ) as answer:
                text = answer.raw.read(MOST_ANSWERED, decode_content=True).decode("utf-8", "replace")
                status = answer.status_code
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as problem:
            raise NotSent("unreachable", f"{way.name}: {type(problem).__name__}") from None
        if status in (200, 201):
            return str(text)
        raise NotSent(_code(status, text), f"{way.name}: {status} {_detail(text)}")

    def collect(self, way: Way, *, most: int) -> Iterator[Incoming]:
        """Nothing: partners bring their packets."""
        return iter(())

    def acknowledge(self, incoming: Incoming, way: Way, *, receipt: str, refusal: str, at: dt.datetime) -> None:
        """Nothing: receipts are the answers to what partners bring."""

    def _session(self, way: Way) -> requests.Session:
        """A connection that is kept: shaking hands costs more than a packet."""
        key = (way.address, way.certificate)
        if key not in self._sessions:
            own = identity.own(clock.now())
            path = Path(self._folder.name) / f"{way.key}-{len(self._sessions)}.pem"
            path.write_text(way.certificate, encoding="ascii")
            session = requests.Session()
            session.trust_env = False
            session.cert = str(identity.path())
            session.verify = str(path)
            session.headers["User-Agent"] = f"tinhso/{own.fingerprint[:12]}"
            session.mount("https://", _Pinned())
            self._sessions[key] = session
        return self._sessions[key]


def _code(status: int, text: str) -> str:
    """The code of a refusal: the one that the answer names, else what its status means."""
    found = _member(text, "code")
    return found or CODES.get(status, "unreachable" if status >= 500 else "unintelligible")


def _detail(text: str) -> str:
    return _member(text, "detail")[:200]


def _member(text: str, name: str) -> str:
    try:
        found = json.loads(text).get(name, "")
    except (ValueError, AttributeError):
        return ""
    return found if isinstance(found, str) else ""


def _base64(sha256: str) -> str:
    return base64.b64encode(bytes.fromhex(sha256)).decode("ascii")
