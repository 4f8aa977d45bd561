"""Ten things to do: what they are, to whom they are offered, and what disappears from the list."""

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import AT
from tests.plans.factories import given, handed_in
from tinhso.accounts.api import Role
from tinhso.organizations import api as organizations
from tinhso.plans.services.tasks import Served

MOST_QUERIES = 16


def text(answer):
    return answer.content.decode().replace("\xa0", " ")


def rows(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def listed(client, **query):
    return [(row["Chỉ tiêu"], row["Mã đơn vị"]) for row in rows(client.get("/today/", {"format": "csv", **query}))]


def served(indicator, code):
    unit = organizations.resolve(code, dt.date(2023, 6, 1)).org_unit_id
    return Served(indicator=indicator, unit_id=unit, period="2023-05/ytd")


def test_ten_things_are_listed_each_with_its_evidence_and_a_task(owner):
    page = text(owner.get("/today/"))
    found = listed(owner)

    assert len(found) == 10 == len(set(found))
    for indicator, code in found:
        assert f"/targets/{indicator}/?unit={code}" in page
        assert f"/tasks/new/?indicator={indicator}&amp;unit={code}" in page


def test_what_is_missing_is_what_the_target_page_says(owner):
    first = rows(owner.get("/today/?format=csv"))[0]

    page = text(owner.get(f"/targets/{first['Chỉ tiêu']}/?unit={first['Mã đơn vị']}"))

    assert f"{int(first['Còn thiếu']):,}".replace(",", ".") + " nữa ở tử số" in page


def test_a_shortfall_with_a_task_leaves_the_list_and_is_counted(owner):
    indicator, code = listed(owner)[0]
    given(serves=[served(indicator, code)])

    page = text(owner.get("/today/"))

    assert (indicator, code) not in listed(owner)
    assert "1 phần hụt khác đã có nhiệm vụ" in page


def test_an_accepted_task_no_longer_hides_its_shortfall(owner):
    from tinhso.plans.services import tasks

    indicator, code = listed(owner)[0]
    task = handed_in(given(serves=[served(indicator, code)]))
    tasks.accept(task_id=task.pk, revision=task.revision, actor="chutri", at=AT)

    assert (indicator, code) in listed(owner)
    assert "Việc đã giao có tác dụng không" in text(owner.get("/today/"))


def test_late_tasks_are_named(owner):
    given(title="Việc đã trễ", starts_on=dt.date(2023, 1, 5), due_on=dt.date(2023, 2, 6))

    assert "Việc đã trễ" in text(owner.get("/today/"))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.DATA_OFFICER])
def test_whoever_gives_no_tasks_sees_the_list_without_the_button(computed, sign_in, role):
    page = text(sign_in(role).get("/today/"))

    assert "bù được nhiều nhất" in page
    assert "/tasks/new/" not in page


def test_a_commune_is_told_of_its_own_shortfalls(computed, sign_in):
    client = sign_in(Role.VIEWER, "03646")

    assert {code for _indicator, code in listed(client)} <= {"03646"}


def test_the_page_asks_the_database_little(owner):
    owner.get("/today/")

    with CaptureQueriesContext(connection) as queries:
        owner.get("/today/")

    assert len(queries) <= MOST_QUERIES


@pytest.mark.parametrize("url", ["/", "/today/", "/map/", "/wall/"])
def test_before_any_figures_a_page_says_what_to_do(province, sign_in, url):
    answer = sign_in(Role.PLAN_OWNER).get(url)

    assert "tinhso import" in text(answer)


@pytest.mark.parametrize("query", ["?view=as-is", "?view=comparable:2025-07-01", "?period=2023-03"])
def test_tasks_of_units_that_a_view_does_not_have_are_looked_back_on_all_the_same(owner, query):
    given(serves=[served("gov.documents_signed", "SL-SNNPTNT"), served("soc.digital_addresses", "03646")])

    answer = owner.get(f"/today/{query}")

    assert answer.status_code == 200
    assert "Khôi phục ký số văn bản" in text(answer)
