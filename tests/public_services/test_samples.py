"""The demonstration's dossiers: at every stage, whole, and published like any other."""

import datetime as dt

import pytest

from tinhso.accounts import api as accounts
from tinhso.core.clock import VIETNAM
from tinhso.public_services import api
from tinhso.public_services.assistance.choices import Outcome
from tinhso.public_services.assistance.models import AssistanceSession
from tinhso.public_services.dossiers.choices import PartyRole, State
from tinhso.public_services.dossiers.models import Dossier

AT = dt.datetime(2026, 11, 29, 10, 0, tzinfo=VIETNAM)  # a Sunday
TODAY = AT.date()


@pytest.fixture
def demonstration(province, pdf_tools):
    accounts.create_demo_users(password="tinh-so-2023", at=AT)
    api.adopt_reference(valid_from=dt.date(2026, 1, 1), at=AT)


def test_samples_stand_at_every_stage_and_are_given_once(demonstration):
    given = api.give_sample_dossiers(today=TODAY, at=AT)
    again = api.give_sample_dossiers(today=TODAY, at=AT)

    states = set(Dossier.objects.values_list("state", flat=True))
    assert (given, again) == (22, 0)
    assert Dossier.objects.count() == 22
    assert states == set(State.values) - {"accepted"}  # which lasts no longer than the act itself


def test_samples_are_whole_and_nothing_of_them_lies_in_the_future(demonstration):
    api.give_sample_dossiers(today=TODAY, at=AT)

    api.publish(at=AT)

    assert list(api.check_dossiers()) == [None] * 22
    assert all(one.is_same for one in api.reconcile())
    assert api.rows_kept_back() == []
    assert not Dossier.objects.filter(events__at__gt=AT).exists()


def test_sample_sessions_of_help_stand_at_every_stage(demonstration):
    api.give_sample_dossiers(today=TODAY, at=AT)

    sessions = AssistanceSession.objects.all()
    moments = sessions.values_list("requested_at", "started_at", "consented_at", "ended_at", "disputed_at")
    assert sessions.filter(helper=None).count() == 2
    assert sessions.exclude(helper=None).filter(ended_at=None).count() == 1
    assert set(sessions.exclude(ended_at=None).values_list("outcome", flat=True)) == set(Outcome.values)
    assert sessions.exclude(disputed_at=None).count() == 1
    assert all(at is None or at <= AT for row in moments for at in row)


def test_one_sample_dossier_was_filed_by_the_team_for_its_owner(demonstration):
    api.give_sample_dossiers(today=TODAY, at=AT)

    (session,) = AssistanceSession.objects.exclude(dossier=None)
    assert session.dossier.state == State.DELIVERED
    assert set(session.dossier.parties.values_list("role", flat=True)) == {PartyRole.OWNER, PartyRole.ASSISTANT}
