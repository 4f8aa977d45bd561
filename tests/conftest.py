"""What every test stands on: an own home folder, closed sockets, loaded reference data where asked."""

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
import pytest_django
from django.conf import settings as django_settings
from django.db import connection
from django.test import TransactionTestCase
from pytest_socket import disable_socket

if TYPE_CHECKING:
    from tests.snapshots import Snapshots

AT = dt.datetime(2024, 1, 15, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=7)))
DATABASE_FIXTURES = {"db", "transactional_db", "province", "live_server", "client"}


hypothesis.settings.register_profile(  # a machine that has other work to do is no fault of what is tested
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "database: touches the database, so it runs on every one of them")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if names & DATABASE_FIXTURES or item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.database)


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Only this machine's database and live server may be talked to."""
    from pytest_socket import socket_allow_hosts

    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


_ = disable_socket


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: object) -> Path:
    """A home folder of the test's own."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name, value in {
        "HOME": folder,
        "LAKE_URL": str(folder / "lake"),
        "STATES_DIR": folder / "states",
        "FILES_DIR": folder / "files",
    }.items():
        setattr(settings, name, value)
    return folder


@pytest.fixture(scope="session")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> "Snapshots":
    """Provinces made in this process."""
    from tests.snapshots import Snapshots

    return Snapshots(tmp_path_factory.mktemp("snapshots"))


@pytest.fixture(autouse=True)
def fresh_caches() -> None:
    """Nothing that a test computed is remembered by the next."""
    from tinhso.indicators.selectors import figures, states, territory
    from tinhso.organizations.selectors import calendar, units

    for cached in (
        figures._stored,
        figures._computed,
        figures._viewed,
        states.stored_catalog,
        territory._unit_names,
        territory._view,
        units._tree,
        calendar._calendar,
    ):
        cached.cache_clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[None]:
    """A database that holds the reference data from the start, since most tests want it."""
    from tinhso.organizations import api as organizations
    from tinhso.plans import api as plans
    from tinhso.public_services import api as public_services

    with django_db_blocker.unblock():
        organizations.load_reference(at=AT)
        plans.adopt_reference(at=AT)
        public_services.adopt_reference(valid_from=dt.date(2023, 1, 1), at=AT)
        forget_news()
        forget_audit()
    yield
    if connection.vendor == "postgresql":  # a process that a test killed may leave its session behind for a while
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def forget_news() -> None:
    """News and jobs of the loading itself, which no test has made, and which are not there in a fuller database."""
    from django_tasks_db.models import DBTaskResult

    from tinhso.core.models import OutboxMessage

    OutboxMessage.objects.all().delete()
    DBTaskResult.objects.all().delete()


def forget_audit() -> None:
    """What the audit trail says of the loading itself: whoever tests the trail begins with an empty one."""
    from tinhso.core import append_only
    from tinhso.core.models import AuditEntry, AuditSeal

    append_only.remove(connection)
    AuditSeal.objects.all().delete()
    AuditEntry.objects.all().delete()
    append_only.install(connection)


@pytest.fixture
def province(db: None) -> None:
    """Sơn La's units and the working calendar; loaded again where a test emptied the database."""
    from tinhso.organizations import api as organizations
    from tinhso.plans import api as plans

    organizations.load_reference(at=AT)
    plans.adopt_reference(at=AT)
    forget_news()


@pytest.fixture(scope="session")
def pdf_tools() -> None:
    """What PDF needs from the system; without it its tests are left out by name, but where engines are required."""
    from tinhso.config import doctor

    missing = [f"{one.subject} is missing: {one.mend}" for one in doctor.papers() if not one.is_good]
    if missing and not os.environ.get("TINHSO_REQUIRE_ENGINES"):
        pytest.skip(missing[0])
    assert not missing, missing[0]


@pytest.fixture(autouse=True, scope="session")
def _emptying_past_triggers() -> None:
    """Audit rows cannot be deleted, not even by Django emptying a test database; so take the triggers away first."""
    from tinhso.core import append_only
    from tinhso.documents.models import APPEND_ONLY as DOCUMENTS
    from tinhso.public_services.dossiers.models import APPEND_ONLY
    from tinhso.public_services.payments.models import APPEND_ONLY as NOTICES

    original = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        for tables in (append_only.KEYS, APPEND_ONLY, NOTICES, DOCUMENTS):
            append_only.remove(connection, tables)
        original(self)
        for tables in (append_only.KEYS, APPEND_ONLY, NOTICES, DOCUMENTS):
            append_only.install(connection, tables)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]


assert django_settings  # imported so that settings are loaded before fixtures
