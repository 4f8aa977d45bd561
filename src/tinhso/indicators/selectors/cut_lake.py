"""The lake at a data cut, as the engine reads it."""

import datetime as dt
from collections.abc import Collection
from pathlib import Path

from tinhso.datasets import api as datasets
from tinhso.engine.schema import Rows


class CutLake:
    """The records of the batches that a cut names, whatever their state is now."""

    def __init__(self, cut: datasets.Cut) -> None:
        self.cut = cut

    def rows(self, dataset: str) -> Rows:
        return datasets.rows(dataset, self.cut.get(dataset, ()))

    def rows_of_batches(self, dataset: str, batches: Collection[int]) -> Rows:
        return datasets.rows_of_batches(dataset, batches)

    def repeats_of_batches(self, dataset: str, batches: Collection[int]) -> list[Path]:
        return datasets.repeats_of_batches(dataset, batches)

    def last_day(self, dataset: str, batches: Collection[int]) -> dt.date | None:
        return datasets.last_day(dataset, batches)
