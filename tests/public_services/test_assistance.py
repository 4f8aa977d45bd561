"""Helping people: consent first, the dossier says who helped, the person can say no, and figures come of it."""

import datetime as dt
import uuid

import pytest
from django.core import mail as outgoing
from django.db import connection, transaction
from django.urls import reverse

from tests.public_services import factories as make
from tinhso.accounts.api import Role
from tinhso.core import clock, outbox
from tinhso.core.models import AuditEntry, OutboxMessage
from tinhso.public_services.assistance.choices import CameBy, ConsentMethod, HelpKind, Outcome, Requester
from tinhso.public_services.assistance.models import AssistanceSession
from tinhso.public_services.assistance.rules import Person
from tinhso.public_services.assistance.selectors import coverage, rows, sessions
from tinhso.public_services.assistance.services import refusals
from tinhso.public_services.assistance.services import sessions as services
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.dossiers.choices import Channel
from tinhso.public_services.dossiers.models import Draft
from tinhso.public_services.dossiers.services import filing
from tinhso.public_services.dossiers.services.changes import Actor

WHO = Person(full_name="Lò Thị Mẫu", identity_number="014099000001", phone="0900000001", email="mau@example.vn")


@pytest.fixture
def at(monkeypatch):
    """A Tuesday morning, for pages as well."""
    monkeypatch.setattr(clock, "now", lambda: make.AT)
    monkeypatch.setattr(clock, "today", lambda: make.DAY)
    return make.AT


@pytest.fixture
def mail_server(settings):
    settings.EMAIL_IS_SET_UP = True


def a_request(*, unit=None, person=WHO, at=make.AT, came_by=CameBy.IN_PERSON, requester=Requester.CITIZEN):
    return services.request_help(
        key=uuid.uuid4(),
        unit_id=(unit or make.commune()).unit_id,
        person=person,
        requester=requester,
        kind=HelpKind.TYPE,
        came_by=came_by,
        actor="t",
        at=at,
    )


def begun(helper=None, **of):
    session = a_request(**of)
    helper = helper or make.official(Role.COMMUNITY_TEAM)
    return services.take(session_id=session.pk, helper=helper, at=of.get("at", make.AT))


def agreed(helper=None, *, at=make.AT, **of):
    session = begun(helper, at=at, **of)
    return services.record_consent(session_id=session.pk, method=ConsentMethod.PAPER, evidence="P-12", at=at)


def code_of(session):
    return sessions.code_on_page(AssistanceSession.objects.get(pk=session.pk), make.AT)


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06d}"


def filed_in(session):
    """A dossier that is filed in a session."""
    draft = services.begin_filing(
        session_id=session.pk, version=procedures.in_force(make.EXTRACT, make.DAY), at=make.AT
    )
    draft.sealed = make.draft(make.citizen("014099000009"), copies=1).sealed
    draft.save()
    parties = [sessions.owner_of(draft), sessions.helped_by(draft)]
    with transaction.atomic():
        dossier = filing.submit(
            draft_id=draft.pk,
            agency=make.commune(),
            parties=parties,
            actor=Actor(session.helper.username, filing.relations_of_filer(Channel.ONLINE), session.helper, "owner"),
            key=str(draft.key),
            at=make.AT,
            is_assisted=True,
        ).dossier
        services.note_filed(session_id=session.pk, dossier=dossier, at=make.AT)
    return dossier


# ---- consent ----------------------------------------------------------------------------------------------------


def test_nothing_is_filled_in_before_the_person_agrees(catalog):
    session = begun()

    with pytest.raises(refusals.NoConsent):
        services.begin_filing(session_id=session.pk, version=procedures.in_force(make.EXTRACT, make.DAY), at=make.AT)

    assert not Draft.objects.exists()


def test_consent_lasts_for_the_day_only(catalog):
    session = agreed()

    with pytest.raises(refusals.NoConsent):
        services.begin_filing(
            session_id=session.pk, version=procedures.in_force(make.EXTRACT, make.DAY), at=make.later(hours=13)
        )


def test_the_code_that_the_person_tells_is_the_consent(province, mail_server):
    session = begun()
    services.send_code(session_id=session.pk, at=make.AT)

    found = services.confirm_code(session_id=session.pk, typed=f" {code_of(session)} ", at=make.later(minutes=5))

    assert (found.consent_method, found.consented_at) == (ConsentMethod.CODE, make.later(minutes=5))
    assert found.sealed_code == ""


def test_the_code_goes_to_the_person_by_the_outbox(province, mail_server):
    session = begun()

    services.send_code(session_id=session.pk, at=make.AT)
    outbox.sweep(at=make.AT)

    (letter,) = outgoing.outbox
    assert letter.bcc == ["mau@example.vn"]
    assert code_of(session) in letter.body
    assert OutboxMessage.objects.get(topic=services.CODE_TOPIC).payload == {"session": session.pk, "number": 1}


def test_an_address_of_an_official_gets_no_code(province, mail_server):
    helper = make.official(Role.COMMUNITY_TEAM)
    helper.email = "Mau@Example.vn"
    helper.save()
    session = begun(helper)

    with pytest.raises(refusals.NowhereToSend):
        services.send_code(session_id=session.pk, at=make.AT)


def test_a_code_is_dead_after_a_quarter_of_an_hour(province, mail_server):
    session = begun()
    services.send_code(session_id=session.pk, at=make.AT)
    code = code_of(session)

    with pytest.raises(refusals.CodeExpired):
        services.confirm_code(session_id=session.pk, typed=code, at=make.later(minutes=15))

    assert AssistanceSession.objects.get().consented_at is None


def test_five_wrong_tries_end_a_code(province, mail_server):
    session = begun()
    services.send_code(session_id=session.pk, at=make.AT)
    code = code_of(session)

    for left in (4, 3, 2, 1):
        with pytest.raises(refusals.CodeWrong, match=str(left)):
            services.confirm_code(session_id=session.pk, typed=wrong(code), at=make.AT)
    for typed in (wrong(code), code):
        with pytest.raises(refusals.CodeExpired):
            services.confirm_code(session_id=session.pk, typed=typed, at=make.AT)

    assert AssistanceSession.objects.get().consented_at is None


def test_a_new_code_ends_the_one_before(province, mail_server):
    session = begun()
    services.send_code(session_id=session.pk, at=make.AT)
    first = code_of(session)
    services.send_code(session_id=session.pk, at=make.AT)

    if first != code_of(session):
        with pytest.raises(refusals.CodeWrong):
            services.confirm_code(session_id=session.pk, typed=first, at=make.AT)


def test_a_session_has_five_codes(province, mail_server):
    session = begun()
    for _number in range(5):
        services.send_code(session_id=session.pk, at=make.AT)

    with pytest.raises(refusals.TooManyCodes):
        services.send_code(session_id=session.pk, at=make.AT)


@pytest.mark.parametrize("evidence", ["", "   "])
def test_a_sheet_needs_its_number(province, evidence):
    session = begun()

    with pytest.raises(refusals.NoConsent):
        services.record_consent(session_id=session.pk, method=ConsentMethod.PAPER, evidence=evidence, at=make.AT)


def test_who_agreed_cannot_be_exchanged_for_somebody_else(province):
    session = agreed()

    with pytest.raises(refusals.PersonStands):
        services.correct_person(
            session_id=session.pk, person=Person("Người khác", "014099000002"), requester=Requester.CITIZEN, at=make.AT
        )


# ---- filling in and filing --------------------------------------------------------------------------------------


def test_the_draft_begins_with_what_is_known_of_the_person(catalog):
    session = agreed()

    draft = services.begin_filing(
        session_id=session.pk, version=procedures.in_force(make.EXTRACT, make.DAY), at=make.AT
    )

    from tinhso.core import sealed

    assert sealed.opened_values(draft.sealed) == {
        "requester_name": "Lò Thị Mẫu",
        "requester_identity": "014099000001",
        "requester_phone": "0900000001",
    }
    assert (draft.assistance, draft.user_id) == (session.pk, session.helper_id)


def test_beginning_again_goes_on_with_the_same_draft(catalog):
    session = agreed()
    version = procedures.in_force(make.EXTRACT, make.DAY)

    keys = {services.begin_filing(session_id=session.pk, version=version, at=make.AT).key for _time in range(2)}

    assert len(keys) == 1


def test_one_session_is_one_dossier(catalog):
    session = agreed()
    filed_in(session)

    with pytest.raises(refusals.AnotherDraft):
        services.begin_filing(session_id=session.pk, version=procedures.in_force("1.004194", make.DAY), at=make.AT)


def test_a_dossier_says_who_filed_it_for_whom(catalog):
    session = agreed()

    dossier = filed_in(session)

    helper = sessions.helper_of(dossier)
    assert (helper.full_name, helper.unit) == ("Cán bộ Mẫu", make.commune().name)
    assert dossier.is_assisted
    assert dossier.parties.get(role="assistant").mandate == f"{make.commune().name}; phiếu có chữ ký 12/09/2023 09:00"
    assert AssistanceSession.objects.get().dossier == dossier


def test_the_dossier_belongs_to_the_person_not_to_the_helper(catalog):
    from tinhso.public_services.dossiers.selectors import standing

    person = make.citizen()
    session = agreed()

    dossier = filed_in(session)

    assert standing.is_applicant(person, dossier)
    assert not standing.is_applicant(session.helper, dossier)


def test_filing_after_the_end_is_undone(catalog):
    session = agreed()
    dossier = make.filed(make.citizen("014099000009"))
    services.end(session_id=session.pk, outcome=Outcome.HELPED, at=make.later(minutes=5))

    with pytest.raises(refusals.SessionOver):
        services.note_filed(session_id=session.pk, dossier=dossier, at=make.later(minutes=6))


def test_nobody_files_for_a_person_whose_number_is_unknown(catalog):
    session = agreed(person=Person("Lò Thị Mẫu"))

    with pytest.raises(refusals.IdentityMissing):
        services.begin_filing(session_id=session.pk, version=procedures.in_force(make.EXTRACT, make.DAY), at=make.AT)


# ---- the end ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 1), (60, 1), (61, 2), (1500, 25)])
def test_minutes_are_those_from_start_to_end(province, seconds, minutes):
    session = agreed()

    found = services.end(session_id=session.pk, outcome=Outcome.HELPED, at=make.later(seconds=seconds))

    assert found.minutes == minutes


def test_minutes_may_be_fewer_but_not_more(province):
    session = agreed()

    with pytest.raises(refusals.WrongMinutes, match="25"):
        services.end(session_id=session.pk, outcome=Outcome.HELPED, minutes=26, at=make.later(minutes=25))
    found = services.end(session_id=session.pk, outcome=Outcome.HELPED, minutes=10, at=make.later(minutes=25))

    assert found.minutes == 10


def test_helped_without_consent_is_refused_by_the_database_as_well(province):
    from django.db import IntegrityError

    session = begun()

    with pytest.raises(refusals.NoConsent):
        services.end(session_id=session.pk, outcome=Outcome.HELPED, at=make.AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        AssistanceSession.objects.update(outcome="helped", ended_at=make.AT, minutes=1)


def test_not_helped_needs_a_reason(province):
    session = begun()

    with pytest.raises(refusals.ReasonMissing):
        services.end(session_id=session.pk, outcome=Outcome.NOT_HELPED, at=make.AT)


def test_what_was_not_filed_goes_with_the_session(catalog):
    session = agreed()
    services.begin_filing(session_id=session.pk, version=procedures.in_force(make.EXTRACT, make.DAY), at=make.AT)

    services.end(session_id=session.pk, outcome=Outcome.REFERRED, reason="Về bản khác", at=make.AT)

    assert not Draft.objects.exists()


def test_a_request_is_taken_by_one_only(province):
    session = begun()

    with pytest.raises(refusals.AlreadyTaken, match="Cán bộ Mẫu"):
        services.take(session_id=session.pk, helper=make.official(Role.COMMUNITY_TEAM), at=make.AT)


def test_one_request_of_a_citizen_waits_at_a_time(province):
    a_request(came_by=CameBy.ONLINE)

    with pytest.raises(refusals.AlreadyAsked):
        a_request(came_by=CameBy.ONLINE)


# ---- dispute ----------------------------------------------------------------------------------------------------


def test_who_did_not_ask_ends_everything_done_in_the_own_name(catalog):
    session = agreed()
    services.begin_filing(session_id=session.pk, version=procedures.in_force(make.EXTRACT, make.DAY), at=make.AT)

    services.dispute(session_id=session.pk, actor="cd-1", text="Tôi không gặp ai", at=make.AT)

    assert not Draft.objects.exists()
    with pytest.raises(refusals.SessionOver):
        services.begin_filing(session_id=session.pk, version=procedures.in_force(make.EXTRACT, make.DAY), at=make.AT)
    entry = AuditEntry.objects.get(action="public_services.assistance_disputed")
    assert (entry.actor, entry.details) == ("cd-1", {})


def test_the_person_sees_it_and_says_no(client, catalog, at):
    person = make.citizen()
    session = agreed()
    client.force_login(person)

    shown = client.get("/services/assist/mine/")
    answer = client.post(f"/services/assist/mine/{session.key}/dispute/", {"text": "Không nhờ"})

    assert "Cán bộ Mẫu" in shown.content.decode()
    assert answer.status_code == 302
    assert AssistanceSession.objects.get().disputed_at == make.AT


def test_nobody_disputes_for_another(client, province, at):
    session = agreed()
    client.force_login(make.citizen("014099000002", "Người khác"))

    assert "Cán bộ Mẫu" not in client.get("/services/assist/mine/").content.decode()
    assert client.post(f"/services/assist/mine/{session.key}/dispute/").status_code == 404
    assert AssistanceSession.objects.get().disputed_at is None


def test_the_code_stands_on_the_persons_own_page(client, province, at):
    person = make.citizen()
    session = begun()
    services.send_code(session_id=session.pk, at=make.AT)
    client.force_login(person)

    assert code_of(session) in client.get("/services/assist/mine/").content.decode()


# ---- pages and scope --------------------------------------------------------------------------------------------

PAGES = ["", "take/", "person/", "code/", "confirm/", "consent/paper/", "file/", "end/"]


@pytest.mark.parametrize("page", PAGES)
def test_another_communes_team_finds_nothing(client, catalog, at, page):
    session = a_request() if page in ("", "take/") else begun()
    client.force_login(make.official(Role.COMMUNITY_TEAM, make.another_commune()))

    url = f"/services/assist/{session.key}/{page}"
    answer = client.post(url) if page else client.get(url)

    assert answer.status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_session_of_a_colleague_is_not_opened(client, catalog, at, page):
    session = begun()
    client.force_login(make.official(Role.COMMUNITY_TEAM))

    url = f"/services/assist/{session.key}/{page}"
    answer = client.post(url) if page else client.get(url)

    assert answer.status_code == 404


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CASE_OFFICER, Role.AGENCY_LEAD])
def test_who_does_not_help_has_no_list(client, province, at, role):
    client.force_login(make.official(role))

    assert client.get("/services/assist/").status_code == 404


def test_the_list_shows_what_waits_here_and_not_elsewhere(client, province, at):
    a_request(person=Person("Người ở đây"))
    a_request(person=Person("Người nơi khác"), unit=make.another_commune())
    client.force_login(make.official(Role.COMMUNITY_TEAM))

    text = client.get("/services/assist/").content.decode()

    assert "Người ở đây" in text
    assert "Người nơi khác" not in text


def test_the_file_of_sessions_names_nobody(client, province, at):
    helper = make.official(Role.COMMUNITY_TEAM)
    agreed(helper)
    client.force_login(helper)

    text = b"".join(client.get("/services/assist/?format=csv")).decode()

    assert len(text.splitlines()) == 2
    assert "Mẫu" not in text.replace(make.commune().name, "")
    assert "014099000001" not in text


def form_of(**others):
    return {
        "key": str(uuid.uuid4()),
        "unit": make.commune().unit_id,
        "requester": "citizen",
        "kind": "type",
        "came_by": "in_person",
        "full_name": "Lò Thị Mẫu",
        "identity_number": "014 099 000 001",
        "phone": "0900.000.001",
    } | others


def test_a_helper_begins_with_somebody_who_is_here(client, province, at):
    helper = make.official(Role.COMMUNITY_TEAM)
    client.force_login(helper)

    answer = client.post("/services/assist/new/", form_of(then="start"), follow=True)

    session = AssistanceSession.objects.get()
    assert (session.helper, session.started_at) == (helper, make.AT)
    assert sessions.person_of(session).identity_number == "014099000001"
    assert "Xin đồng ý" in answer.content.decode()


def test_a_click_twice_is_one_session(client, province, at):
    client.force_login(make.official(Role.COMMUNITY_TEAM))
    form = form_of(then="start")

    for _time in range(2):
        client.post("/services/assist/new/", form)

    assert AssistanceSession.objects.count() == 1


def test_a_call_is_noted_and_waits(client, province, at):
    client.force_login(make.official(Role.COMMUNITY_TEAM))

    client.post("/services/assist/new/", form_of(then="note", came_by="phone"))

    assert AssistanceSession.objects.get().started_at is None


@pytest.mark.parametrize(
    ("wrong_part", "field"),
    [
        ({"identity_number": "12"}, "identity_number"),
        ({"identity_number": ""}, "identity_number"),
        ({"came_by": "phone", "phone": ""}, "phone"),
        ({"phone": "12ab"}, "phone"),
        ({"requester": "business"}, "business_name"),
        ({"unit": "999999"}, "unit"),
        ({"came_by": "online"}, "came_by"),
    ],
)
def test_what_is_missing_is_named_and_nothing_typed_is_lost(client, province, at, wrong_part, field):
    client.force_login(make.official(Role.COMMUNITY_TEAM))

    answer = client.post("/services/assist/new/", form_of(then="start") | wrong_part)

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert "Lò Thị Mẫu" in answer.content.decode()
    assert not AssistanceSession.objects.exists()


def test_a_commune_elsewhere_cannot_be_chosen(client, province, at):
    client.force_login(make.official(Role.COMMUNITY_TEAM))

    answer = client.post("/services/assist/new/", form_of(then="start", unit=make.another_commune().unit_id))

    assert answer.status_code == 422


def test_the_page_leads_from_consent_to_the_end(client, catalog, at):
    helper = make.official(Role.COMMUNITY_TEAM)
    session = begun(helper)
    client.force_login(helper)
    base = f"/services/assist/{session.key}/"

    assert client.post(f"{base}confirm/", {"code": "000000"}).status_code == 422
    assert client.post(f"{base}consent/voice/", {"evidence": "Vàng A Mẫu"}).status_code == 302
    assert client.post(f"{base}file/", {"procedure": make.EXTRACT}).status_code == 302
    assert client.post(f"{base}end/", {"outcome": "not_helped"}).status_code == 422
    assert client.post(f"{base}end/", {"outcome": "helped", "could_do_alone": "true"}).status_code == 302

    ended = AssistanceSession.objects.get()
    assert (ended.outcome, ended.could_do_alone, ended.minutes) == ("helped", True, 1)
    assert "Vàng A Mẫu" in client.get(base).content.decode()


def test_a_citizen_asks_for_help(client, province, at):
    client.force_login(make.citizen())

    client.post(
        "/services/assist/ask/",
        {"key": str(uuid.uuid4()), "unit": make.commune().unit_id, "kind": "guide", "phone": "0900000001"},
    )

    session = AssistanceSession.objects.get()
    assert (session.came_by, session.helper, session.requester) == ("online", None, "citizen")


def test_an_official_is_no_citizen(client, province, at):
    client.force_login(make.official(Role.COMMUNITY_TEAM))

    for page in ("mine/", "ask/"):
        assert client.get(f"/services/assist/{page}").status_code == 404


def filled_in(client, helper):
    """A session with a draft, as its helper's browser knows it: key of the session, addresses of the draft."""
    session = agreed(helper)
    version = procedures.in_force(make.EXTRACT, make.DAY)
    draft = services.begin_filing(session_id=session.pk, version=version, at=make.AT)
    client.force_login(helper)
    page = reverse("public_services:draft_page", args=[draft.key, "nguoi-yeu-cau"])
    return session, [
        page,
        *(reverse(f"public_services:draft_{name}", args=[draft.key]) for name in ("papers", "review")),
    ]


def test_what_is_filled_in_is_read_by_the_helper_only_while_the_consent_is_in_force(client, catalog, at, monkeypatch):
    _session, pages = filled_in(client, make.official(Role.COMMUNITY_TEAM))
    while_agreed = [client.get(page).status_code for page in pages]
    monkeypatch.setattr(clock, "now", lambda: make.later(hours=12))

    lapsed = [client.get(page) for page in pages]
    sent = client.post(pages[0], {"requester_name": "Người Khác", "revision": "0"})

    assert while_agreed == [200, 200, 200]
    assert {answer.status_code for answer in [*lapsed, sent]} == {404}
    assert not any("0900000001" in answer.content.decode() for answer in lapsed)
    from tinhso.core import sealed

    assert sealed.opened_values(Draft.objects.get().sealed)["requester_name"] == "Lò Thị Mẫu"


def test_the_list_says_that_the_consent_has_lapsed_and_it_can_be_renewed(client, catalog, at, monkeypatch):
    session, pages = filled_in(client, make.official(Role.COMMUNITY_TEAM))
    before = client.get("/services/assist/").content.decode()
    monkeypatch.setattr(clock, "now", lambda: make.later(hours=13))

    listed = client.get("/services/assist/").content.decode()
    renewed = client.post(f"/services/assist/{session.key}/consent/paper/", {"evidence": "P-13"})

    assert "Đồng ý đã hết hiệu lực" not in before
    assert "Đồng ý đã hết hiệu lực" in listed
    assert f'href="/services/assist/{session.key}/#consent"' in listed
    assert renewed.status_code == 302
    assert client.get(pages[0]).status_code == 200
    assert "Đồng ý đã hết hiệu lực" not in client.get("/services/assist/").content.decode()


# ---- data -------------------------------------------------------------------------------------------------------


def test_nothing_personal_lies_in_clear(catalog, mail_server):
    session = begun(person=Person("Lò Thị Mẫu", "014099000001", "0900000001", "mau@example.vn", "Công ty Mẫu Xanh"))
    services.send_code(session_id=session.pk, at=make.AT)
    code = code_of(session)
    services.record_consent(session_id=session.pk, method=ConsentMethod.VOICE, evidence="Vàng A Chứng", at=make.AT)
    services.end(session_id=session.pk, outcome=Outcome.REFERRED, reason="Lý do riêng", at=make.AT)
    services.dispute(session_id=session.pk, actor="cd-1", text="Lời riêng", at=make.AT)

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM public_services_assistancesession")
        raw = str(cursor.fetchall())
    told = raw + str(list(AuditEntry.objects.values())) + str(list(OutboxMessage.objects.values()))

    secrets = ["Lò Thị", "014099000001", "0900000001", "mau@example", "Mẫu Xanh", "Chứng", "riêng", f"'{code}'"]
    assert [one for one in secrets if one in told] == []


def test_rows_tell_what_the_dataset_asks_for(province):
    helped = agreed()
    services.end(session_id=helped.pk, outcome=Outcome.HELPED, at=make.later(minutes=20))
    a_request(requester=Requester.BUSINESS)

    first, second = rows.unpublished()

    assert (first.request_id, first.commune_code, first.requester) == (helped.key, make.commune().code, "citizen")
    assert (first.helped, first.helped_at, first.minutes) == (True, make.later(minutes=20), 20)
    assert (second.requester, second.helped, second.helped_at, second.minutes) == ("business", False, None, None)


def test_a_row_is_published_once_and_again_when_it_changes(province):
    session = agreed()
    services.mark_published(rows=rows.unpublished())
    before = rows.unpublished()

    services.end(session_id=session.pk, outcome=Outcome.HELPED, at=make.AT)

    assert before == []
    assert [row.helped for row in rows.unpublished()] == [True]


def test_a_session_that_changed_meanwhile_stays_to_be_published(province):
    session = agreed()
    read = rows.unpublished()
    services.end(session_id=session.pk, outcome=Outcome.HELPED, at=make.AT)

    services.mark_published(rows=read)

    assert [row.helped for row in rows.unpublished()] == [True]


def test_who_did_not_ask_was_not_helped(province):
    session = agreed()
    services.end(session_id=session.pk, outcome=Outcome.HELPED, at=make.AT)
    services.dispute(session_id=session.pk, actor="cd-1", text="", at=make.AT)

    (row,) = rows.unpublished()

    assert (row.helped, row.helped_at, row.minutes) == (False, None, None)


def reach(unit):
    found = coverage.coverage(
        unit_ids=[make.commune().unit_id, make.another_commune().unit_id],
        first=make.DAY,
        last=make.DAY,
        today=make.DAY,
    )
    return next(one for one in found if one.unit_id == unit.unit_id)


def test_coverage_counts_requests_help_minutes_and_independence(province):
    for minutes, alone in ((5, True), (10, False), (30, None)):
        session = agreed()
        services.end(
            session_id=session.pk, outcome=Outcome.HELPED, could_do_alone=alone, at=make.later(minutes=minutes)
        )
    a_request()
    a_request(at=make.AT - dt.timedelta(days=1))
    services.dispute(session_id=a_request().pk, actor="cd-1", text="", at=make.AT)

    found = reach(make.commune())

    assert (found.requests, found.helped, found.waiting, found.disputed) == (4, 3, 1, 1)
    assert found.share == pytest.approx(0.75)
    assert (found.median_minutes, found.alone_share) == (pytest.approx(10), pytest.approx(0.5))


def test_a_commune_without_requests_is_there_without_a_share(province):
    found = reach(make.another_commune())

    assert (found.requests, found.share, found.median_minutes, found.alone_share) == (0, None, None, None)


def test_leaders_see_the_coverage_of_their_scope(client, province, at):
    a_request()
    a_request(unit=make.another_commune())
    client.force_login(make.official(Role.AGENCY_LEAD))

    page = client.get("/services/assist/coverage/")
    lines = b"".join(client.get("/services/assist/coverage/?format=csv")).decode().splitlines()

    assert [one.name for one in page.context["rows"]] == [make.commune().name]
    assert len(lines) == 2


def test_the_team_sees_no_figures_of_others(client, province, at):
    client.force_login(make.official(Role.COMMUNITY_TEAM))

    assert client.get("/services/assist/coverage/").status_code == 404


def test_days_in_the_wrong_order_are_named(client, province, at):
    client.force_login(make.official(Role.AGENCY_LEAD))

    answer = client.get("/services/assist/coverage/?first=2023-09-12&last=2023-09-01")

    assert answer.status_code == 422
