"""A computed province of a few months, built once per process and copied for each test."""

import datetime as dt
import tempfile
from pathlib import Path

import pytest

from tests.accounts.factories import person
from tests.conftest import AT
from tinhso.accounts.api import Role
from tinhso.datasets import api as datasets
from tinhso.indicators import api as indicators
from tinhso.plans import api as plans

BACKEND = "tinhso.accounts.backends.Backend"


@pytest.fixture(scope="session")
def source_files():
    """Source files of a very small province up to the end of May."""
    from tinhso.simulation.services import simulate

    with tempfile.TemporaryDirectory(prefix="tinhso-files-") as folder:
        yield simulate(out=Path(folder) / "files", scale=0.01, until=dt.date(2023, 5, 31))


@pytest.fixture
def computed(province, source_files, home, snapshots):
    """The files imported and computed."""

    def make():
        for name in datasets.contracts():
            paths = [path for path in source_files if path.name.startswith(name)]
            if paths:
                datasets.import_files(dataset=name, paths=paths, actor="test", at=AT)
        indicators.compute(at=AT)

    snapshots.provide("five-months", home, make)


@pytest.fixture
def owner(computed, client):
    """The browser of somebody who runs the plan."""
    client.force_login(person(Role.PLAN_OWNER), backend=BACKEND)
    return client


@pytest.fixture
def sign_in(client):
    """Sign a person in."""

    def as_(role, code="14"):
        client.force_login(person(role, code), backend=BACKEND)
        return client

    return as_


@pytest.fixture
def released(province, source_files, home, snapshots, client):
    """The browser of the plan's owner after a release and the revocation of a batch, with what was frozen.

    Frozen are numerator and denominator of `soc.assistance` at the province, as the file of the overview writes them.
    """

    def make():
        for name in datasets.contracts():
            paths = [path for path in source_files if path.name.startswith(name)]
            if paths:
                datasets.import_files(dataset=name, paths=paths, actor="test", at=AT)
        plans.create_release(period="2023-05/ytd", note="Báo cáo tháng 5", actor="test", at=AT)
        batch = datasets.recent_batches(dataset="assistance", limit=1)[0]
        datasets.revoke_batch(batch=batch, reason="gửi nhầm tệp", actor="test", at=AT)
        indicators.compute(at=AT)

    snapshots.provide("five-months-released", home, make)
    client.force_login(person(Role.PLAN_OWNER), backend=BACKEND)
    found = indicators.figures(indicators=["soc.assistance"], period_codes=["2023-05/ytd"], level="province", release=1)
    return client, (str(found[0].numerator), str(found[0].denominator))
