"""Figures that agencies report by form, from the draft to the official figure, and back by a restatement."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from tests.accounts.factories import person
from tinhso.accounts.api import Role
from tinhso.core.clock import VIETNAM
from tinhso.core.evidence import EvidenceRefused
from tinhso.core.models import AuditEntry, OutboxMessage
from tinhso.datasets.models import Batch
from tinhso.indicators import api
from tinhso.indicators.models import Report
from tinhso.indicators.selectors import reports as selectors
from tinhso.indicators.services import reports
from tinhso.indicators.services.reports import ReportText, SourceFile
from tinhso.organizations import api as organizations

pytestmark = pytest.mark.usefixtures("province")
BACKEND = "tinhso.accounts.backends.Backend"
AT = dt.datetime(2023, 7, 5, 9, tzinfo=VIETNAM)
PDF = b"%PDF-1.7\n% nguon"
NAME, PERIOD = "households", "2023-06"
NUMBERS = {"households": 1000, "fiber_households": 400, "digital_address_households": 300}


def unit(code="03646"):
    return organizations.resolve(code, dt.date(2023, 6, 30)).org_unit_id


def said(**numbers):
    file = SourceFile("bao-cao.pdf", io.BytesIO(PDF), len(PDF))
    values = {name: Decimal(value) for name, value in (NUMBERS | numbers).items()}
    return ReportText(values, "12/BC-UBND", dt.date(2023, 7, 1), file)


def written(code="03646", revision=0, actor="canbo", **numbers):
    return reports.write_report(
        dataset=NAME, period=PERIOD, unit_id=unit(code), revision=revision, text=said(**numbers), actor=actor, at=AT
    )


def seen(report):
    return {"report_id": report.pk, "revision": Report.objects.get(pk=report.pk).revision, "at": AT}


def sent(code="03646", **numbers):
    report = written(code, **numbers)
    return reports.send_report(**seen(report), actor="canbo")


def locked(code="03646"):
    report = sent(code)
    reports.publish(dataset=NAME, period=PERIOD, at=AT)
    reports.approve_report(**seen(report), actor="lanhdao")
    reports.confirm_report(**seen(report), actor="chutri")
    reports.lock_period(dataset=NAME, period=PERIOD, actor="chutri", at=AT)
    return Report.objects.get(pk=report.pk)


def figure(code="03646"):
    api.compute(at=AT)
    found = api.figures(indicators=["soc.fiber_households"], period_codes=["2023-06/ytd"], unit_ids=[unit(code)])
    return [(one.numerator, one.denominator) for one in found]


def test_what_is_sent_counts_as_provisional_and_what_is_locked_as_official():
    report = sent()
    reports.publish(dataset=NAME, period=PERIOD, at=AT)

    assert figure() == [(400, 1000)]
    assert selectors.unsettled().count([NAME], {unit()}) == 1
    reports.approve_report(**seen(report), actor="lanhdao")
    reports.confirm_report(**seen(report), actor="chutri")
    assert reports.lock_period(dataset=NAME, period=PERIOD, actor="chutri", at=AT) == 1
    assert selectors.unsettled().count([NAME], {unit()}) == 0
    assert AuditEntry.objects.filter(obj=f"report:{report.pk}").count() == 5


def test_a_draft_does_not_count():
    written()

    reports.publish(dataset=NAME, period=PERIOD, at=AT)

    assert not Batch.objects.filter(dataset=NAME, state="in_force").exists()


def test_the_reporter_neither_approves_nor_confirms():
    report = sent()
    with pytest.raises(reports.SelfApproval):
        reports.approve_report(**seen(report), actor="canbo")

    reports.approve_report(**seen(report), actor="lanhdao")
    with pytest.raises(reports.SelfApproval):
        reports.confirm_report(**seen(report), actor="canbo")
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(approved_by="canbo")


def test_a_restatement_needs_a_reason_keeps_the_old_number_until_then_and_says_what_changed():
    report = locked()
    with pytest.raises(reports.BrokenReport):
        reports.reopen_report(**seen(report), reason=" ", actor="chutri")
    reports.reopen_report(**seen(report), reason="Đếm trùng một bản", actor="chutri")
    again = written(revision=Report.objects.get(pk=report.pk).revision, fiber_households=350)
    reports.publish(dataset=NAME, period=PERIOD, at=AT)
    assert figure() == [(400, 1000)]

    reports.send_report(**seen(again), actor="canbo")
    reports.publish(dataset=NAME, period=PERIOD, at=AT)

    assert figure() == [(350, 1000)]
    event = report.events.get(kind="restated")
    assert event.changes == {"fiber_households": ["400", "350"]}
    assert [batch.state for batch in Batch.objects.filter(dataset=NAME).order_by("pk")] == ["in_force", "in_force"]


def test_a_release_tells_what_was_not_locked_when_it_was_made():
    report = sent()
    reports.publish(dataset=NAME, period=PERIOD, at=AT)
    api.compute(at=AT)
    plan = {"plan_number": "292/KH-UBND", "plan_version": "1", "plan_hash": "x"}
    api.create_release(**plan, period="2023-06/ytd", note="", actor="t", at=AT)
    reports.approve_report(**seen(report), actor="lanhdao")
    reports.confirm_report(**seen(report), actor="chutri")
    reports.lock_period(dataset=NAME, period=PERIOD, actor="chutri", at=AT + dt.timedelta(days=1))
    api.create_release(**plan, period="2023-06/ytd", note="", actor="t", at=AT + dt.timedelta(days=2))

    assert selectors.unsettled(1).count([NAME], {unit()}) == 1
    assert selectors.unsettled(2).count([NAME], {unit()}) == 0


def test_what_is_sent_between_two_rounds_is_one_batch_and_nothing_comes_twice():
    sent("03646")
    sent("03649")
    reports.publish(dataset=NAME, period=PERIOD, at=AT)
    reports.publish(dataset=NAME, period=PERIOD, at=AT)

    batch = Batch.objects.get(dataset=NAME, state="in_force")
    assert batch.accepted == 2
    assert set(Report.objects.values_list("batch_id", flat=True)) == {batch.pk}
    sent("03652")
    reports.publish(dataset=NAME, period=PERIOD, at=AT)
    assert [one.accepted for one in Batch.objects.filter(dataset=NAME).order_by("pk")] == [2, 1]


def test_the_same_numbers_sent_again_after_others_count_again():
    report = sent()
    reports.publish(dataset=NAME, period=PERIOD, at=AT)
    for value in (350, 400):
        reports.reopen_report(**seen(report), reason="sửa", actor="chutri")
        written(revision=Report.objects.get(pk=report.pk).revision, fiber_households=value)
        reports.send_report(**seen(report), actor="canbo")
        reports.publish(dataset=NAME, period=PERIOD, at=AT)

    assert figure() == [(400, 1000)]


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ({"fiber_households": 1001}, "Số hộ có cáp quang lớn hơn số hộ"),
        ({"households": -1}, "không được nhỏ hơn 0"),
    ],
)
def test_numbers_that_cannot_be_are_refused(numbers, sentence):
    with pytest.raises(reports.BrokenReport, match=sentence):
        written(**numbers)

    assert not Report.objects.exists()


def test_a_period_that_is_not_over_is_refused():
    with pytest.raises(reports.BrokenReport, match="chưa kết thúc"):
        reports.write_report(
            dataset=NAME, period="2023-07", unit_id=unit(), revision=0, text=said(), actor="canbo", at=AT
        )


def test_nothing_is_sent_without_its_source():
    text = ReportText({name: Decimal(value) for name, value in NUMBERS.items()})
    report = reports.write_report(
        dataset=NAME, period=PERIOD, unit_id=unit(), revision=0, text=text, actor="canbo", at=AT
    )

    with pytest.raises(reports.BrokenReport, match="văn bản nguồn"):
        reports.send_report(**seen(report), actor="canbo")


def test_a_file_of_another_kind_is_refused_by_its_content():
    file = SourceFile("bao-cao.pdf", io.BytesIO(b"MZ\x90"), 3)
    text = ReportText(said().values, "1", None, file)

    with pytest.raises(EvidenceRefused):
        reports.write_report(dataset=NAME, period=PERIOD, unit_id=unit(), revision=0, text=text, actor="canbo", at=AT)


def test_two_who_write_one_report_are_told_of_one_another():
    written()

    with pytest.raises(reports.ReportChanged, match="canbo"):
        written(revision=0, actor="khac")


# ---- pages -----------------------------------------------------------------------------------------------------


@pytest.fixture
def july(monkeypatch):
    """Pages are read on a day of July 2023."""
    monkeypatch.setattr("tinhso.indicators.views.reports.clock.now", lambda: AT)
    monkeypatch.setattr("tinhso.indicators.views.reports.clock.today", AT.date)


@pytest.fixture
def sign_in(client, july):
    def as_(role, code="14", username=None):
        who = person(role, code)
        client.force_login(who, backend=BACKEND)
        return client

    return as_


def text(answer):
    return " ".join(answer.content.decode().replace("\xa0", " ").split())


def url(code="03646"):
    return f"/indicators/reports/{NAME}/{PERIOD}/{unit(code)}/"


def form(**more):
    file = SimpleUploadedFile("nguon.pdf", PDF, "application/pdf")
    return {**NUMBERS, "document_number": "12/BC", "document_on": "2023-07-01", "file": file, "revision": 0, **more}


def test_a_commune_fills_in_and_sends_its_leader_approves_the_owner_confirms_and_locks(sign_in):
    officer = sign_in(Role.DATA_OFFICER, "03646")
    officer.post(url(), form(send="1"))
    assert "Đã gửi, chờ duyệt" in text(officer.get(url()))
    assert OutboxMessage.objects.filter(topic="indicators.report_sent").count() == 1

    leader = sign_in(Role.AGENCY_LEAD, "03646")
    assert "Duyệt số liệu của đơn vị" in text(leader.get(url()))
    leader.post(f"{url()}approve/", {"revision": Report.objects.get().revision})
    owner = sign_in(Role.PLAN_OWNER)
    owner.post(f"{url()}confirm/", {"revision": Report.objects.get().revision})
    page = text(owner.get(f"/indicators/reports/?dataset={NAME}&period={PERIOD}"))
    assert "Khóa 1 số liệu đã xác nhận" in page
    owner.post(f"/indicators/reports/{NAME}/{PERIOD}/lock/")

    assert "Đã khóa, chính thức" in text(owner.get(url()))


def test_the_one_who_reported_sees_that_another_has_to_approve(sign_in):
    leader = sign_in(Role.AGENCY_LEAD, "03646")
    leader.post(url(), form(send="1"))

    page = text(leader.get(url()))

    assert "Duyệt số liệu của đơn vị" not in page
    assert "người khác của đơn vị duyệt" in page
    refused = leader.post(f"{url()}approve/", {"revision": Report.objects.get().revision})
    assert refused.status_code == 422


def test_a_refused_form_comes_back_with_what_was_entered(sign_in):
    answer = sign_in(Role.DATA_OFFICER, "03646").post(url(), form(fiber_households=2000))

    assert answer.status_code == 422
    assert "Số hộ có cáp quang lớn hơn số hộ" in text(answer)
    assert 'value="2000"' in text(answer)


def test_strangers_neither_see_nor_write(sign_in):
    sent()
    stranger = sign_in(Role.AGENCY_LEAD, "03649")

    assert stranger.get(url()).status_code == 404
    assert stranger.post(url(), form()).status_code == 404
    assert stranger.get(f"{url()}file/").status_code == 404
    assert stranger.post(f"{url()}approve/", {"revision": 3}).status_code == 404
    viewer = sign_in(Role.VIEWER)
    assert viewer.get(url()).status_code == 200
    assert viewer.post(url(), form()).status_code == 404
    assert viewer.post(f"/indicators/reports/{NAME}/{PERIOD}/lock/").status_code == 404


def test_the_source_is_a_download_and_its_reading_is_audited(sign_in):
    sent()
    answer = sign_in(Role.VIEWER).get(f"{url()}file/")

    assert b"".join(answer.streaming_content) == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert AuditEntry.objects.filter(action="indicators.report_file_read").count() == 1


def test_the_list_says_who_has_not_begun(sign_in):
    sent()
    page = text(sign_in(Role.VIEWER).get(f"/indicators/reports/?dataset={NAME}&period={PERIOD}"))

    assert "203 chưa nhập, 1 đã gửi, chờ duyệt" in page
