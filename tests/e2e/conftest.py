"""A real Chromium against the live server."""

import os
import shutil

import pytest
from django.conf import settings
from django.test import Client
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


class Watched:
    """Browser contexts whose consoles must stay silent, and that must ask nobody else for anything."""

    def __init__(self, chromium, address):
        self.chromium, self.address, self.opened = chromium, address, []

    def page(self, *, width, javascript, refusals=()):
        """A page of a given width; answers with a status of `refusals` are expected, and no fault."""
        context = self.chromium.new_context(
            viewport={"width": width, "height": 900}, base_url=self.address, java_script_enabled=javascript
        )
        context.set_default_timeout(20_000)
        page, said, outside = context.new_page(), [], []
        expected = tuple(f"Failed to load resource: the server responded with a status of {one} " for one in refusals)

        def hear(message):
            if message.type == "error" and not message.text.startswith(expected or "\0"):
                said.append(message.text)

        def see(answer):
            if answer.status >= 400 and answer.status not in refusals:
                said.append(f"{answer.status} {answer.url}")

        def asked(request):
            if not request.url.startswith((self.address, "data:")):
                outside.append(request.url)

        page.on("console", hear)
        page.on("response", see)
        page.on("request", asked)
        self.opened.append((context, said, outside))
        return page

    def close(self):
        for context, said, outside in self.opened:
            context.close()
            assert said == []
            assert outside == []


@pytest.fixture
def watched(chromium, live_server, province):
    found = Watched(chromium, live_server.url)
    yield found
    found.close()


@pytest.fixture
def open_page(watched):
    """Open a page of an official who has signed in by password; its console must stay silent."""

    def open_(*, width=1280, role=Role.PLAN_OWNER, code="14", javascript=True):
        name = f"nguoi-{len(watched.opened)}"
        page = watched.page(width=width, javascript=javascript)
        person(role, code, username=name)
        page.goto("/accounts/login/")
        page.get_by_label("Tên đăng nhập").fill(name)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.locator("main").get_by_role("button", name="Đăng nhập").click()
        return page

    return open_


@pytest.fixture
def open_as(watched):
    """Open a page as somebody who has signed in already, citizens with the second level of identification; or as nobody."""

    def open_(user, *, width=1280, javascript=True, refusals=()):
        page = watched.page(width=width, javascript=javascript, refusals=refusals)
        if user is not None:
            value = session_of(user)
            page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": watched.address}])
        return page

    return open_


def session_of(user):
    """The key of a new session of somebody."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["assurance"] = 2
    session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value
