"""The virus scanner, ClamAV's daemon, asked over its own protocol (INSTREAM). One that is down stops nobody."""

import logging
import socket
from typing import BinaryIO, Literal
from urllib.parse import unquote, urlsplit

from django.conf import settings

from tinhso.core import files
from tinhso.core.models import StoredFile

logger = logging.getLogger(__name__)
State = Literal["unscanned", "pending", "clean", "infected"]
SECONDS = 20.0  # for connecting and for every step after it
CHUNK = 64 * 1024
PORT = 3310
MOST_ANSWER = 4096  # bytes


def scan_again(file: StoredFile) -> State:
    """Scan a stored file, after the scanner was down, was set up or learned of new viruses.

    What to do with an infected one its owner module decides.

    Raises:
        FileNotFoundError: the bytes are not there.
        DamagedFile: they are no longer what was stored.
    """
    with files.open_stored(file.sha256) as content:
        return state_of(content)


def state_of(content: BinaryIO) -> State:
    """What the scanner says of a content.

    Returns:
        "unscanned" when no scanner is set up; "pending" when it is down, slow or answers with an error, so that it is
        to be asked again; otherwise "clean" or "infected".
    """
    if not settings.UPLOAD_SCANNER:
        return "unscanned"
    try:
        answer = _ask(content)
    except OSError as problem:
        logger.warning("the virus scanner does not answer: %s", problem)
        return "pending"
    if answer == "stream: OK":
        return "clean"
    if answer.endswith(" FOUND"):
        logger.warning("the virus scanner has found something: %s", answer)
        return "infected"
    logger.warning("the virus scanner cannot tell: %s", answer)
    return "pending"


def _ask(content: BinaryIO) -> str:
    """Send chunks, each after its length, then a length of nought; the answer ends with a zero byte."""
    content.seek(0)
    with _connected() as link:
        link.sendall(b"zINSTREAM\0")
        while chunk := content.read(CHUNK):
            link.sendall(len(chunk).to_bytes(4, "big") + chunk)
        link.sendall(bytes(4))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < MOST_ANSWER and (more := link.recv(MOST_ANSWER)):
            answer += more
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()


def _connected() -> socket.socket:
    """To `clamd://host:port`, or to the socket `clamd:///path`."""
    place = urlsplit(settings.UPLOAD_SCANNER)
    if place.hostname:
        return socket.create_connection((place.hostname, place.port or PORT), timeout=SECONDS)
    link = socket.socket(socket.AF_UNIX)
    try:
        link.settimeout(SECONDS)
        link.connect(unquote(place.path))
    except OSError:
        link.close()
        raise
    return link
