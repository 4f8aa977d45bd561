"""Whoever has to act on a task is told by e-mail, and a mail server that is down loses nothing."""

import datetime as dt

import pytest
from django.core import mail as outgoing

from tests.accounts.factories import person
from tests.conftest import AT
from tests.plans.factories import given, handed_in
from tinhso.accounts.api import Role
from tinhso.core import outbox
from tinhso.core.models import OutboxMessage
from tinhso.plans.services import tasks

pytestmark = pytest.mark.usefixtures("province")
LATER = AT + dt.timedelta(days=400)


@pytest.fixture
def mail_server(settings):
    settings.EMAIL_IS_SET_UP = True
    settings.SITE_URL = "https://tinhso.example"
    return outgoing


@pytest.fixture
def people(province):
    """Somebody of the lead agency, and of the unit that gives tasks."""
    for role, code, address in [
        (Role.AGENCY_LEAD, "SL-SNNPTNT", "nn@example.vn"),
        (Role.PLAN_OWNER, "14", "chutri@example.vn"),
        (Role.VIEWER, "SL-SNNPTNT", "nguoi-xem@example.vn"),
    ]:
        found = person(role, code)
        found.email = address
        found.save()


def sent(server):
    return [(message.bcc, message.subject) for message in server.outbox]


def test_the_lead_agency_is_told_of_its_task_and_nobody_sees_the_others(mail_server, people):
    task = given()

    outbox.sweep(at=AT)

    (message,) = mail_server.outbox
    assert (message.to, message.bcc) == ([], ["nn@example.vn"])
    assert message.subject == f"Nhiệm vụ số {task.number} – Giao nhiệm vụ: Khôi phục ký số văn bản"
    assert f"https://tinhso.example/tasks/{task.number}/" in message.body
    assert "05/02/2024" in message.body


def test_reviewers_are_told_of_a_result(mail_server, people):
    task = given()
    outbox.sweep(at=AT)
    mail_server.outbox.clear()

    handed_in(task)
    outbox.sweep(at=AT)

    assert [bcc for bcc, _subject in sent(mail_server)] == [["chutri@example.vn"]]


def test_a_reminder_goes_up_with_the_days(mail_server, people):
    given()
    outbox.sweep(at=AT)
    mail_server.outbox.clear()

    tasks.remind_of_overdue(today=dt.date(2024, 2, 6), at=AT)
    outbox.sweep(at=AT)
    tasks.remind_of_overdue(today=dt.date(2024, 2, 20), at=AT)
    outbox.sweep(at=AT)

    assert [bcc for bcc, _subject in sent(mail_server)] == [["nn@example.vn"], ["chutri@example.vn", "nn@example.vn"]]


def test_a_mail_server_that_is_down_loses_nothing_and_tells_nothing_twice(mail_server, people, monkeypatch):
    def down(*_said, **_more):
        raise ConnectionRefusedError

    given()
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", down)
        outbox.sweep(at=AT)
    assert mail_server.outbox == []
    assert OutboxMessage.objects.get(topic="plans.task_event").delivered_at is None

    outbox.sweep(at=AT + dt.timedelta(minutes=1))
    outbox.sweep(at=AT + dt.timedelta(minutes=2))

    assert len(mail_server.outbox) == 1


def test_without_a_mail_server_news_are_on_pages_only(people, settings):
    settings.EMAIL_IS_SET_UP = False
    given()

    outbox.sweep(at=AT)

    assert outgoing.outbox == []
    assert OutboxMessage.objects.get(topic="plans.task_event").delivered_at == AT
