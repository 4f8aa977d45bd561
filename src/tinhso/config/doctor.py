"""What an installation needs, and how to mend what is missing."""

import importlib.metadata
import os
import shutil
import sys
from collections.abc import Iterator
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from tinhso.accounts import api as accounts
from tinhso.core import charts, clock, jobs, outbox
from tinhso.datasets import api as datasets
from tinhso.documents import api as documents
from tinhso.engine import engines
from tinhso.engine.backend import EngineUnreachable
from tinhso.engine.errors import DefinitionError
from tinhso.indicators import api as indicators
from tinhso.organizations import api as organizations
from tinhso.public_services import api as services

NEEDED = ("django", "duckdb", "deltalake", "pyarrow", "gunicorn", "vl-convert-python", "psycopg")
INIT = "chạy “tinhso init”"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        found: what is there.
        mend: what to do when it is not good.
        is_required: whether the platform cannot do its work without it.
    """

    subject: str
    found: str
    is_good: bool
    mend: str = ""
    is_required: bool = True


def examine() -> Iterator[Finding]:
    """Look at everything; content is left out where the database cannot be used."""
    yield from _programs()
    yield from _engine()
    yield from _folders()
    database = _database()
    yield database
    if database.is_good:
        yield from _content()


def _programs() -> Iterator[Finding]:
    version = sys.version.split()[0]
    yield Finding("Python", version, sys.version_info >= (3, 11), "cần Python 3.11 trở lên")
    for name in NEEDED:
        try:
            yield Finding(name, importlib.metadata.version(name), True)
        except importlib.metadata.PackageNotFoundError:
            yield Finding(name, "thiếu", False, "chạy lại “make run”")
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    yield Finding(
        "Chromium (chỉ để kiểm thử)",
        browser or "thiếu",
        bool(browser),
        "apt-get install chromium fonts-noto-core",
        is_required=False,
    )
    for program, package in (("softhsm2-util", "softhsm2"), ("pdfsig", "poppler-utils"), ("openssl", "openssl")):
        there = shutil.which(program)
        yield Finding(
            f"{program} (chỉ để kiểm thử)",
            there or "thiếu",
            bool(there),
            f"apt-get install {package}",
            is_required=False,
        )
    yield from papers()


def papers() -> Iterator[Finding]:
    """What briefings and plans need to become PDF: WeasyPrint loads Pango, and the paper its letters."""
    pango = find_library("pango-1.0") and find_library("pangoft2-1.0")
    mend = "apt-get install libpango-1.0-0 libpangoft2-1.0-0"
    yield Finding("Pango (báo cáo PDF)", pango or "thiếu", bool(pango), mend, is_required=False)
    fonts = next(Path("/usr/share/fonts").rglob("LiberationSerif-Regular.*"), None)
    mend = "apt-get install fonts-liberation"
    yield Finding("Chữ Liberation Serif", fonts.name if fonts else "thiếu", fonts is not None, mend, is_required=False)


def _engine() -> Iterator[Finding]:
    """What the configured engine needs here; nothing for DuckDB, which is always there."""
    try:
        for piece in engines.pieces(settings.ENGINE_URL):
            yield Finding(piece.name, piece.found or "thiếu", bool(piece.found), piece.mend)
    except EngineUnreachable as error:
        yield Finding("TINHSO_ENGINE_URL", "không dùng được", False, str(error))


def _folders() -> Iterator[Finding]:
    for subject, path in (("Thư mục nhà", settings.HOME), ("Hồ dữ liệu", settings.LAKE_URL)):
        folder = Path(str(path).removeprefix("file://"))
        nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
        mend = "không ghi được: hãy cấp quyền ghi cho người chạy tinhso"
        yield Finding(subject, str(folder), os.access(nearest, os.W_OK), mend)
    static = Path(settings.STATIC_ROOT) / "staticfiles.json"
    yield Finding("Tệp tĩnh", str(static.parent), static.exists(), INIT)
    yield Finding("Biểu đồ tương tác", charts.BUNDLE.name, charts.BUNDLE.exists(), INIT, is_required=False)


def _database() -> Finding:
    subject = f"Cơ sở dữ liệu ({connection.vendor})"
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        first = str(error).strip().splitlines()[0]
        return Finding(subject, first, False, "xem lại TINHSO_DATABASE_URL")
    return Finding(subject, f"còn {len(waiting)} nâng cấp" if waiting else "đủ nâng cấp", not waiting, INIT)


def _content() -> Iterator[Finding]:
    tree = organizations.tree_fingerprint()
    yield Finding("Danh mục đơn vị", tree[:12] or "chưa nạp", bool(tree), INIT)
    is_led = accounts.has_administrator(clock.today())
    mend = "chạy “django-admin create_administrator” (docs/howto/install-on-a-server.md)"
    yield Finding("Quản trị viên", "có" if is_led else "chưa có", is_led, mend, is_required=False)
    try:
        yield Finding("Danh mục chỉ tiêu", f"{len(indicators.definitions())} chỉ tiêu", True)
    except DefinitionError as error:
        yield Finding("Danh mục chỉ tiêu", str(error), False, "sửa tệp định nghĩa ở dòng đã nêu")
    mend = "đặt TINHSO_OIDC_URL và các tên đi cùng (docs/settings.md)"
    shown = settings.OIDC_URL or "chưa nối"
    yield Finding("Nơi định danh công dân", shown, bool(settings.OIDC_URL), mend, is_required=False)
    reach = datasets.evaluation_date(clock.today())
    if reach is None:
        yield Finding("Dữ liệu", "chưa có", False, "chạy “tinhso import-folder THƯ_MỤC”", is_required=False)
    else:
        yield Finding("Dữ liệu", f"đến {reach:%d/%m/%Y}", True)
        computed = indicators.evaluation_date()
        shown = f"đến {computed:%d/%m/%Y}" if computed else "chưa tính"
        yield Finding("Số liệu", shown, computed == reach, "chạy “tinhso compute”")
    kept = services.rows_kept_back()
    shown = f"{len(kept)} dòng của mình bị giữ lại" if kept else "không dòng nào bị giữ lại"
    mend = "xem “tinhso quarantine list”, sửa nguyên nhân rồi chạy “tinhso services reconcile --mend”"
    yield Finding("Công bố dịch vụ công", shown, not kept, mend)
    yield from _documents()
    stuck = outbox.given_up()
    mend = (
        "xem cột last_error của core_outboxmessage, sửa nguyên nhân rồi đặt attempts = 0 và next_attempt_at = lúc này"
    )
    yield Finding("Hộp thư đi", f"{len(stuck)} tin không giao được", not stuck, mend)
    failed = jobs.failed()
    mend = "xem cột traceback của django_tasks_db_dbtaskresult, sửa nguyên nhân rồi chạy lại việc đó"
    yield Finding("Việc nền", f"{failed} việc hỏng", not failed, mend, is_required=False)


def _documents() -> Iterator[Finding]:
    """Keys of agencies, the time-stamp authority, and what does not get through."""
    token = settings.SIGNING_TOKEN_MODULE
    mend = "đặt TINHSO_SIGNING_TOKEN_MODULE (docs/settings.md); khóa trong tệp không có giá trị pháp lý"
    yield Finding("Khóa ký số của cơ quan", token or "khóa trong tệp", bool(token), mend, is_required=False)
    if token:
        yield Finding("Thư viện PKCS #11", token, Path(token).exists(), "cài thư viện của thiết bị ký số")
    mend = "đặt TINHSO_TSA_URL để văn bản đã ban hành có dấu thời gian"
    yield Finding("Dấu thời gian", settings.TSA_URL or "chưa nối", bool(settings.TSA_URL), mend, is_required=False)
    parked = documents.partners_parked()
    mend = "mở trang Cơ quan trao đổi văn bản, xem lý do rồi chọn “Gửi lại”"
    shown = ", ".join(parked) if parked else "không hệ thống nào tạm dừng"
    yield Finding("Hệ thống đối tác", shown, not parked, mend, is_required=False)
