"""A target taken apart: parts that add up, what if, the cheapest tasks, figures for somebody to look at."""

import csv
import datetime as dt
import io

import numpy as np
import pytest

from tests.conftest import AT
from tinhso.accounts.api import Role
from tinhso.core.clock import VIETNAM
from tinhso.datasets import api as datasets
from tinhso.indicators import api as indicators
from tinhso.indicators.selectors import handling
from tinhso.operations import jobs
from tinhso.organizations import api as organizations
from tinhso.plans import api as plans
from tinhso.plans.selectors import outlook

DAY = dt.date(2023, 5, 31)
HOUSES = "soc.digital_addresses"


@pytest.fixture(autouse=True)
def nothing_kept():
    outlook._memory.clear()


def text(answer):
    return " ".join(answer.content.decode().replace("\xa0", " ").split())


def rows(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def unit(code="14"):
    return organizations.resolve(code, DAY).org_unit_id


def asked(release=None):
    return plans.question(number=None, period=None, as_of=None, release=release)


def target(indicator):
    return next(one for one in asked().plan.targets if one.indicator == indicator)


def below(kind="district"):
    return [row.unit_id for row in organizations.units_on(DAY) if row.kind == kind]


def value(indicator, period, release=None):
    (found,) = indicators.figures(indicators=[indicator], period_codes=[period], unit_ids=[unit()], release=release)
    return found.value


@pytest.mark.parametrize("indicator", [HOUSES, "gov.documents_signed", "sec.devices_protected"])
def test_the_parts_of_a_change_add_up_to_it(computed, indicator):
    children = [row.unit_id for row in organizations.units_on(DAY) if row.parent_id == unit()]

    found = plans.why_changed(asked(), target(indicator), unit(), children, before="2023-03/ytd", release=None)

    parts = sum(rate + mix for _unit, rate, mix in found.by_unit)
    change = value(indicator, "2023-05/ytd") - value(indicator, "2023-03/ytd")
    assert parts == pytest.approx(change, abs=1e-9)


def test_what_was_corrected_after_publication_is_a_part_of_its_own(released, tmp_path):
    path = tmp_path / "sua.csv"
    header = "commune_code;as_of;households;fiber_households;digital_address_households"
    path.write_text(f"{header}\n03646;2023-03-31;50;10;50\n", encoding="utf-8")
    assert datasets.import_files(dataset="households", paths=[path], actor="t", at=AT).accepted == 1
    indicators.compute(at=AT)
    children = [row.unit_id for row in organizations.units_on(DAY) if row.parent_id == unit()]
    published, known = value(HOUSES, "2023-03/ytd", 1), value(HOUSES, "2023-03/ytd")
    assert published != known

    found = plans.why_changed(asked(), target(HOUSES), unit(), children, before="2023-03/ytd", release=1)

    corrected = next(one for one in found.words if "được sửa sau khi công bố" in one.text)
    assert corrected.values["points"] == pytest.approx(known - published)
    parts = sum(rate + mix for _unit, rate, mix in found.by_unit)
    assert parts + known - published == pytest.approx(value(HOUSES, "2023-05/ytd") - published)


def test_distinct_counts_are_not_split(computed):
    found = plans.why_changed(asked(), target("sec.awareness"), unit(), below(), before="2023-03/ytd", release=None)

    assert found is None


def test_what_if_changes_only_the_worst_and_by_their_own_weight(computed):
    (whole,) = plans.breakdown(asked(), HOUSES, [unit()])
    parts = plans.breakdown(asked(), HOUSES, below())

    found = plans.what_if(whole, parts, count=3, to=1.0)

    assert len(found.changed) == 3
    gained = sum(more for _unit, more in found.changed)
    assert found.after - found.before == pytest.approx(gained / float(whole.standing.figure.denominator))
    assert plans.what_if(whole, parts, count=500, to=None) is None


def test_the_cheapest_tasks_close_the_gap_and_none_fewer_would(computed):
    (whole,) = plans.breakdown(asked(), "gov.dossiers_online", [unit()])
    parts = plans.breakdown(asked(), "gov.dossiers_online", below())
    gap = min(whole.missing, sum(part.missing for part in parts) / 2)
    terms = {"gap": gap, "target": whole.standing.target.value, "per_task": 10.0, "per_item": 0.0}

    found = plans.cheapest(parts, **terms, budget=None)
    poor = plans.cheapest(parts, **terms, budget=5.0)

    assert found.closes
    assert sum(row[2] for row in found.chosen) >= gap - 1e-6
    largest = sorted((part.missing for part in parts), reverse=True)
    fewest = next(n for n in range(1, len(largest) + 1) if sum(largest[:n]) >= gap - 1e-6)
    assert len(found.chosen) == fewest
    assert not poor.closes
    assert poor.chosen == []


# ---- figures for somebody to look at ---------------------------------------------------------------------------


HEADER = "dossier_code;procedure_code;agency_code;channel;submitted_at;received_at;status;account_ref"


@pytest.fixture
def filed(province, tmp_path):
    """Dossiers of many communes, one of which files at night, through one account, at the end of the month."""
    draw = np.random.default_rng(1)
    lines = []
    communes = [row.code for row in organizations.units_on(DAY) if row.kind == "commune"][:40]
    for place, code in enumerate(communes):
        is_odd = place == 0
        for number in range(120):
            day = int(draw.integers(29, 32)) if is_odd and number % 2 else int(draw.integers(2, 31))
            hour = 22 if is_odd and number % 3 == 0 else int(draw.integers(8, 17))
            is_online = number % 2 == 0
            account = f"TK{place}-{0 if is_odd else number % 40}" if is_online else ""
            at = f"2023-03-{day:02d} {hour:02d}:00:00"
            channel = "online" if is_online else "counter"
            lines.append(f"{place}-{number};1.000001;{code};{channel};{at};{at};4;{account}")
    path = tmp_path / "dossiers.csv"
    path.write_text("\n".join([HEADER, *lines]), encoding="utf-8")
    result = datasets.import_files(dataset="dossiers", paths=[path], actor="t", at=AT)
    assert result.quarantined == 0
    indicators.compute(at=AT)
    return organizations.resolve(communes[0], DAY).org_unit_id


def test_how_dossiers_were_entered_is_counted_by_unit(filed):
    found = indicators.handling(2023)

    own = found.units[filed]
    assert (own.received, own.online, own.busiest) == (120, 60, 60)
    others = [one for key, one in found.units.items() if key != filed]
    assert all(one.busiest <= 3 for one in others)
    assert own.out_of_hours > max(one.out_of_hours for one in others) / 2
    assert 0.1 < found.share_at_end < 0.2


def test_a_unit_that_files_oddly_is_named_with_the_measured_false_alarms(filed):
    odd = plans.oddities(asked(), target("gov.dossiers_online"), [filed, *below("commune")])

    named = {(one.check, one.unit_id) for one in odd}
    assert ("one_account", filed) in named
    assert {unit_id for check, unit_id in named if check == "one_account"} == {filed}
    assert all(0 < one.false_alarms < 0.05 for one in odd)
    assert all("Cần người xem lại" in str(one.words) for one in odd)


def test_counts_are_kept_for_one_computation(filed, monkeypatch):
    indicators.handling(2023)
    monkeypatch.setattr(handling, "_counted", None)

    assert indicators.handling(2023).units[filed].received == 120


def test_without_figures_nothing_is_odd(computed):
    assert plans.oddities(asked(), target("econ.digital_value_added"), [unit()]) == []


# ---- page ------------------------------------------------------------------------------------------------------


def test_the_page_answers_why_what_if_and_the_cheapest(owner):
    page = text(owner.get(f"/targets/{HOUSES}/analysis/?before=2023-02/ytd&count=3&to_pct=90"))

    assert "Ảnh hưởng lớn nhất" in page
    assert "Nếu 3 đơn vị thấp nhất đạt 90 %" in page
    assert "Ít tốn nhất là" in page
    assert f"/tasks/new/?indicator={HOUSES}" in page
    assert "không phải kết luận về sai phạm" in page


@pytest.mark.parametrize("table", ["changed", "what_if", "cheapest"])
def test_every_table_is_a_file(owner, table):
    found = rows(owner.get(f"/targets/{HOUSES}/analysis/?format=csv&table={table}&count=3&to_pct=90"))

    assert found
    assert found[0]["Đơn vị"].startswith(("Huyện", "Thành phố"))


def test_nonsense_is_told_and_the_defaults_are_used(owner):
    answer = owner.get(f"/targets/{HOUSES}/analysis/?count=nhieu&to_pct=900")

    assert answer.status_code == 422
    assert "Cần sửa trước khi gửi" in text(answer)
    assert "Nếu 6 đơn vị thấp nhất" in text(answer)


def test_a_unit_outside_the_scope_is_not_analyzed(computed, sign_in):
    client = sign_in(Role.AGENCY_LEAD, "125")

    assert client.get(f"/targets/{HOUSES}/analysis/?unit=125").status_code == 200
    assert client.get(f"/targets/{HOUSES}/analysis/?unit=14").status_code == 404
    assert client.get("/targets/khong.co/analysis/?unit=125").status_code == 404


def test_after_a_computation_what_pages_need_is_made_in_the_background(computed, monkeypatch):
    monkeypatch.setattr("tinhso.operations.jobs.clock.now", lambda: dt.datetime(2023, 6, 1, 9, tzinfo=VIETNAM))

    jobs.look_again.call()

    assert list(outlook.folder().glob("*.npz"))
    assert list(outlook.folder().glob("handling-*.json"))
