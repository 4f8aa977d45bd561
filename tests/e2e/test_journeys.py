"""Journeys of real people in a real browser."""

import datetime as dt

import docx
import pytest
from axe_playwright_python.sync_playwright import Axe
from docx.oxml.ns import qn
from playwright.sync_api import expect

from tests.conftest import AT
from tinhso.accounts.api import Role, User
from tinhso.core import jobs
from tinhso.datasets import api as datasets
from tinhso.datasets.models import Batch
from tinhso.indicators import api as indicators
from tinhso.indicators.models import Report
from tinhso.operations.jobs import look_again
from tinhso.organizations import api as organizations
from tinhso.plans.models import PlanVersion
from tinhso.plans.services import plans

pytestmark = pytest.mark.django_db(transaction=True)
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
PAGES = [
    "/alerts/",
    "/briefing/",
    "/",
    "/?unit=125",
    "/targets/gov.documents_signed/",
    "/targets/econ.digital_value_added/?period=2022",
    "/targets/sec.awareness/records/?side=denominator",
    "/targets/soc.digital_addresses/analysis/",
    "/today/",
    "/wall/",
    "/map/?indicator=soc.digital_addresses",
    "/map/?indicator=soc.digital_addresses&view=as-is",
    "/plans/manage/",
    "/plans/manage/new/",
    "/scores/?scheme=agencies&year=2023",
    "/tasks/",
    "/tasks/waiting/",
    "/tasks/roadmap/",
    "/tasks/new/?indicator=gov.documents_signed&unit=SL-SNNPTNT",
    "/units/",
    "/units/125/",
    "/units/03646/history/?on=2023-12-31",
    "/?view=as-is",
    "/?view=comparable:2024-01-01",
    "/targets/sec.awareness/?view=as-is",
    "/targets/sec.awareness/missing/",
    "/targets/gov.services_with_online_dossiers/missing/?view=as-is",
    "/units/?view=as-is",
    "/units/03646/?view=as-is",
    "/units/03649/?view=as-is",
    "/releases/",
    "/data/",
    "/data/dossiers/",
    "/data/upload/",
    "/indicators/",
    "/indicators/gov.services_with_online_dossiers/",
    "/ui/",
    "/accounts/2fa/",
]


def test_from_the_overview_down_to_the_records(computed, open_page):
    page = open_page()
    expect(page.locator("[data-indicator]")).to_have_count(21)

    page.get_by_role("link", name="Hồ sơ thủ tục hành chính được xử lý trực tuyến").first.click()
    page.get_by_role("link", name="Huyện, thành phố").click()
    page.get_by_role("link", name="Huyện Mai Sơn").click()
    page.get_by_role("rowheader").get_by_role("link").first.click()
    value = page.get_by_text("Mẫu số", exact=True).first.locator("xpath=following-sibling::dd[1]//strong").inner_text()
    page.get_by_role("link", name="xem bản ghi").nth(1).click()

    expect(page.get_by_role("heading", name="Bản ghi")).to_be_visible()
    assert page.locator("main strong").nth(1).inner_text() == value or value in page.locator("main").inner_text()
    expect(page.locator("tbody tr")).to_have_count(min(int(value.replace(".", "")), 50))


def test_from_todays_unit_to_what_it_was_made_of(computed, open_page):
    page = open_page()

    page.get_by_label("Theo cây đơn vị").select_option("as-is")
    page.get_by_role("button", name="Xem", exact=True).click()
    expect(page.locator("main").get_by_text("Chưa xác định").first).to_be_visible()
    page.get_by_role("link", name="Hộ gia đình có hạ tầng mạng").first.click()
    page.locator("#breakdown").get_by_role("link", name="Đơn vị", exact=True).click()
    page.get_by_role("rowheader").get_by_role("link", name="Phường Tô Hiệu").click()
    page.get_by_label("Theo cây đơn vị").select_option("")
    page.get_by_role("button", name="Xem", exact=True).click()
    page.get_by_role("heading", name="không có trong cây đơn vị của kỳ báo cáo").wait_for()
    page.get_by_role("link", name="Phường Chiềng Lề").click()

    expect(page.get_by_role("heading", name="Hộ gia đình có hạ tầng mạng").first).to_be_visible()
    expect(page.locator("main").get_by_text("Phường Chiềng Lề", exact=True).first).to_be_visible()


def test_the_day_of_a_tree_is_asked_for_only_where_it_matters(computed, open_page):
    page = open_page(width=375)
    day = page.get_by_label("Cây đơn vị tại ngày")
    assert day.is_hidden()

    page.get_by_label("Theo cây đơn vị").select_option("comparable")
    day.fill("2025-07-01")
    page.get_by_role("button", name="Xem", exact=True).click()

    expect(page.get_by_text("tại ngày 01/07/2025")).to_be_visible()


def _signing_collapses_in_may(folder):
    """Forty documents a month of one department, all but a few signed until April 2023, hardly any in May."""
    lines = ["document_id;agency_code;number;issued_on;secret;electronic;signed;sent_via"]
    months = [(2022, month) for month in range(7, 13)] + [(2023, month) for month in range(1, 6)]
    for year, month in months:
        signed = 6 if (year, month) == (2023, 5) else 37 + month % 3
        for number in range(40):
            via = f"{int(number < signed)};exchange"
            lines.append(f"E2E-{year}-{month}-{number};SL-SNNPTNT;{number}/SNN;{year}-{month:02d}-15;0;1;{via}")
    path = folder / "documents.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert datasets.import_files(dataset="documents", paths=[path], actor="t", at=AT).quarantined == 0
    indicators.compute(at=AT)
    look_again.call()


def test_from_a_signal_to_a_task_to_its_result(computed, open_page, tmp_path):
    """Signing collapses in May: a leader opens the documents and gives a task; the result is accepted."""
    proof = tmp_path / "cong-van.pdf"
    proof.write_bytes(b"%PDF-1.7\n% minh chung")
    _signing_collapses_in_may(tmp_path)
    leader = open_page()
    leader.get_by_role("link", name="Việc cần làm").click()
    expect(leader.get_by_role("heading", name="việc bù được nhiều nhất")).to_be_visible()

    leader.get_by_role("link", name="Cảnh báo").click()
    drop = leader.locator("li", has_text="Giảm bất thường").first
    assert "tháng 5/2023 chỉ đạt" in drop.inner_text().lower()
    drop.get_by_role("link", name="Sở Nông nghiệp và Phát triển nông thôn").first.click()
    leader.get_by_role("heading", name="Tín hiệu theo tháng").wait_for()
    sign = leader.locator("[aria-labelledby=signs] li", has_text="Tháng 5").first
    assert "thấp hơn hẳn mức dao động thường thấy" in sign.inner_text()
    expect(leader.get_by_role("heading", name="Dự báo cuối năm")).to_be_visible()
    leader.get_by_role("link", name="xem bản ghi").nth(1).click()
    leader.locator("tbody tr").first.wait_for()
    leader.go_back()
    leader.get_by_role("link", name="Giao nhiệm vụ bù phần hụt").click()
    leader.get_by_role("button", name="Giao nhiệm vụ").click()
    leader.get_by_role("heading", name="Chỉ tiêu trước và sau").wait_for()
    assert violations(leader) == {}
    address = leader.url

    agency = open_page(role=Role.AGENCY_LEAD, code="SL-SNNPTNT", width=390)
    agency.goto(address)
    agency.get_by_label("Đã làm được gì").fill("Đã ký số trở lại toàn bộ văn bản")
    agency.locator("input[type=file]").set_input_files(proof)
    agency.get_by_role("button", name="Báo cáo hoàn thành").click()
    agency.get_by_text("Chờ xem xét kết quả").first.wait_for()
    assert violations(agency) == {}

    leader.goto("/tasks/waiting/")
    leader.locator(f"a[href='{address[address.index('/tasks/') :]}']").first.click()
    leader.get_by_role("link", name="cong-van.pdf").wait_for()
    leader.get_by_role("button", name="Công nhận hoàn thành").click()
    leader.locator("strong", has_text="Hoàn thành").first.wait_for()
    expect(leader.get_by_role("heading", name="Chỉ tiêu trước và sau")).to_be_visible()
    leader.goto("/targets/gov.documents_signed/?unit=SL-SNNPTNT")
    here = leader.locator("[aria-labelledby=tasks] li").first.inner_text()
    assert "Hoàn thành" in here
    assert "trước" in here
    assert "nay" in here
    jobs.run_worker(once=True)
    leader.goto("/alerts/")
    assert "Đã giao nhiệm vụ".lower() in leader.locator("[aria-labelledby=closed]").inner_text().lower()
    leader.goto("/today/")

    expect(leader.get_by_role("heading", name="Việc đã giao có tác dụng không")).to_be_visible()
    expect(leader.get_by_text("Hoàn thành đúng hạn")).to_be_visible()
    _assert_the_briefing_says_so(leader)


def _assert_the_briefing_says_so(leader):
    """The month is frozen; page and Word quote the release, with the task and the value of the target page."""
    leader.goto("/briefing/?period=2023-05/ytd")
    leader.get_by_role("button", name="Chốt số liệu kỳ này để báo cáo").click()
    leader.get_by_text("Đang tính và chốt số liệu").wait_for()
    jobs.run_worker(once=True)
    leader.get_by_role("heading", name="Bản chốt số 1").wait_for()
    leader.goto("/targets/gov.documents_signed/?release=1&period=2023-05/ytd")
    value = leader.locator(".ts-big").first.inner_text()
    leader.goto("/briefing/?release=1&period=2023-05/ytd")
    assert violations(leader) == {}
    row = leader.get_by_role("row", name="Văn bản trao đổi dưới dạng điện tử").first
    assert value in row.inner_text()
    expect(leader.get_by_text("Hoàn thành đúng hạn")).to_be_visible()
    with leader.expect_download() as started:
        leader.get_by_role("link", name="Word").click()
    said = " ".join(one.text or "" for one in docx.Document(started.value.path()).element.body.iter(qn("w:t")))
    assert value in said
    assert "hoàn thành đúng hạn" in said


def test_figures_are_released_and_compared(released, open_page):
    page = open_page()
    page.goto("/releases/")
    page.get_by_label("Ghi chú").fill("Báo cáo gửi Bộ")
    page.get_by_role("button", name="Chốt số liệu").click()
    page.get_by_text("Đang tính và chốt số liệu").wait_for()
    jobs.run_worker(once=True)
    page.get_by_role("heading", name="Bản chốt số 2").wait_for()

    page.get_by_role("link", name="Khác gì so với bản chốt số 1").click()
    page.get_by_label("Kỳ", exact=True).select_option("2023-05/ytd")
    page.get_by_role("button", name="Xem", exact=True).click()
    expect(page.get_by_role("link", name="gửi nhầm tệp").first).to_be_visible()
    page.goto("/?release=1")
    page.get_by_role("link", name="Về số liệu đang cập nhật").click()

    expect(page.get_by_text("Về số liệu đang cập nhật")).to_have_count(0)


@pytest.mark.parametrize("width", [375, 1280])
def test_pages_of_releases_keep_the_rules_of_accessibility(released, open_page, width):
    page = open_page(width=width)

    pages = ["/releases/", "/releases/1/", "/releases/1/diff/live/", "/?release=1", "/units/03649/?release=1"]
    assert broken_rules(page, pages) == {}


def test_the_wall_turns_and_refreshes_itself(computed, open_page):
    page = open_page(width=1920)
    page.goto("/wall/")
    first = page.locator("[data-slide]:visible h2").inner_text()
    page.get_by_role("button", name="Tạm dừng").click()

    for _slide in range(page.locator("[data-slide]").count()):
        page.get_by_role("button", name="Trang sau").click()
    page.wait_for_function(
        "text => document.querySelector('[data-slide]:not([hidden]) h2').innerText === text", arg=first
    )
    expect(page.locator("[data-slide]:visible")).to_have_count(1)
    assert page.get_by_text("Mất liên lạc").is_hidden()


def test_a_chart_becomes_interactive_on_request(computed, open_page):
    page = open_page()
    page.goto("/targets/gov.documents_signed/")

    page.get_by_role("button", name="Xem tương tác").click()

    page.wait_for_selector("#chart .vega-embed")
    page.get_by_role("button", name="Xem tương tác").wait_for(state="hidden")


def test_a_file_is_uploaded_checked_and_imported(computed, open_page, tmp_path):
    path = tmp_path / "assistance.csv"
    path.write_text(
        "request_id,commune_code,requested_at,requester,helped\nE1,03646,2023-05-30,citizen,1\n", encoding="utf-8"
    )
    page = open_page()
    page.goto("/data/upload/?dataset=assistance")

    page.locator("#id_file").set_input_files(path)
    page.get_by_role("button", name="Kiểm tra tệp").click()
    page.get_by_role("button", name="Xác nhận nhập").wait_for()
    assert violations(page) == {}
    page.get_by_role("button", name="Xác nhận nhập").click()
    jobs.run_worker(once=True)

    page.get_by_text("Đã nhập xong.").wait_for()


def test_everything_works_without_javascript(computed, open_page):
    page = open_page(javascript=False)

    page.get_by_label("Kỳ", exact=True).select_option("2023-Q1")
    page.get_by_role("button", name="Xem").click()
    page.get_by_role("link", name="Hộ gia đình có địa chỉ số").first.click()

    picture = page.locator("#chart img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert page.locator("tbody tr").count() > 5


def violations(page):
    """The rules that the page shown breaks, each with the first element that does."""
    found = Axe().run(page, options=RULES).response["violations"]
    return {one["id"]: one["nodes"][0]["html"] for one in found}


def broken_rules(page, urls):
    """What axe finds on pages, and which of them are wider than the screen."""
    found = {}
    for url in urls:
        page.goto(url)
        found |= {f"{url} {rule}": html for rule, html in violations(page).items()}
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found[f"{url} scrolls sideways"] = ""
    return found


@pytest.mark.parametrize("width", [375, 1280])
def test_no_page_breaks_the_rules_of_accessibility_or_the_screen(computed, open_page, width):
    page = open_page(width=width)
    batch = Batch.objects.get(dataset="dossiers").pk
    assert look_again.call() > 0

    plan = plans.reissue(plan_id=PlanVersion.objects.get().pk, actor="t", at=AT).pk
    unit = organizations.resolve("03646", dt.date(2023, 6, 1)).org_unit_id
    Report.objects.create(
        dataset="households", org_unit_id=unit, unit_code="03646", period="2023-05", as_of=dt.date(2023, 5, 31),
        values={"households": "10", "fiber_households": "4"}, state="sent", reported_by="canbo",
    )  # fmt: skip
    reports = ["/indicators/reports/?period=2023-05", f"/indicators/reports/households/2023-05/{unit}/"]
    reports += [f"/scores/dti-922/2023/{organizations.resolve('14', dt.date(2023, 6, 1)).org_unit_id}/"]
    own = [f"/plans/manage/{plan}/{part}" for part in ("", "head/", "targets/", "targets/0/", "tasks/")]

    assert broken_rules(page, [*PAGES, *own, *reports, f"/data/batches/{batch}/"]) == {}


def test_pages_of_administrators_and_of_the_own_account_keep_the_same_rules(province, open_page):
    page = open_page(width=375, role=Role.ADMINISTRATOR)
    own = User.objects.get().pk

    assert broken_rules(page, ["/people/", "/people/new/", f"/people/{own}/", "/accounts/password/change/"]) == {}


def test_the_pages_before_sign_in_are_accessible(province, chromium, live_server):
    page = chromium.new_page(base_url=live_server.url)
    for path in ("/accounts/login/", "/plans/"):
        page.goto(path)
        assert violations(page) == {}
    page.close()
