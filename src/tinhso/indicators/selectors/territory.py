"""The unit tree as the engine takes it, and units by number as pages show them."""

import datetime as dt
import functools
from dataclasses import dataclass

from tinhso.engine.compute import Territory
from tinhso.organizations import api as organizations


def territory() -> Territory:
    """Unit versions and closure of the whole history."""
    return Territory(organizations.unit_versions_table(), organizations.closure_table())


@dataclass(frozen=True, slots=True)
class UnitName:
    """How a unit is called on a day.

    Attributes:
        level: kind of unit: province, department, district or commune.
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
        rows = organizations.unit_versions_table().to_pylist()
        for row in sorted(rows, key=lambda row: row["valid_from"]):
            named = UnitName(row["unit"], row["code"], row["name"], row["kind"], row["valid_from"])
            self._versions.setdefault(row["unit"], []).append(named)

    def on(self, unit_id: int, day: dt.date) -> UnitName:
        versions = self._versions[unit_id]
        return next((version for version in reversed(versions) if version.valid_from <= day), versions[0])


def unit_names() -> UnitNames:
    """The names of the tree as it is now."""
    return _unit_names(organizations.tree_fingerprint())


@functools.lru_cache(maxsize=2)
def _unit_names(_tree: str) -> UnitNames:
    return UnitNames()
