"""The public catalog: searching, one page per procedure, codes that lead nowhere."""

import datetime as dt
import re

import pytest
from django.utils.html import escape

from tests.public_services import factories as make
from tinhso.core import clock, words
from tinhso.public_services.catalog.models import Procedure
from tinhso.public_services.catalog.presenters import public
from tinhso.public_services.catalog.rules.content import TermText
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.catalog.views import public as views


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


@pytest.fixture
def five_a_page(catalog, monkeypatch):
    monkeypatch.setattr(views, "PER_PAGE", 5)


def shown(answer):
    """Codes on a page, in its order."""
    return re.findall(r'href="/services/(\d\.\d{6})/"', answer.content.decode())


def test_a_long_list_comes_in_pages_and_every_procedure_stands_on_one(five_a_page, client):
    pages = [shown(client.get("/services/", {"page": number})) for number in (1, 2, 3)]

    codes = [code for page in pages for code in page]
    assert [len(page) for page in pages] == [5, 5, 2]
    assert sorted(codes) == sorted(Procedure.objects.values_list("code", flat=True))
    assert codes == [one.procedure.code for one in procedures.search("", make.DAY)]


def test_fields_stand_in_the_order_of_letters_whatever_the_database_sorts_by(catalog):
    assert words.without_tones("Đất đai") < words.without_tones("Hộ tịch")
    found = list(dict.fromkeys(one.field for one in procedures.search("", make.DAY)))

    assert found == procedures.fields(make.DAY) == sorted(found, key=words.without_tones)


def test_the_links_between_pages_keep_what_was_asked_for(five_a_page, client):
    first = client.get("/services/", {"q": "c", "applicant": "citizen"})

    following = first.context["pages"]["next"]
    second = client.get(f"/services/{following}")

    assert following == "?q=c&applicant=citizen&page=2"
    assert f'href="{escape(following)}"' in first.content.decode()
    assert second.context["pages"]["previous"] == "?q=c&applicant=citizen&page=1"
    assert first.context["count"] == second.context["count"] > 5
    assert not set(shown(first)) & set(shown(second))


@pytest.mark.parametrize("page", ["0", "99", "x", "9" * 30])
def test_a_page_that_is_not_there_is_the_nearest_one(five_a_page, client, page):
    assert shown(client.get("/services/", {"page": page}))


def test_the_file_holds_the_whole_list_whatever_the_page(five_a_page, client):
    answer = client.get("/services/", {"page": "2", "format": "csv"})

    lines = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
    assert lines.count("\n") == 1 + Procedure.objects.count()


def test_one_page_costs_no_more_however_long_the_list(five_a_page, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        client.get("/services/", {"applicant": "citizen"})


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


def test_the_other_language_is_offered_as_a_quiet_link(catalog, client):
    page = client.get("/services/").content.decode()

    assert '<button class="ts-link" name="language" value="en"' in page
