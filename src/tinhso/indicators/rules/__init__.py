"""What a figure says, without any database."""

from decimal import Decimal
from typing import Literal

FigureStatus = Literal["ok", "no_occurrence", "no_data"]
AS_WAS = "as-was"  # the tree of the period
AS_IS = "as-is"  # today's units, predecessors folded in
COMPARABLE = "comparable"  # the tree of a named day: comparable:2023-12-31


def share(numerator: Decimal | None, denominator: Decimal | None) -> float | None:
    """Numerator ÷ denominator as a fraction; None for 0 ÷ 0 and for a missing figure, never 0 or 1."""
    if numerator is None or not denominator:
        return None
    return float(numerator / denominator)


def figure_status(numerator: Decimal | None, denominator: Decimal | None) -> FigureStatus:
    """`no_data`: nothing was delivered; `no_occurrence` (không phát sinh): 0 ÷ 0 with data; else `ok`."""
    if numerator is None or denominator is None:
        return "no_data"
    return "ok" if denominator else "no_occurrence"


def whole(amount: Decimal) -> int | float:
    """A number as JSON writes it: whole numbers without a point."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)
