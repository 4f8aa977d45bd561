"""Importing files into the lake, and taking a batch back."""

import contextlib
import datetime as dt
import fcntl
import hashlib
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tinhso.core import audit, outbox
from tinhso.core.errors import ImpossibleRequest, RuleViolation
from tinhso.datasets import lake, selectors
from tinhso.datasets.contracts import Contract
from tinhso.datasets.models import Batch, BatchFile, RefusedCount
from tinhso.datasets.reading import Source, UnreadableFile, damaged, open_source
from tinhso.datasets.validation import ALLOWED, CODES, Checks
from tinhso.engine import duck
from tinhso.engine.duck import literal
from tinhso.organizations import api as organizations

Progress = Callable[[str, int, int], None]
PROBLEMS_SHOWN = 20
SAMPLE_ROWS = 2000


class ReasonMissing(RuleViolation):
    """A batch is revoked only with a reason."""


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One row that was kept back, as the result of an import shows it."""

    file: str
    line: int
    column: str
    value: str | None
    reason: str


@dataclass(frozen=True)
class ImportResult:
    """What an import did; read = accepted + quarantined + duplicate + refused.

    Attributes:
        batch: number of the batch; None for a dry run, and where nothing could be taken.
        seconds: wall time.
        problems: the first rows kept back.
        ignored: headers that mean no column, by file.
        last_day: last day of the rows' events or states.
    """

    batch: int | None
    dataset: str
    files: list[str]
    read: int
    accepted: int
    quarantined: int
    duplicate: int
    refused: int
    seconds: float
    problems: list[ProblemRow] = field(default_factory=list)
    ignored: dict[str, list[str]] = field(default_factory=dict)
    last_day: dt.date | None = None


def import_files(
    *,
    dataset: str,
    paths: Sequence[Path],
    actor: str,
    at: dt.datetime,
    dry_run: bool = False,
    allowed_units: Collection[int] | None = None,
    progress: Progress | None = None,
) -> ImportResult:
    """Import files of one dataset as one batch (nhập dữ liệu).

    Every row ends in exactly one of two places, the lake or the quarantine; state-secret rows end in neither.
    Files whose bytes are in force already change nothing. A killed import leaves nothing visible.

    Args:
        dataset: contract name.
        paths: at least one file.
        actor: user name.
        at: aware time of the import; events cannot lie after its day.
        dry_run: count and check only.
        allowed_units: units whose rows may be imported; None for all.
        progress: called with (step, done, total).

    Raises:
        UnknownName: no such dataset.
        UnreadableFile: a file that cannot be used as a whole; nothing is imported then.
    """
    started = time.monotonic()
    contract = selectors.contract(dataset)
    if not paths:
        raise ImpossibleRequest(_("Hãy nêu ít nhất một tệp."))
    with one_at_a_time(dataset):
        job = _Import(contract, [Path(path) for path in paths], actor, at, dry_run, allowed_units, progress)
        return job.run(started)


@transaction.atomic
def revoke_batch(*, batch: Batch, reason: str, actor: str, at: dt.datetime) -> Batch:
    """Take a batch back (thu hồi lô dữ liệu): its rows no longer count and those they replaced do again.

    Revoking twice is harmless: the first revocation stays.

    Raises:
        ReasonMissing: no reason is given.
    """
    if not reason.strip():
        raise ReasonMissing(_("Hãy ghi lý do thu hồi."))
    found = Batch.objects.select_for_update().get(pk=batch.pk)
    if found.state == Batch.State.IN_FORCE:
        found.state, found.revoked_at, found.revoked_by = Batch.State.REVOKED, at, actor
        found.revoke_reason = reason.strip()[:300]
        found.save(update_fields=["state", "revoked_at", "revoked_by", "revoke_reason"])
        details = {"dataset": found.dataset, "reason": found.revoke_reason}
        audit.record(actor=actor, action="datasets.batch_revoked", obj=f"batch:{found.pk}", details=details, at=at)
        outbox.publish(topic="datasets.changed", payload={"dataset": found.dataset, "batch": found.pk}, at=at)
    return found


@dataclass
class _Counts:
    """Rows of one file."""

    read: int = 0
    quarantined: int = 0
    refused: int = 0


class _Import:
    """One import under way: stage and check every file, find repeated keys, then let readers see it."""

    def __init__(
        self,
        contract: Contract,
        paths: list[Path],
        actor: str,
        at: dt.datetime,
        dry_run: bool,
        allowed_units: Collection[int] | None,
        progress: Progress | None,
    ) -> None:
        self.contract, self.paths, self.actor, self.at, self.dry_run = contract, paths, actor, at, dry_run
        self.allowed_units, self.progress = allowed_units, progress
        self.counts: dict[int, _Counts] = {}
        self.good: list[int] = []  # files with good rows
        self.refused: list[tuple[str, int | None, int]] = []
        self.ignored: dict[str, list[str]] = {}
        self.problems: list[ProblemRow] = []
        self.duplicate = self.repeats = 0
        self.days: tuple[dt.date | None, dt.date | None] = (None, None)

    def run(self, started: float) -> ImportResult:
        hashes = [_sha256(path) for path in self.paths]
        known = self._known(hashes)
        fresh = [position for position, sha in enumerate(hashes) if sha not in known and hashes.index(sha) == position]
        if not fresh:
            return self._unchanged(known, started)
        batch = None if self.dry_run else self._reserve(hashes, fresh)
        self.number = batch.pk if batch else 0
        self.staging = lake.staging_folder(self.contract.name, self.number)
        shutil.rmtree(self.staging, ignore_errors=True)
        self.staging.mkdir(parents=True)
        try:
            with duck.connect(
                memory=settings.DUCKDB_MEMORY, threads=settings.DUCKDB_THREADS, spill=self.staging / "spill"
            ) as connection:
                self._register(connection)
                connection.execute("SET disabled_optimizers = 'build_side_probe_side'")  # rows stream past the codes
                for done, position in enumerate(fresh):
                    self._say(gettext_noop("đọc và kiểm tra"), done, len(fresh))
                    self._stage(connection, position)
                connection.execute("RESET disabled_optimizers")
                self._say(gettext_noop("tìm dòng trùng"), len(fresh), len(fresh))
                self._settle(connection)
            if batch:
                self._commit(batch)
        except BaseException:
            if batch:  # unless readers see it already: an interruption may come after the last step
                Batch.objects.filter(pk=batch.pk, state=Batch.State.PENDING).delete()
            raise
        finally:
            shutil.rmtree(self.staging, ignore_errors=True)
        return self._result(batch, started, known)

    # ---- before -----------------------------------------------------------------------------------------

    def _known(self, hashes: list[str]) -> dict[str, BatchFile]:
        """Files of these bytes whose batch is in force."""
        in_force = {"batch__dataset": self.contract.name, "batch__state": Batch.State.IN_FORCE}
        files = BatchFile.objects.filter(sha256__in=hashes, **in_force).select_related("batch").order_by("pk")
        return {file.sha256: file for file in files}

    def _reserve(self, hashes: list[str], fresh: list[int]) -> Batch:
        """A numbered batch that nobody reads yet."""
        lake.clear_abandoned(self.contract.name)
        Batch.objects.filter(dataset=self.contract.name, state=Batch.State.PENDING).delete()
        batch = Batch.objects.create(dataset=self.contract.name, actor=self.actor, created_at=self.at)
        BatchFile.objects.bulk_create(
            BatchFile(
                batch=batch,
                position=position,
                name=self.paths[position].name[:255],
                sha256=hashes[position],
                size=self.paths[position].stat().st_size,
            )
            for position in fresh
        )
        return batch

    def _register(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.register("unit_codes_in", organizations.unit_codes_table())
        connection.execute(
            f"""
            CREATE TEMP TABLE {CODES} AS
            SELECT * REPLACE (coalesce(valid_to, DATE '9999-12-31') AS valid_to) FROM unit_codes_in
            """
        )
        if self.allowed_units is not None:
            import pyarrow as pa

            connection.register(ALLOWED, pa.table({"unit": pa.array(sorted(self.allowed_units), pa.int32())}))

    # ---- one file ---------------------------------------------------------------------------------------

    def _stage(self, connection: duckdb.DuckDBPyConnection, position: int) -> None:
        """Type and check one file in one pass into its good rows and, apart, the bad ones by problem."""
        path = self.paths[position]
        source = open_source(connection, path, self.contract, position)
        target = literal(str(self._staged(position)))
        try:
            crossed = self._crossed(connection, source)
            checks = Checks(self.contract, source, crossed, self.at.date(), self.allowed_units is not None)
            (total,) = duck.one(
                connection,
                f"COPY ({checks.statement(position)}) TO {target} "
                "(FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, PARTITION_BY (_problem))",
            )
            refused = connection.execute(checks.refused()).fetchall() if self.contract.refuse else []
        except duckdb.Error as error:
            raise damaged(path, error) from error
        self.refused += [(str(code), year, rows) for code, year, rows in refused]
        left_out = sum(rows for _code, _year, rows in refused)
        if total + left_out == 0:
            raise UnreadableFile(path, _("chỉ có dòng tiêu đề, không có dòng dữ liệu nào"))
        if source.ignored:
            self.ignored[path.name] = source.ignored
        if self._good_rows(position).exists():
            self.good.append(position)
        bad = self._keep_back(connection, position, checks)
        self.counts[position] = _Counts(total + left_out, bad, left_out)

    def _staged(self, position: int) -> Path:
        """Folder of one file's rows, one partition per problem; 0 is none."""
        return self.staging / f"staged-{position}"

    def _good_rows(self, position: int) -> Path:
        return self._staged(position) / "_problem=0" / "data_0.parquet"

    def _crossed(self, connection: duckdb.DuckDBPyConnection, source: Source) -> frozenset[str]:
        """Boolean columns that hold nothing but x and blank; the whole file is read only if a sample allows it."""
        names = [n for n, c in self.contract.columns.items() if c.type == "boolean" and n in source.columns]
        for limit in (SAMPLE_ROWS, None):
            if not names:
                return frozenset()
            counted = ", ".join(
                f"count(*) FILTER (lower(trim({n})) = 'x') AS x_{n}, count(*) FILTER (trim({n}) NOT IN ('', 'x', 'X')) AS o_{n}"
                for n in names
            )
            rows = f"({source.sql}) AS s" if limit is None else f"(SELECT * FROM ({source.sql}) LIMIT {limit}) AS s"
            found = duck.one(connection, f"SELECT {counted} FROM {rows}")
            pairs = dict(zip(names, zip(found[::2], found[1::2], strict=True), strict=True))
            names = [name for name, (crosses, others) in pairs.items() if not others and (crosses or limit)]
        return frozenset(names)

    def _keep_back(self, connection: duckdb.DuckDBPyConnection, position: int, checks: Checks) -> int:
        """Write the bad rows of a file as they were, with column, value and reason.

        Returns:
            How many there are.
        """
        paths = [path for path in self._staged(position).glob("*/*.parquet") if path.parent.name != "_problem=0"]
        if not paths:
            return 0
        import pyarrow as pa

        problems = pa.table(
            {
                "_problem": pa.array(range(1, len(checks.problems) + 1), pa.int16()),
                "col": [problem.column for problem in checks.problems],
                "reason": [problem.reason for problem in checks.problems],
            }
        )
        connection.register("problems", problems)
        files = ", ".join(literal(str(path)) for path in paths)
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE bad AS SELECT _file, _line, _problem "
            f"FROM read_parquet([{files}], hive_partitioning = true, hive_types = {{'_problem': SMALLINT}})"
        )
        target = self.staging / f"quarantine-{position}.parquet"
        connection.execute(
            f"""
            COPY (SELECT k._file, k._line, p.col, k.raw ->> ('$.' || nullif(p.col, '')) AS value, p.reason,
                         k.raw::VARCHAR AS raw
                  FROM ({checks.kept_back("bad")}) AS k JOIN problems AS p USING (_problem)
                  ORDER BY k._line) TO {literal(str(target))}
            """
        )
        shown = PROBLEMS_SHOWN - len(self.problems)
        rows = connection.execute(
            "SELECT _line, col, value, reason FROM read_parquet(?) LIMIT ?", [str(target), max(shown, 0)]
        )
        name = self.paths[position].name
        self.problems += [
            ProblemRow(name, line, column, value, reason) for line, column, value, reason in rows.fetchall()
        ]
        return int(duck.one(connection, "SELECT count(*) FROM bad")[0])

    # ---- all files --------------------------------------------------------------------------------------

    def _settle(self, connection: duckdb.DuckDBPyConnection) -> None:
        """How far the good rows reach, and which of their keys are there more than once."""
        if not self.good:
            return
        files = ", ".join(literal(str(self._good_rows(position))) for position in self.good)
        new = f"read_parquet([{files}])"
        time = self.contract.time
        day = f"make_date({time}, 1, 1)" if self.contract.kind == "external" else f"CAST({time} AS DATE)"
        first, last = duck.one(connection, f"SELECT min({day}), max({day}) FROM {new}")
        self.days = first, last
        self._find_repeats(connection, new)

    def _find_repeats(self, connection: duckdb.DuckDBPyConnection, new: str) -> None:
        """Keys that are in force already or stand twice in this batch; hashes only narrow the search."""
        key = ", ".join(self.contract.key)
        earlier = [b for b in selectors.batches_in_force(self.contract.name) if b.lake_version is not None]
        connection.execute(
            f"CREATE TEMP TABLE repeated AS SELECT hash({key}) AS h FROM {new} GROUP BY h HAVING count(*) > 1"
        )
        if earlier:
            old = selectors.files_of(earlier)
            connection.execute(
                f"INSERT INTO repeated SELECT hash({key}) FROM {new} SEMI JOIN "
                f"(SELECT hash({key}) AS h FROM {old}) AS e ON e.h = hash({key})"
            )
        if not duck.one(connection, "SELECT count(*) FROM repeated")[0]:
            return
        content = ", ".join(f"{name} := {name}" for name in self.contract.columns)
        columns = f"_file, _line, _unit, {self.contract.time} AS _time, struct_pack({content}) AS content"
        everything = [f"SELECT {key}, {self.number}::BIGINT AS _batch, {columns} FROM {new}"]
        if earlier:
            everything.append(f"SELECT {key}, _batch, {columns} FROM {old}")
        rows = " UNION ALL ".join(f"{part} WHERE hash({key}) IN (SELECT h FROM repeated)" for part in everything)
        number = self.number or 2**62
        connection.execute(
            f"""
            CREATE TEMP TABLE repeats AS
            SELECT {key}, _batch, _file, _line, _unit, _time, lag(content) OVER w = content AS same, count(*) OVER (PARTITION BY {key}) AS times
            FROM (SELECT * REPLACE (CASE WHEN _batch = {self.number} THEN {number} ELSE _batch END AS _batch) FROM ({rows}))
            WINDOW w AS (PARTITION BY {key} ORDER BY _batch, _file, _line)
            """
        )
        self.duplicate, self.repeats = duck.one(
            connection, f"SELECT count(*) FILTER (_batch = {number} AND same), count(*) FROM repeats WHERE times > 1"
        )
        target = literal(str(self.staging / "repeats.parquet"))
        connection.execute(
            f"COPY (SELECT {key}, _batch, _file, _line, _unit, _time FROM repeats WHERE times > 1) TO {target}"
        )

    # ---- the end ----------------------------------------------------------------------------------------

    def _commit(self, batch: Batch) -> None:
        """Move the files to their places, add them to the Delta log, and then let readers see the batch."""
        self._say(gettext_noop("ghi vào hồ dữ liệu"), 1, 1)
        name = self.contract.name
        for position in self.good:
            _place(self._good_rows(position), lake.rows_path(name, batch.pk, position))
        if self.good:
            batch.lake_version = lake.commit(name, batch.pk, self.good)
        if self.repeats:
            _place(self.staging / "repeats.parquet", lake.repeats_path(name, batch.pk))
        kept_back = sorted(self.staging.glob("quarantine-*.parquet"))
        if kept_back:
            joined = self.staging / "quarantine.parquet"
            sources = ", ".join(literal(str(path)) for path in kept_back)
            with duckdb.connect() as connection:
                connection.execute(
                    f"COPY (SELECT * FROM read_parquet([{sources}]) ORDER BY _file, _line) TO {literal(str(joined))}"
                )
            _place(joined, lake.quarantine_path(name, batch.pk))
        self._let_readers_see(batch)

    @transaction.atomic
    def _let_readers_see(self, batch: Batch) -> None:
        batch.state = Batch.State.IN_FORCE
        for count in ("read", "accepted", "quarantined", "refused"):
            setattr(batch, count, self._total(count))
        batch.duplicate, batch.repeats = self.duplicate, self.repeats
        batch.first_day, batch.last_day = self.days
        batch.save()
        for file in batch.files.all():
            counts = self.counts[file.position]
            file.read, file.quarantined, file.refused = counts.read, counts.quarantined, counts.refused
            file.save(update_fields=["read", "quarantined", "refused"])
        RefusedCount.objects.bulk_create(
            RefusedCount(batch=batch, agency_code=code, year=year, rows=rows) for code, year, rows in self.refused
        )
        details = {"dataset": batch.dataset, "accepted": batch.accepted, "quarantined": batch.quarantined}
        details |= {"duplicate": batch.duplicate, "refused": batch.refused}
        audit.record(
            actor=self.actor,
            action="datasets.batch_imported",
            obj=f"batch:{batch.pk}",
            details=details,
            at=self.at,
        )
        outbox.publish(topic="datasets.changed", payload={"dataset": batch.dataset, "batch": batch.pk}, at=self.at)

    def _total(self, count: str) -> int:
        if count == "accepted":
            rest = self._total("quarantined") + self._total("refused") + self.duplicate
            return self._total("read") - rest
        return sum(getattr(counts, count) for counts in self.counts.values())

    def _result(self, batch: Batch | None, started: float, known: dict[str, BatchFile]) -> ImportResult:
        again = list(known.values())
        return ImportResult(
            batch=batch.pk if batch else None,
            dataset=self.contract.name,
            files=[path.name for path in self.paths],
            read=self._total("read") + sum(file.read for file in again),
            accepted=self._total("accepted"),
            quarantined=self._total("quarantined") + sum(file.quarantined for file in again),
            duplicate=self.duplicate + sum(file.read - file.quarantined - file.refused for file in again),
            refused=self._total("refused") + sum(file.refused for file in again),
            seconds=round(time.monotonic() - started, 3),
            problems=self.problems,
            ignored=self.ignored,
            last_day=self.days[1],
        )

    def _unchanged(self, known: dict[str, BatchFile], started: float) -> ImportResult:
        """Every file is in force already: the earlier batch answers and nothing changes."""
        latest = max(file.batch_id for file in known.values())
        return self._result(Batch.objects.get(pk=latest), started, known)

    def _say(self, step: str, done: int, total: int) -> None:
        """Tell how far it is; steps are message ids, translated where they are shown."""
        if self.progress:
            self.progress(step, done, total)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise UnreadableFile(path, _("không có tệp này")) from None
    except IsADirectoryError:
        raise UnreadableFile(path, _("là một thư mục; hãy dùng “tinhso import-folder”")) from None
    except PermissionError:
        raise UnreadableFile(path, _("không có quyền đọc")) from None


def _place(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    lake.sync(source)
    source.replace(target)


@contextlib.contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """What takes the same name, such as imports of one dataset, follows one another; a lock ends with its process."""
    folder = lake.root() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
