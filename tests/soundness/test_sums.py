"""Sums are exact decimals, however large or small their parts are."""

from decimal import Decimal

from tests.soundness.tables import computed, count, define, total

FEES = define("fees / every", fees=total("dossiers", "fee"), every=count("dossiers"))
BEYOND = 2**53 + 1  # the first whole number that a float does not hold


def test_amounts_beyond_what_a_float_holds_are_summed_exactly():
    figures = computed(
        FEES,
        dossiers=f"""
            unit  received    fee
            11    2023-05-03  {BEYOND}
            12    2023-06-03  1
        """,
    )

    assert figures[11, "2023-05"] == (9007199254740993, 1)
    assert figures[1, "2023"] == (9007199254740994, 2)
    assert float(BEYOND) + 1.0 != BEYOND + 1


def test_whole_numbers_beyond_what_a_float_holds_are_summed_exactly():
    figures = computed(
        define("days / every", days=total("dossiers", "days"), every=count("dossiers")),
        dossiers=f"""
            unit  received    days
            11    2023-05-03  {BEYOND}
            12    2023-06-03  {BEYOND}
        """,
    )

    assert figures[1, "2023"] == (2 * BEYOND, 2)


def test_a_sum_may_exceed_what_its_column_holds():
    largest = 2**63 - 1

    figures = computed(
        define("days / every", days=total("dossiers", "days"), every=count("dossiers")),
        dossiers=f"""
            unit  received    days
            11    2023-05-03  {largest}
            11    2023-05-04  {largest}
        """,
    )

    assert figures[11, "2023-05"] == (18446744073709551614, 2)  # 64 bits would wrap around to -2


def test_tenths_are_tenths():
    figures = computed(
        FEES,
        dossiers="""
            unit  received    fee
            11    2023-05-03  0.1
            12    2023-05-03  0.2
        """,
    )

    assert figures[1, "2023"] == (Decimal("0.3"), 2)
    assert 0.1 + 0.2 != 0.3


def test_a_small_amount_beside_a_large_one_is_not_lost():
    figures = computed(
        FEES,
        dossiers="""
            unit  received    fee
            11    2023-05-03  100000000000000000
            11    2023-05-04  0.0001
            11    2023-05-05  -100000000000000000
        """,
    )

    assert figures[11, "2023-05"] == (Decimal("0.0001"), 3)
    assert 1e17 + 0.0001 - 1e17 == 0


def test_a_stock_that_comes_and_goes_leaves_nothing_behind():
    budgets = define("budget / every", budget=total("staff", "budget"), every=count("staff"))

    figures = computed(
        budgets,
        staff=f"""
            unit  person  as_of       ended       budget
            11    an      2023-01-01  2023-03-31  {BEYOND}.1
            11    binh    2023-01-01  -           0.2
        """,
    )

    assert figures[11, "2023-01"] == (Decimal(BEYOND) + Decimal("0.3"), 2)
    assert figures[11, "2023-05"] == (Decimal("0.2"), 1)


def test_numerators_are_computed_from_exact_parts():
    figures = computed(
        define("(fees - 1) * 3 / every", fees=total("dossiers", "fee"), every=count("dossiers")),
        dossiers=f"unit received fee\n11 2023-05-03 {BEYOND}",
    )

    assert figures[11, "2023-05"] == (3 * (BEYOND - 1), 1)
