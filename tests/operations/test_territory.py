"""Figures told in units of another day: the switch, its links, what has no certain unit, units of other times."""

import dataclasses

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.accounts.factories import FIRST, person
from tests.conftest import AT
from tests.operations.test_pages import rows, text
from tinhso.accounts import api as accounts
from tinhso.accounts.api import Role
from tinhso.indicators import api as indicators
from tinhso.organizations import api as organizations
from tinhso.organizations.models import OrgUnit

BACKEND = "tinhso.accounts.backends.Backend"
MOST_QUERIES = 14
LATER = "comparable:2025-07-01"


@pytest.fixture
def reader_of(computed, client):
    """Sign a person in who looks after one unit, by key."""

    def as_(key, role=Role.VIEWER):
        user = person(role, "125")
        user.assignments.all().delete()
        unit = OrgUnit.objects.get(key=key)
        accounts.assign(user=user, role=role, unit_id=unit.pk, valid_from=FIRST, actor="test", at=AT)
        client.force_login(user, backend=BACKEND)
        return client

    return as_


def figure_of(client, url, indicator):
    listed = rows(client.get(f"{url}{'&' if '?' in url else '?'}format=csv"))
    return next((float(row[2]), float(row[3])) for row in listed if row[0] == indicator)


def test_the_switch_has_three_trees_and_the_default_keeps_addresses_short(owner):
    page = text(owner.get("/"))

    assert '<option value="" selected>Của kỳ báo cáo</option>' in page
    assert '<option value="as-is">Hiện nay</option>' in page
    assert '<option value="comparable">Tại ngày …</option>' in page
    assert "view=" not in page


@pytest.mark.parametrize("url", ["/?view=as-is", "/targets/soc.assistance/?view=as-is", "/units/SL-SNV/?view=as-is"])
def test_the_view_is_kept_in_every_link_about_a_unit(owner, url):
    page = text(owner.get(url)).split('<section class="ts-card" aria-labelledby="sides">')
    page = page[0] + page[-1].split("</section>", 1)[-1]  # but for the figures of then, which are in another tree
    links = [part.split('"')[0] for part in page.split('href="')[1:]]
    about_units = [
        link for link in links if "unit=" in link or (link.startswith("/units/") and "/history/" not in link)
    ]

    assert about_units
    assert [link for link in about_units if "view=as-is" not in link and link != "/units/"] == [
        link for link in about_units if "on=" in link
    ]
    assert "hiện nay" in page


def test_the_province_is_the_same_in_every_view(owner):
    for indicator in ("gov.documents_signed", "soc.assistance", "sec.awareness"):
        known = {figure_of(owner, f"/?view={view}", indicator) for view in ("as-was", "as-is", LATER)}
        assert len(known) == 1


def test_todays_unit_adds_up_those_it_was_made_of(owner):
    olds = [figure_of(owner, f"/?unit={code}", "soc.fiber_households") for code in ("03646", "03649", "03652", "03655")]
    today = figure_of(owner, "/?unit=03646&view=as-is", "soc.fiber_households")

    assert today == tuple(map(sum, zip(*olds, strict=True)))


def test_the_form_may_send_kind_and_day_apart(owner):
    one, other = (owner.get(f"/?{query}&format=csv") for query in (f"view={LATER}", "view=comparable&day=2025-07-01"))
    assert rows(one) == rows(other)

    one = text(owner.get("/?view=comparable&day=2025-07-01"))

    assert "tại ngày 01/07/2025" in one
    assert "view=comparable%3A2025-07-01" in one


@pytest.mark.parametrize("query", ["view=x", "view=comparable:2023-13-01", "view=comparable&day=x", "on=x"])
def test_what_is_no_view_is_404(owner, query):
    assert owner.get(f"/?unit=14&{query}").status_code == 404


def test_districts_are_no_level_of_todays_tree(owner):
    page = text(owner.get("/targets/soc.assistance/?view=as-is"))

    assert "level=commune" in page
    assert "level=district" not in page


def test_what_has_no_certain_unit_is_listed_with_its_reason_and_without_a_link(owner):
    page = text(owner.get("/targets/soc.fiber_households/?view=as-is"))
    listed = rows(owner.get("/targets/soc.fiber_households/?view=as-is&level=commune&format=csv"))
    total = figure_of(owner, "/", "soc.fiber_households")

    assert "chưa rõ đơn vị kế thừa" in page
    assert "unit=CHUA-XAC-DINH" not in page
    assert [line[1] for line in listed if line[0] == "CHUA-XAC-DINH"] == ["Chưa xác định"]
    assert sum(float(line[3]) for line in listed[1:]) == total[1]


@pytest.mark.parametrize("url", ["/units/?view=as-is", "/units/14/?view=as-is", "/?view=as-is"])
def test_lists_of_units_name_it_in_a_mapped_view_only(owner, url):
    assert "chưa rõ đơn vị kế thừa" in text(owner.get(url))
    assert "chưa rõ đơn vị kế thừa" not in text(owner.get(url.replace("view=as-is", "")))


def test_it_is_nobodys_unit(owner):
    assert owner.get("/?view=as-is&unit=CHUA-XAC-DINH").status_code == 404


def test_it_is_not_listed_to_readers_of_one_department(reader_of):
    client = reader_of("department-snv")

    assert "chưa rõ đơn vị kế thừa" not in text(client.get("/units/?view=as-is"))


def test_the_list_of_units_is_that_of_the_day(owner):
    assert "Xã, phường, thị trấn (75)" in text(owner.get("/units/?view=as-is"))
    assert "Huyện Mai Sơn" not in text(owner.get("/units/?view=as-is"))
    assert "Huyện Mai Sơn" in text(owner.get("/units/?view=comparable:2024-01-01"))


@pytest.mark.parametrize("url", ["/units/03649/?view=as-is", "/targets/soc.assistance/?unit=03649&view=as-is"])
def test_a_unit_that_the_tree_does_not_have_is_led_to_where_it_lies(owner, url):
    answer = owner.get(url)
    page = text(answer)

    assert answer.status_code == 200
    assert "không có trong cây đơn vị hiện nay" in page
    assert "03646" in page
    assert "/units/03649/history/?on=2025-06-30" in page
    assert "Xem theo cây đơn vị của kỳ báo cáo" in page


def test_a_unit_of_later_is_led_to_what_it_was_made_of(owner):
    page = text(owner.get("/?unit=03646&on=2025-07-01"))

    assert "Phường Tô Hiệu không có trong cây đơn vị của kỳ báo cáo" in page
    assert all(f"/?unit={code}" in page for code in ("03646", "03649", "03652", "03655"))
    assert "/?unit=03646&amp;view=as-is" in page


def test_the_same_code_of_another_day_is_another_unit(owner):
    page = text(owner.get("/units/03646/?view=as-is&on=2023-05-31"))

    assert "Phường Chiềng Lề không có trong cây đơn vị hiện nay" in page


def test_what_nobody_can_place_is_said_to_lie_in_the_undetermined_node(owner):
    assert "mục “Chưa xác định” của tỉnh" in text(owner.get("/units/03751/?view=as-is"))


def test_the_reader_of_a_unit_of_today_is_not_turned_away(reader_of):
    client = reader_of("commune-03646-2025")

    assert "không có trong cây đơn vị của kỳ báo cáo" in text(client.get("/"))
    assert "Phường Tô Hiệu" in text(client.get("/?view=as-is"))


@pytest.mark.parametrize("url", ["/units/03661/?view=as-is", "/?unit=03751&view=as-is", "/?unit=14&view=as-is"])
def test_others_stay_404(reader_of, url):
    assert reader_of("commune-03646-2025").get(url).status_code == 404


def test_records_lead_to_the_tree_they_lie_in(owner):
    answer = owner.get("/targets/soc.assistance/records/?unit=03646&view=as-is")

    assert answer.status_code == 302
    assert "view=" not in answer.url
    assert "Phường Tô Hiệu không có trong cây đơn vị của kỳ báo cáo" in text(owner.get(answer.url))


def test_the_history_shows_figures_of_then_and_of_today(owner):
    page = text(owner.get("/units/03649/history/?on=2023-12-31"))

    assert "Số liệu theo tổ chức khi ấy và hiện nay" in page
    assert 'href="/units/03649/"' in page
    assert 'href="/units/03646/?view=as-is"' in page


def test_the_card_of_today_shows_all_it_was_made_of(owner):
    page = text(owner.get("/units/03646/?view=as-is"))

    assert all(f'href="/units/{code}/"' in page for code in ("03646", "03649", "03652", "03655"))
    assert "mỗi đối tượng chỉ tính một lần" in page


@pytest.mark.parametrize("url", ["/units/125/", "/units/14/?view=as-is"])
def test_units_above_others_have_no_such_table(owner, url):
    assert "Số liệu theo tổ chức khi ấy và hiện nay" not in text(owner.get(url))


def test_whoever_may_not_see_the_other_side_gets_no_table(reader_of):
    assert "Số liệu theo tổ chức khi ấy" not in text(reader_of("commune-03649").get("/units/03649/"))


@pytest.mark.parametrize("url", ["/?view=as-is", "/targets/soc.assistance/?view=as-is", "/units/03646/?view=as-is"])
def test_estimates_are_marked_and_explained(owner, url, monkeypatch):
    real = indicators.figures

    def estimated(**asked):
        return [dataclasses.replace(one, estimated=one.view != indicators.AS_WAS) for one in real(**asked)]

    assert "ước tính" not in text(owner.get(url))
    monkeypatch.setattr(indicators, "figures", estimated)
    page = text(owner.get(url))

    assert "ts-badge-estimated" in page
    assert "theo tỷ lệ đã khai báo" in page


def test_htmx_gets_the_breakdown_of_the_view(owner):
    part = text(owner.get("/targets/soc.assistance/?view=as-is&level=commune", headers={"hx-request": "true"}))

    assert "<html" not in part
    assert "view=as-is" in part
    assert "Chưa xác định" in part


@pytest.mark.parametrize(
    "url", ["/?view=as-is", "/targets/soc.assistance/?view=as-is", "/units/03646/?view=as-is", "/units/?view=as-is"]
)
def test_a_mapped_view_asks_the_database_little(owner, url):
    owner.get(url)

    with CaptureQueriesContext(connection) as queries:
        owner.get(url)

    assert len(queries) <= MOST_QUERIES


def test_todays_tree_is_that_of_the_reform(province):
    assert {row.kind for row in organizations.units_on(indicators.view_day("as-is"))} == {
        "province",
        "department",
        "commune",
    }
