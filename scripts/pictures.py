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

ROOT = Path(__file__).resolve().parents[1]
PORT = 8765
PAGES = {
    "overview": "/",
    "to-do": "/today/",
    "target": "/targets/gov.documents_signed/?unit=SL-SNNPTNT",
    "map": "/map/?indicator=soc.digital_addresses&level=commune",
    "board": "/tasks/",
    "alerts": "/alerts/",
    "briefing": "/briefing/",
}


def main() -> int:
    from playwright.sync_api import sync_playwright

    from tinhso.config.cli.demo import PASSWORD

    with tempfile.TemporaryDirectory(prefix="tinhso-pictures-") as home:
        environment = os.environ | {"TINHSO_HOME": home}
        demo = subprocess.Popen([sys.executable, "-m", "tinhso", "demo", "--port", str(PORT)], env=environment)
        try:
            _wait(f"http://127.0.0.1:{PORT}/accounts/login/")
            with sync_playwright() as playwright:
                chromium = shutil.which("chromium") or shutil.which("chromium-browser")
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
                page = browser.new_page(viewport={"width": 1280, "height": 1000})
                page.goto(f"http://127.0.0.1:{PORT}/accounts/login/")
                page.fill("#id_login", "chutri")
                page.fill("#id_password", PASSWORD)
                page.click("main button")
                print(page.locator("[data-indicator]").count(), "targets on the overview")
                for name, path in PAGES.items():
                    page.goto(f"http://127.0.0.1:{PORT}{path}", wait_until="networkidle")
                    page.screenshot(path=ROOT / "docs" / "images" / f"{name}.png")
                browser.close()
        finally:
            demo.terminate()
            demo.wait(timeout=30)
    return 0


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
