"""Numbers as the reader's language writes them: 1.234,5 in Vietnamese, 1,234.5 in English."""

from decimal import ROUND_FLOOR, Decimal

from django.utils.translation import get_language

Number = Decimal | float | int
NBSP = "\N{NO-BREAK SPACE}"
MISSING = "–"


def marks() -> tuple[str, str]:
    """The marks of decimals and of thousands."""
    return (".", ",") if (get_language() or "").startswith("en") else (",", ".")


def number(value: Number | None) -> str:
    """1234567.5 as “1.234.567,5”: at most two decimals, a dash for None."""
    if value is None:
        return MISSING
    whole = value == int(value)
    text = f"{int(value):,}" if whole else f"{value:,.2f}".rstrip("0").rstrip(".")
    decimal, thousands = marks()
    return text.translate(str.maketrans(",.-", f"{thousands}{decimal}−"))


def percent(value: Number | None) -> str:
    """0.5845 as “58,45 %”: at most two decimals, never rounded up to a whole that was not reached."""
    if value is None:
        return MISSING
    return f"{number(_hundredfold(value))}{NBSP}%"


def points(value: Number | None) -> str:
    """A difference of two shares: 0.0115 as “1,15”, in percentage points (điểm phần trăm)."""
    if value is None:
        return MISSING
    return number(round(Decimal(str(value)) * 100, 2))


def change(value: Number | None) -> str:
    """A difference of two shares with its sign: “+1,15”."""
    if value is None:
        return MISSING
    shown = points(value)
    return f"+{shown}" if not shown.startswith(("−", "0")) or shown.startswith(("0,", "0.")) else shown


def _hundredfold(value: Number) -> Decimal:
    return (Decimal(str(value)) * 100).quantize(Decimal("0.01"), rounding=ROUND_FLOOR)
