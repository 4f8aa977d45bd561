"""Looking up without signing in: little is shown, little may be tried, nothing is told apart."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.public_services import factories as make
from tinhso.core import clock
from tinhso.public_services.dossiers.choices import Channel
from tinhso.public_services.dossiers.services import filing
from tinhso.public_services.dossiers.services.changes import Actor
from tinhso.public_services.portal.models import LookUpTries
from tinhso.public_services.portal.services import tracking

TRACK = reverse("public_services:track")
WRONG = "ABCD-EFGH-JKMN-PQRS"


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    """The present moment, which tests may move."""
    now = {"at": make.later(hours=1)}
    monkeypatch.setattr(clock, "now", lambda: now["at"])
    monkeypatch.setattr(clock, "today", lambda: make.DAY)
    return now


@pytest.fixture
def known(catalog):
    """A dossier and its look-up code."""
    person = make.citizen()
    begun = make.draft(person)
    found = filing.submit(
        draft_id=begun.pk,
        agency=make.commune(),
        parties=[make.owner(person)],
        actor=Actor(person.username, filing.relations_of_filer(Channel.ONLINE), person),
        key=str(begun.key),
        at=make.AT,
    )
    return found.dossier, found.look_up_code


def tried(client, number, code, address="203.0.113.1"):
    return client.post(TRACK, {"number": number, "code": code}, REMOTE_ADDR=address)


def test_number_and_code_show_how_far_it_is_and_nothing_about_anybody(client, known):
    dossier, code = known

    shown = tried(client, dossier.number, code).content.decode()

    assert dossier.number in shown
    assert "Cấp bản sao trích lục hộ tịch" in shown
    assert "Mức độ hoàn thành" in shown
    for secret in ("Lò", "Mẫu, tỉnh", "014099000001", "0900000001", make.commune().name):
        assert secret not in shown


def test_the_code_may_be_typed_by_hand(client, known):
    dossier, code = known

    answer = tried(client, f" {dossier.number.lower()} ", code.replace("-", "").lower().replace("0", "o"))

    assert answer.status_code == 200


def test_the_qr_code_fills_in_the_code(client, known):
    _dossier, code = known

    shown = client.get(TRACK, {"code": code}).content.decode()

    assert f'value="{code}"' in shown


def test_a_wrong_code_and_an_unknown_number_are_told_alike(client, known):
    dossier, code = known
    tried(client, dossier.number, WRONG, "203.0.113.2")
    tried(client, "0-230912-9999", WRONG, "203.0.113.3")

    wrong = tried(client, dossier.number, WRONG, "203.0.113.2")
    unknown = tried(client, "0-230912-9999", WRONG, "203.0.113.3")
    other = tried(client, "0-230912-9999", code, "203.0.113.3")

    assert wrong.status_code == unknown.status_code == other.status_code == 422
    pages = {
        answer.content.decode().replace(number, "N").replace(typed, "C").split("csrfmiddlewaretoken")[0]
        for answer, number, typed in (
            (wrong, dossier.number, WRONG),
            (unknown, "0-230912-9999", WRONG),
            (other, "0-230912-9999", code),
        )
    }
    assert len(pages) == 1


def test_a_wrong_code_and_an_unknown_number_take_the_same_queries(client, known):
    dossier, _code = known
    tried(client, dossier.number, WRONG, "203.0.113.2")
    tried(client, "0-230912-9999", WRONG, "203.0.113.3")

    with CaptureQueriesContext(connection) as first:
        tried(client, dossier.number, WRONG, "203.0.113.2")
    with CaptureQueriesContext(connection) as second:
        tried(client, "0-230912-9999", WRONG, "203.0.113.3")

    assert len(first) == len(second)


def test_five_wrong_tries_of_one_address_are_enough(client, known):
    dossier, code = known
    for place in range(tracking.TRIES):
        assert tried(client, f"0-230912-{place:04d}", WRONG).status_code == 422

    answer = tried(client, dossier.number, code)

    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 901
    assert dossier.number not in answer.content.decode()


def test_five_wrong_tries_for_one_number_are_enough_whoever_tries(client, known):
    dossier, code = known
    for place in range(tracking.TRIES):
        tried(client, dossier.number, WRONG, f"203.0.113.{place}")

    assert tried(client, dossier.number, code, "203.0.113.99").status_code == 429


def test_a_forged_header_is_no_other_address(client, known):
    for place in range(tracking.TRIES):
        client.post(
            TRACK, {"number": f"0-230912-{place:04d}", "code": WRONG}, HTTP_X_FORWARDED_FOR=f"198.51.100.{place}"
        )

    answer = client.post(TRACK, {"number": "0-230912-0099", "code": WRONG}, HTTP_X_FORWARDED_FOR="198.51.100.77")

    assert answer.status_code == 429


def test_after_a_quarter_of_an_hour_one_may_try_again(client, known, moment):
    dossier, code = known
    for _place in range(tracking.TRIES):
        tried(client, dossier.number, WRONG)
    moment["at"] = make.later(hours=1, minutes=15)

    assert tried(client, dossier.number, code).status_code == 200


def test_what_is_found_is_not_counted(client, known):
    dossier, code = known

    codes = {tried(client, dossier.number, code).status_code for _time in range(8)}

    assert codes == {200}


def test_what_is_kept_of_tries_names_nobody_and_goes_the_next_day(client, known):
    dossier, _code = known
    tried(client, dossier.number, WRONG)

    assert all("203" not in row.subject or len(row.subject) == 64 for row in LookUpTries.objects.all())
    assert tracking.forget_tries(at=make.later(days=3)) == 2


def test_empty_fields_are_named(client, known):
    answer = client.post(TRACK, {"number": "", "code": ""})

    assert answer.status_code == 422
    assert "#id_number" in answer.content.decode()
