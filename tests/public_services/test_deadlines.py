"""A calendar that changes: every deadline of an open dossier follows it in one event. Dated cases of 2024.

Tết: Thursday 8 to Wednesday 14 February. Swap: Monday 29 April is off and Saturday 4 May is worked instead; 30 April and
1 May are off in any case.
"""

import datetime as dt

import pytest
from django.core import mail as outgoing

from tests.public_services import factories as make
from tinhso.accounts.api import Role
from tinhso.core import outbox
from tinhso.core.clock import VIETNAM
from tinhso.organizations.models import CalendarDay, CalendarVersion
from tinhso.public_services.catalog.rules import content
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.desk.presenters import history as desk_history
from tinhso.public_services.dossiers.choices import Action
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.selectors import messages, standing
from tinhso.public_services.dossiers.services import upkeep
from tinhso.public_services.portal.presenters import history as portal_history
from tinhso.public_services.publishing.selectors.history import check_dossiers

LAST_OF_TET = dt.date(2024, 2, 14)
BRIDGE, MADE_UP = dt.date(2024, 4, 29), dt.date(2024, 5, 4)


def moment(month, day, hour=9, minute=0):
    return dt.datetime(2024, month, day, hour, minute, tzinfo=VIETNAM)


def next_calendar(*, without=(), holidays=(), working_days=()):
    """The calendar in force, without some of its special days and with others."""
    latest = CalendarVersion.objects.latest("number")
    days = [(day.day, day.kind) for day in latest.days.all() if day.day not in without]
    days += [(day, "holiday") for day in holidays] + [(day, "working_day") for day in working_days]
    version = CalendarVersion.objects.create(
        number=latest.number + 1,
        issued_on=latest.issued_on,
        basis="Thông báo mẫu",
        first_day=latest.first_day,
        last_day=latest.last_day,
        content_hash=f"{latest.number + 1}",
    )
    CalendarDay.objects.bulk_create(CalendarDay(calendar=version, day=d, kind=k, name="Ngày mẫu") for d, k in days)
    return version.number


def before_tet_is_longer():
    return next_calendar(without=[LAST_OF_TET])


def tet_is_longer():
    return next_calendar(holidays=[LAST_OF_TET])


def before_the_swap():
    return next_calendar(without=[BRIDGE, MADE_UP])


def the_swap():
    return next_calendar(holidays=[BRIDGE], working_days=[MADE_UP])


def with_terms(monkeypatch, *, term, step=10, supplement=5, extension=3):
    """Let the extract have other terms, in working days, and no fee."""
    changed = procedures.bundle(procedures.in_force(make.EXTRACT, make.DAY).pk).content()
    changed |= {"term": days(term), "extension": days(extension), "supplement_days": supplement, "fees": []}
    changed["steps"] = [{**one, "term": days(step)} for one in changed["steps"]]
    changed["resume"] = "continue"
    altered = content.read(changed)
    monkeypatch.setattr(standing, "bundle_of", lambda _dossier: altered)


def days(amount):
    return {"amount": amount, "unit": "working_day"}


@pytest.fixture
def people(catalog):
    return {role: make.official(role) for role in (Role.ONE_STOP_OFFICER, Role.CASE_OFFICER, Role.AGENCY_LEAD)}


def accepted(people, at):
    return make.do(make.filed(at=at), Action.ACCEPT, people[Role.ONE_STOP_OFFICER], at=at)


def recounted(at):
    changed = upkeep.recalculate_due(at=at)
    return changed, Dossier.objects.get()


def open_step(dossier):
    return dossier.step_tasks.get(closed_at__isnull=True)


def test_a_longer_tet_moves_the_promised_day_and_the_step_in_one_event(people, monkeypatch):
    before_tet_is_longer()
    with_terms(monkeypatch, term=5, step=3)
    dossier = accepted(people, moment(2, 6))
    assert (dossier.due_at, dossier.act_by) == (moment(2, 19, 17), moment(2, 15, 17))
    number = tet_is_longer()

    changed, fresh = recounted(moment(2, 7))

    assert changed == 1
    assert (fresh.due_at, fresh.act_by, open_step(fresh).due_at) == (
        moment(2, 20, 17),
        moment(2, 16, 17),
        moment(2, 16, 17),
    )
    assert fresh.calendar == number
    event = fresh.events.latest("seq")
    assert event.kind == "recalculate_due"
    assert set(event.payload["moved"]) == {"due_at", "act_by", "step"}
    assert list(check_dossiers()) == [None]


def test_a_swapped_saturday_moves_the_step_alone_and_nobody_is_told(people, monkeypatch, settings):
    settings.EMAIL_IS_SET_UP = True
    before_the_swap()
    with_terms(monkeypatch, term=5, step=4)
    dossier = accepted(people, moment(4, 25))
    assert (dossier.due_at, dossier.act_by) == (moment(5, 6, 17), moment(5, 3, 17))
    outbox.sweep(at=moment(4, 25), limit=1000)
    the_swap()

    changed, fresh = recounted(moment(4, 26))

    outbox.sweep(at=moment(4, 26), limit=1000)
    assert changed == 1
    assert (fresh.due_at, fresh.act_by, open_step(fresh).due_at) == (
        moment(5, 6, 17),
        moment(5, 4, 17),
        moment(5, 4, 17),
    )
    assert messages.of_dossier(fresh) == []
    assert "tính lại" not in " ".join(letter.subject for letter in outgoing.outbox)


def test_what_was_worked_instead_counts_for_a_promised_day_that_comes_on_it(people, monkeypatch):
    before_the_swap()
    with_terms(monkeypatch, term=4)
    dossier = accepted(people, moment(4, 25))
    assert dossier.due_at == moment(5, 3, 17)
    the_swap()

    _changed, fresh = recounted(moment(4, 26))

    assert fresh.due_at == moment(5, 4, 17)  # a Saturday
    assert fresh.act_by == moment(5, 4, 17)  # the step's own term is longer; it never ends later than the dossier's
    assert "04/05/2024" in messages.of_dossier(fresh)[0].text


def test_a_filing_that_waits_for_its_acceptance_follows_too(people, monkeypatch):
    before_the_swap()
    with_terms(monkeypatch, term=5)
    dossier = make.filed(at=moment(4, 26, 16))
    assert dossier.act_by == moment(4, 29, 17)
    the_swap()

    changed, fresh = recounted(moment(4, 27))

    assert (changed, fresh.act_by, fresh.due_at) == (1, moment(5, 2, 17), None)
    assert fresh.state == "submitted"


def asked_for_supplement(people):
    dossier = accepted(people, moment(2, 5))
    officer = people[Role.CASE_OFFICER]
    return make.do(dossier, Action.REQUEST_SUPPLEMENT, officer, at=moment(2, 6), items={"/address": "Ghi rõ bản"})


def test_a_longer_tet_gives_the_applicant_longer_for_a_supplement_and_says_so(people, monkeypatch, settings):
    settings.EMAIL_IS_SET_UP = True
    before_tet_is_longer()
    with_terms(monkeypatch, term=5, supplement=5)
    monkeypatch.setattr(
        "tinhso.public_services.dossiers.services.letters._addresses", lambda _dossier: {"a@example.vn"}
    )
    dossier = asked_for_supplement(people)
    assert dossier.act_by == moment(2, 19, 17)
    tet_is_longer()

    changed, fresh = recounted(moment(2, 7))

    asked = fresh.supplements.get()
    assert (changed, fresh.act_by, asked.wait_until) == (1, moment(2, 20, 17), moment(2, 20, 17))
    assert "hạn bổ sung hồ sơ được tính lại: từ 17:00 19/02/2024 thành 17:00 20/02/2024" in _said(fresh)
    outbox.sweep(at=moment(2, 7), limit=1000)
    assert any("hạn bổ sung được tính lại" in letter.subject for letter in outgoing.outbox)
    assert upkeep.lapse_supplements(at=moment(2, 20, 16)) == 0


def _said(dossier):
    return " ".join(one.text for one in messages.of_dossier(dossier))


def test_what_the_applicant_was_told_to_do_by_a_day_is_never_asked_for_earlier(people, monkeypatch):
    with_terms(monkeypatch, term=5, supplement=5)
    dossier = asked_for_supplement(people)
    assert dossier.act_by == moment(2, 20, 17)
    before_tet_is_longer()

    changed, fresh = recounted(moment(2, 7))

    assert (changed, fresh.act_by) == (0, moment(2, 20, 17))


def test_an_opinion_that_waits_follows_too(people, monkeypatch):
    before_the_swap()
    with_terms(monkeypatch, term=20, step=20)
    dossier = accepted(people, moment(4, 23))
    there = make.another_commune().unit_id
    make.do(dossier, Action.CONSULT, people[Role.CASE_OFFICER], at=moment(4, 23, 10), reason="Ý kiến?", agency=there)
    asked = dossier.consultations.get()
    assert asked.answer_by == moment(5, 2, 17)
    the_swap()

    recounted(moment(4, 24))

    asked.refresh_from_db()
    assert asked.answer_by == moment(5, 3, 17)


def test_a_step_that_goes_on_after_a_wait_is_counted_from_there(people, monkeypatch):
    before_tet_is_longer()
    with_terms(monkeypatch, term=20, step=3)
    dossier = asked_for_supplement(people)
    make.do(dossier, Action.SUPPLY, make.citizen(), at=moment(2, 7, 10), answers={"address": "Bản Mới, xã Mẫu"})
    assert open_step(dossier).due_at == moment(2, 16, 17)
    tet_is_longer()

    _changed, fresh = recounted(moment(2, 7, 11))

    assert open_step(fresh).due_at == fresh.act_by == moment(2, 19, 17)


def test_counting_again_changes_nothing(people, monkeypatch):
    before_tet_is_longer()
    with_terms(monkeypatch, term=5, step=3)
    accepted(people, moment(2, 6))
    tet_is_longer()
    recounted(moment(2, 7))

    again, fresh = recounted(moment(2, 8))

    assert again == 0
    assert fresh.events.filter(kind="recalculate_due").count() == 1
    assert fresh.messages.count() == 1


def test_a_calendar_that_does_not_reach_so_far_changes_nothing(people, monkeypatch, caplog):
    with_terms(monkeypatch, term=5, step=3)
    dossier = accepted(people, moment(2, 6))
    CalendarVersion.objects.filter(number=next_calendar()).update(last_day=dt.date(2024, 2, 8))

    changed, fresh = recounted(moment(2, 7))

    assert (changed, fresh.due_at) == (0, dossier.due_at)
    assert "calendar does not reach" in caplog.text


def test_resuming_counts_with_the_calendar_in_force_and_says_with_which(people, monkeypatch):
    before_tet_is_longer()
    with_terms(monkeypatch, term=5)
    dossier = asked_for_supplement(people)
    number = tet_is_longer()

    back = make.do(dossier, Action.SUPPLY, make.citizen(), at=moment(2, 7), answers={"address": "Bản Mới, xã Mẫu"})

    assert (back.due_at, back.calendar) == (moment(2, 20, 17), number)


def test_more_time_is_counted_with_the_calendar_in_force_and_the_step_has_it(people, monkeypatch):
    before_tet_is_longer()
    with_terms(monkeypatch, term=2, step=4, extension=1)
    dossier = accepted(people, moment(2, 6))
    assert (dossier.due_at, dossier.act_by) == (moment(2, 14, 17), moment(2, 14, 17))
    number = tet_is_longer()

    later = make.do(dossier, Action.EXTEND, people[Role.AGENCY_LEAD], at=moment(2, 6, 10), reason="Chờ tra sổ gốc")

    assert (later.due_at, later.act_by, later.calendar) == (moment(2, 16, 17), moment(2, 16, 17), number)
    assert open_step(later).due_at == moment(2, 16, 17)


def test_both_sides_read_in_the_history_what_has_moved(people, monkeypatch):
    before_tet_is_longer()
    with_terms(monkeypatch, term=5, step=3)
    accepted(people, moment(2, 6))
    tet_is_longer()
    _changed, fresh = recounted(moment(2, 7))
    event = fresh.events.latest("seq")

    (for_officials,) = desk_history.lines([event], standing.bundle_of(fresh))
    (for_applicant,) = portal_history.lines(fresh, [event], citizens=frozenset(), agency="Xã Mẫu")

    assert for_officials.details == [
        ("Hẹn trả trước đây", "19/02/2024 17:00"),
        ("Hẹn trả", "20/02/2024 17:00"),
        ("Hạn của bước", "15/02/2024 17:00 → 16/02/2024 17:00"),
    ]
    assert for_applicant.title == "Tính lại ngày hẹn trả theo lịch làm việc mới"
