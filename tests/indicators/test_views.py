"""Figures in the units of the period, of today, and of a chosen day."""

import datetime as dt

import pytest

from tests.conftest import AT
from tests.indicators.conftest import BASE, LATER, figure
from tinhso.core.errors import UnknownName
from tinhso.indicators import api
from tinhso.organizations import api as organizations

DOCUMENTS, SERVICES, SMARTPHONES = "gov.documents_signed", "gov.services_with_online_dossiers", "soc.smartphones"
COMPARABLE = "comparable:2023-12-31"
CITY = ("03646", "03649", "03652", "03655")  # of 2023; together they became 03646 of 2025
VIEWS = ("as-was", "as-is", COMPARABLE)


@pytest.fixture
def quarter(computed, monkeypatch):
    """The first quarter of 2023, seen from the summer of 2026."""
    monkeypatch.setattr("tinhso.core.clock.today", LATER.date)
    computed.compute()
    return computed


@pytest.fixture
def both_sides(office, home, snapshots, monkeypatch):
    """Documents and a census from June to September 2025, across the end of the districts."""
    monkeypatch.setattr("tinhso.core.clock.today", LATER.date)
    office.at = LATER

    def make():
        office.deliver(
            "documents",
            [
                "A1,03646,1/UB,2025-06-10,0,1,1,exchange",  # Phường Chiềng Lề
                "A2,116,2/UB,2025-06-11,0,1,0,exchange",  # Thành phố Sơn La
                "A3,03646,3/UB,2025-09-10,0,1,1,exchange",  # Phường Tô Hiệu
                "A4,03646,4/UB,2025-09-11,0,1,0,exchange",
                "A5,SL-STP,5/UB,2025-09-12,0,1,1,exchange",
            ],
        )
        office.deliver("population", ["03646,1000,400,700,300,2025-06-30", "03646,5000,3000,700,300,2025-08-31"])
        office.compute()

    snapshots.provide("both-sides", home, make)
    return office


def test_counts_of_a_successor_are_the_sums_of_its_predecessors(quarter):
    pairs = [figure(SMARTPHONES, code) for code in CITY]
    own = [pair for pair in pairs if pair]

    assert len(own) == 3
    assert figure(SMARTPHONES, "03646", view="as-is") == tuple(map(sum, zip(*own, strict=True)))


def test_sets_of_a_successor_are_the_union_of_its_predecessors(quarter):
    by_agency = {}
    for line in BASE["dossiers"]:
        _key, procedure, agency, channel, received, _status = line.split(",")
        if agency in CITY and received < "2023-04" and procedure != "1.000004":
            by_agency.setdefault(agency, []).append((procedure, channel))
    every = {procedure for rows in by_agency.values() for procedure, _channel in rows}
    online = {procedure for rows in by_agency.values() for procedure, channel in rows if channel == "online"}

    apart = [figure(SERVICES, code, "2023-Q1") for code in by_agency]

    assert figure(SERVICES, "03646", "2023-Q1", view="as-is") == (len(online), len(every))
    assert sum(pair[1] for pair in apart) > len(every)


@pytest.mark.parametrize("indicator", [DOCUMENTS, SERVICES, SMARTPHONES, "gov.dossiers_online", "sec.awareness"])
def test_the_province_is_the_same_in_every_view(quarter, indicator):
    for period in ("2023-01", "2023-Q1", "2023", "2023-03/ytd"):
        [found] = {figure(indicator, "14", period, view=view) for view in VIEWS}
        assert found is not None


def test_records_of_districts_themselves_lie_in_the_undetermined_node(quarter):
    of_district = [line.split(",") for line in BASE["documents"] if line.split(",")[1] == "116"]

    assert figure(DOCUMENTS, "CHUA-XAC-DINH", "2023-Q1", view="as-is")[1] == len(of_district)
    assert figure(DOCUMENTS, "116", "2023-Q1", view="as-is") is None
    assert figure(DOCUMENTS, "CHUA-XAC-DINH", "2023-Q1") is None


def test_a_view_shows_the_units_of_its_day(quarter):
    levels = {view: {f.level for f in api.figures(period_codes=["2023-Q1"], view=view)} for view in VIEWS}

    assert levels["as-is"] == {"province", "department", "commune", "undetermined"}
    assert levels["as-was"] == levels[COMPARABLE] == {"province", "department", "district", "commune"}


def test_data_of_autumn_2025_lie_in_the_districts_of_2023(both_sides):
    assert figure(DOCUMENTS, "116", "2025-09", view=COMPARABLE) == (1, 2)
    assert figure(DOCUMENTS, "116", "2025-09") is None
    assert figure(SMARTPHONES, "116", "2025-09", view=COMPARABLE)[1] in (5000, 6000)
    assert figure(DOCUMENTS, "14", "2025-09", view=COMPARABLE) == figure(DOCUMENTS, "14", "2025-09") == (2, 3)


def test_units_of_one_code_do_not_mix(both_sides):
    old = organizations.resolve("03646", dt.date(2025, 6, 30)).org_unit_id
    new = organizations.resolve("03646", dt.date(2025, 7, 1)).org_unit_id
    year = api.figures(indicators=[DOCUMENTS], period_codes=["2025"], level="commune")

    assert {(f.unit_id, int(f.numerator), int(f.denominator)) for f in year} == {(old, 1, 1), (new, 1, 2)}
    assert {f.unit_name for f in year} == {"Phường Chiềng Lề", "Phường Tô Hiệu"}
    assert figure(DOCUMENTS, "03646", "2025", view="as-is") == (2, 3)


def test_whole_units_are_not_estimated(quarter):
    assert not any(f.estimated for view in VIEWS for f in api.figures(period_codes=["2023-Q1"], view=view))


@pytest.mark.parametrize(
    "view", ["asis", "comparable", "comparable:2023", "comparable:2023-02-30", "comparable:20231231"]
)
def test_an_unknown_view_is_answered_with_examples(view):
    with pytest.raises(UnknownName) as refused:
        api.parse_view(view)

    assert "as-is" in refused.value.nearest


def test_a_view_of_today_is_kept_until_units_change(province):
    assert api.view_day("as-was") is None
    assert api.view_day("comparable:2023-12-31") == dt.date(2023, 12, 31)
    assert AT.date() < api.view_day("as-is")
