"""Old figures told in the units of another day: merged units are added, split ones shared, the province stays."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine import reference, running
from tests.engine import test_against_reference as random_world
from tests.soundness.tables import ALWAYS, FAR, computed, count, define, distinct, placed_view, standing, total, view
from tinhso.engine import backend, catalog, compute, located, periods, states

FEES = define("fees / every", fees=total("dossiers", "fee"), every=count("dossiers"))
CITIZENS = define("count(citizens) / every", citizens=distinct("dossiers", "citizen"), every=count("dossiers"))
STAFF = define("it / every", it=count("staff", "role == 'it'"), every=count("staff"))
MEMBERS = define(
    "count(it) / count(every)", it=distinct("staff", "person", "role == 'it'"), every=distinct("staff", "person")
)
LAST, FIRST = dt.date(2023, 6, 30), dt.date(2023, 7, 1)


@pytest.fixture(params=[False, True], ids=["bit strings", "Roaring"])
def roaring(request):
    return request.param


# ---- merged units -----------------------------------------------------------------------------------------

# On 1 July the communes 11 and 12 became 31.
MERGER = standing((1,), (10, 1), (11, 10, 1, ALWAYS, LAST), (12, 10, 1, ALWAYS, LAST), (31, 10, 1, FIRST, FAR), (21, 1))
MERGED = view(MERGER, (1,), (10, 1), (31, 10, 1), (21, 1), placed={11: {31: "1"}, 12: {31: "1"}})
TWO_COMMUNES = """
    unit  received    fee  citizen
    11    2023-05-03  10   an
    12    2023-05-04  11   an
    12    2023-05-05  0    binh
    31    2023-08-03  5    chi
"""


@pytest.fixture(scope="module")
def merged():
    return computed(FEES, tree=MERGER, views=(MERGED,), dossiers=TWO_COMMUNES)


def test_10_and_11_in_two_communes_merged_into_one_are_21(merged):
    figures = merged.seen("as-is")

    assert figures[31, "2023-05"] == (21, 3)  # keeping the value recorded last would give 11, or 10
    assert figures[31, "2023"] == (26, 4)
    assert not figures.cell((31, "2023"))["estimated"]


def test_the_merged_communes_themselves_have_no_figures_in_the_tree_of_today(merged):
    figures = merged.seen("as-is")

    assert (11, "2023-05") not in figures  # beside their successor they would count twice
    assert figures[10, "2023-05"] == (21, 3)


def test_the_tree_as_it_was_is_not_changed_by_a_view_beside_it(merged):
    assert (merged[11, "2023-05"], merged[12, "2023-05"]) == ((10, 1), (11, 2))
    assert (31, "2023-05") not in merged


def test_sets_of_merged_communes_are_united_and_not_added(roaring):
    figures = computed(CITIZENS, tree=MERGER, views=(MERGED,), dossiers=TWO_COMMUNES, roaring=roaring).seen("as-is")

    assert figures[31, "2023-05"] == (2, 3)  # an and binh; adding 1 and 2 would give 3
    assert figures[31, "2023"] == (3, 4)
    assert not figures.cell((31, "2023"))["estimated"]


def test_states_of_merged_communes_are_added_before_the_merger():
    figures = computed(
        STAFF,
        tree=MERGER,
        views=(MERGED,),
        staff="""
            unit  person  role      as_of
            11    an      it        2023-01-01
            12    binh    official  2023-01-01
            31    an      it        2023-07-01
        """,
    ).seen("as-is")

    assert figures[31, "2023-06"] == (1, 2)
    assert figures[31, "2023-07"] == (1, 1)  # an alone: binh was not taken over yet


@pytest.mark.parametrize("definition", [STAFF, MEMBERS], ids=["counted", "as a set"])
@pytest.mark.parametrize("code", ["as-was", "as-is"])
def test_a_state_in_a_unit_that_has_ended_is_in_no_total_of_any_view(definition, code):
    staff = "unit person role as_of\n11 an it 2023-01-01\n21 binh it 2023-01-01"

    figures = computed(definition, tree=MERGER, views=(MERGED,), staff=staff).seen(code)

    assert figures[1, "2023-06"] == (2, 2)
    assert figures[1, "2023-07"] == (1, 1)
    assert (31, "2023-07") not in figures
    assert (10, "2023-07") not in figures


def test_events_without_a_unit_narrow_the_sets_of_a_view(roaring):
    trained = define(
        "count(every & trained) / count(every)",
        every=distinct("staff", "person"),
        trained=distinct("trainings", "person", window="year_to_date"),
    )

    figures = computed(
        trained,
        tree=MERGER,
        views=(MERGED,),
        roaring=roaring,
        staff="unit person as_of\n11 an 2023-01-01\n12 binh 2023-01-01",
        trainings="person day\nan 2023-02-01\nchi 2023-02-01",
    ).seen("as-is")

    assert figures[31, "2023-05"] == (1, 2)
    assert figures[1, "2023-05"] == (1, 2)


def test_yearly_figures_of_the_province_are_in_every_view():
    sectors = define(
        "digital / total",
        more={"categories": {"by": "sector", "hold": "all"}},
        digital=total("sectors", "digital"),
        total=total("sectors", "total"),
    )

    figures = computed(sectors, tree=MERGER, views=(MERGED,), sectors="sector year digital total\na 2023 1 4").seen(
        "as-is"
    )

    assert figures[1, "2023"] == (1, 4)
    assert figures[1, "2023", "a"] == (1, 4)


def test_a_unit_of_today_lies_in_the_units_of_an_earlier_day():
    before = view(
        MERGER, (1,), (10, 1), (11, 10, 1), (12, 10, 1), (21, 1), code="comparable:2023-06-30", placed={31: {10: "1"}}
    )

    figures = computed(FEES, tree=MERGER, views=(MERGED, before), dossiers=TWO_COMMUNES).seen("comparable:2023-06-30")

    assert (figures[11, "2023"], figures[12, "2023"]) == ((10, 1), (11, 2))
    assert figures[10, "2023"] == (26, 4)
    assert (31, "2023") not in figures


def test_a_commune_that_moved_takes_its_past_to_the_district_of_today():
    tree = standing((1,), (10, 1), (20, 1), (12, 10, 1, ALWAYS, LAST), (12, 20, 1, FIRST, FAR))
    today = view(tree, (1,), (10, 1), (20, 1), (12, 20, 1))

    figures = computed(FEES, tree=tree, views=(today,), dossiers="unit received fee\n12 2023-05-03 7")

    assert figures[10, "2023"] == (7, 1)
    assert figures.seen("as-is")[20, "2023"] == (7, 1)
    assert (10, "2023") not in figures.seen("as-is")


# ---- split units ------------------------------------------------------------------------------------------

# On 1 July commune 11 was split into 31, which lies in its district 10, and 32, which lies in district 20.
SPLIT = standing(
    (1,), (10, 1), (20, 1), (11, 10, 1, ALWAYS, LAST), (31, 10, 1, FIRST, FAR), (32, 20, 1, FIRST, FAR), (12, 10, 1)
)
PARTS = view(SPLIT, (1,), (10, 1), (20, 1), (31, 10, 1), (32, 20, 1), (12, 10, 1), placed={11: {31: "0.6", 32: "0.4"}})
BEFORE = """
    unit  received    fee  citizen
    11    2023-05-03  70   an
    11    2023-05-04  30   binh
    12    2023-05-05  1    an
"""


@pytest.fixture(scope="module")
def split():
    return computed(FEES, tree=SPLIT, views=(PARTS,), dossiers=BEFORE)


def test_the_parts_of_a_split_commune_sum_to_the_whole(split):
    figures = split.seen("as-is")

    assert figures[31, "2023-05"] == (60, Decimal("1.2"))
    assert figures[32, "2023-05"] == (40, Decimal("0.8"))


def test_parts_are_marked_estimated_at_every_unit_that_has_no_whole_of_them(split):
    figures = split.seen("as-is")

    estimated = {unit for unit in (31, 32, 12, 10, 20, 1) if figures.cell((unit, "2023"))["estimated"]}
    assert estimated == {31, 32, 10, 20}  # 12 and the province are exact


def test_the_province_is_exact_although_its_communes_are_estimated(split):
    assert split.seen("as-is")[1, "2023"] == split[1, "2023"] == (101, 3)
    assert not split.seen("as-is").cell((1, "2023"))["estimated"]


def test_a_district_with_all_parts_is_exact():
    within = view(SPLIT, (1,), (10, 1), (31, 10, 1), (32, 10, 1), (12, 10, 1), placed={11: {31: "0.6", 32: "0.4"}})

    figures = computed(FEES, tree=SPLIT, views=(within,), dossiers=BEFORE).seen("as-is")

    assert figures[10, "2023"] == (101, 3)
    assert not figures.cell((10, "2023"))["estimated"]


def test_thirds_are_as_whole_as_their_digits():
    tree = standing((1,), (11, 1), (31, 1), (32, 1), (33, 1))
    thirds = {31: "0.33333333", 32: "0.33333333", 33: "0.33333334"}
    parts = view(tree, (1,), (31, 1), (32, 1), (33, 1), placed={11: thirds})

    figures = computed(FEES, tree=tree, views=(parts,), dossiers="unit received fee\n11 2023-05-03 3000000").seen(
        "as-is"
    )

    fees = [figures[unit, "2023"][0] for unit in (31, 32, 33)]
    assert fees == [Decimal("999999.99"), Decimal("999999.99"), Decimal("1000000.02")]
    assert sum(fees) == figures[1, "2023"][0] == 3000000


def test_the_set_of_a_split_commune_goes_whole_to_every_part_and_is_marked(roaring):
    figures = computed(CITIZENS, tree=SPLIT, views=(PARTS,), dossiers=BEFORE, roaring=roaring).seen("as-is")

    assert figures[31, "2023"][0] == figures[32, "2023"][0] == 2  # nobody knows who went where
    assert figures.cell((31, "2023"))["estimated"]
    assert figures.cell((32, "2023"))["estimated"]


def test_the_set_of_a_split_commune_counts_once_in_the_province(roaring):
    figures = computed(CITIZENS, tree=SPLIT, views=(PARTS,), dossiers=BEFORE, roaring=roaring).seen("as-is")

    assert figures[1, "2023"] == (2, 3)  # adding the parts would give 4 and more
    assert not figures.cell((1, "2023"))["estimated"]


def test_periods_after_the_split_are_exact():
    figures = computed(FEES, tree=SPLIT, views=(PARTS,), dossiers=BEFORE + "31 2023-08-03 5 an").seen("as-is")

    assert figures[31, "2023-08"] == (5, 1)
    assert not figures.cell((31, "2023-08"))["estimated"]
    assert figures[31, "2023"] == (65, Decimal("2.2"))
    assert figures.cell((31, "2023"))["estimated"]


def test_only_what_came_by_shares_is_marked_estimated(roaring):
    staff = define("count(every) / count(every)", more={"id": "x.two"}, every=distinct("staff", "person"))

    figures = computed(
        CITIZENS,
        staff,
        tree=standing((1,), (11, 1), (31, 1), (32, 1)),
        views=(
            view(
                standing((1,), (11, 1), (31, 1), (32, 1)), (1,), (31, 1), (32, 1), placed={11: {31: "0.6", 32: "0.4"}}
            ),
        ),
        roaring=roaring,
        dossiers="unit received citizen\n11 2023-05-03 an\n31 2023-05-03 binh",
        staff="unit person as_of\n31 chi 2023-01-01",
    ).seen("as-is")

    assert figures.cell((31, "2023-05"))["estimated"]
    assert not figures.of("x.two").cell((31, "2023-05"))["estimated"]  # the staff of 31 was never elsewhere


# ---- what cannot be followed ------------------------------------------------------------------------------

GONE = standing((1,), (10, 1), (11, 10, 1, ALWAYS, LAST), (12, 10, 1))
WITHOUT_11 = view(GONE, (1,), (10, 1), (12, 10, 1))
LOST = """
    unit  received    fee  citizen
    11    2023-05-03  10   an
    12    2023-05-03  1    an
"""


@pytest.fixture(scope="module")
def lost():
    return computed(FEES, tree=GONE, views=(WITHOUT_11,), dossiers=LOST)


def test_what_has_no_successor_lies_in_the_undetermined_node(lost):
    figures = lost.seen("as-is")

    assert figures[0, "2023"] == (10, 1)
    assert not figures.cell((0, "2023"))["estimated"]
    assert (11, "2023") not in figures


def test_the_undetermined_node_hangs_below_the_province_and_nothing_else(lost):
    figures = lost.seen("as-is")

    assert figures[10, "2023"] == (1, 1)
    assert figures[1, "2023"] == (11, 2)  # dropped, the province would have 1 ÷ 1 and change its past


def test_a_part_may_be_undetermined():
    partly = view(GONE, (1,), (10, 1), (12, 10, 1), placed={11: {12: "0.9", 0: "0.1"}})

    figures = computed(FEES, tree=GONE, views=(partly,), dossiers=LOST).seen("as-is")

    assert (figures[12, "2023"], figures[0, "2023"]) == ((10, Decimal("1.9")), (1, Decimal("0.1")))
    assert figures.cell((0, "2023"))["estimated"]
    assert figures[1, "2023"] == (11, 2)


def test_members_of_an_undetermined_unit_count_once_in_the_province(roaring):
    figures = computed(CITIZENS, tree=GONE, views=(WITHOUT_11,), dossiers=LOST, roaring=roaring).seen("as-is")

    assert (figures[0, "2023"], figures[12, "2023"]) == ((1, 1), (1, 1))
    assert figures[1, "2023"] == (1, 2)


# ---- random catalogs, trees, data and placements ----------------------------------------------------------

RELATIONS = located.Located(Path("_relations.yaml"), yaml.safe_dump(random_world.RELATIONS))
NODES = (0, 1, 2, 3, 4, 5, 6)  # nodes of the tree of the day; 6 is of that day alone
ONE = Decimal(1)


@st.composite
def days_trees(draw):
    """(node, ancestor) of a random tree of nodes 0, 1, …: every node under one with a smaller number but 0."""
    above = {1: (1,), 0: (0, 1)}
    for node in NODES[2:]:
        parent = draw(st.sampled_from([one for one in above if one]))
        above[node] = (node, *above[parent])
    return frozenset((chain[0], ancestor) for chain in above.values() for ancestor in chain)


@st.composite
def placements(draw, nodes=NODES, parts=3):
    """Shares of every unit that sum to 1; the province lies in itself."""
    found = {1: {1: ONE}}
    for unit in (2, 3, 4, 5):
        chosen = draw(st.lists(st.sampled_from(nodes), min_size=1, max_size=parts, unique=True))
        shares = [Decimal(draw(st.integers(1, 10**8 // parts))).scaleb(-8) for _node in chosen[1:]]
        found[unit] = dict(zip(chosen, [ONE - sum(shares), *shares], strict=True))
    return found


@st.composite
def definitions(draw):
    """Two definitions that are not twins."""
    both = [draw(random_world.definition(number)) for number in (1, 2)]
    try:
        return built(both)
    except catalog.DefinitionError:
        return built(both[:1])


def built(several):
    return catalog.build(several, RELATIONS, random_world.SCHEMAS)


@st.composite
def worlds(draw):
    """A catalog, rows, a tree, an evaluation date and some periods."""
    as_of = draw(st.one_of(random_world.DAYS, st.sampled_from([dt.date(2023, 12, 31)])))
    every = periods.periods_until(dt.date(2022, 1, 1), as_of)
    wanted = draw(st.lists(st.sampled_from(every), min_size=1, max_size=5, unique=True))
    return draw(definitions()), draw(random_world.data()), draw(random_world.trees()), as_of, wanted


def cells_by_view(world, views, small_set=backend.SMALL_SET):
    """Every view's cells: numerator, denominator and whether they are estimated."""
    chosen, rows, tree, as_of, wanted = world
    there = running.territory(tree)
    there = compute.Territory(there.versions, there.closure, views)
    found = {"as-was": {}} | {one.code: {} for one in views}
    read = {name for dataset in compute.datasets(chosen) for name in compute.related(chosen, dataset)}
    schemas = [random_world.SCHEMAS[name] for name in sorted(read)]
    with pytest.MonkeyPatch.context() as patch, running.filled(schemas, rows) as connection:
        patch.setattr(backend, "SMALL_SET", small_set)
        patch.setattr(states, "SMALL_SET", small_set)
        compute.compute(connection, chosen, there, compute.timeline(wanted, there, as_of))
        for code, key, pair, *rest in connection.execute(
            "SELECT view, (indicator, unit, period, category), (numerator, denominator), excluded, estimated FROM cell"
        ).fetchall():
            found[code][key] = (pair if pair[1] is not None else None, *rest)
    return found


def as_view(code, placement, above):
    rows = [(unit, node, share) for unit, parts in placement.items() for node, share in parts.items()]
    return placed_view(code, rows, above)


def pairs(cells):
    return {key: pair for key, (pair, *_rest) in cells.items()}


def modest(examples):
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=examples, deadline=None, suppress_health_check=slow)


@modest(8)
@given(world=worlds(), placement=placements(), above=days_trees())
def test_a_view_counts_every_record_where_its_unit_is_placed(world, placement, above):
    chosen, rows, tree, as_of, wanted = world

    ours = cells_by_view(world, (as_view("as-is", placement, above),))["as-is"]

    placed = reference.Placed(tree.unit_of, tree.closure, tree.province, placement, above)
    theirs = reference.cells(reference.Data(chosen, rows, placed, as_of), wanted)
    assert running.plain(pairs(ours)) == running.plain(theirs)


@modest(4)
@given(world=worlds(), one=placements(), other=placements(), above=days_trees(), below=days_trees())
def test_the_province_has_the_same_figures_in_every_view(world, one, other, above, below):
    found = cells_by_view(world, (as_view("as-is", one, above), as_view("comparable", other, below)))

    provinces = [{key: cell for key, cell in cells.items() if key[1] == 1} for cells in found.values()]
    assert provinces[0] == provinces[1] == provinces[2]


@modest(4)
@given(world=worlds())
def test_where_the_tree_never_changed_today_is_as_it_was(world):
    chosen, rows, tree, as_of, wanted = world
    # Unit 4 stays under 3, as 3 does; only 5, under 2, begins or ends.
    closure = [row for row in tree.closure if row[:2] not in ((4, 2), (4, 3))] + [(4, 3, ALWAYS, FAR)]
    still = reference.Tree(tree.unit_of, closure, 1)
    today = frozenset((unit, above) for unit, above, first, last in closure if first <= as_of <= last)
    placement = {unit: {unit if (unit, unit) in today else 0: ONE} for unit in (1, 2, 3, 4, 5)}

    found = cells_by_view(
        (chosen, rows, still, as_of, wanted), (as_view("as-is", placement, today | {(0, 0), (0, 1)}),)
    )

    as_was, as_is = ({key: cell for key, cell in cells.items() if key[1] in (1, 3, 4)} for cells in found.values())
    assert as_was == as_is


counted_events = st.builds(lambda a, b: built([define("a / b", a=a, b=b)]), random_world.events, random_world.events)


@modest(4)
@given(world=worlds(), chosen=counted_events, above=days_trees(), more=st.data())
def test_events_of_the_lowest_units_and_the_undetermined_node_sum_to_the_province(world, chosen, above, more):
    _catalog, rows, tree, as_of, wanted = world
    leaves = sorted({node for node, _a in above} - {ancestor for node, ancestor in above if node != ancestor})
    placement = more.draw(placements(nodes=leaves, parts=1), "placement")
    rows = rows | {"events": [row for row in rows["events"] if row["_unit"] != 1]}

    cells = cells_by_view((chosen, rows, tree, as_of, wanted), (as_view("as-is", placement, above),))["as-is"]

    for period in wanted:
        whole, *_rest = cells.get(("x.one", 1, period.code, None), ((0, 0),))
        parts = [cells[key][0][1] for key in cells if key[1] in leaves and key[2] == period.code]
        assert sum(parts) == whole[1]


@modest(4)
@given(world=worlds(), placement=placements(), above=days_trees())
def test_both_forms_of_a_set_agree_in_every_view(world, placement, above):
    views = (as_view("as-is", placement, above),)

    assert cells_by_view(world, views) == cells_by_view(world, views, small_set=1)
