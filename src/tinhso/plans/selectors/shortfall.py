"""Who makes up a shortfall, in exact numbers and in words."""

from collections.abc import Hashable, Sequence
from fractions import Fraction

from tinhso.analysis.sentences import Sentence
from tinhso.indicators import api as indicators
from tinhso.plans.selectors.standing import Part, Question, Standing


def shortfall_words(asked: Question, whole: Standing, parts: Sequence[Part]) -> list[Sentence]:
    """What a unit lacks, which part lacks most, and the fewest units that would close the gap (phân tích phần hụt).

    Args:
        asked: the question that the standings answer.
        whole: the target at the unit that is looked at.
        parts: the same target at units below, none of which contains another.

    Returns:
        Nothing where the target is reached, where the parts do not add up to the whole (distinct counts), and where
        a category stands for the whole.
    """
    from tinhso.analysis import shortfall

    figure, target = whole.figure, whole.target
    if figure.numerator is None or not figure.denominator or whole.worst_category is not None or not parts:
        return []
    if not indicators.definition(target.indicator, release=asked.release).is_additive:
        return []
    amounts: dict[Hashable, tuple[Fraction, Fraction]] = {
        one.standing.figure.unit_id: (
            Fraction(one.standing.figure.numerator),
            Fraction(one.standing.figure.denominator),
        )
        for one in parts
        if one.standing.figure.numerator is not None and one.standing.figure.denominator is not None
    }
    aim = Fraction(str(target.value_pct)) / 100
    found = shortfall.attribute(
        (Fraction(figure.numerator), Fraction(figure.denominator)), amounts, aim, target.operator
    )
    if found.gap <= 0:
        return []
    names: dict[Hashable, str] = {one.standing.figure.unit_id: one.standing.figure.unit_name for one in parts}
    return shortfall.explain(found, names, target.value)
