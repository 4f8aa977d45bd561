"""How targets stand, from imported rows to the status."""

import datetime as dt

import pytest

from tests.conftest import AT
from tinhso.datasets import api as datasets
from tinhso.indicators import api as indicators
from tinhso.organizations import api as organizations
from tinhso.plans import api
from tinhso.plans.selectors import standing as selectors

IN_2023 = dt.date(2023, 6, 1)
DEVICES = "device_tag;agency_code;tier;protected;centrally_managed;as_of"
DOSSIERS = "dossier_code;procedure_code;agency_code;channel;received_at;status"
PROCEDURES = "procedure_code;name;agency_code;online_level;eligible_full;national_portal;valid_from"


@pytest.fixture
def deliver(province, tmp_path):
    """Import rows of a dataset."""

    def deliver(dataset, header, *rows):
        path = tmp_path / f"{dataset}.csv"
        path.write_text("\n".join([header, *rows]), encoding="utf-8")
        assert datasets.import_files(dataset=dataset, paths=[path], actor="t", at=AT).quarantined == 0

    return deliver


def standing(indicator, *, unit="14", **asked):
    found = api.status(unit_id=organizations.resolve(unit, IN_2023).org_unit_id, **asked)
    return next(one for one in found.standings if one.target.indicator == indicator)


def test_the_baseline_of_procedures_is_their_state_before_the_year(deliver):
    deliver("procedures", PROCEDURES, "1.000001;A;14;full;1;1;2021-05-01", "1.000002;B;14;partial;1;1;2021-05-01")
    deliver("dossiers", DOSSIERS, "1;1.000001;14;online;2023-06-30;4")
    indicators.compute(at=AT)

    found = standing("gov.procedures_full_online")

    assert (found.value, found.baseline) == (0.5, 0.5)
    assert (found.expected, found.status) == (pytest.approx(0.5 + 0.5 * 181 / 365), "off_track")


def test_a_stock_with_rows_but_none_that_count_is_no_occurrence(deliver):
    deliver("devices", DEVICES, "1;SL-STTTT;department;yes;1;2023-05-31")
    indicators.compute(at=AT)

    assert standing("sec.antimalware_communes").status == "no_occurrence"
    assert standing("sec.antimalware_communes", unit="SL-STTTT").status == "no_occurrence"
    assert standing("sec.antimalware_communes", unit="SL-SYT").status == "no_data"


@pytest.mark.parametrize(("day", "status"), [("2023-02-09", "no_data"), ("2023-02-10", "no_occurrence")])
def test_before_its_first_data_a_flow_has_none(deliver, day, status):
    deliver("assistance", "request_id;commune_code;requested_at;requester;helped", "1;03646;2023-02-10;citizen;1")
    deliver("devices", DEVICES, "1;SL-STTTT;department;yes;1;2023-05-31")
    indicators.compute(at=AT)

    assert standing("soc.assistance", unit="03649", as_of=dt.date.fromisoformat(day)).status == status


def test_the_day_asked_for_judges_whatever_the_period(deliver):
    deliver("devices", DEVICES, "1;SL-STTTT;department;no;1;2023-02-01")
    indicators.compute(at=AT)
    day = dt.date(2023, 6, 30)

    found = standing("sec.devices_protected", period="2023-02", as_of=day)

    assert (found.as_of, found.status) == (day, "off_track")
    assert standing("sec.devices_protected", period="2023-02").status == "too_early"


def test_after_the_year_a_target_is_met_or_not(deliver):
    deliver("devices", DEVICES, "1;SL-STTTT;department;no;1;2023-02-01")
    indicators.compute(at=AT)

    found = standing("sec.devices_protected", as_of=dt.date(2024, 2, 29))

    assert (found.as_of, found.period, found.status) == (dt.date(2024, 2, 29), "2023-12/ytd", "not_met")


def test_yearly_figures_are_those_of_the_reporting_year(province):
    january = indicators.parse_period("2023-01@nd09")

    asked = selectors.Question(api.plan("292/KH-UBND"), january, january.ends_on, None)

    assert (january.starts_on.year, asked.year_code) == (2022, "2023")
