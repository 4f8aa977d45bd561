"""Citizens sign in over real HTTP: a browser, this site, and the stand-in for the identity provider beside it."""

import os
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session

from tests.accounts.browser import Browser, asked
from tests.accounts.factories import PASSWORD, person
from tinhso.accounts import api
from tinhso.accounts.models import Citizen
from tinhso.config.settings.base import identity_providers
from tinhso.config.stand_in import CLIENT_ID, CLIENT_SECRET
from tinhso.core.models import AuditEntry

pytestmark = pytest.mark.xdist_group("stand-in")
CALLBACK = "/accounts/citizens/login/callback/"
FIRST, SECOND, LAST = (api.DEMO_CITIZENS[index][0] for index in (0, 1, -1))


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory):
    """The stand-in in a process of its own; on this machine it sends people back to any port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TINHSO_", "DJANGO_"))}
    environment = kept | {"TINHSO_HOME": str(tmp_path_factory.mktemp("identity"))}
    options = [f"--port={port}", f"--client-redirect=http://127.0.0.1{CALLBACK}"]
    process = subprocess.Popen([sys.executable, "-m", "tinhso", "demo-identity", *options], env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(address, process):
    for _attempt in range(240):
        assert process.poll() is None, "the stand-in has ended"
        try:
            requests.get(address, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.25)
        else:
            return
    pytest.fail("the stand-in does not answer")


@pytest.fixture
def site(live_server, stand_in, settings):
    """This site, at whose sign-in page citizens are sent to the stand-in."""
    _point_to(settings, stand_in)
    return f"http://127.0.0.1:{live_server.thread.port}"


@pytest.fixture
def browser():
    opened = [Browser()]

    def another():
        opened.append(Browser())
        return opened[-1]

    opened[0].another = another
    yield opened[0]
    for one in opened:
        one.session.close()


def _point_to(settings, address):
    settings.OIDC_URL = address
    settings.SOCIALACCOUNT_PROVIDERS = identity_providers(address, "VNeID", CLIENT_ID, CLIENT_SECRET)


def ask(browser, site, following="", **more):
    """Choose the second way on the sign-in page; the page of the stand-in where one says who one is."""
    page = browser.get(f"{site}/accounts/login/{following}")
    if page.is_redirect:  # signed in already: only the form of another page could ask again
        return browser.follow(browser.post(f"{site}/accounts/citizens/login/", **_token(browser)))
    return browser.follow(browser.submit(page, "/citizens/login/", **more))


def come_back(browser, site, who, **more):
    """Sign in at the stand-in; the answer that sends the browser back to this site with a code."""
    shown = ask(browser, site, **more)
    assert "không phải VNeID" in shown.text
    return browser.follow(browser.submit(shown, "/", person=who.identity_number), until=CALLBACK)


def signed_in(browser, site, who, **more):
    back = come_back(browser, site, who, **more)
    return browser.get(back.headers["Location"])


def test_a_citizen_signs_in_and_lands_at_home(site, browser):
    answer = signed_in(browser, site, FIRST)

    assert (answer.status_code, answer.headers["Location"]) == (302, django_settings.CITIZENS_HOME_URL)
    citizen = Citizen.objects.get()
    assert api.citizen_of(citizen.user) == FIRST
    assert _session(browser)["assurance"] == citizen.assurance == 2


def test_the_request_is_tied_to_the_session_and_to_its_secret(site, browser):
    come_back(browser, site, FIRST)

    sent = _last_question(browser)
    assert (sent["response_type"], sent["code_challenge_method"]) == ("code", "S256")
    assert all(len(sent[name]) >= 16 for name in ("state", "nonce", "code_challenge"))
    assert sent["nonce"] != sent["code_challenge"]


def test_the_level_is_what_the_provider_says(site, browser):
    signed_in(browser, site, LAST)

    assert Citizen.objects.get().assurance == 1
    assert _session(browser)["assurance"] == 1


def test_one_comes_back_to_the_page_one_wanted_and_to_no_other_site(site, browser):
    there = signed_in(browser, site, FIRST, following="?next=/dich-vu-cong/ho-so/")
    elsewhere = signed_in(browser.another(), site, FIRST, following="?next=https://example.invalid/")

    assert there.headers["Location"] == "/dich-vu-cong/ho-so/"
    assert elsewhere.headers["Location"] == django_settings.CITIZENS_HOME_URL


@pytest.mark.parametrize("state", ["", "khac"])
def test_an_answer_to_no_question_is_refused(site, browser, state):
    code = asked(come_back(browser, site, FIRST).headers["Location"])["code"]

    answer = browser.get(f"{site}{CALLBACK}?code={code}&state={state}")

    assert answer.status_code == 403
    assert "đăng nhập lại từ đầu" in answer.text
    assert not Citizen.objects.exists()


def test_a_code_serves_once(site, browser):
    back = come_back(browser, site, FIRST).headers["Location"]
    browser.get(back)
    before = AuditEntry.objects.count()

    again = browser.get(back)
    state = _state_of_a_new_question(browser, site)
    in_another_question = browser.get(f"{site}{CALLBACK}?code={asked(back)['code']}&state={state}")

    assert (again.status_code, in_another_question.status_code) == (403, 403)
    assert AuditEntry.objects.count() == before


def test_a_code_is_of_no_use_in_another_browser(site, browser):
    code = asked(come_back(browser, site, FIRST).headers["Location"])["code"]
    thief = browser.another()
    state = _state_of_a_new_question(thief, site)

    answer = thief.get(f"{site}{CALLBACK}?code={code}&state={state}")

    assert answer.status_code == 403
    assert not Citizen.objects.exists()


def test_an_answer_for_another_question_of_the_same_person_is_refused(site, browser, monkeypatch):
    back = come_back(browser, site, FIRST).headers["Location"]
    monkeypatch.setattr("tinhso.accounts.rules.nonce_of", lambda verifier: "another")

    answer = browser.get(back)

    assert answer.status_code == 403
    assert AuditEntry.objects.get(action="accounts.citizen_refused").details == {"reason": "nonce"}


def test_whoever_stops_at_the_provider_is_told_so(site, browser):
    state = _state_of_a_new_question(browser, site)

    answer = browser.get(f"{site}{CALLBACK}?error=access_denied&state={state}")

    assert answer.status_code == 403
    assert "Việc đăng nhập đã dừng" in answer.text


@pytest.mark.parametrize("process", ["login", "connect", "redirect"])
def test_an_official_in_the_same_browser_is_not_tied_to_the_citizen(site, province, browser, process):
    official = person(username="an")
    page = browser.get(f"{site}/accounts/login/")
    question = browser.another()
    question.session.cookies = browser.session.cookies
    second = browser.submit(page, "/accounts/login/", login="an", password=PASSWORD)
    assert second.status_code == 302
    shown = question.follow(question.submit(page, "/citizens/login/", process=process, **_token(browser)))

    back = question.follow(question.submit(shown, "/", person=FIRST.identity_number), until=CALLBACK)
    question.get(back.headers["Location"])

    assert _session(question)["_auth_user_id"] == str(Citizen.objects.get().user_id) != str(official.pk)
    assert not SocialAccount.objects.exists()


def test_a_closed_account_stays_closed(site, browser):
    signed_in(browser, site, FIRST)
    api.User.objects.update(is_active=False)

    answer = signed_in(browser.another(), site, FIRST)

    assert answer.headers["Location"] == "/accounts/inactive/"


def test_a_provider_that_does_not_answer_is_told_in_one_sentence(site, browser, settings):
    page = browser.get(f"{site}/accounts/login/")
    _point_to(settings, "http://127.0.0.1:9")

    answer = browser.submit(page, "/citizens/login/")

    assert answer.status_code == 503
    assert "VNeID chưa trả lời; hãy thử lại sau ít phút." in answer.text


def test_what_is_kept_of_a_sign_in_tells_nobody_who_it_was(site, browser, caplog):
    with caplog.at_level("DEBUG"):
        signed_in(browser, site, FIRST)

    told = [entry.__dict__ for entry in AuditEntry.objects.all()]
    told += [session.get_decoded() for session in Session.objects.all()]
    said = f"{told} {caplog.text}"
    assert [entry["action"] for entry in told if "action" in entry] == [
        "accounts.citizen_made",
        "accounts.citizen_signed_in",
    ]
    assert not [part for part in (FIRST.identity_number, FIRST.phone, FIRST.full_name, FIRST.address) if part in said]
    assert (SocialAccount.objects.count(), SocialToken.objects.count()) == (0, 0)


def test_the_next_at_the_same_computer_is_asked_again_who_it_is(site, browser):
    signed_in(browser, site, FIRST)

    signed_in(browser, site, SECOND)

    assert {api.citizen_of(citizen.user) for citizen in Citizen.objects.all()} == {FIRST, SECOND}


def _session(browser):
    return Session.objects.get(pk=browser.session.cookies["sessionid"]).get_decoded()


def _state_of_a_new_question(browser, site):
    ask(browser, site)
    return _last_question(browser)["state"]


def _last_question(browser):
    """What the browser was last told to ask the provider."""
    return asked(next(url for url in reversed(browser.passed) if urlsplit(url).path == "/identity/o/authorize"))


def _token(browser):
    return {"csrfmiddlewaretoken": browser.session.cookies["csrftoken"]}
