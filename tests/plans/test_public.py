"""The plan for everybody: complete, without sign-in, without personal data."""

import csv
import io

import pytest

from tests.plans.factories import given
from tinhso.plans.presenters import public as presenter
from tinhso.plans.selectors import standing
from tinhso.plans.services import tasks

pytestmark = pytest.mark.usefixtures("province")


def rows(answer):
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def text(answer):
    return answer.content.decode()


def test_everybody_reads_objectives_targets_and_tasks(client):
    given(title="Ký số toàn bộ văn bản", people="2 chuyên viên", budget_vnd=5_000_000)
    page = text(client.get("/plans/"))

    for target in standing.plan().targets:
        assert target.title in page
    assert "Ký số toàn bộ văn bản" in page
    assert "292/KH-UBND" in page


def test_neither_people_nor_money_nor_details_are_published(client):
    given(people="Nguyễn Văn Mẫu", budget_vnd=123_456_789, details="chi tiết nội bộ")

    for query in ("", "?format=json", "?format=csv&table=tasks"):
        said = client.get(f"/plans/{query}").getvalue().decode()
        for secret in ("Nguyễn Văn Mẫu", "123456789", "123.456.789", "chi tiết nội bộ", "chutri"):
            assert secret not in said


def test_a_canceled_task_is_not_published(client):
    from tests.conftest import AT

    task = given(title="Việc thôi giao")
    tasks.cancel(task_id=task.pk, revision=task.revision, reason="trùng", actor="chutri", at=AT)

    assert "Việc thôi giao" not in text(client.get("/plans/"))


def test_the_open_data_hold_what_the_page_shows_and_the_dictionary_explains_all_of_it(client):
    given()
    found = client.get("/plans/?format=json").json()
    explained = {(one["table"], one["field"]) for one in found["dictionary"]}

    assert len(found["targets"]) == len(standing.plan().targets)
    assert found["plan"]["content_hash"] == standing.plan().content_hash
    for table in ("targets", "tasks"):
        assert {(table, field) for field in found[table][0]} == {one for one in explained if one[0] == table}
        assert rows(client.get(f"/plans/?format=csv&table={table}"))[0].keys() == found[table][0].keys()
    assert len(rows(client.get("/plans/?format=csv&table=dictionary"))) == len(presenter.dictionary())


def test_an_unknown_plan_is_not_found(client):
    assert client.get("/plans/?number=1/KH-UBND").status_code == 404
