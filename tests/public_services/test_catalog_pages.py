"""The public catalog: searching, one page per procedure, codes that lead nowhere."""

import datetime as dt

import pytest

from tests.public_services import factories as make
from tinhso.core import clock
from tinhso.public_services.catalog.models import Procedure
from tinhso.public_services.catalog.presenters import public
from tinhso.public_services.catalog.rules.content import TermText


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: make.AT)
    monkeypatch.setattr(clock, "today", lambda: make.DAY)


@pytest.mark.parametrize("query", ["trích lục", "trich luc", "2.000635", "TRICH LUC"])
def test_a_procedure_is_found_with_and_without_tone_marks(catalog, client, query):
    page = client.get("/services/", {"q": query}).content.decode()

    assert "/services/2.000635/" in page
    assert "/services/1.001612/" not in page


def test_the_list_is_narrowed_by_field_and_applicant(catalog, client):
    by_field = client.get("/services/", {"field": "Hộ tịch"}).content.decode()
    by_applicant = client.get("/services/", {"applicant": "household_business"}).content.decode()

    assert "/services/1.001612/" not in by_field
    assert "/services/1.001612/" in by_applicant
    assert "/services/2.000635/" not in by_applicant


def test_nothing_found_offers_a_way_on(catalog, client):
    page = client.get("/services/", {"q": "không có gì như thế"}).content.decode()

    assert "Không tìm thấy thủ tục nào" in page
    assert "Xem tất cả thủ tục" in page


def test_an_empty_catalog_says_so(catalog, client):
    Procedure.objects.update(is_active=False)

    assert "Chưa có thủ tục nào được công bố" in client.get("/services/").content.decode()


def test_the_list_is_a_table_for_excel_too(catalog, client):
    answer = client.get("/services/", {"q": "trich luc", "format": "csv"})

    lines = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
    assert "2.000635,Cấp bản sao trích lục hộ tịch" in lines


def test_a_procedure_says_everything_that_is_needed(catalog, client):
    page = client.get("/services/2.000635/").content.decode()

    for text in ("ngay trong ngày làm việc", "8.000 đồng", "Văn bản ủy quyền", "Luật Hộ tịch 2014", "Ký trích lục"):
        assert text in page
    assert "cần cơ quan kiểm tra" in page
    assert "Trích lục hộ tịch (bản sao)" in page


def test_the_unknown_are_asked_to_sign_in_before_filing(catalog, client):
    page = client.get("/services/2.000635/").content.decode()

    assert "/accounts/login/?next=%2Fservices%2F2.000635%2F" in page


def test_citizens_may_file_and_officials_may_not(catalog, client):
    client.force_login(make.citizen())
    assert "/services/2.000635/begin/" in client.get("/services/2.000635/").content.decode()

    client.force_login(make.official("one_stop_officer"))
    assert "/begin/" not in client.get("/services/2.000635/").content.decode()


def test_an_unknown_code_is_a_page_of_its_own(catalog, client):
    answer = client.get("/services/9.999999/")

    assert answer.status_code == 404
    assert "Không có thủ tục nào mang mã “9.999999”" in answer.content.decode()


def test_an_old_code_says_that_it_is_over(catalog, client):
    Procedure.objects.filter(code="2.000635").update(is_active=False)

    answer = client.get("/services/2.000635/")

    assert answer.status_code == 404
    assert "không còn áp dụng" in answer.content.decode()


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ({"amount": 0}, "ngay trong ngày làm việc"),
        ({"amount": 3}, "3 ngày làm việc"),
        ({"amount": 8, "unit": "working_hour"}, "8 giờ làm việc"),
        ({"amount": 15, "unit": "calendar_day"}, "15 ngày, tính cả ngày nghỉ"),
    ],
)
def test_terms_carry_their_unit_in_words(term, words):
    assert public.term_words(TermText(**term)) == words


def test_every_procedure_has_a_page(catalog, client):
    for code in Procedure.objects.values_list("code", flat=True):
        assert client.get(f"/services/{code}/").status_code == 200


def test_pages_work_on_todays_units(catalog, client, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: dt.date(2026, 11, 30))

    page = client.get("/services/2.000635/").content.decode()

    assert "Xã, phường, thị trấn (75)" in page
