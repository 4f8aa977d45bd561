"""Files that several processes write and clear away side by side."""

import os
import threading

import pytest

from tinhso.core import kept


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "kept"


def test_a_file_appears_whole_and_leaves_nothing_unfinished(folder):
    kept.write(folder / "a" / "one.svg", b"ab")

    assert (folder / "a" / "one.svg").read_bytes() == b"ab"
    assert [path.name for path in (folder / "a").iterdir()] == ["one.svg"]


def test_the_older_half_goes_when_there_are_too_many(folder):
    for number in range(6):
        kept.write(folder / f"{number}.npz", b"x")
        os.utime(folder / f"{number}.npz", (number, number))
    kept.write(folder / "other.json", b"x")

    kept.clear_away(folder, "*.npz", 6)
    assert len(list(folder.glob("*.npz"))) == 6
    kept.clear_away(folder, "*.npz", 5)

    assert sorted(path.name for path in folder.iterdir()) == ["3.npz", "4.npz", "5.npz", "other.json"]


def test_files_that_vanish_meanwhile_disturb_nobody(folder):
    faults = []

    def work(name):
        try:
            for number in range(60):
                kept.write(folder / f"{name}-{number}.svg", b"x" * 100)
                kept.clear_away(folder, "*", 5)
        except OSError as fault:
            faults.append(fault)

    workers = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert faults == []
