import dataclasses
import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection
from django.http import Http404, HttpResponse
from django.urls import reverse

from tests.accounts.factories import PASSWORD, person
from tests.conftest import AT
from tests.operations.conftest import BACKEND
from tinhso.accounts import api, rules, selectors, services
from tinhso.accounts.api import Action, Role
from tinhso.accounts.models import Citizen
from tinhso.config.settings.base import identity_providers
from tinhso.config.settings.environment import SettingError, env_origin
from tinhso.core.models import AuditEntry

PROFILE = api.Profile(
    full_name="Người dân mẫu – Thào Thị Thử",
    identity_number="014099000777",
    born_on=dt.date(1990, 2, 3),
    phone="0900000777",
    email="thu@example.invalid",
    address="Bản Thử, phường Tô Hiệu",
)
SECRET = (PROFILE.identity_number, PROFILE.phone, PROFILE.email, PROFILE.address, "1990")


def citizen(profile=PROFILE, assurance=2):
    return api.make_citizen(**dataclasses.asdict(profile), assurance=assurance, at=AT)


def request_of(rf, user, **session):
    request = rf.get("/dich-vu-cong/ho-so/")
    request.user, request.session = user, session
    return request


def shown(request):
    return HttpResponse(f"{request.citizen.identity_number} {request.assurance}")


# ---- who is a citizen ----


def test_a_citizen_is_the_same_one_next_time(db):
    first = citizen(assurance=1)
    moved = dataclasses.replace(PROFILE, address="Bản Khác", full_name="Người dân mẫu – Thào Thị Mới")

    second = citizen(moved, assurance=2)

    assert second.pk == first.pk
    assert api.citizen_of(second) == moved
    assert Citizen.objects.get().assurance == 2
    assert api.User.objects.get().full_name == "Người dân mẫu – Thào Thị Mới"
    assert AuditEntry.objects.filter(action="accounts.citizen_made").count() == 1


def test_a_citizens_account_has_no_password_no_role_and_a_name_that_tells_nothing(db):
    user = citizen()

    assert not user.has_usable_password()
    assert user.username == "cd-" + api.identity_hash(PROFILE.identity_number)[:16]
    assert not user.assignments.exists()
    assert api.is_citizen(user)


def test_unknown_details_stay_unknown(db):
    bare = dataclasses.replace(PROFILE, born_on=None, phone="", email="", address="")

    assert api.citizen_of(citizen(bare)) == bare


def test_officials_and_strangers_are_no_citizens(province):
    assert api.citizen_of(person()) is None
    assert not api.is_citizen(person(username="b"))
    assert api.citizen_of(AnonymousUser()) is None


def test_the_database_holds_nothing_readable_but_the_name(db):
    citizen()

    with connection.cursor() as cursor:
        kept = ""
        for table in ("accounts_citizen", "accounts_user", "core_auditentry"):
            cursor.execute(f"SELECT * FROM {table}")
            kept += str(cursor.fetchall())
        cursor.execute("SELECT * FROM accounts_citizen")
        assert PROFILE.full_name not in str(cursor.fetchall())
    assert not [part for part in SECRET if part in kept]


def test_an_official_who_has_the_name_of_a_citizen_is_not_taken_for_one(db):
    name = "cd-" + api.identity_hash(PROFILE.identity_number)[:16]
    api.User.objects.create(username=name, full_name="Giả", created_at=AT)

    with pytest.raises(IntegrityError):
        citizen()


def test_no_official_gets_a_name_like_a_citizens(db):
    with pytest.raises(services.BadName):
        services.create_user(username="cd-an", full_name="A", password=PASSWORD, actor="test", at=AT)


def test_administrators_do_not_see_citizens_among_their_people(province):
    citizen()
    official = person(Role.ADMINISTRATOR)

    found = selectors.people_in(frozenset({official.assignments.get().org_unit_id}))

    assert list(found) == [official]


# ---- pages ----


def test_a_page_for_citizens_knows_who_it_is_and_how_surely(db, rf):
    user = citizen()

    sure = api.citizen_required(shown)(request_of(rf, user, assurance=2))
    unsaid = api.citizen_required(shown)(request_of(rf, user))

    assert sure.content.decode() == f"{PROFILE.identity_number} 2"
    assert unsaid.content.decode() == f"{PROFILE.identity_number} 1"


def test_a_page_for_citizens_is_not_there_for_officials(province, rf):
    with pytest.raises(Http404):
        api.citizen_required(shown)(request_of(rf, person()))


def test_a_page_for_citizens_asks_strangers_to_sign_in_and_come_back(rf):
    answer = api.citizen_required(shown)(request_of(rf, AnonymousUser()))

    assert answer.url == "/accounts/login/?next=/dich-vu-cong/ho-so/"


@pytest.mark.parametrize(
    "name",
    [
        "accounts:people",
        "operations:today",
        "operations:data",
        "plans:tasks",
        "indicators:catalog",
        "mfa_index",
        "mfa_activate_totp",
        "account_change_password",
        "account_reauthenticate",
    ],
)
def test_pages_of_officials_are_not_there_for_citizens(province, client, name):
    client.force_login(citizen(), backend=BACKEND)

    assert client.get(reverse(name)).status_code == 404


def test_the_front_page_leads_citizens_to_their_own(province, client, settings):
    client.force_login(citizen(), backend=BACKEND)

    assert client.get("/").url == settings.CITIZENS_HOME_URL


def test_a_citizen_cannot_sign_in_by_password(province, client):
    user = citizen()

    answer = client.post("/accounts/login/", {"login": user.username, "password": "!"})

    assert answer.status_code != 302
    assert "_auth_user_id" not in client.session


def test_the_sign_in_page_says_that_citizens_cannot_sign_in_yet(client, db):
    page = client.get("/accounts/login/").content.decode()

    assert "chưa nối với nơi định danh" in page
    assert "citizens/login" not in page


def test_the_sign_in_page_has_a_second_way(client, db, settings):
    settings.OIDC_URL = "https://identity.example"
    settings.SOCIALACCOUNT_PROVIDERS = identity_providers(settings.OIDC_URL, "VNeID", "a", "b")

    page = client.get("/accounts/login/?next=/dich-vu-cong/x/").content.decode()

    assert "Đăng nhập bằng VNeID" in page
    assert 'action="/accounts/citizens/login/"' in page
    assert page.count('value="/dich-vu-cong/x/"') == 2


def test_nothing_of_the_second_way_is_there_while_it_is_not_set_up(client, db):
    assert client.post("/accounts/citizens/login/").url == "/accounts/login/"
    assert client.get("/accounts/citizens/login/callback/?code=a&state=b").url == "/accounts/login/"
    assert client.get("/accounts/citizens/login/").status_code == 405


# ---- what the provider says ----


def told(**claims):
    return {"identity_number": PROFILE.identity_number, "full_name": PROFILE.full_name} | claims


def test_claims_are_read_in_either_spelling():
    ours = told(birthdate="1990-02-03", phone_number=PROFILE.phone, email=PROFILE.email, address=PROFILE.address)
    theirs = {
        "SoDinhDanh": PROFILE.identity_number,
        "HoVaTen": PROFILE.full_name,
        "NgayThangNamSinh": "03/02/1990",
        "SoDienThoai": PROFILE.phone,
        "Email": PROFILE.email,
        "ThuongTru": PROFILE.address,
    }

    assert rules.profile_of(ours) == rules.profile_of(theirs) == PROFILE


@pytest.mark.parametrize("number", ["", None, "12345678901", "0140990007770", "01409900077a", "٠١٤٠٩٩٠٠٠٧٧٧", 7])
def test_nobody_enters_without_an_identity_number(number):
    with pytest.raises(rules.UnfitClaims, match="identity_number"):
        rules.profile_of(told(identity_number=number))


def test_nobody_enters_without_a_name():
    with pytest.raises(rules.UnfitClaims, match="full_name"):
        rules.profile_of(told(full_name=" "))


@pytest.mark.parametrize(("said", "day"), [("19900203", dt.date(1990, 2, 3)), ("1990", None), ("31/02/1990", None)])
def test_a_day_of_birth_is_a_day_or_unknown(said, day):
    assert rules.profile_of(told(birthdate=said)).born_on == day


@pytest.mark.parametrize(
    ("acr", "level"), [("LoA2", 2), ("2", 2), ("loa-3", 2), ("LoA1", 1), ("0", 1), ("", 1), (None, 1), ("cao", 1)]
)
def test_the_level_is_the_lowest_unless_said_otherwise(acr, level):
    assert rules.assurance_of(acr) == level


@pytest.mark.parametrize(
    ("id_token", "userinfo", "reason"),
    [
        ({"sub": "1", "nonce": "x"}, {"sub": "1"}, "nonce"),
        ({"sub": "1"}, {"sub": "1"}, "nonce"),
        ({}, {"sub": "1"}, "nonce"),
        ({"sub": "1", "nonce": rules.nonce_of("secret")}, {"sub": "2"}, "subject"),
        ({"nonce": rules.nonce_of("secret")}, {}, "subject"),
    ],
)
def test_an_answer_fits_its_question_and_one_person(id_token, userinfo, reason):
    with pytest.raises(rules.UnfitClaims, match=reason):
        rules.require_same_sign_in(id_token=id_token, userinfo=userinfo, code_verifier="secret")


# ---- settings, roles, demonstration ----


def test_the_origin_of_the_provider_goes_without_its_path(monkeypatch):
    monkeypatch.setenv("TINHSO_OIDC_URL", "https://identity.example:8443/realms/x/")

    assert env_origin("TINHSO_OIDC_URL") == ("https://identity.example:8443/realms/x", "https://identity.example:8443")


def test_the_provider_is_asked_over_https_but_on_this_machine(monkeypatch):
    monkeypatch.setenv("TINHSO_OIDC_URL", "http://identity.example")

    with pytest.raises(SettingError, match="https"):
        env_origin("TINHSO_OIDC_URL")


@pytest.mark.parametrize(
    ("role", "action", "may"),
    [
        (Role.ONE_STOP_OFFICER, Action.RECEIVE_DOSSIERS, True),
        (Role.ONE_STOP_OFFICER, Action.ASSIST_PEOPLE, True),
        (Role.ONE_STOP_OFFICER, Action.DECIDE_DOSSIERS, False),
        (Role.ONE_STOP_OFFICER, Action.VIEW_FIGURES, True),
        (Role.CASE_OFFICER, Action.PROCESS_DOSSIERS, True),
        (Role.CASE_OFFICER, Action.RECEIVE_DOSSIERS, False),
        (Role.COMMUNITY_TEAM, Action.ASSIST_PEOPLE, True),
        (Role.COMMUNITY_TEAM, Action.VIEW_FIGURES, False),
        (Role.AGENCY_LEAD, Action.DECIDE_DOSSIERS, True),
        (Role.PLAN_OWNER, Action.OVERSEE_SERVICES, True),
        (Role.ADMINISTRATOR, Action.MANAGE_PROCEDURES, True),
        (Role.ADMINISTRATOR, Action.OVERSEE_SERVICES, False),
    ],
)
def test_what_the_roles_of_the_services_may_do(role, action, may):
    assert (role in rules.ROLES_THAT_MAY[action]) is may


@pytest.mark.parametrize("at", [AT, AT.replace(year=2026)])
def test_the_demonstration_has_servants_and_citizens_of_any_day(province, at):
    made = dict(api.create_demo_users(password=PASSWORD, at=at))
    people = api.create_demo_citizens(at=at)

    assert {"motcua.xa", "congchuc.xa", "lanhdao.xa", "tocnscd.xa", "motcua.so", "congchuc.so"} <= set(made)
    assert api.create_demo_citizens(at=at) == people
    assert [api.citizen_of(user) for user in people] == [profile for profile, _assurance in api.DEMO_CITIZENS]
    servant = api.User.objects.get(username="motcua.xa")
    assert not api.scope(user=servant, action=Action.RECEIVE_DOSSIERS, on=at.date()).is_empty
