"""A browser without a window: cookies, redirects one at a time, forms filled from what the page holds."""

from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import requests


class Forms(HTMLParser):
    """The forms of a page: (action, fields), the buttons among the fields left out."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag == "form":
            self.found.append((named.get("action", ""), {}))
        elif tag == "input" and self.found and named.get("name"):
            self.found[-1][1][named["name"]] = named.get("value") or ""


class Browser:
    """Keeps cookies and follows nothing by itself; `passed` are the addresses it has been sent to."""

    def __init__(self):
        self.session = requests.Session()
        self.passed = []

    def get(self, url):
        return self.session.get(url, allow_redirects=False, timeout=10)

    def submit(self, page, action, **filled):
        """Send the form of a page whose action holds a text."""
        target, fields = next(form for form in Forms(page.text).found if action in form[0])
        return self.post(urljoin(page.url, target), **(fields | filled))

    def post(self, url, **fields):
        headers = {"Origin": "{0.scheme}://{0.netloc}".format(urlsplit(url))}
        return self.session.post(url, fields, headers=headers, allow_redirects=False, timeout=10)

    def follow(self, answer, until=""):
        """Follow redirects until one leads to an address that holds a text, or a page is shown."""
        while answer.is_redirect:
            url = urljoin(answer.url, answer.headers["Location"])
            self.passed.append(url)
            if until and until in url:
                return answer
            answer = self.get(url)
        return answer


def asked(url):
    """What stands behind the question mark, each name once."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
