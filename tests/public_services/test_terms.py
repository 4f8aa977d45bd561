"""The clock of a dossier: promised days, pauses, one apology, and corrections by two people."""

import datetime as dt

import pytest

from tests.public_services import factories as make
from tinhso.accounts.api import Role
from tinhso.core.clock import VIETNAM
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.dossiers.choices import Action, State
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.dossiers.services import amendments
from tinhso.public_services.dossiers.services.amendments import AlreadyDecided, SelfApproval
from tinhso.public_services.dossiers.services.refusals import NotAllowed

SINGLE = "1.004873"  # xác nhận tình trạng hôn nhân: 3 working days


def moment(day, hour, minute=0):
    return dt.datetime(2023, 9, day, hour, minute, tzinfo=VIETNAM)


@pytest.fixture
def people(catalog):
    return {role: make.official(role) for role in (Role.ONE_STOP_OFFICER, Role.CASE_OFFICER, Role.AGENCY_LEAD)}


def with_term(monkeypatch, amount, unit="working_day", resume="continue", extension=3):
    """Let the extract have another term than its own."""
    bundle = procedures.bundle(procedures.in_force(make.EXTRACT, make.DAY).pk)
    changed = bundle.content()
    changed |= {"term": {"amount": amount, "unit": unit}, "resume": resume, "fees": []}
    changed |= {"extension": {"amount": extension, "unit": "working_day"} if extension else None}
    from tinhso.public_services.catalog.rules import content

    altered = content.read(changed)
    monkeypatch.setattr(standing, "bundle_of", lambda dossier: altered)


def test_the_promised_day_is_counted_from_acceptance(people, monkeypatch):
    with_term(monkeypatch, 3)
    dossier = make.filed(at=moment(12, 9))

    dossier = make.do(dossier, Action.ACCEPT, people[Role.ONE_STOP_OFFICER], at=moment(12, 15, 1))

    assert dossier.due_at == moment(18, 17)  # accepted after 15:00 on Tuesday counts from Wednesday


def test_the_clock_stands_while_a_supplement_is_awaited(people, monkeypatch):
    with_term(monkeypatch, 5)
    person = make.citizen()
    dossier = make.filed(person, at=moment(11, 8))
    make.do(dossier, Action.ACCEPT, people[Role.ONE_STOP_OFFICER], at=moment(11, 9))
    asked = make.do(
        dossier, Action.REQUEST_SUPPLEMENT, people[Role.CASE_OFFICER], at=moment(13, 9), items={"/address": "Ghi rõ."}
    )
    assert asked.due_at is None

    back = make.do(dossier, Action.SUPPLY, person, at=moment(20, 9), answers={"address": "Bản Mới, xã Mẫu"})

    assert back.due_at == moment(25, 17)  # five days from the 11th is the 18th; five working days passed waiting


def test_with_restart_the_whole_term_begins_anew(people, monkeypatch):
    with_term(monkeypatch, 5, resume="restart")
    person = make.citizen()
    dossier = make.filed(person, at=moment(11, 8))
    make.do(dossier, Action.ACCEPT, people[Role.ONE_STOP_OFFICER], at=moment(11, 9))
    make.do(
        dossier, Action.REQUEST_SUPPLEMENT, people[Role.CASE_OFFICER], at=moment(13, 9), items={"/address": "Ghi rõ."}
    )

    back = make.do(dossier, Action.SUPPLY, person, at=moment(20, 9), answers={"address": "Bản Mới, xã Mẫu"})

    assert back.due_at == moment(27, 17)


def test_more_time_is_given_once_and_in_time(people, monkeypatch):
    with_term(monkeypatch, 5)
    dossier = make.filed(at=moment(11, 8))
    make.do(dossier, Action.ACCEPT, people[Role.ONE_STOP_OFFICER], at=moment(11, 9))
    leader = people[Role.AGENCY_LEAD]

    later = make.do(dossier, Action.EXTEND, leader, at=moment(15, 9), reason="Chờ tra sổ gốc")
    with pytest.raises(NotAllowed, match="một lần"):
        make.do(dossier, Action.EXTEND, leader, at=moment(15, 10), reason="Lần nữa")

    assert later.due_at == moment(21, 17)


def test_on_the_due_day_it_is_too_late_to_ask_for_more(people, monkeypatch):
    with_term(monkeypatch, 5)
    dossier = make.filed(at=moment(11, 8))
    make.do(dossier, Action.ACCEPT, people[Role.ONE_STOP_OFFICER], at=moment(11, 9))

    with pytest.raises(NotAllowed, match="chậm nhất một ngày"):
        make.do(dossier, Action.EXTEND, people[Role.AGENCY_LEAD], at=moment(18, 9), reason="Chờ")


def test_a_step_is_never_due_later_than_the_dossier(people):
    dossier = make.filed(at=moment(12, 8), copies=1)
    make.do(dossier, Action.ACCEPT, people[Role.ONE_STOP_OFFICER], at=moment(12, 9))

    for task in Dossier.objects.get().step_tasks.all():
        assert task.due_at <= moment(12, 17)


def test_a_forced_correction_takes_two(people):
    one, two = (make.official(Role.ADMINISTRATOR, name=f"quantri{n}") for n in (1, 2))
    dossier = make.do(make.filed(), Action.REFUSE, people[Role.ONE_STOP_OFFICER], reason="Nhầm", basis="Luật X")
    wanted = amendments.propose(
        dossier=dossier,
        state=State.SUBMITTED,
        reason="Từ chối nhầm hồ sơ",
        answers={},
        actor=make.as_actor(one, dossier),
        at=make.AT,
    )

    with pytest.raises(SelfApproval):
        amendments.decide(amendment_id=wanted.pk, is_accepted=True, actor=make.as_actor(one, dossier), at=make.AT)
    amendments.decide(amendment_id=wanted.pk, is_accepted=True, actor=make.as_actor(two, dossier), at=make.AT)
    with pytest.raises(AlreadyDecided):
        amendments.decide(
            amendment_id=wanted.pk,
            is_accepted=False,
            actor=make.as_actor(make.official(Role.ADMINISTRATOR), dossier),
            at=make.AT,
        )

    event = dossier.events.latest("seq")
    assert (Dossier.objects.get().state, event.kind, event.actor) == ("submitted", "amend_record", "quantri2")
    assert event.payload["proposed_by"] == "quantri1"


def test_two_administrators_correct_a_dossier_on_their_page(people, client, monkeypatch):
    from tinhso.core import clock

    monkeypatch.setattr(clock, "now", lambda: make.AT)
    monkeypatch.setattr(clock, "today", lambda: make.DAY)
    one, two = (make.official(Role.ADMINISTRATOR, name=f"quantri{n}") for n in (1, 2))
    elsewhere = make.official(Role.ADMINISTRATOR, make.another_commune())
    dossier = make.do(make.filed(), Action.REFUSE, people[Role.ONE_STOP_OFFICER], reason="Nhầm", basis="Luật X")
    wanted = {"number": dossier.number, "state": "submitted", "reason": "Từ chối nhầm"}

    client.force_login(elsewhere)
    assert client.post("/services/desk/amendments/", wanted).status_code == 422
    client.force_login(one)
    assert client.post("/services/desk/amendments/", wanted).status_code == 302
    key = dossier.amendments.get().pk
    assert client.post(f"/services/desk/amendments/{key}/", {"accept": "1"}).status_code == 422
    client.force_login(elsewhere)
    assert client.post(f"/services/desk/amendments/{key}/", {"accept": "1"}).status_code == 404
    client.force_login(two)
    assert client.post(f"/services/desk/amendments/{key}/", {"accept": "1"}).status_code == 302

    assert Dossier.objects.get().state == "submitted"
