"""kill -9 at any moment of an import or a computation: the state before stays whole, the repeated command finishes."""

import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

HEADER = "Mã hồ sơ;Mã TTHC;Mã cơ quan;Kênh tiếp nhận;Ngày tiếp nhận;Trạng thái"
BEFORE, AFTER = "H1;1.004873;03646;2;02/05/2023 08:00;4", "H1;1.004873;03646;2;02/05/2023 08:00;10"
PROCEDURES = "procedure_code,name,agency_code,online_level,eligible_full,national_portal,valid_from\n"
RUN = "import sys; from tinhso.config.cli.main import main; sys.exit(main(sys.argv[1:]))"
KILL = """
import functools, importlib, os, signal, sys
import django
django.setup()
where, when, call = sys.argv[1], sys.argv[2], int(sys.argv[3])
module, _, name = where.partition(":")
*path, last = name.split(".")
owner = functools.reduce(getattr, path, importlib.import_module(module))
original, calls = getattr(owner, last), iter(range(1, 1000))
def fatal(*arguments, **named):
    is_it = next(calls) == call
    if is_it and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    answer = original(*arguments, **named)
    if is_it:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer
setattr(owner, last, fatal)
from tinhso.config.cli.main import main
sys.exit(main(sys.argv[4:]))
"""
LOOK = """
import django, duckdb, json
django.setup()
from tinhso.datasets import api
connection = duckdb.connect()
api.attach(connection, ["dossiers"])
print(json.dumps(connection.sql("SELECT dossier_code, status FROM dossiers").fetchall()))
"""
IMPORT = "tinhso.datasets.services:_Import."


def process(home, code, *arguments):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TINHSO_", "DJANGO_"))}
    environment = kept | {"TINHSO_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tinhso.config.settings.base"}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def answer(home, *arguments):
    """What a command of `tinhso` prints as JSON."""
    done = process(home, RUN, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def killed(home, where, when, call, *arguments):
    done = process(home, KILL, where, when, str(call), *arguments)
    assert done.returncode == -signal.SIGKILL, done.stderr


def rows(home):
    return json.loads(process(home, LOOK).stdout)


def online(home):
    """Numerator and denominator of the dossiers received online."""
    found = answer(home, "cells", "--indicator", "gov.dossiers_online", "--period", "2023-05", "--unit", "14")
    return found[0]["numerator"], found[0]["denominator"]


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A home with one procedure, one dossier and figures."""
    folder = tmp_path_factory.mktemp("first")
    home = folder / "home"
    (folder / "procedures.csv").write_text(PROCEDURES + "1.004873,Mẫu,SL-STP,full,1,1,2022-01-01\n", encoding="utf-8")
    (folder / "dossiers_1.csv").write_text(f"{HEADER}\n{BEFORE}\n", encoding="utf-8")
    for arguments in (
        ["init"],
        ["import", "procedures", str(folder / "procedures.csv")],
        ["import", "dossiers", str(folder / "dossiers_1.csv")],
        ["compute"],
    ):
        done = process(home, RUN, *arguments)
        assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def own(first, tmp_path):
    """A copy of it of the test's own."""
    return shutil.copytree(first, tmp_path / "own")


@pytest.fixture(scope="module")
def correction(tmp_path_factory):
    """The same dossier, finished meanwhile, and another one."""
    path = tmp_path_factory.mktemp("correction") / "dossiers_2.csv"
    path.write_text(f"{HEADER}\n{AFTER}\nH2;1.004873;03646;1;03/05/2023 08:00;1\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def corrected(first, correction, tmp_path_factory):
    """A home whose figures do not know of the correction yet."""
    made = shutil.copytree(first, tmp_path_factory.mktemp("corrected") / "home")
    answer(made, "import", "dossiers", str(correction))
    return made


@pytest.mark.parametrize(
    ("where", "when"),
    [
        ("_reserve", "after"),
        ("_stage", "after"),
        ("_find_repeats", "after"),
        ("_let_readers_see", "before"),
        ("_let_readers_see", "after"),
    ],
)
def test_a_killed_import_leaves_all_or_nothing_and_is_finished_by_the_next(own, correction, where, when):
    killed(own, IMPORT + where, when, 1, "import", "dossiers", str(correction))
    is_in_force = (where, when) == ("_let_readers_see", "after")
    expected = [["H1", 10], ["H2", 1]]

    assert rows(own) == (expected if is_in_force else [["H1", 4]])
    again = answer(own, "import", "dossiers", str(correction))

    assert rows(own) == expected
    assert (again["read"], again["duplicate"]) == (2, 2 if is_in_force else 0)


@pytest.mark.parametrize(
    ("where", "when", "call", "is_switched"),
    [
        ("tinhso.engine.duck:sync", "before", 1, False),
        ("tinhso.engine.duck:sync", "after", 3, False),
        ("tinhso.indicators.services.computing:_switch", "before", 1, False),
        ("tinhso.indicators.services.computing:_switch", "after", 1, True),
    ],
)
def test_a_killed_computation_leaves_whole_figures_and_is_finished_by_the_next(
    corrected, tmp_path, where, when, call, is_switched
):
    own = shutil.copytree(corrected, tmp_path / "own")

    killed(own, where, when, call, "compute", "--full")

    assert online(own) == ((1, 2) if is_switched else (1, 1))
    assert (answer(own, "compute")["mode"] == "unchanged") is is_switched
    assert online(own) == (1, 2)
