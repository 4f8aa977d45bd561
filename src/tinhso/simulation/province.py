"""The real units of the plan year, read from the reference files, so that no database is needed."""

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tinhso import reference

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Units:
    """Codes of one kind of unit, in order; `district` is the position of each commune's district."""

    codes: Texts
    names: Texts
    district: Ints

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True)
class Province:
    """The units that exist all year."""

    departments: Units
    districts: Units
    communes: Units


def load(year: int) -> Province:
    """Sơn La's units on 1 January of a year."""
    folder = Path(reference.__file__).parent / "son_la" / "units"
    day = dt.date(year, 1, 1).isoformat()
    versions = [row for row in _rows(folder / "versions.csv") if _valid(row, day)]
    parents = {row["child"]: row["parent"] for row in _rows(folder / "edges.csv") if _valid(row, day)}
    districts = sorted((row for row in versions if row["kind"] == "district"), key=lambda row: row["code"])
    position = {row["unit"]: number for number, row in enumerate(districts)}
    communes = sorted((row for row in versions if row["kind"] == "commune"), key=lambda row: row["code"])
    departments = sorted((row for row in versions if row["kind"] == "department"), key=lambda row: row["code"])
    return Province(
        departments=_units(departments, [0] * len(departments)),
        districts=_units(districts, list(range(len(districts)))),
        communes=_units(communes, [position.get(parents[row["unit"]], 0) for row in communes]),
    )


def _units(rows: list[dict[str, str]], district: list[int]) -> Units:
    return Units(
        np.array([row["code"] for row in rows]),
        np.array([row["name"] for row in rows]),
        np.array(district, np.int64),
    )


def _valid(row: dict[str, str], day: str) -> bool:
    return row["valid_from"] <= day and (not row["valid_to"] or row["valid_to"] >= day)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
