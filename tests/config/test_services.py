"""`tinhso services`: publishing, comparing and checking from the command line."""

import datetime as dt
import json

import pytest

from tests.config.conftest import answer
from tests.public_services import factories as make
from tinhso.accounts.api import Role
from tinhso.config import doctor
from tinhso.config.cli.main import main
from tinhso.config.settings.environment import SettingError, env_day
from tinhso.datasets import api as datasets
from tinhso.datasets.models import Batch
from tinhso.public_services.catalog.models import Offering, Procedure, ProcedureVersion
from tinhso.public_services.dossiers.choices import Action
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.publishing.services import publication


@pytest.fixture
def dossier(province):
    make.publish_procedures()
    return make.do(make.filed(), Action.ACCEPT, make.official(Role.ONE_STOP_OFFICER))


def test_adopting_publishes_the_procedures_once(province, capsys):
    for rows in (Offering, ProcedureVersion, Procedure):  # which the tests' database holds from the start
        rows.objects.all().delete()

    assert answer(capsys, "services", "adopt") == {"published": 12}
    assert answer(capsys, "services", "adopt") == {"published": 0}
    assert ProcedureVersion.objects.count() == 12


def test_publishing_says_what_was_brought(dossier, capsys):
    found = answer(capsys, "services", "publish")

    assert [(one["dataset"], one["rows"], one["kept_back"]) for one in found] == [
        ("procedures", 12, 0),
        ("dossiers", 1, 0),
        ("assistance", 0, 0),
    ]
    assert [one["rows"] for one in answer(capsys, "services", "publish")] == [0, 0, 0]


def test_reconciling_proves_that_lake_and_database_are_the_same(dossier, capsys):
    before = answer(capsys, "services", "reconcile", code=1)
    answer(capsys, "services", "publish")
    after = answer(capsys, "services", "reconcile")

    assert (before["is_same"], after["is_same"]) == (False, True)
    assert [one["waiting"] for one in before["datasets"]] == [0, 1, 0]
    assert [one["rows"] for one in after["datasets"]] == [12, 1, 0]


def test_a_missing_row_is_named_and_mended(dossier, capsys):
    answer(capsys, "services", "publish")
    datasets.revoke_batch(batch=Batch.objects.get(dataset="dossiers"), reason="nhầm", actor="t", at=make.later(days=1))

    code = main(["services", "reconcile"])
    shown = capsys.readouterr()
    mended = answer(capsys, "services", "reconcile", "--mend")

    assert code == 1
    assert f"{dossier.number} thiếu trong hồ dữ liệu" in shown.out
    assert "--mend" in shown.out
    assert mended["is_same"]


def test_a_dossier_that_is_not_what_its_events_say_is_named(dossier, capsys):
    good = answer(capsys, "services", "rebuild", "--check")
    Dossier.objects.update(state="resolved")
    code = main(["services", "rebuild", "--check"])

    assert good == {"dossiers": 1, "wrong": []}
    assert code == 1
    assert f"{dossier.number}: cột “state”" in capsys.readouterr().out


def test_rebuilding_without_check_is_wrong_use(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["services", "rebuild"])

    assert ended.value.code == 2
    assert "--check" in capsys.readouterr().err


def test_the_states_are_drawn(capsys):
    assert main(["services", "graph", "--format", "dot"]) == 0
    assert capsys.readouterr().out.startswith("digraph")


def test_a_row_of_ours_that_was_kept_back_is_an_error_of_command_and_doctor(dossier, capsys, monkeypatch):
    monkeypatch.setattr(publication.dossiers, "_status", lambda _dossier: 11)
    code = main(["services", "publish", "--json"])
    shown = json.loads(capsys.readouterr().out)
    found = next(one for one in doctor.examine() if one.subject == "Công bố dịch vụ công")

    assert code == 1
    assert shown[1]["kept_back"] == 1
    assert (found.is_good, found.is_required) == (False, True)


def test_a_day_of_the_settings_is_read_or_refused(monkeypatch):
    monkeypatch.setenv("TINHSO_FIGURES_UNTIL", "2023-09-30")
    read = env_day("TINHSO_FIGURES_UNTIL")
    monkeypatch.setenv("TINHSO_FIGURES_UNTIL", "30/09/2023")

    assert read == dt.date(2023, 9, 30)
    with pytest.raises(SettingError, match="TINHSO_FIGURES_UNTIL"):
        env_day("TINHSO_FIGURES_UNTIL")
