"""What is filed and accepted moves the plan's figures by exactly these dossiers."""

import shutil

import pytest

from tests.public_services import factories as make
from tinhso.accounts.api import Role
from tinhso.core import clock, jobs
from tinhso.indicators import api as indicators
from tinhso.indicators.selectors import states
from tinhso.public_services.dossiers.choices import Action, Channel
from tinhso.public_services.publishing.services import publication

ONLINE, SERVICES = "gov.dossiers_online", "gov.services_with_online_dossiers"
PUBLISHED = make.later(days=20)


@pytest.fixture
def definitions(tmp_path, monkeypatch):
    """Only the definitions that are asked for, so that computing takes a moment."""
    folder = tmp_path / "national"
    folder.mkdir()
    for name in ("_relations", ONLINE, SERVICES):
        shutil.copy(states.DEFINITIONS / f"{name}.yaml", folder)
    monkeypatch.setattr(states, "DEFINITIONS", folder)


def follow():
    """Publish and compute, as the worker does one after the other."""
    publication.publish(at=PUBLISHED)
    indicators.compute(at=PUBLISHED)


def figure(indicator, code="14"):
    found = indicators.figures(indicators=[indicator], period_codes=["2023-09"])
    return next(((int(f.numerator), int(f.denominator)) for f in found if f.unit_code == code), None)


def test_figures_move_by_exactly_the_accepted_dossiers(catalog, definitions):
    reception = make.official(Role.ONE_STOP_OFFICER)
    follow()
    before = figure(ONLINE)
    for number in ("014099000001", "014099000002"):
        make.do(make.filed(make.citizen(number)), Action.ACCEPT, reception)
    make.filed(make.citizen("014099000003"))  # nobody has accepted it
    make.received(reception, make.draft(reception, channel=Channel.COUNTER))

    follow()

    commune = make.commune().code
    assert before is None
    assert figure(ONLINE) == figure(ONLINE, commune) == (2, 3)
    assert figure(SERVICES) == figure(SERVICES, commune) == (1, 1)


@pytest.mark.django_db(transaction=True)  # the worker uses the connection as its own
def test_the_worker_alone_brings_an_accepted_dossier_into_the_figures(catalog, definitions, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: PUBLISHED)
    make.do(make.filed(), Action.ACCEPT, make.official(Role.ONE_STOP_OFFICER))

    while jobs.work_once(worker="test"):
        pass

    assert figure(ONLINE) == (1, 1)


def test_a_dossier_that_goes_on_is_not_counted_twice(catalog, definitions):
    dossier = make.do(make.filed(), Action.ACCEPT, make.official(Role.ONE_STOP_OFFICER))
    follow()
    make.do(dossier, Action.WITHDRAW, make.citizen(), reason="không cần nữa")

    follow()

    assert figure(ONLINE) == (1, 1)
