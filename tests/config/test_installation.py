"""The command as an installer meets it: a process of its own, an empty folder."""

import os
import subprocess
import sys

import pytest


@pytest.fixture
def tinhso(tmp_path):
    """Run the command in a home of its own, on SQLite."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TINHSO_", "DJANGO_"))}
    environment = kept | {"TINHSO_HOME": str(tmp_path / "own")}

    def run(*arguments, of=("-m", "tinhso")):
        command = [sys.executable, *of, *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)

    return run


def test_doctor_says_what_a_new_installation_lacks_and_how_to_mend_it(tinhso):
    before = tinhso("doctor")
    assert tinhso("init").returncode == 0
    after = tinhso("doctor")

    assert (before.returncode, after.returncode) == (1, 0)
    assert "tinhso init" in before.stdout
    assert "create_administrator" in after.stdout
    assert before.stderr == after.stderr == ""


def test_init_is_safe_to_repeat(tinhso):
    first, second = tinhso("init"), tinhso("init")

    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout == second.stdout


def test_figures_before_any_data_are_refused_with_one_sentence(tinhso):
    tinhso("init")

    answer = tinhso("plan", "status", "--json")

    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.count("\n") == 1
    assert "tinhso import" in answer.stderr


HEAVY = "('django', 'duckdb', 'numpy', 'pandas', 'pyarrow', 'pyroaring', 'sqlglot')"
ASKED = "main(['cells', '--indicator', 'gov.documents_signed', '--period', '2023-05', '--json'])"
HELP = "try:\n    main(['--help'])\nexcept SystemExit:\n    pass"


@pytest.mark.parametrize(("asked", "expected"), [(HELP, ["django"]), (ASKED, ["django", "duckdb"])])
def test_what_answers_at_once_loads_no_more_than_it_needs(tinhso, asked, expected):
    if asked == ASKED:
        tinhso("init")
    code = f"import sys\nfrom tinhso.config.cli.main import main\n{asked}\nprint(*(m for m in {HEAVY} if m in sys.modules))"

    answer = tinhso(of=("-c", code))

    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines()[-1].split() == expected


@pytest.mark.parametrize("command", ["", "cells", "release diff"])
def test_every_command_explains_itself(tinhso, command):
    answer = tinhso(*command.split(), "--help")

    assert answer.returncode == 0
    assert answer.stdout.startswith("cách dùng: tinhso")
