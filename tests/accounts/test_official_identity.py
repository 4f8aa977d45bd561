"""Who an official is, by identity number: set by another administrator, sealed, shown to nobody and told nowhere."""

import json

import pytest
from django.db import connection
from django.urls import reverse

from tests.accounts.factories import person
from tests.conftest import AT
from tinhso.accounts import api, services
from tinhso.accounts.api import Role
from tinhso.core import clock
from tinhso.core.models import AuditEntry, OutboxMessage

NUMBER = "014099000001"


@pytest.fixture(autouse=True)
def at_work(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def official(province):
    return person(Role.CASE_OFFICER, "125")


@pytest.fixture
def administrator(province):
    return person(Role.ADMINISTRATOR)


def known(user, administrator, number=NUMBER):
    services.set_identity(user=user, identity_number=number, actor=administrator, at=AT)
    return user


def test_an_official_is_known_by_the_hash_by_which_citizens_are(official, administrator):
    assert api.identity_hash_of(official) == ""

    known(official, administrator, "014 099.000 001")

    official.refresh_from_db()
    assert api.identity_hash_of(official) == api.identity_hash(NUMBER)


def test_a_citizen_is_known_by_what_the_identity_provider_says(province):
    citizen = api.make_citizen(
        identity_number=NUMBER, full_name="Mẫu", born_on=None, phone="", email="", address="", assurance=2, at=AT
    )

    assert api.identity_hash_of(citizen) == api.identity_hash(NUMBER)


def test_it_can_be_taken_away(client, official, administrator):
    known(official, administrator)
    client.force_login(administrator)

    answer = client.post(reverse("accounts:remove_identity", args=[official.pk]))

    official.refresh_from_db()
    assert answer.status_code == 302

    assert api.identity_hash_of(official) == ""
    noted = AuditEntry.objects.filter(action__startswith="accounts.identity").order_by("pk")
    assert list(noted.values_list("action", "actor")) == [
        ("accounts.identity_set", administrator.username),
        ("accounts.identity_removed", administrator.username),
    ]


@pytest.mark.parametrize("number", ["", "1", "01409900000a", "0140990000011"])
def test_it_has_twelve_digits(official, administrator, number):
    with pytest.raises(services.BadIdentity):
        known(official, administrator, number)

    official.refresh_from_db()
    assert official.sealed_identity == ""


def test_nobody_says_alone_what_keeps_the_person_from_own_dossiers(administrator):
    with pytest.raises(services.OwnAccount):
        known(administrator, administrator)
    with pytest.raises(services.OwnAccount):
        services.remove_identity(user=administrator, actor=administrator, at=AT)


def test_the_number_stands_nowhere(official, administrator):
    known(official, administrator)

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_user")
        stored = str(cursor.fetchall())
    told = json.dumps([*AuditEntry.objects.values(), *OutboxMessage.objects.values()], default=str)
    assert NUMBER not in stored + told


def page_of(client, user, **posted):
    url = reverse("accounts:identity" if posted else "accounts:person", args=[user.pk])
    return client.post(url, posted) if posted else client.get(url)


def test_the_administrator_sets_it_on_the_persons_page_which_does_not_show_it(client, official, administrator):
    client.force_login(administrator)
    before = page_of(client, official).content.decode()

    answer = page_of(client, official, identity_number=NUMBER)

    after = page_of(client, official).content.decode()
    assert answer.status_code == 302
    assert "Chưa ghi số định danh" in before
    assert "Đã ghi số định danh" in after
    assert NUMBER not in after


def test_a_wrong_number_is_refused_with_a_reason(client, official, administrator):
    client.force_login(administrator)

    answer = page_of(client, official, identity_number="12")

    assert answer.status_code == 422
    assert "gồm 12 chữ số" in answer.content.decode()


@pytest.mark.parametrize(("role", "code"), [(Role.ADMINISTRATOR, "116"), (Role.AGENCY_LEAD, "14")])
def test_only_who_looks_after_the_person_may(client, official, role, code):
    client.force_login(person(role, code))

    assert page_of(client, official, identity_number=NUMBER).status_code == 404
    assert client.post(reverse("accounts:remove_identity", args=[official.pk])).status_code == 404
    official.refresh_from_db()
    assert official.sealed_identity == ""
