"""What units were, where they came from and what became of them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from tinhso.core.errors import UnknownName
from tinhso.organizations.models import Crosswalk, OrgUnit, OrgUnitVersion, UnitEvent
from tinhso.organizations.rules.working_days import DAY
from tinhso.organizations.selectors.units import resolve, span_of, tree, versions_of


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """A unit as it was called on a day; code and day name it at any later time, too."""

    unit_id: int
    code: str
    name: str
    on: dt.date


@dataclass(frozen=True, slots=True)
class VersionLine:
    """What a unit was called (tên gọi); `until` is the inclusive last day, None for “still”.

    Attributes:
        others: what the same code names at other times, from the first day of each name on.
    """

    since: dt.date
    until: dt.date | None
    code: str
    name: str
    kind: str
    type_name: str
    act: str
    certainty: str
    others: tuple[NamedUnit, ...]


@dataclass(frozen=True, slots=True)
class SuperiorLine:
    """Which unit a unit answered to (đơn vị cấp trên trực tiếp)."""

    since: dt.date
    until: dt.date | None
    unit: NamedUnit


@dataclass(frozen=True, slots=True)
class EventLine:
    """What an act did to a unit on a day (sự kiện): which units it took, and which it made of them."""

    happened_on: dt.date
    kind: str
    act: str
    certainty: str
    note: str
    sources: tuple[NamedUnit, ...]
    results: tuple[NamedUnit, ...]


@dataclass(frozen=True, slots=True)
class ShareLine:
    """Which share of a predecessor lies in a unit, or which share of it in a successor (tiền thân, kế thừa).

    Attributes:
        share: of the old unit, greater than 0, at most 1.
        act: of the event that names both units, else of one on that day; empty without.
    """

    happened_on: dt.date
    unit: NamedUnit
    share: Decimal
    basis: str
    act: str
    certainty: str


@dataclass(frozen=True, slots=True)
class UnitHistory:
    """All dated facts about one unit, each list with the earliest first."""

    unit_id: int
    versions: list[VersionLine]
    superiors: list[SuperiorLine]
    events: list[EventLine]
    predecessors: list[ShareLine]
    successors: list[ShareLine]


def history(unit_id: int) -> UnitHistory:
    """What a unit was, what it came from and what became of it (lịch sử đơn vị); empty for an unknown unit."""
    touching = UnitEvent.objects.filter(Q(sources=unit_id) | Q(results=unit_id)).distinct()
    events = list(touching.order_by("happened_on", "pk").prefetch_related("sources", "results"))
    shares = list(
        Crosswalk.objects.filter(Q(old_unit=unit_id) | Q(new_unit=unit_id)).order_by("happened_on", "-share", "pk")
    )
    shares = [row for row in shares if row.old_unit_id != row.new_unit_id]
    return UnitHistory(
        unit_id=unit_id,
        versions=[_version_line(version) for version in versions_of(unit_id)],
        superiors=[
            SuperiorLine(edge.valid_from, edge.valid_to, named_unit(edge.parent_id, edge.valid_from))
            for edge in tree().edges
            if edge.child_id == unit_id
        ],
        events=[_event_line(event) for event in events],
        predecessors=[
            _share_line(row, named_unit(row.old_unit_id, row.happened_on - DAY), events)
            for row in shares
            if row.new_unit_id == unit_id
        ],
        successors=[
            _share_line(row, named_unit(row.new_unit_id, row.happened_on), events)
            for row in shares
            if row.old_unit_id == unit_id
        ],
    )


def named_unit(unit_id: int, on: dt.date) -> NamedUnit:
    """A unit as it was called on a day, else as last before it, else as first after it."""
    versions = versions_of(unit_id)
    begun = [version for version in versions if version.valid_from <= on]
    version = begun[-1] if begun else versions[0]
    first, last = span_of(version)
    return NamedUnit(unit_id, version.code, version.name, min(max(on, first), last))


def last_named(code: str, on: dt.date) -> OrgUnitVersion:
    """The unit version a code names on a day, else the one it named last before.

    Raises:
        UnknownName: no unit has had the code until that day; carries the nearest codes and names.
        AmbiguousUnit: several units have it on the day.
    """
    try:
        return resolve(code, on)
    except UnknownName:
        known = tree().by_code
        wanted = code.strip().upper()
        entries = known.get(wanted) or known.get(wanted.zfill(5), [])
        ended = [(span[1], version) for span, version in entries if span[0] <= on]
        if not ended:
            raise
        return max(ended, key=lambda entry: entry[0])[1]


def _version_line(version: OrgUnitVersion) -> VersionLine:
    others = [
        NamedUnit(other.org_unit_id, other.code, other.name, other.valid_from)
        for other in tree().versions
        if other.code == version.code and other.org_unit_id != version.org_unit_id
    ]
    return VersionLine(
        since=version.valid_from,
        until=version.valid_to,
        code=version.code,
        name=version.name,
        kind=version.kind,
        type_name=version.type_name,
        act=version.act,
        certainty=version.certainty,
        others=tuple(sorted(others, key=lambda other: other.on)),
    )


def _event_line(event: UnitEvent) -> EventLine:
    return EventLine(
        happened_on=event.happened_on,
        kind=event.kind,
        act=event.act,
        certainty=event.certainty,
        note=event.note,
        sources=_named(event.sources.all(), event.happened_on - DAY),
        results=_named(event.results.all(), event.happened_on),
    )


def _named(units: Iterable[OrgUnit], on: dt.date) -> tuple[NamedUnit, ...]:
    return tuple(sorted((named_unit(unit.pk, on) for unit in units), key=lambda named: named.code))


def _share_line(row: Crosswalk, unit: NamedUnit, events: list[UnitEvent]) -> ShareLine:
    same_day = [event for event in events if event.happened_on == row.happened_on]
    both = [
        event
        for event in same_day
        if row.old_unit_id in {unit.pk for unit in event.sources.all()}
        and row.new_unit_id in {unit.pk for unit in event.results.all()}
    ]
    acts = [event.act for event in (*both, *same_day)]
    return ShareLine(row.happened_on, unit, row.share, row.basis, acts[0] if acts else "", row.certainty)
