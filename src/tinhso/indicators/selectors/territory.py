"""The unit tree and its views as the engine takes them, and units by number as pages show them."""

import datetime as dt
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tinhso.core import clock
from tinhso.core.errors import UnknownName
from tinhso.core.per_request import once_per_request
from tinhso.indicators.rules import AS_IS, AS_WAS, COMPARABLE
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UNDETERMINED

if TYPE_CHECKING:
    from tinhso.engine.compute import Territory, View

UNDETERMINED_CODE = "CHUA-XAC-DINH"
UNDETERMINED_LEVEL = "undetermined"


def territory(views: Iterable[str] = ()) -> "Territory":
    """Unit versions and closure of the whole history, with some views besides the tree as it was."""
    from tinhso.engine.compute import Territory

    mapped = tuple(_view(code, view_day(code), _identity(code)) for code in views if code != AS_WAS)
    return Territory(organizations.unit_versions_table(), organizations.closure_table(), mapped)


def tree_identity() -> str:
    """Changes when cells must be rolled up again: with units, edges, crosswalk, and the day of today's tree."""
    parts = (organizations.tree_fingerprint(), organizations.placement_fingerprint(), str(view_day(AS_IS)))
    return ":".join(parts)


def parse_view(code: str) -> str:
    """A view of territory by its code: `as-was`, `as-is`, `comparable:2023-12-31`.

    Raises:
        UnknownName: no view is written so; carries examples.
    """
    if code in (AS_WAS, AS_IS):
        return code
    kind, _colon, text = code.partition(":")
    try:
        day = dt.date.fromisoformat(text) if kind == COMPARABLE else None
    except ValueError:
        day = None
    if day is None or len(text) != len("2023-12-31"):
        raise UnknownName(_("cách nhìn"), code, [AS_WAS, AS_IS, f"{COMPARABLE}:2023-12-31"])
    return f"{COMPARABLE}:{day}"


@once_per_request
def _today() -> dt.date:
    return organizations.tree_day(clock.today())


def view_day(code: str) -> dt.date | None:
    """The day whose tree a view shows; None for the tree of each period."""
    if code == AS_WAS:
        return None
    return _today() if code == AS_IS else dt.date.fromisoformat(code.partition(":")[2])


def _identity(code: str) -> str:
    return f"{organizations.tree_fingerprint()} {organizations.placement_fingerprint()} {view_day(code)}"


@functools.lru_cache(maxsize=8)
def _view(code: str, day: dt.date, _identity: str) -> "View":
    from tinhso.engine.compute import View

    return View(code, organizations.placement_table(day), organizations.closure_on(day))


@dataclass(frozen=True, slots=True)
class UnitName:
    """How a unit is called on a day.

    Attributes:
        level: kind of unit: province, department, district, commune; `undetermined` for the node of records whose
            unit has no certain successor.
    """

    unit_id: int
    code: str
    name: str
    level: str
    valid_from: dt.date


class UnitNames:
    """Names of units by day: the version valid then, else the latest before, else the first."""

    def __init__(self) -> None:
        self._versions: dict[int, list[UnitName]] = {}
        columns = ("org_unit_id", "code", "name", "kind", "valid_from")
        for row in organizations.OrgUnitVersion.objects.order_by("valid_from", "pk").values_list(*columns):
            named = UnitName(*row)
            self._versions.setdefault(named.unit_id, []).append(named)

    def on(self, unit_id: int, day: dt.date) -> UnitName:
        if unit_id == UNDETERMINED:
            return UnitName(unit_id, UNDETERMINED_CODE, _("Chưa xác định"), UNDETERMINED_LEVEL, day)
        versions = self._versions[unit_id]
        return next((version for version in reversed(versions) if version.valid_from <= day), versions[0])


def unit_names() -> UnitNames:
    """The names of the tree as it is now."""
    return _unit_names(organizations.tree_fingerprint())


def unit_named(unit_id: int, day: dt.date) -> UnitName:
    """How a unit, or the node of what cannot be placed, is called on a day."""
    return unit_names().on(unit_id, day)


@functools.lru_cache(maxsize=2)
def _unit_names(_tree: str) -> UnitNames:
    return UnitNames()
