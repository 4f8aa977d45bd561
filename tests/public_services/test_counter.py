"""Taking in at the counter and by post, and filing in a session of assistance."""

import pytest

from tests.public_services import factories as make
from tests.public_services.test_filing_pages import photo
from tinhso.accounts.api import Role
from tinhso.core import clock, sealed
from tinhso.public_services.dossiers.choices import PartyRole
from tinhso.public_services.dossiers.models import Dossier, Draft
from tinhso.public_services.dossiers.selectors import codes

SHEET = {
    "page": ["nguoi-yeu-cau", "viec-ho-tich"],
    "filing__owner_name": "Lò Thị Mẫu",
    "filing__owner_identity": "014099000001",
    "filing__owner_phone": "0900 000 001",
    "filing__for": "self",
    "filing__delivery": "counter",
    "requester_name": "Lò Thị Mẫu",
    "requester_identity": "014099000001",
    "requester_phone": "0900000001",
    "address": "Bản Mẫu, xã Mẫu, tỉnh Sơn La",
    "on_behalf": "false",
    "event": "khai_sinh",
    "subject_name": "Lò Văn Mẫu",
    "copies": "2",
    "truth": "true",
}


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: make.AT)
    monkeypatch.setattr(clock, "today", lambda: make.DAY)


@pytest.fixture
def officer(catalog, client):
    official = make.official(Role.ONE_STOP_OFFICER)
    client.force_login(official)
    return official


@pytest.fixture
def begun(client, officer):
    client.post("/services/desk/new/", {"procedure": make.EXTRACT, "channel": "counter"})
    return Draft.objects.get()


def pages_of(draft):
    from tinhso.public_services.catalog.selectors import procedures

    return [page.id for page in procedures.bundle(draft.version_id).read_form.pages]


def send(client, draft, **data):
    draft = Draft.objects.get(pk=draft.pk)
    sheet = SHEET | {"page": pages_of(draft)}
    return client.post(f"/services/desk/new/{draft.key}/", sheet | {"revision": draft.revision} | data)


def test_an_official_chooses_among_what_the_unit_offers(client, officer):
    page = client.get("/services/desk/new/").content.decode()

    assert f'<option value="{make.EXTRACT}"' in page
    assert 'name="unit"' not in page


def test_nothing_chosen_is_told(client, officer):
    answer = client.post("/services/desk/new/", {"procedure": "", "channel": "counter"})

    assert answer.status_code == 422
    assert "Hãy chọn một thủ tục" in answer.content.decode()


@pytest.mark.parametrize("role", [Role.CASE_OFFICER, Role.AGENCY_LEAD])
def test_only_reception_takes_in(catalog, client, role):
    client.force_login(make.official(role))

    assert client.get("/services/desk/new/").status_code == 404


def test_citizens_do_not_take_in(catalog, client):
    client.force_login(make.citizen())

    assert client.get("/services/desk/new/").status_code == 404


def test_the_whole_form_stands_on_one_sheet(client, begun):
    page = client.get(f"/services/desk/new/{begun.key}/").content.decode()

    for name in ("filing__owner_name", "requester_name", "subject_name", "truth", "filing__delivery"):
        assert f'name="{name}"' in page
    assert begun.agency_id == make.commune().unit_id


def test_a_sheet_is_nobody_elses(client, begun):
    client.force_login(make.official(Role.ONE_STOP_OFFICER))

    assert client.get(f"/services/desk/new/{begun.key}/").status_code == 404


def test_taking_in_gives_the_number_at_once(client, begun):
    answer = send(client, begun, receive="1")

    dossier = Dossier.objects.get()
    page = client.get(answer.url).content.decode()
    assert dossier.number in page
    assert "Mã tra cứu" in page
    assert f"/services/desk/{dossier.key}/papers/receipt.pdf" in page
    assert (dossier.channel, dossier.delivery, dossier.accepted_at) == ("counter", "counter", make.AT)
    assert sealed.opened_values(dossier.parties.get().sealed)["full_name"] == "Lò Thị Mẫu"


def test_taking_in_twice_makes_one_dossier(client, begun):
    first = send(client, begun, receive="1")
    second = client.post(f"/services/desk/new/{begun.key}/", SHEET | {"receive": "1"})

    assert first.url == second.url
    assert Dossier.objects.count() == 1


def test_the_channel_may_be_the_post(client, officer):
    client.post("/services/desk/new/", {"procedure": make.EXTRACT, "channel": "post"})

    send(client, Draft.objects.get(), receive="1")

    assert Dossier.objects.get().channel == "post"


def test_what_is_missing_is_told_and_nothing_is_lost(client, begun):
    answer = send(client, begun, receive="1", subject_name="", filing__owner_name="")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#f-subject_name"' in page
    assert 'href="#f-filing__owner_name"' in page
    assert 'value="Bản Mẫu, xã Mẫu, tỉnh Sơn La"' in page
    assert not Dossier.objects.exists()


BEHALF = {"on_behalf": "true", "shown": ["relation"], "relation": "con"}


def test_a_paper_is_there_once_it_was_handed_over(client, begun):
    missing = send(client, begun, receive="1", **BEHALF)
    assert missing.status_code == 422
    assert 'href="#paper-giay-uy-quyen"' in missing.content.decode()

    send(client, begun, receive="1", **BEHALF, **{"original-giay-uy-quyen": "1"})

    dossier = Dossier.objects.get()
    assert dossier.events.get(kind="receive").payload["originals"] == ["giay-uy-quyen"]
    assert not dossier.is_digitized


def test_a_scanned_paper_makes_it_digitized(client, begun):
    send(client, begun, receive="1", **BEHALF, **{"file-giay-uy-quyen": photo()})

    dossier = Dossier.objects.get()
    assert dossier.is_digitized
    assert dossier.attachments.get().paper == "giay-uy-quyen"


def test_a_question_that_is_newly_asked_is_shown_before_it_is_taken_in(client, begun):
    answer = send(client, begun, receive="1", on_behalf="true")

    assert answer.status_code == 200
    assert 'name="relation"' in answer.content.decode()
    assert not Dossier.objects.exists()


def test_somebody_else_may_bring_it(client, begun):
    other = {
        "filing__for": "other",
        "filing__applicant_name": "Quàng Văn Mẫu",
        "filing__applicant_identity": "014099000009",
        "filing__mandate": "authorized",
        "shown": ["filing__applicant_name", "filing__applicant_identity", "filing__mandate"],
    }

    send(client, begun, receive="1", **other)

    roles = set(Dossier.objects.get().parties.values_list("role", flat=True))
    assert roles == {PartyRole.OWNER, PartyRole.APPLICANT}


def test_what_was_begun_is_found_again_and_dropped(client, begun):
    assert f"/services/desk/new/{begun.key}/" in client.get("/services/desk/new/").content.decode()

    client.post(f"/services/desk/new/{begun.key}/discard/")

    assert not Draft.objects.exists()


def test_a_number_is_shown_to_the_own_unit_only(client, begun):
    url = send(client, begun, receive="1").url
    client.force_login(make.official(Role.ONE_STOP_OFFICER, make.another_commune()))

    assert client.get(url).status_code == 404


def test_the_look_up_code_is_shown_again_whenever_the_receipt_is(client, begun):
    url = send(client, begun, receive="1").url

    code = codes.code_of(Dossier.objects.get())
    assert code.count("-") == 3
    assert code in client.get(url).content.decode()
    client.session.flush()
    client.force_login(make.official(Role.ONE_STOP_OFFICER))
    assert code in client.get(url).content.decode()


def test_what_the_form_asks_of_the_owner_is_not_typed_twice(client, begun):
    empty = {"requester_name": "", "requester_identity": "", "requester_phone": ""}

    send(client, begun, receive="1", **empty)

    kept = sealed.opened_values(Dossier.objects.get().sealed)
    assert (kept["requester_name"], kept["requester_phone"]) == ("Lò Thị Mẫu", "0900000001")


# ---- in a session of assistance ----


@pytest.fixture
def helped(client, catalog):
    """A helper with the person's consent, who has begun to fill in."""
    from tests.public_services import test_assistance as help_
    from tinhso.public_services.assistance.choices import ConsentMethod
    from tinhso.public_services.assistance.services import sessions
    from tinhso.public_services.catalog.selectors import procedures

    session = help_.begun()
    sessions.record_consent(
        session_id=session.pk, method=ConsentMethod.PAPER, evidence="Giấy ủy quyền ký ngày 12/9", at=make.AT
    )
    client.force_login(session.helper)
    return sessions.begin_filing(session_id=session.pk, version=procedures.in_force(make.EXTRACT, make.DAY), at=make.AT)


def test_a_helper_files_for_the_person(client, helped):
    first, second, third = pages_of(helped)
    for page, data in (
        (first, {"address": "Bản Mẫu, xã Mẫu", "on_behalf": "false", "requester_phone": "0900000001"}),
        (second, {"event": "khai_sinh", "subject_name": "Lò Văn Mẫu", "copies": "1"}),
        (third, {"truth": "true"}),
    ):
        revision = Draft.objects.get().revision
        known = {"requester_name": "Lò Thị Mẫu", "requester_identity": "014099000001"} if page == first else {}
        client.post(f"/services/drafts/{helped.key}/{page}/", {"revision": revision, **known, **data})
    client.post(f"/services/drafts/agency/{helped.key}/", {"agency": make.commune().code})

    answer = client.post(f"/services/drafts/submit/{helped.key}/", {"filing__delivery": "counter"})

    dossier = Dossier.objects.get()
    parties = {one.role: one for one in dossier.parties.all()}
    assert client.get(answer.url).status_code == 200
    assert dossier.is_assisted
    assert set(parties) == {PartyRole.OWNER, PartyRole.ASSISTANT}
    assert parties[PartyRole.ASSISTANT].user_id == helped.user_id
    assert dossier.assistance.dossier_id == dossier.pk
    assert dossier.events.get(seq=1).on_behalf_of == "owner"


def test_a_helper_is_not_asked_for_whom_it_is(client, helped):
    page = client.get(f"/services/drafts/{helped.key}/{pages_of(helped)[0]}/").content.decode()

    assert "filing__for" not in page
    assert 'value="Lò Thị Mẫu"' in page
