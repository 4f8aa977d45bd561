"""What the benchmarks share: homes of their own, CPU seconds and peak memory, the closing JSON line."""

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

Ratios = Mapping[str, float | None]


@contextmanager
def own_home() -> Iterator[Path]:
    """A folder that holds the installation of this benchmark, and settings that point to it alone."""
    for name in [name for name in os.environ if name.startswith("TINHSO_")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="tinhso-bench-") as folder:
        os.environ["TINHSO_HOME"] = f"{folder}/home"
        os.environ["DJANGO_SETTINGS_MODULE"] = "tinhso.config.settings.base"
        yield Path(folder)


def start_django() -> None:
    """Load the apps with the settings that the environment names."""
    import django

    django.setup()


def prepare() -> None:
    """Make the installation ready; Django has started."""
    from tinhso.config.installation import prepare
    from tinhso.core import clock

    prepare(province="son-la", at=clock.now())


def tinhso(*arguments: str) -> tuple[float, float]:
    """CPU seconds and peak megabytes of one `tinhso` command."""
    return process([sys.executable, "-m", "tinhso", *arguments])


def process(command: list[str]) -> tuple[float, float]:
    """CPU seconds and peak megabytes of one process that must succeed."""
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(started.pid, 0)
    assert status == 0, command
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of this process, all threads, during one call."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def cpu_of_all(work: Callable[[], object]) -> float:
    """CPU seconds of this process and of those it starts, whether they have ended or not, during one call."""
    before = _seconds_of_all()
    work()
    return _seconds_of_all() - before


def _seconds_of_all() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    ended = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    ticks = os.sysconf("SC_CLK_TCK")
    return ended + sum(sum(map(int, _stat(pid)[11:13])) / ticks for pid in _descendants())


def peak_of_all() -> float:
    """Most megabytes that this process took, and those it has started, each at its worst."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    others = [Path(f"/proc/{pid}/status").read_text(encoding="utf-8") for pid in _descendants()]
    peaks = [int(line.split()[1]) for text in others for line in text.splitlines() if line.startswith("VmHWM")]
    return (own + sum(peaks)) / 1024


def _descendants() -> list[int]:
    """Processes started by this one, directly or not, that still run."""
    parents = {
        int(entry.name): int(_stat(int(entry.name))[1]) for entry in Path("/proc").iterdir() if entry.name.isdigit()
    }
    found, level = [], [os.getpid()]
    while level:
        level = [pid for pid, parent in parents.items() if parent in level]
        found += level
    return found


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat after the name; of a process that has just ended, as if it had done nothing."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ["Z", *["0"] * 20]


def machine() -> str:
    """Versions and machine, for the head of a table."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "django", "pyarrow"))
    return f"Python {platform.python_version()}, {libraries}; {os.cpu_count()} cores, {platform.machine()}"


def close(benchmark: str, ratios: Ratios) -> None:
    """The last line: one JSON document."""
    print(json.dumps({"benchmark": benchmark, "ratios": ratios}))
