"""What is in the lake and in force, and how to read it."""

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from django.conf import settings
from django.db.models import F, Max, Min, Sum
from django.utils.translation import gettext as _

from tinhso.core.errors import UnknownName
from tinhso.core.per_request import once_per_request
from tinhso.datasets import lake
from tinhso.datasets.contracts import Contract, contracts
from tinhso.datasets.models import Batch, BatchFile
from tinhso.engine import duck
from tinhso.engine.duck import literal
from tinhso.engine.schema import Rows

if TYPE_CHECKING:
    import pyarrow as pa
    from django.db.models import QuerySet

EVENTS_AND_STATES = ("flow", "stock")
Cut = Mapping[str, Collection[int]]  # a data cut: the batches that count, by dataset


def contract(name: str) -> Contract:
    """The contract of a dataset.

    Raises:
        UnknownName: no such dataset; carries the nearest names.
    """
    import difflib

    known = contracts()
    if name not in known:
        nearest = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or list(known)[:3]
        raise UnknownName(_("bộ dữ liệu"), name, nearest)
    return known[name]


def batches_in_force(dataset: str) -> list[Batch]:
    """The batches whose rows count, in order of import."""
    return list(Batch.objects.filter(dataset=dataset, state=Batch.State.IN_FORCE).order_by("pk"))


def recent_batches(*, dataset: str | None = None, limit: int = 50) -> list[Batch]:
    """The latest imports, revoked ones included."""
    finished = Batch.objects.exclude(state=Batch.State.PENDING)
    if dataset:
        finished = finished.filter(dataset=dataset)
    return list(finished.prefetch_related("files").order_by("-pk")[:limit])


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far a dataset reaches (độ mới).

    Attributes:
        last_day: last day of its events or states; None without data.
        first_day: first such day.
        batches: batches in force.
        rows: rows accepted by them.
        quarantined: rows kept back by them.
        imported_at: when the latest was imported.
    """

    dataset: str
    title: str
    kind: str
    last_day: dt.date | None
    first_day: dt.date | None
    batches: int
    rows: int
    quarantined: int
    imported_at: dt.datetime | None


@once_per_request
def freshness() -> dict[str, Freshness]:
    """Every dataset's reach, in one query."""
    return _reach(Batch.objects.filter(state=Batch.State.IN_FORCE))


def freshness_at(cut: Cut) -> dict[str, Freshness]:
    """How far every dataset reached at an earlier data cut, whatever became of its batches since."""
    return _reach_of(tuple(sorted(key for keys in cut.values() for key in keys)))


@once_per_request
def _reach_of(keys: tuple[int, ...]) -> dict[str, Freshness]:
    return _reach(Batch.objects.filter(pk__in=keys))


def _reach(counting: "QuerySet[Batch]") -> dict[str, Freshness]:
    from django.db.models import Count

    found: dict[str, Freshness] = {}
    rows = {
        row["dataset"]: row
        for row in counting.values("dataset")
        .order_by()
        .annotate(
            last=Max("last_day"),
            first=Min("first_day"),
            count=Count("pk"),
            rows=Sum("accepted"),
            kept_back=Sum("quarantined"),
            at=Max("created_at"),
        )
    }
    for name, known in contracts().items():
        row = rows.get(name)
        found[name] = Freshness(
            dataset=name,
            title=known.title,
            kind=known.kind,
            last_day=row["last"] if row else None,
            first_day=row["first"] if row else None,
            batches=row["count"] if row else 0,
            rows=row["rows"] if row else 0,
            quarantined=row["kept_back"] if row else 0,
            imported_at=row["at"] if row else None,
        )
    return found


def evaluation_date(today: dt.date) -> dt.date | None:
    """The last day covered by events and states, at most today and the last day that figures look at
    (`TINHSO_FIGURES_UNTIL`); None without data.

    Validities (procedures) alone say what holds until further notice, so they reach to that day.
    """
    today = min(today, settings.FIGURES_UNTIL or today)
    reach = freshness().values()
    days = [f.last_day for f in reach if f.kind in EVENTS_AND_STATES and f.last_day]
    if days:
        return min(max(days), today)
    return today if any(f.batches for f in reach) else None


def first_day() -> dt.date | None:
    """The first day covered by events, states and yearly figures, else by validities.

    Where validities hold before that year, the day before it, from whose state a plan of the year sets out.
    """
    reach = [(f.kind, f.first_day) for f in freshness().values() if f.first_day]
    first = min((day for kind, day in reach if kind != "validity"), default=None)
    holds = min((day for kind, day in reach if kind == "validity"), default=None)
    if first is None or holds is None:
        return first or holds
    year_end = dt.date(first.year - 1, 12, 31)
    return year_end if holds <= year_end else first


def data_cut(names: Iterable[str]) -> dict[str, list[int]]:
    """The batches in force of some datasets, in order of import: what a release freezes."""
    found: dict[str, list[int]] = {name: [] for name in names}
    in_force = Batch.objects.filter(dataset__in=found, state=Batch.State.IN_FORCE).order_by("pk")
    for name, key in in_force.values_list("dataset", "pk"):
        found[name].append(key)
    return found


def attach(connection: duckdb.DuckDBPyConnection, names: Iterable[str], cut: Cut | None = None) -> None:
    """Create a view of the rows in force for each dataset, named after it.

    Columns: the contract's, and `_unit` INTEGER (unit version), `_batch` BIGINT, `_file` INTEGER, `_line` BIGINT.

    Args:
        connection: gets the views.
        names: datasets.
        cut: an earlier data cut; None for the batches in force now.

    Raises:
        LakeDamaged: a file is not there.
    """
    for name in names:
        duck.attach(connection, rows(name, None if cut is None else cut.get(name, ())))


def rows(dataset: str, batches: Collection[int] | None = None) -> Rows:
    """The rows of a dataset that count, as files: later rows of a key replace earlier ones.

    Args:
        dataset: contract name.
        batches: those that count, whatever their state is now; None for the batches in force.

    Raises:
        LakeDamaged: a file is not there.
    """
    chosen = _with_rows(dataset, batches)
    return Rows(contract(dataset).as_schema, _files(chosen), _replaced(dataset, chosen))


def rows_of_batches(dataset: str, batches: Collection[int]) -> Rows:
    """Every good row of some batches, replaced or not, under the name `<dataset>__changed`."""
    schema = dataclasses.replace(contract(dataset).as_schema, name=f"{dataset}__changed")
    return Rows(schema, _files(_with_rows(dataset, batches)))


def repeats_of_batches(dataset: str, batches: Collection[int]) -> list[Path]:
    """Files with the rows whose keys some batches repeat: the key, _batch, _file, _line, and the row's _unit and _time."""
    return [lake.repeats_path(dataset, one.pk) for one in _with_rows(dataset, batches) if one.repeats]


def last_day(dataset: str, batches: Collection[int]) -> dt.date | None:
    """The last day that some batches reach; None without any."""
    found = Batch.objects.filter(dataset=dataset, pk__in=batches).aggregate(last=Max("last_day"))["last"]
    return found if isinstance(found, dt.date) else None


@contextlib.contextmanager
def damage_named(cut: Cut) -> Iterator[None]:
    """Say which file of the lake it is that DuckDB cannot read.

    Raises:
        LakeDamaged: instead of DuckDB's own error, when one of the cut's files is damaged.
    """
    try:
        yield
    except duckdb.Error as error:
        for name, batches in cut.items():
            for _batch, path in _files(_with_rows(name, batches)):
                if not _is_readable(path):
                    raise lake.LakeDamaged(
                        _(
                            "Tệp %(file)s của hồ dữ liệu bị hỏng; hãy phục hồi tệp từ bản sao lưu, hoặc thu hồi lô đó rồi nhập lại."
                        )
                        % {"file": path}
                    ) from error
        raise


def _is_readable(path: Path) -> bool:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for _batch in file.iter_batches():
                pass
    except (OSError, pa.ArrowException):
        return False
    return True


def _with_rows(dataset: str, batches: Collection[int] | None) -> list[Batch]:
    found = Batch.objects.filter(dataset=dataset, lake_version__isnull=False).order_by("pk")
    return list(found.filter(state=Batch.State.IN_FORCE) if batches is None else found.filter(pk__in=batches))


def files_of(batches: Collection[Batch]) -> str:
    """A table function over the rows of some batches that have any.

    Raises:
        LakeDamaged: a file is not there.
    """
    return duck.parquet(path for _batch, path in _files(batches))


def _files(batches: Collection[Batch]) -> tuple[tuple[int, Path], ...]:
    found = BatchFile.objects.filter(batch__in=batches, read__gt=F("quarantined") + F("refused"))
    keys = found.order_by("batch", "position").values_list("batch", "batch__dataset", "position")
    files = [(batch, lake.rows_path(dataset, batch, file)) for batch, dataset, file in keys]
    if missing := [path for _batch, path in files if not path.exists()]:
        raise lake.LakeDamaged(
            _("Hồ dữ liệu thiếu tệp %(file)s; hãy phục hồi tệp từ bản sao lưu, hoặc thu hồi lô đó rồi nhập lại.")
            % {"file": missing[0]}
        )
    return tuple(files)


def _replaced(dataset: str, batches: list[Batch]) -> "pa.Table | None":
    """The rows that a later row with the same key replaces: later batch first, then later row."""
    if not any(one.repeats for one in batches):
        return None
    paths = ", ".join(literal(str(lake.repeats_path(dataset, b.pk))) for b in batches if b.repeats)
    keys = ", ".join(str(one.pk) for one in batches)
    key = ", ".join(contract(dataset).key)
    with duck.connect(threads=1) as connection:
        return connection.sql(
            f"""
            SELECT _batch, _file, _line FROM (
                SELECT DISTINCT {key}, _batch, _file, _line FROM read_parquet([{paths}]) WHERE _batch IN ({keys})
            ) QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY _batch DESC, _file DESC, _line DESC) > 1
            """
        ).to_arrow_table()


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """One row that was kept back (dòng bị giữ lại).

    Attributes:
        line: row number in the file, the header being 1.
        raw: the row's cells by contract column; empty where content must not be kept.
    """

    batch: int
    dataset: str
    file: str
    line: int
    column: str
    value: str | None
    reason: str
    raw: dict[str, str | None]


def quarantined_rows(
    *, batch: int | None = None, dataset: str | None = None, offset: int = 0, limit: int | None = None
) -> list[QuarantinedRow]:
    """Rows kept back by the batches in force (or by one batch), in order of batch, file and line."""
    import json

    wanted = Batch.objects.filter(quarantined__gt=0).exclude(state=Batch.State.PENDING)
    wanted = wanted.filter(pk=batch) if batch else wanted.filter(state=Batch.State.IN_FORCE)
    if dataset:
        wanted = wanted.filter(dataset=dataset)
    found: list[QuarantinedRow] = []
    for one in wanted.order_by("pk"):
        names = dict(BatchFile.objects.filter(batch=one).values_list("position", "name"))
        with duckdb.connect() as connection:
            rows = connection.execute(
                "SELECT _file, _line, col, value, reason, raw FROM read_parquet(?) ORDER BY _file, _line LIMIT ? OFFSET ?",
                [
                    str(lake.quarantine_path(one.dataset, one.pk)),
                    limit if limit is not None else 2**62,
                    offset,
                ],
            ).fetchall()
        for file, line, column, value, reason, raw in rows:
            cells = json.loads(raw) if raw else {}
            found.append(QuarantinedRow(one.pk, one.dataset, names.get(file, ""), line, column, value, reason, cells))
    return found if limit is None else found[:limit]


def batch(key: int) -> Batch:
    """One finished batch.

    Raises:
        UnknownName: no such batch.
    """
    found = Batch.objects.exclude(state=Batch.State.PENDING).filter(pk=key).first()
    if found is None:
        latest = Batch.objects.exclude(state=Batch.State.PENDING).order_by("-pk").values_list("pk", flat=True)[:3]
        raise UnknownName(_("lô dữ liệu"), str(key), [str(pk) for pk in latest])
    return found
