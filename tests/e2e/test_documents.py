"""Official documents in a real browser: the way from a draft to the recipients and back, and every page seen by axe."""

import re
from weakref import WeakSet

import pytest
from playwright.sync_api import expect

from tests.documents import factories as make
from tests.documents import light
from tests.e2e.test_services import is_fine
from tests.public_services.factories import official
from tinhso.accounts.api import Role
from tinhso.core import clock
from tinhso.documents.models import Document, Partner
from tinhso.documents.services import signing

pytestmark = pytest.mark.django_db(transaction=True)
PHONE, DESK = 390, 1280
LATE = {422}
SCRIPTLESS = WeakSet()


@pytest.fixture(autouse=True)
def on_the_day(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: make.AT)
    monkeypatch.setattr(clock, "today", lambda: make.AT.date())


@pytest.fixture
def justice(province, pdf_tools):
    return make.office(make.JUSTICE)


@pytest.fixture
def home_affairs(province):
    return make.office(make.HOME)


@pytest.fixture
def finance(province):
    return make.office(make.FINANCE)


def look(page):
    """Have axe look at the page; it is a script itself, so pages without scripts are looked at by nobody."""
    if page not in SCRIPTLESS:
        is_fine(page)


def press(page, name):
    """Press a button of the page, and look at the page that follows."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=True).click()
    look(page)


def follow(page, name):
    with page.expect_navigation():
        page.locator("main").get_by_role("link", name=name).first.click()
    look(page)


def visit(page, url):
    page.goto(url)
    look(page)


def unfold(page, name):
    page.locator("main").locator("summary", has_text=name).click()


def says(page, text):
    expect(page.locator("main")).to_contain_text(text)


# ---- the whole way --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_from_a_draft_to_the_recipients_and_back(justice, home_affairs, finance, open_as, tmp_path, javascript):
    def enter(user, width=DESK):
        page = open_as(user, javascript=javascript, width=width)
        if not javascript:
            SCRIPTLESS.add(page)
        return page

    clerk, leader, registrar = (enter(user) for user in (justice.clerk, justice.leader, justice.registrar))
    _draft(clerk)
    make.to_sign(justice, subject="Báo cáo quý")
    _sign_both(leader, javascript=javascript)
    document = _issue_and_send(registrar, javascript=javascript)
    make.exchange()
    _take_in(enter(home_affairs.registrar, PHONE), home_affairs)
    _finish(enter(home_affairs.clerk))
    _refuse(enter(finance.registrar, PHONE))
    make.exchange()

    registrar.reload()
    deliveries = registrar.get_by_role("table").filter(has_text="Sở Nội vụ")
    expect(deliveries.get_by_role("row", name="Sở Nội vụ").get_by_text("Hoàn thành").first).to_be_visible()
    expect(deliveries.get_by_role("row", name="Sở Tài chính")).to_contain_text("Không thuộc thẩm quyền")
    _recall_and_agree(registrar, enter(home_affairs.registrar))
    _check_in_public(enter(None, PHONE), document, tmp_path)


def _draft(page):
    visit(page, "/documents/")
    follow(page, "Soạn văn bản")
    page.get_by_label("Tên loại văn bản").select_option(label="Kế hoạch")
    press(page, "Lấy mẫu theo tên loại")
    expect(page.get_by_label("Nội dung")).to_have_value(re.compile("MỤC ĐÍCH"))
    page.get_by_label("Trích yếu").fill("Triển khai ký số")
    page.get_by_label("Chức vụ người ký").fill("Giám đốc")
    page.get_by_label("Nơi nhận").fill("Sở Nội vụ\nLưu: VT")
    press(page, "Lưu dự thảo")
    press(page, "Trình lãnh đạo")
    says(page, "Đã trình dự thảo.")
    says(page, "Chờ lãnh đạo cơ quan xem xét dự thảo.")


def _sign_both(page, *, javascript):
    visit(page, "/documents/signing/")
    follow(page, "Triển khai ký số")
    press(page, "Duyệt dự thảo")
    visit(page, "/documents/signing/")
    if javascript:
        expect(page.get_by_text("Đã chọn 0 văn bản")).to_be_visible()
        page.get_by_label("Chọn tất cả").check()
        expect(page.get_by_text("Đã chọn 2 văn bản")).to_be_visible()
    else:
        for subject in ("Triển khai ký số", "Báo cáo quý"):
            page.get_by_role("checkbox", name=f"Chọn: {subject}").check()
    press(page, "Ký số các văn bản đã chọn")
    says(page, "Đã ký 2 văn bản")
    says(page, "Không có văn bản chờ ký")


def _issue_and_send(page, *, javascript):
    visit(page, "/documents/")
    follow(page, "Triển khai ký số")
    press(page, "Cấp số, ký số của cơ quan và ban hành")
    says(page, "Đã ban hành văn bản số")
    follow(page, "Gửi tới cơ quan khác")
    expect(page.get_by_role("checkbox", name="Sở Nội vụ", exact=True)).to_be_checked()
    page.get_by_label("Tìm cơ quan").fill("so tai chinh")
    if not javascript:
        press(page, "Tìm")
    expect(page.get_by_role("checkbox", name="Sở Y tế", exact=True)).to_have_count(0)
    page.get_by_role("checkbox", name="Sở Tài chính", exact=True).check()
    if javascript:
        expect(page.get_by_text("Đã chọn 2 cơ quan")).to_be_visible()
    press(page, "Gửi")
    says(page, "Đã đưa văn bản đi 2 nơi.")
    return Document.objects.get(subject="Triển khai ký số", direction="out")


def _take_in(page, office):
    visit(page, "/documents/")
    follow(page, "Triển khai ký số")
    expect(page.get_by_text("Chữ ký số đúng, chứng thư còn hiệu lực")).to_be_visible()
    press(page, "Tiếp nhận, vào sổ")
    page.get_by_label("Người xử lý").select_option(value=str(office.clerk.pk))
    page.get_by_label("Ý kiến phân phối, chỉ đạo").fill("Tham mưu thực hiện")
    press(page, "Phân công")
    says(page, "Đã phân công; nơi gửi được báo.")


def _finish(page):
    visit(page, "/documents/")
    follow(page, "Triển khai ký số")
    press(page, "Bắt đầu xử lý")
    page.get_by_label("Kết quả giải quyết").fill("Đã phổ biến tới các phòng")
    press(page, "Hoàn thành")
    says(page, "Đã hoàn thành; nơi gửi được báo.")


def _refuse(page):
    visit(page, "/documents/in/")
    follow(page, "Triển khai ký số")
    unfold(page, "Từ chối tiếp nhận")
    page.get_by_label("Lý do", exact=True).fill("Không thuộc thẩm quyền")
    press(page, "Từ chối")
    says(page, "Đã từ chối; nơi gửi được báo lý do.")
    says(page, "Không còn tệp để tải.")


def _recall_and_agree(sender, recipient):
    unfold(sender, "Thu hồi văn bản")
    sender.locator("#recall_reason").fill("Sai số liệu")
    press(sender, "Thu hồi")
    make.exchange()
    visit(recipient, "/documents/")
    follow(recipient, "Thu hồi: Triển khai ký số")
    says(recipient, "Sai số liệu")
    press(recipient, "Đồng ý")
    says(recipient, "Bản điện tử không còn được dùng")
    make.exchange()
    sender.reload()
    expect(sender.get_by_text("Đồng ý lấy lại / cập nhật").first).to_be_visible()


def _check_in_public(page, document, folder):
    path = folder / "van-ban.pdf"
    path.write_bytes(signing.newest_bytes(document))
    visit(page, "/documents/check/")
    page.get_by_label("Tệp PDF").set_input_files(path)
    press(page, "Kiểm tra")
    expect(page.get_by_text("Đạt", exact=True).first).to_be_visible()
    expect(page.get_by_role("rowheader").filter(has_text="Sở Tư pháp").first).to_be_visible()


# ---- pages and their refusals ---------------------------------------------------------------------------------------


@pytest.fixture
def world(justice, home_affairs, finance):
    """Documents at many points of their way."""
    made = {"draft": make.draft(justice), "to_sign": make.to_sign(justice, urgency=3)}
    made["issued"] = make.sent(justice, home_affairs, subject="Văn bản gửi đi")
    make.exchange()
    light.sent(justice, finance)
    light.partner("folder")
    Partner.objects.update(parked_reason="Không ghi được vào thư mục")
    return made


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_every_page_is_fine(world, justice, home_affairs, open_as, width):
    registrar, leader, clerk = (
        open_as(user, width=width) for user in (justice.registrar, justice.leader, justice.clerk)
    )
    for url in ("", "in/", "out/", "out/?q=khong-co", "queue/", "agencies/", "secrets/", "paper/", "check/"):
        visit(registrar, f"/documents/{url}")
    for name in ("draft", "to_sign", "issued"):
        visit(registrar, f"/documents/{world[name].pk}/")
    visit(registrar, f"/documents/{world['issued'].pk}/send/")
    for url in ("", "signing/", f"{world['to_sign'].pk}/"):
        visit(leader, f"/documents/{url}")
    for url in ("", "new/", f"{world['draft'].pk}/", f"{world['draft'].pk}/edit/"):
        visit(clerk, f"/documents/{url}")
    copy = make.copy_of(world["issued"], home_affairs)
    visit(open_as(home_affairs.registrar, width=width), f"/documents/{copy.pk}/")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_refusals_are_fine_and_the_focus_is_on_them(world, justice, home_affairs, open_as, width):
    def enter(user):
        return open_as(user, width=width, refusals=LATE)

    def refused(page, button):
        press(page, button)
        expect(page.locator("main [data-ts-problems]").first).to_be_focused()

    clerk, registrar, leader = (enter(user) for user in (justice.clerk, justice.registrar, justice.leader))
    visit(clerk, "/documents/new/")
    refused(clerk, "Lưu dự thảo")
    visit(leader, "/documents/signing/")
    refused(leader, "Ký số các văn bản đã chọn")
    visit(registrar, "/documents/paper/")
    refused(registrar, "Cấp số và vào sổ")
    visit(registrar, "/documents/secrets/")
    refused(registrar, "Ghi")
    visit(registrar, f"/documents/{world['issued'].pk}/send/")
    refused(registrar, "Gửi")
    visit(registrar, f"/documents/{world['issued'].pk}/")
    refused(registrar, "Gửi ý kiến")
    recipient = enter(home_affairs.registrar)
    visit(recipient, f"/documents/{make.copy_of(world['issued'], home_affairs).pk}/")
    unfold(recipient, "Từ chối tiếp nhận")
    refused(recipient, "Từ chối")


def test_lists_go_by_the_arrows(justice, open_as):
    for subject in ("Một", "Hai"):
        make.draft(justice, subject=subject)
    page = open_as(justice.clerk)
    page.goto("/documents/out/")

    page.get_by_role("link", name="Hai").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Một")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("link", name="Hai")).to_be_focused()


def test_the_folder_says_that_it_is_signing(justice, open_as):
    make.to_sign(justice)
    page = open_as(justice.leader)
    page.goto("/documents/signing/")
    page.evaluate("document.addEventListener('submit', (event) => event.preventDefault())")  # as long as it is sent
    button = page.get_by_role("button", name="Ký số các văn bản đã chọn")
    word = page.get_by_text("Đang ký số, mỗi văn bản")

    page.get_by_label("Chọn tất cả").check()
    expect(word).to_be_hidden()
    button.click()

    expect(word).to_be_visible()
    expect(button).to_have_attribute("aria-disabled", "true")
    is_fine(page)


def test_a_search_without_a_hit_says_so_while_it_is_typed(justice, home_affairs, open_as):
    document = light.issued(justice, places_to=("Sở Nội vụ",))
    page = open_as(justice.registrar, width=PHONE)
    page.goto(f"/documents/{document.pk}/send/")

    page.get_by_label("Tìm cơ quan").fill("phường")
    expect(page.get_by_role("checkbox", name="Sở Nội vụ", exact=True)).to_be_visible()  # it is ticked
    expect(page.get_by_role("checkbox", name="Sở Y tế", exact=True)).to_be_hidden()
    page.get_by_role("checkbox", name="Sở Nội vụ", exact=True).uncheck()
    page.get_by_label("Tìm cơ quan").fill("khong co ai")
    expect(page.get_by_text("Không có cơ quan nào khớp")).to_be_visible()
    is_fine(page)


def test_strangers_find_a_designed_page(province, open_as):
    page = open_as(official(Role.ONE_STOP_OFFICER), refusals={404})

    visit(page, "/documents/")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
