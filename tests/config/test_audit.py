"""`tinhso audit check`, `head` and `export`."""

import json

import pytest

from tests.config.conftest import answer
from tests.core.audit_forgeries import as_superuser, chain, cut
from tinhso.config.cli.main import main
from tinhso.core import audit
from tinhso.core.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_a_whole_chain_ends_with_0(capsys):
    chain(4, 2)

    assert main(["audit", "check"]) == 0
    said = capsys.readouterr().out
    assert "nguyên vẹn: 6 mắt xích; 0 bản ghi chờ" in said
    assert "mắt xích 4, ngày 16/01/2024" in said
    assert "1 trong 1 mốc neo chưa có dấu thời gian" in said


def test_a_chain_without_anything_is_whole(capsys):
    found = answer(capsys, "audit", "check")

    assert found["is_whole"]
    assert (found["seals"], found["head"], found["last_good_anchor"], found["broken"]) == (0, None, None, None)


def test_the_first_bad_row_and_the_last_good_anchor_are_named(capsys):
    entries = chain(4, 2)

    with as_superuser():
        AuditEntry.objects.filter(pk=entries[4].pk).update(actor="giả")
        found = answer(capsys, "audit", "check", code=1)
        assert main(["audit", "check"]) == 1

    said = capsys.readouterr().out
    assert found["broken"] == {
        "number": 5,
        "entry": entries[4].pk,
        "reason": "nội dung hoặc thứ tự đã bị thay đổi",
    }
    assert (found["last_good_anchor"]["number"], found["seals"]) == (4, 4)
    assert f"KHÔNG nguyên vẹn, từ mắt xích 5 (bản ghi {entries[4].pk})" in said


def test_what_head_prints_is_what_check_is_given(capsys):
    chain(4)
    assert main(["audit", "head"]) == 0
    noted = capsys.readouterr().out.strip()

    assert main(["audit", "check", "--noted", noted]) == 0
    with as_superuser():
        cut(3)
        assert main(["audit", "check"]) == 0
        assert main(["audit", "check", "--noted", noted]) == 1


def test_head_as_json(capsys):
    assert answer(capsys, "audit", "head") is None
    chain(2)

    assert answer(capsys, "audit", "head") == {"number": 2, "hash": audit.head().hash}


@pytest.mark.parametrize("noted", ["5", "5:", "0:" + "a" * 64, "5:" + "g" * 64, "x:" + "a" * 64])
def test_a_head_that_is_none_is_refused(capsys, noted):
    with pytest.raises(SystemExit) as ended:
        main(["audit", "check", "--noted", noted])

    assert ended.value.code == 2
    assert "tinhso audit head" in capsys.readouterr().err


def test_the_chain_is_exported(capsys, tmp_path):
    chain(4, 2)
    path = tmp_path / "audit.jsonl"

    assert answer(capsys, "audit", "export", "--out", str(path)) == {"file": str(path), "seals": 6}
    assert main(["audit", "export", "--out", str(path)]) == 0
    assert "Đã ghi 6 mắt xích" in capsys.readouterr().out
    assert [json.loads(line)["kind"] for line in path.read_text("utf-8").splitlines()] == ["anchor", *["seal"] * 6]
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["audit.jsonl"]


def test_a_file_that_cannot_be_written_is_an_impossible_request(capsys, tmp_path):
    assert main(["audit", "export", "--out", str(tmp_path / "nowhere" / "x")]) == 2

    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("action", [[], ["check"], ["head"], ["export"]])
def test_every_command_has_help(capsys, action):
    with pytest.raises(SystemExit) as ended:
        main(["audit", *action, "--help"])

    assert ended.value.code == 0
    assert "cách dùng" in capsys.readouterr().out
