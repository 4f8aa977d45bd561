"""Who or what is missing, as one would list it by hand from the records."""

import pytest

from tests.indicators.conftest import BASE
from tinhso.core.errors import ImpossibleRequest
from tinhso.indicators import api
from tinhso.organizations import api as organizations

SERVICES, AWARENESS = "gov.services_with_online_dossiers", "sec.awareness"
ONLINE_SERVICES = {line.split(",")[0] for line in BASE["procedures"] if line.split(",")[3] != "none"}
UNDER = {"14": ("03646", "03649", "116", "SL-STP"), "116": ("03646", "03649", "116"), "03646": ("03646",)}


def missing(indicator, code, period, **options):
    found = api.parse_period(period)
    unit = organizations.resolve(code, found.ends_on).org_unit_id
    return api.missing_members(indicator=indicator, unit_id=unit, period=found, **options)


def services_by_hand(code, months):
    """Online services with a dossier at the unit, none of them online."""
    any_channel, online = set(), set()
    for line in BASE["dossiers"]:
        _key, procedure, agency, channel, received, _status = line.split(",")
        if procedure in ONLINE_SERVICES and agency in UNDER[code] and received[:7] in months:
            any_channel.add(procedure)
            online |= {procedure} if channel == "online" else set()
    return sorted(any_channel - online)


@pytest.mark.parametrize("code", list(UNDER))
@pytest.mark.parametrize(
    ("period", "months"),
    [("2023-02", ["2023-02"]), ("2023-03", ["2023-03"]), ("2023-Q1", ["2023-01", "2023-02", "2023-03"])],
)
def test_missing_services_are_those_one_would_list_by_hand(computed, code, period, months):
    found = missing(SERVICES, code, period)

    assert [member.code for member in found.members] == services_by_hand(code, months)
    assert all(member.label == f"Thủ tục {member.code[-1]}" for member in found.members)
    assert (found.name, found.personal) == ("Thủ tục hành chính", False)


@pytest.mark.parametrize(("code", "units"), UNDER.items())
def test_missing_staff_are_those_in_post_without_a_training(computed, code, units):
    trained = {line.split(",")[0] for line in BASE["trainings"]}
    in_post = {line.split(",")[0] for line in BASE["staff"] if line.split(",")[1] in units}

    found = missing(AWARENESS, code, "2023-03")

    assert [member.code for member in found.members] == sorted(in_post - trained)
    assert found.personal


def test_a_label_is_that_of_the_periods_last_day(computed):
    computed.deliver("procedures", [f"1.00000{n},Tên mới {n},SL-STP,full,1,1,2023-03-01" for n in range(1, 6)])
    computed.compute()

    february, march = (missing(SERVICES, "14", period).members for period in ("2023-02", "2023-03"))

    assert {member.label[:7] for member in february} <= {"Thủ tục"}
    assert {member.label[:7] for member in march} <= {"Tên mới"}
    assert february or march


def test_members_follow_the_view(computed):
    found = missing(AWARENESS, "14", "2023-03", view="as-is")

    assert found.members == missing(AWARENESS, "14", "2023-03").members


def test_members_of_a_release_stay(computed):
    before = missing(AWARENESS, "14", "2023-03")
    computed.release()
    computed.deliver("trainings", [f"S{n},awareness,2023-03-30" for n in range(12)])
    computed.compute()

    assert missing(AWARENESS, "14", "2023-03").members == []
    assert missing(AWARENESS, "14", "2023-03", release=1) == before


@pytest.mark.parametrize(("indicator", "period"), [("gov.documents_signed", "2023-03"), (SERVICES, "2023-09")])
def test_what_has_no_members_is_refused(computed, indicator, period):
    with pytest.raises(ImpossibleRequest):
        missing(indicator, "14", period)


def test_only_ratios_of_distinct_counts_have_members(computed):
    assert {one.id for one in api.definitions() if api.has_members(one.id)} == {SERVICES, AWARENESS}
