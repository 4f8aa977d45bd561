"""Events lead to one publication, however many they are, and the worker does it."""

import datetime as dt

import pytest
from django_tasks_db.models import DBTaskResult

from tests.public_services import factories as make
from tinhso.accounts.api import Role
from tinhso.core import clock, daily, outbox
from tinhso.datasets.models import Batch
from tinhso.public_services import jobs
from tinhso.public_services.dossiers.choices import Action
from tinhso.public_services.publishing.services import publication


@pytest.fixture
def waiting():
    """Publications that wait."""
    return lambda: DBTaskResult.objects.filter(task_path=jobs.publish_rows.module_path)


@pytest.fixture
def that_day(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: make.later(days=10))


def test_many_events_lead_to_one_publication(catalog, waiting, that_day):
    make.do(make.filed(), Action.ACCEPT, make.official(Role.ONE_STOP_OFFICER))

    delivered = outbox.sweep(at=make.later(days=10))

    assert delivered == 4
    assert waiting().count() == 1


def test_the_next_publication_waits_a_while_after_the_last(catalog, waiting, that_day):
    publication.publish(at=make.later(days=10))

    jobs.have_published()

    assert waiting().get().run_after == make.later(days=10) + jobs.APART


def test_what_a_failed_publication_left_is_brought_on_the_next_day(catalog, waiting, that_day):
    make.do(make.filed(), Action.ACCEPT, make.official(Role.ONE_STOP_OFFICER))

    daily.run_due(at=make.later(days=1))

    assert waiting().count() == 1


def test_a_day_without_anything_new_publishes_nothing(catalog, waiting, that_day):
    publication.publish(at=make.later(hours=1))
    make.filed()  # which nobody has accepted yet

    daily.run_due(at=make.later(days=1))

    assert waiting().count() == 0


def test_the_job_publishes(catalog, that_day):
    jobs.publish_rows.func()

    assert Batch.objects.get().created_at == make.later(days=10).astimezone(dt.UTC)
