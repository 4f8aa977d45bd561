"""A real Chromium against the live server."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.accounts.factories import PASSWORD, person
from tests.operations.conftest import computed, released, source_files
from tinhso.accounts.api import Role
from tinhso.core import charts

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop in this thread

__all__ = ["computed", "released", "source_files"]


def pytest_collection_modifyitems(items):
    for item in items:
        if "e2e" in str(item.path):
            item.add_marker(pytest.mark.xdist_group("browser"))
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is missing: apt-get install chromium"))


@pytest.fixture(scope="session")
def chromium():
    charts.build_browser_bundle()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, live_server, province):
    """Open a signed-in page of a given width; its console must stay silent."""
    opened = []

    def open_(*, width=1280, role=Role.PLAN_OWNER, code="14", javascript=True):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, base_url=live_server.url, java_script_enabled=javascript
        )
        context.set_default_timeout(8000)
        page = context.new_page()
        said = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("response", lambda answer: said.append(answer.url) if answer.status >= 400 else None)
        outside = []
        page.on(
            "request",
            lambda request: (
                outside.append(request.url) if not request.url.startswith((live_server.url, "data:")) else None
            ),
        )
        person(role, code, username=f"nguoi-{len(opened)}")
        page.goto("/accounts/login/")
        page.get_by_label("Tên đăng nhập").fill(f"nguoi-{len(opened)}")
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.locator("main").get_by_role("button", name="Đăng nhập").click()
        opened.append((context, said, outside))
        return page

    yield open_
    for context, said, outside in opened:
        context.close()
        assert said == []
        assert outside == []
