"""A handful of records of a few units under five of the definitions, so that computing takes a moment."""

import datetime as dt
import itertools
import shutil

import pytest

from tests.conftest import AT
from tinhso.datasets import api as datasets
from tinhso.indicators import api
from tinhso.indicators.models import StateSet
from tinhso.indicators.selectors import states
from tinhso.indicators.selectors.diff import cells_checksum
from tinhso.indicators.services import computing
from tinhso.organizations import services as organizations

USED = (
    "_relations",
    "gov.documents_signed",
    "gov.dossiers_online",
    "gov.services_with_online_dossiers",
    "sec.awareness",
    "soc.smartphones",
)
HEADERS = {
    "procedures": "procedure_code,name,agency_code,online_level,eligible_full,national_portal,valid_from",
    "dossiers": "dossier_code,procedure_code,agency_code,channel,received_at,status",
    "documents": "document_id,agency_code,number,issued_on,secret,electronic,signed,sent_via",
    "population": "commune_code,population,smartphone_users,population_15_plus,account_holders_15_plus,as_of",
    "staff": "staff_code,agency_code,role,as_of,ended_on",
    "trainings": "staff_code,kind,completed_on",
}
AGENCIES = ("03646", "03649", "116", "SL-STP", "03760")
BASE = {
    "procedures": [
        f"1.00000{n},Thủ tục {n},SL-STP,{level},1,1,2022-01-01"
        for n, level in enumerate(("full", "partial", "full", "none", "full"), start=1)
    ],
    "dossiers": [
        f"D{n},1.00000{1 + n % 5},{AGENCIES[n % 4]},{'counter' if n % 3 else 'online'},2023-0{1 + n % 3}-{1 + n % 27:02d} 08:00,4"
        for n in range(36)
    ],
    "documents": [
        f"V{n},{AGENCIES[n % 5]},{n}/UB,2023-0{1 + n % 3}-{1 + n % 27:02d},0,1,{n % 4 and 1},exchange"
        for n in range(30)
    ],
    "population": [
        f"{commune},{1000 + n},{400 + n},700,300,2022-12-31"
        for n, commune in enumerate(("03646", "03649", "03652", "03760"))
    ],
    "staff": [f"S{n},{AGENCIES[n % 4]},official,2022-12-31," for n in range(12)],
    "trainings": [f"S{n},awareness,2023-02-{n + 1:02d}" for n in range(5)],
}
MORE = ["V90,03646,90/UB,2023-03-31,0,1,1,exchange", "V91,SL-STP,91/UB,2023-02-28,0,1,0,exchange"]


@pytest.fixture
def definitions(tmp_path, monkeypatch):
    """A folder with five of the national definitions, in place of all of them."""
    folder = tmp_path / "national"
    folder.mkdir()
    for name in USED:
        shutil.copy(states.DEFINITIONS / f"{name}.yaml", folder)
    monkeypatch.setattr(states, "DEFINITIONS", folder)
    return folder


class Office:
    """Delivers rows as files and has figures computed."""

    def __init__(self, folder, at=AT):
        self.folder, self.at = folder, at
        self.numbers = itertools.count(1)

    def deliver(self, dataset, rows):
        """Import rows as one file.

        Returns:
            The batch.
        """
        path = self.folder / f"{dataset}_{next(self.numbers)}.csv"
        path.write_text("\n".join([HEADERS[dataset], *rows]), encoding="utf-8")
        result = datasets.import_files(dataset=dataset, paths=[path], actor="chị Hoa", at=self.at)
        assert result.quarantined == 0, result.problems
        return result.batch

    def revoke(self, batch, reason="nhập nhầm"):
        datasets.revoke_batch(batch=datasets.batch(batch), reason=reason, actor="anh Nam", at=self.at)

    def compute(self, **options):
        return api.compute(at=self.at, **options)

    def release(self, period="2023-03"):
        return api.create_release(
            plan_number="292/KH-UBND",
            plan_version="1",
            plan_hash="0" * 64,
            period=period,
            note="báo cáo quý I",
            actor="chị Hoa",
            at=self.at,
        )


@pytest.fixture
def office(province, definitions, tmp_path):
    """An office without any data."""
    return Office(tmp_path)


@pytest.fixture
def computed(office, home, snapshots):
    """An office with the records of a quarter and their figures; the latest batch is of two documents."""

    def make():
        for dataset, rows in BASE.items():
            office.deliver(dataset, rows)
        office.deliver("documents", MORE)
        office.compute()

    snapshots.provide("quarter", home, make)
    office.numbers = itertools.count(100)
    return office


@pytest.fixture
def full(tmp_path):
    """The checksum of the cells that one whole computation of what is there makes, knowing of nothing earlier."""
    number = itertools.count()

    def checksum():
        catalog, _hash = computing._catalog_on_disk()
        folder = tmp_path / f"full-{next(number)}"
        folder.mkdir()
        result = computing.run(
            computing._inputs(catalog, StateSet.objects.get(in_force=True).as_of), None, folder=folder
        )
        return cells_checksum(folder / result.manifest.cells)

    return checksum


def checksum_in_force():
    """Of the cells that readers see."""
    return cells_checksum(states.cells_path(StateSet.objects.get(in_force=True)))


def figure(indicator, code, period="2023-03", **options):
    """Numerator and denominator of the one figure at a unit; None without one."""
    found = [f for f in api.figures(indicators=[indicator], period_codes=[period], **options) if f.unit_code == code]
    assert len(found) <= 1
    return (int(found[0].numerator), int(found[0].denominator)) if found else None


@pytest.fixture
def crosswalk(tmp_path, monkeypatch):
    """Load the reference data with one changed line of the crosswalk."""

    def change(old, new):
        shutil.copytree(organizations.REFERENCE, tmp_path / "reference")
        path = tmp_path / "reference" / "son_la" / "units" / "crosswalk.csv"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
        monkeypatch.setattr(organizations, "REFERENCE", tmp_path / "reference")
        organizations.load_reference(at=AT)

    return change


WHOLE = "commune-03649,commune-03646-2025,2025-07-01,1,whole,certain"
HALVES = WHOLE.replace(",1,", ",0.5,") + "\n" + WHOLE.replace(",1,", ",0.5,").replace("03646", "03664")
LATER = dt.datetime(2026, 6, 1, 9, 0, tzinfo=AT.tzinfo)
