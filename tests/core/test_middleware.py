import logging
import re

import pytest

from tinhso.core import request_id

LOGIN = "/accounts/login/"


@pytest.mark.django_db
def test_every_answer_has_a_number_of_its_own(client):
    first, second = client.get(LOGIN).headers["X-Request-ID"], client.get(LOGIN).headers["X-Request-ID"]

    assert re.fullmatch("[0-9a-f]{32}", first)
    assert first != second


def test_log_lines_carry_the_number_of_the_request():
    outside, inside = logging.makeLogRecord({}), logging.makeLogRecord({})

    request_id.WithRequestId().filter(outside)
    with request_id.numbered() as number:
        request_id.WithRequestId().filter(inside)

    assert (outside.request_id, inside.request_id) == ("-", number)


@pytest.mark.django_db
@pytest.mark.parametrize("url", [LOGIN, "/accounts/login", "/không-có"])
def test_pages_redirects_and_refusals_have_safe_headers(client, url):
    headers = client.get(url).headers

    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"]


@pytest.mark.django_db
def test_the_content_policy_allows_neither_inline_nor_eval(client):
    policy = client.get(LOGIN).headers["Content-Security-Policy"]

    assert "script-src 'self';" in policy + ";"
    assert "unsafe" not in policy


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cookie", "browser", "language"), [("", "en", "vi"), ("en", "vi", "en"), ("xx", "en", "vi"), ("vi", "en", "vi")]
)
def test_the_language_is_vietnamese_unless_english_was_chosen(client, settings, cookie, browser, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = cookie

    answer = client.get(LOGIN, headers={"accept-language": browser})

    assert answer.headers["Content-Language"] == language


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["/", "/services/"])
def test_a_request_for_another_host_is_refused_with_a_page(client, url):
    answer = client.get(url, headers={"host": "la.example"})

    assert answer.status_code == 400
    assert "text/html" in answer.headers["Content-Type"]
