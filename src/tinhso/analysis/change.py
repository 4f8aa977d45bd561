"""Why a ratio changed (vì sao thay đổi): parts that add up exactly to the change.

    restatement   figures of the earlier period are others today than when they were published
    unit change   units that exist on one side only: the tree changed
    mix           units of other rates weigh more or less than before (Kitagawa 1955)
    rate          units became better or worse themselves

The effects of rate and mix of a unit take the mean of both sides as the other's weight, so none is left over.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from tinhso.analysis.sentences import Points, Sentence, Share, Value
from tinhso.analysis.sentences import gettext_noop as _

Counts = Mapping[Hashable, tuple[int | Fraction, int | Fraction]]  # numerator and denominator by unit


TOLD = Fraction(1, 2000)  # effects that are rounded to nothing are not told


@dataclass(frozen=True)
class Change:
    """The change of a ratio and its parts; fractions, exact.

    Attributes:
        before: ratio as first published; None for 0 ÷ 0, and then nothing can be split.
        after: ratio now; None for 0 ÷ 0.
        by_unit: rate and mix effect of each unit on both sides.
    """

    before: Fraction | None
    after: Fraction | None
    restatement: Fraction
    unit_change: Fraction
    mix: Fraction
    rate: Fraction
    by_unit: Mapping[Hashable, tuple[Fraction, Fraction]]

    @property
    def total(self) -> Fraction | None:
        return None if self.before is None or self.after is None else self.after - self.before


def decompose(published: Counts, before: Counts, after: Counts) -> Change:
    """Split the change from what was published for an earlier period to what holds for a later one.

    Args:
        published: by unit, as the earlier figures were first published, in a release for instance.
        before: the same period as it is known now; equal to `published` when nothing was restated.
        after: the later period.
    """
    first, known, now = _ratio(published), _ratio(before), _ratio(after)
    if first is None or known is None or now is None:
        nothing = Fraction(0)
        return Change(first, now, nothing, nothing, nothing, nothing, {})
    common = [unit for unit in before if unit in after and before[unit][1] and after[unit][1]]
    if not common:
        return Change(first, now, known - first, now - known, Fraction(0), Fraction(0), {})
    old, new = ({unit: side[unit] for unit in common} for side in (before, after))
    was, became = _ratio(old), _ratio(new)
    assert was is not None and became is not None  # noqa: S101, PT018 - common units have denominators
    by_unit = _kitagawa(old, new)
    unit_change = (now - became) - (known - was)
    rate = sum((one[0] for one in by_unit.values()), Fraction(0))
    mix = sum((one[1] for one in by_unit.values()), Fraction(0))
    return Change(first, now, known - first, unit_change, mix, rate, by_unit)


def _ratio(side: Counts) -> Fraction | None:
    numerator = sum((Fraction(pair[0]) for pair in side.values()), Fraction(0))
    denominator = sum((Fraction(pair[1]) for pair in side.values()), Fraction(0))
    return numerator / denominator if denominator else None


def _kitagawa(old: Counts, new: Counts) -> dict[Hashable, tuple[Fraction, Fraction]]:
    """Rate and mix effect by unit; each unit's mix is told against the old whole, so that weights that only grow
    together make none."""
    old_total = sum((Fraction(pair[1]) for pair in old.values()), Fraction(0))
    new_total = sum((Fraction(pair[1]) for pair in new.values()), Fraction(0))
    middle = (_ratio(old) or Fraction(0)) / 2 + (_ratio(new) or Fraction(0)) / 2
    found = {}
    for unit, (numerator, denominator) in old.items():
        rate_before, rate_after = Fraction(numerator) / denominator, Fraction(new[unit][0]) / new[unit][1]
        weight_before, weight_after = Fraction(denominator) / old_total, Fraction(new[unit][1]) / new_total
        rate = (rate_after - rate_before) * (weight_before + weight_after) / 2
        mix = (weight_after - weight_before) * ((rate_before + rate_after) / 2 - middle)
        found[unit] = (rate, mix)
    return found


def explain(found: Change, names: Mapping[Hashable, str]) -> list[Sentence]:
    """The change in words, the largest effects named."""
    if found.total is None or found.before is None or found.after is None:
        return [Sentence(_("Một trong hai kỳ không phát sinh hoặc chưa có số liệu nên không so sánh được."))]
    said = [
        Sentence(
            _("Từ %(before)s thành %(after)s, thay đổi %(total)s."),
            {
                "before": Share(float(found.before)),
                "after": Share(float(found.after)),
                "total": Points(float(found.total)),
            },
        )
    ]
    effects = [
        (_("%(points)s do kết quả của chính các đơn vị."), found.rate),
        (_("%(points)s do tỷ trọng giữa các đơn vị thay đổi."), found.mix),
        (_("%(points)s do đơn vị thành lập, sáp nhập hoặc kết thúc."), found.unit_change),
        (_("%(points)s do số liệu kỳ trước được sửa sau khi công bố."), found.restatement),
    ]
    said += [Sentence(text, {"points": Points(float(effect))}) for text, effect in effects if abs(effect) >= TOLD]
    if found.by_unit:
        unit, (rate, _mix) = max(found.by_unit.items(), key=lambda item: abs(item[1][0]))
        if rate:
            values: dict[str, Value] = {"unit": names[unit], "points": Points(float(rate))}
            said.append(Sentence(_("Ảnh hưởng lớn nhất: %(unit)s (%(points)s)."), values))
    return said
