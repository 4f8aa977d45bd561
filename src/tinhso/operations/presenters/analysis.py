"""What analysis says, in the reader's language and way of writing numbers."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext as _

from tinhso.accounts.api import Scope
from tinhso.analysis.sentences import POINTS, Points, Sentence, Share, Value
from tinhso.core import numbers
from tinhso.core.exports import Column
from tinhso.operations.presenters.common import Kept, Status, address
from tinhso.operations.presenters.targets import whole
from tinhso.organizations import api as organizations
from tinhso.plans import api as plans
from tinhso.plans.api import UnitOutlook

SHOWN = 15  # rows of a table on the page; its file has all


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
            return f"{numbers.change(round(value, 3))} {gettext(POINTS)}"
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


@dataclass(frozen=True)
class Links:
    """What the rows of an analysis need to lead on: names, and who may be given a task."""

    kept: Kept
    day: str
    may_assign: Scope
    names: Mapping[int, str]
    indicator: str

    def name(self, unit_id: int) -> str:
        return self.names.get(unit_id, "–")

    def target_url(self, unit_id: int) -> str:
        code = organizations.named_unit(unit_id, dt.date.fromisoformat(self.day)).code
        return address("operations:target", self.indicator, unit=code, **self.kept)

    def task_url(self, unit_id: int) -> str:
        """Where a task for a unit is given; empty for whoever may not give one, and for a release."""
        if not self.may_assign.allows(unit_id) or self.kept.get("release"):
            return ""
        code = organizations.named_unit(unit_id, dt.date.fromisoformat(self.day)).code
        query = {"indicator": self.indicator, "unit": code, "on": self.day}
        return address("plans:new_task", **query, period=self.kept.get("period"))


@dataclass(frozen=True)
class ChangeRow:
    """A unit's part in a change; fractions."""

    name: str
    url: str
    rate: float
    mix: float


@dataclass(frozen=True)
class MoreRow:
    """What a unit would have to do: how many more, up to which value, at what cost; None where it is not asked."""

    name: str
    url: str
    task_url: str
    more: int
    value: float | None
    cost: float | None


@dataclass(frozen=True)
class OddRow:
    """What a test named, with the way to the figure."""

    name: str
    url: str
    words: str
    false_alarms: float


def changed_rows(found: plans.WhyChanged | None, links: Links) -> list[ChangeRow]:
    """Units by their part in a change."""
    rows = found.by_unit if found else []
    return [ChangeRow(links.name(unit), links.target_url(unit), rate, mix) for unit, rate, mix in rows]


def what_if_rows(found: plans.WhatIf | None, links: Links) -> list[MoreRow]:
    """Units that would have to do more."""
    rows = found.changed if found else []
    return [MoreRow(links.name(u), links.target_url(u), links.task_url(u), whole(more), None, None) for u, more in rows]


def cheapest_rows(found: plans.Cheapest | None, links: Links) -> list[MoreRow]:
    """The tasks of the cheapest set."""
    rows = found.chosen if found else []
    return [
        MoreRow(links.name(u), links.target_url(u), links.task_url(u), whole(gain), value, cost)
        for u, value, gain, cost in rows
    ]


def odd_rows(found: Iterable[plans.Odd], links: Links) -> list[OddRow]:
    """What a person should look at."""
    return [
        OddRow(
            name="" if one.unit_id is None else links.name(one.unit_id),
            url="" if one.unit_id is None else links.target_url(one.unit_id),
            words=said([one.words])[0],
            false_alarms=one.false_alarms,
        )
        for one in found
    ]


def columns(table: str) -> list[Column[Any]]:
    """A table of the analysis as a file."""
    if table == "changed":
        return [
            (_("Đơn vị"), lambda row: row.name),
            (_("Do kết quả của đơn vị"), lambda row: row.rate),
            (_("Do tỷ trọng"), lambda row: row.mix),
        ]
    more: list[Column[Any]] = [(_("Đơn vị"), lambda row: row.name), (_("Thêm được"), lambda row: row.more)]
    if table == "what_if":
        return more
    return [*more, (_("Đạt mức"), lambda row: row.value), (_("Chi phí"), lambda row: row.cost)]
