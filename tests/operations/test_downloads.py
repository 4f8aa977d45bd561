"""Every table of the pages as a file."""

import pytest
from django.utils import translation

from tests.operations.test_pages import rows, text, uploaded
from tinhso.accounts.api import Role
from tinhso.datasets.models import Batch

SECTORS = "/targets/econ.digital_value_added/?period=2022"


def test_the_sectors_of_a_target_are_a_file(owner):
    page = text(owner.get(SECTORS))

    listed = rows(owner.get(f"{SECTORS}&format=csv"))

    assert listed[0][0] == "Ngành"
    assert len(listed) > 5
    assert all(sector in page for sector, *_figures in listed[1:])
    shares = [float(line[3]) for line in listed[1:]]
    assert shares == sorted(shares)


def test_the_months_of_a_chart_are_a_file(owner):
    listed = rows(owner.get("/targets/gov.documents_signed/?format=csv&table=months"))

    assert listed[0] == ["Đến hết tháng", "Thực hiện"]
    assert [month for month, _value in listed[1:]] == [f"2023-0{month}" for month in range(1, 6)]


def test_the_latest_batches_are_a_file(owner):
    listed = rows(owner.get("/data/?format=csv&table=batches"))

    assert listed[0][:2] == ["Lô", "Bộ dữ liệu"]
    assert {int(line[0]) for line in listed[1:]} == set(Batch.objects.values_list("pk", flat=True))


def test_a_file_has_moments_in_the_time_of_the_page(owner):
    listed = rows(owner.get("/data/?format=csv&table=batches"))

    assert listed[1][2] == "2024-01-15 09:00:00"


def test_whoever_sees_no_batches_gets_none_as_a_file(computed, sign_in):
    client = sign_in(Role.VIEWER, "125")

    assert len(rows(client.get("/data/?format=csv&table=batches"))) == 1
    assert len(rows(client.get("/data/dossiers/?format=csv"))) == 1


def test_an_unknown_table_is_the_main_one_of_the_page(province, sign_in):
    client = sign_in(Role.PLAN_OWNER)

    assert rows(client.get("/data/?format=csv&table=x")) == rows(client.get("/data/?format=csv"))


def test_the_columns_of_a_dataset_are_a_file(province, sign_in):
    listed = rows(sign_in(Role.VIEWER).get("/data/staff/?format=csv&table=columns"))

    assert listed[0] == ["Tiêu đề", "Tên cột", "Kiểu", "Giá trị", "Tên khác", "Bắt buộc", "Dữ liệu cá nhân"]
    assert listed[1][5] == "có"


def test_the_wrong_rows_of_an_upload_are_a_file(province, sign_in):
    client = sign_in(Role.PLAN_OWNER)
    url = uploaded(client).url

    listed = rows(client.get(f"{url}?format=csv"))

    assert listed[0] == ["Dòng", "Cột", "Giá trị", "Lý do"]
    assert listed[1][2] == "hôm qua"


def test_the_catalog_of_indicators_is_a_file(province, sign_in):
    listed = rows(sign_in(Role.VIEWER).get("/indicators/?format=csv"))

    assert listed[0] == ["Chỉ tiêu", "Tên", "Trụ cột", "Tử số", "Mẫu số"]
    assert len(listed) == 22


def test_the_measures_of_an_indicator_are_a_file(province, sign_in):
    listed = rows(sign_in(Role.VIEWER).get("/indicators/gov.documents_signed/?format=csv"))

    assert listed[0] == ["Tên", "Bộ dữ liệu", "Cách đo", "Điều kiện"]
    assert len(listed) > 2


def test_a_file_speaks_the_language_of_its_reader(province, sign_in, settings):
    client = sign_in(Role.VIEWER)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    with translation.override(settings.LANGUAGE_CODE):  # and Vietnamese again for the next test
        listed = rows(client.get("/data/staff/?format=csv&table=columns"))

    assert listed[0][-1] == "Personal data"


@pytest.mark.parametrize(
    "url",
    [
        "/?format=csv",
        "/units/?format=csv",
        "/units/125/?format=csv",
        "/data/?format=csv",
        "/data/dossiers/?format=csv",
        "/targets/gov.documents_signed/records/?format=csv",
    ],
)
def test_every_other_table_is_a_file(owner, url):
    answer = owner.get(url)

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].endswith('.csv"')
    assert len(rows(answer)) > 1
