"""What other modules may ask of datasets: contracts, imports, batches, quarantine, and the rows in force."""

from tinhso.datasets.contracts import Contract, contracts
from tinhso.datasets.lake import LakeDamaged
from tinhso.datasets.models import Batch, Upload
from tinhso.datasets.reading import UnreadableFile
from tinhso.datasets.selectors import (
    Cut,
    Freshness,
    QuarantinedRow,
    attach,
    batch,
    contract,
    damage_named,
    data_cut,
    evaluation_date,
    first_day,
    freshness,
    freshness_at,
    last_day,
    quarantined_rows,
    recent_batches,
    repeats_of_batches,
    rows,
    rows_of_batches,
)
from tinhso.datasets.services import ImportResult, ProblemRow, import_files, one_at_a_time, revoke_batch
from tinhso.datasets.uploads import confirm_upload, preview_upload, stage_upload

__all__ = [
    "Batch",
    "Contract",
    "Cut",
    "Freshness",
    "ImportResult",
    "LakeDamaged",
    "ProblemRow",
    "QuarantinedRow",
    "UnreadableFile",
    "Upload",
    "attach",
    "batch",
    "confirm_upload",
    "contract",
    "contracts",
    "damage_named",
    "data_cut",
    "evaluation_date",
    "first_day",
    "freshness",
    "freshness_at",
    "import_files",
    "last_day",
    "one_at_a_time",
    "preview_upload",
    "quarantined_rows",
    "recent_batches",
    "repeats_of_batches",
    "revoke_batch",
    "rows",
    "rows_of_batches",
    "stage_upload",
]
