"""Imported and computed provinces, made once per process and copied for each test that wants one."""

import copy
import shutil
from collections.abc import Callable
from pathlib import Path

from django.core.management.color import no_style
from django.db import connection, models
from django.db.models import Max, Min

from tinhso.datasets.models import Batch, BatchFile, RefusedCount
from tinhso.indicators.models import Release, StateSet
from tinhso.organizations.models import OrgUnitVersion

MODELS: tuple[type[models.Model], ...] = (Batch, BatchFile, RefusedCount, StateSet, Release)


class Snapshots:
    """Home folders with the rows that name their files, by what they are and the units they were made for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[Path, dict[type[models.Model], list[models.Model]]] = {}

    def provide(self, name: str, home: Path, make: Callable[[], None]) -> None:
        """Fill a home folder and the database: from a copy, else by making it."""
        units = OrgUnitVersion.objects.aggregate(first=Min("pk"), last=Max("pk"))
        kept = self.folder / f"{name}-{units['first']}-{units['last']}"
        if kept in self.rows:
            self._restore(kept, home)
            return
        make()
        shutil.copytree(home, kept)
        self.rows[kept] = {model: list(model._default_manager.all()) for model in MODELS}

    def _restore(self, kept: Path, home: Path) -> None:
        shutil.copytree(kept, home, dirs_exist_ok=True)
        for model, rows in self.rows[kept].items():
            model._default_manager.bulk_create([copy.copy(row) for row in rows])
        with connection.cursor() as cursor:  # PostgreSQL does not count keys that were given
            for statement in connection.ops.sequence_reset_sql(no_style(), list(MODELS)):
                cursor.execute(statement)
