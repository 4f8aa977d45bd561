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

    def run(*arguments):
        command = [sys.executable, "-m", "tinhso", *arguments]
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


@pytest.mark.parametrize("command", ["", "init", "simulate", "import", "import-folder", "quarantine", "compute"])
def test_every_command_explains_itself(tinhso, command):
    answer = tinhso(*command.split(), "--help")

    assert answer.returncode == 0
    assert "usage" in answer.stdout.lower() or "cách dùng" in answer.stdout.lower()
