"""What other modules may ask of datasets: contracts, imports, batches, quarantine, and the rows in force."""

from tinhso.datasets.contracts import Contract, contracts
from tinhso.datasets.models import Batch
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

__all__ = [
    "Batch",
    "Contract",
    "Freshness",
    "ImportResult",
    "ProblemRow",
    "QuarantinedRow",
    "UnreadableFile",
    "attach",
    "batch",
    "contract",
    "contracts",
    "evaluation_date",
    "fingerprint",
    "first_day",
    "freshness",
    "import_files",
    "quarantined_rows",
    "recent_batches",
    "revoke_batch",
]
