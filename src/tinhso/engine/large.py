"""Sets of more than 64 k members (staff, households, citizens) as Roaring bitmaps, merged outside of DuckDB.

The same algebra as `rollup` has for bit strings, with the same results; which of the two holds a set is chosen by
the size of its dictionary (`backend.SMALL_SET`). Merged sets are counted node by node and then dropped, so that
memory holds the leaf states and one node's periods.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa
from pyroaring import BitMap

from tinhso.engine import duck, language
from tinhso.engine.catalog import Catalog, Indicator
from tinhso.engine.language import SetExpression, SetOperation

UNITLESS = -1
Node = tuple[int, int]  # view and unit
Run = tuple[int, ...]  # consecutive atoms
_COUNTS = {
    "expression": pa.string(),
    "view": pa.int32(),
    "unit": pa.int32(),
    "period": pa.string(),
    "size": pa.int64(),
    "estimated": pa.bool_(),
}


@dataclass
class _States:
    """Merged over units, not yet over time: by node, measure and atom; and which of these were reached by shares."""

    sets: dict[Node, dict[int, dict[int, list[BitMap]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    )
    estimated: set[tuple[Node, int, int]] = field(default_factory=set)  # node, measure and atom


def expression_key(indicator: Indicator, members: SetExpression) -> str:
    """Name of a counted set in `large_counts`."""
    return f"{indicator.id} {indicator.text.version} {members!r}"


def register_counts(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, indicators: Collection[Indicator], *, only_dirty: bool
) -> None:
    """Leave `large_counts(expression, view, unit, period, size, estimated)`, empty where no set is large."""
    held = {
        row[0] for row in connection.execute("SELECT DISTINCT measure FROM leaf WHERE bitmap IS NOT NULL").fetchall()
    }
    wanted = [
        (indicator, members, numbers)
        for indicator in indicators
        for members in dict.fromkeys(_sets(indicator))
        if held & set((numbers := _numbers(catalog, indicator, members)).values())
    ]
    columns: dict[str, list[object]] = {name: [] for name in _COUNTS}
    if wanted:
        measures = {number for _i, _m, numbers in wanted for number in numbers.values()}
        counter = Counter(connection, measures, only_dirty=only_dirty)
        for indicator, members, named in wanted:
            key = expression_key(indicator, members)
            for (view, unit), period, found, estimated in counter.evaluated(members, indicator, named):
                for column, value in zip(_COUNTS, (key, view, unit, period, len(found), estimated), strict=True):
                    columns[column].append(value)
    arrays = {name: pa.array(columns[name], kind) for name, kind in _COUNTS.items()}
    duck.keep(connection, "large_counts", pa.table(arrays))


class Counter:
    """Evaluates set expressions over the large leaf states of some measures."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, measures: Collection[int], *, only_dirty: bool = False
    ) -> None:
        numbers = ", ".join(map(str, sorted(measures))) or "NULL"
        self.states, self.everywhere = _States(), _States()
        bitmaps: dict[tuple[int, int, int], BitMap] = {}
        rows = connection.execute(
            f"SELECT measure, unit, atom, bitmap FROM leaf WHERE bitmap IS NOT NULL AND measure IN ({numbers})"
        ).fetchall()
        for measure, unit, atom, content in rows:
            bitmaps[measure, unit, atom] = BitMap.deserialize(content)
            if unit == UNITLESS:
                self.everywhere.sets[0, UNITLESS][measure][atom].append(bitmaps[measure, unit, atom])
        place = "SEMI JOIN engine_dirty AS x ON x.view = c.view AND x.unit = c.node" if only_dirty else ""
        placed = connection.execute(
            f"SELECT c.view, c.node, c.unit_version, c.atom, c.share < 1 FROM engine_closure AS c {place}"
        ).fetchall()
        for view, node, unit, atom, estimated in placed:
            for measure in measures:
                bitmap = bitmaps.get((measure, unit, atom))
                if bitmap is not None:
                    self.states.sets[view, node][measure][atom].append(bitmap)
                    if estimated:
                        self.states.estimated.add(((view, node), measure, atom))
        self.windows = self._windows(connection)
        self.dirty = None
        if only_dirty:
            found = connection.execute("SELECT view, unit, period FROM engine_dirty").fetchall()
            self.dirty = {(view, unit, period) for view, unit, period in found}

    @staticmethod
    def _windows(connection: duckdb.DuckDBPyConnection) -> dict[int, dict[str, list[int]]]:
        """The atoms that each measure takes for each period."""
        found: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        rows = connection.execute(
            "SELECT w.measure, p.period, p.atom FROM engine_measures AS w JOIN engine_period_atoms AS p USING (kind)"
        ).fetchall()
        for measure, period, atom in rows:
            found[measure][period].append(atom)
        return found

    def evaluated(
        self, members: SetExpression, indicator: Indicator, numbers: Mapping[str, int]
    ) -> Iterable[tuple[Node, str, BitMap, bool]]:
        """(node, period, members, estimated) of a set expression wherever one of its sets with a unit has a state."""
        bound = {name: number for name, number in numbers.items() if not indicator.measures[name].is_unitless}
        loose = {name: number for name, number in numbers.items() if name not in bound}
        everywhere = {name: self._periods(self.everywhere, (0, UNITLESS), number) for name, number in loose.items()}
        for node in list(self.states.sets):
            here = {name: self._periods(self.states, node, number) for name, number in bound.items()}
            for period in dict.fromkeys(code for sets in here.values() for code in sets):
                if self.dirty is not None and (*node, period) not in self.dirty:
                    continue
                sets = {name: periods.get(period) for name, periods in (here | everywhere).items()}
                yield node, period, _evaluated(members, sets), self._is_estimated(node, period, bound)

    def _periods(self, states: _States, node: Node, measure: int) -> dict[str, BitMap]:
        """The members of one measure at a node in every period that has some."""
        own = states.sets[node].get(measure)
        if not own:
            return {}
        runs = {
            period: tuple(atom for atom in sorted(atoms) if atom in own)
            for period, atoms in self.windows[measure].items()
        }
        united: dict[Run, BitMap] = {(atom,): _union(several) for atom, several in own.items()}
        for run in sorted(set(runs.values()), key=len):
            if run and run not in united:
                united[run] = _longer(run, united)
        return {period: united[run] for period, run in runs.items() if run}

    def _is_estimated(self, node: Node, period: str, bound: Mapping[str, int]) -> bool:
        if not self.states.estimated:
            return False
        states = ((node, number, atom) for number in bound.values() for atom in self.windows[number][period])
        return any(state in self.states.estimated for state in states)


def _union(sets: list[BitMap]) -> BitMap:
    return sets[0] if len(sets) == 1 else BitMap.union(*sets)


def _longer(run: Run, united: Mapping[Run, BitMap]) -> BitMap:
    """The union over a run of atoms from shorter runs: the longest that begins it, and what is left."""
    length = next(length for length in range(len(run) - 1, 0, -1) if run[:length] in united)
    left = run[length:]
    rest = [united[left]] if left in united else [united[(atom,)] for atom in left]
    return BitMap.union(united[run[:length]], *rest)


def _evaluated(members: SetExpression, sets: Mapping[str, BitMap | None]) -> BitMap:
    match members:
        case language.Members(name):
            return sets[name] or BitMap()
        case SetOperation(operator, left, right):
            first, second = _evaluated(left, sets), _evaluated(right, sets)
            return {"&": BitMap.__and__, "|": BitMap.__or__, "-": BitMap.__sub__}[operator](first, second)
    raise AssertionError(members)


def _sets(indicator: Indicator) -> Iterable[SetExpression]:
    yield from language.sets_of(indicator.ratio.numerator)
    yield from language.sets_of(indicator.ratio.denominator)


def _numbers(catalog: Catalog, indicator: Indicator, members: SetExpression) -> dict[str, int]:
    names = dict.fromkeys(language.members_of(members))
    return {name: catalog.number(indicator.measures[name]) for name in names}
