"""Reading cells: any figure at any unit and period, from memory."""

import datetime as dt
import difflib
import functools
import re
import threading
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import duckdb
from django.conf import settings
from django.utils.translation import gettext as _

from tinhso.core import clock
from tinhso.core.errors import UnknownName
from tinhso.datasets import api as datasets
from tinhso.engine import duck, periods
from tinhso.engine.periods import Period
from tinhso.indicators.models import StateSet
from tinhso.indicators.rules import AS_WAS, FigureStatus, figure_status, share
from tinhso.indicators.selectors import calendars, loaded, states
from tinhso.indicators.selectors.territory import UnitName, parse_view, territory, unit_names, view_day

_COLUMNS = "indicator, unit, version, category, numerator, denominator, excluded, estimated"
_Row = tuple[str, int, int, str | None, Decimal | None, Decimal | None, int | None, bool]
_ByName = dict[str, dict[int, list[_Row]]]
PERIODS_KEPT = 40  # of a computation, in the memory of a process; a year with its parts has fewer


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure (số liệu): numerator and denominator at a unit and period; a share is only derived.

    Attributes:
        unit_id: unit (identity).
        unit_code, unit_name, level: as valid at the period's end, else the latest before.
        category: of a figure given by category; None for the unit's own figure.
        numerator, denominator: None when nothing was delivered.
        value: numerator ÷ denominator, 0.8 being 80 %; None for 0 ÷ 0 and for missing figures.
        excluded: records the definition had to leave out; None where it leaves out none.
        estimated: whether declared shares of split units went into it.
    """

    indicator: str
    unit_id: int
    unit_code: str
    unit_name: str
    level: str
    period: str
    category: str | None
    numerator: Decimal | None
    denominator: Decimal | None
    excluded: int | None = None
    view: str = AS_WAS
    estimated: bool = False

    @property
    def value(self) -> float | None:
        return share(self.numerator, self.denominator)

    @property
    def status(self) -> FigureStatus:
        return figure_status(self.numerator, self.denominator)


def evaluation_date(release: int | None = None) -> dt.date | None:
    """The evaluation date of the figures in force, or of a release; before the first computation, what the data
    would give."""
    current = states.shown(release)
    return current.as_of if current else datasets.evaluation_date(clock.today())


def parse_period(code: str) -> Period:
    """A period by its code, civil or of any declared calendar.

    Raises:
        UnknownName: no period is written so, or no calendar has the id; carries examples.
        BrokenCalendar: the code names a calendar, and a calendar file does not fit.
    """
    known = calendars.named_in(code)
    try:
        return periods.parse(code, known)
    except periods.UnknownCalendar as unknown:
        nearest = difflib.get_close_matches(unknown.calendar, known, n=3)
        raise UnknownName(_("lịch báo cáo"), unknown.calendar, nearest or sorted(known)) from None
    except periods.UnreadablePeriod:
        year = code[:4] if re.match(r"[12][0-9]{3}", code) else "2023"
        samples = [f"{year}-05", f"{year}-Q2", f"{year}-H1", f"{year}-9M", year, f"{year}-05/ytd"]
        nearest = difflib.get_close_matches(code, [p.code for p in periods.periods_of_year(int(year), known)], n=3)
        raise UnknownName(_("kỳ"), code, nearest or samples) from None


def figures(
    *,
    indicators: Collection[str] | None = None,
    period_codes: Collection[str],
    unit_ids: Collection[int] | None = None,
    level: str | None = None,
    with_categories: bool = False,
    with_empty: bool = False,
    as_of: dt.date | None = None,
    view: str = AS_WAS,
    release: int | None = None,
) -> list[Figure]:
    """The figures there are; units and periods without any record in the denominator have none.

    Args:
        indicators: None for all.
        period_codes: codes of periods.
        unit_ids: None for every unit.
        level: only units of this kind.
        with_categories: also the figures of each category.
        with_empty: also 0 ÷ 0 of units without a record in the denominator whose stock has rows.
        as_of: another evaluation date than that of the figures in force; computed for the question.
        view: view of territory (see `territory.parse_view`); units are then those of the view's tree.
        release: number of a release; None for the figures in force.

    Returns:
        In order of indicator, period, level, unit code and category.

    Raises:
        UnknownName: no such period, view or release.
    """
    codes = {code: parse_period(code) for code in dict.fromkeys(period_codes)}
    view = parse_view(view)
    cells = _cells(as_of, frozenset(codes), view, release)
    if cells is None:
        return []
    names, found, tree_day = unit_names(), [], view_day(view)
    for code, period in codes.items():
        for row in _wanted(cells.of_period(code, view), indicators, unit_ids):
            if (with_categories or row[3] is None) and (with_empty or row[5] is not None):
                found.append(_figure(row, code, names.on(row[1], tree_day or period.ends_on), view))
    return sorted((figure for figure in found if level is None or figure.level == level), key=_order)


def _wanted(by_name: _ByName, indicators: Collection[str] | None, unit_ids: Collection[int] | None) -> Iterator[_Row]:
    """The rows of some indicators and units; None for all."""
    for indicator in by_name if indicators is None else dict.fromkeys(indicators):
        by_unit = by_name.get(indicator, {})
        for unit in by_unit if unit_ids is None else dict.fromkeys(unit_ids):
            yield from by_unit.get(unit, ())


def amounts(
    *, indicator: str, period_codes: Collection[str], release: int | None = None
) -> list[tuple[int, str, Decimal, Decimal]]:
    """One indicator's figures at all units over many periods, as bare numbers for analysis.

    Args:
        indicator: id.
        period_codes: codes of periods that are computed ahead; others give nothing.
        release: number of a release; None for the figures in force.

    Returns:
        (unit, period, numerator, denominator) wherever the denominator has a record, in the tree of each period.
    """
    shown = states.shown(release)
    if shown is None or not period_codes:
        return []
    return _stored(str(states.cells_path(shown))).of_indicator(indicator, frozenset(period_codes))


def cells_name(release: int | None = None) -> str:
    """What tells the figures of one computation from those of another; empty before the first one."""
    shown = states.shown(release)
    return "" if shown is None else str(states.cells_path(shown))


def absent_figure(
    *,
    indicator: str,
    unit_id: int,
    period: Period,
    as_of: dt.date | None = None,
    view: str = AS_WAS,
    release: int | None = None,
) -> Figure:
    """What stands where there is no cell: nothing happened although data came, or no data came at all.

    Args:
        indicator: id.
        unit_id: unit (identity).
        period: period of the figure.
        as_of: evaluation date; None for that of the figures in force.
        view: view of territory.
        release: number of a release; None for the figures in force.
    """
    from tinhso.indicators.selectors.definitions import definition

    named = unit_names().on(unit_id, view_day(view) or period.ends_on)
    current = states.shown(release)
    is_frozen = current is not None and release is not None
    reach = datasets.freshness_at(current.manifest["batches"]) if current and is_frozen else datasets.freshness()
    last = min(period.ends_on, as_of or (current.as_of if current else dt.date.min))
    is_there = period.starts_on <= last and all(
        reach[name].kind == "flow" and (first := reach[name].first_day) and first <= last
        for name in definition(indicator, release=release).denominator_datasets
    )
    amount = Decimal(0) if is_there else None
    return Figure(indicator, unit_id, named.code, named.name, named.level, period.code, None, amount, amount, view=view)


_LEVELS = {"province": 0, "department": 1, "district": 2, "commune": 3}  # then the undetermined node


def _order(figure: Figure) -> tuple[str, str, int, str, str]:
    level = _LEVELS.get(figure.level, 9)
    return figure.indicator, figure.period, level, figure.unit_code, figure.category or ""


def _figure(row: _Row, period: str, named: UnitName, view: str) -> Figure:
    indicator, unit, _version, category, numerator, denominator, excluded, estimated = row
    return Figure(
        indicator,
        unit,
        named.code,
        named.name,
        named.level,
        period,
        category,
        Decimal(0) if numerator is None else numerator,
        Decimal(0) if denominator is None else denominator,
        excluded,
        view,
        estimated,
    )


class Cells:
    """The cells of one computation in memory; a period's are taken out of DuckDB once, then found by name."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.lock = threading.Lock()
        self.of_period = functools.lru_cache(maxsize=PERIODS_KEPT)(self._read)

    def of_indicator(self, indicator: str, periods_: frozenset[str]) -> list[tuple[int, str, Decimal, Decimal]]:
        """(unit, period, numerator, denominator) of the latest version that each period has."""
        named = ", ".join(duck.literal(code) for code in sorted(periods_))
        query = f"""SELECT unit, period, arg_max(numerator, version), arg_max(denominator, version) FROM cell
            WHERE indicator = {duck.literal(indicator)} AND view = {duck.literal(AS_WAS)} AND category IS NULL
                AND denominator IS NOT NULL AND period IN ({named}) GROUP BY unit, period ORDER BY unit, period"""
        with self.lock:
            return self.connection.execute(query).fetchall()

    def _read(self, code: str, view: str) -> _ByName:
        """Rows of a period by indicator and unit."""
        where = f"period = {duck.literal(code)} AND view = {duck.literal(view)}"
        with self.lock:
            rows = self.connection.execute(f"SELECT {_COLUMNS} FROM cell WHERE {where}").fetchall()
        found: _ByName = {}
        for row in rows:
            found.setdefault(row[0], {}).setdefault(row[1], []).append(row)
        return found


def _cells(as_of: dt.date | None, period_codes: frozenset[str], view: str, release: int | None) -> Cells | None:
    """What holds the cells asked for: those made ahead, else made for the question from states or from records."""
    shown = states.shown(release)
    if shown is None:
        return None
    is_ahead = all("@" not in code or f"events {code}" in shown.manifest["taken"] for code in period_codes)
    if not is_ahead or as_of not in (None, shown.as_of):
        return _computed(shown.pk, shown.fingerprint, as_of or shown.as_of, period_codes, view, view_day(view))
    if view in (AS_WAS, *states.STORED_VIEWS):
        return _stored(str(states.cells_path(shown)))
    return _viewed(shown.pk, shown.fingerprint, period_codes, view)


@functools.lru_cache(maxsize=3)
def _stored(path: str) -> Cells:
    """The cells of a computation in memory, read once per process."""
    connection = duck.connect(memory="512MB", threads=1)
    cells = f"read_parquet({duck.literal(path)})"  # a parameter would have DuckDB import numpy and pandas
    connection.execute(f"CREATE TABLE cell AS SELECT * FROM {cells} ORDER BY view, period, unit")
    return Cells(connection)


@functools.lru_cache(maxsize=4)
def _viewed(key: int, _fingerprint: str, period_codes: frozenset[str], view: str) -> Cells:
    """Cells in another view of territory, rolled up from the kept states for just these periods."""
    from tinhso.engine import rollup

    connection = duck.connect(memory=settings.DUCKDB_MEMORY, threads=settings.DUCKDB_THREADS)
    found = StateSet.objects.get(pk=key)
    catalog = states.stored_catalog(found.catalog_hash)
    loaded.load(connection, found, catalog, views=[view])
    periods_ = ", ".join(duck.literal(code) for code in period_codes)
    connection.execute(
        f"""CREATE TEMP TABLE engine_dirty AS SELECT DISTINCT c.view, c.node AS unit, p.period
            FROM engine_closure AS c CROSS JOIN engine_periods AS p WHERE c.view > 0 AND p.period IN ({periods_})"""
    )
    rollup.roll_up(connection, catalog, only_dirty=True)
    return Cells(connection)


@functools.lru_cache(maxsize=4)
def _computed(
    key: int, _fingerprint: str, as_of: dt.date, period_codes: frozenset[str], view: str, _tree: dt.date | None
) -> Cells:
    """Cells for another evaluation date or calendar, computed from the records for just these periods."""
    from tinhso.engine import compute, rollup

    connection = duck.connect(memory=settings.DUCKDB_MEMORY, threads=settings.DUCKDB_THREADS)
    found = StateSet.objects.get(pk=key)
    catalog = states.stored_catalog(found.catalog_hash)
    tree = territory([view])
    time = compute.timeline([parse_period(code) for code in period_codes], tree, as_of)
    if not time.periods:
        connection.execute(f"CREATE TABLE cell ({rollup.CELL_COLUMNS})")
        return Cells(connection)
    names = {name for schema in compute.datasets(catalog) for name in compute.related(catalog, schema)}
    datasets.attach(connection, sorted(names), found.manifest["batches"])
    compute.compute(connection, catalog, tree, time)
    return Cells(connection)


def series(
    *, indicator: str, unit_id: int, period_codes: Iterable[str], view: str = AS_WAS, release: int | None = None
) -> dict[str, Figure]:
    """One indicator at one unit over several periods, by period code."""
    codes = list(period_codes)
    found = figures(indicators=[indicator], period_codes=codes, unit_ids=[unit_id], view=view, release=release)
    return {figure.period: figure for figure in found}
