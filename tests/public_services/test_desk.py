"""The officers' pages: who sees what, what may be done, and that every look and every act is on record."""

import datetime as dt
import re
from dataclasses import replace
from uuid import uuid4

import pytest
from django.urls import reverse

from tests.public_services import factories as make
from tinhso.accounts.api import Role
from tinhso.core import clock
from tinhso.core.models import AuditEntry
from tinhso.public_services.desk.selectors import inbox
from tinhso.public_services.dossiers.choices import Action, PartyRole
from tinhso.public_services.dossiers.models import AccessLog, Attachment, Dossier, Message, Party
from tinhso.public_services.dossiers.selectors import standing

NOW = make.later(minutes=30)
CHECKED = make.CHECKED


@pytest.fixture(autouse=True)
def at_work(monkeypatch):
    """Half past nine on the day on which dossiers are filed."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


def signed_in(client, role, unit=None):
    user = make.official(role, unit)
    client.force_login(user)
    return user


def page(client, dossier):
    return client.get(reverse("public_services:desk_dossier", args=[dossier.key]))


def act(client, dossier, action, *, revision=None, key="", **said):
    """Send the form of an act as the page would."""
    data = {"key": key or uuid4().hex, "revision": dossier.revision if revision is None else revision}
    return client.post(reverse("public_services:desk_act", args=[dossier.key, action]), data | said)


def fresh(dossier):
    return Dossier.objects.get(pk=dossier.pk)


# ---- the inbox --------------------------------------------------------------------------------------------------


def test_the_inbox_shows_a_new_dossier_to_reception_with_its_owner_and_term(client, catalog):
    dossier = make.filed()
    signed_in(client, Role.ONE_STOP_OFFICER)

    shown = client.get(reverse("public_services:desk")).content.decode()

    assert dossier.number in shown
    assert "Lò Thị Mẫu" in shown
    assert "còn 7 giờ làm việc" in shown


@pytest.mark.parametrize(
    ("role", "tabs"),
    [
        (Role.ONE_STOP_OFFICER, ["Một cửa", "Chờ người dân", "Lời nhắn"]),
        (Role.CASE_OFFICER, ["Thụ lý", "Chờ người dân", "Lời nhắn", "Xin ý kiến"]),
        (Role.AGENCY_LEAD, ["Lãnh đạo", "Chờ người dân", "Lời nhắn", "Xin ý kiến"]),
    ],
)
def test_the_tabs_are_those_of_the_readers_duties(client, catalog, role, tabs):
    signed_in(client, role)

    answer = client.get(reverse("public_services:desk"))

    assert [tab["title"] for tab in answer.context["tabs"]] == tabs


@pytest.mark.parametrize("role", [Role.VIEWER, Role.COMMUNITY_TEAM, Role.ADMINISTRATOR])
def test_who_has_nothing_to_do_with_dossiers_finds_no_desk(client, catalog, role):
    signed_in(client, role)

    for name in ("desk", "desk_register", "desk_report"):
        assert client.get(reverse(f"public_services:{name}")).status_code == 404


def test_citizens_find_no_desk(client, catalog):
    client.force_login(make.citizen())

    assert client.get(reverse("public_services:desk")).status_code == 404


def test_another_agencys_inbox_looks_as_if_it_did_not_exist(client, catalog):
    signed_in(client, Role.ONE_STOP_OFFICER)

    answer = client.get(reverse("public_services:desk"), {"agency": make.another_commune().code})

    assert answer.status_code == 404


def test_an_overseer_without_a_desk_is_led_to_the_register(client, catalog):
    signed_in(client, Role.PLAN_OWNER)

    answer = client.get(reverse("public_services:desk"))

    assert answer.url == reverse("public_services:desk_register")


def test_a_number_leads_to_its_dossier_and_a_strangers_number_does_not(client, catalog):
    dossier = make.filed()
    elsewhere = make.filed(make.citizen("014099000002"), unit=make.another_commune())
    signed_in(client, Role.ONE_STOP_OFFICER)
    url = reverse("public_services:desk")

    assert client.get(url, {"q": dossier.number.lower()}).url == reverse(
        "public_services:desk_dossier", args=[dossier.key]
    )
    answer = client.get(url, {"q": elsewhere.number})
    assert "Không có hồ sơ mã số" in answer.content.decode()


def test_filters_narrow_the_list(client, catalog):
    late = make.filed(at=make.AT - dt.timedelta(days=3))
    mine = make.filed(make.citizen("014099000002"))
    user = signed_in(client, Role.ONE_STOP_OFFICER)
    Dossier.objects.filter(pk=mine.pk).update(claimed_by=user)
    url = reverse("public_services:desk")

    def numbers(**query):
        return [row.number for row in client.get(url, query).context["rows"]]

    assert numbers() == [late.number, mine.number]
    assert numbers(late="1") == [late.number]
    assert numbers(mine="1") == [mine.number]
    assert numbers(procedure=make.EXTRACT) == [late.number, mine.number]
    assert numbers(procedure="1.004222") == []


def copies(dossier, count):
    """More of the same on the same desk, in the order of their keys."""
    rows = []
    for place in range(count):
        row = Dossier.objects.get(pk=dossier.pk)
        row.pk, row.key, row.number, row.look_up = None, uuid4(), f"copy-{place}", f"copy-{place}"
        rows.append(row)
    return Dossier.objects.bulk_create(rows)


def test_pages_go_on_where_they_ended_even_where_many_are_due_at_once(catalog):
    first = make.filed(make.citizen("014099000010"))
    rows = [first, *copies(first, inbox.PAGE + 3)]
    Dossier.objects.filter(pk__in=[rows[3].pk, rows[4].pk]).update(act_by=None)
    Dossier.objects.filter(pk=rows[-1].pk).update(desk="officer")
    wanted = inbox.Wanted(agency=make.commune().unit_id, desk="one_stop")

    seen, after = [], None
    for _page in range(2):
        found, after = inbox.page(wanted, inbox.place(str(after)) if after else None)
        seen.append([line.pk for line in found])

    there = [row.pk for row in rows[:-1] if row not in (rows[3], rows[4])]
    assert seen == [there[: inbox.PAGE], [*there[inbox.PAGE :], rows[3].pk, rows[4].pk]]
    assert after is None


def test_what_has_no_term_goes_over_several_pages(catalog):
    first = make.filed(make.citizen("014099000010"))
    rows = [first, *copies(first, inbox.PAGE + 1)]
    Dossier.objects.update(act_by=None)
    wanted = inbox.Wanted(agency=make.commune().unit_id, desk="one_stop")

    found, after = inbox.page(wanted)
    rest, end = inbox.page(wanted, inbox.place(str(after)))

    assert [line.pk for line in [*found, *rest]] == [row.pk for row in rows]
    assert (len(found), end) == (inbox.PAGE, None)
    assert inbox.page(replace(wanted, late_at=make.AT)) == ([], None)


@pytest.mark.parametrize("text", ["", "x", "~", "2023~x", "gestern~1", "~-1", "~" + "9" * 30])
def test_a_nonsense_place_is_the_first_page(text):
    assert inbox.place(text) is None


def test_counting_stops(catalog):
    wanted = inbox.Wanted(agency=make.commune().unit_id, desk="one_stop")
    first = make.filed(make.citizen("014099000010"))
    copies(first, 2)
    assert inbox.bounded_count(wanted) == 3

    Dossier.objects.filter(pk=first.pk).update(act_by=None)
    assert inbox.bounded_count(wanted) == 3
    assert inbox.bounded_count(replace(wanted, late_at=make.AT)) == 0

    Dossier.objects.exclude(pk=first.pk).delete()
    copies(first, inbox.MOST_COUNTED + 5)
    assert inbox.bounded_count(wanted) == inbox.MOST_COUNTED + 1


def test_the_inbox_reads_as_often_for_many_dossiers_as_for_one(client, catalog, django_assert_max_num_queries):
    for place in range(12):
        make.filed(make.citizen(f"0140990000{place:02d}"))
    signed_in(client, Role.ONE_STOP_OFFICER)
    url = reverse("public_services:desk")
    client.get(url)

    with django_assert_max_num_queries(14):
        answer = client.get(url)

    assert len(answer.context["rows"]) == 12


def test_the_inbox_comes_as_a_table_file(client, catalog):
    dossier = make.filed()
    signed_in(client, Role.ONE_STOP_OFFICER)

    text = b"".join(client.get(reverse("public_services:desk"), {"format": "csv"})).decode()

    assert dossier.number in text
    assert "Mới đăng ký" in text


# ---- several at once --------------------------------------------------------------------------------------------


def batch(client, action, *dossiers, key=""):
    picks = [f"{dossier.key}~{dossier.revision}" for dossier in dossiers]
    url = reverse("public_services:desk_batch")
    return client.post(url, {"action": action, "key": key or uuid4().hex, "pick": picks})


def test_a_batch_does_what_it_can_and_says_what_it_could_not(client, catalog):
    good = make.filed()
    stale = make.filed(make.citizen("014099000002"))
    Dossier.objects.filter(pk=stale.pk).update(revision=7)
    elsewhere = make.filed(make.citizen("014099000003"), unit=make.another_commune())
    signed_in(client, Role.ONE_STOP_OFFICER)

    answer = batch(client, "accept", good, stale, elsewhere)

    assert [dossier.pk for dossier in answer.context["done"]] == [good.pk]
    assert [outcome.dossier.pk for outcome in answer.context["refused"]] == [stale.pk]
    assert "đã làm việc" in answer.context["refused"][0].refusal
    assert (fresh(good).state, fresh(elsewhere).state) == ("awaiting_payment", "submitted")


def test_a_batch_sent_twice_is_done_once(client, catalog):
    dossier = make.filed()
    signed_in(client, Role.ONE_STOP_OFFICER)
    key = uuid4().hex

    batch(client, "accept", dossier, key=key)
    answer = batch(client, "accept", dossier, key=key)

    assert len(answer.context["done"]) == 1
    assert dossier.events.filter(kind="accept").count() == 1


def test_a_batch_refuses_a_step_with_a_checklist_and_claims_the_rest(client, catalog):
    dossier = make.accepted(make.filed())
    user = signed_in(client, Role.CASE_OFFICER)

    refused = batch(client, "advance", dossier)
    claimed = batch(client, "claim", dossier)

    assert "Hãy kiểm tra và đánh dấu" in refused.context["refused"][0].refusal
    assert len(claimed.context["done"]) == 1
    assert fresh(dossier).claimed_by_id == user.pk


def test_a_batch_of_another_act_does_not_exist(client, catalog):
    signed_in(client, Role.AGENCY_LEAD)

    assert batch(client, "resolve", make.filed()).status_code == 404


# ---- looking at a dossier ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.ONE_STOP_OFFICER, Role.CASE_OFFICER, Role.AGENCY_LEAD])
def test_officials_of_another_agency_get_404(client, catalog, role):
    dossier = make.filed()
    signed_in(client, role, make.another_commune())

    assert page(client, dossier).status_code == 404
    assert act(client, dossier, "accept").status_code == 404
    for name in ("desk_claim", "desk_release", "desk_identity", "desk_message"):
        assert client.post(reverse(f"public_services:{name}", args=[dossier.key])).status_code == 404
    assert client.get(reverse("public_services:paper", args=[dossier.key, "filing"])).status_code == 404
    assert not AccessLog.objects.exists()


def test_a_look_is_noted_with_the_readers_unit(client, catalog):
    dossier = make.filed()
    user = signed_in(client, Role.ONE_STOP_OFFICER)

    page(client, dossier)

    look = AccessLog.objects.get()
    assert (look.actor, look.unit, look.what) == (user.username, make.commune().name, "hồ sơ")


def test_identity_numbers_are_masked_until_asked_for_and_that_is_noted(client, catalog):
    dossier = make.filed()
    signed_in(client, Role.ONE_STOP_OFFICER)

    masked = page(client, dossier).content.decode()
    shown = client.post(reverse("public_services:desk_identity", args=[dossier.key])).content.decode()

    assert "014*****0001" in masked
    assert "014099000001" not in masked
    assert "014099000001" in shown
    assert sorted(AccessLog.objects.values_list("what", flat=True)) == ["hồ sơ", "số định danh"]


def test_ones_own_dossier_gives_an_official_nothing_to_do(client, catalog):
    dossier = make.filed()
    user = signed_in(client, Role.ONE_STOP_OFFICER)
    Party.objects.filter(dossier=dossier, role=PartyRole.OWNER).update(user=user)

    answer = page(client, dossier)

    assert answer.status_code == 404
    assert "hồ sơ của chính bạn" in answer.content.decode()
    assert standing.relations(user, dossier, on=make.DAY) == {"applicant"}
    assert act(client, dossier, "accept").status_code == 404
    assert batch(client, "accept", dossier).context["refused"]
    assert batch(client, "claim", dossier).context["refused"]
    assert fresh(dossier).state == "submitted"


def attached(dossier, scan="clean"):
    taken = make.a_file()
    return Attachment.objects.create(
        dossier=dossier, paper="giay-to-kem", file=taken.file, name="giay-to.pdf", scan=scan, added_seq=1
    )


def test_a_file_comes_as_a_download_and_the_look_is_noted(client, catalog):
    dossier = make.filed()
    row = attached(dossier)
    signed_in(client, Role.ONE_STOP_OFFICER)

    answer = client.get(reverse("public_services:desk_file", args=[row.key]))

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(answer).startswith(b"%PDF")
    assert AccessLog.objects.get().what.startswith("tệp: Giấy tờ có thông tin")


@pytest.mark.parametrize("scan", ["pending", "infected"])
def test_a_file_that_is_not_clean_is_not_given_out(client, catalog, scan):
    dossier = make.filed()
    row = attached(dossier, scan)
    signed_in(client, Role.ONE_STOP_OFFICER)
    url = reverse("public_services:desk_file", args=[row.key])

    shown, answer = page(client, dossier).content.decode(), client.get(url)

    assert url not in shown
    assert answer.status_code == 302
    assert "tệp" not in AccessLog.objects.values_list("what", flat=True)


def test_files_of_other_agencies_do_not_exist(client, catalog):
    row = attached(make.filed())
    signed_in(client, Role.ONE_STOP_OFFICER, make.another_commune())

    assert client.get(reverse("public_services:desk_file", args=[row.key])).status_code == 404
    assert client.get(reverse("public_services:desk_file", args=[uuid4()])).status_code == 404


def test_results_come_as_downloads_within_the_scope(client, catalog):
    row = make.a_result(make.filed())
    url = reverse("public_services:desk_result_file", args=[row.key])
    signed_in(client, Role.ONE_STOP_OFFICER, make.another_commune())
    assert client.get(url).status_code == 404

    signed_in(client, Role.ONE_STOP_OFFICER)
    assert b"".join(client.get(url)).startswith(b"%PDF")
    assert AccessLog.objects.get().what == "tệp: Trích lục hộ tịch (bản sao)"


# ---- acts -------------------------------------------------------------------------------------------------------


def test_reception_accepts_with_ticks_for_the_papers(client, catalog):
    dossier = make.filed()
    attached(dossier)
    signed_in(client, Role.ONE_STOP_OFFICER)

    answer = act(client, dossier, "accept", checked=["giay-to-kem"])

    assert answer.status_code == 302
    assert dossier.events.get(kind="accept").payload["papers"] == {"checked": ["giay-to-kem"]}


def test_reception_refuses_with_reason_and_basis(client, catalog):
    dossier = make.filed()
    signed_in(client, Role.ONE_STOP_OFFICER)

    assert act(client, dossier, "refuse", reason="Không thuộc thẩm quyền").status_code == 422
    assert (
        act(client, dossier, "refuse", reason="Không thuộc thẩm quyền", basis="Luật Hộ tịch, Điều 63").status_code
        == 302
    )
    assert fresh(dossier).state == "refused"


def test_a_supplement_names_every_item(client, catalog):
    dossier = make.filed()
    signed_in(client, Role.ONE_STOP_OFFICER)
    form = next(one.form for one in page(client, dossier).context["actions"] if one.action == "request_supplement")
    place = list(form.names).index("/requester_name")

    unnamed = act(client, dossier, "request_supplement", reason="Thiếu")
    unwritten = act(client, dossier, "request_supplement", **{f"pick-{place}": "on"})
    sent = act(client, dossier, "request_supplement", **{f"pick-{place}": "on", f"text-{place}": "Ghi đủ họ tên"})

    assert (unnamed.status_code, unwritten.status_code, sent.status_code) == (422, 422, 302)
    assert dossier.supplements.get().items == ["/requester_name"]


def test_asking_again_in_the_same_step_needs_a_basis(client, catalog):
    dossier = make.accepted(make.filed())
    user = signed_in(client, Role.CASE_OFFICER)
    dossier = make.do(dossier, Action.REQUEST_SUPPLEMENT, user, items={"/copies": "Ghi số bản"})
    dossier = make.do(dossier, Action.SUPPLY, make.official(Role.ONE_STOP_OFFICER), answers={"copies": 1})
    form = next(one.form for one in page(client, dossier).context["actions"] if one.action == "request_supplement")
    said = {f"text-{list(form.names).index('/copies')}": "Ghi lại"}

    assert act(client, dossier, "request_supplement", **said).status_code == 422
    assert act(client, dossier, "request_supplement", **said, lawful_reason="Luật Hộ tịch, Điều 5").status_code == 302


def test_the_case_officer_ticks_the_checklist_and_passes_it_on(client, catalog):
    dossier = make.accepted(make.filed())
    signed_in(client, Role.CASE_OFFICER)

    half = act(client, dossier, "advance", checked=CHECKED[:1])
    whole = act(client, dossier, "advance", checked=CHECKED, note="Đã tra sổ")

    assert (half.status_code, whole.status_code) == (422, 302)
    assert "Thông tin trên trích lục khớp với sổ" in half.content.decode()
    assert fresh(dossier).desk == "leader"


def test_what_was_sent_twice_is_done_once_although_the_step_has_changed(client, catalog):
    dossier = make.accepted(make.filed())
    signed_in(client, Role.CASE_OFFICER)
    key = uuid4().hex

    first = act(client, dossier, "advance", key=key, checked=CHECKED)
    second = act(client, dossier, "advance", key=key, checked=CHECKED)

    assert (first.status_code, second.status_code) == (302, 302)
    assert dossier.events.filter(kind="advance").count() == 1


def test_a_leader_sends_back(client, catalog):
    dossier = make.accepted(make.filed())
    dossier = make.do(dossier, Action.ADVANCE, make.official(Role.CASE_OFFICER), checked=CHECKED)
    signed_in(client, Role.AGENCY_LEAD)

    assert act(client, dossier, "send_back", reason="Soát lại ngày sinh").status_code == 302
    assert fresh(dossier).desk == "officer"


def with_time_left(dossier):
    """Due in a week, so that it may still be extended."""
    Dossier.objects.filter(pk=dossier.pk).update(due_at=make.later(days=7))
    return fresh(dossier)


def test_a_leader_extends_stops_and_only_a_leader(client, catalog):
    dossier = with_time_left(make.accepted(make.filed()))
    signed_in(client, Role.CASE_OFFICER)
    assert act(client, dossier, "extend", reason="Chờ tra sổ").status_code == 422

    signed_in(client, Role.AGENCY_LEAD)
    assert act(client, dossier, "extend", reason="Chờ tra sổ").status_code == 302
    dossier = fresh(dossier)
    assert dossier.is_extended
    assert act(client, dossier, "stop", reason="Theo đề nghị", basis="NĐ 118/2025/NĐ-CP").status_code == 302
    assert fresh(dossier).state == "stopped"


def test_reception_withdraws_at_the_persons_request(client, catalog):
    dossier = make.filed()
    signed_in(client, Role.ONE_STOP_OFFICER)

    assert act(client, dossier, "withdraw", reason="Người dân đề nghị rút").status_code == 302
    assert fresh(dossier).state == "withdrawn"


def test_reception_hands_over_the_result(client, catalog):
    dossier = make.resolved(make.filed())
    signed_in(client, Role.ONE_STOP_OFFICER)

    assert act(client, dossier, "deliver", receiver="Lò Thị Mẫu").status_code == 302
    dossier = fresh(dossier)
    assert (dossier.state, dossier.events.get(kind="deliver").payload["way"]) == ("delivered", "counter")


def test_a_role_without_the_step_can_do_nothing(client, catalog):
    dossier = make.filed()
    signed_in(client, Role.CASE_OFFICER)

    answer = act(client, dossier, "accept")

    assert page(client, dossier).context["actions"] == []
    assert answer.status_code == 422
    assert "thuộc vị trí khác" in answer.content.decode()
    assert fresh(dossier).state == "submitted"


def test_an_unknown_act_does_not_exist(client, catalog):
    dossier = make.filed()
    signed_in(client, Role.ONE_STOP_OFFICER)

    for action in ("resolve", "amend_record", "x"):
        assert act(client, dossier, action).status_code == 404


def test_who_acts_on_an_old_page_sees_what_changed_and_keeps_what_was_typed(client, catalog):
    dossier = with_time_left(make.accepted(make.filed()))
    signed_in(client, Role.CASE_OFFICER)
    seen = dossier.revision
    make.do(dossier, Action.EXTEND, make.official(Role.AGENCY_LEAD), reason="Chờ")

    answer = act(client, dossier, "advance", revision=seen, checked=CHECKED, note="Giữ lời này")

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Xin lỗi và hẹn lại ngày trả" in text
    assert "Giữ lời này" in text
    assert f'name="revision" value="{fresh(dossier).revision}"' in text


def test_a_form_without_its_key_is_refused_with_a_sentence(client, catalog):
    dossier = make.filed()
    signed_in(client, Role.ONE_STOP_OFFICER)

    answer = client.post(reverse("public_services:desk_act", args=[dossier.key, "accept"]), {"revision": "1"})

    assert answer.status_code == 422
    assert "Trang đã cũ" in answer.content.decode()


def test_a_message_goes_to_the_applicant(client, catalog):
    dossier = make.filed()
    signed_in(client, Role.ONE_STOP_OFFICER)
    url = reverse("public_services:desk_message", args=[dossier.key])

    assert client.post(url, {"text": ""}).status_code == 422
    assert client.post(url, {"text": "Mời bác đến quầy 3"}).status_code == 302
    assert Message.objects.get().is_from_agency
    assert "Mời bác đến quầy 3" in page(client, dossier).content.decode()


def test_the_page_reads_no_more_than_it_needs(client, catalog, django_assert_max_num_queries):
    dossier = make.resolved(make.filed())
    signed_in(client, Role.ONE_STOP_OFFICER)
    page(client, dossier)

    with django_assert_max_num_queries(55):
        page(client, dossier)


# ---- claiming ---------------------------------------------------------------------------------------------------


def test_a_claimed_dossier_is_nobody_elses_until_it_is_given_back(client, catalog):
    dossier = make.accepted(make.filed())
    first = signed_in(client, Role.CASE_OFFICER)
    client.post(reverse("public_services:desk_claim", args=[dossier.key]))
    assert dossier.step_tasks.get(closed_at=None).claimed_by_id == first.pk

    signed_in(client, Role.CASE_OFFICER)
    refused = client.post(reverse("public_services:desk_claim", args=[dossier.key]))
    assert refused.status_code == 422
    assert "đã nhận hồ sơ này" in refused.content.decode()
    assert act(client, dossier, "advance", checked=CHECKED).status_code == 422
    assert client.post(reverse("public_services:desk_release", args=[dossier.key])).status_code == 422

    client.force_login(first)
    client.post(reverse("public_services:desk_release", args=[dossier.key]))
    assert fresh(dossier).claimed_by_id is None
    kinds = AuditEntry.objects.filter(action__startswith="public_services.dossier_").order_by("pk")
    assert list(kinds.values_list("action", flat=True))[-2:] == [
        "public_services.dossier_claimed",
        "public_services.dossier_released",
    ]


def test_a_leader_gives_back_what_somebody_away_holds(client, catalog):
    dossier = make.accepted(make.filed())
    Dossier.objects.filter(pk=dossier.pk).update(claimed_by=make.official(Role.CASE_OFFICER))
    signed_in(client, Role.AGENCY_LEAD)

    client.post(reverse("public_services:desk_release", args=[dossier.key]))

    assert fresh(dossier).claimed_by_id is None


# ---- opinions ---------------------------------------------------------------------------------------------------


def test_a_consulted_agency_reads_the_dossier_and_answers_and_then_sees_it_no_more(client, catalog):
    dossier = make.accepted(make.filed())
    elsewhere = make.another_commune()
    signed_in(client, Role.CASE_OFFICER)
    asked = act(client, dossier, "consult", agency=elsewhere.unit_id, reason="Sổ cũ có ghi không?")
    assert asked.status_code == 302

    signed_in(client, Role.CASE_OFFICER, elsewhere)
    listed = client.get(reverse("public_services:desk"), {"desk": "consulted"}).content.decode()
    assert dossier.number in listed
    shown = page(client, dossier)
    assert [one.action for one in shown.context["actions"]] == ["answer_consultation"]
    assert "Sổ cũ có ghi không?" in shown.content.decode()

    row = dossier.consultations.get()
    answered = act(client, fresh(dossier), "answer_consultation", consultation=row.pk, reason="Có, trang 12")
    assert answered.url == reverse("public_services:desk")
    row.refresh_from_db()
    assert row.answered_at == NOW
    assert page(client, dossier).status_code == 404


def test_an_open_opinion_keeps_the_step_and_other_agencies_cannot_give_it(client, catalog):
    dossier = make.accepted(make.filed())
    officer = signed_in(client, Role.CASE_OFFICER)
    dossier = make.do(dossier, Action.CONSULT, officer, agency=make.another_commune().unit_id, reason="Hỏi")

    assert act(client, dossier, "advance", checked=CHECKED).status_code == 422
    third = next(
        row for row in make.organizations.units_on(make.DAY) if row.kind == "commune" and row.unit_id not in
        (make.commune().unit_id, make.another_commune().unit_id)
    )  # fmt: skip
    signed_in(client, Role.CASE_OFFICER, third)
    assert page(client, dossier).status_code == 404
    assert act(client, dossier, "answer_consultation", consultation=1, reason="x").status_code == 404


def test_one_consulted_agency_does_not_answer_for_another(client, catalog):
    dossier = make.accepted(make.filed())
    officer = make.official(Role.CASE_OFFICER)
    units = [row for row in make.organizations.units_on(make.DAY) if row.kind == "commune"][1:3]
    for unit in units:
        dossier = make.do(dossier, Action.CONSULT, officer, agency=unit.unit_id, reason="Hỏi")
    signed_in(client, Role.CASE_OFFICER, units[0])
    others = dossier.consultations.get(agency=units[1].unit_id)

    answer = act(client, dossier, "answer_consultation", consultation=others.pk, reason="Thay")

    assert answer.status_code == 422
    assert dossier.consultations.filter(answered_at=None).count() == 2


def test_consulted_officials_may_do_nothing_else(client, catalog):
    dossier = make.accepted(make.filed())
    elsewhere = make.another_commune()
    dossier = make.do(dossier, Action.CONSULT, make.official(Role.CASE_OFFICER), agency=elsewhere.unit_id, reason="Hỏi")
    signed_in(client, Role.AGENCY_LEAD, elsewhere)

    for action, said in (
        ("advance", {"checked": CHECKED}),
        ("extend", {"reason": "x"}),
        ("stop", {"reason": "x", "basis": "y"}),
    ):
        assert act(client, dossier, action, **said).status_code == 422
    assert client.post(reverse("public_services:desk_message", args=[dossier.key]), {"text": "x"}).status_code == 404
    assert fresh(dossier).revision == dossier.revision


# ---- register and report ----------------------------------------------------------------------------------------


def test_the_register_lists_what_came_in_and_exports_are_audited(client, catalog):
    dossier = make.filed()
    make.filed(make.citizen("014099000002"), unit=make.another_commune())
    signed_in(client, Role.ONE_STOP_OFFICER)
    url = reverse("public_services:desk_register")

    shown = client.get(url, {"from": "2023-09-01", "to": "2023-09-30"})
    text = b"".join(client.get(url, {"format": "csv"})).decode()

    assert [line.number for _key, line in shown.context["rows"]] == [dossier.number]
    assert dossier.number in text
    assert AuditEntry.objects.filter(action="public_services.register_exported").count() == 1
    assert client.get(url, {"from": "2023-08-01", "to": "2023-08-31"}).context["rows"] == []


def test_the_report_counts_by_field_and_every_number_leads_to_its_dossiers(client, catalog):
    yesterday = make.AT - dt.timedelta(days=4)
    early = make.resolved(make.filed(at=yesterday), at=yesterday)
    waiting = make.accepted(make.filed(make.citizen("014099000002")))
    withdrawn = make.accepted(make.filed(make.citizen("014099000003")))
    make.do(withdrawn, Action.WITHDRAW, make.official(Role.ONE_STOP_OFFICER), reason="Rút")
    signed_in(client, Role.AGENCY_LEAD)
    period = {"from": "2023-09-11", "to": "2023-09-15"}

    whole = client.get(reverse("public_services:desk_report"), {"from": "2023-09-01", "to": "2023-09-15"})
    week = client.get(reverse("public_services:desk_report"), period)

    def figures(answer):
        return [value for _title, value, _url in answer.context["total"]]

    assert figures(whole) == [3, 3, 0, 0, 2, 0, 2, 0, 1, 1, 0]
    assert figures(week) == [2, 2, 0, 0, 1, 0, 1, 0, 1, 1, 0]
    url = next(url for title, _value, url in week.context["total"] if title == "Đang giải quyết: trong hạn")
    assert [row.pk for row, _state, _owner in client.get(url).context["rows"]] == [waiting.pk]
    assert early.number not in client.get(url).content.decode()
    assert client.get(reverse("public_services:desk_report_dossiers"), {"column": "x"}).status_code == 404
    assert (
        "Hộ tịch" in b"".join(client.get(reverse("public_services:desk_report"), {**period, "format": "csv"})).decode()
    )


def test_the_report_tells_late_and_early(client, catalog):
    dossier = make.resolved(make.filed())
    signed_in(client, Role.AGENCY_LEAD)
    url = reverse("public_services:desk_report")

    def resolved(**changes):
        Dossier.objects.filter(pk=dossier.pk).update(**changes)
        cells = {title: value for title, value, _url in client.get(url).context["total"]}
        return [cells[f"Đã giải quyết: {word}"] for word in ("trước hạn", "đúng hạn", "quá hạn")]

    assert resolved() == [0, 1, 0]
    assert resolved(due_at=make.later(days=2)) == [1, 0, 0]
    assert resolved(due_at=make.later(hours=-1)) == [0, 0, 1]


def test_names_are_escaped_on_the_page(client, catalog):
    make.filed(requester_name="Lò Thị Mẫu")
    dossier = Dossier.objects.get()
    signed_in(client, Role.ONE_STOP_OFFICER)
    client.post(reverse("public_services:desk_message", args=[dossier.key]), {"text": "<script>alert(1)</script>"})

    assert not re.search(r"<script>alert", page(client, dossier).content.decode())
