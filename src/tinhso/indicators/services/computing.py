"""Bringing the cells up to date with the records, the definitions and the unit tree."""

import contextlib
import dataclasses
import datetime as dt
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tinhso import __version__
from tinhso.core import audit, outbox
from tinhso.core.errors import RuleViolation
from tinhso.datasets import api as datasets
from tinhso.engine import duck, periods
from tinhso.engine.errors import DefinitionError
from tinhso.indicators.models import StateSet
from tinhso.indicators.selectors import calendars, states
from tinhso.indicators.selectors.cut_lake import CutLake
from tinhso.indicators.selectors.territory import territory, tree_identity

if TYPE_CHECKING:  # the engine starts slowly, and whoever only reads figures does without
    from tinhso.engine.catalog import Catalog
    from tinhso.engine.incremental import Inputs, Manifest, Mode, Progress, Result

FILES_KEPT = 3  # computations whose files stay, so that a reader that has begun can finish
GRACE = 60  # seconds that an unreferenced file stays


class NoData(RuleViolation):
    """There is nothing to compute from."""


class BrokenCatalog(RuleViolation):
    """A definition file has an error; the catalog and the figures in force stay."""


class NoEngine(RuleViolation):
    """The engine that TINHSO_ENGINE_URL names does not answer; the figures in force stay."""


@dataclass(frozen=True, slots=True)
class ComputeResult:
    """What a computation did.

    Attributes:
        leaf_states: rows of all leaf states in force afterwards.
        cells: cells in force afterwards.
        seconds: wall time.
        mode: `full` when everything was counted again, `changed` when only what a change touched was,
            `unchanged` when the cells were up to date.
        recounted: leaf states counted anew.
        remade: cells made anew.
    """

    leaf_states: int
    cells: int
    seconds: float
    mode: "Mode"
    recounted: int = 0
    remade: int = 0


def compute(*, at: dt.datetime, full: bool = False, progress: "Progress | None" = None) -> ComputeResult:
    """Bring the cells up to date (tính lại số liệu).

    Only what changed rows, definitions, validities or trees touch is counted and rolled up again; the switch to the
    new cells is one database row.

    Args:
        at: aware time of the computation; figures go at most to its day.
        full: count everything again, whatever is there.
        progress: called with (dataset, done, total) after each dataset.

    Raises:
        NoData: no batch is in force.
        BrokenCatalog: a definition file has an error.
        NoEngine: the engine does not answer.
        LakeDamaged: a file of the lake is missing or cannot be read.
    """
    from tinhso.engine.incremental import Manifest

    started = time.monotonic()
    with _only_one():
        catalog, catalog_hash = _catalog_on_disk()
        as_of = datasets.evaluation_date(at.date())
        if as_of is None:
            raise NoData(_("Chưa có dữ liệu để tính: hãy nhập tệp bằng “tinhso import” trước."))
        inputs = _inputs(catalog, as_of)
        fingerprint = _fingerprint(inputs, catalog_hash)
        current = states.in_force()
        if not full and current and current.fingerprint == fingerprint and states.are_there(current):
            return ComputeResult(current.leaf_states, current.cells, time.monotonic() - started, "unchanged")
        previous = None if full or current is None or not current.manifest else Manifest(**current.manifest)
        result = run(inputs, previous, progress)
        _switch(inputs=inputs, catalog_hash=catalog_hash, fingerprint=fingerprint, result=result, at=at)
        _tidy()
        seconds = time.monotonic() - started
        return ComputeResult(result.leaf_states, result.cells, seconds, result.mode, result.recounted, result.remade)


def run(
    inputs: "Inputs",
    previous: "Manifest | None",
    progress: "Progress | None" = None,
    *,
    folder: Path | None = None,
) -> "Result":
    """Make the states and cells of some inputs as files.

    Args:
        inputs: what to compute from.
        previous: the computation to go on from; None to count everything.
        progress: called with (dataset, done, total) after each dataset.
        folder: where to leave the files; None for where readers look.

    Raises:
        NoEngine: the engine does not answer.
        LakeDamaged: a file of the lake is missing or cannot be read.
    """
    from tinhso.engine import engines
    from tinhso.engine.backend import EngineUnreachable
    from tinhso.engine.incremental import Update

    spill = Path(settings.HOME) / "spill"
    with duck.connect(memory=settings.DUCKDB_MEMORY, threads=settings.DUCKDB_THREADS, spill=spill) as connection:
        target, lake = folder or states.folder(), CutLake(inputs.batches)
        try:
            with engines.opened(settings.ENGINE_URL, connection) as backend, datasets.damage_named(inputs.batches):
                return Update(connection, inputs, lake, target, previous, backend).run(progress)
        except EngineUnreachable as problem:
            raise NoEngine(str(problem)) from problem


def _inputs(catalog: "Catalog", as_of: dt.date) -> "Inputs":
    """What is computed from now: every dataset that a definition reads, cut at the batches in force."""
    from tinhso.engine import compute as engine
    from tinhso.engine.incremental import Inputs

    there = territory(states.STORED_VIEWS)
    first = min(datasets.first_day() or as_of, as_of)
    wanted = periods.periods_until(first, as_of, calendars.in_use())
    names = {name for schema in engine.datasets(catalog) for name in engine.related(catalog, schema)}
    code = f"{__version__} {states.FORM}"
    return Inputs(
        catalog, there, engine.timeline(wanted, there, as_of), datasets.data_cut(names), tree_identity(), code
    )


def _fingerprint(inputs: "Inputs", catalog_hash: str) -> str:
    """Identity of a computation: equal inputs give equal cells."""
    codes = ",".join(period.code for period in inputs.time.periods)
    starts = ",".join(map(str, inputs.time.atoms.starts))
    batches = json.dumps({name: sorted(keys) for name, keys in inputs.batches.items()}, sort_keys=True)
    return _digest(catalog_hash, inputs.tree, str(inputs.time.as_of), inputs.code, codes, starts, batches)


def _catalog_on_disk() -> "tuple[Catalog, str]":
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


@transaction.atomic
def _switch(*, inputs: "Inputs", catalog_hash: str, fingerprint: str, result: "Result", at: dt.datetime) -> None:
    """Let readers see the new cells; the earlier set stops being in force in the same transaction."""
    StateSet.objects.filter(in_force=True).update(in_force=False)
    made, _created = StateSet.objects.update_or_create(
        fingerprint=fingerprint,
        defaults={
            "as_of": inputs.time.as_of,
            "catalog_hash": catalog_hash,
            "tree_hash": inputs.tree,
            "leaf_states": result.leaf_states,
            "cells": result.cells,
            "manifest": dataclasses.asdict(result.manifest),
            "computed_at": at,
            "in_force": True,
        },
    )
    details = {"as_of": str(inputs.time.as_of), "fingerprint": fingerprint, "cells": result.cells, "mode": result.mode}
    audit.record(actor="system", action="indicators.computed", obj=f"state-set:{made.pk}", details=details, at=at)
    outbox.publish(topic="indicators.computed", payload=details, at=at)


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_suffix(f".{os.getpid()}.tmp")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def _tidy() -> None:
    """Remove files of computations long replaced, and what killed ones left behind; what releases quote stays."""
    from tinhso.engine.incremental import Manifest

    kept = list(StateSet.objects.order_by("-in_force", "-computed_at")[:FILES_KEPT])
    kept += list(StateSet.objects.filter(releases__isnull=False).distinct())
    newest = min(one.computed_at.timestamp() for one in kept[:FILES_KEPT])
    names = {states.catalog_path(one.catalog_hash).name for one in kept} | {"compute.lock"}
    for one in kept:
        names |= Manifest(**one.manifest).files() if one.manifest else set()
        names |= {path.name for path in states.territory_paths(one.tree_hash)}
    for path in states.folder().iterdir():
        is_old = path.stat().st_mtime < newest - GRACE
        if path.suffix == ".tmp" or (is_old and path.name not in names):  # nobody else computes now
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
