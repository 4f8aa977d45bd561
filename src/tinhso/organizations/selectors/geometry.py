"""Outlines of units, for maps."""

import datetime as dt
import functools
import json
from dataclasses import dataclass
from pathlib import Path

import pydantic
import yaml

from tinhso import reference

FOLDER = Path(reference.__file__).parent


class _Entry(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    file: str
    kind: str
    valid_from: dt.date
    valid_to: dt.date | None
    indicative: bool

    def holds(self, kind: str, on: dt.date) -> bool:
        return self.kind == kind and self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True)
class Geometry:
    """Outlines of the units of one kind (ranh giới).

    Attributes:
        path: TopoJSON with one object `units`, whose shapes carry `code`.
        codes: of the units that have an outline.
        is_indicative: whether lines were derived and may differ from the legal ones.
    """

    path: Path
    codes: frozenset[str]
    is_indicative: bool


def geometry(kind: str, on: dt.date) -> Geometry | None:
    """The outlines of units of a kind on a day; None where there are none.

    Args:
        kind: of unit, such as `commune`.
        on: the day whose units are drawn.
    """
    for folder, entry in _entries():
        if entry.holds(kind, on):
            return _read(folder / entry.file, entry.indicative)
    return None


@functools.lru_cache(maxsize=1)
def _entries() -> list[tuple[Path, _Entry]]:
    found = []
    for index in sorted(FOLDER.glob("*/geometry/index.yaml")):
        for entry in yaml.safe_load(index.read_text(encoding="utf-8")):
            found.append((index.parent, _Entry.model_validate(entry)))
    return found


@functools.lru_cache(maxsize=8)
def _read(path: Path, is_indicative: bool) -> Geometry:
    shapes = json.loads(path.read_text(encoding="utf-8"))["objects"]["units"]["geometries"]
    return Geometry(path, frozenset(shape["properties"]["code"] for shape in shapes), is_indicative)
