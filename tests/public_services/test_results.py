"""Results: signed whole or not at all, corrected in a chain, revoked, used again; who may do it."""

import datetime as dt
import io
from dataclasses import replace

import pypdf
import pytest

from tests.public_services import factories as make
from tinhso.accounts import api as accounts
from tinhso.accounts.api import Role
from tinhso.core import files
from tinhso.core.models import AuditEntry, Counter
from tinhso.core.papers import pdf
from tinhso.public_services.dossiers.choices import Action, Outcome
from tinhso.public_services.dossiers.models import Dossier, ResultDocument
from tinhso.public_services.dossiers.services.refusals import KeyReused, NotAllowed, ReasonMissing, StaleDossier
from tinhso.public_services.results import rules
from tinhso.public_services.results.selectors import register
from tinhso.public_services.results.services import issue as issuing
from tinhso.public_services.results.services import signers
from tinhso.public_services.results.services.wording import Wording, proposed
from tinhso.signing.verify import Verdict, verify

CHECKED = ["Đã tìm thấy việc hộ tịch trong sổ hoặc cơ sở dữ liệu", "Thông tin trên trích lục khớp với sổ"]
OWNER = "014099000001"
KIND = "trich-luc-ho-tich"


@pytest.fixture(autouse=True)
def quick_pages(request, monkeypatch):
    """Laying out pages is slow: most tests sign one page that was made once."""
    if "pdf_tools" not in request.fixturenames:
        page = pypdf.PdfWriter()
        page.add_blank_page(100, 100)
        content = io.BytesIO()
        page.write(content)
        monkeypatch.setattr(pdf, "document", lambda _paper: content.getvalue())


@pytest.fixture
def leader(catalog):
    return make.official(Role.AGENCY_LEAD)


@pytest.fixture
def dossier(catalog):
    return at_last_step()


def at_last_step(user=None, **answers):
    """A dossier that waits for the leader's signature."""
    filed = make.filed(user, **answers)
    make.do(filed, Action.ACCEPT, make.official(Role.ONE_STOP_OFFICER))
    filed.charges.update(settled_at=make.AT)
    make.do(filed, Action.PAYMENT_SETTLED, None)
    return make.do(filed, Action.ADVANCE, make.official(Role.CASE_OFFICER), checked=CHECKED)


def text_of(dossier, **more):
    return replace(proposed(dossier, on=make.DAY), **more)


def sign(dossier, leader, *, outcome=Outcome.APPROVED, text=None, key="k1", **more):
    wording = text or text_of(dossier)
    return issuing.issue(
        dossier_id=dossier.pk,
        outcome=outcome,
        wording=wording,
        actor=make.as_actor(leader, dossier),
        key=key,
        at=make.AT,
        **more,
    )


def refuse(dossier, leader, **more):
    text = text_of(dossier, reason="Không có trong sổ", basis="Luật Hộ tịch 2014, Điều 64")
    return sign(dossier, leader, outcome=Outcome.REJECTED, text=text, **more)


def correct(dossier, leader, *, key="k2", **more):
    text = text_of(dossier, correction="Sai tên đệm")
    actor = make.as_actor(leader, dossier)
    return issuing.correct(dossier_id=dossier.pk, wording=text, actor=actor, key=key, at=make.AT, **more)


def stored(row):
    with files.open_stored(row.file.sha256) as content:
        return content.read()


def test_the_text_is_proposed_from_the_answers(dossier):
    lines = proposed(dossier, on=make.DAY)

    assert lines.lines[0] == ("Việc hộ tịch", "Khai sinh")
    assert ("Ngày, tháng, năm sinh", "01/04/2015") in lines.lines
    assert lines.titles == ("TM. Ủy ban nhân dân", "Chủ tịch")


def test_signing_registers_the_result_and_resolves_the_dossier(dossier, leader):
    row = sign(dossier, leader).result

    dossier.refresh_from_db()
    assert (dossier.state, dossier.outcome) == ("resolved", "approved")
    assert (row.number, row.issued_on, row.signed_by) == ("01/TL-BS", make.DAY, leader.username)
    assert (row.is_signed, row.has_legal_value, row.issued_seq) == (True, False, dossier.revision)
    assert row.owner_hash == accounts.identity_hash(OWNER)


def test_the_signature_in_the_file_holds(dossier, leader):
    row = sign(dossier, leader).result

    report = verify(stored(row), policy=signers.policy(), at=make.AT)

    (found,) = report.signatures
    assert (report.verdict, report.reasons, found.stated_at) == (Verdict.PASSED, (), make.AT)
    assert found.signer == leader.full_name


def test_a_file_changed_afterwards_does_not_hold(dossier, leader):
    signed = stored(sign(dossier, leader).result)

    report = verify(signed + b"\n%x", policy=signers.policy(), at=make.AT)

    assert (report.verdict, report.codes) == (Verdict.FAILED, ("appended",))


def test_numbers_go_on_within_agency_kind_and_year(dossier, leader):
    sign(dossier, leader)

    assert sign(at_last_step(make.citizen("014099000002", "B")), leader, key="k9").result.number == "02/TL-BS"


def test_another_agency_begins_with_its_own_number(dossier, leader):
    sign(dossier, leader)
    there = make.another_commune()
    other = make.filed(make.citizen("014099000003", "C"), unit=there)
    make.do(other, Action.ACCEPT, make.official(Role.ONE_STOP_OFFICER, there))
    other.charges.update(settled_at=make.AT)
    make.do(other, Action.PAYMENT_SETTLED, None)
    make.do(other, Action.ADVANCE, make.official(Role.CASE_OFFICER, there), checked=CHECKED)

    row = sign(other, make.official(Role.AGENCY_LEAD, there)).result

    assert row.number == "01/TL-BS"
    assert ResultDocument.objects.filter(number=row.number).count() == 2


def test_the_same_request_again_signs_nothing_new(dossier, leader):
    text = text_of(dossier)
    first = sign(dossier, leader, text=text)

    again = sign(dossier, leader, text=text)

    assert (again.is_replay, again.result) == (True, first.result)
    assert ResultDocument.objects.count() == 1


def test_the_same_key_with_another_text_is_refused(dossier, leader):
    sign(dossier, leader)

    with pytest.raises(KeyReused):
        sign(dossier, leader, text=text_of(dossier, paragraphs="Khác"))


def test_a_failure_in_the_middle_leaves_neither_row_nor_number(dossier, leader, monkeypatch):
    def break_(**_of):
        raise RuntimeError("in the middle")

    monkeypatch.setattr(issuing.applying, "apply", break_)

    with pytest.raises(RuntimeError):
        sign(dossier, leader)

    assert not ResultDocument.objects.exists()
    assert not Counter.objects.filter(name__startswith="public_services.result").exists()
    assert Dossier.objects.get().state == "in_progress"


def test_a_dossier_that_changed_meanwhile_is_not_signed(dossier, leader):
    with pytest.raises(StaleDossier):
        sign(dossier, leader, expected=dossier.revision - 1)

    assert not ResultDocument.objects.exists()


def test_nothing_is_signed_before_the_last_step(catalog, leader):
    early = make.do(make.filed(), Action.ACCEPT, make.official(Role.ONE_STOP_OFFICER))

    with pytest.raises(NotAllowed):
        sign(early, leader)

    assert not ResultDocument.objects.exists()


@pytest.mark.parametrize("role", [Role.ONE_STOP_OFFICER, Role.CASE_OFFICER])
def test_only_a_leader_signs(dossier, role):
    with pytest.raises(NotAllowed):
        sign(dossier, make.official(role))


def test_a_leader_of_another_agency_does_not_sign(dossier):
    with pytest.raises(NotAllowed):
        sign(dossier, make.official(Role.AGENCY_LEAD, make.another_commune()))


def test_nobody_signs_an_own_dossier(catalog, leader):
    own = at_last_step(leader)

    with pytest.raises(NotAllowed):
        sign(own, leader)


def test_a_refusal_has_reason_and_basis_and_is_no_result_to_use_again(dossier, leader):
    row = refuse(dossier, leader).result

    dossier.refresh_from_db()
    assert (dossier.state, dossier.outcome) == ("resolved", "rejected")
    assert (row.number, row.type) == ("01/TB", rules.REFUSAL)
    assert not register.valid_results(accounts.identity_hash(OWNER), KIND, make.DAY).exists()


@pytest.mark.parametrize("missing", ["reason", "basis"])
def test_a_refusal_without_grounds_is_not_signed(dossier, leader, missing):
    text = replace(text_of(dossier, reason="Vì", basis="Điều 1"), **{missing: " "})

    with pytest.raises(ReasonMissing):
        sign(dossier, leader, outcome=Outcome.REJECTED, text=text)


def test_a_correction_replaces_and_nothing_is_lost(dossier, leader):
    first = sign(dossier, leader).result

    second = correct(dossier, leader).result
    third = correct(dossier, leader, key="k3").result

    chain = list(ResultDocument.objects.order_by("pk"))
    assert [row.superseded_by for row in chain] == [second, third, None]
    assert [row.number for row in chain] == ["01/TL-BS", "02/TL-BS", "03/TL-BS"]
    assert stored(first)


def test_a_correction_needs_its_reason_and_a_result(dossier, leader):
    actor = make.as_actor(leader, dossier)

    with pytest.raises(issuing.NothingToCorrect):
        correct(dossier, leader)
    with pytest.raises(ReasonMissing):
        issuing.correct(dossier_id=dossier.pk, wording=Wording(), actor=actor, key="k5", at=make.AT)


def test_a_corrected_result_is_delivered_anew(dossier, leader):
    sign(dossier, leader)
    make.do(dossier, Action.DELIVER, None)

    correct(dossier, leader)

    dossier.refresh_from_db()
    assert (dossier.state, dossier.delivered_at) == ("resolved", None)


def found_again(on=make.DAY):
    return list(register.valid_results(accounts.identity_hash(OWNER), KIND, on))


def test_a_result_stands_for_a_paper_later(dossier, leader):
    row = sign(dossier, leader).result

    assert found_again() == [row]
    assert found_again(make.DAY - dt.timedelta(days=1)) == []
    assert list(register.valid_results("", KIND, make.DAY)) == []


def test_of_a_corrected_result_only_the_last_stands(dossier, leader):
    sign(dossier, leader)

    row = correct(dossier, leader).result

    assert found_again() == [row]


def test_an_expired_result_stands_for_nothing(dossier, leader):
    row = sign(dossier, leader).result
    ResultDocument.objects.filter(pk=row.pk).update(expires_on=make.DAY)

    assert found_again(make.DAY) == [row]
    assert found_again(make.DAY + dt.timedelta(days=1)) == []


def test_a_revoked_result_stands_for_nothing_and_stays_in_the_register(dossier, leader):
    row = sign(dossier, leader).result

    issuing.revoke(result_id=row.pk, reason="Cấp sai", actor=make.as_actor(leader, dossier), at=make.AT)

    assert found_again() == []
    assert ResultDocument.objects.get().revoked_reason == "Cấp sai"
    assert AuditEntry.objects.filter(action="public_services.result_revoked").count() == 1


def revoke(row, leader, *, reason="Cấp sai", at=make.AT):
    actor = make.as_actor(leader, row.dossier)
    return issuing.revoke(result_id=row.pk, reason=reason, actor=actor, at=at)


def test_revoking_is_an_event_of_the_dossier_which_stays_as_it_is(dossier, leader):
    row = sign(dossier, leader).result
    make.do(dossier, Action.DELIVER, None)

    revoke(row, leader)

    event = dossier.events.latest("seq")
    assert (event.kind, event.from_state, event.to_state) == ("revoke_result", "delivered", "delivered")
    assert (event.actor, event.payload) == (leader.username, {"results": [row.number]})
    assert "Cấp sai" not in event.sealed
    assert Dossier.objects.get().revision == event.seq


def test_a_second_click_on_revoking_changes_nothing(dossier, leader):
    row = sign(dossier, leader).result

    for _again in range(2):
        revoke(row, leader)

    assert dossier.events.filter(kind="revoke_result").count() == 1
    assert AuditEntry.objects.filter(action="public_services.result_revoked").count() == 1


def test_a_revoked_result_is_not_handed_over_until_there_is_a_new_one(dossier, leader):
    row = sign(dossier, leader).result
    revoke(row, leader)

    with pytest.raises(NotAllowed, match="thu hồi"):
        make.do(dossier, Action.DELIVER, None)
    correct(dossier, leader)

    assert make.do(dossier, Action.DELIVER, None).state == "delivered"


def test_what_was_replaced_is_not_revoked(dossier, leader):
    first = sign(dossier, leader).result
    correct(dossier, leader)

    with pytest.raises(NotAllowed):
        revoke(first, leader)

    first.refresh_from_db()
    assert first.revoked_at is None


def test_a_dossier_without_result_has_nothing_to_revoke(dossier, leader):
    waiting = make.a_result(dossier)

    with pytest.raises(NotAllowed):
        revoke(waiting, leader)


def test_nothing_is_revoked_twice_or_without_reason_or_by_others(dossier, leader):
    row, actor = sign(dossier, leader).result, make.as_actor(leader, dossier)

    with pytest.raises(ReasonMissing):
        issuing.revoke(result_id=row.pk, reason=" ", actor=actor, at=make.AT)
    with pytest.raises(NotAllowed):
        other = make.as_actor(make.official(Role.CASE_OFFICER), dossier)
        issuing.revoke(result_id=row.pk, reason="Sai", actor=other, at=make.AT)
    issuing.revoke(result_id=row.pk, reason="Sai", actor=actor, at=make.AT)
    with pytest.raises(KeyReused):
        issuing.revoke(result_id=row.pk, reason="Vì khác", actor=actor, at=make.AT)
    with pytest.raises(NotAllowed, match="thay thế hoặc thu hồi"):
        revoke(row, make.official(Role.AGENCY_LEAD))


@pytest.mark.parametrize(
    ("issued", "months", "last"),
    [
        (dt.date(2023, 9, 12), 6, dt.date(2024, 3, 12)),
        (dt.date(2023, 8, 31), 6, dt.date(2024, 2, 29)),
        (dt.date(2023, 12, 1), 12, dt.date(2024, 12, 1)),
        (dt.date(2023, 9, 12), None, None),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_the_month(issued, months, last):
    assert rules.last_day(issued, months) == last


@pytest.mark.usefixtures("pdf_tools")
def test_the_paper_says_what_it_is_whose_it_is_and_what_its_signature_is_worth(dossier, leader):
    row = sign(dossier, leader, text=text_of(dossier, paragraphs="Sổ số 01/2015.")).result
    reader = pypdf.PdfReader(io.BytesIO(stored(row)))

    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    for said in (
        "TRÍCH LỤC HỘ TỊCH (BẢN SAO)",
        "Số: 01/TL-BS",
        "ngày 12 tháng 9 năm 2023",
        "Việc hộ tịch: Khai sinh",
        "Lò Văn Mẫu",
        "Sổ số 01/2015.",
        "Ký số mẫu – không có giá trị pháp lý",
        "Kiểm tra văn bản: số 01/TL-BS, ngày 12/09/2023, người ký Cán bộ Mẫu",
        "Chữ ký mẫu – không có giá trị pháp lý",
    ):
        assert said in text
    assert "pdfaid:part" in reader.xmp_metadata.stream.get_data().decode()
    assert verify(stored(row), policy=signers.policy(), at=make.AT).verdict is Verdict.PASSED


@pytest.mark.usefixtures("pdf_tools")
def test_a_draft_has_neither_number_nor_day(dossier, leader):
    made = issuing.draft(dossier=dossier, outcome=Outcome.APPROVED, wording=text_of(dossier), user=leader, at=make.AT)

    text = " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(made)).pages)
    assert "Bản dự thảo, chưa ký." in text
    assert "ngày 12" not in text
    assert not ResultDocument.objects.exists()
