"""The way of a dossier from filing to delivery, event by event."""

import pytest

from tests.public_services import factories as make
from tinhso.accounts.api import Role
from tinhso.public_services.dossiers.choices import Action
from tinhso.public_services.dossiers.models import Dossier, DossierEvent
from tinhso.public_services.dossiers.services.refusals import NotAllowed


def kinds(dossier):
    return list(dossier.events.order_by("seq").values_list("kind", flat=True))


def test_a_filed_dossier_is_there_with_its_number_and_waits_at_reception(catalog):
    dossier = make.filed()

    assert dossier.number == f"{make.commune().code}-230912-0001"
    assert (dossier.state, dossier.desk) == ("submitted", "one_stop")
    assert kinds(dossier) == ["submit"]


def test_acceptance_starts_the_work_and_asks_for_the_fee(catalog):
    dossier = make.filed()
    reception = make.official(Role.ONE_STOP_OFFICER)

    dossier = make.do(dossier, Action.ACCEPT, reception)

    assert kinds(dossier) == ["submit", "accept", "start", "request_payment"]
    assert (dossier.state, dossier.desk, dossier.due_at) == ("awaiting_payment", "applicant", None)
    assert [charge.amount_vnd for charge in dossier.charges.all()] == [16000]


def test_a_stranger_can_do_nothing(catalog):
    dossier = make.filed()
    elsewhere = make.official(Role.ONE_STOP_OFFICER, make.another_commune())

    with pytest.raises(NotAllowed):
        make.do(dossier, Action.ACCEPT, elsewhere)

    assert Dossier.objects.get().state == "submitted"
    assert DossierEvent.objects.count() == 1
