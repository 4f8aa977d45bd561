"""What changed between two releases, or since one: cells, with the batches and reasons behind them."""

import datetime as dt
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from django.conf import settings
from django.utils.translation import gettext as _

from tinhso.core.errors import ImpossibleRequest
from tinhso.datasets import api as datasets
from tinhso.engine import duck
from tinhso.indicators.models import StateSet
from tinhso.indicators.rules import AS_WAS, share
from tinhso.indicators.selectors import loaded, states
from tinhso.indicators.selectors.cut_lake import CutLake
from tinhso.indicators.selectors.figures import parse_period
from tinhso.indicators.selectors.territory import parse_view, unit_names, view_day

if TYPE_CHECKING:
    from tinhso.engine.catalog import Catalog

Pair = tuple[Decimal, Decimal] | None


@dataclass(frozen=True, slots=True)
class ChangedCell:
    """One figure that is another than before.

    Attributes:
        unit_id: unit (identity); 0 for records without a certain unit.
        before, after: numerator and denominator; None where there was, or is, no figure.
        batches: batches that came into force or left it and have records of the figure.
        reasons: in words, one for each of them, and for definitions, units or dates that changed.
    """

    indicator: str
    unit_id: int
    unit_code: str
    unit_name: str
    level: str
    period: str
    category: str | None
    before: Pair
    after: Pair
    batches: tuple[int, ...]
    reasons: tuple[str, ...]

    @property
    def value_before(self) -> float | None:
        return share(*self.before) if self.before else None

    @property
    def value_after(self) -> float | None:
        return share(*self.after) if self.after else None


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs between two sets of figures; None as a number stands for the figures in force."""

    before: int | None
    after: int | None
    cells: list[ChangedCell]


def difference(
    before: int | None, after: int | None, *, periods: Collection[str] | None = None, view: str = AS_WAS
) -> Difference:
    """Compare the cells of two releases (so sánh hai bản chốt).

    Args:
        before: number of a release; None for the figures in force.
        after: the same.
        periods: codes; None for every period.
        view: view of territory that both have.

    Raises:
        UnknownName: no such release, view or period.
        ImpossibleRequest: nothing has been computed yet, neither has a period, or the view's cells are not kept.
    """
    old, new = states.shown(before), states.shown(after)
    if old is None or new is None:
        raise ImpossibleRequest(_("Chưa có số liệu để so sánh."))
    view = parse_view(view)
    if view not in (AS_WAS, *states.STORED_VIEWS):
        raise ImpossibleRequest(_("Chỉ so sánh được theo as-was hoặc as-is."))
    codes = None if periods is None else [parse_period(code).code for code in periods]
    if not all(any(f"last {code}" in one.manifest["taken"] for one in (old, new)) for code in codes or ()):
        raise ImpossibleRequest(_("Chưa có số liệu cho kỳ này."))
    with duck.connect(memory=settings.DUCKDB_MEMORY, threads=settings.DUCKDB_THREADS) as connection:
        _compare(connection, old, new, view, codes)
        reasons = (
            _Reasons(connection, old, new, view) if connection.execute("FROM changed LIMIT 1").fetchall() else None
        )
        cells = [_cell(row, reasons, view) for row in _changed_rows(connection)] if reasons else []
    order = {"province": 0, "department": 1, "district": 2, "commune": 3}
    cells.sort(key=lambda c: (c.indicator, c.period, order.get(c.level, 9), c.unit_code, c.category or ""))
    return Difference(before, after, cells)


def cells_checksum(path: Path) -> str:
    """SHA-256 over all cells of a file, in one order."""
    digest = hashlib.sha256()
    with duck.connect(threads=1) as connection:
        rows = connection.execute(
            "FROM read_parquet(?) ORDER BY view, indicator, version, period, unit, category", [str(path)]
        )
        while batch := rows.fetchmany(20_000):
            digest.update(repr(batch).encode())
    return digest.hexdigest()


def _compare(
    connection: duckdb.DuckDBPyConnection, old: StateSet, new: StateSet, view: str, codes: list[str] | None
) -> None:
    """The table `changed`: key, then numerator and denominator before and after."""
    paths = [duck.literal(str(states.cells_path(one))) for one in (old, new)]
    only = "" if codes is None else f"AND period IN ({', '.join(map(duck.literal, codes)) or 'NULL'})"
    parts = [f"(SELECT * FROM read_parquet({path}) WHERE view = {duck.literal(view)} {only})" for path in paths]
    connection.execute(
        f"""
        CREATE TEMP TABLE changed AS
        SELECT COALESCE(a.indicator, b.indicator) AS indicator, COALESCE(a.unit, b.unit) AS unit,
               COALESCE(a.period, b.period) AS period, COALESCE(a.category, b.category) AS category,
               a.numerator AS old_numerator, a.denominator AS old_denominator,
               b.numerator AS new_numerator, b.denominator AS new_denominator,
               a.unit IS NOT NULL AS is_old, b.unit IS NOT NULL AS is_new
        FROM {parts[0]} AS a FULL JOIN {parts[1]} AS b
          ON a.indicator = b.indicator AND a.unit = b.unit AND a.period = b.period
             AND a.category IS NOT DISTINCT FROM b.category
        WHERE (a.unit IS NULL) <> (b.unit IS NULL) OR a.numerator IS DISTINCT FROM b.numerator
           OR a.denominator IS DISTINCT FROM b.denominator
        """
    )


_Row = tuple[str, int, str, str | None, Decimal | None, Decimal | None, Decimal | None, Decimal | None, bool, bool]


def _changed_rows(connection: duckdb.DuckDBPyConnection) -> list[_Row]:
    return connection.execute("FROM changed").fetchall()


def _cell(row: _Row, reasons: "_Reasons", view: str) -> ChangedCell:
    indicator, unit, period, category, a, b, c, d, is_old, is_new = row
    named = unit_names().on(unit, view_day(view) or parse_period(period).ends_on)
    batches, words = reasons.behind(indicator, unit, period)
    before = (a or Decimal(0), b or Decimal(0)) if is_old else None
    after = (c or Decimal(0), d or Decimal(0)) if is_new else None
    return ChangedCell(
        indicator, unit, named.code, named.name, named.level, period, category, before, after, batches, words
    )


class _Reasons:
    """Which batches lie behind which cells, and what else differs between two computations."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, old: StateSet, new: StateSet, view: str) -> None:
        self.connection, self.old, self.new = connection, old, new
        self.catalog = states.stored_catalog(new.catalog_hash)
        self.number = 0 if view == AS_WAS else 1
        loaded.prepare(connection, new, self.catalog, [] if view == AS_WAS else [view])
        self.by_cell: dict[tuple[str, int, str], set[int]] = {}
        self.words: dict[int, str] = {}
        self.datasets = _datasets_behind(self.catalog)
        for name in sorted(set(old.manifest["batches"]) | set(new.manifest["batches"])):
            self._dataset(name)

    def _dataset(self, name: str) -> None:
        """Note the cells that each changed batch of a dataset has records of."""
        from tinhso.engine import incremental

        before, now = (set(one.manifest["batches"].get(name, ())) for one in (self.old, self.new))
        lake = CutLake({name: sorted(before | now)})
        for key in sorted(before ^ now):
            batch = datasets.batch(key)
            self.words[key] = _came(batch) if key in now else _went(batch)
            incremental.touch_batches(self.connection, lake, datasets.contract(name).as_schema, [key])
            rows = self.connection.execute(
                """
                SELECT DISTINCT c.node, p.period
                FROM engine_touched AS t
                JOIN engine_closure AS c ON c.atom = t.atom AND (c.unit_version = t.unit OR t.unit = -1)
                JOIN engine_period_atoms AS p ON p.atom = t.atom
                WHERE c.view = ?
                """,
                [self.number],
            ).fetchall()
            for unit, period in rows:
                self.by_cell.setdefault((name, unit, period), set()).add(key)
            self._related(name, key)

    def _related(self, name: str, key: int) -> None:
        """Records of one dataset are looked up by others: a changed validity may lie behind any of their figures."""
        for indicator, (_read, looked_up) in self.datasets.items():
            if name in looked_up:
                self.by_cell.setdefault((f"{indicator} {name}", 0, ""), set()).add(key)

    def behind(self, indicator: str, unit: int, period: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """The batches behind a cell's change, and all reasons in words."""
        read, looked_up = self.datasets.get(indicator, ((), ()))
        found: set[int] = set()
        for name in read:
            found |= self.by_cell.get((name, unit, period), set())
        for name in looked_up:
            found |= self.by_cell.get((f"{indicator} {name}", 0, ""), set())
        words = [self.words[key] for key in sorted(found)]
        return tuple(sorted(found)), (*words, *self._others(indicator))

    def _others(self, indicator: str) -> list[str]:
        found = []
        digests = [
            {name: digest for name, digest in one.manifest["indicators"].items() if name.split(" ")[0] == indicator}
            for one in (self.old, self.new)
        ]
        if digests[0] != digests[1]:
            found.append(_("Định nghĩa chỉ tiêu đã thay đổi"))
        if self.old.tree_hash != self.new.tree_hash:
            found.append(_("Danh mục hoặc cây đơn vị đã thay đổi"))
        if self.old.as_of != self.new.as_of:
            days = {"old": f"{self.old.as_of:%d/%m/%Y}", "new": f"{self.new.as_of:%d/%m/%Y}"}
            found.append(_("Ngày tính đến: %(old)s → %(new)s") % days)
        return found


def _datasets_behind(catalog: "Catalog") -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """By indicator: the datasets it counts, and those that its filters look into."""
    found = {}
    for indicator in catalog.indicators:
        read = tuple(dict.fromkeys(measure.dataset.name for measure in indicator.measures.values()))
        looked_up = tuple(
            dict.fromkeys(r.to.name for name in read for r in catalog.relations.get(name, ()) if r.to.name not in read)
        )
        found[indicator.id] = read, looked_up
    return found


def _came(batch: datasets.Batch) -> str:
    return _("Lô %(batch)s (%(files)s) do %(who)s nhập %(day)s") % {
        "batch": batch.pk,
        "files": ", ".join(file.name for file in batch.files.all()[:3]),
        "who": batch.actor,
        "day": _day(batch.created_at),
    }


def _went(batch: datasets.Batch) -> str:
    if batch.revoked_at is None:
        return _("Lô %(batch)s chỉ có trong bản trước") % {"batch": batch.pk}
    return _("Lô %(batch)s do %(who)s thu hồi %(day)s: %(reason)s") % {
        "batch": batch.pk,
        "who": batch.revoked_by,
        "day": _day(batch.revoked_at),
        "reason": batch.revoke_reason or "–",
    }


def _day(moment: dt.datetime) -> str:
    from django.utils import timezone

    return f"{timezone.localtime(moment):%d/%m/%Y}"
