"""Units as lists and cards show them."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tinhso.core.words import without_tones
from tinhso.operations.presenters.common import Kept, Status, address, level_names, status_of
from tinhso.operations.presenters.targets import TargetRow
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitRow
from tinhso.plans.api import Standing, TargetStatus


@dataclass(frozen=True)
class UnitEntry:
    """One unit in a list, with how many of its targets stand how; empty where that is not worked out."""

    name: str
    code: str
    url: str
    parent: str
    counts: list[tuple[Status, int]]


@dataclass(frozen=True)
class UnitGroup:
    """The units of one kind; `is_open` shows them at once."""

    title: str
    entries: list[UnitEntry]
    is_open: bool
    has_counts: bool


@dataclass(frozen=True)
class CardRow:
    """A target on a unit's card, with the unit's place among its siblings (1 is best)."""

    target: TargetRow
    place: int | None
    siblings: int


@dataclass(frozen=True)
class HistoryEntry:
    """What happened to a unit, by which act."""

    since: dt.date
    until: dt.date | None
    title: str
    act: str
    note: str
    certainty: str


def matching(rows: Iterable[UnitRow], wanted: str) -> list[UnitRow]:
    """The units whose name or code holds a text."""
    needle = without_tones(wanted)
    return [row for row in rows if needle in without_tones(row.name) or needle in row.code.lower()]


def groups(
    rows: Sequence[UnitRow],
    names: Mapping[int, str],
    standings: Mapping[int, Sequence[Standing]],
    *,
    wanted: str,
    kept: Kept,
) -> list[UnitGroup]:
    """The units by kind; communes are folded away unless they were searched for."""
    found: list[UnitGroup] = []
    for kind, title in level_names().items():
        own = [row for row in rows if row.kind == kind]
        entries = [
            UnitEntry(
                row.name,
                row.code,
                address("operations:unit", row.code, **kept),
                names.get(row.parent_id or 0, ""),
                status_counts(standings.get(row.unit_id, [])),
            )
            for row in own
        ]
        if entries:
            has_counts = any(entry.counts for entry in entries)
            found.append(UnitGroup(title, entries, kind != "commune" or bool(wanted) or len(found) == 0, has_counts))
    return found


def status_counts(standings: Iterable[Standing]) -> list[tuple[Status, int]]:
    """How many targets with figures stand how, the worst first."""
    order = (
        TargetStatus.NOT_MET,
        TargetStatus.OFF_TRACK,
        TargetStatus.TOO_EARLY,
        TargetStatus.ON_TRACK,
        TargetStatus.MET,
    )
    own = [one.status for one in standings if one.applies]
    return [(status_of(status), own.count(status)) for status in order if status in own]


def places(standings: Mapping[int, Sequence[Standing]], unit_id: int) -> dict[str, tuple[int, int]]:
    """Place of a unit among its siblings, by indicator: 1 is best; equal values share a place."""
    found: dict[str, tuple[int, int]] = {}
    for position, own in enumerate(standings[unit_id]):
        values = [value for one in standings.values() if (value := one[position].value) is not None]
        if own.value is not None and len(values) > 1:
            found[own.target.indicator] = 1 + sum(value > own.value for value in values), len(values)
    return found


def history(unit_id: int) -> list[HistoryEntry]:
    """A unit's versions and the events around them, the latest first."""
    entries = [
        HistoryEntry(
            v.valid_from, v.valid_to, f"{v.name} ({v.code})", v.act, "", _doubt(v.certainty, v.get_certainty_display())
        )
        for v in organizations.versions_of(unit_id)
    ]
    entries += [
        HistoryEntry(
            e.happened_on,
            e.happened_on,
            e.get_kind_display(),
            e.act,
            e.note,
            _doubt(e.certainty, e.get_certainty_display()),
        )
        for e in organizations.events_of(unit_id)
    ]
    return sorted(entries, key=lambda entry: entry.since, reverse=True)


def _doubt(certainty: str, label: str) -> str:
    """How sure the reference is of what it says; nothing where it is certain."""
    return "" if certainty == "certain" else label
