"""Public services in a real browser: the ways of citizens, officers and helpers, and every page looked at by axe."""

import datetime as dt
import json
from pathlib import Path

import pikepdf
import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.e2e.test_journeys import violations
from tests.public_services import factories as make
from tests.public_services import world as worlds
from tinhso.accounts.api import Role
from tinhso.core import clock, sealed
from tinhso.public_services.catalog import services as catalogs
from tinhso.public_services.catalog.rules import content
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.catalog.views import public
from tinhso.public_services.dossiers.choices import Action
from tinhso.public_services.dossiers.models import Dossier, Draft
from tinhso.public_services.dossiers.services import drafts
from tinhso.public_services.feedback.models import Rating
from tinhso.public_services.portal.services import tracking
from tinhso.public_services.results.services import signers
from tinhso.signing.verify import Verdict, verify

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = 390
WIDTHS = (PHONE, 1280)
LATE = {422}  # what a page answers whose answers are to be mended
CERTIFIED_COPIES = "2.000815"
ASKED_FOR = {"Giấy tờ có thông tin": "Chụp giấy khai sinh cũ, cả hai mặt", "Nơi cư trú hiện nay": "Ghi rõ tên bản"}


class Day:
    """A Tuesday in September that goes on only when it is told to."""

    def __init__(self):
        self.at = make.AT

    def goes_on(self, **of):
        self.at += dt.timedelta(**of)


@pytest.fixture
def day(monkeypatch):
    found = Day()
    monkeypatch.setattr(clock, "now", lambda: found.at)
    monkeypatch.setattr(clock, "today", lambda: found.at.date())
    return found


@pytest.fixture
def services(province, day, settings):
    """The procedures that come with the platform, and a bank that only pretends."""
    for name, value in worlds.SANDBOX.items():
        setattr(settings, name, value)
    procedures._published_bundle.cache_clear()
    make.publish_procedures()


@pytest.fixture
def a_scan(tmp_path):
    """A paper that somebody has scanned."""
    path = tmp_path / "giay-khai-sinh-cu.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(path)
    return path


def is_fine(page):
    """Nothing for axe to find, and nothing wider than the screen."""
    found = violations(page)
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found["scrolls sideways"] = page.url
    assert found == {}, page.url


def press(page, name, *, check=True):
    """Press a button of the page that is seen, and look at the page that follows."""
    if check:
        is_fine(page)
    button = page.locator("main").get_by_role("button", name=name, exact=True).filter(visible=True)
    with page.expect_navigation():
        button.click()


def follow(page, name):
    is_fine(page)
    with page.expect_navigation():
        page.locator("main").get_by_role("link", name=name).first.click()


def choose(page, question, choice):
    page.get_by_role("group", name=question).get_by_label(choice, exact=True).check()


def fill_in_the_extract(page, *, check=True):
    """The pages of the form, as somebody answers who asks for a copy of a child's birth certificate."""
    page.get_by_label("Nơi cư trú hiện nay").fill("Bản Mẫu, xã Mẫu, tỉnh Sơn La")
    choose(page, "Ông, bà làm thay người khác?", "Không")
    press(page, "Tiếp tục", check=check)
    page.get_by_role("heading", name="Việc hộ tịch").wait_for()
    choose(page, "Việc hộ tịch cần trích lục", "Khai sinh")
    page.get_by_label("Họ, chữ đệm, tên người được cấp trích lục").fill("Lò Văn Mẫu")
    page.get_by_label("Số bản sao cần cấp").fill("2")
    press(page, "Tiếp tục", check=check)
    page.get_by_label("Tôi cam đoan").check()
    press(page, "Tiếp tục", check=check)


def choose_agency(page, *, check=True):
    page.get_by_label("Cơ quan giải quyết").select_option(make.commune().code)
    press(page, "Tiếp tục", check=check)


# ---- the whole way ----------------------------------------------------------------------------------------------


def test_from_the_catalog_to_the_signed_result_and_its_rating(pdf_tools, services, day, open_as, a_scan):
    citizen = open_as(make.citizen(), width=PHONE)
    reception, officer, leader = (
        open_as(make.official(role)) for role in (Role.ONE_STOP_OFFICER, Role.CASE_OFFICER, Role.AGENCY_LEAD)
    )

    number, code = _file(citizen)
    _track(open_as(None, width=PHONE), number, code)
    day.goes_on(minutes=20)
    _ask_for_more(reception, number)
    day.goes_on(minutes=20)
    _supply(citizen, number, a_scan)
    day.goes_on(minutes=20)
    _accept(reception, number)
    _pay(citizen)
    day.goes_on(minutes=20)
    _check(officer, number)
    day.goes_on(minutes=20)
    _sign(leader, number)
    _fetch(citizen)

    _rate(citizen)


def _file(page):
    page.goto("/services/")
    page.get_by_label("Tên hoặc mã thủ tục").fill("cap ban sao trich luc")
    press(page, "Tìm")
    follow(page, "Cấp bản sao trích lục hộ tịch")
    press(page, "Nộp trực tuyến")
    fill_in_the_extract(page)
    choose_agency(page)
    press(page, "Tiếp tục")
    expect(page.get_by_text("Lò Văn Mẫu")).to_be_visible()
    press(page, "Nộp hồ sơ")
    page.get_by_role("heading", name="Đã nộp hồ sơ").wait_for()
    is_fine(page)
    number, code = (text.inner_text() for text in page.locator(".ts-code").all())
    assert len(code.replace("-", "")) == 16
    return number, code


def _track(page, number, code):
    """Without signing in: how far it is, and nothing about anybody."""
    page.goto("/services/track/")
    page.get_by_label("Mã số hồ sơ").fill(number)
    page.get_by_label("Mã tra cứu").fill(code)
    press(page, "Tra cứu")
    page.get_by_role("heading", name="Mức độ hoàn thành").wait_for()
    is_fine(page)
    assert "Mẫu" not in page.locator("main").inner_text()


def _open(page, number):
    """Find a dossier on the own desk."""
    page.goto("/services/desk/")
    follow(page, number)
    page.get_by_role("heading", name="Việc làm được").wait_for()


def _ask_for_more(page, number):
    _open(page, number)
    page.locator("summary", has_text="Yêu cầu bổ sung").click()
    items = page.get_by_role("group", name="Mục phải bổ sung")
    for item, text in ASKED_FOR.items():
        items.get_by_role("checkbox", name=item).check()
        items.get_by_role("textbox", name=f"Cần gì ở “{item}").fill(text)
    press(page, "Yêu cầu bổ sung")
    assert Dossier.objects.get().state == "awaiting_supplement"


def _supply(page, number, scan):
    page.goto("/services/mine/")
    expect(page.get_by_text("Cơ quan cần ông, bà bổ sung hồ sơ.")).to_be_visible()
    follow(page, "Bổ sung hồ sơ")
    for text in ASKED_FOR.values():
        expect(page.locator(".ts-officer", has_text=text)).to_be_visible()
    page.get_by_label("Nơi cư trú hiện nay").fill("Bản Mẫu 2, xã Mẫu, tỉnh Sơn La")
    page.get_by_label("Giấy tờ có thông tin").set_input_files(scan)
    press(page, "Gửi bổ sung")
    page.get_by_text("Đã gửi bổ sung").wait_for()
    is_fine(page)


def _accept(page, number):
    _open(page, number)
    expect(page.get_by_text("Bản Mẫu 2, xã Mẫu").first).to_be_visible()
    page.get_by_role("group", name="Giấy tờ đã kiểm tra").get_by_role("checkbox").check()
    press(page, "Tiếp nhận")
    assert Dossier.objects.get().state == "awaiting_payment"


def _pay(page):
    page.goto("/services/mine/")
    expect(page.get_by_text("Ông, bà cần nộp 16.000 đồng")).to_be_visible()
    follow(page, "Nộp phí, lệ phí")
    press(page, "Tạo mã chuyển khoản")
    press(page, "Giả lập đã chuyển khoản")
    page.get_by_text("Không còn khoản nào phải nộp.").wait_for()
    is_fine(page)


def _check(page, number):
    _open(page, number)
    for line in make.CHECKED:
        page.get_by_label(line).check()
    press(page, "Chuyển bước sau")
    is_fine(page)


def _sign(page, number):
    _open(page, number)
    follow(page, "Lập và ký kết quả")
    page.get_by_label("Quyền hạn, chức vụ của người ký").first.fill("Chủ tịch")
    press(page, "Ký và trả kết quả")
    page.get_by_role("link", name="Tải văn bản đã ký").wait_for()
    is_fine(page)


def _fetch(page):
    page.goto("/services/mine/")
    follow(page, "Cấp bản sao trích lục hộ tịch")
    is_fine(page)
    with page.expect_download() as started:
        page.get_by_role("link", name="Trích lục hộ tịch (bản sao) (PDF)").click()
    content = Path(started.value.path()).read_bytes()
    report = verify(content, policy=signers.policy(), at=clock.now())

    assert content.startswith(b"%PDF")
    assert report.verdict is Verdict.PASSED


def _rate(page):
    page.reload()
    follow(page, "Đánh giá")
    page.get_by_label("Rất hài lòng", exact=True).check()
    press(page, "Gửi đánh giá")
    page.get_by_text("Rất hài lòng").wait_for()
    is_fine(page)

    assert Rating.objects.get().score == 5


def test_a_result_waits_for_its_fee(pdf_tools, services, day, open_as):
    person = make.citizen()
    changed = _drafted(fees=lambda fees: [fee | {"when": "deliver"} for fee in fees])
    catalogs.publish(version=changed, valid_from=make.DAY, actor="t", at=make.AT)
    reception, citizen = open_as(make.official(Role.ONE_STOP_OFFICER)), open_as(person, width=PHONE)
    dossier = make.do(make.filed(person), Action.ACCEPT, make.official(Role.ONE_STOP_OFFICER))
    make.do(dossier, Action.ADVANCE, make.official(Role.CASE_OFFICER), checked=make.CHECKED, note="")
    make.a_result(dossier)
    make.do(dossier, Action.RESOLVE, make.official(Role.AGENCY_LEAD))

    reception.goto(at("desk_dossier", dossier))
    expect(reception.get_by_text("Chưa trả được kết quả: còn 16.000 đồng")).to_be_visible()
    is_fine(reception)
    citizen.goto("/services/mine/")
    follow(citizen, "Cấp bản sao trích lục hộ tịch")
    expect(citizen.get_by_text("còn phải nộp 16.000 đồng")).to_be_visible()
    is_fine(citizen)
    citizen.goto("/services/mine/")
    follow(citizen, "Nộp phí, lệ phí")
    press(citizen, "Tạo mã chuyển khoản")
    press(citizen, "Giả lập đã chuyển khoản")
    citizen.get_by_role("link", name="Nhận kết quả").click()
    with citizen.expect_download():
        citizen.get_by_role("link", name="Trích lục hộ tịch (bản sao) (PDF)").click()
    citizen.reload()

    is_fine(citizen)
    assert Dossier.objects.get().state == "delivered"


# ---- without JavaScript -----------------------------------------------------------------------------------------


def test_a_dossier_is_filed_without_javascript(services, open_as):
    page = open_as(make.citizen(), width=PHONE, javascript=False, refusals=LATE)
    page.goto(f"/services/{make.EXTRACT}/")
    press(page, "Nộp trực tuyến", check=False)

    press(page, "Tiếp tục", check=False)
    page.get_by_role("alert").get_by_role("link", name="Nơi cư trú hiện nay").click()
    assert page.get_by_label("Nơi cư trú hiện nay").get_attribute("id") == page.url.partition("#")[2]
    fill_in_the_extract(page, check=False)
    choose_agency(page, check=False)
    press(page, "Tiếp tục", check=False)
    press(page, "Nộp hồ sơ", check=False)

    expect(page.get_by_role("heading", name="Đã nộp hồ sơ")).to_be_visible()
    expect(page.locator(".ts-code").first).to_have_text(Dossier.objects.get().number)


def test_the_missing_paper_is_brought_to_the_counter_without_javascript(services, day, open_as, a_scan):
    dossier = make.asked_again(make.filed(), {"paper:giay-to-kem": "Chụp rõ cả hai mặt", "/address": "Ghi rõ bản"})
    page = open_as(make.official(Role.ONE_STOP_OFFICER), width=PHONE, javascript=False, refusals=LATE)

    page.goto(at("desk_dossier", dossier))
    page.get_by_role("link", name="Nhận bổ sung tại quầy").click()
    page.get_by_label("Nơi cư trú hiện nay").fill("Bản Mẫu 2, xã Mẫu, tỉnh Sơn La")
    page.get_by_label("Người mang bổ sung đến").fill("Lò Văn Con")
    press(page, "Nhận bổ sung", check=False)
    page.get_by_role("alert").get_by_role("link", name="Giấy tờ có thông tin").click()
    page.locator("input[type=file]").set_input_files(a_scan)
    press(page, "Nhận bổ sung", check=False)

    expect(page.get_by_role("heading", name="Đã nhận bổ sung hồ sơ")).to_be_visible()
    expect(page.get_by_text("Lò Văn Con")).to_be_visible()
    event = Dossier.objects.get().events.get(kind=Action.SUPPLY)
    assert (event.payload["channel"], list(event.payload["files"])) == ("counter", ["giay-to-kem"])


def test_a_question_that_depends_on_another_comes_without_javascript(services, open_as):
    page = open_as(make.citizen(), javascript=False)
    page.goto(f"/services/{make.EXTRACT}/")
    press(page, "Nộp trực tuyến", check=False)
    page.get_by_label("Nơi cư trú hiện nay").fill("Bản Mẫu, xã Mẫu, tỉnh Sơn La")
    choose(page, "Ông, bà làm thay người khác?", "Có")

    press(page, "Tiếp tục", check=False)

    expect(page.get_by_text("trang này có thêm câu hỏi")).to_be_visible()
    page.get_by_label("Quan hệ với người được cấp").fill("Con")
    press(page, "Tiếp tục", check=False)
    expect(page.get_by_role("heading", name="Việc hộ tịch")).to_be_visible()


def test_an_entry_is_added_to_a_group_without_javascript(services, open_as):
    page = open_as(make.citizen(), javascript=False, refusals=LATE)
    page.goto(f"/services/{CERTIFIED_COPIES}/")
    press(page, "Nộp trực tuyến", check=False)
    choose(page, "Ông, bà làm cho doanh nghiệp hoặc tổ chức?", "Không")
    press(page, "Tiếp tục", check=False)
    page.get_by_label("Tên giấy tờ").fill("Bằng tốt nghiệp")

    press(page, "Thêm giấy tờ", check=False)
    page.get_by_label("Tên giấy tờ").nth(1).fill("Học bạ")
    press(page, "Tiếp tục", check=False)

    assert [one.input_value() for one in page.get_by_label("Tên giấy tờ").all()] == ["Bằng tốt nghiệp", "Học bạ"]
    page.get_by_role("alert").get_by_role("link", name="Số trang của một bản").nth(1).click()
    assert page.get_by_label("Số trang của một bản").nth(1).get_attribute("id") == page.url.partition("#")[2]


# ---- saved while one types --------------------------------------------------------------------------------------


class Held:
    """Requests of a page that are kept on their way: their answers while `is_answered`, else the requests themselves."""

    def __init__(self, page, *, is_save, is_answered):
        self.is_save, self.is_answered, self.kept, self.saves = is_save, is_answered, [], 0
        page.route("**/services/drafts/**", self._take)

    def _take(self, route):
        is_post = route.request.method == "POST"
        is_save = is_post and "save=1" in (route.request.post_data or "")
        self.saves += is_save
        if is_post and is_save == self.is_save:
            self.kept.append((route, route.fetch() if self.is_answered else None))
        else:
            route.continue_()

    def let_go(self):
        for route, answer in self.kept:
            route.fulfill(response=answer) if answer else route.continue_()


def _begin_the_extract(page):
    page.goto(f"/services/{make.EXTRACT}/")
    press(page, "Nộp trực tuyến", check=False)
    choose(page, "Ông, bà làm thay người khác?", "Không")
    page.get_by_text("Đã lưu lúc").wait_for()


def _until(page, holds):
    for _tick in range(100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come")


def _answer(name):
    return sealed.opened_values(Draft.objects.get().sealed).get(name)


def test_a_save_under_way_does_not_meet_the_page_that_is_sent(services, open_as):
    page = open_as(make.citizen())
    _begin_the_extract(page)
    held = Held(page, is_save=True, is_answered=True)
    address = page.get_by_label("Nơi cư trú hiện nay")

    address.fill("Bản Mẫu")
    address.blur()
    _until(page, lambda: held.kept)  # saved, and the page does not know it yet
    address.fill("Bản Mẫu, xã Mẫu, tỉnh Sơn La")
    button = page.locator("main").get_by_role("button", name="Tiếp tục", exact=True).filter(visible=True)
    button.click(no_wait_after=True)
    button.click(no_wait_after=True, force=True)
    page.wait_for_timeout(300)
    expect(address).to_be_visible()
    held.let_go()

    page.get_by_role("heading", name="Việc hộ tịch").wait_for()
    assert _answer("address") == "Bản Mẫu, xã Mẫu, tỉnh Sơn La"


def test_a_save_without_an_answer_does_not_keep_the_page(services, open_as):
    page = open_as(make.citizen())
    page.clock.install()
    page.goto(f"/services/{make.EXTRACT}/")
    press(page, "Nộp trực tuyến", check=False)
    choose(page, "Ông, bà làm thay người khác?", "Không")
    held = Held(page, is_save=True, is_answered=False)
    address = page.get_by_label("Nơi cư trú hiện nay")

    address.fill("Bản Mẫu, xã Mẫu, tỉnh Sơn La")
    page.clock.fast_forward(5_000)
    _until(page, lambda: held.kept)
    page.locator("main").get_by_role("button", name="Tiếp tục", exact=True).filter(visible=True).click(
        no_wait_after=True
    )
    page.clock.fast_forward(10_000)

    page.get_by_role("heading", name="Việc hộ tịch").wait_for()
    assert _answer("address") == "Bản Mẫu, xã Mẫu, tỉnh Sơn La"


def test_no_save_begins_once_the_page_is_sent(services, open_as):
    page = open_as(make.citizen())
    _begin_the_extract(page)
    held = Held(page, is_save=False, is_answered=False)

    page.get_by_label("Nơi cư trú hiện nay").fill("Bản Mẫu, xã Mẫu, tỉnh Sơn La")
    page.locator("main").get_by_role("button", name="Tiếp tục", exact=True).filter(visible=True).click(
        no_wait_after=True
    )
    _until(page, lambda: held.kept)
    page.wait_for_timeout(1_500)  # a change is saved after one second
    held.let_go()

    page.get_by_role("heading", name="Việc hộ tịch").wait_for()
    assert held.saves == 0


# ---- helped -----------------------------------------------------------------------------------------------------


def test_a_farmer_is_helped_by_a_community_team(services, day, open_as):
    helper = open_as(make.official(Role.COMMUNITY_TEAM, name="totinhnguyen"), width=PHONE)
    helper.goto("/services/assist/")
    follow(helper, "Bắt đầu hỗ trợ")
    helper.get_by_label("Họ, chữ đệm, tên").fill("Lò Thị Mẫu")
    helper.get_by_label("Số định danh cá nhân").fill("014099000001")
    helper.get_by_label("Việc cần hỗ trợ").select_option(label="Kê khai giúp")
    press(helper, "Bắt đầu ngay")
    helper.get_by_label("Số phiếu").fill("P-12")
    press(helper, "Ghi nhận phiếu")
    session = helper.url

    helper.get_by_label("Thủ tục").select_option(label="Cấp bản sao trích lục hộ tịch")
    press(helper, "Kê khai giúp")
    helper.get_by_label("Số điện thoại").fill("0900000001")
    fill_in_the_extract(helper)
    if helper.get_by_label("Cơ quan giải quyết").count():
        choose_agency(helper)
    press(helper, "Tiếp tục")
    helper.get_by_label("Tại Bộ phận Một cửa").check()
    press(helper, "Nộp hồ sơ")
    helper.get_by_role("heading", name="Đã nộp hồ sơ").wait_for()
    number = helper.locator(".ts-code").first.inner_text()
    day.goes_on(minutes=25)
    helper.goto(session)
    helper.get_by_label("Lần sau tự làm được?").select_option(label="có")
    press(helper, "Kết thúc lượt hỗ trợ")
    helper.get_by_text("Đã hỗ trợ xong").first.wait_for()
    is_fine(helper)
    assert helper.get_by_text("Số phút").locator("xpath=following-sibling::dd[1]").inner_text() == "25"

    farmer = open_as(make.citizen(), width=PHONE)
    farmer.goto("/services/mine/")
    follow(farmer, "Cấp bản sao trích lục hộ tịch")
    is_fine(farmer)
    said = farmer.locator("[aria-labelledby=standing]").inner_text()
    assert number in farmer.locator("main").inner_text()
    assert "Cán bộ Mẫu" in said
    assert "Lò Thị Mẫu" in said


# ---- the keyboard -----------------------------------------------------------------------------------------------


def test_an_officer_works_from_the_keyboard_alone(services, day, open_as):
    person = make.citizen()
    dossiers = [make.filed(person, at=make.later(minutes=n), key=f"k-{n}", copies=n + 1) for n in range(3)]
    day.goes_on(hours=1)
    page = open_as(make.official(Role.ONE_STOP_OFFICER))
    page.goto("/services/desk/")
    keys = page.keyboard

    for key in ("j", "x", "j", "x"):
        keys.press(key)
    picked = [box.is_checked() for box in page.locator("[name=pick]").all()]
    assert picked == [True, True, False]
    _tab_back_to(page, "Tiếp nhận")
    keys.press("Enter")
    page.get_by_text("2 hồ sơ đã xong").wait_for()
    is_fine(page)
    _tab_to(page, "Về danh sách")
    keys.press("Enter")
    page.get_by_role("heading", name="Hồ sơ cần làm").wait_for()
    keys.press("j")
    keys.press("Enter")
    page.get_by_role("heading", name="Việc làm được").wait_for()
    _tab_to(page, "Từ chối tiếp nhận")
    keys.press("Enter")
    keys.press("Tab")
    keys.type("Việc hộ tịch đã đăng ký ở tỉnh khác.")
    keys.press("Tab")
    keys.type("Luật Hộ tịch 2014, Điều 63")
    keys.press("Tab")
    keys.press("Enter")
    page.get_by_text("Luật Hộ tịch 2014, Điều 63").first.wait_for()

    states = sorted(Dossier.objects.get(pk=one.pk).state for one in dossiers)
    assert states == ["awaiting_payment", "awaiting_payment", "refused"]


def _tab_to(page, name, key="Tab"):
    """Go on from element to element until one of this name has the focus."""
    for _step in range(80):
        page.keyboard.press(key)
        if page.evaluate("document.activeElement.innerText?.trim()") == name:
            return
    raise AssertionError(f"{name} is not reached by {key}")


def _tab_back_to(page, name):
    _tab_to(page, name, key="Shift+Tab")


# ---- every page as axe sees it ----------------------------------------------------------------------------------


@pytest.fixture
def world(services, home):
    """Everybody, and dossiers at every point of their way."""
    return worlds.build(home / "files")


def looks_right(page):
    """The page as it stands, all of it opened, on a phone and on a desk."""
    page.evaluate("document.querySelectorAll('main details').forEach(one => (one.open = true))")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        is_fine(page)


def all_look_right(page, addresses):
    for address in addresses:
        page.goto(address)
        looks_right(page)


def send(page, name):
    """Press a button of the page, and look at what is said of it."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=True).filter(visible=True).first.click()
    looks_right(page)


def at(name, thing=None, **more):
    """The address of a page, of a thing of the world where there is one."""
    return reverse(f"public_services:{name}", kwargs=more | ({"key": thing.key} if thing else {}))


def test_pages_of_citizens_look_right(world, day, open_as):
    page, of = open_as(world.person("applicant")), world.things
    steps = [at("draft_page", of["draft"], page_id=one) for one in ("nguoi-yeu-cau", "viec-ho-tich", "cam-doan")]
    steps += [at(f"draft_{one}", of["draft"]) for one in ("agency", "papers", "review")]

    all_look_right(page, steps)
    signed = make.resolved(make.filed(world.person("applicant"), key="signed"))  # files the draft
    all_look_right(page, [at("filed", of["done"]), at("mine"), at("rate", signed)])
    all_look_right(page, [at("my_dossier", of[one]) for one in ("sent", "waiting", "due", "open", "assisted", "done")])
    all_look_right(page, [at(one, of["done"]) for one in ("withdraw", "pay", "rate")])
    all_look_right(page, [at("supplement", of["waiting"]), at("withdraw", of["open"]), at("pay", of["due"])])
    all_look_right(page, [at("my_complaints"), at("my_complaint", of["complaint"]), at("complain")])
    all_look_right(page, [f"{at('complain')}?dossier={of['open'].key}", at("assist_mine"), at("assist_ask")])
    day.goes_on(days=20)  # and nothing came
    all_look_right(page, [at("mine"), at("my_dossier", of["open"])])
    expect(page.get_by_text("Đã quá hẹn trả kết quả").first).to_be_visible()


def test_the_bar_of_an_official_is_one_row_on_a_laptop_and_shows_its_place_on_a_phone(world, open_as):
    official = world.person("reception")
    official.full_name = "Nguyễn Thị Có Họ Tên Dài, Bộ phận Một cửa phường Tô Hiệu"
    official.save()
    page = open_as(official)
    page.goto(at("desk"))
    here = page.get_by_role("navigation", name="Chính").get_by_role("link", name="Hồ sơ", exact=True)

    assert page.locator(".ts-top").evaluate("bar => bar.offsetHeight") < 2 * here.evaluate("one => one.offsetHeight")
    page.set_viewport_size({"width": PHONE, "height": 780})
    page.reload()
    box = here.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE


def test_pages_that_anybody_may_open_look_right(world, open_as, monkeypatch):
    monkeypatch.setattr(public, "PER_PAGE", 5)
    page, stranger = open_as(None), open_as(world.person("other citizen"))

    all_look_right(page, [at("catalog"), f"{at('catalog')}?q=khong+co", at("procedure", code=make.EXTRACT)])
    all_look_right(page, [at("procedure", code=CERTIFIED_COPIES), at("track"), f"{at('catalog')}?page=2"])
    all_look_right(stranger, [at("mine"), at("my_complaints"), at("assist_mine")])


def test_what_citizens_are_told_to_mend_looks_right(world, open_as, monkeypatch):
    page, of = open_as(world.person("applicant"), refusals={403, 409, 422, 429}), world.things
    first = at("draft_page", of["draft"], page_id="nguoi-yeu-cau")

    page.goto(first)
    page.get_by_label("Nơi cư trú hiện nay").fill("")
    send(page, "Tiếp tục")
    expect(page.get_by_role("alert")).to_be_visible()
    page.goto(first)
    drafts.save_answers(
        draft_id=of["draft"].pk, revision=99, answers={"requester_phone": ""}, names=["requester_phone"],
        at=make.AT, force=True,
    )  # fmt: skip
    page.get_by_label("Nơi cư trú hiện nay").fill("Bản khác, xã khác")
    send(page, "Tiếp tục")
    expect(page.get_by_role("heading", name="Trang này đã được lưu ở nơi khác")).to_be_visible()
    page.goto(at("draft_review", of["draft"]))
    send(page, "Nộp hồ sơ")
    page.goto(at("supplement", of["waiting"]))
    page.get_by_label("Nơi cư trú hiện nay").fill("")
    send(page, "Gửi bổ sung")
    page.goto(at("withdraw", of["open"]))
    page.locator("textarea").evaluate("one => one.form.noValidate = true")
    send(page, "Rút hồ sơ")
    monkeypatch.setattr(tracking, "TRIES", 1)
    for attempt in ("sai-mot-lan", "sai-hai-lan"):
        page.goto(at("track"))
        page.get_by_label("Mã số hồ sơ").fill("khong-co")
        page.get_by_label("Mã tra cứu").fill(attempt)
        send(page, "Tra cứu")
    expect(page.get_by_role("heading", name="Hãy đợi một lát")).to_be_visible()


def test_pages_of_the_desks_look_right(world, open_as):
    of = world.things
    reception, handler, leader = (open_as(world.person(name)) for name in ("reception", "handler", "leader"))
    month = "?from=2023-09-01&to=2023-09-30"

    all_look_right(reception, [at("desk"), f"{at('desk')}?desk=officer", f"{at('desk')}?q=khong-co"])
    all_look_right(reception, [f"{at('desk')}?desk=messages", at("desk_dossier", of["open"])])
    all_look_right(reception, [at("desk_dossier", of[one]) for one in ("sent", "waiting", "due")])
    all_look_right(reception, [at("desk_supplement", of["waiting"]), at("desk_supplied", of["supplied"], seq=3)])
    all_look_right(reception, [at("cash", of["due"]), at("cash", of["done"]), at("desk_payments")])
    all_look_right(reception, [at("counter"), at("counter_draft", of["counter draft"]), at("received", of["received"])])
    all_look_right(handler, [at("desk"), at("desk_dossier", of["open"])])
    all_look_right(leader, [at("desk"), at("desk_dossier", of["deciding"]), at("desk_dossier", of["done"])])
    all_look_right(leader, [f"{at(one)}{month}" for one in ("desk_register", "desk_report")])
    all_look_right(leader, [f"{at('desk_report_dossiers')}{month}&column=received"])
    all_look_right(leader, [at("desk_result", of[one]) for one in ("deciding", "done", "open")])
    all_look_right(leader, [at("desk_results"), at("feedback"), at("complaint", of["complaint"]), at("ratings")])


def test_empty_desks_look_right(world, open_as):
    leader = open_as(world.person("leader elsewhere"))
    asked = open_as(world.person("asked"))

    all_look_right(leader, [at(one) for one in ("desk", "desk_register", "desk_report", "desk_results", "feedback")])
    all_look_right(asked, [f"{at('desk')}?desk=consulted", at("desk")])


def test_what_officials_are_told_to_mend_looks_right(world, open_as):
    of, wrong = world.things, {409, 422}
    reception = open_as(world.person("reception"), refusals=wrong)
    leader = open_as(world.person("leader"), refusals=wrong)

    reception.goto(at("counter_draft", of["counter draft"]))
    reception.get_by_label("Nơi cư trú hiện nay").fill("")
    send(reception, "Tiếp nhận")
    expect(reception.get_by_role("alert")).to_be_visible()
    reception.goto(at("desk"))
    send(reception, "Tiếp nhận")
    expect(reception.get_by_text("Chưa chọn hồ sơ nào")).to_be_visible()
    reception.goto(at("desk"))
    for box in reception.locator("[name=pick]").all():
        box.check()
    make.do(world.dossier("sent"), Action.ACCEPT, world.person("reception"))
    send(reception, "Tiếp nhận")
    reception.goto(at("desk_dossier", of["waiting"]))
    make.do(world.dossier("waiting"), Action.WITHDRAW, world.person("applicant"), reason="không cần nữa")
    with reception.expect_navigation():  # a form that is sent empty, for a dossier that has gone on meanwhile
        reception.locator("form[action*='/do/'] button").first.evaluate(
            "one => { one.form.noValidate = true; one.click(); }"
        )
    expect(reception.get_by_text("Trang đã cũ hoặc bị thay đổi")).to_be_visible()
    looks_right(reception)
    leader.goto(at("desk_result", of["deciding"]))
    leader.get_by_label("Quyền hạn, chức vụ của người ký").first.evaluate("one => (one.form.noValidate = true)")
    leader.get_by_label("Quyền hạn, chức vụ của người ký").first.fill("")
    send(leader, "Xem lại văn bản")


def test_pages_of_helpers_and_of_those_who_keep_the_catalog_look_right(world, open_as):
    of = world.things
    helper = open_as(world.person("helper"), refusals=LATE)
    no_signature = _drafted(steps=lambda steps: [step | {"signs": False} for step in steps])
    before = procedures.in_force(make.EXTRACT, make.DAY)
    keeper = open_as(world.person("administrator"), refusals=LATE)

    all_look_right(helper, [at("assist"), at("assist_new")])
    all_look_right(helper, [at("assist_session", of[one]) for one in ("request", "session", "filed session")])
    helper.goto(at("assist_new"))
    helper.locator("main form").first.evaluate("one => (one.noValidate = true)")
    send(helper, "Bắt đầu ngay")
    all_look_right(open_as(world.person("helper without consent")), [at("assist_session", of["bare session"])])
    all_look_right(open_as(world.person("helper elsewhere")), [at("assist")])
    worlds.AssistanceSession.objects.filter(pk=of["session"].pk).update(consented_at=make.later(hours=-13))
    all_look_right(helper, [at("assist"), at("assist_session", of["session"])])
    expect(helper.get_by_text("Đồng ý trước đã quá 12 giờ")).to_be_visible()
    all_look_right(keeper, [reverse("accounts:person", args=[world.person("handler").pk])])
    all_look_right(keeper, [at("assist_coverage"), at("manage_procedures"), at("manage_import")])
    all_look_right(keeper, [at(f"manage_{one}", key=no_signature.pk) for one in ("version", "preview")])
    all_look_right(
        keeper, [at("manage_compare", key=no_signature.pk, other=before.pk), at("manage_version", key=before.pk)]
    )
    keeper.goto(at("manage_version", key=no_signature.pk))
    keeper.locator("[name=valid_from]").fill("2023-09-12")
    send(keeper, "Công bố")
    expect(keeper.get_by_text("Không bước nào ký kết quả").first).to_be_visible()


def _drafted(**changes):
    """A draft of the next version of the extract, some of its parts changed."""
    path = catalogs.reference_folder() / f"{make.EXTRACT}.yaml"
    bundle = content.parsed(path.read_bytes(), shared=catalogs.shared_definitions()).content()
    changed = bundle | {name: change(bundle[name]) for name, change in changes.items()}
    return catalogs.write_draft(text=json.dumps(changed).encode(), actor="t", at=make.AT)
