"""Take the pictures of the documentation from a demo province of their own."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
PORT = 8765
SITE = f"http://127.0.0.1:{PORT}"
CITIZEN = "Lò Thị Mẫu"
# Who looks: names of pictures, each with an address and the selectors of links that are followed from there.
PAGES: dict[str, dict[str, tuple[str, ...]]] = {
    "chutri": {
        "overview": ("/",),
        "to-do": ("/today/",),
        "target": ("/targets/gov.documents_signed/?unit=SL-SNNPTNT",),
        "map": ("/map/?indicator=soc.digital_addresses&level=commune",),
        "board": ("/tasks/",),
        "alerts": ("/alerts/",),
        "briefing": ("/briefing/",),
    },
    "": {"procedure": ("/services/2.000635/",)},
    CITIZEN: {
        "my-dossiers": ("/services/mine/",),
        "my-dossier": ("/services/mine/", ".ts-dossiers li:nth-child(3) h2 a"),
    },
    "motcua.xa": {"desk": ("/services/desk/",)},
    "lanhdao.xa": {
        "sign": ("/services/desk/", "[data-ts-row]:nth-child(2) th a", "[aria-labelledby=acts] a.ts-button")
    },
    "tocnscd.xa": {"help": ("/services/assist/",)},
}
PHONE = {"my-dossiers"}  # as citizens see them


def main() -> int:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory(prefix="tinhso-pictures-") as home:
        environment = os.environ | {"TINHSO_HOME": home}
        demo = subprocess.Popen([sys.executable, "-m", "tinhso", "demo", "--port", str(PORT)], env=environment)
        try:
            _wait(f"{SITE}/accounts/login/")
            with sync_playwright() as playwright:
                chromium = shutil.which("chromium") or shutil.which("chromium-browser")
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
                for who, pages in PAGES.items():
                    _take(browser.new_page(base_url=SITE), who, pages)
                browser.close()
        finally:
            demo.terminate()
            demo.wait(timeout=30)
    return 0


def _take(page: "Page", who: str, pages: dict[str, tuple[str, ...]]) -> None:
    """Sign in as somebody, or as nobody, and take the pictures."""
    if who == CITIZEN:
        page.goto("/accounts/login/")
        page.click("#citizens ~ form button")
        page.click(f"button:has-text('{who}')")
        page.wait_for_url(f"{SITE}/services/**")
    elif who:
        from tinhso.config.cli.demo import PASSWORD

        page.goto("/accounts/login/")
        page.fill("#id_login", who)
        page.fill("#id_password", PASSWORD)
        page.press("#id_password", "Enter")
        page.wait_for_url(lambda url: "/login/" not in url)
    for name, (address, *links) in pages.items():
        width, height = (390, 780) if name in PHONE else (1280, 1000)
        page.set_viewport_size({"width": width, "height": height})
        page.goto(address)
        for link in links:
            page.click(link)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=IMAGES / f"{name}.png")
        print(name, page.url)


def _wait(url: str) -> None:
    """Until the server answers; the demo may take up to three minutes."""
    for _second in range(180):
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(1)
        else:
            return
    raise SystemExit("the demo did not come up")


if __name__ == "__main__":
    sys.exit(main())
