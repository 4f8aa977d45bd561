"""Importing files: every row ends in exactly one place, and nothing is ever half there."""

import datetime as dt
import json
import zipfile

import duckdb
import pyarrow as pa
import pyarrow.parquet
import pytest
import xlsxwriter

from tests.conftest import AT
from tinhso.core.errors import UnknownName
from tinhso.core.models import AuditEntry, OutboxMessage
from tinhso.datasets import api
from tinhso.datasets.models import Batch, RefusedCount

HEADER = "Mã hồ sơ;Mã TTHC;Mã cơ quan;Kênh tiếp nhận;Ngày tiếp nhận;Trạng thái;Nộp hộ;Phí, lệ phí;Ngày kết thúc xử lý"
GOOD = "H1;1.004873;03646;2;02/05/2023 08:00;4;1;10.000;"


def dossiers(tmp_path, *lines, name="dossiers.csv", header=HEADER, encoding="utf-8-sig"):
    path = tmp_path / name
    path.write_text("\n".join([header, *lines]) + "\n", encoding=encoding)
    return path


def imported(*paths, dataset="dossiers", **more):
    return api.import_files(dataset=dataset, paths=list(paths), actor="test", at=AT, **more)


def in_force(dataset="dossiers", columns="*"):
    with duckdb.connect() as connection:
        api.attach(connection, [dataset])
        return connection.sql(f"SELECT {columns} FROM {dataset} ORDER BY ALL").fetchall()


def counts(result):
    return result.read, result.accepted, result.quarantined, result.duplicate, result.refused


def test_a_row_is_typed_and_resolved(province, tmp_path):
    imported(dossiers(tmp_path, "H1;1.004873; 3646 ;trực tuyến;2023-05-02T01:30:00Z;4;Có;10.000;"))

    columns = "dossier_code, agency_code, channel, received_at, assisted, fee_vnd, _line"
    assert in_force(columns=columns) == [("H1", "03646", "online", dt.datetime(2023, 5, 2, 8, 30), True, 10000, 2)]


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (";1.004873;14;2;2023-05-02;4;;;", "dossier_code", "bắt buộc"),
        ("H1;1.004873;99999;2;2023-05-02;4;;;", "agency_code", "không có đơn vị"),
        ("H1;1.004873;14;9;2023-05-02;4;;;", "channel", "không thuộc"),
        ("H1;1.004873;14;2;31/02/2023;4;;;", "received_at", "không phải thời điểm"),
        ("H1;1.004873;14;2;2099-01-01;4;;;", "received_at", "tương lai"),
        ("H1;1.004873;14;2;;4;;;", "received_at", "bắt buộc với trạng thái"),
        ("H1;1.004873;14;2;2023-05-02;11;;;", "status", "lớn hơn"),
        ("H1;1.004873;14;2;2023-05-02;4;;mười;", "fee_vnd", "không phải số nguyên"),
        ("H1;1.004873;14;2;2023-05-02;4;có lẽ;;", "assisted", "không phải có/không"),
        ("H1;1.004873;14;2;2023-05-02;4;;;2023-05-01", "finished_at", "trước khi tiếp nhận"),
    ],
)
def test_a_bad_row_is_kept_back_with_line_column_and_reason(province, tmp_path, line, column, reason):
    result = imported(dossiers(tmp_path, "H0;1.004873;14;1;2023-05-01;4;;;", line))

    assert counts(result) == (2, 1, 1, 0, 0)
    (row,) = api.quarantined_rows(batch=result.batch)
    assert (row.line, row.column) == (3, column)
    assert reason in row.reason


def test_dossiers_not_yet_received_need_no_day(province, tmp_path):
    assert counts(imported(dossiers(tmp_path, "H1;1.004873;14;2;;1;;;", "H2;1.004873;14;2;;3;;;"))) == (2, 2, 0, 0, 0)


def test_x_and_blank_are_yes_and_no_only_where_nothing_else_stands(province, tmp_path):
    header = "school_code;commune_code;kind;digital_teaching;digital_management;as_of"
    path = dossiers(tmp_path, "a;03646;x;x;1;2023-01-01", "b;03646;x;;;2023-01-01", name="schools.csv", header=header)

    result = imported(path, dataset="schools")

    assert counts(result) == (2, 1, 1, 0, 0)
    assert api.quarantined_rows(batch=result.batch)[0].column == "digital_management"


def test_the_same_bytes_twice_change_nothing(province, tmp_path):
    path = dossiers(tmp_path, GOOD, "H2;1.004873;14;9;2023-05-02;4;;;")
    first = imported(path)
    again = imported(path)

    assert again.batch == first.batch
    assert counts(again) == (2, 0, 1, 1, 0)
    assert Batch.objects.count() == 1


def test_the_later_line_wins_and_the_same_line_is_a_duplicate(province, tmp_path):
    result = imported(dossiers(tmp_path, GOOD, GOOD, GOOD.replace(";4;1;", ";9;1;")))

    assert counts(result) == (3, 2, 0, 1, 0)
    assert in_force(columns="dossier_code, status") == [("H1", 9)]


def test_revoking_brings_the_previous_rows_back(province, tmp_path):
    imported(dossiers(tmp_path, GOOD, name="dossiers_1.csv"))
    second = imported(dossiers(tmp_path, GOOD.replace(";4;1;", ";10;1;"), name="dossiers_2.csv"))

    before = in_force(columns="dossier_code, status")
    api.revoke_batch(batch=api.batch(second.batch), reason="sai kênh", actor="test", at=AT)

    assert before == [("H1", 10)]
    assert in_force(columns="dossier_code, status") == [("H1", 4)]


def test_a_row_delivered_twice_outlives_the_revocation_of_the_first(province, tmp_path):
    first = imported(dossiers(tmp_path, GOOD, name="dossiers_1.csv"))
    second = imported(dossiers(tmp_path, GOOD, "H2;1.004873;14;1;2023-05-03;4;;;", name="dossiers_2.csv"))
    api.revoke_batch(batch=api.batch(first.batch), reason="thử", actor="test", at=AT)

    assert counts(second) == (2, 1, 0, 1, 0)
    assert in_force(columns="dossier_code") == [("H1",), ("H2",)]


def test_an_import_is_audited_and_announced(province, tmp_path):
    imported(dossiers(tmp_path, GOOD))

    assert AuditEntry.objects.filter(action="datasets.batch_imported", actor="test").count() == 1
    assert OutboxMessage.objects.filter(topic="datasets.changed").count() == 1


def test_secret_documents_leave_nothing_but_a_count(province, tmp_path, home):
    header = "document_id,agency_code,number,type,issued_on,secret,electronic,signed,sent_via"
    lines = [
        "1,14,1/A,CV,2023-05-01,0,1,1,exchange",
        "TUYETMAT9,SL-STTTT,TUYETMAT9,CV,2023-05-01,1,1,1,exchange",
        "TUYETMAT9,14,TUYETMAT9,CV,2023-05-01,?,1,1,exchange",
    ]
    path = dossiers(tmp_path, *lines, name="documents.csv", header=header)

    result = imported(path, dataset="documents")

    assert counts(result) == (3, 1, 1, 0, 1)
    assert list(RefusedCount.objects.values_list("agency_code", "year", "rows")) == [("SL-STTTT", 2023, 1)]
    assert api.quarantined_rows(batch=result.batch)[0].raw == {}
    for file in home.rglob("*.parquet"):
        assert "TUYETMAT9" not in str(duckdb.sql(f"SELECT * FROM read_parquet('{file}')").fetchall())
    assert "TUYETMAT9" not in json.dumps(
        [list(AuditEntry.objects.values("details")), list(OutboxMessage.objects.values("payload"))], default=str
    )


def test_units_outside_the_allowed_ones_are_kept_back(province, tmp_path):
    from tinhso.organizations import api as organizations

    mine = organizations.resolve("03646", dt.date(2023, 5, 2)).org_unit_id

    result = imported(dossiers(tmp_path, GOOD, "H2;1.004873;14;1;2023-05-03;4;;;"), allowed_units=[mine])

    assert counts(result) == (2, 1, 1, 0, 0)
    assert "ngoài phạm vi" in api.quarantined_rows(batch=result.batch)[0].reason


def test_a_dry_run_counts_and_writes_nothing(province, tmp_path, home):
    result = imported(dossiers(tmp_path, GOOD, GOOD), dry_run=True)

    assert result.batch is None
    assert counts(result) == (2, 1, 0, 1, 0)
    assert not Batch.objects.exists()
    assert not list(home.rglob("*.parquet"))


def workbook(tmp_path, rows, *, change=lambda book, sheet: None, name="households.xlsx"):
    book = xlsxwriter.Workbook(tmp_path / name)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for position, cell in enumerate(row):
            sheet.write(number, position, cell)
    change(book, sheet)
    book.close()
    return tmp_path / name


TITLED = [
    ["SỐ LIỆU HỘ"],
    [],
    ["Mã xã", "Số hộ", "Số hộ có cáp quang", "Số hộ có địa chỉ số", "Ngày số liệu"],
    [3646, 120, 40, 10, "31/03/2023"],
]


def test_a_workbook_with_title_rows_and_lost_zeros_is_read(province, tmp_path):
    imported(workbook(tmp_path, TITLED), dataset="households")

    assert in_force("households", "commune_code, households, as_of, _line") == [("03646", 120, dt.date(2023, 3, 31), 4)]


def test_parquet_and_json_lines_are_read(province, tmp_path):
    table = pa.table(
        {
            "request_id": ["1"],
            "commune_code": ["03646"],
            "requested_at": [dt.datetime(2023, 5, 1, 8)],
            "requester": ["citizen"],
            "helped": [True],
        }
    )
    pa.parquet.write_table(table, tmp_path / "assistance.parquet")
    lines = [
        '{"request_id": "2", "commune_code": "03649", "requested_at": "2023-05-02", "requester": "business", "helped": false}',
        "{broken",
    ]
    (tmp_path / "assistance.jsonl").write_text("\n".join(lines), encoding="utf-8")

    result = imported(tmp_path / "assistance.parquet", tmp_path / "assistance.jsonl", dataset="assistance")

    assert counts(result) == (3, 2, 1, 0, 0)


def zip_bomb(tmp_path):
    path = tmp_path / "dossiers.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return path


def written(tmp_path, content):
    path = tmp_path / "dossiers.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda p: p / "nothing.csv", "không có tệp"),
        (lambda p: p, "thư mục"),
        (lambda p: written(p, b""), "rỗng"),
        (lambda p: written(p, HEADER.encode() + b"\n"), "chỉ có dòng tiêu đề"),
        (lambda p: written(p, b"a,b\n1,2\n"), "tiêu đề"),
        (lambda p: written(p, b"dossier_code,channel\n1,2\n"), "thiếu cột bắt buộc"),
        (lambda p: written(p, HEADER.encode("utf-16")), "UTF-16"),
        (lambda p: written(p, (HEADER + "\nH1;Đ").encode("cp1258", "replace") + b"\xd0\xd1;" * 20), "UTF-8"),
        (lambda p: written(p, HEADER.encode() + b"\n" + b"x" * 5_000_000), "dòng dài"),
        (lambda p: written(p, b"PK\x03\x04broken"), "hỏng"),
        (lambda p: written(p, b"PAR1broken"), "hỏng"),
        (zip_bomb, "bom nén"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_whole(province, tmp_path, make, reason):
    good = dossiers(tmp_path, GOOD, name="dossiers_good.csv")

    with pytest.raises(api.UnreadableFile, match=reason):
        imported(good, make(tmp_path))

    assert not Batch.objects.exists()
    assert in_force() == []


def test_formulas_and_merged_cells_are_refused_with_their_cell(province, tmp_path):
    formula = workbook(
        tmp_path, TITLED, change=lambda _b, sheet: sheet.write_formula("B4", "=1+1", None, 2), name="households_1.xlsx"
    )
    merged = workbook(
        tmp_path, TITLED, change=lambda _b, sheet: sheet.merge_range("A5:B5", "x"), name="households_2.xlsx"
    )

    with pytest.raises(api.UnreadableFile, match="B4 có công thức"):
        imported(formula, dataset="households")
    with pytest.raises(api.UnreadableFile, match="B5"):
        imported(merged, dataset="households")


def test_an_unknown_dataset_names_the_nearest():
    with pytest.raises(UnknownName, match="dossiers"):
        imported(dataset="dosiers")


def test_figures_end_where_the_data_end_or_where_the_installation_says(province, tmp_path, settings):
    imported(dossiers(tmp_path, GOOD))
    reach = api.evaluation_date(AT.date())

    settings.FIGURES_UNTIL = dt.date(2023, 4, 30)

    assert reach == dt.date(2023, 5, 2)
    assert api.evaluation_date(AT.date()) == dt.date(2023, 4, 30)
