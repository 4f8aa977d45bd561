"""The page of a unit's history: what it says, to whom, and at what cost."""

import csv
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.accounts.factories import FIRST, person
from tests.conftest import AT
from tinhso.accounts import api as accounts
from tinhso.accounts.api import Role
from tinhso.organizations import api as organizations
from tinhso.organizations.models import Crosswalk, OrgUnit

BACKEND = "tinhso.accounts.backends.Backend"
OLD, NEW = "/units/03646/history/?on=2023-12-31", "/units/03646/history/"
MOST_QUERIES = 12


def text(answer):
    return answer.content.decode()


@pytest.fixture
def reader(province, sign_in):
    """The browser of somebody who sees the whole province."""
    return sign_in(Role.VIEWER)


@pytest.fixture
def reader_of(province, client):
    """Sign a person in who looks after some units, by key."""

    def as_(*keys):
        user = person(Role.VIEWER, "125")
        user.assignments.all().delete()
        for key in keys:
            accounts.assign(
                user=user,
                role=Role.VIEWER,
                unit_id=OrgUnit.objects.get(key=key).pk,
                valid_from=FIRST,
                actor="test",
                at=AT,
            )
        client.force_login(user, backend=BACKEND)
        return client

    return as_


def test_a_unit_that_is_no_more_is_reached_by_code_and_day(reader):
    page = text(reader.get(OLD))

    assert "Lịch sử đơn vị: Phường Chiềng Lề" in page
    assert "kết thúc ngày 30/06/2025" in page
    assert 'href="/units/03646/history/?on=2025-07-01"' in page
    assert "1681/NQ-UBTVQH15" in page
    assert "nguyên đơn vị" in page


def test_a_unit_of_today_shows_its_predecessors(reader):
    page = text(reader.get(NEW))

    assert "Lịch sử đơn vị: Phường Tô Hiệu" in page
    assert "kết thúc ngày" not in page
    assert "Tiền thân (4)" in page
    assert 'href="/units/03649/history/?on=2025-06-30"' in page


@pytest.mark.parametrize("url", [OLD, NEW])
def test_a_code_of_two_units_is_said_to_be_no_key(reader, url):
    assert "Mã không phải khóa" in text(reader.get(url))


def test_a_code_of_one_unit_is_not_warned_about(reader):
    page = text(reader.get("/units/116/history/"))

    assert "Thành phố Sơn La" in page
    assert "Mã không phải khóa" not in page


def test_what_has_no_successor_counts_nowhere_yet(reader):
    page = text(reader.get("/units/03751/history/?on=2023-12-31"))

    assert "Chưa xác định được" in page
    assert "Cần đối chiếu với văn bản" in page
    assert "Không có tiền thân, kế thừa" in page


def test_a_merger_to_be_confirmed_is_marked(reader):
    page = text(reader.get("/units/SL-STTTT/history/"))

    assert "ts-badge-old" in page
    assert "Cần đối chiếu với văn bản" in page


def test_a_renamed_unit_shows_both_names(reader):
    page = text(reader.get("/units/03910/history/?on=2023-12-31"))

    assert "Xã Quang Huy" in page
    assert "Thị trấn Quang Huy" in page


def test_the_file_has_every_line(reader):
    answer = reader.get(f"{OLD}&format=csv")
    listed = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert [row[0] for row in listed] == ["Nội dung", "Tên gọi", "Cấp trên", "Sự kiện", "Kế thừa"]
    assert listed[-1][1:] == [
        "2025-07-01",
        "2025-07-01",
        "Phường Tô Hiệu",
        "03646",
        "",
        "1.00000000",
        "nguyên đơn vị",
        "1681/NQ-UBTVQH15",
        "Chắc chắn",
    ]


def test_the_card_leads_to_the_history_of_its_day(owner):
    assert 'href="/units/125/history/?on=2023-05-31"' in text(owner.get("/units/125/"))


def test_the_history_leads_to_the_card_where_there_are_figures(owner):
    assert '<a href="/units/03646/">phiếu đơn vị</a>' in text(owner.get(OLD))
    assert '<a href="/units/03646/?view=as-is">phiếu đơn vị</a>' in text(owner.get(NEW))


@pytest.mark.parametrize("url", [OLD, NEW, "/units/SL-SNNMT/history/", "/units/14/history/"])
def test_the_page_asks_the_database_little(reader, url):
    reader.get(url)

    with CaptureQueriesContext(connection) as queries:
        answer = reader.get(url)

    assert answer.status_code == 200
    assert len(queries) <= MOST_QUERIES


def test_whoever_looks_after_the_successor_reads_its_predecessors(reader_of):
    client = reader_of("commune-03646-2025")

    assert client.get(NEW).status_code == 200
    assert client.get(OLD).status_code == 200
    assert 'href="/units/03649/history/?on=2025-06-30"' in text(client.get(NEW))


@pytest.mark.parametrize("url", ["/units/116/history/", "/units/03661/history/?on=2023-12-31", "/units/14/history/"])
def test_others_are_404(reader_of, url):
    assert reader_of("commune-03646-2025").get(url).status_code == 404


def test_part_of_the_successors_is_not_enough(reader_of):
    row = Crosswalk.objects.get(old_unit__key="commune-03649")
    Crosswalk.objects.filter(pk=row.pk).update(share=Decimal("0.5"))
    row.pk, row.new_unit, row.share = None, OrgUnit.objects.get(key="commune-03664-2025"), Decimal("0.5")
    row.save()
    url = "/units/03649/history/"

    assert reader_of("commune-03646-2025").get(url).status_code == 404


def test_whoever_looked_after_a_district_reads_of_it_but_gets_no_link_to_strangers(reader_of):
    page = text(reader_of("district-116").get(OLD))

    assert "Phường Tô Hiệu" in page
    assert "/history/?on=2025-07-01" not in page


def test_what_nobody_can_place_is_for_the_whole_province(reader_of):
    assert reader_of("commune-03664-2025").get("/units/03751/history/").status_code == 404


@pytest.mark.parametrize(
    "url", ["/units/99999/history/", "/units/03646/history/?on=x", "/units/03980/history/?on=2020-01-01"]
)
def test_what_does_not_exist_is_404(reader, url):
    assert reader.get(url).status_code == 404


def test_strangers_are_asked_to_sign_in(province, client):
    assert client.get(NEW).status_code == 302


def test_links_name_the_unit_they_mean(province):
    """Every address of the reference's history names its own unit."""
    for unit in OrgUnit.objects.all():
        found = organizations.history(unit.pk)
        for line in (*found.predecessors, *found.successors):
            assert organizations.resolve(line.unit.code, line.unit.on).org_unit_id == line.unit.unit_id
