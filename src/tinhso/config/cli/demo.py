"""The demo province: real units, synthetic records, one account per role, in a folder of its own."""

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from tinhso.core.errors import RuleViolation

PASSWORD = "tinh-so-2023"  # noqa: S105 - of the demo only, whose server listens on this machine alone
YEAR, UNTIL, SCALE = 2023, date(2023, 9, 30), 0.1
SERVICES_SINCE = timedelta(days=60)  # longer than any sample dossier has been under way
BEGUN, READY = "demo-begun", "demo-ready"  # marker files in the folder
KEPT = ("TINHSO_HOME", "TINHSO_DUCKDB_THREADS", "TINHSO_DUCKDB_MEMORY", "TINHSO_WEB_PROCESSES", "TINHSO_LOG_LEVEL")


class NotADemo(RuleViolation):
    """The folder holds something else, which must not be deleted."""


def choose_home() -> Path:
    """Point the settings to the demo's own folder, before Django reads them; a real database is never touched."""
    home = Path(os.environ.get("TINHSO_HOME", "var")).resolve() / "demo"
    for name in [name for name in os.environ if name.startswith("TINHSO_") and name not in KEPT]:
        del os.environ[name]
    os.environ["TINHSO_HOME"] = str(home)
    os.environ["TINHSO_PAYMENT_SANDBOX"] = "true"
    os.environ["TINHSO_FIGURES_UNTIL"] = UNTIL.isoformat()  # what is filed in the demo today moves no figure of 2023
    return home


def make_ready(home: Path) -> None:
    """Build the demo, or bring one that is complete up to date; a half-made one is made anew.

    Raises:
        NotADemo: the folder holds something else.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    with _alone(home):
        if (home / READY).exists():
            _bring_up_to_date()
        else:
            _empty(home)
            _build(home)


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Two that build the same demo follow one another."""
    with home.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _empty(home: Path) -> None:
    """Delete a half-made demo; the settings alone may have put a secret key there."""
    content = {path.name for path in home.iterdir()} if home.is_dir() else set()
    if content - {"secret-key"} and BEGUN not in content:
        raise NotADemo(f"Thư mục {home} có dữ liệu không phải của bản mẫu; hãy dời đi hoặc đặt TINHSO_HOME khác.")
    for path in home.iterdir() if home.is_dir() else ():
        if path.name in {"secret-key", BEGUN}:
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    home.mkdir(parents=True, exist_ok=True)
    (home / BEGUN).touch()


def _build(home: Path) -> None:
    from tinhso.accounts import api as accounts
    from tinhso.config.cli.data import import_folder
    from tinhso.config.installation import prepare
    from tinhso.core import clock
    from tinhso.indicators import api as indicators
    from tinhso.simulation.services import simulate
    from tinhso.simulation.tasks import give_sample_tasks

    started = time.monotonic()
    _say("Dựng tỉnh mẫu: cơ sở dữ liệu, đơn vị, tài khoản", started)
    prepare(province="son-la", at=clock.now())
    accounts.create_demo_users(password=PASSWORD, at=clock.now())
    accounts.create_demo_citizens(at=clock.now())
    _say(f"Viết hồ sơ mô phỏng từ 01/01 đến {UNTIL:%d/%m/%Y}", started)
    simulate(out=home / "source", scale=SCALE, year=YEAR, until=UNTIL)
    _say("Nhập các tệp nguồn", started)
    _imported, refusals = import_folder(home / "source")
    if refusals:
        raise refusals[0]
    _say("Công bố thủ tục, dựng vài hồ sơ mẫu", started)
    _give_services()
    _say("Soạn, ký số, gửi vài văn bản mẫu", started)
    _give_documents()
    _say("Tính số liệu", started)
    indicators.compute(at=clock.now())
    _say("Giao vài nhiệm vụ mẫu", started)
    give_sample_tasks(today=clock.today(), at=clock.now())
    (home / READY).touch()
    _say("Xong", started)


def _bring_up_to_date() -> None:
    """What an upgrade since the last start asks for; a moment when there was none."""
    from tinhso.accounts import api as accounts
    from tinhso.config.installation import prepare
    from tinhso.core import clock
    from tinhso.indicators import api as indicators

    prepare(province="son-la", at=clock.now())
    accounts.create_demo_users(password=PASSWORD, at=clock.now())
    _give_services()
    _give_documents()
    indicators.compute(at=clock.now())


def _give_documents() -> None:
    """Documents at every point of their way; none where there are some."""
    from tinhso.core import clock
    from tinhso.documents import api as documents

    if documents.give_samples(today=clock.today(), at=clock.now()):
        documents.publish(at=clock.now())


def _give_services() -> None:
    """Procedures in force for a while, and dossiers at every stage; nothing where there are some."""
    from tinhso.core import clock
    from tinhso.public_services import api as services

    services.adopt_reference(valid_from=clock.today() - SERVICES_SINCE, at=clock.now())
    if services.give_sample_dossiers(today=clock.today(), at=clock.now()):
        services.publish(at=clock.now())


def _say(step: str, started: float) -> None:
    print(f"[{time.monotonic() - started:5.1f} s] {step}", flush=True)


def print_sign_ins(port: int) -> None:
    """Where the demo is, and who can sign in."""
    from tinhso.accounts import api as accounts
    from tinhso.core import clock

    print(f"\nTỉnh Số: http://127.0.0.1:{port}\nĐăng nhập với mật khẩu {PASSWORD}:")
    for username, title in accounts.create_demo_users(password=PASSWORD, at=clock.now()):
        print(f"  {username:<14} {title}")
    print("Công dân đăng nhập ở nơi định danh mẫu, không cần mật khẩu:")
    for citizen in accounts.create_demo_citizens(at=clock.now()):
        print(f"  {citizen.full_name}")
    print("Dừng bằng Ctrl+C.", flush=True)
