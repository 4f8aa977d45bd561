"""What other modules may ask of datasets: contracts, imports, batches, quarantine, and the rows in force."""

from tinhso.datasets.contracts import Contract, contracts
from tinhso.datasets.models import Batch, Upload
from tinhso.datasets.reading import UnreadableFile
from tinhso.datasets.selectors import (
    Freshness,
    QuarantinedRow,
    attach,
    batch,
    contract,
    evaluation_date,
    fingerprint,
    first_day,
    freshness,
    quarantined_rows,
    recent_batches,
)
from tinhso.datasets.services import ImportResult, ProblemRow, import_files, revoke_batch
from tinhso.datasets.uploads import confirm_upload, preview_upload, stage_upload

__all__ = [
    "Batch",
    "Contract",
    "Freshness",
    "ImportResult",
    "ProblemRow",
    "QuarantinedRow",
    "UnreadableFile",
    "Upload",
    "attach",
    "batch",
    "confirm_upload",
    "contract",
    "contracts",
    "evaluation_date",
    "fingerprint",
    "first_day",
    "freshness",
    "import_files",
    "preview_upload",
    "quarantined_rows",
    "recent_batches",
    "revoke_batch",
    "stage_upload",
]
