"""Fixed sentences that explain a result, with the figures that fill them in.

The library knows no language but Vietnamese: pages translate `text` and write the values as their reader does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


def gettext_noop(text: str) -> str:
    """Mark a sentence for translation."""
    return text


POINTS = gettext_noop("điểm %")


class Share(float):
    """A fraction that is read as percent."""


class Points(float):
    """A difference of fractions, read as percentage points."""


Value = str | int | float | Share | Points


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with %(name)s places, and what stands there."""

    text: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % {name: written(value) for name, value in self.values.items()}


def written(value: Value) -> str:
    """A value as Vietnamese offices write it."""
    match value:
        case str():
            return value
        case Share():
            return f"{_decimal(value * 100)} %"
        case Points():
            return f"{_decimal(value * 100)} {POINTS}"
    return _decimal(value)


def percent(fraction: float) -> str:
    """0.7421 as “74,2 %”."""
    return written(Share(fraction))


def number(value: float) -> str:
    """1234.5 as “1.234,5”."""
    return written(float(value))


def _decimal(value: float) -> str:
    rounded = round(value, 1)
    text = f"{rounded:,.0f}" if rounded == int(rounded) else f"{rounded:,.1f}"
    return text.translate(str.maketrans(",.-", ".,−"))
