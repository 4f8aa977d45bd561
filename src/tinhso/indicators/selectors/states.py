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

if TYPE_CHECKING:
    from tinhso.engine.catalog import Catalog

DEFINITIONS = Path(reference.__file__).parent / "national" / "indicators"
OWN_DEFINITIONS = "definitions"  # folder under TINHSO_HOME with the province's own indicators


def folder() -> Path:
    """Where leaf states and cells are kept, one file per fingerprint."""
    return Path(settings.STATES_DIR)


def cells_path(fingerprint: str) -> Path:
    return folder() / f"cells-{fingerprint}.parquet"


def catalog_path(catalog_hash: str) -> Path:
    return folder() / f"catalog-{catalog_hash}.json"


@once_per_request
def in_force() -> StateSet | None:
    """The computation that readers see; None before the first one."""
    return StateSet.objects.filter(in_force=True).first()


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
    return _stored_catalog(current.catalog_hash if current else None)


@functools.lru_cache(maxsize=2)
def _stored_catalog(catalog_hash: str | None) -> "Catalog":
    if catalog_hash is None:
        return load_catalog(definition_texts())
    return load_catalog(json.loads(catalog_path(catalog_hash).read_text(encoding="utf-8")))
