"""Figures follow what is imported, corrected, taken back and redefined; only what that touches is made again."""

import datetime as dt
import os
import random

import pytest

from tests.conftest import AT
from tests.indicators.conftest import HALVES, WHOLE, checksum_in_force, figure
from tinhso.indicators import api
from tinhso.indicators.models import StateSet
from tinhso.indicators.selectors import states

DOCUMENTS, ONLINE, SERVICES = "gov.documents_signed", "gov.dossiers_online", "gov.services_with_online_dossiers"


def in_force():
    return StateSet.objects.get(in_force=True)


def test_without_a_change_nothing_is_made(computed):
    before = in_force()

    result = computed.compute()

    assert (result.mode, result.recounted, result.remade) == ("unchanged", 0, 0)
    assert (result.leaf_states, result.cells) == (before.leaf_states, before.cells)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("clickhouse://127.0.0.1:9/x", "không trả lời"),
        ("oracle://somewhere", "không hiểu"),
    ],
)
def test_an_engine_that_cannot_be_used_is_told_and_leaves_the_figures(computed, settings, url, sentence):
    before = in_force()
    settings.ENGINE_URL = url

    with pytest.raises(api.NoEngine, match=sentence):
        computed.compute(full=True)

    assert in_force().manifest == before.manifest
    assert states.are_there(before)


CHANGES = {
    "new rows": ("documents", ["N1,03649,1/UB,2023-03-05,0,1,1,exchange"]),
    "late rows of an earlier month": ("documents", ["N1,03649,1/UB,2023-01-05,0,1,1,exchange"]),
    "a correction in place": ("dossiers", ["D3,1.000004,SL-STP,counter,2023-01-04 08:00,10"]),
    "a correction that moves a record": ("dossiers", ["D1,1.000002,03760,online,2023-03-04 08:00,4"]),
    "a stock's new state": ("population", ["03646,2000,900,700,300,2023-02-15"]),
    "a member who moves": ("staff", ["S0,03649,official,2023-02-10,"]),
    "a new member": ("staff", ["S90,03649,official,2023-02-10,"]),
    "another validity": ("procedures", ["1.000002,Thủ tục 2,SL-STP,none,1,1,2023-02-01"]),
    "a later evaluation date within the month": ("trainings", ["S7,awareness,2023-03-31"]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_delivery_touches_little_and_equals_a_whole_computation(computed, full, change):
    computed.deliver(*CHANGES[change])

    result = computed.compute()

    assert result.mode == "changed"
    assert 0 < result.recounted < result.leaf_states / 2
    assert checksum_in_force() == full()


def test_an_evaluation_date_in_another_month_counts_states_at_its_days_and_no_event_again(computed, full):
    computed.deliver("documents", ["N1,03649,1/UB,2023-04-20,0,1,1,exchange"])

    result = computed.compute()

    assert in_force().as_of == dt.date(2023, 4, 20)
    assert result.recounted < result.leaf_states
    assert figure(DOCUMENTS, "03649", "2023-04") == (1, 1)
    assert checksum_in_force() == full()


def test_a_correction_leaves_the_old_unit_and_counts_at_the_new(computed):
    before, other, province = (figure(ONLINE, code, "2023") for code in ("03649", "03760", "14"))

    computed.deliver("dossiers", ["D1,1.000002,03760,counter,2023-02-02 08:00,4"])
    computed.compute()

    assert other is None
    assert figure(ONLINE, "03760", "2023") == (0, 1)
    assert figure(ONLINE, "03649", "2023") == (before[0], before[1] - 1)
    assert figure(ONLINE, "14", "2023") == province


def test_a_revoked_batch_is_gone_and_its_cells_with_it(computed, full):
    was = checksum_in_force()
    batch = computed.deliver("documents", ["N1,03652,1/UB,2023-03-05,0,1,1,exchange"])
    computed.compute()
    there = figure(DOCUMENTS, "03652")

    computed.revoke(batch)
    result = computed.compute()

    assert there == (1, 1)
    assert figure(DOCUMENTS, "03652") is None
    assert result.recounted <= 4
    assert checksum_in_force() == full() == was


def test_a_revoked_correction_brings_the_earlier_row_back(computed):
    was = checksum_in_force()
    batch = computed.deliver("dossiers", ["D1,1.000002,03760,online,2023-03-04 08:00,4"])
    computed.compute()

    computed.revoke(batch)
    computed.compute()

    assert checksum_in_force() == was


def test_a_revoked_batch_takes_the_evaluation_date_back(computed, full):
    was = checksum_in_force()
    batch = computed.deliver("documents", ["N1,03652,1/UB,2023-04-05,0,1,1,exchange"])
    computed.compute()
    later = in_force().as_of

    computed.revoke(batch)
    computed.compute()

    assert (later, in_force().as_of) == (dt.date(2023, 4, 5), dt.date(2023, 3, 31))
    assert checksum_in_force() == full() == was


def test_a_changed_definition_counts_only_its_own_measures(computed, definitions, full):
    path = definitions / "soc.smartphones.yaml"
    path.write_text(path.read_text("utf-8").replace("of: smartphone_users", "of: account_holders_15_plus"), "utf-8")
    own = {f.unit_id for f in api.figures(indicators=["soc.smartphones"], period_codes=["2023-03"])}

    result = computed.compute()

    assert result.mode == "changed"
    assert 0 < result.recounted < result.leaf_states / 4
    assert 0 < result.remade < result.cells / 4
    assert figure("soc.smartphones", "03646") == (300, 1000)
    assert {f.unit_id for f in api.figures(indicators=["soc.smartphones"], period_codes=["2023-03"])} == own
    assert checksum_in_force() == full()


def test_a_definition_that_only_reads_otherwise_counts_nothing(computed, definitions, full):
    path = definitions / "soc.smartphones.yaml"
    changed = path.read_text("utf-8").replace("value: smartphone_users /", "value: (population - smartphone_users) /")
    path.write_text(changed, "utf-8")

    result = computed.compute()

    assert result.recounted == 0
    assert figure("soc.smartphones", "03646") == (600, 1000)
    assert checksum_in_force() == full()


def test_a_new_definition_is_computed_and_one_that_is_gone_leaves(computed, definitions, full):
    text = (definitions / "soc.smartphones.yaml").read_text("utf-8")
    (definitions / "soc.smartphones.yaml").unlink()
    own = text.replace("id: soc.smartphones", "id: soc.accounts").replace(
        "of: smartphone_users", "of: population_15_plus"
    )
    (definitions / "soc.accounts.yaml").write_text(own, "utf-8")

    computed.compute()

    assert figure("soc.accounts", "03646") == (700, 1000)
    assert figure("soc.smartphones", "03646") is None
    assert checksum_in_force() == full()


def test_a_changed_crosswalk_is_only_rolled_up(computed, crosswalk, full, monkeypatch):
    monkeypatch.setattr("tinhso.core.clock.today", lambda: dt.date(2026, 6, 1))
    computed.compute()
    before = figure("soc.smartphones", "03646", view="as-is")
    crosswalk(WHOLE, HALVES)

    result = computed.compute()

    assert (result.mode, result.recounted) == ("changed", 0)
    assert result.remade == result.cells
    assert before == (400 + 401 + 402, 1000 + 1001 + 1002)
    assert figure("soc.smartphones", "03646", view="as-is") == (400 + 200 + 402, 1000 + 500 + 1002)
    assert checksum_in_force() == full()


def test_whatever_is_delivered_and_taken_back_equals_a_whole_computation(computed, full):
    chance = random.Random(292)
    batches = []
    for step in range(8):
        if batches and chance.random() < 0.35:
            computed.revoke(batches.pop(chance.randrange(len(batches))))
        else:
            dataset = chance.choice(sorted(RANDOM_ROWS))
            rows = {RANDOM_ROWS[dataset](chance) for _ in range(chance.randint(1, 5))}
            batches.append(computed.deliver(dataset, sorted(rows)))
        result = computed.compute()
        assert result.mode == "changed", step
        if step % 2:
            assert checksum_in_force() == full(), step


def _day(chance):
    return f"2023-0{chance.randint(1, 4)}-{chance.randint(1, 28):02d}"


def _unit(chance):
    return chance.choice(("03646", "03649", "116", "SL-STP", "03760", "14"))


RANDOM_ROWS = {
    "dossiers": lambda c: (
        f"D{c.randint(0, 45)},1.00000{c.randint(1, 6)},{_unit(c)},{c.choice(('online', 'counter'))},{_day(c)} 09:00,4"
    ),
    "documents": lambda c: f"V{c.randint(0, 40)},{_unit(c)},1/UB,{_day(c)},0,1,{c.randint(0, 1)},exchange",
    "population": lambda c: (
        f"{c.choice(('03646', '03760', '03655'))},{c.randint(900, 999)},{c.randint(1, 99)},7,3,{_day(c)}"
    ),
    "staff": lambda c: f"S{c.randint(0, 15)},{_unit(c)},official,{_day(c)},{c.choice(('', '2023-04-01'))}",
    "trainings": lambda c: f"S{c.randint(0, 15)},awareness,{_day(c)}",
    "procedures": lambda c: (
        f"1.00000{c.randint(1, 6)},Thủ tục,SL-STP,{c.choice(('none', 'full'))},1,1,2023-0{c.randint(1, 3)}-01"
    ),
}


def test_files_of_computations_long_replaced_are_removed_but_not_those_of_a_release(computed):
    computed.at = AT.replace(year=2030)  # files are as old as they are; the computations come later
    first = set(states.folder().iterdir())
    frozen = computed.release()
    kept = set(states.folder().iterdir())

    for number in range(4):
        computed.deliver("documents", [f"N{number},03649,1/UB,2023-03-05,0,1,1,exchange"])
        computed.compute()

    there = set(states.folder().iterdir())
    newest = StateSet.objects.order_by("-computed_at", "-pk")
    assert first <= kept <= there
    assert all(states.are_there(one) for one in newest[:1])
    assert states.cells_path(StateSet.objects.get(releases__number=frozen.number)) in there
    assert sum(path.name.startswith("cells-") for path in there) <= 4


def test_files_of_nobody_are_removed(computed):
    left = states.folder() / "leaf-documents-0.parquet"
    left.write_bytes(b"")
    os.utime(left, (0, 0))
    computed.deliver("documents", ["N1,03649,1/UB,2023-03-05,0,1,1,exchange"])

    computed.compute()

    assert not left.exists()
