"""Loading the reference data: units, their tree, events and codes, and the working calendar."""

import csv
import datetime as dt
import hashlib
import itertools
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from tinhso import reference
from tinhso.core import outbox
from tinhso.core.errors import UnknownName
from tinhso.organizations.models import (
    CalendarDay,
    CalendarVersion,
    Crosswalk,
    Edge,
    OrgUnit,
    OrgUnitVersion,
    TreeState,
    UnitCode,
    UnitEvent,
)
from tinhso.organizations.selectors.placement import BrokenReference, change_days, placements

REFERENCE = Path(reference.__file__).parent
HISTORY = {"crosswalk", "events"}  # files that move records between units, but no unit in the tree
Row = dict[str, str]


@transaction.atomic
def load_reference(*, at: dt.datetime, province: str = "son-la") -> None:
    """Load a province's units and the working calendar (dữ liệu tham chiếu); safe to repeat.

    Rows that are there keep their identity; nothing is written when the files have not changed.

    Raises:
        UnknownName: no such province in the reference data.
        BrokenReference: versions overlap, an edge names an unknown unit, shares do not sum to 1, or the tree or
            the crosswalk goes in a circle.
    """
    folder = REFERENCE / province.replace("-", "_") / "units"
    if not folder.is_dir():
        known = sorted(path.parent.name.replace("_", "-") for path in REFERENCE.glob("*/units"))
        raise UnknownName(_("tỉnh"), province, known)
    files = {path.stem: path for path in sorted(folder.glob("*.csv"))}
    fingerprint = _hash(*(path for name, path in files.items() if name not in HISTORY))
    everything = _hash(*files.values())
    if not TreeState.objects.filter(fingerprint=fingerprint, placement_fingerprint=everything).exists():
        rows = {name: _rows(path) for name, path in files.items()}
        _check_versions(rows["versions"])
        _check_shares(rows["crosswalk"])
        _load_units(rows)
        TreeState.objects.all().delete()
        TreeState.objects.create(fingerprint=fingerprint, placement_fingerprint=everything, loaded_at=at)
        _check_placements()
    _load_calendar(REFERENCE / "national" / "calendar" / "days.csv", at)


def _load_units(rows: dict[str, list[Row]]) -> None:
    keys = {row["unit"] for row in rows["versions"]}
    OrgUnit.objects.bulk_create([OrgUnit(key=key) for key in sorted(keys)], ignore_conflicts=True)
    units = {unit.key: unit for unit in OrgUnit.objects.all()}
    _load_versions(rows["versions"], units)
    _load_edges(rows["edges"], units)
    _load_codes(rows.get("codes", []), units)
    _load_history(rows["events"], rows["crosswalk"], units)


def _load_versions(rows: list[Row], units: dict[str, OrgUnit]) -> None:
    made = [
        OrgUnitVersion(
            org_unit=units[row["unit"]],
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            type_name=row["type"],
            valid_from=_day(row["valid_from"]),
            valid_to=_last_day(row["valid_to"]),
            act=row["act"],
            certainty=row["certainty"],
        )
        for row in rows
    ]
    OrgUnitVersion.objects.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["org_unit", "valid_from"],
        update_fields=["code", "name", "kind", "type_name", "valid_to", "act", "certainty"],
    )


def _load_edges(rows: list[Row], units: dict[str, OrgUnit]) -> None:
    for row in rows:
        for end in ("child", "parent"):
            if row[end] not in units:
                raise BrokenReference(_("Cây đơn vị nhắc đến “%(unit)s” không có trong danh mục.") % {"unit": row[end]})
    Edge.objects.all().delete()
    Edge.objects.bulk_create(
        Edge(
            child=units[row["child"]],
            parent=units[row["parent"]],
            valid_from=_day(row["valid_from"]),
            valid_to=_last_day(row["valid_to"]),
        )
        for row in rows
    )


def _load_codes(rows: list[Row], units: dict[str, OrgUnit]) -> None:
    UnitCode.objects.all().delete()
    UnitCode.objects.bulk_create(
        UnitCode(
            scheme=row["scheme"],
            code=row["code"],
            org_unit=units[row["unit"]],
            valid_from=_day(row["valid_from"]),
            valid_to=_last_day(row["valid_to"]),
        )
        for row in rows
    )


def _load_history(events: list[Row], crosswalk: list[Row], units: dict[str, OrgUnit]) -> None:
    UnitEvent.objects.all().delete()
    for row in events:
        event = UnitEvent.objects.create(
            kind=row["kind"],
            happened_on=_day(row["on"]),
            act=row["act"],
            certainty=row["certainty"],
            note=row["note"],
        )
        event.sources.set(units[key] for key in row["from_units"].split("|") if key)
        event.results.set(units[key] for key in row["to_units"].split("|") if key)
    Crosswalk.objects.all().delete()
    Crosswalk.objects.bulk_create(
        Crosswalk(
            old_unit=units[row["old_unit"]],
            new_unit=units[row["new_unit"]],
            happened_on=_day(row["on"]),
            share=Decimal(row["share"]),
            basis=row["basis"],
            certainty=row["certainty"],
        )
        for row in crosswalk
    )


def _load_calendar(path: Path, at: dt.datetime) -> None:
    """A calendar that differs from the one in force becomes the next version, and those above hear of it."""
    content_hash = _hash(path)
    if CalendarVersion.objects.filter(content_hash=content_hash).exists():
        return
    rows = _rows(path)
    days = [_day(row["date"]) for row in rows]
    latest = CalendarVersion.objects.order_by("-number").first()
    version = CalendarVersion.objects.create(
        number=latest.number + 1 if latest else 1,
        issued_on=at.date(),
        basis="Bộ luật Lao động 2019, Điều 111 và 112; thông báo nghỉ lễ, Tết và làm bù hằng năm",
        first_day=dt.date(min(days).year, 1, 1),
        last_day=dt.date(max(days).year, 12, 31),
        content_hash=content_hash,
    )
    CalendarDay.objects.bulk_create(
        CalendarDay(calendar=version, day=_day(row["date"]), kind=row["kind"], name=row["name"]) for row in rows
    )
    if latest:
        outbox.publish(topic="organizations.calendar_changed", payload={"calendar": version.number}, at=at)


def _check_versions(rows: list[Row]) -> None:
    """A unit has one version a day, and a code names one unit a day."""
    for column in ("unit", "code"):
        spans: dict[str, list[tuple[dt.date, dt.date]]] = defaultdict(list)
        for row in rows:
            spans[row[column]].append((_day(row["valid_from"]), _last_day(row["valid_to"]) or dt.date.max))
        for name, found in spans.items():
            found.sort()
            if any(later[0] <= earlier[1] for earlier, later in itertools.pairwise(found)):
                raise BrokenReference(_("Các phiên bản của “%(name)s” chồng lên nhau.") % {"name": name})


def _check_shares(rows: list[Row]) -> None:
    totals: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        totals[row["old_unit"], row["on"]] += Decimal(row["share"])
    for (unit, _on), total in totals.items():
        if total != 1:
            raise BrokenReference(
                _("Tỷ lệ chia của “%(unit)s” cộng lại bằng %(total)s, phải bằng 1.") % {"unit": unit, "total": total}
            )


def _check_placements() -> None:
    """Every unit has its place in the tree of every day, also before the first."""
    days = change_days()
    for day in [*days, *(first - dt.timedelta(days=1) for first in days[:1])]:
        placements(day)


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _hash(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _last_day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
