"""The synthetic province: the same bytes for the same arguments, a story in it, and every kind of dirt."""

import datetime as dt
import hashlib
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from tests.conftest import AT
from tinhso.core.errors import ImpossibleRequest
from tinhso.datasets import api as datasets
from tinhso.indicators import api as indicators
from tinhso.organizations import api as organizations
from tinhso.plans import api as plans
from tinhso.simulation import dirt, registers, services, setting, story, writing

UNTIL = dt.date(2023, 2, 28)


def digests(paths):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_equal_arguments_give_equal_bytes(tmp_path):
    first = services.simulate(out=tmp_path / "a", scale=0.002, seed=5, until=UNTIL)
    second = services.simulate(out=tmp_path / "b", scale=0.002, seed=5, until=UNTIL)

    assert digests(first) == digests(second)


def test_another_seed_is_another_province(tmp_path):
    first = digests(services.simulate(out=tmp_path / "a", scale=0.002, seed=5, until=UNTIL))
    second = digests(services.simulate(out=tmp_path / "b", scale=0.002, seed=6, until=UNTIL))

    assert first.keys() == second.keys()
    assert first["dossiers_2023-01.csv"] != second["dossiers_2023-01.csv"]


def test_a_year_has_a_file_of_every_dataset(tmp_path):
    files = [path.name for path in services.simulate(out=tmp_path / "a", scale=0.001)]

    missing = [name for name in datasets.contracts() if not any(file.startswith(name) for file in files)]
    assert missing == []


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "luận-văn.docx").write_bytes(b"x")

    with pytest.raises(services.FolderInUse):
        services.simulate(out=folder, scale=0.002, until=UNTIL)

    assert [path.name for path in folder.iterdir()] == ["luận-văn.docx"]


@pytest.mark.parametrize("wrong", [{"scale": 0}, {"year": 2013}, {"until": dt.date(2024, 1, 1)}])
def test_what_cannot_be_is_refused(tmp_path, wrong):
    with pytest.raises(ImpossibleRequest):
        services.simulate(**{"out": tmp_path, "scale": 0.002, "until": UNTIL} | wrong)


def _clean_rows(dataset, tmp_path):
    """Rows of one dataset as they are before dirt falls on them."""
    asked = setting.setting(out=tmp_path, scale=0.01, seed=3, year=2023, until=UNTIL)
    day = np.full(300, np.datetime64("2023-01-31"))
    communes = np.resize(asked.province.communes.codes, 300)
    codes = np.array([f"MAU-{number:04d}" for number in range(300)])
    yes = np.ones(300, bool)
    amounts = np.full(300, 12_000)
    columns = {
        "dossiers": {"dossier_code": codes, "procedure_code": np.full(300, "9.000001"), "agency_code": communes}
        | {"commune_code": communes, "channel": np.full(300, "1"), "received_at": day.astype("datetime64[s]")}
        | {"finished_at": np.full(300, ""), "returned_at": np.full(300, ""), "status": np.full(300, "4")}
        | {"fee_vnd": amounts},
        "enterprises": {"tax_code": codes, "commune_code": communes, "size": np.full(300, "small"), "as_of": day}
        | {"operating": yes, "einvoice": yes, "digital_platform": yes},
        "households": {"commune_code": communes[:200], "households": amounts[:200], "fiber_households": amounts[:200]}
        | {"digital_address_households": amounts[:200], "as_of": day[:200]},
        "schools": {"school_code": codes, "commune_code": communes, "kind": np.full(300, "Tiểu học"), "as_of": day}
        | {"digital_teaching": yes, "digital_management": yes},
        "devices": {"device_tag": codes, "agency_code": communes, "tier": np.full(300, "commune"), "as_of": day}
        | {"protected": np.full(300, "yes"), "centrally_managed": yes},
        "trainings": {"staff_code": codes, "kind": np.full(300, "awareness"), "completed_on": day},
    }
    return writing.text_columns(
        columns[dataset], day_first=True, words=("x", "") if dataset == "schools" else ("Có", "Không")
    )


@pytest.mark.parametrize("dataset", dirt.KINDS)
def test_what_is_spoiled_is_kept_back_counted_or_read_rightly(province, tmp_path, dataset):
    clean = _clean_rows(dataset, tmp_path)
    kinds = dirt.KINDS[dataset]
    spoiled = dirt.spoil(dataset, clean, np.random.default_rng(1))
    path = writing.write_csv(tmp_path / f"{dataset}.csv", dataset, spoiled)

    result = datasets.import_files(dataset=dataset, paths=[path], actor="test", at=AT)

    assert result.quarantined == len(kinds.refused) + len(kinds.added)
    assert result.duplicate == (1 if kinds.repeats else 0)
    assert result.accepted == result.read - result.quarantined - result.duplicate


def test_spoiling_touches_only_a_few_rows(tmp_path):
    clean = _clean_rows("devices", tmp_path)

    spoiled = dirt.spoil("devices", clean, np.random.default_rng(1))

    same = sum(a == b for a, b in zip(clean.to_pylist(), spoiled.to_pylist(), strict=False))
    assert clean.num_rows - same == len(dirt.KINDS["devices"].refused) + len(dirt.KINDS["devices"].accepted)


def test_very_few_rows_stay_clean():
    table = pa.table({"staff_code": ["1"], "kind": ["awareness"], "completed_on": ["2023-01-01"]})

    assert dirt.spoil("trainings", table, np.random.default_rng(1)) == table


def test_laggards_lie_far_behind(tmp_path):
    asked = setting.setting(out=tmp_path, scale=1, seed=1, year=2023, until=UNTIL)
    tilt = np.zeros(len(asked.province.communes))

    shares = story.unit_shares("online", UNTIL, 2023, asked.province, tilt)

    lagging = np.isin(asked.province.communes.codes, story.LAGGARDS)
    assert lagging.sum() == len(story.LAGGARDS)
    assert shares[lagging].max() < 0.5 * shares[~lagging].min()


def test_a_register_keeps_the_course_of_the_province():
    shares, whole = np.array([0.1, 0.5, 0.9]), np.array([1000, 1000, 1000])

    parts = registers._balanced("fiber", shares, whole, dt.date(2023, 9, 30), 2023)

    assert parts.sum() / whole.sum() == pytest.approx(story.COURSES["fiber"].september, abs=0.002)


@pytest.fixture
def nine_months(province, tmp_path):
    """A small province to the end of September, as the demo shows it."""
    for path in services.simulate(out=tmp_path / "files", scale=0.05, until=dt.date(2023, 9, 30)):
        dataset = max((name for name in datasets.contracts() if path.name.startswith(name)), key=len)
        datasets.import_files(dataset=dataset, paths=[path], actor="test", at=AT)
    indicators.compute(at=AT)


def test_the_plan_stands_mixed_and_one_department_collapses_in_may(nine_months):
    top = organizations.resolve("14", dt.date(2023, 9, 30)).org_unit_id
    found = Counter(str(one.status) for one in plans.status(unit_id=top).standings)

    assert min(found["met"], found["on_track"], found["off_track"]) >= 3
    collapsed = organizations.resolve(story.COLLAPSED, dt.date(2023, 9, 30)).org_unit_id
    months = [f"2023-{number:02}" for number in range(1, 10)]
    course = indicators.series(indicator="gov.documents_signed", unit_id=collapsed, period_codes=months)
    assert course["2023-06"].value < 0.4 < 0.6 < course["2023-04"].value
    assert course["2023-06"].value < course["2023-09"].value < course["2023-04"].value
