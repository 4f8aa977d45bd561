"""A folder in which packets are laid down and picked up: the default between systems without a network of their own,
and what stands for the national axis in tests.

Layout: `to/OrganId/MESSAGE.edxml` for what is on its way to an agency; `done/MESSAGE.receipt` and `refused/MESSAGE.txt`
for what became of it. A file appears whole or not at all.
"""

import contextlib
import datetime as dt
import os
import re
from collections.abc import Iterator
from pathlib import Path

from tinhso.core import kept
from tinhso.documents.plugins import Incoming, NotSent, Outgoing, Way

SUFFIX = ".edxml"
SAFE = re.compile(r"[0-9A-Za-z.\-]{1,100}")
MOST = 80 * 1024 * 1024  # bytes of a file that is looked at


class Folder:
    """The channel of files. `address` is the folder; `account` are our agencies' identifiers, parted by commas."""

    def send(self, outgoing: Outgoing, way: Way) -> str:
        if not SAFE.fullmatch(outgoing.recipient) or not SAFE.fullmatch(outgoing.message_id):
            raise NotSent("18", f"{way.name}: {outgoing.recipient}")
        path = Path(way.address) / "to" / outgoing.recipient / f"{outgoing.message_id}{SUFFIX}"
        try:
            kept.write(path, outgoing.content)
            _settle(path)
        except OSError as problem:
            raise NotSent("unreachable", f"{way.name}: {problem.strerror}") from None
        return ""

    def collect(self, way: Way, *, most: int) -> Iterator[Incoming]:
        waiting: list[tuple[Path, str]] = []
        for code in filter(None, (part.strip() for part in way.account.split(","))):
            if SAFE.fullmatch(code):
                waiting += [(path, code) for path in sorted((Path(way.address) / "to" / code).glob(f"*{SUFFIX}"))]
        for path, code in waiting[:most]:
            try:
                if path.stat().st_size > MOST:
                    continue
                content = path.read_bytes()
            except OSError:  # somebody else has picked it up
                continue
            yield Incoming(str(path), path.stem, code, content)

    def acknowledge(self, incoming: Incoming, way: Way, *, receipt: str, refusal: str, at: dt.datetime) -> None:
        place, text = ("refused", refusal) if refusal else ("done", receipt)
        suffix = "txt" if refusal else "receipt"
        name = f"{incoming.message_id}.{incoming.recipient}.{suffix}"
        try:
            kept.write(Path(way.address) / place / name, text.encode())
            Path(incoming.handle).unlink(missing_ok=True)
        except OSError as problem:
            raise NotSent("unreachable", f"{way.name}: {problem.strerror}") from None


def _settle(path: Path) -> None:
    """Have a file survive a loss of power, unless it was picked up meanwhile: what is handed over is not sent again."""
    for each in (path, path.parent):
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(each, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
