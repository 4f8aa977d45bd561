"""The exported trail, checked outside the platform by a program of the standard library."""

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.core.audit_forgeries import Authority, as_superuser, chain, rewrite
from tinhso.core import audit, audit_checker
from tinhso.core.models import AuditAnchor, AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "export.jsonl"


@pytest.fixture
def exported(authority, file):
    """Ten seals, anchors at the fourth and the eighth."""
    chain(4, 4, 2, stamp=authority.stamp)
    audit.export(file)
    return file


def run(file, *options):
    """Exit code and words of the checker, run by itself: no environment, no site packages, in another folder."""
    alone = shutil.copy(audit_checker.__file__, file.parent / "checker.py")
    command = [sys.executable, "-I", "-S", alone, str(file), *options]
    done = subprocess.run(command, capture_output=True, text=True, env={}, cwd=file.parent, check=False)
    return done.returncode, done.stdout.strip() + done.stderr.strip()


def change(file, tamper):
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    anchors, seals = lines[:2], lines[2:]
    tamper(anchors, seals)
    file.write_text("".join(json.dumps(line) + "\n" for line in anchors + seals), "utf-8")


def test_a_whole_chain_fits(exported, authority):
    noted = audit.head()

    assert run(exported) == (0, "everything fits")
    assert run(exported, "--ca", str(authority.ca), "--noted", f"{noted.number}:{noted.hash}") == (0, "everything fits")


def test_an_empty_chain_fits(file):
    assert audit.export(file) == 0

    assert run(file) == (0, "everything fits")


def test_the_file_holds_a_line_for_each_seal_and_anchor(exported):
    lines = [json.loads(line) for line in exported.read_text("utf-8").splitlines()]

    assert [line["kind"] for line in lines] == ["anchor"] * 2 + ["seal"] * 10
    assert lines[0]["witnesses"][0]["kind"] == "stamp"
    assert lines[2]["entry"]["details"] == {"n": 0, "ở": "đâu"}
    assert "ở" in exported.read_text("utf-8")


def edit(_anchors, seals):
    seals[4]["entry"]["details"]["n"] = 99


def delete(_anchors, seals):
    del seals[4]


def insert(_anchors, seals):
    seals.insert(4, seals[3])


def swap(_anchors, seals):
    seals[4], seals[5] = seals[5], seals[4]


def lose_the_entry(_anchors, seals):
    seals[4]["entry"] = None


def renumber(_anchors, seals):
    seals[4]["number"] = 9


@pytest.mark.parametrize("tamper", [edit, delete, insert, swap, lose_the_entry, renumber])
def test_the_first_bad_seal_is_named(exported, tamper):
    change(exported, tamper)

    code, said = run(exported)

    assert code == 1
    assert said == "seal 5 does not fit, or is missing; the anchors fit up to seal 4"


def cut(_anchors, seals):
    del seals[6:]


def lose_an_anchor(anchors, _seals):
    del anchors[0]


def change_the_root(anchors, _seals):
    anchors[1]["root"] = "ab" * 32


def exchange_tokens(anchors, _seals):
    anchors[0]["witnesses"], anchors[1]["witnesses"] = anchors[1]["witnesses"], anchors[0]["witnesses"]


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (cut, "ends at seal 6"),
        (lose_an_anchor, "the anchor at seal 8"),
        (change_the_root, "the anchor at seal 8"),
        (exchange_tokens, "the anchor at seal 4 has a time stamp"),
    ],
)
def test_what_does_not_go_with_the_anchors_is_found(exported, tamper, words):
    change(exported, tamper)

    code, said = run(exported)

    assert code == 1
    assert words in said


def test_a_rewritten_chain_is_found(authority, file):
    chain(4, 4, 2, stamp=authority.stamp)
    noted = audit.head()
    with as_superuser():
        rewrite(anchors_too=True)
        audit.export(file)

    assert run(file)[0] == 1
    change(file, lambda anchors, _seals: [one.update(witnesses=[]) for one in anchors])
    assert run(file) == (0, "everything fits")
    assert run(file, "--noted", f"{noted.number}:{noted.hash}") == (1, "seal 10 is not the one that was noted")


def test_a_token_that_another_authority_has_forged_is_found_with_the_certificates(exported, authority, tmp_path):
    (tmp_path / "other").mkdir()
    other = Authority(tmp_path / "other")

    def forge(anchors, _seals):
        digest = audit.digest(AuditAnchor.objects.get(pk=8))
        anchors[1]["witnesses"][0]["token"] = base64.b64encode(other.stamp(digest)).decode()

    change(exported, forge)

    assert run(exported) == (0, "everything fits")
    code, said = run(exported, "--ca", str(authority.ca))
    assert (code, "the anchor at seal 8 has a time stamp" in said) == (1, True)


def test_a_missing_openssl_is_not_taken_for_a_good_token(exported, tmp_path):
    code, _said = run(exported, "--ca", str(tmp_path / "nowhere.pem"))

    assert code == 1


def test_a_row_that_cannot_be_read_goes_out_and_is_named(file):
    entries = chain(4, 4, 2)
    with as_superuser():
        wrong = "'[7]'" if connection.vendor == "postgresql" else "json_array(CAST(x'ff' AS TEXT))"
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE core_auditentry SET details = {wrong} WHERE id = %s", [entries[4].pk])
        assert audit.export(file) == 10

    assert run(file)[1].startswith("seal 5 does not fit")


def test_a_removed_entry_goes_out_and_is_named(file):
    entries = chain(4, 4, 2)
    with as_superuser():
        AuditEntry.objects.filter(pk=entries[4].pk).delete()
        audit.export(file)

    assert run(file)[1].startswith("seal 5 does not fit")


@pytest.mark.parametrize("text", ["no json\n", "[]\n", "{}\n", '{"kind":"seal"}\n'])
def test_something_else_is_no_export(file, text):
    file.write_text(text)

    code, said = run(file)

    assert code == 1
    assert said.startswith("a line is not of an export")


def test_progress_is_told(file):
    chain(4)
    told = []

    audit.export(file, progress=lambda done, total: told.append((done, total)))

    assert told == [(4, 4)]


def test_the_checker_needs_the_standard_library_only():
    text = Path(audit_checker.__file__).read_text("utf-8")

    names = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert names <= set(sys.stdlib_module_names)
