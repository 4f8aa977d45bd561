"""Releases on pages: the list, making one, the banner, what differs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.operations.test_pages import rows, text
from tinhso.accounts.api import Role
from tinhso.core import jobs
from tinhso.core.models import AuditEntry
from tinhso.indicators import api as indicators
from tinhso.plans import api as plans

MOST_QUERIES = 17
DIFF = "/releases/1/diff/live/"
FORM = {"period": "2023-05/ytd", "note": "Báo cáo tháng 5"}


def value(client, query=""):
    listed = rows(client.get(f"/?format=csv{query}"))
    return next((row[2], row[3]) for row in listed if row[0] == "soc.assistance")


def test_before_any_release_the_page_says_so(owner):
    page = text(owner.get("/releases/"))

    assert "Chưa có bản chốt" in page
    assert 'id="release"' not in text(owner.get("/"))


@pytest.mark.parametrize("role", [Role.PLAN_OWNER, Role.ADMINISTRATOR])
@pytest.mark.django_db(transaction=True)  # the worker uses the connection as its own
def test_the_plan_owner_and_administrators_make_a_release(computed, sign_in, role):
    client = sign_in(role)

    answer = client.post("/releases/", FORM)
    waiting = text(client.get(answer.url, headers={"hx-request": "true"}))
    jobs.run_worker(once=True)
    done = client.get(answer.url)

    assert "<progress" in waiting
    assert "<html" not in waiting
    assert done.url == "/releases/1/"
    assert client.get(answer.url, headers={"hx-request": "true"}).headers["HX-Redirect"] == "/releases/1/"
    made = indicators.release(1)
    assert (made.plan_number, made.plan_version, made.plan_hash) == (
        "292/KH-UBND",
        "1",
        plans.plan().content_hash,
    )
    assert (made.period, made.note) == (FORM["period"], FORM["note"])
    assert AuditEntry.objects.filter(action="indicators.released").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_release_that_cannot_be_made_says_why(computed, sign_in):
    client = sign_in(Role.PLAN_OWNER)
    key = plans.ask_for_release(number="292/KH-UBND", period="2023-12", note="", actor="nobody", at=indicators_at())
    own = plans.ask_for_release(number="292/KH-UBND", period="2023-12", note="", actor=me(client), at=indicators_at())
    jobs.run_worker(once=True)

    assert "để chốt" in text(client.get(f"/releases/asked/{own}/"))
    assert client.get(f"/releases/asked/{key}/").status_code == 404
    assert indicators.releases() == []


def indicators_at():
    from tests.conftest import AT

    return AT


def me(client):
    from tinhso.accounts.models import User

    return User.objects.get(pk=client.session["_auth_user_id"]).username


def test_the_same_request_twice_is_one_release(computed):
    asked = {"period": "2023-05/ytd", "note": "", "actor": "test", "at": indicators_at()}

    assert plans.create_release(**asked) == plans.create_release(**asked)
    assert len(indicators.releases()) == 1


@pytest.mark.parametrize("form", [{"period": "2023-05/ytd", "note": ""}, {"period": "2024-05", "note": "x"}])
def test_a_wrong_form_is_refused(owner, form):
    answer = owner.post("/releases/", form)

    assert answer.status_code == 422
    assert "Cần sửa trước khi gửi" in text(answer)


@pytest.mark.parametrize(
    ("role", "code"), [(Role.VIEWER, "14"), (Role.DATA_OFFICER, "14"), (Role.ADMINISTRATOR, "125")]
)
def test_others_see_the_list_but_make_none(computed, sign_in, role, code):
    client = sign_in(role, code)

    assert '<form method="post" action="/releases/"' not in text(client.get("/releases/"))
    assert client.post("/releases/", FORM).status_code == 404


def test_strangers_are_asked_to_sign_in(province, client):
    assert client.get("/releases/").status_code == 302
    assert client.get(DIFF).status_code == 302


@pytest.mark.parametrize(
    "url",
    [
        "/?release=9",
        "/?release=x",
        "/units/?release=9",
        "/targets/soc.assistance/?release=9",
        "/releases/9/",
        "/releases/9/diff/live/",
        "/releases/1/diff/9/",
        "/releases/1/diff/x/",
    ],
)
def test_unknown_releases_are_404(released, url):
    assert released[0].get(url).status_code == 404


def test_figures_of_a_release_stay_and_live_ones_move(released):
    client, frozen = released

    assert value(client, "&release=1") == frozen
    assert value(client) != frozen


@pytest.mark.parametrize(
    "url", ["/", "/targets/soc.assistance/", "/targets/soc.assistance/records/", "/units/03649/", "/units/",
            "/targets/sec.awareness/missing/"]
)  # fmt: skip
def test_every_page_that_shows_a_release_says_so_and_leads_back(released, url):
    client, _frozen = released
    page = text(client.get(f"{url}?release=1&view=as-was"))

    assert "Bản chốt số 1" in page
    assert "292/KH-UBND (phiên bản 1)" in page
    assert "từ đầu năm đến hết tháng 5/2023" in page
    assert "Báo cáo tháng 5" in page
    assert "Về số liệu đang cập nhật" in page
    assert "Về số liệu đang cập nhật" not in text(client.get(url))


def test_the_release_is_kept_in_links(released):
    page = text(released[0].get("/targets/soc.assistance/?release=1"))

    assert "level=district&amp;" not in page.replace("release=1&amp;level=district", "")
    assert 'value="1" selected' in page
    assert "/?unit=14&amp;release=1" in page


def test_a_release_shows_its_cut_hashes_and_plan(released):
    page = text(released[0].get("/releases/1/"))
    row = indicators.release(1)

    assert all(one in page for one in (row.cells_sha256, row.catalog_hash, row.tree_hash, row.plan_hash))
    assert "Yêu cầu hỗ trợ" in page
    assert DIFF in page
    assert len(rows(released[0].get("/releases/1/?format=csv"))) == len(indicators.release_batches(1)) + 1


def test_a_changed_plan_is_said(released, monkeypatch):
    monkeypatch.setattr(plans.Plan, "content_hash", "another")

    assert "Kế hoạch đã được sửa từ khi chốt" in text(released[0].get("/?release=1"))
    assert "Kế hoạch đã được sửa từ khi chốt" in text(released[0].get("/releases/1/"))


def test_differences_name_figures_and_the_batch_behind_them(released):
    client, frozen = released
    page = text(client.get(f"{DIFF}?indicator=soc.assistance&period=2023-05/ytd"))
    listed = rows(client.get(f"{DIFF}?format=csv&indicator=soc.assistance&period=2023-05/ytd"))
    province = next(line for line in listed if line[1] == "14")

    assert "thu hồi" in page
    assert "gửi nhầm" in page
    assert "/data/batches/" in page
    assert (province[5], province[6]) == frozen
    assert "gửi nhầm" in province[11]
    assert {line[0] for line in listed[1:]} == {"soc.assistance"}


def test_differences_are_paged_and_the_reported_period_comes_first(released):
    page = text(released[0].get(DIFF))

    assert "page=2" in page
    assert page.index("Từ đầu năm đến hết tháng 5/2023</td>") < page.index("Trang sau")
    assert "Tháng 1/2023</td>" not in page


def test_differences_can_be_told_in_todays_units(released):
    listed = rows(released[0].get(f"{DIFF}?view=as-is&format=csv"))

    assert "Phường Tô Hiệu" in {line[2] for line in listed if line[1] == "03646"}
    assert not any(line[1] == "125" for line in listed)


def test_readers_see_differences_of_their_own_units_only(released, sign_in):
    client = sign_in(Role.VIEWER, "125")
    listed = rows(client.get(f"{DIFF}?format=csv"))

    assert {"125", "14"} & {line[1] for line in listed} == {"125"}
    assert "gửi nhầm" not in text(client.get(DIFF))
    assert "/data/batches/" not in text(client.get(DIFF))
    assert "/data/batches/" not in text(client.get("/releases/1/"))
    assert client.get("/?unit=14&release=1").status_code == 404


def test_nothing_different_is_said(computed, sign_in):
    plans.create_release(period="2023-05/ytd", note="", actor="test", at=indicators_at())

    assert "Không có số liệu nào khác" in text(sign_in(Role.VIEWER).get(DIFF))


@pytest.mark.parametrize(
    "url", ["/?release=1", "/targets/soc.assistance/?release=1", "/releases/", "/releases/1/", DIFF]
)
def test_releases_ask_the_database_little(released, url):
    client, _frozen = released
    client.get(url)

    with CaptureQueriesContext(connection) as queries:
        client.get(url)

    assert len(queries) <= MOST_QUERIES
