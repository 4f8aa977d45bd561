"""Pages of the operations center on the whole demo: database queries, server time, bytes over the wire; a briefing's files.

Requests go through the whole application (middleware, scope, templates) in this process, signed in as the
plan's owner. Server time is the median of 50 warm requests; the first page is everything a browser loads that
has nothing yet, gzipped as the server sends it. The last line is one JSON document.
"""

import argparse
import gzip
import re
import statistics
import sys
import time
from pathlib import Path

import measuring

REQUESTS, QUICK_REQUESTS = 50, 5
PAGES = {
    "overview": "/",
    "target": "/targets/gov.services_with_online_dossiers/",
    "analysis": "/targets/gov.dossiers_online/analysis/",
    "today": "/today/",
    "alerts": "/alerts/",
    "map": "/map/?indicator=soc.digital_addresses&level=commune",
    "wall": "/wall/",
    "unit": "/units/125/",
    "briefing": "/briefing/",
    "board": "/tasks/",
    "scores": "/scores/?scheme=agencies&year=2023",
}
FILES = ("pdf", "docx", "xlsx")
MOST_MS, MOST_QUERIES, MOST_KB, MOST_FILE_S = 100, 20, 100, 10


def build_demo() -> None:
    """The province that `tinhso demo` shows, in the home of this benchmark."""
    from tinhso.config.cli import demo

    home = demo.choose_home()
    measuring.start_django()
    demo.make_ready(home)
    from tinhso.core import clock
    from tinhso.operations.jobs import look_again
    from tinhso.plans import api as plans

    look_again.call()  # as the worker does after a computation
    plans.create_release(period="2023-09/ytd", note="", actor="benchmark", at=clock.now())


class Browser:
    """A signed-in reader who counts."""

    def __init__(self) -> None:
        from django.test import Client

        from tinhso.accounts.api import User

        self.client = Client(HTTP_HOST="127.0.0.1", headers={"accept-encoding": "gzip"})
        self.client.force_login(User.objects.get(username="chutri"))

    def open(self, url: str) -> bytes:
        """The gzipped page."""
        answer = self.client.get(url)
        assert answer.status_code == 200, (url, answer.status_code)
        return answer.content

    def milliseconds(self, url: str, requests: int) -> float:
        """Median server time of warm requests."""
        self.open(url)
        found = []
        for _number in range(requests):
            started = time.perf_counter()
            self.open(url)
            found.append((time.perf_counter() - started) * 1000)
        return statistics.median(found)

    def queries(self, url: str) -> int:
        """Database queries of one warm request."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            self.open(url)
        return len(captured)

    def first_load(self, url: str) -> tuple[float, int]:
        """Kilobytes of the page with everything it loads, and how many requests go to other addresses."""
        from django.conf import settings

        page = self.open(url)
        text = gzip.decompress(page).decode()
        assets = set(re.findall(r"<(?:link|script|img)\b[^>]*?\b(?:href|src)=\"([^\"]+)\"", text))
        elsewhere = {asset for asset in assets if re.match(r"(?:\w+:)?//", asset)}
        size = len(page)
        for asset in assets - elsewhere:
            if asset.startswith(settings.STATIC_URL):
                path = Path(settings.STATIC_ROOT) / asset.removeprefix(settings.STATIC_URL)
                size += len(gzip.compress(path.read_bytes(), 6))
            else:
                size += len(self.open(asset))
        return size / 1000, len(elsewhere)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few requests: whether it runs, not how fast it is")
    requests = QUICK_REQUESTS if parser.parse_args().quick else REQUESTS
    with measuring.own_home():
        build_demo()
        browser = Browser()
        print(f"{measuring.machine()}; the demo province, median of {requests} warm requests")
        print(f"{'':<12}{'ms':>8}{'queries':>9}{'first kB':>10}{'elsewhere':>11}")
        ratios: dict[str, float | None] = {}
        for name, url in PAGES.items():
            took, queries = browser.milliseconds(url, requests), browser.queries(url)
            size, elsewhere = browser.first_load(url)
            print(f"{name:<12}{took:>8.1f}{queries:>9}{size:>10.1f}{elsewhere:>11}")
            ratios |= {f"{name}_ms": round(took, 1), f"{name}_queries": queries, f"{name}_gzip_kb": round(size, 1)}
            assert elsewhere == 0, f"{url} asks another address"
        for form in FILES:
            took = browser.milliseconds(f"/briefing/?release=1&format={form}", 3) / 1000
            print(f"briefing as {form}: {took:.2f} s")
            ratios[f"briefing_{form}_s"] = round(took, 2)
    print(f"limits: {MOST_MS} ms, {MOST_QUERIES} queries, {MOST_KB} kB, nothing from elsewhere; {MOST_FILE_S} s a file")
    measuring.close("pages", ratios)
    return 0


if __name__ == "__main__":
    sys.exit(main())
