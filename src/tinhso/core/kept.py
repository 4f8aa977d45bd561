"""Files that are made once and kept for later readers: they appear whole or not at all, and the oldest go.

Several processes write and clear away side by side, so that any file may be gone when it is looked at.
"""

import os
import tempfile
from pathlib import Path

UNFINISHED = ".tmp"


def write(path: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=UNFINISHED)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(unfinished).replace(path)


def clear_away(folder: Path, pattern: str, most: int) -> None:
    """Delete the older half of the files when there are more than so many; unfinished ones are left to their writers.

    Args:
        pattern: of their names, such as `*.npz`.
        most: that may stay.
    """
    finished = (path for path in folder.glob(pattern) if path.suffix != UNFINISHED)
    found = sorted((when, path) for path in finished if (when := _changed(path)) is not None)
    if len(found) > most:
        for _when, path in found[: len(found) // 2]:
            path.unlink(missing_ok=True)


def _changed(path: Path) -> float | None:
    """When a file was written last; None when somebody else has deleted or renamed it meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return None
