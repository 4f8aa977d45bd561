"""What analysis says, in the reader's language and way of writing numbers."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext as _

from tinhso.analysis.sentences import Points, Sentence, Share, Value
from tinhso.core import numbers
from tinhso.operations.presenters.common import Status
from tinhso.plans.api import UnitOutlook


@dataclass(frozen=True, slots=True)
class OutlookCard:
    """The year's end of a target as a page shows it; shares as fractions."""

    status: Status
    value: float
    low: float
    high: float
    chance: float
    words: list[str]


def said(sentences: Iterable[Sentence]) -> list[str]:
    """Sentences with their figures filled in."""
    return [gettext(one.text) % {name: _written(value) for name, value in one.values.items()} for one in sentences]


def _written(value: Value) -> str:
    match value:
        case str():
            return value
        case Share():
            return numbers.percent(round(value, 3))
        case Points():
            return numbers.change(round(value, 3))
    return numbers.number(round(value, 1))


def outlook_card(found: UnitOutlook | None) -> OutlookCard | None:
    """The forecast of one unit; None where there is none."""
    if found is None or math.isnan(found.value):
        return None
    labels = {
        "on_track": ("on_track", _("Có khả năng đạt")),
        "off_track": ("off_track", _("Khó đạt")),
    }
    code, label = labels.get(found.outlook, ("too_early", _("Chưa đủ căn cứ kết luận")))
    return OutlookCard(Status(code, label), found.value, found.low, found.high, found.chance, said(found.words))
