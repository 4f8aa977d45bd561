"""A missing value is not zero, not false and not another value."""

import pytest

from tests.soundness.tables import computed, count, define, distinct, total

DOSSIERS = """
    unit  received    channel  late  days  fee
    11    2023-05-03  online   yes   3     100
    11    2023-05-03  counter  no    -     0
    11    2023-05-03  -        -     9     -
"""


# Which of three dossiers a filter takes; beside it what logic of two values would say.
FILTERS = {
    "late": 1,
    "not late": 1,  # two-valued logic would give 2
    "late == False": 1,
    "late != True": 1,  # 2
    "late is None": 1,
    "late is not None": 2,
    "not (late is None)": 2,
    "channel != 'online'": 1,  # 2
    "not (channel == 'online')": 1,  # 2
    "channel not in ('online', 'post')": 1,  # 2
    "not (channel in ('online', 'post'))": 1,  # 2
    "days < 5": 1,  # 2, were the missing one 0
    "not (days < 5)": 1,  # 2
    "days >= 0": 2,  # 3
    "late or channel == 'online'": 1,
    "not (late or channel == 'online')": 1,  # 2
    "not (late and channel == 'online')": 1,  # 2
    "not late or days == 9": 2,  # null or true is true
    "not (late and days != 9)": 2,  # null and false is false, so its negation holds
    "fee == 0": 1,  # 2
}


@pytest.fixture(scope="module")
def figures():
    definitions = [
        define(
            "chosen / every",
            more={"id": f"x.n{number}"},
            chosen=count("dossiers", where),
            every=count("dossiers"),
        )
        for number, where in enumerate(FILTERS)
    ]
    return computed(*definitions, at=["2023-05"], dossiers=DOSSIERS)


@pytest.mark.parametrize("where", FILTERS)
def test_a_missing_value_satisfies_neither_a_condition_nor_its_negation(figures, where):
    found = figures.of(f"x.n{list(FILTERS).index(where)}")

    assert found[11, "2023-05"] == (FILTERS[where], 3)


def test_a_missing_amount_does_not_pull_an_average_down():
    figures = computed(
        define("days / known", days=total("dossiers", "days"), known=count("dossiers", "days is not None")),
        dossiers=DOSSIERS,
    )

    assert figures[11, "2023-05"] == (12, 2)  # 6 days; as zero it would be 12 ÷ 3, 4 days


def test_a_sum_of_nothing_but_missing_amounts_is_no_record_of_the_denominator():
    figures = computed(
        define("late / fees", late=count("dossiers", "late"), fees=total("dossiers", "fee")),
        dossiers="unit received late fee\n11 2023-05-03 yes -",
    )

    assert (11, "2023-05") not in figures  # as zero it would be 1 ÷ 0


def test_a_sum_of_zeros_is_a_zero_and_no_missing_value():
    figures = computed(
        define("late / fees", late=count("dossiers", "late"), fees=total("dossiers", "fee")),
        dossiers="unit received late fee\n11 2023-05-03 yes 0",
    )

    assert figures[11, "2023-05"] == (1, 0)


def test_a_missing_amount_of_a_stock_leaves_the_others_summed():
    figures = computed(
        define(
            "fiber / every",
            fiber=total("households", "fiber"),
            every=total("households", "households", "fiber is not None"),
        ),
        households="""
            unit  commune  as_of       households  fiber
            11    a        2023-01-01  100         40
            12    b        2023-01-01  900         -
        """,
    )

    assert figures[10, "2023"] == (40, 100)  # 40 %; as zero it would be 40 ÷ 1000
    assert figures[12, "2023"] is None  # its row is there, the value is not


def test_an_amount_that_is_corrected_to_missing_is_not_carried_forward():
    figures = computed(
        define("fiber / every", fiber=total("households", "fiber"), every=total("households", "households")),
        households="""
            unit  commune  as_of       households  fiber
            11    a        2023-01-01  100         40
            11    a        2023-05-01  -           -
        """,
    )

    assert figures[11, "2023-04"] == (40, 100)
    assert figures[11, "2023-05"] is None  # the newest row holds, with what it does not say


def test_a_missing_member_is_nobody():
    figures = computed(
        define(
            "count(online) / count(every)",
            online=distinct("dossiers", "citizen", "channel == 'online'"),
            every=distinct("dossiers", "citizen"),
        ),
        dossiers="""
            unit  received    channel  citizen
            11    2023-05-03  online   -
            11    2023-05-03  counter  an
            12    2023-05-03  counter  -
        """,
    )

    assert figures[11, "2023-05"] == (0, 1)
    assert (12, "2023-05") not in figures


def test_a_record_whose_relation_is_missing_satisfies_no_condition_on_it():
    figures = computed(
        define("other / every", other=count("dossiers", "rule.level != 'full'"), every=count("dossiers")),
        dossiers="""
            unit  received    procedure
            11    2023-05-03  unknown
            11    2023-05-03  -
            11    2023-05-03  p
        """,
        procedures="unit procedure level since\n10 p none 2023-01-01",
    )

    assert figures[11, "2023-05"] == (1, 3)  # two-valued logic would give 3 ÷ 3
