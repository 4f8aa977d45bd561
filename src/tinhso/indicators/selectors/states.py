"""Where computed figures lie, and the catalog they were computed with."""

import functools
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from tinhso import reference
from tinhso.core.per_request import once_per_request
from tinhso.datasets import api as datasets
from tinhso.indicators.models import StateSet
from tinhso.indicators.rules import AS_IS
from tinhso.indicators.selectors import releases

if TYPE_CHECKING:
    from tinhso.engine.catalog import Catalog

DEFINITIONS = Path(reference.__file__).parent / "national" / "indicators"
OWN_DEFINITIONS = "definitions"  # folder under TINHSO_HOME with the province's own indicators
STORED_VIEWS = (AS_IS,)  # views whose cells are computed ahead, besides the tree as it was
FORM = "2"  # of kept states; another number makes every computation start anew


def folder() -> Path:
    """Where leaf states and cells are kept; a state set's manifest names its files."""
    return Path(settings.STATES_DIR)


def cells_path(found: StateSet) -> Path:
    """The file with a computation's cells."""
    return folder() / str(found.manifest.get("cells", ""))


def are_there(found: StateSet) -> bool:
    """Whether every file of a computation is there."""
    from tinhso.engine.incremental import Manifest

    return bool(found.manifest) and all((folder() / name).is_file() for name in Manifest(**found.manifest).files())


def catalog_path(catalog_hash: str) -> Path:
    return folder() / f"catalog-{catalog_hash}.json"


def territory_paths(tree_hash: str) -> list[Path]:
    """Files with the unit tree that a release was made with: versions, closure, placement and tree of its as-is view."""
    name = hashlib.sha256(tree_hash.encode()).hexdigest()[:20]
    return [folder() / f"territory-{name}-{part}.parquet" for part in ("versions", "closure", "placement", "tree")]


@once_per_request
def in_force() -> StateSet | None:
    """The computation that readers see; None before the first one."""
    return StateSet.objects.filter(in_force=True).first()


def shown(release: int | None) -> StateSet | None:
    """The computation behind a release, or the one in force.

    Raises:
        UnknownName: no such release; carries the latest numbers.
    """
    return in_force() if release is None else _of_release(release)


@once_per_request
def _of_release(number: int) -> StateSet:
    return releases.stored(number).state_set


def definition_texts() -> dict[str, str]:
    """The definition files as they are on disk now, by name: the national ones and the province's own.

    Raises:
        DefinitionError: one that cannot be read.
    """
    from tinhso.engine import located

    own = Path(settings.HOME) / OWN_DEFINITIONS
    paths = [*DEFINITIONS.glob("*.yaml"), *(own.glob("*.yaml") if own.is_dir() else ())]
    return {str(path): located.read_text(path) for path in sorted(paths, key=lambda path: path.name)}


def load_catalog(texts: Mapping[str, str]) -> "Catalog":
    """Check definition texts against the dataset contracts.

    Raises:
        DefinitionError: file, line and reason of the first that does not fit.
    """
    from tinhso.engine import catalog, located
    from tinhso.engine.definitions import Definition

    schemas = {name: contract.as_schema for name, contract in datasets.contracts().items()}
    sources = {name: located.Located(Path(name), text) for name, text in texts.items()}
    relations = next(
        (source for name, source in sources.items() if Path(name).name == catalog.RELATIONS_FILE),
        located.Located(Path(catalog.RELATIONS_FILE), "{}"),
    )
    definitions = [Definition(source) for source in sources.values() if source is not relations]
    return catalog.build(definitions, relations, schemas)


def texts_hash(texts: Mapping[str, str]) -> str:
    """Identity of a set of definition texts."""
    content = sorted((Path(name).name, text) for name, text in texts.items())
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def catalog_in_force() -> "Catalog":
    """The catalog of the computation in force, so that an error in a file on disk changes nothing on screen.

    Before the first computation it is the one on disk.
    """
    current = in_force()
    return stored_catalog(current.catalog_hash if current else None)


def catalog_shown(release: int | None) -> "Catalog":
    """The catalog of a release, or the one in force.

    Raises:
        UnknownName: no such release.
    """
    if release is None:
        return catalog_in_force()
    found = shown(release)
    return stored_catalog(found.catalog_hash if found else None)


@functools.lru_cache(maxsize=4)
def stored_catalog(catalog_hash: str | None) -> "Catalog":
    """The catalog that a computation was made with; None for the one on disk."""
    if catalog_hash is None:
        return load_catalog(definition_texts())
    return load_catalog(json.loads(catalog_path(catalog_hash).read_text(encoding="utf-8")))
