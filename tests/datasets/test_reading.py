"""Files as real systems write them: nothing is lost on the way in, and nothing is taken for something else."""

import datetime as dt
import decimal
import io
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.datasets.test_imports import TITLED, counts, dossiers, imported, in_force, workbook
from tinhso.datasets import api
from tinhso.datasets.reading import text

HEADER = "request_id;commune_code;requested_at;requester;helped;minutes"
ROW = "{};03646;2023-05-01;citizen;1;5"
ONE = {
    "request_id": ["1"],
    "commune_code": ["03646"],
    "requested_at": ["2023-05-01"],
    "requester": ["citizen"],
    "helped": [True],
}


def csv_of(tmp_path, *lines, header=HEADER):
    return dossiers(tmp_path, *lines, name="assistance.csv", header=header)


def parquet_of(tmp_path, **columns):
    content = io.BytesIO()
    pq.write_table(pa.table(ONE | columns), content)
    path = tmp_path / "assistance.parquet"
    path.write_bytes(content.getvalue())
    return path


def json_of(tmp_path, content):
    path = tmp_path / "assistance.json"
    path.write_text(content, encoding="utf-8")
    return path


def json_row(key, more=""):
    return (
        f'{{"request_id": "{key}", "commune_code": "03646", "requested_at": "2023-05-01", '
        f'"requester": "citizen", "helped": true{more}}}'
    )


@pytest.mark.parametrize(
    "opened",
    [
        '2;03646;2023-05-01;"citizen;1;5',
        '"2;03646;2023-05-01;citizen;1;5',
        '2;03646;2023-05-01;citizen;1;"5',
    ],
)
def test_a_quote_that_is_never_closed_refuses_the_file(province, tmp_path, opened):
    path = csv_of(tmp_path, ROW.format(1), opened, ROW.format(3), ROW.format(4))

    with pytest.raises(api.UnreadableFile, match="dòng 3 có dấu ngoặc kép mở mà không đóng"):
        imported(path, dataset="assistance")


def test_a_quote_closed_by_the_next_rows_quote_refuses_the_file(province, tmp_path):
    path = csv_of(tmp_path, '1;03646;2023-05-01;"citizen;1;5', '2;03646;2023-05-01;"citizen";1;5', ROW.format(3))

    with pytest.raises(api.UnreadableFile, match="dòng 2 có dấu ngoặc kép"):
        imported(path, dataset="assistance")


def test_a_value_over_several_lines_is_one_value(province, tmp_path):
    header = "system_code;agency_code;level_approved;plan_implemented;as_of;decision_number"
    rows = ["1;14;1;1;2023-01-01;x", '2;14;1;1;2023-01-01;"Số 5\nngày 1/1"', "3;14;1;1;2023-01-01;y"]

    imported(dossiers(tmp_path, *rows, name="systems.csv", header=header), dataset="information_systems")

    found = in_force("information_systems", "system_code, decision_number")
    assert found == [("1", "x"), ("2", "Số 5\nngày 1/1"), ("3", "y")]


def test_quotes_inside_a_value_are_part_of_it(province, tmp_path):
    header = "tax_code;name;commune_code;size;operating;einvoice;digital_platform;as_of"
    rows = [f"{n};{name};03646;small;1;1;1;2023-01-01" for n, name in enumerate(['Tivi 24"', 'A "B"', '"C ""D"""'])]

    imported(dossiers(tmp_path, *rows, name="enterprises.csv", header=header), dataset="enterprises")

    assert in_force("enterprises", "name") == [('A "B"',), ('C "D"',), ('Tivi 24"',)]


def test_a_row_with_more_cells_than_the_header_is_kept_back(province, tmp_path):
    result = imported(csv_of(tmp_path, ROW.format("1;1"), ROW.format(2) + ";;"), dataset="assistance")

    assert counts(result) == (2, 1, 1, 0, 0)
    (row,) = api.quarantined_rows(batch=result.batch)
    assert (row.line, row.reason) == (2, "có nhiều ô hơn dòng tiêu đề")


def test_a_document_with_a_shifted_row_leaves_no_content(province, tmp_path, home):
    header = "document_id;agency_code;number;type;issued_on;secret;electronic;signed"
    path = dossiers(tmp_path, "1;14;TUYETMAT;CV;;2023-05-01;0;1;1", name="documents.csv", header=header)

    result = imported(path, dataset="documents")

    assert counts(result) == (1, 0, 1, 0, 0)
    assert api.quarantined_rows(batch=result.batch)[0].raw == {}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("chunk", [7, 1 << 24])
def test_lines_are_numbered_as_excel_shows_them(province, tmp_path, monkeypatch, end, chunk):
    monkeypatch.setattr(text, "CHUNK", chunk)
    lines = ["Báo cáo", "", HEADER, ROW.format(1), "", "", ROW.format("2;x"), ";;;;;", "", ROW.format(3)]
    path = tmp_path / "assistance.csv"
    path.write_bytes(end.join(lines).encode())

    result = imported(path, dataset="assistance")

    assert in_force("assistance", "request_id, _line") == [("1", 4), ("3", 10)]
    assert [row.line for row in api.quarantined_rows(batch=result.batch)] == [7]


@pytest.mark.parametrize(
    ("minutes", "read"),
    [
        (pa.array([decimal.Decimal("12.000")], pa.decimal128(9, 3)), 12),
        (pa.array([12.0]), 12),
        (pa.array(["12.000"]), 12000),
    ],
)
def test_a_typed_number_is_not_taken_for_one_with_thousands_marks(province, tmp_path, minutes, read):
    imported(parquet_of(tmp_path, minutes=minutes), dataset="assistance")

    assert in_force("assistance", "minutes") == [(read,)]


def test_a_fraction_in_an_integer_column_is_kept_back_whatever_the_format(province, tmp_path):
    sheet = workbook(tmp_path, [*TITLED[2:3], [3646, 12.125, 1, 1, "31/03/2023"]])
    json_file = json_of(tmp_path, json_row(1, ', "minutes": 12.125'))

    results = [
        imported(sheet, dataset="households"),
        imported(parquet_of(tmp_path, minutes=[12.125]), json_file, dataset="assistance"),
    ]

    assert [counts(result) for result in results] == [(1, 0, 1, 0, 0), (2, 0, 2, 0, 0)]


def test_a_unit_code_stored_as_a_number_is_read(province, tmp_path):
    imported(parquet_of(tmp_path, commune_code=[3646.0]), dataset="assistance")

    assert in_force("assistance", "commune_code") == [("03646",)]


@pytest.mark.parametrize("identifiers", [[{"a": 1}], [["a"]], [b"\xff"]])
def test_a_parquet_column_without_plain_values_is_refused_by_name(province, tmp_path, identifiers):
    with pytest.raises(api.UnreadableFile, match="“request_id” không chứa giá trị đơn"):
        imported(parquet_of(tmp_path, request_id=identifiers), dataset="assistance")


def test_a_parquet_file_with_damaged_pages_is_refused(province, tmp_path):
    path = parquet_of(tmp_path)
    content = bytearray(path.read_bytes())
    content[4:60] = b"\xff" * 56
    path.write_bytes(content)

    with pytest.raises(api.UnreadableFile, match="bị hỏng"):
        imported(path, dataset="assistance")


def test_a_json_key_that_begins_late_is_read(province, tmp_path):
    lines = [json_row(number) for number in range(300)]

    imported(json_of(tmp_path, "\n".join([*lines, json_row("x", ', "minutes": 7')])), dataset="assistance")

    assert in_force("assistance", "sum(minutes), count(*)") == [(7, 301)]


def test_json_lines_count_blank_lines_and_keep_back_what_is_no_plain_object(province, tmp_path):
    nested = json_row(9).replace('"9"', '{"a": 1}')

    result = imported(json_of(tmp_path, f"{json_row(1)}\n\n[1]\n5\n{nested}\n"), dataset="assistance")

    assert counts(result) == (4, 1, 3, 0, 0)
    assert [row.line for row in api.quarantined_rows(batch=result.batch)] == [3, 4, 5]


@pytest.mark.parametrize("tail", [",", ", {broken}]", "\n" + json_row(2)])
def test_a_json_list_that_is_cut_or_broken_is_refused(province, tmp_path, tail):
    with pytest.raises(api.UnreadableFile):
        imported(
            json_of(tmp_path, "[" + ",\n".join(json_row(number) for number in range(300)) + tail), dataset="assistance"
        )


def test_a_formula_is_found_whatever_the_order_of_the_sheets(province, tmp_path):
    def add_formula(book, sheet):
        book.add_worksheet("other")
        sheet.write_formula("B4", "=60*2", None, 120)

    path = workbook(tmp_path, TITLED, change=add_formula)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    first, second = b'r:id="rId1"', b'r:id="rId2"'
    book = parts["xl/workbook.xml"].replace(first, b"?").replace(second, first).replace(b"?", second)
    links = parts["xl/_rels/workbook.xml.rels"].replace(b"sheet1.xml", b"?").replace(b"sheet2.xml", b"sheet1.xml")
    parts |= {"xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": links.replace(b"?", b"sheet2.xml")}
    parts["xl/worksheets/sheet1.xml"], parts["xl/worksheets/sheet2.xml"] = (
        parts["xl/worksheets/sheet2.xml"],
        parts["xl/worksheets/sheet1.xml"],
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)

    with pytest.raises(api.UnreadableFile, match="công thức"):
        imported(path, dataset="households")


def test_a_forgotten_cell_far_away_is_refused_before_it_fills_the_memory(province, tmp_path):
    path = workbook(tmp_path, TITLED, change=lambda _book, sheet: sheet.write(1_048_575, 16_383, "x"))

    with pytest.raises(api.UnreadableFile, match="XFD1048576"):
        imported(path, dataset="households")


def test_the_sentence_about_a_missing_header_quotes_nothing(province, tmp_path):
    path = dossiers(tmp_path, name="documents.csv", header="TUYETMAT9;14;TUYETMAT9;2023-05-01;1;1;1")

    with pytest.raises(api.UnreadableFile) as refusal:
        imported(path, dataset="documents")

    assert "TUYETMAT9" not in str(refusal.value)


@pytest.mark.parametrize(
    ("moment", "local"),
    [
        ("2023-05-01", dt.datetime(2023, 5, 1)),
        ("1/5/2023 8:05", dt.datetime(2023, 5, 1, 8, 5)),
        ("2023-05-01T18:30:00Z", dt.datetime(2023, 5, 2, 1, 30)),
        ("01/05/2023 18:30:00+00:00", dt.datetime(2023, 5, 2, 1, 30)),
        ("2023-05-01 08:00:00.5-0530", dt.datetime(2023, 5, 1, 20, 30, 0, 500000)),
    ],
)
def test_a_moment_is_read_in_the_zone_it_names_else_in_the_local_one(province, tmp_path, moment, local):
    imported(csv_of(tmp_path, ROW.format(1).replace("2023-05-01", moment)), dataset="assistance")

    assert in_force("assistance", "requested_at") == [(local,)]


@pytest.mark.parametrize("moment", ["05/13/2023", "29/02/2023", "01/05/23", "01-05-2023", "20230501", "45047"])
def test_what_is_no_moment_is_kept_back(province, tmp_path, moment):
    result = imported(csv_of(tmp_path, ROW.format(1).replace("2023-05-01", moment)), dataset="assistance")

    assert counts(result) == (1, 0, 1, 0, 0)
    assert "không phải thời điểm" in api.quarantined_rows(batch=result.batch)[0].reason


def test_a_procedure_may_be_published_before_it_holds(province, tmp_path):
    header = "procedure_code;name;agency_code;online_level;eligible_full;national_portal;valid_from"

    imported(dossiers(tmp_path, "1.000001;A;14;full;1;1;2030-01-01", name="p.csv", header=header), dataset="procedures")

    assert in_force("procedures", "valid_from") == [(dt.date(2030, 1, 1),)]
