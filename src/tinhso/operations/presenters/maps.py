"""Maps of a target: bands of values, colored areas, what the map says in words."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from tinhso.core.charts import Area, Chart, area_map
from tinhso.core.numbers import percent
from tinhso.operations.presenters.targets import PartRow
from tinhso.organizations.api import Geometry, UnitRow

MOST_BANDS = 5
STEPS = (1, 2, 5, 10, 20)  # percentage points that a band may be wide
NAMED = 3  # units at either end that the words name


def bands(values: Sequence[float]) -> list[tuple[int, int]]:
    """At most five bands of equal width on whole percents that hold all values; the last one its upper end, too.

    Args:
        values: fractions between 0 and 1.
    """
    if not values:
        return []
    low, high = min(values) * 100, max(values) * 100
    for step in STEPS:
        first = int(low // step) * step
        count = max(int(-(-(high - first) // step)), 1)
        if count <= MOST_BANDS:
            return [(first + step * n, first + step * (n + 1)) for n in range(count)]
    return [(20 * n, 20 * (n + 1)) for n in range(MOST_BANDS)]


def band_of(value: float | None, found: Sequence[tuple[int, int]]) -> int | None:
    """The number of the band that holds a value; a value on a border belongs to the upper band."""
    if value is None:
        return None
    inside = [n for n, (low, _high) in enumerate(found) if value * 100 >= low]
    return inside[-1] if inside else 0


def chart(rows: Sequence[PartRow], units: Sequence[UnitRow], outlines: Geometry, *, title: str) -> Chart:
    """The map of one target's values.

    Args:
        rows: units with figures.
        units: all units that the map is about; those without a figure are drawn as such.
        outlines: of units of their kind.
    """
    found = bands([row.value for row in rows if row.value is not None])
    by_code = {row.unit_code: row for row in rows}
    areas = []
    for unit in units:
        row = by_code.get(unit.code)
        value = row.value if row else None
        if unit.code in outlines.codes:
            areas.append(Area(unit.code, unit.name, value, band_of(value, found), row.url if row else ""))
    names = [f"{low}–{high} %" for low, high in found]
    return area_map(areas, names, outlines=outlines.path, title=title, words=words(rows))


def words(rows: Sequence[PartRow]) -> str:
    """Which units stand lowest and highest."""
    valued = sorted((row for row in rows if row.value is not None), key=lambda row: (row.value or 0.0, row.unit_code))
    if not valued:
        return _("Chưa có số liệu của đơn vị nào.")
    return _("Thấp nhất: %(low)s; cao nhất: %(high)s.") % {
        "low": _named(valued[:NAMED]),
        "high": _named(valued[: -NAMED - 1 : -1]),
    }


def _named(rows: Sequence[PartRow]) -> str:
    return ", ".join(f"{row.unit_name} {percent(row.value)}" for row in rows)
