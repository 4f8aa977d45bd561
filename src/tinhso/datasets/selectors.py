"""What is in the lake and in force, and how to read it."""

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import duckdb
from django.db.models import F, Max, Min, Sum
from django.utils.translation import gettext as _

from tinhso.core.errors import UnknownName
from tinhso.core.per_request import once_per_request
from tinhso.datasets import lake
from tinhso.datasets.contracts import Contract, contracts
from tinhso.datasets.models import Batch, BatchFile
from tinhso.datasets.validation import SQL_TYPES
from tinhso.engine.duck import literal

EVENTS_AND_STATES = ("flow", "stock")


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


def fingerprint(dataset: str) -> str:
    """Changes exactly when the rows in force may have changed."""
    keys = [str(batch.pk) for batch in batches_in_force(dataset)]
    return hashlib.sha256(f"{dataset}:{','.join(keys)}".encode()).hexdigest()


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
    found: dict[str, Freshness] = {}
    from django.db.models import Count

    in_force = Batch.objects.filter(state=Batch.State.IN_FORCE).values("dataset").order_by()
    rows = {
        row["dataset"]: row
        for row in in_force.annotate(
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
    """The last day covered by events and states, at most today; None without data.

    Validities (procedures) alone say what holds until further notice, so they reach to today.
    """
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


def attach(connection: duckdb.DuckDBPyConnection, datasets: Iterable[str]) -> None:
    """Create a view of the rows in force for each dataset, named after it.

    Columns: the contract's, and `_unit` INTEGER (unit version), `_batch` BIGINT, `_file` INTEGER, `_line` BIGINT.
    """
    for name in datasets:
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {rows_in_force(connection, name)}")


def rows_in_force(connection: duckdb.DuckDBPyConnection, dataset: str) -> str:
    """The SELECT behind a dataset's view; registers the few rows that later ones have replaced."""
    columns = contract(dataset).columns
    batches = [batch for batch in batches_in_force(dataset) if batch.lake_version is not None]
    if not batches:
        typed = ", ".join(f"NULL::{SQL_TYPES[column.type]} AS {name}" for name, column in columns.items())
        system = "NULL::INTEGER AS _unit, NULL::BIGINT AS _batch, NULL::INTEGER AS _file, NULL::BIGINT AS _line"
        return f"SELECT {typed}, {system} WHERE FALSE"
    names = ", ".join(columns)
    select = f"SELECT {names}, _unit, _batch, _file, _line FROM {files_of(dataset, batches)} AS r"
    if not any(batch.repeats for batch in batches):
        return select
    _register_replaced(connection, dataset, batches)
    replaced = (
        f"SELECT 1 FROM replaced_{dataset} AS x WHERE x._batch = r._batch AND x._file = r._file AND x._line = r._line"
    )
    return f"{select} WHERE NOT EXISTS ({replaced})"


def files_of(dataset: str, batches: Collection[Batch]) -> str:
    """A table function over the rows of some batches that have any.

    Raises:
        LakeDamaged: a file is not there.
    """
    found = BatchFile.objects.filter(batch__in=batches, read__gt=F("quarantined") + F("refused"))
    keys = found.order_by("batch", "position").values_list("batch", "position")
    files = [lake.rows_path(dataset, batch, file) for batch, file in keys]
    if missing := [path for path in files if not path.exists()]:
        raise lake.LakeDamaged(
            _("Hồ dữ liệu thiếu tệp %(file)s; hãy phục hồi tệp từ bản sao lưu, hoặc thu hồi lô đó rồi nhập lại.")
            % {"file": missing[0]}
        )
    paths = ", ".join(literal(str(path)) for path in files)
    return f"read_parquet([{paths}], hive_partitioning = true, hive_types = {{'_batch': BIGINT}})"


def _register_replaced(connection: duckdb.DuckDBPyConnection, dataset: str, batches: list[Batch]) -> None:
    """The rows that a later row with the same key replaces: later batch first, then later row."""
    paths = ", ".join(literal(str(lake.repeats_path(dataset, b.pk))) for b in batches if b.repeats)
    keys = ", ".join(str(batch.pk) for batch in batches)
    key = ", ".join(contract(dataset).key)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE replaced_{dataset} AS
        SELECT _batch, _file, _line FROM (
            SELECT DISTINCT {key}, _batch, _file, _line FROM read_parquet([{paths}]) WHERE _batch IN ({keys})
        ) QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY _batch DESC, _file DESC, _line DESC) > 1
        """
    )


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
