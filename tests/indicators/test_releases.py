"""Frozen figures stay; what differs is told with its batches and reasons; the lake gives the same cells again."""

import datetime as dt

import duckdb
import pytest

from tests.conftest import AT
from tests.indicators.conftest import HALVES, WHOLE, figure
from tinhso.core.errors import ImpossibleRequest, UnknownName
from tinhso.datasets import api as datasets
from tinhso.indicators import api
from tinhso.indicators.models import Release
from tinhso.indicators.selectors import states

DOCUMENTS, ONLINE, SERVICES = "gov.documents_signed", "gov.dossiers_online", "gov.services_with_online_dossiers"
NEW = ["N1,03649,1/UB,2023-03-05,0,1,1,exchange"]


@pytest.fixture
def released(computed):
    """An office that has frozen the figures of the quarter as release 1."""
    computed.release()
    return computed


def differing(**options):
    return api.difference(1, None, **options).cells


def keys(cells):
    return {(cell.indicator, cell.unit_code) for cell in cells}


def batch_of(dataset, number=-1):
    return [one.pk for one in datasets.recent_batches(dataset=dataset)][::-1][number]


def test_a_release_says_what_it_was_made_from(released):
    made = api.release(1)

    assert (made.number, made.plan_number, made.period, made.as_of) == (
        1,
        "292/KH-UBND",
        "2023-03",
        dt.date(2023, 3, 31),
    )
    assert (made.created_by, made.created_at) == ("chị Hoa", AT)
    assert made.cells > 0
    assert [one.number for one in api.releases()] == [1]


def test_a_release_brings_the_figures_up_to_date_first(computed):
    computed.deliver("documents", NEW)

    computed.release()

    assert figure(DOCUMENTS, "03649", release=1) == figure(DOCUMENTS, "03649")
    assert differing() == []


def test_a_release_without_figures_of_its_period_is_refused(computed):
    with pytest.raises(ImpossibleRequest):
        computed.release("2023-06")

    assert not Release.objects.exists()


def test_an_unknown_release_is_named_with_the_latest(released):
    with pytest.raises(UnknownName) as refused:
        api.release(7)

    assert refused.value.nearest == ["1"]


def test_live_figures_follow_and_those_of_a_release_do_not(released):
    before = figure(DOCUMENTS, "03649")

    released.deliver("documents", NEW)
    released.compute()

    assert figure(DOCUMENTS, "03649", release=1) == before
    assert figure(DOCUMENTS, "03649") == (before[0] + 1, before[1] + 1)
    assert api.evaluation_date(1) == dt.date(2023, 3, 31)


def test_a_figure_that_was_missing_in_a_release_stays_missing(released):
    commune = api.figures(indicators=["soc.smartphones"], period_codes=["2023-03"])[-1].unit_id
    asked = {"indicator": "gov.documents_signed", "unit_id": commune, "period": api.parse_period("2023-03")}
    before = api.absent_figure(**asked, release=1).status
    for number in (0, 1):
        released.revoke(batch_of("documents", number))
    released.compute()

    assert (before, api.absent_figure(**asked, release=1).status) == ("no_occurrence", "no_occurrence")
    assert api.absent_figure(**asked).status == "no_data"
    assert api.sources(["documents"], 1)[0].batches == 2
    assert api.sources(["documents"])[0].batches == 0


def test_imported_records_are_the_reason(released):
    batch = released.deliver("documents", NEW)
    released.compute()

    cells = differing(periods=["2023-03", "2023-02"])

    assert keys(cells) == {(DOCUMENTS, code) for code in ("14", "116", "03649")}
    assert {cell.period for cell in cells} == {"2023-03"}
    assert {cell.batches for cell in cells} == {(batch,)}
    [reason] = {reason for cell in cells for reason in cell.reasons}
    assert f"Lô {batch} (documents_" in reason
    assert "chị Hoa" in reason
    assert "15/01/2024" in reason
    [commune] = [cell for cell in cells if cell.unit_code == "03649"]
    assert commune.after == (commune.before[0] + 1, commune.before[1] + 1)


def test_a_revoked_batch_is_the_reason_with_the_reason_it_was_revoked_for(released):
    extra = released.deliver("documents", ["N1,03652,1/UB,2023-02-05,0,1,1,exchange"])
    second = released.release()
    released.revoke(extra, "gửi nhầm tháng")
    released.compute()

    cells = api.difference(second.number, None, periods=["2023-02"]).cells

    assert keys(cells) == {(DOCUMENTS, code) for code in ("14", "116", "03652")}
    assert {cell.batches for cell in cells} == {(extra,)}
    assert {reason for cell in cells for reason in cell.reasons} == {
        f"Lô {extra} do anh Nam thu hồi 15/01/2024: gửi nhầm tháng"
    }
    assert [cell.after for cell in cells if cell.unit_code == "03652"] == [None]


def test_a_correction_that_moves_a_record_is_the_reason_at_both_units(released):
    batch = released.deliver("dossiers", ["D1,1.000002,03760,counter,2023-02-02 08:00,4"])
    released.compute()

    cells = [cell for cell in differing(periods=["2023-02"]) if cell.indicator == ONLINE]

    assert {"03649", "03760"} <= {cell.unit_code for cell in cells}
    assert "14" not in {cell.unit_code for cell in cells}
    assert {cell.batches for cell in cells} == {(batch,)}


def test_another_validity_is_the_reason_for_figures_that_look_it_up(released):
    batch = released.deliver("procedures", ["1.000002,Thủ tục 2,SL-STP,none,1,1,2023-03-01"])
    released.compute()

    cells = differing(periods=["2023-03"])

    assert {cell.indicator for cell in cells} <= {ONLINE, SERVICES}
    assert len(cells) > 0
    assert all(cell.batches == (batch,) for cell in cells)


def test_a_changed_definition_is_the_reason(released, definitions):
    path = definitions / "soc.smartphones.yaml"
    path.write_text(path.read_text("utf-8").replace("of: smartphone_users", "of: population_15_plus"), "utf-8")
    released.compute()

    cells = differing()

    assert {cell.indicator for cell in cells} == {"soc.smartphones"}
    assert {(cell.batches, cell.reasons) for cell in cells} == {((), ("Định nghĩa chỉ tiêu đã thay đổi",))}


def test_a_changed_tree_is_the_reason(computed, crosswalk, monkeypatch):
    monkeypatch.setattr("tinhso.core.clock.today", lambda: dt.date(2026, 6, 1))
    computed.release()
    crosswalk(WHOLE, HALVES)
    computed.compute()

    cells = differing(periods=["2023-03"], view="as-is")

    assert {cell.unit_code for cell in cells} == {"03646", "03664"}
    assert {cell.reasons for cell in cells} == {("Danh mục hoặc cây đơn vị đã thay đổi",)}
    assert differing(periods=["2023-03"]) == []
    assert api.verify_release(1).is_same


def test_another_evaluation_date_is_named_among_the_reasons(released):
    batch = released.deliver("documents", ["N1,03649,1/UB,2023-04-05,0,1,1,exchange"])
    released.compute()

    cells = differing(periods=["2023-Q2", "2023-03"])

    assert {cell.period for cell in cells} == {"2023-Q2"}
    assert all("Ngày tính đến: 31/03/2023 → 05/04/2023" in cell.reasons for cell in cells)
    assert {cell.batches for cell in cells if cell.indicator == DOCUMENTS} == {(batch,)}
    assert {cell.batches for cell in cells if cell.indicator == "soc.smartphones"} == {()}


def test_a_period_that_neither_has_is_refused_rather_than_called_equal(released):
    with pytest.raises(ImpossibleRequest):
        differing(periods=["2023-03@nd09"])


def test_two_releases_can_be_compared(released):
    released.deliver("documents", NEW)
    released.release()

    assert keys(api.difference(1, 2, periods=["2023-03"]).cells) == keys(differing(periods=["2023-03"]))
    assert api.difference(2, None).cells == []


def test_the_lake_gives_the_same_cells_whatever_came_since(released, definitions, crosswalk):
    released.deliver("documents", [*NEW, "V1,03652,1/UB,2023-01-09,0,1,0,exchange"])
    released.deliver("procedures", ["1.000002,Thủ tục 2,SL-STP,none,1,1,2023-02-01"])
    for dataset in ("documents", "dossiers"):
        released.revoke(batch_of(dataset, 0))
    path = definitions / "soc.smartphones.yaml"
    path.write_text(path.read_text("utf-8").replace("of: smartphone_users", "of: population_15_plus"), "utf-8")
    (definitions / "sec.awareness.yaml").unlink()
    crosswalk(WHOLE, HALVES)
    released.compute()

    found = api.verify_release(1)

    assert (found.expected, found.kept) == (found.found, api.release(1).cells_sha256)
    assert found.is_same
    assert found.cells == api.release(1).cells


@pytest.mark.parametrize("how", ["another number", "no file", "no Parquet"])
def test_verifying_finds_a_file_that_is_no_longer_what_was_frozen(released, how):
    path = states.cells_path(Release.objects.get().state_set)
    if how == "no file":
        path.unlink()
    elif how == "no Parquet":
        path.write_bytes(b"PAR1")
    else:
        with duckdb.connect() as connection:
            connection.execute(f"CREATE TABLE c AS FROM read_parquet('{path}')")
            connection.execute("UPDATE c SET numerator = numerator + 1 WHERE period = '2023-03' AND numerator > 1")
            connection.execute(f"COPY c TO '{path}' (FORMAT parquet)")

    found = api.verify_release(1)

    assert not found.is_same
    assert found.found == found.expected != found.kept
