"""Bringing the cells up to date with the records, the definitions and the unit tree."""

import contextlib
import datetime as dt
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tinhso import __version__
from tinhso.core import audit, outbox
from tinhso.core.errors import RuleViolation
from tinhso.datasets import api as datasets
from tinhso.engine import compute as engine
from tinhso.engine import duck, leaf, periods
from tinhso.engine.catalog import Catalog
from tinhso.engine.located import DefinitionError
from tinhso.engine.schema import DatasetSchema
from tinhso.indicators.models import StateSet
from tinhso.indicators.selectors import states
from tinhso.indicators.selectors.territory import territory
from tinhso.organizations import api as organizations

Mode = Literal["full", "changed", "unchanged"]
Progress = Callable[[str, int, int], None]
FILES_KEPT = 3  # computations whose files stay, so that a reader that has begun can finish


class NoData(RuleViolation):
    """There is nothing to compute from."""


class BrokenCatalog(RuleViolation):
    """A definition file has an error; the catalog and the figures in force stay."""


@dataclass(frozen=True, slots=True)
class ComputeResult:
    """What a computation did.

    Attributes:
        leaf_states: rows of all leaf states in force afterwards.
        cells: cells in force afterwards.
        seconds: wall time.
        mode: `full` when everything was counted again, `changed` when only datasets with other rows were,
            `unchanged` when the cells were up to date.
    """

    leaf_states: int
    cells: int
    seconds: float
    mode: Mode


def compute(*, at: dt.datetime, full: bool = False, progress: Progress | None = None) -> ComputeResult:
    """Bring the cells up to date (tính lại số liệu).

    Leaf states are kept per dataset under a fingerprint of everything they depend on, so only datasets whose
    rows, definitions or tree changed are counted again; the switch to the new cells is one database row.

    Args:
        at: aware time of the computation; figures go at most to its day.
        full: count everything again, whatever is there.
        progress: called with (dataset, done, total) after each dataset.

    Raises:
        NoData: no batch is in force.
        BrokenCatalog: a definition file has an error.
    """
    started = time.monotonic()
    with _only_one():
        catalog, catalog_hash = _catalog_on_disk()
        as_of = datasets.evaluation_date(at.date())
        if as_of is None:
            raise NoData(_("Chưa có dữ liệu để tính: hãy nhập tệp bằng “tinhso import” trước."))
        job = _Job(catalog=catalog, catalog_hash=catalog_hash, as_of=as_of, full=full)
        current = states.in_force()
        if not full and current and current.fingerprint == job.fingerprint and job.cells_path.exists():
            return ComputeResult(current.leaf_states, current.cells, time.monotonic() - started, "unchanged")
        leaf_states, cells = job.run(progress)
        _switch(job=job, leaf_states=leaf_states, cells=cells, at=at)
        _tidy()
        return ComputeResult(leaf_states, cells, time.monotonic() - started, job.mode)


def _catalog_on_disk() -> tuple[Catalog, str]:
    try:
        texts = states.definition_texts()
        catalog = states.load_catalog(texts)
    except DefinitionError as error:
        raise BrokenCatalog(
            _("Định nghĩa có lỗi: %(error)s. Danh mục và số liệu đang dùng được giữ nguyên.") % {"error": error}
        ) from None
    catalog_hash = states.texts_hash(texts)
    states.folder().mkdir(parents=True, exist_ok=True)
    _write(states.catalog_path(catalog_hash), json.dumps(texts, ensure_ascii=False).encode())
    return catalog, catalog_hash


class _Job:
    """One computation: which files it makes, from what."""

    def __init__(self, *, catalog: Catalog, catalog_hash: str, as_of: dt.date, full: bool) -> None:
        self.catalog, self.catalog_hash, self.as_of, self.full = catalog, catalog_hash, as_of, full
        self.territory = territory()
        self.tree_hash = organizations.tree_fingerprint()
        first = min(datasets.first_day() or as_of, as_of)
        self.time = engine.timeline(periods.periods_until(first, as_of), self.territory, as_of)
        self.schemas = engine.datasets(catalog)
        self.rows = {schema.name: datasets.fingerprint(schema.name) for schema in self.schemas}
        self.rows |= {
            name: datasets.fingerprint(name) for schema in self.schemas for name in engine.related(catalog, schema)
        }
        self.paths = {schema.name: self._leaf_path(schema) for schema in self.schemas}
        names = sorted(path.name for path in self.paths.values())
        self.fingerprint = _digest(catalog_hash, self.tree_hash, str(as_of), __version__, *names)
        self.cells_path = states.cells_path(self.fingerprint)
        self.mode: Mode = "full"

    def _leaf_path(self, schema: DatasetSchema) -> Path:
        statement = leaf.sql(leaf.statement(leaf.plan(self.catalog, schema)))
        rows = [self.rows[name] for name in engine.related(self.catalog, schema)]
        starts = ",".join(map(str, self.time.atoms.starts))
        digest = _digest(__version__, statement, self.tree_hash, str(self.as_of), starts, *rows)
        return states.folder() / f"leaf-{schema.name}-{digest}.parquet"

    def run(self, progress: Progress | None) -> tuple[int, int]:
        """Count what is missing and roll everything up."""
        missing = [schema for schema in self.schemas if self.full or not self.paths[schema.name].exists()]
        self.mode = "full" if len(missing) == len(self.schemas) else "changed"
        spill = Path(settings.HOME) / "spill"
        with duck.connect(memory=settings.DUCKDB_MEMORY, threads=settings.DUCKDB_THREADS, spill=spill) as connection:
            engine.prepare(connection, self.territory, self.time)
            datasets.attach(connection, list(self.rows))
            for done, schema in enumerate(missing, start=1):
                statement = engine.leaf_states(connection, self.catalog, schema)
                _copy(connection, statement, self.paths[schema.name])
                if progress:
                    progress(schema.name, done, len(missing))
            connection.execute(engine.LEAF_TABLE)
            for path in self.paths.values():
                connection.execute("INSERT INTO leaf SELECT * FROM read_parquet(?)", [str(path)])
            row = connection.execute("SELECT COUNT(*) FROM leaf").fetchone()
            cells = engine.roll_up(connection, self.catalog)
            _copy(connection, "SELECT * FROM cell ORDER BY indicator, period, unit, category", self.cells_path)
        return int(row[0]) if row else 0, cells


@transaction.atomic
def _switch(*, job: _Job, leaf_states: int, cells: int, at: dt.datetime) -> None:
    """Let readers see the new cells; the earlier set stops being in force in the same transaction."""
    StateSet.objects.filter(in_force=True).update(in_force=False)
    made, _created = StateSet.objects.update_or_create(
        fingerprint=job.fingerprint,
        defaults={
            "as_of": job.as_of,
            "catalog_hash": job.catalog_hash,
            "tree_hash": job.tree_hash,
            "leaf_states": leaf_states,
            "cells": cells,
            "computed_at": at,
            "in_force": True,
        },
    )
    details = {"as_of": str(job.as_of), "fingerprint": job.fingerprint, "cells": cells, "mode": job.mode}
    audit.record(actor="system", action="indicators.computed", obj=f"state-set:{made.pk}", details=details, at=at)
    outbox.publish(topic="indicators.computed", payload=details, at=at)


def _copy(connection: duckdb.DuckDBPyConnection, statement: str, path: Path) -> None:
    """Write a statement's rows to a Parquet file that appears whole or not at all."""
    unfinished = path.with_suffix(f".{os.getpid()}.tmp")
    target = str(unfinished).replace("'", "''")
    connection.execute(f"COPY ({statement}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
    with unfinished.open("rb+") as file:
        os.fsync(file.fileno())
    unfinished.replace(path)


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_suffix(f".{os.getpid()}.tmp")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def _tidy() -> None:
    """Remove files of computations long replaced, and what killed ones left behind."""
    kept = list(StateSet.objects.order_by("-in_force", "-computed_at")[:FILES_KEPT])
    newest = min(set_.computed_at.timestamp() for set_ in kept)
    cells = {states.cells_path(set_.fingerprint) for set_ in kept}
    catalogs = {states.catalog_path(set_.catalog_hash) for set_ in kept}
    for path in states.folder().iterdir():
        is_old = path.stat().st_mtime < newest - 60
        is_kept = path in cells or path in catalogs or path.match("leaf-*.parquet") or path.suffix == ".lock"
        if path.suffix == ".tmp" or (is_old and not is_kept):  # nobody else computes now
            path.unlink(missing_ok=True)
    _tidy_leaves()


def _tidy_leaves() -> None:
    """Keep the few latest leaf files of each dataset."""
    by_dataset: dict[str, list[Path]] = {}
    for path in states.folder().glob("leaf-*.parquet"):
        by_dataset.setdefault(path.name.rsplit("-", 1)[0], []).append(path)
    for paths in by_dataset.values():
        paths.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in paths[FILES_KEPT:]:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def _only_one() -> Iterator[None]:
    """Computations follow one another; the lock ends with the process, however it ends."""
    states.folder().mkdir(parents=True, exist_ok=True)
    with (states.folder() / "compute.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
