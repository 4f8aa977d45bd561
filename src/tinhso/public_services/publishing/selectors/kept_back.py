"""Rows of our own that the lake did not take: there should be none."""

from dataclasses import dataclass

from tinhso.datasets import api as datasets
from tinhso.datasets.api import Batch
from tinhso.public_services.publishing.selectors import lake


@dataclass(frozen=True, slots=True)
class KeptBack:
    """A row in quarantine that no later one has replaced.

    Attributes:
        key: of the row, such as the number of a dossier.
    """

    dataset: str
    key: str
    column: str
    reason: str


def rows_kept_back() -> list[KeptBack]:
    """Our rows that were kept back and have not come into force since, in order of their batches."""
    kept = Batch.objects.filter(actor=lake.ACTOR, state=Batch.State.IN_FORCE, quarantined__gt=0).order_by("pk")
    batches: dict[str, list[int]] = {}
    for dataset, key in kept.values_list("dataset", "pk"):
        batches.setdefault(dataset, []).append(key)
    return [row for dataset, keys in batches.items() for row in _of_dataset(dataset, keys)]


def _of_dataset(dataset: str, batches: list[int]) -> list[KeptBack]:
    contract = datasets.contract(dataset)
    found: dict[lake.Key, tuple[int, KeptBack]] = {}
    for batch in batches:
        for row in datasets.quarantined_rows(batch=batch):
            key = lake.typed_key(contract, [row.raw.get(name) for name in contract.key])
            shown = "/".join(str(part) for part in key)
            found[key] = (batch, KeptBack(dataset, shown, row.column, row.reason))
    with lake.opened(dataset) as rows:
        there = rows.found(list(found))
    return [one for key, (batch, one) in found.items() if key not in there or there[key][1] < batch]
