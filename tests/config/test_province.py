"""The main job, end to end on the command line: files in, figures out, equal to the reference engine."""

import json

import duckdb
import pytest
from django.db import connection, utils

from tests.config.conftest import UNTIL, answer
from tests.engine import reference, running
from tests.indicators.test_definitions import CATALOG, SCHEMAS
from tinhso.config.cli.main import main
from tinhso.datasets import api as datasets
from tinhso.engine import duck, periods
from tinhso.organizations import api as organizations

SHOWN = ("14", "SL-SNNPTNT", "SL-STTTT", "116", "125", "03646", "04033")


def loaded_rows():
    """Every row in force, as plain Python."""
    with duckdb.connect() as connection:
        datasets.attach(connection, SCHEMAS)
        return {name: connection.sql(f"SELECT * FROM {name}").to_arrow_table().to_pylist() for name in SCHEMAS}


def real_tree():
    versions = organizations.unit_versions_table().to_pylist()
    closure = organizations.closure_table().to_pylist()
    rows = [(r["descendant"], r["ancestor"], r["valid_from"], r["valid_to"] or running.FAR) for r in closure]
    top = organizations.resolve("14", UNTIL).org_unit_id
    return reference.Tree({v["unit_version"]: v["unit"] for v in versions}, rows, top)


def test_cells_equal_the_reference_for_all_indicators_and_periods(small_province, capsys):
    tree, rows = real_tree(), loaded_rows()
    wanted = [p for year in (2022, 2023) for p in periods.periods_of_year(year) if p.starts_on <= UNTIL]
    units = {code: organizations.resolve(code, UNTIL).org_unit_id for code in SHOWN}
    ours = {}
    for indicator in CATALOG.indicators:
        for period in wanted:
            for row in answer(capsys, "cells", "--indicator", indicator.id, "--period", period.code):
                if row["unit_code"] in units:
                    key = (indicator.id, row["unit_code"], period.code, row["category"])
                    ours[key] = (row["numerator"], row["denominator"])

    theirs = {}
    for code, unit in units.items():
        below = [row for row in tree.closure if row[1] == unit]
        here = reference.Tree(tree.unit_of, below, tree.province)
        own = {name: _under(here, unit, SCHEMAS[name], several) for name, several in rows.items()}
        found = reference.cells(reference.Data(CATALOG, own, here, UNTIL), wanted)
        theirs |= {(i, code, p, c): pair for (i, u, p, c), pair in running.plain(found).items() if pair and u == unit}

    assert {code for _i, code, _p, _c in ours} == set(SHOWN)
    assert ours == theirs


def _under(tree, unit, schema, rows):
    """Events under a unit on their own day; states are judged at each period's end and stay whole."""
    if schema.kind == "external" and unit != tree.province:
        return []
    if schema.kind != "flow" or schema.unit is None:
        return rows
    return [
        row for row in rows if row[schema.time] and tree.covers(unit, row["_unit"], reference._day(row[schema.time]))
    ]


def test_plan_status_answers_for_every_target(small_province, capsys):
    found = answer(capsys, "plan", "status")

    assert found["plan"] == "292/KH-UBND"
    assert found["period"] == "2023-04/ytd"
    assert len(found["targets"]) == 21
    assert {target["as_of"] for target in found["targets"]} == {datasets.evaluation_date(UNTIL).isoformat()}
    assert {target["status"] for target in found["targets"]} <= {
        "met",
        "on_track",
        "off_track",
        "no_data",
        "no_occurrence",
    }


def test_an_earlier_day_gives_what_was_known_of_that_day(small_province, capsys):
    found = answer(capsys, "plan", "status", "--as-of", "2023-02-14")

    documents = next(target for target in found["targets"] if target["indicator"] == "gov.documents_signed")
    with duckdb.connect() as connection:
        datasets.attach(connection, ["documents"])
        (expected,) = duck.one(
            connection, "SELECT count(*) FROM documents WHERE issued_on BETWEEN '2023-01-01' AND '2023-02-14'"
        )
    assert documents["denominator"] == expected
    assert documents["status"] in {"too_early", "met"}


def test_no_cell_lies_after_the_evaluation_date(small_province, capsys):
    asked = ["cells", "--indicator", "gov.documents_signed", "--unit", "14"]

    assert len(answer(capsys, *asked, "--period", "2023-04")) == 1
    assert answer(capsys, *asked, "--period", "2023-05") == []


def test_computing_again_changes_nothing(small_province, capsys):
    assert answer(capsys, "compute")["mode"] == "unchanged"
    assert answer(capsys, "compute", "--full")["mode"] == "full"


def test_what_a_killed_computation_left_is_removed(small_province, capsys, home):
    left = home / "states" / "leaf-dossiers-0.123.tmp"
    left.touch()

    answer(capsys, "compute", "--full")

    assert not left.exists()


def test_a_file_that_is_refused_keeps_no_other_dataset_of_the_folder_out(province, capsys, tmp_path):
    header, row = "request_id;commune_code;requested_at;requester;helped", "1;03646;2023-05-01;citizen;1"
    (tmp_path / "assistance.csv").write_text(f"{header}\n{row}\n")
    (tmp_path / "devices.xlsx").write_bytes(b"PK\x03\x04broken")
    (tmp_path / "trainings.csv").write_text("staff_code;kind;completed_on\nA;awareness;2023-05-01\n")

    code = main(["import-folder", str(tmp_path), "--json"])

    output = capsys.readouterr()
    assert code == 1
    assert [(one["dataset"], one["accepted"]) for one in json.loads(output.out)] == [
        ("assistance", 1),
        ("trainings", 1),
    ]
    assert output.err.startswith("devices.xlsx: ")


@pytest.mark.django_db
@pytest.mark.parametrize("arguments", [["plan", "status"], ["import", "dossiers", __file__], ["quarantine", "list"]])
def test_without_a_database_one_sentence_says_what_to_do(capsys, monkeypatch, arguments):
    def no_tables(*_):
        raise utils.OperationalError("no such table: datasets_batch\nmore")

    monkeypatch.setattr(connection, "cursor", no_tables)

    code = main(arguments)

    errors = capsys.readouterr().err
    assert code == 2
    assert "tinhso init" in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["import", "dosiers", "x.csv"], "dossiers"),
        (["cells", "--indicator", "gov.document_signed", "--period", "2023"], "gov.documents_signed"),
        (["cells", "--indicator", "gov.documents_signed", "--period", "2023-15"], "2023-"),
        (["cells", "--indicator", "gov.documents_signed", "--period", "0000-13"], "2023-"),
        (["cells", "--indicator", "gov.documents_signed", "--period", "²²²²"], "2023-"),
        (["cells", "--indicator", "gov.documents_signed", "--period", "2023", "--unit", "0364"], "036"),
        (["cells", "--indicator", "gov.documents_signed", "--period", "2023", "--unit", "99999"], "gần nhất: 0"),
        (["plan", "status", "--plan", "293/KH-UBND"], "292/KH-UBND"),
        (["cells", "--indicator", "gov.documents_signed", "--period", "2023", "--view", "as-iss"], "as-is"),
        (["cells", "--indicator", "gov.documents_signed", "--period", "2023", "--release", "7"], "bản chốt “7”"),
        (["cells", "--indicator", "gov.documents_signed", "--period", "2023-05@nd9"], "nd09"),
        (["plan", "status", "--release", "7"], "bản chốt “7”"),
        (["release", "verify", "7"], "bản chốt “7”"),
        (["release", "diff", "7", "live"], "bản chốt “7”"),
        (["simulate", "--out", "/nonexistent/x", "--scale", "0"], "--scale"),
    ],
)
def test_an_impossible_request_ends_with_2_and_names_the_nearest(province, capsys, arguments, hint):
    code = main(arguments)

    errors = capsys.readouterr().err
    assert code == 2
    assert hint in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize("content", [b"id: x.own\nversion: 1\nvalue: a\n", b"id: \xff\n", b"valid: 2023-02-30\n"])
def test_a_broken_definition_leaves_the_catalog_in_force(small_province, capsys, home, content):
    folder = home / "definitions"
    folder.mkdir()
    (folder / "x.own.yaml").write_bytes(content)

    code = main(["compute"])

    errors = capsys.readouterr().err
    assert code == 1
    assert "x.own.yaml:" in errors
    assert len(answer(capsys, "plan", "status")["targets"]) == 21


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["impotr", "dossiers", "x.csv"], "import"),
        (["import"], "thiếu"),
        (["cells", "--indicator", "x", "--period"], "--period cần một giá trị"),
        (["simulate", "--out", "x", "--scale", "to"], "“to” không phải số"),
        (["compute", "--ful"], "không hiểu “--ful”"),
        (["release", "diff", "x", "live"], "diff: A: “x” không phải số của bản chốt"),
    ],
)
def test_wrong_use_ends_with_2_and_one_vietnamese_sentence(capsys, arguments, said):
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    errors = capsys.readouterr().err
    assert ended.value.code == 2
    assert said in errors
    assert errors.count("\n") == 1


def test_a_missing_lake_file_is_named_and_the_figures_stay(small_province, home, capsys):
    before = answer(capsys, "plan", "status")
    lost = next((home / "lake" / "documents").glob("_batch=*/rows-0.parquet"))
    lost.unlink()

    code = main(["compute", "--full"])

    assert code == 1
    assert str(lost) in capsys.readouterr().err
    assert answer(capsys, "plan", "status") == before
