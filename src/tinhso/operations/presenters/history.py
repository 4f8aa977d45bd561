"""A unit's history as its page shows it: names, steps of time, predecessors and successors."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from tinhso.operations.presenters.common import address
from tinhso.organizations import api as organizations
from tinhso.organizations.api import Certainty, EventKind, EventLine, NamedUnit, ShareLine, UnitHistory

MayRead = Callable[[int], bool]


@dataclass(frozen=True, slots=True)
class UnitLink:
    """A unit as it was called on a day; no address where the reader may not see it, or already does."""

    name: str
    code: str
    on: dt.date
    url: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a fact is not to be relied upon yet; the mark is for what acts must still settle."""

    text: str
    is_marked: bool


@dataclass(frozen=True, slots=True)
class NameRow:
    """What the unit was called, and which other units its code names at other times."""

    name: str
    code: str
    type_name: str
    since: dt.date
    until: dt.date | None
    act: str
    doubt: Doubt | None
    others: list[UnitLink]


@dataclass(frozen=True, slots=True)
class Superior:
    """Which unit it answered to, and when."""

    since: dt.date
    until: dt.date | None
    unit: UnitLink


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to the unit on a day: what was before it, and after it."""

    on: dt.date
    title: str
    before: list[UnitLink]
    after: list[UnitLink]
    act: str
    note: str
    doubt: Doubt | None


@dataclass(frozen=True, slots=True)
class Relative:
    """A predecessor or successor with the share of the old unit that goes over."""

    unit: UnitLink
    on: dt.date
    share: Decimal
    basis: str
    act: str
    doubt: Doubt | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the unit's records count today; no unit where nobody can say."""

    unit: UnitLink | None
    share: Decimal


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Everything the page says."""

    names: list[NameRow]
    superiors: list[Superior]
    steps: list[Step]
    predecessors: list[Relative]
    successors: list[Relative]

    @property
    def has_relatives(self) -> bool:
        return bool(self.predecessors or self.successors)

    @property
    def others(self) -> list[UnitLink]:
        """Other units that share a code with this one, the earliest first."""
        found = {(other.code, other.on): other for row in self.names for other in row.others}
        return [found[key] for key in sorted(found, key=lambda key: (key[1], key[0]))]


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A line of the download."""

    line: str
    since: dt.date
    until: dt.date | None
    unit: str
    code: str
    text: str
    share: Decimal | None
    basis: str
    act: str
    certainty: str


def history_url(code: str, on: dt.date) -> str:
    """The page of the unit that a code names on a day; it stays the same unit after any reform."""
    return address("operations:unit_history", code, on=on.isoformat())


def history_page(history: UnitHistory, may_read: MayRead) -> HistoryPage:
    """The page of a history.

    Args:
        history: of the unit.
        may_read: whether the reader may see another unit; without it the unit is named, not linked.
    """

    def link(unit: NamedUnit) -> UnitLink:
        is_another = unit.unit_id != history.unit_id and may_read(unit.unit_id)
        return UnitLink(unit.name, unit.code, unit.on, history_url(unit.code, unit.on) if is_another else "")

    return HistoryPage(
        names=[
            NameRow(
                one.name,
                one.code,
                one.type_name,
                one.since,
                one.until,
                one.act,
                doubt(one.certainty),
                [link(other) for other in one.others],
            )
            for one in reversed(history.versions)
        ],
        superiors=[Superior(one.since, one.until, link(one.unit)) for one in reversed(history.superiors)],
        steps=_steps(history, link),
        predecessors=[_relative(one, link) for one in history.predecessors],
        successors=[_relative(one, link) for one in history.successors],
    )


def places(parts: Iterable[tuple[int, Decimal]], on: dt.date, may_read: MayRead) -> list[Place]:
    """Where a unit's records lie in the tree of a day, the largest part first."""
    found = []
    for node, share in sorted(parts, key=lambda part: (-part[1], part[0])):
        unit = organizations.named_unit(node, on) if node != organizations.UNDETERMINED else None
        url = history_url(unit.code, unit.on) if unit and may_read(node) else ""
        found.append(Place(UnitLink(unit.name, unit.code, unit.on, url) if unit else None, share))
    return found


def rows(history: UnitHistory) -> list[HistoryRow]:
    """All lines of a history for the download, the earliest first."""
    found = [
        HistoryRow(
            _("Tên gọi"), one.since, one.until, one.name, one.code, one.type_name, None, "", one.act, one.certainty
        )
        for one in history.versions
    ]
    found += [
        HistoryRow(_("Cấp trên"), one.since, one.until, one.unit.name, one.unit.code, "", None, "", "", "")
        for one in history.superiors
    ]
    found += [
        HistoryRow(
            _("Sự kiện"), one.happened_on, one.happened_on, "", "", _in_words(one), None, "", one.act, one.certainty
        )
        for one in history.events
    ]
    for title, relatives in ((_("Tiền thân"), history.predecessors), (_("Kế thừa"), history.successors)):
        found += [
            HistoryRow(
                title,
                one.happened_on,
                one.happened_on,
                one.unit.name,
                one.unit.code,
                "",
                one.share,
                _basis(one.basis),
                one.act,
                one.certainty,
            )
            for one in relatives
        ]
    return sorted(found, key=lambda row: row.since)


def doubt(certainty: str) -> Doubt | None:
    """How sure the reference is of what it says; None where it is certain."""
    if certainty == Certainty.CERTAIN:
        return None
    is_marked = certainty == Certainty.TO_BE_CONFIRMED
    return Doubt(certainty_in_words(certainty), is_marked)


def certainty_in_words(certainty: str) -> str:
    return str(Certainty(certainty).label) if certainty in Certainty.values else certainty


def _steps(history: UnitHistory, link: Callable[[NamedUnit], UnitLink]) -> list[Step]:
    """The events and the beginning, the latest first."""
    found = [_step(event, link) for event in history.events]
    if history.versions and all(step.on != history.versions[0].since for step in found):
        first = history.versions[0]
        named = UnitLink(first.name, first.code, first.since, "")
        found.append(
            Step(first.since, _("Bắt đầu có trong danh mục"), [], [named], first.act, "", doubt(first.certainty))
        )
    return sorted(found, key=lambda step: step.on, reverse=True)


def _step(event: EventLine, link: Callable[[NamedUnit], UnitLink]) -> Step:
    before, after = [link(unit) for unit in event.sources], [link(unit) for unit in event.results]
    if [(one.name, one.code) for one in before] == [(one.name, one.code) for one in after] or not (after or before[1:]):
        before = []  # nothing but the superior changed, or it ended and everybody knows what it was
    title = _kind(event.kind)
    return Step(event.happened_on, title, before, after, event.act, event.note, doubt(event.certainty))


def _relative(line: ShareLine, link: Callable[[NamedUnit], UnitLink]) -> Relative:
    return Relative(link(line.unit), line.happened_on, line.share, _basis(line.basis), line.act, doubt(line.certainty))


def _in_words(event: EventLine) -> str:
    """An event in one line: its kind, what was before it and after it, the note."""
    sides = [_names(units) for units in (event.sources, event.results) if units]
    words = f"{_kind(event.kind)}: {' → '.join(dict.fromkeys(sides))}"
    return f"{words} ({event.note})" if event.note else words


def _names(units: Sequence[NamedUnit]) -> str:
    return ", ".join(f"{unit.name} ({unit.code})" for unit in units)


def _kind(kind: str) -> str:
    return str(EventKind(kind).label) if kind in EventKind.values else kind


def _basis(basis: str) -> str:
    """On what the share of a divided unit rests; an act's own word where it is none of ours."""
    known = {
        "whole": _("nguyên đơn vị"),
        "population": _("theo dân số"),
        "households": _("theo số hộ"),
        "area": _("theo diện tích"),
    }
    return known.get(basis, basis)
