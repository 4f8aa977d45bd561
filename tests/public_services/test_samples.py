"""The demonstration's dossiers: at every stage, whole, and published like any other."""

import datetime as dt

import pytest

from tinhso.accounts import api as accounts
from tinhso.core.clock import VIETNAM
from tinhso.public_services import api
from tinhso.public_services.dossiers.choices import State
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
    assert (given, again) == (21, 0)
    assert Dossier.objects.count() == 21
    assert states == set(State.values) - {"accepted"}  # which lasts no longer than the act itself


def test_samples_are_whole_and_nothing_of_them_lies_in_the_future(demonstration):
    api.give_sample_dossiers(today=TODAY, at=AT)

    api.publish(at=AT)

    assert list(api.check_dossiers()) == [None] * 21
    assert all(one.is_same for one in api.reconcile())
    assert api.rows_kept_back() == []
    assert not Dossier.objects.filter(events__at__gt=AT).exists()
