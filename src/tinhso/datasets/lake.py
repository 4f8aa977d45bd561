"""The lake: one Delta table per dataset, appended batch by batch; the database says which batches count.

The rows of each source file are written by DuckDB as one Parquet file, moved into the table's folder and then
committed to the Delta log, so rows are encoded once. Which rows of repeated keys are in force is kept beside it, in `repeats`.
"""

import json
import os
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from tinhso.core.errors import RuleViolation

if TYPE_CHECKING:
    from deltalake.transaction import AddAction


class LakeNotLocal(RuleViolation):
    """The lake's address is not a folder of this machine."""


class LakeDamaged(RuleViolation):
    """Files of a batch in force are not there, so nothing can be counted as if it were whole."""


def root() -> Path:
    """The lake's folder.

    Raises:
        LakeNotLocal: `TINHSO_LAKE_URL` names something else.
    """
    url = str(settings.LAKE_URL).removeprefix("file://")
    if "://" in url:
        raise LakeNotLocal(_("TINHSO_LAKE_URL phải là một thư mục của máy này; kho đối tượng chưa có."))
    return Path(url)


def table_folder(dataset: str) -> Path:
    return root() / dataset


def rows_path(dataset: str, batch: int, file: int) -> Path:
    """The good rows of one source file, by its position in the batch."""
    return table_folder(dataset) / f"_batch={batch}" / f"rows-{file}.parquet"


def repeats_path(dataset: str, batch: int) -> Path:
    return root() / "repeats" / dataset / f"{batch}.parquet"


def quarantine_path(dataset: str, batch: int) -> Path:
    return root() / "quarantine" / dataset / f"{batch}.parquet"


def staging_folder(dataset: str, batch: int) -> Path:
    """Where a batch is prepared; nothing here is ever read by others."""
    return root() / "staging" / f"{dataset}-{batch}-{os.getpid()}"


def commit(dataset: str, batch: int, files: Collection[int]) -> int:
    """Add a batch's files to the Delta log, all at once.

    Args:
        dataset: the table.
        batch: the batch, whose partition it is.
        files: positions of the source files that have good rows.

    Returns:
        The table's version afterwards.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq
    from deltalake import DeltaTable

    paths = [rows_path(dataset, batch, file) for file in files]
    schema = pq.read_schema(paths[0]).remove_metadata().append(pa.field("_batch", pa.int64()))
    table = DeltaTable.create(table_folder(dataset), schema, mode="ignore", partition_by=["_batch"])
    table.create_write_transaction([_added(path, batch) for path in paths], "append", schema, partition_by=["_batch"])
    table.update_incremental()
    return int(table.version())


def _added(path: Path, batch: int) -> "AddAction":
    import pyarrow.parquet as pq
    from deltalake.transaction import AddAction

    rows, status = pq.read_metadata(path).num_rows, path.stat()
    return AddAction(
        path=f"_batch={batch}/{path.name}",
        size=status.st_size,
        partition_values={"_batch": str(batch)},
        modification_time=int(status.st_mtime * 1000),
        data_change=True,
        stats=json.dumps({"numRecords": rows}),
    )


def sync(path: Path) -> None:
    """Make sure a file's bytes are on disk before anything refers to it."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def clear_abandoned(dataset: str) -> None:
    """Remove what killed imports of a dataset left in the staging folder; the caller holds its lock."""
    for folder in (root() / "staging").glob(f"{dataset}-*"):
        if folder.name.rsplit("-", 2)[0] == dataset:
            shutil.rmtree(folder, ignore_errors=True)
