import datetime as dt
import io

import pytest
from django.core.management import call_command

from tests.accounts.factories import FIRST, PASSWORD, person
from tests.conftest import AT
from tests.operations.conftest import BACKEND
from tests.operations.test_pages import rows
from tinhso.accounts import api, services
from tinhso.accounts.api import Action, Role
from tinhso.core import clock
from tinhso.core.models import AuditEntry
from tinhso.organizations import api as organizations


def unit(code, on=FIRST):
    return organizations.resolve(code, on).org_unit_id


def test_a_scope_is_the_unit_and_everything_under_it(province):
    found = api.scope(user=person(code="125"), action=Action.VIEW_FIGURES, on=FIRST)

    assert found.allows(unit("125"))
    assert found.allows(unit("04105"))
    assert not found.allows(unit("14"))
    assert not found.allows(unit("03646"))
    assert found.top_unit_id == unit("125")


def test_a_province_reaches_the_communes_of_every_time(province):
    found = api.scope(user=person(), action=Action.VIEW_FIGURES, on=FIRST)

    assert found.allows(unit("03646"))
    assert found.allows(unit("03646", dt.date(2025, 8, 1)))


@pytest.mark.parametrize(
    ("role", "action", "may"),
    [
        (Role.VIEWER, Action.VIEW_FIGURES, True),
        (Role.VIEWER, Action.VIEW_RECORDS, False),
        (Role.DATA_OFFICER, Action.IMPORT_DATA, True),
        (Role.AGENCY_LEAD, Action.IMPORT_DATA, False),
        (Role.ADMINISTRATOR, Action.VIEW_RECORDS, False),
        (Role.ADMINISTRATOR, Action.ADMINISTER, True),
        (Role.PLAN_OWNER, Action.MANAGE_PLAN, True),
    ],
)
def test_what_a_role_may_do(province, role, action, may):
    assert api.scope(user=person(role), action=action, on=FIRST).is_empty is not may


def test_a_role_that_has_ended_gives_nothing(province):
    user = person()
    services.end_assignment(assignment=user.assignments.get(), last_day=FIRST, actor="test", at=AT)

    assert api.scope(user=user, action=Action.VIEW_FIGURES, on=FIRST + dt.timedelta(days=1)).is_empty


def test_a_disabled_person_has_no_scope(province):
    user, boss = person(), person(Role.ADMINISTRATOR, username="boss")
    services.disable_user(user=user, actor=boss, at=AT)

    assert api.scope(user=user, action=Action.VIEW_FIGURES, on=FIRST).is_empty


def test_administrators_do_not_disable_themselves(province):
    boss = person(Role.ADMINISTRATOR)

    with pytest.raises(services.OwnAccount):
        services.disable_user(user=boss, actor=boss, at=AT)


def test_names_are_unique_and_passwords_not_easy(province):
    person(username="an")

    with pytest.raises(services.NameTaken):
        person(username="AN")
    with pytest.raises(services.WeakPassword):
        services.create_user(username="b", full_name="B", password="password12", actor="test", at=AT)


def test_every_act_on_accounts_is_audited(province):
    person()

    own = AuditEntry.objects.filter(action__startswith="accounts.")
    assert set(own.values_list("action", flat=True)) == {"accounts.user_created", "accounts.role_given"}


def test_officials_sign_in(province, client):
    person(username="an")

    page = client.post("/accounts/login/", {"login": "an", "password": PASSWORD})

    assert (page.status_code, page.url) == (302, "/")


@pytest.mark.parametrize("page", ["signup", "password/reset", "email", "login/code"])
def test_nobody_signs_up_or_resets_a_password_by_mail(client, db, page):
    assert client.get(f"/accounts/{page}/").status_code == 404


def test_an_administrator_adds_somebody_within_the_own_scope_only(province, client):
    boss = person(Role.ADMINISTRATOR, "SL-STC", "boss")
    client.force_login(boss, backend=BACKEND)
    fields = {"full_name": "Mới", "password": PASSWORD, "role": Role.VIEWER, "valid_from": "2024-01-15"}
    own = boss.assignments.get().org_unit_id

    outside = client.post("/people/new/", fields | {"unit": unit("14"), "username": "ngoai"})
    inside = client.post("/people/new/", fields | {"unit": own, "username": "trong"})

    assert (outside.status_code, inside.status_code) == (422, 302)
    assert not api.User.objects.filter(username="ngoai").exists()
    assert api.User.objects.get(username="trong").must_change_password


def test_the_first_administrator_is_made_on_the_command_line(province, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda prompt: PASSWORD)
    assert not api.has_administrator(clock.today())

    call_command("create_administrator", "an.van", full_name="An Văn Mẫu", stdout=io.StringIO())

    assert api.has_administrator(clock.today())
    assert api.User.objects.get(username="an.van").must_change_password


def test_the_list_of_people_is_a_file_of_the_own_scope_only(province, client):
    person(code="125", username="huyen")
    person(username="tinh")
    client.force_login(person(Role.ADMINISTRATOR, "125", "boss"), backend=BACKEND)

    listed = rows(client.get("/people/?format=csv"))

    assert listed[0] == ["Họ và tên", "Tên đăng nhập", "Vai trò", "Tài khoản"]
    assert {line[1] for line in listed[1:]} == {"boss", "huyen"}


def test_taking_the_list_of_people_is_audited(province, client):
    client.force_login(person(Role.ADMINISTRATOR, username="boss"), backend=BACKEND)

    client.get("/people/?format=csv")

    assert AuditEntry.objects.get(action="accounts.people_exported").details == {"rows": "1"}


def test_the_roles_of_a_person_are_a_file(province, client):
    found = person(code="125", username="an")
    client.force_login(person(Role.ADMINISTRATOR, username="boss"), backend=BACKEND)

    listed = rows(client.get(f"/people/{found.pk}/?format=csv"))

    assert listed[0] == ["Vai trò", "Đơn vị", "Từ ngày", "Đến hết ngày"]
    assert listed[1][1:] == ["Huyện Mai Sơn", "2023-01-01", ""]
