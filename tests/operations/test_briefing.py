"""The briefing: the same figures on its page, in PDF, Word and Excel, all of one release."""

import builtins
import datetime as dt
import io

import docx
import pypdf
import pytest
from docx.oxml.ns import qn
from python_calamine import CalamineWorkbook

from tests.conftest import AT
from tests.plans.factories import given
from tinhso.accounts.api import Role
from tinhso.core import jobs as core_jobs
from tinhso.core.numbers import number, percent
from tinhso.indicators import api as indicators
from tinhso.indicators.models import Report
from tinhso.operations import jobs
from tinhso.operations.rules import briefings as rules
from tinhso.organizations import api as organizations
from tinhso.plans import api as plans

FROZEN = {"release": "1", "period": "2023-05/ytd"}


def text(answer):
    return " ".join(answer.content.decode().replace("\xa0", " ").split())


def words(answer, form):
    content = io.BytesIO(answer.content)
    if form == "docx":
        found = [one.text or "" for one in docx.Document(content).element.body.iter(qn("w:t"))]
    else:
        found = [page.extract_text() for page in pypdf.PdfReader(content).pages]
    return " ".join(" ".join(found).replace("\xa0", " ").split())


def standings():
    asked = plans.question(number=None, period="2023-05/ytd", as_of=None, release=1)
    province = organizations.resolve("14", asked.tree_day).org_unit_id
    return plans.plan_status(asked, province).standings


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_every_figure_of_the_page_stands_in_the_paper(released, form, request):
    if form == "pdf":
        request.getfixturevalue("pdf_tools")
    client, _frozen = released
    page = text(client.get("/briefing/", FROZEN))

    said = words(client.get("/briefing/", {**FROZEN, "format": form}), form)

    found = standings()
    assert len(found) == 21
    for one in found:
        for shown in (percent(one.value), number(one.figure.numerator), number(one.figure.denominator)):
            shown = shown.replace("\xa0", " ")
            assert shown in page
            assert shown in said.replace(" .", ".") or shown.replace(".", "") in said.replace(".", "").replace(" ", "")
    assert "bản chốt số 1" in said


def test_the_workbook_holds_the_figures_as_numbers_with_their_definitions(released):
    client, _frozen = released

    answer = client.get("/briefing/", {**FROZEN, "format": "xlsx"})

    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    rows = {row[0]: row for row in book.get_sheet_by_name("Mục tiêu").to_python()[1:]}
    found = standings()
    assert set(rows) == {one.target.indicator for one in found}
    for one in found:
        row = rows[one.target.indicator]
        if one.figure.numerator is not None:
            assert row[2:4] == [float(one.figure.numerator), float(one.figure.denominator)]
        if one.value is not None:
            assert row[4] == pytest.approx(one.value)
    definitions = {row[0]: row for row in book.get_sheet_by_name("Định nghĩa").to_python()[1:]}
    assert definitions["soc.assistance"][3] == "Số yêu cầu hỗ trợ trong kỳ đã được hỗ trợ"
    assert "292/KH-UBND" in definitions["soc.assistance"][5]


def test_a_briefing_keeps_the_figures_that_were_frozen(released):
    client, (numerator, _denominator) = released

    frozen = text(client.get("/briefing/", FROZEN))
    live = text(client.get("/briefing/", {"period": "2023-05/ytd"}))

    shown = number(int(numerator.split(".")[0]))
    assert f">{shown}</td>" in frozen
    assert f">{shown}</td>" not in live


def test_live_figures_are_provisional_and_those_of_a_release_official(released):
    client, _frozen = released

    for path in ("/", "/targets/soc.assistance/", "/units/14/", "/today/", "/map/", "/briefing/"):
        assert ", tạm tính" in text(client.get(path, {"period": "2023-05/ytd"})), path
        assert ", chính thức" in text(client.get(path, FROZEN)), path


def test_a_release_with_reports_that_are_not_locked_is_provisional(released):
    client, _frozen = released
    batch = indicators.release_batches(1)["households"][0]
    unit = organizations.resolve("03646", dt.date(2023, 5, 31)).org_unit_id
    Report.objects.create(
        dataset="households", org_unit_id=unit, unit_code="03646", period="2023-05", as_of=dt.date(2023, 5, 31),
        state="sent", reported_by="canbo", batch_id=batch,
    )  # fmt: skip

    page = text(client.get("/briefing/", FROZEN))
    said = words(client.get("/briefing/", {**FROZEN, "format": "docx"}), "docx")

    assert ", tạm tính" in page
    assert "1 báo cáo chưa khóa" in page
    assert "Còn 1 báo cáo chưa khóa nên số liệu là tạm tính" in said


def test_files_are_made_from_releases_only(owner):
    answer = owner.get("/briefing/", {"format": "pdf"})

    assert answer.headers["Content-Type"].startswith("text/html")
    assert "số liệu ở đây còn đang cập nhật" in text(answer)
    assert "Chốt số liệu kỳ này để báo cáo" in text(answer)


def test_the_owner_freezes_figures_for_a_briefing_and_others_do_not(owner, sign_in):
    answer = owner.post("/briefing/?period=2023-05/ytd")

    assert answer.status_code == 302
    assert answer.url.startswith("/releases/asked/")
    viewer = sign_in(Role.VIEWER)
    assert "Chốt số liệu kỳ này để báo cáo" not in text(viewer.get("/briefing/"))
    assert viewer.post("/briefing/?period=2023-05/ytd").status_code == 200


def test_overdue_tasks_of_the_readers_scope_are_told(released):
    client, _frozen = released
    given(title="Bổ sung chữ ký số")

    page = text(client.get("/briefing/", FROZEN))
    said = words(client.get("/briefing/", {**FROZEN, "format": "docx"}), "docx")

    assert "Bổ sung chữ ký số" in page
    assert "Bổ sung chữ ký số" in said


@pytest.mark.parametrize(
    ("today", "covered", "period"),
    [
        (dt.date(2023, 6, 1), dt.date(2023, 5, 31), "2023-05/ytd"),
        (dt.date(2023, 6, 1), dt.date(2023, 5, 30), None),
        (dt.date(2023, 6, 20), dt.date(2023, 6, 19), "2023-05/ytd"),
        (dt.date(2024, 1, 3), dt.date(2023, 12, 31), "2023-12/ytd"),
        (dt.date(2023, 6, 1), None, None),
    ],
)
def test_a_monthly_briefing_is_due_once_data_cover_the_month(today, covered, period):
    assert rules.month_to_report(today, covered) == period


@pytest.mark.django_db(transaction=True)  # the worker uses the connection as its own
def test_the_month_is_frozen_once_by_itself(computed):
    june = dt.date(2023, 6, 1)

    assert jobs.freeze_last_month(june, AT)
    core_jobs.run_worker(once=True)
    assert [one.period for one in indicators.releases()] == ["2023-05/ytd"]
    assert not jobs.freeze_last_month(june, AT)


def test_without_pango_one_sentence_says_so_and_word_is_there(released, monkeypatch):
    client, _frozen = released

    def missing(name, *rest):
        if name == "weasyprint":
            raise OSError("cannot load library 'pango'")
        return imported(name, *rest)

    imported = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", missing)
    answer = client.get("/briefing/", {**FROZEN, "format": "pdf"}, follow=True)
    monkeypatch.undo()

    assert "Máy chủ thiếu Pango" in text(answer)
    assert client.get("/briefing/", {**FROZEN, "format": "docx"}).status_code == 200


def test_a_paper_is_vietnamese_whoever_reads_the_pages(released, settings):
    client, _frozen = released
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    said = words(client.get("/briefing/", {**FROZEN, "format": "docx"}), "docx")

    assert "Chậm tiến độ" in said
    assert "Off track" not in said
