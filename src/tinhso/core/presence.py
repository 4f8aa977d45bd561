"""Which workers live: each holds a lock on a file of its own, and the system lets go of it when the process
ends, however it ends. Unlike a process number, which another process may get, a lock cannot be mistaken."""

import fcntl
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


@contextmanager
def announced() -> Iterator[str]:
    """Be known as a living worker until the end of the block, under a name that is never given again."""
    name = f"{socket.gethostname()[:40]}-{secrets.token_hex(8)}"
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    with unfinished.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        unfinished.rename(path)  # it appears only when it is held
        try:
            yield name
        finally:
            path.unlink(missing_ok=True)


def the_dead() -> list[str]:
    """Workers of this home folder that ended without saying so."""
    return [path.stem for path in _path("*").parent.glob("*.lock") if not _is_held(path)]


def is_here(name: str) -> bool:
    """Whether a worker of this home folder has this name, living or dead."""
    return _path(name).exists()


def bury(name: str) -> None:
    """Forget a dead worker whose jobs have been seen to."""
    _path(name).unlink(missing_ok=True)


def _is_held(path: Path) -> bool:
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:  # it has just left in order
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _path(name: str) -> Path:
    return Path(settings.HOME) / "workers" / f"{name}.lock"
