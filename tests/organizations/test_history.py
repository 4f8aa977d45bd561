"""What units were, what they came from and what became of them."""

import datetime as dt
from decimal import Decimal

import pytest

from tinhso.core.errors import UnknownName
from tinhso.core.per_request import remembering
from tinhso.organizations import api
from tinhso.organizations.models import Crosswalk, OrgUnit

IN_2023, TODAY = dt.date(2023, 5, 1), dt.date(2026, 6, 1)
REFORM = dt.date(2025, 7, 1)


def of(code, on=IN_2023):
    return api.history(api.resolve(code, on).org_unit_id)


def test_a_merged_commune_tells_its_successor_with_share_act_and_certainty(province):
    (successor,) = of("03649").successors

    assert (successor.unit.name, successor.unit.code) == ("Phường Tô Hiệu", "03646")
    assert (successor.happened_on, successor.share, successor.basis) == (REFORM, Decimal(1), "whole")
    assert (successor.act, successor.certainty) == ("1681/NQ-UBTVQH15", "certain")


def test_a_new_commune_tells_its_predecessors_as_they_were_called(province):
    found = of("03646", TODAY)

    assert [line.unit.code for line in found.predecessors] == ["03646", "03649", "03652", "03655"]
    assert found.predecessors[0].unit.name == "Phường Chiềng Lề"
    assert found.predecessors[0].unit.on == dt.date(2025, 6, 30)
    assert api.resolve("03646", found.predecessors[0].unit.on).org_unit_id == found.predecessors[0].unit.unit_id


def test_a_version_tells_which_other_unit_has_its_code(province):
    (version,) = of("03646").versions

    assert [(other.name, other.on) for other in version.others] == [("Phường Tô Hiệu", REFORM)]
    assert of("116").versions[0].others == ()


def test_a_renaming_tells_the_names_before_and_after(province):
    found = of("03910")
    renaming = found.events[0]

    assert [version.name for version in found.versions] == ["Xã Quang Huy", "Thị trấn Quang Huy"]
    assert renaming.kind == api.EventKind.RENAME
    assert [renaming.sources[0].name, renaming.results[0].name] == ["Xã Quang Huy", "Thị trấn Quang Huy"]


def test_a_transfer_tells_both_superiors(province):
    found = of("03760")

    assert [line.unit.code for line in found.superiors] == ["119", "14"]
    assert (found.predecessors, found.successors) == ([], [])


def test_a_merger_to_be_confirmed_says_so(province):
    (successor,) = of("SL-STTTT").successors

    assert successor.certainty == api.Certainty.TO_BE_CONFIRMED


def test_what_a_unit_keeps_of_itself_is_no_successor(province):
    unit = OrgUnit.objects.get(key="commune-03760")
    for new, share in ((unit, "0.9"), (OrgUnit.objects.get(key="commune-03820"), "0.1")):
        Crosswalk.objects.create(
            old_unit=unit, new_unit=new, happened_on=REFORM, share=Decimal(share), basis="area", certainty="certain"
        )

    assert [line.share for line in api.history(unit.pk).successors] == [Decimal("0.1")]


def test_a_history_costs_five_queries(province, django_assert_num_queries):
    unit = api.resolve("03646", TODAY).org_unit_id

    with remembering(), django_assert_num_queries(5):
        api.history(unit)


def test_an_unknown_unit_has_an_empty_history(province):
    assert api.history(0).versions == []


@pytest.mark.parametrize(
    ("code", "on", "key"),
    [
        ("03646", IN_2023, "commune-03646"),
        ("03646", TODAY, "commune-03646-2025"),
        ("3649", TODAY, "commune-03649"),
        ("116", TODAY, "district-116"),
    ],
)
def test_a_code_names_the_unit_of_the_day_else_the_last_before(province, code, on, key):
    assert api.last_named(code, on).org_unit.key == key


def test_a_code_that_nobody_has_had_until_a_day_is_unknown(province):
    with pytest.raises(UnknownName):
        api.last_named("03980", dt.date(2020, 1, 1))


def test_a_unit_before_its_first_day_has_its_first_name(province):
    unit = OrgUnit.objects.get(key="commune-03646-2025").pk

    assert api.named_unit(unit, IN_2023) == api.NamedUnit(unit, "03646", "Phường Tô Hiệu", REFORM)
