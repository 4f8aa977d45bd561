"""Freezing figures for official reports, and computing them again from the lake."""

import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from tinhso import __version__
from tinhso.core import audit
from tinhso.core.errors import ImpossibleRequest
from tinhso.engine import periods
from tinhso.indicators.models import Release, StateSet
from tinhso.indicators.rules import AS_IS
from tinhso.indicators.selectors import calendars, releases, states
from tinhso.indicators.selectors.diff import cells_checksum
from tinhso.indicators.selectors.figures import parse_period
from tinhso.indicators.selectors.releases import ReleaseRow
from tinhso.indicators.selectors.territory import territory, tree_identity
from tinhso.indicators.services import computing

if TYPE_CHECKING:
    import pyarrow as pa

    from tinhso.engine.incremental import Inputs


def create_release(
    *, plan_number: str, plan_version: str, plan_hash: str, period: str, note: str, actor: str, at: dt.datetime
) -> ReleaseRow:
    """Freeze the figures as they are now (chốt số liệu): data cut, catalog, plan and tree.

    The figures are brought up to date first, so that a release never quotes stale ones.

    Args:
        plan_number: the plan that the figures are frozen for, with its version and the hash of its content, as text.
        plan_version: see there.
        plan_hash: see there.
        period: code of the period that the report is about.
        note: why, in a sentence.
        actor: who freezes them.
        at: aware time.

    Raises:
        UnknownName: no such period.
        ImpossibleRequest: there are no figures of the period.
        NoData: nothing can be computed yet.
    """
    wanted = parse_period(period)
    computing.compute(at=at)
    shown = states.in_force()
    if shown is None or f"last {wanted.code}" not in shown.manifest["taken"]:
        raise ImpossibleRequest(_("Chưa có số liệu của kỳ %(period)s để chốt.") % {"period": period})
    _keep_territory(shown)
    with transaction.atomic():
        latest = Release.objects.aggregate(latest=Max("number"))["latest"] or 0
        made = Release.objects.create(
            number=latest + 1,
            state_set=shown,
            plan_number=plan_number,
            plan_version=plan_version,
            plan_hash=plan_hash,
            period=wanted.code,
            note=note,
            code_version=__version__,
            cells_sha256=cells_checksum(states.cells_path(shown)),
            created_by=actor,
            created_at=at,
        )
        details = {"plan": plan_number, "period": wanted.code, "cells": made.cells_sha256, "note": note}
        audit.record(actor=actor, action="indicators.released", obj=f"release:{made.number}", details=details, at=at)
    return releases.release(made.number)


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a release computed again from the lake gives the same cells, and readers still see these.

    Attributes:
        expected: SHA-256 of the cells when they were frozen.
        found: of those computed again.
        kept: of those in the file that readers see; empty where it is lost or cannot be read.
    """

    number: int
    cells: int
    expected: str
    found: str
    kept: str

    @property
    def is_same(self) -> bool:
        return self.expected == self.found == self.kept


def verify_release(number: int) -> Verification:
    """Compute a release again, from the records and definitions that it froze (tính lại bản chốt).

    Raises:
        UnknownName: no such release.
        LakeDamaged: a file of the lake is missing or cannot be read.
    """
    release = releases.stored(number)
    with tempfile.TemporaryDirectory(prefix="verify-", dir=_scratch()) as folder:
        result = computing.run(_frozen(release.state_set), None, folder=Path(folder))
        found = cells_checksum(Path(folder) / result.manifest.cells)
    try:
        kept = cells_checksum(states.cells_path(release.state_set))
    except duckdb.Error:
        kept = ""
    return Verification(number, result.cells, release.cells_sha256, found, kept)


def _scratch() -> Path:
    folder = Path(settings.HOME) / "spill"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _frozen(found: StateSet) -> "Inputs":
    """What a computation was made from, as it was then."""
    import pyarrow.parquet as pq

    from tinhso.engine import compute as engine
    from tinhso.engine.compute import Territory, View
    from tinhso.engine.incremental import Inputs

    catalog = states.stored_catalog(found.catalog_hash)
    codes = dict.fromkeys(name.split(" ", 1)[1] for name in found.manifest["taken"])
    wanted = [periods.parse(code, calendars.named_in(code)) for code in codes]
    versions, closure, placement, tree = (pq.read_table(path) for path in states.territory_paths(found.tree_hash))
    there = Territory(versions, closure, (View(AS_IS, placement, tree),))
    time = engine.timeline(wanted, there, found.as_of)
    return Inputs(catalog, there, time, found.manifest["batches"], found.tree_hash, found.manifest["code"])


def _keep_territory(shown: StateSet) -> None:
    """Keep the tree that the figures were computed with.

    Raises:
        ImpossibleRequest: units changed since; the figures have to be computed again first.
    """
    import pyarrow.parquet as pq

    if shown.tree_hash != tree_identity():
        raise ImpossibleRequest(_("Đơn vị đã thay đổi từ lần tính gần nhất; hãy chạy “tinhso compute” rồi chốt lại."))
    there = territory([AS_IS])
    tables: list[pa.Table] = [there.versions, there.closure, there.views[0].placement, there.views[0].closure]
    for path, table in zip(states.territory_paths(shown.tree_hash), tables, strict=True):
        if not path.exists():
            unfinished = path.with_suffix(".tmp")
            pq.write_table(table, unfinished)
            unfinished.replace(path)
