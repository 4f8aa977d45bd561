"""The wall screen: the figures of the other pages, how old they are, and which source is silent."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tinhso.accounts.api import Role
from tinhso.operations.presenters import wall as presenter
from tinhso.organizations import api as organizations
from tinhso.plans import api as plans

MOST_QUERIES = 12


def text(answer):
    return answer.content.decode().replace("\xa0", " ")


def test_the_wall_shows_every_target_and_how_old_the_figures_are(owner):
    page = text(owner.get("/wall/"))

    for target in plans.plan().targets:
        assert target.title in page
    assert "31/05/2023" in page
    assert "làm mới lúc" in page


def test_the_wall_counts_what_the_overview_counts(owner):
    counts = [(one.status.code, one.count) for one in owner.get("/").context["counts"]]

    assert [(one.status.code, one.count) for one in owner.get("/wall/").context["counts"]] == counts


def test_a_silent_source_is_named_with_its_last_day(computed):
    province = organizations.resolve("14", dt.date(2023, 5, 31)).org_unit_id
    found = plans.status(unit_id=province)

    now = {one.title: one for one in presenter.silent(found.standings, found.as_of)}
    later = {one.title: one for one in presenter.silent(found.standings, found.as_of + dt.timedelta(days=400))}

    assert (now["Cơ sở y tế"].last_day, now["Cơ sở y tế"].days) == (dt.date(2023, 3, 31), 61)
    assert "Văn bản đi" not in now
    assert later["Văn bản đi"].days == 400
    assert now.keys() < later.keys()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.DATA_OFFICER])
def test_everybody_who_sees_figures_sees_the_wall(computed, sign_in, role):
    assert sign_in(role).get("/wall/").status_code == 200


def test_strangers_are_asked_to_sign_in(computed, client):
    assert client.get("/wall/").status_code == 302


def test_the_wall_asks_the_database_little(owner):
    owner.get("/wall/")

    with CaptureQueriesContext(connection) as queries:
        owner.get("/wall/")

    assert len(queries) <= MOST_QUERIES
