"""Proving that the lake says what the database says, row by row and column by column."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tinhso.datasets import api as datasets
from tinhso.public_services.assistance.selectors import rows as assistance
from tinhso.public_services.publishing.rules.rows import Row, Value, differing
from tinhso.public_services.publishing.selectors import dossiers, help_rows, lake, procedures
from tinhso.public_services.publishing.selectors.lake import Key, LakeRows

SHOWN = 20
HIDDEN = "•••"  # instead of what is personal


@dataclass(frozen=True, slots=True)
class Difference:
    """Where lake and database say different things.

    Attributes:
        kind: `missing` in the lake, `different` in a column, or `extra` in the lake.
        column: empty but for `different`.
        database: what the database says; None where it says nothing; masked where it is personal.
        lake: likewise.
    """

    kind: str
    key: str
    column: str = ""
    database: Value = None
    lake: Value = None


@dataclass
class Comparison:
    """How a dataset compares.

    Attributes:
        rows: that the database has to tell.
        waiting: of these, changed since they were published last, and so not compared.
        missing: not in the lake.
        different: in the lake with another content.
        extra: in the lake from our batches, and not in the database.
        differences: the first of them.
    """

    dataset: str
    rows: int = 0
    waiting: int = 0
    missing: int = 0
    different: int = 0
    extra: int = 0
    differences: list[Difference] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)  # of all rows that are missing or different

    @property
    def is_same(self) -> bool:
        """Whether every row was compared and is the same."""
        return not (self.waiting or self.missing or self.different or self.extra)

    def add(self, difference: Difference) -> None:
        """Keep one to show, unless there are enough."""
        if len(self.differences) < SHOWN:
            self.differences.append(difference)


def compare() -> list[Comparison]:
    """Compare everything that is published with the rows in force in the lake (đối chiếu).

    The caller keeps publishing away meanwhile (`services.publication.alone`).

    Raises:
        LakeDamaged: a file of the lake is missing or cannot be read.
    """
    return [
        _compared(procedures.DATASET, [[(row, False) for row in procedures.rows()]]),
        _compared(dossiers.DATASET, _dossiers()),
        _compared(help_rows.DATASET, _assistance()),
    ]


def _dossiers() -> Iterator[list[tuple[Row, bool]]]:
    for chunk in dossiers.chunks(dossiers.publishable()):
        yield [(row, dossier.published_seq < dossier.revision) for dossier, row in chunk]


def _assistance() -> Iterator[list[tuple[Row, bool]]]:
    waiting = {row.request_id for row in assistance.unpublished(limit=10**9)}
    yield [(help_rows.row(one), one.request_id in waiting) for one in assistance.every()]


def _compared(dataset: str, chunks: Iterable[list[tuple[Row, bool]]]) -> Comparison:
    found = Comparison(dataset)
    with lake.opened(dataset) as rows:
        for chunk in chunks:
            if chunk:
                _compare_chunk(found, rows, chunk)
        for key in rows.unknown():
            found.extra += 1
            found.add(Difference("extra", _shown(key)))
    return found


def _compare_chunk(found: Comparison, rows: LakeRows, chunk: list[tuple[Row, bool]]) -> None:
    there = rows.found([rows.key(row) for row, _waits in chunk])
    for row, waits in chunk:
        key = rows.key(row)
        found.rows += 1
        if waits:
            found.waiting += 1
        elif key not in there:
            found.missing += 1
            found.keys.append(key)
            found.add(Difference("missing", _shown(key)))
        else:
            _compare_row(found, key, row, there[key][0])


def _compare_row(found: Comparison, key: Key, ours: Row, theirs: Row) -> None:
    columns = differing(ours, theirs)
    if not columns:
        return
    found.different += 1
    found.keys.append(key)
    contract = datasets.contract(found.dataset)
    for column in columns:
        values = (HIDDEN, HIDDEN) if contract.columns[column].personal else (ours[column], theirs.get(column))
        found.add(Difference("different", _shown(key), column, *values))


def _shown(key: Key) -> str:
    return "/".join(str(part) for part in key)
