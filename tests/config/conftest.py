"""A very small province that the commands themselves made."""

import datetime as dt
import json

import pytest

from tinhso.config.cli.main import main

UNTIL = dt.date(2023, 4, 30)


@pytest.fixture
def small_province(province, tmp_path, home, snapshots, capsys):
    """A very small province of four months, imported and computed by the commands themselves."""

    def make():
        files = tmp_path / "files"
        assert main(["simulate", "--out", str(files), "--scale", "0.003", "--until", UNTIL.isoformat()]) == 0
        assert main(["import-folder", str(files), "--json"]) == 0
        assert main(["compute", "--json"]) == 0

    snapshots.provide("four-months", home, make)
    capsys.readouterr()


def answer(capsys, *arguments, code=0):
    """The JSON document a command prints."""
    assert main([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)
