"""Nobody receives, handles or decides an own dossier: known by account, or by identity number where an official's is known."""

import pytest
from django.db import transaction
from django.urls import reverse

from tests.public_services import factories as make
from tinhso.accounts import api as accounts
from tinhso.accounts import services as people
from tinhso.accounts.api import Role
from tinhso.core import clock
from tinhso.public_services.dossiers.choices import Action, Channel, PartyRole
from tinhso.public_services.dossiers.models import Dossier, Party
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.dossiers.services import claims
from tinhso.public_services.dossiers.services.refusals import NotAllowed

OWN, OTHER = "014099000001", "014099000009"
DESKS = [Role.ONE_STOP_OFFICER, Role.CASE_OFFICER, Role.AGENCY_LEAD]


@pytest.fixture(autouse=True)
def at_work(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: make.AT)
    monkeypatch.setattr(clock, "today", lambda: make.DAY)


def official(role, number=OWN):
    """An official whose identity number is known."""
    user = make.official(role)
    administrator = make.official(Role.ADMINISTRATOR)
    people.set_identity(user=user, identity_number=number, actor=administrator, at=make.AT)
    return user


@pytest.mark.parametrize("role", DESKS)
def test_who_filed_by_a_citizens_account_is_no_official_to_it(catalog, role):
    dossier = make.filed(make.citizen(OWN))

    assert standing.relations(official(role), dossier, on=make.DAY) == {"applicant"}
    assert standing.relations(official(role, OTHER), dossier, on=make.DAY) != {"applicant"}


@pytest.mark.parametrize("role", DESKS)
def test_while_the_number_is_not_known_nothing_changes(catalog, role):
    dossier = make.filed(make.citizen(OWN))

    assert "applicant" not in standing.relations(make.official(role), dossier, on=make.DAY)


@pytest.mark.parametrize("party", [PartyRole.OWNER, PartyRole.APPLICANT, PartyRole.DELEGATE])
def test_it_is_the_same_whichever_party_the_official_is(catalog, party):
    dossier = make.filed(make.citizen(OWN))
    Party.objects.update(role=party, user=None)

    assert standing.is_applicant(official(Role.AGENCY_LEAD), dossier)


def test_who_only_helped_to_file_is_no_party(catalog):
    dossier = make.filed(make.citizen(OWN))
    helper = official(Role.ONE_STOP_OFFICER, OTHER)
    Party.objects.create(
        dossier=dossier, role=PartyRole.ASSISTANT, user=helper, identity_hash=accounts.identity_hash(OTHER)
    )

    assert not standing.is_applicant(helper, dossier)


def test_the_page_says_why_and_nothing_can_be_done(client, catalog):
    dossier = make.filed(make.citizen(OWN))
    client.force_login(official(Role.ONE_STOP_OFFICER))
    page = reverse("public_services:desk_dossier", args=[dossier.key])
    accept = reverse("public_services:desk_act", args=[dossier.key, "accept"])

    shown = client.get(page)

    assert shown.status_code == 404
    assert "Bạn là chủ hồ sơ hoặc người nộp" in shown.content.decode()
    assert client.post(accept, {"key": "k" * 32, "revision": "1"}).status_code == 404
    assert Dossier.objects.get().state == "submitted"


def test_the_leader_does_not_sign_it(client, catalog):
    dossier = make.accepted(make.filed(make.citizen(OWN)))
    make.do(dossier, Action.ADVANCE, make.official(Role.CASE_OFFICER), checked=make.CHECKED)
    client.force_login(official(Role.AGENCY_LEAD))

    assert client.get(reverse("public_services:desk_result", args=[dossier.key])).status_code == 404


def test_nobody_claims_it(catalog):
    dossier = make.filed(make.citizen(OWN))

    with pytest.raises(claims.ClaimRefused):
        claims.claim(dossier_id=dossier.pk, user=official(Role.ONE_STOP_OFFICER), at=make.AT, on=make.DAY)


def test_nobody_takes_an_own_dossier_in_at_the_counter(catalog):
    user = official(Role.ONE_STOP_OFFICER)

    with pytest.raises(NotAllowed, match="Bạn là chủ hồ sơ hoặc người nộp"), transaction.atomic():
        make.received(user, make.draft(user, channel=Channel.COUNTER))

    assert not Dossier.objects.exists()


def test_others_take_it_in(catalog):
    user = official(Role.ONE_STOP_OFFICER, OTHER)

    assert make.received(user, make.draft(user, channel=Channel.COUNTER)).state == "awaiting_payment"
