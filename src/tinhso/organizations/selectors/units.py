"""Reading units and their tree."""

import datetime as dt
import difflib
import functools
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tinhso.core.errors import ImpossibleRequest, UnknownName
from tinhso.core.per_request import once_per_request
from tinhso.core.prepared import Prepared
from tinhso.organizations.choices import UnitKind
from tinhso.organizations.models import Edge, OrgUnitVersion, TreeState, UnitCode, UnitEvent
from tinhso.organizations.rules.placement import Span
from tinhso.organizations.rules.working_days import DAY

if TYPE_CHECKING:  # numpy comes with it, and whoever asks for a name or a code does without
    import pyarrow as pa

FOREVER = dt.date.max


class AmbiguousUnit(ImpossibleRequest):
    """A code that names several units on one day."""


_NEWEST = Prepared(lambda: TreeState.objects.order_by("-pk").values_list("fingerprint", "placement_fingerprint")[:1])
DAYS_KEPT = 60  # whose units are kept beside the tree


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit as it is on a day.

    Attributes:
        unit_id: identity, stable through renamings.
        version_id: the version valid on the day.
        parent_id: unit it answers to on the day; None for the province.
    """

    unit_id: int
    version_id: int
    code: str
    name: str
    kind: str
    parent_id: int | None


@dataclass(frozen=True)
class Tree:
    """All units of all times, held in memory; a few hundred rows."""

    versions: tuple[OrgUnitVersion, ...]
    edges: tuple[Edge, ...]
    codes: tuple[UnitCode, ...]

    @functools.cached_property
    def _of_days(self) -> dict[dt.date, tuple[dict[int, int], tuple["UnitRow", ...]]]:
        """What was asked for already; the tree itself never changes."""
        return {}

    def parents_on(self, on: dt.date) -> dict[int, int]:
        """The unit above each unit on a day."""
        return self._on(on)[0]

    def rows_on(self, on: dt.date) -> tuple["UnitRow", ...]:
        """The units of a day, the province first, then by code."""
        return self._on(on)[1]

    def _on(self, on: dt.date) -> tuple[dict[int, int], tuple["UnitRow", ...]]:
        found = self._of_days.get(on)
        if found is None:
            if len(self._of_days) >= DAYS_KEPT:
                self._of_days.clear()
            parents = {edge.child_id: edge.parent_id for edge in self.edges if holds(span_of(edge), on)}
            rows = [
                UnitRow(v.org_unit_id, v.pk, v.code, v.name, v.kind, parents.get(v.org_unit_id))
                for v in self.versions
                if holds(span_of(v), on)
            ]
            ordered = tuple(sorted(rows, key=lambda row: (row.parent_id is not None, row.code)))
            found = self._of_days[on] = parents, ordered
        return found

    @functools.cached_property
    def by_code(self) -> dict[str, list[tuple[Span, OrgUnitVersion]]]:
        """Every known code, with the days on which it names a version."""
        found: dict[str, list[tuple[Span, OrgUnitVersion]]] = {}
        for version in self.versions:
            found.setdefault(version.code.upper(), []).append((span_of(version), version))
        for code in self.codes:
            for version in self.versions:
                span = _both(span_of(code), span_of(version))
                if version.org_unit_id == code.org_unit_id and span and code.code.upper() != version.code.upper():
                    found.setdefault(code.code.upper(), []).append((span, version))
        return found

    @functools.cached_property
    def closure(self) -> list[tuple[int, int, Span]]:
        """(descendant, ancestor, days) with every unit above itself while it exists."""
        parents: dict[int, list[tuple[int, Span]]] = {}
        for edge in self.edges:
            parents.setdefault(edge.child_id, []).append((edge.parent_id, span_of(edge)))
        rows: list[tuple[int, int, Span]] = []
        for unit, spans in self.lifetimes.items():
            for span in spans:
                rows.append((unit, unit, span))
                rows += _ancestors(unit, unit, span, parents)
        return rows

    @functools.cached_property
    def lifetimes(self) -> dict[int, list[Span]]:
        """When each unit exists: its versions, joined where they follow one another."""
        found: dict[int, list[Span]] = {}
        for version in sorted(self.versions, key=lambda version: version.valid_from):
            spans = found.setdefault(version.org_unit_id, [])
            first, last = span_of(version)
            if spans and spans[-1][1] < FOREVER and spans[-1][1] + DAY == first:
                spans[-1] = (spans[-1][0], last)
            else:
                spans.append((first, last))
        return found

    def version_on(self, unit_id: int, on: dt.date) -> OrgUnitVersion | None:
        return next((v for v in self.versions if v.org_unit_id == unit_id and holds(span_of(v), on)), None)


def tree() -> Tree:
    """The units as loaded, from memory while nothing has changed."""
    return _tree(tree_fingerprint())


@functools.lru_cache(maxsize=2)
def _tree(_fingerprint: str) -> Tree:
    versions = tuple(OrgUnitVersion.objects.select_related("org_unit").order_by("code", "valid_from"))
    edges = tuple(Edge.objects.order_by("child_id", "valid_from"))
    return Tree(versions, edges, tuple(UnitCode.objects.order_by("scheme", "code", "valid_from")))


def tree_fingerprint() -> str:
    """Identity of what units, edges and codes hold; empty before the reference data are loaded."""
    return _fingerprints()[0]


def placement_fingerprint() -> str:
    """Identity of all that `placement_table` goes by: it changes with `tree_fingerprint`, and with the crosswalk
    and the events besides. Empty before the reference data are loaded."""
    return _fingerprints()[1]


@once_per_request
def _fingerprints() -> tuple[str, str]:
    found = _NEWEST.rows()
    return found[0] if found else ("", "")


def resolve(code: str, on: dt.date) -> OrgUnitVersion:
    """The unit version a code names on a day; Excel's lost leading zero is forgiven.

    Raises:
        UnknownName: no unit has the code on that day; carries the nearest codes and names.
        AmbiguousUnit: several units have it.
    """
    wanted = code.strip().upper()
    known = tree().by_code
    found = [version for span, version in known.get(wanted, []) if holds(span, on)]
    if not found and wanted.isdigit():
        found = [version for span, version in known.get(wanted.zfill(5), []) if holds(span, on)]
    if not found:
        raise UnknownName(_("đơn vị"), code, nearest_units(code, on))
    if len({version.org_unit_id for version in found}) > 1:
        raise AmbiguousUnit(
            _("Mã “%(code)s” chỉ nhiều đơn vị vào ngày %(day)s.") % {"code": code, "day": f"{on:%d/%m/%Y}"}
        )
    return found[0]


def nearest_units(text: str, on: dt.date | None = None) -> list[str]:
    """Codes and names like a text, best first: `03646 (Phường Chiềng Lề)`."""
    versions = [v for v in tree().versions if on is None or holds(span_of(v), on)]
    labels = {f"{version.code} ({version.name})": version for version in versions}
    needle = text.strip().lower()
    by_name = [label for label in labels if len(needle) > 2 and needle in label.lower()]
    codes = {version.code: label for label, version in labels.items()}
    by_code = [codes[code] for code in difflib.get_close_matches(text.strip().upper(), codes, n=3, cutoff=0)]
    return list(dict.fromkeys([*by_name, *by_code]))[:3]


def units_on(on: dt.date) -> list[UnitRow]:
    """Every unit of a day, the province first, then by code."""
    return list(tree().rows_on(on))


def unit_on(unit_id: int, on: dt.date) -> UnitRow | None:
    """A unit as it is on a day; None when there is no such unit then."""
    return next((row for row in tree().rows_on(on) if row.unit_id == unit_id), None)


def province_name() -> str:
    """What the province is called now; empty before the reference data are loaded."""
    provinces = [version for version in tree().versions if version.kind == UnitKind.PROVINCE]
    return max(provinces, key=lambda version: version.valid_from).name if provinces else ""


def ancestors(unit_id: int, on: dt.date) -> list[int]:
    """The unit's superiors on a day, nearest first."""
    parents = tree().parents_on(on)
    found: list[int] = []
    while (unit_id := parents.get(unit_id, 0)) != 0:
        found.append(unit_id)
    return found


def descendants(unit_id: int, on: dt.date | None = None) -> frozenset[int]:
    """The unit and everything under it on a day, or at any time."""
    rows = tree().closure
    return frozenset(child for child, parent, span in rows if parent == unit_id and (on is None or holds(span, on)))


def versions_of(unit_id: int) -> list[OrgUnitVersion]:
    """What a unit has been called, oldest first."""
    return sorted((v for v in tree().versions if v.org_unit_id == unit_id), key=lambda v: v.valid_from)


def events_of(unit_id: int) -> list[UnitEvent]:
    """What acts did to a unit, oldest first."""
    touching = UnitEvent.objects.filter(sources=unit_id) | UnitEvent.objects.filter(results=unit_id)
    return list(touching.distinct().order_by("happened_on", "pk"))


def unit_versions_table() -> "pa.Table":
    """Every unit version: unit_version, unit, code, name, kind, valid_from, valid_to (null: open)."""
    import pyarrow as pa

    versions = tree().versions
    return pa.table(
        {
            "unit_version": pa.array((v.pk for v in versions), pa.int32()),
            "unit": pa.array((v.org_unit_id for v in versions), pa.int32()),
            "code": pa.array((v.code for v in versions), pa.string()),
            "name": pa.array((v.name for v in versions), pa.string()),
            "kind": pa.array((v.kind for v in versions), pa.string()),
            "valid_from": pa.array((v.valid_from for v in versions), pa.date32()),
            "valid_to": pa.array((v.valid_to for v in versions), pa.date32()),
        }
    )


def unit_codes_table() -> "pa.Table":
    """Every code with the days on which it names one unit alone: code, valid_from, valid_to, unit_version, unit,
    kind; codes in capitals, and one row at most for a code and day."""
    import pyarrow as pa

    rows = [(code, span, version) for code, entries in tree().by_code.items() for span, version in _alone(entries)]
    return pa.table(
        {
            "code": pa.array((code for code, _span_, _version in rows), pa.string()),
            "valid_from": pa.array((span[0] for _code, span, _version in rows), pa.date32()),
            "valid_to": pa.array((_open(span[1]) for _code, span, _version in rows), pa.date32()),
            "unit_version": pa.array((version.pk for _code, _span_, version in rows), pa.int32()),
            "unit": pa.array((version.org_unit_id for _code, _span_, version in rows), pa.int32()),
            "kind": pa.array((version.kind for _code, _span_, version in rows), pa.string()),
        }
    )


def closure_table() -> "pa.Table":
    """descendant, ancestor (units), valid_from, valid_to (null: open); each unit is its own ancestor."""
    import pyarrow as pa

    rows = tree().closure
    return pa.table(
        {
            "descendant": pa.array((row[0] for row in rows), pa.int32()),
            "ancestor": pa.array((row[1] for row in rows), pa.int32()),
            "valid_from": pa.array((row[2][0] for row in rows), pa.date32()),
            "valid_to": pa.array((_open(row[2][1]) for row in rows), pa.date32()),
        }
    )


def _alone(entries: list[tuple[Span, OrgUnitVersion]]) -> Iterable[tuple[Span, OrgUnitVersion]]:
    """The days on which all entries that hold name one unit, with its version."""
    cuts = sorted({span[0] for span, _ in entries} | {span[1] + DAY for span, _ in entries if span[1] < FOREVER})
    for first, following in itertools.zip_longest(cuts, cuts[1:]):
        holding = [version for span, version in entries if holds(span, first)]
        if len({version.org_unit_id for version in holding}) == 1:
            yield (first, following - DAY if following else FOREVER), holding[0]


def _ancestors(
    unit: int, above: int, span: Span, parents: dict[int, list[tuple[int, Span]]]
) -> Iterable[tuple[int, int, Span]]:
    for parent, valid in parents.get(above, []):
        if both := _both(span, valid):
            yield unit, parent, both
            yield from _ancestors(unit, parent, both, parents)


def span_of(row: OrgUnitVersion | Edge | UnitCode) -> Span:
    return row.valid_from, row.valid_to or FOREVER


def _open(day: dt.date) -> dt.date | None:
    return None if day == FOREVER else day


def _both(one: Span, other: Span) -> Span | None:
    first, last = max(one[0], other[0]), min(one[1], other[1])
    return (first, last) if first <= last else None


def holds(span: Span, on: dt.date) -> bool:
    return span[0] <= on <= span[1]
