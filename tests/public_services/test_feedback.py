"""Ratings once, complaints answered once, both sealed, each seen by whom it concerns."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from tests.public_services import factories as make
from tests.public_services.test_upkeep import new_calendar
from tinhso.accounts.api import Role
from tinhso.core import clock
from tinhso.core.models import AuditEntry
from tinhso.public_services.dossiers.choices import Action
from tinhso.public_services.dossiers.models import AccessLog
from tinhso.public_services.feedback import selectors, services
from tinhso.public_services.feedback.choices import ComplaintKind, Level, Reason
from tinhso.public_services.feedback.models import Complaint, Rating

SECRET = "Cán bộ Nguyễn Văn Kín"


@pytest.fixture(autouse=True)
def moment(monkeypatch):
    now = {"at": make.later(hours=1)}
    monkeypatch.setattr(clock, "now", lambda: now["at"])
    monkeypatch.setattr(clock, "today", lambda: now["at"].date())
    return now


@pytest.fixture
def person(catalog):
    return make.citizen()


@pytest.fixture
def settled(person):
    officer = make.official(Role.ONE_STOP_OFFICER)
    return make.do(make.filed(person), Action.REFUSE, officer, reason="Không thuộc xã", basis="Điều 5")


def rate_url(dossier):
    return reverse("public_services:rate", args=[dossier.key])


def rated(dossier, person, level=Level.SATISFIED, comment=""):
    return services.rate(
        dossier_id=dossier.pk, user=person, level=level, reasons=[Reason.POLITE], comment=comment, at=make.AT
    )


def complained(person, *, dossier=None, unit=None, text=SECRET, key="k", at=make.AT):
    return services.complain(
        user=person,
        kind=ComplaintKind.REFLECTION,
        agency_id=(unit or make.commune()).unit_id,
        dossier_id=dossier.pk if dossier else None,
        text=text,
        key=key,
        at=at,
    )


# ---- ratings ----


def test_a_settled_dossier_is_rated(client, person, settled):
    client.force_login(person)

    answer = client.post(rate_url(settled), {"level": "4", "reasons": ["polite", "late"], "comment": SECRET})

    assert answer.status_code == 302
    rating = Rating.objects.get()
    assert (rating.score, rating.reasons) == (4, ["late", "polite"])
    assert SECRET not in rating.sealed
    assert SECRET not in str(AuditEntry.objects.filter(action="public_services.dossier_rated").values())


def test_it_is_rated_once(client, person, settled):
    rated(settled, person)
    client.force_login(person)

    answer = client.post(rate_url(settled), {"level": "1"})

    assert answer.status_code == 422
    assert "đã được đánh giá" in answer.content.decode()
    assert Rating.objects.get().score == 4


def test_an_open_dossier_is_not_rated(client, person):
    dossier = make.filed(person)
    client.force_login(person)

    assert client.get(rate_url(dossier)).status_code == 200
    assert client.post(rate_url(dossier), {"level": "5"}).status_code == 422
    assert not Rating.objects.exists()


@pytest.mark.parametrize("level", ["0", "6", "", "x"])
def test_there_are_five_levels(client, person, settled, level):
    client.force_login(person)

    assert client.post(rate_url(settled), {"level": level}).status_code == 422


def test_the_database_knows_five_levels_too(person, settled):
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.create(dossier=settled, score=6, at=make.AT)


def test_nobody_rates_for_another(client, settled):
    client.force_login(make.citizen("014099000002", "Người dân mẫu – Lạ"))

    assert client.get(rate_url(settled)).status_code == 404
    assert client.post(rate_url(settled), {"level": "1"}).status_code == 404


def test_satisfaction_is_published_by_dossier(person, settled):
    rated(settled, person)
    other = make.filed(person, at=make.later(minutes=2))

    assert selectors.satisfaction_of([settled.pk, other.pk]) == {settled.pk: 4}


def test_leaders_see_counts_by_agency_and_procedure_and_no_names(client, person, settled):
    rated(settled, person, comment=SECRET)
    client.force_login(make.official(Role.AGENCY_LEAD))

    shown = client.get(reverse("public_services:ratings")).content.decode()
    file = b"".join(client.get(reverse("public_services:ratings") + "?format=csv")).decode()

    assert make.commune().name in shown
    assert SECRET in shown  # the words are for leaders, without who wrote them
    assert settled.number not in shown
    assert "Lò Thị" not in shown
    assert f"{make.commune().name},2.000635," in file
    assert ",0,1,0,0,0,1,1.0" in file


def test_leaders_of_other_agencies_see_other_counts(client, person, settled):
    rated(settled, person, comment=SECRET)
    client.force_login(make.official(Role.AGENCY_LEAD, make.another_commune()))

    shown = client.get(reverse("public_services:ratings")).content.decode()

    assert SECRET not in shown
    assert "Chưa có đánh giá nào" in shown


def test_days_that_are_no_days_are_this_year(client, person, settled):
    rated(settled, person)
    client.force_login(make.official(Role.AGENCY_LEAD))

    answer = client.get(reverse("public_services:ratings"), {"first": "2023-13-40", "last": ""})

    assert make.commune().name in answer.content.decode()


@pytest.mark.parametrize("role", [Role.ONE_STOP_OFFICER, Role.CASE_OFFICER, Role.VIEWER])
@pytest.mark.parametrize("page", ["ratings", "feedback"])
def test_only_leaders_have_these_pages(client, person, role, page):
    client.force_login(make.official(role))

    assert client.get(reverse(f"public_services:{page}")).status_code == 404


# ---- complaints ----


def test_a_complaint_lies_sealed_and_has_a_term(person):
    made = complained(person)

    assert SECRET not in made.sealed
    assert made.due_at.date() == dt.date(2023, 10, 3)  # 15 working days after 12/9/2023
    assert SECRET not in str(AuditEntry.objects.filter(action="public_services.complaint_made").values())


def test_a_changed_calendar_moves_the_terms_of_what_waits_for_an_answer(person):
    waiting, answered = complained(person), complained(person, key="l")
    services.answer(
        complaint_id=answered.pk, user=make.official(Role.AGENCY_LEAD), text="Đã xử lý", at=make.later(hours=2)
    )
    new_calendar(dt.date(2023, 9, 20), dt.date(2023, 10, 3))

    assert [services.recalculate_due(at=make.later(hours=3)) for _time in range(2)] == [1, 0]

    waiting.refresh_from_db()
    answered.refresh_from_db()
    assert waiting.due_at.date() == dt.date(2023, 10, 5)  # two days off more
    assert answered.due_at.date() == dt.date(2023, 10, 3)
    noted = AuditEntry.objects.get(action="public_services.complaint_due_moved")
    assert noted.obj == f"complaint:{waiting.key}"


def test_the_term_is_the_installations(person, settings):
    settings.COMPLAINT_DAYS = 5

    assert complained(person).due_at.date() == dt.date(2023, 9, 19)


def test_a_citizen_complains_of_an_agency(client, person):
    client.force_login(person)
    address = reverse("public_services:complain")
    said = {"key": uuid.uuid4().hex, "kind": "proposal", "agency": make.commune().unit_id, "text": SECRET}

    assert client.get(address).status_code == 200
    first, again = (client.post(address, said) for _time in range(2))

    assert first.status_code == again.status_code == 302
    assert Complaint.objects.get().agency_id == make.commune().unit_id


def test_about_a_dossier_its_agency_answers(client, person):
    dossier = make.filed(person)
    client.force_login(person)
    said = {"key": "k", "kind": "reflection", "agency": make.another_commune().unit_id, "text": SECRET}

    client.post(reverse("public_services:complain") + f"?dossier={dossier.key}", said)

    made = Complaint.objects.get()
    assert (made.dossier, made.agency_id) == (dossier, dossier.agency_id)


def test_about_a_dossier_of_another_nobody_complains(client, person):
    dossier = make.filed(person)
    client.force_login(make.citizen("014099000002", "Người dân mẫu – Lạ"))
    address = reverse("public_services:complain")

    assert client.get(f"{address}?dossier={dossier.key}").status_code == 404
    assert client.get(f"{address}?dossier=abc").status_code == 404


def test_a_complaint_is_answered_once(client, person, moment):
    made = complained(person)
    leader = make.official(Role.AGENCY_LEAD)
    client.force_login(leader)
    address = reverse("public_services:complaint", args=[made.key])

    first = client.post(address, {"text": "Đã chấn chỉnh."})
    second = client.post(address, {"text": "Khác"})

    assert (first.status_code, second.status_code) == (302, 422)
    client.force_login(person)
    shown = client.get(reverse("public_services:my_complaint", args=[made.key])).content.decode()
    assert "Đã chấn chỉnh." in shown
    assert leader.username not in shown


def test_other_agencies_and_other_citizens_find_no_complaint(client, person):
    made = complained(person)
    for user in (make.official(Role.AGENCY_LEAD, make.another_commune()), make.official(Role.ONE_STOP_OFFICER)):
        client.force_login(user)
        address = reverse("public_services:complaint", args=[made.key])
        assert client.get(address).status_code == 404
        assert client.post(address, {"text": "Khác"}).status_code == 404
    client.force_login(make.citizen("014099000002", "Người dân mẫu – Lạ"))

    assert client.get(reverse("public_services:my_complaint", args=[made.key])).status_code == 404


def test_reading_a_complaint_about_a_dossier_is_logged_for_its_applicant(client, person):
    dossier = make.filed(person)
    made = complained(person, dossier=dossier)
    client.force_login(make.official(Role.AGENCY_LEAD))

    client.get(reverse("public_services:complaint", args=[made.key]))

    assert AccessLog.objects.get().what == "Phản ánh, kiến nghị"


def test_the_list_has_open_and_late_ones_and_a_file_without_texts(client, person, moment):
    complained(person)
    moment["at"] = make.later(days=40)
    complained(person, key="k2", at=make.later(days=39))
    client.force_login(make.official(Role.AGENCY_LEAD))

    shown = client.get(reverse("public_services:feedback")).content.decode()
    file = b"".join(client.get(reverse("public_services:feedback") + "?format=csv")).decode()

    assert "Quá hạn trả lời" in shown
    assert "Chờ trả lời" in shown
    assert SECRET not in shown + file
    assert file.count("Phản ánh") == 2


def test_counts_tell_in_time_from_late(person, moment):
    leader = make.official(Role.AGENCY_LEAD)
    first, second = complained(person), complained(person, key="k2")
    complained(person, key="k3")
    services.answer(complaint_id=first.pk, user=leader, text="Rồi", at=make.later(days=1))
    services.answer(complaint_id=second.pk, user=leader, text="Rồi", at=make.later(days=60))
    from tinhso.accounts import api as accounts

    scope = accounts.scope(user=leader, action=accounts.Action.OVERSEE_SERVICES, on=make.DAY)
    counts = selectors.complaint_counts(scope, make.later(days=61))

    assert counts == selectors.ComplaintCounts(open=1, late=1, answered_in_time=1, answered_late=1)


def test_a_flood_of_complaints_is_refused(person):
    for place in range(services.MOST_A_DAY):
        complained(person, key=f"k{place}")

    with pytest.raises(services.TooManyComplaints):
        complained(person, key="k9")
