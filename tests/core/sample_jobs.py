"""Jobs for tests of the worker."""

import time
from pathlib import Path

from django_tasks import task


@task()
def linger(folder: str) -> str:
    """Say that it runs, then wait until it is let go; a second run finds that it may go."""
    Path(folder, "begun").touch()
    while not Path(folder, "go").exists():
        time.sleep(0.02)
    return "done"


@task()
def count(number: int) -> int:
    """Nothing much."""
    return number + 1


@task()
def fail() -> None:
    """Go wrong."""
    raise ValueError("hỏng")
