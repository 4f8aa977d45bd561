"""Writing the files of a synthetic province."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext as _

from tinhso.core.errors import ImpossibleRequest, RuleViolation
from tinhso.datasets import api as datasets
from tinhso.simulation import cases, registers
from tinhso.simulation.setting import Setting, setting

GENERATORS: tuple[tuple[str, Callable[[Setting], list[Path]]], ...] = (
    ("procedures", registers.procedures),
    ("dossiers", cases.dossiers),
    ("documents", cases.documents),
    ("enterprises", registers.enterprises),
    ("sector_value_added", registers.sectors),
    ("households và population", registers.households),
    ("assistance", cases.assistance),
    ("schools", registers.schools),
    ("health_facilities", registers.health_facilities),
    ("information_systems", registers.information_systems),
    ("devices", registers.devices),
    ("staff", registers.staff),
    ("trainings", registers.trainings),
)
YEARS = range(2014, 2025)  # the units of these years are those of the reference data's first list


class FolderInUse(RuleViolation):
    """The folder holds files that are not a simulation's."""


def simulate(
    *,
    out: Path,
    scale: float = 1.0,
    seed: int = 1,
    year: int = 2023,
    until: dt.date | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[Path]:
    """Write the source files of a synthetic province, the same bytes for the same arguments.

    Args:
        out: folder, made if needed; files of an earlier simulation are replaced.
        scale: 1 is about the size of Sơn La.
        seed: another seed is another province.
        year: plan year.
        until: last day that has happened; None is the year's last.
        progress: called with (dataset, done, total).

    Returns:
        The files, in order of writing.

    Raises:
        ImpossibleRequest: scale, year or day cannot be.
        FolderInUse: the folder holds other files.
    """
    last = until or dt.date(year, 12, 31)
    if scale <= 0:
        raise ImpossibleRequest(_("--scale phải lớn hơn 0."))
    if year not in YEARS:
        raise ImpossibleRequest(_("--year phải từ %(first)s đến %(last)s.") % {"first": YEARS[0], "last": YEARS[-1]})
    if last.year != year:
        raise ImpossibleRequest(_("--until phải nằm trong năm %(year)s.") % {"year": year})
    _make_room(out)
    asked = setting(out=out, scale=scale, seed=seed, year=year, until=last)
    written: list[Path] = []
    for done, (name, generate) in enumerate(GENERATORS):
        if progress:
            progress(name, done, len(GENERATORS))
        written += generate(asked)
    return written


def _make_room(out: Path) -> None:
    """An empty folder, or one that holds nothing but a simulation's files."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError, PermissionError):
        raise ImpossibleRequest(_("Không tạo được thư mục “%(folder)s”.") % {"folder": out}) from None
    names = tuple(datasets.contracts())
    for path in out.iterdir():
        if not path.is_file() or not path.name.startswith(names):
            raise FolderInUse(
                _("Thư mục “%(folder)s” có tệp khác (%(file)s); hãy chọn thư mục trống.")
                % {"folder": out, "file": path.name}
            )
    for path in out.iterdir():
        path.unlink()
