"""Where Sơn La's units lie in the tree of another day."""

import datetime as dt
import shutil
from decimal import Decimal

import pyarrow as pa
import pytest

from tests.conftest import AT
from tinhso.core.per_request import remembering
from tinhso.organizations import api, services
from tinhso.organizations.models import Crosswalk, OrgUnit, TreeState
from tinhso.organizations.selectors import units

AT_THE_END_OF_2023, TODAY = dt.date(2023, 12, 31), dt.date(2026, 6, 1)
REMOVED = ["03751", "03898", "03913", "03988", "03991", "04003", "04060"]


def keys():
    return {api.UNDETERMINED: "chưa xác định", **dict(OrgUnit.objects.values_list("pk", "key"))}


def placed(on):
    """The nodes of every unit, by key."""
    names = keys()
    found = {}
    for row in api.placement_table(on).to_pylist():
        found.setdefault(names[row["unit"]], {})[names[row["node"]]] = row["share"]
    return found


def test_the_table_has_its_columns(province):
    assert api.placement_table(TODAY).schema == pa.schema(
        [("unit", pa.int32()), ("node", pa.int32()), ("share", pa.decimal128(9, 8))]
    )


@pytest.mark.parametrize("code", ["03646", "03649", "03652", "03655"])
def test_communes_of_2023_lie_in_the_commune_they_became(province, code):
    assert placed(TODAY)[f"commune-{code}"] == {"commune-03646-2025": 1}


def test_what_nobody_says_the_successor_of_is_undetermined(province):
    found = placed(TODAY)
    undetermined = {unit for unit, nodes in found.items() if nodes == {"chưa xác định": 1}}

    assert {unit.removeprefix("commune-") for unit in undetermined if unit.startswith("commune")} == set(REMOVED)
    assert {unit for unit in undetermined if not unit.startswith("commune")} == {
        unit for unit in found if unit.startswith("district")
    }


def test_rows_to_be_confirmed_are_followed(province):
    assert placed(TODAY)["department-stttt"] == {"department-skhcn": 1}


def test_a_commune_of_2025_lies_in_the_district_of_all_its_predecessors(province):
    assert placed(AT_THE_END_OF_2023)["commune-03646-2025"] == {"district-116": 1}


def test_a_commune_of_2025_from_several_districts_is_undetermined_in_2023(province):
    new = OrgUnit.objects.get(key="commune-03646-2025")
    elsewhere = OrgUnit.objects.get(key="commune-03760")
    Crosswalk.objects.create(
        old_unit=elsewhere, new_unit=new, happened_on=dt.date(2025, 7, 1), share=Decimal(1), basis="thử", certainty=""
    )

    assert placed(AT_THE_END_OF_2023)["commune-03646-2025"] == {"chưa xác định": 1}


@pytest.mark.parametrize("on", [dt.date(1999, 1, 1), AT_THE_END_OF_2023, dt.date(2025, 2, 15), TODAY])
def test_every_unit_is_placed_whole_and_those_of_the_day_in_themselves(province, on):
    found = placed(on)
    names = keys()

    assert set(found) == set(OrgUnit.objects.values_list("key", flat=True))
    assert {sum(nodes.values()) for nodes in found.values()} == {Decimal(1)}
    assert all(found[names[row.unit_id]] == {names[row.unit_id]: 1} for row in api.units_on(on))
    assert found["province"] == {"province": 1}


@pytest.mark.parametrize("on", [dt.date(1999, 1, 1), AT_THE_END_OF_2023, TODAY])
def test_every_node_has_the_province_above_it(province, on):
    pairs = {(row["unit"], row["ancestor"]) for row in api.closure_on(on).to_pylist()}
    top = OrgUnit.objects.get(key="province").pk

    assert all((unit, top) in pairs and (unit, unit) in pairs for unit, _above in pairs)
    assert set(api.placement_table(on)["node"].to_pylist()) <= {unit for unit, _above in pairs}
    assert (api.UNDETERMINED, top) in pairs


def test_the_closure_of_a_day_is_its_tree(province):
    commune = api.resolve("03646", AT_THE_END_OF_2023).org_unit_id
    above = {row["ancestor"] for row in api.closure_on(AT_THE_END_OF_2023).to_pylist() if row["unit"] == commune}

    assert above == {commune, *api.ancestors(commune, AT_THE_END_OF_2023)}
    assert commune not in api.closure_on(TODAY)["unit"].to_pylist()


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (TODAY, dt.date(2025, 7, 1)),
        (dt.date(2025, 7, 1), dt.date(2025, 7, 1)),
        (dt.date(2025, 6, 30), dt.date(2025, 3, 1)),
        (AT_THE_END_OF_2023, dt.date(2013, 6, 11)),
        (dt.date(1999, 1, 1), dt.date(1999, 1, 1)),
    ],
)
def test_the_tree_has_not_changed_since_its_day(province, today, day):
    assert api.tree_day(today) == day
    assert api.placement_table(day).equals(api.placement_table(today))
    assert api.closure_on(day).equals(api.closure_on(today))


def test_placement_costs_three_queries_in_a_request(province, django_assert_max_num_queries):
    api.tree_fingerprint()
    units.tree()

    with remembering(), django_assert_max_num_queries(3):
        for day in (AT_THE_END_OF_2023, TODAY):
            api.placement_table(day)
        api.tree_day(TODAY)


def copied(tmp_path, monkeypatch, name, change):
    """Reference data with one changed file."""
    shutil.copytree(services.REFERENCE, tmp_path / "reference")
    path = tmp_path / "reference" / "son_la" / "units" / name
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    monkeypatch.setattr(services, "REFERENCE", tmp_path / "reference")


SPLIT = "commune-03649,commune-03646-2025,2025-07-01,1,whole,certain"
HALVES = SPLIT.replace(",1,", ",0.5,") + "\n" + SPLIT.replace(",1,", ",0.5,").replace("03646", "03664")


def test_another_crosswalk_is_told_from_another_tree(province, tmp_path, monkeypatch):
    tree, placement = api.tree_fingerprint(), api.placement_fingerprint()
    copied(tmp_path, monkeypatch, "crosswalk.csv", lambda text: text.replace(SPLIT, HALVES))

    api.load_reference(at=AT)

    assert api.tree_fingerprint() == tree
    assert api.placement_fingerprint() != placement
    assert placed(TODAY)["commune-03649"] == {
        "commune-03646-2025": Decimal("0.5"),
        "commune-03664-2025": Decimal("0.5"),
    }


def test_another_name_changes_tree_and_placement(province, tmp_path, monkeypatch):
    tree, placement = api.tree_fingerprint(), api.placement_fingerprint()
    copied(tmp_path, monkeypatch, "versions.csv", lambda text: text.replace("Phường Tô Hiệu", "Phường Thử"))

    api.load_reference(at=AT)

    assert api.tree_fingerprint() != tree
    assert api.placement_fingerprint() != placement


def test_a_state_from_before_the_second_fingerprint_is_loaded_again(province):
    TreeState.objects.update(placement_fingerprint="")

    api.load_reference(at=AT)

    assert api.placement_fingerprint()


CIRCLE = [f"commune-{old},commune-{new},2025-02-01,1,whole,certain" for old, new in [REMOVED[:2], REMOVED[1::-1]]]


def test_a_crosswalk_in_a_circle_is_refused_and_nothing_is_loaded(province, tmp_path, monkeypatch):
    before = api.placement_fingerprint()
    copied(tmp_path, monkeypatch, "crosswalk.csv", lambda text: "\n".join([text.rstrip(), *CIRCLE]))

    with pytest.raises(api.BrokenReference, match="vòng tròn"):
        api.load_reference(at=AT)

    assert api.placement_fingerprint() == before
    assert not Crosswalk.objects.filter(old_unit__key=f"commune-{REMOVED[0]}").exists()


def test_a_tree_in_a_circle_is_refused(province, tmp_path, monkeypatch):
    line = "province,district-116,2014-01-01,2014-12-31"
    copied(tmp_path, monkeypatch, "edges.csv", lambda text: f"{text.rstrip()}\n{line}\n")

    with pytest.raises(api.BrokenReference, match="vòng tròn"):
        api.load_reference(at=AT)
