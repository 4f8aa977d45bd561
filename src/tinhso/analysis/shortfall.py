"""Who makes up a gap (phần hụt): parts that add up exactly, and the fewest units that would close it.

A target T over a numerator N and a denominator D misses T·D − N. Each part of the whole misses T·d − n of its own,
above or below zero, and these add up to the gap since N and D do. For `<=` targets the signs are turned.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from tinhso.analysis.sentences import Sentence, Share, Value
from tinhso.analysis.sentences import gettext_noop as _

Operator = Literal[">=", "<="]
Number = int | Fraction
REST: Hashable = None  # the part that lies in none of the units: the superior's own records, and unplaced ones


@dataclass(frozen=True, slots=True)
class Part:
    """One unit's part in a gap.

    Attributes:
        unit: its key; `REST` for what lies in none of the units.
        missing: how many more would have to count there; negative where more count than the target asks for.
        share: of the gap; the shares of all parts add up to 1. None when there is no gap.
    """

    unit: Hashable
    numerator: Fraction
    denominator: Fraction
    missing: Fraction
    share: Fraction | None


@dataclass(frozen=True)
class Shortfall:
    """A gap and who makes it up.

    Attributes:
        gap: how many more would have to count; zero or negative when the target is reached.
        parts: those that miss most first; their `missing` adds up to the gap.
        closing: the fewest units whose reaching the target closes the gap; empty when there is none, or when all
            units together cannot close it.
    """

    gap: Fraction
    parts: tuple[Part, ...]
    closing: tuple[Hashable, ...]

    @property
    def is_closable(self) -> bool:
        return self.gap <= 0 or bool(self.closing)


def attribute(
    whole: tuple[Number, Number],
    parts: Mapping[Hashable, tuple[Number, Number]],
    target: Fraction,
    operator: Operator = ">=",
) -> Shortfall:
    """Split the gap of a whole among its parts (phân bổ phần hụt); exact, in fractions.

    Args:
        whole: numerator and denominator.
        parts: of each unit, none of which contains another; a remainder is made of what they leave.
        target: as a fraction.
        operator: `>=` when more is better.
    """
    sign = 1 if operator == ">=" else -1

    def missing(numerator: Number, denominator: Number) -> Fraction:
        return sign * (target * denominator - numerator)

    gap = missing(*whole)
    rest = tuple(total - sum(pair[side] for pair in parts.values()) for side, total in enumerate(whole))
    everything = dict(parts) | ({REST: (rest[0], rest[1])} if any(rest) else {})
    found = [
        Part(unit, Fraction(n), Fraction(d), missing(n, d), missing(n, d) / gap if gap > 0 else None)
        for unit, (n, d) in everything.items()
    ]
    found.sort(key=lambda part: (-part.missing, str(part.unit)))
    return Shortfall(gap, tuple(found), _closing(gap, found))


def _closing(gap: Fraction, parts: Sequence[Part]) -> tuple[Hashable, ...]:
    """The largest shortfalls until their sum reaches the gap: no smaller set can."""
    closed, chosen = Fraction(0), []
    for part in parts:
        if closed >= gap or part.missing <= 0:
            break
        if part.unit is REST:
            continue
        closed += part.missing
        chosen.append(part.unit)
    return tuple(chosen) if closed >= gap > 0 else ()


def explain(found: Shortfall, names: Mapping[Hashable, str], target: float) -> list[Sentence]:
    """The gap in words.

    Args:
        found: from `attribute`.
        names: of the units.
        target: as a fraction.
    """
    if found.gap <= 0:
        return [Sentence(_("Đã đạt mục tiêu %(target)s; không còn phần hụt."), {"target": Share(target)})]
    said = [
        Sentence(_("Còn thiếu %(gap)s để tới mục tiêu %(target)s."), {"gap": float(found.gap), "target": Share(target)})
    ]
    worst = next((part for part in found.parts if part.unit is not REST and part.missing > 0), None)
    if worst is not None and worst.share is not None:
        said.append(
            Sentence(
                _("Hụt nhiều nhất: %(unit)s, thiếu %(missing)s (%(share)s phần hụt)."),
                {"unit": names[worst.unit], "missing": float(worst.missing), "share": Share(float(worst.share))},
            )
        )
    if found.closing:
        first = ", ".join(names[unit] for unit in found.closing[:5])
        values: dict[str, Value] = {
            "count": len(found.closing),
            "units": first + (", …" if len(found.closing) > 5 else "."),
        }
        said.append(Sentence(_("Ít nhất %(count)s đơn vị cùng đạt mục tiêu thì bù đủ phần hụt: %(units)s"), values))
    else:
        said.append(Sentence(_("Dù mọi đơn vị trong bảng đạt mục tiêu, phần hụt vẫn chưa được bù đủ.")))
    return said
