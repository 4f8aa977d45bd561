"""The compiled engine and the slow one agree over random catalogs, trees, calendars and data."""

import datetime as dt
from pathlib import Path

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine import reference, running
from tinhso.engine import catalog, located, periods
from tinhso.engine.definitions import Definition
from tinhso.engine.schema import ColumnSchema, DatasetSchema

FAR = running.FAR


def _columns(**types):
    return {
        name: ColumnSchema(*kind) if isinstance(kind, tuple) else ColumnSchema(kind) for name, kind in types.items()
    }


SCHEMAS = {
    schema.name: schema
    for schema in (
        DatasetSchema(
            "events",
            "flow",
            ("event",),
            "unit",
            "happened",
            _columns(
                event="string",
                thing="string",
                way=("string", ("a", "b", "c")),
                ok="boolean",
                amount="integer",
                unit="string",
                happened="timestamp",
            ),
        ),
        DatasetSchema(
            "rules",
            "validity",
            ("thing", "since"),
            "unit",
            "since",
            _columns(thing="string", level=("string", ("none", "some")), unit="string", since="date", until="date"),
            "until",
        ),
        DatasetSchema(
            "posts",
            "stock",
            ("person", "as_of"),
            "unit",
            "as_of",
            _columns(
                person="string",
                role=("string", ("x", "y")),
                weight="integer",
                unit="string",
                as_of="date",
                ended="date",
            ),
            "ended",
        ),
        DatasetSchema(
            "acts",
            "flow",
            ("person", "on_day"),
            None,
            "on_day",
            _columns(person="string", sort=("string", ("p", "q")), on_day="date"),
        ),
        DatasetSchema(
            "given",
            "external",
            ("sector", "year"),
            None,
            "year",
            _columns(sector="string", year="year", part="decimal", whole="decimal"),
        ),
    )
}
RELATIONS = {
    "relations": {"rule": {"dataset": "events", "column": "thing", "to": "rules"}},
    "entities": {"person": {"columns": ["posts.person", "acts.person"]}},
}

EVENT_FILTERS = [
    None,
    "way == 'a'",
    "way != 'a'",
    "ok",
    "not ok",
    "way in ('a', 'b') and amount > 1",
    "ok or way == 'c'",
    "amount is None",
    "rule.level == 'some'",
    "way == 'a' and rule.level in ('some',)",
    "rule.level is None",
    "not (rule.level == 'some') or ok",
]
RULE_FILTERS = [None, "level == 'some'", "until is None"]
POST_FILTERS = [None, "role == 'x'", "weight >= 2", "not (weight < 3)", "role not in ('x',)"]
ACT_FILTERS = [None, "sort == 'p'"]


def _measure(dataset, aggregate, of, where, **more):
    return (
        {"from": dataset, "aggregate": aggregate}
        | ({"of": of} if of else {})
        | ({"where": where} if where else {})
        | more
    )


WINDOWS = st.sampled_from(["period", "period", "year_to_date"])
events = st.builds(
    lambda how, where, window: _measure("events", how[0], how[1], where, window=window),
    st.sampled_from([("count", None), ("sum", "amount")]),
    st.sampled_from(EVENT_FILTERS),
    WINDOWS,
)
event_sets = st.builds(
    lambda where, window: _measure("events", "distinct", "thing", where, window=window),
    st.sampled_from(EVENT_FILTERS),
    WINDOWS,
)
rules = st.builds(lambda where: _measure("rules", "count", None, where), st.sampled_from(RULE_FILTERS))
posts = st.builds(
    lambda how, where: _measure("posts", how[0], how[1], where),
    st.sampled_from([("count", None), ("sum", "weight")]),
    st.sampled_from(POST_FILTERS),
)
post_sets = st.builds(lambda where: _measure("posts", "distinct", "person", where), st.sampled_from(POST_FILTERS))
act_sets = st.builds(
    lambda where, window: _measure("acts", "distinct", "person", where, window=window),
    st.sampled_from(ACT_FILTERS),
    WINDOWS,
)


@st.composite
def definition(draw, number):
    """One definition of a kind that the catalog allows."""
    kind = draw(st.sampled_from(["numbers", "stocks", "validities", "sets", "people", "mixed", "given"]))
    more = {}
    if kind == "given":
        measures = {"part": _measure("given", "sum", "part", None), "whole": _measure("given", "sum", "whole", None)}
        value, more = "part / whole", {"categories": {"by": "sector", "hold": "all"}}
    elif kind == "sets":
        measures = {"a": draw(event_sets), "b": draw(event_sets)}
        value = (
            draw(st.sampled_from(["count(a) / count(b)", "count(a & b) / count(a | b)", "count(a - b) / count(b)"]))
            if measures["a"] != measures["b"]
            else "count(a) / count(b)"
        )
    elif kind == "people":
        measures = {"there": draw(post_sets), "then": draw(post_sets), "did": draw(act_sets)}
        value = draw(
            st.sampled_from(
                [
                    "count(did & there) / count(there | then)",
                    "count(there - did - then) / (count(there) + count(then))",
                    "count((there | then) & did) / count(there & then)",
                    "count(did & (there - then)) / count(then)",
                ]
            )
        )
    elif kind == "mixed":
        measures = {"a": draw(events), "b": draw(event_sets), "c": draw(posts)}
        value = draw(st.sampled_from(["a / (count(b) + c)", "count(b) / (a + c * 2)", "(a + count(b)) / c"]))
    else:
        source = {"numbers": events, "stocks": posts, "validities": rules}[kind]
        measures = {"a": draw(source), "b": draw(source)}
        value = draw(st.sampled_from(["a / b", "(a - b) / (a + b)"]))
    text = {
        "id": f"x.n{number}",
        "version": 1,
        "valid": draw(st.sampled_from([{"since": "2020-01-01"}, {"since": "2022-12-01", "until": "2023-06-30"}])),
        "name": {"vi": "x", "en": "x"},
        "pillar": "gov",
        "owner": "x",
        "legal": [{"act": "1", "issued_on": "2020-01-01", "place": "1", "role": "target"}],
        "words": {"numerator": "x", "denominator": "x"},
        "measures": measures,
        "value": value,
        "examples": [{"name": "x", "period": "2023", "rows": {}, "expect": [0, 0]}],
    } | more
    return Definition(located.Located(Path(f"n{number}.yaml"), yaml.safe_dump(text)))


DAYS = st.dates(dt.date(2022, 11, 1), dt.date(2023, 12, 31))
UNITS = st.sampled_from([1, 2, 3, 4, 5, 6, None])  # unit versions
THINGS = st.sampled_from([f"t{number}" for number in range(40)])
PEOPLE = st.sampled_from([f"p{number}" for number in range(40)])


@st.composite
def trees(draw):
    """Province 1; 2 and 3 under it; 4, which has two versions, under 2, then under 3; 5 ends or begins on some day."""
    moved, begun = draw(DAYS), draw(DAYS)
    start = dt.date(2000, 1, 1)
    day = dt.timedelta(days=1)
    closure = [(unit, unit, start, FAR) for unit in (1, 2, 3, 4)]
    closure += [(2, 1, start, FAR), (3, 1, start, FAR), (4, 1, start, FAR)]
    closure += [(4, 2, start, moved - day), (4, 3, moved, FAR)]
    first, last = draw(st.sampled_from([(start, begun), (begun, FAR)]))
    closure += [(5, 5, first, last), (5, 2, first, last), (5, 1, first, last)]
    return reference.Tree({unit: unit for unit in range(1, 6)} | {6: 4}, closure, 1)


def _last_wins(rows, key):
    """Late corrections: the last row of a key is the one in force."""
    return list({tuple(row[column] for column in key): row for row in rows}.values())


@st.composite
def data(draw):
    """Rows of every dataset, corrections already applied."""
    moments = st.builds(dt.datetime.combine, DAYS, st.times())
    maybe = st.one_of(st.none(), st.booleans())
    event = st.fixed_dictionaries(
        {
            "event": st.integers(0, 60).map(str),
            "thing": st.one_of(THINGS, st.none()),
            "way": st.sampled_from("abc"),
            "ok": maybe,
            "amount": st.one_of(st.none(), st.integers(0, 5)),
            "happened": st.one_of(moments, st.none()),
            "_unit": UNITS,
        }
    )
    rule = st.fixed_dictionaries(
        {
            "thing": THINGS,
            "level": st.sampled_from(["none", "some"]),
            "since": DAYS,
            "until": st.one_of(st.none(), DAYS),
            "_unit": UNITS,
        }
    )
    post = st.fixed_dictionaries(
        {
            "person": PEOPLE,
            "role": st.sampled_from("xy"),
            "weight": st.one_of(st.none(), st.integers(0, 5)),
            "as_of": DAYS,
            "ended": st.one_of(st.none(), DAYS),
            "_unit": UNITS,
        }
    )
    act = st.fixed_dictionaries({"person": PEOPLE, "sort": st.sampled_from("pq"), "on_day": DAYS})
    given_ = st.fixed_dictionaries(
        {
            "sector": st.sampled_from(["s1", "s2", "s3"]),
            "year": st.sampled_from([2022, 2023, 2024]),
            "part": st.integers(0, 9),
            "whole": st.integers(0, 9),
        }
    )
    sizes = {"events": (event, 40), "rules": (rule, 20), "posts": (post, 40), "acts": (act, 30), "given": (given_, 6)}
    return {
        name: _last_wins(draw(st.lists(one, max_size=most)), SCHEMAS[name].key) for name, (one, most) in sizes.items()
    }


@st.composite
def calendars(draw, as_of):
    """Every period that has begun, or only some: what is computed beside one must not change it."""
    every = periods.periods_until(dt.date(2022, 1, 1), as_of)
    return draw(st.one_of(st.just(every), st.lists(st.sampled_from(every), min_size=1, max_size=4, unique=True)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    definitions=st.tuples(definition(1), definition(2), definition(3)),
    rows=data(),
    tree=trees(),
    as_of=st.one_of(DAYS, st.sampled_from([dt.date(2023, 12, 31), dt.date(2024, 2, 29)])),
    more=st.data(),
)
def test_both_engines_agree(definitions, rows, tree, as_of, more):
    relations = located.Located(Path("_relations.yaml"), yaml.safe_dump(RELATIONS))
    try:
        built = catalog.build(definitions, relations, SCHEMAS)
    except catalog.DefinitionError as twins:
        assert "trùng công thức" in twins.reason
        return
    wanted = more.draw(calendars(as_of))

    ours = running.cells(built, SCHEMAS.values(), rows, tree, wanted, as_of)

    theirs = reference.cells(reference.Data(built, rows, tree, as_of), wanted)
    assert running.plain(ours) == running.plain(theirs)
