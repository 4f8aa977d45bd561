"""Alerts: raised once, at the right unit, cleared by themselves, told, escalated, answered; never lost."""

import csv
import datetime as dt
import io

import pytest
from django.core import mail as outgoing
from django.db import IntegrityError, transaction

from tests.accounts.factories import person
from tests.conftest import AT
from tests.plans.factories import given
from tinhso.accounts.api import Role
from tinhso.core import outbox
from tinhso.core.clock import VIETNAM
from tinhso.core.models import AuditEntry, OutboxMessage
from tinhso.operations import jobs
from tinhso.operations.choices import AlertKind
from tinhso.operations.models import Alert
from tinhso.operations.selectors.observations import Observation, Observer
from tinhso.operations.services import alerts, letters
from tinhso.organizations import api as organizations
from tinhso.plans import api as plans
from tinhso.plans.models import PlanVersion
from tinhso.plans.selectors import outlook
from tinhso.plans.services.tasks import Served

TODAY = dt.date(2023, 6, 1)
THURSDAY = dt.datetime(2023, 6, 1, 9, 0, tzinfo=VIETNAM)
SIGNED = "gov.documents_signed"


@pytest.fixture(autouse=True)
def nothing_kept():
    outlook._memory.clear()


def unit(code):
    return organizations.resolve(code, TODAY).org_unit_id


def seen(measure=0.1, *, kind=AlertKind.LEVEL, indicator=SIGNED, code="SL-SNNPTNT"):
    facts = {"value": 0.5, "expected": 0.6, "target": 1.0, "missing": 10.0}
    return Observation(kind, indicator, "", unit(code), measure, facts)


@pytest.fixture
def sees(monkeypatch, computed):
    """Let the observer see what a test says."""

    def as_(*found):
        monkeypatch.setattr(Observer, "observations", lambda _self, _open: {one.key: one for one in found})
        return alerts.assess(today=TODAY, at=THURSDAY)

    return as_


def text(answer):
    return " ".join(answer.content.decode().replace("\xa0", " ").split())


# ---- from the figures ------------------------------------------------------------------------------------------


def test_figures_in_force_raise_alerts_once(computed):
    first = alerts.assess(today=TODAY, at=THURSDAY)
    second = alerts.assess(today=TODAY, at=THURSDAY + dt.timedelta(hours=1))

    assert first > 0
    assert second == 0
    assert Alert.objects.count() == first
    assert AuditEntry.objects.filter(action="operations.alert_raised").count() == first


def test_a_level_alert_stands_where_most_is_missing(computed):
    alerts.assess(today=TODAY, at=THURSDAY)
    asked = plans.question(number=None, period=None, as_of=None)
    behind = [one for one in plans.statuses(asked, [unit("14")])[unit("14")] if one.status in plans.BEHIND]

    for alert in Alert.objects.filter(kind="level"):
        whole = next(one for one in behind if one.target.indicator == alert.indicator)
        assert alert.org_unit_id == plans.lowest(asked, whole).figure.unit_id


def test_a_target_is_not_both_behind_and_forecast_to_miss(computed):
    alerts.assess(today=TODAY, at=THURSDAY)

    level = set(Alert.objects.filter(kind="level").values_list("indicator", flat=True))
    forecast = set(Alert.objects.filter(kind="forecast").values_list("indicator", flat=True))
    assert not level & forecast


def test_near_the_years_end_the_deadline_is_told_instead_of_the_level(computed):
    asked = plans.question(number=None, period=None, as_of=dt.date(2023, 12, 10))
    found = Observer(asked, unit("14"), TODAY).observations([])

    kinds = {one.kind for one in found.values()}
    assert AlertKind.DEADLINE in kinds
    assert AlertKind.LEVEL not in kinds


def with_target(**changed):
    """The plan in force with another target for signing, as a re-issued one would have it."""
    row = PlanVersion.objects.get()
    targets = [one | changed if one["indicator"] == SIGNED else one for one in row.content["targets"]]
    PlanVersion.objects.filter(pk=row.pk).update(content=row.content | {"targets": targets})


def test_before_an_interim_day_what_its_value_lacks_is_told(computed):
    with_target(interim=[{"due_on": "2023-06-15", "value_pct": 99.0}])
    asked = plans.question(number=None, period=None, as_of=None)
    behind = {one.target.indicator: one for one in plans.statuses(asked, [unit("14")])[unit("14")]}

    found = [one for one in Observer(asked, unit("14"), TODAY).observations([]).values() if one.indicator == SIGNED]

    assert behind[SIGNED].status in plans.BEHIND
    (deadline,) = [one for one in found if one.kind == AlertKind.DEADLINE]
    (standing,) = plans.statuses(asked, [deadline.unit_id], [SIGNED])[deadline.unit_id]
    assert deadline.facts["due_on"] == "2023-06-15"
    assert deadline.facts["missing"] == pytest.approx(standing.missing_for(0.99))


def test_what_must_not_be_exceeded_is_behind_when_it_is(computed, client):
    with_target(operator="<=", value_pct=50.0)
    asked = plans.question(number=None, period=None, as_of=None)
    (standing,) = plans.statuses(asked, [unit("14")], [SIGNED])[unit("14")]
    client.force_login(person(Role.PLAN_OWNER), backend="tinhso.accounts.backends.Backend")

    page = text(client.get(f"/targets/{SIGNED}/"))

    assert standing.value > 0.5
    assert standing.status in plans.BEHIND
    assert standing.behind == pytest.approx(standing.value - 0.5)
    assert "ở tử số để không vượt mục tiêu" in page
    assert "Chậm tiến độ" in page


def test_a_source_falls_silent_and_speaks_again(computed):
    asked = plans.question(number=None, period=None, as_of=None)
    measured = {
        today: max(
            one.measure
            for one in Observer(asked, unit("14"), today).observations([]).values()
            if one.kind == AlertKind.SILENCE
        )
        for today in (TODAY, dt.date(2023, 8, 1))
    }

    assert measured[dt.date(2023, 8, 1)] == measured[TODAY] + 61


# ---- raising, clearing -----------------------------------------------------------------------------------------


def test_an_alert_is_over_when_what_was_seen_is_over(sees):
    assert sees(seen(0.1)) == 1
    assert sees(seen(0.01)) == 0
    assert Alert.objects.get().cleared_at is None

    sees(seen(0.0))

    assert Alert.objects.get().cleared_at == THURSDAY


def test_an_alert_that_can_not_be_measured_any_more_is_over(sees):
    sees(seen())
    sees()

    assert Alert.objects.get().cleared_at is not None


def test_what_was_raised_under_another_plan_is_over(sees):
    sees(seen())
    Alert.objects.update(plan_number="1/KH-CU")

    assert sees(seen()) == 1
    assert list(Alert.objects.filter(cleared_at__isnull=True).values_list("plan_number", flat=True)) == ["292/KH-UBND"]


def test_it_is_raised_anew_after_it_was_over(sees):
    sees(seen())
    sees()

    assert sees(seen()) == 1
    assert Alert.objects.filter(cleared_at__isnull=True).count() == 1


def test_the_database_refuses_a_second_open_alert_about_the_same(sees):
    sees(seen())
    twin = Alert.objects.get()
    twin.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


# ---- acting ----------------------------------------------------------------------------------------------------


def test_a_task_for_what_it_is_about_answers_an_alert(sees):
    sees(seen(), seen(indicator="soc.assistance"))

    given(serves=[Served(indicator=SIGNED, unit_id=unit("SL-SNNPTNT"), period="2023-05/ytd")])
    outbox.sweep(at=AT)

    assert dict(Alert.objects.values_list("indicator", "handling")) == {SIGNED: "task", "soc.assistance": ""}


def test_an_alert_about_what_a_task_mends_already_is_acted_upon_at_once(sees):
    given(serves=[Served(indicator=SIGNED, unit_id=unit("SL-SNNPTNT"), period="2023-05/ytd")])

    sees(seen())

    assert Alert.objects.get().handling == "task"


def test_an_explanation_is_kept_and_the_second_refused(sees):
    sees(seen())
    key = Alert.objects.get().pk
    alerts.explain(alert_id=key, note="Đơn vị đổi phần mềm", actor="lanhdao.nn", at=THURSDAY)

    with pytest.raises(alerts.NothingToExplain):
        alerts.explain(alert_id=key, note="Khác", actor="chutri", at=THURSDAY)

    assert Alert.objects.get().note == "Đơn vị đổi phần mềm"


def test_what_nobody_acts_upon_goes_up(sees):
    sees(seen(), seen(indicator="soc.assistance"))
    first = Alert.objects.order_by("pk").first()
    alerts.explain(alert_id=first.pk, note="Đã biết", actor="chutri", at=THURSDAY)

    levels = []
    for day in (1, 2, 3, 4, 5):  # Thursday to Monday: Saturday and Sunday do not count
        alerts.escalate(today=dt.date(2023, 6, day), at=THURSDAY)
        levels.append(tuple(Alert.objects.order_by("pk").values_list("escalation", flat=True)))

    assert levels == [(0, 0), (0, 1), (0, 1), (0, 1), (0, 2)]


# ---- letters ---------------------------------------------------------------------------------------------------


@pytest.fixture
def people(settings, province):
    """People of the department and of the province, and a mail server."""
    settings.EMAIL_IS_SET_UP = True
    for role, code, address in [
        (Role.AGENCY_LEAD, "SL-SNNPTNT", "nn@example.vn"),
        (Role.PLAN_OWNER, "14", "chutri@example.vn"),
    ]:
        found = person(role, code)
        found.email = address
        found.save()
    return outgoing


def test_the_unit_is_told_at_once_in_office_hours(people, sees):
    sees(seen())

    letters.tell(alert_id=Alert.objects.get().pk, at=THURSDAY)
    letters.tell(alert_id=Alert.objects.get().pk, at=THURSDAY)

    (message,) = people.outbox
    assert message.bcc == ["nn@example.vn"]
    assert "mới đạt 50 %" in message.body.replace("\xa0", " ")


@pytest.mark.parametrize("at", [THURSDAY.replace(hour=22), THURSDAY + dt.timedelta(days=2)])
def test_in_quiet_hours_the_next_digest_tells(people, sees, at):
    sees(seen())
    letters.tell(alert_id=Alert.objects.get().pk, at=at)
    assert people.outbox == []

    letters.send_digest(unit_id=unit("SL-SNNPTNT"), on=dt.date(2023, 6, 5), at=THURSDAY)

    assert [message.bcc for message in people.outbox] == [["nn@example.vn"]]
    assert Alert.objects.get().told_at is not None


def test_a_mail_server_that_is_down_loses_no_alert(people, sees, monkeypatch):
    sees(seen())
    down = [True]

    def send(self, fail_silently=False):
        if down:
            raise OSError("connection refused")
        outgoing.outbox.append(self)

    monkeypatch.setattr("django.core.mail.EmailMessage.send", send)
    monkeypatch.setattr("tinhso.operations.jobs.clock.now", lambda: THURSDAY)

    outbox.sweep(at=THURSDAY)
    assert OutboxMessage.objects.get(topic="operations.alert_raised").delivered_at is None
    down.clear()
    outbox.sweep(at=THURSDAY + dt.timedelta(hours=1))

    assert [message.bcc for message in outgoing.outbox] == [["nn@example.vn"]]


def test_the_digest_goes_to_the_unit_and_with_the_escalation_upward(people, sees):
    sees(seen(), seen(indicator="soc.assistance"))
    assert letters.ask_for_digests(today=TODAY, at=THURSDAY) == 1
    Alert.objects.filter(indicator=SIGNED).update(escalation=2)
    OutboxMessage.objects.all().delete()

    assert letters.ask_for_digests(today=dt.date(2023, 6, 5), at=THURSDAY) == 2
    for message in OutboxMessage.objects.order_by("pk"):
        jobs.digest_asked_for(message.payload)

    told = {message.bcc[0]: message.subject for message in people.outbox}
    assert told == {
        "nn@example.vn": "2 cảnh báo chưa xử lý, ngày 05/06/2023",
        "chutri@example.vn": "1 cảnh báo chưa xử lý, ngày 05/06/2023",
    }


def test_no_digest_is_written_on_a_day_off(people, sees):
    sees(seen())

    assert letters.ask_for_digests(today=dt.date(2023, 6, 3), at=THURSDAY) == 0


# ---- page ------------------------------------------------------------------------------------------------------


def test_the_page_tells_what_waits_with_evidence_and_a_task(sees, sign_in):
    sees(seen())
    client = sign_in(Role.PLAN_OWNER)

    page = text(client.get("/alerts/"))

    assert "Sở Nông nghiệp và Phát triển nông thôn" in page
    assert "Mới đạt 50 %, lúc này cần 60 %." in page
    assert f"/targets/{SIGNED}/?unit=SL-SNNPTNT" in page
    assert f"/tasks/new/?indicator={SIGNED}&amp;unit=SL-SNNPTNT" in page


def test_people_of_another_unit_neither_see_nor_answer_it(sees, sign_in):
    sees(seen())
    key = Alert.objects.get().pk
    client = sign_in(Role.AGENCY_LEAD, "SL-SYT")

    assert "Sở Nông nghiệp" not in text(client.get("/alerts/"))
    assert client.post(f"/alerts/{key}/explain/", {"note": "x"}).status_code == 404


def test_a_viewer_sees_but_does_not_answer(sees, sign_in):
    sees(seen())
    key = Alert.objects.get().pk
    client = sign_in(Role.VIEWER)

    page = text(client.get("/alerts/"))

    assert "Mới đạt 50 %" in page
    assert "Giải trình" not in page.replace("giao nhiệm vụ hoặc giải trình", "")
    assert "/tasks/new/" not in page
    assert client.post(f"/alerts/{key}/explain/", {"note": "x"}).status_code == 404


def test_the_agency_explains_and_an_empty_reason_is_refused_in_place(sees, sign_in):
    sees(seen())
    key = Alert.objects.get().pk
    client = sign_in(Role.AGENCY_LEAD, "SL-SNNPTNT")

    refused = client.post(f"/alerts/{key}/explain/", {"note": ""})
    assert refused.status_code == 422
    assert "Hãy ghi lý do." in text(refused)
    done = client.post(f"/alerts/{key}/explain/", {"note": "Đang đổi phần mềm"}, follow=True)

    assert "Đang đổi phần mềm" in text(done)
    assert "Không có cảnh báo nào chờ xử lý" in text(done)


def test_the_share_acted_upon_is_measured_and_shown(sees, sign_in, monkeypatch):
    sees(seen(), seen(indicator="soc.assistance"), seen(indicator="soc.fiber_households"))
    first, second, _third = Alert.objects.order_by("pk")
    alerts.explain(alert_id=first.pk, note="Đã biết", actor="chutri", at=THURSDAY)
    Alert.objects.filter(pk=second.pk).update(cleared_at=THURSDAY)
    monkeypatch.setattr("tinhso.operations.views.alerts.clock.now", lambda: THURSDAY + dt.timedelta(hours=1))
    client = sign_in(Role.PLAN_OWNER)

    answer = client.get("/alerts/?format=csv&table=shares")

    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["Đã nêu"], row["Đã xử lý"], row["Không ai xử lý"]) == ("3", "1", "1")
    assert float(row["Tỷ lệ được xử lý"]) == pytest.approx(0.5)


def test_without_alerts_the_page_says_so(computed, sign_in):
    page = text(sign_in(Role.VIEWER).get("/alerts/"))

    assert "Không có cảnh báo nào chờ xử lý" in page
