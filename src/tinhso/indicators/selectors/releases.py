"""Reading releases: figures frozen for official reports."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tinhso.core.errors import UnknownName
from tinhso.indicators.models import Release


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """One release (bản chốt số liệu) as lists and pages show it.

    Attributes:
        as_of: last day that its figures cover.
        cells: how many cells it froze.
        catalog_hash, tree_hash, plan_hash: what it was made from.
    """

    number: int
    plan_number: str
    plan_version: str
    plan_hash: str
    period: str
    note: str
    as_of: dt.date
    cells: int
    catalog_hash: str
    tree_hash: str
    code_version: str
    cells_sha256: str
    created_by: str
    created_at: dt.datetime


def releases() -> list[ReleaseRow]:
    """Every release, the latest first."""
    return [_row(found) for found in Release.objects.select_related("state_set").order_by("-number")]


def release(number: int) -> ReleaseRow:
    """A release by its number.

    Raises:
        UnknownName: no such release; carries the latest numbers.
    """
    return _row(stored(number))


def release_batches(number: int) -> dict[str, list[int]]:
    """The batches that a release was made from, by dataset (phần dữ liệu đã chốt).

    Raises:
        UnknownName: no such release; carries the latest numbers.
    """
    taken = stored(number).state_set.manifest.get("batches", {})
    return {name: sorted(keys) for name, keys in taken.items()}


def stored(number: int) -> Release:
    """The row of a release.

    Raises:
        UnknownName: no such release; carries the latest numbers.
    """
    found = Release.objects.select_related("state_set").filter(number=number).first()
    if found is None:
        latest = Release.objects.order_by("-number").values_list("number", flat=True)[:3]
        raise UnknownName(_("bản chốt"), str(number), [str(one) for one in latest])
    return found


def _row(found: Release) -> ReleaseRow:
    return ReleaseRow(
        number=found.number,
        plan_number=found.plan_number,
        plan_version=found.plan_version,
        plan_hash=found.plan_hash,
        period=found.period,
        note=found.note,
        as_of=found.state_set.as_of,
        cells=found.state_set.cells,
        catalog_hash=found.state_set.catalog_hash,
        tree_hash=found.state_set.tree_hash,
        code_version=found.code_version,
        cells_sha256=found.cells_sha256,
        created_by=found.created_by,
        created_at=found.created_at,
    )
