"""What happens to dossiers by itself: lapses, old drafts, reminders, and a calendar that changes."""

import datetime as dt

import pytest
from django.core import mail as outgoing

from tests.public_services import factories as make
from tinhso.accounts.api import Role
from tinhso.core import daily, outbox
from tinhso.core.clock import VIETNAM
from tinhso.core.models import OutboxMessage
from tinhso.organizations import services as organizations
from tinhso.organizations.models import CalendarDay, CalendarVersion
from tinhso.public_services.dossiers.choices import Action, Channel
from tinhso.public_services.dossiers.models import Dossier, Draft
from tinhso.public_services.dossiers.selectors import messages
from tinhso.public_services.dossiers.services import upkeep


@pytest.fixture
def reception(catalog):
    return make.official(Role.ONE_STOP_OFFICER)


def waiting_for_supplement(reception):
    dossier = make.filed()
    return make.do(dossier, Action.REQUEST_SUPPLEMENT, reception, items={"/address": "Ghi rõ bản"}, reason="thiếu")


def new_calendar(*holidays):
    """The calendar in force with more holidays, as an upgrade of the reference data brings it."""
    latest = CalendarVersion.objects.latest("number")
    days = [(day.day, day.kind, day.name) for day in latest.days.all()]
    version = CalendarVersion.objects.create(
        number=latest.number + 1,
        issued_on=latest.issued_on,
        basis="Quyết định mẫu",
        first_day=latest.first_day,
        last_day=latest.last_day,
        content_hash=f"{latest.number + 1}",
    )
    days += [(day, "holiday", "Ngày nghỉ thêm") for day in holidays]
    CalendarDay.objects.bulk_create(CalendarDay(calendar=version, day=d, kind=k, name=n) for d, k, n in days)
    return version.number


def running(reception):
    """An accepted dossier whose clock runs, since its fee is paid."""
    dossier = make.do(make.filed(), Action.ACCEPT, reception)
    dossier.charges.update(settled_at=make.AT)
    return make.do(dossier, Action.PAYMENT_SETTLED, None)


# ---- lapses, drafts ---------------------------------------------------------------------------------------------


def test_a_supplement_that_did_not_come_ends_the_dossier_once(reception):
    dossier = waiting_for_supplement(reception)
    late = dossier.act_by + dt.timedelta(minutes=1)

    stopped = upkeep.lapse_supplements(at=late), upkeep.lapse_supplements(at=late)

    fresh = Dossier.objects.get()
    assert stopped == (1, 0)
    assert fresh.state == "stopped"
    assert list(fresh.events.order_by("seq").values_list("kind", flat=True))[-1] == "lapse"


def test_a_supplement_is_waited_for_to_the_last_minute(reception):
    dossier = waiting_for_supplement(reception)

    assert upkeep.lapse_supplements(at=dossier.act_by) == 0


def test_old_drafts_are_dropped_in_the_work_of_the_day(catalog):
    make.draft(make.citizen())

    daily.run_due(at=make.later(days=91))

    assert not Draft.objects.exists()


# ---- overdue ----------------------------------------------------------------------------------------------------


def test_leaders_of_the_agency_are_told_of_overdue_steps_once_a_day(reception, settings):
    settings.EMAIL_IS_SET_UP = True
    leader = make.official(Role.AGENCY_LEAD)
    leader.email = "lanhdao@example.vn"
    leader.save()
    dossier = running(reception)
    late = dossier.act_by + dt.timedelta(days=1)

    daily.run_due(at=late)
    daily.run_due(at=late)
    outbox.sweep(at=late, limit=1000)

    (letter,) = outgoing.outbox
    assert letter.bcc == ["lanhdao@example.vn"]
    assert "1 hồ sơ quá hạn" in letter.subject
    assert dossier.number not in letter.body


def test_what_waits_for_the_applicant_is_not_overdue(reception):
    make.do(make.filed(), Action.ACCEPT, reception)

    assert upkeep.remind_of_overdue(today=make.DAY, at=make.later(days=100)) == 0


# ---- calendar ---------------------------------------------------------------------------------------------------


def test_a_new_calendar_is_told_to_those_above_and_the_first_is_not(province, tmp_path):
    path = tmp_path / "days.csv"
    path.write_text("date,kind,name\n2023-01-02,holiday,Nghỉ\n", encoding="utf-8")

    organizations._load_calendar(path, make.AT)
    organizations._load_calendar(path, make.AT)

    number = CalendarVersion.objects.latest("number").number
    told = OutboxMessage.objects.filter(topic="organizations.calendar_changed")
    assert [message.payload for message in told] == [{"calendar": number}]


def test_the_first_calendar_is_no_news(db, tmp_path):
    CalendarDay.objects.all().delete()
    CalendarVersion.objects.all().delete()
    path = tmp_path / "days.csv"
    path.write_text("date,kind,name\n2023-01-02,holiday,Nghỉ\n", encoding="utf-8")

    organizations._load_calendar(path, make.AT)

    assert not OutboxMessage.objects.exists()


def test_a_changed_calendar_moves_the_day_with_event_reason_and_notice(reception):
    dossier = running(reception)
    number = new_calendar(make.DAY, make.DAY + dt.timedelta(days=1))

    changed = upkeep.recalculate_due(at=make.later(hours=1))

    fresh = Dossier.objects.get()
    event = fresh.events.latest("seq")
    assert changed == 1
    assert (event.kind, event.actor, event.idempotency_key) == (
        "recalculate_due",
        "system",
        f"calendar:{number}:{fresh.pk}:{dossier.revision}",
    )
    before, after = dossier.due_at.astimezone(dt.UTC).isoformat(), fresh.due_at.astimezone(VIETNAM).isoformat()
    assert (event.payload["calendar"], event.payload["due_before"], event.payload["due"]) == (number, before, after)
    assert event.payload["moved"]["due_at"] == [before, after]
    assert fresh.due_at > dossier.due_at
    (notice,) = messages.of_dossier(fresh)
    assert notice.is_from_agency
    assert f"{fresh.due_at.astimezone(VIETNAM):%d/%m/%Y}" in notice.text


def test_recalculating_again_changes_nothing(reception):
    running(reception)
    new_calendar(make.DAY + dt.timedelta(days=1), make.DAY)
    upkeep.recalculate_due(at=make.later(hours=1))

    again = upkeep.recalculate_due(at=make.later(hours=2))

    assert again == 0
    assert Dossier.objects.get().messages.count() == 1


def test_a_calendar_that_does_not_touch_the_term_is_no_event(reception):
    running(reception)
    new_calendar(dt.date(2023, 12, 29))

    assert upkeep.recalculate_due(at=make.later(hours=1)) == 0


def test_a_clock_that_stands_is_left_alone(reception):
    make.do(make.filed(), Action.ACCEPT, reception)
    new_calendar(make.DAY)

    assert upkeep.recalculate_due(at=make.later(hours=1)) == 0


def test_a_day_that_comes_earlier_is_an_event_without_notice(reception):
    new_calendar(make.DAY, make.DAY + dt.timedelta(days=1))
    running(reception)
    CalendarVersion.objects.filter(number=CalendarVersion.objects.latest("number").number - 1).update(number=99)

    assert upkeep.recalculate_due(at=make.later(hours=1)) == 1
    assert Dossier.objects.get().messages.count() == 0


def test_dossiers_of_the_counter_follow_a_calendar_too(reception):
    dossier = make.received(reception, make.draft(reception, channel=Channel.COUNTER))
    dossier.charges.update(settled_at=make.AT)
    make.do(dossier, Action.PAYMENT_SETTLED, None)
    new_calendar(make.DAY, make.DAY + dt.timedelta(days=1))

    assert upkeep.recalculate_due(at=make.later(hours=1)) == 1
