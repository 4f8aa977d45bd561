"""Sơn La's units over time."""

import datetime as dt

import pytest

from tests.conftest import AT
from tinhso.core.errors import UnknownName
from tinhso.organizations import api
from tinhso.organizations.models import Crosswalk, OrgUnitVersion, TreeState, UnitCode
from tinhso.organizations.selectors import units
from tinhso.organizations.services import _check_shares, _check_versions

IN_2023, IN_2025 = dt.date(2023, 5, 1), dt.date(2025, 8, 1)


@pytest.mark.parametrize(
    ("day", "communes", "districts", "departments"),
    [(IN_2023, 204, 12, 20), (dt.date(2025, 2, 15), 200, 12, 20), (IN_2025, 75, 0, 14)],
)
def test_the_province_has_its_units_of_the_day(province, day, communes, districts, departments):
    kinds = [row.kind for row in api.units_on(day)]

    assert [kinds.count(kind) for kind in ("commune", "district", "department")] == [communes, districts, departments]
    assert kinds.count("province") == 1


def test_a_code_names_another_commune_after_the_reform(province):
    before, after = api.resolve("03646", IN_2023), api.resolve("03646", IN_2025)

    assert (before.name, after.name) == ("Phường Chiềng Lề", "Phường Tô Hiệu")
    assert before.org_unit_id != after.org_unit_id


def test_a_renamed_commune_keeps_its_identity(province):
    before, after = api.resolve("03910", IN_2023), api.resolve("03910", dt.date(2025, 3, 1))

    assert before.name != after.name
    assert before.org_unit_id == after.org_unit_id


def test_a_code_of_two_units_is_ambiguous_only_on_the_days_of_both(province):
    first, second = (OrgUnitVersion.objects.get(code=code) for code in ("SL-STTTT", "SL-SYT"))
    for scheme, version, since in (("one", first, 2020), ("two", second, 2024), ("three", first, 2020)):
        day = dt.date(since, 1, 1)
        UnitCode.objects.create(scheme=scheme, code="X1", org_unit=version.org_unit, valid_from=day)
    units._tree.cache_clear()

    spans = [row for row in api.unit_codes_table().to_pylist() if row["code"] == "X1"]

    assert [(row["unit_version"], row["valid_from"], row["valid_to"]) for row in spans][:1] == [
        (first.pk, dt.date(2020, 1, 1), dt.date(2023, 12, 31))
    ]
    assert api.resolve("x1", IN_2023) == first
    with pytest.raises(api.AmbiguousUnit):
        api.resolve("X1", dt.date(2024, 5, 1))


def test_the_zero_that_excel_drops_is_forgiven(province):
    assert api.resolve("3646", IN_2023).code == "03646"


def test_an_unknown_code_names_the_nearest(province):
    with pytest.raises(UnknownName) as refusal:
        api.resolve("0364X", IN_2023)

    assert refusal.value.exit_code == 2
    assert any(name.startswith("036") for name in refusal.value.nearest)


def test_a_district_is_gone_after_june_2025(province):
    assert api.resolve("116", dt.date(2025, 6, 30)).kind == "district"
    with pytest.raises(UnknownName):
        api.resolve("116", dt.date(2025, 7, 1))


def test_the_closure_holds_every_commune_under_district_and_province(province):
    commune = api.resolve("03646", IN_2023).org_unit_id

    assert [one.kind for one in api.units_on(IN_2023) if one.unit_id in api.ancestors(commune, IN_2023)] == [
        "province",
        "district",
    ]
    assert commune in api.descendants(api.resolve("14", IN_2023).org_unit_id, IN_2023)
    assert commune not in api.descendants(api.resolve("14", IN_2025).org_unit_id, IN_2025)


def test_shares_of_every_old_unit_sum_to_one(province):
    totals = {}
    for row in Crosswalk.objects.all():
        totals[row.old_unit_id, row.happened_on] = totals.get((row.old_unit_id, row.happened_on), 0) + row.share

    assert set(totals.values()) == {1}


def test_loading_twice_changes_nothing(province):
    before = list(OrgUnitVersion.objects.order_by("pk").values_list("pk", "code"))

    TreeState.objects.all().delete()
    api.load_reference(at=AT)

    assert list(OrgUnitVersion.objects.order_by("pk").values_list("pk", "code")) == before


def test_shares_that_do_not_sum_to_one_are_refused():
    with pytest.raises(api.BrokenReference, match="phải bằng 1"):
        _check_shares([{"old_unit": "a", "on": "2025-07-01", "share": "0.6"}])


def test_overlapping_versions_are_refused():
    rows = [{"unit": "a", "code": c, "valid_from": "2020-01-01", "valid_to": ""} for c in "xy"]

    with pytest.raises(api.BrokenReference, match="chồng"):
        _check_versions(rows)
