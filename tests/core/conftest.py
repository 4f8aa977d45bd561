"""Other processes on the same database, since what happens between processes cannot be tried within one."""

import os
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
BEGINNING = """
import django; django.setup()
from tests.conftest import AT
from django_tasks_db.models import DBTaskResult
from tinhso.core import audit, clock, jobs, outbox, presence
from tests.core import sample_jobs
"""
TOGETHER = """
import contextlib, io, os, sys, textwrap, traceback
from django.db import connections
connections.close_all()
children = []
for program in {programs!r}:
    child = os.fork()
    if child:
        children.append(child)
        continue
    code, said = 0, io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            exec(textwrap.dedent(program))
        os.write(1, said.getvalue().encode())  # in one piece, since all share the pipe
    except BaseException:
        traceback.print_exc()
        code = 1
    os._exit(code)
sys.exit(any([os.waitpid(child, 0)[1] for child in children]))
"""


class Elsewhere:
    """Runs Python in processes of their own, with Django set up and the test's home folder."""

    def __init__(self, home: Path, url: str) -> None:
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tinhso.config.settings.test",
            "TINHSO_HOME": str(home),
            "TINHSO_DATABASE_URL": url,
        }

    def start(self, code: str) -> "subprocess.Popen[str]":
        program = BEGINNING + textwrap.dedent(code)
        return subprocess.Popen(
            [sys.executable, "-c", program], cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True
        )

    def together(self, beginning: str, *programs: str) -> list[str]:
        """The words that all programs print, which run at once: one process sets Django up and becomes as many."""
        process = self.start(f"{textwrap.dedent(beginning)}\n{TOGETHER.format(programs=programs)}")
        said, _errors = process.communicate(timeout=180)
        assert process.returncode == 0, said
        return said.split()

    def run(self, code: str) -> str:
        """What it prints."""
        process = self.start(code)
        said, _errors = process.communicate(timeout=60)
        assert process.returncode == 0
        return said.strip()


@pytest.fixture
def elsewhere(transactional_db, home):
    """Other processes: on PostgreSQL they share the test's database, on SQLite (in memory) they get a copy in a file."""
    if connection.vendor == "postgresql":
        place = connection.settings_dict
        user = f"{place['USER']}:{place['PASSWORD']}" if place["PASSWORD"] else place["USER"]
        url = f"postgresql://{user}@{place['HOST']}:{place['PORT'] or 5432}/{place['NAME']}"
    else:
        connection.ensure_connection()
        with sqlite3.connect(home / "copy.sqlite3") as copy:
            connection.connection.backup(copy)
        copy.close()
        url = f"sqlite:///{home / 'copy.sqlite3'}"
    return Elsewhere(home, url)
