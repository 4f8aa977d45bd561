"""`cells` in every view, missing members, and releases, on the command line."""

import argparse
import csv
import io

import pytest

from tests.config.conftest import answer
from tinhso.config.cli.main import main, parser

DOCUMENTS = ["cells", "--indicator", "gov.documents_signed", "--period", "2023-03"]
SERVICES = ["cells", "--indicator", "gov.services_with_online_dossiers", "--period", "2023-03", "--members", "missing"]
LATE = "document_id,agency_code,number,issued_on,secret,electronic,signed,sent_via\nL1,03646,1/UB,2023-03-02,0,1,1,exchange\n"


@pytest.fixture
def import_late(small_province, tmp_path):
    """A document of March that is delivered late, at a commune of the city."""

    def imported():
        path = tmp_path / "documents_late.csv"
        path.write_text(LATE, encoding="utf-8")
        assert main(["import", "documents", str(path)]) == 0
        assert main(["compute"]) == 0

    return imported


@pytest.fixture
def released(small_province, capsys):
    """A release of the figures of four months."""
    return answer(
        capsys, "release", "create", "--plan", "292/KH-UBND", "--period", "2023-03", "--note", "báo cáo quý I"
    )


def pair(rows):
    [row] = rows
    return row["numerator"], row["denominator"]


@pytest.mark.parametrize("view", ["as-is", "comparable:2023-12-31"])
def test_the_province_is_the_same_in_every_view(small_province, capsys, view):
    was, mapped = (answer(capsys, *DOCUMENTS, "--unit", "14", "--view", one) for one in ("as-was", view))

    assert pair(mapped) == pair(was)
    assert {row["view"] for row in mapped} == {view}
    assert {row["estimated"] for row in mapped} == {False}


def test_what_cannot_be_placed_has_a_node_of_its_own(small_province, capsys):
    of_districts = answer(capsys, *DOCUMENTS, "--level", "district")
    everything = answer(capsys, *DOCUMENTS, "--view", "as-is")
    [named] = answer(capsys, *DOCUMENTS, "--view", "as-is", "--unit", "CHUA-XAC-DINH")

    assert [row["level"] for row in everything if row["unit_code"] == "CHUA-XAC-DINH"] == ["undetermined"]
    assert named["unit_name"] == "Chưa xác định"
    assert named in everything
    assert {row["level"] for row in everything} <= {"province", "department", "commune", "undetermined"}
    assert 0 < named["denominator"] <= sum(row["denominator"] for row in of_districts)


def test_a_code_is_read_by_the_day_of_the_view(small_province, capsys):
    [was] = answer(capsys, *DOCUMENTS, "--unit", "03646")
    [today] = answer(capsys, *DOCUMENTS, "--unit", "03646", "--view", "as-is")

    assert (was["unit_name"], today["unit_name"]) == ("Phường Chiềng Lề", "Phường Tô Hiệu")


def test_a_unit_that_is_no_more_is_answered_with_where_its_records_lie(small_province, capsys):
    codes = [main([*DOCUMENTS, "--view", "as-is", "--unit", unit]) for unit in ("03649", "116", "SL-STTTT")]

    errors = capsys.readouterr().err.splitlines()
    assert codes == [2, 2, 2]
    assert "“03649”" in errors[0]
    assert errors[0].endswith("nằm ở: 03646 (Phường Tô Hiệu).")
    assert errors[1].endswith("nằm ở: CHUA-XAC-DINH (Chưa xác định).")
    assert "SL-SKHCN" in errors[2]


def test_periods_of_a_calendar_are_computed_for_the_question(small_province, capsys):
    asked = ["cells", "--indicator", "gov.documents_signed", "--unit", "14", "--period"]

    own, march = answer(capsys, *asked, "2023-03@nd09"), answer(capsys, *asked, "2023-03")

    assert own[0]["period"] == "2023-03@nd09"
    assert pair(own) != pair(march)


def test_missing_members_are_named(small_province, capsys):
    rows = answer(capsys, *SERVICES)
    [figure] = answer(capsys, *SERVICES[:-2], "--unit", "14")

    assert len(rows) == figure["denominator"] - figure["numerator"] > 0
    assert list(rows[0]) == ["indicator", "unit_code", "unit_name", "level", "period", "view", "member", "label"]
    assert rows == sorted(rows, key=lambda row: row["member"])
    assert {row["unit_code"] for row in rows} == {"14"}
    assert all(row["label"] for row in rows)


def test_members_of_what_is_no_ratio_of_sets_are_refused(small_province, capsys):
    code = main([*DOCUMENTS, "--members", "missing"])

    assert code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_release_keeps_its_figures(released, import_late, capsys):
    asked = [*DOCUMENTS, "--unit", "03646"]
    before = answer(capsys, *asked, "--release", "1")
    standing = answer(capsys, "plan", "status", "--release", "1")

    import_late()
    capsys.readouterr()

    assert pair(answer(capsys, *asked))[1] == (pair(before)[1] if before else 0) + 1
    assert answer(capsys, *asked, "--release", "1") == before
    assert answer(capsys, "plan", "status", "--release", "1") == standing
    assert [(one["number"], one["note"]) for one in answer(capsys, "release", "list")] == [(1, "báo cáo quý I")]


def test_a_difference_names_cells_batches_and_reasons(released, import_late, capsys):
    import_late()
    capsys.readouterr()

    cells = answer(capsys, "release", "diff", "1", "live", "--period", "2023-03")["cells"]
    main(["release", "diff", "1", "live", "--period", "2023-03", "--csv"])
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))

    assert [(cell["indicator"], cell["unit_code"]) for cell in cells] == [
        ("gov.documents_signed", code) for code in ("14", "116", "03646")
    ]
    assert all(len(cell["batches"]) == 1 and "documents_late.csv" in cell["reasons"][0] for cell in cells)
    assert [row["unit_code"] for row in table] == ["14", "116", "03646"]
    assert answer(capsys, "release", "diff", "1", "1")["cells"] == []


def test_a_release_is_verified_from_the_lake(released, import_late, capsys):
    import_late()
    capsys.readouterr()

    found = answer(capsys, "release", "verify", "1")

    assert found["is_same"]
    assert found["found"] == found["expected"] == released["cells_sha256"]


def test_a_release_without_figures_of_the_period_is_refused(small_province, capsys):
    code = main(["release", "create", "--period", "2023-09"])

    assert code == 2
    assert "2023-09" in capsys.readouterr().err


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"PAR1 no more PAR1")])
def test_a_damaged_lake_file_is_named_and_the_figures_stay(small_province, home, capsys, damage):
    before = answer(capsys, *DOCUMENTS)
    lost = next((home / "lake" / "documents").glob("_batch=*/rows-0.parquet"))
    damage(lost)

    code = main(["compute", "--full"])

    errors = capsys.readouterr().err
    assert code == 1
    assert str(lost) in errors
    assert errors.count("\n") == 1
    assert answer(capsys, *DOCUMENTS) == before


def commands(root):
    """Every parser of the command, by what is typed."""
    found = {root.prog: root}
    for action in root._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                found |= commands(child)
    return found


def test_every_help_is_vietnamese_and_explains_every_option():
    for name, one in commands(parser()).items():
        text = one.format_help()

        assert text.startswith("cách dùng: "), name
        assert not any(word in text for word in ("usage", "options", "positional", "show this")), name
        missing = [a.dest for a in one._actions if not a.help and not isinstance(a, argparse._SubParsersAction)]
        assert missing == [], name
