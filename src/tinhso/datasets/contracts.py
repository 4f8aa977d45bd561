"""Dataset contracts: what a file must hold, as YAML that data owners can read."""

import functools
from pathlib import Path
from typing import Literal

import pydantic
from pydantic import Field

from tinhso import reference
from tinhso.core.words import plain
from tinhso.engine import located
from tinhso.engine.schema import ColumnSchema, ColumnType, DatasetSchema, Kind

FOLDER = Path(reference.__file__).parent / "national" / "datasets"
ORDER = (
    "procedures",
    "dossiers",
    "documents",
    "enterprises",
    "sector_value_added",
    "households",
    "population",
    "assistance",
    "schools",
    "health_facilities",
    "information_systems",
    "devices",
    "staff",
    "trainings",
)


class _Entry(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class RequiredUnless(_Entry):
    """The column may be missing while another one has certain values."""

    column: str
    values: list[int]


class ColumnContract(_Entry):
    """One column.

    Attributes:
        aliases: other headers under which real exports have it; tone marks and case do not matter.
        values: allowed codes, each with the words that real exports use for it.
        unit_kinds: the column is a unit code of one of these kinds.
        past: a day that cannot lie in the future.
        personal: masked on screen.
    """

    type: ColumnType
    title: str
    required: bool = False
    aliases: list[str] = []
    values: dict[str, list[str]] = {}
    pattern: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    unit_kinds: list[str] = []
    past: bool = False
    personal: bool = False
    required_unless: RequiredUnless | None = None


class Check(_Entry):
    """A comparison that must hold between two columns of a row, where both have a value."""

    left: str
    operator: Literal["<=", ">="]
    right: str
    reason: str


class Contract(_Entry):
    """One dataset contract (quy ước bộ dữ liệu).

    Attributes:
        time_fallback: column by whose day the unit is resolved when the time column is missing.
        ends: column of the inclusive last day.
        reported: how often agencies report its rows by form, where no record exists; None for files only.
        refuse: boolean column whose rows are refused and leave no trace but a count.
    """

    name: str
    title: str
    owner: str
    legal: str
    note: str = ""
    kind: Kind
    key: list[str]
    unit: str | None
    time: str
    time_fallback: str | None = None
    ends: str | None = None
    refuse: str | None = None
    reported: Literal["month", "quarter", "year"] | None = None
    columns: dict[str, ColumnContract]
    checks: list[Check] = Field(default_factory=list)

    @functools.cached_property
    def as_schema(self) -> DatasetSchema:
        """The contract as the measure engine takes it."""
        columns = {name: ColumnSchema(c.type, tuple(c.values), c.required) for name, c in self.columns.items()}
        return DatasetSchema(self.name, self.kind, tuple(self.key), self.unit, self.time, columns, self.ends)

    @functools.cached_property
    def headers(self) -> dict[str, str]:
        """Every accepted header, normalized, with the column it means."""
        accepted: dict[str, str] = {}
        for name, column in self.columns.items():
            for header in (name, column.title, *column.aliases):
                accepted.setdefault(plain(header), name)
        return accepted


@functools.lru_cache(maxsize=1)
def contracts() -> dict[str, Contract]:
    """All contracts by name, in the order of the manual.

    Raises:
        DefinitionError: file, line and reason of the first that is wrong.
    """
    found: dict[str, Contract] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        source = located.read(path)
        contract = located.validated(source, Contract)
        _check_names(source, contract)
        found[contract.name] = contract
    listed = [name for name in ORDER if name in found]
    return {name: found[name] for name in [*listed, *sorted(found.keys() - set(listed))]}


def _check_names(source: located.Located, contract: Contract) -> None:
    """Every column that a contract speaks of is one of its columns."""
    named = [
        ("time", contract.time),
        ("unit", contract.unit),
        ("ends", contract.ends),
        ("refuse", contract.refuse),
    ]
    named += [("time_fallback", contract.time_fallback), *(("key", column) for column in contract.key)]
    named += [("checks", column) for check in contract.checks for column in (check.left, check.right)]
    for place, column in named:
        if column is not None and column not in contract.columns:
            raise source.error((place,), f"không có cột “{column}”")
